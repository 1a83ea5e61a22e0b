"""The charts of week 6g's twelve networks: their measurements, and the quizzes on diagnosis and evidence."""

import statistics

from nnlab.checks.exercise import Quiz, Wrong
from nnlab.exercises import week06g_patients as patients
from nnlab.exercises.week06g_trials import Recording
from nnlab.health import watch

PATIENTS = (patients.patient_1, patients.patient_2, patients.patient_3, patients.patient_4, patients.patient_5,
            patients.patient_6, patients.patient_7, patients.patient_8, patients.patient_9, patients.patient_10,
            patients.patient_11, patients.patient_12)
DIAGNOSES = ("healthy", "inputs not scaled", "learning rate too large", "schedule too fast", "vanishing gradients",
             "weights outside the optimizer", "weight decay too large", "activation after the output layer",
             "trained in evaluation mode", "new images prepared differently", "copies in both sets", "overfitting")
EVIDENCE = ("nothing unusual", "inputs", "saturated units", "dead units", "gradient by layer", "update ratio",
            "learning rate", "size of the weights", "modes", "sign of the logits", "accuracies")


def images_of(number, seed=0):
    """The images on which patient `number` is examined, a tuple (x, y, new_x, new_y): 150 for number 11, else 1,000."""
    x, y, new_x, new_y = patients.small_digits(seed=seed)
    return (x[:150], y[:150], new_x, new_y) if number == 11 else (x, y, new_x, new_y)


def trained(number, seed=0, script=None):
    """`Health`, `Recording`, losses and accuracies of a training of patient `number`, or `script` on its images."""
    with watch() as health, Recording(seed) as seen:
        losses, accuracies = (script or PATIENTS[number - 1])(*images_of(number, seed))
    return health, seen, losses, accuracies


def measured(health, seen, losses, accuracies):
    """Measurements of a training, as `trained` returns it: a dictionary of numbers.

    "inputs" (standard deviation in the first step), "new inputs" (of the last images measured), "saturated" and "dead"
    (largest share of a layer, at the end), "gradient" (first weight matrix over last, median of the first epoch),
    "updates" (smallest over the weight matrices, of the largest update ratio of each), "first update" (largest at the
    first step), "rate" (last over first learning rate), "weights" (all matrices' norm, last over first), "evaluation"
    (share of the steps with a part in evaluation mode), "negative" (share of the logits on the training images),
    "loss" (mean of the last 20 steps), and the accuracies.
    """
    records = health.records
    first, last = records[0], records[-1]

    def matrices(record):
        return [one for one in record.parameters if len(one.shape) == 2 and one.gradient_rms is not None]

    def ratios(record):
        return [one.ratio or 0.0 for one in matrices(record)]

    norms = [sum(one.norm ** 2 for one in matrices(record)) ** 0.5 for record in (first, last)]
    gradients = [matrices(record)[0].gradient_rms / max(matrices(record)[-1].gradient_rms, 1e-30)
                 for record in records[:4]]
    return {
        "inputs": first.batch.std, "new inputs": seen.evaluated[-1].std().item(),
        "saturated": max((layer.saturated or 0.0 for layer in last.layers), default=0.0),
        "dead": max((layer.dead or 0.0 for layer in last.layers), default=0.0),
        "gradient": statistics.median(gradients),
        "updates": min(max(column) for column in zip(*map(ratios, records), strict=True)),
        "first update": max(ratios(first)), "rate": last.lr / first.lr, "weights": norms[1] / norms[0],
        "evaluation": statistics.mean(seen.in_evaluation), "negative": (seen.logits < 0).float().mean().item(),
        "loss": statistics.mean(losses[-20:]), **accuracies}


def _numbers(**values):
    """Measurements of a patient by name; those that most have in common need not be given."""
    usual = {"inputs": 0.38, "new inputs": 0.38, "saturated": 0.0, "rate": 1.0, "evaluation": 0.0}
    return usual | {name.replace("_", " "): value for name, value in values.items()}


