"""Every notebook: its form, its numerals, its exercises; and each guard rail shown to catch a planted fault."""

import base64
import copy
import io
import re

import nbformat
import numpy as np
import pytest
from PIL import Image
from shared import CAUGHT, SEEN

from nnlab.course.folded import options
from nnlab.course.lint import problems
from nnlab.course.notebooks import code_cells, minutes, paths, printed, read, slide_type
from nnlab.course.numerals import numerals
from nnlab.course.prerequisites import quotes
from nnlab.course.solve import checks_of, exercises_in, guesses_in, names_in, taken_by
from nnlab.guesses import guess_title


def test_form(notebook_path):
    assert problems(read(notebook_path), notebook_path.stem) == []


def test_numerals_in_prose_are_computed_or_cited(notebook_path, solved_runs):
    assert list(numerals(read(notebook_path), solved_runs(notebook_path))) == []


def test_solved_run_is_right_everywhere(notebook_path, solved_runs):
    run = solved_runs(notebook_path)
    answers = [cell for cell in code_cells(run) if exercises_in(cell)]
    assert answers and all(printed(cell).startswith("✓ ") for cell in answers)
    *table, kept = printed(code_cells(run)[-1]).splitlines()
    names = [name for cell in code_cells(run) for name in names_in(cell)]
    assert [line.split() for line in table] == [[name, "correct"] for name in checks_of(run).exercises if name in names]
    assert kept.startswith("mylab.py holds ")
    assert not any(guesses_in(cell) for cell in code_cells(run))
    failed = [line for cell in code_cells(run) for line in printed(cell).splitlines() if line.endswith(": False")]
    assert failed == [], "claims that do not hold"


OF_ANSWERS = re.compile(r"not attempted|incorrect|functions? (is|are) yours|<Figure ")  # what a right answer changes


def unsaid(stored, run):
    """Lines that cells of the notebook as stored print and cells of its solved run do not: pairs of cell id and line.

    Cells with an answer or a guess are left out, and those whose output may differ.
    """
    printed_then = {cell.id: printed(cell).splitlines() for cell in code_cells(run)}
    sources = {cell.id: cell.source for cell in code_cells(run)}
    for cell in code_cells(stored):
        if cell.source == sources[cell.id] and "nbval-ignore-output" not in cell.metadata.get("tags", ()):
            yield from ((cell.id, line) for line in printed(cell).splitlines()
                        if line not in printed_then[cell.id] and not OF_ANSWERS.search(line))


def test_solved_run_prints_all_that_is_stored(notebook_path, solved_runs):
    assert list(unsaid(read(notebook_path), solved_runs(notebook_path))) == []


def test_a_line_that_no_run_prints_is_found():
    stored = {"compare()": "Adam is faster: True\nby 3 steps\n", "answer = None": "not attempted\n",
              "count()": "f  not attempted\n0 of 3 functions are yours\n", "plot()": "<Figure size 9x9 with 1 Axes>"}
    now = {"compare()": "Adam is faster: False\nby 3 steps\nand more\n", "answer = 3": "right\n",
           "count()": "f  correct\n3 of 3 functions are yours\n", "plot()": "5 %\n<Figure size 9x9 with 2 Axes>"}
    notebook, run = (nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(source, id=f"cell-{k}", outputs=[nbformat.v4.new_output("stream", text=said)])
        for k, (source, said) in enumerate(outputs.items())]) for outputs in (stored, now))
    assert list(unsaid(notebook, run)) == [("cell-0", "Adam is faster: True")]
    CAUGHT.append(("stored output", "a claim that no longer holds", "cell-0: Adam is faster: True"))
    notebook.cells[0].metadata.tags = ["nbval-ignore-output"]
    assert list(unsaid(notebook, run)) == []


