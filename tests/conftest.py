"""What the tests share: one solved run of each notebook, the browser, the tables at the end."""

import contextlib
import io
import os

import colab_python
import pytest
import torch
from figure_fixtures import figure_files, first_page, modules, offline, open_page, shown  # noqa: F401
from shared import CAUGHT, SEEN, Site, seen_on

from nnlab.course.browser import chromium
from nnlab.course.execute import CellFailed
from nnlab.course.notebooks import paths
from nnlab.course.site import build
from nnlab.course.solved_runs import runs

os.environ.pop("NNLAB_STRICT", None)


def pytest_sessionfinish(session):
    """One of several processes hands over what its tests have to say."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput |= {"caught": CAUGHT, "seen": SEEN}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Gather what the tests of each process had to say."""
    told = getattr(node, "workeroutput", {})
    CAUGHT.extend(map(tuple, told.get("caught", ())))
    SEEN.extend(told.get("seen", ()))


def pytest_terminal_summary(terminalreporter):
    """Print the table of planted faults and what else tests have to say."""
    if CAUGHT:
        terminalreporter.section(f"planted faults caught: {len(CAUGHT)}")
        width = max(len(fault) for _, fault, _ in CAUGHT)
        for rail, fault, said in CAUGHT:
            terminalreporter.line(f"{rail:<12} {fault:<{width}}  {said[:110]}")
    if SEEN:
        terminalreporter.section("measured")
        for line in SEEN:
            terminalreporter.line(line)


def pytest_generate_tests(metafunc):
    """Each notebook in turn, or those of ``--notebook``."""
    if "notebook_path" in metafunc.fixturenames:
        chosen = paths(metafunc.config.getoption("--notebook"))
        stems = [path.stem for path in chosen]
        metafunc.parametrize("notebook_path", chosen, ids=stems, indirect=True, scope="session")


@pytest.fixture(scope="session")
def notebook_path(request):
    """Path of the notebook in turn."""
    return request.param


@pytest.fixture(scope="session")
def solved_runs():
    """Function from a notebook's path to its solved and strict run, kept from before if nothing has changed since."""
    made = {}

    def run(path):
        if path not in made:
            made[path], = runs([path])
            seconds = made[path].seconds
            SEEN.append(f"{path.stem}: solved run " + ("kept" if seconds is None else f"in {seconds:.1f} s"))
        if made[path].failure:
            raise made[path].failure
        return made[path].notebook
    return run


@pytest.fixture(scope="session")
def chromium_here():
    """A running Chromium; None where there is none."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def browser(chromium_here):
    """A running Chromium."""
    if chromium_here is None:
        pytest.skip("Chromium was not found (Debian, Ubuntu: apt install chromium)")
    return chromium_here


@pytest.fixture
def one_thread():
    """Networks as small as those of the exercises are trained faster by one thread, above all beside other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def site(chromium_here, solved_runs, pytestconfig):
    """The course's site, written once: what building it said, whether all is well, and what was seen of each slide."""
    names, slides, out, err = pytestconfig.getoption("--notebook"), {}, io.StringIO(), io.StringIO()
    for path in paths(names):
        with contextlib.suppress(CellFailed):
            solved_runs(path)  # told and timed there

    def each(path, page, number):
        slides.setdefault(path, []).append(seen_on(page))

    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        good = build(names, browser=chromium_here, each=each)
    return Site(out.getvalue(), err.getvalue(), good, slides)


@pytest.fixture(scope="session")
def twin():
    """The twin's Python, made once and kept in build/twin."""
    python = colab_python.made()
    if python is None:
        pytest.skip("Python 3.13 was not found (python3.13, or pyenv's)")
    return python
