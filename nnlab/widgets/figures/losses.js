// Two balls on two losses: the same sigmoid neuron learns by squared error and by cross-entropy, from the same weight.

const softplus = (z) => Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
const LOSSES = [
  {
    name: "squared error", color: BLUE, of: (w, y) => (sigmoid(w) - y) ** 2 / 2,
    gradient: (w, y) => (sigmoid(w) - y) * sigmoid(w) * sigmoid(-w),
  },
  { name: "cross-entropy", color: ORANGE, of: (w, y) => softplus(w) - y * w, gradient: (w, y) => sigmoid(w) - y },
];

/** For each loss the weights after 0, 1, ..., step steps of gradient descent; output, loss and gradient at the last. */
function lossNumbers({ start, target, rate, step }) {
  const y = Number(target);
  return { y, balls: LOSSES.map(({ name, of, gradient }) => {
    const weights = [start];
    while (weights.length <= step) weights.push(weights.at(-1) - rate * gradient(weights.at(-1), y));
    const w = weights.at(-1);
    return { name, weights, w, output: sigmoid(w), loss: of(w, y), gradient: gradient(w, y) };
  }) };
}

/** One loss over the weight, with its ball. `k` is its place; returns its nodes and what draws it. */
function buildHill({ set, begin, state }, k, on) {
  const { name, color, of } = LOSSES[k], top = k ? 202 : 26;
  const curve = svg("polyline", { fill: "none", stroke: color, "stroke-width": 3.2 }), trail = svg("g");
  const arrow = svg("path", { fill: "none", stroke: INK, "stroke-width": 2.5 }), words = text(556, top, "", END);
  const ball = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }),
    svg("circle", { r: 11, fill: color, stroke: "white", "stroke-width": 2 }));
  const restart = (w) => set({ start: tidy(clamp(w, ...limits.start)), step: 0 });
  draggable(ball, { name: `Ball on the ${name}`, begin, to: (x) => restart(on.fromX(x)),
    by: (right, up) => restart(lossNumbers(state()).balls[k].w + right + up) });
  on.inside.append(curve, trail);
  const heading = text(56, top, name, { ...BOLD, style: `fill: ${color}` });

  /** The path of an arrow above the ball, to where the next step leads. */
  const arrowTo = (x, [cx, cy]) => {
    if (Math.abs(x - cx) < 6) return "";
    const y = cy - 19, head = x - Math.sign(x - cx) * Math.min(7, Math.abs(x - cx));
    return `M${cx} ${y}H${x}M${head} ${y - 6}L${x} ${y}L${head} ${y + 6}`;
  };
  /** The weights of the trail that do not lie on each other, and every tenth. */
  const sparse = (weights) => weights.filter((w, j) => j % 10 === 0 || Math.abs(w - weights[j - 1]) > 0.02);
  let drawn = null;
  return [[on.node, on.inside, heading, arrow, words, ball], (rate, y, { weights, w, output, loss, gradient }) => {
    if (drawn !== y) put(curve, { points: on.points(steps(-8, 8, 160).map((at) => [at, of(at, y)])) });
    drawn = y;
    trail.replaceChildren(...sparse(weights.slice(0, -1)).map((old) => svg("circle", {
      cx: on.toX(old), cy: on.toY(of(old, y)), r: 4, fill: "white", stroke: color, "stroke-width": 1.5,
    })));
    const place = [on.toX(w), on.toY(loss)];
    put(ball, {
      transform: `translate(${place.join(" ")})`,
      "aria-valuenow": tidy(w, 4), "aria-valuemin": -8, "aria-valuemax": 8,
      "aria-valuetext": `weight ${shown(w)}, output ${shown(output, 4)}, loss ${shown(loss, 4)}, `
        + `gradient ${shown(gradient, 4)}`,
    });
    put(arrow, { d: arrowTo(on.toX(clamp(w - rate * gradient, -8, 8)), place) });
    words.textContent = `gradient at the ball: ${precise(gradient)}`;
  }];
}

/** Both losses over the same weight, a ball on each. Returns the panel and what draws it. */
function buildHills(stage) {
  const box = { left: 56, width: 500, height: 130, x: [-8, 8], xTicks: steps(-8, 8, 8) };
  const squared = { ...box, top: 36, y: [-0.05, 0.6], yTicks: [0, 0.2, 0.4, 0.6], xNumbers: false };
  const entropy = { ...box, top: 212, y: [-0.6, 8], yTicks: [0, 2, 4, 6, 8], xName: "weight w" };
  const hills = [squared, entropy].map((one, k) => buildHill(stage, k, axes(one)));
  const drawing = panel({ width: 570, height: 400, label: "The two losses over the weight" },
    ...hills.flatMap(([nodes]) => nodes));
  return [drawing, ({ rate }, { y, balls }) => balls.forEach((ball, k) => hills[k][1](rate, y, ball))];
}

