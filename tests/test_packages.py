"""Adding the packages that are missing: only those, beside what is here, and one sentence where that fails."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import types

import pytest
from small import environment, repacked, versions, wheel

from nnlab import packages
from nnlab.course.notebooks import ROOT


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The Python of a small environment, and a function that sets it up for a project with given dependencies."""
    folder = tmp_path_factory.mktemp("small")
    python, links = environment(folder, only=("pip",))
    wheels = folder / "wheels"
    wheels.mkdir()
    repacked(wheels, "six")
    wheel(wheels, "black", "24.1.0", {"black.py": b""}, requires=["packaging>=22"])
    wheel(wheels, "packaging", "22.0", {"packaging.py": b""})
    shutil.unpack_archive(wheel(folder, "packaging", "21.0", {"packaging.py": b""}), links, "zip")
    (folder / "course" / "nnlab").mkdir(parents=True)
    for name in ("colab_setup.sh", "nnlab/__init__.py", "nnlab/packages.py", "nnlab/skipped.py"):
        shutil.copy(ROOT / name, folder / "course" / name)
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}

    def wanted(*dependencies, **environ):
        (folder / "course" / "pyproject.toml").write_text(
            f'[project]\nname = "nnlab"\nversion = "1"\ndependencies = {json.dumps(dependencies)}\n', encoding="utf-8")
        setup = ["bash", str(folder / "course" / "colab_setup.sh"), "--into", str(python)]
        return subprocess.run(setup, capture_output=True, text=True, env=os.environ | offline | environ)
    return python, wanted


def test_setup_adds_only_what_is_missing(small):
    python, wanted = small
    done = wanted("packaging>=20", "six>=1.16")
    assert done.returncode == 0 and "installed six>=1.16" in done.stdout and done.stdout.count("\n") == 1, done
    assert versions(python)["packaging"] == "21.0" and "six" in versions(python)
    again = wanted("packaging>=20", "six>=1.16")
    assert again.returncode == 0 and "all 2 packages present, nothing installed" in again.stdout
    ask = [python, "-c", "import nnlab; print(nnlab.__file__)"]
    anywhere = subprocess.run(ask, cwd="/", capture_output=True, text=True)
    assert anywhere.stdout.strip().endswith("course/nnlab/__init__.py")


def test_setup_would_rather_fail_than_change_what_is_there(small):
    python, wanted = small
    before = versions(python)
    done = wanted("packaging>=20", "black>=24")  # which wants packaging 22 or newer
    assert done.returncode != 0 and "could not install black>=24 beside what is here" in done.stderr
    assert "packaging" in done.stderr.split("here:")[1]  # pip's own word: the conflict, not the network
    assert versions(python) == before


def test_what_is_old_is_named_and_kept(small):
    python, wanted = small
    before = versions(python)
    done = wanted("packaging>=21.1")
    assert done.returncode == 0 and versions(python) == before
    said = "nothing installed; older than the course is tested with: packaging 21.0 (the course needs 21.1)."
    assert said in done.stdout


def test_without_a_network_one_sentence_says_so(small):
    _, wanted = small
    done = wanted("nothing-of-that-name>=1", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL="http://127.0.0.1:9/simple",
                  PIP_RETRIES="0")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "nothing-of-that-name>=1 could not be downloaded: connect this machine to the internet" in done.stderr


def test_without_pip_uv_is_asked_and_without_both_the_student(monkeypatch):
    asked = []
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(packages.SetupFailed, match="lacks six>=1, and has no pip.* -m ensurepip"):
        packages.add(["six>=1"], {})
    monkeypatch.setattr(packages.shutil, "which", lambda name: "/bin/uv")
    done = types.SimpleNamespace(returncode=1, stdout="error: Request failed\n  Caused by: dns error: failed to lookup")
    monkeypatch.setattr(packages.subprocess, "run", lambda command, **_: asked.append(command) or done)
    with pytest.raises(packages.SetupFailed, match="six>=1 could not be downloaded: connect this machine"):
        packages.add(["six>=1"], {})
    assert asked[0][:5] == ["/bin/uv", "pip", "install", "--python", sys.executable] and asked[0][-1] == "six>=1"
    done.stdout = "error: externally-managed-environment\n\n× This environment is externally managed"
    with pytest.raises(packages.SetupFailed, match="is the operating system's. Make an environment with"):
        packages.add(["six>=1"], {})


