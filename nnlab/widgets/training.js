// What the playground trains on: points in the plane, features, and a run that can be asked for any of its steps, again and again.

const FEATURES = {
  "x1": { label: "x₁", of: ([x]) => x, torch: "x1" },
  "x2": { label: "x₂", of: ([, y]) => y, torch: "x2" },
  "x1^2": { label: "x₁²", of: ([x]) => x * x, torch: "x1 ** 2" },
  "x2^2": { label: "x₂²", of: ([, y]) => y * y, torch: "x2 ** 2" },
  "x1 x2": { label: "x₁x₂", of: ([x, y]) => x * y, torch: "x1 * x2" },
  "sin x1": { label: "sin πx₁", of: ([x]) => Math.sin(Math.PI * x), torch: "torch.sin(torch.pi * x1)" },
  "sin x2": { label: "sin πx₂", of: ([, y]) => Math.sin(Math.PI * y), torch: "torch.sin(torch.pi * x2)" },
};

const FORMS = {  // a point of class y, from a number t in [0, 1) and another
  xor: (y, t, u) => [(y ? 1 : -1) * (u < 0.5 ? 1 : -1) * (0.15 + 1.0 * t), (u < 0.5 ? -1 : 1) * (0.15 + 2.0 * (u % 0.5))],
  circles: (y, t, u) => [Math.cos(2 * Math.PI * t), Math.sin(2 * Math.PI * t)].map((one) => one * (y ? 0.55 * Math.sqrt(u) : 0.9 + 0.3 * u)),
  moons: (y, t) => y ? [0.5 - Math.cos(Math.PI * t), 0.25 - Math.sin(Math.PI * t)] : [Math.cos(Math.PI * t) - 0.5, Math.sin(Math.PI * t) - 0.25],
  spirals: (y, t) => [Math.cos, Math.sin].map((f) => (0.1 + 1.15 * t) * f(3.2 * Math.PI * t + y * Math.PI)),
};

/** All points of the state, [x, y, class 0 or 1], to three decimals, in two parts: for training and for testing. */
function split({ data, noise, seed, own, share }) {
  const draw = random(1000 + seed);
  const made = data === "own points" ? own.map(([x, y, label]) => [x, y, label > 0 ? 1 : 0]) : Array.from({ length: 200 }, (_, k) =>
    [...FORMS[data](k % 2, draw.next(), draw.next()).map((one) => tidy(clamp(one + noise * draw.normal(), -1.5, 1.5), 3)), k % 2]);
  const order = shuffled(made.length, draw).map((k) => made[k]), count = Math.max(Math.min(1, made.length), Math.round(share * made.length));
  return { train: order.slice(0, count), test: order.slice(count) };
}

/** A run before its first step. */
function begun(state) {
  const { train, test } = split(state), inputs = (points) => points.map((p) => ({ x: state.features.map((name) => FEATURES[name].of(p)), y: p[2] }));
  const net = network([state.features.length, ...state.layers.flat(), 1], state.activation, state.init, random(state.seed));
  const initial = net.layers.map(({ W, b }) => ({ W: [...W], b: [...b] }));
  const run = { step: 0, net, initial, train, test, samples: inputs(train), tests: inputs(test), memory: {}, order: [], past: [],
    masks: random(2000 + state.seed), each: Math.max(1, Math.ceil(train.length / state.batch)) };
  edited(run, state);
  return run;
}

const kept = ({ W, b }, unit, input) => input === 0 ? [b, unit - 1] : [W, (unit - 1) * (W.length / b.length) + input - 1];
/** Put into the network the numbers that were set by hand at this step: rows of step, layer, unit, input (0: the bias), value. */
function edited(run, { edits }) {
  for (const [step, layer, unit, input, value] of edits) {
    const at = run.net.layers[layer - 1];
    if (step !== run.step || !at || unit < 1 || unit > at.m || input < 0 || input > at.n) continue;
    const [values, place] = kept(at, unit, input);
    values[place] = value;
  }
}

