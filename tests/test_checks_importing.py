"""nnlab.checks.importing: whatever a student has written into mylab.py, the kernel and the reference go on."""

import codecs
import os
import signal
import sys

import pytest
import torch

from nnlab.checks import mylab
from nnlab.checks.importing import Unusable, imported
from nnlab.checks.mylab import keep, kept, yours
from nnlab.exercises.week01 import check

REFERENCE = check.exercises["relu"].reference
SECTION = "# ---- week01.relu ----\ndef relu(x):\n    {}\n# ---- end of week01.relu ----\n"
RIGHT = SECTION.format("return x.clamp(min=0)")


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The path of mylab.py."""
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    return tmp_path / "mylab.py"


ENDS = {
    "exit()": "", "quit()": "", "import sys; sys.exit('bye')": "SystemExit: bye, in line 1",
    "1 / 0": "ZeroDivisionError", "raise SystemExit(3)": "SystemExit: 3, in line 1",
    "raise KeyboardInterrupt": "KeyboardInterrupt, in line 1", "raise GeneratorExit": "GeneratorExit",
    "raise BaseException('x')": "BaseException: x",
    "class Own(BaseException): pass\nraise Own": "Own, in line 2", "import nowhere_x": "nowhere_x",
    "input('name')": "EOFError",
    "def deep(): deep()\ndeep()": "RecursionError", "while True: pass": "It had not ended after 0.4 seconds",
    "try:\n    while True: pass\nexcept Exception: pass": "It had not ended", "x = (": "was never closed",
}


@pytest.mark.parametrize("code, said", ENDS.items(), ids=ENDS)
def test_a_file_that_ends_the_program_does_not_end_the_notebook(file, capsys, monkeypatch, code, said):
    monkeypatch.setattr("nnlab.checks.running.SECONDS", 0.4)
    file.write_text(f"{code}\n{RIGHT}", encoding="utf-8")
    handler = signal.getsignal(signal.SIGINT)
    assert yours("week01.relu") is REFERENCE
    printed = capsys.readouterr().out
    assert printed.startswith("week01.relu is the course's: mylab.py cannot be imported (") and said in printed
    assert printed.count("\n") == 1 and signal.getsignal(signal.SIGINT) is handler


@pytest.mark.parametrize("body", ["exit()", "raise SystemExit", "raise KeyboardInterrupt", "raise GeneratorExit",
                                  "import os; os.close(-1)", "input()", "return relu(x)", "..."])
def test_an_answer_that_ends_the_program_is_not_right(file, capsys, body):
    file.write_text(SECTION.format(body), encoding="utf-8")
    assert yours("week01.relu") is REFERENCE
    assert capsys.readouterr().out == "week01.relu is the course's: the answer in mylab.py is not right any more.\n"


def test_the_stop_button_stops(file):
    """SIGINT, as the button sends it, in the middle of an import or of a case."""
    presses = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    for text in (f"{presses}\n{RIGHT}", SECTION.format(f"{presses}; return x.clamp(min=0)")):
        file.write_text(text, encoding="utf-8")
        handler = signal.getsignal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            yours("week01.relu")
        assert signal.getsignal(signal.SIGINT) is handler


def test_what_an_import_sets_is_put_back(file, tmp_path, capsys):
    before = os.getcwd(), dict(os.environ), sys.path[:], sys.modules.get("mylab"), torch.get_rng_state(), print
    (tmp_path / "beside_mylab.py").write_text("LOW = 0.0\n", encoding="utf-8")
    file.write_text(f"""import builtins, os, sys
