"""Week 3d's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import dataclasses
import inspect
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, rejections, with_code
from scipy.ndimage import center_of_mass
from torch import nn

from nnlab.batches import Batches
from nnlab.checks.candidate import Reference, lines_of
from nnlab.checks.exercise import variant
from nnlab.checks.inputs import drawn
from nnlab.checks.judging import judge
from nnlab.exercises import week03d, week03d_images, week03d_trials
from nnlab.exercises.week03 import check
from nnlab.metrics import accuracy
from nnlab.models import MLP
from nnlab.train import train_epoch

# ---------------------------------------------------------------------------------------- right answers in other styles

def other_centered(digit):
    down, across = center_of_mass(digit.numpy())
    top, left = int(np.floor(14 - down + 0.5)), int(np.floor(14 - across + 0.5))
    return F.pad(digit, (left, 28 - left - digit.shape[1], top, 28 - top - digit.shape[0]))


def centered_in_a_loop(digit):
    total = rows = columns = 0.0
    for i in range(digit.shape[0]):
        for j in range(digit.shape[1]):
            value = float(digit[i, j])
            total, rows, columns = total + value, rows + i * value, columns + j * value
    image = torch.zeros(28, 28, dtype=digit.dtype)
    for i in range(digit.shape[0]):
        for j in range(digit.shape[1]):
            image[i + 14 - round(rows / total), j + 14 - round(columns / total)] = digit[i, j]
    return image


def centered_by_rolling(digit):
    height, width = digit.shape
    image = torch.zeros(28, 28).to(digit)
    image[:height, :width] = digit
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    shifts = [int(torch.round(14 - (image * place).sum() / image.sum())) for place in (rows, columns)]
    return image.roll(shifts, (0, 1))


def centered_with_grids(digit: torch.Tensor) -> torch.Tensor:
    share = digit.double() / digit.double().sum()
    row = (share * torch.arange(digit.size(0))[:, None]).sum()
    column = (share * torch.arange(digit.size(1))).sum()
    top, left = (14 - row).round().long().item(), (14 - column).round().long().item()
    image = digit.new_zeros((28, 28))
    image[slice(top, top + digit.size(0)), slice(left, left + digit.size(1))].copy_(digit)
    return image


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


def normalized(part):
    """Images with pixels from -1 to 1; labels stay as they are."""
    return (part - 0.5) / 0.5 if part.dtype.is_floating_point else part


class Normalize(nn.Module):
    """Layer that normalizes its images."""

    def forward(self, x):
        """Images with pixels from -1 to 1."""
        return normalized(x)


def with_dropout():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(), nn.Linear(30, 10))


def in_pairs(x, y):
    pairs = list(zip(x, y, strict=True))
    random.shuffle(pairs)
    return torch.utils.data.DataLoader(pairs, 20, shuffle=True)


def by_numpy(x, y):
    order = np.random.permutation(len(x))
    return ((x[part], y[part]) for part in np.array_split(order, range(20, len(x), 20)))


def by_index(x, y):
    for index in torch.randperm(len(x)).split(20):
        yield x[index].flatten(1), y[index]


def by_hand(x, y, new_x, new_y):
    """Weights, gradients and steps without torch.nn and without an optimizer."""
    sizes = [(784, 30), (30, 10)]
    layers = [(torch.randn(n, m) * (2 / n) ** 0.5, torch.zeros(m)) for n, m in sizes]
    parameters = [part.requires_grad_() for layer in layers for part in layer]

    def model(images):
        hidden = (images.reshape(len(images), -1) @ parameters[0] + parameters[1]).clamp(min=0)
        return hidden @ parameters[2] + parameters[3]

    losses = []
    for _ in range(5):
        order = torch.randperm(len(x))
        for start in range(0, len(x), 20):
            batch = order[start:start + 20]
            loss = F.cross_entropy(model(x[batch]), y[batch])
            losses.append(loss.detach())
            for part, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                part.data -= 0.1 * gradient
    return np.array(losses), [accuracy(model(new_x).detach(), new_y) for _ in range(5)]


def fixed(letter, *edits):
    """The reference of that script, edited."""
    return variant(check.exercises[f"script_{letter}"].reference, *edits)


def given(letter, *edits):
    """That script with its bug, edited."""
    return variant(check.given(f"script_{letter}"), *edits)


_EVAL = "    model.eval()\n    with torch.no_grad():"


class TestExercises(ExerciseRules):
    module = week03d
    in_words = ("script_a", "script_b", "script_c", "script_d", "script_e")
    styles = {
        "centered": [other_centered, centered_in_a_loop, centered_by_rolling, centered_with_grids],
        "script_a": [lambda *data: train(*data, steps=in_pairs), train, by_hand,
                     lambda *data: train(*data, steps=by_numpy), lambda *data: train(*data, steps=by_index),
                     given("a", ("x[order].split(20), y.split(20)", "x[order].split(20), y[order].split(20)")),
                     given("a", ("        for batch", "        x, y = x[order], y[order]\n        for batch"),
                           ("x[order].split", "x.split"))],
        "script_b": [train, by_hand, given("b",
                                           ("            loss = ",
                                            "            optimizer.zero_grad()\n            loss = ")),
                     given("b", ("            loss.backward",
                                 "            model.zero_grad()\n            loss.backward")),
                     given("b", ("    losses = []", "    losses = []\n    optimizer.zero_grad()"),
                           ("optimizer.step()",
                            "optimizer.step()\n            optimizer.zero_grad(set_to_none=False)")),
                     given("b", ("optimizer.step()", "optimizer.step()\n            for p in model.parameters():\n"
                                                     "                p.grad = None"))],
        "script_c": [lambda *data: train(*map(normalized, data)), lambda *data: by_hand(*map(normalized, data)),
                     lambda *data: train(*data, model=nn.Sequential(Normalize(), MLP([784, 30, 10]))),
                     lambda *data: train(*map(normalized, data), steps=by_index),
                     given("c", ("model(new_x)", "model((new_x - 0.5) / 0.5)")),
                     given("c", ("    with torch.no_grad():", "    new_x = 2 * new_x - 1\n    with torch.no_grad():")),
                     given("c", ("    x = (x - 0.5) / 0.5\n", ""), ("model(batch)", "model((batch - 0.5) / 0.5)"),
                           ("model(new_x)", "model((new_x - 0.5) / 0.5)"))],
        "script_d": [lambda *data: train(*data, loss_of=lambda z, y: F.nll_loss(torch.log_softmax(z, 1), y)),
                     lambda *data: train(*data, loss_of=lambda z, y: F.nll_loss(torch.softmax(z, 1).log(), y)),
                     by_hand, given("d", ("nn.Softmax(1)", "nn.Identity()")),
                     given("d", ("nn.Softmax(1)", "nn.LogSoftmax(1)"), ("F.cross_entropy", "F.nll_loss")),
                     given("d", ("F.cross_entropy(model(batch), labels)",
                                 "F.nll_loss(torch.log(model(batch)), labels)"))],
        "script_e": [lambda *data: train(*data, model=with_dropout()),
                     given("e", ("        accuracies =", "        model.eval()\n        accuracies =")),
                     given("e", ("    with torch.no_grad()",
                                 "    model.train(False)\n    with torch.inference_mode()")),
                     given("e", ("[accuracy(model(new_x)", "[accuracy(model.eval()(new_x)")),
                     given("e", ("    for _ in range(5):\n", "    for _ in range(5):\n        model.train()\n"),
                           ("    with torch.no_grad():", _EVAL), ("    return", "    model.train()\n    return"))],
    }


# ---------------------------------------------------------------------------------- wrong answers that nobody has named

CENTERED = week03d.centered


def centered_in_place(digit):
    digit /= digit.sum()
    return CENTERED(digit)


def centered_again_and_again(digit):
    image = torch.zeros(28, 28).to(digit)
    image[:digit.shape[0], :digit.shape[1]] = digit
    for _ in range(3):
        row = (image.sum(1) @ torch.arange(28).to(digit) / image.sum()).item()
        column = (image.sum(0) @ torch.arange(28).to(digit) / image.sum()).item()
        image = image.roll((int(14 - row), int(14 - column)), (0, 1))
    return image


WRONG = {
    "centered": [
        centered_in_place, centered_again_and_again, lambda digit: CENTERED(digit / digit.max()),
        lambda digit: CENTERED(digit.T),
        lambda digit: CENTERED(digit).T, lambda digit: CENTERED(digit).float(),
        lambda digit: CENTERED(digit).clamp(max=1),
        lambda digit: CENTERED(digit)[None], lambda digit: CENTERED(digit).bool().to(digit),
        lambda digit: CENTERED(digit).round(),
        variant(CENTERED, ("14 - row", "14 + row")), variant(CENTERED, ("14 -", "15 -")),
        variant(CENTERED, ("14 -", "13 -")),
        variant(CENTERED, (" / digit.sum()", "")), variant(CENTERED, (" / digit.sum()", " / digit.numel()")),
        variant(CENTERED, ("digit.sum(1) @", "digit.mean(1) @")),
        variant(CENTERED, ("arange(height)", "arange(1, height + 1)"),
                                                                         ("arange(width)", "arange(1, width + 1)")),
        variant(CENTERED, ("28, 28", "32, 32")), variant(CENTERED, ("digit.new_zeros", "digit.new_ones")),
        variant(CENTERED, ("round(14 - row.item())", "max(0, int(14 - row.item() + 1))")),
        variant(CENTERED, ("digit.sum(", "(digit > 0.5).to(digit).sum(")),
        variant(CENTERED, ("digit.sum(", "(digit ** 2).sum(")),
        variant(CENTERED, ("return image", "return image[:28, :28].to(torch.uint8)")),
        variant(CENTERED, ("row.item()", "(height - 1) / 2")),
        variant(CENTERED, ("round(14 - row.item())", "-int(row.item() - 14) + 1")),
        variant(CENTERED, ("top, left = ", "left, top = ")),
    ],
}
_MEASURE = "    with torch.no_grad():"
SCRIPTS = {
    letter: [
        fixed(letter, ("lr=0.1", "lr=0.2")), fixed(letter, ("lr=0.1", "lr=0.05")),
        fixed(letter, ("lr=0.1", "lr=0.1, momentum=0.9")),
        fixed(letter, ("SGD(model.parameters(), lr=0.1)", "Adam(model.parameters(), lr=0.001)")),
        fixed(letter, ("lr=0.1", "lr=0.1, weight_decay=0.01")), fixed(letter, ("range(5):", "range(4):")),
        fixed(letter, ("range(5):", "range(1):")),
        fixed(letter, ("20, shuffle", "10, shuffle") if letter != "a" else ("(20)", "(10)")),
        fixed(letter, ("20, shuffle", "32, shuffle") if letter != "a" else ("(20)", "(32)")),
        fixed(letter, ("784, 30", "784, 100"), *([("(30, 10", "(100, 10")] if letter == "e" else [])),
        fixed(letter, ("30, 10]", "30, 30, 10]") if letter != "e" else ("nn.ReLU(),",
                                                                          "nn.ReLU(), nn.Linear(30, 30), nn.ReLU(),")),
        fixed(letter, ("            optimizer.zero_grad()\n", "")),
        fixed(letter, ("            optimizer.step()\n", "")),
        fixed(letter, ("            loss.backward()\n", "")),
        fixed(letter, ("            losses.append(loss.item())", "        losses.append(loss.item())")),
        fixed(letter, ("            losses.append(loss.item())",
                       "            losses.append(loss.item() * len(labels))")),
        fixed(letter, ("    return losses, accuracies", "    return losses")),
        fixed(letter, ("    return losses, accuracies", "    print(losses)")),
        fixed(letter, ("    return losses, accuracies", "    return losses, accuracies[0]")),
        fixed(letter, ("losses, accuracies", "losses, [1.0] * 5")),
        fixed(letter, ("losses, accuracies", "losses, [0.25] * 5")),
    ] for letter in "abcde"}
SCRIPTS["a"] += [
    given("a", ("lr=0.1", "lr=0.5")), given("a",
                                            ("x[order].split(20), y.split(20)", "x.split(20), y[order].split(20)")),
    given("a", ("x[order].split(20)", "x.split(20)")), given("a", ("y.split(20)", "y.sort().values.split(20)")),
    given("a", ("    losses = []", "    losses = []\n    x, y = x[y.argsort()], y.sort().values"), ("x[order]", "x")),
    given("a", ("y.split(20)", "y[torch.randperm(len(y))].split(20)")),
]
SCRIPTS["b"] += [
    given("b", ("    losses = []", "    losses = []\n    optimizer.zero_grad()")),
    given("b", ("            optimizer.step()",
                "            if len(losses) % 2:\n                optimizer.zero_grad()\n"
                "            optimizer.step()")),
    given("b", ("optimizer.step()", "optimizer.zero_grad()\n            optimizer.step()")),
    given("b", ("loss.backward()", "loss.backward()\n            nn.utils.clip_grad_norm_(model.parameters(), 1.0)")),
    given("b", ("    losses = []", "    losses = []\n    seen = 0"),
          ("optimizer.step()", "optimizer.step()\n            seen += 1\n"
          "            if seen % 3 == 0:\n                optimizer.zero_grad()")),
    given("b", ("lr=0.1", "lr=0.001")),
]
SCRIPTS["c"] += [
    given("c", ("    x = (x - 0.5) / 0.5\n", "")),
    given("c", ("    x = (x - 0.5) / 0.5\n", "    new_x = (new_x - 0.5) / 0.5\n")),
    given("c", (_MEASURE, "    new_x = new_x - 0.5\n" + _MEASURE)),
    given("c", (_MEASURE, "    new_x = (new_x - x.mean()) / x.std()\n" + _MEASURE)),
    given("c", (_MEASURE, "    new_x = new_x / new_x.max()\n" + _MEASURE)),
    given("c", (_MEASURE, "    new_x.sub_(0.5).div_(0.5)\n" + _MEASURE)),
    given("c", ("x = (x - 0.5) / 0.5", "x.sub_(0.5).div_(0.5)"), ("model(new_x)", "model((new_x - 0.5) / 0.5)")),
    given("c", ("x = (x - 0.5) / 0.5", "x, new_x = (x - 0.5) * 0.5, (new_x - 0.5) * 0.5")),
    given("c", ("x = (x - 0.5) / 0.5", "x, new_x = x - x.mean(), new_x - x.mean()")),
    given("c", ("model(new_x), new_y", "model(x), y")),
    fixed("c", ("784, 30, 10", "784, 10")), fixed("c", ("30, 10]", "30, 10], nn.Identity()")),
]
SCRIPTS["d"] += [
    given("d", ("nn.Softmax(1)", "nn.LogSoftmax(1)"), ("F.cross_entropy", "F.multi_margin_loss")),
    given("d", ("nn.Softmax(1)", "nn.Softmax(0)")), given("d", ("nn.Softmax(1)", "nn.Tanh()")),
    given("d", ("nn.Softmax(1)", "nn.ReLU()")),
    given("d", ("F.cross_entropy(model(batch), labels)", "F.mse_loss(model(batch), F.one_hot(labels, 10).float())")),
    given("d", ("nn.Softmax(1)", "nn.Identity()"), ("F.cross_entropy", "F.multi_margin_loss")),
]
SCRIPTS["e"] += [
    given("e", ("nn.Dropout(0.5)", "nn.Dropout(0.0)")), given("e", (" nn.Dropout(0.5),", "")),
    given("e", ("    for _ in range(5):\n", "    model.eval()\n    for _ in range(5):\n")),
    given("e", ("            loss = ", "            model.eval()\n            loss = ")),
    given("e", ("    with torch.no_grad():", "    torch.manual_seed(0)\n    with torch.no_grad():")),
    given("e", ("[accuracy(model(new_x), new_y).item() for _ in range(5)]",
                "[accuracy(model(new_x), new_y).item()] * 5")),
    given("e", ("nn.Dropout(0.5)", "nn.Dropout(0.2)"), ("    with torch.no_grad():", _EVAL)),
    given("e", ("    return", "    model.eval()\n    return")),
]


@pytest.mark.parametrize("exercise", with_code(week03d), ids=lambda exercise: exercise.name)
def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence(exercise):
    answers = WRONG.get(exercise.name) or SCRIPTS[exercise.name[-1]]
    accepted, unexplained = rejections(exercise, answers)
    assert not accepted and len(unexplained) <= len(answers) / 10, (accepted, unexplained)


# -------------------------------------------------------------------------------------------------------------- oracles

def test_scripts_are_as_they_are_given_until_they_are_fixed(capsys):
    """The code to correct is incorrect where its text is hidden, and "not attempted" where its text can be read."""
    scripts = {name: exercise for name, exercise in check.exercises.items() if getattr(exercise, "given", None)}
    assert sorted(scripts) == [f"script_{letter}" for letter in "abcde"]
    for name, exercise in scripts.items():
        assert check.given(name) is exercise.given and judge(exercise, exercise.given).kind == "incorrect"
        assert exercise.source != inspect.getsource(exercise.given) and len(exercise.source.splitlines()) <= 25
    assert check.given("train_step") is None and check.given("script_z") is None
    assert "train_step does not begin with code" in capsys.readouterr().out


def test_a_script_runs_once_on_each_data_set_and_cannot_spoil_it():
    sums = []

    def spoils(x, y, new_x, new_y):
        sums.append(y.sum().item())
        y.zero_()
        return [2.3] * 20, [0.1] * 5

    assert judge(week03d.SCRIPT_B, spoils).kind == "incorrect" and len(sums) == 1
    assert judge(week03d.SCRIPT_B, lambda *data: spoils(*data)).kind == "incorrect"
    assert sums[0] == sums[1] > 0


@pytest.mark.parametrize("letter", "abcde")
def test_bounds_of_a_trial_hold_for_other_random_numbers(letter):
    """Right answers draw their initial weights and orders by other calls: the findings do not depend on them."""
    exercise = check.exercises[f"script_{letter}"]
    kind = week03d_trials.NormalizedTrial if letter == "c" else week03d_trials.Trial
    low, high = (0.94, 1.3) if letter == "e" else (0.2, 0.9)
    for seed in (1, 2):
        for answer in (exercise.reference, *TestExercises.styles[exercise.name][:2]):
            torch.manual_seed(seed)
            random.seed(seed)
            trial = kind(answer, low, high)
            assert {look: trial[look].kind for look in kind.names} == dict.fromkeys(kind.names, "right")


def test_no_linear_model_learns_the_mixed_images_and_the_network_does():
    x, y, new_x, new_y = week03d_images.mixed_images()
    accuracies = []
    for model in (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), MLP([784, 30, 10])):
        optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
        for _ in range(30):
            train_epoch(model, Batches(x, y, 20, shuffle=True), F.cross_entropy, optimizer)
        with torch.no_grad():
            accuracies.append(accuracy(model(new_x), new_y).item())
    assert accuracies[0] < 0.65 and accuracies[1] > 0.85


def test_what_is_drawn_is_valid_short_and_has_a_finite_result():
    reference = Reference(dataclasses.replace(week03d.CENTERED, tries=4), {})
    lines = [line for line, _ in drawn(week03d.CENTERED, 1000)]
    assert max(map(len, lines)) < 480 and len(lines) > 100
    for line in lines:
        outcome = reference.run(line)
        assert outcome.error is None and bool(torch.isfinite(outcome.value).all()), line


def test_the_reference_is_scipys_on_what_is_drawn():
    exercise, theirs = week03d.CENTERED, other_centered
    reference = Reference(dataclasses.replace(exercise, tries=300), {})
    for line in lines_of(reference.exercise):
        for call in reference.run(line, keeps=True).calls:
            torch.testing.assert_close(call.result, theirs(**call.arguments))


def test_centered_is_the_pads_last_step():
    g = torch.Generator().manual_seed(0)
    for _ in range(50):
        height, width = (int(torch.randint(5, 21, (1,), generator=g)) for _ in range(2))
        digit = torch.rand(height, width, generator=g) ** 3
        image = week03d.CENTERED.reference(digit)
        assert image.sum().item() == pytest.approx(digit.sum().item(), rel=1e-5)
        assert center_of_mass(image.numpy()) == pytest.approx((14, 14), abs=0.501)
