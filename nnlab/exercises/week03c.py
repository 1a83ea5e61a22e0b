"""Week 3b: the six steps of training, an epoch, confident mistakes, centering a digit, and five scripts to fix."""

import inspect
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.batches import Batches
from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.exercises import week03d_scripts as scripts
from nnlab.exercises.week03d_trials import LOOKS, NORMALIZED_LOOKS, trial, trial_normalized, trial_with_dropout
from nnlab.train import train_step

_RIGHT_ORDERS = ["works as well", "never learns", "works as well", "never learns", "raises an error",
                 "gradients add up"]
SIX_STEPS = Quiz(
    name="six_steps",
    reference=_RIGHT_ORDERS,
    questions=("batch, clear, forward, loss, backward, step", "batch, forward, loss, backward, clear, step",
               "batch, forward, loss, backward, step, clear", "batch, forward, loss, clear, step, backward",
               "batch, forward, loss, step, clear, backward", "batch, forward, loss, backward, step, and never clear"),
    wrong=(
        Wrong(["never learns", "works as well", "never learns", "works as well", *_RIGHT_ORDERS[4:]],
              "Follow the gradients: which step computes them, which clears them, which uses them? The network learns "
              "if the optimizer uses the gradients before they are cleared."),
        Wrong([*["a batch late"] * 5, "gradients add up"],
              "For an update that is a batch late, the gradients of one batch must be kept until the step of the next "
              "one, and no call may raise an error. Run two batches on an MLP with a hidden layer."),
        Wrong(["gradients add up"] * 6,
              "Gradients add up if backward is called twice with no clear between the two calls. Write down two "
              "iterations of the loop."),
        Wrong(["raises an error"] * 6,
              "An error is raised if a step changes the weights between a forward pass and its backward pass. Does "
              "that happen in this order?"),
        Wrong([*_RIGHT_ORDERS[:4], "never learns", "never learns"],
              "At each step there are gradients, of this batch or of the one before. What does the step change, and "
              "what does the next backward pass need?"),
        Wrong([*_RIGHT_ORDERS[:4], "works as well", "works as well"],
              "Which gradients does a step use? And when backward is called, are the parameters still those of the "
              "forward pass?"),
        Wrong([*_RIGHT_ORDERS[:5], "a batch late"],
              "Each step follows the backward pass of its own batch. Which other gradients are in .grad at that time?"),
    ),
    hints=("Write each order down twice, one iteration after the other, and follow the gradients: computed, used, "
           "cleared.",
           "The backward pass needs the weights of the forward pass; a step changes them in place. Is there a step "
           "between the two? If you are not sure, run the loop on MLP([784, 30, 10])."),
    allows="Of the four wrong orders only one raises an error. Always check that the loss falls.",
)


def line(weight, lr=0.1, kind=torch.optim.SGD, **options):
    """A linear layer y = weight * x, and an optimizer of that `kind` that trains it."""
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, weight)
    return layer, kind(layer.parameters(), lr=lr, **options)


def two_lines():
    """Two linear layers y = 2 * x, the second with a gradient of 5, and an optimizer of both."""
    layers = [line(2.0)[0] for _ in range(2)]
    layers[1].weight.grad = torch.full((1, 1), 5.0)
    return *layers, torch.optim.SGD([layers[0].weight, layers[1].weight], lr=0.1)


def network(x, *sizes, dropout=0.0, norm=False):
    """Linear layers of these sizes for inputs like x, with tanh between them; optionally dropout or batch norm."""
    layers = [nn.Linear(x.shape[1], sizes[0], bias=not norm)]
    for n, m in pairwise(sizes):
        layers += [nn.BatchNorm1d(n)] * norm + [nn.Tanh()] + [nn.Dropout(dropout)] * (dropout > 0) + [nn.Linear(n, m)]
    return nn.Sequential(*layers).to(x.dtype)


def both(*models):
    """List of the parameters of the models."""
    return [parameter for model in models for parameter in model.parameters()]


def stale(model):
    """Set the gradients of all parameters of the model to 5, as if they came from an earlier batch."""
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 5.0)


def weights(*models):
    """List of copies of the parameters of the models, detached from the graph."""
    return [parameter.detach().clone() for parameter in both(*models)]


def lopsided(outputs, targets):
    """Mean of exp(output - target) - (output - target): a loss that is not symmetric in its two arguments."""
    return (torch.exp(outputs - targets) - (outputs - targets)).mean()


_BACKWARD, _CLEAR, _STEP = "    loss.backward()\n", "    optimizer.zero_grad()\n", "    optimizer.step()\n"
_OPTIMIZERS = ("SGD({}, lr=0.1)", "SGD({}, lr=0.1, momentum=0.9)", "Adam({}, lr=0.1)",
               "SGD({}, lr=0.1, weight_decay=1)")
_VALUES = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0)
_TRAINING = {"line": line, "network": network, "weights": weights, "lopsided": lopsided, "one": torch.ones(1, 1),
             "F": F, "SGD": torch.optim.SGD, "Adam": torch.optim.Adam, "both": both, "stale": stale}


