"""`Cell`: a place outside of a program that it reads and may change: a variable, or an array such as a slot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd.graph import Value
from autograd.tensor import Variable

_slot = Value.__dict__["value"]  # where the value of a variable lies


class Cell:
    """A variable, or the array that `find` gives, such as an optimizer's slot, which may become another array."""

    def __init__(self, variable: Any, find: Callable[[], Any] | None = None) -> None:
        self.variable = variable
        self._find = find

    @property
    def value(self) -> Any:
        """What it holds now."""
        return self.variable.value if self._find is None else self._find()

    @property
    def identity(self) -> int:
        """Which place it is."""
        return id(self.variable if self._find is None else self._find())

    def buffer(self) -> Any:
        """What it holds now, ready to be written into; of a number, which can not be, the number."""
        find = self._find
        array = self.variable.value if find is None else find()
        if not isinstance(array, np.ndarray):
            return array
        if find is None:
            del array  # so that nobody but the variable holds it
            array = self.variable.writable()
        if array.flags.c_contiguous:
            return array
        if self._find is not None:
            raise ValueError(
                "an array that a compiled function changes is not stored row by row; make it so with copy()"
            )
        self.variable.value = np.array(array, order="C")
        return self.variable.value

    def put(self, value: Any) -> None:
        """Take over a new value."""
        if self._find is None:
            self.variable.assign(value)
        else:
            self._find()[...] = value


def value_in(variable: Any) -> Any:
    """What a variable holds, without anyone being told."""
    return _slot.__get__(variable)


@contextmanager
def watched(notice: Callable[[Variable], None]) -> Iterator[None]:
    """Call `notice` with a variable before this thread gets its value, however it asks. One thread at a time.

    Most accesses are readings, which a recording is told of. Comparisons, `np.argmax` and `.value` are none, and what
    they return would become a constant of the program. So `Variable.value` is a property while a trace is open, and the
    plain slot at all other times, which costs nothing where nothing is traced.
    """
    ours = threading.get_ident()

    def look(variable: Variable) -> Any:
        if threading.get_ident() == ours:
            notice(variable)
        return _slot.__get__(variable)

    try:
        setattr(Variable, "value", property(look, _slot.__set__))  # noqa: B010  in front of the slot
        yield
    finally:
        if "value" in vars(Variable):
            delattr(Variable, "value")
