"""`Plan`: a program that is ready to run, and what one may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.backends import GuardFailedError
from autograd.compiler.fusion import fuse_small
from autograd.compiler.ir import NUMBERS, SMALL, Group, Kind
from autograd.compiler.memory import Schedule
from autograd.compiler.pipeline import build, fastest, try_out
from autograd.compiler.source import source

if TYPE_CHECKING:
    from autograd.compiler.trace import Trace
    from autograd.profile import Profile

# What compiling a kernel takes. Parts on small arrays are fused when all runs together took as long as that would.
COMPILE_SECONDS = 0.15


class NotReplayedError(Exception):
    """A run was given up before it changed anything.

    drawn: the fresh values it had asked for; error: what a step raised, None where a decision came out otherwise.
    """

    def __init__(self, drawn: Sequence[Any], error: Exception | None) -> None:
        super().__init__("a plan was given up")
        self.drawn = drawn
        self.error = error


class Plan:
    '''The program of one function for one kind of arguments; `ag.compile` makes it and runs it.

    >>> import autograd as ag
    >>> @ag.compile
    ... def square(x):
    ...     return x * x
    >>> square(np.array([1.0, 2.0])), square(np.array([3.0, 4.0]))
    (array([1., 4.]), array([ 9., 16.]))
    >>> print(square.plans[0].source)  # doctest: -NORMALIZE_WHITESPACE
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def square(x):
        """Takes its arguments and gives its results."""
        return x * x
    <BLANKLINE>
    '''

    def __init__(self, trace: Trace, name: str = "step") -> None:
        self.name = name if name.isidentifier() else "step"
        self.program = trace.program
        self.fresh = list(self.program.fresh.values())
        self.executable = build(self.program, fastest())
        self._finds = [
            held.cell.buffer if changed else _reader(held.cell)
            for held, changed in zip(trace.held, self.program.changed, strict=True)
        ]
        kinds = [self.program.kinds[ref] for ref in self.program.before]
        self._puts = [
            held.cell.put
            for held, kind, changed in zip(trace.held, kinds, self.program.changed, strict=True)
            if changed and kind.number is not None
        ]
        self._fresh_kinds = [self.program.kinds[ref] for ref in self.program.fresh]
        self._state_kinds = kinds
        self._after_run = trace.after_run
        self._workspaces: list[list[Any]] = []  # buffers that no run is using; one set for each thread that runs
        self._tried = False
        self._small: Schedule | None = None  # with parts on small arrays fused, until that is compiled
        self._until_small = inf  # seconds of running

    def __call__(self, inputs: Iterable[Any]) -> list[Any]:
        """The results for arrays and numbers of the same kinds as those it was made with.

        NotReplayedError, and nothing has been changed, if a guard does not hold or a step fails.
        """
        fresh = [function() for function in self.fresh]
        workspace = self._workspaces.pop() if self._workspaces else self.executable.workspace()
        try:
            _check(fresh, self._fresh_kinds)
            state = [find() for find in self._finds]
            _check(state, self._state_kinds)
            if not self._tried or self._until_small <= 0:
                workspace = self._improve([*inputs, *fresh, *state], workspace)
            start = perf_counter()
            with np.errstate(all="ignore"):
                results, numbers = self.executable.run(*inputs, *fresh, *state, workspace)
            self._until_small -= perf_counter() - start
        except GuardFailedError:
            raise NotReplayedError(fresh, None) from None
        except Exception as error:
            raise NotReplayedError(fresh, error) from error
        finally:
            self._workspaces.append(workspace)
        for put, value in zip(self._puts, numbers, strict=True):
            put(value)
        for function in self._after_run:
            function()
        return results

    def _improve(self, values: list[Any], workspace: list[Any]) -> list[Any]:
        """Compile what it is time for; return a workspace for what runs from here on.

        Kernels are first run on copies, since compiling them may fail. Parts on small arrays are fused at once if their
        kernels are on disk, else when all runs together took as long as compiling takes.
        """
        before, backend = self.executable, self.executable.backend
        if not self._tried:
            self.executable = try_out(before, self._copied(values))
            self._tried = True
            if backend.fuses_small and self.executable is before:
                self._plan_small(before.schedule)
        if self._small is not None and self._until_small <= 0:
            self.executable = try_out(backend.emit(self._small), self._copied(values), before)
            self._small, self._until_small = None, inf
        if self.executable is before:
            return workspace
        self._workspaces = []
        return self.executable.workspace()

    def _plan_small(self, schedule: Schedule) -> None:
        """Fuse parts on small arrays, and decide from when on the result is used."""
        small = fuse_small(schedule)
        kernels = sum([isinstance(part, Group) and part.kind == SMALL for part in small.parts])
        if kernels:
            on_disk = self.executable.backend.is_cached(small)
            self._small, self._until_small = small, 0 if on_disk else COMPILE_SECONDS * kernels

    def _copied(self, values: list[Any]) -> list[Any]:
        """Return the values of a run with copies of what the program changes."""
        first = len(values) - len(self.program.before)
        state = zip(values[first:], self.program.changed, strict=True)
        return [*values[:first], *[np.copy(x) if changed and isinstance(x, np.ndarray) else x for x, changed in state]]

    def profile(self, *inputs: Any, repeats: int = 5) -> Profile:
        """What each part of the program costs: each is timed in `repeats` runs, of which the best counts.

        inputs: arrays and numbers as for a run. Nothing is changed; fresh values are drawn once.

        >>> import autograd as ag
        >>> double = ag.compile(lambda x: x @ x)
        >>> _ = double(np.ones((4, 4))), double(np.ones((4, 4)))
        >>> double.plans[0].profile(np.ones((4, 4))).flops
        128
        """
        from autograd.profile.collect import of_program  # which reads plans, and lies above

        values = [*inputs, *[function() for function in self.fresh], *[find() for find in self._finds]]
        return of_program(self.executable, values, repeats=repeats)

    @property
    def shared(self) -> list[Any]:
        """The arrays of the user's program that the source takes as its last arguments."""
        return [array for ref, array in self.program.constants.items() if ref in self.program.shared]

    @property
    def source(self) -> str:
        """The program as a module in plain NumPy: forward, backward and update, line by line.

        What the function changed, variables and slots, comes as arguments and goes as results after its own.
        """
        return source(self.program, self.name)

    def save(self, path: str | Path) -> Path:
        """Write `source` to a file, which runs wherever NumPy is installed."""
        path = Path(path)
        path.write_text(self.source, encoding="utf-8")
        return path


def _reader(cell: Any) -> Callable[[], Any]:
    return lambda: cell.value


def _check(values: Sequence[Any], kinds: Iterable[Kind]) -> None:
    """Hold that values from outside are of the kinds that the program was made for."""
    for value, kind in zip(values, kinds, strict=True):
        if kind.number is not None:
            same = type(value) is kind.number
        else:
            same = type(value) not in NUMBERS and value.shape == kind.shape and value.dtype == kind.dtype
        if not same:
            raise GuardFailedError