def ink(png):
    """How many pixels of an image (base64) are not nearly white."""
    return int((np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L")) < 215).sum())


def test_prediction_withholds_its_answer_until_there_is_one(notebook_path, solved_runs):
    untouched, run = read(notebook_path), solved_runs(notebook_path)
    asked = [guess.targets[0].id for cell in code_cells(untouched) for guess in guesses_in(cell)]
    assert asked
    for name in asked:
        before, after = (next(out.data["image/png"] for out in taken_by(notebook, name).outputs
                              if "image/png" in out.get("data", {})) for notebook in (untouched, run))
        assert ink(after) > ink(before) + 1000, f"the image after {name} shows no more than before it"
    figures = {taken_by(untouched, name).id for name in asked}
    assert len(figures) == len(asked), "each prediction has a figure of its own"


def test_prediction_shows_the_guess_beside_what_was_measured(notebook_path, solved_runs):
    run = solved_runs(notebook_path)
    for cell in code_cells(read(notebook_path)):
        for guess in guesses_in(cell):
            figure = taken_by(run, guess.targets[0].id)
            drawn = next(out for out in figure.outputs if "image/png" in out.get("data", {}))
            titles = drawn.metadata["image/png"]["alt"]
            title = guess_title(cell.metadata.nnlab.guess, "")
            assert title in titles, f"{figure.id} does not say {title!r}: {titles}"
            measured = titles.partition(title)[2]
            assert re.match(r"\w", measured), f"{figure.id} does not say what was measured: {titles}"
            chosen = max((option for option in options(cell) if measured.startswith(option)), key=len, default="")
            assert bool(chosen) == bool(options(cell)), f"{figure.id}: {measured!r} is none of {options(cell)}"
            assert not chosen or chosen in cell.metadata.nnlab.answer, f"{cell.id}: its answer is not {chosen!r}"
            assert not chosen or chosen != str(cell.metadata.nnlab.guess), f"{cell.id}: the typical guess is the answer"


def first(notebook, wanted):
    return next(cell for cell in notebook.cells if wanted(cell))


def code(notebook, text):
    return first(notebook, lambda cell: cell.cell_type == "code" and text in cell.source)


def text(notebook, part):
    return first(notebook, lambda cell: cell.cell_type == "markdown" and part in cell.source)


def edited(cell, old, new):
    assert old in cell.source
    cell.source = cell.source.replace(old, new)


def planted(plant):
    """Path and a copy, spoiled by `plant`, of the first lecture of week 1 that has what is to be spoiled."""
    for path in paths(["week01a", "week01b"]):
        notebook = copy.deepcopy(read(path))
        try:
            plant(notebook)
        except (StopIteration, AssertionError, AttributeError, KeyError):
            continue
        return path, notebook
    raise LookupError("neither week 1a nor 1b has what this fault spoils")


def stderr(cell):
    cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text="UserWarning: …"))


def with_figure(cell, change):
    output = next(out for out in cell.outputs if "application/vnd.nnlab.figure+json" in out.get("data", {}))
    change(output)


def no_claims(notebook):
    inside = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            inside = cell.source.startswith("## 2")
        if inside and cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.output_type != "stream"]


def needed_beside_code(cell):
    return cell.cell_type == "code" or slide_type(cell) == "notes" or cell.source.startswith("## ")


def notes(notebook):
    """The first speaker notes of `notebook`."""
    return first(notebook, lambda cell: slide_type(cell) == "notes")


def untold(cell):
    cell.metadata.nnlab.pop("alt")
    for output in cell.outputs:
        output.get("metadata", {}).clear()


def on_one_slide(notebook, cell_id):
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    cell.metadata.slideshow.slide_type = "fragment"


def fold(cell):
    cell.metadata.update(tags=["draws"], cellView="form", jupyter={"source_hidden": True})
    cell.source = f"# @title Draw the figure\n{cell.source}"


def unfold(cell):
    cell.metadata.tags.remove("draws")
    cell.metadata.pop("cellView")
    cell.metadata.pop("jupyter")


