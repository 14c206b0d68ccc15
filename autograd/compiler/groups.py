"""Parts of a program that are done in one call, and how they are found, for `joined` and for `sections`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from autograd.compiler.ir import Program
from autograd.compiler.memory import Memory, Part
from autograd.compiler.schedule import Run
from autograd.compiler.tracer import item
from autograd.compiler.views import RESHAPES, VIEWS


@dataclass(frozen=True, eq=False)
class Group:
    """Parts done in one call, by their places in the program, and views between them, which are made before."""

    parts: list[int]
    views: list[int]

    def cut(self, after: int, before: int) -> Self:
        """What is of it between two places."""
        return type(self)(*[[at for at in places if after < at < before] for places in (self.parts, self.views)])

    def apart(self) -> list[int]:
        """Its places one by one."""
        return sorted([*self.parts, *self.views])


G = TypeVar("G", bound=Group)


def grouped(
    kind: type[G],
    places: Iterable[int],
    takes: Callable[[int], bool],
    shows: Callable[[int], bool],
    checked: Callable[[G], Iterable[int | G]],
) -> list[int | G]:
    """The places, those together that a group `takes` with views that it `shows`, as `checked` gives each back."""
    found: list[int | G] = []
    group = kind([], [])
    for at in places:
        if takes(at):
            group.parts.append(at)
        elif group.parts and shows(at):
            group.views.append(at)
        else:
            found += checked(group)
            group = kind([], [])
            found.append(at)
    return [*found, *checked(group)]


def only_shows(at: int, parts: Sequence[Part], memory: Memory, program: Program) -> bool:
    """Whether a part gives a view, which can be made before what it shows is written."""
    part, kinds = parts[at], program.kinds
    if isinstance(part, Run) or part.several or memory.guards_at.get(at) or len(part.reads) != 1:
        return False
    if not kinds[part.reads[0]].shape or not kinds[part.outs[0]].shape:  # a number is read when it is handed over
        return False
    if part.function in RESHAPES:  # which copies what does not lie row by row, or is to be read otherwise
        plain = not part.options and len(part.args) <= 2 and type(part.args[-1]) is not str
        return plain and part.reads[0] in memory.buffer and kinds[part.reads[0]].order is None
    return part.function in VIEWS or (part.function is item and _is_plain_index(part.args[1]))


def _is_plain_index(index: Any) -> bool:
    return all([x is None or x is Ellipsis for x in (index if type(index) is tuple else (index,))])
