"""Week 3a's exercises: their rules, answers that others might write, oracles."""

import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, counting_calls, results, value_with

from nnlab.autograd import Value
from nnlab.checks.exercise import variant
from nnlab.checks.judging import judge
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week03a

EXERCISE = {exercise.name: exercise for exercise in week03a.EXERCISES}
ROWS = ("  case ", "  expected ", "  got ", "  error ", "  your line ", "  gradient ")
GENERAL = r"Right in \d+ of \d+ cases tried\. "  # what is said where the judge finds no reason: a hint


# right answers in other styles

def deltas_by_autograd(x, y, W, b, v, c):
    into = (W @ x + b).detach().requires_grad_()
    out = (v @ torch.sigmoid(into) + c).requires_grad_()
    return torch.autograd.grad((torch.sigmoid(out) - y) ** 2 / 2, (out, into))


def deltas_in_loops(x, y, W, b, v, c):
    def sigma(z):
        z = float(z)
        return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))

    hidden = []
    for k in range(len(b)):
        hidden.append(sigma(sum(float(W[k, j] * x[j]) for j in range(len(x))) + float(b[k])))
    o = sigma(sum(float(v[k]) * hidden[k] for k in range(len(b))) + float(c))
    top = (o - float(y)) * o * (1 - o)
    return top, [top * float(v[k]) * hidden[k] * (1 - hidden[k]) for k in range(len(b))]


def deltas_in_numpy(x, y, W, b, v, c):
    x, y, W, b, v, c = (part.numpy().astype(np.float64) for part in (x, y, W, b, v, c))
    with np.errstate(over="ignore"):
        h = 1 / (1 + np.exp(-(W @ x + b)))
        o = 1 / (1 + np.exp(-(v @ h + c)))
    output = (o - y) * (o - o ** 2)
    return [output, output * v * (h - h ** 2)]


@counting_calls
def deltas_by_tanh(x: torch.Tensor, y, W, b, v, c) -> tuple:
    h = (1 + torch.tanh((x @ W.T + b) / 2)) / 2
    o = (1 + torch.tanh(((v * h).sum() + c) / 2)) / 2
    output = o.sub(y).mul(o).mul(o.neg().add(1))
    return output, torch.einsum(",h->h", output, v * h * (1 - h))


def backward_by_zip(x, y, weights, biases):
    """Pre-activations are kept; the lists are made from the end and turned round."""
    zs, a = [], x
    for W, b in zip(weights, biases, strict=True):
        zs.append(a @ W.T + b)
        a = np.tanh(zs[-1])
    inputs = [x, *map(np.tanh, zs[:-1])]
    shifted = np.exp(zs[-1] - zs[-1].max(1, keepdims=True))
    p, onehot = shifted / shifted.sum(1, keepdims=True), np.eye(zs[-1].shape[1])[y]
    loss = np.mean(np.log(shifted.sum(1)) - ((zs[-1] - zs[-1].max(1, keepdims=True)) * onehot).sum(1))
    delta, found = (p - onehot) / len(x), []
    for W, a, z in zip(weights[::-1], inputs[::-1], [None, *zs[:-1]][::-1], strict=True):
        found.append((delta.T @ a, delta.sum(0)))
        if z is not None:
            delta = (delta @ W) / np.cosh(z) ** 2
    by_weights, by_biases = zip(*found[::-1], strict=True)
    return float(loss), by_weights, by_biases


def backward_sample_by_sample(x, y, weights, biases):
    """One column vector at a time, as in Nielsen's chapter 2; outer products are added."""
    loss, by_weights, by_biases = 0.0, [0 * W for W in weights], [0 * b for b in biases]
    for sample, target in zip(x, y, strict=True):
        kept = [sample]
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            kept.append(np.tanh(W @ kept[-1] + b))
        z = weights[-1] @ kept[-1] + biases[-1]
        loss += (np.logaddexp.reduce(z) - z[target]) / len(x)
        delta = np.exp(z - np.logaddexp.reduce(z)) / len(x)
        delta[target] -= 1 / len(x)
        for k in range(len(weights) - 1, -1, -1):
            by_weights[k] += np.outer(delta, kept[k])
            by_biases[k] += delta
            delta = weights[k].T @ delta * (1 - kept[k] * kept[k])
    return [loss, by_weights, by_biases]


def backward_recursive(x, y, weights, biases):
    def rest(a, k):
        """Loss, Δ with respect to the input a of layer k before its tanh, gradients of the layers from k on."""
        z = np.einsum("ni,ui->nu", a, weights[k]) + biases[k]
        if k == len(weights) - 1:
            log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]
            loss = -np.take_along_axis(log_p, y[:, None], 1).mean()
            delta = np.exp(log_p)
            np.put_along_axis(delta, y[:, None], np.take_along_axis(delta, y[:, None], 1) - 1, 1)
            delta, later, later_biases = delta / y.size, [], []
        else:
            loss, delta, later, later_biases = rest(np.tanh(z), k + 1)
        by_w, by_b = np.einsum("nu,ni->ui", delta, a), np.einsum("nu->u", delta)
        return loss, np.einsum("nu,ui->ni", delta, weights[k]) * (1 - a ** 2), [by_w, *later], [by_b, *later_biases]
    loss, _, by_weights, by_biases = rest(x, 0)
    return loss, by_weights, by_biases


