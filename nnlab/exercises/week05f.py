"""Exercises of week 5f: label smoothing, pooling and activations, whitening, averaged views, the gain of a speed-up."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def smoothed_loss(logits, targets, smoothing):
    """Cross-entropy with label smoothing: mean over the samples of -Σ_k q_k ln p_k, a tensor ().

    logits: float tensor (N, K), of any size, such as 1000. targets: tensor (N,), int64, classes
    from 0 to K - 1. smoothing: float s from 0 to 1.
    p is the softmax of a sample's logits. q is its smoothed target: s/K for every class, and for
    the class of the label another 1 - s. So q adds up to 1; s = 0 gives the usual cross-entropy.
    The loss is finite, and gradients flow back to the logits. Do not use torch's own cross_entropy
    or nll_loss, in any form.

    >>> smoothed_loss(torch.tensor([[2.0, 0.0]]), torch.tensor([0]), 0.25)
    tensor(0.3769)
    """
    log_p = logits.log_softmax(1)
    of_label = log_p[torch.arange(len(targets)), targets]
    return -((1 - smoothing) * of_label + smoothing * log_p.mean(1)).mean()


def _logits_and_targets(draw):
    count, classes = draw.sizes(2, 1, 4)
    logits = draw.tensor(count, classes, ranges=((-3, 3), (-1000, 1000)))
    return f"smoothed_loss({logits}, {draw.classes(count, classes)}, {draw.choice((0.5, 0.25, 0.1, 0.0, 1.0))})"


def _smoothed(name, *edits):
    return variant(smoothed_loss, *edits, name=name)


_LOSS = "-((1 - smoothing) * of_label + smoothing * log_p.mean(1)).mean()"


def smoothing_of_probabilities(logits, targets, smoothing):
    """A wrong answer: the logarithm of the smoothed probabilities."""
    p = (1 - smoothing) * logits.softmax(1) + smoothing / logits.shape[1]
    return -p[torch.arange(len(targets)), targets].log().mean()


def smoothing_by_divergence(logits, targets, smoothing):
    """A wrong answer: the divergence of q and p, without the entropy of q."""
    q = smoothing / logits.shape[1] + (1 - smoothing) * F.one_hot(targets, logits.shape[1]).to(logits.dtype)
    return (torch.special.xlogy(q, q) - q * logits.log_softmax(1)).sum(1).mean()


def smoothing_of_others(logits, targets, smoothing):
    """A wrong answer: the label's class gets none of the part that is spread."""
    log_p, classes = logits.log_softmax(1), max(logits.shape[1] - 1, 1)
    q = (1 - smoothing) * F.one_hot(targets, logits.shape[1]) + smoothing / classes * (
        1 - F.one_hot(targets, logits.shape[1]))
    return -(q * log_p).sum(1).mean()