import torch
from beside_mylab import LOW
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.manual_seed(3)
os.chdir("/")
os.environ["NNLAB_MYLAB"] = "/nowhere"
sys.path.append("/nowhere")
sys.modules["mylab"] = os
builtins.print("noise")
builtins.print = None
sys.stdout = None
{SECTION.format("return x.clamp(min=LOW)")}""", encoding="utf-8")
    assert yours("week01.relu")(torch.tensor([-1.0, 2.0])).tolist() == [0, 2]
    assert yours("week01.relu").__module__ == "mylab" and capsys.readouterr().out == ""
    assert torch.get_default_dtype() == torch.float32 and torch.is_grad_enabled()
    after = os.getcwd(), dict(os.environ), sys.path, sys.modules.get("mylab"), torch.get_rng_state(), print
    assert all(torch.equal(*pair) if torch.is_tensor(pair[0]) else pair[0] == pair[1]
               for pair in zip(before, after, strict=True))


def test_imported_says_where(tmp_path):
    with pytest.raises(Unusable) as said:
        imported(b"x = 1\n1 / 0\n", tmp_path / "mylab.py")
    assert said.value.args == ("mylab.py cannot be imported (ZeroDivisionError: division by zero, in line 2)",
                               "ZeroDivisionError: division by zero, in line 2")


TEXT = "import torch\n\n\ndef mine():\n    return '{}'\n\n\n" + RIGHT
FILES = {  # bytes, and what mine() returns after another answer has been kept
    "UTF-8": (TEXT.format("é").encode(), "é"),
    "byte order mark": (codecs.BOM_UTF8 + TEXT.format("é").encode(), "é"),
    "Latin-1": (("# -*- coding: latin-1 -*-\n" + TEXT.format("é")).encode("latin-1"), "é"),
    "second line": (("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n" + TEXT.format("€")).encode("cp1252"), "€"),
    "line ends of Windows": (TEXT.format("é").replace("\n", "\r\n").encode(), "é"),
    "all of Windows": (codecs.BOM_UTF8 + TEXT.format("é").replace("\n", "\r\n").rstrip().encode(), "é"),
    "no line end": (TEXT.format("é").rstrip().encode(), "é"),
    "spaces after the marks": (TEXT.format("é").replace("----\n", "---- \t\n").encode(), "é"),
    "__future__": (b"from __future__ import annotations\n" + TEXT.format("x").encode(), "x"),
    "form feed": (b"\f\n" + TEXT.format("x").encode(), "x"),
}


@pytest.mark.parametrize("raw, expected", FILES.values(), ids=FILES)
def test_a_file_is_read_as_python_reads_it(file, raw, expected):
    file.write_bytes(raw)
    assert yours("week01.relu").__module__ == "mylab" and kept() == ["week01.relu"]
    for answer in ("return torch.where(x > 0, x, torch.exp(x) - 1)", "return 0  # → é"):
        assert keep("week01.elu", f"def elu(x):\n    {answer}") == ""
    assert yours("week01.relu").__module__ == "mylab" and kept() == ["week01.relu", "week01.elu"]
    names = {"__name__": "mylab"}
    exec(compile(file.read_bytes(), "mylab.py", "exec"), names)
    assert names["mine"]() == expected and names["elu"](1) == 0
    assert [path.name for path in file.parent.iterdir()] == ["mylab.py"], "nothing was set aside"
    assert file.read_bytes().startswith(codecs.BOM_UTF8) == raw.startswith(codecs.BOM_UTF8)
    assert file.read_bytes().count(b"\r\n") in (0, file.read_bytes().count(b"\n")), "one kind of line end"


BROKEN = {
    "unknown coding": b"# coding: nonsense\n" + TEXT.format("x").encode(),
    "coding against the mark": codecs.BOM_UTF8 + b"# coding: latin-1\n" + TEXT.format("x").encode(),
    "no UTF-8": TEXT.format("é").encode("latin-1"), "a null": TEXT.format("x").encode() + b"\0",
    "marks of a merge": b"<<<<<<< HEAD\n" + TEXT.format("x").encode(),
    "Python 2": TEXT.format("x").encode() + b"print 1\n",
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_a_file_that_python_cannot_read(file, capsys, raw):
    file.write_bytes(raw)
    assert yours("week01.relu") is REFERENCE and "mylab.py cannot be imported (" in capsys.readouterr().out
    assert "it is kept as mylab.broken.py, and the exercises that could be read (1)" in keep("week01.one", "one = 1")
    assert (file.parent / "mylab.broken.py").read_bytes() == raw and yours("week01.relu").__module__ == "mylab"


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"   ", codecs.BOM_UTF8], ids=["nothing", "lines", "spaces", "mark"])
def test_an_empty_file_is_a_new_one(file, raw):
    file.write_bytes(raw)
    assert yours("week01.relu") is REFERENCE and kept() == []
    assert keep("week01.relu", "def relu(x):\n    return torch.maximum(x, torch.zeros(()))") == ""
    assert yours("week01.relu").__module__ == "mylab"


def test_a_mark_that_was_deleted_costs_nothing_else(file):
    """The end of an answer is gone: what follows it is the student's, and other answers, and stays."""
    begins = RIGHT.partition("    return")[0] + "    return 0\n\n\n"
    file.write_text(begins + TEXT.format("x").replace("relu", "elu"), encoding="utf-8")
    for _ in range(3):
        keep("week01.relu", "def relu(x):\n    return x.clamp(min=0)")
        text = file.read_text(encoding="utf-8")
        assert "def mine" in text and "def elu" in text and kept() == ["week01.relu", "week01.elu"]
        assert text.count("def relu") == 1
        assert yours("week01.relu").__module__ == "mylab"


