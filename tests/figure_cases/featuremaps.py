"""The feature maps: the edge network that needs no training, on images that are shifted, covered, drawn."""

import base64

import pytest
import torch
from figures import numbers as numbers_in
from torch import nn

from figure_cases import between, said
from nnlab import widgets
from nnlab.models import CNN

RULES = widgets.rules("featuremaps")
change = {"side": 8}
typed = "3"
with torch.random.fork_rng(devices=[]):
    torch.manual_seed(0)
    network = CNN((8, 16))
fullest = {"network": network, "column": 3, "channel": 5, "side": 6, "off": [[1, 2], [3, 1]], "shift": [2, -1],
           "edits": [[3, 5, 2, 0, 1, 0.5]]}
refused = [
    ('{"image": 12}', "image = 12: choose between -1 and 11"),
    ('{"image": 0.5}', "image = 0.5: choose a whole number"),
    ('{"scale": "none"}', 'scale = "none": choose one of: one for each layer, one for each map'),
    ('{"shift": [15, 0]}', "shift = [15,0]: choose between -14 and 14"),
    ('{"pixel": [3]}', "pixel = [3]: expected something like"),
    ('{"column": 0}', "column = 0: choose between 1 and 40"),
    ('{"off": [[1]]}', "off = [[1]]: expected something like"),
    ('{"edits": [[1, 0, 0, 0, 0, 101]]}', "edits = [[1,0,0,0,0,101]]: choose between -100 and 100"),
    ('{"edits": [[1, 0, 0, 0.5, 0, 1]]}', "choose a whole number"),
    ('{"strokes": [[3, 4]]}', "strokes = [[3,4]]: expected something like"),
]


def random_state(draw):
    return {
        "image": draw.randint(-1, 11), "strokes": [_walk(draw) for _ in range(draw.choice([0, 1, 2, 3]))],
        "shift": draw.choice([[0, 0], [draw.randint(-14, 14), draw.randint(-14, 14)]]),
        "square": [draw.randint(0, 27), draw.randint(0, 27)], "side": draw.choice([0, draw.randint(1, 20)]),
        "column": draw.randint(1, 6), "channel": draw.randint(0, 9),
        "pixel": [draw.randint(0, 27), draw.randint(0, 27)],
        "scale": draw.choice(RULES["choices"]["scale"]),
        "cell": [draw.randint(0, 9), draw.randint(0, 4), draw.randint(0, 4)],
        "edits": draw.choice([[], [[0, 0, 0, 0, 0, 0]], [_edit(draw) for _ in range(3)]]),
        "off": draw.choice([[], [[0, 0]], [[draw.randint(0, 5), draw.randint(0, 9)] for _ in range(4)]]),
    }


def _edit(draw):
    """A weight of a convolution, sometimes one that there is not."""
    return [draw.choice([1, 1, 2, 3]), draw.randint(0, 8), draw.choice([0, 0, 1, 7]), draw.randint(0, 2),
            draw.randint(0, 3), between(draw, -2, 2)]


def _walk(draw):
    """A stroke of one to six points, some outside the image."""
    x, y = draw.uniform(4, 24), draw.uniform(4, 24)
    stroke = []
    for _ in range(draw.randint(1, 6)):
        stroke.append([round(x, 1), round(y, 1)])
        x, y = x + draw.uniform(-9, 9), y + draw.uniform(-9, 9)
    return stroke


def image_of(state):
    """The image that the network gets, of shape (1, 1, 28, 28), in float64."""
    if state["image"] < 0:
        pixels = (255 * _ink(state["strokes"]) + 0.5).floor() / 255
    else:
        images = RULES["own"]["image"]
        coded = base64.b64decode(images[min(state["image"], len(images) - 1)])
        pixels = torch.tensor(list(coded), dtype=torch.float64).view(28, 28) / 255
    right, down = state["shift"]
    padded = nn.functional.pad(pixels, (14, 14, 14, 14))
    image = padded[14 - down:42 - down, 14 - right:42 - right].clone()
    top, left = state["square"]
    image[top:top + state["side"], left:left + state["side"]] = 0.5
    return image[None, None]


