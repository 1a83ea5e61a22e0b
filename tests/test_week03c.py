"""Week 3b's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

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
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week03c, week03d_images, week03d_trials
from nnlab.exercises.week03 import check
from nnlab.metrics import accuracy
from nnlab.models import MLP
from nnlab.train import train_epoch

FUNCTIONS = (week03c.TRAIN_STEP, week03c.ONE_EPOCH, week03c.CONFIDENT_MISTAKES, week03c.CENTERED)


def judged(exercise, answer):
    """Verdict on an answer; `one_epoch` may use `train_step`."""
    return judge(exercise, answer, [week03c.TRAIN_STEP] if exercise is week03c.ONE_EPOCH else [])


# ---------------------------------------------------------------------------------------- right answers in other styles

def other_train_step(model, x, y, loss_fn, optimizer):
    optimizer.zero_grad(set_to_none=False)
    outputs = model(x)
    loss = loss_fn(outputs, y)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        return outputs.clone(), loss.clone()


def step_with_none(model: nn.Module, x: torch.Tensor, y: torch.Tensor, loss_fn, optimizer) -> tuple:
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    loss = loss_fn(outputs := model(x), y)
    loss.backward()
    optimizer.step()
    return [outputs.detach(), loss.detach()]


def step_with_closure(model, x, y, loss_fn, optimizer):
    seen = []

    def closure():
        optimizer.zero_grad()
        seen.append(model(x))
        seen.append(loss_fn(seen[0], y))
        seen[1].backward()
        return seen[1]

    optimizer.step(closure)
    return seen[0].detach().clone(), seen[1].detach().clone()


def step_with_grad(model, x, y, loss_fn, optimizer):
    outputs = model(x)
    loss = loss_fn(outputs, y)
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
        parameter.grad = gradient
    optimizer.step()
    optimizer.zero_grad()
    return outputs.data, loss.data


def other_epoch(model, batches, loss_fn, optimizer):
    model.train(True)
    pairs = [(other_train_step(model, x, y, loss_fn, optimizer)[1], len(x)) for x, y in batches]
    return float(np.average([float(loss) for loss, _ in pairs], weights=[count for _, count in pairs]))


def epoch_of_tensors(model, batches, loss_fn, optimizer):
    model.train()
    losses, sizes = [], []
    for images, labels in batches:
        losses.append(week03c.train_step(model, images, labels, loss_fn, optimizer)[1])
        sizes.append(images.shape[0])
    return (torch.stack(losses) * torch.tensor(sizes)).sum() / sum(sizes)


def epoch_with_next(model, batches, loss_fn, optimizer):
    for module in model.modules():
        module.training = True
    batches, summed, samples = iter(batches), 0, 0
    while (batch := next(batches, None)) is not None:
        x, y = batch
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        summed, samples = summed + float(loss) * y.size(0), samples + y.size(0)
    return summed / samples


def epoch_of_the_package(*args):
    epoch = train_epoch(*args)
    return np.float64((epoch.losses.double() @ torch.tensor(epoch.sizes).double() / sum(epoch.sizes)).item())


def other_mistakes(outputs, targets, k):
    probabilities = torch.softmax(outputs, -1)
    rows = [(-float(p.max()), index) for index, p in enumerate(probabilities) if p.argmax() != targets[index]]
    return torch.tensor([index for _, index in sorted(rows)[:k]], dtype=torch.int64)


def mistakes_with_topk(outputs, targets, k):
    confidences, predictions = outputs.log_softmax(dim=1).max(dim=1)
    confidences = confidences.masked_fill(predictions == targets, float("-inf"))
    return confidences.topk(min(k, int((predictions != targets).sum()))).indices


def mistakes_with_numpy(outputs, targets, k):
    z = outputs.numpy()
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    order = [i for i in np.argsort(-p.max(1), kind="stable") if p[i].argmax() != targets[i].item()]
    return torch.as_tensor(np.array(order[:k], dtype=np.int64))


def mistakes_of_all(outputs, targets, k):
    p = torch.exp(outputs - torch.logsumexp(outputs, 1, keepdim=True))
    order = torch.argsort(-p.amax(1))
    return order[outputs.argmax(1)[order] != targets[order]][:k]


def mistakes_by_margin(outputs, targets, k):
    return torch.tensor(sorted((i for i in range(len(targets)) if int(outputs[i].argmax()) != int(targets[i])),
                               key=lambda i: torch.logsumexp(outputs[i] - outputs[i].max(), 0))[:k]).long()


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
    module = week03c
    in_words = ("train_step", "one_epoch", "script_a", "script_b", "script_c", "script_d", "script_e")
    styles = {
        "train_step": [other_train_step, step_with_none, step_with_closure, step_with_grad,
                       lambda model, x, y, loss_fn, optimizer: week03c.train_step(model, x, y, loss_fn, optimizer)],
        "one_epoch": [other_epoch, epoch_of_tensors, epoch_with_next, epoch_of_the_package],
        "confident_mistakes": [other_mistakes, mistakes_with_topk, mistakes_with_numpy, mistakes_of_all,
                               mistakes_by_margin],
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

STEP, EPOCH = week03c.train_step, week03c.one_epoch
MISTAKES, CENTERED = week03c.confident_mistakes, week03c.centered


def step_once_more(model, x, y, loss_fn, optimizer):
    for _ in range(2):
        outputs, loss = STEP(model, x, y, loss_fn, optimizer)
    return outputs, loss


def step_of_its_own_optimizer(model, x, y, loss_fn, optimizer):
    lr = optimizer.param_groups[0]["lr"]
    return STEP(model, x, y, loss_fn, torch.optim.SGD(model.parameters(), lr=lr))


_KEPT = []


def step_that_keeps_the_first_model(model, x, y, loss_fn, optimizer):
    _KEPT.append(model)
    return STEP(_KEPT[0], x, y, loss_fn, optimizer)


def epoch_of_a_list(model, batches, loss_fn, optimizer):
    model.train()
    losses = [STEP(model, *batches[k], loss_fn, optimizer)[1] * len(batches[k][1]) for k in range(len(batches))]
    return float(sum(losses) / sum(len(y) for _, y in batches))


def epoch_of_one_batch(model, batches, loss_fn, optimizer):
    model.train()
    x, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    return STEP(model, x, y, loss_fn, optimizer)[1].item()


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
    "train_step": [
        step_once_more, step_of_its_own_optimizer, step_that_keeps_the_first_model,
        variant(STEP, ("outputs.detach(), loss.detach()", "loss.detach(), outputs.detach()")),
        variant(STEP, ("outputs.detach(), loss.detach()", "loss.detach()")),
        variant(STEP, ("loss.detach()", "loss.item() * len(x)")),
        variant(STEP, ("    outputs = model(x)", "    with torch.no_grad():\n        outputs = model(x)")),
        variant(STEP, ("    outputs = model(x)", "    was = model.training\n    model.eval()\n    outputs = model(x)"),
                ("    return", "    model.train(was)\n    return")),
        variant(STEP, ("    return", "    model.eval()\n    return")),
        variant(STEP, ("    return", "    model.train()\n    return")),
        variant(STEP, ("loss.backward()", "(loss / len(x)).backward()")),
        variant(STEP, ("loss.backward()", "(2 * loss).backward()")),
        variant(STEP, ("loss.backward()", "(-loss).backward()")),
        variant(STEP, ("optimizer.step()", "optimizer.step()\n    optimizer.step()")),
        variant(STEP, ("    optimizer.zero_grad()\n", ""),
                ("optimizer.step()", "optimizer.step()\n    optimizer.zero_grad()")),
        variant(STEP, ("    return", "    print(loss)\n    return None\n    return")),
        variant(STEP, ("    optimizer.step()",
                       "    nn.utils.clip_grad_norm_(model.parameters(), 0.1)\n    optimizer.step()"),
                ("    outputs", "    from torch import nn\n    outputs")),
        variant(STEP, ("outputs = model(x)", "outputs = model(x)[:1]"), ("(outputs, y)", "(outputs, y[:1])")),
        variant(STEP, ("    outputs = model(x)", "    torch.manual_seed(0)\n    outputs = model(x)")),
        variant(STEP, ("    optimizer.zero_grad()", "    optimizer.state.clear()\n    optimizer.zero_grad()")),
        variant(STEP, ("    optimizer.zero_grad()", "    for p in model.parameters():\n        p.grad = None")),
        variant(STEP, ("    outputs = model(x)", "    x.div_(2)\n    outputs = model(x)")),
    ],
    "one_epoch": [
        epoch_of_a_list, epoch_of_one_batch,
        variant(EPOCH, ("    model.train()", "    batches = list(batches) * 2\n    model.train()")),
        variant(EPOCH, ("    model.train()", "    model.train()\n    next(iter(batches))")),
        variant(EPOCH, ("    model.train()", "    model.eval()")),
        variant(EPOCH, ("        count += len(y)", "        count += y.numel()")),
        variant(EPOCH, ("count += len(y)", "count += len(y)\n        break")),
        variant(EPOCH, ("loss_fn, optimizer)\n", "F.mse_loss, optimizer)\n")),
        variant(EPOCH, ("total += len(y) * loss.item()", "total += x.shape[1] * loss.item()")),
        variant(EPOCH, ("total / count", "total / len(batches)")),
        variant(EPOCH, ("return total / count", "print(total / count)")),
        variant(EPOCH, ("return total / count", "return round(total / count, 2)")),
        variant(EPOCH, ("    return", "    for p in model.parameters():\n        p.requires_grad_(False)\n    return")),
        variant(EPOCH, ("    return", "    torch.set_default_dtype(torch.float64)\n    return")),
        variant(EPOCH, ("        total +=", "        loss = loss_fn(model(x), y)\n        total +=")),
        variant(EPOCH, ("optimizer)\n        total", "torch.optim.SGD(model.parameters(), lr=0.1))\n        total")),
        variant(EPOCH, ("        total +=", "        model.eval()\n        total +=")),
        variant(EPOCH, ("for x, y in batches", "for x, y in reversed(list(batches))")),
        variant(EPOCH, ("for x, y in batches", "for x, y in sorted(batches, key=lambda batch: -len(batch[0]))")),
        variant(EPOCH, ("total += len(y) * loss.item()", "total += int(len(y) * loss.item())")),
    ],
    "confident_mistakes": [
        variant(MISTAKES, ("torch.softmax(outputs, 1)", "torch.softmax(outputs, 0)")),
        variant(MISTAKES, ("torch.softmax(outputs, 1)", "torch.sigmoid(outputs)")),
        variant(MISTAKES, ("torch.softmax(outputs, 1)", "torch.softmax(outputs / 100, 1)")),
        variant(MISTAKES, ("torch.softmax(outputs, 1)", "(outputs / outputs.sum(1, keepdim=True))")),
        variant(MISTAKES, ("torch.softmax(outputs, 1)", "torch.softmax(outputs.clamp(-50, 50), 1)")),
        variant(MISTAKES, ("!= targets", "== targets")), variant(MISTAKES, ("[:k]", "")),
        variant(MISTAKES, ("[:k]", "[:k + 1]")),
        variant(MISTAKES, ("[:k]", "[-k:]")), variant(MISTAKES, ("[:k]", "[:max(k, 1)]")),
        variant(MISTAKES, ("[:, 0]", "")),
        variant(MISTAKES, ("return ", "return confidences[wrong].sort(descending=True).values[:k], ")),
        variant(MISTAKES, ("wrong[confidences[wrong].argsort(descending=True)][:k]",
                           "confidences[wrong].topk(k).indices")),
        variant(MISTAKES, ("wrong[confidences[wrong].argsort(descending=True)][:k]",
                           "wrong[confidences[wrong].topk(k).indices]")),
        variant(MISTAKES, ("wrong[confidences[wrong].argsort(descending=True)]",
                           "wrong[:k][confidences[wrong[:k]].argsort(descending=True)]")),
        variant(MISTAKES, ("[:k]", "[:k].float()")), variant(MISTAKES, ("[:k]", "[:k].sort().values")),
        variant(MISTAKES, ("[:k]", "[:k] + 1")), variant(MISTAKES, (".max(1)", ".min(1)")),
        lambda outputs, targets, k: set(MISTAKES(outputs, targets, k).tolist()),
        lambda outputs, targets, k: torch.softmax(outputs, 1).max(1).values.argsort(descending=True)[:k],
        lambda outputs, targets, k: F.cross_entropy(outputs, targets, reduction="none").argsort(descending=True)[:k],
        lambda outputs, targets, k: outputs.amax(1).argsort(descending=True)[:k],
        lambda outputs, targets, k: MISTAKES(outputs.round(), targets, k), lambda outputs, targets,
        k: MISTAKES(outputs.abs(), targets, k),
        lambda outputs, targets, k: MISTAKES(outputs.sub_(outputs.amax(1, keepdim=True)), targets, k),
        lambda outputs, targets, k: MISTAKES(outputs - outputs.max(), targets, k) if outputs.max() > 0 else MISTAKES(
            outputs.exp().log(), targets, k),
        lambda outputs, targets, k: F.pad(MISTAKES(outputs, targets, k),
                                          (0, max(0, k - len(MISTAKES(outputs, targets, k))))),
    ],
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


@pytest.mark.parametrize("exercise", with_code(week03c), ids=lambda exercise: exercise.name)
def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence(exercise):
    answers = WRONG.get(exercise.name) or SCRIPTS[exercise.name[-1]]
    accepted, unexplained = rejections(exercise, answers, judged)
    assert not accepted and len(unexplained) <= len(answers) / 10, (accepted, unexplained)


# -------------------------------------------------------------------------------------------------------------- oracles

ORDERS = [question.removesuffix(", and never clear").split(", ") for question in week03c.SIX_STEPS.questions]


def run_in_order(order, model, batches):
    """Weights of the first layer of `model` after each batch, trained by SGD in an order of the six steps."""
    optimizer, found, at = torch.optim.SGD(model.parameters(), lr=0.1), [], {}
    first = next(model.parameters())
    for x, y in batches:
        steps = {"batch": lambda x=x, y=y: at.update(x=x, y=y), "forward": lambda: at.update(outputs=model(at["x"])),
                 "loss": lambda: at.update(loss=F.cross_entropy(at["outputs"], at["y"])),
                 "clear": optimizer.zero_grad, "backward": lambda: at["loss"].backward(), "step": optimizer.step}
        for step in order:
            steps[step]()
        found.append(first.detach().clone())
    return found


def what_happens(order, make):
    """What an order does on the network that `make` returns, in the words of the exercise."""
    torch.manual_seed(0)
    batches = [(torch.rand(10, 1, 28, 28), torch.randint(10, (10,))) for _ in range(4)]
    start = make()
    sound = run_in_order(ORDERS[0], make(), batches)
    try:
        found = run_in_order(order, make(), batches)
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)
        run_in_order(order, make(), batches[:1])  # the first batch runs
        return "raises an error"
    initial = next(start.parameters())
    if all(map(torch.equal, found, sound)):
        return "works as well"
    if all(torch.equal(weights, initial) for weights in found):
        return "never learns"
    if torch.equal(found[0], initial) and torch.equal(found[1], sound[0]):
        return "a batch late"
    assert torch.equal(found[0], sound[0]) and not torch.equal(found[1], sound[1])
    return "gradients add up"


def seeded(make):
    """A function that returns the same network at each call."""
    def made():
        torch.manual_seed(1)
        return make()
    return made


@pytest.mark.parametrize("activation", [torch.relu, torch.sigmoid])
def test_orders_of_the_six_steps_do_what_is_said(activation):
    """Each order is run on the course's network: one raises an error in the backward pass of the second batch."""
    make = seeded(lambda: MLP([784, 30, 10], activation))
    assert [what_happens(order, make) for order in ORDERS] == week03c.SIX_STEPS.reference


