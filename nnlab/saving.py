"""The checkpoint of a training run as files: the newest one, the one before it, and a copy on another disk."""

import operator
import shutil
import warnings
from pathlib import Path

from nnlab import checkpoint
from nnlab.files import replacing


class Saved:
    """Checkpoint file of a run, written after every epoch; the one before it is kept beside it.

    A process that is killed at any moment, also while it writes, leaves a complete checkpoint at `path`: a new one is
    written under another name, and takes the place of the old one in one step.

    Args:
        path: the checkpoint; ``run.pt`` is kept with ``run.previous.pt``, the checkpoint of the epoch before.
        backup: path of a copy on another disk, such as a mounted Google Drive, or a folder for it, or None. Where
            there is no checkpoint at `path`, the run continues from this copy.
        every: number of epochs between two copies; there is one at the end of training, too.

    Raises:
        ValueError: there is a `backup` and no `path`; `every` is not a whole number of at least 1.
    """

    def __init__(self, path, backup=None, every=1):
        if path is None and backup is not None:
            raise ValueError(f"backup = {str(backup)!r} without resume: give resume the path of the checkpoint to copy")
        try:
            self.every = operator.index(every)
        except TypeError:
            self.every = 0
        if self.every < 1 or isinstance(every, bool):
            raise ValueError(f"backup_every = {every!r}; give a whole number of epochs, at least 1")
        self.path = Path(path).expanduser() if path is not None else None
        self.previous = path and self.path.with_name(f"{self.path.stem}.previous{self.path.suffix}")
        self.backup = Path(backup).expanduser() if backup is not None else None
        self.epoch, self._copied, self._warned = 0, 0, False
        if backup is not None:
            self.backup = self.backup / self.path.name if self._there(self.backup.is_dir) else self.backup
            if not self._there(self.backup.parent.is_dir):
                self._lost("there is no such folder; mount the Drive or make the folder")

    def source(self):
        """Path of the checkpoint from which the run continues, or None; prints a line where it is the copy."""
        if self.path is None or self.path.exists():
            return self.path
        if self.backup is not None and self._there(self.backup.exists):
            print(f"there is no {self.path}: the run continues from its copy {self.backup}")
            return self.backup
        if self.previous.exists():
            print(f"there is no {self.path}: training begins anew. {self.previous} holds an older run; to continue "
                  f"that one, stop, and rename it to {self.path.name}")
        return None

    def last_good(self, but, readable):
        """Clause on the newest checkpoint of the run except `but`, and how to continue from it; "" if there is none.

        Args:
            but: path of the checkpoint that cannot be used.
            readable: function from a path to the state in it, which raises ValueError where it is of no use.
        """
        found = []
        for path in (self.path, self.previous, self.backup):
            try:
                if path is not None and path != but and path.exists():
                    found.append((readable(path)["epoch"], path))
            except (OSError, ValueError):
                continue
        if not found:
            return ""
        epoch, path = max(found, key=lambda pair: pair[0])
        return (f"; the last good checkpoint is {path}, after epoch {epoch}: to continue from it, move {but} away "
                f"and copy it to {self.path}")

    def save(self, state):
        """Write the dictionary `state`, which has a value for "epoch", and copy it if a copy is due.

        Raises:
            OSError: it could not be written; the checkpoint of the epoch before is still there.
        """
        try:
            checkpoint.save(self.path, state, self.previous)
        except OSError as error:
            held = f"{self.path} holds epoch {self.epoch}" if self.epoch else f"there is no {self.path} yet"
            raise OSError(error.errno, f"the checkpoint of epoch {state['epoch']} could not be written "
                          f"({error.strerror}); {held}. Make room, and call fit again", str(self.path)) from None
        self.epoch = state["epoch"]
        if self.epoch - self._copied >= self.every:
            self.copy()

    def copy(self):
        """Copy the checkpoint to the backup, unless that is done; a failure is a warning, once, and no error."""
        if self.backup is None or self.epoch == self._copied or not self.path.exists():
            return
        self._copied = self.epoch
        try:
            if not self.backup.parent.is_dir():
                raise FileNotFoundError("the folder is gone")
            with replacing(self.backup, self.backup.with_name(self.backup.name + ".part")) as part:
                shutil.copyfile(self.path, part)
        except OSError as error:
            self._lost(error.strerror or str(error))

    def _lost(self, why):
        if not self._warned:
            warnings.warn(f"no copy of the checkpoint in {self.backup.parent} ({why}): training goes on, with "
                          f"{self.path} alone", UserWarning, stacklevel=4)
        self._warned = True

    @staticmethod
    def _there(asks):
        """What the method `asks` of a path returns; False where the disk does not answer."""
        try:
            return asks()
        except OSError:
            return False
