"""Week 3b: the six steps of training, an epoch, confident mistakes, centering a digit, and five scripts to fix."""

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, once, variant
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
              "Follow the gradients: which step computes them, which clears them, which uses them? It learns when "
              "computed gradients are used."),
        Wrong([*["a batch late"] * 5, "slopes add up"],
              "For an update that is a batch late, the gradients of one batch must last until the next one's step. Are "
              "they cleared before?"),
        Wrong(["slopes add up"] * 6,
              "Gradients add up where two backwards follow each other with no clear between them. Go around the loop "
              "once more."),
        Wrong(["works as well", "never learns", "works as well", "never learns", "never learns", "slopes add up"],
              "In the second round there are gradients at the step: those of the batch before."),
        Wrong(["works as well", "never learns", "works as well", "never learns", "works as well", "slopes add up"],
              "It learns, but each step uses the gradients of the batch before, computed with the weights before the "
              "last step."),
        Wrong(["works as well", "never learns", "works as well", "never learns", "a batch late", "works as well"],
              "backward adds to the gradients that are there (week 3a): each step also uses those of all batches "
              "before."),
    ),
    hints=("Write the loop down twice, one round after the other, and follow the gradients: computed, used, cleared.",
           "It learns if, between a backward and the next clear, there is a step."),
    allows="Three of the six steps can go wrong without an error: clear, backward, step.",
)


def line(slope, rate=0.1):
    """A linear layer y = slope * x, and SGD that trains it."""
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, slope)
    return layer, torch.optim.SGD(layer.parameters(), lr=rate)


def lopsided(outputs, targets):
    """Mean of exp(output - target) - (output - target): a loss that is not symmetric in its two arguments."""
    return (torch.exp(outputs - targets) - (outputs - targets)).mean()


_BACKWARD, _CLEAR, _STEP = "    loss.backward()\n", "    optimizer.zero_grad()\n", "    optimizer.step()\n"


TRAIN_STEP = Exercise(
    reference=train_step,
    cases=(
        "model, sgd = line(0.0); train_step(model, 0 * one, 0 * one, F.mse_loss, sgd)",
        "model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd)",
        "model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.weight.detach()",
        "model, sgd = line(2.0); "
        "[train_step(model, one, one, F.mse_loss, sgd) for _ in range(3)]; model.weight.detach()",
        "model, sgd = line(2.0); train_step(model, one, 3 * one, lopsided, sgd); model.weight.detach()",
        "model, sgd = line(2.0); [part.requires_grad for part in train_step(model, one, one, F.mse_loss, sgd)]",
    ),
    wrong=(
        Wrong(variant(train_step, (_CLEAR, ""), name="without_clearing"),
              "The gradients of the batch before are still there, and backward adds to them: clear them first."),
        Wrong(variant(train_step, (_CLEAR + _BACKWARD, _BACKWARD + _CLEAR), name="cleared_too_late"),
              "Cleared after backward has computed them, the gradients are gone: the step changes nothing."),
        Wrong(variant(train_step, (_STEP, ""), name="step_not_taken"),
              "The gradients are computed, but not used: the weights are as before. Which step is missing?"),
        Wrong(variant(train_step, (".detach()", ""), name="with_graph"),
              "The values are right; but outputs and loss still hold the graph, and a list of them keeps all graphs in "
              "memory: detach them."),
        Wrong(variant(train_step, ("outputs.detach()", "outputs"), name="outputs_with_graph"),
              "The loss is detached; the outputs still hold the graph."),
        Wrong(variant(train_step, ("loss_fn(outputs, y)", "loss_fn(y, outputs)"), name="step_swapped"),
              "loss_fn takes outputs first, targets second; for many losses the order matters."),
        Wrong(variant(train_step, ("    return", "    outputs = model(x)\n    loss = loss_fn(outputs, y)\n    return"),
                      name="step_loss_afterwards"),
              "Return the outputs and the loss from before the step, not a second forward pass after it."),
    ),
    hints=("Six steps, of which the batch is given: forward, loss, clear, backward, step. Then return the two.",
           "optimizer.zero_grad(), loss.backward(), optimizer.step(); and .detach() on what is returned."),
    allows="This is nnlab.train.train_step, which fit calls for every batch.",
    uses={"line": line, "lopsided": lopsided, "one": torch.ones(1, 1), "F": F},
    signs=("model, sgd = line(2.0); train_step(model, one, one, F.mse_loss, sgd); model.weight.grad",),
)


