"""The convolution explorer: outputs, products, counts of use and the matrix, as torch computes them."""

import pytest
import torch
import torch.nn.functional as F
from figures import numbers as numbers_in

from figure_cases import between, said
from nnlab import widgets

RULES = widgets.rules("convolution")
change = {"padding": [1, 2], "stride": [2, 1]}
typed = "7"
fullest = {
    "pixels": [[[(c + 2 * r + 3 * s) % 10 for s in range(16)] for r in range(16)] for c in range(3)], "image": "own",
    "weight": [[[[(o + c + 2 * i + 3 * j) % 5 - 2 for j in range(3)] for i in range(3)] for c in range(3)]
               for o in range(2)],
    "kernel": "own", "bias": [1, -2], "padding": [1, 1], "activation": "ReLU", "step": 130,
}
refused = [
    ('{"image": "cat"}', 'image = "cat": choose one of: 5 × 5 example, step edge'),
    ('{"pixels": [[[100]]]}', "choose between -99 and 99"),
    ('{"pixels": [[1, 2], [3, 4]]}', "expected something like [[[7,2,"),
    ('{"pixels": [[[1]], [[1]], [[1]], [[1]]]}', "4 are too many; at most 3"),
    ('{"weight": [[[[1, 2, 3, 4, 5, 6]]]]}', "6 are too many; at most 5"),
    ('{"weight": [[[1]]]}', "expected something like [[[[1,0,-1]"),
    ('{"bias": [1, 2, 3]}', "3 are too many; at most 2"),
    ('{"stride": [0, 1]}', "choose between 1 and 3"),
    ('{"stride": 2}', "expected something like [1,1]"),
    ('{"padding": [1, 1.5]}', "choose a whole number"),
    ('{"padding_mode": "reflect"}', "choose one of: zeros, circular"),
    ('{"operation": "correlation"}', "choose one of: cross-correlation, convolution"),
    ('{"view": "numbers"}', "choose one of: sum, use counts, matrix"),
]


def random_state(draw):
    """All sizes differ, kernels are asymmetric; about one state in twelve has a kernel that does not fit."""
    def grid(rows, columns, low, high, digits):
        return [[between(draw, low, high, digits) for _ in range(columns)] for _ in range(rows)]

    channels, outputs = draw.choice([1, 1, 2, 3]), draw.choice([1, 1, 2])
    given, digits = draw.choice([channels, channels, 1]), draw.choice([0, 2])
    rows, columns = draw.randint(2, 12), draw.randint(2, 12)
    tall, wide = draw.randint(1, min(5, rows)), draw.randint(1, min(5, columns))
    return {
        "image": "own", "kernel": "own",
        "pixels": [grid(rows, columns, -9, 9, draw.choice([0, 1])) for _ in range(channels)],
        "weight": [[grid(tall, wide, -3, 3, digits) for _ in range(given)] for _ in range(outputs)],
        "bias": [between(draw, -5, 5) for _ in range(draw.randint(0, 2))],
        "stride": [draw.randint(1, 3), draw.randint(1, 3)], "padding": [draw.randint(0, 3), draw.randint(0, 3)],
        "dilation": [draw.choice([1, 1, 1, 2, 3]), draw.choice([1, 1, 1, 2, 3])],
        "padding_mode": draw.choice(["zeros", "zeros", "circular"]),
        "operation": draw.choice(RULES["choices"]["operation"]),
        "activation": draw.choice(RULES["choices"]["activation"]), "view": draw.choice(RULES["choices"]["view"]),
        "pixel": [draw.randint(0, 15), draw.randint(0, 15)], "step": draw.randint(0, 60),
    }


def convolve(state, x, weight, bias=None):
    """The convolution of the state, of images x (N, C, H, W) with weight (O, C, h, w)."""
    down, across = state["padding"]
    mode = "circular" if state["padding_mode"] == "circular" else "constant"
    return F.conv2d(F.pad(x, (across, across, down, down), mode=mode), weight, bias, state["stride"],
                    dilation=state["dilation"])


