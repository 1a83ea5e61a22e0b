"""nnlab.course: running, solving, normalizing; failures that name the cell."""

import ast
import copy

import nbformat
import pytest

from nnlab.course import dependencies, names, solved_runs
from nnlab.course.execute import CellFailed, execute
from nnlab.course.normalize import normal
from nnlab.course.notebooks import ROOT, code_cells, paths, printed, read, sections, write
from nnlab.course.sabotage import FAULTS, broken, prelude
from nnlab.course.solve import solved

new = nbformat.v4


def notebook(*sources):
    """A notebook of code cells."""
    cells = [new.new_code_cell(source) for source in sources]
    for count, cell in enumerate(cells):
        cell.id = f"cell-{count}"
    kernel = {"name": "python3", "display_name": "", "language": "python"}
    return new.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def test_execute_runs_in_order_and_keeps_no_times():
    run = execute(notebook("x = 2", "print(x + 1)", "x * 5"), "n")
    assert [cell.execution_count for cell in run.cells] == [1, 2, 3]
    assert printed(run.cells[1]) == "3\n" and printed(run.cells[2]) == "10"
    assert all("execution" not in cell.metadata for cell in run.cells)


def test_failure_names_the_notebook_and_the_cell():
    with pytest.raises(CellFailed, match=r"week.ipynb, cell 'cell-1':\nZeroDivisionError: division by zero"):
        execute(notebook("x = 0", "1 / x"), "week.ipynb")
    with pytest.raises(CellFailed, match="cell 'cell-0'"):
        execute(notebook("import time; time.sleep(60)"), "n", timeout=1)


def test_keep_going_and_prelude_leave_no_trace():
    failing = notebook("print(planted)", "1 / 0", "print('still here')")
    run = execute(failing, "n", prelude="planted = 7", keep_going=True)
    with pytest.raises(RuntimeError, match="n: the prelude itself fails: NameError"):
        execute(notebook("1"), "n", prelude="nothing", keep_going=True)
    assert len(run.cells) == 3 and printed(run.cells[0]) == "7\n" and printed(run.cells[2]) == "still here\n"
    assert run.cells[0].execution_count == 1


def test_strict_only_when_asked(monkeypatch):
    monkeypatch.setenv("NNLAB_STRICT", "1")
    ask = notebook("import os; print(os.environ.get('NNLAB_STRICT'))")
    assert printed(execute(ask, "n").cells[0]) == "None\n"
    assert printed(execute(ask, "n", strict=True).cells[0]) == "1\n"


def test_solved_fills_in_by_the_syntax_tree():
    asked = notebook("from nnlab.exercises.week01 import check",
                     "helper = 1\n\n@check\ndef relu(x):\n    '''Docstring.'''\n    ...\n\nafter = relu",
                     "guess = None  # @param {type:\"raw\"}\nguess_two = None", "other = None")
    asked.cells[2].metadata = {"nnlab": {"guess": 0.5}}
    full = solved(asked)
    assert "torch.where(x > 0, x, 0.0)" in full.cells[1].source
    assert full.cells[1].source.startswith("helper = 1\n\n@check\ndef relu(x):")
    assert full.cells[1].source.endswith("\n\nafter = relu")
    assert full.cells[2].source == "guess = 0.5  # @param {type:\"raw\"}\nguess_two = 0.5"
    assert full.cells[3].source == "other = None" and asked.cells[2].source.startswith("guess = None")


def test_solved_fills_in_values_and_keeps_what_stands_around_them():
    asked = notebook("from nnlab.exercises.week01 import check",
                     'é = check.value("shapes", [\n    ...,  # first\n    ...,\n    ..., ...])\nprint(é)  # ünder it')
    assert code_cells(solved(asked))[1].source == (
        'é = check.value("shapes", [(4,), (3,), (3, 4), (60, 784)])\nprint(é)  # ünder it')
    with pytest.raises(ValueError, match="there is no exercise 'sizes' to fill in"):
        solved(notebook("from nnlab.exercises.week01 import check", 'check.value("sizes", ...)'))


def test_solved_says_what_it_cannot_fill_in():
    with pytest.raises(ValueError, match="cell 'cell-1': there is no exercise 'triple'"):
        solved(notebook("from nnlab.exercises.week01 import check", "@check\ndef triple(x):\n    ..."))
    with pytest.raises(ValueError, match="cell 'cell-0': its metadata hold no guess"):
        solved(notebook("guess = None"))


