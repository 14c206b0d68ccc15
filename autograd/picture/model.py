"""`Graph`: a computation graph as plain data for people.

Nodes are values: leaves, and results together with the operation that made them. They stand in recording order
under the ids n0, n1, …; an edge leads from a value to a result it went into. Nothing here holds an array.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal

from autograd.picture import export, paths
from autograd.picture.collapse import collapsed
from autograd.picture.groups import Group
from autograd.picture.paths import Path
from autograd.picture.summary import Number, Summary

if TYPE_CHECKING:
    import graphviz

    from autograd.picture.highlight import Highlight
    from autograd.picture.page import Interactive

Kind = Literal["variable", "input", "constant", "operation", "group"]


@dataclass(frozen=True)
class GraphNode:
    """A value: a variable, an input (any other tensor or array), a constant (a number), or an operation's result.

    A group represents several operations; see `Graph.collapsed`. It has the name, the value and the gradient of its
    result. If several results leave it, `group.results` has theirs, and the node has neither name nor gradient.

    op: the operation's name, or the group's; None for a leaf. params: metadata in words, such as {"axis": "1"}.
    gradient: of the sum of the target's elements by this value; None where no gradient flows. A complex
        one is the conjugate of what `Tape.gradient` gives, so that local derivatives multiply to it.
    where, line: file and line of the user's program that ran the operation, as in "model.py:12", and what it says
        there; None for a leaf, and where there is no source to look at.
    scope: the name scopes, or layers, that it belongs to, from the outermost in; a leaf belongs where it is used.
    group: what a node of kind "group" contains.
    followed: whether the tape follows the value, so that it may have a gradient; a constant is not followed.
    """

    id: str
    kind: Kind
    value: Summary
    name: str | None = None
    op: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    gradient: Summary | None = None
    where: str | None = None
    line: str | None = None
    scope: tuple[str, ...] = ()
    group: Group | None = None
    followed: bool = False

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The length of each axis; () for a scalar. None for one that is not known, as a batch's may be."""
        return self.value.shape

    @property
    def dtype(self) -> str:
        """The name of the dtype."""
        return self.value.dtype


