"""The setting of a prediction: its figure without the answer, drawn anew in a solved run, for the slide that asks."""

import copy

import nbformat

from nnlab.course.notebooks import code_cells
from nnlab.course.solve import guesses_in, taken_by

# The figure's own code with no guess; the guess and the random numbers afterwards are as if it had not run. All other
# names begin with an underscore: a notebook may call something "random". An image beside a question has about 700 of a
# slide's pixels, of which its words need 15.
_ASKING = """import random as _random, numpy as _numpy, torch as _torch
_kept = {names}, _random.getstate(), _numpy.random.get_state(), _torch.get_rng_state()
_images = get_ipython().display_formatter.formatters["image/png"]
_images.legible = 15 / 700
{nothing} = None
{source}
_images.legible = 0
{names}, *_kept = _kept
_random.setstate(_kept[0]), _numpy.random.set_state(_kept[1]), _torch.set_rng_state(_kept[2]);
"""


def asking(solved, untouched):
    """A copy of the notebook `solved` in which each figure of a prediction is drawn without the answer first.

    Args:
        solved: the notebook with its guesses.
        untouched: the same notebook as students get it.
    """
    full, names = copy.deepcopy(solved), {}
    for cell in code_cells(untouched):
        for guess in guesses_in(cell):
            if (figure := taken_by(untouched, guess.targets[0].id)) is not None:
                names.setdefault(figure.id, []).append(guess.targets[0].id)
    cells = []
    for cell in full.cells:
        if cell.id in names:
            source = _ASKING.format(names=f"({', '.join(names[cell.id])},)", nothing=" = ".join(names[cell.id]),
                                    source=cell.source)
            cells.append(nbformat.v4.new_code_cell(source, id=_id(cell)))
        cells.append(cell)
    full.cells = cells
    return full


def gathered(run):
    """The notebook `run`, in place, without the cells that `asking` put in: an answer's output holds its setting."""
    settings = {cell.id: _image(cell) for cell in run.cells}
    for cell in code_cells(run):
        answer = _image(cell)
        if answer is not None and (setting := settings.get(_id(cell))) is not None:
            answer.metadata.setdefault("nnlab", {})["setting"] = {
                "png": setting.data["image/png"], **setting.metadata.get("image/png", {})}
    answers = {_id(cell) for cell in run.cells}
    run.cells = [cell for cell in run.cells if cell.id not in answers]
    for count, cell in enumerate(code_cells(run), start=1):
        cell.execution_count = count
    return run


def with_settings(run, untouched):
    """A copy of `run` with, after each guess, the figure without its answer.

    It is as the run drew it, or, where the run did not, as the notebook `untouched` stores it.
    """
    run = copy.deepcopy(run)
    answers = {cell.id: _image(cell) for cell in code_cells(run)}
    for asked in code_cells(untouched):
        for guess in guesses_in(asked):
            figure = taken_by(untouched, guess.targets[0].id)
            if figure is not None and (setting := _drawn(answers.get(figure.id)) or _stored(figure)):
                place = next(k for k, cell in enumerate(run.cells) if cell.id == asked.id)
                run.cells.insert(place + 1, _shown(setting, f"{asked.id}-setting"))
    return run


def _drawn(answer):
    """The setting that a solved run keeps with the output `answer`, or None."""
    return answer and answer.get("metadata", {}).get("nnlab", {}).get("setting")


def _stored(figure):
    """The setting that the code cell `figure` of an untouched notebook stores, or None."""
    stored = _image(figure)
    return stored and {"png": stored.data["image/png"], **stored.metadata.get("image/png", {})}


def _shown(setting, name):
    """A code cell called `name` whose output is the image `setting`, and whose code slides leave out."""
    data = {key: value for key, value in setting.items() if key != "png"}
    data["alt"] = data.get("alt") or "The axes of the answer, still empty"
    output = nbformat.v4.new_output("display_data", {"image/png": setting["png"].strip()},
                                    metadata={"image/png": data, "nnlab": {"shows": "setting"}})
    return nbformat.v4.new_code_cell("", id=name, metadata={"tags": ["draws"]}, outputs=[output])


def _image(cell):
    """The output of the cell `cell` that is an image, or None."""
    return next((one for one in cell.get("outputs", ()) if "image/png" in one.get("data", {})), None)


def _id(cell):
    """Name of the cell that draws the setting of the figure in `cell`."""
    return f"{cell.id}-setting"
