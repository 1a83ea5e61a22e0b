"""Week 6c's exercises: their rules, right answers in other styles, answers that others might write, oracles."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week06c

EXERCISE = {exercise.name: exercise for exercise in week06c.EXERCISES}


# right answers in other styles

def norm_by_rows(x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5):
    columns = x.transpose(0, 1).reshape(x.shape[1], -1)
    mean, count = columns.mean(1, keepdim=True), columns.shape[1]
    var = ((columns - mean) ** 2).sum(1, keepdim=True) / count
    y = (columns - mean) / torch.sqrt(var + eps) * weight[:, None] + bias[:, None]
    y = y.reshape(x.shape[1], x.shape[0], *x.shape[2:]).transpose(0, 1)
    return y, running_mean + momentum * (mean[:, 0] - running_mean), \
        running_var + momentum * (var[:, 0] * count / (count - 1) - running_var)


def norm_by_cases(x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5):
    if x.ndim == 2:
        mu, v, s = x.mean(0), x.var(0, unbiased=False), x.var(0)
        return (x - mu) * weight / (v + eps) ** 0.5 + bias, torch.lerp(running_mean, mu, momentum), \
            torch.lerp(running_var, s, momentum)
    mu = x.mean((0, 2, 3), keepdim=True)
    v = (x - mu).square().mean((0, 2, 3), keepdim=True)
    m = x.shape[0] * x.shape[2] * x.shape[3]
    y = weight[:, None, None] * (x - mu) * torch.rsqrt(v + eps) + bias[:, None, None]
    return [y, (1 - momentum) * running_mean + momentum * mu.flatten(),
            (1 - momentum) * running_var + momentum * v.flatten() * m / (m - 1)]


def norm_channel_by_channel(x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5):
    y, means, variances = torch.empty_like(x), running_mean.clone(), running_var.clone()
    for c in range(x.shape[1]):
        values = x[:, c]
        y[:, c] = (values - values.mean()) / (values.var(correction=0) + eps).sqrt() * weight[c] + bias[c]
        means[c] = (1 - momentum) * means[c] + momentum * values.mean()
        variances[c] = (1 - momentum) * variances[c] + momentum * values.var()
    return y, means, variances


def back_of_the_paper(grad, x, weight, eps=1e-5):
    m, mu, var = x.shape[0], x.mean(0), x.var(0, unbiased=False)
    d_hat = grad * weight
    d_var = (d_hat * (x - mu) * -0.5 * (var + eps) ** -1.5).sum(0)
    d_mu = (d_hat * -1 / torch.sqrt(var + eps)).sum(0) + d_var * (-2 * (x - mu)).sum(0) / m
    d_x = d_hat / torch.sqrt(var + eps) + d_var * 2 * (x - mu) / m + d_mu / m
    return d_x, (grad * (x - mu) / torch.sqrt(var + eps)).sum(0), grad.sum(0)


def back_by_means(grad, x, weight, eps=1e-5):
    centered = x - x.mean(0)
    s = torch.sqrt((centered ** 2).mean(0) + eps)
    hat = centered / s
    return [weight / s * (grad - grad.mean(0) - hat * (grad * hat).mean(0)), (grad * hat).sum(0), grad.sum(0)]


def back_by_jacobian(grad, x, weight, eps=1e-5):
    n, columns = len(x), []
    for c in range(x.shape[1]):
        s = (x[:, c].var(correction=0) + eps).sqrt()
        hat = (x[:, c] - x[:, c].mean()) / s
        jacobian = (torch.eye(n, dtype=x.dtype) - 1 / n - torch.outer(hat, hat) / n) * weight[c] / s
        columns.append(jacobian @ grad[:, c])
    s = (x.var(0, correction=0) + eps).sqrt()
    return torch.stack(columns, 1), (grad * (x - x.mean(0)) / s).sum(0), grad.sum(0)


def layer_with(forward):
    class BatchNorm(week06c._BatchNormToWrite):
        pass
    BatchNorm.forward = forward
    return BatchNorm


def forward_by_statistics(self, x):
    dims = (0,) if x.ndim == 2 else (0, 2, 3)
    shape = (-1,) if x.ndim == 2 else (-1, 1, 1)
    if self.training:
        mean, var = x.mean(dims), x.var(dims, correction=0)
        with torch.no_grad():
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (x.var(dims) - self.running_var)
    else:
        mean, var = self.running_mean, self.running_var
    x = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
    return self.weight.view(shape) * x + self.bias.view(shape)


def forward_in_place(self, x):
    if not self.training:
        over = (slice(None), *[None] * (x.dim() - 2))
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        return x * scale[over] + (self.bias - self.running_mean * scale)[over]
    y, mean, var = week06c.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var,
                                      momentum=self.momentum, eps=self.eps)
    self.running_mean.copy_(mean)
    self.running_var.copy_(var)
    return y


def over_by_torch(x, dims, eps=1e-5, center=True):
    if center:
        return (x - x.mean(dim=dims, keepdim=True)) / torch.sqrt(x.var(dim=dims, correction=0, keepdim=True) + eps)
    return x * torch.rsqrt((x ** 2).mean(dim=dims, keepdim=True) + eps)


def over_by_moments(x, dims, eps=1e-5, center=True):
    mean = x.mean(dims, keepdim=True) if center else 0
    return (x - mean) / ((x - mean).pow(2).mean(dims, keepdim=True) + eps) ** 0.5


def fold_by_probing(weight, bias, batch_norm):
    with torch.no_grad():
        zero = batch_norm.bias - batch_norm.weight * batch_norm.running_mean / (
            batch_norm.running_var + batch_norm.eps) ** 0.5
        factor = batch_norm.weight * (batch_norm.running_var + batch_norm.eps) ** -0.5
        return (weight.transpose(0, -1) * factor).transpose(0, -1), factor * bias + zero


def fold_by_matrix(weight, bias, batch_norm):
    factor = torch.diag(batch_norm.weight.data / torch.sqrt(batch_norm.running_var + batch_norm.eps))
    new = (factor @ weight.flatten(1)).view_as(weight)
    return new, factor @ (bias - batch_norm.running_mean) + batch_norm.bias.data


def fold_by_asking(weight, bias, batch_norm):
    zero = torch.zeros_like(bias)
    rows = torch.diag(batch_norm(torch.diag(torch.ones_like(bias))) - batch_norm(zero[None]))  # an nn.BatchNorm1d
    return torch.einsum("o,o...->o...", rows, weight), batch_norm(bias[None])[0]


class TestRules(ExerciseRules):
    module = week06c
    styles = {
        "batch_norm": [norm_by_rows, norm_by_cases, norm_channel_by_channel],
        "batch_norm_backward": [back_of_the_paper, back_by_means, back_by_jacobian],
        "BatchNorm": [layer_with(forward_by_statistics), layer_with(forward_in_place)],
        "normalize_over": [over_by_torch, over_by_moments],
        "fold_batch_norm": [fold_by_probing, fold_by_matrix, fold_by_asking],
    }


# wrong answers, as new students would write them

def _norm(function):
    """A wrong answer made of the right one: `function` of its results and its arguments."""
    def batch_norm(x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5):
        right = week06c.batch_norm(x, weight, bias, running_mean, running_var, momentum, eps)
        return function(right, x, weight, bias, running_mean, running_var, momentum, eps)
    return batch_norm


def norm_makemore(x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True)
    y = weight * (x - mean) / torch.sqrt(var + eps) + bias
    return y, (1 - momentum) * running_mean + momentum * mean[0], (1 - momentum) * running_var + momentum * var[0]


def norm_flat(x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5):
    mean, var = x.mean(0), x.var(0, correction=0)
    return (weight * (x - mean) / (var + eps).sqrt() + bias, (1 - momentum) * running_mean + momentum * mean,
            (1 - momentum) * running_var + momentum * x.var(0))


def back_of_layer(grad, x, weight, eps=1e-5):
    _, of_weight, of_bias = week06c.batch_norm_backward(grad, x, weight, eps)
    scaled, hat = weight * grad, (x - x.mean(1, keepdim=True)) / (x.var(1, correction=0, keepdim=True) + eps).sqrt()
    of_x = (scaled - scaled.mean(1, keepdim=True) - hat * (scaled * hat).mean(1, keepdim=True))
    return of_x / (x.var(1, correction=0, keepdim=True) + eps).sqrt(), of_weight, of_bias


def back_scaled_late(grad, x, weight, eps=1e-5):
    of_x, of_weight, of_bias = week06c.batch_norm_backward(grad, x, weight, eps)
    return of_x * weight, of_weight, of_bias


def back_by_n_minus_one(grad, x, weight, eps=1e-5):
    hat = (x - x.mean(0)) / (x.var(0, correction=0) + eps).sqrt()
    of_weight, n = (grad * hat).sum(0), len(x)
    return (weight / (x.var(0, correction=0) + eps).sqrt() * (grad - grad.sum(0) / (n - 1) - hat * of_weight / (n - 1)),
            of_weight, grad.sum(0))


def forward_averages(self, x):
    y = week06c.BatchNorm.forward(self, x)
    return y if self.training else (y + x) / 2


def forward_momentum(self, x):
    if self.training:
        y, mean, var = week06c.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var,
                                          1 - self.momentum, self.eps)
        self.running_mean, self.running_var = mean, var
        return y
    return week06c.BatchNorm.forward(self, x)


def forward_defaults(self, x):
    if self.training:
        y, self.running_mean, self.running_var = week06c.batch_norm(x, self.weight, self.bias, self.running_mean,
                                                                    self.running_var)
        return y
    return week06c.BatchNorm.forward(self, x)


def forward_latest(self, x):
    if self.training:
        y, self.running_mean, self.running_var = week06c.batch_norm(
            x, self.weight, self.bias, self.running_mean, self.running_var, 1.0, self.eps)
        return y
    return week06c.BatchNorm.forward(self, x)


def over_std(x, dims, eps=1e-5, center=True):
    x = x - x.mean(dims, keepdim=True) if center else x
    return x / (x.std(dims, keepdim=True, correction=0) + eps)


def over_length(x, dims, eps=1e-5, center=True):
    x = x - x.mean(dims, keepdim=True) if center else x
    return x / (x.norm(dim=dims, keepdim=True) + eps)


WRONG = {
    "batch_norm": [
        norm_makemore, norm_flat,
        lambda x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5: x,
        _norm(lambda right, *_: right[0]),
        _norm(lambda right, *_: (right[0], right[2], right[1])),
        _norm(lambda right, x, w, b, m, v, *_: (right[0], right[1], v)),
        _norm(lambda right, x, w, b, m, v, *_: (right[0], m, right[2])),
        _norm(lambda right, x, w, b, m, v, momentum, eps: (right[0], m + momentum * x.mean(), right[2])),
        _norm(lambda right, x, w, b, m, v, momentum, eps: (w * right[0] + b, *right[1:])),
    ],
    "batch_norm_backward": [
        back_of_layer, back_scaled_late, back_by_n_minus_one,
        lambda grad, x, weight, eps=1e-5: (grad * weight, (grad * x).sum(0), grad.sum(0)),
        lambda grad, x, weight, eps=1e-5: week06c.batch_norm_backward(grad, x, weight, eps)[0],
        lambda grad, x, weight, eps=1e-5: week06c.batch_norm_backward(grad / len(x), x, weight, eps),
        lambda grad, x, weight, eps=1e-5: week06c.batch_norm_backward(grad, x, weight, eps ** 0.5),
    ],
    "BatchNorm": [layer_with(forward_averages), layer_with(forward_momentum), layer_with(forward_defaults),
                  layer_with(forward_latest), layer_with(lambda self, x: x)],
    "normalize_over": [
        over_std, over_length,
        lambda x, dims, eps=1e-5, center=True: x,
        lambda x, dims, eps=1e-5, center=True: over_by_torch(x, dims, eps),
        lambda x, dims, eps=1e-5, center=True: over_by_torch(x, dims, 1e-5, center),
        lambda x, dims, eps=1e-5, center=True: over_by_torch(x, [0], eps, center),
    ],
    "fold_batch_norm": [
        lambda weight, bias, batch_norm: (weight, bias),
        lambda weight, bias, batch_norm: fold_by_matrix(weight, bias, batch_norm)[0],
        lambda weight, bias, batch_norm: fold_by_matrix(weight, torch.zeros_like(bias), batch_norm),
        lambda weight, bias, batch_norm: (fold_by_matrix(weight, bias, batch_norm)[0], batch_norm.bias.data.clone()),
        lambda weight, bias, norm: (weight * norm.weight.data[0], fold_by_matrix(weight, bias, norm)[1]),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week06c, WRONG)


def test_the_quizzes_take_tuples_and_other_spellings():
    assert judge_value(EXERCISE["depends_on_batch"], ("Yes", "no", "NO", "no", "no", "yes")).kind == "correct"
    assert judge_value(EXERCISE["normalization_counts"], tuple(week06c.COUNTS.reference)).kind == "correct"


# oracles

@pytest.mark.parametrize("shape", [(7, 3), (5, 3, 4, 2)])
def test_both_modes_are_torchs_in_double_precision(shape):
    torch.manual_seed(0)
    theirs = (nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d)(3, momentum=0.3, eps=0.01).double()
    ours = week06c.BatchNorm(3, momentum=0.3, eps=0.01).double()
    with torch.no_grad():
        for name in ("weight", "bias"):
            values = torch.randn(3, dtype=torch.float64)
            getattr(theirs, name).copy_(values)
            getattr(ours, name).copy_(values)
    for _ in range(3):
        x = torch.randn(shape, dtype=torch.float64) * 3 + 1
        assert torch.allclose(ours(x), theirs(x), atol=1e-12)
    assert torch.allclose(ours.running_mean, theirs.running_mean, atol=1e-12)
    assert torch.allclose(ours.running_var, theirs.running_var, atol=1e-12)
    ours.eval(), theirs.eval()
    x = torch.randn(1, *shape[1:], dtype=torch.float64)
    assert torch.allclose(ours(x), theirs(x), atol=1e-12)
    assert ours.state_dict().keys() == theirs.state_dict().keys() - {"num_batches_tracked"}


def test_the_backward_pass_is_autograds_and_that_of_finite_differences():
    torch.manual_seed(0)
    grad, x, weight = (torch.randn(shape, dtype=torch.float64) for shape in ((6, 4), (6, 4), (4,)))
    leaf, w, b = (tensor.clone().requires_grad_() for tensor in (x, weight, 0 * weight))
    (F.batch_norm(leaf, None, None, w, b, training=True, eps=0.01) * grad).sum().backward()
    found = week06c.batch_norm_backward(grad, x, weight, 0.01)
    for ours, theirs in zip(found, (leaf.grad, w.grad, b.grad), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-12)
    stats = torch.zeros_like(weight), torch.ones_like(weight)

    def loss(x):
        return (week06c.batch_norm(x, weight, 0 * weight, *stats, eps=0.01)[0] * grad).sum()
    step = torch.zeros_like(x)
    step[2, 1] = 1e-6
    assert abs((loss(x + step) - loss(x - step)) / 2e-6 - found[0][2, 1]) < 1e-7
    assert found[0].sum(0).abs().max() < 1e-12, "a bias before the normalization has the gradient 0"


def test_four_normalizations_are_torchs():
    torch.manual_seed(0)
    x, over = torch.randn(4, 6, 3, 5, dtype=torch.float64), week06c.normalize_over
    assert torch.allclose(over(x, [0, 2, 3]), F.batch_norm(x, None, None, training=True), atol=1e-12)
    assert torch.allclose(over(x, [1, 2, 3]), F.layer_norm(x, x.shape[1:]), atol=1e-12)
    assert torch.allclose(over(x, [2, 3]), F.instance_norm(x), atol=1e-12)
    grouped = over(x.unflatten(1, (3, 2)), [2, 3, 4]).flatten(1, 2)
    assert torch.allclose(grouped, F.group_norm(x, 3), atol=1e-12)
    assert torch.allclose(over(x, [3], center=False), F.rms_norm(x, (5,), eps=1e-5), atol=1e-12)
    numbers = x.numpy()
    assert np.allclose(over(x, [0, -1], 0.0), (numbers - numbers.mean((0, -1), keepdims=True))
                       / numbers.std((0, -1), keepdims=True), atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_folded_layer_gives_what_both_gave(groups):
    torch.manual_seed(0)
    conv, batch_norm = nn.Conv2d(4, 6, 3, groups=groups), nn.BatchNorm2d(6).eval()
    for values in (batch_norm.weight, batch_norm.bias, batch_norm.running_mean):
        nn.init.normal_(values)
    batch_norm.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 4, 7, 7)
    weight, bias = week06c.fold_batch_norm(conv.weight, conv.bias, batch_norm)
    assert torch.allclose(F.conv2d(x, weight, bias, groups=groups), batch_norm(conv(x)), atol=1e-5)
    theirs = torch.nn.utils.fusion.fuse_conv_bn_eval(conv.eval(), batch_norm)
    assert torch.allclose(weight, theirs.weight, atol=1e-6) and torch.allclose(bias, theirs.bias, atol=1e-6)


def test_the_counts_are_those_of_torchs_layers():
    x = torch.zeros(8, 32, 14, 14)
    layer = nn.BatchNorm2d(32)
    assert week06c.COUNTS.reference == [
        x.numel() // 32, len(layer.running_mean), sum(p.numel() for p in layer.parameters()),
        layer.running_mean.numel() + layer.running_var.numel(), x[0].numel(), x[0, :4].numel(), 8 * 8]


@pytest.mark.parametrize(("kind", "number"), [
    (lambda: nn.BatchNorm2d(4), 0), (lambda: nn.BatchNorm2d(4).eval(), 1), (lambda: nn.LayerNorm([4, 3, 3]), 2),
    (lambda: nn.GroupNorm(2, 4), 3), (lambda: nn.RMSNorm([4, 3, 3]), 4)])
def test_what_depends_on_the_batch(kind, number):
    torch.manual_seed(0)
    layer, x, others = kind(), torch.randn(1, 4, 3, 3), torch.randn(3, 4, 3, 3)
    one, other = (layer(torch.cat([x, mates]))[0] for mates in (others, 5 * others))
    depends = not torch.allclose(one, other, atol=1e-5)
    assert depends == (week06c.DEPENDS.reference[number] == "yes")
