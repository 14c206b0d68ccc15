"""The paths from one value of a graph to its target: the chain rule, one product of local derivatives for each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd.picture.routes import Routes
from autograd.picture.summary import Number

if TYPE_CHECKING:
    from autograd.picture.model import Graph, GraphEdge


@dataclass(frozen=True)
class Path:
    """One way from a source to the target: ids of `nodes`, the source's first, and the `edges` between them.

    product: of the local derivatives, which is what the path adds to the gradient; None unless all on it are scalars.
    """

    nodes: tuple[str, ...]
    edges: tuple[GraphEdge, ...]
    product: Number | None


def find(graph: Graph, source: str, limit: int) -> tuple[Path, ...]:
    """All paths; see `Graph.paths`."""
    routes = routes_from(graph, source)
    many = routes.counts()[graph.target]
    if many > limit:
        told = f"{many:,}" if many < 10**15 else f"more than {10**15:.0e}"
        raise ValueError(
            f"{told} paths lead from {source!r} to the target, and the limit is {limit:,}; raise limit=, or use "
            f"graph.highlight({source!r}), which sums all of them and lists the largest"
        )
    return tuple([path_of(way, graph.target) for way in routes.first(graph.target, limit)])


def routes_from(graph: Graph, source: str) -> Routes[str, GraphEdge]:
    """The ways from the node of this id, or else all of this name, along which a gradient flows; if none does, all."""
    first = graph.node(source)
    starts = {first.id} if first.id == source else {node.id for node in graph.nodes if node.name == source}
    flows = any([node.gradient for node in graph.nodes if node.id in starts])
    into: dict[str, list[GraphEdge]] = {}
    for edge in graph.edges:
        if edge.carries_gradient or not flows:
            into.setdefault(edge.target, []).append(edge)
    return Routes([node.id for node in graph.nodes], into, starts, lambda edge: edge.source)


def path_of(way: Sequence[GraphEdge], target: str) -> Path:
    """The path along these edges, of which the one to the target comes first."""
    edges = tuple(reversed(way))
    return Path((*[edge.source for edge in edges], target), edges, product([edge.derivative for edge in way]))


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
