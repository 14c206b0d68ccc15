"""Ctrl-C as a request: what is under way is finished first, so that nothing is left half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_interrupt(request_stop: Callable[[], None]) -> Iterator[None]:
    """Inside, the first Ctrl-C calls `request_stop` and the second raises KeyboardInterrupt as usual.

    Only where Ctrl-C would have raised KeyboardInterrupt: in the main thread, and if nobody else handles it.
    """
    usual = signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not usual:
        yield
        return

    def request(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, usual)
        request_stop()

    signal.signal(signal.SIGINT, request)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def held_back() -> Iterator[None]:
    """Inside, a first Ctrl-C waits for the end, so that what changes together changes as a whole."""
    asked: list[bool] = []
    with on_interrupt(lambda: asked.append(True)):
        yield
    if asked:
        raise KeyboardInterrupt
