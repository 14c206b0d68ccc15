"""The page of coverage: every public function of NumPy, and what becomes of it when it is called on a tensor.

`python docs/_ext/numpy_coverage.py` writes docs/coverage.md; a test holds that the page is up to date.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from autograd.ops.constant import constant_functions, refusals  # noqa: E402
from autograd.ops.kinks import zero  # noqa: E402
from autograd.primitive import compositions  # noqa: E402
from autograd.protocols import operations  # noqa: E402

PAGE = ROOT / "docs" / "coverage.md"
NAMESPACES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}

HEAD = """# Coverage of NumPy

What becomes of each public function of NumPy {version} when it is called on a tensor. This page is written by
`python docs/_ext/numpy_coverage.py` from the table of operations, and a test holds it to that table.

| | functions |
|---|---|
{summary}

Methods of ufuncs: `reduce` and `accumulate` of `add`, `multiply`, `maximum` and `minimum`, and `outer` of all that are
differentiable. `at` and `reduceat` are refused, as are `out=` and in-place operators, since a recorded result can not
be written into an array that exists. SciPy's special functions are in [`ag.special`](_generated/autograd.ops.special);
`scipy.special.erf(tensor)` and its kin record, too. Functions of matrices (`expm`, `sqrtm`, `logm`) are in
[`ag.linalg`](_generated/autograd.ops.linalg).
"""

KINDS = {
    "differentiable": "Recorded, with a derivative of any order, in reverse and forward mode.",
    "derivative zero": "Recorded; constant between its jumps, so the derivative is 0.",
    "constant": "Runs on the values and gives plain arrays: truth values, positions, counts, shapes, text.",
    "refused": "A `NoDerivativeError` that says the reason.",
    "takes no tensors": "NumPy asks nobody else here: these take shapes and plain numbers. A tensor that is passed is "
    "converted to an array, with a warning where a tape follows it.",
}  # fmt: skip


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each public function with the name it is known by; aliases once, under the first name."""
    seen = set()
    for prefix, module in NAMESPACES.items():
        for name in sorted(dir(module)):
            function = getattr(module, name)
            private = name.startswith("_") or inspect.isclass(function) or inspect.ismodule(function)
            if private or not callable(function) or function in seen:
                continue
            seen.add(function)
            yield f"{prefix}.{name}", function


def kind(function: Callable[..., Any]) -> tuple[str, str]:
    """Which kind of function this is, and a word on how; ValueError if nobody has decided."""
    if function in operations:
        row = operations[function]
        rules = list(row.rules) if isinstance(row.rules, tuple | list) else []
        flat = bool(rules) and all(rule is zero for rule in rules if rule is not None)
        return ("derivative zero" if flat else "differentiable"), f"row `{row.name}`"
    if function in compositions:
        return "differentiable", "composed of rows"
    if function in constant_functions:
        return "constant", ""
    if function in refusals:
        return "refused", refusals[function]
    if not isinstance(function, np.ufunc) and not hasattr(function, "_implementation"):
        return "takes no tensors", ""
    raise ValueError("neither a row, nor a composition, nor in the tables of autograd/ops/constant.py")


def page() -> str:
    """The text of the page."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in KINDS}
    for name, function in functions():
        which, how = kind(function)
        found[which].append((name, how))
    version = ".".join(np.__version__.split(".")[:2])
    summary = "\n".join([f"| {name} | {len(rows)} |" for name, rows in found.items()])
    parts = [HEAD.format(version=version, summary=summary)]
    for name, rows in found.items():
        parts.append(f"## {name.capitalize()}\n\n{KINDS[name]}\n")
        if any(how for _, how in rows):
            body = "\n".join([f"| `{function}` | {how} |" for function, how in rows])
            parts.append(f"| function | |\n|---|---|\n{body}\n")
        else:
            parts.append(", ".join([f"`{function}`" for function, _ in rows]) + ".\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(ROOT))