def tensors(state):
    """Image (1, C, H, W), weight (O, C, h, w) as it is used, and bias (O,)."""
    x = torch.tensor(state["pixels"], dtype=torch.float64)[None]
    weight = torch.tensor(state["weight"], dtype=torch.float64)
    if weight.shape[1] != x.shape[1]:
        weight = weight[:, [c % weight.shape[1] for c in range(x.shape[1])]]
    if state["operation"] == "convolution":
        weight = weight.flip(-2, -1)
    bias = [*state["bias"], 0, 0][:len(weight)]
    return x, weight, torch.tensor(bias, dtype=torch.float64)


def fits(state):
    """Whether there is an output, by the rule of torch's documentation."""
    x, weight, _ = tensors(state)
    padded = [side + 2 * padding for side, padding in zip(x.shape[2:], state["padding"], strict=True)]
    spans = [d * (k - 1) + 1 for d, k in zip(state["dilation"], weight.shape[2:], strict=True)]
    wraps = state["padding_mode"] == "circular" and any(
        padding > side for padding, side in zip(state["padding"], x.shape[2:], strict=True))
    return not wraps and all(span <= side for span, side in zip(spans, padded, strict=True))


def by_torch(state):
    if not fits(state):
        with pytest.raises(RuntimeError):  # torch refuses it, too
            convolve(state, *tensors(state)[:2])
        return {"fits": 0}
    x, weight, bias = tensors(state)
    z = convolve(state, x, weight, bias)[0]
    y = z.relu() if state["activation"] == "ReLU" else z
    at = min(state["step"], y.numel() - 1)
    counts = torch.zeros_like(x[:, :1]).requires_grad_()
    convolve(state, counts, torch.ones_like(weight[:1, :1])).sum().backward()
    matrix = torch.autograd.functional.jacobian(lambda image: convolve(state, image, weight), x)
    matrix = matrix.reshape(z.numel(), x.numel())
    o, row, column = torch.unravel_index(torch.tensor(at), z.shape)
    by_channel = [convolve(state, x[:, c:c + 1], weight[:, c:c + 1])[0, o, row, column].item()
                  for c in range(x.shape[1])]
    return {
        "fits": 1, **{f"y {k}": value for k, value in enumerate(y.flatten().tolist())},
        "outputs": y.numel(), "rows": y.shape[1], "columns": y.shape[2],
        **{f"use {k}": value for k, value in enumerate(counts.grad.flatten().tolist())},
        "unused": (counts.grad == 0).sum().item(), "nonzero": (matrix.abs() > 1e-12).sum().item(),
        "matrix rows": len(matrix), "matrix columns": matrix.shape[1],
        **{f"channel {c}": value for c, value in enumerate(by_channel)},
        "row times x": (matrix[at] @ x.flatten() + bias[o]).item(), "at": y.flatten()[at].item(),
    }


def found(numbers):
    if numbers["problem"]:
        return {"fits": 0}
    flat = [value for grid in numbers["y"] for row in grid for value in row]
    uses = [value for row in numbers["used"] for value in row]
    return {
        "fits": 1, **{f"y {k}": value for k, value in enumerate(flat)},
        "outputs": numbers["count"], "rows": numbers["size"][0], "columns": numbers["size"][1],
        **{f"use {k}": value for k, value in enumerate(uses)},
        "unused": numbers["unused"], "nonzero": numbers["nonzero"],
        "matrix rows": numbers["shape"][0], "matrix columns": numbers["shape"][1],
        **{f"channel {c}": value for c, value in enumerate(numbers["sum"]["sums"])},
        "row times x": numbers["sum"]["z"], "at": numbers["sum"]["y"],
    }


def printed(state, numbers):
    if numbers["problem"]:
        return []
    shown = [value for grid in numbers["y"] for row in grid for value in row]
    if state["view"] == "use counts":
        shown += [value for row in numbers["used"] for value in row]
    if state["view"] == "matrix":
        shown += [*numbers["shape"], numbers["nonzero"]]
    return shown


def on_screen(page, state, numbers):
    words, total = said(page), numbers["sum"]
    assert words.startswith("output[") and numbers_in(words)[:2] == total["place"][1:]
    assert numbers_in(words)[-1] == pytest.approx(total["y"], abs=5.1e-5)
    shown = page.locator(".panels svg text").all_text_contents()
    for row in numbers["y"][0]:
        assert all(str(value).replace("-", "\u2212") in shown for value in row)
