"""The augmentation explorer: its random numbers written anew, its images by nnlab.augment in torch."""

import math

import pytest
import torch
from figures import numbers as numbers_in

from figure_cases import between, normal, said, uniform_of
from nnlab import widgets
from nnlab.augment import Erase, Flip, Jitter, Mixup, Noise, Rotate, Shift

RULES = widgets.rules("augmentation")
NAMES = RULES["choices"]["transforms"]
change = {"degrees": 40, "transforms": ["rotate", "mixup"]}
typed = "7"
fullest = {"image": "red and blue ball", "preset": "too much", "transforms": NAMES}
refused = [
    ('{"image": "cat"}', 'image = "cat": choose one of: 2, 6, shirt'),
    ('{"transforms": ["blur"]}', 'transforms = ["blur"]: choose from: flip, vertical flip'),
    ('{"transforms": ["flip", "flip"]}', "choose each only once"),
    ('{"p": [0.5]}', "p = [0.5]: expected something like"),
    ('{"shift": 2.5}', "shift = 2.5: choose a whole number"),
    ('{"hue": 0.6}', "hue = 0.6: choose between 0 and 0.5"),
    ('{"alpha": 0}', "alpha = 0: choose between 0.05 and 1"),
    ('{"pixels": [[[[256]]]]}', "pixels = [[[[256]]]]: choose between 0 and 255"),
    ('{"pixels": []}', "pixels = []: choose at least 1"),
    ('{"names": ["2", 2]}', 'names = ["2",2]: expected something like ["7"]'),
    ('{"rows": 7}', "rows = 7: choose between 1 and 6"),
]
OURS = {  # the transforms as nnlab.augment has them; what they draw does not matter here
    "flip": Flip(), "vertical flip": Flip(vertical=True), "shift": Shift(), "rotate": Rotate(),
    "brightness": Jitter(brightness=1), "contrast": Jitter(contrast=1), "saturation": Jitter(saturation=1),
    "hue": Jitter(hue=0.5), "noise": Noise(), "erase": Erase(), "mixup": Mixup(1),
}


def random_state(draw):
    channels, height, width = draw.choice([1, 1, 3]), draw.randint(3, 9), draw.randint(3, 9)
    pixels = [[[[draw.choice([0, 255, draw.randint(0, 255)]) for _ in range(width)] for _ in range(height)]
               for _ in range(channels)] for _ in range(draw.randint(1, 3))]
    return {
        "image": "own images", "pixels": pixels,
        "names": [draw.choice("0123456789") for _ in range(draw.randint(1, 3))],
        "strokes": [[[between(draw, 0, 28, 1), between(draw, 0, 28, 1)] for _ in range(draw.randint(0, 3))]
                    for _ in range(draw.randint(0, 2))],
        "transforms": draw.sample(NAMES, draw.choice([0, 1, 2, 4, 7, 11])),
        "p": [draw.choice([0, 1, 1, between(draw, 0, 1)]) for _ in NAMES], "shift": draw.randint(0, 4),
        "degrees": draw.choice([0, between(draw, 0, 180)]), "scale": draw.choice([0, between(draw, 0, 0.9)]),
        "brightness": between(draw, 0, 1), "contrast": between(draw, 0, 1), "saturation": between(draw, 0, 1),
        "hue": between(draw, 0, 0.5), "sigma": between(draw, 0, 0.5), "area": between(draw, 0.02, 0.9),
        "alpha": between(draw, 0.05, 1), "draw": draw.choice(RULES["choices"]["draw"]), "seed": draw.randint(0, 999),
        "rows": draw.randint(1, 2), "columns": draw.randint(1, 3), "sample": draw.randint(0, 9),
    }


def normals(seed, count):
    """`count` normal numbers by Box and Muller."""
    uniform = uniform_of(seed)
    return [normal(uniform) for _ in range(count)]


def rectangle(u, most, height, width):
    """Top, left, height and width of a rectangle, as random erasing draws it from 22 uniform numbers."""
    for area, ratio in zip(u[:10], u[10:20], strict=True):
        area = (0.02 + (most - 0.02) * area) * height * width
        ratio = math.exp(math.log(0.3) + math.log(11) * ratio)
        rows, columns = math.floor((area * ratio) ** 0.5 + 0.5), math.floor((area / ratio) ** 0.5 + 0.5)
        if rows < height and columns < width:
            return int(u[20] * (height - rows + 1)), int(u[21] * (width - columns + 1)), rows, columns
    return 0, 0, 0, 0


