// One neuron with two inputs: turn its weights, shift its line, move tonight's evening, and see what leaves it.

const defaults = {
  "weights": [1.0, 0.5],
  "bias": -0.5,
  "activation": "sigmoid",
  "probe": [1.5, 1.5],
  "names": ["friends there", "work due"],
  "points": [[2.0, -1.0, 1], [1.5, 0.5, 1], [2.5, 1.5, 1], [0.5, -1.0, 1], [-0.5, -2.0, 1], [1.0, -2.2, 1],
             [-1.0, 0.5, 0], [-2.0, -0.8, 0], [0.5, 1.6, 0], [-1.5, 2.0, 0], [1.2, 2.5, 0], [-2.4, 1.0, 0]]
};

const choices = {
  "activation": ["step", "sigmoid", "tanh", "ReLU", "linear"]
};

const ACTIVATIONS = {
  step: { of: (z) => z >= 0 ? 1 : 0, y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "(z >= 0).float()" },
  sigmoid: { of: (z) => 1 / (1 + Math.exp(-z)), y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "torch.sigmoid(z)" },
  tanh: { of: Math.tanh, y: [-1.25, 1.25], ticks: [-1, 0, 1], torch: "torch.tanh(z)" },
  ReLU: { of: (z) => Math.max(0, z), y: [-1, 6], ticks: [0, 2, 4, 6], torch: "torch.relu(z)" },
  linear: { of: (z) => z, y: [-6, 6], ticks: [-6, -3, 0, 3, 6], torch: "z" },
};
const LIMIT = 3, ARROW = 0.5;  // the plane reaches from -LIMIT to LIMIT; a weight of 1 is an arrow of ARROW

const sum = ({ weights: [a, b], bias }, [x, y]) => a * x + b * y + bias;

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

