// One neuron with two inputs: turn its weights, shift its decision boundary, move tonight's evening, see the output.

const ACTIVATIONS = {
  step: { of: (z) => z >= 0 ? 1 : 0, y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "(z >= 0).double()" },
  sigmoid: { of: sigmoid, y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "torch.sigmoid(z)" },
  tanh: { of: Math.tanh, y: [-1.25, 1.25], ticks: [-1, 0, 1], torch: "torch.tanh(z)" },
  ReLU: { of: (z) => Math.max(0, z), y: [-1, 6], ticks: [0, 2, 4, 6], torch: "torch.relu(z)" },
  linear: { of: (z) => z, y: [-6, 6], ticks: [-6, -3, 0, 3, 6], torch: "z" },
};
const LIMIT = 3, ARROW = 0.5;  // the plane reaches from -LIMIT to LIMIT; a weight of 1 is an arrow of ARROW
const RANGE = { "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT };
const within = (value) => tidy(clamp(value, -LIMIT, LIMIT));

const sum = ({ weights: [a, b], bias }, [x, y]) => a * x + b * y + bias;

/** Weighted sum and output at the probe; which of the past evenings are classified correctly, and how many. */
function neuronNumbers(state) {
  const z = sum(state, state.probe), output = ACTIVATIONS[state.activation].of(z);
  const isCorrect = state.points.map((point) => sum(state, point) >= 0 === (point[2] === 1));
  return { z, output, isCorrect, correct: isCorrect.filter(Boolean).length };
}

/** Color of an output: white at 0, blue towards 1, orange towards -1. */
const colorOf = (value) => {
  const color = value < 0 ? [230, 140, 60] : [90, 170, 225], part = clamp(Math.abs(value), 0, 1);
  return `rgb(${color.map((channel) => Math.round(255 + (channel - 255) * part)).join(",")})`;
};

/** The point of the decision boundary that is nearest to the origin; the arrow of the weights stands there. */
const foot = ({ weights: [a, b], bias }) => {
  const square = a * a + b * b;
  return square < 1e-6 ? [0, 0] : [-bias * a / square, -bias * b / square];
};

/** The output as a shade of the plane. It changes along the weights only. Returns its nodes and what draws it. */
function buildShade(plane) {
  const stops = steps(0, 1, 40).map((offset) => svg("stop", { offset }));
  const gradient = svg("linearGradient", { id: "output", gradientUnits: "userSpaceOnUse" }, ...stops);
  const shade = svg("rect", { x: 46, y: 36, width: 330, height: 330, fill: "url(#output)" });
  return [svg("defs", {}, gradient), shade, (now) => {  // from z = -6 to z = 6
    const { weights: [a, b], bias } = now, { of } = ACTIVATIONS[now.activation];
    const [fx, fy] = foot(now), length = Math.hypot(a, b), far = length < 1e-3 ? 0 : 6 / length ** 2;
    const [x1, x2] = [-far, far].map((t) => plane.toX(fx + t * a));
    const [y1, y2] = [-far, far].map((t) => plane.toY(fy + t * b));
    put(gradient, { x1, y1, x2: far ? x2 : x1 + 1, y2 });
    stops.forEach((stop, k) => put(stop, { "stop-color": colorOf(of(far ? -6 + k * 0.3 : bias)) }));
  }];
}

/** The decision boundary, which can be shifted. Returns its handle and what draws it. */
function buildBoundary({ set, begin, state }, plane) {
  const line = svg("line", { stroke: INK, "stroke-width": 3.5 });
  const grip = svg("line", { stroke: "transparent", "stroke-width": 26, class: "ring" });
  const handle = svg("g", {}, grip, line);
  const shift = (place) => {
    const { weights: [a, b] } = state(), [x, y] = place.map((value) => clamp(value, -LIMIT, LIMIT));
    set({ bias: within(-(a * x + b * y)) });
  };
  draggable(handle, { name: "Decision boundary: where z is zero", begin,
    to: (x, y) => shift([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = foot(state()); shift([x + right, y + up]); } });
  return [handle, (now) => {
    const { weights: [a, b], bias } = now, [fx, fy] = foot(now), length = Math.hypot(a, b);
    const [dx, dy] = length < 1e-3 ? [0, 0] : [-b / length * 12, a / length * 12];
    const ends = { x1: plane.toX(fx - dx), y1: plane.toY(fy - dy), x2: plane.toX(fx + dx), y2: plane.toY(fy + dy) };
    for (const one of [line, grip]) put(one, ends);
    put(handle, { ...RANGE, "aria-valuenow": bias, "aria-valuetext": `bias ${shown(bias)}` });
  }];
}

/**
 * The arrow of the weights. While it has the focus it turns about one place, its foot when that began; the bias
 * follows, so that the decision boundary stays there. Returns its handle and what draws it.
 */
function buildArrow({ set, begin, state, draw }, plane) {
  const shaft = svg("line", { stroke: INK, "stroke-width": 3 });
  const tip = svg("path", { d: "M11 0L-9 -9L-5 0L-9 9Z", fill: INK });
  const ring = svg("circle", { r: 20, fill: "transparent", class: "ring" }), handle = svg("g", {}, shaft, ring, tip);
  let pivot = null;
  const onBoundary = (now) => pivot && Math.abs(sum(now, pivot)) < 0.06;  // weights and bias are rounded
  const turn = (weights) => {
    const [a, b] = weights.map(within);
    set({ weights: [a, b], bias: within(-(a * pivot[0] + b * pivot[1])) });
  };
  draggable(handle, { name: "Arrow of the weights",
    begin: () => { begin(); if (!onBoundary(state())) pivot = foot(state()); },
    to: (x, y) => turn([(plane.fromX(x) - pivot[0]) / ARROW, (plane.fromY(y) - pivot[1]) / ARROW]),
    by: (right, up) => { const { weights: [a, b] } = state(); turn([a + right, b + up]); } });
  handle.addEventListener("blur", () => { pivot = null; draw(); });
  return [handle, (now) => {
    const { weights: [a, b] } = now, [px, py] = onBoundary(now) ? pivot : foot(now);
    const ends = [px, py, px + a * ARROW, py + b * ARROW], outside = ends.some((value) => Math.abs(value) > LIMIT);
    const [sx, sy, tx, ty] = ends.map((value) => clamp(value, -LIMIT, LIMIT));
    const visibility = Math.hypot(a, b) < 0.05 ? "hidden" : "visible", angle = -Math.atan2(b, a) * 180 / Math.PI;
    put(shaft, { visibility, x1: plane.toX(sx), y1: plane.toY(sy), x2: plane.toX(tx), y2: plane.toY(ty),
      "stroke-dasharray": outside ? "3 5" : "none" });
    put(ring, { cx: plane.toX(tx), cy: plane.toY(ty) });
    put(tip, { visibility, transform: `translate(${plane.toX(tx)} ${plane.toY(ty)}) rotate(${angle})` });
    put(handle, { ...RANGE, "aria-valuenow": a, "aria-valuetext": `weights ${shown(a)} and ${shown(b)}` });
  }];
}

/** Tonight's evening, the input to classify. Returns its handle and what draws it. */
function buildProbe({ set, begin, state }, plane) {
  const tonight = text(0, -20, "tonight", { ...BOLD, ...MIDDLE, ...HALO });
  const handle = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }),
    svg("path", { d: "M0 -13L13 0L0 13L-13 0Z", fill: GREEN, stroke: "white", "stroke-width": 2.5 }), tonight);
  const visit = (place) => set({ probe: place.map((value) => tidy(within(value), 1)) });
  draggable(handle, { name: "Tonight: the evening to classify", begin,
    to: (x, y) => visit([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = state().probe; visit([x + right, y + up]); } });
  return [handle, ({ probe: [x, y] }, { output }) => {
    const place = plane.toX(x);
    put(handle, { transform: `translate(${place} ${plane.toY(y)})` });
    put(tonight, { y: y > 2.4 ? 36 : -20, x: clamp(0, 46 + 34 - place, 376 - 34 - place) });
    put(handle, { ...RANGE, "aria-valuenow": x,
      "aria-valuetext": `x1 ${shown(x)}, x2 ${shown(y)}, output ${shown(output)}` });
  }];
}

