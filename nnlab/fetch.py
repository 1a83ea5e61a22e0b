"""Download a file from the first mirror that delivers it in minutes, and verify its checksum."""

import errno
import http.client
import time
import urllib.request
from pathlib import Path

from nnlab.files import checksum_of, replacing, set_aside
from nnlab.progress import bar

SLOWEST = 1000  # bytes per second, for a file of unknown size; a slower mirror is abandoned
LARGE = 1 << 20  # bytes; larger files get a progress bar
LOCAL = {errno.EACCES, errno.EDQUOT, errno.EEXIST, errno.EFBIG, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS}
clock = time.monotonic


class FetchError(OSError):
    """No mirror delivered the file; the message lists each address with its failure."""


class TooSlow(OSError):
    """A mirror that would take too long for the rest of the file; the message says how long, and its rate."""


def fetch(urls, path, checksum, *, timeout=10, tries=2, patience=300, failed=None):
    """Path of the verified file at `path`: present already, or downloaded from the first of `urls` that delivers it.

    A present file with another checksum is set aside (`nnlab.files.set_aside`) and downloaded again. A bar shows the
    progress of a large file; a printed line names a mirror that is abandoned because it is slow.

    Args:
        urls: addresses of the same file, tried in order.
        path: path of the file; its folder is created.
        checksum: algorithm and hexadecimal digits, as in ``"md5:8d4f..."``.
        timeout: seconds without an answer before the next address is tried, and between measurements of the rate.
        tries: number of rounds over all addresses; one that is too slow is not tried again.
        patience: seconds for the rest of the file, at the measured rate, above which a mirror is too slow.
        failed: folders of addresses that failed before, a set: tried last. Those that fail now are added.

    Raises:
        FetchError: no address delivered the file; the message lists each address with its failure.
    """
    path = Path(path)
    algorithm, digits = checksum.split(":")
    if path.exists():
        if checksum_of(path, algorithm) == digits:
            return path
        set_aside(path)
    failed = set() if failed is None else failed
    failures, given_up = [], set()
    urls = sorted(urls, key=lambda url: _folder(url) in failed)
    for url in [url for _ in range(tries) for url in urls]:
        if url in given_up:
            continue
        try:
            with replacing(path) as part:
                _download(url, part, path.name, timeout, patience)
                if (got := checksum_of(part, algorithm)) != digits:
                    raise ValueError(f"{algorithm} checksum {got}, expected {digits}")
            return path
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            failures.append(f"{url}: {reason or type(error).__name__}")
            if getattr(error, "errno", None) in LOCAL:  # an error of the folder or disk: another mirror cannot help
                break
            failed.add(_folder(url))
            if isinstance(reason, TooSlow | TimeoutError):
                given_up.add(url)
            if isinstance(reason, TooSlow):
                print(f"{failures[-1]}; {'trying another mirror' if set(urls) - given_up else 'no mirror is left'}")
    raise FetchError(f"could not download {path.name}; tried " + "; ".join(dict.fromkeys(failures)))


def _folder(url):
    """Folder of the address `url`, which identifies its mirror."""
    return url.rpartition("/")[0]


def _download(url, part, label, timeout, patience):
    """Download `url` into the file `part`; an OSError if the connection ends early or is too slow."""
    request = urllib.request.Request(url, headers={"User-Agent": "nnlab"})
    with urllib.request.urlopen(request, timeout=timeout) as answer, open(part, "wb") as file:
        size = answer.headers.get("Content-Length")
        size = None if size is None else int(size)
        got, marks = 0, [(clock(), 0)]
        shown = bar(size, label, show=size is None or size >= LARGE, unit="B")
        try:
            while block := answer.read1(1 << 16):
                file.write(block)
                got += len(block)
                shown.update(amount=len(block))
                if (now := clock()) - marks[-1][0] >= timeout:
                    _check_rate(now - marks[-2:][0][0], got - marks[-2:][0][1], size and size - got, patience)
                    marks.append((now, got))
        finally:
            shown.close()
    if size is not None and got != size:
        raise OSError(f"the connection ended after {got} of {size} bytes")


def _check_rate(seconds, count, left, patience):
    """Raise TooSlow if a mirror that delivered `count` bytes in the last `seconds` needs too long for the `left` bytes.

    `left` is None where it is not known. Two intervals are measured, so that neither a burst nor a short pause decides.
    """
    rate = count / seconds
    said = f"too slow: {rate / 1000:.1f} kB/s"
    if left is None and rate < SLOWEST:
        raise TooSlow(f"{said}, and the size of the file is not known")
    if left and left / rate > patience:
        raise TooSlow(f"{said}, {left / rate / 60:,.0f} minutes for the remaining {left / 1e6:.1f} MB")
