"""Week 3b: the six steps of training, an epoch, confident mistakes, centering a digit, and five scripts to fix."""

import inspect
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.batches import Batches
from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.exercises import week03b_scripts as scripts
from nnlab.exercises.week03b_trials import LOOKS, trial, trial_with_dropout
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
              "if computed gradients are used before they are cleared."),
        Wrong([*["a batch late"] * 5, "gradients add up"],
              "For an update that is a batch late, the gradients of one batch must last until the step of the next "
              "one, and every call must succeed. Run two batches on an MLP with a hidden layer."),
        Wrong(["gradients add up"] * 6,
              "Gradients add up where two calls of backward follow each other with no clear between them. Write down "
              "two iterations of the loop."),
        Wrong(["raises an error"] * 6,
              "Each backward here follows a forward pass of its own, and no step changes the weights between the two: "
              "all that it needs is there."),
        Wrong([*_RIGHT_ORDERS[:4], "never learns", "never learns"],
              "There are gradients at the step, of this batch or of the one before: what does the step change, and "
              "what does the next backward need?"),
        Wrong([*_RIGHT_ORDERS[:4], "works as well", "works as well"],
              "Which gradients does a step use? And are the parameters that backward needs still those of the forward "
              "pass?"),
        Wrong([*_RIGHT_ORDERS[:5], "a batch late"],
              "Each step follows its own backward and uses the gradients of this batch. What is there besides?"),
    ),
    hints=("Write each order down twice, one iteration after the other, and follow the gradients: computed, used, "
           "cleared.",
           "backward needs the weights of the forward pass: a step changes them in place. Is there one between the "
           "two? If you are not sure, run the loop on MLP([784, 30, 10])."),
    allows="Of the four wrong orders only one raises an error: check that the loss falls.",
)


def line(slope, rate=0.1, kind=torch.optim.SGD, **options):
    """A linear layer y = slope * x, and an optimizer of that `kind` that trains it."""
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, slope)
    return layer, kind(layer.parameters(), lr=rate, **options)


def two_lines():
    """Two linear layers y = 2 * x, the second with a gradient of 5, and an optimizer of both."""
    layers = [line(2.0)[0] for _ in range(2)]
    layers[1].weight.grad = torch.full((1, 1), 5.0)
    return *layers, torch.optim.SGD([layers[0].weight, layers[1].weight], lr=0.1)


def network(x, *sizes, dropout=0.0, norm=False):
    """Linear layers of these sizes for inputs like x, with tanh between them, also dropout or batch normalization."""
    layers = [nn.Linear(x.shape[1], sizes[0], bias=not norm)]
    for n, m in pairwise(sizes):
        layers += [nn.BatchNorm1d(n)] * norm + [nn.Tanh()] + [nn.Dropout(dropout)] * (dropout > 0) + [nn.Linear(n, m)]
    return nn.Sequential(*layers).to(x.dtype)


def both(*models):
    """List of the parameters of the models."""
    return [parameter for model in models for parameter in model.parameters()]


def stale(model):
    """Give all parameters of the model gradients of 5, as if from an earlier batch."""
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 5.0)