/** The plane of the inputs: the shade, the past evenings, and three handles. Returns its panel and what draws it. */
function buildPlane(stage) {
  const ticks = [-3, -2, -1, 0, 1, 2, 3], range = [-LIMIT, LIMIT];
  const box = { left: 46, top: 36, width: 330, height: 330, x: range, y: range, xTicks: ticks, yTicks: ticks };
  const plane = axes(box), names = [text(211, 408, "", MIDDLE), text(46, 24, "")], dots = svg("g");
  const [defs, shade, drawShade] = buildShade(plane), [boundary, drawBoundary] = buildBoundary(stage, plane);
  const [arrow, drawArrow] = buildArrow(stage, plane), [probe, drawProbe] = buildProbe(stage, plane);
  plane.inside.append(dots, boundary);
  const drawing = panel({ width: 390, height: 416, label: "Plane of the inputs" },
    defs, shade, plane.node, ...names, plane.inside, arrow, probe);
  return [drawing, (now, numbers) => {
    names.forEach((node, k) => { node.textContent = `x${"₁₂"[k]}: ${now.names[k]}`; });
    for (const drawPart of [drawShade, drawBoundary, drawArrow, drawProbe]) drawPart(now, numbers);
    dots.replaceChildren(...now.points.map(([x, y, label], k) => {
      const [stroke, width] = numbers.isCorrect[k] ? ["white", 1.5] : [INK, 3.5];
      return mark(label === 1, plane.toX(x), plane.toY(y), 9, { stroke, "stroke-width": width });
    }));
  }];
}