TYPICAL = {  # medians over 20 seeds, from benchmarks/clinic.json
    1: _numbers(inputs=96.0, new_inputs=96.0, saturated=1.0, dead=0.0, gradient=1.7, updates=0.038,
                first_update=0.068, weights=1.5, negative=0.47, loss=1.9, training=0.3, new=0.29),
    2: _numbers(dead=0.18, gradient=0.38, updates=0.022, first_update=0.021, weights=2.2, negative=0.51, loss=0.15,
                training=0.97, new=0.94),
    3: _numbers(dead=0.2, gradient=0.4, updates=0.034, first_update=0.038, rate=1.3e-19, weights=1.0, negative=0.49,
                loss=2.2, training=0.28, new=0.27),
    4: _numbers(inputs=0.37, dead=0.078, gradient=0.41, updates=0.0, first_update=0.0, weights=1.0, negative=0.51,
                loss=2.1, training=0.29, new=0.27),
    5: _numbers(dead=0.29, gradient=0.2, updates=0.12, first_update=0.26, weights=2.3, negative=0.77, loss=0.031,
                training=0.99, new=0.96),
    6: _numbers(dead=1.0, gradient=0.3, updates=3.4, first_update=3.8, weights=21.0, negative=0.0, loss=2.3,
                training=0.11, new=0.097),
    7: _numbers(dead=0.0, gradient=5.2e-07, updates=2.4e-08, first_update=0.033, weights=1.0, negative=0.5, loss=2.3,
                training=0.1, new=0.097),
    8: _numbers(inputs=0.9, dead=0.031, gradient=0.33, updates=0.04, first_update=0.041, weights=1.8, negative=0.81,
                loss=0.01, training=1.0, new=0.77),
    9: _numbers(dead=0.0, gradient=0.37, updates=0.038, first_update=0.041, weights=1.7, evaluation=0.9,
                negative=0.85, loss=0.098, training=0.98, new=0.96),
    10: _numbers(dead=0.18, gradient=0.35, updates=0.033, first_update=0.041, weights=1.8, negative=0.73, loss=0.53,
                 training=0.95, new=0.93),
    11: _numbers(dead=0.2, gradient=0.33, updates=0.035, first_update=0.04, weights=1.9, negative=0.71, loss=0.046,
                 training=1.0, validation=0.99, new=0.89),
    12: _numbers(dead=0.4, gradient=0.37, updates=0.13, first_update=0.042, weights=3.5e-05, negative=0.0, loss=2.3,
                 training=0.11, new=0.089),
}


def _against_diagnosis(n):
    """What contradicts each diagnosis in a network with the measurements `n`: a dictionary of sentences."""
    gap = n["training"] - n["new"]
    return {
        "inputs not scaled":
            f"The inputs have the standard deviation {n['inputs']:.2g}. Pixels that are not scaled have one near 100.",
        "learning rate too large":
            f"The first step changes each weight matrix by at most {n['first update']:.0%} of its norm. With Adam, a "
            "learning rate that is a hundred times too large changes a matrix by more than its norm.",
        "schedule too fast": "The learning rate of the last step is that of the first one.",
        "vanishing gradients":
            f"The gradient of the first weight matrix is {n['gradient']:.2g} times that of the last: it arrives. Where "
            "it vanishes, it is less than a thousandth.",
        "weights outside the optimizer":
            f"Each weight matrix is updated: it changes by {n['updates']:.1%} of its norm or more in some step.",
        "weight decay too large":
            f"At the end the weights have {n['weights']:.2g} times their initial norm. Weight decay that is too large "
            "brings it near 0.",
        "activation after the output layer":
            f"{n['negative']:.0%} of the logits are negative. After a ReLU there would be none.",
        "trained in evaluation mode": "Every step was made in training mode: the chart lists no other.",
        "new images prepared differently":
            f"Training images have the standard deviation {n['inputs']:.2g} and new ones {n['new inputs']:.2g} when "
            "they enter: no difference.",
        "copies in both sets":
            "Copies in both sets raise a validation accuracy above that on new images. This script measures no "
            "validation accuracy.",
        "overfitting":
            f"The accuracy is {n['training']:.2f} on training images and {n['new']:.2f} on new ones: "
            + (f"a gap of {gap:.2f} is small." if n["training"] > 0.9 else "it does not fit even the training images."),
    }


def _against_evidence(n):
    """Why each piece of evidence shows nothing in a network with the measurements `n`: a dictionary of sentences."""
    return {
        "nothing unusual": "Something is: compare column by column with the chart of a healthy network.",
        "inputs": f"The inputs have the standard deviation {n['inputs']:.2g}, and that is usual.",
        "saturated units": "The chart lists no saturated units: there is no sigmoid or tanh, or its outputs are far "
                           "from the limits.",
        "dead units": f"At most {n['dead']:.0%} of a layer's units are dead. That happens in healthy networks, too.",
        "gradient by layer": f"The gradient of the first weight matrix is {n['gradient']:.2g} times that of the last, "
                             "and that is usual.",
        "update ratio": "Each weight matrix is updated by some percent of its norm in the first steps, and that is "
                        "usual.",
        "learning rate": "The learning rate is constant, and usual for this optimizer.",
        "size of the weights": f"The weights end with {n['weights']:.2g} times their initial norm, and that is usual.",
        "modes": "Every step was made in training mode, and that is usual.",
        "sign of the logits": f"{n['negative']:.0%} of the logits are negative, and that is usual.",
        "accuracies": "The accuracies show that something is wrong. Which measurement shows what it is?",
    }