def _models(draw, count, m, hidden):
    """Texts: one makes a `model` for `count` inputs x and m outputs each, one its `optimizer`, one a result besides."""
    kind = draw.choice(("", ", dropout=0.5", ", norm=True" if count > 2 else ""))
    text = f"model = network(x, {hidden}, {m}{kind}); {draw.choice(('', 'model.eval(); '))}"
    of = draw.choice(("model.parameters()", "model[-1].parameters()", "both(model, other)"))
    if of == "both(model, other)":  # plain SGD: other optimizers update parameters with gradient 0, not those with None
        return f"{text}other = network(x, {m}); stale(other); ", f"optimizer = SGD({of}, lr=0.1); ", (
            ", weights(other)")
    return text, f"optimizer = {draw.choice(_OPTIMIZERS).format(of)}; ", ""


def _targets(draw, count, m):
    """Name of a loss function, and text of targets for outputs (count, m)."""
    loss = draw.choice(("F.mse_loss", "lopsided", "F.cross_entropy" if m > 1 else "F.l1_loss"))
    return loss, draw.classes(count, m) if loss == "F.cross_entropy" else draw.tensor(count, m, among=_VALUES)


def _batch(draw):
    n, m, count, hidden = draw.sizes(4, 1, 4)
    loss, y = _targets(draw, count, m)
    model, optimizer, more = _models(draw, count, m, hidden)
    old = draw.choice(("", "stale(model); "))
    steps = f"[train_step(model, x, y, {loss}, optimizer) for _ in range({draw.integer(1, 3)})]"
    return f"x = {draw.tensor(count, n, among=_VALUES)}; y = {y}; {model}{optimizer}{old}{steps}{more}"


TRAIN_STEP = Exercise(
    reference=train_step,
    inputs=_batch,
    tries=20,
    statement="""One training step on a batch; returns the outputs (B, ...) and the loss () before the update.

    Forward pass outputs = model(x), loss = loss_fn(outputs, y), then one update by the optimizer
    with the gradient of this loss alone: the contents of .grad before the call have no effect.
    Returns the pair (outputs, loss), two tensors detached from the computation graph.

    model: nn.Module. It stays in the mode, training or evaluation, in which it is given.
    x: inputs (B, ...). y: targets (B, ...), floats or class indices.
    loss_fn: function of (outputs, targets) that returns the mean loss of the batch, a tensor ().
    optimizer: any of torch.optim, also with momentum. It may hold only some of the parameters of
        the model, or parameters of other models as well. What .grad contains after the call does
        not matter.

    Example: model y = 2x, x = y = [[1.]], mean squared error, SGD with lr=0.1. The result is
    ([[2.]], 1.), and the weight is then 1.8.
    """,
    cases=(
        "model, sgd = line(0.0); train_step(model, 0 * one, 0 * one, F.mse_loss, sgd)",
        "model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd)",
        "model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.weight.detach()",
        "model, sgd = line(2.0); "
        "[train_step(model, one, one, F.mse_loss, sgd) for _ in range(3)]; model.weight.detach()",
        "model, sgd = line(2.0); train_step(model, one, 3 * one, lopsided, sgd); model.weight.detach()",
        "model, sgd = line(2.0); [part.requires_grad for part in train_step(model, one, one, F.mse_loss, sgd)]",
        "model, adam = line(2.0, kind=Adam); train_step(model, one, one, F.mse_loss, adam); model.weight.detach()",
        "model, other, sgd = two_lines(); train_step(model, one, one, F.mse_loss, sgd); other.weight.detach()",
        "model, sgd = line(2.0); model.eval(); train_step(model, one, one, F.mse_loss, sgd); model.training",
        "model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.training",
    ),
    wrong=(
        Wrong(variant(train_step, (_CLEAR, ""), name="without_clearing"),
              "The gradients of the previous batch are still in .grad, and backward adds to them: clear them first."),
        Wrong(variant(train_step, (_CLEAR + _BACKWARD, _BACKWARD + _CLEAR), name="cleared_too_late"),
              "The gradients are cleared after backward has computed them: the step then changes nothing."),
        Wrong(variant(train_step, (_STEP, ""), name="step_not_taken"),
              "The gradients are computed, but the parameters are not updated. Which of the six steps is missing?"),
        Wrong(variant(train_step, (".detach()", ""), name="with_graph"),
              "The values are right, but outputs and loss still belong to the computation graph. A list of them would "
              "keep all graphs in memory: detach both."),
        Wrong(variant(train_step, ("outputs.detach()", "outputs"), name="outputs_with_graph"),
              "The loss is detached; the outputs still belong to the computation graph."),
        Wrong(variant(train_step, ("loss.detach()", "loss"), name="loss_with_graph"),
              "The outputs are detached; the loss still belongs to the computation graph."),
        Wrong(variant(train_step, ("loss_fn(outputs, y)", "loss_fn(y, outputs)"), name="step_swapped"),
              "loss_fn takes the outputs first and the targets second. For many losses the order matters."),
        Wrong(variant(train_step, ("    return", "    outputs = model(x)\n    loss = loss_fn(outputs, y)\n    return"),
                      name="step_loss_afterwards"),
              "Return the outputs and the loss computed before the update, not those of a second forward pass after "
              "it."),
        Wrong(variant(train_step, (_CLEAR, "    model.zero_grad()\n"), name="clears_the_model"),
              "The optimizer may also hold parameters of other models. Their old gradients are not cleared here, and "
              "the step uses them: call optimizer.zero_grad() instead."),
        Wrong(variant(train_step, (_STEP, "    with torch.no_grad():\n        for group in optimizer.param_groups:\n"
                                          "            for p in group['params']:\n"
                                          "                if p.grad is not None:\n"
                                          "                    p -= group['lr'] * p.grad\n"), name="own_sgd"),
              "This is the update of plain SGD, whatever the optimizer is. Momentum and Adam compute other updates: "
              "call optimizer.step()."),
        Wrong(variant(train_step, ("outputs.detach(), loss.detach()", "loss.detach(), outputs.detach()"),
                      name="results_exchanged"),
              "Return the outputs first, then the loss: the two are exchanged."),
        Wrong(variant(train_step, (_CLEAR, ""), (_STEP, _STEP + _CLEAR), name="cleared_at_the_end"),
              "Clearing after the step prepares the next call. Gradients that are already in .grad at the first call "
              "are still used: clear before backward."),
        Wrong(variant(train_step, ("    outputs = model(x)", "    mode = model.training\n    model.eval()\n    "
                                                             "outputs = model(x)"),
                      ("    return", "    model.train(mode)\n    return"), name="outputs_in_eval"),
              "The forward pass runs in evaluation mode, without dropout. Use the mode in which the model is given."),
        Wrong(variant(train_step, ("    outputs = model(x)", "    model.eval()\n    outputs = model(x)"),
                      name="step_in_eval"),
              "After the call the model is in evaluation mode; before it, it was not. A step does not change the "
              "mode."),
        Wrong(variant(train_step, ("    outputs = model(x)", "    model.train()\n    outputs = model(x)"),
                      name="step_in_training"),
              "After the call the model is in training mode; before it, it was not. A step does not change the mode; "
              "one_epoch sets it."),
    ),
    hints=("Five of the six steps are yours (the batch is given): forward, loss, clear, backward, step. Then return "
           "outputs and loss.",
           "optimizer.zero_grad(), loss.backward(), optimizer.step(); and .detach() for both results."),
    allows="This is nnlab.train.train_step, which fit calls for every batch.",
    uses=_TRAINING | {"two_lines": two_lines},
    signs=("model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.weight.grad",),
)