ANSWER = code(read(paths(["week01b"])[0]), "guess_serve = None").metadata.get("nnlab", {}).get("answer", ["?"])[0]
SHORT_NOTES = "<details><summary>For the lecturer · 1 min</summary>\n\nHi.\n\n</details>"
LONG = "\n".join(f"step_{k} = {k}" for k in range(26))
PLANTED = {
    "form": [
        ("a random cell id", lambda n: setattr(n.cells[3], "id", "3f9ac01b"), "is not a slug"),
        ("a cell id twice", lambda n: setattr(n.cells[3], "id", n.cells[4].id), "is not a slug of its own"),
        ("a cell not executed", lambda n: setattr(code_cells(n)[2], "execution_count", None), "execution count None"),
        ("cells run out of order", lambda n: setattr(code_cells(n)[2], "execution_count", 41), "execution count 41"),
        ("Colab's metadata", lambda n: n.metadata.update(colab={"provenance": []}), "are not the normal form's"),
        ("another kernel", lambda n: n.metadata.kernelspec.update(name="conda-env"), "are not the normal form's"),
        ("a cell's timing", lambda n: code_cells(n)[2].metadata.update(execution={"start": "…"}),
         "tool: ['execution']"),
        ("text on stderr", lambda n: stderr(code_cells(n)[3]), "stores a warning"),
        ("a stored error", lambda n: code_cells(n)[3].outputs.append(
            nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])), "stores an error"),
        ("a stored widget view", lambda n: with_figure(code(n, 'Figure("neuron")'), lambda out: out.data.update(
            {"application/vnd.jupyter.widget-view+json": {}})), "stores a widget's view"),
        ("an image of an older figure", lambda n: with_figure(code(n, 'Figure("neuron")'), lambda out: out.data[
            "application/vnd.nnlab.figure+json"]["state"].update(bias=2)), "is not of today's figure"),
    ],
    "tags": [
        ("an unknown tag", lambda n: n.cells[5].metadata.update(tags=["hide-me"]), "unknown tag 'hide-me'"),
        ("ignored output", lambda n: code(n, "chosen there").metadata.update(tags=["nbval-ignore-output"]),
         "may not ignore"),
        ("a skipped cell", lambda n: code(n, "chosen there").metadata.update(tags=["nbval-skip"]),
         "not be tagged nbval-skip"),
        ("a comment to nbval", lambda n: edited(code(n, "chosen there"), "device =", "# NBVAL_IGNORE_OUTPUT\ndevice ="),
         "by the comment NBVAL_IGNORE_OUTPUT"),
        ("ignored output, 'load(' in a comment", lambda n: (
            edited(code(n, "chosen there"), "device =", "# load(\ndevice ="),
            code(n, "chosen there").metadata.update(tags=["nbval-ignore-output"])), "may not ignore"),
        ("an error allowed in vain", lambda n: code(n, "def by_loops").metadata.update(
            tags=["raises-exception"]), "it raises no error"),
    ],
    "length": [
        ("a cell of 26 lines", lambda n: setattr(code_cells(n)[3], "source", LONG), "has 26 lines"),
        ("a long line", lambda n: setattr(code_cells(n)[3], "source", "x = '" + "x" * 99 + "'"),
         "has a line of 105 characters"),
        ("too many cells", lambda n: (n.metadata.nnlab.pop("limits"), n.cells.extend(copy.deepcopy(n.cells[:20]))),
         "cells without notes; at most 50"),
        ("too many minutes", lambda n: edited(notes(n), "1 min</summary>", "46 min</summary>"),
         "minutes; at most 45 make one sitting"),
        ("too many slides", lambda n: [cell.metadata.update(slideshow={"slide_type": "slide"}) for cell in n.cells],
         "slides; at most 18 make one sitting"),
        ("an exemption that is too generous", lambda n: n.metadata.nnlab.limits.update(minutes=99),
         "metadata allow 99 minutes"),
        ("an exemption from nothing", lambda n: n.metadata.nnlab.limits.update(words=9),
         "metadata allow 'words'; choose from"),
        ("all code", lambda n: setattr(n, "cells", list(filter(needed_beside_code, n.cells))), "cells of text to"),
    ],
    "prose": [
        ("a sentence twice", lambda n: setattr(n.cells[1], "source", "We count the dead units. " * 2),
         "says 2 times 'We count the dead units.'"),
        ("a link to no notebook", lambda n: setattr(n.cells[1], "source", "[6z](week06z_sleep.ipynb#cell-id=nap)"),
         "links to week06z_sleep.ipynb, which does not exist"),
        ("a link to no cell", lambda n: setattr(n.cells[1], "source", "[1d](week01d_learning.ipynb#cell-id=nap)"),
         "links to the cell 'nap' of week01d_learning.ipynb"),
        ("a link to no cell of its own", lambda n: setattr(n.cells[1], "source", "[below](#cell-id=nap)"),
         "links to the cell 'nap' of week01a"),
    ],
    "python": [
        ("a magic", lambda n: setattr(code_cells(n)[3], "source", "%matplotlib inline\nx = 1"),
         "write %matplotlib as get_ipython()"),
        ("a shell escape", lambda n: setattr(code_cells(n)[3], "source", "!nvidia-smi"), "is not Python"),
    ],
    "folded": [
        ("a drawing that is open", lambda n: code(n, "# @title").metadata.pop("jupyter"), "folded in one program"),
        ("a folded cell without its tag", lambda n: code(n, "# @title").metadata.pop("tags"), "folded in one program"),
        ("a folded cell without a title", lambda n: edited(code(n, "# @title"), "# @title", "#"),
         "does not begin with a title"),
        ("a folded cell that a later one needs",
         lambda n: edited(code(n, "# @title Draw the out"), "plt.show()", "labels = 0"),
         "defines 'labels', which cell"),
        ("a folded function that a later one needs", lambda n: fold(code(n, "def train(")), "'train', which cell"),
        ("a folded cell that trains", lambda n: edited(code(n, "# @title"), "plt.show()", "fit(1)\nplt.show()"),
         "it calls fit"),
        ("an exercise that is folded", lambda n: fold(code(n, "def relu(")), "holds an exercise or a guess"),
    ],
    "answers": [
        ("an answer in an open cell's code",
         lambda n: edited(code(n, "def train("), "def train(", f"# {ANSWER}\ndef train("),
         f"cell 'learn' holds the answer {ANSWER!r} of 'guess_serve'"),
        ("an answer in what an open cell prints", lambda n: code(n, "def train(").outputs.append(
            nbformat.v4.new_output("stream", text=f"{ANSWER}!\n")), f"cell 'learn' holds the answer {ANSWER!r}"),
        ("an answer in an open cell over two lines",
         lambda n: edited(code(n, "def train("), "def train(", '"""only the\n**step**"""\ndef train('),
         "cell 'learn' holds the answer 'only the step'"),
        ("an answer in a title for Colab", lambda n: edited(code(n, "guess_serve is None"), "before and after training",
                                                            "before and after: the step"), "in its source: title"),
        ("an answer in the heading of the section", lambda n: edited(text(n, "## 4 · A stack"), "A stack of layers",
                                                                     "A straight line"), "cell 'stack' holds"),
        ("an answer below the question",
         lambda n: edited(text(n, "(d) none of them"), "(d) none of them", "(d) none of them\n\nIt is flat."),
         "cell 'serve' holds the answer 'flat'"),
        ("an answer in the notes beside the question", lambda n: edited(text(n, "the line where we begin"),
         "Do not comment", "The step is **flat**. Do not comment"), "cell 'serve-notes' holds the answer 'flat'"),
        ("an answer in the notes of a slide before", lambda n: edited(text(n, "it has a corner"), "it has a corner",
         "The step is flat"), "cell 'activations-notes' holds the answer 'flat'"),
        ("a hint that others guess too little", lambda n: edited(text(n, "what loops take"), "what loops take",
         "what loops take. Do not say that nearly all guesses are too small"), "holds the answer 'too small'"),
        ("an answer in code before the question", lambda n: edited(code(n, "def relu("), "import check",
         "import check  # the step will not do"), "cell 'relu-answer' holds the answer 'the step'"),
        ("an answer in a text between", lambda n: edited(text(n, "The same random layers twice"), "twice",
         "twice, straight above"), "cell 'stack-answer-text' holds the answer 'straight' of 'guess'"),
        ("an answer in the title of its figure", lambda n: edited(code(n, "guess_title(guess,"), "fig.suptitle(",
         'fig.suptitle("No activation: one straight line")\nfig.suptitle('),
         "'stack-figure' holds the answer 'one straight line'"),
        ("an answer in what its figure prints", lambda n: edited(code(n, "guess_title(guess_speed,"), "plt.show()",
         'print("100 times as fast:", speedup > 99)\nplt.show()'), "'speed-figure' holds the answer '100 times'"),
        ("an answer in an f-string of its figure", lambda n: edited(code(n, "guess_title(guess_speed,"), "plt.show()",
         'print(f"{speedup}: hundreds of times")\nplt.show()'), "'speed-figure' holds the answer 'hundreds of times'"),
        ("an answer in a comment of its figure", lambda n: edited(code(n, "guess_title(guess_speed,"), "plt.show()",
         "plt.show()  # hundreds of times as fast"), "'speed-figure' holds the answer 'hundreds of times'"),
        ("an answer in a condition of its figure", lambda n: edited(code(n, "guess_title(guess_speed,"), "plt.show()",
         'print("fast:", speedup > 1e2)\nplt.show()'), "'speed-figure' holds the answer 100"),
        ("an answer in a condition before its figure", lambda n: edited(code(n, "def by_loops"), "best_rate =",
         "assert speedup > 100\nbest_rate ="), "'speed-measure' holds the answer 100"),
        ("a comparison with the right option alone", lambda n: edited(code(n, "guess_title(guess_serve,"), "plt.show()",
         "plt.show() if guess_serve != 'the step' else 0"), "'serve-figure' holds the answer 'the step'"),
        ("an option twice in its figure", lambda n: edited(code(n, "guess_title(guess,"), "plt.show()",
         "plt.show() if guess != 'one straight line' else 0"), "'stack-figure' holds the answer 'one straight line'"),
        ("one option less than all in its figure", lambda n: edited(code(n, "guess_title(guess,"), '"a smooth curve"',
         '"curved"'), "'stack-figure' holds the answer 'one straight line'"),
        ("an answer in the title of an image before", lambda n: code(n, "# @title Draw four activation").outputs[0]
         .metadata["image/png"].update(alt="The step is flat"), "'activations-figure' holds the answer 'flat' of"),
        ("a guess whose answer is not told", lambda n: code(n, "guess_serve = None").metadata.nnlab.pop("answer"),
         "does not say in its metadata by which words"),
        ("a figure that answers in the open", lambda n: unfold(code(n, "guess_serve is None")),
         "is taken by no folded cell"),
    ],
    "opening": [
        ("no copy in Drive", lambda n: edited(text(n, "Save a copy"), "Save a copy", "Keep"),
         "lacks 'File > Save a copy"),
        ("a badge of elsewhere", lambda n: edited(text(n, "colab-badge"), "/blob/v", "/blob/main"),
         "opening lacks '(https://colab"),
        ("other minutes", lambda n: edited(text(n, "**Minutes.**"), "**Minutes.** ", "**Minutes.** 9"),
         "its notes add up to"),
        ("no prerequisites", lambda n: edited(text(n, "**Prereq"), "**Prerequisites.**", ""),
         "lacks '**Prerequisites.**'"),
        ("an old first cell", lambda n: edited(code_cells(n)[0], "--branch=v", "--branch=main-"),
         "is not the published one"),
    ],
    "ending": [
        ("no further reading", lambda n: edited(text(n, "Further reading"), "### Further reading", ""),
         "lacks '### Further"),
        ("no table of exercises", lambda n: edited(code_cells(n)[-1], "check.progress()", "pass"),
         "lacks 'check.progress()'"),
    ],
    "notes": [
        ("a slide without notes", lambda n: n.cells.remove(notes(n)), "no speaker notes"),
        ("notes without minutes", lambda n: edited(notes(n), " min</sum", " m</sum"),
         "in the form <details><summary>For the lecturer"),
        ("notes of six words", lambda n: setattr(notes(n), "source", SHORT_NOTES), "need 30 words"),
    ],
    "story": [
        ("a story of nine sentences", lambda n: n.metadata.nnlab.update(story=n.metadata.nnlab.story.split(". ", 1)[1]),
         "has 9 sentences instead of 10"),
        ("no story", lambda n: n.metadata.nnlab.pop("story"), "has 0 sentences instead of 10"),
        ("a story in a cell", lambda n: edited(notes(n), "· 1 min</summary>", "· the story</summary>"),
         "belongs into the notebook's metadata"),
    ],
    "predictions": [
        ("an answer on its question's slide", lambda n: on_one_slide(n, "stack-answer-text"),
         "answers 'guess' on the slide"),
    ],
    "claims": [
        ("a section that prints nothing", no_claims, "prints no claim"),
        ("a stored claim that is false",
         lambda n: code(n, "chosen there").outputs[0].update(text="accuracy above 0.9: False\n"),
         "stores a claim that does not hold"),
        ("an image without its text", lambda n: untold(code(n, "# @title Draw the activation functions")),
         "has neither a title nor"),
    ],
    "prerequisites": [
        ("a later week's module", lambda n: edited(code_cells(n)[1], "import timeit", "from nnlab.train import fit"),
         "imports nnlab.train, which no notebook up to this one introduces"),
        ("the same in another form",
         lambda n: edited(code_cells(n)[1], "import timeit", "from nnlab import models, plots"),
         "imports nnlab.models, which no notebook up to"),
        ("the same beside another",
         lambda n: edited(code_cells(n)[1], "import timeit", "import timeit, nnlab.optim as o"),
         "imports nnlab.optim, which no notebook up to"),
        ("an exercise that cannot run alone",
         lambda n: edited(code(n, "class Neuron"), "from nnlab.exercises.week01 import check\n\n", ""),
         "does not import its check"),
        ("an empty sabotage", lambda n: n.metadata.nnlab.update(sabotage={}), "do not say which faults apply"),
        ("a prediction without a guess", lambda n: code(n, "guess = None").metadata.pop("nnlab"), "has no guess"),
        ("sabotage of a cell that is gone", lambda n: n.metadata.nnlab.sabotage.update(labels=["gone"]),
         "cells ['gone']"),
        ("an unknown sabotage", lambda n: n.metadata.nnlab.sabotage.update(gremlins=[n.cells[0].id]), "unknown fault"),
        ("no sabotage at all", lambda n: n.metadata.nnlab.pop("sabotage"), "do not say which faults apply"),
    ],
}


