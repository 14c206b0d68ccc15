"""The process of one program: makes ready, then runs a round for each line it reads and answers with its figure.

`python benchmarks/child.py WORK PROGRAM JOB`, where JOB is JSON. Answers are lines of JSON: first `ready` with what is
installed, or `missing` with the package that is not; then a figure for each line "go".
"""

import importlib
import importlib.metadata
import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Last, behind all that is installed: in the peers' environment `autograd` is the one by HIPS.
sys.path.pop(0)
sys.path.append(str(Path(__file__).resolve().parent.parent))


def main(work: str, name: str, job: str) -> None:
    # What libraries print goes to the standard error, and only answers go to the standard output.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    try:
        run, needs = prepared(work, name, json.loads(job))
    except ModuleNotFoundError as error:
        print(json.dumps({"missing": error.name}), file=answers)
        return
    run()
    names = importlib.metadata.packages_distributions()
    versions = {need: importlib.metadata.version(names[need][0]) for need in needs}
    print(json.dumps({"ready": versions}), file=answers)
    for _ in sys.stdin:
        print(json.dumps(run()), file=answers)


def prepared(work: str, name: str, job: dict[str, Any]) -> tuple[Callable[[], float], tuple[str, ...]]:
    """The function that does a round, and the packages it uses."""
    from benchmarks.program import Job  # which needs NumPy

    program = getattr(importlib.import_module(f"benchmarks.work.{work}"), name)
    if program.ours:
        warnings.simplefilter("error", UserWarning)  # such as that a function could not be compiled
    for package in program.hides:
        sys.modules[package] = None  # type: ignore[assignment]
    return program.prepare(Job(**job)), program.needs


if __name__ == "__main__":
    main(*sys.argv[1:])