_EXPECTED = {  # diagnosis, evidence, other evidence that shows it as well
    1: ("inputs not scaled", "inputs", "saturated units"), 2: ("healthy", "nothing unusual"),
    3: ("schedule too fast", "learning rate", "update ratio"), 4: ("weights outside the optimizer", "update ratio"),
    5: ("healthy", "nothing unusual"), 6: ("learning rate too large", "update ratio", "dead units",
                                                    "size of the weights"),
    7: ("vanishing gradients", "gradient by layer", "update ratio"),
    8: ("new images prepared differently", "inputs"), 9: ("trained in evaluation mode", "modes"),
    10: ("healthy", "nothing unusual"), 11: ("copies in both sets", "accuracies"),
}
_OWN_DIAGNOSIS = {  # what contradicts a diagnosis of one patient, where the general sentence does not fit
    (1, "healthy"): "Nearly all outputs of the first tanh are saturated, and most training images are classified "
                    "wrongly.",
    (1, "vanishing gradients"): "On the chart the ratio is usual, since a weight's gradient is multiplied by inputs "
                                "near 100. The gradient of the outputs is small on the board: the units are saturated "
                                "before the first step. By what?",
    (2, "learning rate too large"): "The loss jumps because each value is a mean over four images. 97 % of the "
                                    "training images are classified correctly.",
    (3, "healthy"): "In the last steps the weights do not change any more, and it classifies three of ten images "
                    "correctly.",
    (3, "weights outside the optimizer"): "The weights changed by some percent of their norm in the first steps, and "
                                          "not at all later. Outside the optimizer they never change.",
    (4, "healthy"): "No weight matrix ever changes, and it classifies three of ten training images correctly.",
    (4, "schedule too fast"): "The learning rate is 0.003 in all steps, and the biases do change.",
    (5, "learning rate too large"): "The first step changes weights by a quarter of their norm, much, but the network "
                                    "recovers: 99 % of the training images are classified correctly.",
    (6, "healthy"): "Nearly all hidden units are dead, and few images are classified correctly.",
    (6, "vanishing gradients"): "The gradient may become small once nearly all units are dead. They were alive before "
                                "the first step: what killed them?",
    (6, "activation after the output layer"): "The last row of the board is a linear layer: nothing follows it.",
    (7, "healthy"): "The loss stays at ln 10, and the first layers hardly change.",
    (7, "weights outside the optimizer"): "The first weight matrix is updated, by less than a millionth of its norm a "
                                          "step: its gradient is that small.",
    (7, "learning rate too large"): "The last weight matrix changes by 3 % of its norm in the first step, the first "
                                    "one by less than a millionth. A larger or smaller rate changes both alike.",
    (8, "healthy"): "All training images are classified correctly, and about four of five new ones.",
    (8, "overfitting"): "An overfitting network meets new images of the same kind. Here the inputs differ: standard "
                        "deviation about 0.9 in training, 0.38 for new images.",
    (8, "copies in both sets"): "Copies in both sets would make new images look too good. Here they look too bad.",
    (8, "inputs not scaled"): "The training images enter with a standard deviation near 0.9: they are scaled.",
    (9, "healthy"): "It has dropout, and after the first epoch dropout was not applied in any step.",
    (9, "overfitting"): "The gap is small. Look at how the steps were made, not at the result.",
    (11, "healthy"): "The validation accuracy is above 0.97, and 0.9 on images that the script has never seen.",
    (11, "overfitting"): "It may overfit as well, but an honest validation accuracy would then be near 0.9, like "
                         "that on new images. Here it is above 0.97.",
    (11, "new images prepared differently"): "New images enter with the same standard deviation as training images, "
                                             "0.38. It is the validation accuracy that stands out.",
}
_OWN_EVIDENCE = {
    (1, "gradient by layer"): "On the chart the ratio is usual. On the board the gradient in front of the tanh is "
                              "small, which is a consequence. What is unusual before the first step?",
    **{(number, "accuracies"): "The accuracies are those of a network that is well: compare them with section 1."
       for number in (2, 5, 10)},
    (5, "update ratio"): "The first step changes a matrix by a quarter of its norm, more than the table calls "
                         "usual. But "
                         "the loss falls, and 99 % of the training images are classified correctly: the ranges are "
                         "rules of thumb.",
    (3, "size of the weights"): "The weights hardly grow, which is a consequence. Which quantity stops them?",
    (4, "size of the weights"): "The weights keep their norm exactly, which is a consequence. What happens to them at "
                                "a step?",
    (6, "gradient by layer"): "Where the gradient is small, it is because the units are dead: a consequence.",
    (6, "sign of the logits"): "Few logits or none are negative, but the last row of the board is a linear layer. "
                               "Look at the first steps.",
    (6, "learning rate"): "The learning rate is constant. Whether 0.3 is too large shows in what a step does.",
    (8, "accuracies"): "Such a gap could be overfitting, too. What tells the two apart?",
    (8, "nothing unusual"): "Compare what enters the network in training with what enters it for new images.",
    (9, "nothing unusual"): "The accuracies are good. But what was asked for, dropout, did not happen.",
    (9, "accuracies"): "The accuracies are good. Which row shows how the steps were made?",
    (11, "nothing unusual"): "Compare the three accuracies.",
}
_HEALTHY_EVIDENCE = "If the network is healthy, then nothing on its chart is unusual: keep to one of the two."


