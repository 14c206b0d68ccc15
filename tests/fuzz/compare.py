"""Compares the derivatives of a program, and reduces one with a difference to the smallest that still has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from tests.fuzz.derivatives import Derivatives, inner, point
from tests.fuzz.programs import Input, Program, Step, tidied, values_of

TOLERANCE = 1e-8


class Difference(NamedTuple):
    """What differs: "value", "gradient", "jvp", "hvp", "hvp_forward" or "hvp_of_jvp"; and the two numbers."""

    what: str
    got: Any
    expected: Any


def same(a: Any, b: Any, scale: float = 1.0) -> bool:
    """Equal up to rounding, with NaN and infinities at the same places."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    with np.errstate(all="ignore"):
        size = max([scale, *[float(np.max(abs(x[np.isfinite(x)]), initial=0.0)) for x in (a, b)]])
        return bool(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE * size, equal_nan=True))


def all_same(a: list[Any], b: list[Any]) -> bool:
    return all(same(x, y) for x, y in zip(a, b, strict=True))


def differences(got: Derivatives, expected: Derivatives, tangents: list[Any]) -> list[Difference]:
    """Where the results of this package differ from those of a reference."""
    found = []
    if not same(got.value, expected.value):
        found.append(Difference("value", got.value, expected.value))
    if not all_same(got.gradient, expected.gradient):
        found.append(Difference("gradient", got.gradient, expected.gradient))
    with np.errstate(all="ignore"):
        along = inner(expected.gradient, tangents)
        size = inner([abs(g) for g in expected.gradient], [abs(t) for t in tangents])
    if got.jvp is not None and not same(got.jvp, along, max(1.0, float(size)) if np.isfinite(size) else 1.0):
        found.append(Difference("jvp", got.jvp, along))
    for what in ("hvp", "hvp_forward", "hvp_of_jvp"):
        mine = getattr(got, what)
        if mine is not None and not all_same(mine, expected.hvp):
            found.append(Difference(what, mine, expected.hvp))
    return found


def smaller(program: Program) -> Iterator[Program]:
    """Programs with less in them: fewer results, an intermediate value as an input, a source as a constant."""
    if len(program.weights) > 1:
        for i, w in program.weights.items():
            yield tidied(program._replace(weights={i: w}))
    with np.errstate(all="ignore"):
        values = [np.asarray(getattr(v, "value", v)) for v in values_of(program, point(program))]
    rng = np.random.default_rng(1)
    for i in range(len(program.nodes) - 1, -1, -1):
        node = program.nodes[i]
        if isinstance(node, Step):
            # The step itself as the result ...
            if i not in program.weights or len(program.weights) > 1:
                w = rng.uniform(0.5, 1.5, size=values[i].shape).round(2)
                yield tidied(program._replace(weights={i: w + 0j if values[i].dtype.kind == "c" else w}))
            # ... or as an input.
            if any(isinstance(program.nodes[k], Step) for k in node.operands) or i not in program.weights:
                nodes = list(program.nodes)
                nodes[i] = Input(values[i], True)
                t = rng.uniform(0.5, 1.5, size=values[i].shape).round(2)
                tangents = {**program.tangents, i: t + 0j if values[i].dtype.kind == "c" else t}
                yield tidied(program._replace(nodes=tuple(nodes), tangents=tangents))
        elif node.source and len(program.sources) > 1:
            nodes = list(program.nodes)
            nodes[i] = Input(node.value, False)
            yield tidied(
                program._replace(nodes=tuple(nodes), tangents={k: t for k, t in program.tangents.items() if k != i})
            )


def reduced(program: Program, still: Callable[[Program], bool], tries: int = 200) -> Program:
    """The smallest program found for which `still` holds."""
    while True:
        for candidate in smaller(program):
            tries -= 1
            if tries < 0:
                return program
            if candidate.sources and _size(candidate) < _size(program) and still(candidate):
                program = candidate
                break
        else:
            return program


def _size(program: Program) -> tuple[int, int, int]:
    steps = sum(isinstance(node, Step) for node in program.nodes)
    return steps, len(program.weights), len(program.sources)
