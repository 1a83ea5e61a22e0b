"""Week 3b: the six steps, an epoch, mistakes worth looking at, a digit's centre, and five scripts to mend."""

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.exercises import week03b_scripts as scripts
from nnlab.train import train_step

SIX_STEPS = Quiz(
    name="six_steps",
    reference=["works as well", "never learns", "works as well", "never learns", "a batch late", "slopes add up"],
    questions=("batch, clear, forward, loss, backward, step", "batch, forward, loss, backward, clear, step",
               "batch, forward, loss, backward, step, clear", "batch, forward, loss, clear, step, backward",
               "batch, forward, loss, step, clear, backward", "batch, forward, loss, backward, step, and never clear"),
    wrong=(
        Wrong(["never learns", "works as well", "never learns", "works as well", "a batch late", "slopes add up"],
              "Follow the slopes: who fills them, who empties them, who uses them? It learns when filled ones are used."),
        Wrong([*["a batch late"] * 5, "slopes add up"],
              "For a step that is late, the slopes of one batch must last until the next one's step. Are they emptied before?"),
        Wrong(["slopes add up"] * 6,
              "Slopes add up where two backwards follow each other with no clear between them. Go round the loop once more."),
        Wrong(["works as well", "never learns", "works as well", "never learns", "never learns", "slopes add up"],
              "In the second round there are slopes when the step comes: those of the batch before."),
        Wrong(["works as well", "never learns", "works as well", "never learns", "works as well", "slopes add up"],
              "It learns, but each step uses the slopes of the batch before, found with the weights before the last step."),
        Wrong(["works as well", "never learns", "works as well", "never learns", "a batch late", "works as well"],
              "backward adds to what is there (week 3a): each step also uses the slopes of all batches before."),
    ),
    hints=("Write the loop down twice, one round after the other, and follow the slopes: filled, used, emptied.",
           "It learns if, between a backward and the next clear, there is a step."),
    allows="Only three of the six can go wrong in silence: clear, backward, step.",
)


def line(slope, rate=0.1):
    """A linear layer y = slope * x, and SGD that trains it."""
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, slope)
    return layer, torch.optim.SGD(layer.parameters(), lr=rate)


def lopsided(outputs, targets):
    """A loss that minds which argument is which: the mean of exp(output - target) minus that difference."""
    return (torch.exp(outputs - targets) - (outputs - targets)).mean()


_BACKWARD, _CLEAR, _STEP = "    loss.backward()\n", "    optimizer.zero_grad()\n", "    optimizer.step()\n"


def _step_swapped(model, x, y, loss_fn, optimizer):
    return train_step(model, x, y, lambda outputs, targets: loss_fn(targets, outputs), optimizer)


def _step_loss_afterwards(model, x, y, loss_fn, optimizer):
    train_step(model, x, y, loss_fn, optimizer)
    outputs = model(x).detach()
    return outputs, loss_fn(outputs, y)


TRAIN_STEP = Exercise(
    reference=train_step,
    cases=(
        "model, sgd = line(0.0); train_step(model, 0 * one, 0 * one, F.mse_loss, sgd)",
        "model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd)",
        "model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.weight.detach()",
        "model, sgd = line(2.0); [train_step(model, one, one, F.mse_loss, sgd) for _ in range(3)]; model.weight.detach()",
        "model, sgd = line(2.0); train_step(model, one, 3 * one, lopsided, sgd); model.weight.detach()",
        "model, sgd = line(2.0); [part.requires_grad for part in train_step(model, one, one, F.mse_loss, sgd)]",
    ),
    wrong=(
        Wrong(variant(train_step, (_CLEAR, ""), name="without_clearing"),
              "Slopes of the batch before are still there, and backward adds to them: clear them first."),
        Wrong(variant(train_step, (_CLEAR + _BACKWARD, _BACKWARD + _CLEAR), name="cleared_too_late"),
              "Cleared after backward has filled them: the step finds nothing, and does nothing."),
        Wrong(variant(train_step, (_STEP, ""), name="step_not_taken"),
              "The slopes are there, but nobody used them: the weights are as before. What is missing?"),
        Wrong(variant(train_step, (".detach()", ""), name="with_graph"),
              "Right numbers; but outputs and loss still hold the graph that made them, and whoever collects them collects all "
              "graphs: detach them."),
        Wrong(variant(train_step, ("outputs.detach()", "outputs"), name="outputs_with_graph"),
              "The loss is detached; the outputs still hold the graph that made them."),
        Wrong(_step_swapped, "loss_fn takes outputs first, targets second; for many losses the order matters."),
        Wrong(_step_loss_afterwards, "Return the outputs and the loss that gave the slopes, not a second look after the step."),
    ),
    hints=("Six steps, of which the batch is given: forward, loss, clear, backward, step. Then return the two.",
           "optimizer.zero_grad(), loss.backward(), optimizer.step(); and .detach() on what is returned."),
    allows="This is nnlab.train.train_step, which fit calls for every batch.",
    uses={"line": line, "lopsided": lopsided, "one": torch.ones(1, 1), "F": F},
    signs=("model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.weight.grad",),
)


