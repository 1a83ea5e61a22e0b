"""Situations of a student in a notebook: cells that run one after the other, and the text that each must print."""

import re

START = "from nnlab.exercises.week01 import check\n\n"
FRESH = """import math, os, pathlib
import nnlab.checks.running as running
import matplotlib.pyplot as plt
import numpy as np
import torch
from nnlab.exercises.week01 import check
running.SECONDS, running.MEMORY = 10, 2 << 30
check.__init__(check.week, list(check.exercises.values()))
folder = pathlib.Path(os.environ["NNLAB_MYLAB"])
for file in folder.glob("mylab*"):
    file.unlink()
"""
SHOW = "print((folder / 'mylab.py').read_text(encoding='utf-8'))"


def relu(*body):
    """A cell that answers the exercise relu with `body`."""
    return START + "@check\ndef relu(x):\n" + "".join(f"    {line}\n" for line in body)


RIGHT = relu("return x.clamp(min=0)")
_COLORS = re.compile(r"\x1b\[[\d;]*m")
KEPT = "✓ relu is right and kept in mylab.py. "
NEURON = '''class Base:
    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias


@check
class Neuron(Base):
    # mine
    def __init__(self, weights, bias, activation):
        {}.__init__(weights, bias)
        self.activation, self.calls = activation, 0

    def __call__(self, inputs):
        self.calls += 1
        return self.activation((inputs * self.weights).sum(-1) + self.bias)
'''

INPUT = "input() finds nothing to read while an answer is judged: take what you need from the arguments"
LOST = "`check` is not the course's any more: run from nnlab.exercises.week01 import check"
STOPPED = "ERROR: relu was stopped and not judged; run the cell again"
SUMS = "[(4,), (3,), (3, 4), (60, 784)]"  # the right answers to shapes
OWN = """import torch.nn.functional as F
print(torch.relu is torch._C._VariableFunctions.relu, 'clamp' in vars(torch.Tensor), F.relu.__module__,
      torch.nn.Linear.forward.__module__, math.exp(0), np.maximum(0, 1))"""
IS_OWN = "True False torch.nn.functional torch.nn.modules.linear 1.0 1"
COUNTS = ("text = file.read_text(encoding='utf-8')\n"
          "print([text.count(f'def {name}') for name in ('relu', 'elu', 'mine')])")
SOFTMAX = (START + "@check\ndef softmax(z):\n    e = torch.exp(z - z.max(-1, keepdim=True).values)\n"
           "    return e / e.sum(-1, keepdim=True)\n")


def settled(*settings):
    """Cells that answer relu rightly and wrongly, each after the statement `settings[0]`; `settings[1]` undoes it."""
    begins, ends = settings
    return [(FRESH, None), (begins, None), (relu("return torch.where(x > 0, x, torch.zeros(()))"), KEPT),
            (relu("return x + torch.zeros(())"), "✗ relu"), (RIGHT, KEPT), (ends, None)]


