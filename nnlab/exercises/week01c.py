"""Week 1b: the perceptron and its bound, losses, accuracy, the gradient of one neuron, logistic regression."""

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


def accuracy(outputs, targets):
    """Accuracy: the fraction of the samples that are classified correctly.

    The predicted class of a sample is the one with the largest output; no two outputs of a sample
    are equal.

    Args:
        outputs: tensor (N, C) of floats: for each of C ≥ 2 classes a logit or a probability.
        targets: true classes, int64 tensor (N,), from 0 to C - 1.

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
              "This is the number of correct predictions; the accuracy is their fraction: divide by the number of "
              "samples."),
        Wrong(_accuracy_of_ints,
              "You convert the outputs to whole numbers first: 0.2 and 0.7 both become 0, and which of them is the "
              "largest is lost. Compare the outputs as they are."),
        Wrong(_accuracy_of_sets,
              "You compare the sets of classes: a class counts once, however many samples have it, and a prediction "
              "counts although its own sample has another class. Compare sample by sample."),
        Wrong(_accuracy_of_columns, "You take the largest output of each column. One row is one sample."),
        Wrong(variant(accuracy, (".float().mean()", ".float()"), name="accuracy_of_each"),
              "This is 1 or 0 for each sample, classified correctly or not. Return one number, their mean."),
        Wrong(variant(accuracy, ("outputs.argmax(1)", "outputs.round().argmax(1)"), name="accuracy_of_rounded"),
              "You round the outputs first: 0.4 and 0.1 both become 0, and which of them is the largest is lost."),
        Wrong(variant(accuracy, ("outputs.argmax(1) == targets", "outputs[torch.arange(len(targets)), targets] > 0.5"),
                      name="accuracy_above_half"),
              "You test whether the output of the true class is above 0.5. A prediction is correct if that output is "
              "the largest of its row, also among three of 0.4, 0.3 and 0.3."),
        Wrong(variant(accuracy, ("==", "!="), name="accuracy_of_errors"),
              "This is the error rate, the fraction of wrong predictions."),
        Wrong(_accuracy_as_probability,
              "This is the mean probability of the true class. Accuracy ignores the confidence: a prediction counts 1 "
              "or 0."),
        Wrong(variant(accuracy, ("outputs.argmax(1) == targets", "outputs[torch.arange(len(targets)), targets] > 0"),
                      name="accuracy_above_zero"),
              "You test whether the true class has a positive logit. A prediction is correct if this logit is the "
              "largest, even when it is negative."),
        Wrong(variant(accuracy, ("return ", "return 100 * "), name="accuracy_in_percent"),
              "This is in percent; the accuracy is a number from 0 to 1."),
    ),
    hints=(
        "`outputs.argmax(1)` is the predicted class of each sample: the index of the largest output in each row.",
        "Compare it with the targets; True and False become 1 and 0 by .float(), and their mean is the accuracy.",
    ),
    allows="It is what you want in the end, but cannot be the loss: its gradient is 0 almost everywhere.",
)


CHANGES = Quiz(
    name="changes",
    reference=["stays", "falls", "rises", "rises", "rises", "stays"],
    questions=("all samples correct, all logits times 2: the accuracy",
               "all samples correct, all logits times 2: the cross-entropy",
               "two classes, all samples wrong, all logits times 2: the cross-entropy",
               "two classes, p of the true class rises from 0.49 to 0.51 and, for another sample, falls from 0.9 to "
               "0.6: the accuracy",
               "the same two samples: the cross-entropy",
               "every logit plus 5: the cross-entropy"),
    wrong=(
        Wrong(["rises", "falls", "rises", "rises", "rises", "stays"],
              "You let the accuracy depend on the confidence. It counts correct predictions, and no prediction has "
              "changed."),
        Wrong(["falls", "falls", "rises", "rises", "rises", "stays"],
              "Which logit is the largest does not depend on a factor of 2: correct predictions stay correct."),
        Wrong(["stays", "stays", "rises", "rises", "rises", "stays"],
              "The accuracy stays, but the loss is not the accuracy: it also depends on the confidence. What happens "
              "to -ln p if p grows?"),
        Wrong(["stays", "rises", "rises", "rises", "rises", "stays"],
              "Larger logits are no error by themselves: the true class is ahead of the others by more, so its p comes "
              "closer to 1."),
        Wrong(["stays", "falls", "falls", "rises", "rises", "stays"],
              "More confidence reduces the loss only where the prediction is correct. Here p of the true class becomes "
              "even smaller."),
        Wrong(["stays", "falls", "stays", "rises", "rises", "stays"],
              "All predictions were wrong and still are, but with more confidence. Does the loss not change?"),
        Wrong(["stays", "falls", "rises", "stays", "rises", "stays"],
              "With two classes a prediction is correct if p of the true class is above one half. Which sample crosses "
              "one half, and in which direction?"),
        Wrong(["stays", "falls", "rises", "falls", "rises", "stays"],
              "The sample that fell from 0.9 to 0.6 is classified correctly before and after. Only crossing one half "
              "counts."),
        Wrong(["stays", "falls", "rises", "rises", "falls", "stays"],
              "The accuracy rises, but this does not determine the loss. Sum -ln p of both samples before and after."),
        Wrong(["stays", "falls", "rises", "rises", "stays", "stays"],
              "The two changes do not cancel: compare -ln 0.49 - ln 0.9 with -ln 0.51 - ln 0.6."),
        Wrong(["stays", "falls", "rises", "rises", "rises", "rises"],
              "Softmax depends on differences of logits only: which factor do all exp(z + 5) have in common?"),
        Wrong(["stays", "falls", "rises", "rises", "rises", "falls"],
              "The logits of all classes grew by the same amount: is the true class now ahead of the others by more "
              "than before?"),
    ),
    hints=(
        "The accuracy depends on which logit is the largest. The cross-entropy is -ln p with p of the true class.",
        "Try each of them: make two or three rows of logits, and print accuracy and F.cross_entropy before and after.",
    ),
    allows="The accuracy depends on the predicted class only, the loss on its confidence too.",
)


def squared_error_gradient(w, b, x, y):
    """Gradient (∂C/∂w, ∂C/∂b) of the loss C = (a - y)²/2 of a sigmoid neuron, a = σ(w·x + b).

    Args:
        w, x: weights and inputs of one sample, tensors (n,) of floats; unchanged afterwards.
        b, y: bias, and target from 0 to 1; floats or tensors ().

    Returns:
        pair (∂C/∂w, ∂C/∂b): a tensor (n,) in the dtype of w, and a float or a tensor ().

    >>> squared_error_gradient(torch.tensor([0.0, 0.0]), 0.0, torch.tensor([1.0, 2.0]), 1.0)
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
    return f"squared_error_gradient({w}, {b}, {x}, {y})"


