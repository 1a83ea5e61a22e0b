// Two balls on two losses: the same sigmoid neuron learns by squared error and by cross-entropy, from the same weight.
// The drawing stands in loss_curves.js.

const softplus = (z) => Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
const LOSSES = [
  {
    name: "squared error", lane: "lane0", formula: "½ (a − y)²", of: (w, y) => (sigmoid(w) - y) ** 2 / 2,
    gradient: (w, y) => (sigmoid(w) - y) * sigmoid(w) * sigmoid(-w),
  },
  { name: "cross-entropy", lane: "lane1", formula: "−y ln a − (1 − y) ln(1 − a)",
    of: (w, y) => softplus(w) - y * w, gradient: (w, y) => sigmoid(w) - y },
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

function buildLosses(stage) {
  dressPicks(stage);
  const { root, says, set, begin, tell } = stage, ease = easing(stage);
  const [hills, drawHills] = buildHills(stage), [outputs, drawOutputs] = buildOutputs();
  const steer = glider(stage, { end: () => limits.step[1], seconds: 18 });
  steer.node.addEventListener("click", ({ target }) => { if (target.matches(".icon")) ease(); }, true);
  const start = slider({ name: "initial w", low: -7, high: 7, begin, tell,
    change: (value) => set({ start: value, step: 0 }) });
  const rate = slider({ name: "η", low: 0.1, high: 5, step: 0.1, begin, tell,
    change: (value) => set({ rate: value }) });
  const target = choice({ name: "target y", options: choices.target, begin,
    change: (value) => { ease(); set({ target: value }); } });
  explain(start.node, "The weight before the first step; a ball can be dragged instead.");
  explain(rate.node, "Learning rate of gradient descent: the step is −η times the gradient.");
  explain(target.node, "The output that is wanted: 0 or 1.");
  root.append(html("div", { class: "panels" }, hills, outputs), steer.node,
    html("div", { class: "row compact" }, rate.node, target.node),
    ...settingsOf(html("div", { class: "row" }, start.node)));
  return (now, numbers) => {
    const part = steer.part();
    drawHills(now, numbers, part);
    drawOutputs(now, numbers, part);
    steer.show(now);
    start.show(now.start);
    rate.show(now.rate);
    target.show(now.target);
    const { y, balls: [{ output: a, gradient: squared }, { output: b, gradient: entropy }] } = numbers;
    const product = `${precise(a - y)} · ${precise(a * (1 - a))} ≈ ${precise(squared)}`;
    write(says, `After ${counted(now.step, "step")}: the gradients are (a − y) · a (1 − a) = ${product} and `
      + `a − y = ${precise(b)} − ${y} ≈ ${precise(entropy)}.`);
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
