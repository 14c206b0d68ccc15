"""`Comparison`: finds the number of threads with which the steps of a training are fastest."""

from __future__ import annotations

WINNING = 10  # steps with one number that end a comparison
FIRST = 3  # steps of a fit that are not timed: they build, trace and compile
PAUSE = 2.0  # seconds from one comparison to the next, at least
SHARE = 20  # the pause is at least this many times as long as the comparison


class Comparison:
    """Times the steps of one kind with several numbers of threads, now and then.

    Candidates are the best number so far, its half, its double and 1. A step runs with the candidate that has used the
    least time so far: all get the same time, and a slow one few steps. The first with `WINNING` steps is the best.
    """

    def __init__(self, most: int) -> None:
        self.best = most
        self.size = 0
        self.due = 0.0
        self.begin_fit(most)
        self._restart()

    def begin_fit(self, most: int) -> None:
        """Leave the first steps of a fit untimed. `most` is the number of threads that BLAS has by itself."""
        self.most, self.untimed = most, FIRST

    def is_timed(self, size: int, now: float) -> bool:
        """Return whether the next step, with a batch of `size` samples, is part of a comparison."""
        if self.untimed:
            if self.untimed == FIRST and size != self.size:
                self.size = size  # of a full batch, since the first one is full
                self._restart()
            self.untimed -= 1
            return False
        return now >= self.due and size == self.size

    def candidate(self) -> int:
        """Return the number of threads for the next timed step."""
        return min(self.seconds, key=self.seconds.__getitem__)

    def add(self, number: int, seconds: float, now: float) -> None:
        """Count a step that ran with `number` threads, and end the comparison if that number has won."""
        self.seconds[number] += seconds
        self.steps[number] += 1
        if self.steps[number] == WINNING:
            if number == self.best:  # otherwise another one may be better still
                self.due = now + max(PAUSE, SHARE * sum(self.seconds.values()))
            self.best = number
            self._restart()

    def _restart(self) -> None:
        candidates = self.best, max(self.best // 2, 1), min(self.best * 2, self.most), 1
        self.seconds = dict.fromkeys(candidates, 0.0)
        self.steps = dict.fromkeys(candidates, 0)
