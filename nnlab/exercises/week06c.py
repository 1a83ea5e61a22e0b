"""Week 6c: batch normalization forward, backward, in both modes; other normalizations; what depends on the batch."""

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant

TORCHS = ("batch_norm", "native_batch_norm", "instance_norm", "layer_norm", "native_layer_norm", "group_norm",
          "native_group_norm", "rms_norm")


def batch_norm(x, weight, bias, running_mean, running_var, momentum=0.1, eps=1e-5):
    """Batch normalization in training mode: the output, and the updated running statistics.

    x: tensor (N, C) or (N, C, H, W), float. weight, bias, running_mean, running_var: tensors (C,).
    momentum, eps: floats. Each of the C channels has M values in the batch: M = N or M = N·H·W,
    and M ≥ 2. Let μ be the mean of these M values, and v = Σ (x - μ)² / M.
    Returns a triple (y, new running mean, new running variance); y has the shape of x, the others
    are tensors (C,). In each channel y = weight · (x - μ) / √(v + eps) + bias. The new running mean
    is (1 - momentum) · running_mean + momentum · μ. The new running variance is
    (1 - momentum) · running_var + momentum · v · M / (M - 1). The arguments must not change.
    torch's own batch_norm and its relatives may not be used. Tested too: a large eps.

    >>> one = torch.ones(1)
    >>> batch_norm(torch.tensor([[1.0], [3.0]]), 2 * one, one, 0 * one, one, 0.5, 0.0)
    (tensor([[-1.],
            [ 3.]]), tensor([1.]), tensor([1.5000]))
    """
    dims = [0, *range(2, x.dim())]
    shape = [1, -1] + [1] * (x.dim() - 2)
    mean, var = x.mean(dims), x.var(dims, correction=0)
    normalized = (x - mean.view(shape)) / (var.view(shape) + eps).sqrt()
    count = x.numel() / x.shape[1]
    unbiased = var.detach() * count / (count - 1)
    return (weight.view(shape) * normalized + bias.view(shape),
            (1 - momentum) * running_mean + momentum * mean.detach(),
            (1 - momentum) * running_var + momentum * unbiased)


_VALUES = (0.0, 1.0, 2.0, 4.0, -1.0, 7.0, 3.0)
_SCALES = (1.0, 2.0, 0.5, -1.0)


def _normalized(draw):
    channels, count = draw.sizes(2, 1, 3)
    space = draw.choice(((), (1, 2), (2, 1), (2, 2)))
    x = draw.tensor(count + (not space), channels, *space, among=_VALUES)
    rows = [draw.numbers(channels, among=among) for among in (_SCALES, _VALUES, _VALUES, (1.0, 4.0, 0.5))]
    dtype = ", dtype=torch.float64" if "float64" in x else ""
    momentum, eps = draw.choice((0.1, 0.5, 0.25, 1.0)), draw.choice((1e-5, 1.0))
    return f"batch_norm({x}, *torch.tensor({rows}{dtype}), {momentum}, {eps})"


def _forward(name, *edits):
    return variant(batch_norm, *edits, name=name)


_DIMS = "dims = [0, *range(2, x.dim())]"
_RUNNING_MEAN = "(1 - momentum) * running_mean + momentum * mean.detach()"
_RUNNING_VAR = "(1 - momentum) * running_var + momentum * unbiased"
_MEAN_VAR = "mean, var = x.mean(dims), x.var(dims, correction=0)"
_NORMALIZED = "(x - mean.view(shape)) / (var.view(shape) + eps).sqrt()"
_TWO = "*torch.tensor([[1.0, 2], [0, 1], [0, 0], [1, 1]])"

