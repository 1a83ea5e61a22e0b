"""Week 3c: the six steps of training, an epoch of them, and the most confident mistakes."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.batches import Batches
from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
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
        Wrong([*_RIGHT_ORDERS[:5], "never learns"],
              "Each step follows the backward pass of its own batch, so the parameters change. Which other gradients "
              "are in .grad at that time?"),
        Wrong([*_RIGHT_ORDERS[:4], "never learns", "gradients add up"],
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
    alone=("Each line is an order of the six steps, repeated for every batch. The network is an MLP with one "
          "hidden layer, the optimizer SGD with learning rate 0.1 and without momentum; before the first "
          'batch the .grad of every parameter is None. What does each order do? Choose from "works as well", '
          '"never learns", "a batch late" (each step uses the gradients of the batch before), "gradients add '
          'up" and "raises an error".'),
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


BACKWARD, CLEAR, _STEP = "    loss.backward()\n", "    optimizer.zero_grad()\n", "    optimizer.step()\n"
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
    optimizer: of torch.optim, such as SGD, also with momentum, or Adam. It may hold only some of
        the parameters of the model, or parameters of other models as well. What .grad contains
        after the call does not matter.

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
        Wrong(variant(train_step, (CLEAR, ""), name="without_clearing"),
              "The gradients of the previous batch are still in .grad, and backward adds to them: clear them first."),
        Wrong(variant(train_step, (CLEAR + BACKWARD, BACKWARD + CLEAR), name="cleared_too_late"),
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
        Wrong(variant(train_step, (CLEAR, "    model.zero_grad()\n"), name="clears_the_model"),
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
        Wrong(variant(train_step, (CLEAR, ""), (_STEP, _STEP + CLEAR), name="cleared_at_the_end"),
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
              "The model should be in training mode, also after the call: call model.train() first, and do not "
              "restore an earlier mode."),
        Wrong(variant(one_epoch, ("total / count", "total / len(batches)"), name="epoch_over_batches"),
              "The sum over the samples is divided by the number of batches: divide by the number of samples."),
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
        Wrong(variant(confident_mistakes,
                      ("wrong = ", "best = torch.softmax(outputs, 1).sort(1).values\n    wrong = "),
                      ("confidences[wrong]", "(best[:, -1] - best[:, -2])[wrong]"), name="mistakes_by_margin"),
              "Sorted by the difference of the two largest probabilities. The confidence is the probability of the "
              "predicted class alone."),
        Wrong(variant(confident_mistakes, (f"wrong[{_ORDER}][:k]", f"wrong[{_ORDER}]"), name="mistakes_all"),
              "These are all mistakes: return at most k of them."),
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
EXERCISES = (SIX_STEPS, TRAIN_STEP, ONE_EPOCH, CONFIDENT_MISTAKES)
