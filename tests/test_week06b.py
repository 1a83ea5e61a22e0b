"""Exercises of week 6b: their rules, answers that others might write, oracles."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week06b

EXERCISE = {exercise.name: exercise for exercise in week06b.EXERCISES}


# right answers in other styles

def propagate_by_index(sizes, variances):
    count = len(variances)
    forward, backward = [0.0] * count, [0.0] * count
    for k in range(count):
        forward[k] = sizes[k] * variances[k] * (1.0 if k == 0 else forward[k - 1] / 2)
    backward[-1] = 1.0
    for k in range(count - 2, -1, -1):
        backward[k] = 0.5 * backward[k + 1] * sizes[k + 2] * variances[k + 1]
    return forward, backward


def propagate_by_products(sizes, variances):
    n, v = np.array(sizes, float), np.array(variances)
    count = len(v)
    forward = np.cumprod(n[:-1] * v) / 2.0 ** np.arange(count)
    factors = n[2:] * v[1:] / 2
    backward = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
    return forward.tolist(), backward.tolist()


def he_by_torch(model, generator):
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            numbers = torch.randn(layer.weight.shape, generator=generator)
            fan_in = nn.init._calculate_correct_fan(layer.weight, "fan_in")
            layer.weight.data = numbers.mul(math.sqrt(2) / math.sqrt(fan_in))
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


@torch.no_grad()
def he_by_kind(model, generator):
    for layer in model.modules():
        if type(layer) is nn.Linear:
            fan_in = layer.in_features
        elif type(layer) is nn.Conv2d:
            fan_in = layer.in_channels // layer.groups * layer.kernel_size[0] * layer.kernel_size[1]
        else:
            continue
        layer.weight[:] = torch.randn(layer.weight.shape, generator=generator) * (2 / fan_in) ** 0.5
        if layer.bias is not None:
            layer.bias.fill_(0.0)
    return model


def tanh_by_legendre(gain, depth, start=1.0):
    z, weights = np.polynomial.legendre.leggauss(400)
    z, weights = 9 * z, 9 * weights * np.exp(-(9 * z) ** 2 / 2) / math.sqrt(2 * math.pi)
    m, result = start, []
    for _ in range(depth):
        m = float((weights * np.tanh(gain * math.sqrt(m) * z) ** 2).sum())
        result.append(m)
    return result


def tanh_by_quantiles(gain, depth, start=1.0):
    levels = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
    z = torch.special.ndtri(levels)
    result = [start]
    while len(result) <= depth:
        result.append(torch.tanh(gain * math.sqrt(result[-1]) * z).square().mean().item())
    return result[1:]


def distinct_by_set(incoming, bias, outgoing, decimals=4):
    return len({tuple(round(value, decimals) + 0.0 for value in (*row, b, *column))
                for row, b, column in zip(incoming.tolist(), bias.tolist(), outgoing.T.tolist(), strict=True)})


def distinct_by_comparison(incoming, bias, outgoing, decimals=4):
    rows = torch.round(torch.hstack([incoming, bias.view(-1, 1), outgoing.t()]), decimals=decimals)
    equal = (rows[:, None] == rows[None]).all(-1)
    return int((equal.float().argmax(1) == torch.arange(len(rows))).sum())


def orthogonal_by_loop(rows, columns, generator):
    a = torch.randn(max(rows, columns), min(rows, columns), generator=generator)
    q, r = torch.linalg.qr(a, mode="reduced")
    for j in range(q.shape[1]):
        if r[j, j] < 0:
            q[:, j] = -q[:, j]
    return q if rows >= columns else q.transpose(0, 1)


def orthogonal_by_gram_schmidt(rows, columns, generator):
    a = torch.randn(max(rows, columns), min(rows, columns), generator=generator).double()
    q = []
    for column in a.T:
        for _ in range(2):
            for other in q:
                column = column - (other @ column) * other
        q.append(column / column.norm())
    q = torch.stack(q).float()
    return q if rows < columns else q.T.contiguous()


class TestRules(ExerciseRules):
    module = week06b
    styles = {
        "propagate": [propagate_by_index, propagate_by_products],
        "he_initialize_": [he_by_torch, he_by_kind],
        "tanh_variances": [tanh_by_legendre, tanh_by_quantiles],
        "distinct_units": [distinct_by_set, distinct_by_comparison],
        "orthogonal_matrix": [orthogonal_by_loop, orthogonal_by_gram_schmidt],
    }


# wrong answers, as new students would write them

def propagate_constant(sizes, variances):
    return [sizes[0] * variances[0]] * len(variances), [1.0] * len(variances)


def propagate_weights_of_first(sizes, variances):
    return EXERCISE["propagate"].reference(sizes, [variances[0]] * len(variances))


def propagate_xavier(sizes, variances):
    forward, square = [], 1.0
    for n, m, v in zip(sizes, sizes[1:], variances, strict=False):
        square = (n + m) / 2 * v * square
        forward.append(square)
    return forward, forward[::-1]


def propagate_relu_at_input(sizes, variances):
    forward, backward = EXERCISE["propagate"].reference(sizes, variances)
    return [value / 2 for value in forward], [value / 2 for value in backward]


def he_default(model, generator):
    for layer in model.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    return model


def he_zero(model, generator):
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    return model


def he_torch_fan_out(model, generator):
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu", generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def he_kaiming_uniform(model, generator):
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def he_leaky(model, generator):
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, a=math.sqrt(5), generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def tanh_by_samples(gain, depth, start=1.0):
    z = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    result = [start]
    for _ in range(depth):
        result.append(torch.tanh(gain * result[-1] ** 0.5 * z).square().mean().item())
    return result[1:]


def tanh_by_series(gain, depth, start=1.0):
    result = [start]
    for _ in range(depth):
        q = gain ** 2 * result[-1]
        result.append(q - 2 * q ** 2)
    return result[1:]


def tanh_minus_mean(gain, depth, start=1.0):
    result = [start]
    z = torch.linspace(-8, 8, 2001, dtype=torch.float64)
    for _ in range(depth):
        result.append(torch.tanh(gain * math.sqrt(abs(result[-1])) * z).var().item())
    return result[1:]


def tanh_relu(gain, depth, start=1.0):
    return [start * (gain ** 2 / 2) ** k for k in range(1, depth + 1)]


def orthogonal_of_symmetric(rows, columns, generator):
    a = torch.randn(max(rows, columns), max(rows, columns), generator=generator)
    return torch.linalg.eigh(a + a.T)[1][:rows, :columns]


def orthogonal_square_part(rows, columns, generator):
    n = max(rows, columns)
    q, r = torch.linalg.qr(torch.randn(n, n, generator=generator))
    return (q * r.diagonal().sign())[:rows, :columns]


def orthogonal_identity(rows, columns, generator):
    return torch.eye(rows, columns)


def orthogonal_scaled_gaussian(rows, columns, generator):
    return torch.randn(rows, columns, generator=generator) / math.sqrt(columns)


WRONG = {
    "propagate": [
        propagate_constant, propagate_weights_of_first, propagate_xavier, propagate_relu_at_input,
        lambda sizes, variances: EXERCISE["propagate"].reference(sizes, [math.sqrt(v) for v in variances]),
        lambda sizes, variances: EXERCISE["propagate"].reference(sizes, variances)[0],
        lambda sizes, variances: EXERCISE["propagate"].reference(sizes, variances)[::-1],
    ],
    "he_initialize_": [
        he_default, he_zero, he_torch_fan_out, he_kaiming_uniform, he_leaky,
        lambda model, generator: model,
        lambda model, generator: week06b.he_initialize_(model, generator) and None,
    ],
    "tanh_variances": [
        tanh_by_samples, tanh_by_series, tanh_minus_mean, tanh_relu,
        lambda gain, depth, start=1.0: [1 / (2 * k) for k in range(1, depth + 1)],
        lambda gain, depth, start=1.0: week06b.tanh_variances(gain, depth),
        lambda gain, depth, start=1.0: [m ** 0.5 for m in week06b.tanh_variances(gain, depth, start)],
    ],
    "distinct_units": [
        lambda incoming, bias, outgoing, decimals=4: len(incoming),
        lambda incoming, bias, outgoing, decimals=4: int(torch.linalg.matrix_rank(incoming)),
        lambda incoming, bias, outgoing, decimals=4: len(torch.unique(incoming.round(decimals=decimals), dim=0)),
        lambda incoming, bias, outgoing, decimals=4: len(torch.unique(outgoing.T.round(decimals=decimals), dim=0)),
        lambda incoming, bias, outgoing, decimals=4: 1,
    ],
    "orthogonal_matrix": [
        orthogonal_of_symmetric, orthogonal_square_part, orthogonal_identity, orthogonal_scaled_gaussian,
        lambda rows, columns, generator: torch.linalg.qr(torch.randn(rows, columns, generator=generator))[0],
        lambda rows, columns, generator: -week06b.orthogonal_matrix(rows, columns, generator),
        lambda rows, columns, generator: week06b.orthogonal_matrix(columns, rows, generator),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week06b, WRONG)


@pytest.mark.parametrize("right", [
    ["No", "no", "YES", "yes", "yes", "no", "Yes"], ("no", "no", "yes", "yes", "yes", "no", "yes")])
def test_the_quiz_on_symmetry_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["units_become_different"], right).kind == "correct"


# oracles

def test_propagate_is_what_random_networks_have():
    sizes, variances = [30, 60, 20, 40, 10], [0.03, 0.05, 0.08, 0.02]
    forward, backward = week06b.propagate(sizes, variances)
    generator, networks = torch.Generator().manual_seed(0), 3000
    a, seen = torch.randn(networks, sizes[0], 1, generator=generator), []
    for k, (n, m, variance) in enumerate(zip(sizes, sizes[1:], variances, strict=False)):
        weights = torch.randn(networks, m, n, generator=generator) * variance ** 0.5
        a = weights @ (a.relu() if k else a)
        seen.append((weights, a))
    assert np.allclose([z.square().mean().item() for _, z in seen], forward, rtol=0.05)
    gradient = torch.randn(networks, sizes[-1], 1, generator=generator)
    measured = [gradient.square().mean().item()]
    for k in range(len(seen) - 1, 0, -1):
        gradient = (seen[k][0].mT @ gradient) * (seen[k - 1][1] > 0)
        measured.append(gradient.square().mean().item())
    assert np.allclose(measured[::-1], backward, rtol=0.05)


@pytest.mark.parametrize("make", [
    lambda: nn.Linear(300, 200), lambda: nn.Conv2d(16, 32, 3), lambda: nn.Conv2d(16, 64, (5, 3), groups=4)])
def test_he_has_torchs_numbers(make):
    ours, theirs = make(), make()
    week06b.he_initialize_(ours, torch.Generator().manual_seed(3))
    nn.init.kaiming_normal_(theirs.weight, nonlinearity="relu", generator=torch.Generator().manual_seed(3))
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-6) and not ours.bias.any()
    fan_in = 1 / theirs.weight.var().item() * 2
    assert abs(fan_in / theirs.weight[0].numel() - 1) < 0.15


def test_tanh_recursion_is_that_of_a_wide_network_and_decays_like_one_over_twice_the_layer():
    generator, a = torch.Generator().manual_seed(0), torch.randn(64, 2000, generator=torch.Generator().manual_seed(1))
    for m in week06b.tanh_variances(5 / 3, 6):
        weights = torch.randn(2000, 2000, generator=generator) * (5 / 3) / 2000 ** 0.5
        a = torch.tanh(a @ weights.T)
        assert abs(a.square().mean().item() - m) < 0.01
    long = week06b.tanh_variances(1.0, 1000)
    assert abs(2 * 1000 * long[-1] - 1) < 0.01 and round(long[19], 3) == 0.026 and round(long[99], 3) == 0.005
    assert round(week06b.tanh_variances(5 / 3, 100)[-1], 2) == 0.42


def test_orthogonal_is_torchs_where_it_draws_the_same_numbers():
    for rows, columns in ((5, 5), (7, 3)):
        theirs = nn.init.orthogonal_(torch.empty(rows, columns), generator=torch.Generator().manual_seed(4))
        assert torch.allclose(week06b.orthogonal_matrix(rows, columns, torch.Generator().manual_seed(4)), theirs,
                              atol=1e-6)
    generator = torch.Generator().manual_seed(0)
    angles = [week06b.orthogonal_matrix(2, 2, generator) for _ in range(2000)]
    first = torch.stack(angles)[:, :, 0]
    assert first.mean(0).abs().max() < 0.06, "uniform on the circle"
    assert abs((torch.linalg.det(torch.stack(angles)) > 0).float().mean() - 0.5) < 0.05


def trained_kinds(prepare, lr=0.2):
    """Number of different hidden units of a network after 40 steps from the initialization that `prepare` writes."""
    torch.manual_seed(0)
    x, y = torch.randn(60, 4), torch.randint(3, (60,))
    hidden, last = nn.Linear(4, 8), nn.Linear(8, 3)
    with torch.no_grad():
        for layer in (hidden, last):
            layer.weight.fill_(0.1)
            layer.bias.zero_()
        prepare(hidden, last)
    parameters = [*hidden.parameters(), *last.parameters()]
    for _ in range(40):
        loss = F.cross_entropy(last(torch.relu(hidden(x))), y)
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.data -= lr * gradient
    return week06b.distinct_units(hidden.weight, hidden.bias, last.weight)


def test_the_quiz_on_symmetry_is_what_training_gives():
    def zeros(hidden, last):
        hidden.weight.zero_()
        last.weight.zero_()

    def he(hidden, last):
        week06b.he_initialize_(nn.Sequential(hidden, last), torch.Generator().manual_seed(0))

    def he_and_zeros(hidden, last):
        he(hidden, last)
        last.weight.zero_()

    kinds = [trained_kinds(zeros), trained_kinds(lambda hidden, last: None),
             trained_kinds(lambda hidden, last: (hidden.bias.normal_(), last.bias.normal_())),
             trained_kinds(he), trained_kinds(he_and_zeros), trained_kinds(lambda hidden, last: None, lr=2.0),
             trained_kinds(lambda hidden, last: last.weight.normal_())]
    assert ["yes" if kind > 1 else "no" for kind in kinds] == EXERCISE["units_become_different"].reference


def test_the_numbers_of_the_quiz_are_torchs():
    def inverse_std(layer, init):
        init(layer.weight)
        return 1 / layer.weight.std().item()

    reference = EXERCISE["scale_numbers"].reference
    torch.manual_seed(0)
    assert abs(torch.empty(200_000).uniform_(-6, 6).var().item() - reference[0]) < 0.1
    measured = [inverse_std(layer, lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"))
                for layer in (nn.Linear(200, 50), nn.Conv2d(32, 64, 5), nn.Conv2d(32, 64, 5, groups=16))]
    assert np.allclose(measured, reference[1:4], rtol=0.06)
    default, he = nn.Linear(300, 300).weight.var(), nn.init.kaiming_normal_(torch.empty(300, 300)).var()
    assert abs(he / default - reference[4]) < 0.2
    assert abs(inverse_std(nn.Linear(40, 10), lambda w: nn.init.xavier_normal_(w)) - reference[5]) < 0.6
    bound = nn.init.kaiming_uniform_(torch.empty(800, 24), nonlinearity="relu").abs().max().item()
    assert abs(1 / bound - reference[6]) < 0.01
