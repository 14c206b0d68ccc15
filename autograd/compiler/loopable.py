"""Which steps a compiled loop does as NumPy does, to the last bit: what can be part of a `Joined`."""

from __future__ import annotations

from math import prod

import numpy as np

from autograd.compiler.ir import Kind, Program, Ref, Step
from autograd.compiler.memory import Memory, writes
from autograd.compiler.nan_guards import looks_for_nan
from autograd.compiler.schedule import ARITHMETIC, COMPARISONS, LOGIC
from autograd.compiler.tracer import item, method_of

LONGEST = 128  # elements of a row that NumPy adds up in one go, without halving it

EXTREMES = {
    np.max: np.maximum, np.maximum.reduce: np.maximum, method_of("max"): np.maximum,
    np.min: np.minimum, np.minimum.reduce: np.minimum, method_of("min"): np.minimum,
}  # fmt: skip
SUMS = (np.sum, np.add.reduce)
ASTYPE = method_of("astype")


def is_elementwise(step: Step, program: Program) -> bool:
    """Whether a step works on each element by itself, with numbers that a loop treats as NumPy does."""
    kinds = [program.kinds[ref] for ref in step.reads]
    out = program.kinds[step.outs[0]]
    if step.function is ASTYPE:
        return not step.options and len(step.args) == 2 and out.dtype.char in "fd" and _are("fd?bhilqBHI", kinds)
    if step.options or not kinds or not all([isinstance(x, Ref | float | int) for x in step.args]):
        return False
    if not all([_stretches(kind.shape, out.shape) for kind in kinds]):
        return False
    if step.function in ARITHMETIC:
        return out.dtype.char in "fd" and _are("fd?", kinds) and (step.function is not np.where or len(step.args) == 3)
    if step.function in LOGIC:
        return _are("?", kinds)
    if step.function not in COMPARISONS:
        return False
    if _are("fd?", kinds):
        return not _are("?", kinds)
    numbers = [x for x in step.args if not isinstance(x, Ref)]
    whole = all([isinstance(x, int) and -(2**63) <= x < 2**63 for x in numbers])
    return whole and _are("bhilqBHI", kinds) and step.function not in (np.isnan, np.isfinite)


def _are(chars: str, kinds: list[Kind]) -> bool:
    return all([kind.dtype.char in chars for kind in kinds])


def _stretches(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an operand of this shape goes along with the elements of `whole`."""
    return all([n in (1, m) for n, m in zip(shape[::-1], whole[::-1], strict=False)]) and len(shape) <= len(whole)


def reduced_axis(step: Step, program: Program, memory: Memory) -> int | tuple[int, ...] | None:
    """0 or 1 for a maximum, minimum or sum along an axis of a matrix, () for a maximum or minimum of all; else None."""
    if len(step.args) != 1 or not isinstance(step.args[0], Ref) or not set(step.options) <= {"axis", "keepdims"}:
        return None
    x, out = program.kinds[step.args[0]], program.kinds[step.outs[0]]
    axis = step.options.get("axis")
    axis = axis[0] if type(axis) is tuple and len(axis) == 1 else axis
    if step.function in EXTREMES:
        if axis is None and out.shape == () and x.shape:
            return () if _are("fdbhilqBHI", [x]) and prod(x.shape) > 0 else None
    elif step.function not in SUMS or not (step.args[0] in memory.buffer or step.args[0] in memory.state):
        return None  # sums of what may not lie row by row, too, which NumPy adds up in another order
    if type(axis) is not int or len(x.shape) != 2 or not _are("fd", [x]) or x.dtype != out.dtype or not prod(x.shape):
        return None
    axis %= 2
    if step.function in SUMS and (x.shape[1] > LONGEST or x.shape[1] == 1 or x.order is not None):
        return None
    return axis if writes(step, step.outs[0], program) else None


def is_pick(step: Step, program: Program) -> bool:
    """Whether a step is x[rows, columns], with two lists of numbers."""
    if step.function is not item or len(step.args) != 2 or type(step.args[1]) is not tuple:
        return False
    refs = [step.args[0], *step.args[1]]
    if len(refs) != 3 or not all([isinstance(ref, Ref) for ref in refs]):
        return False
    x, rows, columns = [program.kinds[ref] for ref in refs]
    lists = rows.shape == columns.shape and len(rows.shape) == 1 and _are("bhilqBHI", [rows, columns])
    return lists and len(x.shape) == 2 and _are("fd", [x])


def is_check(step: Step, program: Program) -> bool:
    """Whether a step looks for a NaN in an array of numbers that a loop knows."""
    return looks_for_nan(step) and _are("fd", [program.kinds[step.args[0]]])
