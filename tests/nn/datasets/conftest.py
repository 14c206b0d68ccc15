"""A home folder, a working directory and mirrors of the test's own: nothing here touches the real ones."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.datasets import idx, mnist

Answer = Callable[[BaseHTTPRequestHandler], None]


class Mirror:
    """A web server on 127.0.0.1; `pages` holds, by path, the bytes to answer with, or what answers."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Answer] = {}
        self.asked: list[str] = []
        self.released = threading.Event()  # a stalling page waits for it; set when the test is over
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append(self.path)
                page = mirror.pages.get(self.path)
                if page is None:
                    self.send_error(404)
                elif callable(page):
                    page(self)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(page)))
                    self.end_headers()
                    self.wfile.write(page)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *args: Any) -> None:
                pass  # a client that hung up, which several tests are about

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home, working directory and cache are empty folders, and no address but 127.0.0.1 can be reached."""
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home" / ".cache"))
    monkeypatch.chdir(tmp_path / "work")
    for name in (
        "GRADTAPE_CACHE",
        "GRADTAPE_OFFLINE",
        "XDG_CACHE_HOME",
        "KERAS_HOME",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    look_up = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **options: Any) -> Any:
        assert host == "127.0.0.1", f"a test asked for {host}"
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The folder of the cache that holds MNIST; not there yet."""
    return tmp_path / "home" / ".cache" / "gradtape" / "mnist"


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Put a data set of 20 + 10 pictures of 4x3 in MNIST's place; return its files' bytes by name."""
    random = np.random.default_rng(7)
    arrays = (
        random.integers(0, 256, (20, 4, 3), np.uint8),
        random.integers(0, 10, 20, np.uint8),
        random.integers(0, 256, (10, 4, 3), np.uint8),
        random.integers(0, 10, 10, np.uint8),
    )
    files = tuple(
        file._replace(sha256=idx.checksum(array), shape=array.shape)
        for file, array in zip(mnist.FILES, arrays, strict=True)
    )
    monkeypatch.setattr(mnist, "FILES", files)
    return {file.name: idx.encode(array) for file, array in zip(files, arrays, strict=True)}
