"""Exercises of week 6g: the charts of twelve networks, and the cures of the sick ones."""

import inspect

from torch import nn

from nnlab.checks.exercise import Exercise, Wrong, once, variant
from nnlab.exercises import week06g_patients as patients
from nnlab.exercises import week06g_trials as trials
from nnlab.exercises.week06g_charts import CHARTS
from nnlab.exercises.week06g_trials import Treatment

_THREE = [(64, 64), (64, 64), (10, 64)]
_CLEAR = "            optimizer.zero_grad()\n"
_SCALE = "    x, new_x = x / 255, new_x / 255\n"


def _cure(patient, *changes, special, least, wrong, hints, allows, said=None, equivalent=(), **asked):
    """The exercise to cure `patient`; its reference is the script with `changes`.

    Args:
        patient: a script of `week06g_patients`.
        changes: edits that cure it.
        special, least, asked: for the `Treatment` that judges an answer.
        wrong: named wrong answers besides those that change what was right.
        said: dictionary from the name of a usual wrong answer to the feedback that it gets here; None: left out.
        hints, allows, equivalent: as for `Exercise`.
    """
    cured = variant(patient, *changes)
    text = inspect.getsource(cured)

    def treatment(script):
        return Treatment(script, special, least, **asked)

    treated = once(treatment)
    usual = {
        "one_list": (("return losses, ", "return "), "Two results are asked: the losses of all steps, and a "
                                                     "dictionary of accuracies."),
        "with_graph": (("loss.item()", "loss"), "The losses still hold their graphs, and the list keeps all of them in "
                                                "memory: .item() makes a float of each."),
        "more_epochs": (("range(10):", "range(20):"), "The number of steps has changed. Ten epochs in batches of 50 "
                                                      "were right: a cure removes the cause."),
        "images_changed": (("    losses = []", "    x.mul_(1)\n    new_y.zero_()\n    losses = []"),
                           "The script changes its images or labels in place: whoever called it finds others "
                           "afterwards."),
        "other_optimizer": (("torch.optim.Adam", "torch.optim.AdamW") if "Adam" in text else
                            ("torch.optim.SGD", "torch.optim.Adam"),
                            "The optimizer was right: leave it as it was. Another one hides the cause at best."),
        "gradients_add_up": ((_CLEAR, ""), "The gradients of several batches add up. Clearing them for each batch was "
                                           "right."),
        "no_step": (("            optimizer.step()\n", ""), "No step is taken: nothing can be learned."),
        "smaller": (("64, 64, 64, 10", "64, 32, 10"), "The network has other sizes. Those in the statement were "
                                                      "right."),
    }
    chosen = {name: pair for name, pair in usual.items() if pair[0][0] in text}
    texts = {name: says for name, (_, says) in chosen.items()} | (said or {})
    others = tuple(Wrong(variant(cured, edit, name=name), texts[name])
                   for name, (edit, _) in chosen.items() if texts[name])
    looks = tuple(f'treated({patient.__name__})["{look}"]' for look in Treatment.names)
    return Exercise(
        reference=cured, cases=looks, wrong=(*wrong, *others), hints=hints, allows=allows, equivalent=tuple(equivalent),
        uses={"treated": treated}, given=patient)


