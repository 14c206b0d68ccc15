"""`Graph`: a computation graph as plain data for people.

Nodes are values: leaves, and results together with the operation that made them. They stand in recording order
under the ids n0, n1, …; an edge leads from a value to a result it went into. Nothing here holds an array.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from autograd.picture import export
from autograd.picture.summary import Number, Summary

if TYPE_CHECKING:
    import graphviz

Kind = Literal["variable", "input", "constant", "operation"]


@dataclass(frozen=True)
class GraphNode:
    """A value: a variable, an input (any other tensor or array), a constant (a number), or an operation's result.

    op: the operation's name, None for a leaf; params: its metadata in words, such as {"axis": "1"}.
    gradient: of the sum of the target's elements by this value; None where no gradient flows.
    """

    id: str
    kind: Kind
    value: Summary
    name: str | None = None
    op: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    gradient: Summary | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis; () for a scalar."""
        return self.value.shape

    @property
    def dtype(self) -> str:
        """The name of the dtype."""
        return self.value.dtype


@dataclass(frozen=True)
class GraphEdge:
    """`source`, an id, is input number `position` of the operation `target`.

    derivative: the local derivative of the target by this input if both are scalars, else None.
    carries_gradient: whether the backward sweep runs along this edge.
    """

    source: str
    target: str
    position: int
    derivative: Number | None = None
    carries_gradient: bool = False


@dataclass(frozen=True, repr=False)
class Graph:
    """A computation graph: `nodes` and `edges` in recording order, and the id of the `target`.

    >>> from autograd import Tape, Variable
    >>> from autograd.picture import build
    >>> w = Variable(3.0, name="w")
    >>> with Tape(persistent=True) as t:
    ...     loss = 2 * w
    >>> graph = build(t, loss, names={"loss": loss})
    >>> [node.id for node in graph.nodes], graph.node("w").gradient.number
    (['n0', 'n1', 'n2'], 2.0)
    >>> [(edge.source, edge.target, edge.derivative) for edge in graph.edges]
    [('n0', 'n2', 3.0), ('n1', 'n2', 2.0)]
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    target: str

    def node(self, key: str) -> GraphNode:
        """The node with this id, or else the first one with this name; KeyError if there is none."""
        for node in self.nodes:
            if node.id == key:
                return node
        for node in self.nodes:
            if node.name == key:
                return node
        known = ", ".join([node.name for node in self.nodes if node.name]) or "none"
        raise KeyError(f"no node has the id or name {key!r}; there are n0 to n{len(self.nodes) - 1}, names: {known}")

    def to_json(self) -> str:
        """The graph as JSON; NaN and the infinities, which JSON lacks, are strings."""
        return export.to_json(self)

    def to_dot(self) -> graphviz.Digraph:
        """The graph as a `graphviz.Digraph`, to be styled further or rendered by Graphviz."""
        return export.to_dot(self)

    def to_svg(self, *, backward: bool = False, engine: str | None = None) -> str:
        """The picture as SVG; nothing else needs to be installed.

        backward: also draw the backward pass, dashed, with local derivatives, and the gradient in each node.
        engine: what computes the positions, "dot", "pygraphviz" or "layered"; None takes the first one present.
        """
        from autograd.picture.svg import draw

        return draw(self, backward=backward, engine=engine)

    def save(self, path: str | Path, *, backward: bool = False) -> Path:
        """Write the graph as `.svg`, `.dot` or `.json`, by the suffix; ValueError for any other suffix."""
        return export.save(self, Path(path), backward=backward)

    def __repr__(self) -> str:
        target = self.node(self.target)
        return f"Graph({len(self.nodes)} nodes, {len(self.edges)} edges, {target.name or 'target'} = {target.value})"

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.to_svg(), "text/plain": repr(self)}
