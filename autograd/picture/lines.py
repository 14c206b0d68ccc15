"""What the user's program says: the line that ran an operation, and the names of the caller's variables."""

from __future__ import annotations

import linecache
import os
from types import CodeType, FrameType
from typing import Any

import numpy as np

from autograd.graph import Node
from autograd.tensor import Tensor


class SourceLines:
    """File and line of each operation, and what is written there; every place is looked up once."""

    def __init__(self) -> None:
        self._found: dict[tuple[CodeType, int], tuple[str, str | None]] = {}

    def of(self, node: Node) -> tuple[str, str | None]:
        """As in ("model.py:12", "y = x @ w"); the file without its folder, the text None where there is no source."""
        key = node.code, node.instruction
        if key not in self._found:
            file, number = node.where
            text = linecache.getline(file, number).strip()
            self._found[key] = f"{os.path.basename(file)}:{number}", text or None
        return self._found[key]


def names_in(frame: FrameType) -> dict[str, Any]:
    """The tensors and arrays among a function's local variables, by name.

    Of several names for one of them the first is kept that does not begin with an underscore.
    """
    names: dict[int, str] = {}
    local = frame.f_locals
    for name in sorted(local, key=lambda name: name.startswith("_")):  # which leaves the order of binding as it is
        if isinstance(local[name], Tensor | np.ndarray):
            names.setdefault(id(local[name]), name)
    return {name: local[name] for name in names.values()}