/** Mean loss and share right of the network on samples; null without samples. */
function measured(net, samples) {
  if (!samples.length) return null;
  let loss = 0, right = 0;
  for (const { x, y } of samples) {
    const z = forward(net, x).z.at(-1)[0];
    loss += price(z, y).loss; right += (z > 0) === (y === 1);
  }
  return { loss: loss / samples.length, right: right / samples.length };
}

/** One step of training, on one batch. One that makes a number too large for anything is taken back, and the run is over. */
function advance(run, state) {
  const before = run.net.layers.map(({ W, b }) => [W.slice(), b.slice()]);
  const at = run.step % run.each;
  if (at === 0) run.order = shuffled(run.samples.length, random(3000 + state.seed + run.step / run.each));
  const batch = run.order.slice(at * state.batch, (at + 1) * state.batch).map((k) => run.samples[k]);
  const { grads } = slopes(run.net, batch, { l1: state.l1, l2: state.l2, dropout: state.dropout, draw: run.masks });
  stepOf(run.net, grads, run.memory, { optimizer: state.optimizer, rate: Number(state.rate) });
  if (run.net.layers.some(({ W, b }) => [W, b].some((part) => part.some((one) => !(Math.abs(one) < 1e4))))) {
    run.net.layers.forEach((layer, k) => { [layer.W, layer.b] = before[k]; });
    run.over = true;
    return;
  }
  run.step += 1;
  edited(run, state);
  if (run.step % run.each === 0) run.past.push([run.step / run.each, measured(run.net, run.samples), measured(run.net, run.tests)]);
}

const runs = new Map();
/** The run of the state, at its step: the one that is at hand if it is not too far, else from the beginning; the same to the last bit. */
function trained(state) {
  const key = JSON.stringify({ ...state, step: 0, probe: 0, click: 0 });
  let run = runs.get(key);
  if (!run || run.step > state.step) run = begun(state);
  runs.delete(key); runs.set(key, run);
  if (runs.size > 4) runs.delete(runs.keys().next().value);
  while (run.step < state.step && run.samples.length && state.features.length && !run.over) advance(run, state);
  return run;
}

/** Everything at the step of the state: losses, shares right, weights, and what every unit says about the probe. */
function playgroundNumbers(state) {
  const run = trained(state), { net, train, test, initial, each } = run;
  const at = forward(net, state.features.map((name) => FEATURES[name].of(state.probe)));
  return { epoch: run.step / each, train, test, initial, each, done: run.step, past: run.past, net, a: at.a.map((one) => [...one]), z: at.z,
    onTrain: measured(net, run.samples), onTest: measured(net, run.tests),
    over: Boolean(run.over), parameters: net.layers.reduce((sum, { n, m }) => sum + (n + 1) * m, 0) };
}

const SIDE = 40;
const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
/** A picture of SIDE × SIDE values from -1 (orange) to 1 (blue), as an address. */
function pictured(values) {
  paint.canvas.width = paint.canvas.height = SIDE;
  const image = paint.createImageData(SIDE, SIDE);
  values.forEach((value, k) => {
    const [r, g, b] = value > 0 ? [0, 114, 178] : [213, 94, 0], weight = 0.12 + 0.6 * Math.min(1, Math.abs(value));
    [r, g, b].forEach((one, j) => { image.data[4 * k + j] = 255 - weight * (255 - one); });
    image.data[4 * k + 3] = 255;
  });
  paint.putImageData(image, 0, 0);
  return paint.canvas.toDataURL();
}
const cells = Array.from({ length: SIDE * SIDE }, (_, k) =>
  [-1.5 + 3 * (k % SIDE + 0.5) / SIDE, 1.5 - 3 * (Math.floor(k / SIDE) + 0.5) / SIDE]);

