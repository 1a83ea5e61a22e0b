"""colab_setup.sh outside of Colab: one clear sentence for each thing that can be missing."""

import os
import shutil
import subprocess
import sys

import pytest
from small import SITE, repacked, wheel

from nnlab.course.notebooks import ROOT


@pytest.fixture
def project(tmp_path):
    """A folder with what the script reads, in which it can do no harm."""
    for name in ("colab_setup.sh", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def setup(project, **environment):
    """Run the script in `project`; its exit status and what it says on stderr."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("NNLAB", "COLAB"))} | environment
    done = subprocess.run(["bash", "colab_setup.sh"], cwd=project, env=env, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr


def script(path, text):
    """Write an executable shell script to `path`."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_wrong_python(project):
    old = script(project / "bin" / "python3", 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    status, said = setup(project, NNLAB_PYTHON=old)
    assert status == 1 and said.count("\n") == 1
    assert f"NNLAB_PYTHON={old} is Python 3.9.2; the course needs Python 3.11, 3.12 or 3.13" in said


def test_no_python_that_suits(project):
    for name in ("python3", "python", "python3.11", "python3.12", "python3.13"):
        script(project / "bin" / name, 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    status, said = setup(project, PATH=f"{project / 'bin'}:{os.environ['PATH']}")
    assert status == 1 and "the course needs Python 3.11, 3.12 or 3.13, and 'python3' here is Python 3.9.2" in said


def test_no_venv_module(project):
    bare = script(project / "bin" / "python3",
                  f'case "$*" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac')
    status, said = setup(project, NNLAB_PYTHON=bare)
    assert status == 1 and "has no venv module: on Debian and Ubuntu 'sudo apt install python3-venv' adds it" in said


def test_too_little_disk(project):
    script(project / "bin" / "df", 'echo Filesystem; echo "/dev/x 9 9 3145728 99% /"')
    status, said = setup(project, PATH=f"{project / 'bin'}:{os.environ['PATH']}")
    assert status == 1 and "need about 8 GB of disk" in said and "has 3 GB free" in said
    assert not (project / ".venv").exists()


def test_disk_that_fills_up_on_the_way(project):
    full = script(project / "bin" / "python3",
                  f'case "$*" in *"-m venv"*) echo "OSError: [Errno 28] No space left on device"; exit 1;; '
                  f'*) exec {sys.executable} "$@";; esac')
    status, said = setup(project, NNLAB_PYTHON=full)
    assert status == 1 and said.count("\n") == 1 and "the disk is full: free about 8 GB" in said


@pytest.fixture
def quick_python(project):
    """A Python whose environments get pip as a link: ``-m venv`` itself takes seconds to copy it."""
    site = project / ".venv" / SITE.relative_to(sys.prefix)
    linked = " && ".join(f"ln -s {entry} {site}" for entry in SITE.glob("pip*"))
    make = f'{sys.executable} -m venv --without-pip --clear .venv && {linked}'
    return script(project / "bin" / "quick", f'case "$*" in "-m venv --clear .venv") {make};; '
                                             f'*) exec {sys.executable} "$@";; esac')


def test_no_network(project, quick_python):
    nowhere = "http://127.0.0.1:9/simple"
    status, said = setup(project, NNLAB_PYTHON=quick_python, PIP_INDEX_URL=nowhere, UV_INDEX_URL=nowhere,
                         PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    assert status == 1 and "the package index could not be reached: check the network" in said
    assert not (project / ".venv" / "nnlab-complete").exists()


def test_without_a_network_from_a_folder_of_wheels(project, quick_python):
    """With pip and uv themselves; the wheel of uv only leads to the uv that is here."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.startswith(("uv==", "six=="))]
    (project / "requirements.txt").write_text("\n".join([*pins, ""]), encoding="utf-8")
    (project / "wheels").mkdir()
    repacked(project / "wheels", "six")
    pinned = next(pin for pin in pins if pin.startswith("uv")).split("==")[1].split()[0]
    leads = f'#!/bin/sh\nexec {os.path.dirname(sys.executable)}/uv "$@"\n'
    wheel(project / "wheels", "uv", pinned, {f"uv-{pinned}.data/scripts/uv": leads.encode()})
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "UV_INDEX_URL": "http://127.0.0.1:9/simple"}
    status, said = setup(project, NNLAB_PYTHON=quick_python, NNLAB_WHEELS=str(project / "wheels"), **nowhere)
    assert status == 0, said
    ask = [project / ".venv" / "bin" / "python", "-c", "import six; print(six.__version__)"]
    done = subprocess.run(ask, capture_output=True, text=True)
    assert done.stdout.strip() == next(pin for pin in pins if pin.startswith("six")).split("==")[1].split()[0]
    (project / ".venv" / "nnlab-complete").unlink()
    status, said = setup(project, NNLAB_PYTHON=quick_python, NNLAB_WHEELS="/nowhere", **nowhere)
    assert status == 1 and "NNLAB_WHEELS=/nowhere is no folder; fill one with 'pip download" in said


def complete(project):
    """Give `project` an environment that says it is complete, of Python 3.11.7."""
    command = f'echo "{project} $(cksum < requirements.txt)"'
    stamp = subprocess.run(command, shell=True, cwd=project, capture_output=True, text=True)
    (project / ".venv").mkdir()
    script(project / ".venv" / "bin" / "python", "echo Python 3.11.7")
    (project / ".venv" / "nnlab-complete").write_text(stamp.stdout, encoding="utf-8")


def test_complete_environment_is_left_alone(project):
    """A second run does nothing: no Python that suits, no disk and no network are needed for that."""
    complete(project)
    for name in ("python3", "python", "python3.11", "python3.12", "python3.13", "df"):
        script(project / "bin" / name, "exit 1")
    assert setup(project, PATH=f"{project / 'bin'}:{os.environ['PATH']}") == (0, "")
    same = script(project / "bin" / "same", "echo Python 3.11.7")
    assert setup(project, NNLAB_PYTHON=same) == (0, "")


def test_another_python_or_other_requirements_make_it_anew(project):
    complete(project)
    makes = 'case "$*" in --version) echo Python {};; *"-m venv"*) echo venv >&2; exit 1;; esac'
    other = script(project / "bin" / "other", makes.format("3.12.1"))
    assert setup(project, NNLAB_PYTHON=other)[0] == 1 and (project / "build" / "setup.log").read_text() == "venv\n"
    (project / "requirements.txt").write_text("six==1.16.0\n", encoding="utf-8")
    (project / "build" / "setup.log").unlink()
    same = script(project / "bin" / "same", makes.format("3.11.7"))
    assert setup(project, NNLAB_PYTHON=same)[0] == 1 and (project / "build" / "setup.log").exists()


@pytest.mark.parametrize("log, said", [
    ("error: failed to write\n  Caused by: Disk quota exceeded (os error 122)", "the disk is full"),
    ("error: Request failed\n  Caused by: invalid peer certificate: UnknownIssuer", "certificate is not trusted here"),
    ("error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address", "could not be reached"),
    ("error: Request failed\n  Caused by: tcp connect error: No route to host (os error 113)", "could not be reached"),
    ("error: Request failed\n  Caused by: tunnel error: unsuccessful", "could not be reached"),
    ("WARNING: Retrying after connection broken\n"
     "error: No solution found: torch has no wheels with a matching platform", "failed as shown above"),
    ("error: Failed to fetch: `https://…`\n  Caused by: HTTP status client error (403 Forbidden)",
     "failed as shown above"),
])
def test_what_the_installer_says_is_understood(project, log, said):
    (project / "log").write_text(log + "\n", encoding="utf-8")
    text = (project / "colab_setup.sh").read_text(encoding="utf-8")
    (project / "explain.sh").write_text(text[:text.index("make_venv()")] + "\nexplain log\n", encoding="utf-8")
    done = subprocess.run(["bash", "explain.sh"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 1 and said in done.stderr.splitlines()[-1]
    assert ("matching platform" in done.stderr) == ("matching platform" in log)


def test_unknown_option(project):
    done = subprocess.run(["bash", "colab_setup.sh", "--help-me"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 1 and "unknown option '--help-me'; use" in done.stderr
