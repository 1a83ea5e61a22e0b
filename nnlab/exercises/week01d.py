"""Week 1d: gradient descent, the gradient of one neuron, accuracy against loss, logistic regression."""

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.exercises.week01c import HALVES


def gradient_descent(gradient, w, lr, num_steps):
    """Path of gradient descent: the points that it visits from w with the steps w ← w - lr · ∇L(w).

    Args:
        gradient: a function that takes a point, a tensor (d,), and returns the gradient ∇L there, a
            tensor (d,) in the same dtype.
        w: the initial point, a tensor (d,) of floats; unchanged afterwards.
        lr: the learning rate, a positive float.
        num_steps: number of steps, an int from 0 up.

    Returns:
        tensor (num_steps + 1, d) in the dtype of w: row k is the point after k steps, row 0 is w.

    >>> gradient_descent(lambda w: w - 3, torch.tensor([0.0, 4.0]), 0.5, 2)
    tensor([[0.0000, 4.0000],
            [1.5000, 3.5000],
            [2.2500, 3.2500]])
    """
    path = [w]
    for _ in range(num_steps):
        w = w - lr * gradient(w)
        path.append(w)
    return torch.stack(path)


def _descent_in_place(gradient, w, lr, num_steps):
    w = w.clone()
    path = [w]
    for _ in range(num_steps):
        w -= lr * gradient(w)
        path.append(w)
    return torch.stack(path)


def _descent_that_moves_the_start(gradient, w, lr, num_steps):
    path = [w.clone()]
    for _ in range(num_steps):
        w -= lr * gradient(w)
        path.append(w.clone())
    return torch.stack(path)


def _descent_in_place_from_the_argument(gradient, w, lr, num_steps):
    path = [w]
    for _ in range(num_steps):
        w -= lr * gradient(w)
        path.append(w)
    return torch.stack(path)


def _descent_by_the_first_gradient(gradient, w, lr, num_steps):
    g, path = gradient(w), [w]
    for _ in range(num_steps):
        w = w - lr * g
        path.append(w)
    return torch.stack(path)


def _descent_from_the_start(gradient, w, lr, num_steps):
    path = [w]
    for _ in range(num_steps):
        path.append(w - lr * gradient(w))
    return torch.stack(path)


def _descent_in_float32(gradient, w, lr, num_steps):
    path = torch.zeros(num_steps + 1, len(w))
    path[0] = w
    for k in range(num_steps):
        w = w - lr * gradient(w)
        path[k + 1] = w
    return path


def _descent_by_coordinates(gradient, w, lr, num_steps):
    path = [w]
    for _ in range(num_steps):
        w = w.clone()
        for j in range(len(w)):
            w[j] = w[j] - lr * gradient(w)[j]
        path.append(w)
    return torch.stack(path)


GRADIENTS = ("w", "w - 1", "2 * w", "w.flip(0)", "torch.sin(w)", "w + w.sum()")  # of functions on any number of weights


def _descent(draw):
    f, w = draw.choice(GRADIENTS), draw.tensor(draw.integer(1, 4))
    return f"gradient_descent(lambda w: {f}, {w}, {draw.choice((0.5, 0.1, 0.25, 1.5))}, {draw.choice((1, 2, 0, 3, 5))})"