SMOOTHED = Exercise(
    reference=smoothed_loss,
    inputs=_logits_and_targets,
    differentiable=True,
    cases=(
        "smoothed_loss(torch.tensor([[0.0, 0.0]]), torch.tensor([1]), 0.5)",
        "smoothed_loss(torch.tensor([[2.0, 0.0]]), torch.tensor([0]), 0.0)",
        "smoothed_loss(torch.tensor([[2.0, 0.0]]), torch.tensor([1]), 0.5)",
        "smoothed_loss(torch.tensor([[2.0, 0.0]]), torch.tensor([0]), 1.0)",
        "smoothed_loss(torch.tensor([[1.0, 2.0, -1.0], [0.0, 0.5, 3.0]]), torch.tensor([2, 2]), 0.25)",
        "smoothed_loss(torch.tensor([[1000.0, 0.0, -1000.0]]), torch.tensor([1]), 0.1)",
        "smoothed_loss(torch.tensor([[3.0]]), torch.tensor([0]), 0.5)",
        "smoothed_loss(torch.tensor([[-0.6931472, -0.6931472]]), torch.tensor([1]), 0.25)",
        "smoothed_loss(torch.tensor([[1.0, 2.0, 0.0, 4.0], [0.0, 1.0, 3.0, 0.0], [2.0, 2.0, 1.0, 0.0]]), "
        "torch.tensor([3, 0, 1]), 0.3)",
    ),
    wrong=(
        Wrong(smoothing_of_others, "The part s is shared among the other classes only. Every class gets s/K, that of "
                                   "the label too: q is 1 - s + s/K there."),
        Wrong(smoothing_of_probabilities, "The probabilities are mixed, and then the logarithm is taken. Mix the "
                                          "targets: the loss is linear in q."),
        Wrong(_smoothed("smoothing_adds", ("(1 - smoothing) * of_label", "of_label")),
              "The label's class keeps its whole weight 1, so q adds up to 1 + s. Give it 1 - s."),
        Wrong(_smoothed("smoothing_sums_classes", ("log_p.mean(1)", "log_p.sum(1)")),
              "Each class gets s instead of s/K: divide by the number of classes."),
        Wrong(_smoothed("smoothing_ignored", (_LOSS, "-of_label.mean()")),
              "This is the usual cross-entropy. The other classes have targets, too: s/K."),
        Wrong(_smoothed("smoothing_exchanged", (_LOSS,
                                                "-(smoothing * of_label + (1 - smoothing) * log_p.mean(1)).mean()")),
              "s and 1 - s change places: with s = 0 the usual cross-entropy must remain."),
        Wrong(_smoothed("smoothing_sums_samples", (_LOSS, _LOSS.replace(").mean()", ").sum()"))),
              "The losses of the samples are added. Take their mean."),
        Wrong(_smoothed("smoothing_mean_of_classes",
                        (_LOSS, "-((1 - smoothing) * of_label + smoothing * log_p.mean(1)).mean() / logits.shape[1]")),
              "The mean runs over samples and classes. Sum over the classes, then take the mean over the samples."),
        Wrong(smoothing_by_divergence, "This is the divergence KL(q‖p). The loss is larger by the entropy of q."),
        Wrong(_smoothed("smoothing_without_minus", (_LOSS, _LOSS[1:])),
              "The sign is reversed: logarithms of probabilities are negative, and the loss is not."),
        Wrong(_smoothed("smoothing_of_softmax_twice", ("logits.log_softmax(1)", "logits.softmax(1).log_softmax(1)")),
              "The softmax is applied twice: log_softmax takes logits."),
        Wrong(_smoothed("smoothing_overflows", ("logits.log_softmax(1)", "(logits.exp() / logits.exp().sum(1, True))"
                                                                         ".log()")),
              "exp overflows for large logits, and the logarithm of 0 is -inf. log_softmax does neither."),
        Wrong(_smoothed("smoothing_of_softmax_over_samples", ("log_softmax(1)", "log_softmax(0)")),
              "The softmax runs over the samples. The probabilities of one sample add up to 1: dim 1."),
        Wrong(_smoothed("smoothing_without_softmax", ("logits.log_softmax(1)", "logits")),
              "These are the logits themselves. ln p is their log_softmax."),
        Wrong(_smoothed("smoothing_in_base_two", (_LOSS, _LOSS + " / 0.6931471805599453")),
              "The logarithm has the base 2. ln is the natural one."),
    ),
    hints=("log_p = logits.log_softmax(1) is (N, K). What is Σ_k q_k log_p[n, k], if q is s/K everywhere and 1 - s "
           "more at the label?",
           "The two parts are (1 - s) · log_p at the label, and s · the mean of log_p over the classes."),
    forbids=("cross_entropy", "nll_loss"),
    allows="F.cross_entropy(..., label_smoothing=s) is this.",
)


