"""The crew of this process: threads, one for each further processor, that take part in the large work of plans.

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

from autograd.plan.blas import blas
from autograd.plan.kernels import available

LOOKS = 5_000_000  # for work, before a thread goes to sleep: some milliseconds
LARGEST = 8  # threads, from which on they would wait for one another


class Crew:
    """Threads that call compiled functions together with the thread that asks for it.

    given: what `team.together` has to know of it. Let BLAS use one thread alone, by `OPENBLAS_NUM_THREADS=1` or by
    threadpoolctl, and it does not take part in anything either.
    """

    def __init__(self, workers: int) -> None:
        from autograd.plan import team  # which takes numba

        found = blas()
        assert found is not None
        self._team = team
        self._gate = np.zeros(team.SIZE, np.int64)
        self.given = (self._gate.ctypes.data, _address_of_yield(), *found.addresses, found.wide)
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self._begin()
        atexit.register(self.stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)  # no thread comes along

    def _begin(self) -> None:
        self._gate[:] = 0
        self._threads.clear()
        self._missing = self._workers
        self._asleep = 0
        self._lock = threading.Lock()
        self._bell = threading.Semaphore(0)

    def wake(self) -> None:
        """Call those who sleep, since there will be work."""
        if self._asleep or self._missing:
            with self._lock:
                for _ in range(self._asleep):
                    self._bell.release()
                for _ in range(self._missing):
                    thread = threading.Thread(target=self._live, name="gradtape crew", daemon=True)
                    self._threads.append(thread)
                    thread.start()
                self._asleep = self._missing = 0

    def stop(self) -> None:
        """Send all away, for they may not look at a gate that is gone; the next `wake` calls others."""
        self._team.close(self.given)
        for _ in self._threads:
            self._bell.release()
        for thread in self._threads:
            thread.join()
        self._begin()

    def _live(self) -> None:
        generation = 0
        while generation >= 0:
            generation = self._team.work(self.given, generation, LOOKS)
            if generation >= 0:
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
    """The crew, or None where there is one processor, no numba, or a BLAS that is not known."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if processors == 1 or not available() or blas() is None:
        return None
    return Crew(min(processors, LARGEST) - 1)