def one_epoch(model, batches, loss_fn, optimizer):
    """Train for one epoch, one `train_step` for each batch; returns the mean loss over all samples.

    Calls model.train() first; the model stays in training mode. Returns a float: the mean loss
    over all samples, where the loss of each batch is the one that train_step returns, computed
    before the update. Every sample has the same weight, also in a smaller batch.

    model, loss_fn, optimizer: as for train_step.
    batches: iterable of at least one pair (x (B, ...), y (B, ...)); B may differ from batch to
        batch. It is a list, or a generator, over which one can iterate only once.

    Example: batches of 3 and 1 samples with losses 1.0 and 2.0 have the mean loss 1.25.
    """
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        _, loss = train_step(model, x, y, loss_fn, optimizer)
        total += len(y) * loss.item()
        count += len(y)
    return total / count


def _epoch(draw):
    n, m, hidden = draw.sizes(3, 1, 3)
    count, size = draw.integer(1, 4), draw.integer(1, 3)
    loss, y = _targets(draw, count, m)
    model, optimizer, more = _models(draw, 1, m, hidden)
    batches = draw.choice(("Batches(x, y, {})", "list(Batches(x, y, {}))", "iter(Batches(x, y, {}))",
                           "(pair for pair in Batches(x, y, {}))"))
    return (f"x = {draw.tensor(count, n, among=_VALUES)}; y = {y}; {model}{optimizer}"
            f"one_epoch(model, {batches.format(size)}, {loss}, optimizer){more}")


ONE_EPOCH = Exercise(
    reference=one_epoch,
    inputs=_epoch,
    tries=20,
    cases=(
        "model, sgd = line(2.0); one_epoch(model, [(one, one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); one_epoch(model, [(one, one)] * 3, F.mse_loss, sgd), model.weight.item()",
        "model, sgd = line(2.0, lr=0.0); one_epoch(model, [(two, 0 * two), (one, 1 + one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); one_epoch(model, [(one, -one), (two, two + 1), (one, one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); model.eval(); one_epoch(model, [(one, one)], F.mse_loss, sgd); model.training",
        "model, sgd = line(2.0); one_epoch(model, iter([(one, one)] * 3), F.mse_loss, sgd), model.weight.item()",
    ),
    wrong=(
        Wrong(variant(one_epoch, ("len(y) * loss", "loss"), ("count += len(y)", "count += 1"),
                      name="epoch_mean_of_batches"),
              "This is the mean of the batch means: samples of a small last batch get a larger weight than others. "
              "Weight each loss by len(y)."),
        Wrong(variant(one_epoch, ("    model.train()\n", ""), name="epoch_as_found"),
              "After an evaluation the model may still be in evaluation mode: call model.train() first."),
        Wrong(variant(one_epoch, (" / count", ""), name="epoch_total"),
              "This is the sum over the samples: divide by the number of samples."),
        Wrong(variant(one_epoch, ("total / count", "loss.item()"), name="epoch_last"),
              "This is the loss of the last batch alone."),
        Wrong(variant(one_epoch,
                      ("_, loss = train_step(model, x, y, loss_fn, optimizer)", "loss = loss_fn(model(x), y)"),
                      name="epoch_looks_only"),
              "This evaluates the model, but does not train it: the parameters are not updated. Call train_step for "
              "each batch."),
        Wrong(variant(one_epoch, ("total, count = 0.0, 0", "total, count = 0.0, sum(len(y) for _, y in batches)"),
                      ("        count += len(y)\n", ""), name="epoch_counts_first"),
              "Right for a list. One can iterate over a generator or a zip only once: after the samples are counted, "
              "no batch is left for training. Count them in the same loop."),
        Wrong(variant(one_epoch, ("for x, y in batches", "for x, y in (batches[k] for k in range(len(batches)))"),
                      name="epoch_by_indices"),
              "Right for a list. A generator has no length and no index: iterate over the batches with for, and count "
              "the samples there."),
        Wrong(variant(one_epoch, ("    return", "        return"), name="epoch_returns_at_once"),
              "Only the first batch is used: is the return inside the loop?"),
        Wrong(variant(one_epoch, ("count += len(y)", "count += y.numel()"), name="epoch_counts_elements"),
              "numel() counts the elements of y, and a sample may have several targets. The number of samples is "
              "len(y)."),
        Wrong(variant(one_epoch, ("count += len(y)", "count += len(y)\n    model.eval()"), name="epoch_ends_in_eval"),
              "The model should stay in training mode. Code that evaluates it later calls model.eval()."),
    ),
    hints=("Sum len(y) * loss and len(y) over the batches; divide at the end.",
           "_, loss = train_step(model, x, y, loss_fn, optimizer); and model.train() before the loop."),
    allows="nnlab.train.fit repeats such an epoch, with an evaluation on validation data after each.",
    equivalent=(("(0.0, 0) → (0, 0.0)", "an int or a float: the quotient is the same float"),
                ("loss.item() → loss", "a tensor () is accepted for a float")),
    uses=_TRAINING | {"two": torch.ones(2, 1), "Batches": Batches},
)


