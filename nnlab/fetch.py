"""Download a file from the first mirror that delivers it, and verify its checksum."""

import http.client
import time
import urllib.request
from pathlib import Path

from nnlab.files import checksum_of, replacing, set_aside

SLOWEST = 1000  # bytes a second; a slower mirror is given up


class FetchError(OSError):
    """No mirror delivered the file; the message lists each address with its failure."""


def fetch(urls, path, checksum, *, timeout=10, tries=2):
    """Path of the verified file at `path`: present already, or downloaded from the first of `urls` that delivers it.

    A present file with another checksum is set aside (`nnlab.files.set_aside`) and downloaded again.

    Args:
        urls: addresses of the same file, tried in order.
        path: path of the file; its folder is created.
        checksum: algorithm and hexadecimal digits, as in ``"md5:8d4f..."``.
        timeout: seconds without an answer, or at less than 1 kB a second, before the next address is tried.
        tries: number of rounds over all addresses.

    Raises:
        FetchError: no address delivered the file; the message lists each address with its failure.
    """
    path = Path(path)
    algorithm, digits = checksum.split(":")
    if path.exists():
        if checksum_of(path, algorithm) == digits:
            return path
        set_aside(path)
    failures = []
    for url in [url for _ in range(tries) for url in urls]:
        try:
            with replacing(path) as part:
                _download(url, part, timeout)
                if (got := checksum_of(part, algorithm)) != digits:
                    raise ValueError(f"{algorithm} checksum {got}, expected {digits}")
            return path
        except (OSError, ValueError, http.client.HTTPException) as error:
            failures.append(f"{url}: {getattr(error, 'reason', error) or type(error).__name__}")
    raise FetchError(f"could not download {path.name}; tried " + "; ".join(dict.fromkeys(failures)))


def _download(url, part, timeout):
    """Download `url` into the file `part`; an OSError if the connection ends early or is too slow."""
    request = urllib.request.Request(url, headers={"User-Agent": "nnlab"})
    with urllib.request.urlopen(request, timeout=timeout) as answer, open(part, "wb") as file:
        expected = answer.headers.get("Content-Length")
        got, start = 0, time.monotonic()
        while block := answer.read1(1 << 16):
            file.write(block)
            got += len(block)
            if (seconds := time.monotonic() - start) > timeout and got < SLOWEST * seconds:
                raise OSError(f"too slow: {got} bytes in {seconds:.0f} seconds")
    if expected is not None and got != int(expected):
        raise OSError(f"the connection ended after {got} of {expected} bytes")
