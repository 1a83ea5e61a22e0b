"""An nnlab that pip has installed, used in an empty folder: data, figures, style, exercises, commands."""

import functools
import gzip
import http.server
import json
import os
import shutil
import struct
import subprocess
import sys
import threading
import zipfile

import numpy as np
import pytest
from shared import CAUGHT

from nnlab import __version__, packages, widgets
from nnlab.course.notebooks import ROOT
from nnlab.files import checksum_of
from nnlab.published import MNIST

STUDENT = """
import json, pathlib, sys
import matplotlib.pyplot as plt
import nnlab
from nnlab import exercises, sources, widgets
from nnlab.data import load
plt.style.use("nnlab.course")
digits, figure = load("mnist"), widgets.Figure("neuron", bias=0.5)
print(json.dumps({
    "file": nnlab.__file__, "source": digits.source, "shape": list(digits.x_train.shape), "bias": figure.state["bias"],
    "figures": widgets.names(), "cache": list(map(str, sources.cache_folders())), "font": plt.rcParams["font.size"],
}), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Folder into which a wheel, built from a copy of the working tree, has been unpacked, as pip installs it."""
    if not all(map(packages.installed().get, ("setuptools", "pip"))):
        pytest.skip("building a wheel needs setuptools and pip in this environment")
    folder = tmp_path_factory.mktemp("installed")
    source, ignored = folder / "source", shutil.ignore_patterns("cache", "__pycache__")
    source.mkdir()
    for name in ("nnlab", "data"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    made = subprocess.run([*build, "-w", folder, source], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    with zipfile.ZipFile(folder / f"nnlab-{__version__}-py3-none-any.whl") as wheel:
        wheel.extractall(folder / "site")
    shutil.rmtree(source)
    return folder / "site"


@pytest.fixture
def python(installed, tmp_path):
    """Function that runs Python with the installed nnlab in an empty folder; nothing may be written to either."""
    (tmp_path / "empty").mkdir()
    before = contents(installed)

    def run(*arguments, **environ):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NNLAB")}
        env = kept | {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path / "home"),
                      "XDG_CACHE_HOME": str(tmp_path / "cache"), "NNLAB_MYLAB": str(tmp_path / "mylab"),
                      "NO_PROXY": "127.0.0.1", "OMP_NUM_THREADS": "1"} | environ
        return subprocess.run([sys.executable, *arguments], cwd=tmp_path / "empty", env=env, capture_output=True,
                              text=True)
    yield run
    assert contents(installed) == before and list((tmp_path / "empty").iterdir()) == []


def contents(folder):
    """Checksum of each file in `folder`, a dict by their relative paths."""
    return {str(path.relative_to(folder)): checksum_of(path, "sha256") for path in folder.rglob("*") if path.is_file()}


def test_wheel_holds_every_file_that_is_read(installed):
    """Whatever git has in the package, and the subsets with their licenses."""
    git = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "nnlab"], cwd=ROOT, capture_output=True,
                         text=True)
    names = [name for name in git.stdout.splitlines() if (ROOT / name).exists()]
    assert "nnlab/widgets/figures/neuron.json" in names
    expected = {name: checksum_of(ROOT / name, "sha256") for name in names}
    expected |= {f"nnlab/subsets/{path.name}": checksum_of(path, "sha256")
                 for path in (ROOT / "data").iterdir() if path.suffix in (".npz", ".md")}
    found = contents(installed / "nnlab")
    assert {name: found.get(name.removeprefix("nnlab/")) for name in expected} == expected
    assert {path.name for path in installed.iterdir()} == {"nnlab", f"nnlab-{__version__}.dist-info"}


def test_installed_course_in_an_empty_folder_without_a_network(python, installed, tmp_path):
    done = python("-c", STUDENT, NNLAB_OFFLINE="1")
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == ("mnist: the full data set was neither found nor downloaded; using the subset of 10,000 + "
                           "2,000 images that comes with the course.\n")
    seen = json.loads(done.stderr)
    assert seen["file"] == str(installed / "nnlab" / "__init__.py") and seen["bias"] == 0.5
    assert seen["shape"] == [10_000, 1, 28, 28] and seen["source"] == "the subset that comes with the course"
    assert seen["figures"] == widgets.names() and seen["cache"] == [str(tmp_path / "cache" / "nnlab")]
    assert not (tmp_path / "cache" / "nnlab").exists()


def test_every_figure_and_exercise_of_an_installed_course(python):
    code = """
import importlib, pkgutil
from nnlab import exercises, widgets
for name in widgets.names():
    assert "export default" in widgets.module(name) and widgets.Figure(name).state, name
weeks = sorted(module.name for module in pkgutil.iter_modules(exercises.__path__))
for week in weeks:
    importlib.import_module(f"nnlab.exercises.{week}")
print(len(weeks) > 5)
"""
    done = python("-c", code)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr[-3000:]


def test_downloads_of_an_installed_course_go_to_the_users_cache(python, tmp_path):
    arrays = (np.random.default_rng(0).integers(0, 255, (5, 28, 28), np.uint8), np.arange(5)) * 2
    site, files = tmp_path / "site", {}
    site.mkdir()
    for file, array in zip(MNIST.files, arrays, strict=True):
        head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        (site / file).write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes()))
        files[file] = checksum_of(site / file, "md5")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    code = f"""
from nnlab import sources
from nnlab.data import load
sources.DATASETS["mnist"] = sources.MNIST._replace(mirrors=("http://127.0.0.1:{server.server_port}/",), files={files})
print(len(load("mnist").x_train), load("mnist").source)
"""
    done = python("-c", code, NNLAB_OFFLINE="0")
    server.shutdown()
    assert (done.returncode, done.stdout) == (0, "5 the course's cache\n"), done.stderr[-3000:]
    assert (tmp_path / "cache" / "nnlab" / "mnist.npz").is_file()


def test_commands_of_an_installed_course(python):
    done = python("-m", "nnlab", "doctor")
    assert done.returncode == 0 and done.stdout.endswith("All is well.\n"), done
    assert f"{len(packages.requirements())} packages present\n" in done.stdout
    for command in (["build"], ["publish", "OWNER/REPO"]):
        done = python("-m", "nnlab.course", *command)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done
        assert "works on the course's notebooks, which an installed nnlab does not have: run it in" in done.stderr
    CAUGHT.append(("installed", "a command that needs the notebooks", done.stderr.strip()))
