"""The borders of groups: which values leave a group, and what the edges into it and out of it carry.

All numbers come from the graph before collapsing. An edge into a group with one result has the derivative of that
result, taken through the whole group. Where there is no such number, it has none: never that of one operation inside.
"""

from __future__ import annotations

import cmath
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.picture.groups import Group, Result, members_of
from autograd.picture.paths import passed_on
from autograd.picture.summary import Number, Summary

if TYPE_CHECKING:
    from autograd.picture.model import Graph, GraphEdge, GraphNode

_Key = tuple[str, str]  # id of a value outside a group, and id of the group


def with_edges_of(whole: Graph, chosen: Graph) -> Graph:
    """The graph with the nodes of `chosen`, whose groups get the results and edges that `whole` says they have."""
    home = {key: node.id for node in chosen.nodes for key in members_of(node)}
    groups = {node.id for node in chosen.nodes if node.group and node.group.members}
    leaving: dict[str, set[str]] = {key: set() for key in groups}
    inside: set[str] = set()  # values to which part of their gradient comes from the same group
    for edge in whole.edges:
        source = home[edge.source]
        if source == home[edge.target]:
            if edge.carries_gradient:
                inside.add(edge.source)
        elif source in groups:
            leaving[source].add(edge.source)
    several = {key for key, results in leaving.items() if len(results) > 1}
    values = {node.id: node for node in whole.nodes}
    nodes = [
        _with_results(node, node.group, [values[x] for x in node.group.members if x in leaving[node.id]], inside)
        if node.group and node.id in several
        else node
        for node in chosen.nodes
    ]
    edges = _edges(whole, home, groups, several)
    return replace(chosen, nodes=tuple(nodes), edges=edges, target=home[whole.target], whole=whole)


def _with_results(node: GraphNode, group: Group, results: Sequence[GraphNode], inside: set[str]) -> GraphNode:
    """A group with several results, which has no single value, name or gradient."""
    found = tuple([Result(x.id, x.name, x.value, x.gradient, x.id in inside) for x in results])
    value = Summary((len(found),), "values")
    return replace(node, name=None, value=value, gradient=None, group=replace(group, results=found))


def _edges(whole: Graph, home: Mapping[str, str], groups: set[str], several: set[str]) -> tuple[GraphEdge, ...]:
    """The edges between nodes; those from the same node into the same group are joined."""
    gradients = {node.id: node.gradient for node in whole.nodes}
    through = _pulled(whole, home, groups - several)
    uses = Counter([edge.source for edge in whole.edges if edge.carries_gradient])
    joined: dict[_Key, list[GraphEdge]] = {}
    kept: list[GraphEdge | _Key] = []
    for edge in whole.edges:
        source, target = home[edge.source], home[edge.target]
        if source == target:
            continue
        if target in groups:
            if (source, target) not in joined:
                joined[source, target] = []
                kept.append((source, target))
            joined[source, target].append(edge)
        elif source in several:
            kept.append(replace(edge, source=source, results=(edge.source,)))
        else:
            kept.append(edge)
    operands = Counter[str]()
    edges: list[GraphEdge] = []
    for entry in kept:
        if not isinstance(entry, tuple):
            edges.append(entry)
            continue
        source, target = entry
        parts = joined[entry]
        values = tuple(dict.fromkeys([edge.source for edge in parts]))
        flowing = [edge for edge in parts if edge.carries_gradient]
        contribution = derivative = None
        if flowing and len(values) == 1:
            contribution = _sum([edge.contribution for edge in flowing])
            if contribution is None and len(flowing) == uses[values[0]]:
                contribution = gradients[values[0]]
            derivative = confirmed(through.get((values[0], target)), gradients[target], contribution)
        edges.append(
            replace(
                parts[0],
                source=source,
                target=target,
                position=operands[target],
                derivative=derivative,
                carries_gradient=bool(flowing),
                contribution=contribution,
                results=values if source in several else (),
            )
        )
        operands[target] += 1
    return tuple(edges)


def _pulled(whole: Graph, home: Mapping[str, str], single: set[str]) -> dict[_Key, Number | None]:
    """For each value that enters a group with one result: the derivative of that result, summed over all inner ways.

    None if a local derivative on one of them is no number.
    """
    found: dict[str, Number | None] = dict.fromkeys(single, 1.0)
    entering: dict[_Key, Number | None] = {}
    sums: dict[Any, Number | None]
    for edge in reversed(whole.edges):
        group = home[edge.target]
        if group not in single or not edge.carries_gradient or edge.target not in found:
            continue
        g, local = found[edge.target], edge.derivative
        part: Number | None = None
        if g is not None and local is not None:
            part = 0.0 if g == 0 else g * local  # nothing comes of exactly zero, as in the backward sweep
        key: Any = edge.source
        sums = found
        if home[edge.source] != group:
            key, sums = (edge.source, group), entering
        before = sums.get(key, 0.0)
        sums[key] = None if before is None or part is None else before + part
    return entering


def confirmed(derivative: Number | None, upstream: Summary | None, contribution: Summary | None) -> Number | None:
    """The derivative if upstream × derivative = contribution holds but for rounding; None otherwise.

    It does not hold for a rule that is not linear over the complex numbers, such as that of conjugate, nor for a custom
    gradient that is not linear in its cotangent.
    """
    if derivative is None or upstream is None or contribution is None:
        return None
    g, found = upstream.number, contribution.number
    if g is None or found is None:
        return None
    if not cmath.isfinite(found):
        return derivative  # such as an overflow, which leaves nothing to compare
    relative, absolute = tolerances(contribution.dtype)
    expected = passed_on(g, derivative)
    near = relative * max(abs(expected), abs(found)) + absolute
    return derivative if abs(expected - found) <= near else None


@cache
def tolerances(dtype: str) -> tuple[float, float]:
    """The relative and the absolute difference that rounding explains."""
    if np.dtype(dtype).kind not in "fc":
        return 0.0, 0.0
    limits = np.finfo(dtype)
    return float(limits.eps) ** 0.5, 100 * float(limits.tiny)


def _sum(parts: Sequence[Summary | None]) -> Summary | None:
    """The sum of contributions that are numbers; of a single one, the contribution itself."""
    if len(parts) == 1:
        return parts[0]
    numbers = [part.number for part in parts if part is not None and part.number is not None]
    if len(numbers) < len(parts) or parts[0] is None:
        return None
    with np.errstate(all="ignore"):
        return Summary.of(np.dtype(parts[0].dtype).type(sum(numbers)))
