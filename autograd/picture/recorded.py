"""From a tape's recording to a `Graph`: what influences the target, told apart, numbered and labelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import TapeError
from autograd.graph import Node, Value, raw, reached
from autograd.nest import leaves
from autograd.picture.derivatives import gradients, local_derivative
from autograd.picture.labels import param_text
from autograd.picture.model import Graph, GraphEdge, GraphNode, Kind
from autograd.picture.summary import Summary
from autograd.tensor import Tensor, Variable

if TYPE_CHECKING:
    from autograd.tape import Tape


def build(tape: Tape, target: Any, sources: Any = None, names: Mapping[str, Any] | None = None) -> Graph:
    """The graph of everything that influences `target`, from what `tape` has recorded.

    sources: a tensor or variable, or a nested structure of them; only what lies between them and the target is
        then kept, and whatever else went in becomes an input.
    names: labels for tensors, variables and arrays; they go before the values' own names.

    Gradients are those of the sum of the target's elements, by all that the tape watches and what follows from it.
    TapeError if the recording is gone or does not hold the target; TypeError for a target, source or label of
    another kind; ValueError for sources and labels that have no part in the target.
    """
    nodes = _behind(tape, target)
    if sources is not None:
        nodes = _between(tape, nodes, target, sources)
    values = _Values()
    for node in nodes:
        values.add(node)
    labels = labels_by_id(tape, names or {})
    if unused := [name for key, name in labels.items() if key not in values.place]:
        raise ValueError(f"the label {unused[0]!r} is for a value that has no part in the target; leave it out")

    variables = {id(x) for variable in tape.watched_variables() for x in tape.values_of(variable)}
    followed = {i: x for i, x in enumerate(values.order) if isinstance(x, Value) and id(x) in tape.known}
    swept = gradients(nodes, target, list(followed.values()))
    gradient = {i: g for i, g in zip(followed, swept, strict=True) if g is not None}
    return Graph(
        nodes=tuple([
            GraphNode(
                id=f"n{i}",
                kind=_kind(x, i in values.made, id(x) in variables),
                value=Summary.of(_plain(x)),
                name=labels.get(id(x)) or (x.name if isinstance(x, Tensor) else None),
                op=values.made[i].op.name if i in values.made else None,
                params=_params(values.made.get(i)),
                gradient=Summary.of(_plain(gradient[i])) if i in gradient else None,
            )
            for i, x in enumerate(values.order)
        ]),
        edges=tuple([
            GraphEdge(
                source=f"n{source}",
                target=f"n{made}",
                position=position,
                derivative=local_derivative(values.made[made], position),
                carries_gradient=source in gradient and values.made[made].op.rules[position] is not None,
            )
            for source, made, position in values.edges
        ]),
        target=f"n{values.place[id(target)]}",
    )  # fmt: skip


class _Values:
    """The values of a recording in order, each once and after what it was made from, and the edges between them."""

    def __init__(self) -> None:
        self.order: list[Any] = []
        self.place: dict[int, int] = {}  # where in `order` the object with this id stands
        self.made: dict[int, Node] = {}  # by place: the node that made the value
        self.edges: list[tuple[int, int, int]] = []  # places of source and target, position of the input

    def add(self, node: Node) -> None:
        inputs = [(self._input(x), i) for i, x in enumerate(node.inputs) if x is not None]
        made = self._append(node.out)
        self.made[made] = node
        self.edges += [(source, made, i) for source, i in inputs]

    def _input(self, x: Any) -> int:
        # Python keeps one object for each small number, so equal constants are told apart by their use.
        if _is_number(x) or id(x) not in self.place:
            return self._append(x)
        return self.place[id(x)]

    def _append(self, x: Any) -> int:
        self.order.append(x)
        if not _is_number(x):
            self.place[id(x)] = len(self.order) - 1
        return len(self.order) - 1


def _behind(tape: Tape, target: Any) -> list[Node]:
    """The nodes that lead to the target, in recording order: one walk back over the recording."""
    if not isinstance(target, Tensor):
        raise TypeError(f"graph got {type(target).__name__} as target; expected a Tensor")
    if not tape.nodes:
        raise TapeError(
            "this tape holds no recording; draw the graph before taking the gradient, or use Tape(persistent=True)"
        )
    wanted = {id(target)}
    behind = []
    for node in reversed(tape.nodes):
        if id(node.out) in wanted:
            behind.append(node)
            wanted.update([id(x) for x in node.inputs])
    if not behind:
        raise TapeError(
            "the target is not in this tape's recording; expected a tensor computed inside `with Tape() as t:` "
            "from something that the tape watches"
        )
    return behind[::-1]


def _between(tape: Tape, nodes: list[Node], target: Value, sources: Any) -> list[Node]:
    """Of the nodes, those that the sources have an influence on."""
    values: list[Value] = []
    for source in leaves(sources):
        if not isinstance(source, Tensor):
            raise TypeError(f"graph got {type(source).__name__} as source; expected a Tensor or Variable")
        values += tape.values_of(source)
    between = [node for node, _ in reached(nodes, values)]
    if not between or between[-1].out is not target:
        raise ValueError("no gradient flows from the target to any of the sources; leave sources out to see why")
    return between


def labels_by_id(tape: Tape, names: Mapping[str, Any]) -> dict[int, str]:
    """The label of each labelled value, by the value's id."""
    labels = {}
    for name, x in names.items():
        keys: list[Any]
        if isinstance(x, Variable):
            keys = [x.reading(()), *tape.values_of(x)]
        elif isinstance(x, Tensor | np.ndarray):
            keys = [x]
        else:
            raise TypeError(
                f"the label {name!r} is for {type(x).__name__} {x!r:.40}; expected a tensor, a variable or an array. "
                f"To name a number, make it a Tensor(2.0, name={name!r})"
            )
        labels.update({id(key): name for key in keys})
    return labels


def _kind(x: Any, made: bool, variable: bool) -> Kind:
    if made:
        return "operation"
    if variable:
        return "variable"
    return "constant" if _is_number(x) else "input"


def _params(node: Node | None) -> dict[str, str]:
    return {key: param_text(value) for key, value in node.params.items()} if node else {}


def _is_number(x: Any) -> bool:
    return not isinstance(x, Value) and np.ndim(x) == 0


def _plain(x: Any) -> Any:
    return raw(x)
