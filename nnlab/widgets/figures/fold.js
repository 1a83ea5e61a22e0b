// Two ReLU units fold the plane of the inputs: where XOR's four corners land, and the line that separates them there.

const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]], SQUARE = [[-0.5, -0.5], [1.5, -0.5], [1.5, 1.5], [-0.5, 1.5]];

const list = (values) => values.map(plain).join(", ");

/** Pre-activations z, hidden units h and output of the network for the point [x, y]. */
function through({ weights: [a, b, c, d], bias: [e, f], out: [u, v] }, [x, y]) {
  const z = [x * a + y * c + e, x * b + y * d + f], h = z.map((one) => Math.max(0, one));
  return { z, h, output: h[0] * u + h[1] * v };
}

/** The four corners and the probe, each with z, h and output; how many corners are classified correctly. */
function foldNumbers(state) {
  const rows = CORNERS.map((corner) => ({ corner, ...through(state, corner) }));
  const correct = rows.filter(({ corner: [x, y], output }) => (output > 0.5) === (x !== y)).length;
  return { rows, correct, probe: through(state, state.probe) };
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
    const { z } = through(state, p);
    return on.reduce((sum, side, k) => sum + (side > 0 ? z[k] * state.out[k] : 0), 0) - 0.5;
  };
  return sides.flatMap((one) => sides.map((two) => [one, two])).flatMap((on) => {
    const within = (polygon, side, k) => clipped(polygon, (p) => side * through(state, p).z[k]);
    const part = on.reduce(within, SQUARE);
    const halves = sides.map((side) => ({ above: side > 0, points: clipped(part, (p) => side * height(on)(p)) }));
    return halves.filter(({ points }) => points.length > 2);
  });
}

/** Axes with colored parts, a grid, corners and probe; `show` is told where a point of the plane is drawn. */
function buildPanel({ left, width, x, y, label, xName, yName, title }) {
  const ticks = ([low, high]) => steps(Math.ceil(low), Math.floor(high), Math.floor(high) - Math.ceil(low));
  const on = axes({ left, top: 40, width, height: 250, x, y, xTicks: ticks(x), yTicks: ticks(y), xName, yName });
  const sheet = svg("g"), lines = svg("g"), corners = svg("g");
  on.inside.append(sheet, lines);
  const drawing = panel({ left: left - 46, width: width + 70, height: 348, label },
    on.node, on.inside, text(left + 30, 30, title, BOLD), corners);
  const path = (points) => points.map(([u, v]) => `${tidy(on.toX(u))},${tidy(on.toY(v))}`).join(" ");
  const grid = steps(-0.5, 1.5, 8), fine = steps(-0.5, 1.5, 64);
  return { on, drawing, show: (state, place, probe) => {
    sheet.replaceChildren(...parts(state).map(({ above, points }) => {
      const fill = above ? "#cfe5f3" : "#fae6d8";
      return svg("polygon", { points: path(points.map(place)), fill, stroke: fill, "fill-opacity": 0.9 });
    }));
    const line = (points) => svg("polyline", { fill: "none", stroke: "#8a8a8a", points: path(points.map(place)) });
    lines.replaceChildren(
      ...grid.map((at) => line(fine.map((along) => [at, along]))),
      ...grid.map((at) => line(fine.map((along) => [along, at]))));
    corners.replaceChildren(...CORNERS.map((corner) => {
      const [u, v] = place(corner), look = { stroke: "white", "stroke-width": 2 };
      return svg("g", {}, mark(corner[0] !== corner[1], on.toX(u), on.toY(v), 11, look));
    }));
    const [u, v] = place(state.probe);
    put(probe, { transform: `translate(${on.toX(u)} ${on.toY(v)})` });
  } };
}

/** Put `line` where u x + v y = height, in the axes `on`. */
function putLine(line, on, u, v, height, more = {}) {
  const length = Math.hypot(u, v), far = 9 / (length || 1);
  const [x, y] = [u, v].map((one) => height * one / (length ** 2 || 1));
  put(line, { visibility: length ? "visible" : "hidden", x1: on.toX(x + v * far), y1: on.toY(y - u * far),
    x2: on.toX(x - v * far), y2: on.toY(y + u * far), ...more });
}

