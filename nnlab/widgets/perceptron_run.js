// Rosenblatt's perceptron, step by step, and what Novikoff's theorem says of its mistakes: R, γ and (R/γ)².

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const plus = (a, b, times = 1) => a.map((one, k) => one + times * b[k]);
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const sign = (label) => label > 0 ? 1 : -1;

/** In which order the points are visited, pass after pass: as they were drawn (seed 0), or shuffled. */
const orderOf = (count, seed) => seed ? shuffled(count, random(seed)) : upTo(count);

/** The point of the convex hull of `vectors` (3 numbers each) nearest to 0: a corner, or on an edge or a face. */
function nearest(vectors) {
  let best = null, least = Infinity;
  const offer = (v) => {
    const square = dot(v, v);
    if (square >= least) return;
    best = v;
    least = square;
  };
  vectors.forEach((a, i) => {
    offer(a);
    for (let j = 0; j < i; j++) {
      const ab = plus(vectors[j], a, -1), length = dot(ab, ab);
      if (length > 1e-12) offer(plus(a, ab, clamp(-dot(a, ab) / length, 0, 1)));
      for (let k = 0; k < j; k++) {
        const normal = cross(ab, plus(vectors[k], a, -1)), square = dot(normal, normal);
        if (square < 1e-12) continue;
        const p = normal.map((one) => one * dot(normal, a) / square), corners = [a, vectors[j], vectors[k]];
        const inside = corners.every((corner, c) => {
          const edge = plus(corners[(c + 1) % 3], corner, -1);
          return dot(cross(edge, plus(p, corner, -1)), normal) >= 0;
        });
        if (inside) offer(p);
      }
    }
  });
  return best;
}

/** The widest margin γ of a line that separates the points, and its weights of norm 1; both null where none does. */
function widestMargin(inputs, labels) {
  const towards = inputs.map((input, k) => input.map((one) => one * labels[k])), near = nearest(towards);
  const separates = near && Math.min(...towards.map((one) => dot(one, near))) > 1e-9;
  if (!separates) return { margin: null, separator: null };
  const margin = Math.sqrt(dot(near, near));
  return { margin, separator: near.map((one) => one / margin) };
}

/**
 * The whole run, until all points are classified correctly in a row (`converged`), or as far as the figure goes:
 * `trace` has an entry for each step, the figure shows the first `done` of them; R, γ and the bound (R/γ)².
 */
function perceptronNumbers({ points, seed, step }) {
  const inputs = points.map(([x, y]) => [1, x, y]), labels = points.map((point) => sign(point[2]));
  const order = orderOf(points.length, seed), trace = [];
  let weights = [0, 0, 0], mistakes = 0, inRow = 0;
  while (inRow < points.length && trace.length < limits.step[1]) {
    const k = order[trace.length % points.length], total = dot(weights, inputs[k]), before = weights;
    const mistake = labels[k] * total <= 1e-9;  // a point on the line counts as misclassified
    if (mistake) weights = plus(weights, inputs[k], labels[k]);
    mistakes += mistake;
    inRow = mistake ? 0 : inRow + 1;
    trace.push({ k, total, mistake, before, weights, mistakes });
  }
  const done = Math.min(step, trace.length), here = trace[done - 1] || { weights: [0, 0, 0], mistakes: 0 };
  const { margin, separator } = widestMargin(inputs, labels);
  const radius = Math.max(0, ...inputs.map((input) => Math.sqrt(dot(input, input))));
  return {
    order, trace, done, weights: here.weights, mistakes: here.mistakes, converged: inRow >= points.length,
    radius, margin, separator, bound: margin && (radius / margin) ** 2,
  };
}

const torchPerceptron = ({ points }, { order, done, separator }) => `import torch

x = torch.tensor([${points.map(([x, y]) => `[1, ${x}, ${y}]`).join(", ")}], dtype=torch.float64)  # 1, x1, x2
y = torch.tensor([${points.map((point) => sign(point[2])).join(", ")}], dtype=torch.float64)
order = [${order.join(", ")}]
w, mistakes = torch.zeros(3, dtype=torch.float64), 0  # b, w1, w2
for step in range(${done}):
    i = order[step % len(order)]
    if y[i] * (x[i] @ w) <= 1e-9:  # misclassified, or on the line
        w += y[i] * x[i]
        mistakes += 1
print("b, w1, w2:", [round(one, 4) for one in w.tolist()], "mistakes:", mistakes)${separator ? `
u = torch.tensor([${separator.join(", ")}], dtype=torch.float64)  # the line with the widest margin
margin, radius = (y * (x @ u)).min() / u.norm(), x.norm(dim=1).max()
print(f"bound: {(radius / margin) ** 2:.4f}")` : ""}`;