def confident_mistakes(outputs, targets, k):
    """Indices of the misclassified samples, the most confident mistakes first, at most k of them.

    The predicted class of a sample is the class with the largest logit. The confidence is the
    softmax probability of the predicted class. A sample is misclassified if its predicted class
    is not its target.

    outputs: logits (N, C), float32 or float64, also large ones such as 1000. No two logits of a
        sample are equal, and no two misclassified samples have the same confidence.
    targets: classes (N,), int64. k: an int, at least 0.
    Returns an int64 tensor or a list of ints. If there are fewer than k mistakes, it contains all
    of them; if there are none, it is empty.

    >>> outputs = torch.tensor([[0.0, 1.0], [3.0, 0.0], [5.0, 0.0]])
    >>> confident_mistakes(outputs, torch.tensor([0, 1, 0]), 2)
    tensor([1, 0])
    """
    confidences, predictions = torch.softmax(outputs, 1).max(1)
    wrong = (predictions != targets).nonzero()[:, 0]
    return wrong[confidences[wrong].argsort(descending=True)][:k]


def _logits(draw):
    """A line with logits in which no two of a row, and no two confidences, are equal or nearly so."""
    count, classes = draw.integer(1, 6), draw.integer(2, 4)
    low = draw.choice((0, 100, -1000, 1000))
    rows, seen = [], []
    for _ in range(count):
        row = draw.numbers(classes)
        confidence = torch.softmax(torch.tensor(row, dtype=torch.float64), 0).max().item()
        if len(set(row)) == classes and all(abs(confidence - other) > 1e-3 for other in seen):
            rows.append([value + low for value in row])
            seen.append(confidence)
    rows = rows or [[float(value + low) for value in range(classes)]]
    if low == 0 and draw.integer(0, 1):  # one sample of which the network is certain
        rows[0] = [100 * value for value in rows[0]]
    targets = [draw.integer(0, classes - 1) for _ in rows]
    dtype = draw.choice(("", "", ", dtype=torch.float64"))
    k = draw.choice((1, 0, 2, 3, 10))
    return f"confident_mistakes(torch.tensor({rows}{dtype}), torch.tensor({targets}), {k})"


