"""The crew of this process: threads, as many as BLAS has, that take part in the large work of plans.

One that has nothing to do looks out for work for some milliseconds, then sleeps. Nobody is waited for: what is to be
done is begun by those who are there (`team`).
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
from functools import cache

import numpy as np

from autograd.plan.blas import Blas, blas
from autograd.plan.kernels import available

LOOKS = 5_000_000  # for work, before a thread goes to sleep: some milliseconds
LARGEST = 8  # threads, from which on they would wait for one another


class Crew:
    """Threads that call compiled functions together with the thread that asks for it.

    given: what `team.together` has to know of it. Give BLAS one thread alone, by `OPENBLAS_NUM_THREADS=1` or by
    threadpoolctl, and the others do not take part in anything either.
    """

    def __init__(self, blas: Blas, workers: int) -> None:
        from autograd.plan import team  # which takes numba, and a folder for what it compiles

        self._team = team
        self._gate = np.zeros(team.SIZE, np.int64)
        self._limit = blas.limit
        self.given = (self._gate.ctypes.data, _address_of_yield(), *blas.addresses, blas.wide, workers + 1)
        self._workers = workers
        self.begin()
        atexit.register(self.stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.begin)  # no thread comes along

    def begin(self) -> None:
        """Begin anew, without threads: they come with the next `wake`."""
        if self._gate[self._team.LIMIT]:  # this was forked while a section had set it to 1
            self._limit.value = int(self._gate[self._team.LIMIT])
        self._gate[:] = 0
        self._threads: list[threading.Thread] = []
        self._missing = self._workers
        self._asleep = 0
        self._lock = threading.Lock()
        self._bell = threading.Semaphore(0)

    def wake(self) -> None:
        """Call those who sleep, since there will be work."""
        if self._asleep or self._missing:
            with self._lock:
                while self._asleep:
                    self._asleep -= 1
                    self._bell.release()
                if self._missing:  # which is compiled here, since a fork would copy the lock of whoever compiles
                    self._team.work(self.given, 0, 0)
                while self._missing:
                    self._missing -= 1
                    self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._live, name="gradtape crew", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there can be no more; work is done without it
            return
        self._threads.append(thread)

    def stop(self) -> None:
        """Send all away for good, since what they look at will be gone; work is done without them."""
        self._missing = 0
        self._team.close(self.given)
        for _ in self._threads:
            self._bell.release()
        for thread in self._threads:
            thread.join()

    def _live(self) -> None:
        generation = 0
        while (generation := self._team.work(self.given, generation, LOOKS)) >= 0:
            with self._lock:
                self._asleep += 1
            self._bell.acquire()


def _address_of_yield() -> int:
    """The address of `sched_yield`, by which a thread lets another one have the processor; 0 where there is none."""
    try:
        return ctypes.cast(ctypes.CDLL(None).sched_yield, ctypes.c_void_p).value or 0
    except (AttributeError, OSError, TypeError):
        return 0


@cache
def crew() -> Crew | None:
    """The crew: as many threads as BLAS has, if there are so many processors.

    None where that is one, and where there is no numba, no place for its files, or a BLAS that is not known.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found = blas()
    threads = min(processors, LARGEST, found.limit.value if found is not None else 1)
    if found is None or threads == 1 or not available():
        return None
    try:
        return Crew(found, threads - 1)
    except (OSError, RuntimeError):
        return None