def weights(*models):
    """List of the parameters of the models, without graph."""
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
    if of == "both(model, other)":  # by plain SGD: others move parameters whose gradients are 0, and not those without
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
    statement="""Outputs (B, ...) and loss () of one batch, a pair of tensors, computed before one update.

    The optimizer updates its parameters once, with the gradient of this loss alone: gradients that
    they have from before do not count. Both results are detached from the computation graph.

    model: a module; it stays in the mode, training or evaluation, in which it is.
    x (B, ...), y (B, ...): inputs and targets, floats or class indices.
    loss_fn: function of (outputs, targets) that returns a tensor (), the mean over the batch.
    optimizer: any of torch.optim, also with momentum; of some of the model's parameters, or of
        other models' too. What is in .grad afterwards does not matter.

    Example: y = 2x, x = y = [[1.]], mean squared error, SGD with lr=0.1. It returns [[2.]] and 1.,
    and the weight is then 1.8.
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
              "The gradients of the batch before are still there, and backward adds to them: clear them first."),
        Wrong(variant(train_step, (_CLEAR + _BACKWARD, _BACKWARD + _CLEAR), name="cleared_too_late"),
              "Cleared after backward has computed them, the gradients are gone: the step changes nothing."),
        Wrong(variant(train_step, (_STEP, ""), name="step_not_taken"),
              "The gradients are computed, but not used: the parameters are as before. Which step is missing?"),
        Wrong(variant(train_step, (".detach()", ""), name="with_graph"),
              "The values are right; but outputs and loss still hold the graph, and a list of them keeps all graphs in "
              "memory: detach them."),
        Wrong(variant(train_step, ("outputs.detach()", "outputs"), name="outputs_with_graph"),
              "The loss is detached; the outputs still hold the graph."),
        Wrong(variant(train_step, ("loss.detach()", "loss"), name="loss_with_graph"),
              "The outputs are detached; the loss still holds the graph."),
        Wrong(variant(train_step, ("loss_fn(outputs, y)", "loss_fn(y, outputs)"), name="step_swapped"),
              "loss_fn takes outputs first, targets second; for many losses the order matters."),
        Wrong(variant(train_step, ("    return", "    outputs = model(x)\n    loss = loss_fn(outputs, y)\n    return"),
                      name="step_loss_afterwards"),
              "Return the outputs and the loss from before the step, not those of a second forward pass after it."),
        Wrong(variant(train_step, (_CLEAR, "    model.zero_grad()\n"), name="clears_the_model"),
              "The optimizer may hold parameters of other models, too. Their old gradients are not cleared, so that "
              "the step uses them: let the optimizer clear its own."),
        Wrong(variant(train_step, (_STEP, "    with torch.no_grad():\n        for group in optimizer.param_groups:\n"
                                          "            for p in group['params']:\n"
                                          "                if p.grad is not None:\n"
                                          "                    p -= group['lr'] * p.grad\n"), name="own_sgd"),
              "That is plain SGD, whatever the optimizer is. Momentum and Adam compute other updates: let the "
              "optimizer make its own step."),
        Wrong(variant(train_step, ("outputs.detach(), loss.detach()", "loss.detach(), outputs.detach()"),
                      name="results_exchanged"),
              "The outputs come first, then the loss: the two are exchanged."),
        Wrong(variant(train_step, (_CLEAR, ""), (_STEP, _STEP + _CLEAR), name="cleared_at_the_end"),
              "Cleared after the step, the gradients are gone for the next call; those that are there at the first "
              "one are used, too. Clear them before backward."),
        Wrong(variant(train_step, ("    outputs = model(x)", "    mode = model.training\n    model.eval()\n    "
                                                             "outputs = model(x)"),
                      ("    return", "    model.train(mode)\n    return"), name="outputs_in_eval"),
              "The forward pass runs in evaluation mode, without dropout: the mode should be the one in which the "
              "model is."),
        Wrong(variant(train_step, ("    outputs = model(x)", "    model.eval()\n    outputs = model(x)"),
                      name="step_in_eval"),
              "The model is in evaluation mode afterwards, and was not before: a step leaves the mode as it is."),
        Wrong(variant(train_step, ("    outputs = model(x)", "    model.train()\n    outputs = model(x)"),
                      name="step_in_training"),
              "The model is in training mode afterwards, and was not before: a step leaves the mode as it is. An epoch "
              "chooses it."),
    ),
    hints=("Six steps, of which the batch is given: forward, loss, clear, backward, step. Then return the two.",
           "optimizer.zero_grad(), loss.backward(), optimizer.step(); and .detach() on what is returned."),
    allows="This is nnlab.train.train_step, which fit calls for every batch.",
    uses=_TRAINING | {"two_lines": two_lines},
    signs=("model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.weight.grad",),
)


def one_epoch(model, batches, loss_fn, optimizer):
    """Mean loss over all samples, a float, of one epoch: one `train_step` for each batch.

    model: a module, put into training mode by model.train() first; it stays in it.
    batches: at least one pair (x (B, ...), y (B, ...)): a list, or something that yields them only
        once, such as a generator. B may differ; the last batch is often smaller.
    loss_fn, optimizer: as for train_step; loss_fn returns the mean over a batch.

    Each loss is the one before its update, and each sample counts alike. Example: batches of 3 and
    1 samples with losses 1.0 and 2.0 have the mean loss 1.25.
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
        "model, sgd = line(2.0, rate=0.0); one_epoch(model, [(two, 0 * two), (one, 1 + one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); one_epoch(model, [(one, -one), (two, two + 1), (one, one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); model.eval(); one_epoch(model, [(one, one)], F.mse_loss, sgd); model.training",
        "model, sgd = line(2.0); one_epoch(model, iter([(one, one)] * 3), F.mse_loss, sgd), model.weight.item()",
    ),
    wrong=(
        Wrong(variant(one_epoch, ("len(y) * loss", "loss"), ("count += len(y)", "count += 1"),
                      name="epoch_mean_of_batches"),
              "A mean of means: samples of a small last batch count more than others. Weight each loss by len(y)."),
        Wrong(variant(one_epoch, ("    model.train()\n", ""), name="epoch_as_found"),
              "After an evaluation the model is still in evaluation mode: call model.train() first."),
        Wrong(variant(one_epoch, (" / count", ""), name="epoch_total"),
              "That is the sum over the samples: divide by their number."),
        Wrong(variant(one_epoch, ("total / count", "loss.item()"), name="epoch_last"),
              "That is the last batch's loss alone."),
        Wrong(variant(one_epoch,
                      ("_, loss = train_step(model, x, y, loss_fn, optimizer)", "loss = loss_fn(model(x), y)"),
                      name="epoch_looks_only"),
              "This evaluates, but does not train: the parameters are as before. Call train_step for each batch."),
        Wrong(variant(one_epoch, ("total, count = 0.0, 0", "total, count = 0.0, sum(len(y) for _, y in batches)"),
                      ("        count += len(y)\n", ""), name="epoch_counts_first"),
              "Right for a list. A generator or a zip can be gone through only once: after the samples are counted, "
              "nothing is left to train on. Count them in the same loop."),
        Wrong(variant(one_epoch, ("for x, y in batches", "for x, y in (batches[k] for k in range(len(batches)))"),
                      name="epoch_by_indices"),
              "Right for a list. A generator has no length and no [k]: go through the batches with for, and count the "
              "samples there."),
        Wrong(variant(one_epoch, ("    return", "        return"), name="epoch_returns_at_once"),
              "Only the first batch is used: is the return inside the loop?"),
        Wrong(variant(one_epoch, ("count += len(y)", "count += y.numel()"), name="epoch_counts_elements"),
              "numel() counts elements; a sample may have several targets: its number of samples is len(y)."),
        Wrong(variant(one_epoch, ("count += len(y)", "count += len(y)\n    model.eval()"), name="epoch_ends_in_eval"),
              "The model should stay in training mode: whoever evaluates it next calls model.eval()."),
    ),
    hints=("Add up len(y) * loss and len(y), batch by batch; divide at the end.",
           "_, loss = train_step(model, x, y, loss_fn, optimizer); and model.train() before the loop."),
    allows="With a second pass that only evaluates, this is fit.",
    equivalent=(("(0.0, 0) → (0, 0.0)", "an int or a float: the quotient is the same float"),
                ("loss.item() → loss", "a tensor () is accepted for a float")),
    uses=_TRAINING | {"two": torch.ones(2, 1), "Batches": Batches},
)


