"""Downloads: every way in which a mirror can fail is named, and none leaves a trace on the disk."""

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.datasets import idx
from nn.datasets.download import download, fetch, store
from nn.errors import ChecksumMismatch, DownloadFailed

Answer = Callable[[BaseHTTPRequestHandler], None]
ROOT = Path(__file__).resolve().parents[3]
NUMBERS = np.arange(60, dtype=np.uint8).reshape(5, 12)
PAGE = gzip.compress(idx.encode(NUMBERS))


def check(content: bytes) -> Any:
    array = idx.decode(content, "numbers.gz", (5, 12), np.uint8)
    if idx.checksum(array) != idx.checksum(NUMBERS):
        raise ChecksumMismatch("numbers.gz has other numbers", got="a sum", expected="another")
    return array


def half_and_stall(mirror: Any, then: Callable[[], object] = lambda: None) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(PAGE)))
        request.end_headers()
        request.wfile.write(PAGE[:20])
        request.wfile.flush()
        then()
        mirror.released.wait(30)

    return answer


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(PAGE)))
    request.end_headers()
    request.wfile.write(PAGE[:20])


def four_megabytes(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(1024):
        request.wfile.write(bytes(4096))


def says_a_gigabyte(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000000000")
    request.end_headers()


def redirect_in_a_circle(request: BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", request.path)
    request.end_headers()


def redirect_to_a_file(request: BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", "file:///etc/hostname")
    request.end_headers()


def not_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"220 mail server ready\r\n")


FAILURES: dict[str, tuple[Any, str]] = {
    "not there": (None, "HTTP Error 404: Not Found"),
    "web page": (b"<html>Log in to this network</html>", "is a web page, not data: b'<html>Log in"),
    "empty": (b"", "numbers.gz is empty: 0 bytes"),
    "truncated gzip": (PAGE[:-9], "numbers.gz ends in the middle of its gzip stream"),
    "wrong magic": (b"PK\3\4" + PAGE, "numbers.gz is not an IDX file"),
    "wrong dimensions": (gzip.compress(idx.encode(NUMBERS.T)), r"wrong dimensions: uint8 \(12, 5\)"),
    "trailing bytes": (gzip.compress(idx.encode(NUMBERS) + b"\0"), "goes on after its last number"),
    "wrong checksum": (gzip.compress(idx.encode(NUMBERS[::-1])), "numbers.gz has other numbers"),
    "too large, and says so": (says_a_gigabyte, "is too large: 1000000000 bytes or more"),
    "too large, says nothing": (four_megabytes, "is too large: .* bytes or more"),
    "hangs up": (hang_up, "broke off: 20 bytes"),
    "circle": (redirect_in_a_circle, "infinite loop"),
    "redirect to a file": (redirect_to_a_file, "not allowed"),
    "not http": (not_http, "220 mail server ready"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_bad_mirror_is_named_and_the_next_one_asked(failure: str, mirror: Any, tmp_path: Path) -> None:
    page, text = FAILURES[failure]
    if page is not None:
        mirror.pages["/bad"] = page
    mirror.pages["/good"] = PAGE
    target = tmp_path / "kept" / "numbers.gz"
    with pytest.raises(DownloadFailed, match=rf"could not be downloaded\n  got:\n    .*/bad: .*{text}"):
        download([mirror.url + "bad"], target, check, max_bytes=2000)
    assert not target.parent.exists()

    said: list[str] = []
    array, url = download([mirror.url + "bad", mirror.url + "good"], target, check, max_bytes=2000, report=said.append)
    np.testing.assert_array_equal(array, NUMBERS)
    assert url == mirror.url + "good"
    assert said == [f"downloading {mirror.url}bad", f"downloading {mirror.url}good"]
    assert [path.name for path in target.parent.iterdir()] == ["numbers.gz"]
    assert target.read_bytes() == PAGE


def test_all_mirrors_are_listed_when_none_delivers(mirror: Any, tmp_path: Path) -> None:
    mirror.pages["/two"] = b"<html>"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: refuses to connect
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/three"
        urls = [mirror.url + "one", mirror.url + "two", closed, "file:///etc/hostname"]
        with pytest.raises(DownloadFailed) as caught:
            download(urls, tmp_path / "kept" / "numbers.gz", check, max_bytes=2000)
    lines = caught.value.got.splitlines()
    assert len(lines) == 5
    reasons = ("404", "a web page", "refused", "not an http")
    for line, url, reason in zip(lines[1:], urls, reasons, strict=True):
        assert url in line and reason in line
    assert "try: look at the network and its proxy, or put the file into" in str(caught.value)
    assert not (tmp_path / "kept").exists()


def test_a_mirror_that_stalls_in_the_middle_is_left_after_the_timeout(mirror: Any, tmp_path: Path) -> None:
    mirror.pages["/stall"] = half_and_stall(mirror)
    with pytest.raises(DownloadFailed, match=r"stall: .*timed out"):
        download([mirror.url + "stall"], tmp_path / "kept" / "numbers.gz", check, max_bytes=2000, timeout=0.2)
    assert not (tmp_path / "kept").exists()


def test_a_mirror_that_never_answers_is_left_after_the_timeout(mirror: Any, tmp_path: Path) -> None:
    mirror.pages["/silent"] = lambda request: mirror.released.wait(30)
    with pytest.raises(DownloadFailed, match=r"silent: .*(timed out|no answer within 0.2 s)"):
        download([mirror.url + "silent"], tmp_path / "numbers.gz", check, max_bytes=2000, timeout=0.2)
    assert not (tmp_path / "numbers.gz").exists()


def test_a_name_server_that_never_answers_is_left_after_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    released, answered = threading.Event(), threading.Event()

    def look_up(*args: Any, **options: Any) -> Any:
        released.wait(30)
        answered.set()
        raise socket.gaierror(socket.EAI_NONAME, "nobody knows")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(TimeoutError, match=r"no answer within 0\.2 s"):
        fetch("http://mirror.invalid/", max_bytes=10, timeout=0.2)
    assert not answered.is_set()
    released.set()


def test_a_mirror_that_drips_is_left_when_patience_ends(mirror: Any) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(250):  # five seconds in all
            mirror.released.wait(0.02)
            request.wfile.write(b"\0")

    mirror.pages["/drip"] = drip
    with pytest.raises(TimeoutError, match=r"not done after 0\.3 s, \d+ bytes came") as caught:
        fetch(mirror.url + "drip", max_bytes=2000, timeout=5, patience=0.3)
    assert int(re.search(r"(\d+) bytes came", str(caught.value))[1]) < 250


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send itself Ctrl-C there")
def test_ctrl_c_in_the_middle_leaves_nothing(mirror: Any, tmp_path: Path) -> None:
    def press() -> None:
        time.sleep(0.1)  # so that the reader has begun to wait for the second half
        os.kill(os.getpid(), signal.SIGINT)

    mirror.pages["/page"] = half_and_stall(mirror, press)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            download([mirror.url + "page"], tmp_path / "kept" / "numbers.gz", check, max_bytes=2000)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("step", ["write", "replace"])
def test_storing_that_breaks_off_leaves_the_old_file(
    error: BaseException, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "kept" / "numbers.gz"
    store(b"old", target)

    def write_half(path: Path, content: bytes) -> int:
        with open(path, "wb") as file:
            file.write(content[:3])
        raise error

    def refuse(source: Path, goal: Path) -> None:
        raise error

    if step == "write":
        monkeypatch.setattr(Path, "write_bytes", write_half)
    else:
        monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(type(error)):
        store(b"newer and longer", target)
    assert {path.name: path.read_bytes() for path in target.parent.iterdir()} == {"numbers.gz": b"old"}


def test_what_cannot_be_kept_is_returned_all_the_same(mirror: Any, tmp_path: Path) -> None:
    mirror.pages["/page"] = PAGE
    (tmp_path / "kept").write_text("a file where the folder should be")
    said: list[str] = []
    array, _ = download(
        [mirror.url + "page"], tmp_path / "kept" / "numbers.gz", check, max_bytes=2000, report=said.append
    )
    np.testing.assert_array_equal(array, NUMBERS)
    assert "numbers.gz could not be kept for the next time: " in said[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_the_kept_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    store(b"new", tmp_path / "kept" / "numbers.gz")
    assert (tmp_path / "kept" / "numbers.gz").stat().st_mode == (tmp_path / "plain").stat().st_mode


def both_at_once(mirror: Any) -> None:
    """Let the page be sent only when two have asked for it."""
    together = threading.Barrier(2, timeout=30)

    def answer(request: BaseHTTPRequestHandler) -> None:
        together.wait()
        request.send_response(200)
        request.send_header("Content-Length", str(len(PAGE)))
        request.end_headers()
        request.wfile.write(PAGE)

    mirror.pages["/page"] = answer


def test_two_threads_fetch_the_same_file_at_once(mirror: Any, tmp_path: Path) -> None:
    both_at_once(mirror)
    target = tmp_path / "kept" / "numbers.gz"
    results: list[Any] = []

    def work() -> None:
        results.append(download([mirror.url + "page"], target, check, max_bytes=2000)[0])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    for array in results:
        np.testing.assert_array_equal(array, NUMBERS)
    assert [path.name for path in target.parent.iterdir()] == ["numbers.gz"]
    assert target.read_bytes() == PAGE


PROCESS = """
import sys
from pathlib import Path
from nn.datasets import idx
from nn.datasets.download import download
array, _ = download([sys.argv[1]], Path(sys.argv[2]), idx.decode, max_bytes=2000)
print(int(array.sum()))
"""


def test_two_processes_fetch_the_same_file_at_once(mirror: Any, tmp_path: Path) -> None:
    both_at_once(mirror)
    target = tmp_path / "kept" / "numbers.gz"
    command = [sys.executable, "-c", PROCESS, mirror.url + "page", str(target)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, f"{NUMBERS.sum()}\n", "")
    assert [path.name for path in target.parent.iterdir()] == ["numbers.gz"]
    assert target.read_bytes() == PAGE
