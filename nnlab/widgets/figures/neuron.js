// One neuron with two inputs: turn its weights, shift its line, move tonight's evening, and see what leaves it.

const ACTIVATIONS = {
  step: { of: (z) => z >= 0 ? 1 : 0, y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "(z >= 0).double()" },
  sigmoid: { of: sigmoid, y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "torch.sigmoid(z)" },
  tanh: { of: Math.tanh, y: [-1.25, 1.25], ticks: [-1, 0, 1], torch: "torch.tanh(z)" },
  ReLU: { of: (z) => Math.max(0, z), y: [-1, 6], ticks: [0, 2, 4, 6], torch: "torch.relu(z)" },
  linear: { of: (z) => z, y: [-6, 6], ticks: [-6, -3, 0, 3, 6], torch: "z" },
};
const LIMIT = 3, ARROW = 0.5;  // the plane reaches from -LIMIT to LIMIT; a weight of 1 is an arrow of ARROW
const within = (value) => tidy(clamp(value, -LIMIT, LIMIT));

const sum = ({ weights: [a, b], bias }, [x, y]) => a * x + b * y + bias;

function neuronNumbers(state) {
  const z = sum(state, state.probe), goes = state.points.map((point) => sum(state, point) >= 0 === (point[2] === 1));
  return { z, output: ACTIVATIONS[state.activation].of(z), goes, right: goes.filter(Boolean).length };
}

/** Colour of an output: white at 0, blue towards 1, orange towards -1. */
const colour = (value) => {
  const [r, g, b] = value < 0 ? [230, 140, 60] : [90, 170, 225], part = clamp(Math.abs(value), 0, 1);
  return `rgb(${[r, g, b].map((channel) => Math.round(255 + (channel - 255) * part)).join(",")})`;
};

/** Where the line is nearest to the origin; the arrow of the weights stands there. */
const foot = ({ weights: [a, b], bias }) => {
  const square = a * a + b * b;
  return square < 1e-6 ? [0, 0] : [-bias * a / square, -bias * b / square];
};

