"""Week 1b: the perceptron and its bound, losses, accuracy, and one neuron that learns."""

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def perceptron_step(w, b, x, y):
    """Weights and bias (w, b) after one step of the perceptron on one sample (Rosenblatt 1958).

    Where y (w·x + b) > 0 the sample is classified correctly: w and b stay as they are. Otherwise,
    also where w·x + b = 0, y x is added to w and y to b: once, even if that is not enough.

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
              "You learn from every point. The perceptron changes nothing while its prediction is right."),
        Wrong(variant(perceptron_step, ("<=", "<"), name="step_not_on_the_line"),
              "A point on the line itself changes nothing here: initialized with zeros, where every sum is 0, it never "
              "begins to learn."),
        Wrong(variant(perceptron_step, ("w + y * x, b + y", "w + x, b + 1.0"), name="step_without_class"),
              "Points of class 1 are right. A point of class -1 should push the line the other way: what reverses the "
              "step?"),
        Wrong(variant(perceptron_step, ("b + y", "b"), name="step_without_bias"),
              "The bias stays as it was: it is the weight of an input that is always 1, and learns too."),
        Wrong(variant(perceptron_step, ("+ y", "- y"), name="step_away"),
              "The step goes the wrong way: after it the point is deeper on the wrong side."),
        Wrong(variant(perceptron_step, ("y * (w @ x + b) <= 0", "w @ x + b <= 0"), name="step_below_zero"),
              "You step wherever w·x + b is not positive. For a sample of class -1 that is where the prediction is "
              "right: what has the class to do with the condition?"),
        Wrong(variant(perceptron_step, ("y * (w @ x + b)", "y * (w @ x)"), name="step_without_bias_in_the_sum"),
              "The condition leaves out the bias: the predicted class is the sign of w·x + b."),
        Wrong(variant(perceptron_step, ("<= 0", "== 0"), name="step_on_the_line_only"),
              "You step only where w·x + b is exactly 0. What about samples on the wrong side?"),
        Wrong(variant(perceptron_step, ("<= 0", "< 1"), name="step_with_a_margin"),
              "You also step where the prediction is right but y (w·x + b) is less than 1: that is the rule of the "
              "hinge loss, not of the perceptron."),
        Wrong(variant(perceptron_step, ("w + y * x, b + y", "w, b + y"), name="step_of_the_bias_only"),
              "The bias is right, the weights stay as they were: y x is added to them."),
        Wrong(variant(perceptron_step, ("w + y * x, b + y", "w + y, b + y"), name="step_without_input"),
              "The bias is right. To each weight y times its own input is added, not y alone."),
        Wrong(_step_of_the_difference,
              "You multiply by y - (w·x + b): that is the delta rule of Widrow and Hoff (1960). The perceptron adds "
              "y x, however large the sum is, and only after a mistake."),
        Wrong(_step_until_right,
              "You repeat the step until this sample is classified correctly. The perceptron makes one step for each "
              "mistake; the next samples may need another one."),
        Wrong(_step_of_the_error,
              "You multiply by the error, y minus the predicted class: for a sample on the wrong side that is 2 or -2, "
              "twice the step that is asked."),
        Wrong(variant(perceptron_step, ("w + y * x", "w.add_(y * x)"), name="step_in_place"),
              "`w += ...` changes the tensor that was given, for all code that uses it. Write w = w + ..."),
    ),
    hints=(
        "y * (w @ x + b) is positive exactly where the point is on its right side.",
        "If that is 0 or less: the new weights are w + y * x, the new bias b + y. Else both stay.",
    ),
    allows="Repeat it over the points, and Rosenblatt's machine learns.",
    equivalent=(("w @ x → x @ w", "the same product of two vectors"),),
)


def mistake_bound(x, y, w, b):
    """Bound (R/γ)² on the number of mistakes that the perceptron makes (Novikoff 1962).

    R is the length of the longest vector (x, 1), a sample with a 1 at its end. The margin γ is the
    least y (w·x + b) of all samples, divided by the length of the vector (w, b).

    Args:
        x, y: samples (N, n) and their classes (N,), 1.0 or -1.0, tensors of floats.
        w, b: weights, a tensor (n,), and bias, a float, for which all y (w·x + b) > 0.

    Returns:
        the bound, a float or a tensor (), to five digits.

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
              "R leaves out the bias's own input, the 1 at the end of each point: the theorem is about the longer "
              "vectors (x, 1)."),
        Wrong(variant(mistake_bound, ("weights.norm()", "w.norm()"), name="bound_plain_distance"),
              "You divide by the length of w alone. In the theorem the bias is a weight like the others: which length "
              "is needed?"),
        Wrong(variant(mistake_bound, (" / weights.norm()", ""), name="bound_not_scaled"),
              "Twice the weights are the same line, but here they give a quarter of the bound. Scale the weights to "
              "length 1."),
        Wrong(variant(mistake_bound, (" ** 2", ""), name="bound_not_squared"), "This is R/γ; the bound is its square."),
        Wrong(variant(mistake_bound, ("max() / margin", "mean() / margin"), name="bound_mean_radius"),
              "R is the length of the longest vector (x, 1), not the mean length."),
        Wrong(variant(mistake_bound, ("[x, torch.ones(len(x), 1)]", "[torch.ones(len(x), 1), x]"),
                      name="bound_shuffled"),
              "The 1 stands first in the samples, but the bias stands last in the weights: the products pair the wrong "
              "numbers."),
        Wrong(variant(mistake_bound, (" / margin) ** 2", " ** 2 / margin)"), name="bound_of_the_squared_radius"),
              "Only R is squared: the bound is the square of R/γ."),
        Wrong(variant(mistake_bound, (".min()", ".mean()"), name="bound_mean"),
              "γ is the least distance, not the mean: the hardest point sets the bound."),
        Wrong(variant(mistake_bound, ("y * (inputs @ weights)", "inputs @ weights"), name="bound_without_classes"),
              "For points of class 1 this is right. At those of class -1 the sum is negative: what makes a distance of "
              "it?"),
    ),
    hints=(
        "Put a 1 at the end of each point and the bias at the end of the weights: then w·x + b is one product.",
        "`torch.cat([x, torch.ones(len(x), 1)], dim=1)`; γ is (y * (inputs @ weights)).min() / weights.norm().",
        "R is inputs.norm(dim=1).max(). The answer is (R / γ) ** 2, as a number: .item().",
    ),
    allows="Now count the mistakes, with the points in any order.",
    equivalent=(("((inputs.norm(dim=1).max() / margin) ** 2).item() → (inputs.norm(dim=1).max() / margin) ** 2",
                 "a tensor with one number counts as a number here"),),
)


