"""nnlab.optim and nnlab.schedules: equal to torch's, also in `fit`, with schedulers and after resuming."""

import functools

import pytest
import torch
import torch.nn.functional as F
from shared import SEEN
from torch.optim import lr_scheduler

from nnlab import optim, schedules
from nnlab.batches import Batches
from nnlab.models import MLP
from nnlab.train import fit

PAIRS = {
    "GradientDescent": (optim.GradientDescent, torch.optim.SGD, [{"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.3}]),
    "Momentum": (optim.Momentum, functools.partial(torch.optim.SGD, momentum=0.9), [
        {"lr": 0.02, "momentum": 0.9}, {"lr": 0.02, "momentum": 0.0}, {"lr": 0.05, "momentum": 0.8, "dampening": 0.4},
        {"lr": 0.02, "momentum": 0.7, "dampening": 0.1, "weight_decay": 0.2}]),
    "Nesterov": (optim.Nesterov, functools.partial(torch.optim.SGD, momentum=0.9, nesterov=True), [
        {"lr": 0.02, "momentum": 0.9}, {"lr": 0.02, "momentum": 0.5, "weight_decay": 0.2}]),
    "AdaGrad": (optim.AdaGrad, torch.optim.Adagrad, [
        {}, {"lr": 0.3}, {"lr": 0.3, "eps": 0.1}, {"lr": 0.3, "weight_decay": 0.2}]),
    "RMSProp": (optim.RMSProp, torch.optim.RMSprop, [
        {}, {"lr": 0.05, "alpha": 0.9}, {"lr": 0.05, "eps": 0.1}, {"lr": 0.05, "weight_decay": 0.2}]),
    "Adam": (optim.Adam, torch.optim.Adam, [
        {}, {"lr": 0.1, "betas": (0.8, 0.9)}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.2},
        {"lr": 0.1, "betas": (0.0, 0.0)}]),
    "AMSGrad": (optim.AMSGrad, functools.partial(torch.optim.Adam, amsgrad=True), [
        {}, {"lr": 0.1, "betas": (0.8, 0.5)}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.2}]),
    "AdamW": (optim.AdamW, torch.optim.AdamW, [
        {}, {"lr": 0.1, "weight_decay": 0.3}, {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.1, "weight_decay": 0.0}]),
}
CASES = [(name, k) for name, (_, _, settings) in PAIRS.items() for k in range(len(settings))]


def run(kind, seed, steps=100, scheduler=None, **settings):
    """Parameters after `steps` steps on a random problem with noise: two matrices, one that gets no gradient."""
    draw = torch.Generator().manual_seed(seed)

    def drawn(*shape):
        return torch.randn(*shape, generator=draw, dtype=torch.float64)

    w, b, unused = (torch.nn.Parameter(drawn(*shape)) for shape in ((4, 3), (4,), (2,)))
    x, y = drawn(20, 3), drawn(20, 4)
    optimizer = kind([w, b, unused], **settings)
    schedule = scheduler(optimizer) if scheduler else None
    for step in range(steps):
        optimizer.zero_grad()
        loss = ((x @ w.T + b).tanh() - y + 0.3 * drawn(20, 4)).square().mean()
        (loss if step % 7 else b.square().sum()).backward()  # now and then w has no gradient
        optimizer.step()
        if schedule:
            schedule.step()
    return [w.detach(), b.detach(), unused.detach()]


@pytest.mark.parametrize("name, k", CASES)
def test_a_hundred_steps_equal_torchs(name, k):
    ours, theirs, settings = PAIRS[name]
    settings, apart = settings[k], 0.0
    for seed in range(3):
        pairs = list(zip(run(ours, seed, **settings), run(theirs, seed, **settings), strict=True))
        start = run(theirs, seed, steps=0, **settings)
        assert all(not torch.equal(mine, before) for (mine, _), before in zip(pairs[:2], start, strict=False))
        apart = max([apart, *((one - other).abs().max().item() for one, other in pairs)])
    SEEN.append(f"optimizers: {name} {settings}: largest deviation from torch in 100 steps {apart:.1e}")
    assert apart <= 1e-12


def test_every_optimizer_is_compared():
    kinds = {name for name, value in vars(optim).items() if isinstance(value, type)
             and issubclass(value, torch.optim.Optimizer) and value.__module__ == optim.__name__}
    assert kinds == set(PAIRS)


@pytest.mark.parametrize("name", PAIRS)
def test_a_negative_learning_rate_is_refused(name):
    w = torch.nn.Parameter(torch.ones(2))
    w.grad = torch.ones(2)
    with pytest.raises(ValueError, match=r"lr = -0\.1; give 0 or a larger number"):
        PAIRS[name][0]([w], lr=-0.1).step()
    assert torch.equal(w.detach(), torch.ones(2))


@pytest.mark.parametrize("name", PAIRS)
def test_parameter_groups_have_hyperparameters_of_their_own(name):
    ours, theirs, settings = PAIRS[name]
    found = []
    for kind in (ours, theirs):
        w, b = (torch.nn.Parameter(torch.ones(2, dtype=torch.float64)) for _ in range(2))
        optimizer = kind([{"params": [w]}, {"params": [b], "lr": 0.5, "weight_decay": 0.1}], **settings[-1])
        for _ in range(5):
            optimizer.zero_grad()
            ((w * b).sum() ** 2).backward()
            optimizer.step()
        found.append(torch.cat([w, b]).detach())
    assert (found[0] - found[1]).abs().max() <= 1e-12 and not torch.equal(found[0][:2], found[0][2:])


SCHEDULES = {
    "step_decay": (lambda step: schedules.step_decay(step, 7, 0.3), lambda o: lr_scheduler.StepLR(o, 7, 0.3)),
    "warmup": (lambda step: schedules.warmup(step, 12, 0.2), lambda o: lr_scheduler.LinearLR(o, 0.2, 1.0, 12)),
    "cosine": (lambda step: schedules.cosine(step, 40), lambda o: lr_scheduler.CosineAnnealingLR(o, 40)),
    "cosine to 0.1": (lambda step: schedules.cosine(step, 40, 0.1),
                      lambda o: lr_scheduler.CosineAnnealingLR(o, 40, 0.1 * o.param_groups[0]["lr"])),
    "one_cycle": (lambda step: schedules.one_cycle(step, 40),
                  lambda o: lr_scheduler.OneCycleLR(o, o.param_groups[0]["lr"], 40, cycle_momentum=False)),
    "one_cycle, other shares": (
        lambda step: schedules.one_cycle(step, 33, 0.4, 0.1, 0.01),
        lambda o: lr_scheduler.OneCycleLR(o, o.param_groups[0]["lr"], 33, pct_start=0.4, div_factor=10,
                                          final_div_factor=100, cycle_momentum=False)),
}


def rates(scheduler, steps):
    """Learning rates used in `steps` steps with the scheduler that a function makes of an optimizer."""
    optimizer, used = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.7), []
    schedule = scheduler(optimizer)
    for step in range(steps):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < steps - 1:
            schedule.step()
    return torch.tensor(used, dtype=torch.float64)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_equal_torchs(name):
    ours, theirs = SCHEDULES[name]
    steps = 33 if "shares" in name else 40
    mine, torchs = rates(lambda o: lr_scheduler.LambdaLR(o, ours), steps), rates(theirs, steps)
    apart = (mine - torchs).abs().max().item()
    SEEN.append(f"schedules: {name}: largest deviation from torch in {steps} steps {apart:.1e}")
    assert apart <= 1e-12 and len(mine.unique()) > 2


