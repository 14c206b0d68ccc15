"""The paths from one value of a graph to its target: the chain rule, one product of local derivatives for each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograd.picture.groups import members_of
from autograd.picture.routes import Routes
from autograd.picture.summary import Number

if TYPE_CHECKING:
    from autograd.picture.model import Graph, GraphEdge


@dataclass(frozen=True)
class Path:
    """One way from a source to the target: ids of `nodes`, the source's first, and the `edges` between them.

    product: of the local derivatives, which is what the path adds to the gradient; None unless all on it are scalars.
    Of a collapsed graph, an edge into a group has the product of the steps that this path takes inside.
    """

    nodes: tuple[str, ...]
    edges: tuple[GraphEdge, ...]
    product: Number | None


def find(graph: Graph, source: str, limit: int) -> tuple[Path, ...]:
    """All paths; see `Graph.paths`."""
    ways = Ways(graph, source)
    if ways.count > limit:
        told = f"{ways.count:,}" if ways.count < 10**15 else f"more than {10**15:.0e}"
        raise ValueError(
            f"{told} paths lead from {source!r} to the target, and the limit is {limit:,}; raise limit=, or use "
            f"graph.highlight({source!r}), which sums all of them and lists the largest"
        )
    return ways.first(limit)


class Ways:
    """The paths from the node with this id, or else all with this name, to the target.

    Those along which a gradient flows; if none flows, all. They are counted, chosen and multiplied in the graph before
    collapsing. The paths that come out run along the nodes of `graph`: steps inside a group are one step.
    ValueError for a group with several results, which is not one value.
    """

    def __init__(self, graph: Graph, source: str) -> None:
        self._graph = graph
        self._whole = whole = graph.whole or graph
        first = graph.node(source)
        if first.group and first.group.results:
            inside = ", ".join([result.name or result.id for result in first.group.results])
            raise ValueError(
                f"{source!r} is a group from which several values lead on: {inside}; expected one value. "
                f"Ask the graph that is not collapsed about one of them"
            )
        starts = {first.id} if first.id == source else {node.id for node in graph.nodes if node.name == source}
        flows = any([node.gradient for node in graph.nodes if node.id in starts])
        into: dict[str, list[GraphEdge]] = {}
        for edge in whole.edges:
            if edge.carries_gradient or not flows:
                into.setdefault(edge.target, []).append(edge)
        self.routes = Routes([node.id for node in whole.nodes], into, starts, lambda edge: edge.source)
        self._counts = self.routes.counts()
        self._home = {key: node.id for node in graph.nodes for key in members_of(node)}
        self._several = {node.id for node in graph.nodes if node.group and node.group.results}

    @property
    def target(self) -> str:
        """The id of the target before collapsing."""
        return self._whole.target

    @property
    def count(self) -> int:
        """How many paths there are, UNCOUNTED if they are that many or more."""
        return self._counts[self._whole.target]

    def edges(self) -> list[GraphEdge]:
        """The edges, before collapsing, that lie on any path, in recording order."""
        leads = {self._whole.target}
        for node in reversed(self._whole.nodes):
            if node.id in leads:
                leads.update([edge.source for edge in self.routes.into.get(node.id, ())])
        on_path = {node.id for node in self._whole.nodes if node.id in leads and self._counts[node.id]}
        into = [edge for node in self._whole.nodes for edge in self.routes.into.get(node.id, ())]
        return [edge for edge in into if edge.source in on_path and edge.target in on_path]

    def first(self, limit: int) -> tuple[Path, ...]:
        """At most `limit` paths: the largest if there are more than that, all of scalars; else in recording order."""
        known = self.count > limit and all([edge.derivative is not None for edge in self.edges()])
        ways = self.routes.first(self._whole.target, limit, size_of if known else None)
        return tuple([self._drawn(way) for way in ways])

    def drawn(self, edges: Iterable[GraphEdge]) -> list[GraphEdge]:
        """The edges of `graph` that represent any of these edges before collapsing."""
        plain = {node.id for node in self._graph.nodes if not node.group}
        ends = {(e.source, home := self._home[e.target], e.position if home in plain else None) for e in edges}

        def represents(edge: GraphEdge) -> bool:
            position = edge.position if edge.target in plain else None
            return any([(value, edge.target, position) in ends for value in edge.results or (edge.source,)])

        return [edge for edge in self._graph.edges if represents(edge)]

    def _drawn(self, way: Sequence[GraphEdge]) -> Path:
        """The path along these edges, of which the one to the target comes first."""
        steps: list[list[GraphEdge]] = []  # from the source up: an edge, and those that follow it inside a group
        for edge in reversed(way):
            if self._home[edge.source] == self._home[edge.target]:
                steps[-1].append(edge)
            else:
                steps.append([edge])
        edges = tuple([step[0] if self._graph is self._whole else self._joined(step) for step in steps])
        nodes = (*[edge.source for edge in edges], self._graph.target)
        return Path(nodes, edges, product([edge.derivative for edge in way]))

    def _joined(self, step: Sequence[GraphEdge]) -> GraphEdge:
        source, target = self._home[step[0].source], self._home[step[0].target]
        derivative = product([edge.derivative for edge in reversed(step)])
        results = (step[0].source,) if source in self._several else ()
        return replace(step[0], source=source, target=target, results=results, derivative=derivative)


def product(factors: Iterable[Number | None]) -> Number | None:
    """The product, the target's factor first; None if one is unknown. Exactly zero stays so, as in the sweep."""
    g: Number = 1.0
    for factor in factors:
        if factor is None:
            return None
        g = passed_on(g, factor)
    return g


def passed_on(g: Number, factor: Number) -> Number:
    """A cotangent times a local derivative, under the engine's law of zeros: nothing comes of exactly zero."""
    return 0.0 if g == 0 else g * factor


def size_of(edge: GraphEdge) -> float:
    """The logarithm of a local derivative, so that sizes of products add up and never overflow."""
    return log_size(edge.derivative)


def log_size(number: Number | None) -> float:
    """The logarithm of a factor's size: of zero −∞, and ∞ of what is not a number, since that is to be looked at.

    >>> log_size(1.0), log_size(0.0), log_size(float("nan"))
    (0.0, -inf, inf)
    """
    size = abs(number or 0.0)
    return math.log(size) if size > 0 else math.inf if size != size else -math.inf