@pytest.mark.parametrize("rail, fault, plant, said",
                         [(rail, *planted) for rail, faults in PLANTED.items() for planted in faults],
                         ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "")
def test_planted_faults_are_caught(rail, fault, plant, said):
    path, spoiled = planted(plant)
    found = problems(spoiled, path.stem)
    assert any(said in problem for problem in found), found
    CAUGHT.append((rail, fault, next(problem for problem in found if said in problem).removeprefix(f"{path.stem}: ")))


@pytest.mark.parametrize("told, plant", [
    ("notes that name every option", lambda n: edited(
        text(n, "One layer is on the axes"), "Do not comment",
        "Count one straight line, then a line with a few corners, then a smooth curve")),
    ("a figure that chooses among every option", lambda n: edited(
        code(n, "guess_title(guess_serve,"), "plt.show()",
        "print(('the step', 'the step and ReLU', 'the linear one').index(measured))\nplt.show()")),
    ("numbers of headings, sections and minutes", lambda n: edited(
        text(n, "only in the middle"), "passes on", "(section 1, week 1) passes on")),
    ("the answer after its figure", lambda n: edited(
        text(n, "steeper derivatives than"), "only.", "only, in the middle.")),
    ("a larger number", lambda n: edited(text(n, "what loops take"), "take", "take; 2,100 times, 100.5 times")),
])
def test_what_gives_no_answer_away(told, plant):
    path, notebook = planted(plant)
    assert problems(notebook, path.stem) == []


