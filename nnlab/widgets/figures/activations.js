// Activation functions and their slopes: choose several, drag the point, see which one is steeper where.

// Value and slope (PyTorch's, where there is a kink), where the kinks and jumps lie, and the same in PyTorch.
const relu = (x) => Math.max(0, x), over = (x) => x > 0 ? 1 : 0;
const arms = ({ maxout: [w, c, v, d] }, x) => [w * x + c, v * x + d];
const FUNCTIONS = {
  linear: { colour: "#6b6b6b", dash: "3 5", of: (x) => x, slope: () => 1, torch: () => "x" },
  step: { colour: INK, of: (x) => x >= 0 ? 1 : 0, slope: () => 0, breaks: () => [0], jumps: true, torch: () => "(x >= 0).double()" },
  sigmoid: { colour: BLUE, of: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)), torch: () => "torch.sigmoid(x)" },
  tanh: { colour: ORANGE, of: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2, torch: () => "torch.tanh(x)" },
  ReLU: { colour: GREEN, of: relu, slope: over, breaks: () => [0], torch: () => "torch.relu(x)" },
  "leaky ReLU": { colour: "#6a3fb0", dash: "9 4",
    of: (x, { leak }) => x > 0 ? x : leak * x, slope: (x, { leak }) => x > 0 ? 1 : leak,
    breaks: ({ leak }) => leak === 1 ? [] : [0], torch: ({ leak }) => `F.leaky_relu(x, ${leak})` },
  ELU: { colour: "#a3256f", dash: "14 4 3 4",
    of: (x, { alpha }) => x > 0 ? x : alpha * Math.expm1(x), slope: (x, { alpha }) => x > 0 ? 1 : alpha * Math.exp(x),
    breaks: ({ alpha }) => alpha === 1 ? [] : [0], torch: ({ alpha }) => `F.elu(x, ${alpha})` },
  maxout: { colour: "#7a5c00", of: (x, now) => Math.max(...arms(now, x)),
    slope: (x, now) => {
      const [one, other] = arms(now, x), [w, , v] = now.maxout;
      return one === other ? (w + v) / 2 : one > other ? w : v;
    },
    breaks: ({ maxout: [w, c, v, d] }) => w === v ? [] : [(d - c) / (w - v)],
    torch: ({ maxout: [w, c, v, d] }) => `torch.maximum(${w} * x + ${c}, ${v} * x + ${d})` },
  APL: { colour: "#00708a", dash: "9 3 3 3 3 3",
    of: (x, { apl: [a, b] }) => relu(x) + a * relu(b - x), slope: (x, { apl: [a, b] }) => over(x) - a * over(b - x),
    breaks: ({ apl: [a, b] }) => a === 0 ? [0] : b === 0 && a === -1 ? [] : [Math.min(0, b), Math.max(0, b)],
    torch: ({ apl: [a, b] }) => `torch.relu(x) + ${a} * torch.relu(${b} - x)` },
};
const NAMES = choices.shown;
/** Functions with something to set: the formula, and what each knob sets. */
const KNOBS = [["leaky ReLU", "leaky ReLU: x, or leak · x for x < 0", [["leak", "leak"]]],
  ["ELU", "ELU: x, or α (eˣ − 1) for x < 0", [["α", "alpha"]]],
  ["maxout", "maxout: max(w x + c, v x + d)", [["w", "maxout", 0], ["c", "maxout", 1], ["v", "maxout", 2], ["d", "maxout", 3]]],
  ["APL", "APL: max(0, x) + a max(0, b − x), a and b learned", [["a", "apl", 0], ["b", "apl", 1]]]];

/** Where tanh stops being steeper than sigmoid: the positive root of the slopes' difference, by bisection. */
const CROSSING = (() => {
  let [low, high] = [1, 3];
  while (high - low > 1e-12) {
    const mid = (low + high) / 2;
    if (FUNCTIONS.tanh.slope(mid) > FUNCTIONS.sigmoid.slope(mid)) low = mid; else high = mid;
  }
  return low;
})();