_ORDER, _TOPK = "confidences[wrong].argsort(descending=True)", "confidences[wrong].topk(k).indices"
CONFIDENT_MISTAKES = Exercise(
    reference=confident_mistakes,
    inputs=_logits,
    cases=(
        "confident_mistakes(torch.tensor([[0.0, 1.0], [2.0, 0.0]]), torch.tensor([1, 0]), 3)",
        "confident_mistakes(torch.tensor([[0.0, 1.0]]), torch.tensor([0]), 3)",
        "confident_mistakes(torch.tensor([[0.0, 1.0], [0.0, 2.0]]), torch.tensor([0, 0]), 3)",
        "confident_mistakes(torch.tensor([[9.0, 9.1], [0.0, 2.0], [5.0, 0.0]]), torch.tensor([0, 0, 0]), 3)",
        "confident_mistakes(four, torch.tensor([2, 2, 0, 2]), 2)",
        "confident_mistakes(four, torch.tensor([2, 2, 0, 2]), 0)",
        "confident_mistakes(four + 1000, torch.tensor([2, 2, 0, 2]), 3)",
    ),
    wrong=(
        Wrong(variant(confident_mistakes, ("torch.softmax(outputs, 1)", "outputs"), name="mistakes_by_logits"),
              "Sorted by the largest logit. The logits 9.1 and 9.0 give a confidence of 0.52, the logits 2 and 0 one "
              "of 0.88: take the softmax first."),
        Wrong(variant(confident_mistakes, ("descending=True", ""), name="mistakes_least_confident"),
              "Here the least confident mistakes come first; the most confident ones should."),
        Wrong(variant(confident_mistakes,
                      ("(predictions != targets).nonzero()[:, 0]", "torch.arange(len(predictions))"),
                      name="mistakes_and_hits"),
              "Some of these samples are classified correctly: select the mistakes only."),
        Wrong(variant(confident_mistakes, ("confidences[wrong]", "torch.softmax(outputs, 1)[wrong, targets[wrong]]"),
                      ("descending=True", ""), name="mistakes_by_right_class"),
              "Sorted by the probability of the target. The confidence is the probability of the predicted class."),
        Wrong(variant(confident_mistakes, (f"wrong[{_ORDER}]", _ORDER), name="mistakes_places_among_wrong"),
              "These are positions in the list of mistakes, not indices of the samples."),
        Wrong(variant(confident_mistakes, (f"wrong[{_ORDER}]", "wrong"), name="mistakes_first"),
              "These mistakes are in the order of the data: sort them by confidence."),
        Wrong(variant(confident_mistakes, ("outputs, 1)", "outputs, 0)"), name="mistakes_over_samples"),
              "The softmax is taken over the samples; the class probabilities of one sample should add up to 1."),
        Wrong(variant(confident_mistakes, ("!=", "=="), name="mistakes_are_hits"),
              "These samples are classified correctly: return the misclassified ones."),
        Wrong(variant(confident_mistakes, (_ORDER, _TOPK), name="mistakes_by_topk"),
              "topk(k) raises an error if there are fewer than k values; there may be fewer than k mistakes."),
        Wrong(variant(confident_mistakes, ("[:, 0]", ""), name="mistakes_in_a_column"),
              "nonzero() of a tensor (N,) has shape (n, 1), one row for each index. The indices are its column 0."),
        Wrong(variant(confident_mistakes, ("torch.softmax(outputs, 1)",
                                           "(outputs.exp() / outputs.exp().sum(1, keepdim=True))"),
                      name="mistakes_overflow"),
              "In float32, exp(z) overflows to infinity for z above 88.8, and infinity divided by infinity is nan. "
              "torch.softmax subtracts the largest logit first; you can do the same."),
        Wrong(variant(confident_mistakes, (f"wrong[{_ORDER}][:k]", "confidences.argsort(descending=True)[:k]"),
                      ("return ", "return [i for i in "), ("[:k]", "[:k].tolist() if predictions[i] != targets[i]]"),
                      name="mistakes_among_the_first"),
              "This takes the k most confident predictions, then the mistakes among them, which are too few. Select "
              "the mistakes first."),
    ),
    hints=("torch.softmax(outputs, 1).max(1) returns two tensors: the confidences and the predicted classes.",
           "First the indices of the mistakes, (predictions != targets).nonzero()[:, 0]; then sort them by confidence, "
           "argsort(descending=True)."),
    allows="Look at the most confident mistakes first: each shows a fault of the network or a doubtful label.",
    equivalent=(("0 → -1", "nonzero of (N,) has one column, the first and the last"),),
    uses={"four": torch.tensor([[2.0, 0.0, 1.0], [3.0, 2.9, 0.0], [2.5, 0.0, 1.0], [2.0, 0.5, 0.4]])},
)


def centered(digit):
    """Image (28, 28) of zeros with `digit` in it, the center of mass shifted to (14, 14).

    The center of mass has two coordinates: the mean row index and the mean column index of the
    pixels, both weighted by the pixel values. Rows and columns are counted from 0. The digit is
    shifted by whole pixels so that each coordinate is as near to 14 as possible.

    digit: tensor (H, W), float32 or float64, H and W at most 28, no value below 0, at least one
        above 0. No two shifts are equally near, and the shifted digit fits into the image.
    Returns a new tensor (28, 28) with the dtype of digit. The digit itself is not changed.

    >>> centered(torch.tensor([[1.0, 3.0]])).nonzero()  # the center of mass is in column 0.75
    tensor([[14, 13],
            [14, 14]])
    """
    height, width = digit.shape
    row = digit.sum(1) @ torch.arange(height).to(digit) / digit.sum()
    column = digit.sum(0) @ torch.arange(width).to(digit) / digit.sum()
    top, left = round(14 - row.item()), round(14 - column.item())
    image = digit.new_zeros(28, 28)
    image[top:top + height, left:left + width] = digit
    return image


_SHADES = ((0.0, 1.0), (0.0, 0.5, 1.0), (0.0, 1.0, 255.0), (0.0, 0.01, 1000.0))
_MIDDLE = "torch.zeros(28, 28).index_put((torch.tensor([13, 14]), torch.tensor([14, 14])), torch.tensor([1.0, 4.0]))"


def _digit(draw):
    """A line with a digit that fits, and that no other place brings equally near."""
    kind = draw.integer(0, 3)
    if kind == 3:
        return f"centered({_MIDDLE})"
    height, width = draw.sizes(2, 1, 4) if kind < 2 else draw.sizes(2, 5, 20)
    text = draw.tensor(height, width, among=draw.choice(_SHADES)) if kind < 2 else f"torch.rand({height}, {width}) ** 4"
    if kind == 1:
        text = f"F.pad({text}, {tuple(draw.integer(0, 12) for _ in range(4))})"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        digit = eval(text, {"torch": torch, "F": F}).double()
    for dimension, size in enumerate(digit.shape):
        weight = digit.sum(1 - dimension)
        center = 14 - (weight @ torch.arange(size).double() / digit.sum()).item()
        start = round(center) if digit.sum() > 0 else -1
        if abs(abs(center - start) - 0.5) < 0.01 or start < 0 or start + size > 28:
            return f"centered(torch.ones({height}, {width}))" if height * width % 2 else "centered(torch.ones(3, 5))"
    return f"centered({text})"


