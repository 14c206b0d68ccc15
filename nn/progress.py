"""Progress of a run: one line per epoch, with a live bar before it on a terminal; or nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Column

Verbose = Literal["auto", 0, 1, 2]

REDRAW_SECONDS = 0.1
"""The live bar is drawn anew at most this often: drawing costs more than a training step."""


class Silent:
    """Says nothing. The base of the others: `advance` after each step, `finish` when all are done."""

    def __init__(self, title: str, steps: int, stream: TextIO) -> None:
        self.title = title
        self.steps = steps
        self.stream = stream
        self.started = time.perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def advance(self, step: int, logs: Mapping[str, float]) -> None:
        """Step number `step` (from 1) is done; `logs` are the figures so far."""

    def finish(self, logs: Mapping[str, float]) -> None:
        """All steps are done."""

    def abandon(self) -> None:
        """The steps end before the last one was done."""

    def timing(self, steps: int) -> str:
        """How long it has taken, validation included, and how long for each step.

        >>> Silent("Epoch 1/1", 10, sys.stdout).timing(10)
        '0.0s - ...ms/step'
        """
        seconds = time.perf_counter() - self.started
        return f"{seconds:.1f}s - {seconds / max(steps, 1) * 1e3:.2g}ms/step"


class Line(Silent):
    """One line when all is done, without carriage returns or colours: for files, pipes and notebooks.

    >>> with Line("Epoch 1/5", 469, sys.stdout) as line:
    ...     line.finish({"loss": 0.25, "accuracy": 0.92})
    Epoch 1/5 - 0.0s - ...ms/step - loss: 0.2500 - accuracy: 0.9200
    """

    def finish(self, logs: Mapping[str, float]) -> None:
        """Print the line."""
        print(" - ".join([self.title, self.timing(self.steps), *figures(logs)]), file=self.stream, flush=True)

    def abandon(self) -> None:
        """Print that it was stopped."""
        print(f"{self.title} - stopped before its end", file=self.stream, flush=True)


class Bar(Line):
    """A bar that grows on a terminal; when it is full, the line takes its place."""

    def __init__(self, title: str, steps: int, stream: TextIO) -> None:
        super().__init__(title, steps, stream)
        self.progress = Progress(
            TextColumn("{task.description}", table_column=Column(no_wrap=True, min_width=len(title))),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[text]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
            console=Console(file=stream),
            auto_refresh=False,
            transient=True,
        )
        self.task: TaskID = self.progress.add_task(title, total=steps, text="")
        self.drawn = 0.0

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def advance(self, step: int, logs: Mapping[str, float]) -> None:
        """Draw the bar, unless it was drawn just now."""
        if time.perf_counter() - self.drawn >= REDRAW_SECONDS:
            self.draw(step, logs)

    def finish(self, logs: Mapping[str, float]) -> None:
        """Print the line in place of the bar."""
        self.progress.stop()
        super().finish(logs)

    def abandon(self) -> None:
        """Print that it was stopped, in place of the bar."""
        self.progress.stop()
        super().abandon()

    def draw(self, step: int, logs: Mapping[str, float]) -> None:
        """Draw the bar as it stands at this step."""
        self.progress.update(self.task, completed=step, text=" ".join([self.timing(step), *figures(logs)]))
        self.progress.refresh()
        self.drawn = time.perf_counter()


def figures(logs: Mapping[str, float]) -> list[str]:
    """Each figure with its name.

    >>> figures({"loss": 0.12345, "val_loss": 0.00001})
    ['loss: 0.1235', 'val_loss: 1.0000e-05']
    """
    return [f"{key}: {value:.4e}" if 0 < abs(value) < 1e-3 else f"{key}: {value:.4f}" for key, value in logs.items()]


def reporter(verbose: Any) -> type[Silent]:
    """What to show: 0 nothing, 1 a bar where there is a terminal, 2 a line per epoch; "auto" is 1.

    ValueError for anything else.

    >>> reporter(2)
    <class 'nn.progress.Line'>
    """
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f'verbose is {verbose!r}; expected "auto", 0 (silent), 1 (a bar) or 2 (a line per epoch)')
    if verbose == 0:
        return Silent
    live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return Bar if live and verbose != 2 else Line
