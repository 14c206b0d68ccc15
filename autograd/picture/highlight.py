"""The chain rule in one picture: the paths from a value to the target, their products, and what they add up to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from autograd.picture.borders import tolerances
from autograd.picture.labels import Labels
from autograd.picture.paths import Path, Ways, passed_on
from autograd.picture.routes import UNCOUNTED
from autograd.picture.summary import Number, Summary, written

if TYPE_CHECKING:
    from autograd.picture.geometry import Point
    from autograd.picture.model import Graph, GraphEdge

LISTED = 20  # paths
_BELOW = 6  # of which so many are written below the picture
_NEAR = 1e-6  # relative difference that rounding explains, and more in float32 and float16


@dataclass(frozen=True, repr=False)
class Highlight:
    """The paths from `source`, the id of a node, to the target of `graph`; `Graph.highlight` makes it.

    count: how many paths there are, in the graph before collapsing; paths: the largest of them, all if they are few.
    summed: the sum of the products of all paths, which is to be `gradient`, the one of the backward sweep; both are
        None unless all on the paths are scalars.
    agrees: whether the two are the same but for rounding.
    edges, nodes: what lies on any path.

    In a notebook it shows the picture, and `print` the products.
    """

    graph: Graph
    source: str
    count: int
    paths: tuple[Path, ...]
    summed: Number | None
    gradient: Number | None
    agrees: bool
    edges: frozenset[GraphEdge] = field(default_factory=frozenset)
    nodes: frozenset[str] = field(default_factory=frozenset)

    def to_svg(
        self, *, steady: bool = False, positions: Mapping[str, Point] | None = None, engine: str | None = None
    ) -> str:
        """The backward picture with the paths in thick lines and the rest paler; options as those of `Graph.to_svg`."""
        from autograd.picture.svg import Look, draw

        look = Look(backward=True, steady=steady, positions=positions, highlight=self, engine=engine)
        return draw(self.graph, look)

    def save(self, path: str | os.PathLike[str]) -> FilePath:
        """Write the picture as `.svg`, `.png` or `.pdf`, by the suffix."""
        from autograd.picture import files

        return files.save_picture(self.to_svg, FilePath(path))

    def lines(self) -> list[str]:
        """What the picture says below: a line for each of the first paths, and their sum."""
        if self.summed is None:
            return [f"{self._ratio()}: {_paths(self.count)}"]
        rows = [self._row(path) for path in self.paths[:_BELOW]]
        if self.count == 1:
            return [f"{self._ratio()} = {rows[0].partition('  ')[2]}"]
        if self.count > len(rows):
            rows.append(f"and {_paths(self.count - len(rows))} more")
        return [*rows, f"{self._ratio()} is the sum of all: {written(self.summed)}"]

    def __str__(self) -> str:
        head = (
            f"{self._ratio()}: {_paths(self.count)} from {self._name(self.source)} to {self._name(self.graph.target)}"
        )
        rows = [f"  {self._row(path)}" for path in self.paths]
        if self.count > len(rows):
            rows.append(f"  and {_paths(self.count - len(rows))} more, with smaller products")
        if self.summed is None:
            return "\n".join([head, *rows])
        verdict = "as" if self.agrees else f"but {written(self.gradient or 0.0)}"
        return "\n".join([head, *rows, f"sum = {written(self.summed)}, {verdict} in the backward sweep"])

    def __repr__(self) -> str:
        return f"Highlight({self._ratio()}: {_paths(self.count)})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.to_svg(), "text/plain": str(self)}

    def _row(self, path: Path) -> str:
        """`loss ← x2 ← x1 ← w  1 · 1 · 2 = 2`."""
        way = " ← ".join([self._names[key] for key in reversed(path.nodes)])
        if path.product is None:
            return way
        factors = [_factor(edge.derivative) for edge in reversed(path.edges)] or ["1"]
        product = written(path.product)
        return f"{way}  {' · '.join(factors)}{f' = {product}' if len(factors) > 1 else ''}"

    def _ratio(self) -> str:
        return f"∂{self._name(self.graph.target)}/∂{self._name(self.source)}"

    def _name(self, key: str) -> str:
        return self.graph.node(key).name or ("target" if key == self.graph.target else key)

    @cached_property
    def _names(self) -> dict[str, str]:
        """What each node on the listed paths is called there: its name, or else its formula."""
        labels = Labels(self.graph)
        return {node.id: node.name or labels.formula(node) for node in self.graph.nodes}


def highlighted(graph: Graph, source: str) -> Highlight:
    """The paths from a source; see `Graph.highlight`."""
    start = graph.node(source)
    ways = Ways(graph, start.id)
    if start.gradient is None:
        raise ValueError(f"no gradient flows from the target to {source!r}; t.explain(target, source) says why")
    edges = ways.edges()
    summed, agrees = summed_paths(ways.target, edges, start.id, start.gradient)
    gradient = None if summed is None else start.gradient.number
    drawn = ways.drawn(edges)
    nodes = frozenset([graph.target, start.id, *[edge.source for edge in drawn], *[edge.target for edge in drawn]])
    paths = ways.first(LISTED)
    return Highlight(graph, start.id, ways.count, paths, summed, gradient, agrees, frozenset(drawn), nodes)


def summed_paths(target: str, edges: list[GraphEdge], source: str, gradient: Summary) -> tuple[Number | None, bool]:
    """The sum of the products of all paths, None unless all on them are scalars; whether it is the gradient.

    It is not where a custom gradient on the way is not linear in its cotangent.
    """
    if any([edge.derivative is None for edge in edges]):
        return None, True
    summed, size = _summed(target, edges, source)
    near = max(_NEAR, tolerances(gradient.dtype)[0])
    return summed, gradient.number is None or not abs(summed - gradient.number) > near * size


def _summed(target: str, edges: list[GraphEdge], source: str) -> tuple[Number, float]:
    """The sum over all paths, and that of their sizes: each value hands on what has come to it, the target first."""
    sums: dict[str, Number] = {target: 1.0}
    sizes: dict[str, float] = {target: 1.0}
    for edge in reversed(edges):
        factor = edge.derivative or 0.0
        sums[edge.source] = sums.get(edge.source, 0.0) + passed_on(sums[edge.target], factor)
        sizes[edge.source] = sizes.get(edge.source, 0.0) + abs(passed_on(sizes[edge.target], abs(factor)))
    return sums[source], sizes[source]


def _factor(number: Number | None) -> str:
    text = written(number or 0.0)
    return f"({text})" if text.startswith("−") or "i" in text else text


def _paths(count: int) -> str:
    return "1 path" if count == 1 else "very many paths" if count >= UNCOUNTED else f"{count:,} paths"
