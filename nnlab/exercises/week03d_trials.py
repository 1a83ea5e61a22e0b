"""Trials of scripts that train a network: what a script does on three small data sets, one finding at a time."""

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook

from nnlab.checks.comparing import kind as kind_of
from nnlab.checks.exercise import once
from nnlab.exercises.looks import RIGHT, Found, Hooks, Looks
from nnlab.exercises.week03d_images import before_normalization, blank_images, mixed_images, with_ranges

PARAMETERS = 784 * 30 + 30 + 30 * 10 + 10
LOOKS = ("run", "results", "steps", "images", "optimizer", "parameters", "gradients", "training", "order", "rate",
         "accuracy")
NORMALIZED_LOOKS = (*LOOKS[:7], "inputs", *LOOKS[7:])
_SGD = {"lr": 0.1, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False, "maximize": False}


_FEW, _BLANK, _MIXED = blank_images(61), blank_images(150), mixed_images()


class Trial(Looks):
    """What is found of a script, ``trial["steps"]`` and so on: each of `LOOKS`, if those before are right.

    Args:
        script: a function of images, labels, new images and new labels that returns losses and accuracies.
        low, high: bounds of its mean loss in the last of five epochs on `mixed_images`.
    """

    names = LOOKS
    few, blank, mixed = _FEW, _BLANK, _MIXED

    def __init__(self, script, low, high):
        super().__init__(script)
        self.low, self.high = low, high

    def _results_for(self, data):
        """The results of the script on copies of `data`; and whether it has left these as they were."""
        copies = [part.clone() for part in data]
        results = self.script(*copies)
        return results, all(map(torch.equal, data, copies))

    def _numbers(self, data):
        """Losses (S,) of all steps and accuracies (5,), in float64, of the script on `data`."""
        results, _ = self._results_for(data)
        return [torch.tensor([float(value) for value in part], dtype=torch.float64) for part in results]

    def _run(self):
        self.noted = {"options": [], "parameters": {}, "stale": False, "ranges": set()}
        with _noting(self.noted):
            self.results, self.kept = self._results_for(self.few)
        return Found("to its end")

    def _results(self):
        if self.results is None:
            return None
        try:
            self.losses, self.accuracies = ([float(value) for value in part] for part in self.results)
        except (TypeError, ValueError):
            return Found(kind_of(self.results), "results")
        if any(getattr(value, "requires_grad", False) for value in self.results[0]):
            return Found("losses with their graphs", "graphs")
        return Found("two lists of numbers")

    def _steps(self):
        counts = len(self.losses), len(self.accuracies)
        kind = RIGHT if counts == (20, 5) else "exchanged" if counts == (5, 20) else (
            "steps" if counts[1] == 5 else "accuracies")
        return Found(f"on {len(self.few[0])} images {counts[0]} losses, {counts[1]} accuracies", kind)

    def _images(self):
        return Found("as before") if self.kept else Found("changed in place", "images")

    def _optimizer(self):
        if not self.noted["options"]:
            return Found("none of torch's")  # steps may be written by hand: their length is looked at below
        others = [one for one in self.noted["options"] if one != ("SGD", *_SGD.values())]
        name, lr, *rest = others[0] if others else ("SGD", 0.1)
        named = [f"{option} {value}" for (option, usual), value in zip([*_SGD.items()][1:], rest, strict=False)
                 if value != usual and value is not None]
        return Found(", ".join([name, f"lr {lr:g}", *named]), "optimizer" if others else RIGHT)

    def _parameters(self):
        parameters = self.noted["parameters"].values()
        count = sum(one.numel() for one in parameters) if parameters else PARAMETERS
        linear = sum(one.ndim == 2 for one in parameters) == 1
        return Found(f"{count:,} weights and biases", RIGHT if count == PARAMETERS else "linear" if linear else "sizes")

    def _gradients(self):
        stale = self.noted["stale"]
        return Found("with those of the batch before", "gradients") if stale else Found("of each batch alone")

    def _training(self):
        losses, accuracies = self._numbers(self.mixed)
        if len(losses) != 60:
            return Found(f"on {len(self.mixed[0])} images {len(losses)} losses", "steps")
        loss, least, most = losses[-12:].mean().item(), accuracies.min().item(), accuracies.max().item()
        words = f"last epoch's loss {loss:.2f}, accuracy {least:.2f}"
        if most - least > 1e-6:
            return Found(f"{words} to {most:.2f}", "several accuracies")
        return Found(words, self._kind(loss, least))

    def _kind(self, loss, accuracy):
        """The kind of a mean loss in the last epoch and an accuracy on `mixed_images`."""
        if not -1 <= loss <= 3:
            return "below -1" if loss < -1 else "rises"  # or not a number
        if loss < 0:
            return "negative"
        if loss > self.high:
            return "about ln 10" if loss > 2.2 else "high"
        if loss < self.low:
            return "low"
        limits = {"unlike": 0.4, "linear": 0.65, "inaccurate": 0.85}  # a linear one: 0.65, the network: 0.93
        return next((kind for kind, limit in limits.items() if accuracy < limit), RIGHT)

    def _order(self):
        losses, self.blank_accuracies = self._numbers(self.blank)
        self.epochs = losses.view(5, 8)
        last, first = self.epochs[1:, 6:].mean(), self.epochs[1:, :6].mean()  # in the data the last are of class 1
        return Found("as in the data", "order") if last - first > 0.8 else Found("shuffled")

    def _rate(self):
        second = self.epochs[1].mean().item()
        kind = "slow" if second > 1.85 else "fast" if second < 0.9 else RIGHT
        return Found(f"second epoch's loss {second:.2f} on blank images", kind)

    def _accuracy(self):
        others = [value for value in self.blank_accuracies.tolist() if abs(value - 0.25) > 1e-3]
        return Found(f"{others[0] if others else 0.25:.2f} on new blank images", "accuracy" if others else RIGHT)


