"""Which steps a compiled loop computes as NumPy does, to the last bit."""

from __future__ import annotations

from collections.abc import Container
from functools import cache
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.ir import Kind, Program, Ref, Step
from autograd.compiler.numpy_ops import (
    CAST,
    CONVERSION,
    EXTREME,
    FLOATS,
    INDEX,
    ORDERED,
    REDUCTION,
    TRUTHS,
    WHERE,
    Function,
    describe,
)
from autograd.compiler.simplify import probes_nan

LONGEST = 128  # elements of a row that NumPy adds up in one go, without halving it


def has_loop(step: Step, program: Program) -> bool:
    """Whether a step works on each element, with dtypes for which its loop gives what NumPy gives."""
    op, out = describe(step.function), program.kinds[step.outs[0]].dtype
    kinds = [program.kinds[ref] for ref in step.reads]
    if op.kind == CAST:
        return not step.options and len(step.args) == 2 and out.char in "fd" and _are("fd?bhilqBHI", kinds)
    if not op.loop or step.options or not kinds or not all([isinstance(x, Ref | float | int) for x in step.args]):
        return False
    if op is WHERE and len(step.args) != 3:
        return False
    if op.dtypes == TRUTHS:
        return _are("?", kinds)
    if op.dtypes == ORDERED:
        return _are_compared(step, kinds)
    return _are(FLOATS, kinds) and (out.char in "fd" or op.dtypes != FLOATS)


def _are(chars: str, kinds: list[Kind]) -> bool:
    return all([kind.dtype.char in chars and kind.dtype.isnative for kind in kinds])


def _are_compared(step: Step, kinds: list[Kind]) -> bool:
    """Whether operands are floats, or integers and no numbers but integers."""
    if _are(FLOATS, kinds):
        return not _are(TRUTHS, kinds)
    numbers = [x for x in step.args if not isinstance(x, Ref)]
    return _are("bhilqBHI", kinds) and all([isinstance(x, int) and -(2**63) <= x < 2**63 for x in numbers])


def broadcasts(step: Step, program: Program) -> bool:
    """Whether the shape of each operand broadcasts to that of the result."""
    whole = program.kinds[step.outs[0]].shape
    shapes = [program.kinds[ref].shape for ref in step.reads]
    return all([len(shape) <= len(whole) and _fits(shape, whole) for shape in shapes])


def _fits(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    return all([n in (1, m) for n, m in zip(shape[::-1], whole[::-1], strict=False)])


def reduced_axis(step: Step, program: Program, by_rows: Container[Ref]) -> int | tuple[()] | None:
    """Return 0 or 1 for a maximum, minimum or sum along an axis of a matrix, () for an extreme of all, else None.

    by_rows: the values whose elements are known to lie row by row. NumPy adds up others in another order.
    """
    op = describe(step.function)
    if op.kind != REDUCTION or not op.order or not takes_axes(step):
        return None
    x, out = program.kinds[step.args[0]], program.kinds[step.outs[0]]
    axis = step.options.get("axis")
    axis = axis[0] if type(axis) is tuple and len(axis) == 1 else axis
    if prod(x.shape) == 0:
        return None
    if op.order == EXTREME and axis is None and out.shape == () and x.shape:
        return () if _are("fdbhilqBHI", [x]) else None
    if type(axis) is not int or len(x.shape) != 2 or not (op.writes and out.shape):
        return None
    in_order = op.order == EXTREME or (step.args[0] in by_rows and _is_added_at_once(x))
    return axis % 2 if in_order and _are("fd", [x]) and x.dtype == out.dtype else None


def _is_added_at_once(x: Kind) -> bool:
    """Whether NumPy adds up the rows of a matrix without halving them."""
    return len(x.shape) == 2 and x.order is None and 1 < x.shape[1] <= LONGEST


def takes_axes(step: Step) -> bool:
    """Whether a step has one operand, and no options but axes."""
    return len(step.args) == 1 and isinstance(step.args[0], Ref) and set(step.options) <= {"axis", "keepdims"}


def is_pick(step: Step, program: Program) -> bool:
    """Whether a step is x[rows, columns] with two lists of numbers."""
    if describe(step.function).kind != INDEX or len(step.args) != 2 or type(step.args[1]) is not tuple:
        return False
    refs = [step.args[0], *step.args[1]]
    if len(refs) != 3 or not all([isinstance(ref, Ref) for ref in refs]):
        return False
    x, rows, columns = [program.kinds[ref] for ref in refs]
    lists = rows.shape == columns.shape and len(rows.shape) == 1 and _are("bhilqBHI", [rows, columns])
    return lists and len(x.shape) == 2 and _are("fd", [x])


def is_nan_probe(step: Step, program: Program) -> bool:
    """Whether a step looks for a NaN in an array of single or double precision."""
    return probes_nan(step) and _are("fd", [program.kinds[step.args[0]]])


def is_scalar_step(step: Step, program: Program) -> bool:
    """Whether a step takes and gives numbers of double precision and truth values alone.

    Then doubles can stand for all of them, with 0 and 1 for truth values. What NumPy computes otherwise for truth
    values, such as their sum, is left out.
    """
    if step.several or step.options or not step.args:
        return False
    out = program.kinds[step.outs[0]]
    if not _is_scalar(out):
        return False
    for x in step.args:
        if not (_is_scalar(program.kinds[x]) if isinstance(x, Ref) else _is_plain(x)):
            return False
    if describe(step.function).kind == CONVERSION:
        return out.dtype.char == "d"
    truth = [x if isinstance(x, bool) else isinstance(x, Ref) and program.kinds[x].dtype.char == "?" for x in step.args]
    return _on_doubles(step.function, len(step.args), out.dtype.char, all(truth))


def _is_scalar(kind: Kind) -> bool:
    return kind.shape == () and kind.dtype.char in "d?"


def _is_plain(x: Any) -> bool:
    return type(x) in (float, bool, np.float64) or (type(x) is int and abs(x) <= 2**53)


@cache
def _on_doubles(function: Function, count: int, out: str, truth: bool) -> bool:
    """Whether a function gives the same for operands as doubles; truth: all operands are truth values."""
    op = describe(function)
    if op is WHERE:
        return count == 3 and out == "d"
    if op.logic is not None:
        return truth
    if not isinstance(function, np.ufunc) or function.signature is not None or truth:
        return False
    return f"{'d' * count}->{out}" in function.types
