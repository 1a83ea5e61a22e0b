"""Learning rate schedules that week 4 builds: functions of the step that return a factor of the learning rate.

``torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: cosine(step, 100))`` makes one a scheduler; the step counts
the calls of ``scheduler.step()`` from 0 on. Each function is a schedule of torch's, named in its docstring.
"""

import math


def step_decay(step, every, factor=0.1):
    """The factor `factor` to the power of the number of whole periods of `every` steps (`StepLR`)."""
    return factor ** (step // every)


def warmup(step, steps, start=0.1):
    """A factor that rises on a line from `start` at step 0 to 1 at step `steps`, and stays at 1 (`LinearLR`)."""
    return start + (1 - start) * min(step, steps) / steps


def cosine(step, steps, end=0.0):
    """A factor that falls along half a cosine from 1 at step 0 to `end` at step `steps` (`CosineAnnealingLR`).

    Source: Loshchilov and Hutter 2017, without restarts.
    """
    return end + (1 - end) * (1 + math.cos(math.pi * step / steps)) / 2


def one_cycle(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    """A factor that rises from `start` to 1 and falls to `start` · `end`, each along half a cosine (`OneCycleLR`).

    The last step is `steps` - 1; the rise takes the share `peak` of all steps, and the largest learning rate is at step
    `peak` · `steps` - 1. Source: Smith 2018, with torch's two phases.
    """
    top, last = peak * steps - 1, steps - 1
    if step <= top:
        return start + (1 - start) * (1 - math.cos(math.pi * step / top)) / 2
    return cosine(step - top, last - top, start * end)
