"""The first cell of every notebook, where there is no nnlab: in a bare Jupyter, without git, without a network, ..."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
import time

import nbformat
import pytest
from nbclient import NotebookClient
from small import SITE, environment, released, repacked, versions

from nnlab import __version__, packages
from nnlab.course.frame import address
from nnlab.course.notebooks import ROOT, printed
from nnlab.course.publish import first_cell

HOME = f"nnlab-{__version__}"
SHARE = SITE.parents[2] / "share" / "jupyter"
PROXY = "http://127.0.0.1:9"
NOWHERE = {"GIT_CONFIG_COUNT": "0", "https_proxy": PROXY, "HTTPS_PROXY": PROXY, "no_proxy": ""}


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """A git remote with the release."""
    return released(tmp_path_factory.mktemp("remote"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory, remote):
    """An address that has no repository, only the zip of the release, as GitHub serves it."""
    tags = tmp_path_factory.mktemp("archive") / "archive" / "refs" / "tags"
    tags.mkdir(parents=True)
    make = ["git", "archive", f"--prefix={HOME}/", "-o", tags / f"v{__version__}.zip", f"v{__version__}"]
    subprocess.run(make, cwd=remote, check=True)
    return tags.parents[2].as_uri()


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A Python that has every package and no nnlab."""
    return environment(tmp_path_factory.mktemp("bare"))[0]


@pytest.fixture
def run(bare, remote, tmp_path):
    """Function that runs the first cell in a folder, by default an empty one; its process, and the folder."""
    empty = tmp_path / "somewhere"
    empty.mkdir()

    def run_(cell=None, folder=empty, before="", wrapper=(), **environ):
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VSCODE_PID")}
        env = kept | {"JUPYTER_PATH": str(SHARE), "HOME": str(tmp_path)} | redirected(remote) | environ
        code = f"{before}\n{cell or first_cell()}\nimport nnlab.packages, sys; print(nnlab.__file__, file=sys.stderr)"
        done = subprocess.run([*wrapper, bare, "-c", code], cwd=folder, env=env, capture_output=True, text=True)
        return done, folder
    return run_


