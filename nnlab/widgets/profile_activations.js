// The profile's activation functions: value, derivative, what a unit can suffer from, the same in PyTorch.

/** Φ(z), the distribution function of the standard normal distribution, by a series and a continued fraction. */
function normalBelow(z) {
  const x = Math.abs(z), density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (x > 38) return z > 0 ? 1 : 0;
  if (x < 3) {
    let term = x, sum = x;
    for (let k = 3; term > 1e-18 * sum; k += 2) {
      term *= x * x / k;
      sum += term;
    }
    return 0.5 + Math.sign(z) * density * sum;
  }
  let fraction = x;
  for (let k = 80; k > 0; k--) fraction = x + k / fraction;
  return z > 0 ? 1 - density / fraction : density / fraction;
}

const bell = (z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

/**
 * Of each function: its value at z; its derivative from z and the value a; `slopes`, right and left of 0 where it is
 * made of two straight lines; `flat`, the derivative below which an output counts as saturated; its PyTorch.
 */
const PROFILE_ACTIVATIONS = {
  linear: { of: (z) => z, derivative: () => 1, slopes: [1, 1], torch: "z" },
  sigmoid: { of: sigmoid, derivative: (z, a) => a * (1 - a), flat: 0.0125, torch: "torch.sigmoid(z)" },
  tanh: { of: Math.tanh, derivative: (z, a) => 1 - a * a, flat: 0.05, torch: "torch.tanh(z)" },
  ReLU: { of: (z) => z > 0 ? z : 0, derivative: (z) => z > 0 ? 1 : 0, slopes: [1, 0], dies: true,
    torch: "torch.relu(z)" },
  "leaky ReLU": { of: (z) => z > 0 ? z : 0.01 * z, derivative: (z) => z > 0 ? 1 : 0.01, slopes: [1, 0.01],
    torch: "F.leaky_relu(z, 0.01)" },
  GELU: { of: (z) => z * normalBelow(z), derivative: (z) => normalBelow(z) + z * bell(z), torch: "F.gelu(z)" },
};
