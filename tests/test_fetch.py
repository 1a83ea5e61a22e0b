"""nnlab.fetch and nnlab.files: a file is complete and verified, or not there."""

import contextlib
import hashlib
import http.server
import re
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from shared import CAUGHT

from nnlab import fetch as fetching
from nnlab import files
from nnlab.fetch import FetchError, fetch
from nnlab.files import checksum_of, replacing, set_aside

CONTENT = bytes(range(256)) * 500
CHECKSUM = "md5:" + hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Mirror(http.server.BaseHTTPRequestHandler):
    """A mirror that answers by path: /good, /cut (half the file), /page (a captive portal), /garbage, ..., else 404."""

    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        if self.path == "/garbage":  # not HTTP
            self.wfile.write(b"\x00\x01 what?\r\n\r\n")
            return
        if self.path == "/chunks":  # chunks that stop in the middle
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc")
            return
        if self.path == "/5kB":  # CIFAR-10 at 5 kB/s
            self.send_response(200)
            self.send_header("Content-Length", "170498071")
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(80):
                    self.wfile.write(bytes(1250))
                    time.sleep(0.25)
            return
        if self.path in ("/stall", "/drip"):
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            for k in range(40):
                if self.path == "/drip":
                    self.wfile.write(CONTENT[k:k + 1])
                    self.wfile.flush()
                time.sleep(0.25)
            return
        body = {"/good": CONTENT, "/cut": CONTENT, "/page": b"<html>Please log in</html>"}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write((body or b"")[:len(CONTENT) // 2 if self.path == "/cut" else None])

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def mirror(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    Mirror.asked.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_downloads_and_verifies(mirror, tmp_path):
    path = fetch([f"{mirror}/good"], tmp_path / "deep" / "file.gz", CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == ["file.gz"]


def test_keeps_a_good_file(mirror, tmp_path):
    (tmp_path / "file.gz").write_bytes(CONTENT)
    fetch([f"{mirror}/good"], tmp_path / "file.gz", CHECKSUM)
    assert Mirror.asked == []


def test_damaged_file_is_set_aside_and_fetched_again(mirror, tmp_path):
    (tmp_path / "file.gz").write_bytes(CONTENT[:99])
    assert fetch([f"{mirror}/good"], tmp_path / "file.gz", CHECKSUM).read_bytes() == CONTENT
    assert (tmp_path / "file.gz.damaged").read_bytes() == CONTENT[:99]
    CAUGHT.append(("fetch", "half a file in the cache", "set aside as file.gz.damaged, fetched again"))


@pytest.mark.parametrize("bad", ["cut", "page", "missing", "garbage", "chunks"])
def test_next_mirror_serves_when_one_is_bad(mirror, tmp_path, bad):
    assert fetch([f"{mirror}/{bad}", f"{mirror}/good"], tmp_path / "file.gz", CHECKSUM).read_bytes() == CONTENT
    CAUGHT.append(("fetch", f"a mirror: {bad}", "the next one serves"))


def test_says_what_was_tried_and_leaves_nothing(mirror, tmp_path):
    with pytest.raises(FetchError) as caught:
        urls = [f"{mirror}/cut", f"{mirror}/page", "http://127.0.0.1:9/closed"]
        fetch(urls, tmp_path / "file.gz", CHECKSUM, timeout=2)
    for part in ("/cut: ", "of 128000 bytes", "/page: md5 checksum", "/closed: "):
        assert part in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert len(Mirror.asked) == 4  # two rounds


@pytest.mark.parametrize("slow, said", [("stall", "timed out"), ("drip", "too slow: ")])
def test_a_mirror_that_stalls_or_drips_is_given_up(mirror, tmp_path, slow, said):
    path = tmp_path / "file.gz"
    start = time.monotonic()
    assert fetch([f"{mirror}/{slow}", f"{mirror}/good"], path, CHECKSUM, timeout=1).read_bytes() == CONTENT
    assert time.monotonic() - start < 5
    path.unlink()
    with pytest.raises(FetchError, match=f"/{slow}: {said}"):
        fetch([f"{mirror}/{slow}"], path, CHECKSUM, timeout=1, tries=1)
    assert list(tmp_path.iterdir()) == []
    CAUGHT.append(("fetch", f"a mirror: {slow}", "given up after the time-out; the next one serves"))


def test_a_mirror_that_would_need_hours_is_given_up_with_its_rate(mirror, tmp_path, capsys):
    start = time.monotonic()
    path = fetch([f"{mirror}/5kB", f"{mirror}/good"], tmp_path / "file.gz", CHECKSUM, timeout=1)
    assert path.read_bytes() == CONTENT and time.monotonic() - start < 15  # of 20 in which it drips
    said = capsys.readouterr().out
    found = re.fullmatch(rf"{mirror}/5kB: too slow: (\d+\.\d) kB/s, (\d+) minutes for the remaining 170.5 MB; "
                         "trying another mirror\n", said)
    rate, minutes = float(found[1]), int(found[2])
    assert 1 < rate < 8 and abs(minutes - 170_498 / rate / 60) < 0.03 * minutes
    path.unlink()
    with pytest.raises(FetchError, match="5kB: too slow: .*; .*/cut: the connection ended after 64000 of 128000 bytes"):
        fetch([f"{mirror}/5kB", f"{mirror}/cut"], path, CHECKSUM, timeout=1)
    assert Mirror.asked[2:] == ["/5kB", "/cut", "/cut"]  # no second round of what is too slow
    CAUGHT.append(("fetch", "a mirror at 5 kB/s", said.strip()))


class Answer:
    """An answer of `size` bytes in blocks of 64 kB, at a `rate` (bytes a second) that may change with time."""

    def __init__(self, size, rate):
        self.size, self.rate, self.now, self.left = size, rate, 0.0, size
        self.headers = {} if size is None else {"Content-Length": str(size)}

    def read1(self, count):
        count = count if self.left is None else min(count, self.left)
        self.now += count / self.rate(self.now)
        self.left = self.left and self.left - count
        return bytes(count)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.mark.parametrize("size, rate, expected", [
    (170_000_000, lambda now: 1e6, None),  # three minutes
    (170_000_000, lambda now: 75e3, (10, "75.0 kB/s, 38 minutes for the remaining 169.2 MB")),
    (170_000_000, lambda now: 5e6 if now < 10 else 75e3, (20, "kB/s, .* minutes for the remaining 1")),  # a first burst
    (170_000_000, lambda now: 5e3 if 20 < now < 29 else 2e6, None),  # a short pause
    (26_000_000, lambda now: 5e3, (10, r"5\.0 kB/s, 86 minutes for the remaining 25.9 MB")),
    (1_000_000, lambda now: 5e3, None),  # slow, and ready in 200 s
    (None, lambda now: 500, (65, "0.5 kB/s, and the size of the file is not known")),
], ids=["fast", "75 kB/s", "burst", "pause", "5 kB/s", "small", "no size"])
def test_patience_by_the_measured_rate(tmp_path, monkeypatch, size, rate, expected):
    answer = Answer(size, rate)
    monkeypatch.setattr(fetching, "clock", lambda: answer.now)
    monkeypatch.setattr(fetching.urllib.request, "urlopen", lambda *_, **__: answer)
    if expected is None:
        fetching._download("http://x/y", tmp_path / "y", "y", 10, 300)
        assert (tmp_path / "y").stat().st_size == size
        return
    with pytest.raises(fetching.TooSlow, match=expected[1]):
        fetching._download("http://x/y", tmp_path / "y", "y", 10, 300)
    assert expected[0] <= answer.now < 3.5 * expected[0]


def test_large_files_show_their_bytes(mirror, tmp_path, monkeypatch):
    bars = []

    class Bar:
        def __init__(self, total, label, show, unit):
            bars.append(self)
            self.made, self.amount, self.closed = (total, label, show, unit), 0, False

        def update(self, text="", amount=1):
            self.amount += amount

        def close(self):
            self.closed = True
    monkeypatch.setattr(fetching, "bar", Bar)
    fetch([f"{mirror}/cut", f"{mirror}/good"], tmp_path / "file.gz", CHECKSUM)
    assert [bar.made for bar in bars] == [(128_000, "file.gz", False, "B")] * 2
    assert [(bar.amount, bar.closed) for bar in bars] == [(64_000, True), (128_000, True)]
    monkeypatch.setattr(fetching, "LARGE", 100_000)
    (tmp_path / "file.gz").unlink()
    fetch([f"{mirror}/good"], tmp_path / "file.gz", CHECKSUM)
    assert bars[-1].made == (128_000, "file.gz", True, "B") and bars[-1].amount == 128_000


def test_what_no_mirror_can_cure_is_tried_once(mirror, tmp_path):
    (tmp_path / "folder").write_bytes(b"a file")
    with pytest.raises(FetchError, match="File exists|Not a directory"):
        fetch([f"{mirror}/good", f"{mirror}/good?2"], tmp_path / "folder" / "file.gz", CHECKSUM)
    assert Mirror.asked == []


def test_processes_at_once_all_get_the_whole_file(mirror, tmp_path):
    code = f"from nnlab.fetch import fetch; fetch(['{mirror}/good'], r'{tmp_path / 'file.gz'}', '{CHECKSUM}')"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait(30) for process in running] == [0] * 4
    assert (tmp_path / "file.gz").read_bytes() == CONTENT and len(list(tmp_path.iterdir())) == 1
    CAUGHT.append(("fetch", "four processes at once", "each has the whole file"))


@pytest.mark.parametrize("number, said", [
    (13, "Permission denied"), (30, "Read-only file system"), (28, "No space left")])
def test_a_folder_that_takes_no_file(mirror, tmp_path, monkeypatch, number, said):
    def refuse(*_, **__):
        raise OSError(number, said)
    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(FetchError, match=said) as caught:
        fetch([f"{mirror}/good"], tmp_path / "file.gz", CHECKSUM)
    CAUGHT.append(("fetch", said.lower(), str(caught.value)))


@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are Unix's")
def test_a_disk_that_fills_in_the_middle_of_a_download(mirror, tmp_path):
    """For real: the system refuses to let any file grow over 50 kB, as a full disk does."""
    code = textwrap.dedent(f"""
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        from nnlab.fetch import FetchError, fetch
        try:
            fetch(['{mirror}/good'], r'{tmp_path / "file.gz"}', '{CHECKSUM}')
        except FetchError as error:
            print(error)
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "/good: [Errno 27] File too large" in done.stdout, done
    assert list(tmp_path.iterdir()) == []
    CAUGHT.append(("fetch", "no room in the middle of a download", done.stdout.strip()))


def test_replacing_is_all_or_nothing(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(KeyError), replacing(path) as part:
        part.write_text("half")
        raise KeyError
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1
    with replacing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new" and len(list(tmp_path.iterdir())) == 1


def test_checksum_and_setting_aside(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert checksum_of(path, "md5") == "900150983cd24fb0d6963f7d28e17f72"  # RFC 1321, appendix A.5
    kept = set_aside(path)
    assert kept.read_bytes() == b"abc" and not path.exists()
    assert fetching.FetchError.__mro__[1] is OSError
