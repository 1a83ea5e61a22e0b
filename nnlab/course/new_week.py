"""``python -m nnlab.course new-week``: a lecture in the course's form, with exercises and a test, to be rewritten.

The form is a small lecture of its own, on nearest neighbors, in templates/week/. It passes every test as it is, so
that whatever fails later was broken by a change.
"""

import ast
import re
import textwrap

import nbformat

from nnlab.course import outline
from nnlab.course.execute import execute
from nnlab.course.frame import TEMPLATES
from nnlab.course.normalize import normal
from nnlab.course.notebooks import NOTEBOOKS, ROOT, minutes, spoken, title, write
from nnlab.course.publish import badges, stamp
from nnlab.files import write_text

_FORM, _EXERCISES = TEMPLATES / "week", ROOT / "nnlab" / "exercises"
_STEM = re.compile(r"(week(\d\d))([a-z])_[a-z][a-z0-9_]*")
_ROW = re.compile(r"\| \[Week [^\]]*\]\(notebooks/(week\w+)\.ipynb\)")  # of README's table of lectures
WIDTH = 120  # columns of a line of code


def new_week(stem, name=""):
    """List of the paths that it has written: a notebook, its exercises, its test, and the file of its week.

    The table of lectures in README.md and the outline get a row as well.

    Args:
        stem: the notebook's name, such as "week07a_attention".
        name: title of the lecture; from the notebook's name without.

    Raises:
        ValueError: `stem` has another form.
        FileExistsError: one of the files is there already; none is written.
    """
    if not (found := _STEM.fullmatch(stem)):
        raise ValueError(f"{stem!r} is no name of a notebook: write weekNNx_subject, as in week07a_attention")
    week, module = found[1], found[1] + found[3]
    name = name.strip() or stem.partition("_")[2].replace("_", " ").capitalize()
    words = {"NUMBER": f"{int(found[2])}{found[3]}", "TITLE": name, "MODULE": module, "WEEK": week,
             "BADGES": badges(stem)}
    notebook, exercises = NOTEBOOKS / f"{stem}.ipynb", _EXERCISES / f"{module}.py"
    test = ROOT / "tests" / f"test_{module}.py"
    there = [path for path in (*NOTEBOOKS.glob(f"{module}_*.ipynb"), exercises, test) if path.exists()]
    if there:
        raise FileExistsError(f"{there[0].relative_to(ROOT)} is there already: choose the next letter, or remove it")
    gathers, readme = _EXERCISES / f"{week}.py", ROOT / "README.md"
    shown = readme.read_text(encoding="utf-8")
    before = gathers.read_text(encoding="utf-8") if gathers.exists() else ""
    try:
        write_text(exercises, _filled("exercises.txt", words))
        write_text(test, _filled("tests.txt", words))
        write_text(gathers, gathered(week, name, before))
        made = _executed(stem, words)
        write(made, notebook)
        write_text(readme, _listed(shown, made, stem))
    except BaseException:  # all or nothing
        for path in (exercises, test, notebook, gathers):
            path.unlink(missing_ok=True)
        if before:
            write_text(gathers, before)
        write_text(readme, shown)
        raise
    outline.written()
    print(f"{stem}: a lecture in the course's form, executed. Rewrite it, then: make check NOTEBOOK={stem}")
    for path in (notebook, exercises, test, gathers):
        print(f"  {path.relative_to(ROOT)}")
    return [notebook, exercises, test, gathers]


def _executed(stem, words):
    """The notebook of the form with `words` in the places of their names, executed, in its normal form."""
    made = nbformat.reads((_FORM / "notebook.json").read_text(encoding="utf-8"), 4)
    for cell in made.cells:
        cell.source = _with(cell.source, words)
    for cell in made.cells:
        cell.source = cell.source.replace("**Minutes.** 0", f"**Minutes.** {spoken(made.cells)}")
    stamp(made, stem)
    done = execute(made, stem)
    normal(done)
    return done


def _listed(readme, notebook, stem):
    """The text `readme` with a row for the new `notebook` in its table of lectures, in the order of their names."""
    row = (f"| [{title(notebook)}](notebooks/{stem}.ipynb) | classify an image by its nearest neighbor; what a network "
           f"must be better at | {minutes(notebook)} min, Fashion-MNIST | {badges(stem)} |")
    lines = readme.split("\n")
    after = [k for k, line in enumerate(lines) if (other := _ROW.match(line)) and other[1] < stem]
    lines.insert(after[-1] + 1, row)
    return "\n".join(lines)


def gathered(week, name, old=""):
    """Text of the module that gathers the exercises of a `week`, after the sentence at the head of its `old` text."""
    modules = sorted(path.stem for path in _EXERCISES.glob(f"{week}[a-z].py"))
    sentence = ast.get_docstring(ast.parse(old)) or f"Week {int(week[4:])}: {name[:1].lower()}{name[1:]}."
    begin = f'check = Checks("{week}", ['
    entries = textwrap.wrap(", ".join(f"*{module}.EXERCISES" for module in modules), WIDTH - len(begin) - 2)
    listed = ("\n" + " " * len(begin)).join(entries)
    return (f'"""{sentence}"""\n\nfrom nnlab.checks.core import Checks\n'
            f"from nnlab.exercises import {', '.join(modules)}\n\n{begin}{listed}])\n")


def _filled(name, words):
    return _with((_FORM / name).read_text(encoding="utf-8"), words)


def _with(text, words):
    """`text` with each name in `words` replaced."""
    return re.sub(rf"\b({'|'.join(words)})\b", lambda found: words[found[1]], text)
