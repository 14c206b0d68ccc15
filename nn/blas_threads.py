"""The number of threads that BLAS has during `fit`, chosen by timing the steps.

OpenBLAS's threads spin until all of them are done. If other programs need the cores, a spinning thread takes the core
that the thread with the work needs, and a step takes up to thirty times as long as with one thread. On an idle machine
more threads are faster. Neither the number of cores nor the load average distinguishes the two cases; the steps do.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from nn.checks import check_count
from nn.comparison import Comparison

VARIABLES = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
BY_HAND, MEASURED = "set by hand", "measured"  # the reasons with which a number is set

Run = Callable[[str, Callable[[Any], Any], Any], Any]  # (kind of step, step, its batch) -> result of the step


class Library(Protocol):
    """A BLAS library that is loaded, as threadpoolctl represents it."""

    @property
    def num_threads(self) -> int | None:
        """The number of threads it has now."""

    def set_num_threads(self, num_threads: int) -> object:
        """Give it another number of threads."""


class BlasThreads(NamedTuple):
    """A number of BLAS threads, and the reason for it."""

    number: int | None
    reason: str


def find_libraries() -> list[Library]:
    """Find the loaded BLAS libraries whose number of threads can be set."""
    from threadpoolctl import ThreadpoolController  # imported late: only an unseeded fit needs it

    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    return [library for library in libraries if library.num_threads]


def run_plainly(kind: str, step: Callable[[Any], Any], batch: Any) -> Any:
    """Run the step with the number of threads that BLAS has."""
    return step(batch)


class Chooser:
    """Chooses the number of BLAS threads of the process during calls of `fit`."""

    def __init__(
        self,
        find: Callable[[], Sequence[Library]] = find_libraries,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.find, self.clock = find, clock
        self.by_hand: int | None = None
        self.seeded = False
        self.most = 0  # the largest number that BLAS was found to have; less than that is a limit by the program
        self.before: list[int] = []  # the libraries' numbers before the running call, and those that it has set
        self.current: list[int] = []
        self.comparisons: dict[str, Comparison] = {}
        self.running = threading.Lock()

    @cached_property
    def libraries(self) -> Sequence[Library]:
        """The BLAS libraries, looked up when they are first needed."""
        return self.find()

    def reason(self) -> str:
        """Return what decides about the number."""
        if self.by_hand is not None:
            return BY_HAND
        if any(os.environ.get(variable) for variable in VARIABLES):
            return "set by the environment"
        if self.seeded:
            return "pinned by the seed"
        numbers = self.before or self._numbers()
        if not numbers:
            return "no BLAS whose number can be set"
        self.most = max(self.most, *numbers)
        if min(numbers) < self.most:
            return "limited by the program"
        return MEASURED if self.most > 1 else "BLAS has one thread"

    def state(self) -> BlasThreads:
        """Return the number and the reason for it."""
        reason = self.reason()
        number = min(self.before or self._numbers(), default=None)
        if number is not None and reason == BY_HAND:
            number = self.by_hand
        if reason == MEASURED and "train" in self.comparisons:
            number = self.comparisons["train"].best
        return BlasThreads(number, reason)

    @contextmanager
    def scope(self, measure: bool = False) -> Iterator[Run]:
        """Yield a function that runs steps; afterwards BLAS has the number that it had before.

        The number is set if it was given by hand, or if `measure` is true and nothing else decides about it. Inside
        another scope, of this thread or of another one, steps run with the number that the other one sets.
        """
        reason = self.reason() if measure or self.by_hand is not None else ""
        if reason not in (BY_HAND, MEASURED) or not self.running.acquire(blocking=False):
            yield run_plainly
            return
        try:
            self.before = self.current = self._numbers()
            if self.by_hand is not None:
                self._set([self.by_hand] * len(self.before))
            for comparison in self.comparisons.values():
                comparison.begin_fit(self.most)
            yield self._run if reason == MEASURED else run_plainly
        finally:
            self._set(self.before)
            self.before = []
            self.running.release()

    def _run(self, kind: str, step: Callable[[Any], Any], batch: Any) -> Any:
        """Run the step with the best number of threads for its kind, or as part of a comparison."""
        if kind not in self.comparisons:
            self.comparisons[kind] = Comparison(self.most)
        comparison = self.comparisons[kind]
        start = self.clock()
        timed = comparison.is_timed(len(batch[0]), start)
        number = comparison.candidate() if timed else comparison.best
        self._set(self.before if self.seeded else [number] * len(self.before))  # a callback may set the seed
        result = step(batch)
        if timed:
            now = self.clock()
            comparison.add(number, now - start, now)
        return result

    def _numbers(self) -> list[int]:
        return [library.num_threads or 1 for library in self.libraries]

    def _set(self, numbers: list[int]) -> None:
        """Set the number of each library, unless the program has set one since the last time."""
        if numbers != self.current and self._numbers() == self.current:
            for library, number in zip(self.libraries, numbers, strict=True):
                library.set_num_threads(number)
            self.current = self._numbers()  # a library may have a limit


chooser = Chooser()


def set_blas_threads(number: int | None) -> None:
    """Set the number of BLAS threads that `fit`, `evaluate` and `predict` run with.

    Parameters
    ----------
    number : int or None
        At least 1. None leaves the choice to `fit` again.

    Raises
    ------
    ValueError, TypeError
        If it is something else.

    See Also
    --------
    get_blas_threads : the number, and what decides about it.

    Notes
    -----
    The number counts from the next call on. It goes before the environment and the seed. The number of BLAS threads
    belongs to the process: during the call, other threads of the program compute with it, too. After the call BLAS
    has the number that it had before.

    Examples
    --------
    >>> set_blas_threads(1)
    >>> get_blas_threads().reason
    'set by hand'
    >>> set_blas_threads(None)
    """
    chooser.by_hand = None if number is None else check_count(number, "number", 1)


def get_blas_threads() -> BlasThreads:
    """Return the number of BLAS threads that `fit` runs with, and the reason.

    Returns
    -------
    BlasThreads
        `number` is None where threadpoolctl finds no BLAS. `reason` is one of

        - "measured": `fit` times its steps and chooses.
        - "set by hand": by `set_blas_threads`.
        - "set by the environment": by OPENBLAS_NUM_THREADS, GOTO_NUM_THREADS, OMP_NUM_THREADS or MKL_NUM_THREADS.
        - "pinned by the seed": `set_random_seed` was called, and BLAS keeps its own number. Sums depend on the number
          in their last bits, so equal seeds give equal bits only with equal numbers.
        - "limited by the program": BLAS has fewer threads than it had earlier, for instance inside `threadpool_limits`.
        - "BLAS has one thread" or "no BLAS whose number can be set".

    See Also
    --------
    set_blas_threads : set the number by hand.

    Notes
    -----
    The number is measured only in a `fit` that shuffles. With `shuffle=False` the results may be repeatable without a
    seed, so BLAS keeps its own number, as in `evaluate` and `predict`.

    Examples
    --------
    >>> set_blas_threads(2)
    >>> get_blas_threads()  # doctest: +SKIP
    BlasThreads(number=2, reason='set by hand')
    >>> set_blas_threads(None)
    """
    return chooser.state()