def softmax(z):
    """Softmax, exp(z_k) / Σ_j exp(z_j): probabilities of C classes from their scores.

    Args:
        z: scores (logits), tensor (..., C) of floats: C scores of one sample, or of several. They
            may be of any size, such as 1000.0 or -1000.0, and differ from sample to sample.

    Returns:
        tensor of z's shape and dtype, without nan: from 0 to 1, with the sum 1 along the last
        dimension. Gradients flow back to z.

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
              "Right for small scores. exp(200) is more than a float can hold: which number can you subtract from all "
              "scores without changing the result?"),
        Wrong(variant(softmax, ("z.amax(-1, keepdim=True)", "z.max()"), name="softmax_of_one_maximum"),
              "You subtract one maximum for all samples. Where another sample's scores are much larger, all "
              "exponentials of a row are rounded to 0, and 0/0 is nan: each row needs its own maximum."),
        Wrong(variant(softmax, (", keepdim=True", ""), name="softmax_without_keepdim"),
              "One sample is right. For several, amax(-1) and sum(-1) drop the last dimension, and their results are "
              "aligned with the columns: keepdim=True keeps a row's number beside that row."),
        Wrong(variant(softmax, ("sum(-1, keepdim=True)", "sum(-1)"), name="softmax_sum_without_keepdim"),
              "One sample is right. For several, sum(-1) drops the last dimension, and each column is divided by the "
              "sum of another row: keepdim=True keeps a row's sum beside that row."),
        Wrong(variant(softmax, ("amax(-1, keepdim=True)", "amax(-1)"), name="softmax_maximum_without_keepdim"),
              "One sample is right. For several, amax(-1) drops the last dimension, and each column loses the "
              "maximum of another row: keepdim=True keeps a row's maximum beside that row."),
        Wrong(variant(softmax, ("z.amax(-1, keepdim=True)", "z[..., :1]"), name="softmax_first"),
              "You subtract the first score. Where another one is larger by 200, its exponential is infinite: which "
              "score is safe to subtract?"),
        Wrong(variant(softmax, ("amax", "amin"), name="softmax_least"),
              "You subtract the smallest score. Where another one is larger by 200, its exponential is infinite: which "
              "score should become 0?"),
        Wrong(variant(softmax, ("-1, keepdim=True", ""), name="softmax_over_all"),
              "One sample is right. With several, all of them together add up to 1: each row should by itself."),
        Wrong(variant(softmax, ("-1,", "0,"), name="softmax_over_samples"),
              "You normalize down the columns. Along which dimension do the classes of one sample lie?"),
        Wrong(variant(softmax, ("torch.exp(z - z.amax(-1, keepdim=True))", "z"), name="softmax_without_exp"),
              "This divides the scores themselves, which may be negative or 0. What makes them positive?"),
        Wrong(variant(softmax, ("torch.exp(z - z.amax(-1, keepdim=True))", "torch.sigmoid(z)"),
                      name="softmax_of_sigmoids"),
              "These are sigmoids, scaled: they hardly grow for large scores. The exponential makes the largest score "
              "dominate."),
        Wrong(variant(softmax, ("return ", "e = torch.exp(e / e.sum(-1, keepdim=True)); return "),
                      name="softmax_twice"),
              "You apply softmax twice: the second one sees probabilities, which differ by 1 at most, and makes them "
              "nearly equal."),
        Wrong(variant(softmax, ("torch.exp(", "torch.exp2("), name="softmax_of_powers_of_two"),
              "These are powers of 2. Softmax takes powers of e, as torch.exp does."),
        Wrong(variant(softmax, ("z - z.amax", "z / z.amax"), name="softmax_of_quotients"),
              "You divide the scores by the largest one, which changes the probabilities. Which operation on all "
              "scores cancels in the quotient?"),
        Wrong(variant(softmax, ("return e / e.sum(-1, keepdim=True)", "return torch.sigmoid(z)"),
                      name="softmax_sigmoid"),
              "This is the sigmoid of each score by itself. The probabilities of one sample depend on each other: "
              "their sum is 1."),
        Wrong(variant(softmax, (" / e.sum(-1, keepdim=True)", ""), name="softmax_not_divided"),
              "These do not add up to 1: divide by their sum."),
    ),
    hints=(
        "Exponentials, divided by their sum along the last dimension (keepdim=True keeps the shapes together).",
        "exp(z - m) / sum exp(z - m) is the same for every m. Choose m so that nothing overflows.",
    ),
    allows="Scores become probabilities, whatever their size.",
)


def cross_entropy(z, y):
    """Cross-entropy: mean over the samples of -ln p, with p the softmax probability of the class y.

    Args:
        z: scores (logits) of C classes, tensor (N, C) of floats of any size, such as 1000.0; they
            may differ from sample to sample.
        y: classes, int64 tensor (N,), from 0 to C - 1.

    Returns:
        tensor () in z's dtype, finite also where p is too small for a float. Gradients flow back
        to z.

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
              "You apply softmax twice: it is part of this loss already, so the loss must get the raw scores (logits). "
              "Twice, the loss can hardly fall."),
        Wrong(variant(cross_entropy, ("mean()", "sum()"), name="entropy_summed"),
              "One sample is right; for several you return the sum. The mean does not grow with the batch."),
        Wrong(variant(cross_entropy, (").mean()", ")"), name="entropy_of_each"),
              "This is the loss of each sample. What is asked is one number, their mean."),
        Wrong(variant(cross_entropy, ("z.logsumexp(1)", "z.logsumexp(0)[y]"), name="entropy_over_samples"),
              "One class or one sample may be right. Your softmax runs down the columns, over the samples: it "
              "belongs in each row, over the classes."),
        Wrong(variant(cross_entropy, ("return ", "return -"), name="entropy_without_minus"),
              "The logarithm of a probability is negative; a loss should grow when the prediction is wrong."),
        Wrong(_entropy_that_overflows,
              "Right for small scores; exp(200) is more than a float can hold. Which softmax is safe here?"),
        Wrong(_entropy_that_reaches_zero,
              "The probability of the right class, exp(-200), is rounded to 0, and the logarithm of 0 is infinite. "
              "Compute log p from the scores, without forming p."),
        Wrong(_entropy_of_one_maximum,
              "You subtract one maximum for all samples. Where another sample's scores are much larger, all "
              "exponentials of a row are rounded to 0, and log(0) is infinite: each row needs its own maximum."),
        Wrong(variant(cross_entropy, ("z.logsumexp(1) - ", "-"), name="entropy_of_scores"),
              "This is the score of the right class alone: the others must count, or all scores just grow."),
        Wrong(variant(cross_entropy, ("mean()", "mean() / z.shape[1]"), name="entropy_over_all"),
              "You average over the C classes too. Only the right class of each sample counts."),
        Wrong(variant(cross_entropy, ("mean()", "mean() / torch.log(torch.tensor(2.0))"), name="entropy_base_two"),
              "This is in bits (log2). The course, like PyTorch, takes the natural logarithm."),
    ),
    hints=(
        "`z[torch.arange(len(y)), y]` picks each sample's score of its right class.",
        "log softmax(z)_y = z_y - log(sum of exp(z)), and torch has `logsumexp`.",
    ),
    allows="Equal probabilities give a loss of ln 2 = 0.69 for two classes and ln 10 = 2.30 for ten.",
)


