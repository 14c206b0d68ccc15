"""What a work is made of: programs, each of which runs in a process of its own, and rows that compare two of them."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Round = Callable[[], float]
WARM = 3  # calls after which `ag.compile` has done its work


@dataclass(frozen=True)
class Job:
    """What a program is told: how much to do in a round (1 is the full amount), and where arrays of MNIST lie."""

    effort: float = 1.0
    data: str | None = None

    def times(self, full: int, least: int = 1) -> int:
        """How often to do what takes `full` times at full effort."""
        return max(least, round(full * self.effort))

    def images(self, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
        """Rows of 784 float32 in [0, 1] and int64 labels: those of `data`, or random ones."""
        count = self.times(count, least=256)
        if self.data is not None:
            with np.load(self.data) as arrays:
                return arrays["images"][:count], arrays["labels"][:count]
        rng = np.random.default_rng(0)
        return rng.random((count, 784), np.float32), rng.integers(0, 10, count)


@dataclass(frozen=True)
class Program:
    """A way to do a work. `prepare(job)` gives a function that does one round and answers its figure.

    needs: the packages it imports; a peer's run in the peers' environment, with nothing of ours.
    hides: packages that it shall do without, as if they were not installed.
    """

    prepare: Callable[[Job], Round]
    needs: tuple[str, ...]
    ours: bool
    hides: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.prepare.__name__

    @property
    def work(self) -> str:
        return self.prepare.__module__.rpartition(".")[2]


def ours(*, needs: tuple[str, ...] = (), hides: tuple[str, ...] = ()) -> Callable[[Callable[[Job], Round]], Program]:
    """A program of ours, or of NumPy alone."""
    return lambda prepare: Program(prepare, ("numpy", *needs), True, hides)


def peer(*needs: str) -> Callable[[Callable[[Job], Round]], Program]:
    """A program of another library; the first of `needs` is the one it is known by."""
    return lambda prepare: Program(prepare, needs, False)


@dataclass(frozen=True)
class Row:
    """A line of the table: `first` beside `second`, whose ratio shall be `wanted` at most.

    Without `second` it is the figure of `first` itself. unit: "s", "B", or "" for a plain number.
    """

    what: str
    first: Program
    second: Program | None
    wanted: float | None
    unit: str = "s"


@dataclass(frozen=True)
class Work:
    """A heading with what the figures are per, and rows."""

    title: str
    rows: tuple[Row, ...]


def load(name: str) -> Work:
    """The work in the file of that name."""
    work: Work = importlib.import_module(f"benchmarks.work.{name}").WORK
    return work


def seconds(run: Callable[[], Any], times: int = 1) -> float:
    """How long a run takes, on the average over so many in a row."""
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
