"""`Plan`: a program that is ready to run, and what one may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.emit import GuardFailedError, Lowered
from autograd.compiler.ir import NUMBERS, Kind
from autograd.compiler.kernels import available
from autograd.compiler.memory import own_results
from autograd.compiler.simplify import shortened
from autograd.compiler.source import source

if TYPE_CHECKING:
    from autograd.compiler.trace import Trace
    from autograd.profile import Profile


# From when on it is worth seconds of compiling, which is when a plan has taken about as long itself.
JOIN_AFTER = 10_000  # runs, for what is small
JOIN_SOON = 100  # runs, if it was compiled before, since it does not show
MOST = 2**28  # bytes of arrays, which are copied once for it


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
        shortened(self.program)
        own_results(self.program)
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
        self._lowered = Lowered(self.program, fuse=available())
        self._workspaces: list[list[Any]] = []  # buffers that no run is using; one set for each thread that runs
        self._runs = 0

    def __call__(self, inputs: Iterable[Any]) -> list[Any]:
        """The results for arrays and numbers of the same kinds as those it was made with.

        NotReplayedError, and nothing has been changed, if a guard does not hold or a step fails.
        """
        fresh = [function() for function in self.fresh]
        try:
            workspace = self._workspaces.pop()
        except IndexError:
            workspace = self._lowered.workspace()
        try:
            _check(fresh, self._fresh_kinds)
            state = [find() for find in self._finds]
            _check(state, self._state_kinds)
            self._runs += 1
            if self._runs in (JOIN_SOON, JOIN_AFTER) and self._goes_further([*inputs, *fresh, *state]):
                workspace = self._lowered.workspace()
            with np.errstate(all="ignore"):
                results, numbers = self._lowered.run(*inputs, *fresh, *state, workspace)
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

    def _goes_further(self, values: list[Any]) -> bool:
        """Go on with more of it compiled, if that can be done; it is tried on copies of these values."""
        if not self._lowered.fuse or sum([x.nbytes for x in values if isinstance(x, np.ndarray)]) > MOST:
            return False
        try:
            lowered = Lowered(self.program, join=True, kept=self._runs < JOIN_AFTER)
            if lowered.text == self._lowered.text:
                return False
            copies = [np.copy(x) if isinstance(x, np.ndarray) else x for x in values]
            with np.errstate(all="ignore"):
                lowered.run(*copies, lowered.workspace())
        except GuardFailedError:
            pass  # which this run will find, too
        except Exception:  # not kept, a full disk, or nothing that numba can do: the plan is right as it is
            return False
        self._lowered, self._workspaces = lowered, []
        return True

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
        return of_program(self.program, values, fuse=self._lowered.fuse, repeats=repeats)

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
