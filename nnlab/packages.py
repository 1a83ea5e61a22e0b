"""The packages that the course needs: find those that are missing, and install them without changing any other.

It needs only the standard library, because it runs before the course can be imported: ``python nnlab/packages.py``
prepares that Python, and the first cell of every notebook calls `make_ready` in its kernel.
"""

import importlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import site
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIGURES = (("labextensions", "@jupyter-widgets/jupyterlab-manager"), ("nbextensions", "jupyter-js-widgets"))
OFFLINE = re.compile(r"NewConnectionError|NameResolution|failed to establish a new connection|getaddrinfo|timed out|"
                     r"connection (refused|reset|aborted)|unreachable|no route to host|ProxyError|tunnel|dns error|"
                     r"error sending request", re.I)


class SetupFailed(RuntimeError):
    """The course cannot run here; the message says why and what to do. A notebook shows it without a traceback."""

    def _render_traceback_(self):
        """Lines that IPython shows instead of a traceback."""
        return [str(self)]


def expect(release):
    """Print one line if the version of the installed nnlab is not `release`, that of the notebook."""
    from nnlab import __version__
    from nnlab.skipped import explain_skipped_cells

    if __version__ != release:
        print(f"This notebook belongs to nnlab {release}; it runs with nnlab {__version__}, installed in {ROOT}.")
    explain_skipped_cells()


def requirements():
    """List of the course's requirements, such as ["numpy>=2.0"]: from pyproject.toml or nnlab's metadata."""
    if not (path := ROOT / "pyproject.toml").exists():
        return [need for need in importlib.metadata.requires("nnlab") if "extra ==" not in need]
    import tomllib

    return tomllib.loads(path.read_text(encoding="utf-8"))["project"]["dependencies"]


def installed():
    """Versions of the installed packages by their normalized names, a dict of strings."""
    found = {}
    for package in importlib.metadata.distributions():
        if name := package.metadata["Name"]:  # None where the metadata are broken
            found.setdefault(_normalized(name), package.version or "")
    return found


def missing(needed, present):
    """Requirements of the list `needed` that `present` does not meet: missing packages, and versions below the bound.

    Returns:
        two lists: requirements such as "numpy>=2.0", and sentences such as "numpy 1.26.4 (the course needs 2.0)".
    """
    absent, old = [], []
    for requirement in needed:
        name, bound = re.fullmatch(r"([\w.-]+)(?:>=([\w.]+))?", requirement).groups()
        version = present.get(_normalized(name))
        if version is None:
            absent.append(requirement)
        elif bound and _numbers(version) < _numbers(bound):
            old.append(f"{name} {version} (the course needs {bound})")
    return absent, old


