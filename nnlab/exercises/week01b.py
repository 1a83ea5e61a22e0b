"""Week 1b: the perceptron and its bound, losses, accuracy, and one neuron that learns."""

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong


def perceptron_step(w, b, x, y):
    """Weights and bias (w, b) after the perceptron has seen the point x (n,) of class y, 1.0 or -1.0 (Rosenblatt 1958).

    It changes nothing unless the point lies on the wrong side of the line w·x + b = 0, or on it; then y x is added to the
    weights and y to the bias.
    """
    if y * (w @ x + b) <= 0:
        w, b = w + y * x, b + y
    return w, b


def _step_always(w, b, x, y):
    return w + y * x, b + y


def _step_not_on_the_line(w, b, x, y):
    return (w + y * x, b + y) if y * (w @ x + b) < 0 else (w, b)


def _step_without_class(w, b, x, y):
    return (w + x, b + 1.0) if y * (w @ x + b) <= 0 else (w, b)


def _step_without_bias(w, b, x, y):
    return (w + y * x, b) if y * (w @ x + b) <= 0 else (w, b)


def _step_away(w, b, x, y):
    return (w - y * x, b - y) if y * (w @ x + b) <= 0 else (w, b)


def _step_in_place(w, b, x, y):
    if y * (w @ x + b) <= 0:
        w += y * x
        b = b + y
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
        Wrong(_step_always, "You learn from every point. The perceptron leaves its weights alone while it is right."),
        Wrong(_step_not_on_the_line,
              "A point on the line itself changes nothing with you: started from zeros, where every sum is 0, it never begins."),
        Wrong(_step_without_class,
              "Points of class 1 are handled right. One of class -1 should push the line the other way: what turns the step?"),
        Wrong(_step_without_bias, "The bias stays as it was: it is the weight of an input that is always 1, and learns too."),
        Wrong(_step_away, "The step goes the wrong way: after it the point is deeper on the wrong side."),
        Wrong(_step_in_place, "`w += ...` changes the tensor that was given, for everybody who holds it. Write w = w + ..."),
    ),
    hints=(
        "y * (w @ x + b) is positive exactly where the point is on its right side.",
        "If that is 0 or less: the new weights are w + y * x, the new bias b + y. Else both stay.",
    ),
    allows="Repeat it over the points, and Rosenblatt's machine learns.",
    equivalent=(("w @ x → x @ w", "the same product of two vectors"),),
)


def mistake_bound(x, y, w, b):
    """(R/γ)², the most mistakes that the perceptron can make on points x (N, n) of classes y (N,), ±1, a float (Novikoff 1962).

    The line w·x + b = 0 separates them. R is the length of the longest input (x, 1), γ the least y (w·x + b) once the weights
    (w, b) are scaled to length 1.
    """
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    weights = torch.cat([w, torch.tensor([b])])
    margin = (y * (inputs @ weights)).min() / weights.norm()
    return ((inputs.norm(dim=1).max() / margin) ** 2).item()


def _bound_radius_without_one(x, y, w, b):
    weights = torch.cat([w, torch.tensor([b])])
    margin = (y * (x @ w + b)).min() / weights.norm()
    return ((x.norm(dim=1).max() / margin) ** 2).item()


def _bound_plain_distance(x, y, w, b):
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    margin = (y * (x @ w + b)).min() / w.norm()
    return ((inputs.norm(dim=1).max() / margin) ** 2).item()


def _bound_not_scaled(x, y, w, b):
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    return ((inputs.norm(dim=1).max() / (y * (x @ w + b)).min()) ** 2).item()


def _bound_not_squared(x, y, w, b):
    return mistake_bound(x, y, w, b) ** 0.5


def _bound_mean(x, y, w, b):
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    weights = torch.cat([w, torch.tensor([b])])
    margin = (y * (inputs @ weights)).mean() / weights.norm()
    return ((inputs.norm(dim=1).max() / margin) ** 2).item()


