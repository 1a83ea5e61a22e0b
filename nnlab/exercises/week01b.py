"""Week 1b: the perceptron and its bound, losses, accuracy, and one neuron that learns."""

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def perceptron_step(w, b, x, y):
    """Weights and bias (w, b) after the perceptron has seen the point x (n,) of class y, 1.0 or -1.0 (Rosenblatt 1958).

    It changes nothing unless the point lies on the wrong side of the line w·x + b = 0, or on it; then y x is added to
    the weights and y to the bias.
    """
    if y * (w @ x + b) <= 0:
        w, b = w + y * x, b + y
    return w, b


PERCEPTRON_STEP = Exercise(
    reference=perceptron_step,
    cases=(
        "perceptron_step(torch.tensor([1.0]), 0.0, torch.tensor([2.0]), 1.0)",
        "perceptron_step(torch.tensor([1.0]), 0.0, torch.tensor([0.5]), 1.0)",
        "perceptron_step(torch.tensor([1.0]), 0.0, torch.tensor([-2.0]), 1.0)",
        "perceptron_step(torch.zeros(2), 0.0, torch.tensor([1.0, 3.0]), 1.0)",
        "perceptron_step(torch.zeros(2), 0.0, torch.tensor([1.0, 3.0]), -1.0)",
        "perceptron_step(torch.tensor([1.0, 0.0]), 0.5, torch.tensor([1.0, 3.0]), -1.0)",
        "perceptron_step(torch.tensor([1.0, 0.0]), -3.0, torch.tensor([1.0, 3.0]), -1.0)",
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
    """Bound (R/γ)², a float, on the number of mistakes of the perceptron on points x (N, n), classes y (N,) of ±1.

    The line w·x + b = 0 separates the classes. R is the length of the longest input (x, 1), γ the least y (w·x + b)
    when (w, b) is scaled to length 1 (Novikoff 1962).
    """
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    weights = torch.cat([w, torch.tensor([b])])
    margin = (y * (inputs @ weights)).min() / weights.norm()
    return ((inputs.norm(dim=1).max() / margin) ** 2).item()


MISTAKE_BOUND = Exercise(
    reference=mistake_bound,
    cases=(
        "float(mistake_bound(torch.zeros(1, 1), torch.ones(1), torch.tensor([0.0]), 1.0))",
        "float(mistake_bound(torch.tensor([[1000.0]]), torch.tensor([1.0]), torch.tensor([1.0]), 0.0))",
        "float(mistake_bound(torch.tensor([[2.0]]), torch.tensor([1.0]), torch.tensor([1.0]), 0.0))",
        "float(mistake_bound(torch.tensor([[2.0]]), torch.tensor([1.0]), torch.tensor([3.0]), 4.0))",
        "float(mistake_bound(torch.tensor([[1.0], [-3.0]]), torch.tensor([1.0, -1.0]), torch.tensor([1.0]), 0.0))",
        "x = torch.tensor([[3.0, 0.0], [-1.0, 1.0]]); float(mistake_bound(x, torch.tensor([1.0, -1]), "
        "torch.tensor([2.0, 0]), 1.0))",
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
    """Probabilities (..., C) from scores z (..., C): exponentials that add up to 1, for scores of any size."""
    e = torch.exp(z - z.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


SOFTMAX = Exercise(
    reference=softmax,
    cases=(
        "softmax(torch.tensor([3.0]))",
        "softmax(torch.tensor([1.0, 1.0]))",
        "softmax(torch.tensor([0.0, 1.0]))",
        "softmax(torch.tensor([[0.0, 1.0], [2.0, 2.0]]))",
        "softmax(torch.tensor([200.0, 200.0]))",
        "softmax(torch.tensor([-200.0, -201.0]))",
        "softmax(torch.tensor([[0.0, 0.0], [200.0, 202.0]]))",
        "z = torch.arange(12.0).view(2, 2, 3); softmax(z)",
    ),
    wrong=(
        Wrong(variant(softmax, (" - z.amax(-1, keepdim=True)", ""), name="softmax_overflows"),
              "Right for small scores. exp(200) is more than a float can hold: which number can you subtract from all "
              "scores without changing the result?"),
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
    """Mean of -log p over the samples, p the softmax probability of the class y: scores z (N, C), classes y (N,)."""
    return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()


def _entropy_that_overflows(z, y):
    e = torch.exp(z)
    return -torch.log((e / e.sum(1, keepdim=True))[torch.arange(len(y)), y]).mean()


def _entropy_that_reaches_zero(z, y):
    return -torch.log(torch.softmax(z, 1)[torch.arange(len(y)), y]).mean()


CROSS_ENTROPY = Exercise(
    reference=cross_entropy,
    cases=(
        "cross_entropy(torch.tensor([[0.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[5.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[0.0, 0.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[0.0, 1.0]]), torch.tensor([0]))",
        "cross_entropy(torch.tensor([[0.0, 1.0], [2.0, 2.0]]), torch.tensor([1, 0]))",
        "cross_entropy(torch.tensor([[100.0, 0.0, 0.0]]), torch.tensor([1]))",
        "cross_entropy(torch.tensor([[1000.0, 0.0, 0.0]]), torch.tensor([1]))",
        "cross_entropy(torch.arange(12.0).view(4, 3) % 5, torch.tensor([2, 0, 1, 1]))",
    ),
    wrong=(
        Wrong(variant(cross_entropy, ("return", "z = torch.softmax(z, 1); return"), name="entropy_of_softmax_twice"),
              "You apply softmax twice: it is part of this loss already, so the loss must get the raw scores (logits). "
              "Twice, the loss can hardly fall."),
        Wrong(variant(cross_entropy, ("mean()", "sum()"), name="entropy_summed"),
              "One sample is right; for several you return the sum. The mean does not grow with the batch."),
        Wrong(variant(cross_entropy, ("return ", "return -"), name="entropy_without_minus"),
              "The logarithm of a probability is negative; a loss should grow when the prediction is wrong."),
        Wrong(_entropy_that_overflows,
              "Right for small scores; exp(100) is more than a float can hold. Which softmax is safe here?"),
        Wrong(_entropy_that_reaches_zero,
              "The probability of the right class is rounded to 0, and log(0) is infinite. Never form p: log p = z_y - "
              "logsumexp(z)."),
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
    """Fraction of the samples classified correctly, from 0 to 1: outputs (N, C), targets (N,)."""
    return (outputs.argmax(1) == targets).float().mean()


def _accuracy_of_columns(outputs, targets):
    best = outputs.argmax(0)
    return (best[:len(targets)] == targets[:len(best)]).float().mean()


def _accuracy_as_probability(outputs, targets):
    return torch.softmax(outputs, 1)[torch.arange(len(targets)), targets].mean()


ACCURACY = Exercise(
    reference=accuracy,
    cases=(
        "float(accuracy(torch.tensor([[2.0, -1.0]]), torch.tensor([0])))",
        "float(accuracy(torch.tensor([[2.0, -1.0]]), torch.tensor([1])))",
        "float(accuracy(torch.tensor([[9.0, 8.0], [9.0, 8.0]]), torch.tensor([0, 1])))",
        "float(accuracy(torch.tensor([[-3.0, -1.0, -2.0]]), torch.tensor([1])))",
        "float(accuracy(torch.tensor([[0.0, 1.0], [3.0, 2.0], [1.0, 0.0]]), torch.tensor([1, 0, 1])))",
        "float(accuracy(torch.eye(5), torch.tensor([0, 1, 2, 0, 0])))",
    ),
    wrong=(
        Wrong(variant(accuracy, ("mean()", "sum()"), name="accuracy_counted"),
              "This is the number of correct predictions; the accuracy is their fraction, which does not grow with the "
              "number of samples."),
        Wrong(_accuracy_of_columns, "You look for the largest down each column. One row is one sample."),
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
    """Gradient (dC/dw, dC/db) of C = (a - y)²/2 for a sigmoid neuron a = σ(w·x + b), input x (n,), target y."""
    a = torch.sigmoid(w @ x + b)
    delta = (a - y) * a * (1 - a)
    return delta * x, delta


SQUARED_ERROR_SLOPES = Exercise(
    reference=squared_error_slopes,
    cases=(
        "squared_error_slopes(torch.tensor([0.0]), 0.0, torch.tensor([1.0]), 0.5)",
        "squared_error_slopes(torch.tensor([0.0]), 0.0, torch.tensor([1.0]), 0.0)",
        "squared_error_slopes(torch.tensor([0.0]), 0.0, torch.tensor([3.0]), 0.0)",
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
        Wrong(variant(squared_error_slopes, ("delta * x, delta", "delta * x, a - y"),
                      name="gradient_bias_without_sigmoid"),
              "The weights are right. The bias acts through the same sigmoid: it is the weight of an input that is "
              "always 1."),
    ),
    hints=(
        "The chain rule: C changes with a by (a - y), a with the sum by a (1 - a), the sum with a weight by its input.",
        "delta = (a - y) * a * (1 - a) belongs to both: the derivatives are delta * x and delta.",
    ),
    allows="Check it: change a weight a little, and see how C changes.",
    equivalent=(("w @ x → x @ w", "the same product of two vectors"),),
)


def logistic_loss(w, b, x, y, penalty):
    """Mean cross-entropy of a sigmoid neuron on x (N, n), classes y (N,) of 0.0 and 1.0, plus penalty/2 times |w|²."""
    z = x @ w + b
    return (torch.logaddexp(z, torch.tensor(0.0)) - y * z).mean() + penalty / 2 * (w @ w)


_LOSSES = "torch.logaddexp(z, torch.tensor(0.0)) - y * z"
LOGISTIC_LOSS = Exercise(
    reference=logistic_loss,
    cases=(
        "logistic_loss(torch.tensor([0.0]), 0.0, torch.tensor([[1.0]]), torch.tensor([1.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.0, torch.tensor([[2.0]]), torch.tensor([1.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.5, torch.tensor([[2.0]]), torch.tensor([0.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.5, torch.tensor([[2.0], [-1.0]]), torch.tensor([0.0, 1.0]), 0.0)",
        "logistic_loss(torch.tensor([3.0, -4.0]), 0.5, torch.tensor([[2.0, 1.0]]), torch.tensor([1.0]), 0.1)",
        "logistic_loss(torch.tensor([1.0]), 0.0, torch.tensor([[30.0]]), torch.tensor([1.0]), 0.0)",
        "logistic_loss(torch.tensor([1.0]), 0.0, torch.tensor([[200.0], [1.0]]), torch.tensor([0.0, 1.0]), 0.0)",
        "w, x = torch.ones(1, requires_grad=True), torch.ones(1, 1); "
        "torch.autograd.grad(logistic_loss(w, 0.5, x, x[0], 0.1), w)[0]",
    ),
    wrong=(
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
