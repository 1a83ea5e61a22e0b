// The double-descent figure in PyTorch: the same draw, the same basis, the pseudo-inverse or ridge regression.

const BASIS_IN_TORCH = {
  "natural splines": `def basis(at):  # natural cubic splines: B-splines whose second derivative is 0 at both ends
    knots = torch.quantile(x, torch.linspace(0, 1, df, dtype=torch.float64)).numpy()
    splines = BSpline(np.r_[[knots[0]] * 3, knots, [knots[-1]] * 3], np.eye(df + 2), 3)
    ends = splines.derivative(2)(knots[[0, -1]])
    return torch.tensor(splines(at.numpy()) @ null_space(ends))`,
  "truncated powers": `def basis(at):  # natural cubic splines: Hastie, Tibshirani and Friedman, formula 5.4
    knots = torch.quantile(x, torch.linspace(0, 1, df, dtype=torch.float64))
    cubes = (at[:, None] - knots).clamp(min=0) ** 3
    parts = (cubes[:, :-1] - cubes[:, -1:]) / (knots[-1] - knots[:-1])
    return torch.cat([torch.ones_like(at)[:, None], at[:, None], parts[:, :-1] - parts[:, -1:]], 1)`,
  cosines: `def basis(at):  # cosines of 0, 1, 2, ... half waves
    waves = torch.cos(math.pi * torch.arange(df) * (at[:, None] + ${HALF}) / ${2 * HALF})
    return waves * torch.where(torch.arange(df) > 0, 2 ** 0.5, 1.0)`,
};

/** The PyTorch that prints the training error, the test error and the norm of the weights at the shown number. */
function torchDescent({ basis, df, seed, noise, ridge, pulls }) {
  const natural = basis === "natural splines";
  const moved = pulls.some(Boolean);
  return `import math

${natural ? "import numpy as np\n" : ""}import torch
${natural ? "from scipy.interpolate import BSpline\nfrom scipy.linalg import null_space\n" : ""}
${RANDOM_IN_TORCH}

draw = random(${seed})

def normal():  # mean 0, standard deviation 1 (Box and Muller)
    return math.sqrt(-2 * math.log(1 - draw())) * math.cos(2 * math.pi * draw())

df = ${df}
x = sorted([-${HALF}, ${HALF}] + [${HALF} * (2 * draw() - 1) for _ in range(${COUNT - 2})])
x = torch.tensor(x, dtype=torch.float64)
y = torch.sin(x) + ${noise} * torch.tensor([normal() for _ in range(${COUNT})], dtype=torch.float64)
${moved ? `y = y + torch.tensor(${JSON.stringify(pulls)}, dtype=torch.float64)  # moved by hand\n` : ""}
${BASIS_IN_TORCH[basis]}

X = basis(x)
${ridge ? `gram = X @ X.T + ${ridge} * torch.eye(${COUNT}, dtype=torch.float64)
w = X.T @ torch.linalg.solve(gram, y)  # ridge regression` : "w = torch.linalg.pinv(X) @ y  # minimum norm"}
test = torch.linspace(-${HALF}, ${HALF}, ${TEST.length}, dtype=torch.float64)
print(f"training error {((X @ w - y) ** 2).mean():.4f}")
print(f"test error {((basis(test) @ w - torch.sin(test)) ** 2).mean():.4f}")
print(f"norm of the weights {w.norm():.4f}")`;
}
