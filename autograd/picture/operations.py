"""The operations of a recording as people know them: one with several results appears once for each result.

A recording puts such an operation down as plumbing (`autograd.bundle`): a `pack` of its inputs, the operation itself,
which gives a bundle, and a `pick` for each result. Here the three are one step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograd import bundle
from autograd.graph import Node, Value


@dataclass(frozen=True, eq=False, slots=True)
class Operation:
    """One step: `nodes`, the lowest first, of which each but the last hands a bundle to the next.

    node: the one people know by name; position: where that stands in the recording.
    """

    nodes: tuple[Node, ...]
    node: Node
    position: int

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What goes in."""
        return self.nodes[0].inputs

    @property
    def out(self) -> Value:
        """What comes out."""
        return self.nodes[-1].out

    @property
    def result(self) -> str | None:
        """Which of several results this is, by name or number; None if there is one."""
        last = self.nodes[-1]
        if last.op is not bundle.pick:
            return None
        index: int = last.params["index"]
        return str(getattr(last.inputs[0].value, "_fields", range(index + 1))[index])


def operations(nodes: Iterable[tuple[int, Node]]) -> list[Operation]:
    """The operations among numbered nodes, in their order."""
    bundles: dict[int, Operation] = {}  # by the id of a bundle: what made it
    found = []
    for position, node in nodes:
        below = bundles.get(id(node.inputs[0])) if len(node.inputs) == 1 else None
        if below is None:
            operation = Operation((node,), node, position)
        elif node.op is bundle.pick and below.node.op is not bundle.pack:
            operation = Operation((*below.nodes, node), below.node, below.position)
        else:
            operation = Operation((*below.nodes, node), node, position)
        if isinstance(node.out.value, tuple):
            bundles[id(node.out)] = operation
        else:
            found.append(operation)
    return found
