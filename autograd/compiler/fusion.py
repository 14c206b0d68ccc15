"""Put steps together that run as one kernel.

Steps on each element of arrays of one shape become one loop, so that the arrays pass through the processor once. Steps
on numbers become one call on all of them. Parts on small arrays become one call, since calling them costs more than
their work.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

from autograd.compiler.ir import LOOP, SCALARS, SMALL, Group, Guard, Part, Program, Ref, Step, is_number
from autograd.compiler.loop_rules import (
    broadcasts,
    has_loop,
    is_nan_probe,
    is_pick,
    is_scalar_step,
    reduced_axis,
    takes_axes,
)
from autograd.compiler.numpy_ops import CAST, ELEMENTWISE, INDEX, REDUCTION, RESHAPE, SUM, VIEW, describe

if TYPE_CHECKING:
    from autograd.compiler.memory import Schedule

SMALLEST = 1024  # elements from which a loop pays
LARGEST_SMALL = 4096  # elements up to which an array is small


class Rules(Protocol):
    """What a backend fuses."""

    sums_rows: bool
    """Whether its loops can add up the rows of what they compute."""

    def pays(self, group: Group, program: Program) -> bool:
        """Whether one kernel is faster than the steps one by one."""


def fuse(program: Program, rules: Rules, smallest: int = SMALLEST) -> list[Part]:
    """Return the steps in the order in which they run, with those in groups that become one kernel."""
    early = program.before_changes()
    first = [step for step in program.steps if step in early]
    rest = [step for step in program.steps if step not in early]
    uses = _counts([*program.wanted(), *[ref for step in program.steps for ref in step.reads]])
    parts: list[Part] = []
    for part in [*_grouped(program, first, smallest), *_grouped(program, rest, smallest)]:
        if len(part) == 1:
            parts += part
        elif rules.pays(group := _group(part, uses, program), program):
            parts.append(group)
        else:
            parts += part
    return _fuse_row_sums(parts, program, smallest) if rules.sums_rows else parts


def _counts(refs: Sequence[Ref]) -> dict[Ref, int]:
    counts: dict[Ref, int] = {}
    for ref in refs:
        counts[ref] = counts.get(ref, 0) + 1
    return counts


def _grouped(program: Program, steps: list[Step], smallest: int) -> list[list[Step]]:
    """Return the steps in a valid order, as lists of those that can be in one group."""
    shapes = [_loop_shape(program, step, smallest) for step in steps]
    if len(set(shapes)) == 1 and shapes[0] is not None:
        return [steps]  # as the steps of a graph of scalars are
    lists: list[list[Step]] = []
    for i, same in order_by_kind([(step.reads, step.outs) for step in steps], shapes):
        if same:
            lists[-1].append(steps[i])
        else:
            lists.append([steps[i]])
    return lists


def _loop_shape(program: Program, step: Step, smallest: int) -> tuple[int, ...] | None:
    """Return the shape that a step's loop goes over, () for numbers, None for steps that are in no group."""
    if is_scalar_step(step, program):
        return ()
    kind = program.kinds[step.outs[0]]
    if step.several or kind.number is not None or prod(kind.shape) < smallest or kind.order is not None:
        return None
    if describe(step.function).kind == CAST or not has_loop(step, program):
        return None
    operands = [program.kinds[ref] for ref in step.reads]
    fits = all([_is_whole_or_row(k.shape, kind.shape) and k.order is None for k in operands])
    return kind.shape if fits else None


