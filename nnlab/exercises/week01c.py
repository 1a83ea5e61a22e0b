"""Week 1c: the perceptron and its bound, softmax, cross-entropy, its gradient, and which loss takes logits."""

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def perceptron_step(w, b, x, y):
    """Weights and bias (w, b) after one perceptron step on one sample (Rosenblatt 1958).

    Where y (w·x + b) > 0 the sample is classified correctly: w and b stay as they are. Otherwise,
    also where w·x + b = 0, y x is added to w and y to b: once, even if it stays misclassified.

    Args:
        w, x: weights and inputs of the sample, tensors (n,) of floats; unchanged afterwards.
        b, y: bias and class of the sample, floats; the class is 1.0 or -1.0.

    Returns:
        pair (w, b): a tensor (n,), and a float or a tensor ().

    >>> perceptron_step(torch.zeros(2), 0.0, torch.tensor([1.0, 3.0]), -1.0)
    (tensor([-1., -3.]), -1.0)
    """
    if y * (w @ x + b) <= 0:
        w, b = w + y * x, b + y
    return w, b


def _step_until_right(w, b, x, y):
    while y * (w @ x + b) <= 0:
        w, b = w + y * x, b + y
    return w, b


def _step_of_the_difference(w, b, x, y):
    error = float(y - (w @ x + b))
    return w + error * x, b + error


def _step_of_the_error(w, b, x, y):
    error = float(y - torch.sign(w @ x + b))
    return w + error * x, b + error


HALVES = tuple(float(f"{sign}{k / 2}") for k in range(7) for sign in "+-")[1:]  # 0.0, 0.5, -0.5, ..., 3.0, -3.0


def _sample(draw):
    n, y = draw.integer(1, 4), draw.choice((1.0, -1.0))
    w, x = draw.tensor(n, among=HALVES), draw.tensor(n, among=HALVES)  # halves: sums are exact, also on the line
    if draw.choice((False, False, False, True)):
        return f"w, x = {w}, {x}; perceptron_step(w, -float(w @ x), x, {y})"
    return f"perceptron_step({w}, {draw.number(among=HALVES)}, {x}, {y})"