def whiten(patches, eps):
    """Patches after whitening by a symmetric matrix: uncorrelated, with variance 1, as eps → 0.

    patches: float tensor (N, d), N ≥ 2, one patch a row. eps: float > 0.
    With the mean m (d,) and the covariance Σ = 1/N Σ_n (x_n - m)(x_n - m)ᵀ of the patches, with
    eigenvalues λ_i and orthonormal eigenvectors v_i, the whitening matrix is
    W = Σ_i v_i v_iᵀ / √(λ_i + eps). Returns the tensor (N, d) with the rows W (x_n - m).
    The signs and the order of the eigenvectors do not matter. Along v_i the result has the variance
    λ_i/(λ_i + eps). Tested too: features that are equal in all patches, and two that are always
    equal to each other.

    >>> whiten(torch.tensor([[3.0, 0.0], [-3.0, 0.0], [3.0, 2.0], [-3.0, 2.0]]), 0.0001)
    tensor([[ 1.0000, -1.0000],
            [-1.0000, -1.0000],
            [ 1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    centered = patches - patches.mean(0)
    variances, vectors = torch.linalg.eigh(centered.T @ centered / len(patches))
    return centered @ (vectors / (variances + eps).sqrt()) @ vectors.T


def whiten_by_cholesky(patches, eps):
    """A wrong answer: whitening by the inverse of a triangular root of the covariance."""
    centered = patches - patches.mean(0)
    covariance = centered.T @ centered / len(patches) + eps * torch.eye(patches.shape[1], dtype=patches.dtype)
    return torch.linalg.solve_triangular(torch.linalg.cholesky(covariance), centered.T, upper=False).T


def _patches(draw):
    count, features = draw.integer(2, 5), draw.integer(1, 3)
    patches = draw.tensor(count, features, among=(0.0, 1.0, 2.0, -1.0, 3.0, -2.0, 4.0))
    return f"whiten({patches}, {draw.choice((1.0, 0.1, 0.5, 2.0))})"


def _whitened(name, *edits):
    return variant(whiten, *edits, name=name)


_COVARIANCE = "centered.T @ centered / len(patches)"
_RESULT = "centered @ (vectors / (variances + eps).sqrt()) @ vectors.T"

WHITEN = Exercise(
    reference=whiten,
    inputs=_patches,
    cases=(
        "whiten(torch.tensor([[1.0], [-1.0]]), 3.0)",
        "whiten(torch.tensor([[0.5], [-0.5]]), 0.75)",
        "whiten(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), 2.0)",
        "whiten(torch.ones(3, 2), 1.0)",
        "whiten(torch.tensor([[1.0], [5.0]]), 0.1)",
        "whiten(torch.tensor([[3.0, 0.0], [-3.0, 0.0], [3.0, 2.0], [-3.0, 2.0]]), 1.0)",
        "whiten(torch.tensor([[2.0, 1.0], [-2.0, -1.0], [1.0, 2.0], [-1.0, -2.0]]), 0.5)",
        "whiten(torch.tensor([[4.0, 4.0], [0.0, 0.0], [1.0, 1.0]]), 0.25)",
        "whiten(torch.tensor([[1.0, 7.0, 0.0], [3.0, 7.0, 1.0], [0.0, 7.0, 5.0], [2.0, 7.0, 2.0]]), 0.5)",
        "whiten(torch.tensor([[0.0, 1.0, 3.0], [2.0, 0.0, 1.0], [1.0, 4.0, 0.0], [5.0, 2.0, 2.0]]), 1.0)",
    ),
    wrong=(
        Wrong(_whitened("whiten_standardized", (_RESULT, "centered / (torch.diag(" + _COVARIANCE + ") + eps).sqrt()")),
              "This standardizes: each feature is divided by its own standard deviation, and correlations stay. "
              "Whitening also decorrelates."),
        Wrong(whiten_by_cholesky, "Uncorrelated as eps → 0, but by another matrix: W is symmetric, and made of the "
                                  "eigenvectors."),
        Wrong(_whitened("whiten_without_root", (".sqrt()", "")),
              "The features are divided by the variance instead of its square root, the standard deviation."),
        Wrong(_whitened("whiten_not_centered", ("patches - patches.mean(0)", "patches")),
              "The mean is not subtracted. The covariance is that of the deviations from the mean."),
        Wrong(_whitened("whiten_centered_by_patch", ("patches.mean(0)", "patches.mean(1, keepdim=True)")),
              "The mean of each patch is subtracted. m is the mean over the patches, one number for each feature."),
        Wrong(_whitened("whiten_scaled_back", (_RESULT, "centered @ (vectors * (variances + eps).sqrt()) @ vectors.T")),
              "The components are multiplied by √(λ + eps), which makes the large ones larger. Divide."),
        Wrong(_whitened("whiten_not_turned_back", (" @ vectors.T", "")),
              "These are the components along the eigenvectors: uncorrelated, but not W (x - m). Multiply by Vᵀ as "
              "well."),
        Wrong(_whitened("whiten_eps_outside", ("(variances + eps).sqrt()", "(variances.relu().sqrt() + eps)")),
              "eps is added to the root. It is added to the eigenvalue, inside the root."),
        Wrong(_whitened("whiten_without_eps", (_RESULT, "centered @ (vectors / variances.abs().clamp(1e-30).sqrt())"
                                                        " @ vectors.T")),
              "eps is not used: directions without variance are divided by almost 0."),
        Wrong(_whitened("whiten_unbiased", ("len(patches)", "(len(patches) - 1)")),
              "The covariance is divided by N - 1. The statement says 1/N."),
        Wrong(_whitened("whiten_with_sums", (" / len(patches)", "")),
              "The products are added, and not divided by N."),
        Wrong(_whitened("whiten_rotated_only", (_RESULT, "centered @ vectors @ vectors.T")),
              "V Vᵀ is the identity: these are the centered patches. Divide between the two by √(λ + eps)."),
        Wrong(_whitened("whiten_rows_of_eigenvectors", (_RESULT, "centered @ (vectors.T / (variances + eps).sqrt())"
                                                                 " @ vectors")),
              "V and Vᵀ are exchanged: torch.linalg.eigh returns the eigenvectors as columns."),
    ),
    hints=("torch.linalg.eigh(Σ) returns (λ, V); the eigenvectors are the columns of V. W is V diag(1/√(λ + eps)) Vᵀ.",
           "V / √(λ + eps) divides each column by its own root. Multiply it by Vᵀ from the right: W. For patches in "
           "rows: centered @ W."),
    allows="A first layer can be computed like this, from the patches of some images, without any training.",
)


def average_windows(model, images, size, places):
    """Logits of images, averaged over windows of each image: test-time augmentation.

    model: maps windows (N, C, size, size) to logits (N, K). images: float tensor (N, C, H, W), H
    and W at least `size`. places: list of one or more pairs (top, left), ints. The window at
    (top, left) holds the rows top to top + size - 1 and the columns left to left + size - 1, in all
    channels.
    Returns a tensor (N, K): the mean of the model's logits over all places. It needs no gradients:
    the result has requires_grad False. The images must not change; the model stays in the mode in
    which it is given.

    >>> model = nn.Flatten()       # the pixels of a window are the logits
    >>> average_windows(model, torch.tensor([[[[1.0, 2.0], [3.0, 8.0]]]]), 1, [(0, 0), (1, 1)])
    tensor([[4.5000]])
    """
    with torch.no_grad():
        outputs = [model(images[:, :, top:top + size, left:left + size]) for top, left in places]
    return torch.stack(outputs).mean(0)


class Weighted(nn.Module):
    """A model with parameters: logits (N, 3), not linear in the window, that depend on where each pixel is."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([1.0, -0.5, 0.25]))

    def forward(self, x):
        """Logits (N, 3) of windows (N, C, size, size)."""
        flat = x.flatten(1)
        position = torch.arange(1, flat.shape[1] + 1, dtype=flat.dtype)
        return (flat * position).sum(1, keepdim=True).square() * self.scale.to(flat.dtype)


