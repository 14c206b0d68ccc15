"""The backward sweep through operations on each element by themselves, by the shortest way there is.

It does what `autograd.reverse` does for the usual case: one or two operands, no params, Python floats or NumPy's arrays
that need no fitting. At whatever is less common it stops, and the sweep itself goes on. Graphs of scalars and of small
arrays, where the time goes into Python rather than into numbers, are swept twice as fast.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from autograd.families import has_nan
from autograd.graph import Node, Value


def sweep(
    path: list[tuple[Node, Sequence[int]]], wanted: Set[int], cotangents: dict[int, Any], owned: set[int]
) -> None:
    """Take nodes off the end of `path` as long as they are simple.

    wanted: ids of the values whose cotangents are to be kept; cotangents, owned: as in the sweep.
    """
    while path:
        node, through = path[-1]
        out = node.out
        key = id(out)
        if key not in cotangents:
            path.pop()
            continue
        g = cotangents[key]
        op = node.op
        inputs = node.inputs
        if not op.elementwise or node.params or len(inputs) > 2:
            return
        first = through[0]
        rules: Any = op.rules
        x = inputs[0]
        a = x.value if isinstance(x, Value) else x
        shape = g.shape if type(g) is np.ndarray else None
        # What was stretched needs fitting, which is told here, before a rule has run, so that none runs twice.
        if shape is not None and first == 0 and (type(a) is not np.ndarray or a.shape != shape):
            return
        other = None
        try:
            if len(inputs) == 1:
                part = rules[0](g, out.value, a)
                if not _simple(part, g, a, op.real):
                    return
            else:
                x = inputs[1]
                b = x.value if isinstance(x, Value) else x
                if shape is not None and through[-1] == 1 and (type(b) is not np.ndarray or b.shape != shape):
                    return
                part = rules[first](g, out.value, a, b)
                if not _simple(part, g, b if first else a, op.real):
                    return
                if len(through) == 2:
                    other = rules[1](g, out.value, a, b)
                    if not _simple(other, g, b, op.real):
                        return
        except ArithmeticError:
            return  # where Python's numbers raise, NumPy's have an infinity
        path.pop()
        if key not in wanted:
            del cotangents[key]
        source = id(inputs[first])  # written out for each of two operands: calls would be a tenth of the time
        if source not in cotangents:
            cotangents[source] = part
        elif source in owned:
            cotangents[source] += part
        else:
            cotangents[source] = cotangents[source] + part
            if type(part) is np.ndarray:
                owned.add(source)
        if other is None:
            continue
        source = id(inputs[1])
        if source not in cotangents:
            cotangents[source] = other
        elif source in owned:
            cotangents[source] += other
        else:
            cotangents[source] = cotangents[source] + other
            if type(other) is np.ndarray:
                owned.add(source)


def _simple(part: Any, g: Any, x: Any, real: bool) -> bool:
    """Whether what a rule made of `g` for the operand `x` fits as it is, and neither law has a say in it."""
    if type(part) is float:
        return type(x) is float and part == part
    if type(part) is not np.ndarray or type(x) is not np.ndarray or part.dtype is not x.dtype:
        return False
    return not (real and x.dtype.kind == "c") and (part is g or (part.itemsize > 2 and not has_nan(part)))