_CORNER = "round(14 - row.item()), round(14 - column.item())"
CENTERED = Exercise(
    reference=centered,
    inputs=_digit,
    fresh=True,
    cases=(
        "centered(torch.ones(1, 1)).nonzero()",
        "centered(torch.ones(3, 3))",
        "centered(torch.tensor([[0.0, 0.0], [0.0, 1.0]])).nonzero()",
        "centered(torch.tensor([[1.0, 0, 0, 0, 0]])).nonzero()",
        "centered(torch.tensor([[0.0, 0.0, 1e-6]])).nonzero()",
        "centered(torch.tensor([[1.0], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2]])).nonzero()[0]",
        "centered(torch.tensor([[0.5, 0, 0], [1, 0, 0], [0, 0, 0], [0.1, 0.2, 0.3]])).nonzero()",
        "centered(torch.tensor([[1.0, 1.0, 1.0, 0.8, 0.0, 0.0, 0.0]])).nonzero()[0]",
        "centered(seven)",
        "centered(centered(seven))",
    ),
    wrong=(
        Wrong(variant(centered, (_CORNER, "(28 - height) // 2, (28 - width) // 2"), name="centered_by_box"),
              "This puts the middle of the bounding box at the middle of the image. The center of mass is the mean "
              "position of the pixels, weighted by their values."),
        Wrong(variant(centered, ("digit.sum", "(digit > 0).to(digit).sum"), name="centered_by_inked_pixels"),
              "Here every pixel above 0 has the same weight; the weights should be the pixel values."),
        Wrong(variant(centered, (_CORNER, "round(14 - column.item()), round(14 - row.item())"),
                      name="centered_by_other_axis"),
              "Rows and columns are swapped: sum(1) sums over the columns, and leaves one value for each row."),
        Wrong(variant(centered, (_CORNER, "14 - digit.argmax().item() // width, 14 - digit.argmax().item() % width"),
                      name="centered_by_darkest"),
              "This puts the pixel with the largest value in the middle. The center of mass is a mean of all pixels."),
        Wrong(variant(centered, ("14 -", "13.5 -"), name="centered_between"),
              "13.5 is the middle between 0 and 27, but the centers of mass of MNIST's digits are at 14."),
        Wrong(variant(centered, ("round(", "int("), name="centered_cut"),
              "int() rounds toward 0, so the digit is up to one pixel too high or too far left: use round()."),
        Wrong(variant(centered, (_CORNER, "14 - int(row.item()), 14 - int(column.item())"),
                      name="centered_cut_before"),
              "The center of mass is truncated to an integer, so the digit is up to one pixel too low or too far "
              "right: use round()."),
        Wrong(variant(centered, ("    height,", "    if digit.shape == (28, 28):\n        return digit\n    height,"),
                      name="centered_large_as_it_is"),
              "A digit of 28 × 28 pixels need not be centered yet, and the result should be a new tensor: treat it "
              "like the others."),
    ),
    hints=("The center of mass: the mean of the row indices, weighted by the sum of each row; of the columns likewise.",
           "row = digit.sum(1) @ torch.arange(height).to(digit) / digit.sum(); the first row of the digit is then "
           "round(14 - row)."),
    allows="This is the last step of MNIST's preprocessing, and of the preprocessing of your drawings below.",
    draws="centered(seven)",
    equivalent=tuple((f"{one} @ {other} → {other} @ {one}", "a product of two vectors") for one, other in (
        ("digit.sum(1)", "torch.arange(height).to(digit)"), ("digit.sum(0)", "torch.arange(width).to(digit)"))),
    uses={"F": F,
          "seven": torch.tensor([[float(row < 2 or 10 <= column + row / 2 < 12) for column in range(12)]
                                 for row in range(18)])},
)

WHICH_BUG = Quiz(
    name="which_bug",
    reference=["labels shuffled", "no zero_grad", "new images not normalized", "softmax twice",
               "still in training mode"],
    questions=("script a: the loss stays at ln 10", "script b: the loss rises",
               "script c: the loss falls as far as that of a correct script, but the accuracy is much lower",
               "script d: most new images are classified correctly, but the loss stays above 1.46",
               "script e: one network, measured five times, has five different accuracies"),
    wrong=(
        Wrong(["labels shuffled"] * 5,
              "Shuffled labels cannot be learned: the loss would stay at ln 10, the accuracy at 10 %. Do they?"),
        Wrong(["no zero_grad"] * 5,
              "If gradients are never cleared, the updates become larger and larger until the loss rises. This loss "
              "does not rise."),
        Wrong(["new images not normalized"] * 5,
              "This bug concerns the new images alone: the training loss falls as in a correct script, and only the "
              "accuracy is low. Not here."),
        Wrong(["softmax twice"] * 5,
              "With a second softmax the network still learns, but slowly, and the loss stays between 1.46 and ln 10. "
              "Not here."),
        Wrong(["still in training mode"] * 5,
              "In training mode dropout changes the outputs from call to call. The five accuracies of this network are "
              "equal."),
    ),
    hints=("Two losses are known: ln 10 = 2.30 for ten equal probabilities, and 1.46, below which no loss after a "
           "second softmax can fall.",
           "Which bug changes the training loss, and which only the accuracy on new images? Which makes the outputs "
           "of one network random?"),
    allows="Look at the loss curve first, then guess the bug, then read the code.",
)

