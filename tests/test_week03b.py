"""Week 3b's exercises: their rules, and oracles of their references."""

import inspect
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules
from scipy.ndimage import center_of_mass
from torch import nn

from nnlab.batches import Batches
from nnlab.checks.judging import judge
from nnlab.exercises import week03b
from nnlab.exercises.week03 import check
from nnlab.models import MLP


def other_train_step(model, x, y, loss_fn, optimizer):
    optimizer.zero_grad(set_to_none=False)
    outputs = model(x)
    loss = loss_fn(outputs, y)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        return outputs.clone(), loss.clone()


def other_epoch(model, batches, loss_fn, optimizer):
    model.train(True)
    pairs = [(other_train_step(model, x, y, loss_fn, optimizer)[1], len(x)) for x, y in batches]
    return float(np.average([float(loss) for loss, _ in pairs], weights=[count for _, count in pairs]))


def other_mistakes(outputs, targets, k):
    probabilities = torch.softmax(outputs, -1)
    rows = [(-float(p.max()), index) for index, p in enumerate(probabilities) if p.argmax() != targets[index]]
    return torch.tensor([index for _, index in sorted(rows)[:k]], dtype=torch.int64)


def other_centered(digit):
    down, across = center_of_mass(digit.numpy())
    top, left = int(np.floor(14 - down + 0.5)), int(np.floor(14 - across + 0.5))
    return F.pad(digit, (left, 28 - left - digit.shape[1], top, 28 - top - digit.shape[0]))


def train(x, y, new_x, new_y, model=None, steps=lambda x, y: Batches(x, y, 20, shuffle=True), loss_of=F.cross_entropy):
    """A script without a mistake, in another style: four pieces that may differ."""
    model = model or nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10))
    optimizer, losses = torch.optim.SGD(model.parameters(), 0.1), []
    for _ in range(5):
        for batch, labels in steps(x, y):
            loss = loss_of(model(batch), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(loss.item())
    model.eval()
    with torch.inference_mode():
        return losses, [float((model(new_x).argmax(1) == new_y).float().mean()) for _ in range(5)]


def with_dropout():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(), nn.Linear(30, 10))


def in_pairs(x, y):
    pairs = list(zip(x, y, strict=True))
    random.shuffle(pairs)
    return torch.utils.data.DataLoader(pairs, 20, shuffle=True)


class TestExercises(ExerciseRules):
    module = week03b
    styles = {
        "train_step": [other_train_step],
        "one_epoch": [other_epoch],
        "confident_mistakes": [other_mistakes],
        "centred": [other_centered],
        "script_a": [lambda *data: train(*data, steps=in_pairs), train],
        "script_b": [train],
        "script_c": [lambda *data: train(*data, model=MLP([784, 30, 10])), train],
        "script_d": [lambda *data: train(*data, loss_of=lambda z, y: F.nll_loss(torch.log_softmax(z, 1), y)),
                     lambda *data: train(*data, loss_of=lambda z, y: F.nll_loss(torch.softmax(z, 1).log(), y))],
        "script_e": [lambda *data: train(*data, model=with_dropout())],
    }


def test_scripts_are_as_they_are_given_until_they_are_fixed():
    """The code to correct is incorrect where its text is hidden, and "not attempted" where its text can be read."""
    given = {name: exercise for name, exercise in check.exercises.items() if getattr(exercise, "given", None)}
    assert sorted(given) == [f"script_{letter}" for letter in "abcde"]
    for name, exercise in given.items():
        assert check.given(name) is exercise.given and judge(exercise, exercise.given).kind == "incorrect"
        assert exercise.source != inspect.getsource(exercise.given) and len(exercise.source.splitlines()) <= 25
    said = "train_step begins with nothing; these begin with code to correct: script_a, script_b"
    with pytest.raises(ValueError, match=said):
        check.given("train_step")
    with pytest.raises(ValueError, match="no exercise 'script_z'"):
        check.given("script_z")


def test_a_script_is_trained_once_and_keeps_its_images():
    """Four assertions on one training; what a script does to the images that it is given, the next one does not see."""
    calls = []

    def spoils(x, y, new_x, new_y):
        calls.append(x.sum().item())
        x.zero_()
        return [2.3] * 110, [0.1] * 5

    assert judge(week03b.SCRIPT_B, spoils).kind == "incorrect" and len(calls) == 1
    assert judge(week03b.SCRIPT_B, lambda *data: spoils(*data)).kind == "incorrect"
    assert calls[0] == calls[1] > 0


def test_centred_is_the_pads_last_step():
    g = torch.Generator().manual_seed(0)
    for _ in range(50):
        height, width = (int(torch.randint(5, 21, (1,), generator=g)) for _ in range(2))
        digit = torch.rand(height, width, generator=g) ** 3
        image = week03b.CENTRED.reference(digit)
        assert image.sum().item() == pytest.approx(digit.sum().item(), rel=1e-5)
        assert center_of_mass(image.numpy()) == pytest.approx((14, 14), abs=0.501)


def test_orders_of_the_six_steps_do_what_is_said():
    """Each order is run on a line and two batches with different gradients; its weights tell what it does."""
    exercise = week03b.SIX_STEPS

    def visits(order):
        layer = nn.Linear(1, 1, bias=False, dtype=torch.float64)
        nn.init.constant_(layer.weight, 0.0)
        optimizer, found, at = torch.optim.SGD(layer.parameters(), lr=0.1), [], {}
        for x, y in [(1.0, 3.0), (2.0, -1.0), (1.0, 2.0), (3.0, 1.0)]:
            batch = {"x": torch.tensor([[x]]).double(), "y": torch.tensor([[y]]).double()}
            steps = {"batch": lambda batch=batch: at.update(batch),
                     "forward": lambda: at.update(out=layer(at["x"])),
                     "loss": lambda: at.update(loss=F.mse_loss(at["out"], at["y"])),
                     "clear": optimizer.zero_grad,
                     "backward": lambda: at["loss"].backward(),
                     "step": optimizer.step}
            for step in order:
                steps[step]()
            found.append(layer.weight.item())
        return found

    sound = visits(["batch", "forward", "loss", "clear", "backward", "step"])
    for question, answer in zip(exercise.questions, exercise.reference, strict=True):
        found = visits(question.removesuffix(", and never clear").split(", "))
        late = found[0] == 0 and found[1] == sound[0] and found[2] != found[1]
        stuck = set(found) == {0.0}
        if found == sound:
            does = "works as well"
        else:
            does = "never learns" if stuck else "a batch late" if late else "slopes add up"
        assert does == answer, question
        assert answer != "slopes add up" or (found[0] == sound[0] and found[1:] != sound[1:])
