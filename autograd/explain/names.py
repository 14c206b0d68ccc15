"""What values are called: labels that were given first, then their own names, then v1, v2, … in recording order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.graph import Node, Value
from autograd.picture.recorded import labels_by_id as labelled  # the labels of a picture mean the same
from autograd.picture.summary import written

__all__ = ["Names", "labelled"]


class Names:
    """Names for the values of one explanation.

    labels: by id of a value; target, source: what these are called if they have no name themselves.
    readings: the values of the source; a variable that was assigned to has several, which are told apart.
    """

    def __init__(
        self, labels: Mapping[int, str], target: tuple[Value, str], source: str, readings: Sequence[Value] = ()
    ) -> None:
        self._given = dict(labels)
        for i, reading in enumerate(readings, 1):
            name = self.given(reading) or source
            self._given[id(reading)] = f"{name}@{i}" if len(readings) > 1 else name
        if self.given(target[0]) is None:
            self._given[id(target[0])] = target[1]
        self._shown: dict[int, str] = {}

    def given(self, value: Any) -> str | None:
        """The label of a value, or its own name."""
        return self._given.get(id(value)) or getattr(value, "_name", None)

    def settle(self, values: Sequence[Value]) -> None:
        """Give each of the values to be shown a name that no other has."""
        taken = {name for value in values if (name := self.given(value))}
        used: set[str] = set()
        number = 0
        for value in values:
            name = self.given(value)
            if name is None:
                number += 1
                while f"v{number}" in taken:
                    number += 1
                name = f"v{number}"
            elif name in used:
                name = next(numbered for i in range(2, len(values) + 2) if (numbered := f"{name}#{i}") not in taken)
                taken.add(name)
            used.add(name)
            self._shown[id(value)] = name

    def __getitem__(self, value: Value) -> str:
        return self._shown[id(value)]

    def formula(self, node: Node) -> str:
        """An operation with its operands: names, numbers, and a dot for what has neither."""
        return f"{node.op.name}({', '.join([self._operand(x) for x in node.inputs])})"

    def _operand(self, x: Any) -> str:
        if name := self._shown.get(id(x)) or self.given(x):
            return name
        x = x.item() if isinstance(x, np.generic) else x
        return written(x) if isinstance(x, bool | int | float | complex) else "·"
