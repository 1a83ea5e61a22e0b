"""A lock for a file that two notebooks may write at the same time."""

import contextlib
import os
import warnings

import filelock

WAIT = 10  # seconds for another notebook to finish writing


@contextlib.contextmanager
def locked(target):
    """Context manager that locks the file `target` for this process.

    The lock ends with its process. Where the file system has no locks, as some network drives, the block runs without:
    a write is atomic, and only one of two simultaneous writes can be lost.

    Raises:
        TimeoutError: another process has held the lock for WAIT seconds.
    """
    lock = filelock.FileLock(f"{target}.lock", timeout=WAIT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "flock not supported on this filesystem"
            lock.acquire()
    except filelock.Timeout:
        raise TimeoutError(f"another notebook has been writing {target} for {WAIT} seconds; if none is, delete "
                           f"{target.name}.lock beside it, then run this cell again") from None
    except (OSError, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows deletes no open file; its release does
            os.unlink(lock.lock_file)
        lock.release()