def _bound_without_classes(x, y, w, b):
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    weights = torch.cat([w, torch.tensor([b])])
    margin = (inputs @ weights).min() / weights.norm()
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
        Wrong(_bound_radius_without_one,
              "R leaves out the bias's own input, the 1 at the end of each point: the theorem is about the longer "
              "vectors (x, 1)."),
        Wrong(_bound_plain_distance,
              "You divide by the length of w alone. In the theorem the bias is a weight like the others: whose length counts?"),
        Wrong(_bound_not_scaled,
              "Twice the weights are the same line, but with you the bound falls to a quarter. Scale the weights to length 1."),
        Wrong(_bound_not_squared, "This is R/γ; the bound is its square."),
        Wrong(_bound_mean, "γ is the least distance, not the mean: the hardest point sets the bound."),
        Wrong(_bound_without_classes,
              "For points of class 1 this is right. At those of class -1 the sum is negative: what makes a distance of it?"),
    ),
    hints=(
        "Put a 1 at the end of each point and the bias at the end of the weights: then w·x + b is one product.",
        "`torch.cat([x, torch.ones(len(x), 1)], dim=1)`; γ is the least of y * (inputs @ weights), over weights.norm().",
        "R is inputs.norm(dim=1).max(). The answer is (R / γ) ** 2, as a number: .item().",
    ),
    allows="Now count the mistakes, in any order you like.",
    equivalent=(("((inputs.norm(dim=1).max() / margin) ** 2).item() → (inputs.norm(dim=1).max() / margin) ** 2",
                 "a tensor with one number counts as a number here"),),
)


def softmax(z):
    """Probabilities (..., C) from scores z (..., C): exponentials that add up to 1, for scores of any size."""
    e = torch.exp(z - z.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


def _softmax_overflows(z):
    e = torch.exp(z)
    return e / e.sum(-1, keepdim=True)


def _softmax_over_all(z):
    e = torch.exp(z - z.max())
    return e / e.sum()


def _softmax_over_samples(z):
    e = torch.exp(z - z.amax(0, keepdim=True))
    return e / e.sum(0, keepdim=True)


def _softmax_without_exp(z):
    return z / z.sum(-1, keepdim=True)


def _softmax_of_sigmoids(z):
    e = torch.sigmoid(z)
    return e / e.sum(-1, keepdim=True)


def _softmax_not_divided(z):
    return torch.exp(z - z.amax(-1, keepdim=True))


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
        Wrong(_softmax_overflows,
              "Right for small scores. exp(200) is more than a float can hold: which number can you take from all scores "
              "without changing the result?"),
        Wrong(_softmax_over_all,
              "One sample is right. With several, all of them together add up to 1: each row should by itself."),
        Wrong(_softmax_over_samples, "You normalise down the columns. Along which dimension do the classes of one sample lie?"),
        Wrong(_softmax_without_exp, "This divides the scores themselves, which may be negative or 0. What makes them positive?"),
        Wrong(_softmax_of_sigmoids,
              "These are sigmoids, scaled: they hardly grow for large scores. The exponential is what makes the larger one win."),
        Wrong(_softmax_not_divided, "These do not add up to 1: divide by their sum."),
    ),
    hints=(
        "Exponentials, divided by their sum along the last dimension (keepdim=True keeps the shapes together).",
        "exp(z - m) / sum exp(z - m) is the same for every m. Choose m so that nothing overflows.",
    ),
    allows="Scores become probabilities, whatever their size.",
)


def cross_entropy(z, y):
    """Mean of -log p over the samples, where p is the softmax probability of the right class: scores z (N, C), classes y (N,)."""
    return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()


def _entropy_of_softmax_twice(z, y):
    return cross_entropy(torch.softmax(z, 1), y)


def _entropy_summed(z, y):
    return cross_entropy(z, y) * len(y)


def _entropy_without_minus(z, y):
    return -cross_entropy(z, y)


def _entropy_that_overflows(z, y):
    e = torch.exp(z)
    return -torch.log((e / e.sum(1, keepdim=True))[torch.arange(len(y)), y]).mean()


def _entropy_that_reaches_zero(z, y):
    return -torch.log(torch.softmax(z, 1)[torch.arange(len(y)), y]).mean()


def _entropy_of_scores(z, y):
    return -z[torch.arange(len(y)), y].mean()


def _entropy_over_all(z, y):
    return cross_entropy(z, y) / z.shape[1]


