// Two ReLU units fold the plane of the inputs: where XOR's four corners land, and the line that separates them there.
// What is drawn stands in fold_planes.js and fold_table.js.

const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]], SQUARE = [[-0.5, -0.5], [1.5, -0.5], [1.5, 1.5], [-0.5, 1.5]];

const list = (values) => values.map(plain).join(", ");

/** Pre-activations z, hidden units h and output of the network for the point [x, y]. */
function outputsAt({ weights: [a, b, c, d], bias: [e, f], out: [u, v] }, [x, y]) {
  const z = [x * a + y * c + e, x * b + y * d + f], h = z.map((one) => Math.max(0, one));
  return { z, h, output: h[0] * u + h[1] * v };
}

/** The four corners and the probe, each with z, h and output; how many corners are classified correctly. */
function foldNumbers(state) {
  const rows = CORNERS.map((corner) => ({ corner, ...outputsAt(state, corner) }));
  const correct = rows.filter(({ corner: [x, y], output }) => (output > 0.5) === (x !== y)).length;
  return { rows, correct, probe: outputsAt(state, state.probe) };
}

/** The part of a convex polygon where the linear function `f` of its corners is at least 0. */
function clipped(polygon, f) {
  return polygon.flatMap((p, k) => {
    const q = polygon[(k + 1) % polygon.length], fp = f(p), fq = f(q), t = fp / (fp - fq);
    const crossing = p.map((one, j) => one + t * (q[j] - one));
    return [...(fp >= 0 ? [p] : []), ...((fp >= 0) !== (fq >= 0) ? [crossing] : [])];
  });
}

/** The square of the inputs in its linear parts: in each both units are on or off, the output above a half or not. */
function parts(state) {
  const sides = [1, -1];
  const height = (on) => (p) => {  // of the output over a half, where the units are on (1) or off (-1)
    const { z } = outputsAt(state, p);
    return on.reduce((sum, side, k) => sum + (side > 0 ? z[k] * state.out[k] : 0), 0) - 0.5;
  };
  return sides.flatMap((one) => sides.map((two) => [one, two])).flatMap((on) => {
    const within = (polygon, side, k) => clipped(polygon, (p) => side * outputsAt(state, p).z[k]);
    const part = on.reduce(within, SQUARE);
    const halves = sides.map((side) => ({ above: side > 0, points: clipped(part, (p) => side * height(on)(p)) }));
    return halves.filter(({ points }) => points.length > 2);
  });
}

/** The button that folds and unfolds, smoothly where motion is welcome. */
function buildTurn({ set, begin, state, atBegin }) {
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; };
  atBegin(stop);
  const turn = button("Fold", () => {
    begin();
    const from = state().fold, goal = from < 1 ? 1 : 0, start = performance.now();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { set({ fold: goal }); return; }
    timer = setInterval(() => {
      const part = Math.min(1, (performance.now() - start) / 1400), eased = part * part * (3 - 2 * part);
      if (turn.isConnected) set({ fold: part < 1 ? tidy(from + eased * (goal - from), 3) : goal });
      if (!turn.isConnected || part === 1) stop();
    }, 16);
  });
  turn.classList.add("first");
  return explain(turn, "Moves every point x of the plane to its hidden vector h = ReLU(Wᵀx + c), and back.");
}

/** Sliders for all weights and biases, in the settings. Returns rows and what shows a state. */
function buildFoldSettings({ set, begin, state, tell }) {
  const dial = ([name, part, k, words]) => {
    const [low, high] = limits[part];
    const made = slider({ name, low, high, begin, tell,
      change: (value) => set({ [part]: state()[part].map((one, j) => j === k ? value : one) }) });
    explain(made.node, words);
    return { ...made, of: (now) => now[part][k] };
  };
  const rows = [
    ["unit 1", ["W₁₁", "weights", 0, "Weight of x₁ in unit 1."], ["W₂₁", "weights", 2, "Weight of x₂ in unit 1."],
      ["c₁", "bias", 0, "Bias of unit 1: moves its line."]],
    ["unit 2", ["W₁₂", "weights", 1, "Weight of x₁ in unit 2."], ["W₂₂", "weights", 3, "Weight of x₂ in unit 2."],
      ["c₂", "bias", 1, "Bias of unit 2: moves its line."]],
    ["output", ["w₁", "out", 0, "Weight of h₁ in the output."], ["w₂", "out", 1, "Weight of h₂ in the output."]],
  ].map(([name, ...all]) => [name, all.map(dial)]);
  const nodes = rows.map(([name, all]) => html("div", { class: "row" }, html("b", {}, name),
    ...all.map(({ node }) => node)));
  return [[html("div", {}, ...nodes)], (now) => {
    for (const [, all] of rows) all.forEach((one) => one.show(one.of(now)));
  }];
}

/** What is to be seen, in a sentence. */
function sentence({ fold }, { correct }) {
  const told = `Classified correctly as XOR: ${correct} of 4.`;
  if (fold < 1) return `${told} Fold moves every point x to its hidden vector h = ReLU(Wᵀx + c).`;
  return correct === 4 ? `${told} In the plane of the hidden units one line separates the classes.`
    : `${told} Drag the lines until one line separates the classes in the plane of the hidden units.`;
}

function buildFold(stage) {
  const { root, says, set, begin, tell } = stage;
  root.append(html("style", {}, FOLD_STYLE));
  const [planes, drawPlanes] = buildPlanes(stage), [table, drawTable] = buildTable(), turn = buildTurn(stage);
  const fold = slider({ name: "fold", low: 0, high: 1, step: 0.01, begin, tell,
    change: (value) => set({ fold: value }) });
  explain(fold.node, "How far the plane is folded: 0 is the plane of the inputs, 1 that of the hidden units.");
  const preset = (words, change, tip) =>
    explain(button(words, () => { begin(); set({ weights: defaults.weights, ...change }); }), tip);
  const presets = [
    preset("Goodfellow's", { bias: [0, -1], out: [1, -2] }, "The weights in Goodfellow et al., section 6.1."),
    preset("A slide's", { bias: [0, 1], out: [0, 1] }, "Weights as they stand on a slide: are they right?")];
  const [settings, showSettings] = buildFoldSettings(stage);
  root.append(html("div", { class: "panels" }, ...planes, table),
    html("div", { class: "row steer" }, turn, fold.node), html("div", { class: "row" }, ...presets),
    ...settingsOf(...settings));
  return (now, numbers) => {
    drawPlanes(now, numbers);
    drawTable(now, numbers);
    write(turn, now.fold < 1 ? "Fold" : "Unfold");
    fold.show(now.fold);
    showSettings(now);
    write(says, sentence(now, numbers));
  };
}

const torchFold = ({ weights: [a, b, c, d], bias, out, probe }) => `import torch

W = torch.tensor([[${a}, ${b}], [${c}, ${d}]], dtype=torch.float64)
c, w = torch.tensor([${bias.join(", ")}], dtype=torch.float64), torch.tensor([${out.join(", ")}], dtype=torch.float64)
x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1], [${probe.join(", ")}]], dtype=torch.float64)
h = torch.relu(x @ W + c)
for point, hidden, output in zip(x.tolist(), h.tolist(), (h @ w).tolist()):
    print(point, "->", [round(one, 4) for one in hidden], "->", round(output, 4))`;

export default figure({ title: "Two ReLU units fold the plane", rules, numbers: foldNumbers,
  build: buildFold, torch: torchFold });
