// The profile in PyTorch: the same random numbers, one pass forward and backward, the statistics of every layer.

const WEIGHTS_IN_TORCH = {  // the matrix W of a hidden layer
  Xavier: "numbers(draw, n, n, normal) * (1 / n) ** 0.5",
  He: "numbers(draw, n, n, normal) * (2 / n) ** 0.5",
  "torch default": "numbers(draw, n, n, uniform) / n ** 0.5",
  orthogonal: "orthogonal(numbers(draw, n, n, normal))",
  "normal 0.01": "numbers(draw, n, n, normal) * 0.01",
  "normal 1": "numbers(draw, n, n, normal)",
  constant: "torch.full((n, n), 1 / n, dtype=torch.float64)",
  zeros: "torch.zeros(n, n, dtype=torch.float64)",
};

const NORMS_IN_TORCH = { batch: "F.batch_norm(z, None, None, training=True)", layer: "F.layer_norm(z, (n,))" };

const ORTHOGONAL_IN_TORCH = `
def orthogonal(W):  # as torch.nn.init.orthogonal_
    q, r = torch.linalg.qr(W.T)
    return (q * r.diagonal().sign()).T
`;

/** The PyTorch that prints, layer by layer, the logarithms of the root mean squares. */
function torchProfile(state) {
  const { depth, width, batch_size: count, seed, gain, activation, initialization, normalization, residual } = state;
  const uniform = initialization === "torch default", byWeights = state.gradient === "weights";
  const own = INITIALIZATIONS[initialization].kind, value = PROFILE_ACTIVATIONS[activation].torch;
  return `import math

import torch
from torch.nn import functional as F

${RANDOM_IN_TORCH}

def normal(draw):  # mean 0, standard deviation 1 (Box and Muller)
    return math.sqrt(-2 * math.log(1 - draw())) * math.cos(2 * math.pi * draw())
${uniform ? `
def uniform(draw):  # from -1 to 1
    return 2 * draw() - 1
` : ""}
def numbers(draw, rows, columns, number):
    values = [[number(draw) for _ in range(columns)] for _ in range(rows)]
    return torch.tensor(values, dtype=torch.float64)
${own === "orthogonal" ? ORTHOGONAL_IN_TORCH : ""}
def rms(values):
    return values.norm() / values.numel() ** 0.5

depth, n, batch_size = ${depth}, ${width}, ${count}
draw = random(${1000 * seed})
h = numbers(draw, batch_size, n, normal)
labels = torch.tensor([int(${CLASSES} * draw()) for _ in range(batch_size)])
activations, gradients = [], []
for layer in range(1, depth + 1):
    ${own ? `draw = random(${1000 * seed} + layer)
    ` : ""}W = ${gain === 1 ? "" : `${gain} * `}${WEIGHTS_IN_TORCH[initialization]}
    b = ${uniform ? "numbers(draw, 1, n, uniform) / n ** 0.5" : "torch.zeros(n, dtype=torch.float64)"}
    W.requires_grad_()
    z = h @ W.T + b
    z.retain_grad()
    gradients.append(${byWeights ? "W" : "z"})
${normalization === "none" ? "" : `    z = ${NORMS_IN_TORCH[normalization]}
`}    h = ${residual ? "h + " : ""}${value}
    activations.append(h)
output = numbers(random(${1000 * seed + 999}), ${CLASSES}, n, normal) / n ** 0.5
F.cross_entropy(h @ output.T, labels).backward()
for layer in range(depth):
    forward = rms(activations[layer]).log10().item()
    backward = rms(gradients[layer].grad).log10().item()
    print(f"layer {layer + 1}: log10 of the RMS of activations {forward:.4f}, of gradients {backward:.4f}")`;
}
