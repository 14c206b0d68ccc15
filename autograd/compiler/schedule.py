"""The order in which a program runs: steps on each element by themselves are put together into runs.

A `Run` is a list of steps that can be done in one pass over the elements: one loop, or NumPy calls on stretches that
stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.doubles import is_of_doubles
from autograd.compiler.ir import Program, Ref, Step
from autograd.compiler.signs import COMPARING

# Functions on each element that cost little, so that moving the data is what takes the time. Those that cost more,
# exp and its kin, are faster as NumPy's own calls, which compute several elements at once.
ARITHMETIC = frozenset([
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.square, np.sqrt, np.reciprocal, np.maximum, np.minimum,
    np.absolute, np.sign, np.where,
])  # fmt: skip
COMPARISONS = frozenset([*COMPARING, np.isnan, np.isfinite])
LOGIC = frozenset([np.logical_and, np.logical_or, np.logical_not])
SMALLEST = 1024  # elements from which a run pays


@dataclass(frozen=True, eq=False)
class Run:
    """Steps over arrays of one shape, or numbers, done together; `inputs` come from outside, `outs` are used there.

    sums: the last of the steps, if they are sums of outs over all axes but the last.
    """

    steps: list[Step]
    shape: tuple[int, ...]
    inputs: list[Ref]
    outs: list[Ref]
    sums: int = 0


def ordered(program: Program, smallest: int = SMALLEST) -> list[Step | Run]:
    """The steps in an order that keeps together what can be done together; what changes the state comes last."""
    early = before_changes(program)
    first = [step for step in program.steps if step in early]
    rest = [step for step in program.steps if step not in early]
    users: dict[Ref, int] = {}
    for ref in [*program.wanted(), *[ref for step in program.steps for ref in step.reads]]:
        users[ref] = users.get(ref, 0) + 1
    parts = [*_together(program, first, smallest), *_together(program, rest, smallest)]
    return [_run(part, users, program) if isinstance(part, list) else part for part in parts]


def with_sums(parts: list[Step | Run], program: Program, smallest: int = SMALLEST) -> list[Step | Run]:
    """The parts, with sums over all axes but the last taken into the runs that make what they add up.

    So the gradient of a bias is added up where that of its layer is made. NumPy adds up rows in the same order.
    """
    maker = {ref: at for at, part in enumerate(parts) for ref in part.outs}
    found: dict[int, list[Step]] = {}
    for part in parts:
        if isinstance(part, Step) and _is_sum_of_rows(part, program):
            at = maker.get(part.args[0], -1)
            made = parts[at]
            if at >= 0 and (
                isinstance(made, Run) or _shape(program, made, smallest) == program.kinds[part.args[0]].shape
            ):
                found.setdefault(at, []).append(part)
    for at, sums in found.items():
        run = parts[at]
        if isinstance(run, Step):
            run = Run([run], program.kinds[run.outs[0]].shape, list(dict.fromkeys(run.reads)), list(run.outs))
        outs = [ref for step in sums for ref in step.outs]
        parts[at] = Run([*run.steps, *sums], run.shape, run.inputs, [*run.outs, *outs], len(sums))
    taken = {step for sums in found.values() for step in sums}
    return [part for part in parts if part not in taken]


def _is_sum_of_rows(step: Step, program: Program) -> bool:
    if step.function is not np.sum or len(step.args) != 1 or not isinstance(step.args[0], Ref):
        return False
    x, out = program.kinds[step.args[0]], program.kinds[step.outs[0]]
    axes = step.options.get("axis", ())
    axes = axes if type(axes) is tuple else (axes,)
    others = tuple(range(len(x.shape) - 1))
    plain = set(step.options) <= {"axis", "keepdims"} and not step.options.get("keepdims")
    rows = bool(others) and x.shape[-1] > 1 and x.order is None and out.shape == x.shape[-1:]
    return plain and rows and axes == others and x.dtype == out.dtype and x.dtype.char in "fd"


def before_changes(program: Program) -> set[Step]:
    """All steps that results and guards need, which come before those that change the state."""
    made = {ref: step for step in program.steps for ref in step.outs}
    found: set[Step] = set()
    refs = [*program.results, *[guard.value for guard in program.guards]]
    waiting = [made[ref] for ref in refs if ref in made]
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting += [made[ref] for ref in step.reads if ref in made]
    return found


def _together(program: Program, steps: list[Step], smallest: int) -> list[Any]:
    """The steps in an order that fits, with lists of those that make up a run.

    Of the steps that are ready, those of the shape at hand come first, then those that can be in no run.
    """
    shapes = [_shape(program, step, smallest) for step in steps]
    if len(set(shapes)) == 1 and shapes[0] is not None:
        return [steps] if len(steps) > 1 else list(steps)  # one run, as a graph of scalars is
    parts: list[Any] = []
    for i, same in by_kind([(step.reads, step.outs) for step in steps], shapes):
        if shapes[i] is None:
            parts.append(steps[i])
        elif same:
            parts[-1].append(steps[i])
        else:
            parts.append([steps[i]])
    return [part[0] if isinstance(part, list) and len(part) == 1 else part for part in parts]


def by_kind(
    work: Sequence[tuple[Sequence[Ref], Sequence[Ref]]], kinds: Sequence[Hashable]
) -> Iterator[tuple[int, bool]]:
    """Places in an order that fits, each with whether it goes on with the kind of the one before.

    work: what is read and what is made at each place. Of those that are ready, those of the kind at hand come first,
    then those of no kind, None, with which nothing goes on.
    """
    maker = {ref: i for i, (_, makes) in enumerate(work) for ref in makes}
    needs = [{maker[ref] for ref in reads if ref in maker} for reads, _ in work]
    users: dict[int, list[int]] = {}
    for i, makers in enumerate(needs):
        for j in makers:
            users.setdefault(j, []).append(i)
    ready: dict[Hashable, list[int]] = {}  # by kind, heaps of places
    for i, makers in enumerate(needs):
        if not makers:
            ready.setdefault(kinds[i], []).append(i)
    kind: Hashable = None
    for _ in work:
        same = kind is not None and bool(ready.get(kind))
        if not same:
            waiting = [other for other in ready if ready[other]]
            kind = None if None in waiting else min(waiting, key=lambda other: ready[other][0])
        i = heappop(ready[kind])
        yield i, same
        for j in users.get(i, []):
            needs[j].discard(i)
            if not needs[j]:
                heappush(ready.setdefault(kinds[j], []), j)


def _shape(program: Program, step: Step, smallest: int) -> tuple[int, ...] | None:
    """The shape of a step that may be in a run, () for numbers; None for all others."""
    if is_of_doubles(step, program):
        return ()
    kind = program.kinds[step.outs[0]]
    if step.several or step.options or kind.number is not None or prod(kind.shape) < smallest or kind.order is not None:
        return None
    operands = [program.kinds[ref] for ref in step.reads]
    plain = all([isinstance(x, Ref | float | int | bool) for x in step.args]) and bool(operands)
    fits = all([_fits(operand.shape, kind.shape) and operand.order is None for operand in operands])
    return kind.shape if plain and fits and _in_domain(step, kind.dtype, [k.dtype for k in operands]) else None


def _in_domain(step: Step, out: np.dtype[Any], operands: list[np.dtype[Any]]) -> bool:
    """Whether a loop computes this as NumPy does: single and double precision, and truth values where they belong."""
    known = all([dtype.char in "fd?" and dtype.isnative for dtype in [out, *operands]])
    if step.function in ARITHMETIC:
        return known and out.kind == "f" and (step.function is not np.where or len(step.args) == 3)
    if step.function in LOGIC:
        return known and all([dtype.kind == "b" for dtype in operands])
    return known and step.function in COMPARISONS


def _fits(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """A whole array, a scalar, or a row that is the same for all."""
    return shape in (whole, (), whole[-1:], (1,) * (len(whole) - 1) + whole[-1:])


def _run(steps: list[Step], users: dict[Ref, int], program: Program) -> Run:
    outs = [ref for step in steps for ref in step.outs]
    inner: dict[Ref, int] = {}
    for step in steps:
        for ref in step.reads:
            inner[ref] = inner.get(ref, 0) + 1
    made = set(outs)
    inputs = [ref for ref in inner if ref not in made]
    return Run(
        steps, program.kinds[outs[0]].shape, inputs, [ref for ref in outs if users.get(ref, 0) > inner.get(ref, 0)]
    )
