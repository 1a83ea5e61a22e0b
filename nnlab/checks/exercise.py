"""Exercises: a function or class to write, or a quiz, with its reference and named wrong answers; and verdicts."""

import copy
import dataclasses
import functools
import inspect
import itertools
import linecache
import sys
import textwrap
import types
import weakref

from nnlab.checks.originals import remembered


@dataclasses.dataclass(frozen=True)
class Wrong:
    """A named wrong answer: code that gives the same wrong results, and the feedback on it."""

    answer: object
    says: str


@dataclasses.dataclass(frozen=True)
class Exercise:
    """A function or class to write: the reference, whose docstring is the specification, test cases, feedback, hints.

    Args:
        reference: the correct function or class; its name is the exercise's.
        cases: lines of Python that use that name, smallest first; the last expression of each is compared.
        wrong: named wrong answers; an answer that agrees with one on every case receives its feedback.
        hints: from general to nearly the answer.
        allows: what a correct answer makes possible, in a few words.
        draws: a line like a case whose value, a curve (N,) or an image (H, W), is drawn beside the expected one.
        equivalent: pairs of a change to the reference that no case can detect, as `mutants` writes it, and the reason.
        uses: names that the cases use besides torch, a dictionary.
        signs: lines like cases that tell wrong answers apart; a correct answer need not agree on them.
        given: where the cell begins with code to correct, that code, a function; unchanged, it is not attempted.
        inputs: a function of a `nnlab.checks.inputs.Draw` that returns a random line like a case; None without.
        tries: number of random cases.
        float64: whether the tensors of random cases may be in float64.
        differentiable: whether gradients must flow through the answer, equal to those of the reference.
        fresh: whether no tensor of the result may share its memory with an argument.
        forbids: names of torch's functions that an answer may not call.
        repeats: whether the same case must give the same result again.
        statement: the specification, as the docstring in the notebook's cell; the reference's docstring by default.
    """

    reference: object
    cases: tuple
    wrong: tuple
    hints: tuple
    allows: str
    draws: str = ""
    equivalent: tuple = ()
    uses: dict = dataclasses.field(default_factory=dict)
    signs: tuple = ()
    given: object = None
    inputs: object = None
    tries: int = 40
    float64: bool = True
    differentiable: bool = False
    fresh: bool = False
    forbids: tuple = ()
    repeats: bool = True
    statement: str = ""
    expected: dict = dataclasses.field(default_factory=dict, init=False, repr=False, compare=False)
    # outcomes of the reference and the random cases, filled in by the judge
    name: str = dataclasses.field(init=False)
    originals: list = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self):
        """Remember the attributes of the reference, which a student may set while it stands in for an answer."""
        object.__setattr__(self, "name", self.reference.__name__)
        object.__setattr__(self, "statement", inspect.cleandoc(self.statement or self.reference.__doc__ or ""))
        object.__setattr__(self, "originals", remembered(self.reference, *self.uses.values()))

    @property
    def source(self):
        """Source text of the reference."""
        return textwrap.dedent(inspect.getsource(self.reference))

    def handed_out(self):
        """The reference, as a student gets it: for a class a copy, whose methods may be replaced."""
        return variant(self.reference) if isinstance(self.reference, type) else self.reference


@dataclasses.dataclass(frozen=True)
class Quiz:
    """An exercise whose answer is a list: one value for each question.

    Args:
        name: the exercise's name.
        reference: list of the correct values.
        questions: the questions, a line each.
        wrong: named wrong answers, each a list like the reference;
            feedback comes from one with the same first wrong value.
        hints, allows: as for `Exercise`.
        also: other lists that are correct, too.
        alone: what is asked, in sentences with which each question is understood without the others and without the
            notebook, as in an exam; "" where that cannot be.
    """

    name: str
    reference: list
    questions: tuple
    wrong: tuple
    hints: tuple
    allows: str
    also: tuple = ()
    alone: str = ""

    @property
    def source(self):
        """Line of Python that answers the quiz."""
        return f'{self.name} = check.value("{self.name}", {self.reference!r})\n'

    def handed_out(self):
        """Copy of the list of correct values, which a student may change."""
        return copy.deepcopy(self.reference)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The judgment of an answer: "not attempted", "incorrect" or "correct"; its text; a function to draw it or None.

    `answer` is the value of a correct answer for the cells below.
    """

    kind: str
    text: str
    draw: object = None
    answer: object = None


def with_code_before(exercises, name):
    """List of each `Exercise` that comes before `name` in the dictionary `exercises` by name; no `Quiz`."""
    before = itertools.takewhile(lambda other: other != name, exercises)
    return [exercises[other] for other in before if not isinstance(exercises[other], Quiz)]


def variant(function, *edits, name=None):
    """Copy of `function` with edits in its source text; `inspect.getsource` returns the edited text.

    Args:
        function: a function or class of a module.
        edits: pairs (old, new) of text, applied in order; every occurrence of `old` is replaced.
        name: the ``__name__`` of the copy; that of `function` by default.

    Raises:
        ValueError: the source does not contain `old`.
    """
    text = textwrap.dedent(inspect.getsource(function))
    for old, new in edits:
        if old not in text:
            raise ValueError(f"the source of {function.__name__} does not contain {old!r}")
        text = text.replace(old, new)
    file = f"<variant {next(_NUMBERS)} of {function.__name__}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names = dict(vars(sys.modules[function.__module__]))
    if isinstance(function, type):  # inspect finds the text of a class by its module
        home = sys.modules[file] = types.ModuleType(file)
        home.__dict__.update(names, __name__=file, __file__=file)
        names = vars(home)
    exec(compile(text, file, "exec"), names)
    edited = names[function.__qualname__]
    edited.__name__ = name or function.__name__
    return edited


def once(measure):
    """Cached version of `measure`, a function of an answer: it runs once for each answer."""
    results = weakref.WeakKeyDictionary()

    @functools.wraps(measure)
    def measured(answer):
        own = inspect.unwrap(answer)
        if own not in results:
            results[own] = measure(answer)
        return results[own]

    return measured


_NUMBERS = itertools.count()  # of the variants made
