"""Whose code a frame runs, and the file and line of the user's program that a step comes from."""

from __future__ import annotations

from types import CodeType, FrameType

_OURS = frozenset({"autograd", "optim", "nn", "numpy"})  # whose lines are not the user's
_BETWEEN = frozenset({"numpy", "abc", "numbers"})  # which ask for whoever called them
_of_user: dict[str, bool] = {}  # by file: whether it is the user's, since this is asked for at each step of a trace


class Lines:
    """Finds the lines of one trace, and remembers them."""

    def __init__(self) -> None:
        self._lines: dict[tuple[int, int], tuple[CodeType, tuple[str, int]]] = {}  # the code keeps its id

    def of(self, frame: FrameType) -> tuple[str, int]:
        """Return file and line of the user's code that runs `frame`, or called it."""
        while (back := frame.f_back) is not None:
            of_user = _of_user.get(frame.f_code.co_filename)
            if of_user is None:
                of_user = _of_user[frame.f_code.co_filename] = not is_ours(frame)
            if of_user:
                break
            frame = back
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
