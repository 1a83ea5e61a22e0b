// Activation functions and their derivatives: choose several, drag the point, see which one is steeper where.
// The state calls the pre-activation x; on screen it is z, as in the formula of a neuron. The graphs stand in
// activation_graphs.js, the cards to choose from in activation_cards.js.

const NAMES = choices.shown;

/** Functions with parameters: for each slider its name, the part of the state that it sets, and what it is. */
const KNOBS = [
  ["leaky ReLU", [["leak", "leak", undefined, "Derivative of leaky ReLU for z < 0."]]],
  ["ELU", [["α", "alpha", undefined, "ELU tends to −α for very negative z."]]],
  ["maxout", [
    ["w", "maxout", 0, "Slope of maxout's first line."], ["c", "maxout", 1, "Height of its first line at z = 0."],
    ["v", "maxout", 2, "Slope of maxout's second line."], ["d", "maxout", 3, "Height of its second line at z = 0."],
  ]],
  ["APL", [["a", "apl", 0, "Slope of APL's hinge, learned."], ["b", "apl", 1, "Place of APL's hinge, learned."]]],
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
  if (!rows.length) return "Choose a function on its card.";
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

function buildActivations(stage) {
  dressPicks(stage, CARDS);
  const { root, says, set, begin, tell, state } = stage;
  const [graphs, drawGraphs] = buildGraphs(stage), [cards, drawCards] = buildCards(stage);
  const knob = ([name, part, k, words]) => {
    const [low, high] = limits[part], several = k !== undefined;
    const changed = (value) => several ? state()[part].map((old, j) => j === k ? value : old) : value;
    const one = slider({ name, low, high, begin, tell, change: (value) => set({ [part]: changed(value) }) });
    explain(one.node, words);
    return { node: one.node, show: (now) => one.show(several ? now[part][k] : now[part]) };
  };
  const [low, high] = limits.x, x = slider({ name: "z", low, high, begin, tell, change: (value) => set({ x: value }) });
  explain(x.node, "The pre-activation z at which values and derivatives are read.");
  const groups = KNOBS.map(([owner, all]) => {
    const knobs = all.map(knob);
    const name = html("b", { style: `color: ${FUNCTIONS[owner].color}` }, owner);
    const node = html("div", { class: "row compact" }, name, ...knobs.map((one) => one.node));
    const show = (now) => { node.hidden = !now.shown.includes(owner); knobs.forEach((one) => one.show(now)); };
    return { node, show };
  });
  root.append(html("div", { class: "panels" }, graphs, cards), html("div", { class: "row compact" }, x.node),
    ...groups.map((one) => one.node));
  return (now, numbers) => {
    drawGraphs(now, numbers);
    drawCards(now, numbers);
    x.show(now.x);
    groups.forEach((one) => one.show(now));
    write(says, sentence(now, numbers));
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