PERCEPTRON_STEP = Exercise(
    reference=perceptron_step,
    inputs=_sample,
    cases=(
        "perceptron_step(torch.tensor([1.0]), 0.0, torch.tensor([2.0]), 1.0)",
        "perceptron_step(torch.tensor([1.0]), 0.0, torch.tensor([0.5]), 1.0)",
        "perceptron_step(torch.tensor([1.0]), -1.0, torch.tensor([2.0]), 1.0)",
        "perceptron_step(torch.tensor([1.0]), 0.0, torch.tensor([-2.0]), 1.0)",
        "perceptron_step(torch.zeros(2), 0.0, torch.tensor([1.0, 3.0]), 1.0)",
        "perceptron_step(torch.zeros(2), 0.0, torch.tensor([1.0, 3.0]), -1.0)",
        "perceptron_step(torch.tensor([1.0, 0.0]), 0.5, torch.tensor([1.0, 3.0]), -1.0)",
        "perceptron_step(torch.tensor([1.0, 0.0]), -3.0, torch.tensor([1.0, 3.0]), -1.0)",
        "perceptron_step(torch.tensor([-3.0]), 0.0, torch.tensor([0.5]), 1.0)",
        "w = torch.tensor([1.0, -1.0]); x = torch.tensor([0.0, 2.0]); perceptron_step(w, 1.0, x, 1.0)",
    ),
    wrong=(
        Wrong(variant(perceptron_step, ("y * (w @ x + b) <= 0", "True"), name="step_always"),
              "You update after every sample. The perceptron changes its weights only after a mistake."),
        Wrong(variant(perceptron_step, ("<=", "<"), name="step_not_on_the_line"),
              "Where w·x + b is 0 you make no update. Initialized with zeros, every sum is 0, and the perceptron never "
              "begins to learn."),
        Wrong(variant(perceptron_step, ("w + y * x, b + y", "w + x, b + 1.0"), name="step_without_class"),
              "Correct for class 1. For class -1 the step has the opposite sign: which factor gives it that sign?"),
        Wrong(variant(perceptron_step, ("b + y", "b"), name="step_without_bias"),
              "The bias does not change. It is the weight of an input that is always 1, and it is updated too."),
        Wrong(variant(perceptron_step, ("+ y", "- y"), name="step_away"),
              "The step has the wrong sign: it reduces y (w·x + b), which should increase."),
        Wrong(variant(perceptron_step, ("y * (w @ x + b) <= 0", "w @ x + b <= 0"), name="step_below_zero"),
              "You step wherever w·x + b is not positive. For a sample of class -1 the prediction is correct there: "
              "how does the condition depend on the class?"),
        Wrong(variant(perceptron_step, ("y * (w @ x + b)", "y * (w @ x)"), name="step_without_bias_in_the_sum"),
              "The condition leaves out the bias: the predicted class is the sign of w·x + b."),
        Wrong(variant(perceptron_step, ("<= 0", "== 0"), name="step_on_the_line_only"),
              "You step only where w·x + b is exactly 0. What about samples on the wrong side?"),
        Wrong(variant(perceptron_step, ("<= 0", "< 1"), name="step_with_a_margin"),
              "You also step where the prediction is correct but y (w·x + b) is less than 1: that is the rule of the "
              "hinge loss, not of the perceptron."),
        Wrong(variant(perceptron_step, ("w + y * x, b + y", "w, b + y"), name="step_of_the_bias_only"),
              "The bias is correct, but the weights do not change: y x is added to them."),
        Wrong(variant(perceptron_step, ("w + y * x, b + y", "w + y, b + y"), name="step_without_input"),
              "The bias is correct. To each weight y times its own input is added, not y alone."),
        Wrong(_step_of_the_difference,
              "You multiply by y - (w·x + b): that is the delta rule of Widrow and Hoff (1960). The perceptron adds "
              "y x, however large the sum is, and only after a mistake."),
        Wrong(_step_until_right,
              "You repeat the step until this sample is classified correctly. The perceptron makes one step for each "
              "mistake; the next samples may need another one."),
        Wrong(_step_of_the_error,
              "You multiply by the error, y minus the predicted class: for a misclassified sample that is 2 or -2, "
              "which doubles the step."),
        Wrong(variant(perceptron_step, ("w + y * x", "w.add_(y * x)"), name="step_in_place"),
              "`w += ...` changes the argument itself, in place, for all code that uses it. Write w = w + ..."),
    ),
    hints=(
        "y * (w @ x + b) is positive exactly if the sample is classified correctly.",
        "If it is 0 or less, the new weights are w + y * x and the new bias is b + y. Otherwise both stay the same.",
    ),
    allows="Repeated over all samples, this rule trains Rosenblatt's perceptron.",
    equivalent=(("w @ x → x @ w", "the same product of two vectors"),),
)


def mistake_bound(x, y, w, b):
    """Bound (R/γ)² on the number of mistakes that the perceptron makes (Novikoff 1962).

    R is the length of the longest vector (x, 1), a sample with a 1 at its end. The margin γ is the
    smallest y (w·x + b) of all samples, divided by the length of the vector (w, b).

    Args:
        x, y: samples (N, n) and their classes (N,), 1.0 or -1.0, tensors of floats.
        w, b: weights, a tensor (n,), and bias, a float, for which all y (w·x + b) > 0.

    Returns:
        the bound, a float or a tensor (), correct to five digits.

    >>> x, y = torch.tensor([[3.0], [-1.0]]), torch.tensor([1.0, -1.0])
    >>> round(mistake_bound(x, y, torch.tensor([2.0]), 0.0), 3)
    10.0
    """
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    weights = torch.cat([w, torch.tensor([b])])
    margin = (y * (inputs @ weights)).min() / weights.norm()
    return ((inputs.norm(dim=1).max() / margin) ** 2).item()