def _chart(number):
    """The quiz on patient `number`, one of eleven: its diagnosis, and the evidence."""
    diagnosis, evidence, *others = _EXPECTED[number]
    n = TYPICAL[number]
    against, shows_nothing = _against_diagnosis(n), _against_evidence(n)
    wrong = []
    for other in DIAGNOSES:
        if other != diagnosis:
            says = _OWN_DIAGNOSIS.get((number, other)) or against[other]
            wrong.append(Wrong([other, evidence], says))
    for other in EVIDENCE:
        if other != evidence and other not in others:
            says = _OWN_EVIDENCE.get((number, other)) or shows_nothing[other]
            if diagnosis == "healthy":
                says = f"{says} {_HEALTHY_EVIDENCE}"
            wrong.append(Wrong([diagnosis, other], says))
    return Quiz(
        name=f"chart_{number}", reference=[diagnosis, evidence], wrong=tuple(wrong),
        questions=(f"diagnosis of patient {number}", f"evidence on the chart of patient {number}"),
        hints=("Go through the chart from left to right: what differs from the chart of the healthy network of "
               "section 1?",
               "First exclude: which diagnoses are contradicted by a number on the chart?"),
        allows="Look for the measurement that contradicts your diagnosis before you believe it.",
        also=tuple([diagnosis, other] for other in others))


def _last_chart():
    """The quiz on patient 12, which has two faults."""
    right = ["weight decay too large", "size of the weights", "activation after the output layer", "sign of the logits"]
    n = TYPICAL[12]
    against, shows_nothing = _against_diagnosis(n), _against_evidence(n)
    own = {
        "healthy": "The weights shrink to a ten-thousandth of their norm, and the accuracy is that of guessing.",
        "learning rate too large": "The first step changes the weights by 4 % of their norm, and that is usual. Later "
                                   "steps are large only against weights that are almost 0.",
        "vanishing gradients": "In the first epoch the gradient arrives, at 0.3 times its size in the last layer. It "
                               "vanishes later, when the weights do.",
    }
    wrong = [Wrong([other, *right[1:]], own.get(other) or against[other])
             for other in DIAGNOSES if other not in (right[0], right[2])]
    wrong += [Wrong([right[0], other, *right[2:]], shows_nothing[other])
              for other in EVIDENCE if other not in (right[1], right[3], "dead units")]
    wrong += [Wrong([right[2], right[1], right[0], right[3]], "This is one of the two faults. Check the evidence "
                                                              "beside it, and the other pair.")]
    wrong += [Wrong([right[0], "dead units", *right[2:]], "Some units are dead, as in healthy networks: look for a "
                                                          "quantity that goes to almost 0.")]
    wrong += [Wrong([*right[:3], other], f"Not for the second fault. {shows_nothing[other]}")
              for other in EVIDENCE if other not in (right[1], right[3], "accuracies")]
    wrong += [Wrong([*right[:3], "accuracies"], "The accuracies do not tell the second fault: look at the last layer.")]
    wrong += [Wrong([*right[:2], other, right[3]], f"Not the second one. {against[other]}")
              for other in ("schedule too fast", "inputs not scaled", "overfitting")]
    wrong += [Wrong([*right[:2], "healthy", right[3]], "There are two faults.")]
    return Quiz(
        name="chart_12", reference=right, wrong=tuple(wrong),
        questions=("first diagnosis of patient 12", "evidence for the first", "second diagnosis of patient 12",
                   "evidence for the second"),
        hints=("Which quantity goes to almost 0 during the training?",
               "One fault is in the optimizer, the other in the network: read the last row of the chart."),
        allows="One fault can hide another: after each cure, read the whole chart again.",
        also=([*right[2:], *right[:2]],))


CHARTS = (*(_chart(number) for number in _EXPECTED), _last_chart())
