"""NNLAB_REQUIRE=all turns every skip of a test or a notebook's cell into a failure, except of tests marked `gpu`.

With ``-n 2`` two processes share the tests, a file at a time; the files that write to build/ are one group. The two
longest groups come first: at the end no process waits long for the other.
"""

import os
import tempfile

import pytest

_SCRATCH = tempfile.TemporaryDirectory(prefix="nnlab-tests-")
os.environ["NNLAB_MYLAB"] = _SCRATCH.name  # nobody's own mylab.py is touched
os.environ["MPLCONFIGDIR"] = os.path.join(_SCRATCH.name, "matplotlib")  # nor is a broken list of fonts in ~/.cache read
os.environ.setdefault("GOMP_SPINCOUNT", "2000")  # torch's threads, while they wait, leave the cores to another run
if "PYTEST_XDIST_WORKER_COUNT" in os.environ:
    _THREADS = max(1, (os.cpu_count() or 1) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"]))
    os.environ.setdefault("OMP_NUM_THREADS", str(_THREADS))
_OF_THE_COURSE = {f"test_{name}.py" for name in (
    "browser", "commands", "course", "lectures", "notebooks", "pages", "outline")}  # they share build/
_LONGEST = ("course", "test_colab_twin.py")  # each runs every notebook


def _failed_if_skipped(report, keywords):
    if report.skipped and os.environ.get("NNLAB_REQUIRE") == "all" and "gpu" not in keywords:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"skipped under NNLAB_REQUIRE=all: {reason}"


def pytest_addoption(parser):
    """``--notebook week02a``: only the tests that guard that notebook."""
    parser.addoption("--notebook", action="append", default=[], metavar="NAME", help="only what guards this notebook")


def _group(item):
    return "course" if item.path.name in _OF_THE_COURSE else item.path.name


def pytest_itemcollected(item):
    """The tests of a file stay in one process, and those that write to build/ in the same."""
    item.add_marker(pytest.mark.xdist_group(_group(item)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """The longest groups first; under ``--notebook`` what guards it alone.

    That is: its cells, its week's file, tests parametrized by it, and the tests of its figures.
    """
    items.sort(key=lambda item: _group(item) not in _LONGEST)
    if not config.getoption("--notebook"):
        return
    from nnlab.course import dependencies
    from nnlab.course.notebooks import paths, read

    chosen = paths(config.getoption("--notebook"))
    figures = {file.stem for path in chosen for file in dependencies.files(read(path)) if file.parent.name == "figures"}
    files = {path.name for path in chosen} | {f"test_{path.stem.split('_')[0]}.py" for path in chosen}
    files |= {f"test_figure_{figure}.py" for figure in figures}

    def guards(item):
        given = item.callspec.params if hasattr(item, "callspec") else {}
        words = {value for value in given.values() if isinstance(value, str)}
        return (item.path.name in files or "notebook_path" in given
                or ("figure" in item.path.name and "jupyter" not in item.path.name and bool(words & figures)))
    kept = [item for item in items if guards(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test or a cell that skips."""
    _failed_if_skipped((yield).get_result(), item.keywords)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """A module that skips as a whole."""
    _failed_if_skipped((yield).get_result(), ())


def pytest_collectstart(collector):
    """Leave out of nbval's comparison the HTML of outputs and a figure's trained network.

    A progress bar's HTML changes while it runs; the network's last digits differ between machines.
    """
    if hasattr(collector, "skip_compare"):
        collector.skip_compare = (*collector.skip_compare, "text/html", "application/vnd.nnlab.network+json")