CURE_1 = _cure(
    patients.patient_1, ("    model =", _SCALE + "    model ="),
    special=trials.inputs_scaled, least=0.75, sizes=_THREE, activation=nn.Tanh, scaled=False,
    equivalent=(*((f"255 → {number}", "any scale near this one is right") for number in (256, 254)),),
    wrong=(
        Wrong(variant(patients.patient_1, ("    model =", "    x = x / 255\n    model ="), name="training_only"),
              "The training images are scaled, the new ones are not: the network meets inputs of another size. Scale "
              "both alike."),
        Wrong(variant(patients.patient_1, ("lr=0.1", "lr=0.001"), name="smaller_rate"),
              "The learning rate of the statement was right. A smaller one hides the cause at best: the units are "
              "saturated before the first step. Look at the standard deviation of the inputs."),
        Wrong(variant(patients.patient_1, ("activation=nn.Tanh", "activation=nn.ReLU"), name="other_activation"),
              "The statement says tanh. Another activation function hides the cause at best: the inputs still have a "
              "standard deviation near 100."),
        Wrong(variant(patients.patient_1, ("range(10)", "range(0, 10)"), name="as_before_1"),
              "The inputs still have a standard deviation near 100: the units are saturated before the first step."),
        Wrong(variant(patients.patient_1, ("    model =", "    x, new_x = x - x.mean(), new_x - x.mean()\n    model ="),
                      name="only_centered"),
              "The mean is gone, the size is not: the inputs still have a standard deviation near 100. Divide."),
        Wrong(variant(patients.patient_1, ("    model =", "    x, new_x = x / 255 ** 2, new_x / 255 ** 2\n    model ="),
                      name="scaled_twice"),
              "Now the inputs are 255 times too small: their standard deviation is below 0.01. It should be about 1, "
              "between 0.04 and 4."),
    ),
    hints=("Print x.std(). What size of inputs do the initial weights expect (6b)?",
           "Divide the images by 255, or standardize them; the new ones in the same way."),
    allows="Saturated from the first step: look at the inputs before the learning rate.",
)
CURE_3 = _cure(
    patients.patient_3, ("            scheduler.step()\n", ""),
    ("            losses.append(loss.item())\n", "            losses.append(loss.item())\n        scheduler.step()\n"),
    special=trials.rates_by_epoch, least=0.85, sizes=_THREE, optimizer="Adam", lr=None,
    wrong=(
        Wrong(variant(patients.patient_3, ("            scheduler.step()\n", ""), name="no_schedule"),
              "The learning rate stays at 0.003. It should be 0.8 times as large in each following epoch."),
        Wrong(variant(patients.patient_3, ("gamma=0.8", "gamma=0.99"), name="smaller_decay"),
              "The learning rate still changes at every step, only less: it should be constant within an epoch, and "
              "0.8 times as large in the next."),
        Wrong(variant(patients.patient_3, ("range(10)", "range(0, 10)"), name="as_before_3"),
              "The learning rate falls to 0.8 times its value at every step: after one epoch about 1 % of it is left."),
        Wrong(variant(patients.patient_3, ("            scheduler.step()\n", ""),
                      ("    for _ in range(10):\n", "    for _ in range(10):\n        scheduler.step()\n"),
                      name="before_the_epoch"),
              "The schedule is one epoch ahead: the first epoch should have the learning rate 0.003."),
        Wrong(variant(patients.patient_3, ("lr=0.003", "lr=0.3"), name="larger_rate"),
              "A larger first rate does not help when each step takes a fifth away. How many times is it multiplied by "
              "0.8 in one epoch?"),
    ),
    hints=("After 20 steps, the rate has been multiplied by 0.8 twenty times: 0.8 ** 20 = 0.012.",
           "scheduler.step() belongs into the loop over the epochs, after the batches."),
    allows="Updates that vanish while the gradients do not: look at the learning rate that is used.",
    said={"more_epochs": None},
)
CURE_4 = _cure(
    patients.patient_4,
    ("        weight = torch.randn(layer.weight.shape) * (2 / layer.in_features) ** 0.5\n", ""),
    ("layer.weight = nn.Parameter(weight)", "nn.init.normal_(layer.weight, std=(2 / layer.in_features) ** 0.5)"),
    special=trials.weights_trained, least=0.85, sizes=_THREE, optimizer="Adam", lr=0.003,
    wrong=(
        Wrong(variant(patients.patient_4, ("        layer.weight = nn.Parameter(weight)\n", ""), name="torchs_own"),
              "All parameters are trained, but the weights are torch's own: their standard deviation is 0.41 times "
              "the one of the statement."),
        Wrong(variant(patients.patient_4, ("range(10)", "range(0, 10)"), name="as_before_4"),
              "The weights of the network are in no optimizer. Which objects did it get, and when?"),
        Wrong(variant(patients.patient_4, ("lr=0.003", "lr=0.03"), name="larger_rate_4"),
              "A larger learning rate for parameters that the network does not use: compare the ids of "
              "model.parameters() and of the optimizer's."),
        Wrong(variant(patients.patient_4, ("layer.weight = nn.Parameter(weight)", "layer.weight.data = weight"),
                      ("** 0.5", "** 1"), name="variance_for_std"),
              "The weights are multiplied by the variance 2/n. Their standard deviation is its square root."),
        Wrong(variant(patients.patient_4,
                      ("layer.weight = nn.Parameter(weight)", "layer.weight.data = weight.detach()"),
                      ("(2 / layer.in_features)", "(2 / layer.out_features)"), name="fan_out"),
              "The variance is 2 divided by the number of outputs. He's rule for the forward pass takes the inputs n."),
    ),
    hints=("nn.Parameter(...) makes a new object. Which object does the optimizer hold?",
           "Change the weights in place, as nn.init does, or make the optimizer after the weights."),
    allows="A gradient without an update: the parameter is in no optimizer.",
)
CURE_6 = _cure(
    patients.patient_6, ("lr=0.3", "lr=0.003"),
    special=trials.units_alive, least=0.85, sizes=_THREE, optimizer="Adam", lr=None,
    wrong=(
        Wrong(variant(patients.patient_6, ("lr=0.3", "lr=0.1"), name="a_little_less"),
              "Less, and not enough: more than half of the hidden units are dead after training. Look at the update "
              "ratio of the first steps."),
        Wrong(variant(patients.patient_6, ("range(10)", "range(0, 10)"), name="as_before_6"),
              "The units still die in the first steps: each weight moves by about the learning rate, 0.3."),
        Wrong(variant(patients.patient_6, ("lr=0.3", "lr=0.00003"), name="far_too_small"),
              "No units die, but with such small steps little is learned in ten epochs. Between the two are four "
              "powers of ten."),
        Wrong(variant(patients.patient_6, ("            optimizer.step()\n",
                                         "            nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
                                         "            optimizer.step()\n"), name="clipped"),
              "Clipping does not shorten Adam's steps: it divides by the size of the gradients. The units die as "
              "before."),
        Wrong(variant(patients.patient_6, ("torch.optim.Adam(model.parameters(), lr=0.3)",
                                         "torch.optim.SGD(model.parameters(), lr=0.3)"), name="sgd"),
              "The statement asks for Adam. For SGD a rate of 0.3 is no disease; Adam moves each weight by about the "
              "rate itself."),
    ),
    hints=("Adam's first step changes every weight by the learning rate (4d). How large are the weights?",
           "Adam's default is 0.001."),
    allows="Dead units everywhere after a few steps: divide the learning rate by 100 before all else.",
    said={"other_optimizer": None},
)
CURE_7 = _cure(
    patients.patient_7, ("activation=nn.Sigmoid)", "activation=nn.ReLU)\n"
                         "    for layer in model[1::2]:\n        nn.init.kaiming_normal_(layer.weight)"),
    special=trials.gradients_reach, least=0.8, activation=None,
    wrong=(
        Wrong(variant(patients.patient_7, ("range(10)", "range(0, 10)"), name="as_before_7"),
              "The gradient in the first layer is still less than a thousandth of that in the last: it shrinks from "
              "layer to layer."),
        Wrong(variant(patients.patient_7, ("*[64] * 8", "64, 64"), name="shallow"),
              "The gradient arrives because there is only one hidden layer left. Keep all seven."),
        Wrong(variant(patients.patient_7, ("    losses = []", "    for layer in model[1::2]:\n"
                                         "        nn.init.normal_(layer.weight, std=3.0)\n    losses = []"),
                      name="large_weights"),
              "The gradient still vanishes, or the units are saturated: σ′ is nearly 0 for large inputs. A sigmoid's "
              "derivative is at most 1/4, whatever the weights are."),
        Wrong(variant(patients.patient_7, ("nn.Sigmoid", "nn.ReLU"), name="default_start"),
              "ReLU is a good choice, but torch's default weights have a sixth of He's variance (6b): the gradient "
              "still shrinks from layer to layer."),
        Wrong(variant(patients.patient_7, ("activation=nn.Sigmoid", "activation=nn.Identity"), name="linear"),
              "Without an activation function the gradient arrives, and the network is linear: too few new images are "
              "classified correctly, or the statement's activation is missing."),
        Wrong(variant(patients.patient_7, ("lr=0.1", "lr=10.0"), name="larger_rate"),
              "The learning rate of the statement was right. It multiplies all gradients alike, and they differ by a "
              "factor of a million."),
    ),
    hints=("Which of 6a's factors is at most 1/4 in each layer?",
           "ReLU with He's initialization, tanh with Xavier's, batch normalization or residual connections: each is a "
           "cure."),
    allows="The loss stays at ln 10 and gradients shrink layer by layer: look at activation and initialization.",
)
CURE_8 = _cure(
    patients.patient_8, ("    x = (x - mean) / std", "    x, new_x = (x - mean) / std, (new_x - mean) / std"),
    ("new_x / 255", "new_x"),
    special=trials.standardized_alike, scaled=False, least=0.85, sizes=_THREE, optimizer="Adam", lr=0.003,
    wrong=(
        Wrong(variant(patients.patient_8, ("new_x / 255", "(new_x - new_x.mean(0)) / (new_x.std(0) + 1)"),
                      name="own_statistics"),
              "The new images are standardized by their own mean and standard deviation: a prediction then depends on "
              "the other new images. Use those of the training images."),
        Wrong(variant(patients.patient_8, ("    x = (x - mean) / std", "    x = x / 255"), name="both_by_255"),
              "Both are treated alike now, but the statement asks for standardized images, pixel by pixel."),
        Wrong(variant(patients.patient_8, ("new_x / 255", "new_x"), name="raw"),
              "The new images are still raw, and those of training are standardized: give the network the same "
              "inputs."),
        Wrong(variant(patients.patient_8, ("lr=0.003)", "lr=0.003, weight_decay=0.01)"), name="against_overfitting"),
              "Weight decay is against overfitting, which is not the cause: the statement has none."),
        Wrong(variant(patients.patient_8, ("range(10)", "range(0, 10)"), name="as_before_8"),
              "The new images are still prepared in another way than the training images."),
    ),
    hints=("Follow one new image from the argument to the model. Which lines does a training image pass?",
           "(new_x - mean) / std, with the mean and std of the training images."),
    allows="Good on training images and poor on new ones: prepare the training images as the new ones are prepared, "
           "and measure the accuracy on them.",
)
CURE_9 = _cure(
    patients.patient_9, ("    for _ in range(10):\n", "    for _ in range(10):\n        model.train()\n"),
    special=trials.modes_right, least=0.8, optimizer="Adam", lr=0.003,
    wrong=(
        Wrong(variant(patients.patient_9, ("        model.eval()\n", ""), name="never_in_evaluation"),
              "Now the accuracies are measured in training mode, with dropout. Both modes are needed, each in its "
              "place."),
        Wrong(variant(patients.patient_9, ("    losses = []\n", "    losses = []\n    model.train()\n"),
                      name="train_once"),
              "model.train() before the first epoch changes nothing: the model was in that mode. After the first "
              "measurement it is not."),
        Wrong(variant(patients.patient_9, ("lr=0.003", "lr=0.01"), name="larger_rate_9"),
              "The learning rate of the statement was right. In which mode are the steps?"),
        Wrong(variant(patients.patient_9, (", nn.Dropout(0.5)]", "]"), name="without_dropout"),
              "Without dropout the training loss is as low as before: it was missing all the time. The statement asks "
              "for it."),
        Wrong(variant(patients.patient_9, ("nn.Dropout(0.5)", "nn.Dropout(0.9)"), name="more_dropout"),
              "More of what is not applied. Look at the mode of the steps after the first epoch."),
    ),
    hints=("model.eval() stays in force until someone calls model.train().",
           "Call model.train() at the beginning of each epoch."),
    allows="Dropout that changes nothing: look at the mode of the steps, not of the first step alone.",
)
CURE_11 = _cure(
    patients.patient_11,
    ("    x, y = x.repeat(6, 1, 1, 1) / 255, y.repeat(6)\n", "    x, order = x / 255, torch.randperm(len(x))\n"
     "    val_x, val_y = x[order[:len(x) // 5]], y[order[:len(x) // 5]]\n"
     "    x, y = x[order[len(x) // 5:]].repeat(6, 1, 1, 1), y[order[len(x) // 5:]].repeat(6)\n"),
    ("    val, train = torch.randperm(len(x)).split([len(x) // 5, len(x) - len(x) // 5])\n", ""),
    ("train[torch.randperm(len(train))]", "torch.randperm(len(x))"), ("x[train], y[train]", "x, y"),
    ("x[val], y[val]", "val_x, val_y"),
    special=trials.sets_apart, least=0.8, sizes=_THREE, optimizer="Adam", lr=0.003, count=150,
    accuracies=("training", "validation", "new"), steps=lambda n: 10 * -(-(n - n // 5) * 6 // 50),
    wrong=(
        Wrong(variant(patients.patient_11, ("repeat(6, 1, 1, 1)", "repeat_interleave(6, 0)"),
                      ("y.repeat(6)", "y.repeat_interleave(6)"), name="interleaved"),
              "Validation images were trained on, with other noise: an image and its copies are in both sets, in "
              "whatever order and with however much noise. Split before you copy."),
        Wrong(variant(patients.patient_11, ("x.repeat(6, 1, 1, 1)", "x"), ("y.repeat(6)", "y"),
                      name="without_copies"),
              "The sets share nothing now, but the training images have no noisy copies: too few steps for the "
              "statement."),
        Wrong(variant(patients.patient_11, ("x[val], y[val]", "new_x / 255, new_y"), name="new_as_validation"),
              "The new images now stand for the validation images. A fifth of x is for validation."),
        Wrong(variant(patients.patient_11, ("lr=0.003)", "lr=0.003, weight_decay=0.01)"),
                      name="against_overfitting_11"),
              "Weight decay is not in the statement. The measurement is at fault, not the training."),
    ),
    hints=("Which images of the validation set has the network seen, up to a little noise?",
           "Draw the order of the images first, set a fifth aside, and copy the others only."),
    allows="A validation accuracy as high as that of training: look for the same images in both sets.",
)
CURE_12 = _cure(
    patients.patient_12, ("nn.Sequential(nn.Flatten(), *layers)", "nn.Sequential(nn.Flatten(), *layers[:-1])"),
    ("weight_decay=0.1", "weight_decay=0.0001"),
    special=trials.both_cured, least=0.85, sizes=_THREE, optimizer="Adam", lr=0.003, decay=True,
    said={"other_optimizer": "AdamW decouples the decay from the gradient, so 0.1 would be mild (4d). The statement "
                             "asks for Adam: choose a smaller decay."},
    wrong=(
        Wrong(variant(patients.patient_12, ("range(10)", "range(0, 10)"), name="as_before_12"),
              "Both causes are still there: the weights shrink to almost nothing, and no logit can be negative."),
        Wrong(variant(patients.patient_12, ("weight_decay=0.1", "weight_decay=0.0001"), name="decay_only"),
              "One of two causes is gone: the weights no longer shrink to 0. Now look at the outputs: no logit is "
              "negative. What stands after the last layer?"),
        Wrong(variant(patients.patient_12, ("*layers)", "*layers[:-1])"), name="activation_only"),
              "One of two causes is gone: logits may be negative. The weights still shrink to almost nothing: look at "
              "their size over the steps."),
        Wrong(variant(patients.patient_12, ("*layers)", "*layers[:-1])"), (", weight_decay=0.1", ""), name="no_decay"),
              "It learns. But the statement asks for weight decay: a smaller one, such as 0.0001."),
        Wrong(variant(patients.patient_12, ("(nn.Linear(m, n), nn.ReLU())", "(nn.Linear(m, n), nn.Identity())"),
                      ("weight_decay=0.1", "weight_decay=0.0001"), name="no_activation_at_all"),
              "Now the hidden layers have lost their ReLU as well: the network is linear. Only the last one is too "
              "much."),
    ),
    hints=("Which part of the chart goes to 0 during training? Cure that, and look at the new chart.",
           "Two changes: the size of weight_decay, and what the last linear layer is followed by."),
    allows="Cure one cause, then read the chart again: a second one may have been hidden.",
)
CURES = {exercise.name: exercise for exercise in
         (CURE_1, CURE_3, CURE_4, CURE_6, CURE_7, CURE_8, CURE_9, CURE_11, CURE_12)}
EXERCISES = tuple(part for k, chart in enumerate(CHARTS, 1)
                  for part in (chart, CURES.get(f"patient_{k}")) if part is not None)