SQUARED_ERROR_GRADIENT = Exercise(
    reference=squared_error_gradient,
    inputs=_one_sample,
    tries=30,
    cases=(
        "squared_error_gradient(torch.tensor([0.0]), 0.0, torch.tensor([1.0]), 0.5)",
        "squared_error_gradient(torch.tensor([0.0]), 0.0, torch.tensor([1.0]), 0.0)",
        "squared_error_gradient(torch.tensor([0.0]), 0.0, torch.tensor([3.0]), 0.0)",
        "squared_error_gradient(torch.tensor([0.0]), 30.0, torch.tensor([1.0]), 0.0)",
        "squared_error_gradient(torch.tensor([1.0, -2.0]), 0.5, torch.tensor([2.0, 1.0]), 1.0)",
        "squared_error_gradient(torch.tensor([2.0]), 4.0, torch.tensor([1.0]), 0.0)",
    ),
    wrong=(
        Wrong(variant(squared_error_gradient, (" * a * (1 - a)", ""), name="gradient_without_sigmoid"),
              "The derivative of the sigmoid, a (1 - a), is missing. (What is left is the derivative of another loss: "
              "cross-entropy's.)"),
        Wrong(variant(squared_error_gradient, ("a - y", "y - a"), name="gradient_downhill"),
              "This is minus the gradient, the direction of descent. In the direction of the gradient C increases: a "
              "moves away from y."),
        Wrong(variant(squared_error_gradient, ("delta = ", "delta = 2 * "), name="gradient_doubled"),
              "Twice too large: the 2 from the square and the 1/2 in front of it cancel."),
        Wrong(variant(squared_error_gradient, ("delta * x", "delta * torch.ones_like(x)"),
                      name="gradient_without_input"),
              "The bias is correct. What is the derivative of z = w·x + b with respect to a weight?"),
        Wrong(variant(squared_error_gradient, ("a * (1 - a)", "z * (1 - z)"),
                      ("a = torch.sigmoid(w @ x + b)", "z = w @ x + b; a = torch.sigmoid(z)"),
                      name="gradient_of_the_sum"),
              "The derivative of σ at z is σ(z) (1 - σ(z)): it is computed from the output a, not from z."),
        Wrong(variant(squared_error_gradient, ("(a - y) *", "(a - y) ** 2 / 2 *"), name="gradient_times_loss"),
              "You multiply by the loss (a - y)²/2 itself. What is its derivative with respect to a?"),
        Wrong(variant(squared_error_gradient, ("a * (1 - a)", "(1 - a ** 2)"), name="gradient_of_tanh"),
              "1 - a² is the derivative of tanh. What is the derivative of the sigmoid, as a function of a?"),
        Wrong(variant(squared_error_gradient, ("torch.sigmoid", "torch.tanh"), name="gradient_of_another_neuron"),
              "You use tanh as activation. The neuron of this exercise has the sigmoid."),
        Wrong(variant(squared_error_gradient, ("delta * x, delta.item()", "delta * x, delta * b"),
                      name="gradient_times_bias"),
              "The weights are correct. The derivative of w·x + b with respect to b is 1, whatever b is."),
        Wrong(variant(squared_error_gradient, ("delta * x, delta.item()", "w - delta * x, b - delta"),
                      name="gradient_step"),
              "These are the parameters after one step of gradient descent. Return the gradient itself."),
        Wrong(variant(squared_error_gradient, ("delta * x, delta.item()", "delta * x, a - y"),
                      name="gradient_bias_without_sigmoid"),
              "The weights are correct. The bias is the weight of an input that is always 1, so its derivative "
              "contains the same factors."),
    ),
    hints=(
        "The chain rule: ∂C/∂a = a - y, ∂a/∂z = a (1 - a), and ∂z/∂w_j = x_j with z = w·x + b.",
        "delta = (a - y) * a * (1 - a) is a factor of both: the derivatives are delta * x and delta.",
    ),
    allows="The next cells check it by finite differences.",
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
        tensor () in the dtype of w. It is differentiable: autograd gives the gradient with respect
        to w and b.

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
              "|w|² is the sum of the squares of the weights; you sum their absolute values."),
        Wrong(variant(logistic_loss, (_LOSSES, "(torch.sigmoid(z) - y) ** 2"), name="logistic_squared_error"),
              "This is squared error. Logistic regression minimizes the cross-entropy of a sigmoid neuron."),
        Wrong(variant(logistic_loss, (_LOSSES, "-y * torch.nn.functional.logsigmoid(z)"), name="logistic_one_class"),
              "Only samples of class 1 have a loss here. For class 0 it is -ln(1 - a)."),
        Wrong(variant(logistic_loss,
                      (_LOSSES, "-y * torch.log(torch.sigmoid(z)) - (1 - y) * torch.log(1 - torch.sigmoid(z))"),
                      name="logistic_unstable"),
              "The formula is correct. At z = 200 the output a is rounded to 1, and log(1 - a) is -inf: compute the "
              "loss from z = w·x + b, without a."),
        Wrong(variant(logistic_loss,
                      (_LOSSES, "torch.nn.functional.binary_cross_entropy(torch.sigmoid(z), y, reduction='none')"),
                      name="logistic_capped"),
              "Correct for small z = w·x + b. At z = 200 the sigmoid is rounded to 1, and binary_cross_entropy returns "
              "100 instead of an infinite loss: which function of torch takes the logit z itself?"),
        Wrong(variant(logistic_loss, (_LOSSES, "torch.nn.functional.softplus(-y * z)"),
                      name="logistic_of_other_classes"),
              "log(1 + exp(-y z)) is the loss for classes 1 and -1. Here they are 1 and 0: for class 0 it would always "
              "be ln 2."),
        Wrong(variant(logistic_loss, ("y * z).mean()", "y * z)"), name="logistic_of_each"),
              "These are the losses of all samples. Return one number: their mean, with the penalty added once."),
        Wrong(variant(logistic_loss, (_LOSSES, "torch.logaddexp(z, torch.tensor(0.0)) - (1 - y) * z"),
                      name="logistic_classes_exchanged"),
              "The classes are exchanged: a is the probability of class 1, so for y = 1 the loss is -ln a."),
        Wrong(variant(logistic_loss, ("return (", "return -("), name="logistic_without_minus"),
              "The logarithm of a probability is negative or 0. A loss is larger where the prediction is worse."),
        Wrong(variant(logistic_loss, ("mean() +", "mean() / torch.log(torch.tensor(2.0)) +"), name="logistic_in_bits"),
              "The cross-entropy is in bits (log2). The course, like PyTorch, takes the natural logarithm."),
        Wrong(variant(logistic_loss, (" + penalty / 2 * (w @ w)", ""), name="logistic_without_penalty"),
              "The penalty is missing."),
        Wrong(variant(logistic_loss, ("(w @ w)", "w.norm().item() ** 2"), name="logistic_penalty_without_gradient"),
              "The value is right, but a part of it is computed outside torch (.item(), a float, math): its gradient "
              "is lost. Use tensors."),
    ),
    hints=(
        "With z = w·x + b the loss of one sample is log(1 + exp(z)) - y z. Check this for y = 0 and y = 1.",
        "torch.nn.functional.binary_cross_entropy_with_logits(z, y) is its mean, without overflow.",
        "Add penalty / 2 * (w @ w).",
    ),
    allows="Find its minimum, and you have scikit-learn's LogisticRegression.",
    equivalent=(("torch.logaddexp(z, torch.tensor(0.0)) → torch.logaddexp(torch.tensor(0.0), z)",
                 "a sum in the other order"),),
)

EXERCISES = [PERCEPTRON_STEP, MISTAKE_BOUND, ACCURACY, SOFTMAX, CROSS_ENTROPY, CHANGES, SQUARED_ERROR_GRADIENT,
             LOGISTIC_LOSS]