def confident_mistakes(outputs, targets, k):
    """Indices (at most k,), int64, of the misclassified samples, the most confident mistakes first.

    The predicted class of a sample is the one with the largest logit; its softmax probability is
    the confidence. If there are fewer than k mistakes, all are returned; if there are none, an
    empty tensor. The result is a tensor; a list of ints is accepted, too.

    outputs (N, C): logits, float32 or float64, also large ones such as 1000; those of a sample
        are unequal, and so are the confidences of any two mistakes.
    targets (N,): the classes, int64. k: an int from 0.

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
              "Sorted by the largest logit: but 9.1 against 9.0 is nearly undecided, 2 against 0 is not. Take the "
              "softmax first."),
        Wrong(variant(confident_mistakes, ("descending=True", ""), name="mistakes_least_confident"),
              "The least confident ones come first; the most confident ones are wanted."),
        Wrong(variant(confident_mistakes,
                      ("(predictions != targets).nonzero()[:, 0]", "torch.arange(len(predictions))"),
                      name="mistakes_and_hits"),
              "Some of these are classified correctly: choose among the mistakes only."),
        Wrong(variant(confident_mistakes, ("confidences[wrong]", "torch.softmax(outputs, 1)[wrong, targets[wrong]]"),
                      ("descending=True", ""), name="mistakes_by_right_class"),
              "Sorted by the probability of the right class. The confidence is the probability of the predicted "
              "class."),
        Wrong(variant(confident_mistakes, (f"wrong[{_ORDER}]", _ORDER), name="mistakes_places_among_wrong"),
              "These are indices among the mistakes, not among all samples."),
        Wrong(variant(confident_mistakes, (f"wrong[{_ORDER}]", "wrong"), name="mistakes_first"),
              "The first ones in the order of the data: sort them by confidence."),
        Wrong(variant(confident_mistakes, ("outputs, 1)", "outputs, 0)"), name="mistakes_over_samples"),
              "The softmax goes over the samples; the probabilities of the classes of one sample should add up to 1."),
        Wrong(variant(confident_mistakes, ("!=", "=="), name="mistakes_are_hits"),
              "These are the samples that are classified correctly: the others are asked."),
        Wrong(variant(confident_mistakes, (_ORDER, _TOPK), name="mistakes_by_topk"),
              "topk(k) raises an error where there are fewer than k values: there may be fewer mistakes than k."),
        Wrong(variant(confident_mistakes, ("[:, 0]", ""), name="mistakes_in_a_column"),
              "nonzero() of a tensor (N,) has shape (n, 1), a row for each index: the indices themselves are its "
              "column 0."),
        Wrong(variant(confident_mistakes, ("torch.softmax(outputs, 1)",
                                           "(outputs.exp() / outputs.exp().sum(1, keepdim=True))"),
                      name="mistakes_overflow"),
              "exp(z) is infinite for z above 88, and infinite divided by infinite is nan. torch.softmax subtracts the "
              "largest logit first, and so can you."),
        Wrong(variant(confident_mistakes, (f"wrong[{_ORDER}][:k]", "confidences.argsort(descending=True)[:k]"),
                      ("return ", "return [i for i in "), ("[:k]", "[:k].tolist() if predictions[i] != targets[i]]"),
                      name="mistakes_among_the_first"),
              "First the k most confident predictions, then the mistakes among them: these are too few. Choose the "
              "mistakes first."),
    ),
    hints=("torch.softmax(outputs, 1).max(1) returns two tensors: the confidences and the predicted classes.",
           "First the indices of the mistakes, (predictions != targets).nonzero()[:, 0]; then sort them by confidence, "
           "argsort(descending=True)."),
    allows="Look at the most confident mistakes first: often the label is wrong.",
    equivalent=(("0 → -1", "nonzero of (N,) has one column, the first and the last"),),
    uses={"four": torch.tensor([[2.0, 0.0, 1.0], [3.0, 2.9, 0.0], [2.5, 0.0, 1.0], [2.0, 0.5, 0.4]])},
)


def centred(digit):
    """Image (28, 28) of zeros and `digit` in it, moved so that its center of mass is near (14, 14).

    The center of mass is the mean of the pixels' rows and the mean of their columns, both weighted
    by the pixel values; rows and columns count from 0. The digit is moved by whole pixels, so that
    each mean is as near to 14 as possible. No two places are equally near; the digit always fits.

    digit (H, W): float32 or float64, H and W at most 28, no value below 0, at least one above. It
    stays unchanged; the image has its dtype, and is a new tensor.

    >>> centred(torch.tensor([[1.0, 3.0]])).nonzero()  # the center of mass is in column 0.75
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
        return f"centred({_MIDDLE})"
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
            return f"centred(torch.ones({height}, {width}))" if height * width % 2 else "centred(torch.ones(3, 5))"
    return f"centred({text})"


