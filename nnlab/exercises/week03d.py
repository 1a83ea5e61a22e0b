"""Week 3d: centering a digit as MNIST's digits are, recognizing a bug by its curves, and five scripts to fix."""

import inspect

import torch
import torch.nn.functional as F

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.exercises import week03d_scripts as scripts
from nnlab.exercises.week03c import BACKWARD, CLEAR
from nnlab.exercises.week03d_trials import LOOKS, NORMALIZED_LOOKS, trial, trial_normalized, trial_with_dropout


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
    scripts.script_b, (_DEEP + BACKWARD, _DEEP + CLEAR + _DEEP + BACKWARD), hidden=_MLP,
    said={"no_step": None, "gradients_add_up": None},
    wrong=(
        Wrong(variant(scripts.script_b, (_DEEP + BACKWARD, _DEEP + BACKWARD + _DEEP + CLEAR),
                      name="cleared_too_late"),
              "The loss stays near ln 10: the network learns nothing. The step needs gradients that are computed and "
              "not yet cleared: in which order are clear, backward and step?"),
        Wrong(variant(scripts.script_b, ("range(5):\n", "range(5):\n    " + CLEAR), name="cleared_each_epoch"),
              "The gradients of several batches still add up: clear them for each batch, not once in an epoch."),
    ),
    hints=("backward adds to the gradients in .grad (week 3b). Which call clears them?",
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
    hints=("cross_entropy takes logits and applies the softmax itself (week 1c).",
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
EXERCISES = (CENTERED, WHICH_BUG, SCRIPT_A, SCRIPT_B, SCRIPT_C, SCRIPT_D, SCRIPT_E)