def _entropy_base_two(z, y):
    return cross_entropy(z, y) / torch.log(torch.tensor(2.0))


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
        Wrong(_entropy_of_softmax_twice,
              "You make probabilities of probabilities: softmax is part of this loss already, so it must get the raw scores. "
              "Twice, it can hardly fall."),
        Wrong(_entropy_summed, "One sample is right; for several you give the sum. The mean does not grow with the batch."),
        Wrong(_entropy_without_minus, "A logarithm of a probability is negative; a loss should grow when the network is wrong."),
        Wrong(_entropy_that_overflows,
              "Right for small scores; exp(100) is more than a float can hold. Where is the softmax that survives this?"),
        Wrong(_entropy_that_reaches_zero,
              "The probability of the right class is rounded to 0, and log(0) is infinite. Never form p: log p = "
              "z_y - logsumexp(z)."),
        Wrong(_entropy_of_scores,
              "This is the score of the right class alone: the others must count, else all scores just grow."),
        Wrong(_entropy_over_all, "You average over the C classes too. Only the right class of each sample counts."),
        Wrong(_entropy_base_two, "This is in bits (log2). The course, and PyTorch, take the natural logarithm."),
    ),
    hints=(
        "`z[torch.arange(len(y)), y]` picks each sample's score of its right class.",
        "log softmax(z)_y = z_y - log(sum of exp(z)), and torch has `logsumexp`.",
    ),
    allows="ln 2 = 0.69 for two classes and ln 10 = 2.30 for ten is what guessing costs.",
)


def accuracy(outputs, targets):
    """Share of samples whose largest output is that of the right class: outputs (N, C), targets (N,); a number from 0 to 1."""
    return (outputs.argmax(1) == targets).float().mean()


def _accuracy_counted(outputs, targets):
    return (outputs.argmax(1) == targets).float().sum()


def _accuracy_of_columns(outputs, targets):
    best = outputs.argmax(0)
    return (best[:len(targets)] == targets[:len(best)]).float().mean()


def _accuracy_of_errors(outputs, targets):
    return (outputs.argmax(1) != targets).float().mean()


def _accuracy_as_probability(outputs, targets):
    return torch.softmax(outputs, 1)[torch.arange(len(targets)), targets].mean()


def _accuracy_above_zero(outputs, targets):
    return (outputs[torch.arange(len(targets)), targets] > 0).float().mean()


def _accuracy_in_percent(outputs, targets):
    return 100 * (outputs.argmax(1) == targets).float().mean()


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
        Wrong(_accuracy_counted, "This counts the right ones; a share is asked, which does not grow with the number of samples."),
        Wrong(_accuracy_of_columns, "You look for the largest down each column. One row is one sample."),
        Wrong(_accuracy_of_errors, "This is the share of the wrong ones."),
        Wrong(_accuracy_as_probability,
              "This is the mean probability of the right class. Accuracy forgets how sure the network was: right or "
              "wrong, 1 or 0."),
        Wrong(_accuracy_above_zero,
              "You ask whether the right class has a positive score. It counts if it is the largest, be it negative."),
        Wrong(_accuracy_in_percent, "This is in percent; a number from 0 to 1 is asked."),
    ),
    hints=(
        "`outputs.argmax(1)` is, for each row, the place of its largest number.",
        "Compare it with the targets; True and False become 1 and 0 by .float(), and the mean is the share.",
    ),
    allows="It is what you want in the end, and what you cannot follow downhill.",
)