def _ink(strokes):
    """Ink of the pixels of an own drawing, (28, 28): 1 within 1.2 pixels of a line, 0 from 1.7 pixels on."""
    down, right = torch.meshgrid(*[torch.arange(28, dtype=torch.float64) + 0.5] * 2, indexing="ij")
    pixel, ink = torch.complex(right, down), torch.zeros(28, 28, dtype=torch.float64)
    for stroke in strokes:
        points = [complex(x, y) for x, y in stroke]
        for start, end in zip(points, [*points[1:], points[-1]], strict=True):
            along = end - start
            share = ((pixel - start) * along.conjugate()).real / max(abs(along) ** 2, 1e-30)
            ink = torch.maximum(ink, (1.7 - (pixel - start - share.clamp(0, 1) * along).abs()).clamp(0, 1))
    return ink


def edge_network():
    """The figure's own network: Sobel kernels in eight directions, lines of two opposite edges, their mean."""
    straight = torch.tensor([[-1., 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=torch.float64)
    slanted = torch.tensor([[-2., -1, 0], [-1, 0, 1], [0, 1, 2]], dtype=torch.float64)
    kernels = [torch.rot90(kernel, -turns) for turns in range(4) for kernel in (straight, slanted)]
    line = torch.full((4, 8, 3, 3), 0.0, dtype=torch.float64)
    line[:, :, 1, 1] = -1 / 16
    eye = torch.eye(3, dtype=torch.float64)
    middle = torch.zeros(3, 3, dtype=torch.float64)
    middle[1] = 1
    for k, cells in enumerate([middle.T, eye.flip(0), middle, eye]):
        line[k, [k, k + 4]] = cells / 4
    network = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 4, 3, padding=1),
                            nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4)).double()
    weights = [torch.stack(kernels)[:, None] / 4, torch.full((8,), -1 / 8), line, torch.full((4,), -1 / 8),
               32 * torch.eye(4) - 8, torch.zeros(4)]
    for parameter, values in zip(network.parameters(), weights, strict=True):
        parameter.data.copy_(values)
    return network


ENDS = {1: (0, 1), 2: (2, 2), 3: (3, 4), 4: (5, 5)}  # of each column: its first layer and its last


@torch.no_grad()
def by_torch(state):
    column = min(state["column"], 4)
    x, outputs, network = image_of(state), [], edge_network()
    for c, *place, weight in state["edits"]:
        kernels = network[ENDS[c][0]].weight if c in (1, 3) else torch.zeros(0, 0, 0, 0)
        if all(one < size for one, size in zip(place, kernels.shape, strict=True)):
            kernels[tuple(place)] = weight
    for k, layer in enumerate(network):
        x = layer(x)
        outputs.append(x.clone())
        for c, channel in state["off"]:
            if c in ENDS and ENDS[c][1] == k and channel < x.shape[1]:
                x[:, channel] = 0
    first, last = ENDS[column]
    shape = outputs[first].shape
    at = (0, min(state["channel"], shape[1] - 1), *(min(place, shape[2] - 1) for place in state["pixel"]))
    probabilities = torch.softmax(x[0], 0)
    return {"sum": outputs[first][at].item(), "value": outputs[last][at].item(), "place": [column, *at[1:]],
            "probabilities": probabilities.tolist(), "predicted": probabilities.argmax().item()}


def found(numbers):
    chosen = numbers["chosen"]
    place = [chosen["column"], chosen["channel"], *chosen["pixel"]]
    return {"sum": chosen["sum"], "value": chosen["value"], "place": place} | {
        part: numbers[part] for part in ("probabilities", "predicted")}


def printed(state, numbers):
    return [numbers["chosen"]["sum"], numbers["chosen"]["value"], *numbers["probabilities"]]


def on_screen(page, state, numbers):
    chosen, likely = numbers["chosen"], 100 * max(numbers["probabilities"])
    top, left, bottom, right = chosen["field"]
    size = [min(end, 27) - max(first, 0) + 1 for first, end in ((top, bottom), (left, right))]
    wanted = [chosen["column"], chosen["channel"], *chosen["pixel"], chosen["value"], likely]
    assert numbers_in(said(page)) == pytest.approx(wanted, abs=0.051)
    assert f"Predicted class: {numbers['classes'][numbers['predicted']]}," in said(page)
    words = " ".join(page.locator(".panels text").all_text_contents()).replace("\u2212", "-")
    assert f"{size[0]}×{size[1]} pixels" in words
    assert f"value {chosen['value']:.2f}" in words and f"= {chosen['sum']:.3f}" in words