@pytest.mark.parametrize("spoil, said", [
    (lambda file: file.mkdir(), "it is a folder: rename that, then run this cell again"),
    (lambda file: (file.write_text("import torch\n"), file.chmod(0o444)), "it is read-only"),
], ids=["folder", "read-only"])
def test_a_file_that_cannot_be_written(file, spoil, said):
    spoil(file)
    with pytest.raises(OSError) as why:
        keep("week01.relu", "def relu(x):\n    return x.clamp(min=0)")
    assert said in mylab.reason(why.value) and str(file) in mylab.reason(why.value)
    assert yours("week01.relu") is REFERENCE


def test_a_link_stays_a_link(file):
    real = file.parent / "real.py"
    file.symlink_to(real)
    for _ in range(2):
        keep("week01.relu", "def relu(x):\n    return x.clamp(min=0)")
        assert file.is_symlink() and "def relu" in real.read_text(encoding="utf-8")


PLACES = {"~nobody_here/x": "NNLAB_MYLAB is '~nobody_here/x', and there is no such home folder; set os.environ",
          "/dev/null": "NNLAB_MYLAB is '/dev/null', which is a file, not a folder; set os.environ",
          "/dev/null/x": "/dev/null/x/mylab.py cannot be written (Not a directory); set os.environ",
          "/proc/nowhere": "/proc/nowhere/mylab.py cannot be written (No such file or directory); set os.environ",
          "n" * 300: "mylab.py cannot be written (File name too long); set os.environ"}


@pytest.mark.parametrize("folder, said", PLACES.items(), ids=[place[:9] for place in PLACES])
def test_a_right_answer_stays_right_where_there_is_no_place_for_it(monkeypatch, capsys, folder, said):
    monkeypatch.setenv("NNLAB_MYLAB", folder)
    with pytest.raises(OSError) as why:
        keep("week01.relu", "def relu(x):\n    return x.clamp(min=0)")
    assert said in mylab.reason(why.value)
    assert yours("week01.relu") is REFERENCE and kept() == []
    check.progress()


@pytest.mark.parametrize("folder", ["", "relative/lab"])
def test_a_working_folder_that_is_gone(tmp_path, monkeypatch, capsys, folder):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.setenv("NNLAB_MYLAB", folder)
    monkeypatch.chdir(gone)
    gone.rmdir()
    names = {"check": check}
    exec("@check\ndef relu(x):\n    return x.clamp(min=0)", names)
    assert capsys.readouterr().out.startswith("✓ relu is right, but not kept")
    assert names["relu"] is not REFERENCE and yours("week01.relu") is REFERENCE and kept() == []
    with pytest.raises(FileNotFoundError) as why:
        keep("week01.relu", "def relu(x):\n    return x.clamp(min=0)")
    assert "set os.environ" in mylab.reason(why.value)
    assert ("the working folder does not exist any more" in mylab.reason(why.value)) == (folder == "")
