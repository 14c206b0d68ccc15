"""The forward sweep, mirror image of the backward one: tangents from the sources on to a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.families import fit
from autograd.graph import Node, Recording, Value, only, open_recordings, reached
from autograd.reverse import backward, plain


def forward(nodes: list[Node], seeds: Sequence[tuple[Value, Any]], targets: Sequence[Value]) -> list[Any]:
    """The tangent of each target, or None where no source has an influence on it.

    `seeds` pairs each source with its own tangent. As in the backward sweep, the rules are recorded when a
    recording is open.
    """
    recorded = bool(open_recordings.get())
    tangents: dict[int, Any] = {}
    for source, t in seeds:
        tangents[id(source)] = tangents[id(source)] + t if id(source) in tangents else t
    with np.errstate(all="ignore"):
        for node, _ in reached(nodes, [source for source, _ in seeds]):
            op = node.op
            incoming = [None if op.rules[i] is None else tangents.get(id(x)) for i, x in enumerate(node.inputs)]
            y, inputs = (node.out, node.inputs) if recorded else (node.out.value, plain(node.inputs))
            push = op.push or transposed
            tangents[id(node.out)] = fit(push(op, incoming, y, inputs, node.params), y, op, -1)
    return [tangents.get(id(target)) for target in targets]


def transposed(op: Any, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """The forward rule derived from the reverse one.

    A reverse rule maps u to Jᵀu and is linear in u, so its own derivative, transposed once more, is J:
    the gradient of ⟨Jᵀu, t⟩ with respect to u is J t, whatever u is.
    """
    total = None
    for i, t in enumerate(tangents):
        if t is None:
            continue
        u = Value.kind(np.ones_like(y.value if isinstance(y, Value) else y))
        recording = Recording()
        recording.follow(u)
        with only((*open_recordings.get(), recording)):
            back = op.rules[i](u, y, *inputs, **params)
        (part,) = backward(recording.nodes, [(back, t)], [u])
        if part is not None:
            total = part if total is None else total + part
    return np.zeros_like(y) if total is None else total
