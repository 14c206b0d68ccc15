"""Fetch a file from the first mirror that has it sound, and keep it so that nobody ever sees half of it.

A file is held in memory until it has been checked; only then is it written, under a name of its own, and
renamed to its place in one step. So an interrupt, a full disk or a second process doing the same leaves
nothing or all.
"""

import contextlib
import http.client
import os
import queue
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from nn.errors import DataError, DownloadFailed, FileTooLarge, TruncatedFile, listing

T = TypeVar("T")

TIMEOUT = 10.0
"""Seconds a mirror may take to begin its answer, and may then be silent."""

PATIENCE = 300.0
"""Seconds that one file may take in all."""

CHUNK = 1 << 16


def download(
    urls: Iterable[str],
    target: Path,
    check: Callable[[bytes], T],
    *,
    max_bytes: int,
    timeout: float = TIMEOUT,
    patience: float = PATIENCE,
    report: Callable[[str], object] | None = None,
) -> tuple[T, str]:
    """Keep the first of `urls` whose content passes `check` at `target`; return `check`'s result and the url.

    `check` gets the bytes as they came and raises a DataError where they are not the file that was wanted;
    the next url is tried then. `target`'s folder is made if need be. If the file cannot be kept there (no
    permission, no room), `report` is told so, and the result is returned all the same.

    Raises DownloadFailed, which lists each url with its reason.
    """
    say = report or (lambda line: None)
    failures = []
    for url in urls:
        say(f"downloading {url}")
        try:
            content = fetch(url, max_bytes=max_bytes, timeout=timeout, patience=patience)
            result = check(content)
        except DataError as error:
            failures.append(f"{url}: {error.summary}")
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{url}: {error}")
        else:
            try:
                store(content, target)
            except OSError as error:
                say(f"{target} could not be kept for the next time: {error}")
            return result, url
    raise DownloadFailed(
        f"{target.name} could not be downloaded",
        got=listing(failures),
        expected="one mirror that has the file",
        advice=f"look at the network and its proxy, or put the file into {target.parent}",
    )


def fetch(url: str, *, max_bytes: int, timeout: float = TIMEOUT, patience: float = PATIENCE) -> bytes:
    """Return the body behind `url`, of at most `max_bytes` bytes.

    Raises FileTooLarge, TruncatedFile, OSError (which includes urllib's errors) or http.client.HTTPException.
    """
    deadline = time.monotonic() + patience
    body = bytearray()
    with _open(url, timeout) as response:
        promised = response.length
        if promised is not None and promised > max_bytes:
            raise _too_large(url, promised, max_bytes)
        # read1 and not read: it returns what is there, so a mirror that drips cannot outlast the deadline.
        while chunk := response.read1(CHUNK):
            body += chunk
            if len(body) > max_bytes:
                raise _too_large(url, len(body), max_bytes)
            if time.monotonic() > deadline:
                raise TimeoutError(f"not done after {patience:g} s, {len(body)} bytes came")
    if promised is not None and len(body) < promised:
        raise TruncatedFile(
            f"{url} broke off", got=f"{len(body)} bytes", expected=f"{promised} bytes", advice="try again later"
        )
    return bytes(body)


def store(content: bytes, target: Path) -> None:
    """Write `content` to `target` in one step: whoever looks sees the old file or the new one, whole.

    Raises OSError, and leaves nothing of its own behind then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        part.write_bytes(content)
        os.replace(part, target)
    finally:
        with contextlib.suppress(FileNotFoundError):  # the usual case: it has been renamed
            part.unlink()


def _open(url: str, timeout: float) -> http.client.HTTPResponse:
    """Return the response, or raise TimeoutError after `timeout` seconds at the latest.

    A socket's own timeout bounds each step of many (every address of a host, every redirect, every header
    line), and the name lookup not at all. So the asking is done on a thread that may be left behind.
    """
    if not url.startswith(("https://", "http://")):
        raise OSError("not an http address")
    answers: queue.Queue[http.client.HTTPResponse | Exception] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(urllib.request.urlopen(url, timeout=timeout))
        except Exception as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()  # it holds the connection open, for those who want to read the error page
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name=f"asking {url}").start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError(f"no answer within {timeout:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _too_large(url: str, got: int, max_bytes: int) -> FileTooLarge:
    return FileTooLarge(
        f"{url} is too large",
        got=f"{got} bytes or more",
        expected=f"at most {max_bytes} bytes",
        advice="try another mirror",
    )