FORWARD = Exercise(
    reference=batch_norm,
    inputs=_normalized,
    fresh=True,
    forbids=TORCHS,
    cases=(
        "one = torch.ones(1); batch_norm(torch.tensor([[-1.0], [1.0]]), one, 0 * one, 0 * one, 2 * one, 0.5, 0.0)[0]",
        "one = torch.ones(1); batch_norm(torch.tensor([[1.0], [3.0]]), 2 * one, one, 0 * one, one, 0.5, 0.0)",
        f"batch_norm(torch.tensor([[0.0, 4.0], [2.0, 4.0], [7.0, 1.0]]), {_TWO})",
        f"batch_norm(torch.tensor([[0.0, 4.0], [2.0, 4.0], [7.0, 1.0]]), {_TWO}, 0.25, 1.0)",
        "o = torch.ones(2); batch_norm(torch.tensor([[5.0, 0.0], [5.0, 1.0]]), o, 0 * o, o, o, 1.0, 0.5)",
        f"batch_norm(torch.arange(8.0).square().view(1, 2, 2, 2), {_TWO}, 0.5)",
        f"batch_norm(torch.arange(24.0).square().view(2, 2, 2, 3) / 8, {_TWO}, 0.1, 0.25)",
        "x, o, m = torch.tensor([[1.0], [3.0]]), torch.ones(1), torch.zeros(1); batch_norm(x, o, m, m, o); x, m",
    ),
    wrong=(
        Wrong(_forward("norm_output_corrected", ("correction=0", "correction=1"),
                       ("var.detach() * count / (count - 1)", "var.detach()")),
              "The output is divided by the root of the unbiased variance, Σ (x - μ)² / (M - 1). Normalize by v, which "
              "divides by M: correction=0."),
        Wrong(_forward("norm_running_biased", ("var.detach() * count / (count - 1)", "var.detach()")),
              "The running variance takes v as it is. What is stored is the unbiased estimate v · M / (M - 1)."),
        Wrong(_forward("norm_momentum_reversed",
                       (_RUNNING_MEAN, "momentum * running_mean + (1 - momentum) * mean.detach()"),
                       (_RUNNING_VAR, "momentum * running_var + (1 - momentum) * unbiased")),
              "The momentum weights the old value, as in the optimizers of week 4. Here it weights the new value: "
              "(1 - momentum) · old + momentum · new."),
        Wrong(_forward("norm_by_running", (_NORMALIZED, "(x - running_mean.view(shape)) / "
                                                        "(running_var.view(shape) + eps).sqrt()")),
              "The output is normalized by the running statistics. In training mode they are only recorded: the "
              "output uses mean and variance of this batch."),
        Wrong(_forward("norm_by_updated", (_NORMALIZED,
                                           f"(x - ({_RUNNING_MEAN}).view(shape)) / (((1 - momentum) * running_var + "
                                           "momentum * var * x.numel() / x.shape[1] / (x.numel() / x.shape[1] - 1))"
                                           ".view(shape) + eps).sqrt()")),
              "The output is normalized by the running statistics after their update. In training mode the output uses "
              "mean and variance of this batch alone."),
        Wrong(_forward("norm_each_sample", (_NORMALIZED,
                                            "(x - x.mean(list(range(1, x.dim())), keepdim=True)) / (x.var(list(range("
                                            "1, x.dim())), correction=0, keepdim=True) + eps).sqrt()")),
              "Each sample is normalized by its own mean and variance, which is layer normalization. Here mean and "
              "variance are those of a channel over the samples of the batch."),
        Wrong(_forward("norm_whole_batch", (_MEAN_VAR, "mean = x.mean().expand(x.shape[1])\n"
                                                       "    var = x.var(correction=0).expand(x.shape[1])")),
              "One mean and one variance serve all channels. Each channel has its own."),
        Wrong(_forward("norm_each_position", (_NORMALIZED, "(x - x.mean(0)) / (x.var(0, correction=0) + eps).sqrt()")),
              "Each pixel is normalized over the samples. A channel of images has one mean and one variance, over "
              "samples, rows and columns: dimensions 0, 2 and 3."),
        Wrong(_forward("norm_eps_outside", ("(var.view(shape) + eps).sqrt()", "(var.view(shape).sqrt() + eps)")),
              "eps is added to the standard deviation. It belongs under the root: √(v + eps)."),
        Wrong(_forward("norm_without_eps", ("(var.view(shape) + eps).sqrt()", "var.view(shape).sqrt()")),
              "eps is missing: divide by √(v + eps). A channel that is constant in a batch is divided by 0 otherwise."),
        Wrong(_forward("norm_by_variance", ("(var.view(shape) + eps).sqrt()", "(var.view(shape) + eps)")),
              "The output is divided by v + eps. Divide by its square root."),
        Wrong(_forward("norm_without_affine", ("weight.view(shape) * normalized + bias.view(shape)", "normalized")),
              "weight and bias are not used: after normalization each channel is multiplied by its weight, and its "
              "bias is added."),
        Wrong(_forward("norm_bias_scaled", ("weight.view(shape) * normalized + bias.view(shape)",
                                            "weight.view(shape) * (normalized + bias.view(shape))")),
              "The bias is multiplied by the weight. Multiply first, then add the bias."),
        Wrong(_forward("norm_not_recorded", (_RUNNING_MEAN, "running_mean.clone()"),
                       (_RUNNING_VAR, "running_var.clone()")),
              "The running statistics are returned as they were. Each training batch moves them by the share momentum "
              "towards its own mean and unbiased variance."),
        Wrong(_forward("norm_samples_counted", ("count = x.numel() / x.shape[1]", "count = max(len(x), 1.5)")),
              "M is taken as the number of samples. A channel of images has M = N·H·W values."),
        Wrong(_forward("norm_in_place", ("    return (weight", "    running_mean.copy_(" + _RUNNING_MEAN + ")\n"
                                         "    return (weight"),
                       (_RUNNING_MEAN + ",\n            (1 - momentum) * running_var",
                        "running_mean.clone(),\n            (1 - momentum) * running_var")),
              "The running mean that is given is overwritten. Return a new tensor."),
        Wrong(_forward("norm_statistics_exchanged", (_RUNNING_MEAN + ",\n            " + _RUNNING_VAR,
                                                     _RUNNING_VAR + ",\n            " + _RUNNING_MEAN)),
              "Running mean and running variance change places: the mean is the second result."),
        Wrong(_forward("norm_statistics_of_batch", (_RUNNING_MEAN, "mean.detach() + 0"), (_RUNNING_VAR, "unbiased")),
              "Mean and variance of this batch are returned. Mix them with the running ones: (1 - momentum) · old + "
              "momentum · new."),
        Wrong(_forward("norm_factor_inverted", ("count / (count - 1)", "(count - 1) / count")),
              "v is multiplied by (M - 1) / M. The unbiased estimate is larger than v: v · M / (M - 1)."),
    ),
    hints=("Over which dimensions do you average, so that one number for each channel remains? Over all but the "
           "second: 0, and for images 2 and 3 as well.",
           "x.mean(dims) and x.var(dims, correction=0) are tensors (C,). To subtract them from x, give them the shape "
           "(1, C) or (1, C, 1, 1) with .view. The running variance takes x.var(dims), which divides by M - 1."),
    allows="nn.BatchNorm1d and nn.BatchNorm2d in training mode are this function.",
    equivalent=(("var.detach() → var", "what is recorded has the same values with and without its history"),
                ("mean.detach() → mean", "what is recorded has the same values with and without its history")),
)


def batch_norm_backward(grad, x, weight, eps=1e-5):
    """Gradients of a loss with respect to input, weight and bias of a batch normalization.

    grad: tensor (N, C), the upstream gradient: the derivatives of the loss with respect to the
    outputs y. x: tensor (N, C), the inputs, N ≥ 2. weight: tensor (C,). eps: float. The layer is in
    training mode: per channel y = weight · x̂ + bias with x̂ = (x - μ) / s, s = √(v + eps), where μ
    and v are the mean and the variance (division by N) of this batch, and so depend on every x.
    Returns a triple (gradient with respect to x (N, C), to weight (C,), to bias (C,)). The loss is
    whatever made `grad`: a sum over the batch is a sum here. The arguments must not change.
    Automatic differentiation and torch's own normalizations may not be used. Tested too: a large
    eps, and channels that are constant.

    >>> grad, x = torch.tensor([[4.0], [0], [0], [0]]), torch.tensor([[-1.0], [-1], [1], [1]])
    >>> [part.flatten() for part in batch_norm_backward(grad, x, torch.ones(1), eps=0.0)]
    [tensor([ 2., -2.,  0.,  0.]), tensor([-4.]), tensor([4.])]
    """
    std = (x.var(0, correction=0) + eps).sqrt()
    normalized = (x - x.mean(0)) / std
    of_weight = (grad * normalized).sum(0)
    of_bias = grad.sum(0)
    of_x = weight / std * (grad - of_bias / len(x) - normalized * of_weight / len(x))
    return of_x, of_weight, of_bias