/** Inputs, edges as thick as their weights, pre-activation, the activation's curve: the panel and what draws it. */
function buildCell() {
  const middle = (x, y, words = "", more = {}) => text(x, y, words, { ...MIDDLE, ...more });
  const disc = (cx, cy, r, width = 2) =>
    svg("circle", { cx, cy, r, fill: "white", stroke: INK, "stroke-width": width });
  const rows = [120, 210, 300], inputs = rows.map((y) => middle(438, y + 6, "", BOLD));
  const edges = rows.map((y) => svg("line", { x1: 458, y1: y, x2: 585, y2: 210, "stroke-linecap": "round" }));
  const products = [[528, 142], [507, 199], [546, 294]].map(([x, y]) => middle(x, y, "", HALO));
  const total = middle(605, 217, "", BOLD), outgoing = middle(672, 190, "", BOLD), graph = svg("g");
  const legend = [
    mark(true, 432, 24, 9), text(448, 30, "went"), mark(false, 518, 24, 9), text(534, 30, "stayed at home"),
    disc(708, 24, 8, 3.5), text(724, 30, "dark edge: misclassified"),
    text(411, 408, "edges: blue weights are positive, orange ones negative")];
  const out = [svg("line", { x1: 643, y1: 210, x2: 678, y2: 210, stroke: INK, "stroke-width": 3 }),
    svg("path", { d: "M690 210L676 203L676 217Z", fill: INK })];
  const discs = [disc(438, 120, 27), disc(438, 210, 27), disc(438, 300, 27), disc(605, 210, 38, 2.5)];
  const headings = [middle(438, 84, "inputs x"), middle(438, 350, "always 1"), middle(612, 270, "pre-activation z")];
  const drawing = panel({ left: 390, width: 590, height: 416, label: "The neuron, and its activation" },
    svg("g", { "aria-hidden": "true" }, ...edges, ...discs, ...out, ...headings, ...inputs, ...products,
      total, outgoing, ...legend, graph));
  const drawCurve = buildCurve(graph);
  return [drawing, (now, { z, output }) => {
    const { weights, bias, probe } = now;
    [plain(probe[0]), plain(probe[1]), "1"].forEach((value, k) => { inputs[k].textContent = value; });
    [...weights, bias].forEach((weight, k) => {
      products[k].textContent = `${k === 2 ? "c =" : "×"} ${shown(weight)}`;
      put(edges[k], { stroke: weight < 0 ? ORANGE : BLUE, "stroke-width": 1 + 4 * Math.abs(weight) });
    });
    total.textContent = shown(z, Math.abs(z) < 9.995 ? 2 : 1);
    outgoing.textContent = shown(output, Math.abs(output) < 9.995 ? 2 : 1);
    drawCurve(now, z, output);
  }];
}