def accuracy(outputs, targets):
    """Accuracy: the fraction of the samples that are classified correctly.

    The predicted class of a sample is that with the largest output; no two outputs of a sample
    are equal.

    Args:
        outputs: tensor (N, C) of floats: for each of C ≥ 2 classes a score or a probability.
        targets: classes, int64 tensor (N,), from 0 to C - 1.

    Returns:
        a number from 0.0 to 1.0, a float or a tensor ().

    >>> float(accuracy(torch.tensor([[0.1, 0.9], [-2.0, -3.0]]), torch.tensor([1, 1])))
    0.5
    """
    return (outputs.argmax(1) == targets).float().mean()


def _accuracy_of_columns(outputs, targets):
    best = outputs.argmax(0)
    return (best[:len(targets)] == targets[:len(best)]).float().mean()


def _accuracy_as_probability(outputs, targets):
    return torch.softmax(outputs, 1)[torch.arange(len(targets)), targets].mean()


def _accuracy_of_ints(outputs, targets):
    return (outputs.int().argmax(1) == targets).float().mean()


def _accuracy_of_sets(outputs, targets):
    return len(set(outputs.argmax(1).tolist()) & set(targets.tolist())) / len(targets)


def _outputs(draw):
    num_classes = draw.integer(2, 5)
    count = draw.choice([count for count in range(1, 6) if count != num_classes])
    low, high = draw.choice(((-3, 3), (0, 1), (0, 300), (-1000, 1000)))
    rows = [[round(value + 0.003 * k, 3) for k, value in enumerate(draw.numbers(num_classes, low, high))]
            for _ in range(count)]  # none is equal to another in its row
    kind = draw.choice(("", "", "", ", dtype=torch.float64"))
    return f"accuracy(torch.tensor({rows}{kind}), {draw.classes(count, num_classes)})"


