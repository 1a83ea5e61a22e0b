"""Trials of treatments in week 6g: findings on a script that trains on small images."""

import functools

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from nnlab.checks.comparing import kind as kind_of
from nnlab.exercises.looks import RIGHT, Found, Hooks, Looks
from nnlab.exercises.week06g_patients import small_digits
from nnlab.rng import remember

FEW = 110  # images of the short run: three steps an epoch
_MARK = 1e6  # added to a gradient after each step: at the next step it is gone if gradients are cleared
_ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.GELU, nn.ELU, nn.SiLU, nn.Tanh, nn.Sigmoid)


class Recording:
    """Context manager that records by hooks what networks and optimizers do; its value is itself.

    In the block torch's random numbers begin with `seed`; afterwards all generators are as before.

    Attributes:
        steps: a dictionary for each step: "optimizer" (its class's name), "lr", "weight_decay".
        trained: ids of the parameters that optimizers hold.
        model: the network of the last training step.
        used: dictionary from the id to the parameter of all networks that ran in training.
        start: standard deviations of the weight matrices before the first step, each times √(inputs / 2).
        inputs: standard deviation of the inputs of each training step.
        means, spreads: mean and standard deviation of each image of each training step, lists of tensors.
        centered: whether the mean of the last of these is near 0.
        evaluated: inputs of the runs that no step follows, a list of tensors.
        training_modes, evaluation_modes: sets of truth values, whether modules were in training mode.
        ratios: root mean square of the first weight matrix's gradient over that of the last one, in the first steps.
        norms: norm of all gradients together at each step.
        in_evaluation: for each step, whether a part of the network was in evaluation mode.
        logits: outputs for the largest of the `evaluated` batches.
        stale: whether gradients of the step before were still there.
    """

    def __init__(self, seed=0):
        self.seed = seed
        self.hooks = Hooks(
            (register_module_forward_pre_hook, self.enter),
            (functools.partial(register_module_forward_hook, always_call=True), self.leave),
            (register_optimizer_step_pre_hook, self.step), (register_optimizer_step_post_hook, self.stepped))
        self.steps, self.trained, self.used, self.start, self.inputs, self.evaluated = [], set(), {}, [], [], []
        self.training_modes, self.evaluation_modes, self.ratios = set(), set(), []
        self.norms, self.stale, self.centered = [], False, False
        self.in_evaluation, self.logits, self.means, self.spreads = [], None, [], []
        self.model, self.waiting, self.depth = None, [], 0

    def __enter__(self):
        self.restore = remember()
        torch.manual_seed(self.seed)
        self.hooks.__enter__()
        return self

    def __exit__(self, kind, error, trace):
        self.hooks.__exit__(kind, error, trace)
        self.settle()
        self.restore()

    def enter(self, module, args):
        """Before a module runs: the outermost one with parameters is a network."""
        self.depth += 1
        if self.depth == 1 and args and any(True for _ in module.parameters()):
            self.waiting.append((module, args[0].detach().clone(), {part.training for part in module.modules()}))

    def leave(self, module, args, output):
        """After a module has run; without gradients it was not for training."""
        self.depth -= 1
        if self.depth == 0 and not torch.is_grad_enabled():
            self.settle()
            if isinstance(output, torch.Tensor) and (self.logits is None or len(output) >= len(self.logits)):
                self.logits = output.detach().clone()

    def settle(self):
        """All runs that wait for a step get none."""
        for _, x, modes in self.waiting:
            self.evaluated.append(x)
            self.evaluation_modes |= modes
        self.waiting = []

    def step(self, optimizer, args, kwargs):
        """Before an optimizer's step: the last run was for training."""
        for group in optimizer.param_groups:
            self.trained |= {id(parameter) for parameter in group["params"]}
        group = optimizer.param_groups[0]
        self.steps.append({"optimizer": type(optimizer).__name__, "lr": group["lr"],
                           "weight_decay": group.get("weight_decay", 0)})
        if self.waiting:
            self.model, x, modes = self.waiting.pop()
            self.settle()
            self.inputs.append(x.std().item())
            self.means.append(x.flatten(1).mean(1))
            self.spreads.append(x.flatten(1).std(1))
            self.centered = abs(x.mean().item()) < x.std().item() / 10
            self.training_modes |= modes
            self.in_evaluation.append(False in modes)
            self.used |= {id(parameter): parameter for parameter in self.model.parameters()}
        for one in self.last_biases():
            if one.grad.abs().max() > _MARK / 2:
                self.stale = True
                one.grad.sub_(_MARK)
        grads = [one.grad for one in self.used.values() if one.grad is not None]
        self.norms.append(torch.stack([grad.norm() for grad in grads]).norm().item() if grads else 0.0)
        matrices = [one for one in self.used.values() if one.ndim == 2]
        if len(self.steps) == 1:
            self.start = [(one.std() * (one.shape[1] / 2) ** 0.5).item() for one in matrices]
        if len(self.steps) <= 5 and len(matrices) > 1 and all(one.grad is not None for one in matrices):
            sizes = [one.grad.square().mean().sqrt().item() for one in (matrices[0], matrices[-1])]
            self.ratios.append(sizes[0] / max(sizes[1], 1e-30))

    def last_biases(self):
        """Parameters with ten entries that have a gradient: those of the output layer."""
        return [one for one in self.used.values() if one.shape == (10,) and one.grad is not None]

    def stepped(self, optimizer, args, kwargs):
        """After an optimizer's step: mark a gradient."""
        for one in self.last_biases():
            one.grad.add_(_MARK)


