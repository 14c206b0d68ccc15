"""Two programs side by side: a live process each, which take turns, one computing while the other waits."""

from __future__ import annotations

import json
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.program import Job, Program, Row

CHILD = Path(__file__).resolve().parent / "child.py"
PAUSE = 0.2  # seconds before a round: threads of the round before spin for a while before they sleep
PATIENCE = 300  # seconds that a program may take to make ready, or for a round


class NoFigureError(Exception):
    """A program that can not be timed here, and why."""


class Process:
    """A program in a process of its own."""

    def __init__(self, program: Program, job: Job, python: str) -> None:
        self.program = program
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed in __exit__
        command = [python, str(CHILD), program.work, program.name, json.dumps(asdict(job))]
        self.child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, bufsize=1
        )
        try:
            answer = self._answer()
            if "missing" in answer:
                raise NoFigureError(f"{answer['missing']} is not installed")
        except NoFigureError:
            self.__exit__(None, None, None)
            raise
        self.versions: dict[str, str] = answer["ready"]

    def round(self) -> float:
        """The figure of one more round."""
        assert self.child.stdin is not None
        time.sleep(PAUSE)
        self.child.stdin.write("go\n")
        return float(self._answer())

    def _answer(self) -> Any:
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], PATIENCE)
        line = self.child.stdout.readline() if ready else None
        if line:
            return json.loads(line)
        if line is None:
            raise NoFigureError(f"no answer from {self.program.name} within {PATIENCE} seconds")
        self.child.wait()
        self.errors.seek(0)
        said = self.errors.read().strip().splitlines() or ["nothing said"]
        last = re.sub(r"\S*/", "", said[-1])  # files by their names: this goes on a page
        raise NoFigureError(f"{self.program.name} failed: {last:.80}")

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.child.kill()
        self.child.communicate()
        self.errors.close()


@dataclass(frozen=True)
class Outcome:
    """What came of a row: figures of the rounds of both programs, in pairs; or why there are none."""

    row: Row
    first: tuple[float, ...] = ()
    second: tuple[float, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    reason: str = ""

    @property
    def figures(self) -> list[float]:
        """Of each pair of rounds the ratio; without a second program its own figures."""
        if self.row.second is None:
            return list(self.first)
        return [a / b for a, b in zip(self.first, self.second, strict=True)]

    @property
    def figure(self) -> float:
        """The median."""
        return statistics.median(self.figures)


def compare(row: Row, job: Job, rounds: int, peers: str | None) -> Outcome:
    """Let the programs of a row take turns, so many rounds each. `peers`: the Python that has the other libraries."""
    try:
        with ExitStack() as stack:
            processes: list[Process] = []
            for program in reversed([row.first] if row.second is None else [row.first, row.second]):
                python = sys.executable if program.ours else peers
                if python is None:
                    raise NoFigureError("no environment of peers was given")
                processes.insert(0, stack.enter_context(Process(program, job, python)))
            pairs = [[process.round() for process in processes] for _ in range(rounds)]
            versions = {name: v for process in processes for name, v in process.versions.items()}
    except NoFigureError as error:
        return Outcome(row, reason=str(error))
    first, second = [tuple([pair[i] for pair in pairs if i < len(pair)]) for i in (0, 1)]
    return Outcome(row, first, second, tuple(versions.items()))