ACCURACY = Exercise(
    reference=accuracy,
    inputs=_outputs,
    cases=(
        "accuracy(torch.tensor([[2.0, -1.0]]), torch.tensor([0]))",
        "accuracy(torch.tensor([[2.0, -1.0]]), torch.tensor([1]))",
        "accuracy(torch.tensor([[9.0, 8.0], [9.0, 8.0]]), torch.tensor([0, 1]))",
        "accuracy(torch.tensor([[-3.0, -1.0, -2.0]]), torch.tensor([1]))",
        "accuracy(torch.tensor([[0.2, 0.7, 0.1], [0.4, 0.1, 0.5]]), torch.tensor([1, 2]))",
        "accuracy(torch.tensor([[0.0, 1.0], [3.0, 2.0], [1.0, 0.0]]), torch.tensor([1, 0, 1]))",
        "accuracy(torch.eye(5), torch.tensor([0, 1, 2, 0, 0]))",
    ),
    wrong=(
        Wrong(variant(accuracy, ("mean()", "sum()"), name="accuracy_counted"),
              "This is the number of correct predictions; the accuracy is their fraction, which does not grow with the "
              "number of samples."),
        Wrong(_accuracy_of_ints,
              "You convert the outputs to whole numbers first: 0.2 and 0.7 both become 0, and which of them is the "
              "largest is lost. Compare the outputs as they are."),
        Wrong(_accuracy_of_sets,
              "You compare the sets of classes: a class counts once, however many samples have it, and a prediction "
              "counts although its own sample has another class. Compare sample by sample."),
        Wrong(_accuracy_of_columns, "You look for the largest down each column. One row is one sample."),
        Wrong(variant(accuracy, (".float().mean()", ".float()"), name="accuracy_of_each"),
              "This is 1 or 0 for each sample, classified correctly or not. What is asked is one number, their "
              "mean."),
        Wrong(variant(accuracy, ("outputs.argmax(1)", "outputs.round().argmax(1)"), name="accuracy_of_rounded"),
              "You round the outputs first: 0.4 and 0.1 both become 0, and which of them is the largest is lost."),
        Wrong(variant(accuracy, ("outputs.argmax(1) == targets", "outputs[torch.arange(len(targets)), targets] > 0.5"),
                      name="accuracy_above_half"),
              "You test whether the output of the right class is above 0.5. A prediction is correct if that output is "
              "the largest of its row, also among three of 0.4, 0.3 and 0.3."),
        Wrong(variant(accuracy, ("==", "!="), name="accuracy_of_errors"),
              "This is the error rate, the fraction of wrong predictions."),
        Wrong(_accuracy_as_probability,
              "This is the mean probability of the right class. Accuracy ignores the confidence: a prediction counts 1 "
              "or 0."),
        Wrong(variant(accuracy, ("outputs.argmax(1) == targets", "outputs[torch.arange(len(targets)), targets] > 0"),
                      name="accuracy_above_zero"),
              "You test whether the right class has a positive score. A prediction is correct if that score is the "
              "largest, even when it is negative."),
        Wrong(variant(accuracy, ("return ", "return 100 * "), name="accuracy_in_percent"),
              "This is in percent; the accuracy is a number from 0 to 1."),
    ),
    hints=(
        "`outputs.argmax(1)` is, for each row, the place of its largest number.",
        "Compare it with the targets; True and False become 1 and 0 by .float(), and their mean is the accuracy.",
    ),
    allows="It is the measure that you want, and no gradient leads to it: its gradient is 0 almost everywhere.",
)


