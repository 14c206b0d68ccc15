"""`python -m tests.fuzz --count 20000 --seed 0 --workers 2`: programs against PyTorch, and a table of what was found."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from tests.fuzz.programs import KINDS, Program, Step, draw, show


def judged(seeds: range) -> list[tuple[int, str, str, Any]]:
    """Seed, kind, reason, and of a finding the smallest program with its differences."""
    import torch

    from tests.fuzz.by_torch import by_torch
    from tests.fuzz.judge import judge, smallest

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    rows: list[tuple[int, str, str, Any]] = []
    for seed in seeds:
        program = draw(seed)
        if not program.sources:
            rows.append((seed, program.kind, "constant", None))
            continue
        verdict = judge(program, by_torch)
        detail: Any = verdict.message
        if verdict.reason == "finding":
            program = smallest(program, by_torch)
            detail = (program, judge(program, by_torch))
        rows.append((seed, program.kind, verdict.reason, detail))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=1, help="how many processes")
    parser.add_argument("--store", metavar="FILE", help="write programs and PyTorch's results to a file instead")
    options = parser.parse_args()
    try:
        import torch
    except ImportError:
        print("python -m tests.fuzz compares with PyTorch, which is not installed here; try: pip install torch")
        return 2
    if options.store:
        from tests.fuzz.stored import store

        print(store(options.store, options.count, options.seed))
        return 0
    start = time.perf_counter()
    seeds = range(options.seed, options.seed + options.count)
    size = 100
    parts = [seeds[k : k + size] for k in range(0, len(seeds), size)]
    with ProcessPoolExecutor(options.workers) as pool:
        rows = [row for part in pool.map(judged, parts) for row in part]
    report(rows)
    versions = f"NumPy {np.__version__}, PyTorch {torch.__version__}"
    print(f"\n{time.perf_counter() - start:.0f} s, {options.workers} processes, {versions}")
    return 1 if any(reason == "finding" for _, _, reason, _ in rows) else 0


def report(rows: list[tuple[int, str, str, Any]]) -> None:
    """A line for each kind of program, then every finding with its smallest program."""
    first, last = ["equal", "page", "law", "page and law"], ["refused", "constant", "finding"]
    order = [*first, *sorted({reason for _, _, reason, _ in rows} - {*first, *last}), *last]
    counts = Counter((kind, reason) for _, kind, reason, _ in rows)
    print(f"{'kind':<14}{'programs':>9}" + "".join(f"{reason:>{len(reason) + 3}}" for reason in order))
    for kind in [*KINDS, "all"]:
        line = [sum(n for (k, r), n in counts.items() if r == reason and kind in (k, "all")) for reason in order]
        print(
            f"{kind:<14}{sum(line):>9}"
            + "".join(f"{n:>{len(reason) + 3}}" for n, reason in zip(line, order, strict=True))
        )
    refused = Counter(detail[:100] for _, _, reason, detail in rows if reason == "refused")
    for message, n in refused.most_common():
        print(f"refused by PyTorch, {n}: {message}")
    groups: dict[tuple[str, ...], list[Any]] = {}
    for seed, _, reason, detail in rows:
        if reason == "finding":
            groups.setdefault(_steps(detail[0]), []).append((seed, *detail))
    for steps, cases in sorted(groups.items(), key=lambda item: -len(item[1])):
        seed, program, verdict = min(cases, key=lambda case: len(show(case[1])))
        print(f"\nfinding, {len(cases)} programs, seed {seed}: {' '.join(steps)}\n{show(program)}\n{verdict.message}")
        for d in verdict.differences:
            print(f"  {d.what}: got {_short(d.got)}; PyTorch {_short(d.expected)}")
    sys.stdout.flush()


def _steps(program: Program) -> tuple[str, ...]:
    return tuple(node.op for node in program.nodes if isinstance(node, Step))


def _short(x: Any) -> str:
    return str([np.round(a, 6).tolist() for a in (x if isinstance(x, list) else [x])])[:300]


if __name__ == "__main__":
    sys.exit(main())
