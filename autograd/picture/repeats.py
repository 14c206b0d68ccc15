"""Repeats: stretches of operations in which the same structure follows itself, such as a stack of equal layers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from autograd.picture.groups import Stretch, members_of

if TYPE_CHECKING:
    from autograd.picture.model import Graph, GraphNode

_LONGEST = 200  # operations in the structure that is repeated
_FEWEST = 3  # repeats worth a group
_NAMED = 3  # operations that a structure without a name is told by


def repeats(graph: Graph, whole: Graph, ends: int = 0) -> list[Stretch]:
    """The stretches of repeats among operations of the same scope; `whole` is the graph with nothing grouped.

    ends: how many repeats at either end of a stretch are left out of it, to be looked at.
    """
    kinds = _Kinds(whole)
    operations = [node for node in graph.nodes if node.kind in ("operation", "group")]
    operands: dict[str, list[str]] = {}
    for edge in graph.edges:
        operands.setdefault(edge.target, []).append(edge.source)
    found = []
    for segment in _segments(operations):
        labels = np.array([kinds.of(node) for node in segment])
        for start, period, times in _runs(labels):
            run = segment[start : start + period * times]
            if _alike(run, period, operands):
                inner, left = run[ends * period : len(run) - ends * period], times - 2 * ends
                if left >= _FEWEST:
                    found.append(Stretch([node.id for node in inner], _name(inner, period), run[0].scope, left))
    return found


class _Kinds:
    """A number for each kind of operation or group: the same for what computes the same from other numbers."""

    def __init__(self, whole: Graph) -> None:
        self._nodes = {node.id: node for node in whole.nodes}
        self._numbers: dict[Hashable, int] = {}

    def of(self, node: GraphNode) -> int:
        inside = [self._nodes[key] for key in members_of(node)]
        key = tuple([(n.op, n.shape, n.dtype) for n in inside if n.kind == "operation"])
        return self._numbers.setdefault(key, len(self._numbers))


def _segments(operations: Sequence[GraphNode]) -> Iterator[list[GraphNode]]:
    """The stretches of one scope."""
    segment: list[GraphNode] = []
    for node in operations:
        if segment and segment[-1].scope != node.scope:
            yield segment
            segment = []
        segment.append(node)
    if segment:
        yield segment


def _runs(labels: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Start, period and number of repeats of stretches that do not overlap, chosen so that the longest go first."""
    found = []
    for period in range(1, min(_LONGEST, len(labels) // _FEWEST) + 1):
        # Where k labels in a row each equal the one a period later, a structure stands k // period + 1 times.
        same = np.concatenate([[0], labels[:-period] == labels[period:], [0]])
        starts, ends = np.flatnonzero(np.diff(same)).reshape(-1, 2).T
        times = (ends - starts) // period + 1
        for i in np.flatnonzero(times >= _FEWEST):
            found.append((int(starts[i]), period, int(times[i])))
    chosen, taken = [], np.zeros(len(labels), bool)
    for start, period, count in sorted(found, key=lambda run: (-run[1] * (run[2] - 1), run[1], run[0])):
        stretch = slice(start, start + period * count)
        if not taken[stretch].any():
            taken[stretch] = True
            chosen.append((start, period, count))
    return chosen


def _alike(run: Sequence[GraphNode], period: int, operands: Mapping[str, Sequence[str]]) -> bool:
    """Whether the operations of each repeat depend on one another in the same way."""
    place = {node.id: i for i, node in enumerate(run)}

    def wiring(i: int) -> list[int]:
        here = [place.get(source, -1) for source in operands.get(run[i].id, ())]
        return [at - i for at in here if at // period == i // period]

    return all([wiring(i) == wiring(i % period) for i in range(len(run))])


def _name(run: Sequence[GraphNode], period: int) -> str:
    first = [node.op or "" for node in run[:period]]
    if period == 1 and run[0].kind == "group":
        return f"{first[0]} … {run[-1].op}"
    more = ", …" if period > _NAMED else ""
    return ", ".join(first[:_NAMED]) + more