def test_normal_form_is_a_fixed_point_and_takes_other_tools_out(notebook_path):
    kept = read(notebook_path)
    spoiled = copy.deepcopy(kept)
    spoiled.metadata.update(colab={"provenance": []}, widgets={})
    spoiled.cells[1].metadata["outputId"] = "…"
    spoiled.cells[4].metadata["collapsed"] = False
    code_cells(spoiled)[3].execution_count = 99
    printing = next(cell for cell in code_cells(spoiled)
                    if len(cell.outputs) == 1 and cell.outputs[0].output_type == "stream")
    text = printing.outputs[0].text
    printing.outputs = [new.new_output("stream", text=part) for part in (text[:5], text[5:])]
    normal(spoiled)
    assert spoiled == kept


def test_random_ids_become_slugs_of_the_first_words():
    made = new.new_notebook(cells=[new.new_markdown_cell("## The XOR problem, again and again"),
                                   new.new_code_cell("x = 1"), new.new_code_cell("x = 1")])
    random = "a3b2c1d0", "YZ3kQ1mX9aBc", "0f8fad5b-d9cb-469f-a165-70867728950e"
    for cell, ident in zip(made.cells, random, strict=True):
        cell.id = ident
    normal(made)
    assert [cell.id for cell in made.cells] == ["the-xor-problem-again", "x-1", "x-1-2"]


def test_written_form_is_stable(tmp_path, notebook_path):
    write(read(notebook_path), tmp_path / "again.ipynb")
    assert (tmp_path / "again.ipynb").read_bytes() == notebook_path.read_bytes()


def test_unknown_notebook_lists_those_there_are():
    with pytest.raises(FileNotFoundError, match="no notebook 'week99'; choose from: week01a_neurons"):
        paths(["week99"])
    assert paths(["notebooks/week01a_neurons.ipynb"]) == paths(["week01a_neurons"])


def test_a_notebook_is_found_by_its_week():
    assert paths(["week02a"]) == [path for path in paths() if path.stem == "week02a_xor"]


def test_folded_cells_are_folded_everywhere_and_others_nowhere():
    made = notebook("# @title Draw a line\nplt.plot([1, 2])", "plt.plot([2, 1])", "x = 1")
    made.cells[0].metadata = {"tags": ["draws"], "collapsed": True}
    made.cells[1].metadata = {"tags": ["draws"]}
    made.cells[2].metadata = {"cellView": "form", "jupyter": {"source_hidden": True, "outputs_hidden": True}}
    normal(made)
    folded = {"tags": ["draws"], "cellView": "form", "jupyter": {"source_hidden": True}}
    assert [cell.metadata for cell in made.cells] == [folded, folded, {}]
    assert made.cells[1].source == "# @title Draw the figure\nplt.plot([2, 1])"
    assert made.cells[0].source == "# @title Draw a line\nplt.plot([1, 2])" and made.cells[2].source == "x = 1"


def test_names_that_cells_read_and_bind():
    """Names follow Python's scopes: loops and `with` bind before their bodies, comprehensions have their own scope."""
    for text, needed, binds in (
            ("x = x + 1", "x", "x"), ("x += 1", "x", "x"), ("for k in y: z = k\nprint(z)", "y print", "k z"),
            ("def f(a):\n    return a + g", "g", "f"), ("[a for a in b if (c := a)]\nuse(c)", "b use", "c"),
            ("with open(p) as file: file.read()", "open p", "file"), ("x[k] = 3", "x k", ""),
            ("lambda t: t + w", "w", ""), ("ax.plot(h := 3, h)", "ax", "h"),
            ("try:\n  a\nexcept E as e: print(e)", "a E print", "e"),
            ("class N(B):\n  def f(self): return self.g + r", "B r", "N"), ("import a.b, c as d", "", "a d"),
            ("if a: b = 1\nelse: c = b", "a", "b c"), ("while (n := f()): use(n)", "f use", "n")):
        code = ast.parse(text)
        assert (names.reads(code), names.bound(code)) == (set(needed.split()), set(binds.split())), text