CHANGES = Quiz(
    name="changes",
    reference=["stays", "falls", "rises", "rises", "rises", "stays"],
    questions=("all samples right, all scores times 2: the accuracy",
               "all samples right, all scores times 2: the cross-entropy",
               "two classes, all samples wrong, all scores times 2: the cross-entropy",
               "two classes, p of the right one goes from 0.49 to 0.51 and, for another sample, from 0.9 to 0.6: the accuracy",
               "the same two samples: the cross-entropy",
               "every score plus 5: the cross-entropy"),
    wrong=(
        Wrong(["rises", "falls", "rises", "rises", "rises", "stays"],
              "You let the accuracy follow how sure the network is. It counts who is right, and nobody has changed sides."),
        Wrong(["falls", "falls", "rises", "rises", "rises", "stays"],
              "Which of the scores is the largest does not depend on a factor of 2: who is right stays right."),
        Wrong(["stays", "stays", "rises", "rises", "rises", "stays"],
              "The accuracy stays, but the loss is not the accuracy: it also asks how sure. What happens to -ln p if p grows?"),
        Wrong(["stays", "rises", "rises", "rises", "rises", "stays"],
              "Larger scores are no fault by themselves: the right class wins by more, so p comes nearer to 1."),
        Wrong(["stays", "falls", "falls", "rises", "rises", "stays"],
              "To be surer helps only where one is right. Here p of the right class becomes smaller still."),
        Wrong(["stays", "falls", "stays", "rises", "rises", "stays"],
              "They were all wrong and still are, but they are surer of it. Does the loss not mind?"),
        Wrong(["stays", "falls", "rises", "stays", "rises", "stays"],
              "With two classes a sample is right when its p is above one half. Which of the two crosses it, and which way?"),
        Wrong(["stays", "falls", "rises", "falls", "rises", "stays"],
              "The one that fell from 0.9 to 0.6 is right before and after. Only crossing one half counts."),
        Wrong(["stays", "falls", "rises", "rises", "falls", "stays"],
              "You read the loss off the accuracy: more are right, so it should be lower. Add up -ln p before and after."),
        Wrong(["stays", "falls", "rises", "rises", "stays", "stays"],
              "The two changes do not cancel: compare -ln 0.49 - ln 0.9 with -ln 0.51 - ln 0.6."),
        Wrong(["stays", "falls", "rises", "rises", "rises", "rises"],
              "Softmax compares the scores of one sample: what do exp(z + 5), divided by their sum, have in common?"),
        Wrong(["stays", "falls", "rises", "rises", "rises", "falls"],
              "All classes gained the same: is the right one now ahead of the others by more than before?"),
    ),
    hints=(
        "The accuracy asks which score is the largest. The cross-entropy asks for p of the right class, and takes -ln p.",
        "Try each of them: make two or three rows of scores, and print accuracy and F.cross_entropy before and after.",
    ),
    allows="Who is right, and how sure of it, are two things: a loss watches both.",
)


def squared_error_slopes(w, b, x, y):
    """Slopes (dC/dw, dC/db) of C = (a - y)²/2 for a sigmoid neuron a = σ(w·x + b), input x (n,), target y."""
    a = torch.sigmoid(w @ x + b)
    delta = (a - y) * a * (1 - a)
    return delta * x, delta


def _slopes_without_sigmoid(w, b, x, y):
    delta = torch.sigmoid(w @ x + b) - y
    return delta * x, delta


def _slopes_downhill(w, b, x, y):
    a = torch.sigmoid(w @ x + b)
    delta = (y - a) * a * (1 - a)
    return delta * x, delta


def _slopes_doubled(w, b, x, y):
    a = torch.sigmoid(w @ x + b)
    delta = 2 * (a - y) * a * (1 - a)
    return delta * x, delta


def _slopes_without_input(w, b, x, y):
    a = torch.sigmoid(w @ x + b)
    delta = (a - y) * a * (1 - a)
    return delta * torch.ones_like(x), delta


def _slopes_of_the_sum(w, b, x, y):
    z = w @ x + b
    delta = (torch.sigmoid(z) - y) * z * (1 - z)
    return delta * x, delta


def _slopes_bias_without_sigmoid(w, b, x, y):
    a = torch.sigmoid(w @ x + b)
    return (a - y) * a * (1 - a) * x, a - y


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
        Wrong(_slopes_without_sigmoid,
              "The slope of the sigmoid, a (1 - a), is missing. (What is left is the slope of another loss: cross-entropy's.)"),
        Wrong(_slopes_downhill,
              "This is the direction downhill. The slope itself points uphill: C grows when a moves away from y."),
        Wrong(_slopes_doubled, "Twice too large: the 2 from the square and the 1/2 in front of it cancel."),
        Wrong(_slopes_without_input,
              "The bias is right. How much does the sum change when a weight does? Its input decides that."),
        Wrong(_slopes_of_the_sum, "The slope of σ at the sum z is σ(z) (1 - σ(z)): it is made of the output, not of the sum."),
        Wrong(_slopes_bias_without_sigmoid,
              "The weights are right. The bias acts through the same sigmoid: it is the weight of an input that is always 1."),
    ),
    hints=(
        "The chain: C changes with a by (a - y), a with the sum by a (1 - a), the sum with a weight by its input.",
        "delta = (a - y) * a * (1 - a) belongs to both: the slopes are delta * x and delta.",
    ),
    allows="Check it: nudge a weight, and see how C changes.",
    equivalent=(("w @ x → x @ w", "the same product of two vectors"),),
)


