"""A question that the reasons answer: a pair between which no gradient flows, and all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from autograd.explain.facts import Facts
from autograd.explain.model import Place
from autograd.explain.program import Assignment, Program
from autograd.explain.text import place_text
from autograd.graph import Value

Side = Literal["before", "inside", "after"]


@dataclass(frozen=True)
class Question:
    """A pair between which no gradient flows, and what is known about it and about the tape that was asked.

    target, source: the values, or whatever else was given; names: what to call them; texts: how the caller wrote them,
        None if that is too long to repeat.
    assigned: whether the target is a variable.
    automatic: whether the tape watches variables by itself; opened: where its scope was opened; marks: where
        stop_recording() and reset() were called on it.
    target_elsewhere, source_elsewhere: where the other tapes that know them were opened.
    """

    target: Any
    source: Any
    assigned: bool
    target_name: str
    source_name: str
    target_text: str | None
    source_text: str | None
    facts: Facts
    program: Program
    automatic: bool
    opened: Place | None
    marks: tuple[tuple[str, Place], ...]
    target_elsewhere: tuple[Place | None, ...]
    source_elsewhere: tuple[Place | None, ...]

    @cached_property
    def target_origin(self) -> tuple[Assignment, Side] | None:
        """The assignment that gave the target its name, and on which side of the tape's scope it stands."""
        return self._origin(self.target_text) if computed(self.target) else None

    @cached_property
    def source_origin(self) -> tuple[Assignment, Side] | None:
        """The same for the source."""
        return self._origin(self.source_text) if computed(self.source) else None

    @cached_property
    def rebinding(self) -> Assignment | None:
        """An assignment of the form x = x + 1 that made the source what it is."""
        found = self.program.assignments(self.source_text) if self.source_text and computed(self.source) else []
        own = [assignment for assignment in found if assignment.own]
        # In a loop, the assignment may stand after the question.
        return next((a for a in reversed(own) if a.line <= self.program.line), own[-1] if own else None)

    def opening(self, where: Place | None) -> str:
        """Words for a scope: where it was opened."""
        return f" that was opened at {place_text(where)}" if where else ""

    def _origin(self, text: str | None) -> tuple[Assignment, Side] | None:
        block = self.program.block(*self.opened) if self.opened else range(0)
        past = [a for a in self.program.assignments(text) if a.line <= self.program.line] if text and block else []
        if not past or not past[-1].makes:
            return None
        line = past[-1].line
        return past[-1], "before" if line < block.start else "inside" if line in block else "after"


def computed(x: Any) -> bool:
    """Whether an operation made this tensor; the constructor gives a tensor a name, if only None."""
    return isinstance(x, Value) and not x.is_variable and not hasattr(x, "_name")
