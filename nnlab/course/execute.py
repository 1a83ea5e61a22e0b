"""Execute a notebook cell by cell in a fresh kernel; an error names the failing cell."""

import logging
import os
import tempfile

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from nnlab.course import figure_output
from nnlab.course.notebooks import NOTEBOOKS, code_cells, without_outputs

_SCRATCH = tempfile.TemporaryDirectory(prefix="nnlab-mylab-")  # a run never writes a student's own mylab.py


class CellFailed(RuntimeError):
    """A cell of a notebook raised an error, ran out of time, or killed its kernel."""

    def __init__(self, name, cell, reason):
        super().__init__(f"{name}, cell {cell.id!r}:\n{reason}")
        self.cell = cell


def environment(strict=False, mylab=None):
    """Environment variables of a kernel, a dictionary: the user's own settings must not change the compared outputs.

    Args:
        strict: an answer that is not correct raises an error.
        mylab: folder for mylab.py; by default a temporary folder.

    GOMP_SPINCOUNT: torch's threads spin while they wait. Two notebooks at once on two cores then slow each other down:
    training that takes seconds takes more than a minute. Spinning less hardly slows a single run down.
    """
    own = {name: value for name, value in os.environ.items() if name not in ("NNLAB_STRICT", "MPLBACKEND")}
    own.setdefault("GOMP_SPINCOUNT", "2000")
    own |= {"PYTHONWARNINGS": "ignore::DeprecationWarning", "NNLAB_MYLAB": mylab or _SCRATCH.name}
    return own | ({"NNLAB_STRICT": "1"} if strict else {})


def execute(notebook, name, *, strict=False, prelude="", keep_going=False, each=lambda cell: None, timeout=300,
            mylab=None, fine=False):
    """A copy of `notebook` with the outputs of a fresh run in the folder `notebooks/`.

    Args:
        notebook: an nbformat notebook; its stored outputs are not used.
        name: its name in error messages.
        strict: an answer that is not correct raises an error.
        prelude: Python code that runs in the kernel before the first cell and is not part of the result.
        keep_going: continue after a cell that raises; its error is among its outputs.
        each: function that is called with each code cell after it has run.
        timeout: time limit of one cell in seconds.
        mylab: folder for mylab.py; by default a temporary folder.
        fine: draw figures at twice the resolution, for slides and pages.

    Raises:
        CellFailed: a cell raised (unless `keep_going`), ran out of time, or killed the kernel.
    """
    fresh = without_outputs(notebook)
    client = NotebookClient(fresh, timeout=timeout, kernel_name="python3", allow_errors=keep_going,
                            extra_arguments=["--IPKernelApp.log_level=40"],
                            resources={"metadata": {"path": str(NOTEBOOKS)}})
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    with client.setup_kernel(env=environment(strict, mylab)):
        for hidden in filter(None, (figure_output.prelude(fine), prelude)):
            fresh.cells.append(nbformat.v4.new_code_cell(hidden))
            client.execute_cell(fresh.cells[-1], len(fresh.cells) - 1, store_history=False)
            for output in fresh.cells.pop().outputs:
                if output.output_type == "error":
                    raise RuntimeError(f"{name}: the prelude itself fails: {output.ename}: {output.evalue}")
        for index, cell in enumerate(fresh.cells):
            if cell.cell_type != "code":
                continue
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise CellFailed(name, cell, f"{error.ename}: {error.evalue}\n{error.traceback[-1500:]}") from None
            except (CellTimeoutError, DeadKernelError) as error:
                raise CellFailed(name, cell, str(error).splitlines()[0]) from None
            each(cell)
    for count, cell in enumerate(code_cells(fresh), start=1):
        cell.execution_count = count
        cell.metadata.pop("execution", None)  # times, which differ from run to run
    fresh.metadata.pop("widgets", None)
    return fresh