X = torch.randn(60, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(60) % 3


def trained(kind, epochs, path=None, every="batch"):
    """Parameters after `fit` with a cosine schedule, from a checkpoint where there is one."""
    torch.manual_seed(1)
    model = MLP([4, 8, 3])
    optimizer = kind(model.parameters(), lr=0.02)
    scheduler = lr_scheduler.LambdaLR(optimizer, lambda step: schedules.cosine(step, 40))
    batches = Batches(X, Y, 10, shuffle=True, seed=3)
    history = fit(model, batches, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=epochs, scheduler=scheduler,
                  schedule_every=every, resume=path, progress=False)
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()]), history


@pytest.mark.parametrize("every", ["batch", "epoch"])
@pytest.mark.parametrize("name", PAIRS)
def test_they_train_with_fit_and_a_schedule_and_resume_to_the_same_bits(name, every, tmp_path):
    ours, theirs, _ = PAIRS[name]
    whole, history = trained(ours, 5, every=every)
    trained(ours, 2, tmp_path / "run.pt", every)
    resumed, _ = trained(ours, 5, tmp_path / "run.pt", every)
    assert torch.equal(whole, resumed)
    torchs, _ = trained(theirs, 5, every=every)
    assert (whole - torchs).abs().max() < 1e-3  # float32
    assert history["loss"][-1] < history["loss"][0]