class NormalizedTrial(Trial):
    """The `Trial` of a script that normalizes its images: a look more at the inputs of the first layer."""

    names = NORMALIZED_LOOKS
    few = with_ranges(before_normalization(_FEW))
    blank, mixed = before_normalization(_BLANK), before_normalization(_MIXED)

    def _inputs(self):
        ranges = self.noted["ranges"]
        if not ranges:
            return Found("of no layer of torch's")  # layers may be written by hand: losses are looked at below
        words = ", ".join(f"{low:g} to {high:g}" for low, high in sorted(ranges)[:3])
        return Found(f"of the first layer from {words}", self._kind_of(ranges))

    def _kind_of(self, ranges):
        """The kind of the pairs of smallest and largest inputs of the first layer, one for each call or fewer."""
        training, new = (-1.0, 1.0), (-1.0, 0.5)
        kinds = {(training, new): RIGHT, ((0.0, 1.0), (0.0, 0.75)): "none normalized", (training,): "no new images",
                 (training, (0.0, 0.75)): "new images as given"}
        found = next((kind for pairs, kind in kinds.items() if ranges == set(pairs)), None)
        return found or ("new images otherwise" if training in ranges and len(ranges) == 2 else "training images")


def _noting(noted):
    """A with block that notes options and parameters of all optimizers that take a step in it, and stale gradients.

    After each step a large number is added to a gradient: it is gone at the next step if gradients are cleared. The
    smallest and the largest input of each call of a linear layer with 784 inputs are noted, too.
    """
    def note(optimizer, args, kwargs):
        name = "SGD" if isinstance(optimizer, torch.optim.SGD) else type(optimizer).__name__
        for group in optimizer.param_groups:
            options = (name, *(group.get(option) for option in _SGD))
            if options not in noted["options"]:
                noted["options"].append(options)
            for parameter in group["params"]:
                noted["parameters"][id(parameter)] = parameter
                if parameter.shape == (10,) and parameter.grad is not None:
                    alike = parameter.grad.max() - parameter.grad.min() < parameter.grad.mean().abs() / 20
                    noted["stale"] |= alike.item()
                    parameter.grad.add_(1000.0)

    def note_range(module, inputs):
        if isinstance(module, nn.Linear) and module.in_features == 784 and inputs:
            noted["ranges"].add((round(inputs[0].min().item(), 3), round(inputs[0].max().item(), 3)))

    return Hooks((register_optimizer_step_post_hook, note), (register_module_forward_pre_hook, note_range))


@once
def trial(script):
    """The `Trial` of a script whose network has no dropout."""
    return Trial(script, low=0.2, high=0.9)


@once
def trial_normalized(script):
    """The `Trial` of a script that normalizes its images and whose network has no dropout."""
    return NormalizedTrial(script, low=0.2, high=0.9)


@once
def trial_with_dropout(script):
    """The `Trial` of a script whose network drops half of its hidden units."""
    return Trial(script, low=0.94, high=1.3)
