// Activation functions and their derivatives: choose several, drag the point, see which one is steeper where.
// The state calls the pre-activation x; on screen it is z, as in the formula of a neuron.

const NAMES = choices.shown;

/** Functions with parameters: the formula, and for each slider its name and the part of the state that it sets. */
const KNOBS = [
  ["leaky ReLU", "leaky ReLU: z, or leak · z for z < 0", [["leak", "leak"]]],
  ["ELU", "ELU: z, or α (exp(z) − 1) for z < 0", [["α", "alpha"]]],
  ["maxout", "maxout: max(w z + c, v z + d)",
    [["w", "maxout", 0], ["c", "maxout", 1], ["v", "maxout", 2], ["d", "maxout", 3]]],
  ["APL", "APL: max(0, z) + a max(0, b − z), a and b learned", [["a", "apl", 0], ["b", "apl", 1]]],
];

/** Where tanh stops being steeper than sigmoid: the positive root of the difference of derivatives, by bisection. */
const CROSSING = (() => {
  let [low, high] = [1, 3];
  while (high - low > 1e-12) {
    const mid = (low + high) / 2;
    if (FUNCTIONS.tanh.derivative(mid) > FUNCTIONS.sigmoid.derivative(mid)) low = mid; else high = mid;
  }
  return low;
})();

function activationNumbers(state) {
  const rows = NAMES.filter((name) => state.shown.includes(name)).map((name) => {
    const { of, derivative, breaks } = FUNCTIONS[name];
    const kink = (breaks?.(state) || []).some((at) => Math.abs(at - state.x) < 1e-9);
    return { name, value: of(state.x, state), derivative: derivative(state.x, state), kink };
  });
  return { rows, crossing: CROSSING };
}

/** What the numbers at the point say, in a sentence. */
function sentence({ x }, { rows }) {
  const at = `At z = ${plain(x)}`, of = (name) => rows.find((row) => row.name === name);
  const kinks = rows.filter((row) => row.kink), step = of("step"), [s, t] = [of("sigmoid"), of("tanh")];
  if (!rows.length) return "Choose a function in the table.";
  const bent = kinks.filter((row) => row.name !== "step").map((row) => `${row.name} (${shown(row.derivative)})`);
  if (bent.length) {
    return `${at} no derivative: a kink of ${bent.join(", ")}. In brackets the derivative that PyTorch returns.`
      + `${step?.kink ? " The step jumps here." : ""}`;
  }
  if (step?.kink) return `${at} the step jumps: it has no derivative there, and derivative 0 everywhere else.`;
  if (s && t) {
    const [steep, flat] = t.derivative > s.derivative ? [t, s] : [s, t], times = steep.derivative / flat.derivative;
    const both = [steep, flat].map((row) => shown(row.derivative, 4));
    return times < 1.05
      ? `${at} tanh and sigmoid are about equally steep: ${shown(t.derivative, 4)} and ${shown(s.derivative, 4)}.`
      : `${at} ${steep.name} is steeper than ${flat.name}, ${shown(times, 1)} times: ${both.join(" against ")}.`;
  }
  if (step) return `${at} the step's derivative is 0, as everywhere beside its jump: gradient descent cannot use it.`;
  const steeper = (one, other) => Math.abs(other.derivative) > Math.abs(one.derivative) ? other : one;
  const { name, value, derivative } = rows.reduce(steeper);
  return `${at} ${name} has the value ${shown(value, 4)} and the derivative ${shown(derivative, 4)}`
    + `${rows.length > 1 ? ", the steepest here" : ""}.`;
}