def one_epoch(model, batches, loss_fn, optimizer):
    """Mean loss over the samples, a float, of one epoch: one train_step for each of the `batches`, pairs (x, y).

    First put the model into training mode by model.train(). `loss_fn` returns the mean over a batch; the last batch may
    be smaller.
    """
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        _, loss = train_step(model, x, y, loss_fn, optimizer)
        total += len(y) * loss.item()
        count += len(y)
    return total / count


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
              "This evaluates, but does not train: the weights are as before. Call train_step for each batch."),
        Wrong(variant(one_epoch, ("total / count", "torch.tensor(total / count)"), name="epoch_tensor"),
              "The result should be a float: .item()."),
    ),
    hints=("Add up len(y) * loss and len(y), batch by batch; divide at the end.",
           "_, loss = train_step(model, x, y, loss_fn, optimizer); and model.train() before the loop."),
    allows="With a second pass that only looks, this is fit.",
    equivalent=(("(0.0, 0) → (0, 0.0)", "an int or a float: the quotient is the same float"),),
    uses={"line": line, "one": torch.ones(1, 1), "two": torch.ones(2, 1), "F": F},
)


def confident_mistakes(outputs, targets, k):
    """Indices (at most k,), int64, of the misclassified samples, the most confident first.

    The confidence is the softmax probability of the predicted class. outputs (N, C) are logits, targets (N,) classes.
    """
    sure, named = torch.softmax(outputs, 1).max(1)
    wrong = (named != targets).nonzero()[:, 0]
    return wrong[sure[wrong].argsort(descending=True)][:k]


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
        Wrong(variant(confident_mistakes, ("torch.softmax(outputs, 1)", "outputs"), name="mistakes_by_logits"),
              "Sorted by the largest logit: but 9.1 against 9.0 is nearly undecided, 2 against 0 is not. Take the "
              "softmax first."),
        Wrong(variant(confident_mistakes, ("descending=True", ""), name="mistakes_least_confident"),
              "The least confident ones come first; the most confident ones are wanted."),
        Wrong(variant(confident_mistakes, ("(named != targets).nonzero()[:, 0]", "torch.arange(len(named))"),
                      name="mistakes_and_hits"),
              "Some of these are classified correctly: choose among the mistakes only."),
        Wrong(variant(confident_mistakes, ("sure[wrong]", "torch.softmax(outputs, 1)[wrong, targets[wrong]]"),
                      ("descending=True", ""), name="mistakes_by_right_class"),
              "Sorted by the probability of the right class. The confidence is the probability of the predicted "
              "class."),
        Wrong(variant(confident_mistakes,
                      ("wrong[sure[wrong].argsort(descending=True)]", "sure[wrong].argsort(descending=True)"),
                      name="mistakes_places_among_wrong"),
              "These are indices among the mistakes, not among all samples."),
        Wrong(variant(confident_mistakes, ("wrong[sure[wrong].argsort(descending=True)]", "wrong"),
                      name="mistakes_first"),
              "The first ones in the order of the data: sort them by confidence."),
    ),
    hints=("torch.softmax(outputs, 1).max(1) returns two tensors: the confidences and the predicted classes.",
           "First the indices of the mistakes, (named != targets).nonzero()[:, 0]; then sort them by confidence, "
           "argsort(descending=True)."),
    allows="Look at the most confident mistakes first: often the label is wrong.",
    equivalent=(("0 → -1", "nonzero of (N,) has one column, the first and the last"),),
    uses={"four": torch.tensor([[2.0, 0.0, 1.0], [3.0, 2.9, 0.0], [2.0, 0.0, 1.0], [2.0, 0.5, 0.4]])},
)


