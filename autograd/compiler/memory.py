"""Assign buffers: which memory each value of a program is written to, and for how long.

Two values never share memory by accident: a buffer is used again when nothing that shows it is read any more, and a
variable's own array is written into when nothing that shows its old value is read any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograd.compiler.fusion import is_elementwise
from autograd.compiler.ir import SCALARS, Group, Guard, Kind, Part, Program, Ref
from autograd.compiler.loop_rules import takes_axes
from autograd.compiler.numpy_ops import INDEX, REDUCTION, describe
from autograd.compiler.simplify import find_owners
from autograd.nest import leaves


@dataclass(frozen=True, eq=False)
class Schedule:
    """A program that is ready for a backend: its parts in the order in which they run, and where values lie."""

    program: Program
    parts: list[Part]
    memory: Memory
    guards: dict[Part, list[Guard]]

    def __str__(self) -> str:
        """Return a line for each part, which says where its values are written."""
        lines = []
        for part in self.parts:
            steps = [self.program.written(step) for step in part.steps]
            places = [f"v{ref.number} in {self.memory.place(ref)}" for ref in part.outs]
            head = f"{part.kind} group" if isinstance(part, Group) else steps.pop()
            lines += [f"{head}  # {', '.join(places)}", *[f"    {step}" for step in steps]]
        return "\n".join(lines)

    def guards_after(self, part: Part) -> list[Guard]:
        """Return what has to hold as soon as a part has run."""
        return self.guards.get(part, [])

    @property
    def guards_before(self) -> list[Guard]:
        """What has to hold before anything runs."""
        made = {ref for part in self.guards for ref in part.outs}
        return [guard for guard in self.program.guards if guard.value not in made]


def assign_buffers(program: Program, parts: list[Part]) -> Schedule:
    """Decide where the values lie that the parts make."""
    made = {out: part for part in parts for out in part.outs}
    guards: dict[Part, list[Guard]] = {}
    for guard in program.guards:
        if guard.value in made:
            guards.setdefault(made[guard.value], []).append(guard)
    return Schedule(program, parts, Memory(program, parts), guards)


def writes(part: Part, out: Ref, program: Program) -> bool:
    """Whether a part can be given an array to write this value into."""
    if isinstance(part, Group):
        return part.kind != SCALARS
    kind, op = program.kinds[out], describe(part.function)
    if part.several or not op.writes or not kind.shape or kind.dtype.hasobject:
        return False
    if op.kind == REDUCTION:
        return takes_axes(part)
    return not part.options


def _may_fail(part: Part) -> bool:
    """Whether a part may raise an error for other values of the same kinds."""
    if isinstance(part, Group):
        return False
    op = describe(part.function)
    if op.kind == INDEX:
        return any([isinstance(x, Ref) for x in leaves(part.args[1:])])
    return op.may_fail


class Memory:
    """Where each value goes that a part can be told to write somewhere.

    Attributes
    ----------
    buffer : the number of the buffer that a value is written to.
    state : the variable or slot whose array a value replaces in place.
    kinds : the kinds of the buffers.
    owners : for each value, those whose memory it may show.
    last : for each owner, the place of the last part that needs it.

    Values in neither get new memory at each run.
    """

    def __init__(self, program: Program, parts: list[Part]) -> None:
        self.program = program
        self.kinds: list[Kind] = []
        self.buffer: dict[Ref, int] = {}
        self.state: dict[Ref, Ref] = {}
        self.owners = find_owners(program, parts)
        made = {out: at for at, part in enumerate(parts) for out in part.outs}
        # The last part from which the run may be given up: nothing outside may have been changed before.
        guarded = [made.get(guard.value, -1) for guard in program.guards]
        self._safe_from = max([*guarded, *[at for at, part in enumerate(parts) if _may_fail(part)], -1])
        self.kept = {owner for ref in program.results for owner in self.owners[ref]}
        self.last = self._last_uses(parts)
        self._scratch: dict[Kind, list[int]] = {}  # the numbers of buffers that hold no value between parts
        self._replace_states(parts, made)
        self._share_buffers(parts)

    @property
    def placed(self) -> set[Ref]:
        """The values that are written to a given place, where their elements lie row by row."""
        return {*self.buffer, *self.state}

    def place(self, ref: Ref) -> str:
        """Return where a value lies, in words."""
        if ref in self.state:
            return f"the array of v{self.state[ref].number}"
        return f"buffer {self.buffer[ref]}" if ref in self.buffer else "new memory"

    def scratch(self, kinds: Iterable[Kind]) -> list[int]:
        """Return buffers of these kinds for what one part needs while it runs; each part may be given the same."""
        taken: list[int] = []
        for kind in kinds:
            known = self._scratch.setdefault(kind, [])
            free = [number for number in known if number not in taken]
            if not free:
                free = [len(self.kinds)]
                known += free
                self.kinds.append(kind)
            taken.append(free[0])
        return taken

    def _last_uses(self, parts: list[Part]) -> dict[Ref, int]:
        last: dict[Ref, int] = {}
        for at, part in enumerate(parts):
            for ref in [*part.reads, *part.outs]:
                last.update(dict.fromkeys(self.owners[ref], at))
        for ref in [*self.program.results, *self.program.after]:
            last.update(dict.fromkeys(self.owners[ref], len(parts)))
        return last

    def _replace_states(self, parts: list[Part], made: dict[Ref, int]) -> None:
        """Find the new values that can be written over the old ones."""
        program = self.program
        for old, new in zip(program.before, program.after, strict=True):
            at = made.get(new)
            if old == new or at is None or at <= self._safe_from or new in self.state:
                continue
            part = parts[at]
            alone = self.owners[new] == {new} and new not in self.kept and writes(part, new, program)
            if alone and program.kinds[old] == program.kinds[new] and self._over(part, old, at):
                self.state[new] = old

    def _over(self, part: Part, old: Ref, at: int) -> bool:
        """Whether a part may write over `old`: nothing needs it later, and here only element by element."""
        if self.last.get(old, -1) < at:
            return True
        views = [ref for ref in part.reads if ref != old and old in self.owners[ref]]
        summed = isinstance(part, Group) and self.program.kinds[old].shape != part.shape
        return self.last[old] == at and is_elementwise(part) and not summed and not views

    def _share_buffers(self, parts: list[Part]) -> None:
        free: dict[Kind, list[int]] = {}
        held: dict[Ref, int] = {}
        for at, part in enumerate(parts):
            for out in part.outs:
                if out in self.state or out in self.kept or not writes(part, out, self.program):
                    continue
                kind = self.program.kinds[out]
                over = [
                    ref
                    for ref in part.reads
                    if ref in held and self.program.kinds[ref] == kind and self._over(part, ref, at)
                ]
                if over and is_elementwise(part):
                    number = held.pop(over[0])
                elif free.get(kind):
                    number = free[kind].pop()
                else:
                    number = len(self.kinds)
                    self.kinds.append(kind)
                self.buffer[out] = held[out] = number
            for ref in [ref for ref in held if self.last[ref] <= at]:
                free.setdefault(self.program.kinds[ref], []).append(held.pop(ref))