def _reversed(draw):
    channels, count = draw.sizes(2, 1, 4)
    x = draw.tensor(count + 1, channels, among=_VALUES)
    grad = draw.tensor(count + 1, channels, among=(1.0, 0.0, -1.0, 2.0, -3.0))
    return (f"batch_norm_backward({grad}, {x}, {draw.tensor(channels, among=_SCALES)}, "
            f"{draw.choice((0.25, 1.0, 1e-3))})")


def _backward(name, *edits):
    return variant(batch_norm_backward, *edits, name=name)


_OF_X = "weight / std * (grad - of_bias / len(x) - normalized * of_weight / len(x))"

BACKWARD = Exercise(
    reference=batch_norm_backward,
    inputs=_reversed,
    forbids=("grad", "backward", *TORCHS),
    cases=(
        "batch_norm_backward(torch.tensor([[1.0], [1.0]]), torch.tensor([[-1.0], [1.0]]), torch.ones(1), 0.25)",
        "batch_norm_backward(torch.tensor([[1.0], [-1.0]]), torch.tensor([[-1.0], [1.0]]), torch.ones(1), 1.0)",
        "g, x = torch.tensor([[1.0], [0], [0]]), torch.tensor([[0.0], [0], [3]]); "
        "batch_norm_backward(g, x, torch.tensor([2.0]), 0.0)",
        "batch_norm_backward(torch.tensor([[1.0], [2.0]]), torch.tensor([[5.0], [5.0]]), torch.ones(1), 1.0)",
        "batch_norm_backward(torch.tensor([[1.0, 0], [0, 2], [-1, 1]]), torch.tensor([[0.0, 4], [2, 4], [7, 1]]), "
        "torch.ones(2), 0.5)",
        "x = torch.arange(12.0).view(4, 3); batch_norm_backward(x.sin(), x.cos(), torch.tensor([1.0, -2.0, 0.5]))",
        "g, x = torch.ones(2, 1), torch.tensor([[1.0], [3.0]]); batch_norm_backward(g, x, torch.ones(1)); g, x",
    ),
    wrong=(
        Wrong(_backward("back_constants", (_OF_X, "weight / std * grad")),
              "The mean and the variance are treated as constants. Both depend on every x of the batch, and each "
              "dependence contributes a term: subtract the mean of grad, and x̂ times the mean of grad · x̂."),
        Wrong(_backward("back_without_variance", (" - normalized * of_weight / len(x)", "")),
              "The term of the mean is there, that of the variance is missing: v depends on every x as well."),
        Wrong(_backward("back_without_mean", (" - of_bias / len(x)", "")),
              "The term of the variance is there, that of the mean is missing: μ depends on every x as well."),
        Wrong(_backward("back_sums", ("grad - of_bias / len(x) - normalized * of_weight / len(x)",
                                      "grad - of_bias - normalized * of_weight")),
              "Sums are subtracted. What is subtracted is the mean of grad, and x̂ times the mean of grad · x̂."),
        Wrong(_backward("back_without_weight", ("weight / std *", "1 / std *")),
              "The gradient with respect to x lacks the factor weight: y = weight · x̂ + bias."),
        Wrong(_backward("back_without_std", ("weight / std *", "weight *")),
              "The gradient with respect to x lacks the factor 1/s: x̂ = (x - μ) / s."),
        Wrong(_backward("back_means", ("(grad * normalized).sum(0)", "(grad * normalized).mean(0)"),
                        ("grad.sum(0)", "grad.mean(0)"), ("of_bias / len(x)", "of_bias"),
                        ("of_weight / len(x)", "of_weight")),
              "The gradients of weight and bias are averaged over the batch. They are sums: an average, if there is "
              "one, stands in the loss and so in grad already."),
        Wrong(_backward("back_weight_by_input", ("(grad * normalized).sum(0)", "(grad * x).sum(0)"),
                        ("normalized * of_weight", "normalized * (grad * normalized).sum(0)")),
              "The gradient with respect to weight is taken with x. The weight multiplies x̂, the normalized input."),
        Wrong(_backward("back_exchanged", ("return of_x, of_weight, of_bias", "return of_x, of_bias, of_weight")),
              "The gradients of weight and bias change places."),
        Wrong(_backward("back_bias_scaled", ("return of_x, of_weight, of_bias",
                                             "return of_x, of_weight, of_bias * weight")),
              "The gradient with respect to the bias is multiplied by the weight. The bias is added after it."),
        Wrong(_backward("back_corrected", ("x.var(0, correction=0)", "x.var(0)")),
              "The variance divides by N - 1, as torch.var does by default. Here it divides by N: correction=0."),
        Wrong(_backward("back_without_eps", ("x.var(0, correction=0) + eps", "x.var(0, correction=0) + 1e-30")),
              "eps is missing under the root: s = √(v + eps)."),
        Wrong(_backward("back_projects_input", ("normalized * of_weight / len(x)",
                                                "(x - x.mean(0)) * of_weight / len(x)")),
              "The last term is taken with x - μ. It is x̂ = (x - μ) / s times the mean of grad · x̂."),
        Wrong(_backward("back_adds", ("- normalized * of_weight", "+ normalized * of_weight")),
              "The term of the variance has the wrong sign: ds/dx = x̂ / N, and 1/s falls as s grows."),
        Wrong(_backward("back_weight_scaled", ("return of_x, of_weight, of_bias",
                                               "return of_x, of_weight * weight, of_bias")),
              "The gradient with respect to weight is multiplied by weight. y = weight · x̂ + bias has the derivative "
              "x̂ there."),
        Wrong(_backward("back_eps_outside", ("(x.var(0, correction=0) + eps).sqrt()",
                                             "(x.var(0, correction=0).sqrt() + eps)")),
              "eps is added to the standard deviation. It belongs under the root: s = √(v + eps)."),
        Wrong(_backward("back_std_twice", ("weight / std *", "weight / std ** 2 *")),
              "The gradient with respect to x is divided by s twice: x̂ = (x - μ) / s has one s."),
    ),
    hints=("Three paths lead from x to the loss: through x itself, through μ, through v. With one symbol for the mean "
           "over the batch, each is one term.",
           "Mean over the batch of grad: a. Mean over the batch of grad · x̂: b. Then the gradient with respect to x is "
           "weight / s times (grad, minus a, minus x̂ times b)."),
    allows="The backward pass of batch normalization in five lines, equal to autograd's.",
)


