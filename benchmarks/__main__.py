"""The command: `python -m benchmarks` runs the works one after the other and prints their tables."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks import page
from benchmarks.program import Job, load
from benchmarks.rivals import Outcome, compare
from benchmarks.work import WORKS


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Our work beside the peers', in turns.")
    parser.add_argument(
        "--peers", type=Path, help="the Python that has the other libraries, or its environment's folder"
    )
    parser.add_argument("--data", type=Path, help="a folder with MNIST; else random images, which take as long")
    parser.add_argument("--only", nargs="+", choices=WORKS, metavar="WORK", help=f"some of {', '.join(WORKS)}")
    parser.add_argument("--rounds", type=int, default=7, help="how often the programs take turns")
    parser.add_argument("--quick", action="store_true", help="3 rounds of a tenth of the work")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--page", type=Path, help="write the page of the documentation to this file")
    options = parser.parse_args()
    if options.page and (options.only or options.quick):
        parser.error("the page has all works in full; leave out --only and --quick")
    if options.peers and options.peers.is_dir():
        options.peers = options.peers / "bin" / "python"
    if options.peers and not options.peers.exists():
        parser.error(f"there is no {options.peers}; give --peers a Python or the folder of its environment")
    return options


def stored_images(folder: Path, target: Path) -> None:
    """MNIST as arrays, in a file that the peers' programs can read without our packages."""
    from nn.datasets import mnist

    data = mnist.find(folder)
    images = data.x_train.reshape(len(data.x_train), -1).astype(np.float32) / np.float32(data.max_value)
    np.savez(target, images=images, labels=data.y_train.astype(np.int64))


def as_data(work: str, outcome: Outcome) -> dict[str, object]:
    """An outcome for a file."""
    row = outcome.row
    return {
        "work": work, "what": row.what, "unit": row.unit, "wanted": row.wanted, "first": outcome.first,
        "second": outcome.second, "versions": dict(outcome.versions), "reason": outcome.reason,
    }  # fmt: skip


def main() -> None:
    options = arguments()
    rounds = 3 if options.quick else options.rounds
    results = []
    with ExitStack() as stack:
        stored = None
        if options.data:
            stored = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "mnist.npz"
            stored_images(options.data, stored)
        job = Job(0.1 if options.quick else 1.0, None if stored is None else str(stored))
        for name in options.only or WORKS:
            work = load(name)
            outcomes = []
            for row in work.rows:
                outcomes.append(compare(row, job, rounds, options.peers and str(options.peers)))
                print(f"{name}: {' | '.join(page.cells(outcomes[-1]))}", file=sys.stderr, flush=True)
            results.append((name, work, outcomes))
    images = "MNIST" if options.data else "random numbers of MNIST's shapes"
    found = [(work, outcomes) for _, work, outcomes in results]
    text = f"{page.circumstances(found, rounds, images)}\n\n{page.tables(found)}\n"
    print(text)
    if options.json:
        rows = [as_data(name, outcome) for name, _, outcomes in results for outcome in outcomes]
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.page:
        options.page.write_text(page.TEXT + text, encoding="utf-8")


if __name__ == "__main__":
    main()
