"""Small arrays: parts that follow one another as one compiled function, since calling them costs more than their work.

What the function does is what NumPy does, in NumPy's order: rows are added up in eight sums, columns one row after the
other. So results are the same to the last bit, but for the sign of a zero among greatest or least zeros of both signs,
and it does not show when a plan begins to run like this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import prod

from autograd.compiler.groups import Group, grouped, only_shows
from autograd.compiler.ir import Guard, Program, Ref, Step, is_number
from autograd.compiler.loopable import is_check, is_elementwise, is_pick, reduced_axis
from autograd.compiler.memory import Memory, Part, outs_of, reads_of
from autograd.compiler.schedule import Run

LARGEST = 4096  # elements up to which an array is small


class Joined(Group):
    """Parts that a compiled function does as NumPy does."""


def joined(places: Iterable[int], parts: Sequence[Part], memory: Memory, program: Program) -> list[int | Joined]:
    """These places of parts, those that can be done in one call together."""
    rules = _Rules(parts, memory, program)
    return grouped(Joined, places, rules.takes, lambda at: only_shows(at, parts, memory, program), rules.checked)


class _Rules:
    """Which parts can be in a group."""

    def __init__(self, parts: Sequence[Part], memory: Memory, program: Program) -> None:
        self.parts, self.memory, self.program = parts, memory, program
        self.readers: dict[Ref, list[int]] = {}
        for at, part in enumerate(parts):
            for ref in reads_of(part):
                self.readers.setdefault(ref, []).append(at)
        self.leaving = {*program.results, *program.after}

    def takes(self, at: int) -> bool:
        """Whether a compiled function does this part as NumPy does."""
        part, kinds = self.parts[at], self.program.kinds
        guards = [self.program.guards[number] for number in self.memory.guards_at.get(at, [])]
        if not all([guard.convert in (bool, is_number) and not kinds[guard.value].shape for guard in guards]):
            return False
        both = [kinds[ref] for ref in [*reads_of(part), *outs_of(part)]]
        if not all([len(k.shape) <= 2 and prod(k.shape) <= LARGEST and k.dtype.isnative for k in both]):
            return False
        if isinstance(part, Run):
            several = len(part.steps) - part.sums
            along = [is_elementwise(step, self.program) for step in part.steps[:several]]
            known = [reduced_axis(step, self.program, self.memory) is not None for step in part.steps[several:]]
            return bool(part.shape) and all(along) and all(known)
        if part.several or kinds[part.outs[0]].number is not None or kinds[part.outs[0]].order is not None:
            return False
        return (
            is_elementwise(part, self.program)
            or reduced_axis(part, self.program, self.memory) is not None
            or is_pick(part, self.program)
            or self._is_check(part, guards)
        )

    def _is_check(self, step: Step, guards: list[Guard]) -> bool:
        """Whether a step is there only to find out whether an array has a NaN."""
        looked_at = bool(guards) and all([guard.convert is is_number for guard in guards])
        return looked_at and is_check(step, self.program) and not self.readers.get(step.outs[0])

    def checked(self, group: Joined) -> Iterator[int | Joined]:
        """The group, or its parts one by one where a number is needed outside, or where there is one part alone."""
        inside = set(group.parts)
        numbers = [ref for at in group.parts for ref in outs_of(self.parts[at]) if not self.program.kinds[ref].shape]
        outside = [ref for ref in numbers if ref in self.leaving or not inside.issuperset(self.readers.get(ref, []))]
        if len(group.parts) < 2:
            yield from group.apart()
        elif outside:
            (place,) = [at for at in group.parts if outside[0] in outs_of(self.parts[at])]
            yield from self.checked(group.cut(-1, place))
            yield place
            yield from self.checked(group.cut(place, len(self.parts)))
        else:
            yield group