def _separated(draw):
    count, n = draw.sizes(2, high=4)
    whole = (0.0, 1.0, -1.0, 2.0, -2.0)
    x, w, b = draw.tensor(count, n, among=whole), draw.tensor(n, among=whole), draw.choice((0.5, -0.5, 1.5, -1.5, 2.5))
    return f"x, w = {x}, {w}; mistake_bound(x, torch.sign(x @ w + {b}), w, {b})"  # no sample lies on the line


MISTAKE_BOUND = Exercise(
    reference=mistake_bound,
    inputs=_separated,
    tries=30,
    cases=(
        "mistake_bound(torch.zeros(1, 1), torch.ones(1), torch.tensor([0.0]), 1.0)",
        "mistake_bound(torch.tensor([[1000.0]]), torch.tensor([1.0]), torch.tensor([1.0]), 0.0)",
        "mistake_bound(torch.tensor([[2.0]]), torch.tensor([1.0]), torch.tensor([1.0]), 0.0)",
        "mistake_bound(torch.tensor([[2.0]]), torch.tensor([1.0]), torch.tensor([3.0]), 4.0)",
        "mistake_bound(torch.tensor([[1.0], [-3.0]]), torch.tensor([1.0, -1.0]), torch.tensor([1.0]), 0.0)",
        "mistake_bound(torch.tensor([[2.0, 2.0], [3.0, 0.0]]), torch.ones(2), torch.ones(2), 0.0)",
        "x = torch.tensor([[3.0, 0.0], [-1.0, 1.0]]); mistake_bound(x, torch.tensor([1.0, -1]), "
        "torch.tensor([2.0, 0]), 1.0)",
    ),
    wrong=(
        Wrong(variant(mistake_bound, ("inputs.norm(", "x.norm("), name="bound_radius_without_one"),
              "R leaves out the input of the bias, the 1 at the end of each sample: the theorem is about the vectors "
              "(x, 1)."),
        Wrong(variant(mistake_bound, ("weights.norm()", "w.norm()"), name="bound_plain_distance"),
              "You divide by the length of w alone. In the theorem the bias is a weight like the others: which "
              "vector's length is needed?"),
        Wrong(variant(mistake_bound, (" / weights.norm()", ""), name="bound_not_scaled"),
              "Doubling w and b leaves the decision boundary as it is, but here it gives a quarter of the bound. Scale "
              "(w, b) to length 1."),
        Wrong(variant(mistake_bound, (" ** 2", ""), name="bound_not_squared"), "This is R/γ; the bound is its square."),
        Wrong(variant(mistake_bound, ("max() / margin", "mean() / margin"), name="bound_mean_radius"),
              "R is the length of the longest vector (x, 1), not the mean length."),
        Wrong(variant(mistake_bound, ("[x, torch.ones(len(x), 1)]", "[torch.ones(len(x), 1), x]"),
                      name="bound_shuffled"),
              "The 1 is the first element of each sample, but the bias is the last element of the weights: the "
              "products combine the wrong pairs."),
        Wrong(variant(mistake_bound, (" / margin) ** 2", " ** 2 / margin)"), name="bound_of_the_squared_radius"),
              "Only R is squared: the bound is the square of R/γ."),
        Wrong(variant(mistake_bound, (".min()", ".mean()"), name="bound_mean"),
              "γ is the smallest value of all samples, not their mean."),
        Wrong(variant(mistake_bound, ("y * (inputs @ weights)", "inputs @ weights"), name="bound_without_classes"),
              "Correct for samples of class 1. For those of class -1 the sum w·x + b is negative: which factor makes "
              "it positive?"),
    ),
    hints=(
        "Append a 1 to each sample and the bias to the weights: then w·x + b is one scalar product.",
        "`torch.cat([x, torch.ones(len(x), 1)], dim=1)`; γ is (y * (inputs @ weights)).min() / weights.norm().",
        "R is inputs.norm(dim=1).max(). The answer is (R / γ) ** 2, as a number: .item().",
    ),
    allows="The next cells count the mistakes of the perceptron in random orders and compare them with this bound.",
    equivalent=(("((inputs.norm(dim=1).max() / margin) ** 2).item() → (inputs.norm(dim=1).max() / margin) ** 2",
                 "a tensor with one number counts as a number here"),),
)


