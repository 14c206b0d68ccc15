"""Collapsing a large graph: a layer or name scope becomes one node, and so does what repeats itself."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING

from autograd.picture.groups import Stretch, grouped
from autograd.picture.repeats import repeats

if TYPE_CHECKING:
    from autograd.picture.model import Graph

Scope = tuple[str, ...]
Choice = Callable[[Scope], bool]


def collapsed(graph: Graph, depth: int | None = None, collapse: Choice | None = None, limit: int = 150) -> Graph:
    """The graph with fewer nodes; see `Graph.collapsed`."""
    if collapse is not None:
        return _by_scope(graph, collapse)
    if depth is not None:
        if depth < 0:
            raise ValueError(f"depth is {depth}; expected 0 (the outermost scopes are a box each) or more")
        return _at_depth(graph, depth)
    if len(graph.nodes) <= limit:
        return graph
    deepest = max([len(node.scope) for node in graph.nodes])
    for level in range(deepest, -1, -1):
        found = _at_depth(graph, level)
        if len(found.nodes) <= limit:
            return found
    return _in_pieces(found, limit)


def _at_depth(graph: Graph, depth: int) -> Graph:
    smaller = _by_scope(graph, lambda scope: len(scope) > depth)
    return grouped(smaller, repeats(smaller, graph))


def _by_scope(graph: Graph, collapse: Choice) -> Graph:
    """A group for each outermost scope for which `collapse` holds."""
    decided: dict[Scope, int] = {}  # how much of a scope names its group; 0 for none

    def outermost(scope: Scope) -> Scope:
        if scope not in decided:
            lengths = [k for k in range(1, len(scope) + 1) if collapse(scope[:k])]
            decided[scope] = lengths[0] if lengths else 0
        return scope[: decided[scope]]

    operations = [node for node in graph.nodes if node.kind == "operation"]
    stretches = []
    for scope, nodes in groupby(operations, lambda node: outermost(node.scope)):
        if scope:
            stretches.append(Stretch([node.id for node in nodes], scope[-1], scope[:-1]))
    return grouped(graph, stretches)


def _in_pieces(graph: Graph, limit: int) -> Graph:
    """Stretches of equal length, where neither scopes nor repeats make a graph small enough."""
    operations = [node for node in graph.nodes if node.kind in ("operation", "group")]
    size = -(-len(operations) // (limit // 3))  # with the leaves that several of them use there is still room
    pieces = [operations[i : i + size] for i in range(0, len(operations), size)]
    names = [f"{piece[0].where or piece[0].id} … {piece[-1].where or piece[-1].id}" for piece in pieces]
    return grouped(graph, [Stretch([n.id for n in p], name) for p, name in zip(pieces, names, strict=True)])
