"""nnlab.checks.source: stubs, and the dependencies of an answer's source code."""

import ast
import math
import textwrap

import pytest
import torch

from nnlab.checks.source import is_stub, source_to_keep


def parsed(cell):
    tree = ast.parse(textwrap.dedent(cell))
    lines = textwrap.dedent(cell).splitlines(keepends=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.text = "".join(lines[node.lineno - 1:node.end_lineno]).rstrip()
    return tree, next(node for node in tree.body if getattr(node, "name", None) == "answer")


@pytest.mark.parametrize("cell, namespace, missing, parts", [
    ("def answer(x):\n    return torch.relu(x) + len(x)", {}, [], []),
    ("def answer(x):\n    return sqrt(x) + m.pi + other(x)", {"sqrt": math.sqrt, "m": math, "other": lambda x: x},
     ["other"], ["from math import sqrt", "import math as m"]),
    ("from torch import nn as layers\nunused = 1\na, b = 1, 2\ndef answer(x):\n    return layers.ReLU()(x) + b", {}, [],
     ["from torch import nn as layers", "a, b = (1, 2)"]),
    ("def first(x):\n    return second(x)\ndef second(x):\n    return x  # two\ndef answer(x=first):\n    return x", {},
     [], ["def first", "# two"]),
    ("class Base:\n    pass\nclass answer(Base):\n    def __init__(self):\n        super().__init__()\n"
     "        self.y = [z for z in 'a']", {}, [], ["class Base"]),
    ("@torch.no_grad()\ndef answer(x):\n    def inner(y):\n        nonlocal x\n        return x + y\n"
     "    return inner(1)", {}, [], ["@torch.no_grad()"]),
])
def test_source_that_stands_alone(cell, namespace, missing, parts):
    source, lacking = source_to_keep(*parsed(cell), namespace, {"torch", "np"})
    assert lacking == missing and all(part in source for part in parts) and "unused" not in source
    exec(source, {"torch": torch})


class Stub:
    """Nothing yet."""

    def __init__(self, x):
        ...

    def __call__(self):
        """Later."""


class Answer(Stub):
    def __call__(self):
        return 1


def test_stubs_by_their_bytecode():
    def documented(x):
        """Return x."""

    def passing(x):
        pass

    @torch.no_grad()
    def decorated(x):
        ...
    for stub in (documented, passing, decorated, Stub, lambda x: None):
        assert is_stub(stub), stub
    for answer in (lambda x: x, lambda x: 0, Answer, len):
        assert not is_stub(answer), answer