QUOTED = """
def set_aside(path):
    \"\"\"Other words than the package's.\"\"\"
    kept = path.with_name(path.name + ".damaged")
    os.replace(path, kept)
    return kept
"""


@pytest.mark.parametrize("fault, source, tag, said", [
    ("(none: another docstring)", QUOTED, "quotes:nnlab.files.set_aside", None),
    ("another suffix", QUOTED.replace(".damaged", ".bad"), "quotes:nnlab.files.set_aside",
     "differs from what it quotes"),
    ("swapped operands", QUOTED.replace("(path, kept)", "(kept, path)"), "quotes:nnlab.files.set_aside",
     "differs from what it quotes"),
    ("a decorator more", QUOTED.replace("def ", "@no_grad\ndef "), "quotes:nnlab.files.set_aside",
     "differs from what it quotes"),
    ("nothing of that name", "x = 1", "quotes:nnlab.files.set_aside", "differs from what it quotes"),
    ("a name that is not there", QUOTED, "quotes:nnlab.files.put_aside", "does not exist"),
    ("a module that is not there", QUOTED, "quotes:nnlab.nowhere.set_aside", "does not exist"),
])
def test_quotes_are_the_package(fault, source, tag, said):
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(source.strip(), id="quoting", metadata={"tags": [tag]})])
    found = list(quotes(notebook, "x"))
    if said is None:
        assert found == []
    else:
        assert len(found) == 1 and said in found[0]
        CAUGHT.append(("quotes", fault, found[0]))


