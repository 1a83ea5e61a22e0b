"""A process that runs what a student has handed in: isolated by bubblewrap where that works, limited everywhere."""

import contextlib
import functools
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from nnlab.course.marking.plain import LARGEST, Unreadable, read
from nnlab.course.notebooks import ROOT

PROCESSES = 60  # that one hand-in may have at a time
START = 120  # seconds that the process may take until it is ready


class Ended(RuntimeError):
    """The process has ended, or was ended because it took too long or became too many processes; the text says why."""


@functools.cache
def isolation():
    """How processes are isolated on this system: "bubblewrap", or a sentence on what is not isolated."""
    if sys.platform.startswith("linux") and (bwrap := shutil.which("bwrap")):
        trial = subprocess.run([bwrap, *_BARE, "--tmpfs", "/tmp", "true"], capture_output=True, text=True)
        if trial.returncode == 0:
            return "bubblewrap"
        why = f"bubblewrap does not work here ({' '.join(trial.stderr.split())[:120]})"
    else:
        why = "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)"
    return (f"{why}: answers can use the network and read and change what you can; only time, memory, sizes of files "
            "and processes are limited")


_BARE = ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind", "/", "/", "--dev",
         "/dev", "--proc", "/proc")
_PRIVATE = ("/home", "/root", "/run", "/var/tmp", "/mnt", "/media", "/srv")  # of people, and of other programs


class Sandbox:
    """A process of `nnlab.course.marking.child`.

    Args:
        week: the week of the exercises, such as "week01".
        seconds: limit of processor time for one exercise.
        hides: folders that the process must not see, such as those of all hand-ins and of the marks.
    """

    def __init__(self, week, seconds, hides=()):
        self._folder = Path(tempfile.mkdtemp(prefix="marking-"))
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")
                       if name in os.environ}
        environment |= {"PYTHONPATH": str(ROOT), "HOME": "/tmp", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg",
                        "NNLAB_MYLAB": "/tmp", "NNLAB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-P", "-m", "nnlab.course.marking.child", week, str(seconds)]
        if isolation() == "bubblewrap":
            hidden = [part for place in hides for part in ("--tmpfs", str(Path(place).resolve()))]
            command = ["bwrap", *_BARE, *_mount_empty(), *hidden, "--chdir", "/tmp", *command]
        else:
            environment |= {"HOME": str(self._folder), "NNLAB_MYLAB": str(self._folder)}
        self._process = subprocess.Popen(command, cwd=self._folder, env=environment, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        self._why = ""
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()
        try:
            self.receive("ready", START)
        except Ended as error:
            self.close()
            raise RuntimeError(f"the process that runs answers does not start on this system: {error}") from None
        except BaseException:
            self.close()
            raise

    def send(self, message):
        """Send the dictionary `message`.

        Raises:
            Ended: there is no process any more.
        """
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise Ended(self._why or "its process has ended") from None

    def receive(self, token, seconds):
        """The next message of the process that carries `token`.

        Raises:
            Ended: the process has ended, or sends nothing within `seconds`.
            Unreadable: it sends what is no message.
        """
        end = time.monotonic() + seconds
        while True:
            length = struct.unpack(">Q", self._bytes(8, end))[0]
            if length > LARGEST:
                raise Unreadable(f"a message of {length} bytes")
            message = read(self._bytes(length, end))
            if isinstance(message, list) and len(message) == 2 and message[0] == token:
                return message[1]

    def _bytes(self, count, end):
        """The next `count` bytes of the process."""
        found, file = b"", self._process.stdout.fileno()
        while len(found) < count:
            left = end - time.monotonic()
            if left <= 0 or not select.select([file], [], [], left)[0]:
                raise Ended("it had not ended after the time limit")
            if not (part := os.read(file, min(count - len(found), 1 << 20))):
                raise Ended(self._why or "its process has ended")
            found += part
        return found

    def _watch(self):
        """End the process when it has become too many."""
        while self._process.poll() is None:
            if (many := len(_family(self._process.pid))) > PROCESSES:
                self._why = f"it started more than {PROCESSES} processes ({many} were counted)"
                self._kill()
                return
            time.sleep(0.05)

    def _kill(self):
        """End the process and all that it has started."""
        for _ in range(20):
            family = _family(self._process.pid)
            for process in (self._process.pid, *family):
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            if not family:
                break
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)

    def close(self):
        """End the process, and remove its folder."""
        self._kill()
        for file in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                file.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _mount_empty():
    """Options of bubblewrap: /tmp and private folders are empty, but for what the course itself needs there."""
    empty = ["/tmp", *(place for place in _PRIVATE if os.path.isdir(place) and not os.path.islink(place))]
    needed = {str(ROOT), sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix), os.path.realpath(sys.executable),
              *filter(os.path.isdir, sys.path)}
    needed = sorted(place for place in needed if place.startswith(tuple(f"{one}/" for one in empty)))
    needed = [place for place in needed if not place.startswith(tuple(f"{one}/" for one in needed))]
    return [*(part for place in empty for part in ("--tmpfs", place)),
            *(part for place in needed for part in ("--ro-bind", place, place))]


def _family(process):
    """Numbers of all processes below `process`, and in the sessions of these."""
    parents = {}
    for place in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if place.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{place}/stat", encoding="latin-1") as file:
                    fields = file.read().rpartition(")")[2].split()
                parents[int(place)] = int(fields[1]), int(fields[3])
    family = {process}
    while more := {one for one, (parent, session) in parents.items()
                   if one not in family and (parent in family or session in family)}:
        family |= more
    return family - {process}
