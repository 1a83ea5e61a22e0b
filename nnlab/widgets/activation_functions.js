// Nine activation functions: value, derivative, what they look like, the same in PyTorch.

const relu = (x) => Math.max(0, x), over = (x) => x > 0 ? 1 : 0;
const arms = ({ maxout: [w, c, v, d] }, x) => [w * x + c, v * x + d];

/** Value and derivative (at a kink the one that PyTorch returns), the places of kinks and jumps, and the PyTorch. */
const FUNCTIONS = {
  linear: { color: "var(--gray)", dash: "3 5", of: (x) => x, derivative: () => 1, torch: () => "z" },
  step: {
    color: "var(--ink)", of: (x) => x >= 0 ? 1 : 0, derivative: () => 0,
    breaks: () => [0], jumps: true, torch: () => "(z >= 0).double()",
  },
  sigmoid: {
    color: "var(--lane0)", of: sigmoid, derivative: (x) => sigmoid(x) * (1 - sigmoid(x)),
    torch: () => "torch.sigmoid(z)",
  },
  tanh: {
    color: "var(--lane1)", of: Math.tanh, derivative: (x) => 1 - Math.tanh(x) ** 2, torch: () => "torch.tanh(z)",
  },
  ReLU: { color: "var(--lane2)", of: relu, derivative: over, breaks: () => [0], torch: () => "torch.relu(z)" },
  "leaky ReLU": {
    color: "var(--lane3)", dash: "9 4",
    of: (x, { leak }) => x > 0 ? x : leak * x,
    derivative: (x, { leak }) => x > 0 ? 1 : leak,
    breaks: ({ leak }) => leak === 1 ? [] : [0],
    torch: ({ leak }) => `F.leaky_relu(z, ${leak})`,
  },
  ELU: {
    color: "var(--lane4)", dash: "14 4 3 4",
    of: (x, { alpha }) => x > 0 ? x : alpha * Math.expm1(x),
    derivative: (x, { alpha }) => x > 0 ? 1 : alpha * Math.exp(x),
    breaks: ({ alpha }) => alpha === 1 ? [] : [0],
    torch: ({ alpha }) => `F.elu(z, ${alpha})`,
  },
  maxout: {
    color: "var(--lane5)",
    of: (x, now) => Math.max(...arms(now, x)),
    derivative: (x, now) => {
      const [one, other] = arms(now, x), [w, , v] = now.maxout;
      return one === other ? (w + v) / 2 : one > other ? w : v;
    },
    breaks: ({ maxout: [w, c, v, d] }) => w === v ? [] : [(d - c) / (w - v)],
    torch: ({ maxout: [w, c, v, d] }) => `torch.maximum(${w} * z + ${c}, ${v} * z + ${d})`,
  },
  APL: {
    color: "var(--lane6)", dash: "9 3 3 3 3 3",
    of: (x, { apl: [a, b] }) => relu(x) + a * relu(b - x),
    derivative: (x, { apl: [a, b] }) => over(x) - a * over(b - x),
    breaks: ({ apl: [a, b] }) => a === 0 ? [0] : b === 0 && a === -1 ? [] : [Math.min(0, b), Math.max(0, b)],
    torch: ({ apl: [a, b] }) => `torch.relu(z) + ${a} * torch.relu(${b} - z)`,
  },
};
