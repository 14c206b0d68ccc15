"""How long `import autograd` takes in a new process that has imported NumPy."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.program import Job, Round, Row, Work, ours

TEXT = "import numpy, time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
ROOT = Path(__file__).resolve().parent.parent.parent


def importing(job: Job, name: str) -> Round:
    command = [sys.executable, "-c", TEXT.format(name)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(command, env=environment, capture_output=True, check=True)  # as an installed package, compiled once

    def once() -> float:
        return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)

    return lambda: statistics.median(once() for _ in range(job.times(5)))


@ours()
def import_autograd(job: Job) -> Round:
    return importing(job, "autograd")


WORK = Work(
    "Import time of `autograd` beyond NumPy's",
    (Row("`import autograd`", import_autograd, None, 0.060),),
)
