"""python -m nnlab doctor: well here; each fault is named with its fix."""

import subprocess
import sys
import types

import pytest

from nnlab import __main__ as doctoring
from nnlab import packages as course_packages


def test_well_here(capsys):
    assert doctoring.main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.rstrip().endswith("All is well.") and "BAD" not in out, out
    assert "torch 2." in out and "Fashion-MNIST:" in out
    assert f"{len(course_packages.requirements())} packages present\n" in out
    wrong = subprocess.run([sys.executable, "-m", "nnlab", "docter"], capture_output=True, text=True)
    assert wrong.returncode == 2 and wrong.stderr == "usage: python -m nnlab doctor\n"


@pytest.mark.parametrize("stderr, said", [
    ("RuntimeError: operator torchvision::nms does not exist", "torch and torchvision are of different builds"),
    ("ModuleNotFoundError: No module named 'torchvision'", "No module named 'torchvision'"),
])
def test_bad_pair(monkeypatch, capsys, stderr, said):
    failed = types.SimpleNamespace(returncode=1, stdout="", stderr=stderr)
    monkeypatch.setattr(doctoring.subprocess, "run", lambda *_, **__: failed)
    assert doctoring.doctor([doctoring.torch_pair]) == 1
    out = capsys.readouterr().out
    assert said in out and "pip install torch==2.11.0 torchvision==0.26.0" in out and "1 to fix." in out


def test_old_python_full_disk_missing_widgets_bad_data(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(doctoring.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(doctoring.shutil, "disk_usage", lambda _: types.SimpleNamespace(free=2**28))
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path / "gone"))

    def version(name):
        raise doctoring.importlib.metadata.PackageNotFoundError(name)
    monkeypatch.setattr(doctoring.importlib.metadata, "version", version)

    def broken():
        raise KeyError("x")
    checks = [doctoring.python, doctoring.disk, doctoring.data, doctoring.jupyter, broken]
    assert doctoring.doctor(checks) == 5
    out = capsys.readouterr().out
    for part in ("install Python 3.11, 3.12 or 3.13", "0.2 GB of disk free", "gone is not a folder",
                 "pip install ipykernel ipywidgets anywidget", "broken: KeyError: 'x'", "5 to fix."):
        assert part in out


def test_missing_package_and_old_one(monkeypatch, capsys):
    here = course_packages.installed() | {"numpy": "1.26.4"}
    monkeypatch.setattr(course_packages, "installed", lambda: here)
    assert doctoring.doctor([doctoring.packages]) == 0
    assert "packages present; older than tested: numpy 1.26.4 (the course needs 2.0)" in capsys.readouterr().out
    del here["tensorboard"]
    assert doctoring.doctor([doctoring.packages]) == 1
    out = capsys.readouterr().out
    assert "BAD  packages: tensorboard>=2.18 missing" in out and "pip install 'tensorboard>=2.18'" in out