function activationNumbers(state) {
  const rows = NAMES.filter((name) => state.shown.includes(name)).map((name) => ({ name,
    value: FUNCTIONS[name].of(state.x, state), slope: FUNCTIONS[name].slope(state.x, state),
    kink: (FUNCTIONS[name].breaks?.(state) || []).some((at) => Math.abs(at - state.x) < 1e-9) }));
  return { rows, crossing: CROSSING };
}

/** What the numbers at the point say, in a sentence. */
function sentence({ x }, { rows }) {
  const at = `At x = ${plain(x)}`, of = (name) => rows.find((row) => row.name === name);
  const kinks = rows.filter((row) => row.kink), step = of("step"), [s, t] = [of("sigmoid"), of("tanh")];
  if (!rows.length) return "Choose a function in the table.";
  const bent = kinks.filter((row) => row.name !== "step").map((row) => `${row.name} (${shown(row.slope)})`).join(", ");
  if (bent) return `${at} no derivative: a kink of ${bent}. In brackets the slope that PyTorch takes.${step?.kink ? " The step jumps here." : ""}`;
  if (step?.kink) return `${at} the step jumps: it has no slope there, and 0 everywhere else.`;
  if (s && t) {
    const [steep, flat] = t.slope > s.slope ? [t, s] : [s, t], times = steep.slope / flat.slope;
    if (times < 1.05) return `${at} tanh and sigmoid are about equally steep: ${shown(t.slope, 4)} and ${shown(s.slope, 4)}.`;
    return `${at} ${steep.name} is steeper than ${flat.name}, ${shown(times, 1)} times: ${shown(steep.slope, 4)} against ${shown(flat.slope, 4)}.`;
  }
  if (step) return `${at} the step's slope is 0, as everywhere beside its jump: nothing says which way to go.`;
  const { name, value, slope } = rows.reduce((one, other) => Math.abs(other.slope) > Math.abs(one.slope) ? other : one);
  return `${at} ${name} has the value ${shown(value, 4)} and the slope ${shown(slope, 4)}${rows.length > 1 ? ", the steepest here" : ""}.`;
}