def _is_whole_or_row(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an operand is a whole array, a number, or a row that is the same for all rows."""
    return shape in (whole, (), whole[-1:], (1,) * (len(whole) - 1) + whole[-1:])


def _group(steps: list[Step], uses: dict[Ref, int], program: Program) -> Group:
    inner = _counts([ref for step in steps for ref in step.reads])
    outs = [ref for step in steps for ref in step.outs]
    made = set(outs)
    reads = [ref for ref in inner if ref not in made]
    used = [ref for ref in outs if uses.get(ref, 0) > inner.get(ref, 0)]
    shape = program.kinds[outs[0]].shape
    return Group(LOOP if shape else SCALARS, steps, reads, used, shape)


def _fuse_row_sums(parts: list[Part], program: Program, smallest: int) -> list[Part]:
    """Move sums over all axes but the last into the loops that make what they add up.

    So the gradient of a bias is added up where that of its layer is made. NumPy adds up rows in the same order.
    """
    maker = {ref: at for at, part in enumerate(parts) for ref in part.outs}
    found: dict[int, list[Step]] = {}
    for part in parts:
        if isinstance(part, Step) and _is_row_sum(part, program):
            at = maker.get(part.args[0], -1)
            if at >= 0 and _is_loop_over(parts[at], program.kinds[part.args[0]].shape, program, smallest):
                found.setdefault(at, []).append(part)
    for at, sums in found.items():
        group = parts[at]
        if isinstance(group, Step):
            shape = program.kinds[group.outs[0]].shape
            group = Group(LOOP, [group], list(dict.fromkeys(group.reads)), list(group.outs), shape)
        outs = [ref for step in sums for ref in step.outs]
        parts[at] = replace(group, steps=[*group.steps, *sums], outs=[*group.outs, *outs], row_sums=len(sums))
    moved = {step for sums in found.values() for step in sums}
    return [part for part in parts if part not in moved]


def _is_loop_over(part: Part, shape: tuple[int, ...], program: Program, smallest: int) -> bool:
    return isinstance(part, Group) or _loop_shape(program, part, smallest) == shape


def _is_row_sum(step: Step, program: Program) -> bool:
    op = describe(step.function)
    if op.kind != REDUCTION or op.order != SUM or not takes_axes(step) or step.options.get("keepdims"):
        return False
    x, out = program.kinds[step.args[0]], program.kinds[step.outs[0]]
    axes = step.options.get("axis", ())
    axes = axes if type(axes) is tuple else (axes,)
    others = tuple(range(len(x.shape) - 1))
    rows = bool(others) and x.shape[-1] > 1 and x.order is None and out.shape == x.shape[-1:]
    return rows and axes == others and x.dtype == out.dtype and x.dtype.char in "fd"


def order_by_kind(
    work: Sequence[tuple[Sequence[Ref], Sequence[Ref]]], kinds: Sequence[Hashable]
) -> Iterator[tuple[int, bool]]:
    """Yield places in a valid order that keeps kinds together, each with whether the one before is of the same kind.

    work: what is read and what is made at each place. Of the places that are ready, those of the kind at hand come
    first, then those of no kind, None, which are never the same.
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


# Small arrays.


def fuse_small(schedule: Schedule) -> Schedule:
    """Return the schedule with parts on small arrays that follow one another in groups.

    Their kernel does what NumPy does, in NumPy's order: rows are added up in eight sums, columns one row after the
    other. So results are the same to the last bit, but for the sign of a zero among greatest or least zeros of both
    signs.
    """
    return replace(schedule, parts=list(_SmallGroups(schedule).found()))


class _SmallGroups:
    """Finds the parts of a schedule that can be in one group."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule, self.program = schedule, schedule.program
        self.readers: dict[Ref, list[Part]] = {}
        for part in schedule.parts:
            for ref in part.reads:
                self.readers.setdefault(ref, []).append(part)
        self.leaving = {*self.program.results, *self.program.after}

    def found(self) -> Iterator[Part]:
        """Yield groups, and the parts that are in none."""
        waiting: list[Part] = []  # members and views of one group
        for part in self.schedule.parts:
            if self._is_member(part) or (waiting and self._is_early_view(part)):
                waiting.append(part)
            else:
                yield from self._checked(waiting)
                waiting = []
                yield part
        yield from self._checked(waiting)

    def _checked(self, parts: list[Part]) -> Iterator[Part]:
        """Yield a group of these parts; or the parts where one is alone, or a number is needed outside."""
        members = [part for part in parts if self._is_member(part)]
        if len(members) < 2:
            yield from parts
            return
        inside = set(members)
        for at, part in enumerate(parts):
            if part in inside and any([self._is_number_outside(ref, inside) for ref in part.outs]):
                yield from self._checked(parts[:at])
                yield part
                yield from self._checked(parts[at + 1 :])
                return
        views = [part for part in parts if isinstance(part, Step) and part not in inside]
        steps = [step for part in members for step in part.steps]
        reads = list(dict.fromkeys([ref for part in parts for ref in part.reads]))
        outs = [ref for part in parts for ref in part.outs]
        yield Group(SMALL, steps, reads, outs, members=members, views=views)

    def _is_number_outside(self, ref: Ref, inside: set[Part]) -> bool:
        if self.program.kinds[ref].shape:
            return False
        return ref in self.leaving or not inside.issuperset(self.readers.get(ref, []))

    def _is_member(self, part: Part) -> bool:
        """Whether a kernel does this part as NumPy does."""
        kinds = self.program.kinds
        guards = self.schedule.guards_after(part)
        if not all([guard.convert in (bool, is_number) and not kinds[guard.value].shape for guard in guards]):
            return False
        both = [kinds[ref] for ref in [*part.reads, *part.outs]]
        if not all([len(k.shape) <= 2 and prod(k.shape) <= LARGEST_SMALL and k.dtype.isnative for k in both]):
            return False
        if isinstance(part, Group):
            return part.kind == LOOP and all([self._is_small_step(step) for step in part.steps])
        if part.several or kinds[part.outs[0]].number is not None or kinds[part.outs[0]].order is not None:
            return False
        return self._is_small_step(part) or is_pick(part, self.program) or self._is_nan_guard(part, guards)

    def _is_small_step(self, step: Step) -> bool:
        if has_loop(step, self.program) and broadcasts(step, self.program):
            return True
        return reduced_axis(step, self.program, self.schedule.memory.placed) is not None

    def _is_nan_guard(self, step: Step, guards: list[Guard]) -> bool:
        """Whether a step is there only to find out whether an array has a NaN."""
        probes = bool(guards) and all([guard.convert is is_number for guard in guards])
        return probes and is_nan_probe(step, self.program) and not self.readers.get(step.outs[0])

    def _is_early_view(self, part: Part) -> bool:
        """Whether a part returns a view, which can be made before what it shows is written."""
        kinds = self.program.kinds
        if isinstance(part, Group) or part.several or self.schedule.guards_after(part) or len(part.reads) != 1:
            return False
        if not kinds[part.reads[0]].shape or not kinds[part.outs[0]].shape:  # a number is read when it is handed over
            return False
        op = describe(part.function)
        if op.kind == RESHAPE:  # a copy of what does not lie row by row, or is read in another order
            plain = not part.options and len(part.args) <= 2 and type(part.args[-1]) is not str
            return plain and part.reads[0] in self.schedule.memory.buffer and kinds[part.reads[0]].order is None
        return op.kind == VIEW or (op.kind == INDEX and _has_no_numbers(part.args[1]))


def _has_no_numbers(index: Any) -> bool:
    return all([x is None or x is Ellipsis for x in (index if type(index) is tuple else (index,))])


def is_elementwise(part: Part) -> bool:
    """Whether each element of the results depends on the same element of the operands alone."""
    return isinstance(part, Group) or (describe(part.function).kind == ELEMENTWISE and describe(part.function).writes)