_CORNER = "round(14 - row.item()), round(14 - column.item())"
CENTRED = Exercise(
    reference=centred,
    inputs=_digit,
    fresh=True,
    cases=(
        "centred(torch.ones(1, 1)).nonzero()",
        "centred(torch.ones(3, 3))",
        "centred(torch.tensor([[0.0, 0.0], [0.0, 1.0]])).nonzero()",
        "centred(torch.tensor([[1.0, 0, 0, 0, 0]])).nonzero()",
        "centred(torch.tensor([[0.0, 0.0, 1e-6]])).nonzero()",
        "centred(torch.tensor([[1.0], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2]])).nonzero()[0]",
        "centred(torch.tensor([[0.5, 0, 0], [1, 0, 0], [0, 0, 0], [0.1, 0.2, 0.3]])).nonzero()",
        "centred(torch.tensor([[1.0, 1.0, 1.0, 0.8, 0.0, 0.0, 0.0]])).nonzero()[0]",
        "centred(seven)",
        "centred(centred(seven))",
    ),
    wrong=(
        Wrong(variant(centred, (_CORNER, "(28 - height) // 2, (28 - width) // 2"), name="centred_by_box"),
              "That puts the middle of the box in the middle. The center of mass is the mean position, weighted by the "
              "pixel values."),
        Wrong(variant(centred, ("digit.sum", "(digit > 0).to(digit).sum"), name="centred_by_inked_pixels"),
              "Every pixel above 0 counts the same here; a larger value should weigh more."),
        Wrong(variant(centred, (_CORNER, "round(14 - column.item()), round(14 - row.item())"),
                      name="centred_by_other_axis"),
              "Rows and columns are swapped: sum(1) sums over the columns, and leaves one value for each row."),
        Wrong(variant(centred, (_CORNER, "14 - digit.argmax().item() // width, 14 - digit.argmax().item() % width"),
                      name="centred_by_darkest"),
              "That puts the pixel with the largest value in the middle; all pixels count."),
        Wrong(variant(centred, ("14 -", "13.5 -"), name="centred_between"),
              "13.5 is the middle between 0 and 27, but MNIST's centers of mass are at 14."),
        Wrong(variant(centred, ("round(", "int("), name="centred_cut"),
              "int() always rounds towards 0, so that the digit is up to a pixel too high: use round()."),
        Wrong(variant(centred, (_CORNER, "14 - int(row.item()), 14 - int(column.item())"),
                      name="centred_cut_before"),
              "The center of mass is cut to a whole number, so that the digit is up to a pixel too low: use round()."),
        Wrong(variant(centred, ("    height,", "    if digit.shape == (28, 28):\n        return digit\n    height,"),
                      name="centred_large_as_it_is"),
              "A digit of 28 × 28 pixels is not centered yet, and the result should be a new tensor: treat it as the "
              "others."),
    ),
    hints=("The center of mass: the mean of the row indices, weighted by the sum of each row; of the columns likewise.",
           "row = digit.sum(1) @ torch.arange(height).to(digit) / digit.sum(); the digit begins at round(14 - row)."),
    allows="This is the last step of MNIST's preprocessing, and of the drawing pad's.",
    draws="centred(seven)",
    equivalent=tuple((f"{one} @ {other} → {other} @ {one}", "a product of two vectors") for one, other in (
        ("digit.sum(1)", "torch.arange(height).to(digit)"), ("digit.sum(0)", "torch.arange(width).to(digit)"))),
    uses={"F": F,
          "seven": torch.tensor([[float(row < 2 or 10 <= column + row / 2 < 12) for column in range(12)]
                                 for row in range(18)])},
)