class BatchNorm(nn.Module):
    """Batch normalization as a layer with two modes: equal to `nn.BatchNorm1d` and `nn.BatchNorm2d`."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):  # noqa: D102
        if self.training:
            y, self.running_mean, self.running_var = batch_norm(
                x, self.weight, self.bias, self.running_mean, self.running_var, self.momentum, self.eps)
            return y
        shape = [1, -1] + [1] * (x.dim() - 2)
        factor = self.weight / (self.running_var + self.eps).sqrt()
        return (x - self.running_mean.view(shape)) * factor.view(shape) + self.bias.view(shape)


class _BatchNormToWrite(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        ...


def passes(kind, *batches, evaluate=None, **options):
    """Outputs of a layer for each of `batches` in training mode and for `evaluate` in evaluation mode, twice.

    Returns (outputs in training mode, the two outputs in evaluation mode, running mean, running variance).
    """
    channels, dtype = batches[0].shape[1], batches[0].dtype
    layer = kind(channels, **options).to(dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.linspace(2, 1, channels, dtype=dtype))
        layer.bias.copy_(torch.linspace(1, -1, channels, dtype=dtype))
    trained = [layer(batch) for batch in batches]
    layer.eval()
    evaluated = [layer(evaluate), layer(evaluate)] if evaluate is not None else []
    return trained, evaluated, layer.running_mean, layer.running_var


def _passed(draw):
    channels, count = draw.sizes(2, 1, 3)
    space = draw.choice(((), (2, 1), (1, 2)))
    batches = [draw.tensor(count + (not space), channels, *space, among=_VALUES) for _ in range(draw.integer(1, 2))]
    evaluate = draw.tensor(draw.integer(1, 2), channels, *space, among=_VALUES)
    return (f"passes(BatchNorm, {', '.join(batches)}, evaluate={evaluate}, eps={draw.choice((1.0, 1e-5, 0.25))}, "
            f"momentum={draw.choice((0.1, 0.5, 0.75))})")


def _layer(name, *edits):
    return variant(BatchNorm, *edits, name=name)


_IF = "if self.training:"
_RETURN = "            return y\n"
_EVALUATES = "(x - self.running_mean.view(shape)) * factor.view(shape) + self.bias.view(shape)"
_OF_BATCH = ("batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, self.momentum, self.eps)[0]")
_PAIR = "torch.tensor([[1.0], [3.0]])"

LAYER = Exercise(
    reference=BatchNorm,
    statement="""Batch normalization as a layer with two modes: write its method `forward`.

    x: tensor (N, C) or (N, C, H, W), float. Where self.training is True, return the output of
    `batch_norm` of section 1 for this batch, and store the new statistics in self.running_mean and
    self.running_var. Else return weight · (x - running_mean) / √(running_var + eps) + bias, per
    channel, and change nothing; there, one sample is enough. torch's normalizations may not be
    used. Tested too: several batches, images.
    >>> layer = BatchNorm(1, eps=0.0, momentum=0.5)
    >>> layer(torch.tensor([[1.0], [3.0]])).flatten().tolist(), layer.running_mean
    ([-1.0, 1.0], tensor([1.]))
    """,
    given=_BatchNormToWrite,
    inputs=_passed,
    tries=20,
    forbids=TORCHS,
    cases=(
        "BatchNorm(1)(torch.tensor([[-1.0], [1.0]])).detach()",
        f"BatchNorm(1)({_PAIR}).detach()",
        f"layer = BatchNorm(1, momentum=0.5); layer({_PAIR}); layer.running_mean, layer.running_var",
        f"BatchNorm(1, eps=1.0).eval()({_PAIR}).detach()",
        f"passes(BatchNorm, {_PAIR}, evaluate={_PAIR}, eps=1.0, momentum=0.5)",
        f"x = {_PAIR}; passes(BatchNorm, x, x * 2, evaluate=torch.tensor([[2.0]]), momentum=0.25)",
        "passes(BatchNorm, torch.tensor([[0.0, 4], [2, 4], [7, 1]]), evaluate=torch.tensor([[1.0, 2]]), eps=0.5)",
        "x = torch.arange(12.0).square().view(2, 2, 1, 3); passes(BatchNorm, x, evaluate=x[1:].sqrt(), momentum=0.5)",
        f"layer = BatchNorm(1).eval(); layer({_PAIR}); layer.running_mean, layer.running_var",
        "x = torch.tensor([[1.0], [2]]); n = BatchNorm(1); n(x).square().sum().backward(); n.bias.grad, n.weight.grad",
    ),
    wrong=(
        Wrong(_layer("LayerOfBatch", (f"return {_EVALUATES}", f"return {_OF_BATCH}")),
              "Evaluation mode normalizes by the statistics of the batch. It uses the running ones, so that the output "
              "for a sample does not depend on the others."),
        Wrong(_layer("LayerOfRunning", (_RETURN, "")),
              "Training mode normalizes by the running statistics. They are only recorded there: the output uses mean "
              "and variance of this batch."),
        Wrong(_layer("LayerNeverRecords", ("y, self.running_mean, self.running_var = batch_norm",
                                           "y, _, _ = batch_norm")),
              "The running statistics stay 0 and 1: store what batch_norm returns in self.running_mean and "
              "self.running_var."),
        Wrong(_layer("LayerExchangesModes", (_IF, "if not self.training:")),
              "The modes are exchanged: self.training is True in training mode."),
        Wrong(_layer("LayerRecordsAlways", ("        shape = [1", "        _, self.running_mean, self.running_var = "
                                            "batch_norm(\n                x, self.weight, self.bias, "
                                            "self.running_mean, self.running_var, self.momentum, self.eps)\n"
                                            "        shape = [1")),
              "The running statistics change in evaluation mode, too. There they are read and never written."),
        Wrong(_layer("LayerOneMode", (_IF, "if True:")),
              "Both modes do the same, normalize by the batch. Look at self.training: evaluation mode uses the running "
              "statistics and changes nothing."),
        Wrong(_layer("LayerFrozen", (_IF, "if False:")),
              "Both modes do the same, use the running statistics. Look at self.training: training mode normalizes by "
              "the batch and records."),
        Wrong(_layer("LayerByVariance", ("(self.running_var + self.eps).sqrt()", "(self.running_var + self.eps)")),
              "Evaluation mode divides by the running variance. Divide by √(running_var + eps)."),
        Wrong(_layer("LayerWithoutEps", ("(self.running_var + self.eps).sqrt()", "self.running_var.sqrt()")),
              "Evaluation mode leaves eps out: divide by √(running_var + eps)."),
        Wrong(_layer("LayerWithoutAffine", (_EVALUATES, "(x - self.running_mean.view(shape)) / (self.running_var + "
                                                        "self.eps).sqrt().view(shape)")),
              "Evaluation mode forgets weight and bias. They apply in both modes."),
        Wrong(_layer("LayerUncentered", ("(x - self.running_mean.view(shape))", "x")),
              "Evaluation mode does not subtract the running mean."),
        Wrong(_layer("LayerOnlyMean", ("y, self.running_mean, self.running_var = batch_norm",
                                       "y, self.running_mean, _ = batch_norm")),
              "The running mean is recorded, the running variance stays 1."),
        Wrong(_layer("LayerBiased", (_RETURN, "            self.running_var = self.running_var - self.momentum * x.var("
                                              "[0, *range(2, x.dim())], correction=1) * x.shape[1] / x.numel()\n"
                                              "            return y\n")),
              "The stored running variance is built from the variance that divides by M. Store the third result of "
              "batch_norm, which divides by M - 1."),
        Wrong(_layer("LayerDefaults", ("self.running_var, self.momentum, self.eps)", "self.running_var)")),
              "self.momentum and self.eps are not handed to batch_norm, so that its defaults apply."),
        Wrong(_layer("LayerExchangesStatistics", ("y, self.running_mean, self.running_var = batch_norm",
                                                  "y, self.running_var, self.running_mean = batch_norm")),
              "The two results are stored in the wrong order: batch_norm returns the running mean first."),
    ),
    hints=("Two branches: if self.training: ... return; below it evaluation mode.",
           "y, self.running_mean, self.running_var = batch_norm(x, self.weight, ...) is training mode. In evaluation "
           "mode bring the four vectors to the shape (1, C) or (1, C, 1, 1), and write the formula down."),
    allows="Your layer can replace nn.BatchNorm1d and nn.BatchNorm2d.",
    uses={"passes": passes},
)


def normalize_over(x, dims, eps=1e-5, center=True):
    """A tensor normalized over some of its dimensions: mean 0 and variance 1 in each of its groups.

    x: float tensor of any shape. dims: list of ints, the dimensions to take mean and variance over;
    values that share all other indices form a group. eps: float. center: bool.
    With center=True returns (x - μ) / √(v + eps), where μ and v are the mean and the variance of
    the group, Σ (x - μ)² divided by the number of its values. With center=False nothing is
    subtracted: returns x / √(q + eps), where q is the mean of x² over the group. A new tensor of
    the shape of x; x must not change. torch's own normalizations may not be used.

    >>> normalize_over(torch.tensor([[1.0, 3.0], [2.0, 8.0]]), [1], 0.0)
    tensor([[-1.,  1.],
            [-1.,  1.]])
    """
    if center:
        x = x - x.mean(dims, keepdim=True)
    return x / (x.square().mean(dims, keepdim=True) + eps).sqrt()


def _over(draw):
    shape = draw.sizes(draw.integer(2, 4), 1, 4)
    dims = draw.choice(([1], [0], [-1], [0, -1], [1, -1], [-2, -1])[:6 if len(shape) > 2 else 3])
    x = draw.tensor(*shape[:3], among=_VALUES) if len(shape) < 4 else draw.tensor(2, *shape[:2], 2, among=_VALUES)
    return f"normalize_over({x}, {dims}, {draw.choice((1.0, 0.25, 1e-3))}, {draw.choice((True, False))})"


def _general(name, *edits):
    return variant(normalize_over, *edits, name=name)


_DIVIDED = "x / (x.square().mean(dims, keepdim=True) + eps).sqrt()"
_CENTERED = "x = x - x.mean(dims, keepdim=True)"
_IMAGES = "torch.arange(24.0).square().view(2, 2, 2, 3)"

GENERAL = Exercise(
    reference=normalize_over,
    inputs=_over,
    fresh=True,
    forbids=TORCHS,
    differentiable=True,
    cases=(
        "normalize_over(torch.tensor([[-1.0, 1.0], [-1.0, 1.0]]), [1], 0.0)",
        "normalize_over(torch.tensor([[1.0, 3.0], [2.0, 8.0]]), [1], 0.0)",
        "normalize_over(torch.tensor([[1.0, 3.0], [2.0, 8.0]]), [0], 1.0)",
        "normalize_over(torch.tensor([[1.0, 3.0], [2.0, 8.0]]), [1], 1.0, center=False)",
        "normalize_over(torch.tensor([[1.0, 1.0], [2.0, 0.0]]), [-1], 0.0, False)",
        "normalize_over(torch.tensor([[5.0, 5.0, 5.0]]), [1])",
        f"normalize_over({_IMAGES}, [0, 2, 3])",
        f"normalize_over({_IMAGES}, [1, 2, 3], 0.5)",
        f"normalize_over({_IMAGES}, [2, 3], 0.5, False)",
        "x = torch.tensor([[1.0, 3.0]]); normalize_over(x, [1]); x",
    ),
    wrong=(
        Wrong(_general("over_corrected", (_DIVIDED, "x / (x.square().sum(dims, keepdim=True) / max(1, x.square().sum("
                                                    "dims).numel() and x.numel() // x.square().sum(dims).numel() - "
                                                    "center) + eps).sqrt()")),
              "The variance divides by the number of values minus 1, as torch.var does by default. Divide by the "
              "number of values: correction=0."),
        Wrong(_general("over_always_centered", ("    if center:\n    ", "")),
              "With center=False the mean is subtracted as well. There nothing is subtracted, and x is divided by the "
              "root of the mean of its squares."),
        Wrong(_general("over_never_centered", ("if center:", "if False:")),
              "The mean is never subtracted. With center=True subtract it, and divide by the standard deviation."),
        Wrong(_general("over_std_of_centered", (f"    if center:\n        {_CENTERED}\n    return x /",
                                                "    centered = x - x.mean(dims, keepdim=True)\n"
                                                "    return (centered if center else x) /"),
                       ("(x.square().mean", "(centered.square().mean")),
              "With center=False x is divided by the standard deviation. Divide by the root of the mean square of x "
              "itself: nothing is centered there."),
        Wrong(_general("over_eps_outside", ("(x.square().mean(dims, keepdim=True) + eps).sqrt()",
                                            "(x.square().mean(dims, keepdim=True).sqrt() + eps)")),
              "eps is added to the standard deviation. It belongs under the root: √(v + eps)."),
        Wrong(_general("over_without_eps", (" + eps).sqrt()", " + 1e-12).sqrt()")),
              "eps is missing under the root."),
        Wrong(_general("over_by_variance", (" + eps).sqrt()", " + eps)")),
              "The values are divided by v + eps. Divide by its square root."),
        Wrong(_general("over_everything", (_CENTERED, "x = x - x.mean()"),
                       ("x.square().mean(dims, keepdim=True)", "x.square().mean()")),
              "One mean and one variance are taken over the whole tensor. Take them over dims alone."),
        Wrong(_general("over_the_others", ("    if center:", "    dims = [d for d in range(x.dim()) "
                                       "if d not in [k % x.dim() for k in dims]]\n    if center:")),
              "Mean and variance are taken over the dimensions that are not in dims. dims are those to average over."),
        Wrong(_general("over_first", ("    if center:", "    dims = dims[:1]\n    if center:")),
              "Only the first of dims is used. Take the mean over all of them at once."),
        Wrong(_general("over_absolute", ("(x.square().mean(dims, keepdim=True) + eps).sqrt()",
                                         "(x.abs().mean(dims, keepdim=True) + eps)")),
              "The values are divided by the mean of their absolute values. Square, average, take the root."),
        Wrong(_general("over_norm", ("x.square().mean(dims, keepdim=True)", "x.square().sum(dims, keepdim=True)")),
              "The squares are summed. Average them: then the values of a group have variance 1, not length 1."),
        Wrong(_general("over_no_division", (_DIVIDED, "x + 0")),
              "The values are centered and not divided. Divide by √(v + eps)."),
        Wrong(_general("over_exchanged", ("if center:", "if not center:")),
              "The two cases are exchanged: center=True subtracts the mean."),
        Wrong(_general("over_one_by_one", (f"    if center:\n        {_CENTERED}\n    return {_DIVIDED}",
                                           "    for d in dims:\n        if center:\n            x = x - x.mean(d, "
                                           "keepdim=True)\n        x = x / (x.square().mean(d, keepdim=True) + eps)"
                                           ".sqrt()\n    return x")),
              "x is normalized over one dimension after the other. One mean and one variance are taken over all of "
              "dims at once."),
    ),
    hints=("x.mean(dims, keepdim=True) keeps the averaged dimensions with size 1, so that it can be subtracted from x.",
           "Once x is centered, its variance is the mean of its squares: both cases end with the same line."),
    allows="Batch, layer, group, instance and RMS normalization are this function with different dimensions.",
)


def fold_batch_norm(weight, bias, batch_norm):
    """Weight and bias of a layer that also does the work of the batch normalization after it.

    weight: tensor (O, I) of a linear layer, or (O, I, k, k) of a convolution; output channels come
    first. bias: tensor (O,). batch_norm: an nn.BatchNorm1d or nn.BatchNorm2d with O channels, in
    evaluation mode: it maps the layer's outputs z, per channel, to
    γ · (z - m) / √(v + eps) + β, where γ, β, m, v, eps are its attributes weight, bias,
    running_mean, running_var, eps.
    Returns a pair (new weight, new bias) of the same shapes: the layer with these gives, for every
    input, what layer and batch normalization give together. The arguments must not change. In the
    cases, norm(γ, β, m, v, eps) makes such an nn.BatchNorm1d.

    >>> layer = torch.nn.BatchNorm1d(1, eps=3.0).eval()
    >>> fold_batch_norm(torch.tensor([[4.0, 2.0]]), torch.tensor([8.0]), layer)
    (tensor([[2., 1.]]), tensor([4.]))
    """
    factor = batch_norm.weight / (batch_norm.running_var + batch_norm.eps).sqrt()
    folded = weight * factor.view([-1] + [1] * (weight.dim() - 1))
    return folded.detach(), ((bias - batch_norm.running_mean) * factor + batch_norm.bias).detach()


def norm(scale, shift, mean, var, eps):
    """An `nn.BatchNorm1d` in evaluation mode with these parameters and running statistics, lists of floats."""
    layer = nn.BatchNorm1d(len(scale), eps=eps).eval()
    with torch.no_grad():
        for place, values in ((layer.weight, scale), (layer.bias, shift), (layer.running_mean, mean),
                              (layer.running_var, var)):
            place.copy_(torch.tensor(values))
    return layer


def _folded(draw):
    outputs, inputs = draw.sizes(2, 1, 3)
    space = draw.choice(((), (2, 2), (1, 1)))
    weight, bias = draw.tensor(outputs, inputs, *space, among=_VALUES), draw.tensor(outputs, among=_VALUES)
    values = [draw.numbers(outputs, among=among) for among in (_SCALES, _VALUES, _VALUES, (1.0, 4.0, 0.25))]
    return f"fold_batch_norm({weight}, {bias}, norm({', '.join(map(str, values))}, {draw.choice((1.0, 0.25, 1e-3))}))"


def _fold(name, *edits):
    return variant(fold_batch_norm, *edits, name=name)


_FACTOR = "batch_norm.weight / (batch_norm.running_var + batch_norm.eps).sqrt()"
_BIAS = "(bias - batch_norm.running_mean) * factor + batch_norm.bias"
_NORM = "norm([2.0, 1], [1.0, 0], [3.0, 1], [4.0, 0.25], 0.5)"

FOLD = Exercise(
    reference=fold_batch_norm,
    inputs=_folded,
    float64=False,
    fresh=True,
    cases=(
        "fold_batch_norm(torch.tensor([[1.0, 5.0]]), torch.zeros(1), norm([1.0], [0.0], [0.0], [1.0], 1e-9))",
        "fold_batch_norm(torch.tensor([[1.0, 5.0]]), torch.tensor([7.0]), norm([2.0], [1.0], [3.0], [4.0], 1e-9))",
        "fold_batch_norm(torch.tensor([[4.0]]), torch.tensor([1.0]), norm([1.0], [0.0], [0.0], [4.0], 1e-9))",
        f"w = torch.tensor([[1.0, 2], [3, 4]]); fold_batch_norm(w, w[0], {_NORM})",
        f"fold_batch_norm(torch.arange(6.0).view(2, 3), torch.arange(2.0), {_NORM})",
        f"fold_batch_norm(torch.arange(8.0).view(2, 1, 2, 2), torch.ones(2), {_NORM})",
        f"fold_batch_norm(torch.arange(8.0).view(2, 2, 1, 2), torch.ones(2), {_NORM})",
        f"w, n = torch.eye(2), {_NORM}; fold_batch_norm(w, w[0], n); w, n.bias.data",
    ),
    wrong=(
        Wrong(_fold("fold_bias_unscaled", (_BIAS, "bias - batch_norm.running_mean * factor + batch_norm.bias")),
              "The old bias is not multiplied by γ / √(v + eps). The normalization acts on z, and the bias is a part "
              "of z."),
        Wrong(_fold("fold_old_bias_lost", (_BIAS, "batch_norm.bias - batch_norm.running_mean * factor")),
              "The old bias is lost. In evaluation mode the running mean is subtracted from z, which contains it."),
        Wrong(_fold("fold_mean_unscaled", (_BIAS, "bias * factor - batch_norm.running_mean + batch_norm.bias")),
              "The running mean is not multiplied by γ / √(v + eps)."),
        Wrong(_fold("fold_mean_lost", (_BIAS, "bias * factor + batch_norm.bias")),
              "The running mean is not subtracted."),
        Wrong(_fold("fold_shift_lost", (_BIAS, "(bias - batch_norm.running_mean) * factor")),
              "β is missing from the new bias."),
        Wrong(_fold("fold_shift_scaled", (_BIAS, "(bias - batch_norm.running_mean + batch_norm.bias) * factor")),
              "β is multiplied by γ / √(v + eps). It is added after that."),
        Wrong(_fold("fold_weight_kept", ("weight * factor.view([-1] + [1] * (weight.dim() - 1))", "weight.clone()")),
              "The weight is unchanged. Each output channel is multiplied by its γ / √(v + eps)."),
        Wrong(_fold("fold_by_variance", ("(batch_norm.running_var + batch_norm.eps).sqrt()",
                                         "(batch_norm.running_var + batch_norm.eps)")),
              "The factor divides by the variance. Divide by its root: γ / √(v + eps)."),
        Wrong(_fold("fold_without_eps", ("(batch_norm.running_var + batch_norm.eps).sqrt()",
                                         "batch_norm.running_var.sqrt()")),
              "eps is missing under the root."),
        Wrong(_fold("fold_without_scale", ("batch_norm.weight / (", "1 / (")),
              "γ is missing: the factor is γ / √(v + eps)."),
        Wrong(_fold("fold_inputs", ("factor.view([-1] + [1] * (weight.dim() - 1))",
                                    "(factor.view([-1] + [1] * (weight.dim() - 2)) if weight.shape[1] == len(factor) "
                                    "else factor.view([-1] + [1] * (weight.dim() - 1)))")),
              "The columns, which belong to the inputs, are multiplied. The factor belongs to the output channels, the "
              "first dimension of the weight."),
        Wrong(_fold("fold_mean_added", ("(bias - batch_norm.running_mean)", "(bias + batch_norm.running_mean)")),
              "The running mean is added. It is subtracted from z."),
        Wrong(_fold("fold_initial", (_FACTOR, "1 / (1 + batch_norm.eps) ** 0.5 * torch.ones_like(bias)"),
                    (_BIAS, "bias * factor")),
              "This folds a normalization as it is when it is new: γ = 1, β = 0, m = 0, v = 1. Take its attributes."),
        Wrong(_fold("fold_eps_outside", ("(batch_norm.running_var + batch_norm.eps).sqrt()",
                                         "(batch_norm.running_var.sqrt() + batch_norm.eps)")),
              "eps is added to the standard deviation. It belongs under the root: √(v + eps)."),
        Wrong(_fold("fold_mean_scaled_twice", (_BIAS, "(bias - batch_norm.running_mean * factor) * factor + "
                                                      "batch_norm.bias")),
              "The running mean is multiplied by γ / √(v + eps) twice."),
        Wrong(_fold("fold_without_variance", (_FACTOR, "batch_norm.weight * 1")),
              "The running variance is not used: the factor is γ / √(v + eps)."),
    ),
    hints=("Write γ · (W x + b - m) / √(v + eps) + β as (something) x + (something).",
           "The factor f = γ / √(v + eps) is a tensor (O,). For the weight give it the shape (O, 1) or (O, 1, 1, 1); "
           "the new bias has three parts, from b, m and β."),
    allows="A trained network without its normalizations: equal outputs, fewer operations.",
    equivalent=(("folded.detach() → folded", "the values are the same, and an attribute of the layer has a gradient"),
                ("((bias - batch_norm.running_mean) * factor + batch_norm.bias).detach() → (bias - "
                 "batch_norm.running_mean) * factor + batch_norm.bias", "as above")),
    uses={"norm": norm},
)


DEPENDS = Quiz(
    name="depends_on_batch",
    reference=["yes", "no", "no", "no", "no", "yes"],
    questions=(
        "output for an image of nn.BatchNorm2d in training mode",
        "output for an image of nn.BatchNorm2d in evaluation mode",
        "output for an image of nn.LayerNorm in training mode",
        "output for an image of nn.GroupNorm in training mode",
        "output for an image of nn.RMSNorm in training mode",
        "gradient with respect to an image's input of nn.BatchNorm2d in training mode",
    ),
    wrong=(
        Wrong(["no", "no", "no", "no", "no", "yes"], "In training mode mean and variance are those of the batch: the "
                                                     "other images are in them."),
        Wrong(["yes", "yes", "no", "no", "no", "yes"], "In evaluation mode the running statistics are used. They were "
                                                       "recorded before and do not change."),
        Wrong(["yes", "no", "yes", "no", "no", "yes"], "Layer normalization takes mean and variance over the features "
                                                       "of one image, in both modes."),
        Wrong(["yes", "no", "no", "yes", "no", "yes"], "Group normalization takes mean and variance over some channels "
                                                       "of one image. The groups are groups of channels."),
        Wrong(["yes", "no", "no", "no", "yes", "yes"], "RMS normalization divides each image by the root mean square "
                                                       "of its own features."),
        Wrong(["yes", "no", "no", "no", "no", "no"], "Look at the backward pass of section 2: means over the batch "
                                                     "occur in it."),
    ),
    hints=("Over which dimensions is the mean taken? If the batch is among them, the others have a say.",
           "Exactly two of the six depend on the batch."),
    allows="What does not depend on the batch is the same in training and evaluation mode.",
)


COUNTS = Quiz(
    name="normalization_counts",
    reference=[1568, 32, 64, 64, 6272, 784, 64],
    questions=(
        "values in each mean that nn.BatchNorm2d(32) takes of a batch of shape (8, 32, 14, 14)",
        "means that it takes of this batch",
        "its parameters, numbers that training changes",
        "its running statistics, numbers; without the counter of batches",
        "values in each mean that nn.LayerNorm([32, 14, 14]) takes of it",
        "values in each mean that nn.GroupNorm(8, 32) takes of it",
        "means that nn.GroupNorm(8, 32) takes of it",
    ),
    wrong=(
        Wrong([8, 32, 64, 64, 6272, 784, 64], "Mean and variance of a channel are taken over samples, rows and "
                                              "columns: 8 samples of 14 · 14 pixels."),
        Wrong([196, 32, 64, 64, 6272, 784, 64], "That is one image. The mean of a channel is taken over all 8 images "
                                                "of the batch."),
        Wrong([50176, 32, 64, 64, 6272, 784, 64], "That is the whole batch. Each channel has its own mean."),
        Wrong([1568, 1, 64, 64, 6272, 784, 64], "Each channel has its own mean."),
        Wrong([1568, 256, 64, 64, 6272, 784, 64], "One mean serves a channel in all images of the batch."),
        Wrong([1568, 32, 32, 64, 6272, 784, 64], "Each channel has two: its scale γ and its shift β."),
        Wrong([1568, 32, 2, 64, 6272, 784, 64], "Scale and shift are per channel, not per layer."),
        Wrong([1568, 32, 0, 64, 6272, 784, 64], "Scale γ and shift β are parameters: the optimizer changes them."),
        Wrong([1568, 32, 128, 64, 6272, 784, 64], "The running statistics are buffers: recorded, not trained. Count "
                                                  "scale and shift only."),
        Wrong([1568, 32, 64, 32, 6272, 784, 64], "A mean and a variance for each channel."),
        Wrong([1568, 32, 64, 64, 32, 784, 64], "[32, 14, 14] are the dimensions over which it averages: all values of "
                                               "one image."),
        Wrong([1568, 32, 64, 64, 1568, 784, 64], "Layer normalization looks at one image, with all its channels."),
        Wrong([1568, 32, 64, 64, 6272, 1568, 64], "8 is the number of groups, so 32 channels make groups of 4."),
        Wrong([1568, 32, 64, 64, 6272, 6272, 64], "Each of the 8 groups has a mean of its own: 4 channels of one "
                                                  "image, 14 · 14 pixels each."),
        Wrong([1568, 32, 64, 64, 6272, 784, 8], "8 groups in each of the 8 images."),
    ),
    hints=("The batch has 8 · 32 · 14 · 14 = 50,176 values. Number of means times values in each is always that.",
           "BatchNorm2d: a mean for each channel. LayerNorm: for each image. GroupNorm(8, 32): for each image and each "
           "group of 32 / 8 channels."),
    allows="The dimensions of the mean tell the normalizations apart.",
)


EXERCISES = [FORWARD, BACKWARD, LAYER, GENERAL, FOLD, DEPENDS, COUNTS]