class Treatment(Looks):
    """Findings on a script, ``treatment["steps"]`` and so on: one for each of `names`, if those before it are right.

    Args:
        script: a function of images, labels, new images and new labels.
        accuracies: names of the accuracies that it must return.
        count: number of training images in the long run.
        steps: function from the number of images to the number of steps that the statement asks for.
        optimizer: name of the optimizer's class.
        lr: its learning rate, or None where it is free.
        sizes: shapes of the network's weight matrices (outputs, inputs), in order; None where they are free.
        activation: class of its activation functions; None where it is free.
        decay: whether weight decay is asked for.
        scaled: whether pixels must be divided by 255.
        least: least accuracy on new images.
        special: function of the `Treatment` that returns the `Found` of the look "cure".
    """

    names = ("run", "results", "steps", "images", "optimizer", "network", "cure", "accuracy")

    def __init__(self, script, special, least, accuracies=("training", "new"), count=800, steps=None, optimizer="SGD",
                 lr=0.1, sizes=None, activation=nn.ReLU, decay=False, scaled=True):
        super().__init__(script)
        self.special, self.least, self.accuracies, self.count = special, least, accuracies, count
        self.asked = steps or (lambda n: 10 * -(-n // 50))
        self.optimizer, self.lr, self.sizes = optimizer, lr, sizes
        self.activation, self.decay, self.scaled = activation, decay, scaled

    def runs(self, *data):
        """The results of the script on copies of `data`, the `Recording`, and whether it has left them as they were."""
        copies = [part.clone() for part in data]
        with Recording() as seen:
            results = self.script(*copies)
        return results, seen, all(map(torch.equal, data, copies))

    def _run(self):
        data = small_digits(FEW, 60)
        self.images, self.new_images = data[0], data[2]
        self.results, self.short, self.kept = self.runs(*data)
        return Found("to its end")

    def _results(self):
        if self.results is None:
            return None
        try:
            losses, accuracies = self.results
            losses = [float(loss) for loss in losses]
            values = {name: float(value) for name, value in accuracies.items()}
        except (TypeError, ValueError, AttributeError):
            return Found(kind_of(self.results), "results")
        if missing := [name for name in self.accuracies if name not in values]:
            return Found(f"no accuracy {missing[0]!r}", "results")
        if any(getattr(loss, "requires_grad", False) for loss in self.results[0]):
            return Found("losses with their graphs", "graphs")
        self.losses = losses
        return Found("losses and accuracies")

    def _steps(self):
        asked, taken, had = self.asked(FEW), len(self.short.steps), len(self.losses)
        kind = RIGHT if taken == had == asked else "losses" if taken == asked else "no steps" if not taken else (
            "more steps" if taken > asked else "fewer steps")
        if kind == RIGHT and self.short.stale:
            return Found("gradients of earlier batches are added", "gradients")
        if kind == RIGHT and (largest := max(map(len, self.short.means))) != 50:
            return Found(f"batches of {largest}", "batches")
        return Found(f"on {FEW} images {taken} steps, {had} losses", kind)

    def _images(self):
        return Found("as before") if self.kept else Found("changed in place", "images")

    def _optimizer(self):
        names = {step["optimizer"] for step in self.short.steps}
        rates = [step["lr"] for step in self.short.steps]
        words = f"{', '.join(sorted(names))}, lr {rates[0]:g}"
        if names != {self.optimizer}:
            return Found(words, "optimizer")
        if self.lr is not None and any(abs(rate - self.lr) > 1e-9 for rate in rates):
            return Found(words, "rate")
        decay = max(step["weight_decay"] for step in self.short.steps)
        if decay and not self.decay:
            return Found(f"{words}, weight_decay {decay:g}", "decay")
        return Found(f"{self.optimizer}, lr {self.lr or rates[0]:g}")

    def _network(self):
        if self.short.model is None:
            return Found("no network was seen in training", "none seen")
        shapes = [tuple(one.shape) for one in self.short.model.parameters() if one.ndim == 2]
        words = "-".join(str(size) for size in [shapes[0][1], *(shape[0] for shape in shapes)]) if shapes else "none"
        others = {type(part) for part in self.short.model.modules() if isinstance(part, _ACTIVATIONS)}
        if self.activation is not None and others - {self.activation}:
            return Found(f"activation {', '.join(sorted(one.__name__ for one in others))}", "activation")
        if shapes and shapes[-1][0] != 10:
            return Found(words, "outputs")
        if self.scaled and not self.divided():
            return Found("pixels divided by another number than 255", "scale")
        chained = shapes and all(a[0] == b[1] for a, b in zip(shapes, shapes[1:], strict=False))
        return Found(words, RIGHT if self.sizes is None or (chained and shapes == self.sizes) else "sizes")

    def divided(self):
        """Whether training and new images enter the network divided by 255, the latter exactly."""
        shown = self.short.evaluated
        shown = [one for one in shown if len(one) == len(self.new_images)] or shown
        numbers = torch.cat([one.flatten() for one in shown])  # 0, 1/16, ..., 1 of scikit-learn's images
        on_grid = (numbers * 16 - (numbers * 16).round()).abs().max() < 1e-3 and numbers.max() < 1.001
        return bool(on_grid) and 0.3 < self.short.inputs[0] < 0.45

    def long(self):
        """What `runs` returns for the long run on digits; made once."""
        if not hasattr(self, "_long"):
            self._long = self.runs(*small_digits(self.count, 400))
        return self._long

    def low(self):
        """Whether the accuracy on new images in the long run is too low."""
        return float(self.long()[0][1]["new"]) < self.least

    def _cure(self):
        return self.special(self)

    def _accuracy(self):
        value = float(self.long()[0][1]["new"])
        return Found(f"{value:.2f} on new images", "low" if self.low() else RIGHT)


def inputs_scaled(trial):
    """Finding on the scale of what the network gets in training and for new images."""
    train, new = trial.short.inputs[0], trial.short.evaluated[-1].std().item()
    words = f"standard deviation {train:.2g} in training, {new:.2g} for new images"
    if train > 4 or train < 0.04:
        centered = trial.short.centered and train > 4
        return Found(words, "centered" if centered else "not scaled" if train > 4 else "too small")
    return Found(words, RIGHT if 0.5 < new / train < 2 else "scaled differently")


def rates_by_epoch(trial):
    """Finding on the learning rates: 0.8 times as large in each of ten epochs."""
    rates = [step["lr"] for step in trial.short.steps]
    each = len(rates) // 10
    words = f"lr {rates[0]:.2g} at first, {rates[each]:.2g} in the second epoch, {rates[-1]:.2g} at last"
    if all(abs(rate / (0.003 * 0.8 ** (k // each)) - 1) < 1e-3 for k, rate in enumerate(rates)):
        return Found(words)
    if abs(rates[0] / 0.003 - 1) > 1e-6:
        return Found(words, "ahead" if abs(rates[0] / 0.0024 - 1) < 1e-3 else "first rate")
    if abs(rates[1] / rates[0] - 1) > 1e-6:
        return Found(words, "each step" if rates[1] < 0.85 * rates[0] else "slower at each step")
    return Found(words, "constant" if max(rates) - min(rates) < 1e-12 else "other rates")


def weights_trained(trial):
    """Finding on which parameters the optimizer holds, and on the initial weights."""
    seen = trial.short
    left = [one for key, one in seen.used.items() if key not in seen.trained]
    if left:
        return Found(f"{len(left)} of {len(seen.used)} parameters are in no optimizer", "not trained")
    start = ", ".join(f"{value:.2f}" for value in seen.start)
    words = f"all parameters are trained; std / √(2/n) at first {start}"
    kinds = {RIGHT: (0.85, 1.15), "torch's own": (0.35, 0.5), "variance": (0.1, 0.3)}
    found = [kind for kind, (low, high) in kinds.items() if all(low < value < high for value in seen.start)]
    if not found and 0.85 < seen.start[0] < 1.15 and seen.start[-1] > 2:
        found = ["by outputs"]
    return Found(words, found[0] if found else "other weights")


def units_alive(trial):
    """Finding on the share of dead units in the hidden layers after training."""
    _, seen, _ = trial.long()
    x = small_digits(trial.count, 400)[0]
    dead, count = 0, 0
    scale = seen.evaluated[-1].max() / 255 if seen.evaluated else 1 / 255
    with torch.no_grad():
        outputs = x * scale
        for part in seen.model:
            outputs = part(outputs)
            if isinstance(part, nn.ReLU):
                dead, count = dead + (outputs <= 0).all(0).sum().item(), count + outputs.shape[1]
    share = dead / max(count, 1)
    rate = trial.short.steps[0]["lr"]
    clipped = max(trial.short.norms) < 1.01
    kind = RIGHT if share < 0.5 else "clipped" if clipped and rate > 0.2 else "dead" if rate > 0.2 else "dead, less"
    return Found(f"lr {rate:g}: {share:.0%} of the hidden units are dead", kind)


def gradients_reach(trial):
    """Finding on the depth, and on the gradient in the first layer against the last."""
    seen = trial.short
    square = [one for one in seen.model.parameters() if tuple(one.shape) == (64, 64)]
    if len(square) != 7:
        return Found(f"{len(square)} layers of 64 by 64 weights", "less deep" if len(square) < 7 else "deeper")
    ratio = sum(seen.ratios) / max(len(seen.ratios), 1)
    words = f"gradient in the first layer {ratio:.0e} times that in the last"
    kinds = {type(part) for part in seen.model.modules()}
    if kinds <= {nn.Sequential, nn.Flatten, nn.Linear, nn.Identity}:
        return Found(f"no activation function; {words}", "linear")
    plain = not any("Norm" in kind.__name__ for kind in kinds)
    if plain and nn.Sigmoid in kinds and max(seen.start) > 2 and (ratio <= 1e-3 or trial.low()):
        return Found(f"sigmoid with large weights; {words}", "large weights")
    if plain and nn.ReLU in kinds and max(seen.start) < 0.6 and trial.low():
        return Found(f"ReLU with torch's own weights; {words}", "default weights")
    return Found(words, RIGHT if ratio > 1e-3 else "vanishing")


def standardized_alike(trial):
    """Finding on how training and new images are standardized."""
    x, new, seen = trial.images, trial.new_images, trial.short
    mean, std = x.mean(0), x.std(0) + 1

    shown = [one for one in seen.evaluated if one.shape[1:].numel() == 64]
    shown = torch.cat([one.reshape(-1, 64) for one in shown]) if shown else torch.zeros(0, 64)

    def occurs(wanted):
        rows = wanted.reshape(-1, 64)
        starts = range(len(shown) - len(rows) + 1)
        return any(torch.allclose(shown[k:k + len(rows)], rows, atol=0.02) for k in starts)

    if len(shown) < len(new):
        return Found("the new images were not measured", "not measured")
    if occurs((new - mean) / std):
        return Found("both by the training images' mean and standard deviation") if occurs((x - mean) / std) else (
            Found("training images: not standardized pixel by pixel", "training images"))
    if not occurs((x - mean) / std):
        return Found("training images: not standardized pixel by pixel", "training images")
    own = occurs((new - new.mean(0)) / (new.std(0) + 1))
    given = shown[-len(new):]
    spread = f"new images: mean {given.mean():.2f}, standard deviation {given.std():.2f}"
    return Found(spread, "own statistics" if own else "raw" if given.max() > 100 else
                 "by 255" if given.min() >= 0 else "other statistics")


def modes_right(trial):
    """Finding on the modes in which the network trains and is measured."""
    seen = trial.short
    kinds = [type(part) for part in seen.model.modules()]
    if nn.Dropout not in kinds or nn.BatchNorm1d not in kinds:
        return Found("batch normalization or dropout is missing", "layers")
    if next(part for part in seen.model.modules() if isinstance(part, nn.Dropout)).p != 0.5:
        return Found("another dropout probability", "probability")
    if True in seen.evaluation_modes:
        return Found("measured in training mode", "measured in training")
    return Found("some steps in evaluation mode", "trained in evaluation") if False in seen.training_modes else (
        Found("steps in training mode, measurements in evaluation mode"))


def sets_apart(trial):
    """Finding on how many validation images were trained on as well: image k of this run has pixels 1000 k."""
    x = 1000.0 * torch.arange(FEW).view(FEW, 1, 1, 1).expand(FEW, 1, 8, 8)
    _, seen, _ = trial.runs(x, torch.arange(FEW) % 10, x[:60], torch.arange(60) % 10)
    sets = [one for one in seen.evaluated if len(one) in (FEW // 5, 6 * (FEW // 5))]
    if not sets:
        return Found(f"no set of {FEW // 5} images was measured, a fifth of {FEW}", "not a fifth")
    trained = {round(mean.item() * 255 / 1000) for mean in torch.cat(seen.means)}
    held_out = {round(one.mean().item() * 255 / 1000) for one in sets[0]}
    if (torch.cat(seen.spreads) < 1e-3).float().mean() > 0.3:
        return Found("copies without noise", "no noise")
    if not 0.03 < torch.cat(seen.spreads).median() < 0.08:
        return Found(f"noise of {torch.cat(seen.spreads).median():.2f}", "other noise")
    both = len(held_out & trained)
    return Found(f"of {len(held_out)} validation images {both} were trained on, up to noise",
                 "copies in both" if both else RIGHT)


def both_cured(trial):
    """Finding on the outputs and on the weight decay."""
    seen = trial.short
    decay = seen.steps[0]["weight_decay"]
    _, long, _ = trial.long()
    with torch.no_grad():
        logits = long.model(small_digits(trial.count, 400)[0] / 255)
    if logits.min() >= 0:
        words = f"no logit is negative; weight decay {decay:g}"
        return Found(words, "both" if decay > 0.02 else "outputs")
    if decay > 0.02:
        return Found(f"negative logits occur; weight decay {decay:g}", "decay")
    kinds = [type(part) for part in seen.model.modules()]
    if decay == 0 or kinds.count(nn.ReLU) < 2:
        words = "no weight decay" if decay == 0 else "no activation in a hidden layer"
        return Found(words, "no decay" if decay == 0 else "linear")
    return Found(f"negative logits occur; weight decay {decay:g}")
