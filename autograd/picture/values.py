"""The values of a recording, told apart and in order, with the edges between them and the scope of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.graph import Value
from autograd.picture.operations import Operation
from autograd.scopes import Scope, common


class Values:
    """The values of a recording in order, each once and after what it was made from, and the edges between them."""

    def __init__(self) -> None:
        self.order: list[Any] = []
        self.place: dict[int, int] = {}  # where in `order` the object with this id stands
        self.made: dict[int, int] = {}  # by place: the number of the operation that made the value
        self.edges: list[tuple[int, int, int]] = []  # place of the source, number of the operation, and of the input
        self._positions: list[int] = []  # of the operations, in the recording

    def add(self, operation: Operation) -> None:
        """Take in an operation's inputs and its result."""
        number = len(self._positions)
        self._positions.append(operation.position)
        self.edges += [(self._input(x), number, i) for i, x in enumerate(operation.inputs) if x is not None]
        self.made[self._append(operation.out)] = number

    def scopes(self, of_position: Sequence[Scope]) -> list[Scope]:
        """The scope of each value: an operation's own, and for a leaf what the scopes of its uses have in common."""
        found: dict[int, Scope] = {i: of_position[self._positions[number]] for i, number in self.made.items()}
        for source, number, _ in self.edges:
            if source not in self.made:
                use = of_position[self._positions[number]]
                found[source] = common(found[source], use) if source in found else use
        return [found[i] for i in range(len(self.order))]

    def _input(self, x: Any) -> int:
        # Python keeps one object for each small number, so equal constants are told apart by their use.
        if is_number(x) or id(x) not in self.place:
            return self._append(x)
        return self.place[id(x)]

    def _append(self, x: Any) -> int:
        self.order.append(x)
        if not is_number(x):
            self.place[id(x)] = len(self.order) - 1
        return len(self.order) - 1


def is_number(x: Any) -> bool:
    """Whether an input is a plain number, a constant of the program."""
    return not isinstance(x, Value) and np.ndim(x) == 0
