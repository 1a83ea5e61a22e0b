"""nnlab.checks.locking: one process at a time writes; no lock that was left behind keeps anyone waiting."""

import os
import subprocess
import sys
import threading
import time

import pytest

from nnlab.checks import locking, mylab
from nnlab.checks.locking import locked

HOLDS = ("import pathlib, sys, time\nfrom nnlab.checks.locking import locked\n"
         "with locked(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)")


@pytest.mark.parametrize("seconds", [-10 ** 9, -60, 0, 3600, 10 ** 9])
def test_a_lock_file_that_was_left_behind(tmp_path, monkeypatch, seconds):
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    lock = tmp_path / "mylab.py.lock"
    lock.write_text("99999")
    os.utime(lock, (max(0, time.time() + seconds),) * 2)
    keeping = threading.Thread(target=mylab.keep, args=("week01.one", "def one():\n    return 1"), daemon=True)
    keeping.start()
    keeping.join(5)
    assert not keeping.is_alive(), "it hangs"
    assert mylab.kept() == ["week01.one"] and [file.name for file in tmp_path.iterdir()] == ["mylab.py"]


def test_a_lock_that_another_process_holds(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    monkeypatch.setattr(locking, "WAIT", 0.3)
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path / "mylab.py")], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(OSError, match=r"another notebook has been writing .*mylab\.py for 0\.3 seconds") as said:
            mylab.keep("week01.one", "def one():\n    return 1")
        assert "delete mylab.py.lock beside it" in mylab.reason(said.value) and not (tmp_path / "mylab.py").exists()
    finally:
        holder.kill()
        holder.wait()
    mylab.keep("week01.one", "def one():\n    return 1")  # the lock ended with its process
    assert mylab.kept() == ["week01.one"]


@pytest.mark.parametrize("spoil", [lambda lock: lock.mkdir(), lambda lock: lock.symlink_to("/nowhere/lock")],
                         ids=["folder", "dangling link"])
def test_something_else_in_the_place_of_the_lock(tmp_path, monkeypatch, spoil):
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    spoil(tmp_path / "mylab.py.lock")
    mylab.keep("week01.one", "def one():\n    return 1")
    assert mylab.kept() == ["week01.one"]


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def without(self, *_, **__):
        raise NotImplementedError("flock not supported on this filesystem")
    monkeypatch.setattr("filelock.FileLock.acquire", without)
    with locked(tmp_path / "mylab.py"):
        pass


def test_the_lock_ends_where_the_block_raises(tmp_path):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), locked(tmp_path / "mylab.py"):
            1 / 0  # noqa: B018
    assert list(tmp_path.iterdir()) == []
