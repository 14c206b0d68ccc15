"""Programs and PyTorch's results for them, kept in a file, so that tests compare with them where PyTorch is not.

`python -m tests.fuzz --store tests/fuzz/stored.jsonl.gz --count 300` writes the file anew.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.fuzz.derivatives import Derivatives
from tests.fuzz.programs import KINDS, Input, Program, draw, from_json, program_from_json, program_to_json, to_json

FILE = Path(__file__).with_name("stored.jsonl.gz")


class Stored(NamedTuple):
    """A program, PyTorch's results, and whether they follow the table of kinks and the law of zeros ("page", "law")."""

    program: Program
    expected: Derivatives
    reason: str


def load() -> list[Stored]:
    lines = gzip.decompress(FILE.read_bytes()).decode().splitlines()
    return [_from_json(json.loads(line)) for line in lines]


def _from_json(j: Any) -> Stored:
    gradient, hvp = ([from_json(a) for a in j[name]] for name in ("gradient", "hvp"))
    return Stored(program_from_json(j), Derivatives(from_json(j["value"]), gradient, hvp), j["reason"])


def store(path: str, count: int, seed: int) -> str:
    """Write the first `count` programs whose results PyTorch and this package agree on, the same number of each kind."""
    from tests.fuzz.by_torch import by_torch
    from tests.fuzz.judge import OPTIONS, judge

    lines: list[str] = []
    quota = {kind: count // len(KINDS) + (k < count % len(KINDS)) for k, kind in enumerate(KINDS)}
    while any(quota.values()):
        program = draw(seed)
        seed += 1
        size = sum(np.size(node.value) for node in program.nodes if isinstance(node, Input))
        if not quota[program.kind] or not program.sources or size > 24:
            continue
        reason = judge(program, by_torch).reason
        if reason != "equal" and reason not in OPTIONS:
            continue
        expected = by_torch(program, **OPTIONS.get(reason, {}))[0]
        quota[program.kind] -= 1
        results = {"value": to_json(_short(expected.value)), "reason": reason}
        results |= {name: [to_json(_short(a)) for a in getattr(expected, name)] for name in ("gradient", "hvp")}
        lines.append(json.dumps({**program_to_json(program), **results}, separators=(",", ":")))
    data = gzip.compress("\n".join(lines).encode(), mtime=0)
    Path(path).write_bytes(data)
    return f"{len(lines)} programs, {len(data)} bytes, the last of seed {seed - 1}"


def _short(x: Any) -> Any:
    """Twelve significant digits, which is more than is compared."""

    def rounded(v: float) -> float:
        return float(f"{v:.12g}")

    x = np.asarray(x)
    if x.dtype.kind == "c":
        return np.array([complex(rounded(v.real), rounded(v.imag)) for v in x.ravel()], complex).reshape(x.shape)
    return np.array([rounded(v) for v in x.ravel()], float).reshape(x.shape)
