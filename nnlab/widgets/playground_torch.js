// The playground's run in PyTorch, from the same weights.

const OPTIMIZERS = {
  SGD: "torch.optim.SGD(parameters, lr=RATE)",
  momentum: "torch.optim.SGD(parameters, lr=RATE, momentum=0.9)",
  Adam: "torch.optim.Adam(parameters, lr=RATE)",
};

/** The run in PyTorch: the same initialization, the same order of the samples, the same units dropped. */
const torchPlayground = (state, { train, test, initial, stepsPerEpoch, done }) => `import torch
import torch.nn.functional as F

${RANDOM_IN_TORCH}

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
initial = ${JSON.stringify(initial.map(({ W, b }) => [W, b]))}
layers = [[torch.tensor(part, dtype=torch.float64) for part in pair] for pair in initial]
for (W, b), n, m in zip(layers, sizes, sizes[1:]):
    W.resize_(m, n)
parameters = [part.requires_grad_() for pair in layers for part in pair]

def network(points, masks=None):
    x = features(points)
    for k, (W, b) in enumerate(layers[:-1]):
        x = ${ACTIVATIONS[state.activation].torch}(x @ W.T + b)
        x = x if masks is None else x * masks[k]
    W, b = layers[-1]
    return (x @ W.T + b)[:, 0]

def by_hand(step):  # parameters that were set by hand in the figure
    with torch.no_grad():
        for at, layer, unit, source, value in ${JSON.stringify(state.edits)}:
            if at == step and 1 <= layer < len(sizes) and 1 <= unit <= sizes[layer] and 0 <= source <= sizes[layer - 1]:
                W, b = layers[int(layer) - 1]
                if source: W[int(unit) - 1, int(source) - 1] = value
                else: b[int(unit) - 1] = value

optimizer = ${OPTIMIZERS[state.optimizer].replace("RATE", state.rate)}
p, draw = ${state.dropout}, random(${2000 + state.seed})  # dropout

def dropout_masks(count):
    rows = [[[0 if draw() < p else 1 / (1 - p) for _ in range(m)] for m in sizes[1:-1]] for _ in range(count)]
    return [torch.tensor(layer, dtype=torch.float64) for layer in zip(*rows)]

by_hand(0)
for step in range(${done}):
    epoch, k = divmod(step, ${stepsPerEpoch})
    if k == 0:
        order = shuffled(len(train), random(${3000 + state.seed} + epoch))
    batch = train[order[k * ${state.batch}:(k + 1) * ${state.batch}]]
    logits = network(batch, dropout_masks(len(batch)) if p else None)
    loss = F.binary_cross_entropy_with_logits(logits, batch[:, 2])
    penalty = sum(${state.l1} * W.abs().sum() + ${state.l2} / 2 * (W * W).sum() for W, b in layers)
    optimizer.zero_grad()
    (loss + penalty).backward()
    optimizer.step()
    by_hand(step + 1)
for name, points in (("train", train), ("test", test)):
    if len(points):
        print(f"{name} loss: {F.binary_cross_entropy_with_logits(network(points), points[:, 2]):.4f}")`;
