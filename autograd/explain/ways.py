"""The ways from sources to a target: which steps a person wants to see, how many paths they make, the first few.

Everything is counted and chosen along the recording, in its order, so it is linear in its length however many
paths there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass

from autograd.explain.derivatives import blocked
from autograd.graph import Node, Value, reached
from autograd.picture.routes import Routes


@dataclass(frozen=True, eq=False, slots=True)
class Edge:
    """A step from `bottom` to `top`: the nodes it runs through, each with the input by which it enters."""

    bottom: Value
    top: Value
    steps: tuple[tuple[Node, int], ...]


class Ways:
    """The part of a recording that lies between the sources and the target, as steps between values worth showing.

    named: ids of values that have a name. If there are any on the way, values without one are passed over where they
        merely link two others, as y − x is in loss = |y − x|; if there are none, every value is shown.
    """

    def __init__(self, nodes: Sequence[Node], target: Value, sources: Sequence[Value], named: Set[int]) -> None:
        self.target = target
        self.sources = list(sources)
        self._starts = {id(source) for source in sources}
        self.order: list[Value] = []  # the values shown, sources first, then as recorded
        self.into: dict[int, list[Edge]] = {}  # by id of a value: the steps that lead to it
        self._add(reached(nodes, sources))
        self._keep_what_connects()
        if named & ({id(value) for value in self.order} - {id(target)} - self._starts):
            self._pass_over(named)
        self._place = {id(value): i for i, value in enumerate(self.order)}
        self._fan = self._fans()
        self._routes = Routes([id(value) for value in self.order], self.into, self._starts, _below)
        self._counts = self._routes.counts()

    @property
    def edges(self) -> list[Edge]:
        """All steps."""
        return [edge for value in self.order for edge in self.into.get(id(value), [])]

    @property
    def count(self) -> int:
        """How many paths there are, UNCOUNTED if they are that many or more."""
        return self._counts.get(id(self.target), 0)

    def first(self, limit: int, size: Callable[[Edge], float] | None = None) -> list[list[Edge]]:
        """At most `limit` paths, each from the target down: the largest by the sum of `size` over their steps, or else
        those that come first in the recording."""
        return self._routes.first(id(self.target), limit, size)

    def uses(self, path: Sequence[Edge]) -> list[int | None]:
        """For each step of a path: its number among those from the same value into the same one, and None where it is
        the only way from one to the other, so that it needs none."""
        numbers: list[int | None] = []
        for edge in path:
            beside = [e for e in self.into[id(edge.top)] if e.bottom is edge.bottom]
            apart = len(beside) > 1 or (self._fan[id(edge.bottom)] > 1 and self._other_way(edge))
            numbers.append(beside.index(edge) + 1 if apart else None)
        return numbers

    def _add(self, path: Sequence[tuple[Node, Sequence[int]]]) -> None:
        self.order += self.sources
        for node, through in path:
            edges: list[Edge] = []
            for i in through:
                x, step = node.inputs[i], (node, i)
                if isinstance(x.value, tuple):  # a bundle of several values is nothing to be shown
                    edges += [Edge(e.bottom, node.out, (*e.steps, step)) for e in self.into.get(id(x), [])]
                else:
                    edges.append(Edge(x, node.out, (step,)))
            if isinstance(node.out.value, tuple):
                self.into[id(node.out)] = edges
            elif edges := [edge for edge in edges if len(edge.steps) == 1 or not blocked(edge.steps)]:
                self.into[id(node.out)] = edges
                self.order.append(node.out)

    def _keep_what_connects(self) -> None:
        """Leave out what no source reaches, or what does not lead to the target."""
        from_source = set(self._starts)
        for value in self.order:
            into = [edge for edge in self.into.get(id(value), []) if id(edge.bottom) in from_source]
            if into:
                self.into[id(value)] = into
                from_source.add(id(value))
        leads = {id(self.target)}
        for value in reversed(self.order):
            if id(value) in leads and id(value) in from_source:
                leads.update([id(edge.bottom) for edge in self.into.get(id(value), [])])
        self.order = [value for value in self.order if id(value) in leads and id(value) in from_source]
        self.into = {id(value): self.into[id(value)] for value in self.order if id(value) in self.into}

    def _pass_over(self, named: Collection[int]) -> None:
        """Join the steps at nameless values with one step in and one out, where no other way has the same ends."""
        fan = self._fans()
        links = {key for key, into in self.into.items() if len(into) == fan[key] == 1 and key not in named}
        links.discard(id(self.target))
        chains = {}
        for value in self.order:
            if id(value) not in links:
                for edge in self.into.get(id(value), []):
                    chains[edge] = self._chain(edge, links)
        ends = [(id(chain[-1].bottom), id(edge.top)) for edge, chain in chains.items()]
        several = {pair for pair, many in Counter(ends).items() if many > 1}
        passed: set[int] = set()
        for (edge, chain), pair in zip(chains.items(), ends, strict=True):
            if len(chain) > 1 and pair not in several:
                steps = tuple([step for link in reversed(chain) for step in link.steps])
                into = self.into[id(edge.top)]
                into[into.index(edge)] = Edge(chain[-1].bottom, edge.top, steps)
                passed.update([id(link.bottom) for link in chain[:-1]])
        self.order = [value for value in self.order if id(value) not in passed]

    def _chain(self, edge: Edge, links: Collection[int]) -> list[Edge]:
        chain = [edge]
        while id(chain[-1].bottom) in links:
            chain += self.into[id(chain[-1].bottom)]
        return chain

    def _other_way(self, edge: Edge) -> bool:
        """Whether the bottom reaches the top by a detour. Nothing outside the stretch between them is looked at, and
        the stretches of a path do not overlap."""
        floor = self._place[id(edge.bottom)]
        waiting = [e.bottom for e in self.into[id(edge.top)] if e is not edge]
        seen: set[int] = set()
        while waiting:
            value = waiting.pop()
            if value is edge.bottom:
                return True
            if id(value) not in seen and self._place[id(value)] > floor:
                seen.add(id(value))
                waiting += [e.bottom for e in self.into.get(id(value), [])]
        return False

    def _fans(self) -> Counter[int]:
        """By id of a value: how many steps lead from it."""
        return Counter([id(edge.bottom) for edge in self.edges])


def _below(edge: Edge) -> int:
    return id(edge.bottom)