# ------------------------------------------------------------------------------------------------- five scripts to fix


_MEASURED = "accuracy(model(new_x), new_y)"


def _to_fix(script, *changes, wrong, hints, allows, measure=trial, looks=LOOKS, hidden, said=None, equivalent=()):
    """The exercise to fix `script`; its reference is `script` with `changes`.

    Args:
        script: one of the five, with its bug.
        changes: edits that fix it.
        wrong: named wrong answers besides the usual ones, which change code that was right.
        hints, allows, equivalent: as for `Exercise`.
        measure: `trial`, `trial_normalized` or `trial_with_dropout`.
        looks: names of what is looked at in this trial.
        hidden: an edit of the reference that removes its hidden layer.
        said: dictionary from the name of a usual wrong answer to its feedback in this exercise; None: left out.
    """
    fixed, run = variant(script, *changes), f'{measure.__name__}({script.__name__})["'
    linear = "nn.ReLU(), " in inspect.getsource(fixed)
    edits = {
        "one_list": (("losses, accuracies\n", "losses\n"),
                     "Return two results: the losses of all steps, and five accuracies."),
        "with_graph": (("loss.item()", "loss"), "The losses still belong to their graphs, and the list keeps all of "
                                                "them in memory: .item() returns a float."),
        "exchanged": (("losses, accuracies\n", "accuracies, losses\n"),
                      "The losses come first, then the accuracies: the two are exchanged."),
        "more_epochs": (("range(5):", "range(10):"),
                        "The number of steps has changed. Five epochs, batches of 20 and a smaller last batch were "
                        "right: change only the bug."),
        "measured_less": (("range(5)]", "range(3)]"),
                          "Measure the accuracy five times, after the training."),
        "images_changed": (("    model =", "    x.add_(1)\n    model ="),
                           "The script changes its arguments in place: after the call the images or labels of the "
                           "caller are different."),
        "other_optimizer": (("lr=0.1", "lr=0.01"),
                            "The optimizer, SGD with lr=0.1, was right: do not change it. Another optimizer only hides "
                            "the bug."),
        "no_hidden_layer": (hidden,
                            "One layer alone is a linear model. The hidden layer of 30 units was right: keep it."),
        "other_sizes": (("30", "20"),
                        "The layers have other sizes: 784 inputs, 30 hidden units and 10 outputs were right."),
        "gradients_add_up": (("            optimizer.zero_grad()\n", ""),
                             "The gradients of several batches add up: clearing them for each batch was right."),
        "no_step": (("            optimizer.step()\n", ""),
                    "The loss stays near ln 10: the network learns nothing. Are forward, loss, clear, backward and "
                    "step all there, in this order?"),
        "sums": (("loss.item()", "loss.item() * len(labels)"),
                 "The losses are large, or rise. Each should be the mean over its batch, which cross_entropy returns."),
        "no_activation": (("nn.ReLU(), ", "") if linear else ("784, 30, 10]", "784, 30, 10], nn.Identity()"),
                          "The accuracy is that of a linear model: is the ReLU still there?"),
        "not_shuffled": (("shuffle=True", "shuffle=False"),
                         "The batches are in the order of the data, so on images sorted by class a batch has one "
                         "class only. Shuffling was right: keep it."),
        "measured_in_training": (("new_x), new_y", "x), y"), "These are not accuracies on the new images: new_x and "
                                                             "new_y."),
    }
    if script is scripts.script_a:
        edits["not_shuffled"] = ("x[order].split(20), y[order]", "x.split(20), y"), edits["not_shuffled"][1]
    if script is scripts.script_c:
        edits["images_changed"] = ("    x, new_x =", "    x.add_(1)\n    x, new_x ="), edits["images_changed"][1]
    texts = {name: text for name, (_, text) in edits.items()} | (said or {})
    usual = tuple(Wrong(variant(fixed, edit, name=name), texts[name])
                  for name, (edit, _) in edits.items() if texts[name])
    return Exercise(
        reference=fixed, cases=tuple(f'{run}{look}"]' for look in looks), wrong=(*wrong, *usual), hints=hints,
        allows=allows, equivalent=((f"{_MEASURED}.item() → {_MEASURED}", "a tensor () is accepted for a "
                                                                         "float"), *equivalent),
        uses={measure.__name__: measure}, given=script)