/** Both graphs, one above the other, with the point's line through them. Returns the panel and what draws it. */
function buildGraphs({ set, begin, state }) {
  const graphs = svg("g"), marks = svg("g");
  const upright = (look) => svg("line", { y1: 30, y2: 402, ...look });
  const at = text(18, 226, "", { ...BOLD, ...HALO });
  const handle = svg("g", {}, upright({ stroke: "transparent", "stroke-width": 28, class: "ring" }),
    upright({ stroke: INK, "stroke-width": 2 }),
    svg("path", { d: "M0 206L11 220L0 234L-11 220Z", fill: INK, stroke: "white", "stroke-width": 2 }), at);
  const steeper = text(580, 256, "", { ...END, ...HALO, "aria-hidden": true });
  let key = null, top = null, below = null;
  const move = (x) => set({ x: tidy(clamp(x, ...limits.x)) });
  draggable(handle, { name: "Point z", begin, to: (x) => move(top.fromX(x)),
    by: (right, up) => move(state().x + right + up) });
  const label = "The functions, and below them their derivatives";
  const drawing = panel({ width: 600, height: 450, label }, graphs, marks, handle, steeper);

  /** The curve of `f` without the places where it breaks. */
  const curve = (on, f, breaks, look) => {
    const inner = breaks.filter((b) => b > -4 && b < 4), ends = [-4, ...inner, 4];
    return ends.slice(1).map((end, k) => {
      const xs = steps(ends[k] + (k ? 1e-6 : 0), end - (end < 4 ? 1e-6 : 0), 120);
      const points = on.points(xs.map((x) => [x, f(x)]));
      return svg("polyline", { ...look, fill: "none", "stroke-width": 3.2, points });
    });
  };
  const drawAxes = (now) => {
    const all = (names) => now.shown.every((name) => names.includes(name));
    const wide = !all(NAMES.slice(0, 7)) || (now.shown.includes("ELU") && now.alpha > 1.1);
    const [y, yTicks] = all(["step", "sigmoid", "tanh"])
      ? [[-1.25, 1.25], [-1, 0, 1]]
      : [[-1.5, 2.5], [-1, 0, 1, 2]];
    const range = wide ? { y: [-1.6, 2.1], yTicks: [-1, 0, 1, 2] } : { y: [-0.1, 1.15], yTicks: [0, 0.5, 1] };
    const box = { left: 50, width: 530, x: [-4, 4], xTicks: steps(-4, 4, 8) };
    top = axes({ ...box, top: 30, height: 180, y, yTicks, yName: "φ(z)", xNumbers: false });
    below = axes({ ...box, top: 268, height: 134, yName: "derivative φ′(z)", xName: "z", ...range });
  };
  const drawCurve = (name, now) => {
    const { of, derivative, breaks, jumps, color, dash } = FUNCTIONS[name], at = breaks?.(now) || [];
    const look = { stroke: color, "stroke-dasharray": dash || "none" };
    const hole = (on, x, y) => svg("circle", {
      cx: on.toX(x), cy: on.toY(y), r: 4.5, fill: "white", stroke: color, "stroke-width": 2,
    });
    top.inside.append(...curve(top, (x) => of(x, now), jumps ? at : [], look),
      ...jumps ? at.map((x) => hole(top, x, 0)) : []);
    below.inside.append(...curve(below, (x) => derivative(x, now), at, look));
    const beside = (x) => [x - 1e-6, x + 1e-6].map((place) => hole(below, x, derivative(place, now)));
    below.inside.append(...at.flatMap(beside));
  };
  const drawCurves = (now) => {
    drawAxes(now);
    graphs.replaceChildren();
    const compared = ["sigmoid", "tanh"].every((name) => now.shown.includes(name));
    const [left, right] = [-CROSSING, CROSSING].map(below.toX);
    if (compared) graphs.append(svg("rect", { x: left, y: 268, width: right - left, height: 134, fill: "#fbe9dc" }));
    graphs.append(top.node, below.node, top.inside, below.inside);
    NAMES.filter((name) => now.shown.includes(name)).forEach((name) => drawCurve(name, now));
    steeper.textContent = compared ? `shaded: tanh is steeper, |z| < ${shown(CROSSING, 3)}` : "";
  };

  /** Dots where the point's line meets the curves, and the tangents there, of equal length for all functions. */
  const drawMarks = (x, { name, value, derivative, kink }) => {
    const { color } = FUNCTIONS[name], run = 0.8 / Math.hypot(1, derivative);
    const dot = (on, y) => on.toY(y) < on.edges.top || on.toY(y) > on.edges.bottom ? []
      : [svg("circle", { cx: on.toX(x), cy: on.toY(y), r: 6, fill: color, stroke: "white", "stroke-width": 1.5 })];
    const tangent = svg("line", {
      x1: top.toX(x - run), x2: top.toX(x + run),
      y1: top.toY(value - run * derivative), y2: top.toY(value + run * derivative),
      stroke: color, "stroke-width": 7, "stroke-opacity": 0.35, "stroke-linecap": "round",
    });
    const on = dot(top, value), clip = top.inside.getAttribute("clip-path");
    return [...kink || !on.length ? [] : [svg("g", { "clip-path": clip }, tangent)], ...on, ...dot(below, derivative)];
  };
  return [drawing, (now, { rows }) => {
    const { x, ...rest } = now;
    if (key !== JSON.stringify(rest)) drawCurves(now);
    key = JSON.stringify(rest);
    const said = rows.map((row) => `${row.name} ${shown(row.value, 4)}, derivative ${shown(row.derivative, 4)}`);
    put(handle, { transform: `translate(${top.toX(x)} 0)`, "aria-valuenow": x, "aria-valuemin": -4, "aria-valuemax": 4,
      "aria-valuetext": `z ${shown(x)}: ${said.join("; ")}` });
    at.textContent = `z = ${plain(x)}`;
    put(at, { x: x > 2.7 ? -18 : 18, "text-anchor": x > 2.7 ? "end" : "start" });
    marks.replaceChildren(...rows.flatMap((row) => drawMarks(x, row)));
  }];
}