def drawn(state, k, height, width):
    """Parameters of sample number `k`, by transform, as nnlab.augment takes them."""
    uniform, found = uniform_of(64 * state["seed"] + k), {}

    def factor(strength, u):
        return (1 - strength + 2 * strength * u[0],)
    counts = dict(zip(NAMES, (0, 0, 2, 2, 1, 1, 1, 1, 0, 22, 0), strict=True))
    for (name, count), p in zip(counts.items(), state["p"], strict=True):
        chosen = uniform() < p
        u = [uniform() for _ in range(count)]
        span = 2 * state["shift"] + 1
        weight = [beta(state["alpha"], uniform)] if name == "mixup" else None
        made = {
            "flip": lambda u: (True,), "vertical flip": lambda u: (True,),
            "shift": lambda u, span=span: tuple(int(one * span) - state["shift"] for one in u),
            "rotate": lambda u: (state["degrees"] * (2 * u[0] - 1), 1 + state["scale"] * (2 * u[1] - 1)),
            "brightness": lambda u: factor(state["brightness"], u), "contrast": lambda u: factor(state["contrast"], u),
            "saturation": lambda u: factor(state["saturation"], u), "hue": lambda u: (state["hue"] * (2 * u[0] - 1),),
            "noise": lambda u: (state["sigma"],), "erase": lambda u: rectangle(u, state["area"], height, width),
            "mixup": lambda u, weight=weight: weight,
        }[name](u)
        if name in state["transforms"]:
            neutral = {"brightness": [1], "contrast": [1], "saturation": [1], "hue": [0]}
            found[name] = list(made if chosen else neutral.get(name, OURS[name].neutral))
    return found


def beta(alpha, uniform):
    """A number from Beta(alpha, alpha), by Jöhnk's method."""
    while True:
        one, other = uniform() ** (1 / alpha), uniform() ** (1 / alpha)
        if 0 < one + other <= 1:
            return one / (one + other)


def augmented(images, parameters, noise):
    """Images (N, C, H, W) by nnlab.augment, with the parameters of each, a list of dictionaries, and its noise."""
    for name in [one for one in NAMES if one in parameters[0]]:
        columns = zip(*(one[name] for one in parameters), strict=True)
        values = [torch.tensor(column, dtype=torch.float64) for column in columns]
        if name == "noise":
            images = OURS[name].apply(images, values[0][:, None, None, None] * noise)
        elif name in ("brightness", "contrast", "saturation", "hue"):
            images = OURS[name].apply(images, *(
                values[0] if name == part else 1.0 for part in ("brightness", "contrast", "saturation", "hue")))
        else:
            images = OURS[name].apply(images, *values)
    return images


def by_torch(state):
    originals = torch.tensor(state["pixels"], dtype=torch.float64) / 255
    count = state["rows"] * state["columns"]
    numbers = torch.arange(count) % len(originals)
    whole = state["draw"] == "whole batch"
    parameters = [drawn(state, 0 if whole else k, *originals.shape[2:]) for k in range(count)]
    noise = torch.tensor([normals(64 * state["seed"] + k + 2 ** 20, originals[0].numel()) for k in range(count)],
                         dtype=torch.float64).view(count, *originals.shape[1:])
    images = augmented(originals[numbers], parameters, noise)
    spread = [images[numbers == k].std(0, correction=0).mean() for k in range(min(count, len(originals)))]
    found = {f"image {k}": image.flatten().tolist() for k, image in enumerate(images)}
    return found | {"spread": torch.stack(spread).mean().item(), "at": min(state["sample"], count - 1),
                    "parameters": flat(parameters)}


def flat(parameters):
    """All parameters in one list: of each sample, in the order of the transforms."""
    return [float(value) for one in parameters for name in NAMES for value in one.get(name, ())]


def found(numbers):
    images = {f"image {k}": values_of(sample).tolist() for k, sample in enumerate(numbers["samples"])}
    return images | {"spread": numbers["spread"], "at": numbers["at"],
                     "parameters": flat([sample["parameters"] for sample in numbers["samples"]])}


def printed(state, numbers):
    samples, at = numbers["samples"], numbers["at"]
    sample, original = samples[at], values_of(numbers["images"][samples[at]["image"]])
    image = values_of(sample)
    targets = []
    if "mixup" in state["transforms"]:
        labels = list(dict.fromkeys(one["label"] for one in numbers["images"]))
        targets = [0.0] * len(labels)
        for k, weight in ((at - 1, 1 - sample["weight"]), (at, sample["weight"])):
            targets[labels.index(numbers["images"][samples[k]["image"]]["label"])] += weight
    means = [original.mean(), image.mean(), (image - original).abs().mean()]
    return [at + 1, *(mean.item() for mean in means), *targets]


def values_of(image):
    """Pixels of one of the figure's images, in a browser's or in Node's form."""
    values = image["values"]
    return torch.tensor(list(values.values()) if isinstance(values, dict) else list(values), dtype=torch.float64)


def on_screen(page, state, numbers):
    shown = numbers_in(said(page))
    assert shown[:2] == [numbers["changed"], len(numbers["samples"])]
    assert shown[-1] == pytest.approx(numbers["spread"], abs=5.1e-4)
    words = page.locator(".panels svg text").all_text_contents()
    sample = numbers["samples"][numbers["at"]]
    label = numbers["images"][sample["image"]]["label"]
    assert words.count(label) == len(numbers["samples"]) and f"sample {numbers['at'] + 1}" in words
    assert page.get_by_role("slider", name="Chosen sample").get_attribute("aria-valuenow") == str(numbers["at"] + 1)
