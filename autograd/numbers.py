"""The backward sweep through operations on Python floats, by the shortest way there is.

It does what `autograd.reverse` does, without the care that arrays need: no shapes to fit, no dtypes to keep, no buffers
to own. A graph of scalars is swept twice as fast.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from autograd.graph import Node, Value

_NUMBERS = frozenset({float, int})


def sweep(path: list[tuple[Node, Sequence[int]]], wanted: Set[int], cotangents: dict[int, Any]) -> None:
    """Take nodes off the end of `path` as long as they are elementwise operations on two floats or one.

    wanted: ids of the values whose cotangents are to be kept; cotangents: by id of the value, as in the sweep.
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
        if type(g) is not float or not op.elementwise or node.params or len(inputs) > 2:
            return
        first = through[0]
        rules: Any = op.rules
        other = None
        try:
            x = inputs[0]
            a = x.value if isinstance(x, Value) else x
            if type(a) not in _NUMBERS:
                return
            if len(inputs) == 1:
                part = rules[0](g, out.value, a)
            else:
                x = inputs[1]
                b = x.value if isinstance(x, Value) else x
                if type(b) not in _NUMBERS:
                    return
                part = rules[first](g, out.value, a, b)
                if len(through) == 2:
                    other = rules[1](g, out.value, a, b)
                    if type(other) is not float:
                        return
        except ArithmeticError:
            return  # where Python's numbers raise, NumPy's have an infinity
        if type(part) is not float:
            return
        path.pop()
        if key not in wanted:
            del cotangents[key]
        if part != part and g == 0.0:
            part = 0.0  # the law of zeros
        source = id(inputs[first])
        cotangents[source] = cotangents[source] + part if source in cotangents else part
        if other is not None:
            if other != other and g == 0.0:
                other = 0.0
            source = id(inputs[1])
            cotangents[source] = cotangents[source] + other if source in cotangents else other
