"""Backends: what makes a function that runs out of a schedule. Each has a folder; `numpy` is always there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.compiler.ir import Group, Program
from autograd.compiler.memory import Schedule


class GuardFailedError(Exception):
    """A decision came out otherwise than when the program was traced."""


@dataclass(frozen=True)
class Executable:
    """A function that runs a schedule.

    Attributes
    ----------
    run : `run(*inputs, *fresh, *state, workspace)` returns the results and the new values of those variables that are
        numbers. It raises GuardFailedError, and has changed nothing then, if a guard does not hold.
    text : what `run` does, to be read.
    schedule : what it runs.
    backend : what made it.
    kernels : how many kernels of the backend it calls.
    """

    run: Callable[..., Any]
    text: str
    schedule: Schedule
    backend: Backend
    kernels: int

    def workspace(self) -> list[Any]:
        """Return new buffers for `run`."""
        return [kind.empty() for kind in self.schedule.memory.kinds]


class Backend(ABC):
    """Takes a schedule and returns a function; and says which groups of steps it fuses."""

    name: str
    sums_rows = False
    """Whether its loops can add up the rows of what they compute."""
    fuses_small = False
    """Whether it has kernels for groups of parts on small arrays."""

    @abstractmethod
    def pays(self, group: Group, program: Program) -> bool:
        """Whether one kernel is faster than the steps of a group one by one."""

    @abstractmethod
    def emit(self, schedule: Schedule, mark: Callable[[int], None] | None = None) -> Executable:
        """Return the function; `mark` is called with the number of each part when it has run."""

    def is_cached(self, schedule: Schedule) -> bool:
        """Whether the kernels of a schedule have been compiled before, and are on disk."""
        return False

    def seal(self) -> None:  # noqa: B027  most have nothing to note
        """Note that the kernels compiled so far have run without an error."""

    def forget(self) -> None:  # noqa: B027
        """Forget the kernels that have not run without an error yet, on disk, too."""