@dataclass(frozen=True)
class GraphEdge:
    """`source`, an id, is input number `position` of the operation `target`.

    derivative: the local derivative of the target with respect to this input if both are scalars, else None. That of a
        group is the derivative of its result, taken through the whole group; None if it has several results. It is a
        number only if the gradient of the target times this number is the contribution. The exception is a custom
        gradient of real numbers that is not linear in its cotangent: then it is what that gives for a cotangent of 1.
        Pictures leave it out, and the paths do not add up to the gradient, as `highlight` says.
    carries_gradient: whether the backward sweep runs along this edge.
    contribution: what the sweep passes back along it, the target's gradient times the local derivative; over all
        uses of a value these add up to its gradient. None where no gradient flows.
    results: which values the edge carries if `source` is a group with several results: ids of its `group.results`. An
        edge into an operation carries one of them, an edge into another group all that go there.
    """

    source: str
    target: str
    position: int
    derivative: Number | None = None
    carries_gradient: bool = False
    contribution: Summary | None = None
    results: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Graph:
    """A computation graph: `nodes` and `edges` in recording order, and the id of the `target`.

    whole: of a collapsed graph, the graph that it was made from; None otherwise.

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
    whole: Graph | None = field(default=None, compare=False)

    def node(self, key: str) -> GraphNode:
        """The node with this id, or else the first one with this name; KeyError if there is none."""
        for node in self.nodes:
            if node.id == key:
                return node
        for node in self.nodes:
            if node.name == key:
                return node
        known = ", ".join([node.name for node in self.nodes if node.name]) or "none"
        ids = f"there are n0 to n{len(self.nodes) - 1}" if self.whole is None else "some nodes are inside groups"
        raise KeyError(f"no node has the id or name {key!r}; {ids}, names: {known}")

    def paths(self, source: str, limit: int = 1000) -> tuple[Path, ...]:
        """Every path from the value with this id or name to the target along which a gradient flows.

        A value through which none flows has all paths. ValueError if there are more than `limit`.

        >>> from autograd import Tape, Variable
        >>> x = Variable(3.0, name="x")
        >>> with Tape(persistent=True) as t:
        ...     y = x * x
        >>> [(path.nodes, path.product) for path in t.graph(y).paths("x")]
        [(('n0', 'n1'), 3.0), (('n0', 'n1'), 3.0)]
        """
        return paths.find(self, source, limit)

    def collapsed(
        self,
        *,
        depth: int | None = None,
        collapse: Callable[[tuple[str, ...]], bool] | Literal[False] | None = None,
        limit: int = 150,
    ) -> Graph:
        """The same graph with fewer nodes: a node of kind "group" stands for a scope, or for what repeats itself.

        depth: how many levels of scopes are opened up: at 0 each of the outermost ones is one group.
        collapse: which scopes become groups, as in `lambda scope: scope[-1].startswith("block")`; a scope is the
            tuple of its names, the outermost first. False opens all groups.
        limit: without either of them, the largest such graph of at most so many nodes, 1 or more; one that has no
            more anyway stays as it is.

        Three or more repeats of the same structure are one group, unless `collapse` says what to do. Where there is
        room, `limit` leaves the first and the last repeat open, so that there is something to look at.

        >>> from autograd import Tape, Variable
        >>> x = Variable(1.0)
        >>> with Tape(persistent=True) as t:
        ...     y = x
        ...     for _ in range(500):
        ...         y = 0.9 * y + 1.0
        >>> graph = t.graph(y)
        >>> len(graph.nodes), len(graph.collapsed().nodes)
        (2001, 10)
        >>> [node.group.repeats for node in graph.collapsed().nodes if node.group]
        [498]
        """
        return collapsed(self, depth, collapse, limit)

    def to_json(self) -> str:
        """The graph as JSON; NaN and the infinities, which JSON lacks, are strings."""
        return export.to_json(self)

    def to_dot(self) -> graphviz.Digraph:
        """The graph as a `graphviz.Digraph`, to be styled further or rendered by Graphviz.

        It holds the forward pass: names, operations and values, but no gradients and no local derivatives.
        """
        return export.to_dot(self)

    def to_svg(
        self,
        *,
        backward: bool = False,
        values: bool = True,
        highlight: str | None = None,
        depth: int | None = None,
        collapse: Callable[[tuple[str, ...]], bool] | Literal[False] | None = None,
        steady: bool = False,
        positions: Mapping[str, tuple[float, float]] | None = None,
        engine: str | None = None,
    ) -> str:
        """The picture as SVG; nothing else needs to be installed.

        backward: also draw the backward pass, dashed, with local derivatives, and the gradient in each node.
        values: whether numbers stand in the nodes; without them it is a picture of the structure.
        highlight: the id or name of a value: draw the backward pass and the paths to it; see `Graph.highlight`.
        depth, collapse: draw `Graph.collapsed` with these; with neither of them a graph of more than 150 nodes is
            collapsed too. `collapse=False` draws every node, which takes a second or two for each thousand;
            ValueError where the edges would lead past more than half a million layers.
        steady: leave room for all that pictures of this graph may show, so that in a sequence of them nothing moves.
        positions: the centre of each node, by id or name, as (x, y) in pixels, y downwards; see `Graph.positions`.
        engine: what computes the positions otherwise, "dot", "pygraphviz" or "layered"; None takes the first one
            present, and "layered" where Graphviz would keep one waiting: asked for by name, it may take minutes.
            The steady picture is always laid out by "layered", so that it is the same everywhere.
        """
        from autograd.picture.svg import Look, draw

        if highlight is not None:
            if depth is not None or collapse:
                raise ValueError("highlight shows every step of a path; leave out depth and collapse")
            return self.highlight(highlight).to_svg(steady=steady, positions=positions, engine=engine)
        graph = self if collapse is False else self.collapsed(depth=depth, collapse=collapse)
        return draw(graph, Look(backward, values, steady, positions, engine=engine))

    def positions(self) -> dict[str, tuple[float, float]]:
        """The centre of each node, by id, in the steady picture: to be changed and handed to `to_svg`."""
        from autograd.picture.svg import positions

        return positions(self)

    def highlight(self, source: str) -> Highlight:
        """The paths from the value with this id or name to the target, with their products: the chain rule at work.

        Draws itself, and prints the products beside the gradient of the backward sweep. ValueError where none flows.

        >>> from autograd import Tape, Variable
        >>> a = Variable(5.0, name="a")
        >>> with Tape(persistent=True) as t:
        ...     b = 2 * a
        ...     c = a * b
        >>> print(t.graph(c, b=b, c=c).highlight("a"))
        ∂c/∂a: 2 paths from a to c
          c ← a  10
          c ← b ← a  5 · 2 = 10
        sum = 20, as in the backward sweep
        """
        from autograd.picture.highlight import highlighted

        return highlighted(self, source)

    def to_html(self) -> str:
        """A page to step through the graph, forward and then back: one file that loads nothing else.

        A slider, buttons and the keys walk through the steps, each of them in words and numbers. A value shows what
        is known of it, and a leaf its paths to the target, whose products add up to its gradient. Without scripts,
        and on paper, a table has all steps. A graph of more than 150 nodes is shown collapsed; see `collapsed`.

        >>> from autograd import Tape, Variable
        >>> w = Variable(3.0, name="w")
        >>> with Tape(persistent=True) as t:
        ...     loss = w * w
        >>> page = t.graph(loss).to_html()
        >>> page[:15], "3 × 3 = 9" in page, "3 + 3 = 6" in page
        ('<!doctype html>', True, True)
        """
        from autograd.picture.page import page

        return page(self)

    def interactive(self) -> Interactive:
        """The page of `to_html` in a frame, for a notebook to show; it works in a saved notebook as well."""
        from autograd.picture.page import interactive

        return interactive(self)

    def save(self, path: str | os.PathLike[str], **options: Any) -> FilePath:
        """Write the graph by the suffix: `.svg`, `.png` or `.pdf` a picture, `.html` a page, `.dot` or `.json` data.

        options: of a picture, as for `to_svg`. PNG and PDF need CairoSVG, rsvg-convert or dot on this machine.
        ValueError for any other suffix, for options that do not apply, and where nothing can make a PNG or PDF.
        """
        from autograd.picture import files

        return files.save(self, FilePath(path), options)

    def __repr__(self) -> str:
        target = self.node(self.target)
        return f"Graph({len(self.nodes)} nodes, {len(self.edges)} edges, {target.name or 'target'} = {target.value})"

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.to_svg(), "text/plain": repr(self)}