def _windows(draw):
    size = draw.integer(1, 2)
    height, width = (size + extra for extra in draw.sizes(2, 0, 2))
    images = draw.tensor(draw.integer(1, 2), draw.integer(1, 2), height, width, among=(0.0, 1.0, 2.0, -1.0, 3.0, 0.5))
    places = [(draw.integer(0, height - size), draw.integer(0, width - size)) for _ in range(draw.integer(1, 3))]
    return f"average_windows({draw.choice(('Weighted()', 'nn.Flatten()'))}, {images}, {size}, {places})"


def _average(name, *edits):
    return variant(average_windows, *edits, name=name)


_WINDOW = "images[:, :, top:top + size, left:left + size]"

AVERAGE = Exercise(
    reference=average_windows,
    inputs=_windows,
    cases=(
        "average_windows(nn.Flatten(), torch.tensor([[[[1.0]]]]), 1, [(0, 0)])",
        "average_windows(nn.Flatten(), torch.tensor([[[[1.0, 2.0], [3.0, 8.0]]]]), 1, [(0, 0), (1, 1)])",
        "average_windows(nn.Flatten(), torch.tensor([[[[1.0, 2.0], [3.0, 8.0]]]]), 1, [(0, 1)])",
        "average_windows(Weighted(), torch.tensor([[[[1.0, 2.0], [3.0, 8.0]]]]), 1, [(1, 0), (0, 1), (1, 1)])",
        "average_windows(Weighted(), torch.arange(12.0).view(1, 1, 3, 4) * 5 % 7, 2, [(0, 0), (1, 2)])",
        "average_windows(Weighted(), torch.arange(24.0).view(2, 1, 4, 3) * 5 % 7, 2, [(2, 1), (0, 0)])",
        "average_windows(Weighted(), torch.arange(24.0).view(2, 2, 2, 3) * 5 % 7, 2, [(0, 1)])",
        "average_windows(nn.Flatten(), torch.ones(1, 1, 2, 2), 2, [(0, 0), (0, 0)])",
        "average_windows(Weighted(), torch.ones(1, 1, 2, 3), 2, [(0, 1)]).requires_grad",
        "x = torch.ones(1, 1, 2, 2); average_windows(nn.Flatten(), x, 2, [(0, 0), (0, 0)]); x",
    ),
    wrong=(
        Wrong(_average("average_summed", (".mean(0)", ".sum(0)")),
              "The logits are added. Divide by the number of places."),
        Wrong(_average("average_exchanged", ("for top, left in", "for left, top in")),
              "top and left change places: a pair is (top, left), and top counts rows."),
        Wrong(_average("average_of_images", ("[model(" + _WINDOW + ")", "[(" + _WINDOW + ")"),
                       ("torch.stack(outputs).mean(0)", "model(torch.stack(outputs).mean(0)).detach()")),
              "The windows are averaged, and the model sees one blurred image. Average its logits."),
        Wrong(_average("average_of_probabilities", ("left:left + size])", "left:left + size]).softmax(1)")),
              "These are mean probabilities. The mean of the logits is asked."),
        Wrong(_average("average_of_classes", ("left:left + size])", "left:left + size]).argmax(1).float()")),
              "The class numbers are averaged: half of class 0 and half of class 2 is not class 1. Average logits."),
        Wrong(_average("average_over_images", (".mean(0)", ".mean(1)")),
              "The mean runs over the images. Average over the places."),
        Wrong(_average("average_first_place", ("torch.stack(outputs).mean(0)", "outputs[0].clone()")),
              "Only the first place is used. Average over all."),
        Wrong(_average("average_last_place", ("torch.stack(outputs).mean(0)", "outputs[-1].clone()")),
              "Only the last place is used. Average over all."),
        Wrong(_average("average_largest", (".mean(0)", ".amax(0)")),
              "These are the largest logits over the places. Their mean is asked."),
        Wrong(_average("average_to_the_end", (_WINDOW, "images[:, :, top:, left:][..., -size:, -size:]")),
              "The last rows and columns are taken. A window begins at (top, left)."),
        Wrong(_average("average_rows_only", (_WINDOW, "images[:, :, top:top + size, :size]")),
              "The columns always begin at 0. They begin at left."),
        Wrong(_average("average_with_gradients", ("torch.no_grad()", "torch.enable_grad()")),
              "The result carries a computation graph. A test needs none: with torch.no_grad()."),
        Wrong(_average("average_in_evaluation", ("outputs = [model(", "outputs = [model.eval()(")),
              "The model is in evaluation mode afterwards. Leave the mode as it is given."),
    ),
    hints=("One window for all images at once is a slice: images[:, :, rows, columns].",
           "Collect model(window) for all places within torch.no_grad(), then torch.stack(...).mean(0)."),
    allows="An ensemble from a single network: it costs one forward pass for each window.",
    uses={"nn": nn, "Weighted": Weighted},
)