def logistic_loss(w, b, x, y, penalty):
    """Mean cross-entropy of one sigmoid neuron on x (N, n), classes y (N,) of 0.0 and 1.0, plus penalty/2 times |w|²."""
    z = x @ w + b
    return (torch.logaddexp(z, torch.tensor(0.0)) - y * z).mean() + penalty / 2 * (w @ w)


def _logistic_penalty_not_halved(w, b, x, y, penalty):
    return logistic_loss(w, b, x, y, 2 * penalty)


def _logistic_penalty_on_bias(w, b, x, y, penalty):
    return logistic_loss(w, b, x, y, penalty) + penalty / 2 * b * b


def _logistic_summed(w, b, x, y, penalty):
    return logistic_loss(w, b, x, y, 0.0) * len(x) + penalty / 2 * (w @ w)


def _logistic_absolute(w, b, x, y, penalty):
    return logistic_loss(w, b, x, y, 0.0) + penalty / 2 * w.abs().sum()


def _logistic_squared_error(w, b, x, y, penalty):
    return ((torch.sigmoid(x @ w + b) - y) ** 2).mean() + penalty / 2 * (w @ w)


def _logistic_one_class(w, b, x, y, penalty):
    return -(y * torch.nn.functional.logsigmoid(x @ w + b)).mean() + penalty / 2 * (w @ w)


def _logistic_unstable(w, b, x, y, penalty):
    a = torch.sigmoid(x @ w + b)
    return -(y * torch.log(a) + (1 - y) * torch.log(1 - a)).mean() + penalty / 2 * (w @ w)


def _logistic_penalty_without_slope(w, b, x, y, penalty):
    return logistic_loss(w, b, x, y, 0.0) + penalty / 2 * w.norm().item() ** 2


def _logistic_without_penalty(w, b, x, y, penalty):
    return logistic_loss(w, b, x, y, 0.0)


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
        Wrong(_logistic_penalty_not_halved, "The penalty is twice too large: penalty/2 is asked, as scikit-learn has it."),
        Wrong(_logistic_penalty_on_bias, "The bias is penalised as well. It only shifts the line: leave it free."),
        Wrong(_logistic_summed, "For several samples you give the sum of their losses; the mean is asked."),
        Wrong(_logistic_absolute, "|w|² is the sum of the squares of the weights; you add up their absolute values."),
        Wrong(_logistic_squared_error,
              "This is squared error. Logistic regression is the neuron with cross-entropy; with squared error it "
              "is something else."),
        Wrong(_logistic_one_class, "Only class 1 counts. For class 0 it is the logarithm of 1 - a that must count."),
        Wrong(_logistic_unstable,
              "Right as a formula. At a sum of 200 the output is rounded to 1, and log(1 - a) is infinite: form the "
              "loss from the sum."),
        Wrong(_logistic_without_penalty, "The penalty is missing."),
        Wrong(_logistic_penalty_without_slope,
              "The value is right, but a part of it has left torch (.item(), a float, math): its slope is lost. Use tensors."),
    ),
    hints=(
        "With the sum z, the loss of one sample is log(1 + exp(z)) - y z. Check that for y = 0 and y = 1.",
        "torch.nn.functional.binary_cross_entropy_with_logits(z, y) is its mean, without overflow.",
        "Add penalty / 2 * (w @ w).",
    ),
    allows="Find its lowest point, and you have scikit-learn's LogisticRegression.",
    equivalent=(("torch.logaddexp(z, torch.tensor(0.0)) → torch.logaddexp(torch.tensor(0.0), z)", "a sum in the other order"),),
)

EXERCISES = [PERCEPTRON_STEP, MISTAKE_BOUND, ACCURACY, SOFTMAX, CROSS_ENTROPY, CHANGES, SQUARED_ERROR_SLOPES, LOGISTIC_LOSS]