/** The two graphs, one above the other, with the point's line through both. Returns the panel and what draws it. */
function buildGraphs({ set, begin, state }) {
  const graphs = svg("g"), marks = svg("g");
  const through = (look) => svg("line", { y1: 30, y2: 402, ...look }), at = text(18, 226, "", { ...BOLD, ...HALO });
  const handle = svg("g", {}, through({ stroke: "transparent", "stroke-width": 28, class: "ring" }), through({ stroke: INK, "stroke-width": 2 }),
    svg("path", { d: "M0 206L11 220L0 234L-11 220Z", fill: INK, stroke: "white", "stroke-width": 2 }), at);
  const steeper = text(580, 256, "", { ...END, ...HALO, "aria-hidden": true });
  let key = null, top = null, below = null;
  const move = (x) => set({ x: tidy(clamp(x, ...limits.x)) });
  draggable(handle, { name: "Point x", begin, to: (x) => move(top.fromX(x)), by: (right, up) => move(state().x + right + up) });
  const drawing = panel({ width: 600, height: 450, label: "The functions, and below them their slopes" }, graphs, marks, handle, steeper);

  /** The curve of `f` without the places where it breaks. */
  const curve = (on, f, breaks, look) => {
    const inner = breaks.filter((b) => b > -4 && b < 4), ends = [-4, ...inner, 4];
    return ends.slice(1).map((end, k) => svg("polyline", { ...look, fill: "none", "stroke-width": 3.2,
      points: on.points(steps(ends[k] + (k ? 1e-6 : 0), end - (end < 4 ? 1e-6 : 0), 120).map((x) => [x, f(x)])) }));
  };
  const drawCurves = (now) => {
    const all = (names) => now.shown.every((name) => names.includes(name));
    const wide = !all(NAMES.slice(0, 7)) || (now.shown.includes("ELU") && now.alpha > 1.1);
    const [y, yTicks] = all(["step", "sigmoid", "tanh"]) ? [[-1.25, 1.25], [-1, 0, 1]] : [[-1.5, 2.5], [-1, 0, 1, 2]];
    const box = { left: 50, width: 530, x: [-4, 4], xTicks: steps(-4, 4, 8) };
    top = axes({ ...box, top: 30, height: 180, y, yTicks, yName: "φ(x)", xNumbers: false });
    below = axes({ ...box, top: 268, height: 134, yName: "slope φ′(x)", xName: "x",
      ...wide ? { y: [-1.6, 2.1], yTicks: [-1, 0, 1, 2] } : { y: [-0.1, 1.15], yTicks: [0, 0.5, 1] } });
    graphs.replaceChildren();
    const compared = ["sigmoid", "tanh"].every((name) => now.shown.includes(name)), [left, right] = [-CROSSING, CROSSING].map(below.toX);
    if (compared) graphs.append(svg("rect", { x: left, y: 268, width: right - left, height: 134, fill: "#fbe9dc" }));
    graphs.append(top.node, below.node, top.inside, below.inside);
    for (const name of NAMES.filter((one) => now.shown.includes(one))) {
      const { of, slope, breaks, jumps, colour, dash } = FUNCTIONS[name], at = breaks?.(now) || [];
      const look = { stroke: colour, "stroke-dasharray": dash || "none" };
      const hole = (on, x, y) => svg("circle", { cx: on.toX(x), cy: on.toY(y), r: 4.5, fill: "white", stroke: colour, "stroke-width": 2 });
      top.inside.append(...curve(top, (x) => of(x, now), jumps ? at : [], look), ...jumps ? at.map((x) => hole(top, x, 0)) : []);
      below.inside.append(...curve(below, (x) => slope(x, now), at, look));
      below.inside.append(...at.flatMap((x) => [hole(below, x, slope(x - 1e-6, now)), hole(below, x, slope(x + 1e-6, now))]));
    }
    steeper.textContent = compared ? `shaded: tanh is steeper, |x| < ${shown(CROSSING, 3)}` : "";
  };
  return [drawing, (now, { rows }) => {
    const { x, ...rest } = now;
    if (key !== JSON.stringify(rest)) { drawCurves(now); key = JSON.stringify(rest); }
    put(handle, { transform: `translate(${top.toX(x)} 0)`, "aria-valuenow": x, "aria-valuemin": -4, "aria-valuemax": 4,
      "aria-valuetext": `x ${shown(x)}: ${rows.map((row) => `${row.name} ${shown(row.value, 4)}, slope ${shown(row.slope, 4)}`).join("; ")}` });
    at.textContent = `x = ${plain(x)}`;
    put(at, { x: x > 2.7 ? -18 : 18, "text-anchor": x > 2.7 ? "end" : "start" });
    const dot = (on, y, fill) => on.toY(y) < on.edges.top || on.toY(y) > on.edges.bottom ? []
      : [svg("circle", { cx: on.toX(x), cy: on.toY(y), r: 6, fill, stroke: "white", "stroke-width": 1.5 })];
    const clip = top.inside.getAttribute("clip-path");
    marks.replaceChildren(...rows.flatMap(({ name, value, slope, kink }) => {
      const { colour } = FUNCTIONS[name], run = 0.8 / Math.hypot(1, slope);  // the tangent, of equal length for all
      const tangent = svg("line", { x1: top.toX(x - run), x2: top.toX(x + run), y1: top.toY(value - run * slope),
        y2: top.toY(value + run * slope), stroke: colour, "stroke-width": 7, "stroke-opacity": 0.35, "stroke-linecap": "round" });
      const [on, under] = [dot(top, value, colour), dot(below, slope, colour)];
      return [...kink || !on.length ? [] : [svg("g", { "clip-path": clip }, tangent)], ...on, ...under];
    }));
  }];
}

