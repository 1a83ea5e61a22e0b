// The health board in PyTorch: the training that was measured, with the watch around it.

const EXAMPLE_IN_TORCH = `import torch
from torch import nn
from torch.nn import functional as F
from nnlab.health import watch

torch.manual_seed(0)
centers = torch.randn(5, 20)
y, y_val = torch.arange(400) % 5, torch.arange(300) % 5
x, x_val = (centers[k] + 1.5 * torch.randn(len(k), 20) for k in (y, y_val))
model = nn.Sequential(nn.Linear(20, 32), nn.Tanh(), nn.Linear(32, 32), nn.ReLU(),
                      nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 5))
with torch.no_grad():
    model[0].weight *= 10   # a fault: tanh saturates
    model[2].bias -= 1.7    # another: many units are dead
x, x_val, model = x.double(), x_val.double(), model.double()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
with watch(model, optimizer, every=5, train=(x, y), val=(x_val, y_val)) as health:
    for step in range(116):
        i = torch.arange(40 * step, 40 * step + 40) % 400
        loss = F.cross_entropy(model(x[i]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
`;

/** The PyTorch that prints the numbers of the chosen layer at the chosen step. */
function torchHealth(state, { step, label, train, val, dead, saturated, ratio, board }) {
  const own = board() === rules.own.shows, layer = board().layers.find((one) => one.label === label);
  const values = [train !== null && "record.train_loss", val !== null && "record.val_loss", "layer.mean", "layer.std",
    dead !== null && "layer.dead", saturated !== null && "layer.saturated",
    layer.gradient.some((one) => one !== null) && "layer.gradient_rms", ratio !== null && "weights.ratio"];
  const parts = values.filter(Boolean);
  const begin = own ? EXAMPLE_IN_TORCH : `from nnlab.health import watch

with watch(model, optimizer, every=5, train=(x, y), val=(x_val, y_val)) as health:
    ...  # your training loop
`;
  return `${begin}
record = next(record for record in health.records if record.step == ${step})
layer = next(layer for layer in record.layers if layer.label == ${JSON.stringify(label)})
${ratio === null ? "" : `weights = next(one for one in record.parameters if one.name == ${
    JSON.stringify(weightsOf(layer).name)})\n`}for value in (${parts.join(", ")}):
    print(f"{float(f'{value:.4g}'):.6f}")  # four significant digits`;
}
