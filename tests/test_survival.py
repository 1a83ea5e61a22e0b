"""Training survives: processes that are killed, damaged checkpoints, disks that are lost or full, too little memory."""

import errno
import io
import os
import random
import shutil
import signal
import time
import warnings

import pytest
import torch
import torch.nn.functional as F
from shared import SEEN
from torch import nn
from torch.optim import lr_scheduler

from nnlab import checkpoint, files
from nnlab.batches import Batches
from nnlab.callbacks import EarlyStopping
from nnlab.models import MLP
from nnlab.rng import rng_state
from nnlab.train import fit

pytestmark = pytest.mark.usefixtures("one_thread")  # a process may fork only while torch has no other threads
X = torch.randn(600, 20, generator=torch.Generator().manual_seed(0))
Y = torch.arange(600) % 3
EPOCHS = 40


def parts(schedule="batch"):
    """What a script makes that is started again: a network with dropout, an optimizer, a schedule, a validation set."""
    torch.manual_seed(0)
    random.seed(0)
    model = nn.Sequential(nn.Linear(20, 300), nn.ReLU(), nn.Dropout(0.3), nn.Linear(300, 300), nn.ReLU(),
                          nn.Dropout(0.3), nn.Linear(300, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    scheduler = (lr_scheduler.OneCycleLR(optimizer, 0.003, total_steps=10 * EPOCHS) if schedule == "batch"
                 else lr_scheduler.ReduceLROnPlateau(optimizer, patience=1))
    return model, optimizer, scheduler


def train(path, schedule="batch", epochs=EPOCHS, **more):
    """Model, optimizer and history after `fit`, with `resume=path`."""
    model, optimizer, scheduler = parts(schedule)
    history = fit(model, Batches(X[:500], Y[:500], 50, shuffle=True), Batches(X[500:], Y[500:], 100),
                  loss_fn=F.cross_entropy, optimizer=optimizer, epochs=epochs, scheduler=scheduler, progress=False,
                  schedule_every=schedule, callbacks=[EarlyStopping("loss", patience=30)], resume=path, **more)
    return model, optimizer, history


def equal(one, other):
    """Whether two values, with all that they contain, are equal to the bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def forked(work):
    """Process number of a child that calls `work` and ends; it prints nothing."""
    if (child := os.fork()) == 0:
        try:
            warnings.simplefilter("ignore")
            with open(os.devnull, "w") as nothing:
                os.dup2(nothing.fileno(), 1)
                work()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def ended(child):
    """Whether the process `child` was killed (True) or came to its end (False); another end is an error."""
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the run failed"
    return False


def epoch_of(path):
    return checkpoint.load(path)["epoch"] if path.exists() else 0


def written(path):
    """When a file that is not yet the checkpoint at `path` was last written to; None where there is none."""
    try:
        return path.with_name(path.name + ".part").stat().st_mtime_ns
    except FileNotFoundError:
        return None


@pytest.mark.parametrize("schedule, wanted", [("batch", 100), ("epoch", 50)])
def test_killed_at_random_moments_a_run_loses_only_the_epoch_under_way(tmp_path, schedule, wanted):
    whole, optimizer, history = train(None, schedule)
    expected = {"model": whole.state_dict(), "optimizer": optimizer.state_dict(), "history": history.to_dict(),
                "rng": rng_state()}
    path, draws, begin = tmp_path / "run.pt", random.Random(1), time.perf_counter()
    train(tmp_path / "timed.pt", schedule, 10)
    epoch = (time.perf_counter() - begin) / 10  # seconds of an epoch and its checkpoint
    for one in tmp_path.iterdir():
        one.unlink()
    kills = writing = epochs = 0
    while kills < wanted:
        before, old = epoch_of(path), written(path)
        child = forked(lambda: train(path, schedule))
        limit = time.perf_counter() + draws.uniform(0, 8 * epoch)
        if kills % 2:  # after its first write begins
            while time.perf_counter() < limit + 5 and written(path) == old:
                pass
            limit = time.perf_counter() + draws.uniform(0, 3 * epoch)
        while time.perf_counter() < limit:
            pass
        os.kill(child, signal.SIGKILL)
        kills += ended(child)
        writing += written(path) not in (old, None)
        after = epoch_of(path)
        assert after >= before
        epochs += after - before
        if after > EPOCHS - 12:
            path.unlink()  # begin again: there are more kills to survive
    assert epochs >= 15 and writing >= 5
    model, optimizer, history = train(path, schedule)
    found = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "history": history.to_dict(),
             "rng": rng_state()}
    assert all(equal(found[name], expected[name]) for name in expected), [n for n in expected
                                                                          if not equal(found[n], expected[n])]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["run.previous.pt", "run.pt"]
    SEEN.append(f"resume, {schedule}: {kills} of {kills} kills survived, {writing} of them while a checkpoint was "
                f"being written; {epochs} epochs; the same bits, in {time.perf_counter() - begin:.0f} s")


@pytest.mark.parametrize("moment", ["half of the bytes", "written", "older kept", "renamed"])
def test_killed_at_every_step_of_a_write(tmp_path, moment):
    """At each step between two checkpoints a process is killed; the next one continues from one of the two."""
    path = tmp_path / "run.pt"
    train(path, epochs=2)

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    def dies():
        real_save, real_keep, real_replace = torch.save, files.keep, os.replace

        def half(state, file):
            if state["epoch"] < 4:
                return real_save(state, file)
            file.write(b"PK" + bytes(5000))
            file.flush()
            return die()

        def then_die(function):
            def both(*arguments):
                function(*arguments)
                die()
            return both
        if moment == "half of the bytes":
            torch.save = half
        elif moment == "written":
            checkpoint.keep = die
        elif moment == "older kept":
            checkpoint.keep = then_die(real_keep)
        else:
            os.replace = lambda part, to: (real_replace(part, to), to == path and die())
        train(path)
    assert ended(forked(dies))
    assert epoch_of(path) == {"half of the bytes": 3, "renamed": 3}.get(moment, 2)
    model, _, history = train(path)
    whole, _, expected = train(None)
    assert equal(model.state_dict(), whole.state_dict()) and history.to_dict() == expected.to_dict()
    assert {one.name for one in tmp_path.iterdir()} == {"run.pt", "run.previous.pt"}


DAMAGE = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-2000]),
    "empty": lambda path: path.write_bytes(b""),
    "another file": lambda path: path.write_text("epoch,loss\n1,0.5\n"),
    "one bit": lambda path: path.write_bytes((data := path.read_bytes())[:30000] + bytes([data[30000] ^ 4])
                                             + data[30001:]),
    "of another program": lambda path: torch.save({"weights": torch.zeros(3)}, path),
    "a tensor": lambda path: torch.save(torch.zeros(3), path),
    "a newer format": lambda path: torch.save(checkpoint.load(path) | {"format": 7}, path),
    "code": lambda path: torch.save({"model": MLP([2, 2])}, path),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_cannot_be_resumed_is_named_with_the_last_good_one_and_kept(tmp_path, kind):
    path = tmp_path / "run.pt"
    train(path, epochs=4)
    DAMAGE[kind](path)
    damaged, previous = path.read_bytes(), tmp_path / "run.previous.pt"
    older = previous.read_bytes()
    with pytest.raises(ValueError) as raised:
        train(path)
    said = str(raised.value)
    assert str(path) in said and f"the last good checkpoint is {previous}, after epoch 3: to continue from it" in said
    assert ("format 7 and was written by a newer version of nnlab" in said) == (kind == "a newer format")
    assert path.read_bytes() == damaged and previous.read_bytes() == older, "nothing is deleted"
    path.rename(tmp_path / "damaged.pt")  # as the message says
    shutil.copy(previous, path)
    model, _, _ = train(path)
    assert equal(model.state_dict(), train(None)[0].state_dict())
    shutil.copy(tmp_path / "damaged.pt", path)
    previous.unlink()
    with pytest.raises(ValueError) as raised:
        train(path)
    assert "last good" not in str(raised.value)


def test_a_run_without_its_checkpoint_says_that_there_is_an_older_one(tmp_path, capsys):
    path = tmp_path / "run.pt"
    train(path, epochs=3)
    path.unlink()
    assert len(train(path, epochs=1)[2]) == 1
    assert f"there is no {path}: training begins anew. {tmp_path / 'run.previous.pt'} holds an older run" in \
        capsys.readouterr().out


def test_a_copy_is_made_every_few_epochs_and_at_the_end_and_a_run_continues_from_it(tmp_path, capsys):
    path, drive = tmp_path / "here" / "run.pt", tmp_path / "MyDrive"
    drive.mkdir()
    copied = []

    def look(run):
        copied.append(epoch_of(drive / "run.pt"))  # before this epoch is saved
    model, optimizer, scheduler = parts()
    fit(model, Batches(X, Y, 60, shuffle=True), loss_fn=F.cross_entropy, optimizer=optimizer, epochs=8,
        scheduler=scheduler, schedule_every="batch", callbacks=[look], resume=path, backup=drive, backup_every=3,
        progress=False)
    assert copied == [0, 0, 0, 3, 3, 3, 6, 6] and epoch_of(drive / "run.pt") == 8
    assert [one.name for one in drive.iterdir()] == ["run.pt"]
    train(path.with_name("other.pt"), epochs=5, backup=drive / "saved.pt")
    shutil.rmtree(path.parent)  # another runtime: the local disk is new
    model, _, history = train(path.with_name("other.pt"), backup=drive / "saved.pt")
    assert f"the run continues from its copy {drive / 'saved.pt'}" in capsys.readouterr().out
    whole, _, expected = train(None)
    assert equal(model.state_dict(), whole.state_dict()) and history.to_dict() == expected.to_dict()


@pytest.mark.parametrize("how", ["gone", "not connected", "full"])
def test_a_drive_that_is_lost_in_the_middle_is_one_warning_and_training_goes_on(tmp_path, how, monkeypatch):
    path, drive = tmp_path / "run.pt", tmp_path / "MyDrive"
    drive.mkdir()
    real = shutil.copyfile

    def broken(source, target):
        if str(target).startswith(str(drive)) and epoch_of(path) >= 3:
            raise OSError({"not connected": errno.ENOTCONN, "full": errno.ENOSPC}[how], "no longer")
        return real(source, target)

    def lose(run):
        if run.epoch == 3:
            drive.rename(tmp_path / "away")
    if how != "gone":
        monkeypatch.setattr(shutil, "copyfile", broken)
    model, optimizer, scheduler = parts()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        history = fit(model, Batches(X, Y, 60), loss_fn=F.cross_entropy, optimizer=optimizer, epochs=6,
                      scheduler=scheduler, schedule_every="batch", callbacks=[lose] if how == "gone" else [],
                      resume=path, backup=drive, progress=False)
    said = [str(one.message) for one in said if one.category is UserWarning]
    assert len(said) == 1 and f"no copy of the checkpoint in {drive} (" in said[0] and str(path) in said[0]
    assert len(history) == 6 and epoch_of(path) == 6
    assert epoch_of((drive if how != "gone" else tmp_path / "away") / "run.pt") == 2, "the older copy is whole"


def test_a_drive_that_is_not_mounted_is_said_before_training(tmp_path):
    with pytest.warns(UserWarning, match="there is no such folder; mount the Drive") as said:
        train(tmp_path / "run.pt", epochs=2, backup=tmp_path / "drive" / "MyDrive" / "run.pt")
    assert len([one for one in said if one.category is UserWarning]) == 1
    assert not (tmp_path / "drive").exists(), "no folder that only looks like the Drive"


@pytest.mark.parametrize("arguments, message", [
    ({"backup": "/tmp"}, "backup = '/tmp' without resume"), ({"resume": "a.pt", "backup_every": 0}, "backup_every = 0"),
    ({"resume": "a.pt", "backup_every": 1.5}, r"backup_every = 1\.5; give a whole number"),
])
def test_arguments_of_the_backup_are_checked(arguments, message):
    model, optimizer, _ = parts()
    with pytest.raises(ValueError, match=message):
        fit(model, Batches(X, Y, 60), loss_fn=F.cross_entropy, optimizer=optimizer, epochs=1, **arguments)


def test_a_full_disk_is_said_with_what_is_kept(tmp_path, monkeypatch):
    path, real = tmp_path / "run.pt", torch.save

    def full(state, file):
        if state.get("epoch") == 3 and isinstance(file, io.BufferedWriter):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(state, file)
    monkeypatch.setattr(torch, "save", full)
    message = f"checkpoint of epoch 3 could not be written .No space left on device.; {path} holds epoch 2. Make room"
    with pytest.raises(OSError, match=message):
        train(path)
    monkeypatch.undo()
    assert {one.name for one in tmp_path.iterdir()} == {"run.pt", "run.previous.pt"}
    assert equal(train(path)[0].state_dict(), train(None)[0].state_dict())


@pytest.mark.parametrize("error, where", [
    (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), "GPU "),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 GB"), "")])
def test_too_little_memory_names_the_batch_size_and_half_of_it(error, where):
    model, optimizer, scheduler = parts()

    def loss_fn(outputs, y):
        if len(y) == 60:
            raise error
        return F.cross_entropy(outputs, y)
    with pytest.raises(torch.OutOfMemoryError) as raised:
        fit(model, Batches(X, Y, 60), loss_fn=loss_fn, optimizer=optimizer, epochs=1, progress=False)
    said = str(raised.value)
    assert said.startswith(f"out of {where}memory in batch 1 of epoch 1 (train): 60 samples at a time are too many; "
                           "give batches of 30, as in Batches(x, y, 30) (")
    assert str(error).splitlines()[0] in said
