"""`Cell`: a place outside of a program that it reads and may change: a variable, or an array such as a slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


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