WHICH_BUG = Quiz(
    name="which_bug",
    reference=["labels shuffled", "no zero_grad", "not flattened", "softmax twice", "still in training mode"],
    questions=("script a: the loss stays at ln 10", "script b: the loss rises",
               "script c: the loss falls slowly, under 1.46, and not as far as that of a correct script",
               "script d: the accuracy is that of script c, but the loss stays above 1.46",
               "script e: one network, measured five times, has five different accuracies"),
    wrong=(
        Wrong(["labels shuffled"] * 5,
              "Shuffled labels cannot be learned: the loss would stay at ln 10, the accuracy at a tenth. Do they "
              "here?"),
        Wrong(["no zero_grad"] * 5,
              "Old gradients make the steps longer and longer, until the loss rises. This one does not rise."),
        Wrong(["not flattened"] * 5,
              "Rows without their order still allow some learning: the loss falls below 1.46, the five accuracies are "
              "equal. Not here."),
        Wrong(["softmax twice"] * 5,
              "With a second softmax it still learns, slowly; the loss stays between 1.46 and ln 10. Not here."),
        Wrong(["still in training mode"] * 5,
              "In training mode one network gives other outputs each time; the five accuracies of this one are equal."),
    ),
    hints=("Two show in values that you know: ln 10 = 2.30 is the loss of ten equal probabilities, and with a second "
           "softmax no loss is below 1.46.",
           "Which bug makes the steps too long? Which makes the outputs of one network random?"),
    allows="Look at the loss curve first, then guess the bug, then read the code.",
)