def test_a_run_depends_on_what_the_notebook_can_import(tmp_path, monkeypatch):
    """A change in one week's exercises, or in a figure, leaves the runs of notebooks that do not use it as they are."""
    files = {path.stem: {str(one.relative_to(ROOT)) for one in dependencies.files(read(path))} for path in paths()}
    for stem, found in files.items():
        own = f"nnlab/exercises/{stem.split('_')[0]}.py"
        assert {own, "nnlab/checks/judging.py", "nnlab/course/execute.py", "requirements.txt"} <= found
        others = {f"nnlab/exercises/{other.split('_')[0]}.py" for other in files if other[:6] != stem[:6]}
        assert not others & found or "yours(" in "".join(cell.source for cell in code_cells(read(paths([stem])[0])))
    assert "nnlab/widgets/figures/neuron.js" in files["week01a_neurons"]
    unused = {"nnlab/widgets/figures/neuron.json", "nnlab/train.py", "data/fashion_mnist.npz"}
    assert not unused & files["week02a_xor"]
    assert "data/fashion_mnist.npz" in files["week03c_training"]
    assert "nnlab/exercises/week01.py" in files["week03d_practice"], "yours('week01.relu') imports it"


def test_a_fingerprint_changes_with_what_it_depends_on(monkeypatch, tmp_path):
    path = tmp_path / "week09a_test.ipynb"
    helper = tmp_path / "helper.py"
    helper.write_text("x = 1")
    write(notebook("import helper"), path)
    monkeypatch.setattr(dependencies, "files", lambda notebook: [helper])
    before = solved_runs.fingerprint(path, "data")
    spoiled = read(path)
    spoiled.cells[0].outputs = [new.new_output("stream", text="another output")]
    write(spoiled, path)
    assert solved_runs.fingerprint(path, "data") == before, "what it printed last time does not matter"
    seen = {before, solved_runs.fingerprint(path, "other data")}
    helper.write_text("x = 2")
    seen.add(solved_runs.fingerprint(path, "data"))
    write(notebook("import helper", "x"), path)
    seen.add(solved_runs.fingerprint(path, "data"))
    assert len(seen) == 4


def test_sections_begin_at_their_headings():
    parts = sections(read(paths()[0]))
    assert [part[0].source.splitlines()[0][:5] for part in parts[1:]] == ["## 1 ", "## 2 ", "## Su"]


TRAINS = """import torch
torch.manual_seed(0)
x = torch.randn(200, 2)
y = (x[:, :1] > 0).float()
model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(60):
    optimizer.zero_grad()
    torch.nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
    optimizer.step()
print("learned:", ((model(x) > 0) == y.bool()).float().mean().item() > 0.95)"""


@pytest.mark.parametrize("kind", [
    "torch.optim.AdamW", "nnlab.optim.Momentum", "nnlab.optim.Adam", "Own"])
def test_the_fault_optimizers_reaches_every_optimizer(kind):
    own = """class Own(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})
    @torch.no_grad()
    def step(self):
        for w in self.param_groups[0]["params"]:
            w -= self.param_groups[0]["lr"] * w.grad"""
    moved = f"""import torch, nnlab.optim
{own}
w = torch.nn.Parameter(torch.ones(2))
optimizer = {kind}([w], lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
(w ** 2).sum().backward()
optimizer.step()
schedule.step()
print("moved:", (w != 1).all().item(), "rate:", round(optimizer.param_groups[0]["lr"], 3))"""
    stored = execute(notebook(moved), "n")
    assert printed(stored.cells[0]) == "moved: True rate: 0.01\n"
    assert broken(stored, "n", "optimizers") == ["cell-0"]


def test_sabotage_breaks_claims_on_training_and_no_others():
    asked = notebook(TRAINS, "import torch\nprint(torch.relu(torch.tensor(-1.0)).item())", "print(2 + 2)")
    stored = execute(asked, "n")
    assert printed(stored.cells[0]) == "learned: True\n"
    assert broken(stored, "n") == []
    assert broken(stored, "n", "optimizers") == ["cell-0"]
    found = broken(stored, "n", "activations")
    assert "cell-1" in found and "cell-2" not in found
    with pytest.raises(ValueError, match="unknown fault 'gremlins'; choose one of"):
        prelude(stored, "gremlins")
    assert set(FAULTS) == {"optimizers", "activations", "labels"}