CHANGES = Quiz(
    name="changes",
    reference=["stays", "falls", "rises", "rises", "rises", "stays"],
    questions=("all samples right, all scores times 2: the accuracy",
               "all samples right, all scores times 2: the cross-entropy",
               "two classes, all samples wrong, all scores times 2: the cross-entropy",
               "two classes, p of the right one goes from 0.49 to 0.51 and, for another sample, from 0.9 to 0.6: the "
               "accuracy",
               "the same two samples: the cross-entropy",
               "every score plus 5: the cross-entropy"),
    wrong=(
        Wrong(["rises", "falls", "rises", "rises", "rises", "stays"],
              "You let the accuracy depend on the confidence. It counts correct predictions, and no prediction has "
              "changed."),
        Wrong(["falls", "falls", "rises", "rises", "rises", "stays"],
              "Which of the scores is the largest does not depend on a factor of 2: correct predictions stay correct."),
        Wrong(["stays", "stays", "rises", "rises", "rises", "stays"],
              "The accuracy stays, but the loss is not the accuracy: it also depends on the confidence. What happens "
              "to -ln p if p grows?"),
        Wrong(["stays", "rises", "rises", "rises", "rises", "stays"],
              "Larger scores are no mistake by themselves: the margin of the right class grows, so its p comes nearer "
              "to 1."),
        Wrong(["stays", "falls", "falls", "rises", "rises", "stays"],
              "More confidence lowers the loss only where the prediction is right. Here p of the right class becomes "
              "smaller still."),
        Wrong(["stays", "falls", "stays", "rises", "rises", "stays"],
              "All predictions were wrong and still are, but with more confidence. Does the loss not change?"),
        Wrong(["stays", "falls", "rises", "stays", "rises", "stays"],
              "With two classes a prediction is right when p of the right class is above one half. Which sample "
              "crosses it, and in which direction?"),
        Wrong(["stays", "falls", "rises", "falls", "rises", "stays"],
              "The sample that fell from 0.9 to 0.6 is classified correctly before and after. Only crossing one half "
              "counts."),
        Wrong(["stays", "falls", "rises", "rises", "falls", "stays"],
              "You read the loss off the accuracy: it rose, so the loss should fall. Add up -ln p before and after."),
        Wrong(["stays", "falls", "rises", "rises", "stays", "stays"],
              "The two changes do not cancel: compare -ln 0.49 - ln 0.9 with -ln 0.51 - ln 0.6."),
        Wrong(["stays", "falls", "rises", "rises", "rises", "rises"],
              "Softmax compares the scores of one sample: what do exp(z + 5), divided by their sum, have in common?"),
        Wrong(["stays", "falls", "rises", "rises", "rises", "falls"],
              "The scores of all classes grew by the same amount: is the right one now ahead of the others by more "
              "than before?"),
    ),
    hints=(
        "The accuracy depends on which score is the largest. The cross-entropy is -ln p, p that of the right class.",
        "Try each of them: make two or three rows of scores, and print accuracy and F.cross_entropy before and after.",
    ),
    allows="Which class is predicted, and with what confidence, are two things: a loss depends on both.",
)