def test_an_update_comes_a_batch_late_on_one_linear_layer_alone():
    """Its backward pass needs the inputs and not the weights, which the step has changed."""
    linear = seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)))
    assert what_happens(ORDERS[4], linear) == "a batch late"
    assert [what_happens(order, linear) for order in ORDERS[:4]] == week03c.SIX_STEPS.reference[:4]
    late = [*week03c.SIX_STEPS.reference[:4], "a batch late", week03c.SIX_STEPS.reference[5]]
    assert "a batch late" in judge_value(week03c.SIX_STEPS, late).text


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

    assert judge(week03c.SCRIPT_B, spoils).kind == "incorrect" and len(sums) == 1
    assert judge(week03c.SCRIPT_B, lambda *data: spoils(*data)).kind == "incorrect"
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


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
def test_what_is_drawn_is_valid_short_and_has_a_finite_result(exercise):
    count = 300 if exercise in (week03c.TRAIN_STEP, week03c.ONE_EPOCH) else 1000
    earlier = {"train_step": week03c.train_step} if exercise is week03c.ONE_EPOCH else {}
    reference = Reference(dataclasses.replace(exercise, tries=4), earlier)
    lines = [line for line, _ in drawn(exercise, count)]
    assert max(map(len, lines)) < 480 and len(lines) > 100

    def finite(value):
        if isinstance(value, tuple | list):
            return all(map(finite, value))
        return bool(torch.isfinite(torch.as_tensor(value)).all())

    for line in lines:
        outcome = reference.run(line)
        assert outcome.error is None and finite(outcome.value), line


