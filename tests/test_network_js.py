"""The network that trains in the playground, against torch: a hundred steps, every optimizer and penalty; its draws."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from shared import SEEN

from nnlab import widgets

pytestmark = pytest.mark.browser
ACTIVATIONS = {"ReLU": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": lambda z: z}
OPTIMIZERS = {"SGD": lambda p, rate: torch.optim.SGD(p, lr=rate),
              "momentum": lambda p, rate: torch.optim.SGD(p, lr=rate, momentum=0.9),
              "Adam": lambda p, rate: torch.optim.Adam(p, lr=rate)}
TRAIN = """([sizes, activation, weights, batches, options]) => {
    const net = { activation, layers: weights.map(({ W, b }, k) => ({ n: sizes[k], m: sizes[k + 1],
        W: Float64Array.from(W.flat()), b: Float64Array.from(b) })) };
    const memory = {}, losses = [];
    for (const batch of batches) {
        const { loss, grads } = engine.backward(net, batch, options);
        losses.push(loss);
        engine.optimizerStep(net, grads, memory, options);
    }
    return { losses, layers: net.layers.map(({ W, b }) => ({ W: [...W], b: [...b] })) };
}"""


@pytest.fixture(scope="module")
def engine(browser):
    """A page in which the functions of network.js are `engine`'s."""
    page = browser.new_page()
    parts = [(widgets.HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("shared", "network")]
    source = "\n".join([*parts, "export { network, forward, backward, optimizerStep, random };"])
    page.evaluate("""async (source) => { window.engine =
        await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" }))); }""", source)
    yield page
    page.close()


def model_of(sizes, seed):
    """Layers of torch, float64, with weights of their own."""
    torch.manual_seed(seed)
    return [torch.nn.Linear(n, m, dtype=torch.float64) for n, m in itertools.pairwise(sizes)]


def outputs(layers, activation, x):
    for layer in layers[:-1]:
        x = ACTIVATIONS[activation](layer(x))
    return layers[-1](x)[:, 0]


def as_json(layers):
    return [{"W": layer.weight.tolist(), "b": layer.bias.tolist()} for layer in layers]


CASES = [(sizes, activation, optimizer, *penalties)
         for (sizes, activation), (optimizer, penalties) in zip(
             itertools.product(([2, 1], [2, 4, 1], [3, 8, 8, 1], [7, 5, 4, 3, 2, 1]), ACTIVATIONS),
             itertools.cycle(itertools.product(OPTIMIZERS, ((0, 0, False), (0.01, 0, False), (0, 0.02, True)))),
             strict=False)]


def test_a_hundred_steps_of_the_playground_are_torchs(engine):
    worst, compared = 0.0, 0
    for seed, (sizes, activation, optimizer, l1, l2, squared) in enumerate(CASES):
        layers, rate = model_of(sizes, seed), 0.03
        g = torch.Generator().manual_seed(seed)
        batches = [(torch.randn(10, sizes[0], generator=g, dtype=torch.float64),
                    torch.randint(2, (10,), generator=g).double()) for _ in range(100)]
        asked = [[{"x": row, "y": target} for row, target in zip(x.tolist(), y.tolist(), strict=True)]
                 for x, y in batches]
        options = {"optimizer": optimizer, "rate": rate, "l1": l1, "l2": l2, "squared": squared}
        found = engine.evaluate(TRAIN, [sizes, activation, as_json(layers), asked, options])
        steps = OPTIMIZERS[optimizer]([p for layer in layers for p in layer.parameters()], rate)
        for (x, y), loss in zip(batches, found["losses"], strict=True):
            z = outputs(layers, activation, x)
            plain = F.mse_loss(z, y) / 2 if squared else F.binary_cross_entropy_with_logits(z, y)
            assert plain.item() == pytest.approx(loss, abs=1e-6)
            weights = torch.cat([layer.weight.flatten() for layer in layers])
            steps.zero_grad()
            (plain + l1 * weights.abs().sum() + l2 / 2 * weights @ weights).backward()
            steps.step()
        for layer, numbers in zip(layers, found["layers"], strict=True):
            for truth, ours in ((layer.weight.flatten(), numbers["W"]), (layer.bias, numbers["b"])):
                worst = max(worst, (truth - torch.tensor(ours, dtype=torch.float64)).abs().max().item())
                compared += len(ours)
    SEEN.append(f"playground: {compared} parameters of {len(CASES)} networks differ after 100 steps from torch's by "
                f"{worst:.1e}")
    assert worst < 1e-6 and len(CASES) == 16


def test_the_draws_of_the_playground_are_what_they_say(engine):
    found = engine.evaluate("""() => {
        const draw = engine.random(3), many = Array.from({ length: 40000 }, draw.normal);
        const net = engine.network([200, 300, 1], "ReLU", "Kaiming", draw);
        const drawn = (seed) => [...engine.network([2, 2, 1], "tanh", "Xavier", engine.random(seed)).layers[0].W];
        const one = drawn(5), two = drawn(5);
        return { many, W: [...net.layers[0].W], b: [...net.layers[0].b], one, two }; }""")
    many, W = torch.tensor(found["many"]), torch.tensor(found["W"])
    assert abs(many.mean()) < 0.02 and abs(many.std() - 1) < 0.02
    assert abs((many.abs() < 1).float().mean() - 0.683) < 0.01
    assert W.std().item() == pytest.approx((2 / 200) ** 0.5, rel=0.02) and set(found["b"]) == {0}
    assert found["one"] == found["two"]


def test_dropout_of_the_playground_keeps_the_mean(engine):
    """With dropout the mean output of a linear network is that without; a dropped unit's weights get no gradient."""
    layers = model_of([2, 6, 1], 1)
    mean, single, zeros = engine.evaluate("""([weights, x]) => {
        const net = { activation: "linear", layers: weights.map(({ W, b }, k) => ({ n: [2, 6][k], m: [6, 1][k],
            W: Float64Array.from(W.flat()), b: Float64Array.from(b) })) }, draw = engine.random(1), dropout = 0.5;
        let sum = 0, zeros = 0;
        for (let k = 0; k < 20000; k++) {
            const masks = [Float64Array.from({ length: 6 }, () => draw.next() < dropout ? 0 : 2)];
            sum += engine.forward(net, x, masks).z[1][0];
        }
        for (let k = 0; k < 1000; k++) {
            const { grads } = engine.backward(net, [{ x, y: 1 }], { dropout, draw });
            zeros += grads[0].b.filter((one) => one === 0).length;
        }
        return [sum / 20000, engine.forward(net, x).z[1][0], zeros];
    }""", [as_json(layers), [0.7, -1.1]])
    assert mean == pytest.approx(single, abs=0.02) and 2800 < zeros < 3200
