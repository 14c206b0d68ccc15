"""Where a step comes from: file and line of the user's program, and the part of the work that is being done.

This is asked for at each step of a trace, and so remembers what it found out about files and lines.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FrameType

_OURS = frozenset({"autograd", "optim", "nn", "numpy"})  # whose lines are not the user's
_BETWEEN = frozenset({"numpy", "abc", "numbers"})  # which ask for whoever called them
# Functions of ours that say by being called which part of the work is being done.
_PARTS = {("autograd.reverse", "backward"): "backward", ("optim.optimizer", "apply_gradients"): "update"}
_FORWARD = "forward"
_modules: dict[str, str] = {}  # by file: its module if that is one of ours, or nothing


class Places:
    """Finds the places of one trace."""

    def __init__(self) -> None:
        self._lines: dict[
            tuple[int, int], tuple[CodeType, tuple[str, int]]
        ] = {}  # the code, so that its id stays its own

    def of(self, frame: FrameType, scopes: Callable[[], list[str]]) -> tuple[tuple[str, int], tuple[str, ...]]:
        """The place of a step that is computed in `frame`, or by what that was called from.

        scopes: tells the name scopes that are open, which belong to the forward part.
        """
        part = _FORWARD
        while (back := frame.f_back) is not None:
            code = frame.f_code
            module = _modules.get(code.co_filename)
            if module is None:
                module = _modules[code.co_filename] = frame.f_globals["__name__"] if is_ours(frame) else ""
            if not module:
                break
            part = _PARTS.get((module, code.co_name), part)
            frame = back
        return self._line(frame), (part, *scopes()) if part is _FORWARD else (part,)

    def _line(self, frame: FrameType) -> tuple[str, int]:
        code = frame.f_code
        key = (id(code), frame.f_lasti)
        if key not in self._lines:
            self._lines[key] = (code, (code.co_filename, frame.f_lineno))
        return self._lines[key][1]


def is_of_user(frame: FrameType | None) -> bool:
    """Whether the user's code asks something, itself or through NumPy or an abstract base class."""
    while frame is not None:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in _BETWEEN:
            return package not in _OURS
        frame = frame.f_back
    return True


def is_ours(frame: FrameType) -> bool:
    """Whether a frame runs our own code."""
    return frame.f_globals.get("__name__", "").partition(".")[0] in _OURS