/** The run in PyTorch: the same numbers, the same order of the batches, the same units dropped. */
const torchPlayground = (state, { train, test, initial, each, done }) => `import torch
import torch.nn.functional as F

def random(seed):  # Mulberry32, as the figure draws
    bits = seed
    def draw():
        nonlocal bits
        bits = bits + 0x6D2B79F5 & 0xFFFFFFFF
        mixed = (bits ^ bits >> 15) * (1 | bits) & 0xFFFFFFFF
        mixed ^= mixed + ((mixed ^ mixed >> 7) * (61 | mixed) & 0xFFFFFFFF) & 0xFFFFFFFF
        return (mixed ^ mixed >> 14) / 2**32
    return draw

def shuffled(count, draw):
    places = list(range(count))
    for k in range(count - 1, 0, -1):
        other = int(draw() * (k + 1))
        places[k], places[other] = places[other], places[k]
    return places

def features(points):
    x1, x2 = points[:, 0], points[:, 1]
    return torch.stack([${state.features.map((name) => FEATURES[name].torch).join(", ")}], 1)

train = torch.tensor(${JSON.stringify(train)}, dtype=torch.float64).reshape(-1, 3)  # x1, x2, class
test = torch.tensor(${JSON.stringify(test)}, dtype=torch.float64).reshape(-1, 3)
sizes = ${JSON.stringify([state.features.length, ...state.layers.flat(), 1])}
start = ${JSON.stringify(initial.map(({ W, b }) => [W, b]))}
layers = [[torch.tensor(part, dtype=torch.float64) for part in pair] for pair in start]
for (W, b), n, m in zip(layers, sizes, sizes[1:]):
    W.resize_(m, n)
weights = [part.requires_grad_() for pair in layers for part in pair]

def network(points, masks=None):
    x = features(points)
    for k, (W, b) in enumerate(layers[:-1]):
        x = ${UNITS[state.activation].torch}(x @ W.T + b)
        x = x if masks is None else x * masks[k]
    W, b = layers[-1]
    return (x @ W.T + b)[:, 0]

def by_hand(step):  # numbers that were set in the figure
    with torch.no_grad():
        for at, layer, unit, source, value in ${JSON.stringify(state.edits)}:
            if at == step and 1 <= layer < len(sizes) and 1 <= unit <= sizes[layer] and 0 <= source <= sizes[layer - 1]:
                W, b = layers[int(layer) - 1]
                if source: W[int(unit) - 1, int(source) - 1] = value
                else: b[int(unit) - 1] = value

optimizer = ${{ SGD: "torch.optim.SGD(weights, lr=RATE)", momentum: "torch.optim.SGD(weights, lr=RATE, momentum=0.9)",
    Adam: "torch.optim.Adam(weights, lr=RATE)" }[state.optimizer].replace("RATE", state.rate)}
drop, dropped = ${state.dropout}, random(${2000 + state.seed})
by_hand(0)
for step in range(${done}):
    epoch, k = divmod(step, ${each})
    if k == 0:
        order = shuffled(len(train), random(${3000 + state.seed} + epoch))
    batch = train[order[k * ${state.batch}:(k + 1) * ${state.batch}]]
    kept = [[[0 if dropped() < drop else 1 / (1 - drop) for _ in range(m)] for m in sizes[1:-1]] for _ in batch] if drop else None
    masks = kept and [torch.tensor([row[j] for row in kept], dtype=torch.float64) for j in range(len(sizes) - 2)]
    loss = F.binary_cross_entropy_with_logits(network(batch, masks), batch[:, 2])
    penalty = sum(${state.l1} * W.abs().sum() + ${state.l2} / 2 * (W * W).sum() for W, b in layers)
    optimizer.zero_grad()
    (loss + penalty).backward()
    optimizer.step()
    by_hand(step + 1)
for name, points in (("train", train), ("test", test)):
    if len(points):
        print(f"{name} loss: {F.binary_cross_entropy_with_logits(network(points), points[:, 2]):.4f}")`;