/** The table: which functions are shown, their lines, value and slope at the point. Returns it and what fills it. */
function buildTable({ set, begin, state }) {
  const rows = NAMES.map((name) => {
    const box = html("input", { type: "checkbox", "aria-label": name }), value = html("td", {}), slope = html("td", {});
    const others = () => state().shown.filter((one) => one !== name);
    box.addEventListener("change", () => { begin(); set({ shown: box.checked ? [...others(), name] : others() }); });
    const sample = svg("svg", { viewBox: "0 0 40 14", width: 40, height: 14, "aria-hidden": "true" }, svg("line", { x1: 1, x2: 39, y1: 7, y2: 7,
      stroke: FUNCTIONS[name].colour, "stroke-width": 3.5, "stroke-dasharray": FUNCTIONS[name].dash || "none" }));
    const head = html("th", { scope: "row" }, html("label", { class: "field" }, box, sample, name));
    return { name, box, value, slope, node: html("tr", {}, head, value, slope) };
  });
  const heads = ["function", "φ(x)", "φ′(x)"].map((head) => html("th", { scope: "col" }, head));
  const table = html("table", {}, html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows.map((row) => row.node)));
  return [table, (now, numbers) => {
    for (const { name, box, value, slope } of rows) {
      const row = numbers.rows.find((one) => one.name === name);
      box.checked = Boolean(row);
      value.textContent = row ? shown(row.value, 4) : "";
      slope.textContent = row ? row.kink ? "none" : shown(row.slope, 4) : "";
    }
  }];
}

function buildActivations(stage) {
  const { root, says, set, begin, tell, state } = stage;
  const [graphs, drawGraphs] = buildGraphs(stage), [table, fillTable] = buildTable(stage);
  const knob = (name, part, k = null) => {
    const [low, high] = limits[part];
    const change = (value) => set({ [part]: k === null ? value : state()[part].map((old, j) => j === k ? value : old) });
    const one = slider({ name, low, high, begin, tell, change });
    return { node: one.node, show: (now) => one.show(k === null ? now[part] : now[part][k]) };
  };
  const x = slider({ name: "x", low: limits.x[0], high: limits.x[1], begin, tell, change: (value) => set({ x: value }) });
  const rows = KNOBS.map(([owner, formula, all]) => {
    const knobs = all.map((one) => knob(...one)), node = html("div", { class: "row" }, html("span", {}, formula), ...knobs.map((one) => one.node));
    return { node, show: (now) => { node.hidden = !now.shown.includes(owner); knobs.forEach((one) => one.show(now)); } };
  });
  root.append(html("div", { class: "panels" }, graphs, html("div", { class: "side", style: "flex: 380 1 290px" }, table)),
    html("div", { class: "row" }, x.node), ...rows.map((one) => one.node));
  return (now, numbers) => {
    drawGraphs(now, numbers);
    fillTable(now, numbers);
    x.show(now.x);
    rows.forEach((one) => one.show(now));
    says.textContent = sentence(now, numbers);
  };
}

const torchActivations = (state, { rows }) => `import torch
import torch.nn.functional as F

x = torch.tensor(${state.x}, dtype=torch.float64, requires_grad=True)
for name, y in {
${rows.map(({ name }) => `    "${name}": ${FUNCTIONS[name].torch(state)},`).join("\n")}
}.items():
    slope = torch.autograd.grad(y, x)[0] if y.requires_grad else 0.0
    print(f"{name}: {y:.4f}, slope {slope:.4f}")`;

export default figure({ title: "Activation functions and their slopes", rules, numbers: activationNumbers,
  build: buildActivations, torch: torchActivations });
