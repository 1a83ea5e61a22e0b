// Update rules of optimizers for parameters in an array w with the gradient g, as torch's optimizers take their steps;
// `memory` is the optimizer's own state, at first {}. Tests hold them equal to torch's.

const vectorOf = (memory, name, size) => memory[name] ||= new Array(size).fill(0);

/** Change w in place by a step of gradient descent, with momentum where `beta` is not 0. */
function descend(w, g, memory, { rate, beta = 0, nesterov = false }) {
  const v = vectorOf(memory, "velocity", w.length);
  for (let i = 0; i < w.length; i++) {
    v[i] = beta * v[i] + g[i];
    w[i] -= rate * (nesterov ? g[i] + beta * v[i] : v[i]);
  }
}

/**
 * The optimizers by name: `step` changes w in place; `beta` is the letter of the hyperparameter beta, "" where there is
 * none, and `usual` its usual value; `torch` constructs it; on a quadratic with the eigenvalue λ it diverges where ηλ
 * is above `limit(beta)`.
 */
const OPTIMIZERS = {
  "gradient descent": {
    beta: "", usual: 0, limit: () => 2, torch: (rate) => `torch.optim.SGD([w], lr=${rate})`,
    step: (w, g, memory, { rate }) => descend(w, g, memory, { rate }),
  },
  momentum: {
    beta: "β", usual: 0.9, limit: (beta) => 2 * (1 + beta),
    torch: (rate, beta) => `torch.optim.SGD([w], lr=${rate}, momentum=${beta})`,
    step: descend,
  },
  Nesterov: {
    beta: "β", usual: 0.9, limit: (beta) => 2 * (1 + beta) / (1 + 2 * beta),
    torch: (rate, beta) => beta ? `torch.optim.SGD([w], lr=${rate}, momentum=${beta}, nesterov=True)`
      : `torch.optim.SGD([w], lr=${rate})`,
    step: (w, g, memory, { rate, beta }) => descend(w, g, memory, { rate, beta, nesterov: true }),
  },
  AdaGrad: {
    beta: "", usual: 0, torch: (rate) => `torch.optim.Adagrad([w], lr=${rate})`,
    step(w, g, memory, { rate }) {
      const s = vectorOf(memory, "sum", w.length);
      for (let i = 0; i < w.length; i++) {
        s[i] += g[i] * g[i];
        w[i] -= rate * g[i] / (Math.sqrt(s[i]) + 1e-10);
      }
    },
  },
  RMSProp: {
    beta: "α", usual: 0.99, torch: (rate, beta) => `torch.optim.RMSprop([w], lr=${rate}, alpha=${beta})`,
    step(w, g, memory, { rate, beta }) {
      const v = vectorOf(memory, "square", w.length);
      for (let i = 0; i < w.length; i++) {
        v[i] = beta * v[i] + (1 - beta) * g[i] * g[i];
        w[i] -= rate * g[i] / (Math.sqrt(v[i]) + 1e-8);
      }
    },
  },
  Adam: {
    beta: "β₁", usual: 0.9, torch: (rate, beta) => `torch.optim.Adam([w], lr=${rate}, betas=(${beta}, 0.999))`,
    step(w, g, memory, { rate, beta }) {
      const m = vectorOf(memory, "mean", w.length), v = vectorOf(memory, "square", w.length);
      memory.t = (memory.t || 0) + 1;
      for (let i = 0; i < w.length; i++) {
        m[i] = beta * m[i] + (1 - beta) * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        const mean = m[i] / (1 - beta ** memory.t), square = v[i] / (1 - 0.999 ** memory.t);
        w[i] -= rate * mean / (Math.sqrt(square) + 1e-8);
      }
    },
  },
};