def add(absent, present):
    """Install the requirements `absent` with pip (or uv where there is no pip); those `present` keep their versions.

    Raises:
        SetupFailed: they could not be installed; no installed package has changed.
    """
    names = ", ".join(absent)
    if importlib.util.find_spec("pip"):
        install = [sys.executable, "-m", "pip", "install", "--retries=2", "--disable-pip-version-check", "--no-input"]
    elif uv := shutil.which("uv"):
        install = [uv, "pip", "install", "--python", sys.executable]
    else:
        raise SetupFailed(f"This Python ({sys.executable}) lacks {names}, and has no pip to install them: run "
                          f"'{sys.executable} -m ensurepip' in a terminal, then this cell again.")
    with tempfile.TemporaryDirectory() as folder:
        keep = Path(folder, "keep.txt")
        pins = [f"{name}=={version}\n" for name, version in present.items() if re.fullmatch(r"\d[\w.!+]*", version)]
        keep.write_text("".join(pins), encoding="utf-8")
        plain = {name: value for name, value in os.environ.items() if "COLOR" not in name} | {"NO_COLOR": "1"}
        done = subprocess.run([*install, "-c", str(keep), *absent], cwd=folder, env=plain, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SetupFailed(_why(names, done.stdout.strip()))
    if site.ENABLE_USER_SITE and (own := site.getusersitepackages()) not in sys.path and os.path.isdir(own):
        site.addsitedir(own)  # pip has just created that folder, because this Python's own is read-only
    importlib.invalidate_caches()


def make_ready(lasting=None):
    """Install missing packages, put the course on ``sys.path``, and print one line that says what was done.

    Args:
        lasting: put the course on the path of every later process of this Python as well; None does so on Colab only,
            where the machine is the notebook's own.

    Raises:
        SetupFailed: Python is too old, or packages could not be installed; the course is not on the path then.
    """
    if sys.version_info < (3, 11):  # noqa: UP036  what pyproject.toml demands is not checked before this
        raise SetupFailed(f"The course needs Python 3.11 or newer, and this notebook's kernel is Python "
                          f"{sys.version.split()[0]}: choose another kernel, or open the notebook in Colab.")
    needed, present, shown = requirements(), installed(), _shows_figures()
    absent, old = missing(needed, present)
    said = f"all {len(needed)} packages present, nothing installed"
    if absent:
        print(f"Adding {', '.join(absent)} ...", end=" ", flush=True)
        add(absent, present)
        said = f"installed {', '.join(absent)}"
    if old:
        said += f"; older than the course is tested with: {', '.join(old)}"
    if not shown:
        said += ("; reload this page to see its figures" if _shows_figures() else
                 "; to see figures, install ipywidgets and anywidget where Jupyter itself runs, and reload this page")
    if "google.colab" in sys.modules if lasting is None else lasting:
        path = Path(sysconfig.get_path("purelib"), "nnlab.pth")  # so that a restarted kernel finds nnlab too
        if not path.exists() or path.read_text(encoding="utf-8").strip() != str(ROOT):
            path.write_text(f"{ROOT}\n", encoding="utf-8")
    for name in [name for name in sys.modules if name.split(".")[0] == "nnlab"]:
        del sys.modules[name]  # a folder of that name which is not the package
    sys.path.insert(0, str(ROOT))
    from nnlab import __version__
    from nnlab.skipped import explain_skipped_cells

    print(f"nnlab {__version__} is ready in {ROOT}: {said}.")
    explain_skipped_cells()


def _normalized(name):
    """`name` as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _numbers(version):
    """Release numbers of `version`, a list of int: [2, 11, 0] of "2.11.0+cu130"."""
    return [int(part) for part in re.match(r"[\d.]*", version)[0].split(".") if part]


def _why(names, log):
    """One sentence on why the packages `names` could not be installed, from the installer's `log`, and what to do."""
    if re.search("certificate|UnknownIssuer", log, re.I):
        return (f"{names} could not be downloaded, because the package index's certificate is not trusted here: have "
                "your network's certificate added (PIP_CERT or SSL_CERT_FILE) and run this cell again.")
    conflict = re.search(r"The conflict is caused by:\n((?: .+\n)+)", log)  # in pip's words
    if OFFLINE.search(log) and not conflict:
        return (f"{names} could not be downloaded: connect this machine to the internet (on Kaggle: Settings > "
                "Internet on) and run this cell again.")
    if re.search("no space left|quota exceeded|errno 28|os error 28", log, re.I):
        return (f"{names} could not be installed, because the disk is full: free some of it (pip keeps downloads: "
                f"'{sys.executable} -m pip cache purge') and run this cell again.")
    if "externally-managed-environment" in log:
        return (f"{names} could not be installed: this Python ({sys.executable}) is the operating system's. Make an "
                "environment with 'python3 -m venv course', install ipykernel into it, and choose it as this "
                "notebook's kernel.")
    errors = "\n".join(line for line in log.splitlines() if line.startswith("ERROR"))
    cause = conflict[1].rstrip() if conflict else errors or log[-600:]
    return (f"could not install {names} beside what is here:\n{cause}\nRun this cell again; if it fails again, "
            "use a fresh environment (on Colab: Runtime > Disconnect and delete runtime).")


def _shows_figures():
    """Whether the page can show figures: Colab's, Kaggle's and VS Code's can; Jupyter's needs two extensions."""
    own = {"COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE", "VSCODE_PID"}
    if "google.colab" in sys.modules or own & os.environ.keys():
        return True
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        return True  # no notebook runs here
    return any(all(any(Path(folder, name).is_dir() for folder in jupyter_path(kind)) for name in (manager, "anywidget"))
               for kind, manager in FIGURES)


if __name__ == "__main__":
    try:
        make_ready(lasting=True)
    except (SetupFailed, OSError) as failed:
        sys.exit(f"nnlab: {failed}")
