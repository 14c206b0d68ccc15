"""The steps in which a page walks through a graph, as plain data: forward op by op, then back edge by edge.

All that a page says is said here. Its script shows and hides, and computes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from autograd.picture.borders import confirmed
from autograd.picture.groups import Result
from autograd.picture.model import Graph, GraphEdge
from autograd.picture.page.words import Words, brief, joined, listed, stated
from autograd.picture.summary import Number, Summary, written


@dataclass(frozen=True)
class Step:
    """One step.

    phase: the pass it belongs to; title: what is computed; formula: the same in numbers; note: what that means.
    total: how contributions to one gradient add up, "" where there is but one.
    node: the id of the value that becomes known, or more of whose gradient does; None at the start and the end.
    edges: the places in `graph.edges` of those that the step runs along.
    gradient: what is known so far of a gradient of which more is to come, such as `0.5 + …`; "" otherwise.
    """

    phase: Literal["start", "forward", "backward", "end"]
    title: str
    formula: str = ""
    note: str = ""
    total: str = ""
    node: str | None = None
    edges: tuple[int, ...] = ()
    gradient: str = ""


def steps_of(graph: Graph) -> tuple[Step, ...]:
    """The steps of a graph, in the order in which the tape computes.

    Forward, each operation in recording order. Backward, from the target: each operation in reverse order, and from
    it each edge that the gradient takes. A value passes its gradient on when all contributions to it are there.

    >>> from autograd import Tape, Variable
    >>> from autograd.picture import build
    >>> a = Variable(5.0, name="a")
    >>> with Tape(persistent=True) as t:
    ...     b = a * a
    >>> for step in steps_of(build(t, b, names={"b": b})):
    ...     print(step.phase, "|", step.title, "|", step.formula, "|", step.total)
    start | Start |  |
    forward | b = a × a | 5 × 5 = 25 |
    backward | Backward from b | ∂b/∂b = 1 |
    backward | From b back to a, operand 1 | 1 × 5 = 5 |
    backward | From b back to a, operand 2 | 1 × 5 = 5 | 5 + 5 = 10
    end | Done: the gradients of the leaves |  |
    """
    return tuple(_Walk(graph).steps())


class _Walk:
    """The walk, which keeps in mind what has come to each value on the way back."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.words = Words(graph)
        self.uses = Counter([key for edge in graph.edges if edge.carries_gradient for key in _keys(edge)])
        self.arrived = Counter[str]()
        self.sums: dict[str, Number] = {}
        self.unknown: set[str] = set()  # values to which something came that is no number

    def steps(self) -> Iterator[Step]:
        words = self.words
        leaves = [node for node in self.graph.nodes if node.op is None]
        known = [stated(words.name(x.id), x.value) for x in leaves if x.kind != "constant"]
        yield Step("start", "Start", note=f"Known are the leaves: {listed(known)}" if known else "")
        for node in self.graph.nodes:
            if node.op is not None:
                edges = tuple([words.places[edge] for edge in words.operands[node.id]])
                note = "" if node.value.number is not None else f"values {node.value.span()}, {node.value.dtype}"
                if node.group and node.group.results:
                    note = f"{len(node.group.results)} of its values lead on"
                yield Step("forward", words.title(node), words.numbers(node), note, node=node.id, edges=edges)
        if self.uses or words.nodes[self.graph.target].gradient is not None:
            yield self._seed()
            for node in reversed(self.graph.nodes):
                for edge in words.operands[node.id]:
                    if edge.carries_gradient:
                        yield self._back(edge)
        found = [stated(words.ratio(x.id), x.gradient) for x in leaves if x.gradient is not None]
        title = "Done: the gradients of the leaves" if found else "No gradient flows back to a leaf shown here"
        note = listed(found)
        if any(x.gradient is not None and x.gradient.dtype.startswith("complex") for x in leaves):
            note += "; of complex ones, Tape.gradient gives the conjugate"
        yield Step("end", title, note=note)

    def _seed(self) -> Step:
        target = self.words.nodes[self.graph.target]
        name = self.words.name(target.id)
        one = "1" if target.value.number is not None else "1 for each element"
        note = f"A change of {name} changes {name} by as much"
        return Step("backward", f"Backward from {name}", f"{self.words.ratio(target.id)} = {one}", note, node=target.id)

    def _back(self, edge: GraphEdge) -> Step:
        words, place = self.words, self.words.places[edge]
        title = f"From {words.name(edge.target)} back to {words.origin(edge)}{words.use(edge)}"
        note = ""
        upstream, contribution, op = words.nodes[edge.target].gradient, edge.contribution, words.op(edge.target)
        factors = _factors(upstream, edge)
        if contribution is None:
            formula = f"through {op}"
        elif upstream is None:
            formula = f"through {op}: {brief(contribution)}"
            note = f"contribution {contribution.span()}"
        elif factors:
            formula = f"{joined('×', factors)} = {contribution.span()}"
            note = "upstream × local = contribution"
        else:
            note = f"upstream {upstream.span()}, through {op}: contribution {contribution.span()}"
            formula = f"{brief(upstream)} → {brief(contribution)}"
        total, gradient = self._arrive(edge)
        return Step("backward", title, formula, note, total, edge.source, (place,), gradient)

    def _arrive(self, edge: GraphEdge) -> tuple[str, str]:
        """How this contribution adds to those before it, and what is then known of the gradient."""
        self.arrived.update(_keys(edge))
        if edge.contribution is None or edge.contribution.number is None:
            self.unknown.update(_keys(edge))
        if len(edge.results) > 1:
            return "", ""
        (key,), (origin,) = _keys(edge), self.words.labels.origins(edge)
        arrived, uses = self.arrived[key], self.uses[key]
        whole, part = origin.gradient, edge.contribution
        inside = isinstance(origin, Result) and origin.inside  # then more comes to it in the group itself
        rest = f"; with what arrives inside {self.words.name(edge.source)}: {whole}" if inside and whole else ""
        if part is None or key in self.unknown or part.number is None or whole is None or whole.number is None:
            if arrived < uses:
                return "", f"{arrived} of {uses} parts"
            if inside:
                return rest.removeprefix("; "), ""
            return (f"the sum of {uses} contributions: {whole}" if uses > 1 else ""), ""
        before = self.sums.get(key)
        self.sums[key] = so_far = part.number if before is None else before + part.number
        # The sweep may have added in another order: what it found is what is shown.
        shown = whole.number if arrived == uses and not inside else so_far
        total = "" if before is None else f"{joined('+', [before, part.number])} = {written(shown)}"
        if arrived == uses:
            return (total + rest).removeprefix("; "), ""
        return total, f"{written(so_far)} + …"


def _keys(edge: GraphEdge) -> tuple[str, ...]:
    """The ids of the values that an edge carries."""
    return edge.results or (edge.source,)


def _factors(upstream: Summary | None, edge: GraphEdge) -> list[Number]:
    """The two factors of a contribution between scalars; none where a wrong rule makes their product another number."""
    local = confirmed(edge.derivative, upstream, edge.contribution)
    return [] if local is None or upstream is None or upstream.number is None else [upstream.number, local]
