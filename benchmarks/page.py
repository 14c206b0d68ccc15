"""What came out, for people: a table as Markdown, on the terminal and on the page of the documentation."""

from __future__ import annotations

import datetime
import math
import os
import platform
from collections.abc import Sequence

import numpy as np

from benchmarks.program import Work, cores
from benchmarks.rivals import Outcome

HEADS = ("ours : beside it", "median", "spread", "of the quickest", "wanted", "ours", "beside it")
_PREFIXES = {"s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")), "B": ((2**20, "MiB"), (2**10, "KiB"), (1, "B"))}

TEXT = """# Speed

Our work beside that of other libraries. Two programs do the same, each in a process of its own, and take turns: a
round of ours, a round of theirs, never both at once. The ratio of the two is taken for each pair of rounds. The tables
have the median of these ratios; under "spread" the smallest and the greatest; and under "of the quickest" the ratio of
the quickest round of each, which other programs on the machine have disturbed least. Below 1 is faster, or less. Only
the ratios mean something: the times, which are medians, are those of one machine in one hour. "wanted" is the bar that
the project has set itself; a figure in bold misses it.

`make bench PEERS=.peers ARGS="--page docs/speed.md"` wrote this page; `benchmarks/README.md` says how to set up the
peers. The programs are in `benchmarks/work`, a file for each heading.

"""


def amount(value: float, unit: str) -> str:
    """A figure with three digits and its unit: 1.83 ms, 272 B, 1.31."""
    scale, word = next(((s, w) for s, w in _PREFIXES.get(unit, ()) if abs(value) >= s), (1.0, unit))
    value /= scale
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:.{digits}f} {word}".rstrip()


def cells(outcome: Outcome) -> list[str]:
    """A row of the table."""
    row = outcome.row
    ratio = row.second is not None
    unit = "" if ratio else row.unit
    wanted = "" if row.wanted is None else f"≤ {amount(row.wanted, unit)}"
    if outcome.reason:
        return [row.what, "not run", outcome.reason.replace("|", "/"), "", wanted, "", ""]
    figure = amount(outcome.figure, unit)
    if row.wanted is not None and outcome.figure > row.wanted:
        figure = f"**{figure}**"
    spread = f"{amount(min(outcome.figures), unit)} … {amount(max(outcome.figures), unit)}"
    medians = [amount(float(np.median(figures)), row.unit) for figures in (outcome.first, outcome.second) if figures]
    quickest = amount(min(outcome.first) / min(outcome.second), "") if ratio else amount(min(outcome.first), row.unit)
    return [row.what, figure, spread, quickest, wanted, *(medians if ratio else ["", ""])]


def line(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(text.ljust(width) for text, width in zip(texts, widths, strict=True)) + " |"


def table(outcomes: Sequence[Outcome]) -> str:
    """The rows of one work."""
    rows = [list(HEADS), *map(cells, outcomes)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADS))]
    head, *body = [line(row, widths) for row in rows]
    return "\n".join([head, "|" + "|".join("-" * (width + 2) for width in widths) + "|", *body])


def tables(results: Sequence[tuple[Work, Sequence[Outcome]]]) -> str:
    """All works, a heading and a table for each."""
    return "\n\n".join(f"## {work.title}\n\n{table(outcomes)}" for work, outcomes in results)


def circumstances(results: Sequence[tuple[Work, Sequence[Outcome]]], rounds: int, data: str) -> str:
    """What the figures depend on: day, machine, versions, data."""
    versions = {name: v for _, outcomes in results for outcome in outcomes for name, v in outcome.versions}
    versions["HIPS autograd"] = versions.pop("autograd", "")
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    limits = [
        f"{name}={os.environ[name]}" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS") if name in os.environ
    ]
    threads = f"{cores()} processor{'s' * (cores() > 1)}, as many threads for each library"
    return "\n".join([
        f"- {datetime.date.today()}, {rounds} rounds; load of the machine at the end {load()}.",
        f"- {', '.join([platform.system() + ' ' + platform.machine(), threads, *limits])}.",
        f"- Python {platform.python_version()}; NumPy's BLAS is {blas['name']} {blas['version']}.",
        "- " + ", ".join([f"{name} {version}" for name, version in sorted(versions.items()) if version]) + ".",
        f"- Images: {data}.",
    ])  # fmt: skip


def load() -> str:
    """How many programs wanted to run, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