/** The plane of the inputs: the output as a shade, the past evenings, and three handles. Returns its panel and what draws it. */
function buildPlane({ set, begin, state, draw }) {
  const plane = axes({ left: 46, top: 36, width: 330, height: 330, x: [-LIMIT, LIMIT], y: [-LIMIT, LIMIT],
    xTicks: [-3, -2, -1, 0, 1, 2, 3], yTicks: [-3, -2, -1, 0, 1, 2, 3] });
  const names = [text(211, 408, "", MIDDLE), text(46, 24, "")];
  const stops = steps(0, 1, 40).map((offset) => svg("stop", { offset }));
  const gradient = svg("linearGradient", { id: "output", gradientUnits: "userSpaceOnUse" }, ...stops);
  const shade = svg("rect", { x: 46, y: 36, width: 330, height: 330, fill: "url(#output)" });
  const dots = svg("g");

  const line = svg("line", { stroke: INK, "stroke-width": 3.5 });
  const grip = svg("line", { stroke: "transparent", "stroke-width": 26, class: "ring" });
  const lineHandle = svg("g", {}, grip, line);
  const shift = (place) => {
    const { weights: [a, b] } = state(), [x, y] = place.map((value) => clamp(value, -LIMIT, LIMIT));
    set({ bias: within(-(a * x + b * y)) });
  };
  draggable(lineHandle, { name: "Line: where the sum is zero", begin,
    to: (x, y) => shift([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = foot(state()); shift([x + right, y + up]); } });

  const shaft = svg("line", { stroke: INK, "stroke-width": 3 });
  const tip = svg("path", { d: "M11 0L-9 -9L-5 0L-9 9Z", fill: INK }), tipRing = svg("circle", { r: 20, fill: "transparent", class: "ring" });
  const arrow = svg("g", {}, shaft, tipRing, tip);
  // While it has the focus the arrow turns about one place, its foot when that began; the bias follows, so that the line stays there.
  let pivot = null;
  const onLine = (now) => pivot && Math.abs(sum(now, pivot)) < 0.06;  // weights and bias are rounded
  const turn = (weights) => {
    const [a, b] = weights.map(within);
    set({ weights: [a, b], bias: within(-(a * pivot[0] + b * pivot[1])) });
  };
  draggable(arrow, { name: "Arrow of the weights", begin: () => { begin(); if (!onLine(state())) pivot = foot(state()); },
    to: (x, y) => turn([(plane.fromX(x) - pivot[0]) / ARROW, (plane.fromY(y) - pivot[1]) / ARROW]),
    by: (right, up) => { const { weights: [a, b] } = state(); turn([a + right, b + up]); } });
  arrow.addEventListener("blur", () => { pivot = null; draw(); });

  const tonight = text(0, -20, "tonight", { ...BOLD, ...MIDDLE, ...HALO });
  const probe = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }),
    svg("path", { d: "M0 -13L13 0L0 13L-13 0Z", fill: GREEN, stroke: "white", "stroke-width": 2.5 }), tonight);
  const visit = (place) => set({ probe: place.map((value) => tidy(within(value), 1)) });
  draggable(probe, { name: "Tonight: the evening to decide", begin,
    to: (x, y) => visit([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = state().probe; visit([x + right, y + up]); } });

  plane.inside.append(dots, lineHandle);
  const drawing = panel({ width: 390, height: 416, label: "Plane of the inputs" },
    svg("defs", {}, gradient), shade, plane.node, ...names, plane.inside, arrow, probe);
  return [drawing, (now, { output, goes }) => {
    const { weights: [a, b], bias, probe: [x, y] } = now, length = Math.hypot(a, b), { of } = ACTIVATIONS[now.activation];
    names.forEach((node, k) => { node.textContent = `x${"₁₂"[k]}: ${now.names[k]}`; });

    // The output changes along the weights only: a gradient from z = -6 to z = 6.
    const [fx, fy] = foot(now), far = length < 1e-3 ? 0 : 6 / length ** 2;
    const [x1, x2] = [-far, far].map((t) => plane.toX(fx + t * a)), [y1, y2] = [-far, far].map((t) => plane.toY(fy + t * b));
    put(gradient, { x1, y1, x2: far ? x2 : x1 + 1, y2 });
    stops.forEach((stop, k) => put(stop, { "stop-color": colour(of(far ? -6 + k * 0.3 : bias)) }));
    const [dx, dy] = length < 1e-3 ? [0, 0] : [-b / length * 12, a / length * 12];
    const through = { x1: plane.toX(fx - dx), y1: plane.toY(fy - dy), x2: plane.toX(fx + dx), y2: plane.toY(fy + dy) };
    for (const one of [line, grip]) put(one, through);

    const [px, py] = onLine(now) ? pivot : [fx, fy], ends = [px, py, px + a * ARROW, py + b * ARROW];
    const [sx, sy, tx, ty] = ends.map((value) => clamp(value, -LIMIT, LIMIT)), points = length < 0.05 ? "hidden" : "visible";
    put(shaft, { visibility: points, x1: plane.toX(sx), y1: plane.toY(sy), x2: plane.toX(tx), y2: plane.toY(ty),
      "stroke-dasharray": ends.some((value) => Math.abs(value) > LIMIT) ? "3 5" : "none" });  // part of the arrow lies outside
    put(tipRing, { cx: plane.toX(tx), cy: plane.toY(ty) });
    put(tip, { visibility: points, transform: `translate(${plane.toX(tx)} ${plane.toY(ty)}) rotate(${-Math.atan2(b, a) * 180 / Math.PI})` });

    dots.replaceChildren(...now.points.map(([u, v, label], k) => mark(label === 1, plane.toX(u), plane.toY(v), 9,
      { stroke: goes[k] ? "white" : INK, "stroke-width": goes[k] ? 1.5 : 3.5 })));
    put(probe, { transform: `translate(${plane.toX(x)} ${plane.toY(y)})` });
    put(tonight, { y: y > 2.4 ? 36 : -20, x: clamp(0, 46 + 34 - plane.toX(x), 376 - 34 - plane.toX(x)) });

    const least = { "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT };
    put(probe, { ...least, "aria-valuenow": x, "aria-valuetext": `x1 ${shown(x)}, x2 ${shown(y)}, output ${shown(output)}` });
    put(arrow, { ...least, "aria-valuenow": a, "aria-valuetext": `weights ${shown(a)} and ${shown(b)}` });
    put(lineHandle, { ...least, "aria-valuenow": bias, "aria-valuetext": `bias ${shown(bias)}` });
  }];
}

/** Inputs, edges as thick as their weights, the sum, and the activation's curve. Returns the panel and what draws it. */
function buildCell() {
  const middle = (x, y, words = "", more = {}) => text(x, y, words, { ...MIDDLE, ...more });
  const edges = [120, 210, 300].map((y) => svg("line", { x1: 458, y1: y, x2: 585, y2: 210, "stroke-linecap": "round" }));
  const inputs = [120, 210, 300].map((y) => middle(438, y + 6, "", BOLD));
  const products = [[528, 142], [507, 199], [546, 294]].map(([x, y]) => middle(x, y, "", HALO));
  const total = middle(605, 217, "", BOLD), leaving = middle(672, 190, "", BOLD);
  const curve = svg("polyline", { fill: "none", stroke: BLUE, "stroke-width": 3.5 });
  const drop = svg("polyline", { fill: "none", stroke: GREEN, "stroke-width": 2, "stroke-dasharray": "5 4" });
  const dot = svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", fill: GREEN, stroke: "white", "stroke-width": 2 });
  const graph = svg("g");
  const disc = (cx, cy, r, width = 2) => svg("circle", { cx, cy, r, fill: "white", stroke: INK, "stroke-width": width });
  const legend = [mark(true, 432, 24, 9), text(448, 30, "went"), mark(false, 518, 24, 9), text(534, 30, "stayed at home"),
    disc(708, 24, 8, 3.5), text(724, 30, "dark edge: wrong side"), text(411, 408, "edges: blue weights are positive, orange ones negative")];
  const out = [svg("line", { x1: 643, y1: 210, x2: 678, y2: 210, stroke: INK, "stroke-width": 3 }),
    svg("path", { d: "M690 210L676 203L676 217Z", fill: INK })];
  const drawing = panel({ left: 390, width: 590, height: 416, label: "The neuron, and its activation" },
    svg("g", { "aria-hidden": "true" }, ...edges, disc(438, 120, 27), disc(438, 210, 27), disc(438, 300, 27), disc(605, 210, 38, 2.5), ...out,
      middle(438, 84, "inputs x"), middle(438, 350, "always 1"), middle(605, 160, "sum z"), ...inputs, ...products, total, leaving,
      ...legend, graph));
  let drawn = null, curveAxes = null;
  return [drawing, ({ weights, bias, probe, activation }, { z, output }) => {
    const { of, y: [low, high], ticks } = ACTIVATIONS[activation], far = Math.abs(z) > 6 ? 24 : 6, more = high > 2 ? far / 6 : 1;
    const y = [low * more, high * more];
    if (drawn !== activation + far) {  // its axes are drawn anew when the activation changes, or the sum leaves them
      curveAxes = axes({ left: 735, top: 96, width: 225, height: 230, x: [-far, far], y, xName: "sum z", yName: "output φ(z)",
        xTicks: steps(-far, far, 4), yTicks: ticks.map((tick) => tick * more) });
      put(curve, { points: curveAxes.points(steps(-far, far, 960).map((at) => [at, clamp(of(at), ...y)])) });
      graph.replaceChildren(curveAxes.node, curve, drop, dot);
      drawn = activation + far;
    }
    [plain(probe[0]), plain(probe[1]), "1"].forEach((value, k) => { inputs[k].textContent = value; });
    [...weights, bias].forEach((weight, k) => {
      products[k].textContent = `${k === 2 ? "c =" : "×"} ${shown(weight)}`;
      put(edges[k], { stroke: weight < 0 ? ORANGE : BLUE, "stroke-width": 1 + 4 * Math.abs(weight) });
    });
    total.textContent = shown(z, Math.abs(z) < 9.995 ? 2 : 1);
    leaving.textContent = shown(output, Math.abs(output) < 9.995 ? 2 : 1);
    const at = [z, output];
    put(dot, { transform: `translate(${curveAxes.toX(at[0])} ${curveAxes.toY(at[1])})` });
    put(drop, { points: curveAxes.points([[at[0], y[0]], at, [-far, at[1]]]) });
  }];
}

/** What there is to say about the line. */
const lineSays = (now) => {
  const corners = [[-1, -1], [-1, 1], [1, -1], [1, 1]].map((corner) => Math.sign(sum(now, corner.map((one) => one * LIMIT))));
  if (Math.hypot(...now.weights) < 1e-3) return "No line, the same for every evening";
  return Math.abs(corners.reduce((one, other) => one + other)) === 4 ? "The line lies outside, the same for every evening" : "The line";
};

function buildNeuron(stage) {
  const { root, says, set, begin, tell, state } = stage;
  const [plane, drawPlane] = buildPlane(stage), [cell, drawCell] = buildCell();
  const sliders = ["w₁", "w₂", "c"].map((name, k) => slider({ name, low: -LIMIT, high: LIMIT, begin, tell,
    change: (value) => set(k === 2 ? { bias: value } : { weights: state().weights.map((old, j) => j === k ? value : old) }) }));
  const activation = choice({ name: "φ", options: choices.activation, begin, change: (value) => set({ activation: value }) });
  root.append(html("div", { class: "panels" }, plane, cell), html("div", { class: "row" }, ...sliders.map((one) => one.node), activation.node));
  const factor = (value) => value < 0 ? `(${shown(value)})` : shown(value);
  return (now, numbers) => {
    const { weights: [a, b], bias, probe: [x, y] } = now;
    drawPlane(now, numbers);
    drawCell(now, numbers);
    [a, b, bias].forEach((value, k) => sliders[k].show(value));
    activation.show(now.activation);
    says.textContent = `φ(${shown(a)} · ${factor(x)} + ${factor(b)} · ${factor(y)} + ${factor(bias)}) = `
      + `φ(${shown(numbers.z, 4)}) = ${shown(numbers.output, 4)}. ${lineSays(now)}: right about ${numbers.right} of ${numbers.goes.length} evenings.`;
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
