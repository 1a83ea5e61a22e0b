// The race in PyTorch: every racer from the same start, with the same noise, up to the step that is shown.

const NOISE_IN_TORCH = ({ noise, seed }) => `
${RANDOM_IN_TORCH}

draw = random(${seed})

def normal():  # mean 0, standard deviation 1 (Box and Muller)
    return math.sqrt(-2 * math.log(1 - draw())) * math.cos(2 * math.pi * draw())

noise = torch.tensor([[${noise} * normal(), ${noise} * normal()] for _ in range(steps)], dtype=torch.float64)
`;

/** The PyTorch that prints where each racer is at the shown step, and its loss there. */
function torchRace(state, { racers, at }) {
  const list = racers.map(({ method, rate, beta }) =>
    `    ("${method}", lambda w: ${OPTIMIZERS[method].torch(rate, beta)}),`).join("\n");
  const noisy = state.noise > 0;
  return `${noisy ? "import math\n\n" : ""}import torch

def loss(w):
    x, y = w
${SURFACES[state.surface].torch(state)}

steps = ${at}
${noisy ? NOISE_IN_TORCH(state) : ""}
racers = [
${list}
]
for name, optimizer_of in racers:
    w = torch.tensor(${JSON.stringify(state.start)}, dtype=torch.float64, requires_grad=True)
    optimizer = optimizer_of(w)
    for step in range(steps):
        before = w.detach().clone()
        optimizer.zero_grad()
        loss(w).backward()
${noisy ? "        w.grad += noise[step]\n" : ""}        optimizer.step()
        if not (w.detach().abs() <= ${FAR.toExponential().replace("+", "")}).all():  # diverged
            w.data.copy_(before)
            break
    x, y = w.tolist()
    print(f"{name}: x = {x:.4f}, y = {y:.4f}, loss = {loss(w).item():.6f}")`;
}