# ------------------------------------------------------------------------------------------------- five scripts to fix


_MEASURED = "accuracy(model(new_x), new_y)"


def _to_fix(script, *changes, wrong, hints, allows, measure=trial, hidden, said=None, equivalent=()):
    """The exercise to fix `script`; its reference is `script` with `changes`.

    Args:
        script: one of the five, with its bug.
        changes: edits that fix it.
        wrong: named wrong answers besides those that change what was right.
        hints, allows, equivalent: as for `Exercise`.
        measure: `trial` or `trial_with_dropout`.
        hidden: an edit of the reference that removes its hidden layer.
        said: dictionary from the name of a usual wrong answer to what is said of it here; None: left out.
    """
    fixed, run = variant(script, *changes), f'{measure.__name__}({script.__name__})["'
    linear = "nn.ReLU(), " in inspect.getsource(fixed)
    edits = {
        "one_list": (("losses, shares\n", "losses\n"),
                     "Two results are asked: the losses of all steps, and five accuracies."),
        "with_graph": (("loss.item()", "loss"), "The losses still hold their graphs, and the list keeps all of them in "
                                                "memory: .item() makes a float of each."),
        "exchanged": (("losses, shares\n", "shares, losses\n"),
                      "The losses come first, then the accuracies: the two are exchanged."),
        "more_epochs": (("range(5):", "range(10):"),
                        "That is another number of steps. Five epochs, batches of 20 and a smaller last batch were "
                        "right: change only what is wrong."),
        "measured_less": (("range(5)]", "range(3)]"),
                          "The accuracy should be measured five times, after the training."),
        "images_changed": (("    model =", "    x.add_(1)\n    model ="),
                           "The script changes its images or labels in place: whoever called it finds others "
                           "afterwards."),
        "other_optimizer": (("lr=0.1", "lr=0.01"),
                            "The optimizer was right, SGD with lr=0.1: leave it as it was. Another one hides the bug "
                            "at best."),
        "no_hidden_layer": (hidden,
                            "One layer alone is a linear model. The hidden layer of 30 units was right: keep it."),
        "other_sizes": (("30", "20"),
                        "The layers have other sizes. 784 inputs, 30 hidden units and 10 outputs were right."),
        "gradients_add_up": (("            optimizer.zero_grad()\n", ""),
                             "The gradients of several batches add up: clearing them for each batch was right."),
        "no_step": (("            optimizer.step()\n", ""),
                    "The loss stays near ln 10: nothing is learned. Are forward, loss, clear, backward and step all "
                    "there, in this order?"),
        "sums": (("loss.item()", "loss.item() * len(labels)"),
                 "The losses are large, or rise. Each should be the mean over its batch, as cross_entropy returns it."),
        "no_activation": (("nn.ReLU(), ", "") if linear else ("784, 30, 10]", "784, 30, 10], nn.Identity()"),
                          "It learns what a linear model can learn, and no more: is the ReLU still there?"),
        "not_shuffled": (("shuffle=True", "shuffle=False"),
                         "The images come in the order of the data; on images sorted by class that goes wrong. "
                         "Shuffling was right: keep it."),
        "measured_in_training": (("new_x), new_y", "x), y"), "These are not accuracies on the new images: new_x and "
                                                             "new_y."),
    }
    if script is scripts.script_a:
        edits["not_shuffled"] = ("x[order].split(20), y[order]", "x.split(20), y"), edits["not_shuffled"][1]
    texts = {name: text for name, (_, text) in edits.items()} | (said or {})
    usual = tuple(Wrong(variant(fixed, edit, name=name), texts[name])
                  for name, (edit, _) in edits.items() if texts[name])
    return Exercise(
        reference=fixed, cases=tuple(f'{run}{look}"]' for look in LOOKS), wrong=(*wrong, *usual), hints=hints,
        allows=allows, equivalent=((f"{_MEASURED}.item() → {_MEASURED}", "a tensor () is accepted for a "
                                                                         "float"), *equivalent),
        uses={measure.__name__: measure}, given=script)


