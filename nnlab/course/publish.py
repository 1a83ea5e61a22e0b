"""Stamp the repository's address and release into badges and first cells. The address stands in pyproject.toml alone."""

import re

from nnlab import __version__
from nnlab.course.notebooks import ROOT, code_cells, paths, read, write
from nnlab.course.render import address

FIRST_CELL = """\
# On Colab: gets the course's release {version}, adds what is missing. Elsewhere: nothing.
import sys

if "google.colab" in sys.modules:
    import pathlib
    import shutil
    import subprocess

    address = "{address}"
    home, part = pathlib.Path("nnlab-{version}").resolve(), "nnlab-{version}.part"
    if not home.exists():                        # whole or not at all, should the connection drop
        shutil.rmtree(part, ignore_errors=True)
        clone = "git -c advice.detachedHead=false clone --quiet --depth=1 --branch=v{version}"
        subprocess.run([*clone.split(), address, part], check=True)
        pathlib.Path(part).rename(home)
    setup = ["bash", str(home / "colab_setup.sh"), "--into", sys.executable]
    done = subprocess.run(setup, capture_output=True, text=True)
    print(done.stdout + done.stderr)
    done.check_returncode()
    sys.path.insert(0, str(home))"""

_BADGE = re.compile(r"(\[!\[Open in Colab\]\(https://colab\.research\.google\.com/assets/colab-badge\.svg\)\])\([^)]*\)")
_ADDRESS = re.compile(r'^Repository = ".*"$', re.M)


def first_cell():
    """Source of every notebook's first code cell."""
    return FIRST_CELL.format(version=__version__, address=address())


def badge_target(stem):
    """Where the badge of the notebook called `stem` leads: Colab, with the notebook as it was released."""
    place = address().removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{place}/blob/v{__version__}/notebooks/{stem}.ipynb"


def stamp(notebook, stem):
    """Write the badge and the first code cell of `notebook`, in place."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _BADGE.sub(rf"\1({badge_target(stem)})", cell.source)
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
    project.write_text(_ADDRESS.sub(f'Repository = "{after}"', project.read_text(encoding="utf-8")), encoding="utf-8")
    readme = ROOT / "README.md"
    if readme.exists():
        text = readme.read_text(encoding="utf-8").replace(before, after)
        for path in paths():
            text = re.sub(rf"https://colab[^)]*/{path.stem}\.ipynb", badge_target(path.stem), text)
        readme.write_text(text, encoding="utf-8")
    for path in paths():
        notebook = read(path)
        stamp(notebook, path.stem)
        write(notebook, path)
    print(f"The course's address is now {after}, release v{__version__}, in {len(paths())} notebook(s).\n"
          f"Commit, then tag the release: git tag v{__version__} && git push --tags")