/** Both planes, of inputs and of hidden units. Returns their panels and what draws them. */
function buildPlanes({ set, begin, state }) {
  const plane = buildPanel({ left: 46, width: 320, x: [-0.5, 1.5], y: [-0.5, 1.5],
    label: "Plane of the inputs", title: "inputs", xName: "x₁", yName: "x₂" });
  const hidden = buildPanel({ left: 480, width: 470, x: [-0.6, 3.1], y: [-0.6, 3.3],
    label: "Plane of the hidden units", title: "hidden units", xName: "h₁", yName: "h₂" });
  const diamond = () => svg("path", { d: "M0 -12L12 0L0 12L-12 0Z", fill: GREEN, stroke: "white", "stroke-width": 2 });
  const probe = svg("g", {}, svg("circle", { r: 24, fill: "transparent", class: "ring" }), diamond());
  const shadow = svg("g", {}, diamond());
  const near = (x, y) => [x, y].map((one) => tidy(clamp(one, -0.5, 1.5)));
  draggable(probe, { name: "Point of the plane", begin,
    to: (x, y) => set({ probe: near(plane.on.fromX(x), plane.on.fromY(y)) }),
    by: (right, up) => set({ probe: near(state().probe[0] + right, state().probe[1] + up) }) });
  const folds = [0, 1].map(() => svg("line", { stroke: INK, "stroke-width": 2.2, "stroke-dasharray": "7 5" }));
  const boundary = svg("line", { stroke: INK, "stroke-width": 3.5 });
  plane.on.inside.append(...folds);
  plane.drawing.append(probe);
  hidden.on.inside.append(boundary);
  hidden.drawing.append(shadow);
  return [[plane.drawing, hidden.drawing], (now, numbers) => {
    const between = (p) => {
      const { h } = through(now, p);
      return p.map((one, k) => one + now.fold * (h[k] - one));
    };
    plane.show(now, (p) => p, probe);
    hidden.show(now, between, shadow);
    putLine(boundary, hidden.on, ...now.out, 0.5, { opacity: now.fold });
    folds.forEach((line, k) => putLine(line, plane.on, now.weights[k], now.weights[k + 2], -now.bias[k]));
    const { h, output } = numbers.probe;
    put(probe, { "aria-valuenow": now.probe[0], "aria-valuemin": -0.5, "aria-valuemax": 1.5,
      "aria-valuetext": `x ${list(now.probe)}, h ${list(h)}, output ${plain(output)}` });
  }];
}

/** The button that folds and unfolds, smoothly where motion is welcome. */
function buildTurn({ set, begin, state, atBegin }) {
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; };
  atBegin(stop);
  const turn = button("Fold", () => {
    begin();
    const goal = state().fold < 1 ? 1 : 0;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { set({ fold: goal }); return; }
    timer = setInterval(() => {
      const next = clamp(tidy(state().fold + (goal ? 0.02 : -0.02)), 0, 1);
      if (turn.isConnected) set({ fold: next });
      if (!turn.isConnected || next === goal) stop();
    }, 30);
  });
  return turn;
}

function buildFold(stage) {
  const { root, says, set, begin, state, tell } = stage;
  const [planes, drawPlanes] = buildPlanes(stage), turn = buildTurn(stage);
  const fold = slider({ name: "fold", low: 0, high: 1, step: 0.01, begin, tell,
    change: (value) => set({ fold: value }) });
  const dial = ([name, part, k]) => {
    const [low, high] = limits[part];
    return slider({ name, low, high, begin, tell,
      change: (value) => set({ [part]: state()[part].map((one, j) => j === k ? value : one) }) });
  };
  const dials = [["c₁", "bias", 0], ["c₂", "bias", 1], ["w₁", "out", 0], ["w₂", "out", 1]].map(dial);
  const preset = (words, change) => button(words, () => { begin(); set({ weights: defaults.weights, ...change }); });
  const presets = [preset("Goodfellow's", { bias: [0, -1], out: [1, -2] }),
    preset("A slide's", { bias: [0, 1], out: [0, 1] })];
  root.append(html("div", { class: "panels" }, ...planes),
    html("div", { class: "row" }, turn, fold.node, ...presets),
    html("div", { class: "row" }, ...dials.map((one) => one.node)));
  return (now, numbers) => {
    drawPlanes(now, numbers);
    turn.textContent = now.fold < 1 ? "Fold" : "Unfold";
    fold.show(now.fold);
    dials.forEach((one, k) => one.show([...now.bias, ...now.out][k]));
    const chain = (x, { h, output }) => `(${list(x)}) → (${list(h)}) → ${plain(output)}`;
    const corners = numbers.rows.map((row) => chain(row.corner, row)).join("; ");
    says.replaceChildren(`x → h → output: ${corners}. Classified correctly as XOR: ${numbers.correct} of 4.`,
      html("br", {}), `The diamond: ${chain(now.probe, numbers.probe)}.`);
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
