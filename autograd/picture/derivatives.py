"""What the chain rule says in a picture: gradients, what each edge passes back, and the local derivatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.families import is_complex, ones_like
from autograd.graph import Node, Value, only, raw
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

    gradients: Mapping[int, Summary]
    contributions: Notes = field(default_factory=dict)


def sweep(
    operations: Sequence[Operation], target: Value, values: Sequence[Value], late: Mapping[int, int] | None = None
) -> Swept:
    """The backward sweep from `target` to `values`; `late` is that of the recording.

    What the only use of a value passes back is its gradient. To tell several uses apart, the sweep goes over a copy of
    the graph with a wire on each of them, which is an operation that passes on what it gets and notes it. Of an
    operation with several results there is a copy for each, so that what they pass back is told apart.
    """
    notes: Notes = {}
    nodes: list[Node] = []
    uses = Counter([id(x) for operation in operations for x in operation.inputs])
    sole: list[tuple[tuple[int, int], int]] = []  # edges that are the only use of a value, and its id
    for place, operation in enumerate(operations):
        inputs = list(operation.inputs)
        for i, x in enumerate(inputs):
            if not isinstance(x, Value):
                continue
            if late and late.get(id(x), 0) > operation.position:
                inputs[i] = x.value  # what a tape began to follow later was a constant until then
            elif uses[id(x)] == 1:
                sole.append(((place, i), id(x)))
            else:
                wire = _copied(operation.node, (x,), _same(x), op=_wire, params={"notes": notes, "edge": (place, i)})
                nodes.append(wire)
                inputs[i] = wire.out
        for node in operation.nodes:
            out = node.out if node is operation.nodes[-1] else _same(node.out)
            nodes.append(_copied(node, tuple(inputs), out, op=node.op, params=node.params))
            inputs = [out]
    with only(()):
        found = backward(nodes, [(target, ones_like(target.value))], values)
    gradients = {id(x): Summary.of(raw(g)) for x, g in zip(values, found, strict=True) if g is not None}
    notes.update({edge: gradients[key] for edge, key in sole if key in gradients})
    return Swept(gradients, notes)


def gradients(nodes: Sequence[Node], target: Value, values: Sequence[Value]) -> list[Any]:
    """The gradient of the sum of `target`'s elements by each of `values`, all from one backward sweep."""
    with only(()):
        return backward(list(nodes), [(target, ones_like(target.value))], values)


def local_derivatives(operations: Iterable[Operation]) -> Iterable[list[Number | None]]:
    """For each operation, its local derivative by each input; None unless both are scalars."""
    with only(()), np.errstate(all="ignore"):
        for operation in operations:
            yield _locals(operation.nodes)


def local_derivative(node: Node, position: int) -> Number | None:
    """The derivative of a node's output by one input, all else held fixed; None unless both are scalars."""
    with only(()), np.errstate(all="ignore"):
        return _locals((node,))[position]


def _locals(nodes: Sequence[Node]) -> list[Number | None]:
    """The derivatives of the last node's output by the inputs of the first; each node feeds the next."""
    bottom, inputs = nodes[0], plain(nodes[0].inputs)
    out = nodes[-1].out.value
    if not _scalar(out):
        return [None] * len(inputs)
    g = ones_like(out)
    for node in reversed(nodes[1:]):
        rule = node.op.rules[0]
        g = None if rule is None or g is None else pull(rule, g, node.out.value, plain(node.inputs), node.params)
    found: list[Number | None] = []
    for rule, x in zip([bottom.op.rules[i] for i in range(len(inputs))], inputs, strict=True):
        part = None
        if g is not None and rule is not None and _scalar(x):
            part = pull(rule, g, bottom.out.value, inputs, bottom.params)
            if part is not None and is_complex(part) and not (is_complex(x) or is_complex(out)):
                part = part.real  # as the sweep fits it to a real operand
        found.append(None if part is None else part if type(part) is float else np.asarray(part).item())
    return found


def _scalar(x: Any) -> bool:
    return type(x) is float or not (x is None or isinstance(x, tuple) or np.ndim(x))


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
