"""nnlab.checkpoint: atomic writes, no code in a file is executed, random generators are restored."""

import pytest
import torch

from nnlab import checkpoint
from nnlab.rng import restore_rng, rng_state


def test_save_and_load_to_the_same_bits(tmp_path):
    state = {"weights": torch.randn(3, 4), "epoch": 5, "history": {"loss": [0.5, 0.25]}, "none": None}
    checkpoint.save(tmp_path / "deep" / "a.pt", state)
    loaded = checkpoint.load(tmp_path / "deep" / "a.pt")
    assert torch.equal(loaded.pop("weights"), state.pop("weights")) and loaded == state
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.pt"]


def test_failed_save_keeps_the_old_checkpoint(tmp_path):
    path = tmp_path / "a.pt"
    checkpoint.save(path, {"epoch": 1})
    with pytest.raises(Exception, match=r"cannot hold state\[.bad.\], a function"):
        checkpoint.save(path, {"epoch": 2, "bad": lambda: None})
    assert checkpoint.load(path) == {"epoch": 1} and len(list(tmp_path.iterdir())) == 1


class Evil:
    """Would run code when unpickled."""

    def __reduce__(self):
        return print, ("executed",)


def test_a_file_that_is_not_a_checkpoint_is_named_and_not_executed(tmp_path, capsys):
    path = tmp_path / "a.pt"
    torch.save({"x": Evil()}, path)
    with pytest.raises(ValueError, match="is not a checkpoint or is damaged"):
        checkpoint.load(path)
    assert capsys.readouterr().out == ""
    path.write_bytes(b"half")
    with pytest.raises(ValueError, match="is not a checkpoint or is damaged"):
        checkpoint.load(path)
    torch.save([1, 2], path)
    with pytest.raises(ValueError, match="holds a list, not the dictionary"):
        checkpoint.load(path)
    with pytest.raises(FileNotFoundError, match="there is no checkpoint"):
        checkpoint.load(tmp_path / "b.pt")


def test_generators_are_restored():
    state = rng_state()
    first = torch.rand(3)
    restore_rng(state)
    assert torch.equal(torch.rand(3), first)
