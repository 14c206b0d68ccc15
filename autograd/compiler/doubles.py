"""Which steps compute with numbers of double precision and truth values alone, so that all of them can be doubles.

Truth values are 0 and 1 there; what NumPy computes otherwise for them, such as their sum, is left out.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograd.compiler.ir import Kind, Program, Ref, Step

CONVERSIONS = (float, np.float64)
LOGIC = {np.bitwise_and: np.logical_and, np.bitwise_or: np.logical_or, np.invert: np.logical_not}
_LOGICAL = frozenset([np.logical_and, np.logical_or, np.logical_xor, np.logical_not])


def is_of_doubles(step: Step, program: Program) -> bool:
    """Whether a step is one that doubles can do: a function of doubles and truth values that gives one of these."""
    if step.several or step.options or not step.args:
        return False
    out = program.kinds[step.outs[0]]
    if not _is_scalar(out):
        return False
    for x in step.args:
        if not (_is_scalar(program.kinds[x]) if isinstance(x, Ref) else _is_plain(x)):
            return False
    if step.function in CONVERSIONS:
        return out.dtype.char == "d"
    truth = [x if isinstance(x, bool) else isinstance(x, Ref) and program.kinds[x].dtype.char == "?" for x in step.args]
    return _known(step.function, len(step.args), out.dtype.char, all(truth))


def _is_scalar(kind: Kind) -> bool:
    return kind.shape == () and kind.dtype.char in "d?"


def _is_plain(x: Any) -> bool:
    return type(x) in (float, bool, np.float64) or (type(x) is int and abs(x) <= 2**53)


@cache
def _known(function: Any, count: int, out: str, truth: bool) -> bool:
    """Whether a function computes with doubles what it computes with these operands; truth: all are truth values."""
    if function is np.where:
        return count == 3 and out == "d"
    if function in LOGIC or function in _LOGICAL:
        return truth
    return (
        isinstance(function, np.ufunc)
        and function.signature is None
        and not truth
        and f"{'d' * count}->{out}" in function.types
    )
