"""``python -m nnlab doctor``: check that the course can run on this machine, and say what to do where it cannot."""

import importlib.metadata
import os
import shutil
import subprocess
import sys

from nnlab.packages import ROOT

CHECKOUT = (ROOT / "pyproject.toml").exists()


def python():
    """Verdict on Python's version."""
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    fix = "install Python 3.11, 3.12 or 3.13, then " + (
        "make course PYTHON=python3.12" if CHECKOUT else "install nnlab into it")
    return good, f"Python {sys.version.split()[0]}", fix


def torch_pair():
    """Verdict on torch and torchvision, which must be of the same build; both are imported in a new process."""
    fix = "reinstall both as a pair: pip install torch==2.11.0 torchvision==0.26.0"
    code = "import torch, torchvision; print(torch.__version__, torchvision.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if done.returncode == 0:
        return True, "torch {} with torchvision {}".format(*done.stdout.split()), fix
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    if "torchvision::nms" in last:
        last = "torch and torchvision are of different builds (operator torchvision::nms does not exist)"
    return False, last, fix


def gpu():
    """Verdict on the GPU, always good: the course runs without one."""
    import torch

    if torch.cuda.is_available():
        return True, f"GPU: {torch.cuda.get_device_name(0)}", ""
    driver = shutil.which("nvidia-smi")
    return True, "no GPU: every notebook finishes on the CPU, some show less" + (
        "; a driver is here, though: torch may be a build without CUDA" if driver else ""), ""


def data():
    """Verdict on Fashion-MNIST: whether this machine has the data, without the network."""
    from nnlab.data import load

    before = os.environ.get("NNLAB_OFFLINE")
    os.environ["NNLAB_OFFLINE"] = "1"
    try:
        found = load("fashion_mnist")
    except (OSError, ValueError) as error:
        return False, f"data: {error}", "correct or unset NNLAB_DATA"
    finally:
        os.environ.pop("NNLAB_OFFLINE") if before is None else os.environ.update(NNLAB_OFFLINE=before)
    return True, f"Fashion-MNIST: {found!r}", ""


def jupyter():
    """Verdict on the packages that notebooks and interactive figures need."""
    missing = []
    for name in ("ipykernel", "ipywidgets", "anywidget"):
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return False, f"Jupyter: {', '.join(missing)} missing", f"pip install {' '.join(missing)}"
    return True, f"Jupyter: ipywidgets {importlib.metadata.version('ipywidgets')}, " \
                 f"anywidget {importlib.metadata.version('anywidget')}", ""


def packages():
    """Verdict on the packages that the course's pyproject.toml names."""
    from nnlab.packages import installed, missing, requirements

    needed = requirements()
    absent, old = missing(needed, installed())
    if absent:
        return False, f"packages: {', '.join(absent)} missing", f"pip install {' '.join(repr(need) for need in absent)}"
    return True, f"{len(needed)} packages present" + (f"; older than tested: {', '.join(old)}" if old else ""), ""


def disk():
    """Verdict on the free disk space of the working folder: at least 1 GB, for data and what notebooks write."""
    free = shutil.disk_usage(".").free / 2**30
    return free >= 1, f"{free:.1f} GB of disk free", "free at least 1 GB"


CHECKS = (python, packages, torch_pair, gpu, data, jupyter, disk)


def doctor(checks=CHECKS):
    """Number of failed checks, after printing the verdict of each, with the fix where it fails."""
    bad = 0
    for check in checks:
        try:
            good, said, fix = check()
        except Exception as error:  # a check that raises an error has failed, too
            good, said = False, f"{check.__name__}: {type(error).__name__}: {error}"
            fix = "run make course again" if CHECKOUT else "reinstall nnlab, with pip install --force-reinstall"
        print(f"{'ok ' if good else 'BAD'}  {said}" + ("" if good else f"\n     {fix}"))
        bad += not good
    print("All is well." if not bad else f"{bad} to fix.")
    return bad


def main(arguments):
    """Exit status, after running the command in `arguments`."""
    if arguments != ["doctor"]:
        print("usage: python -m nnlab doctor", file=sys.stderr)
        return 2
    return 1 if doctor() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
