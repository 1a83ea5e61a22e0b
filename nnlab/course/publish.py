"""Stamp the repository's address and release into badges and first cells.

The address stands in pyproject.toml alone.
"""

import re

from nnlab import __version__
from nnlab.course.frame import address
from nnlab.course.notebooks import ROOT, code_cells, paths, read, write
from nnlab.files import write_text

FIRST_CELL = """\
try:  # where nnlab is missing: gets the course's release VERSION, and the packages that are missing
    from nnlab.packages import expect
    expect("VERSION")
except ImportError:
    import os
    import tempfile
    from io import BytesIO
    from runpy import run_path
    from subprocess import getstatusoutput
    from urllib.request import urlopen
    from zipfile import ZipFile
    address = "ADDRESS"
    home = f'{"." if os.access(".", os.W_OK) else os.path.expanduser("~")}/nnlab-VERSION'
    try:
        if not os.path.exists(home):
            with tempfile.TemporaryDirectory(dir=os.path.dirname(home)) as part:  # all or nothing
                git = "git -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=20 clone -q --depth=1"
                if getstatusoutput(f'{git} --branch=vVERSION {address} "{part}/course/nnlab"')[0]:
                    zipped = urlopen(f"{address}/archive/refs/tags/vVERSION.zip", timeout=20).read()
                    ZipFile(BytesIO(zipped)).extractall(f"{part}/course")
                os.rename(next(x.path for x in os.scandir(f"{part}/course") if x.is_dir()), home)
    except Exception as error:
        raise ConnectionError(f"Could not get the course ({error!r}): connect to the internet (on "
                              "Kaggle: Settings > Internet on) and run this cell again.") from None
    run_path(f"{home}/nnlab/packages.py")["make_ready"]()"""

_COLAB = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
_KAGGLE = "[![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)]"
_BADGES = re.compile(rf"{re.escape(_COLAB)}\([^)]*?(?:/(\w+)\.ipynb)?\)(?:\s*{re.escape(_KAGGLE)}\([^)]*\))?")
_ADDRESS = re.compile(r'^Repository = ".*"$', re.M)


def first_cell():
    """Source of every notebook's first code cell."""
    return FIRST_CELL.replace("VERSION", __version__).replace("ADDRESS", address())


def badge_target(stem):
    """URL of the Colab badge of the notebook called `stem`: Colab, with the notebook as it was released."""
    place = address().removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{place}/blob/v{__version__}/notebooks/{stem}.ipynb"


def kaggle_target(stem):
    """URL of the Kaggle badge of the notebook called `stem`: Kaggle, with the notebook as it was released."""
    return f"https://kaggle.com/kernels/welcome?src={address()}/blob/v{__version__}/notebooks/{stem}.ipynb"


def badges(stem):
    """Markdown of the badges of the notebook called `stem`, Colab's and Kaggle's."""
    return f"{_COLAB}({badge_target(stem)}) {_KAGGLE}({kaggle_target(stem)})"


def stamp(notebook, stem):
    """Write the first code cell and the badges of `notebook`, in place; Kaggle's joins Colab's where it is missing."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _BADGES.sub(badges(stem), cell.source)
    code_cells(notebook)[0].source = first_cell()


def publish(place):
    """Make `place` ("OWNER/REPO" on GitHub) the course's address, in pyproject.toml, README.md and every notebook.

    Raises:
        ValueError: `place` is not of the form OWNER/REPO.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", place):
        raise ValueError(f"{place!r} is not an address; give OWNER/REPO, as in nnlab-course/nnlab")
    before, after = address(), f"https://github.com/{place}"
    project = ROOT / "pyproject.toml"
    write_text(project, _ADDRESS.sub(f'Repository = "{after}"', project.read_text(encoding="utf-8")))
    readme = ROOT / "README.md"
    if readme.exists():
        text = readme.read_text(encoding="utf-8").replace(before, after)
        stems = {path.stem for path in paths()}
        text = _BADGES.sub(lambda found: badges(found[1]) if found[1] in stems else found[0], text)
        write_text(readme, text)
    for path in paths():
        notebook = read(path)
        stamp(notebook, path.stem)
        write(notebook, path)
    print(f"The course's address is now {after}, release v{__version__}, in {len(paths())} notebook(s).\n"
          f"Commit, then tag the release: git tag v{__version__} && git push --tags")