def one_epoch(model, batches, loss_fn, optimizer):
    """Mean loss of the samples, a number, in one pass over `batches` of (x, y), each of which changes the weights once.

    First put the model into training mode by model.train(). `loss_fn` gives the mean of a batch; the last one may be smaller.
    """
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        _, loss = train_step(model, x, y, loss_fn, optimizer)
        total += len(y) * loss.item()
        count += len(y)
    return total / count


def _epoch_mean_of_batches(model, batches, loss_fn, optimizer):
    model.train()
    losses = [train_step(model, x, y, loss_fn, optimizer)[1].item() for x, y in batches]
    return sum(losses) / len(losses)


def _epoch_as_found(model, batches, loss_fn, optimizer):
    total, count = 0.0, 0
    for x, y in batches:
        total += len(y) * train_step(model, x, y, loss_fn, optimizer)[1].item()
        count += len(y)
    return total / count


def _epoch_total(model, batches, loss_fn, optimizer):
    model.train()
    return sum(len(y) * train_step(model, x, y, loss_fn, optimizer)[1].item() for x, y in batches)


def _epoch_last(model, batches, loss_fn, optimizer):
    model.train()
    for x, y in batches:
        _, loss = train_step(model, x, y, loss_fn, optimizer)
    return loss.item()


def _epoch_looks_only(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        total += len(y) * loss_fn(model(x), y).item()
        count += len(y)
    return total / count


def _epoch_tensor(model, batches, loss_fn, optimizer):
    return torch.tensor(one_epoch(model, batches, loss_fn, optimizer))


ONE_EPOCH = Exercise(
    reference=one_epoch,
    cases=(
        "model, sgd = line(2.0); one_epoch(model, [(one, one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); one_epoch(model, [(one, one)] * 3, F.mse_loss, sgd), model.weight.item()",
        "model, sgd = line(2.0, rate=0.0); one_epoch(model, [(two, 0 * two), (one, 1 + one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); one_epoch(model, [(two, two + 1), (two, two), (one, -one)], F.mse_loss, sgd)",
        "model, sgd = line(2.0); model.eval(); one_epoch(model, [(one, one)], F.mse_loss, sgd); model.training",
    ),
    wrong=(
        Wrong(_epoch_mean_of_batches, "A mean of means: samples of a small last batch count more than others. Weigh by len(y)."),
        Wrong(_epoch_as_found, "If the model comes from an evaluation it is still in that mode: say model.train() first."),
        Wrong(_epoch_total, "That is the sum over the samples: divide by how many there were."),
        Wrong(_epoch_last, "That is the last batch's loss alone."),
        Wrong(_epoch_looks_only, "It looks, but does not train: the weights are as before. Take a train_step for each batch."),
        Wrong(_epoch_tensor, "A plain number is asked: .item()."),
    ),
    hints=("Add up len(y) * loss and len(y), batch by batch; divide at the end.",
           "_, loss = train_step(model, x, y, loss_fn, optimizer); and model.train() before the loop."),
    allows="With a second pass that only looks, this is fit.",
    equivalent=(("(0.0, 0) → (0, 0.0)", "both end as numbers with a point or without, and are divided"),),
    uses={"line": line, "one": torch.ones(1, 1), "two": torch.ones(2, 1), "F": F},
)


def confident_mistakes(outputs, targets, k):
    """Places (at most k,), whole numbers in a tensor, of the samples named wrong, those first of which the network is surest.

    How sure it is, is the probability that it gives to the class that it names. outputs (N, C) are logits, targets (N,) classes.
    """
    sure, named = torch.softmax(outputs, 1).max(1)
    wrong = (named != targets).nonzero()[:, 0]
    return wrong[sure[wrong].argsort(descending=True)][:k]


def _mistakes_by_logits(outputs, targets, k):
    largest, named = outputs.max(1)
    wrong = (named != targets).nonzero()[:, 0]
    return wrong[largest[wrong].argsort(descending=True)][:k]


def _mistakes_least_sure(outputs, targets, k):
    sure, named = torch.softmax(outputs, 1).max(1)
    wrong = (named != targets).nonzero()[:, 0]
    return wrong[sure[wrong].argsort()][:k]


def _mistakes_and_hits(outputs, targets, k):
    return torch.softmax(outputs, 1).max(1).values.argsort(descending=True)[:k]


def _mistakes_by_right_class(outputs, targets, k):
    probabilities = torch.softmax(outputs, 1)
    wrong = (probabilities.argmax(1) != targets).nonzero()[:, 0]
    return wrong[probabilities[wrong, targets[wrong]].argsort()][:k]


def _mistakes_places_among_wrong(outputs, targets, k):
    sure, named = torch.softmax(outputs, 1).max(1)
    return sure[named != targets].argsort(descending=True)[:k]


def _mistakes_first(outputs, targets, k):
    return (outputs.argmax(1) != targets).nonzero()[:k, 0]


CONFIDENT_MISTAKES = Exercise(
    reference=confident_mistakes,
    cases=(
        "confident_mistakes(torch.tensor([[0.0, 1.0], [2.0, 0.0]]), torch.tensor([1, 0]), 3).tolist()",
        "confident_mistakes(torch.tensor([[0.0, 1.0]]), torch.tensor([0]), 3).tolist()",
        "confident_mistakes(torch.tensor([[0.0, 1.0], [0.0, 2.0]]), torch.tensor([0, 0]), 3).tolist()",
        "confident_mistakes(torch.tensor([[9.0, 9.1], [0.0, 2.0], [5.0, 0.0]]), torch.tensor([0, 0, 0]), 3).tolist()",
        "confident_mistakes(four, torch.tensor([2, 2, 0, 2]), 2).tolist()",
    ),
    wrong=(
        Wrong(_mistakes_by_logits,
              "By the largest logit: but 9.1 against 9.0 is nearly undecided, 2 against 0 is not. Take the softmax first."),
        Wrong(_mistakes_least_sure, "The least sure ones come first; it is the other end that one learns from."),
        Wrong(_mistakes_and_hits, "Some of these are named right: choose among the mistakes only."),
        Wrong(_mistakes_by_right_class,
              "Those where the right class got least. A good list too, but it asks another question: how sure was it of what "
              "it named?"),
        Wrong(_mistakes_places_among_wrong, "These are places among the mistakes; places among all samples are asked."),
        Wrong(_mistakes_first, "The first ones as they come: sort them by how sure the network is."),
    ),
    hints=("torch.softmax(outputs, 1).max(1) gives two things at once: how sure, and which class.",
           "Places of the mistakes first, (named != targets).nonzero()[:, 0]; then order them, argsort(descending=True)."),
    allows="Sure and wrong: look at these first, for often the label is.",
    equivalent=(("0 → -1", "nonzero of (N,) has one column, the first and the last"),),
    uses={"four": torch.tensor([[2.0, 0.0, 1.0], [3.0, 2.9, 0.0], [2.0, 0.0, 1.0], [2.0, 0.5, 0.4]])},
)


def centred(digit):
    """A picture (28, 28) of zeros with `digit` (H, W) in it, its centre of mass as near as can be to row and column 14, from 0.

    The digit is moved by whole pixels; its ink is not negative, somewhere positive, and lies so that it fits.
    """
    height, width = digit.shape
    row = digit.sum(1) @ torch.arange(float(height)) / digit.sum()
    column = digit.sum(0) @ torch.arange(float(width)) / digit.sum()
    top, left = round(14 - row.item()), round(14 - column.item())
    picture = torch.zeros(28, 28)
    picture[top:top + height, left:left + width] = digit
    return picture


def _put(digit, top, left):
    picture = torch.zeros(28, 28)
    picture[top:top + digit.shape[0], left:left + digit.shape[1]] = digit
    return picture


def _mass(digit):
    return [(digit.sum(1 - axis) @ torch.arange(float(side)) / digit.sum()).item() for axis, side in enumerate(digit.shape)]


def _centred_by_box(digit):
    return _put(digit, *((28 - side) // 2 for side in digit.shape))


def _centred_by_inked_pixels(digit):
    return _put(digit, *(round(14 - at) for at in _mass((digit > 0).float())))


def _centred_by_other_axis(digit):
    row, column = _mass(digit)
    return _put(digit, round(14 - column), round(14 - row))


def _centred_by_darkest(digit):
    row, column = divmod(digit.argmax().item(), digit.shape[1])
    return _put(digit, 14 - row, 14 - column)


def _centred_between(digit):
    return _put(digit, *(round(13.5 - at) for at in _mass(digit)))


def _centred_cut(digit):
    return _put(digit, *(int(14 - at) for at in _mass(digit)))


CENTRED = Exercise(
    reference=centred,
    cases=(
        "centred(torch.ones(1, 1)).nonzero()",
        "centred(torch.ones(3, 3))",
        "centred(torch.tensor([[1.0, 0, 0, 0, 0]])).nonzero()",
        "centred(torch.tensor([[1.0], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2]])).nonzero()[0]",
        "centred(torch.tensor([[0.5, 0, 0], [1, 0, 0], [0, 0, 0], [0.1, 0.2, 0.3]])).nonzero()",
        "centred(torch.tensor([[1.0, 1.0, 1.0, 0.8, 0.0, 0.0, 0.0]])).nonzero()[0]",
        "centred(seven)",
    ),
    wrong=(
        Wrong(_centred_by_box, "That puts the middle of the box in the middle. Its centre of mass is where the ink balances."),
        Wrong(_centred_by_inked_pixels, "Every pixel with ink counts the same there; a darker one should weigh more."),
        Wrong(_centred_by_other_axis, "Rows and columns are swapped: sum(1) adds over the columns, and leaves one number a row."),
        Wrong(_centred_by_darkest, "That puts the darkest pixel in the middle; all of the ink counts."),
        Wrong(_centred_between, "13.5 is the middle between 0 and 27, but MNIST's centres lie on 14."),
        Wrong(_centred_cut, "int() always rounds towards 0, so that the digit lands up to a pixel too high: round()."),
    ),
    hints=("The centre of mass: the mean of the row numbers, each weighed by the ink in its row; of the columns likewise.",
           "row = digit.sum(1) @ torch.arange(float(height)) / digit.sum(); the digit begins at round(14 - row)."),
    allows="The last step by which MNIST was made, and the pad's.",
    draws="centred(seven)",
    equivalent=tuple((f"{one} @ {other} → {other} @ {one}", "a product of two vectors") for one, other in (
        ("digit.sum(1)", "torch.arange(float(height))"), ("digit.sum(0)", "torch.arange(float(width))"))),
    uses={"seven": torch.tensor([[float(row < 2 or 10 <= column + row / 2 < 12) for column in range(12)] for row in range(18)])},
)

WHICH_BUG = Quiz(
    name="which_bug",
    reference=["labels shuffled", "no zero_grad", "not flattened", "softmax twice", "still in training mode"],
    questions=("script a: the loss stays at ln 10", "script b: the loss climbs",
               "script c: the loss falls slowly, under 1.46, and not as far as a sound script's",
               "script d: as many are named right as with c, but the loss stays above 1.46",
               "script e: one network, measured five times, names five different shares right"),
    wrong=(
        Wrong(["labels shuffled"] * 5,
              "Shuffled labels cannot be learned: the loss would stay at ln 10, and a tenth be named right. Does it here?"),
        Wrong(["no zero_grad"] * 5,
              "Old slopes make the steps longer and longer, until the loss climbs. This one does not climb."),
        Wrong(["not flattened"] * 5,
              "Rows without their order still teach something: the loss falls under 1.46, the five shares are equal. Not here."),
        Wrong(["softmax twice"] * 5,
              "After a second softmax it still learns, slowly; the loss stays between 1.46 and ln 10. Not here."),
        Wrong(["still in training mode"] * 5,
              "In training mode one network gives other answers each time; the five shares of this one are equal."),
    ),
    hints=("Two give themselves away by numbers that you know: ln 10 = 2.30 is the loss of ten equal probabilities, and after a "
           "softmax too many no loss is under 1.46.",
           "Which mistake makes steps too long? Which makes the same network answer differently?"),
    allows="The curve comes first, then the suspicion, then the code.",
)

# ------------------------------------------------------------------------------------------------ five scripts to mend


def few_pictures():
    """440 training pictures and 200 others: noise, with a patch that tells the class; of the 440 labels a tenth is drawn anew."""
    g = torch.Generator().manual_seed(0)
    y = (torch.arange(640) % 10)[torch.randperm(640, generator=g)]
    x = 0.3 * torch.rand(640, 1, 28, 28, generator=g)
    for k in range(10):
        row, column = divmod(k, 5)
        x[y == k, :, 4 + 12 * row:12 + 12 * row, 1 + 5 * column:7 + 5 * column] = 1.0
    labels = torch.where(torch.rand(440, generator=g) < 0.1, torch.randint(10, (440,), generator=g), y[:440])
    return x[:440], labels, x[440:], y[440:]


_FEW = few_pictures()


def _mended(script, *changes, wrong, hints, allows, share=0.9, loss=0.6, more=(), equivalent=()):
    """The exercise to mend `script`, whose right answer is `script` with `changes`.

    Trained again on few pictures, it has to name more than `share` of the new ones right, with a loss under `loss` at its end.
    """
    run = f"losses, shares = {script.__name__}(*few)"
    return Exercise(
        reference=variant(script, *changes),
        cases=(f"{run}; len(losses), len(shares)", f"{run}; 1.5 < losses[0] < 3.5", f"{run}; min(shares) > {share}",
               f"{run}; sum(losses[-22:]) / 22 < {loss}", *(f"{run}; {one}" for one in more)),
        wrong=wrong, hints=hints, allows=allows,
        equivalent=(("10 → 11", "an output that nobody needs"), *equivalent),
        uses={"few": _FEW}, signs=(f"{script.__name__}(*few)",), given=script)


_DEEP = 8 * " "  # further in than in train_step
_SLOWER = ("lr=0.1", "lr=0.01")
_SIZES = (("30 → 31", "a unit more is as good"), ("30 → 29", "a unit less is as good"))
_ORDER = (("True → False", "one order for all epochs is as good here"),)
SCRIPT_A = _mended(
    scripts.script_a, ("y.split(20)", "y[order].split(20)"),
    wrong=(
        Wrong(variant(scripts.script_a, ("y.split(20)", "y[torch.randperm(len(y))].split(20)"), name="another_order"),
              "Two orders drawn one after the other are two orders. Pictures and labels need the same one."),
        Wrong(variant(scripts.script_a, ("x[order].split(20), y.", "x.split(20), y[order]."), name="other_way_round"),
              "Now the labels are shuffled and the pictures are not: it is the same mistake the other way round."),
        Wrong(variant(scripts.script_a, _SLOWER, name="slower"),
              "Slower steps do not help: each picture still carries another one's label. Where are pictures and labels paired?"),
    ),
    hints=("Follow one picture: where does it lie after x[order], and where does its label lie?",
           "The line with zip: pictures are taken in a new order, labels in the old one."),
    allows="A loss that stays at ln 10 = 2.30: look at the pairs, five pictures with their labels, before anything else.",
    equivalent=(*_SIZES, ("True → False", "the two are equally long")),
)
SCRIPT_B = _mended(
    scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _CLEAR + _DEEP + _BACKWARD),
    wrong=(
        Wrong(variant(scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _BACKWARD + _DEEP + _CLEAR), name="cleared_too_late"),
              "Cleared between backward and step, the slopes of this batch are gone, too: clear before backward."),
        Wrong(variant(scripts.script_b, ("    losses = []\n", "    losses = []\n    optimizer.zero_grad()\n"), name="cleared_once"),
              "Cleared never, or only once, before the first step: it has to be done for each batch."),
        Wrong(variant(scripts.script_b, ("range(5):\n        for", "range(5):\n        optimizer.zero_grad()\n        for"),
                    name="cleared_each_epoch"),
              "Cleared once an epoch: within it the slopes still add up. It has to be done for each batch."),
        Wrong(variant(scripts.script_b, _SLOWER, name="slower"),
              "Slower steps hide it, for a while: the slopes of all batches still add up. Who empties them?"),
    ),
    hints=("backward adds to the slopes that are there (week 3a). Who empties them?",
           "optimizer.zero_grad(), once for each batch."),
    allows="A loss that climbs from the first steps: look for zero_grad, then at the learning rate.",
    equivalent=(*_SIZES, *_ORDER),
)
SCRIPT_C = _mended(
    scripts.script_c,
    ("nn.Sequential(nn.Linear(28, 30)", "nn.Sequential(nn.Flatten(), nn.Linear(784, 30)"), (".mean((1, 2))", ""),
    wrong=(
        Wrong(variant(scripts.script_c, (".mean((1, 2))", ".sum((1, 2))"), name="added"),
              "Added or averaged, the rows' order is lost: a trouser upside down is the same to it. Let it see all pixels at "
              "once."),
        Wrong(variant(scripts.script_c, (".mean((1, 2))", ".amax((1, 2))"), name="largest"),
              "The best row decides, wherever it lies. Let the network see all pixels at once."),
        Wrong(variant(scripts.script_c, (".mean((1, 2))", "[:, 0, 14]"), name="one_row"),
              "That looks at one row of the picture only. Let the network see all 28 of them at once."),
    ),
    hints=("A linear layer takes the last dimension: here 28 numbers, one row, at a time. What becomes of the rows' order?",
           "nn.Flatten() first, then nn.Linear(784, 30), and no mean."),
    allows="It runs, and the loss falls: the most expensive kind of mistake. Print the shapes once.",
    equivalent=_ORDER,
)
SCRIPT_D = _mended(
    scripts.script_d, ("nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))", "MLP([784, 30, 10])"),
    wrong=(
        Wrong(variant(scripts.script_d, ("lr=0.1", "lr=1.0"), name="faster"),
              "Longer steps get it nearer to its floor of 1.46, but not under it. Where does a softmax come from, besides this "
              "one?"),
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), name="likelihood_of_probabilities"),
              "nll_loss wants the logarithms of probabilities; these are the probabilities."),
        Wrong(variant(scripts.script_d, ("nn.Softmax(1)", "nn.Sigmoid()"), name="squashed"),
              "A sigmoid squashes them just as well: cross_entropy takes logits, any numbers from far below 0 to far above."),
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), ("nn.Softmax(1)", "nn.Identity()"), name="none_at_all"),
              "Now nobody takes the softmax, and the loss falls without end. cross_entropy takes it itself."),
    ),
    hints=("cross_entropy takes logits and applies the softmax itself (week 1b).", "Leave the softmax out of the model."),
    allows="More named right than such a loss allows: look at what goes into it.",
    equivalent=(*_SIZES, *_ORDER),
)
SCRIPT_E = _mended(
    scripts.script_e, ("    with torch.no_grad():", "    model.eval()\n    with torch.no_grad():"),
    wrong=(
        Wrong(variant(scripts.script_e, ("    losses = []\n", "    losses = []\n    model.eval()\n"), name="eval_from_the_start"),
              "Now nothing is dropped while it trains, either; but there dropout is meant to work. Where does the measuring "
              "begin?"),
        Wrong(variant(scripts.script_e, ("nn.Dropout(0.5)", "nn.Dropout(0.1)"), name="less_dropout"),
              "It still throws dice, only fewer of them, and trains with less dropout than was wanted."),
        Wrong(variant(scripts.script_e, ("[accuracy(model(new_x), new_y).item() for _ in range(5)]",
                                       "[accuracy(model(new_x), new_y).item()] * 5"), name="asked_once"),
              "Asked once, and written down five times: it still throws dice while it is measured."),
    ),
    hints=("Dropout is for training. Which line says that training is over?", "model.eval() before the measurement."),
    allows="Two answers to one question: look for what is random, and for eval().",
    equivalent=_ORDER,
    share=0.98, loss=1.3, more=("max(shares) - min(shares) == 0", "sum(losses[-22:]) / 22 > 0.5"),
)
EXERCISES = (SIX_STEPS, TRAIN_STEP, ONE_EPOCH, CONFIDENT_MISTAKES, CENTRED, WHICH_BUG,
             SCRIPT_A, SCRIPT_B, SCRIPT_C, SCRIPT_D, SCRIPT_E)