GRADIENT_DESCENT = Exercise(
    reference=gradient_descent,
    inputs=_descent,
    tries=30,
    cases=(
        "gradient_descent(lambda w: 2 * w, torch.tensor([1.0]), 0.5, 0)",
        "gradient_descent(lambda w: 2 * w, torch.tensor([1.0]), 0.5, 1)",
        "gradient_descent(lambda w: 2 * w, torch.tensor([4.0]), 0.25, 1)",
        "gradient_descent(lambda w: 2 * w, torch.tensor([4.0]), 0.25, 3)",
        "gradient_descent(lambda w: -w, torch.tensor([1.0]), 0.5, 2).max()",
        "gradient_descent(lambda w: 2 * w, torch.tensor([4.0]), 0.25, 3)[2]",
        "gradient_descent(lambda w: torch.ones(1), torch.tensor([1.0]), 0.1, 2)",
        "gradient_descent(lambda w: 2 * w, torch.tensor([1.0]), 1.5, 2)",
        "gradient_descent(lambda w: 2 * w - 3, torch.tensor([1.0, 0.0, 2.0]), 0.1, 3)",
        "gradient_descent(lambda w: w.flip(0), torch.tensor([1.0, 2.0]), 0.5, 2)",
        "gradient_descent(lambda w: torch.cos(w), torch.tensor([0.5, -2.0], dtype=torch.float64), 0.3, 4)",
    ),
    wrong=(
        Wrong(variant(gradient_descent, ("w - lr", "w + lr"), name="descent_uphill"),
              "Your steps have the wrong sign: the gradient points in the direction of steepest ascent."),
        Wrong(_descent_in_place,
              "All rows are the last point: `w -= ...` changes one tensor in place, and the list holds this tensor "
              "again and again. Write w = w - ..., which makes a new tensor."),
        Wrong(_descent_that_moves_the_start,
              "The rows are correct, but `w -= ...` changes the argument itself, in place, for all code that uses it. "
              "Write w = w - ..."),
        Wrong(_descent_in_place_from_the_argument,
              "All rows are the last point: `w -= ...` changes one tensor in place, the argument itself, and the list "
              "holds this tensor again and again. Write w = w - ..., which makes a new tensor."),
        Wrong(variant(gradient_descent, ("[w]", "[]"), name="descent_without_the_start"),
              "The initial point is missing: row 0 is w itself, before the first step."),
        Wrong(variant(gradient_descent, ("range(num_steps)", "range(num_steps - 1)"), name="descent_one_step_too_few"),
              "One step is missing. After num_steps steps there are num_steps + 1 points."),
        Wrong(variant(gradient_descent, ("range(num_steps)", "range(num_steps + 1)"), name="descent_one_step_too_many"),
              "One step too many: with the initial point there are num_steps + 1 rows, and num_steps steps."),
        Wrong(_descent_by_the_first_gradient,
              "The first step is correct. You compute the gradient at the initial point only: each step needs the "
              "gradient at the point that the last one has reached."),
        Wrong(_descent_from_the_start,
              "Each of your steps begins at the initial point. The next step begins where the last one has ended."),
        Wrong(variant(gradient_descent, ("lr * ", ""), name="descent_without_learning_rate"),
              "The learning rate is missing: it is the factor of the gradient in each step."),
        Wrong(variant(gradient_descent, ("lr * gradient(w)", "lr * gradient(w) / gradient(w).norm()"),
                      name="descent_of_unit_length"),
              "You divide the gradient by its length, so that every step has the length lr. A step of gradient descent "
              "is long where the gradient is long."),
        Wrong(variant(gradient_descent, ("lr * gradient(w)", "lr * torch.sign(gradient(w))"), name="descent_by_signs"),
              "You use only the signs of the partial derivatives. A step of gradient descent is lr times the "
              "gradient."),
        Wrong(variant(gradient_descent, ("w - lr * gradient(w)", "-lr * gradient(w)"), name="descent_of_steps"),
              "These are the steps alone. Each one is added to the point before it."),
        Wrong(variant(gradient_descent, ("w - lr * gradient(w)", "w - lr * w"), name="descent_of_the_weights"),
              "You multiply the point itself by the learning rate: call the function, gradient(w)."),
        Wrong(variant(gradient_descent, ("torch.stack(path)", "w"), name="descent_to_the_last"),
              "This is the last point alone, a tensor (d,). Return all points of the path, one in each row."),
        Wrong(variant(gradient_descent, ("torch.stack(path)", "torch.cat(path)"), name="descent_in_one_row"),
              "torch.cat joins the points into one long vector. torch.stack makes one row of each."),
        Wrong(variant(gradient_descent, ("torch.stack(path)", "torch.stack(path, 1)"), name="descent_in_columns"),
              "Each of your columns is a point. Row k is the point after k steps."),
        Wrong(_descent_in_float32,
              "Correct in float32. For w in float64 the path is in float32: torch.zeros and torch.empty take a dtype, "
              "w.dtype."),
        Wrong(_descent_by_coordinates,
              "Correct where each partial derivative depends on its own coordinate only. Compute the whole gradient "
              "first, then change all coordinates at once."),
    ),
    hints=(
        "Collect the points in a list that begins with w, and append the new point after each step.",
        "In the loop: w = w - lr * gradient(w). It makes a new tensor; w -= ... would change the old one.",
        "torch.stack makes a tensor (num_steps + 1, d) of the list.",
    ),
    allows="Every neuron of this lecture learns by this loop.",
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
        Wrong(variant(accuracy, ("argmax(1)", "argmax()"), name="accuracy_of_one_class"),
              "Without a dimension argmax returns one number for the whole tensor. Each row has its own predicted "
              "class: along which dimension are the classes?"),
        Wrong(variant(accuracy, ("argmax(1)", "argmax(0)"), name="accuracy_along_the_samples"),
              "argmax(0) finds the largest output of each column, over the samples. Each row is one sample."),
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
        Wrong(variant(logistic_loss, ("(w @ w)", "w.norm()"), name="logistic_not_squared"),
              "You add the length |w|; the penalty is its square, the sum of the squares of the weights."),
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

EXERCISES = [GRADIENT_DESCENT, SQUARED_ERROR_GRADIENT, ACCURACY, CHANGES, LOGISTIC_LOSS]
