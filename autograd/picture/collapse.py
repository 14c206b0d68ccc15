"""Collapsing a large graph: a layer or name scope becomes one node, and so does what repeats itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from autograd.picture.borders import with_edges_of
from autograd.picture.groups import Stretch, grouped, members_of
from autograd.picture.repeats import repeats

if TYPE_CHECKING:
    from autograd.picture.model import Graph, GraphNode

Scope = tuple[str, ...]
Choice = Callable[[Scope], bool]


def collapsed(
    graph: Graph, depth: int | None = None, collapse: Choice | Literal[False] | None = None, limit: int = 150
) -> Graph:
    """The graph with fewer nodes; see `Graph.collapsed`."""
    if collapse is False:
        return graph.whole or graph
    if collapse is not None and not callable(collapse):
        raise TypeError(f"collapse is {collapse!r}; expected a function of a scope, or False for every operation")
    if depth is not None and (not isinstance(depth, int) or depth < 0):
        raise ValueError(f"depth is {depth}; expected 0 (the outermost scopes are a box each) or more")
    if not isinstance(limit, int) or limit < 1:
        raise ValueError(f"limit is {limit!r}; expected 1 node or more")
    if collapse is None and depth is None and len(graph.nodes) <= limit:
        return graph
    whole = graph.whole or graph
    chosen = _chosen(whole, depth, collapse, limit)
    return whole if chosen.nodes == whole.nodes else with_edges_of(whole, chosen)


def _chosen(graph: Graph, depth: int | None, collapse: Choice | None, limit: int) -> Graph:
    if collapse is not None:
        return _by_scope(graph, collapse)
    if depth is not None:
        return _at_depth(graph, depth)
    if len(graph.nodes) <= limit:
        return graph
    return _largest(graph, limit, False) or _largest(graph, limit, True) or _in_pieces(_at_depth(graph, 0), limit)


def _largest(graph: Graph, limit: int, named: bool) -> Graph | None:
    """The largest graph within the limit of those in which the scopes of some level are groups, and repeats are."""
    best = None
    for level in range(max([len(node.scope) for node in graph.nodes]), -1, -1):
        opened = _by_scope(graph, _deeper_than(level), named)
        but_ends = repeats(opened, graph, ends=1)
        for found in (
            grouped(graph, [_in_full(stretch, opened) for stretch in but_ends], named),
            grouped(opened, but_ends, named),
            grouped(opened, repeats(opened, graph), named),
        ):
            if len(found.nodes) <= limit and (best is None or len(found.nodes) > len(best.nodes)):
                best = found
    return best


def _in_full(stretch: Stretch, graph: Graph) -> Stretch:
    """The same stretch, of groups or operations of `graph`, by what is behind them."""
    inside = {node.id: members_of(node) for node in graph.nodes}
    return replace(stretch, nodes=[key for node in stretch.nodes for key in inside[node]])


def _at_depth(graph: Graph, depth: int) -> Graph:
    smaller = _by_scope(graph, _deeper_than(depth))
    return grouped(smaller, repeats(smaller, graph))


def _deeper_than(level: int) -> Choice:
    return lambda scope: len(scope) > level


def _by_scope(graph: Graph, collapse: Choice, named: bool = False) -> Graph:
    """A group for each outermost scope for which `collapse` holds; inputs with a name go in as well if `named`."""
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
    return grouped(graph, stretches, named)


def _in_pieces(graph: Graph, limit: int) -> Graph:
    """Stretches of equal length, where neither scopes nor repeats make a graph small enough: as many as fit."""
    operations = [node for node in graph.nodes if node.kind in ("operation", "group")]
    for named in (False, True):
        count = limit
        while count:
            found = grouped(graph, _pieces(operations, -(-len(operations) // count)), named)
            if len(found.nodes) <= limit:
                return found
            count = count * 2 // 3
    return found


def _pieces(operations: Sequence[GraphNode], size: int) -> list[Stretch]:
    """Stretches of `size` operations, named after the lines of the program where they begin and end."""
    pieces = [operations[i : i + size] for i in range(0, len(operations), size)]
    names = [f"{piece[0].where or piece[0].id} … {piece[-1].where or piece[-1].id}" for piece in pieces]
    return [Stretch([n.id for n in piece], name) for piece, name in zip(pieces, names, strict=True)]
