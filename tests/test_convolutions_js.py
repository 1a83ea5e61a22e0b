"""The convolutional networks that run in the browser, against torch: random layers, each output of each; their pace."""

import json
import random
import statistics
import subprocess

import pytest
import torch
from figures import slowness
from shared import SEEN
from torch import nn

from nnlab import widgets
from nnlab.course.npm import node
from nnlab.models import CNN
from nnlab.widgets import Figure
from nnlab.widgets.packing import packed, rounded

COMPUTE = """
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ network, image }) => outputsOf(network, Float64Array.from(image))
    .map(({ channels, height, width, values }) => ({ shape: [channels, height, width], values: [...values] })))));
"""


def random_network(draw):
    """A network of random layers for images of a random shape, none of them square, and that shape."""
    shape = draw.choice([1, 2, 3]), draw.randint(13, 20), draw.randint(21, 28)
    x, layers = torch.zeros(1, *shape), []
    for kind in ("convolution", draw.choice(["max", "average"]), "convolution", draw.choice(["max", "mean", "none"])):
        channels = x.shape[1]
        if kind == "convolution":
            groups = draw.choice([1, channels])
            layers.append(nn.Conv2d(
                channels, groups * draw.randint(1, 4), (draw.randint(1, 4), draw.randint(1, 5)), groups=groups,
                stride=(draw.randint(1, 3), draw.randint(1, 2)), padding=(draw.randint(0, 3), draw.randint(0, 2)),
                dilation=(draw.randint(1, 2), draw.randint(1, 2)), bias=draw.random() < 0.7))
            layers += draw.choice([[], [nn.BatchNorm2d(layers[-1].out_channels)]])
            layers += draw.choice([[], [nn.ReLU()]])
        elif kind == "max":
            layers.append(nn.MaxPool2d((2, 3), stride=draw.choice([1, 2, (2, 1)]), padding=draw.choice([0, 1]),
                                       dilation=draw.choice([1, (1, 2)])))
            layers += draw.choice([[], [nn.BatchNorm2d(channels), nn.ReLU()]])
        elif kind == "average":
            layers.append(nn.AvgPool2d((2, 3), stride=draw.choice([1, (1, 2)]), padding=draw.choice([0, 1]),
                                       count_include_pad=draw.choice([True, False])))
        elif kind == "mean":
            layers.append(nn.AdaptiveAvgPool2d(1))
        x = nn.Sequential(*layers).eval()(torch.zeros(1, *shape))
    network = nn.Sequential(nn.Sequential(*layers), nn.Flatten(), nn.Linear(x.numel(), draw.randint(2, 12)))
    with torch.no_grad():
        for layer in layers:
            if isinstance(layer, nn.BatchNorm2d):
                for part in (layer.running_mean, layer.weight, layer.bias):
                    part.normal_()
                layer.running_var.uniform_(0.3, 2)
    return network, shape


def test_every_layer_of_random_networks_is_torchs():
    draw, cases, worst, compared = random.Random(0), [], 0.0, 0
    torch.manual_seed(0)
    while len(cases) < 60:
        try:
            network, shape = random_network(draw)
        except (RuntimeError, ValueError):  # a kernel that is larger than what it gets
            continue
        cases.append((network, shape, torch.randn(1, *shape, dtype=torch.float64)))
    source = "\n".join((widgets.HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("shared", "convolutions"))
    asked = [{"network": packed(network, shape, None), "image": x.flatten().tolist()} for network, shape, x in cases]
    done = subprocess.run([node(), "-e", source + COMPUTE], input=json.dumps(asked), capture_output=True, text=True,
                          encoding="utf-8", check=True)
    seen = set()
    for (network, shape, x), found in zip(cases, json.loads(done.stdout), strict=True):
        layers = rounded(network, shape, None)
        assert len(found) == len(layers) + 1
        for layer, ours in zip(layers, found[1:], strict=True):
            with torch.no_grad():
                x = layer(x)
            assert x.shape[1:].numel() == len(ours["values"])
            assert x.dim() == 2 or list(x.shape[1:]) == ours["shape"]
            worst = max(worst, (x.flatten() - torch.tensor(ours["values"], dtype=torch.float64)).abs().max().item())
            compared += x.numel()
            if isinstance(layer, nn.Conv2d):
                seen |= {(name, value) for name in ("stride", "padding", "dilation", "groups", "kernel_size")
                         for value in [getattr(layer, name)]}
    SEEN.append(f"convolutional networks: {compared} numbers of {len(cases)} random networks ({len(seen)} different "
                f"settings of convolutions) differ from torch's by {worst:.1e}")
    assert worst < 1e-6 and len(seen) > 40


PACE = """([state, networks]) => {  // milliseconds of each of 60 predictions, those of the pad without its image
    const times = [], strokes = (k) => [[[20 + k, 20], [60, 50], [40, 80]]];
    for (let k = 0; k < 60; k++) {
        const spent = networks.map((network) => {
            const start = performance.now();
            figures.digit.numbers({ ...state, strokes: strokes(k % 20) }, network);
            return performance.now() - start;
        });
        times.push(Math.max(0, spent[1] - spent[0]));
    }
    return times;
}"""


@pytest.mark.browser
def test_a_prediction_takes_a_few_milliseconds(modules):
    network, state = CNN((8, 16), hidden=32), Figure("digit").state
    count = sum(parameter.numel() for parameter in network.parameters())
    slow = slowness(modules)
    times = modules.evaluate(PACE, [state, [{}, packed(network, 784, 10)]])
    slow = max(slow, slowness(modules))
    first, usual = times[0], statistics.median(times[5:])
    SEEN.append(f"convolutional networks: a prediction with {count} parameters takes {usual:.1f} ms in the browser "
                f"({first:.0f} ms the first time), on a machine {slow:.1f} times as slow as a bare loop should be")
    assert 25_000 < count < 30_000 and usual <= 5 * slow and first <= 100 * slow
