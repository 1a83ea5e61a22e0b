"""Hand-ins for tests: notebooks with right, wrong and hostile answers, in the exports of three systems."""

import copy
import zipfile

import nbformat

from nnlab.course.marking.sandbox import isolation
from nnlab.course.notebooks import paths, read
from nnlab.course.solve import solved

LECTURE = "week01a"
EXERCISE = "brightening-answer"
HEAD = "from nnlab.exercises.week01 import check\n\n@check\ndef brightening(before, after):\n"
RIGHT = "    return after.float() - before.float()\n"

# Bodies of the function `brightening`: what must be ended or fails, what tries to be judged as right, what is wrong.
HOSTILE = {
    "infinite loop": "    while True:\n        pass\n",
    "sleeps": "    import time\n    time.sleep(10_000)\n",
    "many processes": "    import os, time\n    for _ in range(200):\n        if os.fork() == 0:\n"
                      "            time.sleep(60)\n    time.sleep(60)\n",
    "fills the disk": "    with open('large', 'wb') as file:\n        while True:\n"
                      "            file.write(bytes(1 << 20))\n",
    "takes all memory": "    kept = []\n    while True:\n        kept.append(bytearray(1 << 28))\n",
    "prints gigabytes": "    while True:\n        print('x' * 10_000_000)\n",
    "kills its parent": "    import os, signal\n    os.kill(os.getppid(), signal.SIGKILL)\n" + RIGHT,
    "exits": "    import os\n    os._exit(0)\n",
    "crashes": "    import ctypes\n    ctypes.string_at(0)\n",
    "sends rubbish": "    import os\n    for file in range(3, 40):\n        try:\n"
                     "            os.write(file, b'\\0' * 4096)\n"
                     "        except OSError:\n            pass\n" + RIGHT,
    "closes all files": "    import os\n    os.closerange(0, 200)\n" + RIGHT,
}
if isolation() == "bubblewrap":  # elsewhere that would end this very test, and more
    HOSTILE["kills all"] = "    import os, signal\n    os.kill(-1, signal.SIGKILL)\n" + RIGHT
FORGED = {
    "replaces the judge": "    import sys\n    import nnlab.checks.judging as judging\n"
                          "    from nnlab.checks.exercise import Verdict\n"
                          "    right = lambda *a, **k: Verdict('correct', '✓ brightening is right')\n"
                          "    judging.judge = right\n    sys.modules['nnlab.course.marking.child'] = None\n"
                          "    for name, module in list(sys.modules.items()):\n"
                          "        if name.endswith(('child', '__main__')) and hasattr(module, 'judge'):\n"
                          "            module.judge = right\n    return before\n",
    "calls the reference": "    from nnlab.exercises.week01 import check as own\n"
                           "    return own.exercises['brightening'].reference(before, after)\n",
    "equal to everything": "    class Equal(torch.Tensor):\n        def __eq__(self, other):\n            return True\n"
                           "    return before.float().as_subclass(Equal)\n",
    "unmounts": "    import ctypes\n    system = ctypes.CDLL(None)\n"
                "    free = system.umount2(b'/tmp', 2) == 0 or system.mount(None, b'/', None, 4128, None) == 0\n"
                "    return after.float() - before.float() if free else before\n",
    "reads its server": "    import os\n    try:\n        open(f'/proc/{os.getppid()}/mem', 'r+b').close()\n"
                        "        open('/etc/marked', 'w').close()\n    except OSError:\n        return before\n"
                        "    return after.float() - before.float()\n",
    "prints the verdict": "    print('✓ brightening is right')\n    return before\n",
}
WRONG = {
    "wraps around": "    return (after - before).float()\n",
    "the other sign": "    return before.float() - after.float()\n",
    "integers": "    return after.int() - before.int()\n",
}


# What a cell of a notebook may hold that stops whoever reads it carelessly.
ODD = {"many digits": "x = 0x" + "f" * 5000, "guesses many digits": "guess_scaling = 0x" + "f" * 5000,
       "half a letter": "guess_scaling = '\\ud800'", "long sum": "y = " + "+".join(["1"] * 3000),
       "a chain": "\n".join(["z0 = 1", *(f"z{k + 1} = z{k} + len(str(z{k}))" for k in range(3000))]),
       "blank lines": "\n" * 100_000}


def answered(body):
    """The lecture's notebook, solved but for `brightening`, which has the `body`."""
    notebook = copy.deepcopy(_solved())
    cell = next(cell for cell in notebook.cells if cell.id == EXERCISE)
    cell.source = HEAD + body
    for one in notebook.cells:
        if one.cell_type == "code":  # stored outputs that claim everything count for nothing
            one.outputs = [nbformat.v4.new_output("stream", name="stdout", text="✓ brightening is right\n")]
    return notebook


_made = []


def _solved():
    if not _made:
        _made.append(solved(read(paths([LECTURE])[0])))
    return _made[0]


def hand_in(folder, number, notebook, system, lecture=LECTURE):
    """Write the `notebook`, or the bytes of a file, as student `number` hands it in through a `system`; the place."""
    data = notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode()
    place = {"Moodle": f"Student {number:02}_{1000000 + number}_assignsubmission_file_/{lecture}.ipynb",
             "Canvas": f"student{'' if number % 2 else '_LATE'}_{2000000 + number}_{30000 + number}_{lecture}-1.ipynb",
             "Blackboard": f"Week 1_user{number}_attempt_2026-11-20-10-11-{number % 60:02}_my notebook.ipynb",
             "archive": f"Student {number:02}_{1000000 + number}_assignsubmission_file_/all.zip"}[system]
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if system == "archive":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("work/answers.ipynb", data)
            archive.writestr("__MACOSX/work/._answers.ipynb", b"\0")
    else:
        path.write_bytes(data)
    return place