def redirected(remote):
    """Environment in which git finds the course's address in `remote`."""
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{remote.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": address()}


def ready(done, home):
    """Whether `done` said in one line that the course is ready in `home` and nothing was installed, and imports it."""
    count = len(packages.requirements())
    return (done.returncode == 0 and done.stderr == f"{home}/nnlab/__init__.py\n" and done.stdout ==
            f"nnlab {__version__} is ready in {home}: all {count} packages present, nothing installed.\n")


def test_bare_notebook_in_an_environment_that_lacks_a_package(remote, tmp_path, monkeypatch):
    """One file in an empty folder: a package that cannot be had is one sentence, then it is added; figures live."""
    python, _ = environment(tmp_path, without=("anywidget",))
    before = versions(python)
    kernel = tmp_path / "jupyter" / "kernels" / "bare"
    kernel.mkdir(parents=True)
    extensions = tmp_path / "jupyter" / "labextensions"
    extensions.mkdir()
    (extensions / "@jupyter-widgets").symlink_to(SHARE / "labextensions" / "@jupyter-widgets")
    wheel, wheels = repacked(tmp_path, "anywidget"), tmp_path / "wheels"
    wheels.mkdir()
    env = {"PYTHONPATH": "", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
    (kernel / "kernel.json").write_text(json.dumps({
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Bare",
        "language": "python", "env": env | redirected(remote)}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.delenv("VSCODE_PID", raising=False)
    folder = tmp_path / "downloads"
    folder.mkdir()
    cell = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(cells=[
        cell(first_cell(), metadata={"tags": ["raises-exception"]}),
        cell(f"import shutil\nshutil.copy({str(wheel)!r}, {str(wheels)!r});"),
        cell(first_cell()), cell(first_cell()), cell("import nnlab.widgets\nnnlab.widgets.Figure('neuron')")])
    nbformat.write(notebook, folder / "week.ipynb")
    notebook = nbformat.read(folder / "week.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="bare", timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    failed, _, added, again, figure = notebook.cells
    (need,) = [need for need in packages.requirements() if need.startswith("anywidget")]
    assert printed(failed) == f"Adding {need} ... " and len(failed.outputs) == 2
    assert "\n".join(failed.outputs[1].traceback).startswith(f"could not install {need} beside what is here:\nERROR: ")
    assert printed(added) == (f"Adding {need} ... nnlab {__version__} is ready in {folder / HOME}: installed {need}; "
                              "reload this page to see its figures.\n")
    assert again.outputs == []
    assert "application/vnd.jupyter.widget-view+json" in figure.outputs[0].data
    assert versions(python) == before | {"anywidget": versions(python)["anywidget"]} and "anywidget" not in before
    assert sorted(path.name for path in folder.iterdir()) == [HOME, "week.ipynb"]


def test_release_is_fetched_once(run):
    done, folder = run()
    assert ready(done, folder / HOME), done
    assert [path.name for path in folder.iterdir()] == [HOME]
    again, _ = run(**NOWHERE)  # from now on no network is needed
    assert ready(again, folder / HOME), again


def test_without_git_the_zip_serves(run, archive, tmp_path):
    cell = first_cell().replace(address(), archive)
    done, folder = run(cell, PATH=str(tmp_path / "nothing"))
    assert ready(done, folder / HOME), done
    assert [path.name for path in folder.iterdir()] == [HOME] and (folder / HOME / "pyproject.toml").is_file()


def test_without_a_network_one_sentence_says_what_to_do(run):
    done, folder = run(**NOWHERE)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and done.stdout == "" and list(folder.iterdir()) == []
    assert last.startswith("ConnectionError: Could not get the course (") and "CalledProcessError" not in done.stderr
    assert last.endswith("connect to the internet (on Kaggle: Settings > Internet on) and run this cell again.")
    assert "During handling" not in done.stderr and "direct cause" not in done.stderr


@contextlib.contextmanager
def serving(answer):
    """Address of a server that gives every connection to the function `answer`."""
    server, kept = socket.create_server(("127.0.0.1", 0)), []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                kept.append(server.accept()[0])
                threading.Thread(target=answer, args=(kept[-1],), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    server.close()
    for connection in kept:
        connection.close()


def nonsense(connection):
    """A portal that answers in no protocol at all."""
    with contextlib.suppress(OSError):
        connection.recv(1000)
        connection.sendall(b"SIGN IN FIRST\r\n\r\n")
        connection.close()


@pytest.mark.parametrize("answer", [lambda connection: None, nonsense], ids=["never answers", "nonsense"])
def test_network_that_stalls_or_lies_is_one_sentence(run, answer):
    with serving(answer) as place:
        cell = first_cell().replace(address(), place).replace("20", "1")  # a second of silence, not twenty
        start = time.monotonic()
        done, folder = run(cell, GIT_CONFIG_COUNT="0", no_proxy="127.0.0.1")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ConnectionError: Could not get the course (") and last.endswith("run this cell again.")
    assert time.monotonic() - start < 30 and list(folder.iterdir()) == []
    assert first_cell().count("20") == 2 and "During handling" not in done.stderr


def test_download_that_breaks_off_leaves_nothing(run, archive, tmp_path):
    broken = tmp_path / "half" / "archive" / "refs" / "tags"
    shutil.copytree(archive.removeprefix("file://") + "/archive/refs/tags", broken)
    whole = (broken / f"v{__version__}.zip").read_bytes()
    (broken / f"v{__version__}.zip").write_bytes(whole[:len(whole) // 2])
    cell = first_cell().replace(address(), (tmp_path / "half").as_uri())
    done, folder = run(cell)
    assert done.returncode == 1 and "ConnectionError: Could not get the course (" in done.stderr.splitlines()[-1]
    assert list(folder.iterdir()) == []


def test_folder_that_is_read_only(run, tmp_path):
    """The course goes into the user's home; root may write everywhere, unless that is taken from it."""
    wrapper = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")
    folder = tmp_path / "read-only"
    folder.mkdir()
    folder.chmod(0o555)
    done, _ = run(folder=folder, wrapper=wrapper)
    assert ready(done, tmp_path / HOME), done
    assert list(folder.iterdir()) == []


def test_nnlab_that_is_there_already(run, remote, tmp_path):
    done, folder = run(PYTHONPATH=str(ROOT), **NOWHERE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{ROOT}/nnlab/__init__.py\n")
    assert list(folder.iterdir()) == []
    other = tmp_path / "other"
    (other / "nnlab").mkdir(parents=True)
    for name in ("packages.py", "skipped.py"):
        shutil.copy(ROOT / "nnlab" / name, other / "nnlab")
    (other / "nnlab" / "__init__.py").write_text('__version__ = "0.0.9"\n', encoding="utf-8")
    done, _ = run(PYTHONPATH=str(other), **NOWHERE)
    assert done.returncode == 0 and list(folder.iterdir()) == []
    said = f"This notebook belongs to nnlab {__version__}; it runs with nnlab 0.0.9, installed in {other}.\n"
    assert done.stdout == said


def test_folder_called_nnlab_that_is_not_the_package(run, tmp_path):
    (tmp_path / "work" / "nnlab").mkdir(parents=True)
    done, folder = run(folder=tmp_path / "work")
    assert ready(done, folder / HOME), done


def test_older_python_is_told(run):
    done, _ = run(before="import sys\nsys.version_info = (3, 10, 4)")
    assert done.returncode == 1 and "SetupFailed: The course needs Python 3.11 or newer" in done.stderr.splitlines()[-1]