@pytest.mark.parametrize(("exercise", "theirs"), [(week03c.CENTERED, other_centered),
                                                  (week03c.CONFIDENT_MISTAKES, other_mistakes)])
def test_references_are_scipys_or_a_loops_on_what_is_drawn(exercise, theirs):
    reference = Reference(dataclasses.replace(exercise, tries=300), {})
    for line in lines_of(reference.exercise):
        for call in reference.run(line, keeps=True).calls:
            torch.testing.assert_close(call.result, theirs(**call.arguments))


def test_the_examples_in_the_statements_of_training_are_what_the_references_give():
    model, sgd = week03c.line(2.0)
    one = torch.ones(1, 1)
    outputs, loss = week03c.train_step(model, one, one, F.mse_loss, sgd)
    assert (outputs.item(), loss.item(), model.weight.item()) == pytest.approx((2.0, 1.0, 1.8))
    model, sgd = week03c.line(1.0, lr=0.0)
    batches = [(torch.ones(3, 1), torch.zeros(3, 1)), (one, one - 2 ** 0.5)]
    assert week03c.one_epoch(model, batches, F.mse_loss, sgd) == pytest.approx(1.25)


def test_centered_is_the_pads_last_step():
    g = torch.Generator().manual_seed(0)
    for _ in range(50):
        height, width = (int(torch.randint(5, 21, (1,), generator=g)) for _ in range(2))
        digit = torch.rand(height, width, generator=g) ** 3
        image = week03c.CENTERED.reference(digit)
        assert image.sum().item() == pytest.approx(digit.sum().item(), rel=1e-5)
        assert center_of_mass(image.numpy()) == pytest.approx((14, 14), abs=0.501)