def centred(digit):
    """An image (28, 28) of zeros with `digit` (H, W) in it, its center of mass as near as possible to pixel (14, 14).

    Rows and columns count from 0; the digit is moved by whole pixels. Its values are at least 0, at least one is
    positive, and it fits into the image.
    """
    height, width = digit.shape
    row = digit.sum(1) @ torch.arange(float(height)) / digit.sum()
    column = digit.sum(0) @ torch.arange(float(width)) / digit.sum()
    top, left = round(14 - row.item()), round(14 - column.item())
    picture = torch.zeros(28, 28)
    picture[top:top + height, left:left + width] = digit
    return picture


_CORNER = "round(14 - row.item()), round(14 - column.item())"
CENTRED = Exercise(
    reference=centred,
    cases=(
        "centred(torch.ones(1, 1)).nonzero()",
        "centred(torch.ones(3, 3))",
        "centred(torch.tensor([[0.0, 0.0], [0.0, 1.0]])).nonzero()",
        "centred(torch.tensor([[1.0, 0, 0, 0, 0]])).nonzero()",
        "centred(torch.tensor([[1.0], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2], [0.2]])).nonzero()[0]",
        "centred(torch.tensor([[0.5, 0, 0], [1, 0, 0], [0, 0, 0], [0.1, 0.2, 0.3]])).nonzero()",
        "centred(torch.tensor([[1.0, 1.0, 1.0, 0.8, 0.0, 0.0, 0.0]])).nonzero()[0]",
        "centred(seven)",
    ),
    wrong=(
        Wrong(variant(centred, (_CORNER, "(28 - height) // 2, (28 - width) // 2"), name="centred_by_box"),
              "That puts the middle of the box in the middle. The center of mass is the mean position, weighted by the "
              "pixel values."),
        Wrong(variant(centred, ("digit.sum", "(digit > 0).float().sum"), name="centred_by_inked_pixels"),
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
    ),
    hints=("The center of mass: the mean of the row indices, weighted by the sum of each row; of the columns likewise.",
           "row = digit.sum(1) @ torch.arange(float(height)) / digit.sum(); the digit begins at round(14 - row)."),
    allows="This is the last step of MNIST's preprocessing, and of the drawing pad's.",
    draws="centred(seven)",
    equivalent=tuple((f"{one} @ {other} → {other} @ {one}", "a product of two vectors") for one, other in (
        ("digit.sum(1)", "torch.arange(float(height))"), ("digit.sum(0)", "torch.arange(float(width))"))),
    uses={"seven": torch.tensor([[float(row < 2 or 10 <= column + row / 2 < 12) for column in range(12)]
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


def few_images():
    """440 training images, their labels, and 200 test images: noise, and a patch for the class; 10 % label noise."""
    g = torch.Generator().manual_seed(0)
    y = (torch.arange(640) % 10)[torch.randperm(640, generator=g)]
    x = 0.3 * torch.rand(640, 1, 28, 28, generator=g)
    for k in range(10):
        row, column = divmod(k, 5)
        x[y == k, :, 4 + 12 * row:12 + 12 * row, 1 + 5 * column:7 + 5 * column] = 1.0
    labels = torch.where(torch.rand(440, generator=g) < 0.1, torch.randint(10, (440,), generator=g), y[:440])
    return x[:440], labels, x[440:], y[440:]


_FEW = few_images()


@once
def trained(script):
    """Losses of all steps of `script` on a few images, and its accuracies on new ones; a script runs only once."""
    return script(*(part.clone() for part in _FEW))


def _to_fix(script, *changes, wrong, hints, allows, accuracy=0.9, loss=0.6, more=(), equivalent=()):
    """The exercise to fix `script`; its reference is `script` with `changes`.

    Trained on few images, a correct answer has an accuracy above `accuracy` on new ones and a final loss below `loss`.
    """
    run = f"losses, accuracies = trained({script.__name__})"
    return Exercise(
        reference=variant(script, *changes),
        cases=(f"{run}; len(losses), len(accuracies)", f"{run}; 1.5 < losses[0] < 3.5",
               f"{run}; min(accuracies) > {accuracy}", f"{run}; sum(losses[-22:]) / 22 < {loss}",
               *(f"{run}; {one}" for one in more)),
        wrong=wrong, hints=hints, allows=allows,
        equivalent=(("10 → 11", "an output for a class that does not occur"), *equivalent),
        uses={"trained": trained}, signs=(f"trained({script.__name__})",), given=script)


_DEEP = 8 * " "  # further in than in train_step
_SLOWER = ("lr=0.1", "lr=0.01")
_SIZES = (("30 → 31", "one unit more is as good"), ("30 → 29", "one unit less is as good"))
_ORDER = (("True → False", "one order for all epochs is as good here"),)
_LOSSES = "    losses = []\n"  # the line before the first epoch
SCRIPT_A = _to_fix(
    scripts.script_a, ("y.split(20)", "y[order].split(20)"),
    wrong=(
        Wrong(variant(scripts.script_a, ("y.split(20)", "y[torch.randperm(len(y))].split(20)"), name="another_order"),
              "Two orders drawn one after the other are two orders. Images and labels need the same one."),
        Wrong(variant(scripts.script_a, ("x[order].split(20), y.", "x.split(20), y[order]."), name="other_way_round"),
              "Now the labels are shuffled and the images are not: it is the same bug the other way around."),
        Wrong(variant(scripts.script_a, _SLOWER, name="slower"),
              "A smaller learning rate does not help: each image still has another one's label. Where are images and "
              "labels paired?"),
    ),
    hints=("Follow one image: what is its index after x[order], and what is the index of its label?",
           "The line with zip: the images are taken in a new order, the labels in the old one."),
    allows="A loss that stays at ln 10 = 2.30: look at five images with their labels before anything else.",
    equivalent=(*_SIZES, ("True → False", "the two have equal lengths")),
)
SCRIPT_B = _to_fix(
    scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _CLEAR + _DEEP + _BACKWARD),
    wrong=(
        Wrong(variant(scripts.script_b, (_DEEP + _BACKWARD, _DEEP + _BACKWARD + _DEEP + _CLEAR),
                      name="cleared_too_late"),
              "Cleared between backward and step, the gradients of this batch are gone, too: clear before backward."),
        Wrong(variant(scripts.script_b, (_LOSSES, _LOSSES + _CLEAR), name="cleared_once"),
              "Cleared never, or only once, before the first step: it has to be done for each batch."),
        Wrong(variant(scripts.script_b, ("range(5):\n", "range(5):\n    " + _CLEAR), name="cleared_each_epoch"),
              "Cleared once an epoch: within it the gradients still add up. It has to be done for each batch."),
        Wrong(variant(scripts.script_b, _SLOWER, name="slower"),
              "A smaller learning rate hides it, for a while: the gradients of all batches still add up. Which call "
              "clears them?"),
    ),
    hints=("backward adds to the gradients that are there (week 3a). Which call clears them?",
           "optimizer.zero_grad(), once for each batch."),
    allows="A loss that rises from the first steps: look for zero_grad, then at the learning rate.",
    equivalent=(*_SIZES, *_ORDER),
)
SCRIPT_C = _to_fix(
    scripts.script_c,
    ("nn.Sequential(nn.Linear(28, 30)", "nn.Sequential(nn.Flatten(), nn.Linear(784, 30)"), (".mean((1, 2))", ""),
    wrong=(
        Wrong(variant(scripts.script_c, (".mean((1, 2))", ".sum((1, 2))"), name="added"),
              "Summed or averaged, the order of the rows is lost: trousers upside down look the same. Let the network "
              "have all pixels at once."),
        Wrong(variant(scripts.script_c, (".mean((1, 2))", ".amax((1, 2))"), name="largest"),
              "The row with the largest value decides, wherever it is. Let the network have all pixels at once."),
        Wrong(variant(scripts.script_c, (".mean((1, 2))", "[:, 0, 14]"), name="one_row"),
              "That uses one row of the image only. Let the network have all 28 of them at once."),
    ),
    hints=("A linear layer maps the last dimension: here 28 pixels, one row at a time. Is the order of the rows used?",
           "nn.Flatten() first, then nn.Linear(784, 30), and no mean."),
    allows="It runs, and the loss falls: such a bug is the hardest to notice. Print the shapes once.",
    equivalent=_ORDER,
)
SCRIPT_D = _to_fix(
    scripts.script_d, ("nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))", "MLP([784, 30, 10])"),
    wrong=(
        Wrong(variant(scripts.script_d, ("lr=0.1", "lr=1.0"), name="faster"),
              "A larger learning rate brings the loss nearer to its minimum of 1.46, but not below. Where is a softmax "
              "applied, besides this one?"),
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), name="likelihood_of_probabilities"),
              "nll_loss takes the logarithms of probabilities; these are the probabilities."),
        Wrong(variant(scripts.script_d, ("nn.Softmax(1)", "nn.Sigmoid()"), name="squashed"),
              "A sigmoid squashes them just as well: cross_entropy takes logits, any numbers from far below 0 to far "
              "above."),
        Wrong(variant(scripts.script_d, ("F.cross_entropy", "F.nll_loss"), ("nn.Softmax(1)", "nn.Identity()"),
                      name="none_at_all"),
              "Now no softmax is applied, and the loss falls without end. cross_entropy applies it itself."),
    ),
    hints=("cross_entropy takes logits and applies the softmax itself (week 1b).",
           "Leave the softmax out of the model."),
    allows="A high accuracy with a high loss: check what the loss gets as its input.",
    equivalent=(*_SIZES, *_ORDER),
)
SCRIPT_E = _to_fix(
    scripts.script_e, ("    with torch.no_grad():", "    model.eval()\n    with torch.no_grad():"),
    wrong=(
        Wrong(variant(scripts.script_e, (_LOSSES, _LOSSES + "    model.eval()\n"), name="eval_from_the_start"),
              "Now dropout is off during training, too, where it should be on. Where does the measurement begin?"),
        Wrong(variant(scripts.script_e, ("nn.Dropout(0.5)", "nn.Dropout(0.1)"), name="less_dropout"),
              "Dropout is still random during the measurement, with fewer units dropped, and training has less dropout "
              "than specified."),
        Wrong(variant(scripts.script_e, ("[accuracy(model(new_x), new_y).item() for _ in range(5)]",
                                         "[accuracy(model(new_x), new_y).item()] * 5"), name="asked_once"),
              "Measured once, and written down five times: dropout is still on during the measurement."),
    ),
    hints=("Dropout is for training. Which call ends training mode?", "model.eval() before the accuracy is measured."),
    allows="If one network gives two results for one input, look for randomness, and for a missing eval().",
    equivalent=_ORDER,
    accuracy=0.98, loss=1.3, more=("max(accuracies) - min(accuracies) == 0", "sum(losses[-22:]) / 22 > 0.5"),
)
EXERCISES = (SIX_STEPS, TRAIN_STEP, ONE_EPOCH, CONFIDENT_MISTAKES, CENTRED, WHICH_BUG,
             SCRIPT_A, SCRIPT_B, SCRIPT_C, SCRIPT_D, SCRIPT_E)