_DEEP = 8 * " "  # further in than in train_step
_MLP = ("MLP([784, 30, 10])", "MLP([784, 10])")
SCRIPT_A = _to_fix(
    scripts.script_a, ("y.split(20)", "y[order].split(20)"), hidden=_MLP, said={"no_step": None},
    wrong=(
        Wrong(variant(scripts.script_a, ("y.split(20)", "y[torch.randperm(len(y))].split(20)"), name="another_order"),
              "The loss stays near ln 10: the network learns nothing. If all six steps are there, the labels are not "
              "those of the images: shuffle both by the same permutation, drawn once in each epoch."),
    ),
    hints=("Follow one image: at which position is it after x[order], and at which position is its label?",
           "The line with zip: the images are permuted, the labels are not."),
    allows="If a loss stays at ln 10 = 2.30, look at five images of a batch with their labels first.",
    equivalent=(("True → False", "the two have equal lengths"),),
)
SCRIPT_B = _to_fix(
    scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _CLEAR + _DEEP + _BACKWARD), hidden=_MLP,
    said={"no_step": None, "gradients_add_up": None},
    wrong=(
        Wrong(variant(scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _BACKWARD + _DEEP + _CLEAR),
                      name="cleared_too_late"),
              "The loss stays near ln 10: the network learns nothing. The step needs gradients that are computed and "
              "not yet cleared: in which order are clear, backward and step?"),
        Wrong(variant(scripts.script_b, ("range(5):\n", "range(5):\n    " + _CLEAR), name="cleared_each_epoch"),
              "The gradients of several batches still add up: clear them for each batch, not once in an epoch."),
    ),
    hints=("backward adds to the gradients in .grad (week 3a). Which call clears them?",
           "optimizer.zero_grad(), once for each batch."),
    allows="If a loss rises from the first steps, look for zero_grad, then at the learning rate.",
)
_NORMALIZED, _MEASURE = "    x = (x - 0.5) / 0.5\n", "    with torch.no_grad():"
SCRIPT_C = _to_fix(
    scripts.script_c, (_NORMALIZED, "    x, new_x = (x - 0.5) / 0.5, (new_x - 0.5) / 0.5\n"), hidden=_MLP,
    measure=trial_normalized, looks=NORMALIZED_LOOKS,
    wrong=(
        Wrong(variant(scripts.script_c, (_NORMALIZED, ""), name="normalization_removed"),
              "Now no image is normalized. The normalization of the training images was right: keep it, and find out "
              "where it is missing."),
        Wrong(variant(scripts.script_c, (_MEASURE, f"    new_x = (new_x - new_x.mean()) / new_x.std()\n{_MEASURE}"),
                      name="other_normalization"),
              "Training images and new images must be transformed by the same two numbers, 0.5 and 0.5."),
        Wrong(variant(scripts.script_c, (_NORMALIZED, ""), ("range(5):\n", f"range(5):\n    {_NORMALIZED}"),
                      (_MEASURE, f"    new_x = (new_x - 0.5) / 0.5\n{_MEASURE}"), name="normalized_again"),
              "The inputs of the network are not the training images with pixels from -1 to 1: normalize them once, "
              "before the first epoch."),
    ),
    hints=("The training loss is right. What happens to the training images, and not to the new images?",
           "new_x needs the same normalization as x, before the accuracy is measured."),
    allows="If the training loss is low and the accuracy on new images is poor, compare the pixels of both first.",
)
SCRIPT_D = _to_fix(
    scripts.script_d, ("nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))", "MLP([784, 30, 10])"), hidden=_MLP,
    wrong=(
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), name="likelihood_of_probabilities"),
              "nll_loss takes log-probabilities; the outputs of this network are probabilities."),
        Wrong(variant(scripts.script_d, ("nn.Softmax(1)", "nn.Sigmoid()"), name="squashed"),
              "The loss stays high. cross_entropy takes logits, which may be any real numbers. Are the outputs still "
              "limited to the interval from 0 to 1, by a softmax or a sigmoid?"),
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), ("nn.Softmax(1)", "nn.Identity()"),
                      name="none_at_all"),
              "Now no softmax is applied, and the loss falls without a lower bound. cross_entropy applies the softmax "
              "itself."),
    ),
    hints=("cross_entropy takes logits and applies the softmax itself (week 1b).",
           "Remove the softmax from the model."),
    allows="If the accuracy is high and the loss is high, too, check the inputs of the loss function.",
)
SCRIPT_E = _to_fix(
    scripts.script_e, ("    with torch.no_grad():", "    model.eval()\n    with torch.no_grad():"),
    measure=trial_with_dropout,
    hidden=("nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),\n                          nn.Linear(30, 10)",
            "nn.Dropout(0.5), nn.Linear(784, 10)"),
    wrong=(
        Wrong(variant(scripts.script_e, ("losses = []\n", "losses = []\n    model.eval()\n"),
                      name="eval_from_the_start"),
              "The training loss is lower than with dropout. In training each hidden unit should be dropped with "
              "probability 0.5, in the measurement none. Where does the measurement begin?"),
        Wrong(variant(scripts.script_e, ("nn.Dropout(0.5)", "nn.Dropout(0.4)"), name="less_dropout"),
              "The five accuracies differ: dropout is still random during the measurement."),
        Wrong(variant(scripts.script_e, ("[accuracy(model(new_x), new_y).item() for _ in range(5)]",
                                         "[accuracy(model(new_x), new_y).item()] * 5"), name="measured_once"),
              "The five accuracies are equal, but lower than without dropout: is dropout still active during the "
              "measurement?"),
    ),
    hints=("Dropout is only for training. Which method sets evaluation mode?",
           "model.eval() before the accuracy is measured."),
    allows="If a network has two different outputs for one input, look for a missing eval().",
)
EXERCISES = (SIX_STEPS, TRAIN_STEP, ONE_EPOCH, CONFIDENT_MISTAKES, CENTERED, WHICH_BUG,
             SCRIPT_A, SCRIPT_B, SCRIPT_C, SCRIPT_D, SCRIPT_E)