def speedup(shares, factors):
    """How many times as fast a program becomes if its parts become faster, a float (Amdahl's law).

    shares: list of floats ≥ 0 that add up to 1: share of the whole time that each part takes.
    factors: as many floats > 0: part k becomes factors[k] times as fast. 1.0 leaves it as it is,
    less than 1 makes it slower, and math.inf means that it takes no time any more; at least one
    part with a share above 0 keeps a finite factor.

    Example: two parts take half of the time each. If one becomes twice as fast, the whole takes
    0.25 + 0.5 = 0.75 of its time and is 1.33 times as fast.

    >>> speedup([0.5, 0.5], [2.0, 1.0])
    1.3333333333333333
    """
    return 1 / sum(share / factor for share, factor in zip(shares, factors, strict=True))


def _parts(draw):
    shares = draw.choice(((1.0,), (0.5, 0.5), (0.25, 0.75), (0.125, 0.5, 0.375), (0.25, 0.25, 0.25, 0.25), (0.0, 1.0)))
    factors = [draw.choice(("1.0", "2.0", "4.0", "10.0", "0.5", "math.inf")) for _ in shares[:-1]]
    return f"speedup({list(shares)}, [{', '.join([*factors, draw.choice(('1.0', '2.0', '0.5', '5.0'))])}])"


def _faster(name, *edits):
    return variant(speedup, *edits, name=name)


_TIME = "1 / sum(share / factor for share, factor in zip(shares, factors, strict=True))"