/** The outputs against the steps. Returns the panel and what draws it. */
function buildOutputs() {
  const graph = svg("g", { "aria-hidden": "true" });
  const drawing = panel({ left: 570, width: 410, height: 400, label: "Output against steps" }, graph);
  return [drawing, ({ step }, { y, balls }) => {
    const far = [40, 160, 560].find((end) => step <= 0.55 * end);  // the names stand to the right of the curves' ends
    const on = axes({ left: 620, top: 36, width: 340, height: 306, x: [0, far], y: [-0.04, 1.04],
      xName: "steps", yName: "output a = σ(w)", xTicks: steps(0, far, 4), yTicks: [0, 0.2, 0.4, 0.6, 0.8, 1] });
    const goal = on.toY(y), ends = balls.map(({ output }) => on.toY(output)), first = ends[0] <= ends[1] ? 0 : 1;
    const [high, low] = y ? [goal + 18, 338] : [46, goal - 18];  // names meet neither the target's line nor each other
    const upper = clamp(ends[first], high, low - 24), lower = clamp(ends[1 - first], upper + 24, low);
    const aim = { x1: 620, x2: 960, y1: goal, y2: goal, stroke: GREEN, "stroke-width": 2.5, "stroke-dasharray": "8 5" };
    graph.replaceChildren(on.node, svg("line", aim),
      text(960, 26, `dashed: target ${y}`, { ...END, style: `fill: ${GREEN}` }));
    balls.forEach(({ name, weights, output }, k) => {
      const x = on.toX(step), { color } = LOSSES[k], height = (k === first ? upper : lower) + 6;
      const points = on.points(weights.map((w, t) => [t, sigmoid(w)]));
      graph.append(
        svg("polyline", { fill: "none", stroke: color, "stroke-width": 3.2, points }),
        svg("circle", { cx: x, cy: on.toY(output), r: 7, fill: color, stroke: "white", "stroke-width": 1.5 }),
        text(x + 14, height, name, { ...BOLD, ...HALO, style: `fill: ${color}` }));
    });
  }];
}

function buildLosses(stage) {
  const { root, says, set, begin, tell } = stage;
  const [hills, drawHills] = buildHills(stage), [outputs, drawOutputs] = buildOutputs();
  const steer = player(stage, { end: () => limits.step[1], wait: 60 });
  const start = slider({ name: "initial w", low: -7, high: 7, begin, tell,
    change: (value) => set({ start: value, step: 0 }) });
  const rate = slider({ name: "learning rate η", low: 0.1, high: 5, step: 0.1, begin, tell,
    change: (value) => set({ rate: value }) });
  const target = choice({ name: "target y", options: choices.target, begin,
    change: (value) => set({ target: value }) });
  root.append(html("div", { class: "panels" }, hills, outputs), steer.node,
    html("div", { class: "row" }, start.node, rate.node, target.node));
  return (now, numbers) => {
    drawHills(now, numbers);
    drawOutputs(now, numbers);
    steer.show(now);
    start.show(now.start);
    rate.show(now.rate);
    target.show(now.target);
    const { y, balls: [{ output: a, gradient: squared }, { output: b, gradient: entropy }] } = numbers;
    const product = `${precise(a - y)} · ${precise(a * (1 - a))} ≈ ${precise(squared)}`;
    says.replaceChildren(`After ${counted(now.step, "step")} from w = ${plain(now.start)}. `
      + `Squared error: gradient (a − y) · a (1 − a) = ${product}.`, html("br", {}),
      `Cross-entropy: gradient a − y = ${precise(b)} − ${y} ≈ ${precise(entropy)}.`);
  };
}

const torchLosses = ({ start, target, rate, step }) => `import torch
import torch.nn.functional as F

y = torch.tensor(${target}.0, dtype=torch.float64)
losses = {"squared error": lambda w: (torch.sigmoid(w) - y) ** 2 / 2,
          "cross-entropy": lambda w: F.binary_cross_entropy_with_logits(w, y)}
for name, loss_of in losses.items():
    w = torch.tensor(${start}, dtype=torch.float64, requires_grad=True)  # the input is 1, and there is no bias
    optimizer = torch.optim.SGD([w], lr=${rate})
    for step in range(${step}):
        optimizer.zero_grad()
        loss_of(w).backward()
        optimizer.step()
    print(f"{name}: w = {w:.4f}, output {torch.sigmoid(w):.4f}, loss {loss_of(w):.4f}")`;

export default figure({ title: "Squared error and cross-entropy on one sigmoid neuron", rules, numbers: lossNumbers,
  build: buildLosses, torch: torchLosses });