# name -> pairs of a cell and a text, or several, that it must print (None: any); "!" before a text: it must not be
# printed; "ERROR: ..." is the whole of an error's traceback, "ERROR" permits an ordinary one
SITUATIONS = {
    "the exercise's cell alone after a restart": [
        (relu("return torch.clamp(x, min=0)"), "`torch` is not defined here. If a cell")],
    "first run": [
        (FRESH, None), (relu("..."), "○ relu: not attempted yet"), ("print(relu(torch.tensor(-1.0)))", "tensor(0.)")],
    "a stub with a comment and a docstring": [
        (FRESH, None), (relu('"""Rectify."""', "# x is a tensor", "..."), "○ relu")],
    "edited and run again": [
        (FRESH, None), (relu("return -x"), "✗ relu is not right yet"), (RIGHT, KEPT),
        (relu("return abs(x)"), "a negative input becomes positive"), (SHOW, "x.clamp(min=0)")],
    "out of order": [
        (FRESH, None), (START + "@check\ndef leaky_relu(x):\n    return relu(x) - relu(-x) / 10",
                        "it needs `relu`; solve that first, then run this cell again"),
        (RIGHT, KEPT),
        (START + "@check\ndef leaky_relu(x):\n    return relu(x) - relu(-x) / 10", "leaky_relu is right and kept")],
    "a cell copied": [
        (FRESH, None), (RIGHT, KEPT), (RIGHT, KEPT), (SHOW.replace("utf-8')", "utf-8').count('def relu')"), "1")],
    "a cell split: the helper in another": [
        (FRESH, None), ("def positive(x):\n    return x * (x > 0)", None),
        (relu("return positive(x)"),
         "✓ relu is right, but not kept in mylab.py: it needs `positive`; define that in the")],
    "a helper and a constant in the same cell": [
        (FRESH, None), (START + "LIMIT = 0\n\ndef positive(x):\n    return x.clamp(min=LIMIT)  # at 0\n\n"
                        "@check\ndef relu(x):\n    return positive(x)\n", KEPT),
        (SHOW, "# at 0"), (SHOW, "LIMIT = 0")],
    "two exercises in a cell": [
        (FRESH, None), (RIGHT + "\n@check\ndef elu(x):\n    return x\n", KEPT), (SHOW, "!def elu")],
    "recursion": [
        (FRESH, None), (START + "@check\ndef one_layer(layers):\n    if len(layers) == 1:\n        return layers[0]\n"
                        "    (A, a), (B, b) = layers[:2]\n    return one_layer([(A @ B, a @ B + b), *layers[2:]])\n",
                        "✓ one_layer is right and kept")],
    "a class with super(), a base and state": [
        (FRESH, None), (START + NEURON.format("super()"), "✓ Neuron is right and kept"),
        (SHOW, "class Base:"), (SHOW, "# mine")],
    "a class with super(Name, self)": [
        (FRESH, None), (START + NEURON.format("super(Neuron, self)"), "✓ Neuron is right and kept")],
    "a cell under %%time": [
        (FRESH, None), ("%%time\n" + RIGHT, "✓ relu is right, but not kept: a magic such as %%time"),
        ("%%time\n" + relu("..."), "○ relu: not attempted")],
    "NumPy in place of torch": [
        (FRESH, None), (relu("return np.maximum(x.numpy(), 0)"), "Stay with torch's operations")],
    "NumPy, and its error": [(FRESH, None), (relu("return x + np.ones('x')"), "your line  return x + np.ones('x')")],
    "an int where a tensor is due": [(FRESH, None), (relu("return 0"), "The result is the same for every input")],
    "a list where a tensor is due": [
        (FRESH, None), (relu("return x.clamp(min=0).tolist()"), "no gradient flows through them")],
    "a result on another device": [
        (FRESH, None), (relu("return x.clamp(min=0).to('meta')"), "on meta instead of cpu")],
    "the input changed in place": [
        (FRESH, None), (relu("return x.clamp_(min=0)"), "your answer changed its input x in place")],
    "printing": [(FRESH, None), (relu("print('noise', x)", "return x.clamp(min=0)"), KEPT),
                 (relu("print('noise', x)", "return x.clamp(min=0)"),
                  ("Your answer prints, for relu(torch.tensor(0.0)):", "noise tensor(0.)")),
                 (relu("print('noise', x)", "return x"), "Your answer prints, for relu(torch.tensor(-3.0)):"),
                 (relu("for k in range(99):", "    print(k)", "return x.clamp(min=0)"), "... and 94 more lines"),
                 (relu("for k in range(99):", "    print(k)", "return x.clamp(min=0)"), "!77")],
    "plotting inside": [
        (FRESH, None), (relu("plt.plot([1, 2])", "return x.clamp(min=0)"), KEPT), ("plt.get_fignums()", "[]"),
        (relu("plt.plot([1, 2])", "return x.clamp(min=0)"), "image/png"),
        (relu("plt.plot([1, 2])", "plt.show()", "return x.clamp(min=0)"), "image/png")],
    "an infinite loop": [
        (FRESH + "running.SECONDS = 0.5", None), (relu("while True:", "    pass"), "which loop never stops?")],
    "memory that grows in a loop": [
        (FRESH + "running.MEMORY = 300 << 20", None),
        (relu("kept = []", "while True:", "    kept.append(torch.ones(10 ** 6))"), "what grows in its loop?")],
    "infinite recursion": [(FRESH, None), (relu("return relu(x)"), "Infinite recursion: the function calls itself")],
    "raise SystemExit": [(FRESH, None), (relu("raise SystemExit"), "return the result with return")],
    "exit() and quit()": [
        (FRESH, None), (relu("exit()"), "return the result with return"), (relu("quit()"), "return the result with"),
        ("import time\ntime.sleep(0.5)\nprint('alive')", "alive"), (RIGHT, KEPT)],
    "other ends of the kernel": [
        (FRESH, None), (relu("import sys", "sys.exit(3)"), "return the result with return"),
        (relu("import os", "os._exit(1)"), "return the result with return"),
        (relu("import os", "os.abort()"), "return the result with return"), ("print('alive')", "alive")],
    "the stop button": [
        (FRESH, None), (relu("import os, signal", "os.kill(os.getpid(), signal.SIGINT)", "while True:", "    pass"),
                        STOPPED),
        ("relu = None\n" + RIGHT, KEPT), ("print(relu(torch.tensor(-1.0)))", "tensor(0.)")],
    "the stop button, with mylab.py": [
        (FRESH, None), (RIGHT, KEPT),
        ("file = folder / 'mylab.py'\nhad = file.read_text(encoding='utf-8')\n"
         "_ = file.write_text('import os, signal\\nos.kill(os.getpid(), signal.SIGINT)\\n' + had)", None),
        (RIGHT, STOPPED),
        ("from nnlab.checks import yours\nmine = yours('week01.relu')",
         "ERROR: week01.relu was stopped and not judged; run the cell again")],
    "asking the user": [
        (FRESH + "ask = input", None), (relu("input('x')", "return x.clamp(min=0)"), (INPUT, "your line  input('x')")),
        (relu("ask('x')", "return x.clamp(min=0)"), INPUT),
        (relu("import getpass", "getpass.getpass()", "return x.clamp(min=0)"), INPUT),
        (relu("import sys", "sys.stdin.readline()", "return x.clamp(min=0)"), INPUT),
        (relu("import sys", "float(sys.stdin.read())", "return x.clamp(min=0)"), INPUT),
        (relu("import sys", "for line in sys.stdin:", "    pass", "return x.clamp(min=0)"), INPUT)],
    "torch patched inside an answer": [
        (FRESH, None), (OWN, IS_OWN),
        (relu("torch.relu = torch.sigmoid", "torch.Tensor.clamp = torch.nn.Linear.forward = math.exp = None",
              "import torch.nn.functional as F", "F.relu = np.maximum = abs", "import builtins", "builtins.max = None",
              "return torch.where(x > 0, x, 0.0)"), None),
        (OWN, IS_OWN), ("print(max(1, 2))", "2"),
        (relu("torch.low = 0.0", "return torch.where(x > 0, x, 0.0)"), None), ("print(hasattr(torch, 'low'))", "False"),
        (relu("return x.clamp(min=0)"), KEPT)],
    "torch patched beside an answer": [
        (FRESH, None),
        (START + "clamp = torch.Tensor.clamp\ntorch.Tensor.clamp = None\n" + RIGHT.removeprefix(START), KEPT),
        (SHOW, "!Tensor.clamp ="), ("del torch.Tensor.clamp", None),
        (START + "torch.low = 0.0\n@check\ndef relu(x):\n    return x.clamp(min=torch.low)\n",
         ("✗ relu", "without your notebook's change of torch.low: define what you need inside `relu`.")),
        (SHOW, "!low"), ("del torch.low", None),
        (START + "torch.Tensor.positive = lambda self: self * (self > 0)\n"
         "@check\ndef relu(x):\n    return x.positive()\n", "without your notebook's change of torch.Tensor.positive"),
        (SHOW, "!positive"), ("del torch.Tensor.positive", None),
        (START + "def patch():\n    torch.low = 0.0\npatch()\n@check\ndef relu(x):\n    return x.clamp(min=0)\n", KEPT),
        (SHOW, "!low"), ("del torch.low", None)],
    "torch patched in an earlier cell": [
        (FRESH, None),
        ("import torch.nn.functional as F\nhad = torch.relu, torch.exp, F.relu\n"
         "torch.relu = torch.exp = F.relu = abs\ntorch.Tensor.clamp = lambda self, **limits: self", None),
        (RIGHT, KEPT), (relu("return torch.relu(x)"), None), (SOFTMAX, "✓ softmax is right and kept"),
        (relu("return torch.relu(x) - 1"), ("✗ relu", "without your notebook's change of", "torch.relu:")),
        (relu("return abs(x)"), ("✗ relu", "!without your notebook's change")),
        ("print(torch.relu is abs, F.relu is abs, 'clamp' in vars(torch.Tensor))", "True True True"),
        ("torch.relu, torch.exp, F.relu = had\ndel torch.Tensor.clamp", None), (OWN, IS_OWN)],
    "a default dtype of one's own": settled("torch.set_default_dtype(torch.float64)",
                                            "torch.set_default_dtype(torch.float32)"),
    "a default device of one's own": settled("torch.set_default_device('meta')", "torch.set_default_device(None)"),
    "no gradients": settled("_ = torch.set_grad_enabled(False)", "_ = torch.set_grad_enabled(True)"),
    "inference mode": settled("mode = torch.inference_mode()\nmode.__enter__()", "mode.__exit__(None, None, None)"),
    "a recursion limit of one's own": settled("import sys\nhad = sys.getrecursionlimit()\nsys.setrecursionlimit(250)",
                                              "sys.setrecursionlimit(had)"),
    "print options of one's own": [
        (FRESH, None), ("torch.set_printoptions(precision=0)\nnp.set_printoptions(precision=0)", None),
        (relu("return x + 0.125"), "got       0.125"),
        ("torch.set_printoptions(profile='default')\nnp.set_printoptions(precision=8)", None)],
    "deterministic algorithms": settled("torch.use_deterministic_algorithms(True)",
                                        "torch.use_deterministic_algorithms(False)"),
    "gradients under no_grad of the notebook": [
        (FRESH, None), ("_ = torch.set_grad_enabled(False)", None),
        (relu("with torch.enable_grad():", "    return x.clamp(min=0)"), KEPT),
        ("_ = torch.set_grad_enabled(True)", None)],
    "exit() in mylab.py": [
        (FRESH, None), (RIGHT, KEPT),
        ("file = folder / 'mylab.py'\nhad = file.read_text(encoding='utf-8')", None),
        ("_ = file.write_text('exit()\\n' + had)", None),
        ("from nnlab.checks import yours\nprint(yours('week01.relu').__module__)", "nnlab.exercises.week01b"),
        ("_ = file.write_text('from IPython import get_ipython\\nget_ipython().ask_exit()\\n' + had)", None),
        ("print(yours('week01.relu').__module__)", "nnlab.exercises.week01b"),
        (RIGHT, "not kept in mylab.py: mylab.py cannot be imported (SystemExit, in line 2); correct that line"),
        ("import time\ntime.sleep(0.5)\nprint('alive')", "alive")],
    "a forgotten return": [(FRESH, None), (relu("x.clamp(min=0)"), "does your function end with return?")],
    "a name defined as something else": [
        (FRESH + "relu = 3\nlist = 5", None), (RIGHT, KEPT),
        (relu("return torch.stack(list(x))"), "'int' object is not callable"),
        ("del list\nprint(relu(torch.tensor(-1.0)))", "tensor(0.)")],
    "another name": [(FRESH, None), (START + "@check\ndef ReLU(x):\n    return x", "did you mean 'relu'")],
    "a plot of a wrong curve": [(FRESH, None), (relu("return abs(x)"), "image/png")],
    "values": [
        (FRESH, None), (START + 'shapes = check.value("shapes", [..., ..., ..., ...])', "○ shapes: not attempted"),
        (START + 'shapes = check.value("shapes", [(3,), (3,), (3, 4), ...])',
         "adds up along dimension 0, and removes it"),
        (START + 'shapes = check.value("shapes", [(4,), (3,), (3, 4), ...])', "no answer yet"),
        (START + 'shapes = check.value("shapes", [(4,), 3, (3, 4), (60, 784)])',
         "The answer is a tuple, such as (2, 5)"),
        ("print(shapes[3])", "(60, 784)"),
        (START + 'shapes = check.value("shapes", [torch.Size([4]), [3], (3, 4), (60, 784)])', "✓ shapes is right. ")],
    "values that are not assigned": [
        (FRESH, None),
        (START + 'check.value("shapes", [(3,), (3,), (3, 4), ...])',
         ("✗ shapes", 'write shapes = check.value("shapes", [...])', "!784")),
        (START + 'check.value("shapes", [..., ..., ..., ...])', ("○ shapes", "!784")),
        (START + f'check.value("shapes", {SUMS})', ("✓ shapes", 'write shapes = check.value("shapes", [...])')),
        (START + 'print(check.value("shapes", [(3,), (3,), (3, 4), ...]))', ("✗ shapes", "!784")),
        (START + 'f"{check.value(\'shapes\', [(3,), (3,), (3, 4), ...])}"', ("✗ shapes", "!784")),
        (START + 'display(check.value("shapes", [(3,), (3,), (3, 4), ...]))', ("✗ shapes", "!784")),
        (START + 'check.value("shapes", [(3,), (3,), (3, 4), ...])[3]', ("✗ shapes", "!784")),
        (START + 'if True:\n    shapes = check.value("shapes", [(3,), (3,), (3, 4), ...])', "✗ shapes"),
        ("print(shapes[3])", "(60, 784)"),
        (START + 'a, b, c, d = check.value("shapes", [(3,), (3,), (3, 4), ...])', "✗ shapes"),
        ("print(d)", "(60, 784)"),
        (START + 'print(shapes := check.value("shapes", [(3,), (3,), (3, 4), ...]))', "✗ shapes")],
    "check as a function": [
        (FRESH, None), (START + "def relu(x):\n    return abs(x)\ncheck(relu)",
                        ("✗ relu", "write @check above its definition", "!<function")),
        (START + "def relu(x):\n    return x.clamp(min=0)\ncheck(relu)", (KEPT, "!<function")),
        (START + "def relu(x):\n    return abs(x)\nrelu = check(relu)", ("✗ relu", "!above its definition")),
        ("print(relu(torch.tensor(-1.0)))", "tensor(0.)")],
    "check in other forms": [
        (FRESH, None), (START + "@check()\ndef relu(x):\n    return abs(x)",
                        "? Write @check above the definition, without parentheses: nothing was judged."),
        ("print(relu(torch.tensor(-1.0)))", "tensor(1.)"),
        (START + "@check('relu')\ndef relu(x):\n    return abs(x)", "? Write @check above the definition, without par"),
        (START + "check()", "? Write @check above the definition of your answer: nothing was judged."),
        (START + "check('relu')", "? Write @check above the definition of your answer: nothing was judged."),
        (START + "check(relu, 3)", "? Write @check above the definition of your answer: nothing was judged."),
        (START + "check(lambda x: x.clamp(min=0))", "? Write @check above the definition of your answer"),
        (START + "check(3)", "? Write @check above the definition of your answer: nothing was judged."),
        (START + "relu = check(3)", "✗ relu"),
        (START + "@check.value\ndef relu(x):\n    return abs(x)", "? Write @check above the definition, without"),
        (START + "@check.value('relu')\ndef relu(x):\n    return abs(x)",
         "? Write @check above the definition, without .value: nothing was judged."),
        ("print(relu(torch.tensor(-1.0)))", "tensor(1.)"),
        (START + "check.value()", '? Write shapes = check.value("shapes", [...]): nothing was judged.'),
        (START + "check.value('shapes')", '? Write shapes = check.value("shapes", [...]): nothing was judged.'),
        (START + f"check.value({SUMS})", '? Write shapes = check.value("shapes", [...]): nothing was judged.'),
        (START + f"shapes = check.value({SUMS})", '? Write shapes = check.value("shapes", [...]): nothing was judged.'),
        (START + f"check.value('shape', {SUMS})", "? There is no exercise 'shape' here; did you mean 'shapes'?"),
        (START + f"check.value('relu', {SUMS})",
         ("? relu is a function or class: write @check above its definition", "![")),
        (START + "@check\ndef shapes():\n    return 1",
         '? shapes is a list of answers: write shapes = check.value("shapes", [...])')],
    "help with an unknown name": [
        (FRESH, None), ("check.hint('rely')", "? There is no exercise 'rely' here; did you mean 'relu'?"),
        ("check.hint('delta')", "? There is no exercise 'delta' here; did you mean"),
        ("check.solution('delta')", "? There is no exercise 'delta' here; did you mean"),
        ("print(check.attempt('rely'))", ("? There is no exercise 'rely' here; did you mean 'relu'?", "None")),
        ("check.given('rely')", "? There is no exercise 'rely' here; did you mean 'relu'?"),
        ("check.given('relu')", "? relu does not begin with code"),
        ("check.hint()", '? Name an exercise, such as check.hint("'), ("check.solution()", "? Name an exercise, such"),
        ("check.hint(['relu'])", '? Name an exercise, such as check.hint("'), ("check.attempt()", "? Name an exercise"),
        (relu("..."), "○ relu"), ("check.hint(relu)", "Hint 1 of 3"), ("check.progress('relu')", "relu  not attempt"),
        ("from nnlab.exercises.week02 import check\ncheck.hint('relu')",
         "? relu is an exercise of week 1: first run from nnlab.exercises.week01 import check"),
        ("@check\ndef relu(x):\n    return x.clamp(min=0)",
         "? relu is an exercise of week 1: first run from nnlab.exercises.week01 import check"),
        ("check.progress()", "No exercise has been run yet")],
    "check is something else": [
        (FRESH, None), (relu("..."), "○ relu"), ("check = 3", None),
        ("check.progress()", ("ERROR", LOST)),
        ("@check\ndef relu(x):\n    return x", ("ERROR", LOST)),
        ("def check(answer):\n    return answer\ncheck.hint('relu')", ("ERROR", LOST)),
        (START + "check = check.value\ncheck.hint('relu')", ("ERROR", LOST)),
        (START + "@check\ndef check(x):\n    return x", "There is no exercise 'check' here"),
        ("check.progress()", ("ERROR", LOST)),
        (RIGHT, KEPT), ("check.progress()", "relu  correct")],
    "cells that were skipped": [
        (FRESH, None), ("for name in ('relu', 'shapes', 'Neuron', 'mine'):\n    globals().pop(name, None)", None),
        ("relu(torch.tensor(1.0))", ("ERROR", "name 'relu' is not defined",
                                     "`relu` is an exercise: run the cell with `def relu` first.")),
        ("shapes[0]", ("ERROR", '`shapes` is an exercise: run the cell with `check.value("shapes", ...)` first.')),
        ("Neuron", ("ERROR", "`Neuron` is an exercise: run the cell with `class Neuron` first.")),
        ("def mine():\n    return relu(torch.tensor(1.0))\nmine()", ("ERROR", "`relu` is an exercise: run the cell")),
        ("x_train.shape", ("ERROR", "`x_train` is not defined yet: run the cells above this one first.")),
        ("x_all = 3\nx_al", ("ERROR", "`x_al` is not defined: did you mean `x_all`?")),
        ("print(1 / 0)", ("ERROR", "ZeroDivisionError", "!first.")),
        ("def f():\n    y = y + 1\nf()", ("ERROR", "UnboundLocalError", "!first.")),
        ("{}['relu']", ("ERROR", "KeyError", "!first.")),
        ("try:\n    relu\nexcept NameError:\n    print('caught')", ("caught", "!first."))],
    "mylab.py without an end marker": [
        (FRESH, None), (RIGHT, KEPT),
        (START + "@check\ndef elu(x):\n    return torch.where(x > 0, x, torch.exp(x) - 1)", "✓"),
        ("file = folder / 'mylab.py'\ntext = file.read_text(encoding='utf-8')\n"
         "_ = file.write_text(text.replace('# ---- end of week01.relu ----', '\\n\\ndef mine():\\n    return 3'))",
         None),
        (relu("return torch.where(x > 0, x, 0.0)"), KEPT),
        (COUNTS + "\nprint('clamp' in text)", "[1, 1, 1]\nFalse"),
        ("_ = file.write_text(text.replace('# ---- end of week01.relu ----\\n', ''))", None),
        ("from nnlab.checks import yours\nprint(yours('week01.relu').__code__.co_filename)", "mylab.py"),
        ("_ = file.write_text(text.replace('# ---- week01.relu ----\\n', ''))", None), (RIGHT, KEPT),
        (COUNTS, "[1, 1, 1]")],
    "mylab.py edited into a syntax error": [
        (FRESH, None), (RIGHT, KEPT),
        ("file = folder / 'mylab.py'\n_ = file.write_text(file.read_text(encoding='utf-8') + 'def half(:\\n')", None),
        (START + "@check\ndef elu(x):\n    return torch.where(x > 0, x, torch.exp(x) - 1)",
         "it is kept as mylab.broken.py"),
        (SHOW, "def relu"), (SHOW, "def elu"),
        ("print('def half(:' in (folder / 'mylab.broken.py').read_text())", "True")],
    "a folder that cannot be written": [
        (FRESH + "os.environ['NNLAB_MYLAB'] = '/proc/nowhere'", None),
        (RIGHT, "✓ relu is right, but not kept: /proc/nowhere"),
        ("os.environ['NNLAB_MYLAB'] = str(folder)", None)],
    "hints, attempts and the solution": [
        (FRESH, None), (relu("return -x"), "✗"), ("print(check.attempt('relu')(torch.tensor(2.0)))", "tensor(-2.)"),
        ("check.hint('relu')", "Hint 1 of 3"), ("check.solution('relu')", "return torch.where(x > 0, x, 0.0)"),
        ("check.progress()", "relu  incorrect")],
    "an answer from mylab.py, in a later week": [
        (FRESH, None), (RIGHT, KEPT),
        ("from nnlab.checks import yours\nmine = yours('week01.relu')\nprint(mine.__code__.co_filename)", "mylab.py"),
        ("print(yours('week01.elu').__module__)", "nnlab.exercises.week01b")],
}


def said(cell):
    """Text of all outputs of a cell, with the MIME types of its images."""
    parts, last = [], None
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream" and output.name == last:
            parts[-1] += output.text  # a kernel sends what one print writes in one piece or in two
            continue
        last = output.get("name")
        image = next((kind for kind in data if kind.startswith("image/")), None)
        parts.append(output.text if output.output_type == "stream" else image or data.get("text/plain", ""))
        if output.output_type == "error":
            lines = [_COLORS.sub("", line) for line in output.traceback]
            parts.append(f"ERROR: {lines[0]}" if len(lines) == 1 else "\n".join(["ERROR", *lines]))
    return "\n".join(parts)