_DEEP = 8 * " "  # further in than in train_step
_MLP = ("MLP([784, 30, 10])", "MLP([784, 10])")
SCRIPT_A = _to_fix(
    scripts.script_a, ("y.split(20)", "y[order].split(20)"), hidden=_MLP, said={"no_step": None},
    wrong=(
        Wrong(variant(scripts.script_a, ("y.split(20)", "y[torch.randperm(len(y))].split(20)"), name="another_order"),
              "The loss stays near ln 10: nothing is learned. If all steps are there, images and labels do not belong "
              "together: both need one and the same order, drawn once for each epoch."),
    ),
    hints=("Follow one image: what is its index after x[order], and what is the index of its label?",
           "The line with zip: the images are taken in a new order, the labels in the old one."),
    allows="A loss that stays at ln 10 = 2.30: look at five images with their labels before anything else.",
    equivalent=(("True → False", "the two have equal lengths"),),
)
SCRIPT_B = _to_fix(
    scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _CLEAR + _DEEP + _BACKWARD), hidden=_MLP,
    said={"no_step": None, "gradients_add_up": None},
    wrong=(
        Wrong(variant(scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _BACKWARD + _DEEP + _CLEAR),
                      name="cleared_too_late"),
              "The loss stays near ln 10: nothing is learned. A step needs gradients, computed by backward and not yet "
              "cleared: in which order are the three?"),
        Wrong(variant(scripts.script_b, ("range(5):\n", "range(5):\n    " + _CLEAR), name="cleared_each_epoch"),
              "The gradients of several batches still add up: clear them for each batch, not once, nor once an epoch."),
    ),
    hints=("backward adds to the gradients that are there (week 3a). Which call clears them?",
           "optimizer.zero_grad(), once for each batch."),
    allows="A loss that rises from the first steps: look for zero_grad, then at the learning rate.",
)
SCRIPT_C = _to_fix(
    scripts.script_c,
    ("nn.Sequential(nn.Linear(28, 30)", "nn.Sequential(nn.Flatten(), nn.Linear(784, 30)"), (".mean((1, 2))", ""),
    hidden=("nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10)", "nn.Linear(784, 10)"),
    said={"other_sizes": None},
    wrong=(
        Wrong(variant(scripts.script_c, (".mean((1, 2))", ".sum((1, 2))"), name="added"),
              "The layers do not have the sizes 784, 30 and 10. A layer that gets single rows, summed or averaged "
              "afterwards, does not know in which row a pixel is: let it see all pixels at once."),
    ),
    hints=("A linear layer maps the last dimension: here 28 pixels, one row at a time. Is the order of the rows used?",
           "nn.Flatten() first, then nn.Linear(784, 30), and no mean."),
    allows="It runs, and the loss falls: such a bug is the hardest to notice. Print the shapes once.",
)
SCRIPT_D = _to_fix(
    scripts.script_d, ("nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))", "MLP([784, 30, 10])"), hidden=_MLP,
    wrong=(
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), name="likelihood_of_probabilities"),
              "nll_loss takes the logarithms of probabilities; these are the probabilities."),
        Wrong(variant(scripts.script_d, ("nn.Softmax(1)", "nn.Sigmoid()"), name="squashed"),
              "The loss stays high. Is what cross_entropy gets still squashed, by a softmax or a sigmoid? It takes "
              "logits, any numbers from far below 0 to far above."),
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), ("nn.Softmax(1)", "nn.Identity()"),
                      name="none_at_all"),
              "Now no softmax is applied, and the loss falls without end. cross_entropy applies it itself."),
    ),
    hints=("cross_entropy takes logits and applies the softmax itself (week 1b).",
           "Leave the softmax out of the model."),
    allows="A high accuracy with a high loss: check what the loss gets as its input.",
)
SCRIPT_E = _to_fix(
    scripts.script_e, ("    with torch.no_grad():", "    model.eval()\n    with torch.no_grad():"),
    measure=trial_with_dropout,
    hidden=("nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),\n                          nn.Linear(30, 10)",
            "nn.Dropout(0.5), nn.Linear(784, 10)"),
    wrong=(
        Wrong(variant(scripts.script_e, ("losses = []\n", "losses = []\n    model.eval()\n"),
                      name="eval_from_the_start"),
              "The training loss is lower than with dropout: one half of the hidden units should be dropped in "
              "training, none in the measurement. Where does the measurement begin?"),
        Wrong(variant(scripts.script_e, ("nn.Dropout(0.5)", "nn.Dropout(0.4)"), name="less_dropout"),
              "The five accuracies differ: dropout is still random during the measurement."),
        Wrong(variant(scripts.script_e, ("[accuracy(model(new_x), new_y).item() for _ in range(5)]",
                                         "[accuracy(model(new_x), new_y).item()] * 5"), name="asked_once"),
              "The five accuracies are equal, but lower than without dropout: is it still on during the measurement?"),
    ),
    hints=("Dropout is for training. Which call ends training mode?", "model.eval() before the accuracy is measured."),
    allows="If one network gives two results for one input, look for randomness, and for a missing eval().",
)
EXERCISES = (SIX_STEPS, TRAIN_STEP, ONE_EPOCH, CONFIDENT_MISTAKES, CENTRED, WHICH_BUG,
             SCRIPT_A, SCRIPT_B, SCRIPT_C, SCRIPT_D, SCRIPT_E)