/** The table: which functions are shown, their value and derivative at the point. Returns it and what fills it. */
function buildTable({ set, begin, state }) {
  const rows = NAMES.map((name) => {
    const value = html("td", {}), derivative = html("td", {}), { color, dash } = FUNCTIONS[name];
    const line = svg("line", { x1: 1, x2: 39, y1: 7, y2: 7, stroke: color, "stroke-width": 3.5,
      "stroke-dasharray": dash || "none" });
    const sample = svg("svg", { viewBox: "0 0 40 14", width: 40, height: 14, "aria-hidden": "true" }, line);
    const box = checkbox({ name, change: (on) => {
      const others = state().shown.filter((one) => one !== name);
      begin();
      set({ shown: on ? [...others, name] : others });
    } }, sample, name);
    const node = html("tr", {}, html("th", { scope: "row" }, box.node), value, derivative);
    return { name, box, value, derivative, node };
  });
  const heads = ["function", "φ(z)", "φ′(z)"].map((head) => html("th", { scope: "col" }, head));
  const table = html("table", {}, html("thead", {}, html("tr", {}, ...heads)),
    html("tbody", {}, ...rows.map((row) => row.node)));
  return [table, (numbers) => {
    for (const { name, box, value, derivative } of rows) {
      const row = numbers.rows.find((one) => one.name === name);
      box.show(Boolean(row));
      value.textContent = row ? shown(row.value, 4) : "";
      derivative.textContent = row ? row.kink ? "none" : shown(row.derivative, 4) : "";
    }
  }];
}

function buildActivations(stage) {
  const { root, says, set, begin, tell, state } = stage;
  const [graphs, drawGraphs] = buildGraphs(stage), [table, fillTable] = buildTable(stage);
  const knob = ([name, part, k]) => {
    const [low, high] = limits[part], several = k !== undefined;
    const changed = (value) => several ? state()[part].map((old, j) => j === k ? value : old) : value;
    const one = slider({ name, low, high, begin, tell, change: (value) => set({ [part]: changed(value) }) });
    return { node: one.node, show: (now) => one.show(several ? now[part][k] : now[part]) };
  };
  const [low, high] = limits.x, x = slider({ name: "z", low, high, begin, tell, change: (value) => set({ x: value }) });
  const rows = KNOBS.map(([owner, formula, all]) => {
    const knobs = all.map(knob);
    const node = html("div", { class: "row" }, html("span", {}, formula), ...knobs.map((one) => one.node));
    const show = (now) => { node.hidden = !now.shown.includes(owner); knobs.forEach((one) => one.show(now)); };
    return { node, show };
  });
  const side = html("div", { class: "side", style: "flex: 380 1 290px" }, table);
  root.append(html("div", { class: "panels" }, graphs, side), html("div", { class: "row" }, x.node),
    ...rows.map((one) => one.node));
  return (now, numbers) => {
    drawGraphs(now, numbers);
    fillTable(numbers);
    x.show(now.x);
    rows.forEach((one) => one.show(now));
    says.textContent = sentence(now, numbers);
  };
}

const torchActivations = (state, { rows }) => `import torch
import torch.nn.functional as F

z = torch.tensor(${state.x}, dtype=torch.float64, requires_grad=True)
for name, y in {
${rows.map(({ name }) => `    "${name}": ${FUNCTIONS[name].torch(state)},`).join("\n")}
}.items():
    derivative = torch.autograd.grad(y, z)[0] if y.requires_grad else 0.0
    print(f"{name}: {y:.4f}, derivative {derivative:.4f}")`;

export default figure({ title: "Activation functions and their derivatives", rules, numbers: activationNumbers,
  build: buildActivations, torch: torchActivations });
