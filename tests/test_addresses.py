"""The repository's address and release stand in pyproject.toml and nnlab; everything else repeats them."""

import re
import shutil
import tomllib

import pytest
from shared import CAUGHT

from nnlab import __version__
from nnlab.course import frame, notebooks, publish
from nnlab.course.notebooks import ROOT, code_cells, paths, read


def wrong_addresses(root):
    """Sentences on addresses and releases below `root` that are not the project's."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    place = project["urls"]["Repository"].removeprefix("https://github.com/")
    found = []
    if project["version"] != __version__:
        found.append(f"pyproject.toml says version {project['version']}, nnlab {__version__}")
    for path in [root / "README.md", *sorted((root / "notebooks").glob("*.ipynb"))]:
        text = path.read_text(encoding="utf-8")
        start = r"(?:google\.com/github|kaggle\.com/kernels/welcome\?src=https://github\.com)"
        for other, release in re.findall(start + r"/([\w.-]+/[\w.-]+)/blob/([\w.-]+)/", text):
            if (other, release) != (place, f"v{__version__}"):
                found.append(f"{path.name} has a badge for {other} at {release}")
        for other in re.findall(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?(?=[\s\"'\\),>/]|$)", text):
            if other != place and not other.startswith(("zalandoresearch/", "googlecolab/")):
                found.append(f"{path.name} names the repository {other}")
    return found


@pytest.fixture
def copy_of_project(tmp_path, monkeypatch):
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    for module in (frame, publish, notebooks):
        monkeypatch.setattr(module, "ROOT", tmp_path, raising=False)
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path / "notebooks")
    return tmp_path


def test_addresses_are_equal():
    assert wrong_addresses(ROOT) == []
    for path in paths():
        text = "\n".join(cell.source for cell in notebooks.opening(read(path)))
        assert publish.badge_target(path.stem) in text and publish.kaggle_target(path.stem) in text


@pytest.mark.parametrize("name, old, new, said", [
    ("README.md", "google.com/github/", "google.com/github/fork-of-", "README.md has a badge for fork-of-nnlab-course"),
    ("week01a_neurons.ipynb", f"/blob/v{__version__}/", "/blob/v9/", "has a badge for nnlab-course/nnlab at v9"),
    ("README.md", "welcome?src=https://github.com/", "welcome?src=https://github.com/fork-of-",
     "README.md has a badge for fork-of-nnlab-course"),
    ("week01a_neurons.ipynb", '\\"https://github.com/', '\\"https://github.com/fork-of-',
     "names the repository fork-of-nnlab"),
    ("pyproject.toml", f'version = "{__version__}"', 'version = "0.0.9"', "says version 0.0.9"),
])
def test_planted_addresses_are_caught(copy_of_project, name, old, new, said):
    path = next(copy_of_project.rglob(name))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = wrong_addresses(copy_of_project)
    assert any(said in problem for problem in found), found
    CAUGHT.append(("addresses", f"{new[:40]} in {name}", next(problem for problem in found if said in problem)))


def test_publish_stamps_everything(copy_of_project, capsys):
    publish.publish("someone/their-course")
    assert "https://github.com/someone/their-course, release v" in capsys.readouterr().out
    assert wrong_addresses(copy_of_project) == []
    text = (copy_of_project / "README.md").read_text(encoding="utf-8")
    assert "someone/their-course" in text and "nnlab-course/nnlab" not in text
    notebook = read(next((copy_of_project / "notebooks").glob("*.ipynb")))
    assert 'address = "https://github.com/someone/their-course"' in code_cells(notebook)[0].source


@pytest.mark.parametrize("place", ["someone", "https://github.com/a/b", "a/b/c", ""])
def test_publish_refuses_what_is_no_address(copy_of_project, place):
    with pytest.raises(ValueError, match="give OWNER/REPO"):
        publish.publish(place)
