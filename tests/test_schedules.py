"""Learning rate schedules in `fit`: equal to a loop by hand, by epoch and by batch; wrong ones are named beforehand."""

import pytest
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, IterableDataset

from nnlab.batches import Batches
from nnlab.train import fit

X = torch.randn(45, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(45) % 3
TRAIN, VAL = Batches(X, Y, 10), Batches(-X, Y, 45)  # 5 batches


def trained(schedule, every, epochs=3, val=VAL, train=TRAIN):
    """Parameters and learning rate after `fit`."""
    model, optimizer, scheduler = parts(schedule)
    fit(model, train, val, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=epochs, scheduler=scheduler,
        schedule_every=every, progress=False)
    return model.weight, optimizer.param_groups[0]["lr"]


def parts(schedule):
    model = torch.nn.Linear(4, 3)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    return model, optimizer, schedule(optimizer)


@pytest.mark.parametrize("every, schedule", [
    ("epoch", lambda o: lr_scheduler.StepLR(o, 1, 0.5)),
    ("epoch", lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=3)),
    ("epoch", lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.5)),
    ("batch", lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=15)),
    ("batch", lambda o: lr_scheduler.OneCycleLR(o, 1, epochs=3, steps_per_epoch=5)),
    ("batch", lambda o: lr_scheduler.CyclicLR(o, 0.01, 1, step_size_up=4)),
    ("batch", lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4)),
    ("batch", lambda o: lr_scheduler.LambdaLR(o, lambda k: min(1, (k + 1) / 20))),
])
@pytest.mark.parametrize("val", [VAL, None])
def test_schedules_equal_the_loop_by_hand(every, schedule, val):
    model, optimizer, scheduler = parts(schedule)
    for _ in range(3):
        total = 0.0
        for x, y in TRAIN:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
            if every == "batch":
                scheduler.step()
        if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
            scheduler.step(F.cross_entropy(model(-X), Y).item() if val is not None else total / len(Y))
        elif every == "epoch":
            scheduler.step()
    weight, lr = trained(schedule, every, val=val)
    assert torch.equal(weight, model.weight) and lr == optimizer.param_groups[0]["lr"]
    assert lr != 0.5  # the schedule has changed it


class Stream(IterableDataset):
    """A stream whose length is not known."""

    def __iter__(self):
        return iter(zip(X, Y, strict=True))


@pytest.mark.parametrize("every, schedule, message", [
    ("epoch", lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=15),
     'OneCycleLR has a step for each of 15 batches; give schedule_every="batch"'),
    ("epoch", lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=2),
     "OneCycleLR has 2 of its 2 steps left, and training makes 3, one after every epoch; give it total_steps=3"),
    ("batch", lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=3),
     "3 of its 3 steps left, and training makes 15, one after every batch; give it total_steps=15, or schedule_every="),
    ("batch", lambda o: lr_scheduler.ReduceLROnPlateau(o), 'loss of an epoch; give schedule_every="epoch"'),
    ("epoch", lambda o: lr_scheduler.ReduceLROnPlateau(o, mode="max"), 'give mode="min", not \'max\''),
    ("epoch", lambda o: lr_scheduler.StepLR, "give an object of torch.optim.lr_scheduler"),
    ("epoch", lambda o: [lr_scheduler.StepLR(o, 1)], "several of them in a ChainedScheduler or SequentialLR"),
    ("epoch", lambda o: lr_scheduler.StepLR(torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=1), 1),
     "changes the learning rate of another optimizer"),
])
def test_wrong_schedules_are_named_before_training(every, schedule, message):
    model, optimizer, scheduler = parts(schedule)
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        fit(model, TRAIN, VAL, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=3, scheduler=scheduler,
            schedule_every=every, progress=False)
    assert model.weight.abs().max() == 0


def test_a_stream_of_unknown_length_can_have_a_schedule_by_batch():
    _, lr = trained(lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=15), "batch", train=DataLoader(Stream(), 10))
    assert lr == trained(lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=15), "batch")[1]
