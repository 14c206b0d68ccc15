"""The backward sweep through operations on each element by themselves, by the shortest way there is.

It does what `autograd.reverse` does for the usual case: one or two operands, no params, Python floats or NumPy's arrays
that need no fitting. At whatever is less common it stops, and the sweep itself goes on. Graphs of scalars and of small
arrays, where the time goes into Python rather than into numbers, are swept two to three times as fast.

Looking for a NaN, in which the law of zeros may have a say, takes as long as the arithmetic of a small array. A NaN
stays one on its way, unless a rule masks it; so a stretch of small operations is swept first and then looked at once.
If there is a NaN, the stretch is swept again, and from there on each step is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from autograd.families import has_nan
from autograd.graph import Node, Value

Path = list[tuple[Node, Sequence[int]]]
SMALL = 1024  # elements of an array that is kept until its stretch has been looked at
FEW = 16  # cotangents that are noted down at the start of a stretch, to go back to


def sweep(path: Path, wanted: Set[int], cotangents: dict[int, Any], owned: set[int], trusting: bool) -> bool:
    """Take nodes off the end of `path` as long as they are simple.

    wanted: ids of the values whose cotangents are to be kept; cotangents, owned: as in the sweep. trusting: whether
    stretches may be looked at afterwards; it comes back False if there was a NaN in one.
    """
    few = len(cotangents) <= FEW and type(cotangents.get(id(path[-1][0].out))) is np.ndarray
    if trusting and few:
        trusting = _swept(path, wanted, cotangents, owned)
    if path:
        _sweep(path, wanted, cotangents, owned, careful=True)
    return trusting


def _swept(path: Path, wanted: Set[int], cotangents: dict[int, Any], owned: set[int]) -> bool:
    """A stretch of small arrays, looked at afterwards. If there is a NaN, all is as it was, and it comes back False."""
    before, ours = cotangents.copy(), set[int]()
    taken = _sweep(path, wanted, cotangents, ours, careful=False)
    if any([_has_nan(g) for key, g in cotangents.items() if g is not before.get(key)]):
        path += reversed(taken)
        cotangents.clear()
        cotangents |= before
        return False
    owned |= ours
    return True


def _has_nan(g: Any) -> bool:
    return has_nan(g) if type(g) is np.ndarray else bool(g != g)


def _sweep(path: Path, wanted: Set[int], cotangents: dict[int, Any], owned: set[int], careful: bool) -> Path:
    """The nodes that were taken off, if one is not `careful`: then they are of small arrays, and NaNs are let pass."""
    taken = Path()
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
            return taken
        first = through[0]
        rules: Any = op.rules
        x = inputs[0]
        a = x.value if isinstance(x, Value) else x
        shape = None
        if type(g) is np.ndarray:
            shape = g.shape
            # What was stretched needs fitting, which is told here, before a rule has run, so that none runs in vain.
            if first == 0 and (type(a) is not np.ndarray or a.shape != shape):
                return taken
            if not careful and g.size > SMALL:
                return taken
        elif not careful:
            return taken
        other = None
        try:
            if len(inputs) == 1:
                part = rules[0](g, out.value, a)
                if not _simple(part, g, a, op.real, careful):
                    return taken
            else:
                x = inputs[1]
                b = x.value if isinstance(x, Value) else x
                if shape is not None and through[-1] == 1 and (type(b) is not np.ndarray or b.shape != shape):
                    return taken
                part = rules[first](g, out.value, a, b)
                x = b if first else a
                number = type(part) is float is type(x) and part == part  # told without a call, a twentieth of the time
                if not number and not _simple(part, g, x, op.real, careful):
                    return taken
                if len(through) == 2:
                    other = rules[1](g, out.value, a, b)
                    number = type(other) is float is type(b) and other == other
                    if not number and not _simple(other, g, b, op.real, careful):
                        return taken
        except ArithmeticError:
            return taken  # where Python's numbers raise, NumPy's have an infinity
        entry = path.pop()
        if not careful:
            taken.append(entry)
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
    return taken


def _simple(part: Any, g: Any, x: Any, real: bool, careful: bool) -> bool:
    """Whether what a rule made of `g` for the operand `x` fits as it is, and neither law has a say in it.

    careful: whether to look for a NaN.
    """
    if type(part) is float:
        return type(x) is float and (part == part or not careful)
    if type(part) is not np.ndarray or type(x) is not np.ndarray or part.dtype is not x.dtype:
        return False
    if real and x.dtype.kind == "c":
        return False
    return part is g or not careful or (part.itemsize > 2 and not has_nan(part))