def softmax(z):
    """Softmax, exp(z_k) / Σ_j exp(z_j): probabilities of C classes from their logits.

    Args:
        z: logits (scores), tensor (..., C) of floats: C logits of one sample, or of several. They
            may be of any size, such as 1000.0 or -1000.0, and differ from sample to sample.

    Returns:
        tensor with the shape and dtype of z, without nan: values from 0 to 1 whose sum along the
        last dimension is 1. It is differentiable: autograd gives the gradient with respect to z.

    >>> softmax(torch.tensor([[0.0, 0.0], [1000.0, 0.0]]))
    tensor([[0.5000, 0.5000],
            [1.0000, 0.0000]])
    """
    e = torch.exp(z - z.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


def _rows(draw, *shape):
    """Text of scores (..., C) of any size; large ones are so far apart that every formula rounds to the same result."""
    if draw.choice((False, False, True)):
        return f"{draw.tensor(*shape, low=-1000, high=1000)} + 16 * torch.arange({shape[-1]})"
    return draw.tensor(*shape, ranges=((-3, 3), (-100, 100)))


def _scores(draw):
    return f"softmax({_rows(draw, *draw.sizes(draw.integer(1, 3), high=4))})"


SOFTMAX = Exercise(
    reference=softmax,
    inputs=_scores,
    tries=30,
    differentiable=True,
    cases=(
        "softmax(torch.tensor([30.0]))",
        "softmax(torch.tensor([1.0, 1.0]))",
        "softmax(torch.tensor([0.0, 1.0]))",
        "softmax(torch.tensor([[0.0, 1.0], [2.0, 2.0]]))",
        "softmax(torch.tensor([200.0, 200.0]))",
        "softmax(torch.tensor([0.0, 200.0]))",
        "softmax(torch.tensor([200.0, 0.0]))",
        "softmax(torch.tensor([-200.0, -201.0]))",
        "softmax(torch.tensor([[0.0, 0.0], [200.0, 202.0]]))",
        "z = torch.arange(12.0).view(2, 2, 3); softmax(z)",
    ),
    wrong=(
        Wrong(variant(softmax, (" - z.amax(-1, keepdim=True)", ""), name="softmax_overflows"),
              "Correct for small logits. exp(200) overflows float32 and is inf: which number can you subtract from all "
              "logits without changing the result?"),
        Wrong(variant(softmax, ("z.amax(-1, keepdim=True)", "z.max()"), name="softmax_of_one_maximum"),
              "You subtract one maximum for all samples. Where another sample's logits are much larger, all "
              "exponentials of a row are rounded to 0, and 0/0 is nan: each row needs its own maximum."),
        Wrong(variant(softmax, (", keepdim=True", ""), name="softmax_without_keepdim"),
              "Correct for one sample. For several, amax(-1) and sum(-1) drop the last dimension, so their results "
              "broadcast along the columns: keepdim=True keeps shape (N, 1), one value for each row."),
        Wrong(variant(softmax, ("sum(-1, keepdim=True)", "sum(-1)"), name="softmax_sum_without_keepdim"),
              "Correct for one sample. For several, sum(-1) drops the last dimension, and each column is divided by "
              "the sum of another row: keepdim=True keeps shape (N, 1), one sum for each row."),
        Wrong(variant(softmax, ("amax(-1, keepdim=True)", "amax(-1)"), name="softmax_maximum_without_keepdim"),
              "Correct for one sample. For several, amax(-1) drops the last dimension, and the maximum of another row "
              "is subtracted from each column: keepdim=True keeps shape (N, 1), one maximum for each row."),
        Wrong(variant(softmax, ("z.amax(-1, keepdim=True)", "z[..., :1]"), name="softmax_first"),
              "You subtract the first logit. Where another one is larger by 200, its exponential overflows: which "
              "logit is safe to subtract?"),
        Wrong(variant(softmax, ("amax", "amin"), name="softmax_least"),
              "You subtract the smallest logit. Where another one is larger by 200, its exponential overflows: which "
              "logit should become 0?"),
        Wrong(variant(softmax, ("-1, keepdim=True", ""), name="softmax_over_all"),
              "Correct for one sample. For several, all rows together have the sum 1; each row by itself should."),
        Wrong(variant(softmax, ("-1,", "0,"), name="softmax_over_samples"),
              "You normalize each column. Along which dimension are the classes of one sample?"),
        Wrong(variant(softmax, ("torch.exp(z - z.amax(-1, keepdim=True))", "z"), name="softmax_without_exp"),
              "This divides the logits themselves, which may be negative or 0. Which function makes them positive?"),
        Wrong(variant(softmax, ("torch.exp(z - z.amax(-1, keepdim=True))", "torch.sigmoid(z)"),
                      name="softmax_of_sigmoids"),
              "These are normalized sigmoids: the sigmoid saturates for large logits. The exponential makes the "
              "largest logit dominate."),
        Wrong(variant(softmax, ("return ", "e = torch.exp(e / e.sum(-1, keepdim=True)); return "),
                      name="softmax_twice"),
              "You apply softmax twice: the second one receives probabilities, which differ by 1 at most, so its "
              "results differ much less."),
        Wrong(variant(softmax, ("torch.exp(", "torch.exp2("), name="softmax_of_powers_of_two"),
              "These are powers of 2. Softmax takes powers of e, as torch.exp does."),
        Wrong(variant(softmax, ("z - z.amax", "z / z.amax"), name="softmax_of_quotients"),
              "You divide the logits by the largest one, which changes the probabilities. Which operation on all "
              "logits cancels in the quotient?"),
        Wrong(variant(softmax, ("return e / e.sum(-1, keepdim=True)", "return torch.sigmoid(z)"),
                      name="softmax_sigmoid"),
              "This is the sigmoid of each logit by itself. The probabilities of one sample depend on each other: "
              "their sum is 1."),
        Wrong(variant(softmax, (" / e.sum(-1, keepdim=True)", ""), name="softmax_not_divided"),
              "The sum of these is not 1: divide by it."),
    ),
    hints=(
        "Exponentials, divided by their sum along the last dimension (keepdim=True, so that the shapes broadcast).",
        "exp(z - m) / sum exp(z - m) is the same for every m. Choose m so that nothing overflows.",
    ),
    allows="Logits of any size become probabilities.",
)


def cross_entropy(z, y):
    """Cross-entropy: mean over the samples of -ln p, with p the softmax probability of class y.

    Args:
        z: logits (scores) of C classes, tensor (N, C) of floats of any size, such as 1000.0; they
            may differ from sample to sample.
        y: true classes, int64 tensor (N,), from 0 to C - 1.

    Returns:
        tensor () in the dtype of z, finite also where p is too small for a float. It is
        differentiable: autograd gives the gradient with respect to z.

    >>> cross_entropy(torch.tensor([[0.0, 0.0], [1000.0, 0.0]]), torch.tensor([0, 1]))
    tensor(500.3466)
    """
    return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()


def _entropy_that_overflows(z, y):
    e = torch.exp(z)
    return -torch.log((e / e.sum(1, keepdim=True))[torch.arange(len(y)), y]).mean()


def _entropy_that_reaches_zero(z, y):
    return -torch.log(torch.softmax(z, 1)[torch.arange(len(y)), y]).mean()


def _entropy_of_one_maximum(z, y):
    z = z - z.max()
    return (torch.log(torch.exp(z).sum(1)) - z[torch.arange(len(y)), y]).mean()


def _scores_and_classes(draw):
    count, num_classes = draw.sizes(2)
    return f"cross_entropy({_rows(draw, count, num_classes)}, {draw.classes(count, num_classes)})"


CROSS_ENTROPY = Exercise(
    reference=cross_entropy,
    inputs=_scores_and_classes,
    tries=30,
    differentiable=True,
    cases=(
        "cross_entropy(torch.tensor([[0.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[5.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[0.0, 0.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[0.0, 1.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[0.0, 1.0], [2.0, 2.0]]), torch.tensor([1, 0]))",
        "cross_entropy(torch.tensor([[200.0, 0.0, 0.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[200.0, 0.0, 0.0]]), torch.tensor([1]))",
        "cross_entropy(torch.tensor([[0.0, 1.0], [200.0, 202.0]]), torch.tensor([0, 1]))",
        "cross_entropy(torch.arange(12.0).view(4, 3) % 5, torch.tensor([2, 0, 1, 1]))",
    ),
    wrong=(
        Wrong(variant(cross_entropy, ("return", "z = torch.softmax(z, 1); return"), name="entropy_of_softmax_twice"),
              "You apply softmax twice: this loss contains it, so it must receive the logits themselves. With a "
              "second softmax the loss cannot come near 0."),
        Wrong(variant(cross_entropy, ("mean()", "sum()"), name="entropy_summed"),
              "Correct for one sample. For several you return the sum; the mean does not grow with the batch size."),
        Wrong(variant(cross_entropy, (").mean()", ")"), name="entropy_of_each"),
              "These are the losses of all samples. Return one number, their mean."),
        Wrong(variant(cross_entropy, ("z.logsumexp(1)", "z.logsumexp(0)[y]"), name="entropy_over_samples"),
              "Your softmax normalizes each column, over the samples. Normalize each row, over the classes."),
        Wrong(variant(cross_entropy, ("return ", "return -"), name="entropy_without_minus"),
              "The logarithm of a probability is negative or 0. A loss is larger where the prediction is worse."),
        Wrong(_entropy_that_overflows,
              "Correct for small logits; exp(200) overflows float32. Which formula of softmax avoids this?"),
        Wrong(_entropy_that_reaches_zero,
              "The probability of the true class, exp(-200), is rounded to 0, and the logarithm of 0 is -inf. "
              "Compute log p from the logits, without computing p first."),
        Wrong(_entropy_of_one_maximum,
              "You subtract one maximum for all samples. Where another sample's logits are much larger, all "
              "exponentials of a row are rounded to 0, and log(0) is -inf: each row needs its own maximum."),
        Wrong(variant(cross_entropy, ("z.logsumexp(1) - ", "-"), name="entropy_of_scores"),
              "This is minus the logit of the true class. -ln p depends on the logits of all classes."),
        Wrong(variant(cross_entropy, ("mean()", "mean() / z.shape[1]"), name="entropy_over_all"),
              "You also divide by the number of classes C. Each sample has one loss, that of its true class."),
        Wrong(variant(cross_entropy, ("mean()", "mean() / torch.log(torch.tensor(2.0))"), name="entropy_base_two"),
              "This is in bits (log2). The course, like PyTorch, takes the natural logarithm."),
    ),
    hints=(
        "`z[torch.arange(len(y)), y]` selects for each sample the logit of its true class.",
        "log softmax(z)_y = z_y - log(sum of exp(z)), and torch has `logsumexp`.",
    ),
    allows="Equal probabilities give a loss of ln 2 = 0.69 for two classes and ln 10 = 2.30 for ten.",
)


CORRECT_LOSS = Quiz(
    name="correct_loss",
    reference=[False, True, False, True, False, False, True, True],
    questions=("F.cross_entropy(torch.softmax(z, 1), y)", "F.cross_entropy(torch.log_softmax(z, 1), y)",
               "F.nll_loss(torch.softmax(z, 1), y)", "F.nll_loss(torch.log_softmax(z, 1), y)",
               "F.binary_cross_entropy_with_logits(torch.sigmoid(s), t)", "F.binary_cross_entropy(s, t)",
               "F.binary_cross_entropy(torch.sigmoid(s), t)",
               "F.cross_entropy(torch.stack([torch.zeros_like(s), s], 1), t.long())"),
    wrong=(
        Wrong([True, True, False, True, False, False, True, True],
              "F.cross_entropy applies softmax itself, so here it is applied twice. There is no error message, and the "
              "loss cannot come near 0."),
        Wrong([False, False, False, True, False, False, True, True],
              "log_softmax subtracts the same number from all logits of a sample. What does softmax do to logits that "
              "have all been shifted by one number?"),
        Wrong([False, True, True, True, False, False, True, True],
              "F.nll_loss takes no logarithm itself: it returns minus the mean of the entries at y. Which numbers must "
              "these entries be?"),
        Wrong([False, True, False, False, False, False, True, True],
              "F.nll_loss returns minus the mean of the entries at y. Here they are the ln p of the true classes."),
        Wrong([False, True, False, True, True, False, True, True],
              "The function with `with_logits` in its name applies the sigmoid itself: here it is applied twice."),
        Wrong([False, True, False, True, False, True, True, True],
              "F.binary_cross_entropy takes a probability. A logit may be negative or above 1, and then it raises an "
              "error."),
        Wrong([False, True, False, True, False, False, False, True],
              "F.binary_cross_entropy takes a probability, and this is one: the sigmoid is applied once. (It is less "
              "accurate only where the sigmoid is rounded to 0 or 1.)"),
        Wrong([False, True, False, True, False, False, True, False],
              "What is the softmax of the two logits (0, s)? Compare its second element with σ(s)."),
    ),
    hints=(
        "Count how often softmax, or the sigmoid, is applied between the logits and the logarithm: it must be once.",
        "Try each: with torch.manual_seed(0), z = torch.randn(4, 10) and y = torch.arange(4) compare with "
        "F.cross_entropy(z, y); do the same for s and t.",
    ),
    allows="You know which loss of torch takes logits, which takes probabilities, and which their logarithms.",
)


def cross_entropy_gradient(logits, targets):
    """Gradient of the mean cross-entropy of a batch with respect to the logits: (p - y) / n.

    The loss is the mean over the n samples of -ln p_c, where p is the softmax of the logits of a
    sample and c its class. y is the one-hot vector of c: 1 at class c, else 0.

    Args:
        logits: tensor (n, C) of floats of any size, such as 1000.0; unchanged afterwards.
        targets: true classes, int64 tensor (n,), from 0 to C - 1; some classes may not occur.

    Returns:
        tensor (n, C) in the dtype of the logits, without nan.

    >>> cross_entropy_gradient(torch.tensor([[0.0, 0.0], [1000.0, 0.0]]), torch.tensor([0, 1]))
    tensor([[-0.2500,  0.2500],
            [ 0.5000, -0.5000]])
    """
    p = torch.softmax(logits, 1)
    y = torch.nn.functional.one_hot(targets, logits.shape[1])
    return (p - y) / len(targets)


def _gradient_that_overflows(logits, targets):
    e = torch.exp(logits)
    p = e / e.sum(1, keepdim=True)
    p[torch.arange(len(targets)), targets] -= 1
    return p / len(targets)


def _gradient_of_whole_columns(logits, targets):
    p = torch.softmax(logits, 1)
    p[:, targets] -= 1
    return p / len(targets)


def _logits_and_classes(draw):
    count, num_classes = draw.sizes(2)
    return f"cross_entropy_gradient({_rows(draw, count, num_classes)}, {draw.classes(count, num_classes)})"


CROSS_ENTROPY_GRADIENT = Exercise(
    reference=cross_entropy_gradient,
    inputs=_logits_and_classes,
    tries=30,
    cases=(
        "cross_entropy_gradient(torch.tensor([[3.0]]), torch.tensor([0]))",
        "cross_entropy_gradient(torch.tensor([[0.5, 0.5]]), torch.tensor([1]))",
        "cross_entropy_gradient(torch.tensor([[0.0, 0.0]]), torch.tensor([0]))",
        "cross_entropy_gradient(torch.tensor([[0.0, 0.0]]), torch.tensor([0])).sum()",
        "cross_entropy_gradient(torch.tensor([[0.0, 1.0]]), torch.tensor([0]))",
        "cross_entropy_gradient(torch.tensor([[0.0, 1.0, -1.0]]), torch.tensor([0]))[0, 1:]",
        "cross_entropy_gradient(torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([1]))",
        "cross_entropy_gradient(torch.tensor([[200.0, 0.0]]), torch.tensor([0]))",
        "cross_entropy_gradient(torch.tensor([[60.0, 0.0]]), torch.tensor([0]))[0, 1]",
        "cross_entropy_gradient(torch.tensor([[200.0, 0.0]]), torch.tensor([1]))",
        "cross_entropy_gradient(torch.tensor([[0.0, 1.0], [2.0, 2.0]]), torch.tensor([1, 0]))",
        "cross_entropy_gradient(torch.arange(12.0).view(4, 3) % 5, torch.tensor([0, 0, 1, 1]))",
    ),
    wrong=(
        Wrong(variant(cross_entropy_gradient, ("p - y", "y - p"), name="entropy_gradient_downhill"),
              "This is minus the gradient. A larger logit of the true class reduces the loss: which sign has its "
              "derivative?"),
        Wrong(variant(cross_entropy_gradient, (" / len(targets)", ""), name="entropy_gradient_of_the_sum"),
              "Correct for one sample. The loss is the mean of n losses: its gradient has a factor 1/n."),
        Wrong(variant(cross_entropy_gradient, ("softmax(logits, 1)", "softmax(logits, 0)"),
                      name="entropy_gradient_over_samples"),
              "Your softmax normalizes each column, over the samples. Normalize each row, over the classes."),
        Wrong(variant(cross_entropy_gradient, ("(p - y)", "p"), name="entropy_gradient_of_probabilities"),
              "This is p alone: correct for the false classes. What is subtracted at the true class?"),
        Wrong(variant(cross_entropy_gradient, ("(targets, logits.shape[1])", "(targets)"),
                      name="entropy_gradient_of_fewer_classes"),
              "`one_hot(targets)` has only as many columns as the largest target needs. Give it the number of classes, "
              "as a second argument."),
        Wrong(_gradient_that_overflows,
              "Correct for small logits. exp(200) overflows float32 and is inf: which formula of softmax avoids this?"),
        Wrong(_gradient_of_whole_columns,
              "`p[:, targets]` selects whole columns, for all samples. Subtract 1 in each row only at its own target: "
              "index the rows, too."),
        Wrong(variant(cross_entropy_gradient, ("len(targets)", "logits.numel()"), name="entropy_gradient_over_all"),
              "You also divide by the number of classes C. The loss is a mean over the n samples only."),
        Wrong(variant(cross_entropy_gradient, ("torch.softmax(logits, 1)", "torch.sigmoid(logits)"),
                      name="entropy_gradient_of_sigmoids"),
              "These are sigmoids, each of one logit. The probabilities p are the softmax of all logits of a sample."),
        Wrong(variant(cross_entropy_gradient, ("torch.softmax(logits, 1)", "logits"),
                      name="entropy_gradient_of_logits"),
              "This is z - y: the softmax is missing."),
        Wrong(variant(cross_entropy_gradient, ("(p - y)", "(p - y) * p * (1 - p)"), name="entropy_gradient_saturates"),
              "The factor p (1 - p) is too much. In the gradient of cross-entropy the derivatives of softmax cancel "
              "1/p."),
        Wrong(variant(cross_entropy_gradient, ("(p - y)", "-y / p"), name="entropy_gradient_of_p"),
              "-y/p is the gradient with respect to the probabilities. Go on to the logits: multiply by the Jacobian "
              "of softmax."),
        Wrong(variant(cross_entropy_gradient, ("(p - y) / len(targets)", "(p - y).mean(0)"),
                      name="entropy_gradient_summed"),
              "You also take the mean over the samples. Each of the n · C logits has a derivative of its own: the "
              "gradient has the shape of the logits."),
    ),
    hints=(
        "The derivative of a sample's loss with respect to logit z_k is p_k, less 1 at the true class.",
        "`torch.nn.functional.one_hot(targets, logits.shape[1])` is y, shape (n, C); torch.softmax(logits, 1) is p.",
        "Divide p - y by the number of samples, len(targets).",
    ),
    allows="The gradient at the outputs of every classifier of this course; backpropagation begins with it.",
)

EXERCISES = [PERCEPTRON_STEP, MISTAKE_BOUND, SOFTMAX, CROSS_ENTROPY, CORRECT_LOSS, CROSS_ENTROPY_GRADIENT]
