// What the playground trains on: points in the plane, features, and a training run that can be asked for any of its
// steps, again and again.

const FEATURES = {
  "x1": { label: "x₁", of: ([x]) => x, torch: "x1" },
  "x2": { label: "x₂", of: ([, y]) => y, torch: "x2" },
  "x1^2": { label: "x₁²", of: ([x]) => x * x, torch: "x1 ** 2" },
  "x2^2": { label: "x₂²", of: ([, y]) => y * y, torch: "x2 ** 2" },
  "x1 x2": { label: "x₁x₂", of: ([x, y]) => x * y, torch: "x1 * x2" },
  "sin x1": { label: "sin πx₁", of: ([x]) => Math.sin(Math.PI * x), torch: "torch.sin(torch.pi * x1)" },
  "sin x2": { label: "sin πx₂", of: ([, y]) => Math.sin(Math.PI * y), torch: "torch.sin(torch.pi * x2)" },
};

const FORMS = {  // a point of class y, from two numbers t and u in [0, 1)
  xor: (y, t, u) => [
    (y ? 1 : -1) * (u < 0.5 ? 1 : -1) * (0.15 + 1.0 * t),
    (u < 0.5 ? -1 : 1) * (0.15 + 2.0 * (u % 0.5)),
  ],
  circles: (y, t, u) => {
    const radius = y ? 0.55 * Math.sqrt(u) : 0.9 + 0.3 * u;
    return [Math.cos(2 * Math.PI * t) * radius, Math.sin(2 * Math.PI * t) * radius];
  },
  moons: (y, t) => y
    ? [0.5 - Math.cos(Math.PI * t), 0.25 - Math.sin(Math.PI * t)]
    : [Math.cos(Math.PI * t) - 0.5, Math.sin(Math.PI * t) - 0.25],
  spirals: (y, t) => [Math.cos, Math.sin].map((f) => (0.1 + 1.15 * t) * f(3.2 * Math.PI * t + y * Math.PI)),
};

/** The data of the state, [x, y, class 0 or 1], to three decimals, split into a training and a test set. */
function split({ data, noise, seed, own, share }) {
  const draw = random(1000 + seed);
  const noisy = (one) => tidy(clamp(one + noise * draw.normal(), -1.5, 1.5), 3);
  const points = data === "own points"
    ? own.map(([x, y, label]) => [x, y, label > 0 ? 1 : 0])
    : upTo(200).map((k) => [...FORMS[data](k % 2, draw.next(), draw.next()).map(noisy), k % 2]);
  const order = shuffled(points.length, draw).map((k) => points[k]);
  const count = Math.max(Math.min(1, points.length), Math.round(share * points.length));
  return { train: order.slice(0, count), test: order.slice(count) };
}

/** A run before its first step. */
function begun(state) {
  const { train, test } = split(state), sizes = [state.features.length, ...state.layers.flat(), 1];
  const samples = (points) => points.map((p) => ({ x: state.features.map((name) => FEATURES[name].of(p)), y: p[2] }));
  const net = network(sizes, state.activation, state.init, random(state.seed));
  const run = {
    step: 0, net, initial: net.layers.map(({ W, b }) => ({ W: [...W], b: [...b] })),
    train, test, samples: samples(train), tests: samples(test), memory: {}, order: [], history: [], kept: [],
    draw: random(2000 + state.seed),  // which units are dropped
    stepsPerEpoch: Math.max(1, Math.ceil(train.length / state.batch)), edits: state.edits,
  };
  keep(run);
  arrive(run, state);
  return run;
}

/** Where a parameter of a layer stands: its array and the place there; input 0 is the bias. */
const parameterAt = ({ W, b }, unit, input) => input === 0
  ? [b, unit - 1]
  : [W, (unit - 1) * (W.length / b.length) + input - 1];

/** Set the parameters that were set by hand at this step: rows of step, layer, unit, input (0: the bias), value. */
function edited(run, { edits }) {
  for (const [step, layer, unit, input, value] of edits) {
    const at = run.net.layers[layer - 1];
    if (step !== run.step || !at || unit < 1 || unit > at.m || input < 0 || input > at.n) continue;
    const [values, place] = parameterAt(at, unit, input);
    values[place] = value;
  }
}

/** Mean loss and accuracy of the network on samples; null without samples. */
function measured(net, samples) {
  if (!samples.length) return null;
  let loss = 0, correct = 0;
  for (const { x, y } of samples) {
    const z = forward(net, x).z.at(-1)[0];
    loss += lossOf(z, y).loss;
    correct += (z > 0) === (y === 1);
  }
  return { loss: loss / samples.length, accuracy: correct / samples.length };
}

