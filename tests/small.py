"""Small stand-ins for what takes long: environments of links, wheels of a few lines, a remote with the release."""

import base64
import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

from nnlab import __version__
from nnlab.course.notebooks import ROOT

SITE = Path(sysconfig.get_path("purelib"))


def environment(folder, only=None, without=()):
    """Path of the Python of a new environment in `folder`, and the folder that holds links to packages of the tests'.

    Args:
        only: names in site-packages of what it has; all but nnlab's path by default.
        without: names of what it lacks all the same; whatever begins with one of them is left out.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    links = folder / "packages"
    links.mkdir()
    for entry in SITE.iterdir():
        wanted = only is None or entry.name.startswith(only)
        if wanted and entry.suffix != ".pth" and not entry.name.startswith(without):
            (links / entry.name).symlink_to(entry)
    (folder / "venv" / SITE.relative_to(sys.prefix) / "packages.pth").write_text(f"{links}\n", encoding="utf-8")
    return folder / "venv" / Path(sys.executable).relative_to(sys.prefix), links


def wheel(folder, name, version, files, requires=()):
    """Path of a new wheel in `folder`: the package `name` with `files`, a dict from path to bytes."""
    about = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {need}\n" for need in requires)
    files = files | {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    record = ""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        record += f"{path},sha256={digest},{len(content)}\n"
    made = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, content in (files | {f"{about}/RECORD": f"{record}{about}/RECORD,,\n".encode()}).items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (0o100755 if "/scripts/" in path else 0o100644) << 16
            archive.writestr(entry, content)
    return made


def repacked(folder, name):
    """Path of a wheel in `folder` of the package `name` as it is installed here, without its own requirements."""
    found, files = importlib.metadata.distribution(name), {}
    for path in map(str, found.files):
        if "__pycache__" not in path and ".dist-info" not in path:
            kept = path if not path.startswith("..") else f"{name}-{found.version}.data/data/{path.lstrip('./')}"
            files[kept] = Path(found.locate_file(path)).read_bytes()
    return wheel(folder, name, found.version, files)


def versions(python):
    """Versions of the packages that `python` has, a dict by their names."""
    code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    return json.loads(subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout)


def released(folder):
    """A git remote in `folder` that holds the working tree under its release's tag; on main it breaks."""
    repository = folder / "repository"

    def git(*arguments, cwd=repository):
        me = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main"]
        return subprocess.run(["git", *me, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout

    for name in git("ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).exists():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, repository / name)
    git("init", "-q")
    git("config", "core.compression", "0")  # it is cloned often, and only here
    git("config", "pack.window", "0")
    git("add", "-A")
    git("commit", "-qm", "The release")
    git("tag", f"v{__version__}")
    (repository / "nnlab" / "__init__.py").write_text('raise ImportError("main has moved on")\n', encoding="utf-8")
    (repository / "nnlab" / "packages.py").unlink()
    git("commit", "-qam", "main moves on")
    return repository
