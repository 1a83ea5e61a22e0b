"""Week 3c's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import dataclasses

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, rejections, with_code
from torch import nn

from nnlab.checks.candidate import Reference, lines_of
from nnlab.checks.exercise import variant
from nnlab.checks.inputs import drawn
from nnlab.checks.judging import judge
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week03c
from nnlab.models import MLP
from nnlab.train import train_epoch

FUNCTIONS = (week03c.TRAIN_STEP, week03c.ONE_EPOCH, week03c.CONFIDENT_MISTAKES)


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


class TestExercises(ExerciseRules):
    module = week03c
    in_words = ("train_step", "one_epoch")
    styles = {
        "train_step": [other_train_step, step_with_none, step_with_closure, step_with_grad,
                       lambda model, x, y, loss_fn, optimizer: week03c.train_step(model, x, y, loss_fn, optimizer)],
        "one_epoch": [other_epoch, epoch_of_tensors, epoch_with_next, epoch_of_the_package],
        "confident_mistakes": [other_mistakes, mistakes_with_topk, mistakes_with_numpy, mistakes_of_all,
                               mistakes_by_margin],
    }


# ---------------------------------------------------------------------------------- wrong answers that nobody has named

STEP, EPOCH, MISTAKES = week03c.train_step, week03c.one_epoch, week03c.confident_mistakes


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
}


@pytest.mark.parametrize("exercise", with_code(week03c), ids=lambda exercise: exercise.name)
def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence(exercise):
    answers = WRONG[exercise.name]
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


def test_the_reference_is_a_loops_on_what_is_drawn():
    exercise, theirs = week03c.CONFIDENT_MISTAKES, other_mistakes
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