SPEEDUP = Exercise(
    reference=speedup,
    inputs=_parts,
    cases=(
        "speedup([1.0], [3.0])",
        "speedup([0.5, 0.5], [1.0, 1.0])",
        "speedup([0.5, 0.5], [2.0, 1.0])",
        "speedup([0.75, 0.25], [1.0, 10.0])",
        "speedup([0.75, 0.25], [math.inf, 1.0])",
        "speedup([0.125, 0.5, 0.375], [4.0, 1.0, 3.0])",
        "speedup([0.5, 0.5], [0.5, 2.0])",
        "speedup([0.0, 1.0], [100.0, 1.0])",
    ),
    wrong=(
        Wrong(_faster("speedup_mean_of_factors", (_TIME, "sum(share * factor for share, factor in zip(shares, factors, "
                                                         "strict=True))")),
              "The factors are averaged, weighted by the shares. Times add up, not factors: a part with share f takes "
              "f / factor afterwards."),
        Wrong(_faster("speedup_time_that_is_left", ("1 / sum", "sum")),
              "This is the share of the time that is left. The speed-up is its reciprocal."),
        Wrong(_faster("speedup_product", (_TIME, "torch.tensor(factors).double().prod().item()")),
              "The factors are multiplied, as if every part were the whole program."),
        Wrong(_faster("speedup_largest", (_TIME, "max(factors)")),
              "This is the largest factor. The other parts still take their time."),
        Wrong(_faster("speedup_plus_saved", (_TIME, "2 - sum(share / factor for share, factor in zip(shares, factors, "
                                                    "strict=True))")),
              "If a quarter of the time is saved, the program is 1/0.75 times as fast, not 1.25 times."),
        Wrong(_faster("speedup_mean", (_TIME, "sum(factors) / len(factors)")),
              "The mean of the factors leaves the shares out. A part with a small share matters little."),
        Wrong(_faster("speedup_harmonic", (_TIME, "len(shares) / sum(1 / factor for factor in factors)")),
              "All parts count alike here. Each has its own share of the time."),
        Wrong(_faster("speedup_inverted", ("share / factor", "share * factor")),
              "A part that becomes twice as fast takes half of its time: divide by the factor."),
        Wrong(_faster("speedup_of_first", (_TIME, "1 / (1 - shares[0] + shares[0] / factors[0])")),
              "Only the first part becomes faster here. Every part has a factor."),
        Wrong(_faster("speedup_without_infinity", ("share / factor", "share / min(factor, 100.0)")),
              "A part with an infinite factor takes no time any more: share / math.inf is 0."),
    ),
    hints=("What share of the old time does part k take afterwards? Add these shares up.",
           "The time that is left is Σ share / factor. The speed-up is the old time divided by the new one."),
    allows="Measure where the time goes before you make anything faster.",
    uses={"math": math},
    equivalent=(("True → False", "both lists are equally long"),),
)


EXCHANGED = Quiz(
    name="may_exchange",
    reference=["yes", "yes", "no", "no", "no", "yes"],
    questions=(
        "max pooling, and leaky ReLU with slope 0.1 for negative inputs",
        "max pooling, and adding a bias to each channel",
        "max pooling, and multiplying each channel by a trained scale, which may be negative",
        "max pooling, and taking the absolute value",
        "average pooling, and ReLU",
        "average pooling, and a 1 × 1 convolution",
    ),
    wrong=(
        Wrong(["no", "yes", "no", "no", "no", "yes"], "Leaky ReLU never decreases: the largest input has the largest "
                                                      "output, whichever comes first."),
        Wrong(["yes", "no", "no", "no", "no", "yes"], "All four numbers of a patch get the same bias. Which of them is "
                                                      "the largest afterwards?"),
        Wrong(["yes", "yes", "yes", "no", "no", "yes"], "Multiply 1 and 2 by -1: the larger of the two is now the one "
                                                        "that was smaller."),
        Wrong(["yes", "yes", "no", "yes", "no", "yes"], "The absolute value decreases for negative inputs. Try a patch "
                                                        "with -3 and 1."),
        Wrong(["yes", "yes", "no", "no", "yes", "yes"], "Try the numbers -2 and 4 in both orders: the mean of the "
                                                        "ReLUs is 2, the ReLU of the mean is 1."),
        Wrong(["yes", "yes", "no", "no", "no", "no"], "A 1 × 1 convolution is a weighted sum over the channels at each "
                                                      "position, the mean a weighted sum over positions: sums can be "
                                                      "exchanged."),
    ),
    hints=("Take a patch of two numbers, such as -3 and 1, and compute both orders.",
           "Max pooling can be exchanged with functions that never decrease, average pooling with weighted sums."),
    allows="What can be exchanged is computed after the pooling, on a quarter of the numbers.",
)


EXERCISES = [SPEEDUP, EXCHANGED, SMOOTHED, WHITEN, AVERAGE]