/** The activation's curve with the neuron's point on it, in `graph`. Returns what draws it. */
function buildCurve(graph) {
  const curve = svg("polyline", { fill: "none", stroke: BLUE, "stroke-width": 3.5 });
  const drop = svg("polyline", { fill: "none", stroke: GREEN, "stroke-width": 2, "stroke-dasharray": "5 4" });
  const dot = svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", fill: GREEN, stroke: "white", "stroke-width": 2 });
  let drawn = null, on = null;
  return ({ activation }, z, output) => {
    const { of, y: [low, high], ticks } = ACTIVATIONS[activation], far = Math.abs(z) > 6 ? 24 : 6;
    const scale = high > 2 ? far / 6 : 1, y = [low * scale, high * scale];
    if (drawn !== activation + far) {  // its axes are drawn anew when the activation changes, or z leaves them
      on = axes({ left: 735, top: 96, width: 225, height: 230, x: [-far, far], y,
        xName: "pre-activation z", yName: "output φ(z)",
        xTicks: steps(-far, far, 4), yTicks: ticks.map((tick) => tick * scale) });
      put(curve, { points: on.points(steps(-far, far, 960).map((at) => [at, clamp(of(at), ...y)])) });
      graph.replaceChildren(on.node, curve, drop, dot);
      drawn = activation + far;
    }
    put(dot, { transform: `translate(${on.toX(z)} ${on.toY(output)})` });
    put(drop, { points: on.points([[z, y[0]], [z, output], [-far, output]]) });
  };
}

/** What there is to say about the decision boundary: whether it crosses the plane. */
function boundarySays(now) {
  const corners = [[-LIMIT, -LIMIT], [-LIMIT, LIMIT], [LIMIT, -LIMIT], [LIMIT, LIMIT]];
  const total = corners.reduce((all, corner) => all + Math.sign(sum(now, corner)), 0);
  if (Math.hypot(...now.weights) < 1e-3) return "There is no decision boundary: one class for all evenings. ";
  return Math.abs(total) === 4 ? "The decision boundary lies outside: one class for all evenings. " : "";
}

function buildNeuron(stage) {
  const { root, says, set, begin, tell, state } = stage;
  const [plane, drawPlane] = buildPlane(stage), [cell, drawCell] = buildCell();
  const changed = (k, value) => k === 2
    ? { bias: value }
    : { weights: state().weights.map((old, j) => j === k ? value : old) };
  const sliders = ["w₁", "w₂", "c"].map((name, k) => slider({ name, low: -LIMIT, high: LIMIT, begin, tell,
    change: (value) => set(changed(k, value)) }));
  const activation = choice({ name: "φ", options: choices.activation, begin,
    change: (value) => set({ activation: value }) });
  root.append(html("div", { class: "panels" }, plane, cell),
    html("div", { class: "row" }, ...sliders.map((one) => one.node), activation.node));
  const factor = (value) => value < 0 ? `(${shown(value)})` : shown(value);
  return (now, numbers) => {
    const { weights: [a, b], bias, probe: [x, y], points } = now;
    drawPlane(now, numbers);
    drawCell(now, numbers);
    [a, b, bias].forEach((value, k) => sliders[k].show(value));
    activation.show(now.activation);
    const sums = `${shown(a)} · ${factor(x)} + ${factor(b)} · ${factor(y)} + ${factor(bias)}`;
    says.textContent = `φ(${sums}) = φ(${shown(numbers.z, 4)}) = ${shown(numbers.output, 4)}. ${boundarySays(now)}`
      + `Classified correctly: ${numbers.correct} of ${points.length} evenings.`;
  };
}

const vector = (values) => `torch.tensor([${values.join(", ")}], dtype=torch.float64)`;
const torchNeuron = ({ weights, bias, activation, probe }) => `import torch

w, c = ${vector(weights)}, ${bias}
x = ${vector(probe)}
z = x @ w + c
output = ${ACTIVATIONS[activation].torch}
print(f"z = {z:.4f}, output = {output:.4f}")`;

export default figure({ title: "One neuron with two inputs", rules, numbers: neuronNumbers,
  build: buildNeuron, torch: torchNeuron });