/** What is due at a step: parameters that were set by hand, and at the end of an epoch its losses. */
function arrive(run, state) {
  edited(run, state);
  const epoch = run.step / run.stepsPerEpoch;
  if (epoch && Number.isInteger(epoch)) {
    run.history.push([epoch, measured(run.net, run.samples), measured(run.net, run.tests)]);
  }
}

/** Every GRAIN steps, keep all that the run needs to go on from here; what is set by hand at this step comes after. */
function keep(run) {
  if (run.step !== run.kept.length * GRAIN) return;
  const { step, net: { layers }, memory, order, history, draw } = run;
  run.kept.push({ ...structuredClone({ step, layers, memory, order }), history: [...history], bits: draw.bits() });
}

/** Put the run where it was when this was kept. */
function goBack(run, { step, layers, memory, order, history, bits }, state) {
  Object.assign(run, structuredClone({ step, memory, order }), { history: [...history], draw: random(bits) });
  Object.assign(run, { net: { ...run.net, layers: structuredClone(layers) }, over: false });
  arrive(run, state);
}

/** What `run` has kept that holds for the run of `state` too, which differs from it in its edits alone. */
function shared(run, { edits }) {
  const at = (all, step) => all.filter((edit) => edit[0] === step);
  const apart = [...run.edits, ...edits].map(([step]) => step).filter((k) => !same(at(run.edits, k), at(edits, k)));
  return run.kept.filter(({ step }) => step <= Math.min(...apart));
}

/** One step of training, on one batch. A step that diverges is taken back, and the run is over. */
function advance(run, state) {
  const before = run.net.layers.map(({ W, b }) => [W.slice(), b.slice()]);
  const at = run.step % run.stepsPerEpoch, epoch = Math.floor(run.step / run.stepsPerEpoch);
  if (at === 0) run.order = shuffled(run.samples.length, random(3000 + state.seed + epoch));
  const batch = run.order.slice(at * state.batch, (at + 1) * state.batch).map((k) => run.samples[k]);
  const { grads } = backward(run.net, batch, { ...state, draw: run.draw });
  optimizerStep(run.net, grads, run.memory, { optimizer: state.optimizer, rate: Number(state.rate) });
  const tooLarge = (part) => part.some((one) => !(Math.abs(one) < 1e4));
  if (run.net.layers.some(({ W, b }) => tooLarge(W) || tooLarge(b))) {
    run.net.layers.forEach((layer, k) => { [layer.W, layer.b] = before[k]; });
    run.over = true;
    return;
  }
  run.step += 1;
  keep(run);
  arrive(run, state);
}

const GRAIN = 25, runs = new Map();  // what is kept of a run: every 25th step; the last four runs
let computed = 0;  // steps, of all runs

/**
 * The run of the state, at its step, from the nearest step that was kept: the same to the last bit as from the
 * beginning. Runs that differ only in what was set by hand share what they kept before that.
 */
function trained(state) {
  const { edits, ...rest } = state, base = JSON.stringify({ ...rest, step: 0, probe: 0, click: 0, look: 0, weight: 0 });
  const key = base + JSON.stringify(edits);
  let run = runs.get(key);
  if (!run) {
    run = begun(state);
    const others = [...runs.values()].filter((one) => one.base === base).map((one) => shared(one, state));
    run.kept = others.reduce((most, one) => one.length > most.length ? one : most, run.kept);
    run.base = base;
  }
  runs.delete(key);
  runs.set(key, run);
  if (runs.size > 4) runs.delete(runs.keys().next().value);
  const nearest = run.kept.findLast(({ step }) => step <= state.step);
  if (run.step > state.step || nearest.step > run.step) goBack(run, nearest, state);
  const able = run.samples.length && state.features.length;
  while (able && run.step < state.step && !run.over) {
    advance(run, state);
    computed += 1;
  }
  return run;
}

/** All that the playground shows: losses and accuracies, parameters, and pre-activations and outputs at the probe. */
function playgroundNumbers(state) {
  const run = trained(state), { net, train, test, initial, stepsPerEpoch, history } = run;
  const at = forward(net, state.features.map((name) => FEATURES[name].of(state.probe))), measures = history.at(-1);
  const [onTrain, onTest] = measures?.[0] === run.step / stepsPerEpoch  // at the end of an epoch they are known
    ? measures.slice(1) : [run.samples, run.tests].map((samples) => measured(net, samples));
  return {
    epoch: run.step / stepsPerEpoch, done: run.step, stepsPerEpoch, train, test, initial, history, net,
    a: at.a.map((one) => [...one]), z: at.z,
    onTrain, onTest, over: Boolean(run.over), computed,
    parameters: net.layers.reduce((sum, { n, m }) => sum + (n + 1) * m, 0),
  };
}
