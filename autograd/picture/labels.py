"""What is written in a picture: the lines in each node, and the words that describe it to a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from autograd.picture import params
from autograd.picture.borders import confirmed
from autograd.picture.summary import Number, Summary, written
from autograd.picture.text import clean

if TYPE_CHECKING:
    from autograd.picture.groups import Group, Result
    from autograd.picture.model import Graph, GraphEdge, GraphNode

Role = Literal["heading", "symbol", "value", "detail", "gradient", "gradient detail"]

# How mathematics writes an operation; {} stands for an operand.
_FORMULAS = {
    "add": "{} + {}", "subtract": "{} − {}", "multiply": "{} × {}", "divide": "{} / {}", "power": "{} ** {}",
    "matmul": "{} @ {}", "negative": "−{}", "absolute": "|{}|",
}  # fmt: skip
_SYMBOLS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "power": "**", "matmul": "@",
            "negative": "−", "absolute": "| |"}  # fmt: skip
_COMMUTATIVE = {"add", "multiply", "maximum", "minimum"}
_NAMES = {"contract": "einsum"}  # what NumPy calls an operation, where we say it otherwise
_UNNAMED = "·"
_PORTS = 3  # names of results at the start of an edge
_RESULTS = 6  # of a group that are listed in it
_LONGEST = 24  # characters of a formula that still fit a node
_WIDEST_NAME = 16  # and of an operation's name


@dataclass(frozen=True)
class Line:
    """A line of text in a node, and what it is there for."""

    text: str
    role: Role


class Labels:
    """The words for the nodes and edges of a graph."""

    def __init__(self, graph: Graph) -> None:
        self._nodes = {node.id: node for node in graph.nodes}
        self._results = {result.id: result for node in graph.nodes if node.group for result in node.group.results}
        self._numbers = {
            result.id: number
            for node in graph.nodes
            if node.group
            for number, result in enumerate(node.group.results, 1)
        }
        self._operands: dict[str, list[GraphEdge]] = {node.id: [] for node in graph.nodes}
        for edge in graph.edges:
            self._operands[edge.target].append(edge)
        self._target = graph.node(graph.target)

    def lines(self, node: GraphNode, *, backward: bool = False, values: bool = True) -> list[Line]:
        """What stands in a node: its name and formula, its value, and in the backward picture its gradient.

        values: whether the numbers are said, beside the shapes of arrays and the constants.
        """
        lines = _of_group(node, node.group) if node.group else self._heading(node)
        lines += self.value_lines(node, values or node.kind == "constant" or not lines)
        if not backward:
            return lines
        if node.group and node.group.results:
            for result in node.group.results[:_RESULTS]:
                if result.gradient is not None:
                    ratio = _ratio(self._target, result)
                    lines.append(_gradient(ratio or f"grad of {self.result_name(result)}", result.gradient))
        elif node.gradient is not None:
            ratio = _ratio(self._target, node) if node.gradient.number is not None else ""
            lines.append(_gradient(ratio or "grad", node.gradient))
        return lines

    def value_lines(self, node: GraphNode, values: bool = True) -> list[Line]:
        """The lines of a node that say its value: number, or shape and range; of several results those of each."""
        if node.group and node.group.results:
            lines = []
            for result in node.group.results[:_RESULTS]:
                name = self.result_name(result)
                if result.value.number is None:
                    lines.append(Line(f"{name}: {result.value.kind()}", "detail"))
                    lines += [Line(result.value.span(), "detail")] if values and result.value.span() else []
                else:
                    lines.append(Line(f"{name} = {result.value.span()}" if values else name, "value"))
            more = len(node.group.results) - _RESULTS
            return lines + ([Line(f"and {more} more results", "detail")] if more > 0 else [])
        if node.value.number is None:
            span = node.value.span() if values else ""
            return [Line(text, "detail") for text in (node.value.kind(), span) if text]
        return [Line(node.value.span(), "value")] if values else []

    def origins(self, edge: GraphEdge) -> Sequence[GraphNode | Result]:
        """The values that an edge carries: its source, or some of the results if that is a group with several."""
        return [self._results[key] for key in edge.results] if edge.results else [self._nodes[edge.source]]

    def result_name(self, result: Result) -> str:
        """What one of several results is called: its name, or its number among those without a name."""
        if result.name:
            return clean(result.name, _WIDEST_NAME)
        return f"result {self._numbers[result.id]}"

    def carried(self, edge: GraphEdge, source: str) -> str:
        """The name of the value on an edge, where its source is called `source`: `w`, `z`, `result 2 of lstm`."""
        port = self.port(edge)
        named = len(edge.results) == 1 and self._results[edge.results[0]].name
        return source if port is None else port if named else f"{port} of {source}"

    def port(self, edge: GraphEdge) -> str | None:
        """The label at the start of an edge that leaves a group with several results; None for any other edge."""
        results = sorted(edge.results, key=self._numbers.__getitem__)
        names = [self.result_name(self._results[key]) for key in results]
        return None if not names else ", ".join(names) if len(names) <= _PORTS else f"{len(names)} results"

    def local(self, edge: GraphEdge) -> Number | None:
        """The local derivative on a backward edge; None if the gradient times this number is not what the sweep gave.

        That is so for a custom gradient which is not linear in its cotangent.
        """
        return confirmed(edge.derivative, self._nodes[edge.target].gradient, edge.contribution)

    def derivative(self, edge: GraphEdge) -> str | None:
        """The local derivative that marks a backward edge, such as `∂x1/∂w = 2`; None if there is none to show."""
        local = self.local(edge)
        if local is None:
            return None
        (origin,) = self.origins(edge)
        uses = [e for e in self._operands[edge.target] if origin in self.origins(e)]
        # Of a value that is used twice, ∂c/∂b is the sum over both uses, and an edge stands for one of them.
        ratio = _ratio(self._nodes[edge.target], origin) if len(uses) == 1 else None
        if ratio:
            return f"{ratio} = {written(local)}"
        return f"× {factor(Summary.of(local))}"

    def numbered(self, edge: GraphEdge) -> bool:
        """Whether an edge needs its position shown: the order matters, and the formula does not give it away."""
        target = self._nodes[edge.target]
        unnamed = [e for e in self._operands[edge.target] if self._token(e) == _UNNAMED]
        return len(unnamed) > 1 and target.group is None and target.op not in _COMMUTATIVE

    def described(self, node: GraphNode) -> str:
        """A node in a sentence."""
        operands = ", ".join([self.carried(edge, self._name(edge.source)) for edge in self._operands[node.id]])
        made = f"{clean(node.op)}({operands})" if node.op else ""
        if node.group and node.group.results:
            results = [
                f"{self.result_name(x)}: {x.value}{f', gradient {x.gradient}' if x.gradient else ''}"
                for x in node.group.results[:_RESULTS]
            ]
            return f"group {made} with {len(node.group.results)} results: {'; '.join(results)}"
        gradient = f"; gradient {node.gradient}" if node.gradient else ""
        return f"{node.kind} {self._name(node.id)}{f' = {made}' if made else ''}: {node.value}{gradient}"

    def formula(self, node: GraphNode) -> str:
        """What stands in a node above its value, on one line; the id of a leaf without a name."""
        lines = _of_group(node, node.group) if node.group else self._heading(node)
        words = [line.text for line in lines if not node.group or line.role != "detail"]
        return " ".join(words).replace("_ ", "_") or node.id

    def title(self) -> str:
        """What the picture is, in a line."""
        return f"Computation graph of {self._name(self._target.id)}"

    def _heading(self, node: GraphNode) -> list[Line]:
        name = clean(node.name) if node.name else ""
        if node.op is None:
            return [Line(name, "heading")] if name else []
        tokens = [self._token(edge) for edge in self._operands[node.id]]
        op, details = _NAMES.get(node.op, clean(node.op)), params.told(node.op, node.params)
        call = f"{op}({', '.join(tokens)})"
        if node.op == "getitem":
            formula, details = f"{tokens[0]}[{node.params.get('index', '')}]", []
        elif not name and all([token == _UNNAMED for token in tokens]):
            formula = ""
        elif (written_out := formula_of(node.op, tokens)) is not None:
            formula = written_out
        elif details and len(whole := f"{call[:-1]}, {', '.join(details)})") <= _LONGEST:
            formula, details = whole, []
        else:
            formula = call
        below = [Line(row, "detail") for row in params.rows(details)]
        if not formula or len(formula) > _LONGEST:
            return [*([Line(name, "heading")] if name else []), *_symbol(op), *below]
        if name and len(name) + len(formula) > _LONGEST:
            return [Line(f"{name} =", "heading"), Line(formula, "heading"), *below]
        return [Line(f"{name} = {formula}" if name else formula, "heading"), *below]

    def _token(self, edge: GraphEdge) -> str:
        """How an operand appears in a formula."""
        source = self._nodes[edge.source]
        if source.kind == "constant":
            return factor(source.value)
        origins = self.origins(edge)
        return clean(origins[0].name or _UNNAMED) if len(origins) == 1 else _UNNAMED

    def _name(self, key: str) -> str:
        node = self._nodes[key]
        if node.group and node.group.results:
            return clean(node.op or key)
        return clean(node.name or (node.value.span() if node.kind == "constant" else node.id))


def formula_of(op: str, operands: Sequence[str]) -> str | None:
    """An operation as mathematics writes it; None if that has no sign for it, or some operands are behind a group.

    >>> formula_of("add", ["a", "b"]), formula_of("add", ["a"]), formula_of("sin", ["a"])
    ('a + b', None, None)
    """
    formula = _FORMULAS.get(op, "")
    return formula.format(*operands) if formula.count("{}") == len(operands) else None


def _gradient(name: str, gradient: Summary) -> Line:
    if gradient.number is None:
        return Line(f"{name} = {gradient.span(2)}", "gradient detail")
    return Line(f"{name} = {gradient.span()}", "gradient")


def factor(value: Summary) -> str:
    """A number in a product: a complex one between brackets.

    >>> factor(Summary.of(1 - 2j)), factor(Summary.of(-2.0))
    ('(1 − 2i)', '−2')
    """
    return f"({value.span()})" if isinstance(value.number, complex) else value.span()


def _of_group(node: GraphNode, group: Group) -> list[Line]:
    """A group's name, how often it repeats itself, how large it is."""
    heading = f"{node.name} = {node.op}" if node.name and node.name != node.op else node.op or ""
    lines = [Line(clean(heading), "heading")]
    if group.repeats > 1:
        lines.append(Line(f"×{group.repeats}", "symbol"))
    if node.params:
        lines.append(Line(clean(", ".join(node.params.values())), "detail"))
    sizes = [(group.operations, "operation"), (group.parameters, "parameter")]
    return lines + [Line(f"{n:,} {what}{'s' if n > 1 else ''}", "detail") for n, what in sizes if n]


def _symbol(op: str) -> list[Line]:
    """An operation by itself: its sign, or its name, broken at underscores where it is long."""
    if op in _SYMBOLS:
        return [Line(_SYMBOLS[op], "symbol")]
    rows = [""]
    for word in op.split("_"):
        if rows[-1] and len(rows[-1]) + len(word) >= _WIDEST_NAME:
            rows[-1] += "_"
            rows.append(word)
        else:
            rows[-1] += f"_{word}" if rows[-1] else word
    return [Line(clean(row), "heading") for row in rows]


def _ratio(top: GraphNode, bottom: GraphNode | Result) -> str:
    """`∂top/∂bottom`; nothing if one of them has no name, or a long one."""
    if not top.name or not bottom.name or len(top.name) + len(bottom.name) > _LONGEST / 2:
        return ""
    return f"∂{clean(top.name)}/∂{clean(bottom.name)}"
