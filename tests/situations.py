"""Situations of a student in a notebook: cells that run one after the other, and the text that each must print."""

START = "from nnlab.exercises.week01 import check\n\n"
FRESH = """import os, pathlib
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

# name -> pairs of a cell and a text that it must print (None: any); "!" before a text: it must not be printed
SITUATIONS = {
    "the exercise's cell alone after a restart": [
        (relu("return torch.clamp(x, min=0)"), "`torch` is not defined here. If a cell")],
    "first run": [
        (FRESH, None), (relu("..."), "○ relu: not attempted yet"), ("print(relu(torch.tensor(-1.0)))", "tensor(0.)")],
    "a stub with a comment and a docstring": [
        (FRESH, None), (relu('"""Rectify."""', "# x is a tensor", "..."), "○ relu")],
    "edited and run again": [
        (FRESH, None), (relu("return -x"), "✗ relu is not right yet"), (RIGHT, KEPT),
        (relu("return abs(x)"), "a negative input comes out as positive"), (SHOW, "x.clamp(min=0)")],
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
    "an int where a tensor is due": [(FRESH, None), (relu("return 0"), "a Python int instead of a tensor")],
    "a result on another device": [
        (FRESH, None), (relu("return x.clamp(min=0).to('meta')"), "on meta instead of cpu")],
    "the input changed in place": [
        (FRESH, None), (relu("return x.clamp_(min=0)"), "your answer changed its input x in place")],
    "printing": [(FRESH, None), (relu("print('noise')", "return x.clamp(min=0)"), KEPT),
                 (relu("print('noise')", "return x.clamp(min=0)"), "!noise")],
    "plotting inside": [
        (FRESH, None), (relu("plt.plot([1, 2])", "return x.clamp(min=0)"), KEPT), ("plt.get_fignums()", "[]")],
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
    "asking the user": [(FRESH, None), (relu("input('x')", "return x.clamp(min=0)"), "input() finds nothing to read")],
    "exit() in mylab.py": [
        (FRESH, None), (RIGHT, KEPT),
        ("file = folder / 'mylab.py'\nhad = file.read_text(encoding='utf-8')", None),
        ("_ = file.write_text('exit()\\n' + had)", None),
        ("from nnlab.checks import yours\nprint(yours('week01.relu').__module__)", "nnlab.exercises.week01a"),
        ("_ = file.write_text('from IPython import get_ipython\\nget_ipython().ask_exit()\\n' + had)", None),
        ("print(yours('week01.relu').__module__)", "nnlab.exercises.week01a"),
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
        (START + 'shapes = check.value("shapes", [(3,), (3,), (3, 4), ...])', "names the dimension that goes"),
        (START + 'shapes = check.value("shapes", [(4,), (3,), (3, 4), ...])', "no answer yet"),
        (START + 'shapes = check.value("shapes", [(4,), 3, (3, 4), (60, 784)])', "A tuple is asked, such as (2, 5)"),
        ("print(shapes[3])", "(60, 784)"),
        (START + 'shapes = check.value("shapes", [torch.Size([4]), [3], (3, 4), (60, 784)])', "✓ shapes is right. ")],
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
        ("print(yours('week01.elu').__module__)", "nnlab.exercises.week01a")],
}


def said(cell):
    """Text of all outputs of a cell, with the MIME types of its images."""
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        image = next((kind for kind in data if kind.startswith("image/")), None)
        parts.append(output.text if output.output_type == "stream" else image or data.get("text/plain", ""))
        if output.output_type == "error":
            parts.append(f"ERROR {output.ename}: {output.evalue}")
    return "\n".join(parts)
