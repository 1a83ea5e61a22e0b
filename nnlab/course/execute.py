"""Run a notebook in a kernel of its own, cell by cell; a failure names the cell."""

import logging
import os
import tempfile

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from nnlab.course.notebooks import NOTEBOOKS, code_cells, without_outputs

_SCRATCH = tempfile.TemporaryDirectory(prefix="nnlab-mylab-")  # nobody's own mylab.py is touched by a run of ours


# In the kernel: each picture that matplotlib draws carries its titles, as a text for those who cannot see it.
_TITLES = '''
def _nnlab_titles():
    from IPython import get_ipython
    formatter = get_ipython().display_formatter.formatters["image/png"]
    register = formatter.for_type
    def for_type(kind, draw=None):  # as matplotlib registers its figures, once it is there
        if draw is None or kind.__name__ != "Figure":
            return register(kind, draw)
        def png(figure):
            titles = [figure.get_suptitle()]
            titles += [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center", "right")]
            said = "; ".join(" ".join(title.replace("$", "").split()) for title in titles if title.strip())
            return draw(figure), {"alt": said} if said else {}
        return register(kind, png)
    formatter.for_type = for_type
_nnlab_titles()
del _nnlab_titles
'''


class CellFailed(RuntimeError):
    """A cell of a notebook raised an error, did not end, or killed its kernel."""

    def __init__(self, name, cell, reason):
        super().__init__(f"{name}, cell {cell.id!r}:\n{reason}")
        self.cell = cell


def environment(strict=False, mylab=None):
    """Environment of a kernel as every run of ours has it: a student's own settings must not leak into what is compared.

    Args:
        strict: an exercise that is not right raises.
        mylab: folder for mylab.py; a scratch folder without.

    GOMP_SPINCOUNT: torch's threads spin while they wait, and two notebooks at once on two cores then take each other the time:
    more than a minute each for trainings that take seconds. Spinning less costs a lone run little.
    """
    own = {name: value for name, value in os.environ.items() if name not in ("NNLAB_STRICT", "MPLBACKEND")}
    own.setdefault("GOMP_SPINCOUNT", "2000")
    own |= {"PYTHONWARNINGS": "ignore::DeprecationWarning", "NNLAB_MYLAB": mylab or _SCRATCH.name}
    return own | ({"NNLAB_STRICT": "1"} if strict else {})


def execute(notebook, name, *, strict=False, prelude="", keep_going=False, each=lambda cell: None, timeout=300,
            mylab=None):
    """A copy of `notebook` with the outputs of a fresh run in `notebooks/`.

    Args:
        notebook: an nbformat notebook; its stored outputs are not used.
        name: what to call it in an error.
        strict: an exercise that is not right raises.
        prelude: Python that runs in the kernel before the first cell and leaves no trace in the notebook.
        keep_going: go on after a cell that raises; its error is among its outputs.
        each: called with each code cell that has run.
        timeout: seconds for one cell.
        mylab: folder in which solved exercises are kept; a scratch folder without.

    Raises:
        CellFailed: a cell raised (unless `keep_going`), ran out of time, or killed the kernel.
    """
    fresh = without_outputs(notebook)
    client = NotebookClient(fresh, timeout=timeout, kernel_name="python3", allow_errors=keep_going,
                            extra_arguments=["--IPKernelApp.log_level=40"],
                            resources={"metadata": {"path": str(NOTEBOOKS)}})
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    with client.setup_kernel(env=environment(strict, mylab)):
        for hidden in filter(None, (_TITLES, prelude)):
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
