// One neuron with two inputs: turn its weights, shift its decision boundary, move tonight's evening, see the output.
// The plane stands in neuron_plane.js, the neuron and its activation in neuron_cell.js.

const ACTIVATIONS = {
  step: { of: (z) => z >= 0 ? 1 : 0, y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "(z >= 0).double()",
    tip: "Step: 1 where z ≥ 0, else 0." },
  sigmoid: { of: sigmoid, y: [-0.25, 1.25], ticks: [0, 0.5, 1], torch: "torch.sigmoid(z)",
    tip: "Sigmoid: 1 / (1 + exp(−z)), between 0 and 1." },
  tanh: { of: Math.tanh, y: [-1.25, 1.25], ticks: [-1, 0, 1], torch: "torch.tanh(z)",
    tip: "Hyperbolic tangent, between −1 and 1." },
  ReLU: { of: (z) => Math.max(0, z), y: [-1, 6], ticks: [0, 2, 4, 6], torch: "torch.relu(z)", tip: "ReLU: max(0, z)." },
  linear: { of: (z) => z, y: [-6, 6], ticks: [-6, -3, 0, 3, 6], torch: "z", tip: "Linear: the output is z." },
};

const sum = ({ weights: [a, b], bias }, [x, y]) => a * x + b * y + bias;

/** Weighted sum and output at the probe; which of the past evenings are classified correctly, and how many. */
function neuronNumbers(state) {
  const z = sum(state, state.probe), output = ACTIVATIONS[state.activation].of(z);
  const isCorrect = state.points.map((point) => sum(state, point) >= 0 === (point[2] === 1));
  return { z, output, isCorrect, correct: isCorrect.filter(Boolean).length };
}

/** What there is to say about the decision boundary: whether it crosses the plane. */
function boundarySays(now) {
  const corners = [[-LIMIT, -LIMIT], [-LIMIT, LIMIT], [LIMIT, -LIMIT], [LIMIT, LIMIT]];
  const total = corners.reduce((all, corner) => all + Math.sign(sum(now, corner)), 0);
  if (Math.hypot(...now.weights) < 1e-3) return "There is no decision boundary: one class for all evenings. ";
  return Math.abs(total) === 4 ? "The decision boundary lies outside: one class for all evenings. " : "";
}

const WORDS_OF = {
  "w₁": "Weight of the input x₁.", "w₂": "Weight of the input x₂.", c: "Bias: added to the weighted sum.",
};

function buildNeuron(stage) {
  dressPicks(stage);
  const { root, says, set, begin, tell, state } = stage;
  const [plane, drawPlane] = buildPlane(stage), [cell, drawCell] = buildCell();
  const [activations, showActivation] = buildActivationPicks(stage);
  const changed = (k, value) => k === 2
    ? { bias: value }
    : { weights: state().weights.map((old, j) => j === k ? value : old) };
  const sliders = Object.keys(WORDS_OF).map((name, k) => slider({ name, low: -LIMIT, high: LIMIT, begin, tell,
    change: (value) => set(changed(k, value)) }));
  Object.values(WORDS_OF).forEach((words, k) => explain(sliders[k].node, words));
  root.append(html("div", { class: "panels" }, plane, cell),
    html("div", { class: "row compact" }, ...sliders.map((one) => one.node)), activations);
  const factor = (value) => value < 0 ? `(${shown(value)})` : shown(value);
  return (now, numbers) => {
    const { weights: [a, b], bias, probe: [x, y], points } = now;
    drawPlane(now, numbers);
    drawCell(now, numbers);
    [a, b, bias].forEach((value, k) => sliders[k].show(value));
    showActivation(now);
    const sums = `${shown(a)} · ${factor(x)} + ${factor(b)} · ${factor(y)} + ${factor(bias)}`;
    write(says, `φ(${sums}) = φ(${shown(numbers.z, 4)}) = ${shown(numbers.output, 4)}. ${boundarySays(now)}`
      + `Classified correctly: ${numbers.correct} of ${points.length} evenings.`);
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
