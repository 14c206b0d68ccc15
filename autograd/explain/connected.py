"""The explanation of a connected pair: its paths, their factors and products, and their sum beside the gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.explain.derivatives import number_of, pulled, same, words_of
from autograd.explain.model import Explanation, Factor, Path, Step
from autograd.explain.names import Names
from autograd.explain.text import MOST, shown_factors
from autograd.explain.ways import Edge, Ways
from autograd.graph import Node, Value
from autograd.picture.paths import log_size, passed_on
from autograd.picture.summary import Number


def explain_connected(
    nodes: Sequence[Node], target: Value, readings: Sequence[Value], names: Names, source: str, total: Any
) -> Explanation:
    """The chain rule from the source, which has had these `readings`, to the target; `total` is its gradient."""
    named = {id(node.out) for node in nodes if names.given(node.out)}
    ways = Ways(nodes, target, readings, named)
    names.settle(ways.order)
    numbers = {edge: number_of(edge.steps) for edge in ways.edges} if _scalars(ways) else {}
    if None in numbers.values():
        numbers = {}
    listed = ways.first(MOST, (lambda edge: log_size(numbers[edge])) if numbers and ways.count > MOST else None)
    scalar = not np.shape(readings[0].value)
    factors = _Factors(ways, names, numbers)
    paths = [
        Path(
            (names[target], *[names[edge.bottom] for edge in path]),
            factors.along(path),
            _product(path, target, numbers, scalar),
        )
        for path in listed
    ]
    summed, size = _summed(ways, numbers, paths)
    explanation = Explanation(
        target=names[target],
        source=source,
        target_shape=np.shape(target.value),
        source_shape=np.shape(readings[0].value),
        connected=True,
        count=ways.count,
        paths=tuple(paths),
        total=np.asarray(total).item() if scalar else np.asarray(total),
        summed=summed,
        agrees=summed is None or same(summed, total, size),
        assigned=len(readings) > 1,
    )
    return replace(explanation, steps=_steps(explanation, ways, names))


class _Factors:
    """The factor of each step, made once."""

    def __init__(self, ways: Ways, names: Names, numbers: Mapping[Edge, Number | None]) -> None:
        self._ways = ways
        self._names = names
        self._numbers = numbers
        self._made: dict[Edge, Factor] = {}

    def along(self, path: Sequence[Edge]) -> tuple[Factor, ...]:
        new = [edge for edge in path if edge not in self._made]
        if new:
            for edge, use in zip(path, self._ways.uses(path), strict=True):
                if edge not in self._made:
                    self._made[edge] = self._factor(edge, use)
        return tuple([self._made[edge] for edge in path])

    def _factor(self, edge: Edge, use: int | None) -> Factor:
        number = self._numbers[edge] if edge in self._numbers else number_of(edge.steps)
        return Factor(
            top=self._names[edge.top],
            bottom=self._names[edge.bottom],
            top_shape=np.shape(edge.top.value),
            bottom_shape=np.shape(edge.bottom.value),
            ops=tuple([node.op.name for node, _ in reversed(edge.steps)]),
            where=edge.steps[-1][0].where,
            number=number,
            words=words_of(edge.steps) if number is None else "",
            use=use,
        )


def _scalars(ways: Ways) -> bool:
    return not any([np.shape(value.value) for value in ways.order])


def _product(path: Sequence[Edge], target: Value, numbers: Mapping[Edge, Number | None], scalar: bool) -> Any:
    """What a path contributes: the product of its numbers, or the target's cotangent pulled back along it."""
    if numbers or not path:
        g: Number = 1.0
        for edge in path:
            g = passed_on(g, numbers[edge] or 0.0)
        return g if scalar else np.ones_like(target.value)
    steps = [step for edge in reversed(path) for step in edge.steps]
    g = pulled(steps, 1.0 if type(target.value) is float else np.ones_like(target.value))
    return np.asarray(g).item() if scalar else np.asarray(g)


def _summed(ways: Ways, numbers: Mapping[Edge, Number | None], paths: Sequence[Path]) -> tuple[Any, Any]:
    """The sum of all paths, and that of their sizes, which is what rounding errors are measured by; None if unknown."""
    products = [path.product for path in paths]
    if not numbers:
        return (sum(products), sum([abs(p) for p in products])) if ways.count == len(paths) else (None, None)
    sums: dict[int, Any] = {id(ways.target): 1.0}
    sizes: dict[int, Any] = {id(ways.target): 1.0}
    for value in reversed(ways.order):  # each hands on what has come to it, as in the backward sweep
        g, size = sums[id(value)], sizes[id(value)]
        for edge in ways.into.get(id(value), []):
            number, key = numbers[edge] or 0.0, id(edge.bottom)
            sums[key] = sums.get(key, 0.0) + passed_on(g, number)
            sizes[key] = sizes.get(key, 0.0) + passed_on(size, abs(number))
    return sum([sums.get(id(x), 0.0) for x in ways.sources]), sum([sizes.get(id(x), 0.0) for x in ways.sources])


def _steps(e: Explanation, ways: Ways, names: Names) -> tuple[Step, ...]:
    """What the names v1, v2, … in the explanation stand for."""
    shown = {name for f in shown_factors(e) for name in (f.top, f.bottom)}
    made = [ways.into[id(value)][0].steps[-1][0] for value in ways.order if id(value) in ways.into]
    return tuple([
        Step(names[node.out], names.formula(node), node.where)
        for node in made
        if names[node.out] in shown and names.given(node.out) is None
    ])  # fmt: skip