@counting_calls
def backward_typed(x: np.ndarray, y: np.ndarray, weights: list, biases: list) -> tuple:
    tensors = [torch.from_numpy(part) for part in (x, *weights, *biases)]
    a, L = tensors[0], len(weights)
    kept = []
    for W, b in zip(tensors[1:L + 1], tensors[L + 1:], strict=True):
        kept.append(a)
        z = torch.addmm(b, a, W.T)
        a = z.tanh()
    loss = F.cross_entropy(z, torch.from_numpy(y)).item()
    delta = z.softmax(1).sub(F.one_hot(torch.from_numpy(y), z.shape[1])).div(len(y))
    by_weights, by_biases = [None] * L, [None] * L
    for k in range(L)[::-1]:
        by_weights[k], by_biases[k] = delta.T.mm(kept[k]).numpy(), delta.sum(0).numpy()
        delta = delta.mm(tensors[k + 1]).mul(1 - kept[k].square())
    return loss, by_weights, by_biases


# wrong answers that a student might give

def deltas_number(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    return (o - y) * o * (1 - o)


def deltas_summed(x, y, W, b, v, c):
    output, hidden = EXERCISE["deltas"].reference(x, y, W, b, v, c)
    return output, hidden.sum()


def deltas_prints(x, y, W, b, v, c):
    print(EXERCISE["deltas"].reference(x, y, W, b, v, c))


def deltas_input_weights(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    output = (o - y) * o * (1 - o)
    return output, output * W.sum(1) * h * (1 - h)


def deltas_one_hidden(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    output = (o - y) * o * (1 - o)
    return output, output * v[0] * h * (1 - h)


def deltas_hidden_squared(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    output = (o - y) * o * (1 - o)
    return output, output * v * h ** 2


def deltas_without_c(x, y, W, b, v, c):
    return EXERCISE["deltas"].reference(x, y, W, b, v, 0 * c)


def deltas_in_place(x, y, W, b, v, c):
    b += W @ x
    h = torch.sigmoid(b)
    o = torch.sigmoid(v @ h + c)
    output = (o - y) * o * (1 - o)
    return output, output * v * h * (1 - h)


def deltas_float32(x, y, W, b, v, c):
    return tuple(part.float() for part in EXERCISE["deltas"].reference(x, y, W, b, v, c))


def backward_torch(x, y, weights, biases):
    parts = [[torch.tensor(part).requires_grad_() for part in group] for group in (weights, biases)]
    a = torch.tensor(x)
    for W, b in zip(*parts, strict=True):
        z = a @ W.T + b
        a = torch.tanh(z)
    loss = F.cross_entropy(z, torch.tensor(y))
    loss.backward()
    return loss.item(), *([part.grad.numpy() for part in group] for group in parts)


def wrong_backward(*edits):
    """The reference with `edits` in its text: what a student might write."""
    return variant(week03a.backward_pass, *edits)


def backward_one_hidden_layer(x, y, weights, biases):
    loss, by_weights, by_biases = EXERCISE["backward_pass"].reference(x, y, weights, biases)
    return loss, [0 * W for W in by_weights[:-2]] + by_weights[-2:], by_biases


def backward_float32(x, y, weights, biases):
    loss, by_weights, by_biases = EXERCISE["backward_pass"].reference(x, y, weights, biases)
    return loss, [g.astype(np.float32) for g in by_weights], by_biases


def backward_in_place(x, y, weights, biases):
    loss, by_weights, by_biases = EXERCISE["backward_pass"].reference(x, y, weights, biases)
    for W, gradient in zip(weights, by_weights, strict=True):
        W -= 0.1 * gradient
    return loss, by_weights, by_biases


def backward_pairs(x, y, weights, biases):
    loss, by_weights, by_biases = EXERCISE["backward_pass"].reference(x, y, weights, biases)
    return loss, list(zip(by_weights, by_biases, strict=True))


def backward_biases_first(x, y, weights, biases):
    loss, by_weights, by_biases = EXERCISE["backward_pass"].reference(x, y, weights, biases)
    return loss, by_biases, by_weights


BACKWARD = {
    "relu": wrong_backward(("(1 - activations[k] ** 2)", "(activations[k] > 0)")),
    "last only": wrong_backward(("if k > 0", "if k > len(weights) - 2")),
    "upstream": wrong_backward(("delta = delta @ weights[k] *", "delta = delta @ weights[k] + 0 *")),
    "softmax over samples": wrong_backward(("axis=1, keepdims", "axis=0, keepdims")),
    "weights of the layer before": wrong_backward(("delta @ weights[k] *", "delta @ weights[k - 1] *")),
    "without biases": wrong_backward((" + b)", ")")),
    "bias mean": wrong_backward(("delta.sum(axis=0)", "delta.sum(axis=0) / len(x)")),
    "squared error": wrong_backward(("delta = delta / len(y)", "delta = 2 * delta / len(y)")),
    "in order": wrong_backward(("reversed(range(len(weights)))", "range(len(weights))")),
}

WRONG = {
    "backward_pass": [backward_torch, backward_one_hidden_layer, backward_float32, backward_in_place, backward_pairs,
                      backward_biases_first, *BACKWARD.values()],
    "deltas": [deltas_number, deltas_summed, deltas_prints, deltas_input_weights, deltas_one_hidden,
               deltas_hidden_squared, deltas_without_c, deltas_in_place, deltas_float32],
}


class TestExercises(ExerciseRules):
    module = week03a
    styles = {
        "deltas": [deltas_by_autograd, deltas_in_loops, deltas_in_numpy, deltas_by_tanh],
        "backward_pass": [backward_by_zip, backward_sample_by_sample, backward_recursive, backward_typed],
    }


def explained(text):
    """Whether the text of a verdict says more than the case and the two results, or these are sentences."""
    more = any(not line.startswith(ROWS) for line in text.split("\n")[1:]) and not re.search(GENERAL, text)
    return more or " asked" in text


WITHOUT_A_SENTENCE = []


@pytest.mark.parametrize("name, answer", [pytest.param(name, answer, id=answer.__name__)
                                          for name, answers in WRONG.items() for answer in answers])
def test_wrong_answers_are_rejected(name, answer):
    text = judge(EXERCISE[name], answer).text
    assert text.startswith("✗"), text
    if not explained(text):
        WITHOUT_A_SENTENCE.append(answer.__name__)
    assert len(WITHOUT_A_SENTENCE) <= 0.1 * sum(map(len, WRONG.values())), WITHOUT_A_SENTENCE


@pytest.mark.parametrize("name, answer, said", [
    ("deltas", "deltas_number", "2 values are required"),
    ("backward_pass", "backward_torch", "It calls torch's `backward`"),
    ("backward_pass", "backward_in_place", "changed its input weights in place"),
])
def test_what_is_wrong_is_named(name, answer, said):
    text = judge(EXERCISE[name], globals()[answer]).text
    assert said in " ".join(text.split()), text


# oracles, on what the judge draws and on more

def test_deltas_are_those_of_autograd():
    for line, value in results(EXERCISE["deltas"]):
        wide = value_with(EXERCISE["deltas"], line,
                          lambda *parts: deltas_by_autograd(*(part.double() for part in parts)))
        torch.testing.assert_close([part.double() for part in value], list(wide), atol=1e-6, rtol=1e-5)


def test_a_backward_pass_in_numpy_is_torchs():
    depths, square = set(), 0
    for line, (loss, by_weights, by_biases) in results(EXERCISE["backward_pass"]):
        theirs = value_with(EXERCISE["backward_pass"], line, backward_torch)
        assert math.isclose(loss, theirs[0], rel_tol=1e-12, abs_tol=1e-12), line
        for mine, right in zip((*by_weights, *by_biases), (*theirs[1], *theirs[2]), strict=True):
            np.testing.assert_allclose(mine, right, atol=1e-12, err_msg=line)
        depths.add(len(by_weights))
        square += len(by_weights) > 1 and by_weights[-1].shape[0] == by_weights[-1].shape[1]
    assert depths == {1, 2, 3, 4} and square > 30


def test_a_backward_pass_agrees_with_central_differences():
    rng = np.random.default_rng(0)
    sizes = (3, 4, 4, 2, 3)
    weights = [rng.normal(size=(m, n)) for n, m in zip(sizes[:-1], sizes[1:], strict=True)]
    biases = [rng.normal(size=m) for m in sizes[1:]]
    x, y = rng.normal(size=(5, 3)), np.array([0, 1, 2, 2, 0])
    answer = EXERCISE["backward_pass"].reference
    _, *gradients = answer(x, y, weights, biases)
    for group, by_group in zip((weights, biases), gradients, strict=True):
        for part, gradient in zip(group, by_group, strict=True):
            for place in np.ndindex(part.shape):
                before, losses = part[place], []
                for step in (1e-5, -1e-5):
                    part[place] = before + step
                    losses.append(answer(x, y, weights, biases)[0])
                part[place] = before
                assert abs((losses[0] - losses[1]) / 2e-5 - gradient[place]) < 1e-8


def test_answers_by_hand_in_any_form():
    a, b = Value(2), Value(-3)
    c = a * b
    d = c + a
    (d * d).backward()
    found = [node.grad for node in (d, c, b, a)]
    for form in (found, tuple(found), torch.tensor(found), np.array(found), [torch.tensor(part) for part in found]):
        assert judge_value(EXERCISE["slopes_by_hand"], form).kind == "correct"
    for wrong in ([-4, -8, -16, 16], torch.tensor([-8, -8, -16, 24]), [found]):
        assert judge_value(EXERCISE["slopes_by_hand"], wrong).kind == "incorrect"
