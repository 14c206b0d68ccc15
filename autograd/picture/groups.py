"""Groups: which nodes of a graph are joined into one, and what is known of each group. From graph to graph.

The edges made here only say what is connected; `autograd.picture.borders` gives them their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.picture.model import Graph, GraphEdge, GraphNode
    from autograd.picture.summary import Summary


@dataclass(frozen=True)
class Result:
    """One of several values that leave a group: its id in the graph before collapsing, name, value and gradient.

    inside: whether part of the gradient arrives from another operation of the same group.
    """

    id: str
    name: str | None
    value: Summary
    gradient: Summary | None = None
    inside: bool = False


@dataclass(frozen=True)
class Group:
    """What a node of kind "group" contains.

    members: ids of the nodes in it; operations: how many of them are operations.
    parameters: how many numbers its variables hold; repeats: how many times the same structure follows itself.
    results: the values that leave the group, if there are several; a single one is the value of the node itself.
    """

    members: tuple[str, ...]
    operations: int
    parameters: int
    repeats: int = 1
    results: tuple[Result, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """Operations, by id, that follow one another in a graph and are to be one group; its name and what it is part of.

    That nothing else stands between them keeps the graph free of cycles.
    """

    nodes: Sequence[str]
    name: str
    scope: tuple[str, ...] = ()
    repeats: int = 1


def grouped(graph: Graph, stretches: Iterable[Stretch], named: bool = False) -> Graph:
    """The graph with a node for each stretch, which has the id, the name and the value of its last operation.

    Leaves that are used inside one group only are part of it; inputs with a name are only if `named`.
    """
    stretches = list(stretches)
    home = {key: number for number, stretch in enumerate(stretches) for key in stretch.nodes}
    users: dict[str, set[int | None]] = {}
    for edge in graph.edges:
        users.setdefault(edge.source, set()).add(home.get(edge.target))
    for node in graph.nodes:
        inside = users.get(node.id, set())
        leaf = node.kind in ("variable", "constant") or (node.kind == "input" and (named or not node.name))
        if leaf and len(inside) == 1 and None not in inside:
            home[node.id] = next(number for number in inside if number is not None)
    members: list[list[GraphNode]] = [[] for _ in stretches]
    for node in graph.nodes:
        if node.id in home:
            members[home[node.id]].append(node)
    ids = [stretch.nodes[-1] for stretch in stretches]
    nodes = []
    for node in graph.nodes:
        if node.id not in home:
            nodes.append(node)
        elif node.id == ids[home[node.id]]:
            stretch = stretches[home[node.id]]
            made = _group(members[home[node.id]], stretch.repeats)
            nodes.append(replace(node, kind="group", op=stretch.name, params={}, scope=stretch.scope, group=made))
    now = {node.id: ids[home[node.id]] if node.id in home else node.id for node in graph.nodes}
    return replace(graph, nodes=tuple(nodes), edges=tuple(_edges(graph.edges, now, set(ids))), target=now[graph.target])


def _group(members: Sequence[GraphNode], repeats: int) -> Group:
    inner = [node.group for node in members if node.group]
    return Group(
        members=tuple([key for node in members for key in members_of(node)]),
        operations=sum([node.kind == "operation" for node in members]) + sum([group.operations for group in inner]),
        parameters=sum([math.prod(n or 1 for n in node.shape) for node in members if node.kind == "variable"])
        + sum([group.parameters for group in inner]),
        repeats=repeats,
    )


def members_of(node: GraphNode) -> tuple[str, ...]:
    """The ids, in the graph before collapsing, of the nodes that this one represents."""
    return node.group.members if node.group and node.group.members else (node.id,)


def _edges(edges: Iterable[GraphEdge], now: dict[str, str], groups: set[str]) -> list[GraphEdge]:
    """The edges between the remaining nodes: one for each pair if either of them is a group."""
    kept: list[GraphEdge] = []
    joined: set[tuple[str, str]] = set()
    for edge in edges:
        source, target = now[edge.source], now[edge.target]
        if source not in groups and target not in groups:
            kept.append(edge)
        elif source != target and (source, target) not in joined:
            joined.add((source, target))
            kept.append(replace(edge, source=source, target=target))
    return kept