def squared_error_slopes(w, b, x, y):
    """Gradient (∂C/∂w, ∂C/∂b) of the loss C = (a - y)²/2 of a sigmoid neuron, a = σ(w·x + b).

    Args:
        w, x: weights and inputs of one sample, tensors (n,) of floats; unchanged afterwards.
        b, y: bias, and target from 0 to 1: floats or tensors ().

    Returns:
        pair (∂C/∂w, ∂C/∂b): a tensor (n,) in the dtype of w, and a float or a tensor ().

    >>> squared_error_slopes(torch.tensor([0.0, 0.0]), 0.0, torch.tensor([1.0, 2.0]), 1.0)
    (tensor([-0.1250, -0.2500]), -0.125)
    """
    a = torch.sigmoid(w @ x + b)
    delta = (a - y) * a * (1 - a)
    return delta * x, delta.item()


def _one_sample(draw):
    n = draw.integer(1, 4)
    w, x, targets = draw.tensor(n), draw.tensor(n), (0.0, 1.0, 0.5)
    b = draw.choice((draw.number(), draw.tensor()))
    y = draw.choice((draw.number(among=targets), draw.tensor(among=targets)))
    return f"squared_error_slopes({w}, {b}, {x}, {y})"


SQUARED_ERROR_SLOPES = Exercise(
    reference=squared_error_slopes,
    inputs=_one_sample,
    tries=30,
    cases=(
        "squared_error_slopes(torch.tensor([0.0]), 0.0, torch.tensor([1.0]), 0.5)",
        "squared_error_slopes(torch.tensor([0.0]), 0.0, torch.tensor([1.0]), 0.0)",
        "squared_error_slopes(torch.tensor([0.0]), 0.0, torch.tensor([3.0]), 0.0)",
        "squared_error_slopes(torch.tensor([0.0]), 30.0, torch.tensor([1.0]), 0.0)",
        "squared_error_slopes(torch.tensor([1.0, -2.0]), 0.5, torch.tensor([2.0, 1.0]), 1.0)",
        "squared_error_slopes(torch.tensor([2.0]), 4.0, torch.tensor([1.0]), 0.0)",
    ),
    wrong=(
        Wrong(variant(squared_error_slopes, (" * a * (1 - a)", ""), name="gradient_without_sigmoid"),
              "The derivative of the sigmoid, a (1 - a), is missing. (What is left is the derivative of another loss: "
              "cross-entropy's.)"),
        Wrong(variant(squared_error_slopes, ("a - y", "y - a"), name="gradient_downhill"),
              "This is the direction downhill, minus the gradient. The gradient points uphill: C grows when a moves "
              "away from y."),
        Wrong(variant(squared_error_slopes, ("delta = ", "delta = 2 * "), name="gradient_doubled"),
              "Twice too large: the 2 from the square and the 1/2 in front of it cancel."),
        Wrong(variant(squared_error_slopes, ("delta * x", "delta * torch.ones_like(x)"), name="gradient_without_input"),
              "The bias is right. How much does the sum change when a weight does? Its input decides that."),
        Wrong(variant(squared_error_slopes, ("a * (1 - a)", "z * (1 - z)"),
                      ("a = torch.sigmoid(w @ x + b)", "z = w @ x + b; a = torch.sigmoid(z)"),
                      name="gradient_of_the_sum"),
              "The derivative of σ at the sum z is σ(z) (1 - σ(z)): it is computed from the output, not from the sum."),
        Wrong(variant(squared_error_slopes, ("(a - y) *", "(a - y) ** 2 / 2 *"), name="gradient_times_loss"),
              "You multiply by the loss (a - y)²/2 itself. By which factor does it change when a changes?"),
        Wrong(variant(squared_error_slopes, ("a * (1 - a)", "(1 - a ** 2)"), name="gradient_of_tanh"),
              "1 - a² is the derivative of tanh. What is that of the sigmoid, expressed by its output a?"),
        Wrong(variant(squared_error_slopes, ("torch.sigmoid", "torch.tanh"), name="gradient_of_another_neuron"),
              "The output a is that of tanh here. The neuron of this exercise has the sigmoid."),
        Wrong(variant(squared_error_slopes, ("delta * x, delta.item()", "delta * x, delta * b"),
                      name="gradient_times_bias"),
              "The weights are right. The sum w·x + b changes by 1 when the bias does, whatever the bias is."),
        Wrong(variant(squared_error_slopes, ("delta * x, delta.item()", "w - delta * x, b - delta"),
                      name="gradient_step"),
              "These are the parameters after one step of gradient descent. What is asked is the gradient itself."),
        Wrong(variant(squared_error_slopes, ("delta * x, delta.item()", "delta * x, a - y"),
                      name="gradient_bias_without_sigmoid"),
              "The weights are right. The bias acts through the same sigmoid: it is the weight of an input that is "
              "always 1."),
    ),
    hints=(
        "The chain rule: C changes with a by (a - y), a with the sum by a (1 - a), the sum with a weight by its input.",
        "delta = (a - y) * a * (1 - a) belongs to both: the derivatives are delta * x and delta.",
    ),
    allows="Check it: change a weight a little, and see how C changes.",
    equivalent=(("w @ x → x @ w", "the same product of two vectors"),
                ("delta.item() → delta", "a tensor with one number counts as a number here")),
)


