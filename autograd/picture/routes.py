"""The ways through any acyclic graph: how many there are, and the first or largest few of them.

Counted and chosen along the graph's own order, so that the work is linear in its size however many ways there are.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

UNCOUNTED = 10**100  # where counting ends; without a limit the numbers would get so long that adding them took time

Key = TypeVar("Key", bound=Hashable)
Edge = TypeVar("Edge")
Best = list[tuple[float, int, Edge | None, int]]  # size, order, last edge, which way before it


@dataclass(frozen=True)
class Routes(Generic[Key, Edge]):
    """The ways that lead from any of `starts`.

    order: the nodes, each after those that lead to it; into: the edges that lead to a node, where there are any;
    below: the node that an edge comes from.

    >>> routes = Routes("abc", {"b": ["ab", "ab"], "c": ["bc", "ac"]}, {"a"}, lambda edge: edge[0])
    >>> routes.counts()["c"], routes.first("c", 2)
    (3, [['bc', 'ab'], ['bc', 'ab']])
    """

    order: Sequence[Key]
    into: Mapping[Key, Sequence[Edge]]
    starts: Collection[Key]
    below: Callable[[Edge], Key]

    def counts(self) -> dict[Key, int]:
        """How many ways lead to each node, UNCOUNTED if they are that many or more."""
        counts: dict[Key, int] = {}
        for node in self.order:
            into = sum([counts.get(self.below(edge), 0) for edge in self.into.get(node, ())])
            counts[node] = min(into + (node in self.starts), UNCOUNTED)
        return counts

    def first(self, target: Key, limit: int, size: Callable[[Edge], float] | None = None) -> list[list[Edge]]:
        """At most `limit` ways, each from the target down: the largest by the sum of `size` over their edges, or else
        those that come first in the graph's order."""
        best: dict[Key, Best[Edge]] = {}
        order = count()
        for node in self.order:
            found: Best[Edge] = [(0.0, next(order), None, 0)] if node in self.starts else []
            for edge in self.into.get(node, ()):
                step = size(edge) if size else 0.0
                below = best.get(self.below(edge), [])
                found += [(_plus(b[0], step), next(order), edge, i) for i, b in enumerate(below)]
            best[node] = heapq.nsmallest(limit, found, key=lambda b: (-b[0], b[1]))
        return [self._walked(best, target, i) for i in range(len(best.get(target, [])))]

    def _walked(self, best: Mapping[Key, Best[Edge]], node: Key, rank: int) -> list[Edge]:
        way = []
        while (edge := best[node][rank][2]) is not None:
            way.append(edge)
            node, rank = self.below(edge), best[node][rank][3]
        return way


def _plus(a: float, b: float) -> float:
    """A sum of sizes; infinity less infinity counts as large, to be looked at."""
    return math.inf if math.isnan(a + b) else a + b
