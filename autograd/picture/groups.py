"""Groups: a graph in which stretches of operations stand for themselves as one node each. From graph to graph."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.picture.model import Graph, GraphEdge, GraphNode


@dataclass(frozen=True)
class Group:
    """What stands behind a node of kind "group".

    members: ids of the nodes in it; operations: how many of them are operations.
    parameters: how many numbers its variables hold; repeats: how many times the same structure follows itself.
    """

    members: tuple[str, ...]
    operations: int
    parameters: int
    repeats: int = 1


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

    Leaves that are used inside one group only are part of it; inputs with a name are only if `named`. Of the edges
    between the same two nodes one is left if a group is at one of its ends.
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
        members=tuple([key for node in members for key in (node.group.members if node.group else (node.id,))]),
        operations=sum([node.kind == "operation" for node in members]) + sum([group.operations for group in inner]),
        parameters=sum([math.prod(n or 1 for n in node.shape) for node in members if node.kind == "variable"])
        + sum([group.parameters for group in inner]),
        repeats=repeats,
    )


def _edges(edges: Iterable[GraphEdge], now: dict[str, str], groups: set[str]) -> list[GraphEdge]:
    """The edges between what is left. Those of a group are joined, so that what they say of one operand is lost."""
    kept: list[GraphEdge] = []
    place: dict[tuple[str, str], int] = {}  # of the joined edge between these two
    inputs: dict[str, int] = {}  # how many a group has
    for edge in edges:
        source, target = now[edge.source], now[edge.target]
        if source == target:
            continue
        if source not in groups and target not in groups:
            kept.append(edge)
        elif (source, target) in place:
            before = kept[place[source, target]]
            flows = before.carries_gradient or edge.carries_gradient
            kept[place[source, target]] = replace(before, carries_gradient=flows, derivative=None, contribution=None)
        else:
            place[source, target] = len(kept)
            position = edge.position
            if target in groups:
                position = inputs[target] = inputs.get(target, -1) + 1
            kept.append(replace(edge, source=source, target=target, position=position))
    return kept