PIP = "ERROR: Could not find a version that satisfies the requirement six>=1 (from versions: none)\n"
RETRY = "WARNING: Retrying (Retry(total=1)) after connection broken by '{}': /simple/six/\n"
CONFLICT = "The conflict is caused by:\n    black 24.1.0 depends on packaging>=22\n\nERROR: ResolutionImpossible\n"


@pytest.mark.parametrize("log, said", [
    (RETRY.format("NewConnectionError('[Errno 101] Network is unreachable')") + PIP, "connect this machine to the"),
    (RETRY.format("NameResolutionError('Temporary failure in name resolution')") + PIP, "connect this machine"),
    (RETRY.format("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden'))") + PIP,
     "connect this machine"),
    (RETRY.format("ProtocolError('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))") + PIP,
     "connect this machine"),
    ("error: Failed to fetch\n  Caused by: tcp connect error: No route to host (os error 113)", "connect this machine"),
    (RETRY.format("SSLError(SSLCertVerificationError('certificate verify failed: self-signed certificate'))") + PIP,
     "the package index's certificate is not trusted here"),
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n", "the disk is full"),
    (RETRY.format("ReadTimeoutError('Read timed out.')") + CONFLICT, "beside what is here:\n    black 24.1.0 depends"),
])
def test_why_packages_could_not_be_installed(monkeypatch, log, said):
    failed = types.SimpleNamespace(returncode=1, stdout=log)
    monkeypatch.setattr(packages.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(packages.SetupFailed) as caught:
        packages.add(["six>=1"], {})
    assert said in str(caught.value) and "six>=1" in str(caught.value)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_old_python(monkeypatch):
    monkeypatch.setattr(packages.sys, "version_info", (3, 10, 4))
    with pytest.raises(packages.SetupFailed, match="needs Python 3.11 or newer"):
        packages.make_ready()


def test_requirements_are_those_of_the_project_also_where_nnlab_is_installed(monkeypatch, tmp_path):
    needed = packages.requirements()
    assert "tensorboard>=2.18" in needed and packages.missing(needed, packages.installed()) == ([], [])
    for need in needed:
        assert packages.missing([need], {}) == ([need], [])
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: [*needed, 'pytest>=8.3; extra == "course"'])
    assert packages.requirements() == needed


@pytest.mark.parametrize("version, bound, old", [
    ("2.11.0+cu130", "2.6", False), ("2.6", "2.6", False), ("0.9.3", "0.9.18", True), ("1.26.4", "2.0", True),
    ("3.10.0rc1", "3.10", False), ("", "1", True),
])
def test_versions_are_compared_as_numbers(version, bound, old):
    assert bool(packages.missing([f"a.B_c>={bound}"], {"a-b-c": version})[1]) == old


def test_page_that_cannot_show_figures_is_told(monkeypatch, tmp_path):
    import jupyter_core.paths

    for name in ("COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE", "VSCODE_PID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda kind: [str(tmp_path / kind)])
    assert not packages._shows_figures()
    (tmp_path / "labextensions" / "anywidget").mkdir(parents=True)
    assert not packages._shows_figures()
    (tmp_path / "labextensions" / "@jupyter-widgets" / "jupyterlab-manager").mkdir(parents=True)
    assert packages._shows_figures()
    shutil.rmtree(tmp_path / "labextensions")
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    assert packages._shows_figures()
