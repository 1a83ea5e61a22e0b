"""Solved runs of the notebooks, cached in ``build/cache/runs/``: a notebook that has not changed is not run again."""

import functools
import hashlib
import inspect
import json
import os
import platform
import sys
import time
from typing import NamedTuple

from tqdm import tqdm

from nnlab.course import dependencies, figure_output, settings
from nnlab.course.execute import CellFailed, execute
from nnlab.course.images import lighten
from nnlab.course.notebooks import BUILD, code_cells, read, without_outputs, write
from nnlab.course.solve import solved
from nnlab.course.telling import tell
from nnlab.data import load

KEPT = BUILD / "cache" / "runs"


class Run(NamedTuple):
    """A solved run: `notebook` (None: it failed), `failure`, `seconds` that it took (None: kept from before), `key`."""

    notebook: object
    failure: Exception | None
    seconds: float | None
    key: str


@functools.cache
def data_here():
    """Source of the images on this machine, and a line of text about it."""
    data = load("fashion_mnist")
    return data.source, repr(data)


def fingerprint(path, data):
    """Fingerprint, 16 hexadecimal digits, of all that a solved run of the notebook at `path` depends on.

    That is the notebook without its outputs, what it can import and show (`nnlab.course.dependencies`), the versions of
    what computes, and `data`, where the images come from: a change in one week's exercises leaves the other weeks' runs
    as they are.
    """
    notebook = without_outputs(read(path))
    machine = [sys.version, platform.machine(), os.environ.get("NNLAB_DATA", ""), data]
    digest = hashlib.sha256("\n".join([*machine, path.name, json.dumps(notebook, sort_keys=True)]).encode())
    digest.update(figure_output.prelude(fine=True).encode() + inspect.getsource(settings).encode())
    for file in dependencies.files(notebook):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def solved_run(path, each=lambda cell: None):
    """The notebook at `path` solved and run in strict mode; its figures are fine, and come with predictions' settings.

    Args:
        path: path of the notebook.
        each: function that is called with each code cell after it has run.

    Raises:
        CellFailed: a cell raised, or an answer is not correct.
    """
    untouched = read(path)
    asking = settings.asking(solved(untouched), untouched)
    done = settings.gathered(execute(asking, path.name, strict=True, fine=True, each=each))
    for cell in code_cells(done):
        lighten(cell)
    return done


def runs(paths, again=False):
    """A `Run` for each of the notebooks at `paths`, solved: run in strict mode, or from the cache if unchanged.

    One after the other: torch uses every core by itself, and two notebooks that train at once take many times as long.

    Args:
        paths: paths of notebooks of the course.
        again: run also the notebooks that are in the cache.
    """
    tell("Data: looking where the images come from.")
    source, _ = data_here()
    if "comes with the course" in source:
        os.environ["NNLAB_OFFLINE"] = "1"  # asked once: the notebooks need not wait for the network again
    keys = {path: f"{path.stem}-{fingerprint(path, source)}" for path in paths}
    kept = {path: KEPT / f"{key}.ipynb" for path, key in keys.items()}
    stale = [path for path in paths if again or not kept[path].exists()]
    tell(f"Notebooks: {len(stale)} to run, one after the other; {len(paths) - len(stale)} kept from before.")
    found = {path: Run(read(kept[path]), None, None, keys[path]) for path in paths if path not in stale}
    with tqdm(total=sum(len(code_cells(read(path))) for path in stale), desc="notebooks", unit="cell", file=sys.stdout,
              disable=not stale or None, bar_format="{desc} {bar:24} {n_fmt}/{total_fmt} cells, {elapsed}") as bar:
        for k, path in enumerate(stale, start=1):
            start = time.perf_counter()
            tell(f"{path.stem}: running ({k} of {len(stale)}) ...")
            try:
                done = solved_run(path, lambda cell: bar.update())
            except CellFailed as error:
                found[path] = Run(None, error, time.perf_counter() - start, keys[path])
                tell(f"{path.stem}: failed after {found[path].seconds:.1f} s, in cell {error.cell.id!r}")
                continue
            found[path] = Run(done, None, time.perf_counter() - start, keys[path])
            tell(f"{path.stem}: done in {found[path].seconds:.1f} s")
            KEPT.mkdir(parents=True, exist_ok=True)
            for old in KEPT.glob(f"{path.stem}-*"):
                old.unlink()
            done.metadata["nnlab_seconds"] = round(found[path].seconds, 1)
            write(done, kept[path])
    return [found[path] for path in paths]