function buildNeuron({ root, set, begin, state }) {
  const plane = axes({ left: 46, top: 36, width: 330, height: 330, x: [-LIMIT, LIMIT], y: [-LIMIT, LIMIT],
    xName: "", yName: "", xTicks: [-3, -2, -1, 0, 1, 2, 3], yTicks: [-3, -2, -1, 0, 1, 2, 3] });
  const names = [svg("text", { x: 211, y: 408, "text-anchor": "middle" }), svg("text", { x: 46, y: 24 })];
  const drawing = svg("svg", { viewBox: "0 0 980 416", role: "group", "aria-label": "Plane of the inputs, the neuron, its activation" });
  const stops = Array.from({ length: 41 }, (_, k) => svg("stop", { offset: k / 40 }));
  const gradient = svg("linearGradient", { id: "output", gradientUnits: "userSpaceOnUse" }, ...stops);
  const clip = svg("clipPath", { id: "plane" }, svg("rect", { x: 46, y: 36, width: 330, height: 330 }));
  const shade = svg("rect", { x: 46, y: 36, width: 330, height: 330, fill: "url(#output)" });
  const dots = svg("g", { "clip-path": "url(#plane)" });

  // The line, the arrow of the weights, tonight's evening: each can be dragged and moved by keys.
  const line = svg("line", { stroke: INK, "stroke-width": 3.5 }), grip = svg("line", { stroke: "transparent", "stroke-width": 26, class: "ring" });
  const lineHandle = svg("g", { "clip-path": "url(#plane)" }, grip, line);
  draggable(lineHandle, { name: "Line: where the sum is zero", begin,
    to: (x, y) => shift([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = foot(state()); shift([x + right, y + up]); } });
  const shift = ([x, y]) => {
    const { weights: [a, b] } = state();
    set({ bias: tidy(clamp(-(a * clamp(x, -LIMIT, LIMIT) + b * clamp(y, -LIMIT, LIMIT)), -LIMIT, LIMIT)) });
  };
  const shaft = svg("line", { stroke: INK, "stroke-width": 3 });
  const tip = svg("path", { d: "M11 0L-9 -9L-5 0L-9 9Z", fill: INK }), tipRing = svg("circle", { r: 20, fill: "transparent", class: "ring" });
  const arrow = svg("g", {}, shaft, tipRing, tip);
  draggable(arrow, { name: "Arrow of the weights", begin,
    to: (x, y) => {
      const [fx, fy] = foot(state());
      turn([(plane.fromX(x) - fx) / ARROW, (plane.fromY(y) - fy) / ARROW]);
    },
    by: (right, up) => { const { weights: [a, b] } = state(); turn([a + right, b + up]); } });
  const turn = (weights) => {  // about the arrow's foot: the bias follows, so that the line stays there
    const [fx, fy] = foot(state()), [a, b] = weights.map((weight) => tidy(clamp(weight, -LIMIT, LIMIT)));
    set({ weights: [a, b], bias: tidy(clamp(-(a * fx + b * fy), -LIMIT, LIMIT)) });
  };
  const probe = svg("path", { d: "M0 -13L13 0L0 13L-13 0Z", fill: GREEN, stroke: "white", "stroke-width": 2.5 });
  const probeRing = svg("circle", { r: 22, fill: "transparent", class: "ring" });
  const tonight = svg("text", { fill: GREEN, "font-weight": 600, "text-anchor": "middle", stroke: "white", "stroke-width": 4, "paint-order": "stroke" }, "tonight");
  const probeHandle = svg("g", {}, probeRing, probe, tonight);
  draggable(probeHandle, { name: "Tonight: the evening to decide", begin,
    to: (x, y) => visit([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = state().probe; visit([x + right, y + up]); } });
  const visit = (place) => set({ probe: place.map((value) => tidy(clamp(value, -LIMIT, LIMIT))) });

  // The neuron: inputs, edges as thick as their weights, the sum, the activation.
  const text = (x, y, more = {}) => svg("text", { x, y, "text-anchor": "middle", ...more });
  const edges = [[438, 120], [438, 210], [438, 300]].map(([x, y]) => svg("line", { x1: x + 20, y1: y, x2: 585, y2: 210 }));
  const inputs = [120, 210, 300].map((y) => text(438, y + 6, { "font-weight": 600 }));
  const products = [[515, 140], [505, 198], [515, 290]].map(([x, y]) => text(x, y, { stroke: "white", "stroke-width": 6, "paint-order": "stroke" }));
  const total = text(605, 217, { "font-weight": 600 }), leaving = text(672, 190, { "font-weight": 600 });
  const neuron = svg("g", { "aria-hidden": "true" }, ...edges,
    ...[120, 210, 300].map((y) => svg("circle", { cx: 438, cy: y, r: 27, fill: "white", stroke: INK, "stroke-width": 2 })),
    svg("circle", { cx: 605, cy: 210, r: 38, fill: "white", stroke: INK, "stroke-width": 2.5 }),
    svg("line", { x1: 643, y1: 210, x2: 678, y2: 210, stroke: INK, "stroke-width": 3 }),
    svg("path", { d: "M690 210L676 203L676 217Z", fill: INK }),
    text(438, 84), text(438, 342), text(605, 160), ...inputs, ...products, total, leaving);
  const [firstName, lastName, sumName] = [...neuron.querySelectorAll("text")];
  firstName.textContent = "inputs x"; lastName.textContent = "always 1"; sumName.textContent = "sum z";

  const legend = svg("g", { "aria-hidden": "true" },
    svg("circle", { cx: 432, cy: 24, r: 9, fill: BLUE }), svg("text", { x: 448, y: 30 }, "went"),
    svg("rect", { x: 510, y: 16, width: 16, height: 16, fill: ORANGE }), svg("text", { x: 534, y: 30 }, "stayed at home"),
    svg("circle", { cx: 694, cy: 24, r: 8, fill: "white", stroke: INK, "stroke-width": 3.5 }),
    svg("text", { x: 712, y: 30 }, "dark edge: wrong side"),
    svg("text", { x: 411, y: 408 }, "edges: blue weights are positive, orange ones negative"));

  // The activation with the dot of tonight; its axes are drawn anew when the activation changes.
  const curve = svg("polyline", { fill: "none", stroke: BLUE, "stroke-width": 3.5 });
  const drop = svg("polyline", { fill: "none", stroke: GREEN, "stroke-width": 2, "stroke-dasharray": "5 4" });
  const dot = svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", fill: GREEN, stroke: "white", "stroke-width": 2 });
  const right = svg("g", { "aria-hidden": "true" });
  let drawn = null, graph = null;
  const drawGraph = (activation) => {
    const { of, y, ticks } = ACTIVATIONS[activation];
    graph = axes({ left: 735, top: 96, width: 225, height: 230, x: [-6, 6], y, xName: "sum z", yName: "output φ(z)",
      xTicks: [-6, -3, 0, 3, 6], yTicks: ticks });
    const zs = Array.from({ length: 481 }, (_, k) => -6 + k / 40);
    put(curve, { points: zs.map((z) => `${graph.toX(z)},${graph.toY(clamp(of(z), ...y))}`).join(" ") });
    right.replaceChildren(graph.node, curve, drop, dot);
    drawn = activation;
  };

  const sliders = ["w₁", "w₂", "c"].map((name, k) => slider({ name, low: -LIMIT, high: LIMIT, begin,
    change: (value) => set(k === 2 ? { bias: value } : { weights: state().weights.map((old, j) => j === k ? value : old) }) }));
  const activation = choice({ name: "φ", options: choices.activation, begin, change: (value) => set({ activation: value }) });
  const says = html("div", { class: "row says", role: "status" });
  drawing.append(svg("defs", {}, gradient, clip), shade, plane.node, ...names, dots, lineHandle, arrow, probeHandle, neuron, legend, right);
  root.append(drawing, html("div", { class: "row" }, ...sliders.map((one) => one.node), activation.node), says);

  return (now) => {
    const { weights: [a, b], bias, probe: [x, y] } = now, length = Math.hypot(a, b), { of } = ACTIVATIONS[now.activation];
    if (drawn !== now.activation) drawGraph(now.activation);
    names.forEach((node, k) => { node.textContent = `x${"₁₂"[k]}: ${now.names[k]}`; });

    // The output changes along the weights only: a gradient from z = -6 to z = 6.
    const [fx, fy] = foot(now), away = length < 1e-3 ? 0 : 6 / length ** 2;
    const at = (t) => [plane.toX(fx + t * a), plane.toY(fy + t * b)];
    const [[x1, y1], [x2, y2]] = [at(-away), at(away)];
    put(gradient, { x1, y1, x2: away ? x2 : x1 + 1, y2 });
    stops.forEach((stop, k) => put(stop, { "stop-color": colour(of(away ? -6 + k * 0.3 : bias)) }));
    const along = length < 1e-3 ? [0, 0] : [-b / length * 12, a / length * 12];
    for (const one of [line, grip]) put(one, { x1: plane.toX(fx - along[0]), y1: plane.toY(fy - along[1]), x2: plane.toX(fx + along[0]), y2: plane.toY(fy + along[1]) });
    const away2 = Math.max(Math.abs(fx + a * ARROW), Math.abs(fy + b * ARROW), Math.abs(fx), Math.abs(fy)) > LIMIT;
    const [tx, ty] = [fx + a * ARROW, fy + b * ARROW].map((value) => clamp(value, -LIMIT, LIMIT));
    put(shaft, { x1: plane.toX(clamp(fx, -LIMIT, LIMIT)), y1: plane.toY(clamp(fy, -LIMIT, LIMIT)), x2: plane.toX(tx), y2: plane.toY(ty) });
    put(tipRing, { cx: plane.toX(tx), cy: plane.toY(ty) });
    put(tip, { transform: `translate(${plane.toX(tx)} ${plane.toY(ty)}) rotate(${-Math.atan2(b, a) * 180 / Math.PI})` });
    put(shaft, { "stroke-dasharray": away2 ? "3 5" : "none" });

    const goes = now.points.map((point) => sum(now, point) >= 0 === (point[2] === 1));
    dots.replaceChildren(...now.points.map(([px, py, label], k) => {
      const place = { fill: label ? BLUE : ORANGE, stroke: goes[k] ? "white" : INK, "stroke-width": goes[k] ? 1.5 : 3.5 };
      const cx = plane.toX(px), cy = plane.toY(py);
      return label ? svg("circle", { cx, cy, r: 9, ...place }) : svg("rect", { x: cx - 8, y: cy - 8, width: 16, height: 16, ...place });
    }));
    put(probeHandle, { transform: `translate(${plane.toX(x)} ${plane.toY(y)})` });
    put(tonight, { y: y > 2.4 ? 36 : -20, x: clamp(0, 46 + 34 - plane.toX(x), 376 - 34 - plane.toX(x)) });

    const z = sum(now, now.probe), out = of(z);
    [shown(x, 1), shown(y, 1), "1"].forEach((value, k) => { inputs[k].textContent = value; });
    [a, b, bias].forEach((weight, k) => {
      products[k].textContent = `${k === 2 ? "c =" : "×"} ${shown(weight)}`;
      put(edges[k], { stroke: weight < 0 ? ORANGE : BLUE, "stroke-width": 1 + 4 * Math.abs(weight), "stroke-linecap": "round" });
    });
    total.textContent = shown(z);
    leaving.textContent = shown(out);
    const [gx, gy] = [graph.toX(clamp(z, -6, 6)), graph.toY(clamp(out, ...ACTIVATIONS[now.activation].y))];
    put(dot, { transform: `translate(${gx} ${gy})` });
    put(drop, { points: `${gx},${graph.toY(ACTIVATIONS[now.activation].y[0])} ${gx},${gy} ${graph.toX(-6)},${gy}` });

    [a, b, bias].forEach((value, k) => sliders[k].show(value));
    activation.show(now.activation);
    const right = goes.filter(Boolean).length;
    const factor = (value) => value < 0 ? `(${shown(value)})` : shown(value);
    says.textContent = `φ(${shown(a)} · ${factor(x)} + ${factor(b)} · ${factor(y)} + ${factor(bias)}) = φ(${shown(z, 4)}) = ${shown(out, 4)}. `
      + `The line: right about ${right} of ${goes.length} evenings.`;
    put(probeHandle, { "aria-valuenow": tidy(x), "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT, "aria-valuetext": `x1 ${shown(x)}, x2 ${shown(y)}, output ${shown(out)}` });
    put(arrow, { "aria-valuenow": a, "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT, "aria-valuetext": `weights ${shown(a)} and ${shown(b)}` });
    put(lineHandle, { "aria-valuenow": bias, "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT, "aria-valuetext": `bias ${shown(bias)}` });
  };
}

const decimal = (value) => Number.isInteger(value) ? value.toFixed(1) : String(value);
const vector = (values) => `torch.tensor([${values.map(decimal).join(", ")}])`;
const torchNeuron = ({ weights, bias, activation, probe }) => `import torch

w, c = ${vector(weights)}, ${decimal(bias)}
x = ${vector(probe)}
z = x @ w + c
print(${ACTIVATIONS[activation].torch})`;

export default figure({ title: "One neuron with two inputs", defaults, build: buildNeuron, torch: torchNeuron });
