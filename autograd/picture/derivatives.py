"""What the chain rule says in a picture: gradients, what each edge passes back, and the local derivatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.families import ones_like
from autograd.graph import Node, Value, only
from autograd.picture.operations import Operation
from autograd.picture.summary import Number, Summary
from autograd.primitive import Primitive
from autograd.reverse import backward, plain, pull

Notes = dict[tuple[int, int], Summary]


@dataclass(frozen=True)
class Swept:
    """What one backward sweep says.

    gradients: of the sum of the target's elements, by the id of a value; contributions: by the place of an operation
        and the number of its input, what it passes back to that input. Those of all uses of a value add up to its
        gradient. Where nothing flows there is no entry.
    """

    gradients: Mapping[int, Any]
    contributions: Notes = field(default_factory=dict)


def sweep(
    operations: Sequence[Operation], target: Value, values: Sequence[Value], late: Mapping[int, int] | None = None
) -> Swept:
    """The backward sweep from `target` to `values`; `late` is that of the recording.

    The sweep goes over a copy of the graph with a wire on every edge, which is an operation that passes on what it
    gets and notes it. Of an operation with several results there is a copy for each, so that what they pass back
    is told apart.
    """
    notes: Notes = {}
    nodes: list[Node] = []
    for place, operation in enumerate(operations):
        inputs = []
        for i, x in enumerate(operation.inputs):
            if not isinstance(x, Value) or (late and late.get(id(x), 0) > operation.position):
                inputs.append(plain([x])[0])  # what a tape began to follow later was a constant until then
                continue
            wire = _copied(operation.node, (x,), _same(x), op=_wire, params={"notes": notes, "edge": (place, i)})
            nodes.append(wire)
            inputs.append(wire.out)
        for node in operation.nodes:
            out = node.out if node is operation.nodes[-1] else _same(node.out)
            nodes.append(_copied(node, tuple(inputs), out, op=node.op, params=node.params))
            inputs = [out]
    with only(()):
        found = backward(nodes, [(target, ones_like(target.value))], values)
    return Swept({id(x): g for x, g in zip(values, found, strict=True) if g is not None}, notes)


def gradients(nodes: Sequence[Node], target: Value, values: Sequence[Value]) -> list[Any]:
    """The gradient of the sum of `target`'s elements by each of `values`, all from one backward sweep."""
    with only(()):
        return backward(list(nodes), [(target, ones_like(target.value))], values)


def local_derivatives(operations: Iterable[Operation]) -> Iterable[list[Number | None]]:
    """For each operation, its local derivative by each input."""
    with only(()), np.errstate(all="ignore"):
        for operation in operations:
            yield [_local(operation.steps(i)) for i in range(len(operation.inputs))]


def local_derivative(node: Node, position: int) -> Number | None:
    """The derivative of a node's output by one input, all else held fixed; None unless both are scalars."""
    with only(()), np.errstate(all="ignore"):
        return _local([(node, position)])


def _local(steps: Sequence[tuple[Node, int]]) -> Number | None:
    bottom, position = steps[0]
    x, g = plain(bottom.inputs)[position], ones_like(steps[-1][0].out.value)
    if x is None or isinstance(x, tuple) or isinstance(g, tuple) or np.ndim(x) or np.ndim(g):
        return None
    for node, i in reversed(steps):
        rule = node.op.rules[i]
        g = None if rule is None else pull(rule, g, node.out.value, plain(node.inputs), node.params)
        if g is None:
            return None
    return np.asarray(g).item()


def _noted(g: Any, y: Any, x: Any, *, notes: Notes, edge: tuple[int, int]) -> Any:
    notes[edge] = Summary.of(g)
    return g


_wire = Primitive("wire", lambda x, *, notes, edge: x, [_noted], elementwise=True)


def _same(x: Value) -> Value:
    """Another value that holds the same."""
    twin = Value()
    twin.value = x.value
    return twin


def _copied(origin: Node, inputs: tuple[Any, ...], out: Value, op: Primitive, params: dict[str, Any]) -> Node:
    """A node that was never recorded, on the line of `origin`."""
    node = Node()
    node.op, node.inputs, node.params, node.out = op, inputs, params, out
    node.code, node.instruction = origin.code, origin.instruction
    return node
