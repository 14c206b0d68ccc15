"""From a tape's recording to a `Graph`: what influences the target, told apart, numbered and labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import TapeError
from autograd.graph import Node, Value, raw, reached
from autograd.nest import leaves
from autograd.picture.borders import confirmed
from autograd.picture.derivatives import Swept, local_derivatives, sweep
from autograd.picture.lines import SourceLines
from autograd.picture.model import Graph, GraphEdge, GraphNode, Kind
from autograd.picture.operations import Operation, operations
from autograd.picture.params import texts_of
from autograd.picture.summary import Number, Summary
from autograd.picture.values import Values, is_number
from autograd.scopes import scopes_of
from autograd.tensor import Tensor, Variable

if TYPE_CHECKING:
    from autograd.tape import Tape


def build(
    tape: Tape,
    target: Any,
    sources: Any = None,
    names: Mapping[str, Any] | None = None,
    local_names: Mapping[str, Any] | None = None,
) -> Graph:
    """The graph of everything that influences `target`, from what `tape` has recorded.

    sources: a tensor or variable, or a nested structure of them; only what lies between them and the target is
        then kept, and whatever else went in becomes an input.
    names: labels for tensors, variables and arrays; they go before the values' own names.
    local_names: names for values that have no other; what they do not fit is passed over. `names_in` gives those of
        a function's own variables.

    Gradients are those of the sum of the target's elements, by all that the tape watches and what follows from it.
    TapeError if the recording is gone or does not hold the target; TypeError for a target, source or label of
    another kind; ValueError for sources and labels that have no part in the target.
    """
    nodes = _behind(tape, target)
    if sources is not None:
        nodes = _between(tape, nodes, target, sources)
    values = Values()
    for operation in (steps := operations(nodes)):
        values.add(operation)
    labels = labels_by_id(tape, names or {})
    if unused := [name for key, name in labels.items() if key not in values.place]:
        raise ValueError(
            f"the label {unused[0]!r} is for a value that has no part in the target, or none that was recorded; "
            f"leave it out, or let the tape watch it"
        )
    labels = labels_by_id(tape, local_names or {}) | own_names(values.order) | labels

    variables = {id(x) for variable in tape.watched_variables() for x in tape.values_of(variable)}
    followed = [x for x in values.order if isinstance(x, Value) and id(x) in tape.known]
    swept = sweep(steps, target, followed, tape.late)
    derivatives = [
        _confirmed(step, place, numbers, swept)
        for place, (step, numbers) in enumerate(zip(steps, local_derivatives(steps), strict=True))
    ]
    scopes, source_lines = values.scopes(scopes_of(tape)), SourceLines()
    return Graph(
        nodes=tuple([
            GraphNode(
                id=f"n{i}",
                kind=_kind(x, i in values.made, id(x) in variables),
                value=Summary.of(raw(x)),
                name=labels.get(id(x)),
                gradient=swept.gradients.get(id(x)),
                scope=scopes[i],
                followed=id(x) in tape.known,
                **(_made(steps[values.made[i]], source_lines) if i in values.made else {}),
            )
            for i, x in enumerate(values.order)
        ]),
        edges=tuple([
            GraphEdge(
                source=f"n{source}",
                target=f"n{values.place[id(steps[step].out)]}",
                position=position,
                derivative=derivatives[step][position],
                carries_gradient=(step, position) in swept.contributions,
                contribution=swept.contributions.get((step, position)),
            )
            for source, step, position in values.edges
        ]),
        target=f"n{values.place[id(target)]}",
    )  # fmt: skip


def _confirmed(step: Operation, place: int, numbers: list[Number | None], swept: Swept) -> list[Number | None]:
    """The local derivatives of an operation; None where complex numbers are not passed back by multiplying with it."""
    upstream, found = swept.gradients.get(id(step.out)), swept.contributions
    if upstream is None or (upstream.dtype[0] != "c" and complex not in map(type, numbers)):
        return numbers
    return [
        confirmed(number, upstream, found[place, i]) if (place, i) in found else number
        for i, number in enumerate(numbers)
    ]


def _behind(tape: Tape, target: Any) -> list[tuple[int, Node]]:
    """The nodes that lead to the target and their places in the recording: one walk back over it."""
    if not isinstance(target, Tensor):
        raise TypeError(f"graph got {type(target).__name__} as target; expected a Tensor")
    if not tape.nodes:
        raise TapeError(
            "this tape holds no recording; draw the graph before taking the gradient, or use Tape(persistent=True)"
        )
    wanted = {id(target)}
    behind = []
    for position in reversed(range(len(tape.nodes))):
        node = tape.nodes[position]
        if id(node.out) in wanted:
            behind.append((position, node))
            wanted.update([id(x) for x in node.inputs])
    if not behind:
        raise TapeError(
            "the target is not in this tape's recording; expected a tensor computed inside `with Tape() as t:` "
            "from something that the tape watches"
        )
    return behind[::-1]


def _between(tape: Tape, nodes: list[tuple[int, Node]], target: Value, sources: Any) -> list[tuple[int, Node]]:
    """Of the nodes, those that the sources have an influence on."""
    values: list[Value] = []
    for source in leaves(sources):
        if not isinstance(source, Tensor):
            raise TypeError(f"graph got {type(source).__name__} as source; expected a Tensor or Variable")
        values += tape.values_of(source)
    kept = {id(node) for node, _ in reached([node for _, node in nodes], values)}
    between = [(position, node) for position, node in nodes if id(node) in kept]
    if not between or between[-1][1].out is not target:
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
    return "constant" if is_number(x) else "input"


def own_names(values: Sequence[Any]) -> dict[int, str]:
    """The names that values were given when they were made, by id."""
    return {id(x): x.name for x in values if isinstance(x, Tensor) and x.name}


def _made(operation: Operation, source_lines: SourceLines) -> dict[str, Any]:
    """What a node says of the operation that made it."""
    params = texts_of(operation.node.params)
    if operation.result is not None:
        params["result"] = operation.result
    where, line = source_lines.of(operation.node)
    return {"op": operation.node.op.name, "params": params, "where": where, "line": line}
