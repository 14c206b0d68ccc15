"""How a page speaks of the values of a graph: their names, formulas in names and in numbers, and ∂y/∂x."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograd.picture.labels import Labels, formula_of
from autograd.picture.model import Graph, GraphEdge, GraphNode
from autograd.picture.summary import Number, Summary, written
from autograd.picture.text import clean

_SIGNED_FIRST = {"power", "negative"}  # (−3) ** 2 and −(−3), but −3 + 2
_PRODUCTS = {"multiply", "divide", "matmul"}  # (1 + 2i) × 3, but 1 + 2i + 3


class Words:
    """The words for one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.labels = Labels(graph)
        self.nodes = {node.id: node for node in graph.nodes}
        self.places = {edge: i for i, edge in enumerate(graph.edges)}
        self.operands: dict[str, list[GraphEdge]] = {node.id: [] for node in graph.nodes}
        for edge in graph.edges:
            self.operands[edge.target].append(edge)
        self._headings = {node.id: self._heading(node) for node in graph.nodes}
        self._many = Counter(self._headings.values())

    def name(self, key: str) -> str:
        """A value's name, or what it is: `w`, `3`, `y_true − x2`; with its id where that is said of several."""
        node = self.nodes[key]
        if node.name:
            return clean(node.name)
        if node.kind == "constant":
            return node.value.span()
        heading = self._headings[key]
        return f"{heading} ({key})" if heading and self._many[heading] > 1 else heading or key

    def op(self, key: str) -> str:
        """The name of the operation that made a value."""
        return clean(self.nodes[key].op or "")

    def title(self, node: GraphNode) -> str:
        """What a node says in the picture, on one line: `x1 = x × w`."""
        return self._headings[node.id] or self.name(node.id)

    def ratio(self, key: str) -> str:
        """The gradient of a value in symbols, or in words if it or the target has no name."""
        top, bottom = self.nodes[self.graph.target], self.nodes[key]
        return (
            f"∂{clean(top.name)}/∂{clean(bottom.name)}" if top.name and bottom.name else f"gradient of {self.name(key)}"
        )

    def use(self, edge: GraphEdge) -> str:
        """Which operand an edge is, where the same value is several of them; else nothing."""
        if self.nodes[edge.target].group:
            return ""  # whose operands have no order
        uses = [e for e in self.operands[edge.target] if (e.source, e.results) == (edge.source, edge.results)]
        return f", operand {edge.position + 1}" if len(uses) > 1 else ""

    def origin(self, edge: GraphEdge) -> str:
        """The name of the value that an edge carries, such as `z` or `result 2 of lstm`."""
        return self.labels.carried(edge, self.name(edge.source))

    def numbers(self, node: GraphNode) -> str:
        """An operation in numbers, or in shapes where there are arrays: `2 × 3 = 6`, `(6, 5) @ (5, 4) → (6, 4)`."""
        sources = [origin.value for edge in self.operands[node.id] for origin in self.labels.origins(edge)]
        tokens = [brief(value) for value in sources]
        op = node.op or ""
        first = op in _SIGNED_FIRST or (op in _PRODUCTS and tokens[0].endswith("i"))
        formula = formula_of(op, [bracketed(x) if i or first else x for i, x in enumerate(tokens)])
        if node.group and node.group.results:
            results = [stated(self.labels.result_name(x), x.value) for x in node.group.results]
            return f"{listed(tokens)} → {listed(results)}".removeprefix(" → ")
        if node.group:
            formula = listed(tokens)
        elif formula is None:
            formula = f"{self.op(node.id)}({', '.join(tokens)})"
        return f"{formula} {'→' if node.group or node.value.number is None else '='} {brief(node.value)}".strip()

    def _heading(self, node: GraphNode) -> str:
        lines = self.labels.lines(node)
        return " ".join([line.text for line in lines if line.role in ("heading", "symbol")]).replace("_ ", "_")


def brief(value: Summary) -> str:
    """The number of a scalar, the shape of an array."""
    return str(value.shape) if value.number is None else value.span()


def stated(name: str, value: Summary) -> str:
    """A scalar with its number, an array with its shape.

    >>> stated("w", Summary.of(2.0)), stated("W", Summary.of([2.0, 3.0]))
    ('w = 2', 'W of shape (2,)')
    """
    return f"{name} of shape {value.shape}" if value.number is None else f"{name} = {value.span()}"


def bracketed(token: str) -> str:
    """A negative or complex number between brackets, to stand behind a sign, or before the sign of a product."""
    return f"({token})" if token.startswith("−") or token.endswith("i") else token


def joined(sign: str, numbers: Sequence[Number]) -> str:
    """Numbers with a sign between them.

    >>> joined("×", [1.0, -1.0, 2.0]), joined("×", [1 + 2j, 2.0])
    ('1 × (−1) × 2', '(1 + 2i) × 2')
    """
    texts = [written(x) for x in numbers]
    first = sign == "×" and len(texts) > 1 and texts[0].endswith("i")
    return f" {sign} ".join([bracketed(text) if i or first else text for i, text in enumerate(texts)])


def listed(texts: Sequence[str], most: int = 8) -> str:
    """Texts on one line, of which no more than `most` are told."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")
