"""Learning rate schedules that week 4 builds: functions of the step that return a factor of the learning rate.

``torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: cosine(step, 100))`` makes one a scheduler; the step counts
the calls of ``scheduler.step()`` from 0 on. Each docstring names torch's class with the same schedule.
"""

import math


def step_decay(step, every, factor=0.1):
    """Step decay (`StepLR`): `factor` to the power of the number of whole periods of `every` steps."""
    return factor ** (step // every)


def warmup(step, steps, start=0.1):
    """Linear warm-up (`LinearLR`): a factor that rises linearly from `start` at step 0 to 1 at `steps`, then stays."""
    return start + (1 - start) * min(step, steps) / steps


def cosine(step, steps, end=0.0):
    """Cosine annealing (`CosineAnnealingLR`): a factor from 1 at step 0 to `end` at step `steps`, along half a cosine.

    Source: Loshchilov and Hutter 2017, without restarts.
    """
    return end + (1 - end) * (1 + math.cos(math.pi * step / steps)) / 2


def one_cycle(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    """One-cycle schedule (`OneCycleLR`): a factor that rises from `start` to 1, then falls to `start` · `end`.

    Rise and fall each follow half a cosine. The last step is `steps` - 1; the rise takes the share `peak` of all steps,
    and the largest learning rate is at step `peak` · `steps` - 1. Source: Smith 2018, with torch's two phases.
    """
    top, last = peak * steps - 1, steps - 1
    if step <= top:
        return start + (1 - start) * (1 - math.cos(math.pi * step / top)) / 2
    return cosine(step - top, last - top, start * end)
