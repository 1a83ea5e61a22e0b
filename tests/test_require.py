"""What the tests themselves promise: under NNLAB_REQUIRE=all a skip fails; the weekly pins are read right."""

import os
import subprocess
import sys

import colab_pins
import pytest

from nnlab.course.notebooks import ROOT

SKIPS = """import pytest
def test_moon(): pytest.skip("no moon here")
@pytest.mark.gpu
def test_gpu(): pytest.skip("no GPU here")
"""


@pytest.mark.parametrize("require, outcome", [("all", "1 failed, 1 skipped, 1 error"), ("", "3 skipped")])
def test_a_skip_is_a_failure_when_all_is_required(tmp_path, require, outcome):
    (tmp_path / "test_skips.py").write_text(SKIPS, encoding="utf-8")
    (tmp_path / "test_module.py").write_text("import pytest\npytest.skip('no sun here', allow_module_level=True)\n",
                                             encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-o", "addopts=", f"--rootdir={tmp_path}",
               "-o", "markers=gpu: g", "--continue-on-collection-errors"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True,
                          env=os.environ | {"NNLAB_REQUIRE": require, "PYTHONPATH": str(ROOT)})
    assert outcome in done.stdout and ("no moon here" in done.stdout) == bool(require) == ("no sun here" in done.stdout)


def test_pins_of_the_day():
    freeze = ("numpy==2.2.0\ntorch @ https://download.pytorch.org/whl/cu126/torch-2.12.0%2Bcu126-cp313-cp313-linux_x86_64.whl\n"
              "Pillow==12.0.0\nipython==7.34.0\n")
    pins = "# Colab\ntorch==2.11.0\nnumpy==2.1.3\npillow==11.3.0\nipython==7.34.0\nnbval==1\n"
    assert colab_pins.current(freeze, pins) == (
        "# Colab\ntorch==2.12.0\nnumpy==2.2.0\npillow==12.0.0\nipython==7.34.0\n# nbval is not on Colab's image\n")
    names = [line for line in colab_pins.PINS.read_text(encoding="utf-8").splitlines() if "==" in line]
    assert colab_pins.current("\n".join(names)) == colab_pins.PINS.read_text(encoding="utf-8")