def logistic_loss(w, b, x, y, penalty):
    """Loss of logistic regression: mean cross-entropy of a sigmoid neuron, plus penalty/2 · |w|².

    The cross-entropy of a sample is -y ln a - (1 - y) ln(1 - a) with a = σ(w·x + b); |w|² is the
    sum of the squares of the weights. The result is finite for w·x + b of any size.

    Args:
        w, b: weights, a tensor (n,) of floats, and bias, a float or a tensor ().
        x, y: samples (N, n) and their classes (N,), 0.0 or 1.0, tensors of floats.
        penalty: a float from 0.0 up.

    Returns:
        tensor () in the dtype of w. Gradients flow back to w and b.

    >>> x, y = torch.tensor([[0.0], [0.0]]), torch.tensor([0.0, 1.0])
    >>> logistic_loss(torch.tensor([2.0]), 0.0, x, y, 0.5)
    tensor(1.6931)
    """
    z = x @ w + b
    return (torch.logaddexp(z, torch.tensor(0.0)) - y * z).mean() + penalty / 2 * (w @ w)


_LOSSES = "torch.logaddexp(z, torch.tensor(0.0)) - y * z"
EIGHTHS = (0.125, -0.125, 0.625, -0.875, 1.125, -1.375)  # as a bias: no sum is 0, where some formulas have a kink


def _loss_of_samples(draw):
    count, n = draw.sizes(2, high=4)
    w, b = draw.tensor(n, among=HALVES), draw.choice((str(draw.number(among=EIGHTHS)), draw.tensor(among=EIGHTHS)))
    x = draw.tensor(count, n, among=draw.choice((HALVES, tuple(50 * number for number in HALVES))))
    rest = f"{b}, {x}, {draw.tensor(count, among=(0.0, 1.0))}, {draw.choice((0.0, 0.1, 1.0, 2.5))}"
    if draw.choice((False, False, True)):
        return f"w = {w}.requires_grad_(); torch.autograd.grad(logistic_loss(w, {rest}), w)[0]"
    return f"logistic_loss({w}, {rest})"


