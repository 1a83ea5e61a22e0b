// Surfaces to descend on: the loss, its analytic gradient, and the same loss in PyTorch. The lowest loss is 0.

/** Losses between `low` and `high` for `count` contour lines, each the same factor above the one before. */
const geometric = (low, high, count) => upTo(count).map((k) => low * (high / low) ** (k / (count - 1)));

/** (u² + κ v²) / 2, where (u, v) is (x, y) in the directions of the Hessian's eigenvectors: eigenvalues 1 and κ. */
const BOWL = {
  quadratic: true, x: [-2.5, 2.5], y: [-2, 2], minima: [[0, 0]],
  levels: ({ kappa }) => geometric(0.02, 3 * (1 + kappa), 13),
  of({ kappa, angle }) {
    const cos = Math.cos(angle * Math.PI / 180), sin = Math.sin(angle * Math.PI / 180);
    return {
      loss(x, y) {
        const u = cos * x + sin * y, v = cos * y - sin * x;
        return (u * u + kappa * v * v) / 2;
      },
      gradient(x, y) {
        const u = cos * x + sin * y, v = kappa * (cos * y - sin * x);
        return [cos * u - sin * v, sin * u + cos * v];
      },
    };
  },
  torch: ({ kappa, angle }) => `    angle = torch.tensor(${angle} * torch.pi / 180, dtype=torch.float64)
    u = torch.cos(angle) * x + torch.sin(angle) * y
    v = torch.cos(angle) * y - torch.sin(angle) * x
    return (u ** 2 + ${kappa} * v ** 2) / 2`,
};

const NOTCH = { depth: 0.45, x: -0.6, across: 0.16, along: 0.8 };  // a Gaussian dent in a wide bowl

const SURFACES = {
  bowl: BOWL,
  ravine: {  // a valley that winds: 5 (y - sin(2x)/2)² + (x - 1.6)²/10
    x: [-2.5, 2.5], y: [-2, 2], minima: [[1.6, Math.sin(3.2) / 2]], levels: () => geometric(0.02, 50, 12),
    of: () => ({
      loss: (x, y) => 5 * (y - Math.sin(2 * x) / 2) ** 2 + (x - 1.6) ** 2 / 10,
      gradient(x, y) {
        const height = 10 * (y - Math.sin(2 * x) / 2);
        return [(x - 1.6) / 5 - height * Math.cos(2 * x), height];
      },
    }),
    torch: () => "    return 5 * (y - torch.sin(2 * x) / 2) ** 2 + (x - 1.6) ** 2 / 10",
  },
  saddle: {  // x²/2 + (y² - 1)²/4: a saddle at the origin, two minima
    x: [-2.5, 2.5], y: [-2, 2], minima: [[0, 1], [0, -1]],
    levels: () => [0.01, 0.04, 0.09, 0.16, 0.25, 0.36, 0.55, 0.85, 1.3, 2, 3, 4.5],
    of: () => ({
      loss: (x, y) => x * x / 2 + (y * y - 1) ** 2 / 4,
      gradient: (x, y) => [x, y * (y * y - 1)],
    }),
    torch: () => "    return x ** 2 / 2 + (y ** 2 - 1) ** 2 / 4",
  },
  Rosenbrock: {
    x: [-2.5, 2.5], y: [-1, 3], minima: [[1, 1]], levels: () => geometric(0.1, 2000, 12),
    of: () => ({
      loss: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
      gradient: (x, y) => [2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)],
    }),
    torch: () => "    return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2",
  },
  Beale: {
    x: [-1, 4.5], y: [-1.8, 1.6], minima: [[3, 0.5]], levels: () => geometric(0.02, 2000, 13),
    of: () => ({
      loss: (x, y) => (1.5 - x + x * y) ** 2 + (2.25 - x + x * y ** 2) ** 2 + (2.625 - x + x * y ** 3) ** 2,
      gradient(x, y) {
        const [a, b, c] = [1.5 - x + x * y, 2.25 - x + x * y ** 2, 2.625 - x + x * y ** 3];
        return [2 * (a * (y - 1) + b * (y ** 2 - 1) + c * (y ** 3 - 1)),
          2 * x * (a + 2 * b * y + 3 * c * y ** 2)];
      },
    }),
    torch: () => "    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y ** 2) ** 2 + (2.625 - x + x * y ** 3) ** 2",
  },
  notch: {
    x: [-2.5, 2.5], y: [-2, 2], minima: [[1.2, 0]],
    levels: () => [0.02, 0.08, 0.18, 0.32, 0.42, 0.5, 0.6, 0.72, 0.9, 1.2, 1.6, 2.2, 3, 4],
    of() {
      const { depth, x: place, across, along } = NOTCH;
      const dent = (x, y) => depth * Math.exp(-(((x - place) / across) ** 2) / 2 - ((y / along) ** 2) / 2);
      return {
        loss: (x, y) => 0.2 * (x - 1.2) ** 2 + 0.4 * y * y - dent(x, y),
        gradient(x, y) {
          const hollow = dent(x, y);
          return [0.4 * (x - 1.2) + hollow * (x - place) / across ** 2, 0.8 * y + hollow * y / along ** 2];
        },
      };
    },
    torch: () => `    dent = torch.exp(-((x + ${-NOTCH.x}) / ${NOTCH.across}) ** 2 / 2 - (y / ${NOTCH.along}) ** 2 / 2)
    return 0.2 * (x - 1.2) ** 2 + 0.4 * y ** 2 - ${NOTCH.depth} * dent`,
  },
  "noisy bowl": BOWL,
};