@pytest.mark.parametrize("prose, sources, said", [
    ("It gives 12 of 30.", {}, None),
    ("Twelve thousand is 12,000, and -4.5 is below zero.", {}, None),
    ("See chapter 6, figure 3 (Rosenblatt 1958), $x_{77}$, `y[88]`, [here](http://a.b/99).", {}, None),
    ("1. One\n2. Two\n\n### 41 lines", {}, None),
    ("β is 0.95 (Kingma).", {"0.95": "Kingma and Ba 2015, table 1"}, None),
    ("A shape of (12,30).", {}, None),
    ("A step of 1e-3.", {}, "says 0.001"),
    ("It gives 13 of 30.", {}, "says 13"),
    ("Accuracy 0.991 was reached.", {}, "says 0.991"),
    ("That is 97 % of them.", {}, "says 97"),
    ("| width | 1,697 |", {}, "says 1697"),
])
def test_numerals(prose, sources, said):
    new = nbformat.v4
    notebook = new.new_notebook(cells=[
        new.new_markdown_cell("## 1 · Part"), new.new_markdown_cell(prose, id="prose", metadata={"sources": sources}),
        new.new_code_cell("print(3 * 4, 'of', 30, 12000, -4.5)"),
        new.new_markdown_cell("## 2 · Next"), new.new_code_cell("x = 13, 97, 0.991, 1697")])
    run = copy.deepcopy(notebook)
    run.cells[2].outputs = [new.new_output("stream", text="12 of 30 12000 -4.5\n")]
    found = list(numerals(notebook, run))
    if said is None:
        assert found == []
    else:
        assert len(found) == 1 and said in found[0]
        CAUGHT.append(("numerals", prose, found[0]))


def test_seen_sizes():
    for path in paths():
        notebook = read(path)
        exercises = sum(len(names_in(cell)) for cell in code_cells(notebook))
        asked = sum(len(guesses_in(cell)) for cell in code_cells(notebook))
        SEEN.append(f"{path.stem}: {len(notebook.cells)} cells, {path.stat().st_size // 1024} kB, "
                    f"{exercises} exercises, {asked} predictions, {minutes(notebook)} minutes")
        assert path.stat().st_size < 2_000_000