LOGISTIC_LOSS = Exercise(
    reference=logistic_loss,
    inputs=_loss_of_samples,
    cases=(
        "logistic_loss(torch.tensor([0.0]), 0.0, torch.tensor([[1.0]]), torch.tensor([1.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.0, torch.tensor([[2.0]]), torch.tensor([1.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.5, torch.tensor([[2.0]]), torch.tensor([0.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.5, torch.tensor([[2.0], [-1.0]]), torch.tensor([0.0, 1.0]), 0.0)",
        "logistic_loss(torch.tensor([3.0, -4.0]), 0.5, torch.tensor([[2.0, 1.0]]), torch.tensor([1.0]), 0.1)",
        "logistic_loss(torch.tensor([1.0]), 0.5, torch.tensor([[2.0], [-1.0]]), torch.tensor([0.0, 1.0]), 0.2)",
        "logistic_loss(torch.tensor([1.0]), 0.0, torch.tensor([[30.0]]), torch.tensor([1.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.0, torch.tensor([[200.0], [1.0]]), torch.tensor([0.0, 1.0]), 0.0)",
        "w, x = torch.ones(1, requires_grad=True), torch.ones(1, 1); "
        "torch.autograd.grad(logistic_loss(w, 0.5, x, x[0], 0.1), w)[0]",
        "w, x = torch.zeros(1, requires_grad=True), torch.ones(1, 1); "
        "torch.autograd.grad(logistic_loss(w, 1.0, x, x[0], 0.5), w)[0]",
        "x = torch.ones(1, 1); b = x[0, 0].clone().requires_grad_(); "
        "torch.autograd.grad(logistic_loss(x[0], b, x, x[0], 1.0), b)[0]",
    ),
    wrong=(
        Wrong(variant(logistic_loss, ("(w @ w)", "(w @ w) / len(x)"), name="logistic_penalty_of_the_mean"),
              "The penalty is divided by the number of samples. Only the cross-entropy is a mean over them; the "
              "penalty is added to that mean, once."),
        Wrong(variant(logistic_loss, ("penalty / 2", "penalty"), name="logistic_penalty_not_halved"),
              "The penalty is twice too large: penalty/2 is specified, as in scikit-learn."),
        Wrong(variant(logistic_loss, ("(w @ w)", "(w @ w + b * b)"), name="logistic_penalty_on_bias"),
              "The bias is penalized as well. It only shifts the decision boundary: leave it free."),
        Wrong(variant(logistic_loss, ("mean()", "sum()"), name="logistic_summed"),
              "For several samples you return the sum of their losses, not the mean."),
        Wrong(variant(logistic_loss, ("(w @ w)", "w.abs().sum()"), name="logistic_absolute"),
              "|w|² is the sum of the squares of the weights; you add up their absolute values."),
        Wrong(variant(logistic_loss, (_LOSSES, "(torch.sigmoid(z) - y) ** 2"), name="logistic_squared_error"),
              "This is squared error. Logistic regression is the neuron with cross-entropy; with squared error it is "
              "something else."),
        Wrong(variant(logistic_loss, (_LOSSES, "-y * torch.nn.functional.logsigmoid(z)"), name="logistic_one_class"),
              "Only class 1 counts. For class 0 it is the logarithm of 1 - a that must count."),
        Wrong(variant(logistic_loss,
                      (_LOSSES, "-y * torch.log(torch.sigmoid(z)) - (1 - y) * torch.log(1 - torch.sigmoid(z))"),
                      name="logistic_unstable"),
              "Right as a formula. At a sum of 200 the output is rounded to 1, and log(1 - a) is -inf: compute the "
              "loss from the sum."),
        Wrong(variant(logistic_loss,
                      (_LOSSES, "torch.nn.functional.binary_cross_entropy(torch.sigmoid(z), y, reduction='none')"),
                      name="logistic_capped"),
              "Right for small sums. At a sum of 200 the sigmoid is rounded to 1, and binary_cross_entropy puts 100 in "
              "place of the infinite loss: which function of torch takes the sum itself?"),
        Wrong(variant(logistic_loss, (_LOSSES, "torch.nn.functional.softplus(-y * z)"),
                      name="logistic_of_other_classes"),
              "log(1 + exp(-y z)) is the loss for classes 1 and -1. Here they are 1 and 0: for class 0 it would always "
              "be ln 2."),
        Wrong(variant(logistic_loss, ("y * z).mean()", "y * z)"), name="logistic_of_each"),
              "This has the loss of each sample. What is asked is one number: their mean, with the penalty added "
              "once."),
        Wrong(variant(logistic_loss, (_LOSSES, "torch.logaddexp(z, torch.tensor(0.0)) - (1 - y) * z"),
                      name="logistic_classes_exchanged"),
              "The classes are exchanged: a is the probability of class 1, so for y = 1 the loss is -ln a."),
        Wrong(variant(logistic_loss, ("return (", "return -("), name="logistic_without_minus"),
              "The logarithm of a probability is negative; a loss should grow when the prediction is wrong."),
        Wrong(variant(logistic_loss, ("mean() +", "mean() / torch.log(torch.tensor(2.0)) +"), name="logistic_in_bits"),
              "The cross-entropy is in bits (log2). The course, like PyTorch, takes the natural logarithm."),
        Wrong(variant(logistic_loss, (" + penalty / 2 * (w @ w)", ""), name="logistic_without_penalty"),
              "The penalty is missing."),
        Wrong(variant(logistic_loss, ("(w @ w)", "w.norm().item() ** 2"), name="logistic_penalty_without_gradient"),
              "The value is right, but a part of it is computed outside torch (.item(), a float, math): its gradient "
              "is lost. Use tensors."),
    ),
    hints=(
        "With the sum z, the loss of one sample is log(1 + exp(z)) - y z. Check that for y = 0 and y = 1.",
        "torch.nn.functional.binary_cross_entropy_with_logits(z, y) is its mean, without overflow.",
        "Add penalty / 2 * (w @ w).",
    ),
    allows="Find its minimum, and you have scikit-learn's LogisticRegression.",
    equivalent=(("torch.logaddexp(z, torch.tensor(0.0)) → torch.logaddexp(torch.tensor(0.0), z)",
                 "a sum in the other order"),),
)

EXERCISES = [PERCEPTRON_STEP, MISTAKE_BOUND, ACCURACY, SOFTMAX, CROSS_ENTROPY, CHANGES, SQUARED_ERROR_SLOPES,
             LOGISTIC_LOSS]
