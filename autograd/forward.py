"""The forward sweep, mirror image of the backward one: tangents from the sources on to a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import apex
from autograd.bundle import Parts
from autograd.debug import check_in_force, checks_open
from autograd.families import check_real, fit
from autograd.graph import Node, Recording, Tracer, Value, check_followed_here, only, open_recordings, raw, reached
from autograd.reverse import backward, in_numpy, plain
from autograd.zeros import Doubts


def forward(nodes: list[Node], seeds: Sequence[tuple[Value, Any]], targets: Sequence[Value]) -> list[Any]:
    """The tangent of each target, or None where no source has an influence on it.

    `seeds` pairs each source with its own tangent. As in the backward sweep, the rules are recorded when a
    recording is open.
    """
    check_followed_here([*targets, *[x for seed in seeds for x in seed]])
    recorded = bool(open_recordings.get())
    tangents: dict[int, Any] = {}
    for source, t in seeds:
        tangents[id(source)] = tangents[id(source)] + t if id(source) in tangents else t
    check = check_in_force() if checks_open else None
    doubts = Doubts(check) if check is not None else None
    with np.errstate(all="ignore") if check is None else check.sweep(seeds, nested=False):
        for node, _ in reached(nodes, [source for source, _ in seeds]):
            op = node.op
            incoming = [None if op.rules[i] is None else tangents.get(id(x)) for i, x in enumerate(node.inputs)]
            y, inputs = (node.out, node.inputs) if recorded else (node.out.value, plain(node.inputs))
            if op.real:
                for i, t in enumerate(incoming):
                    if t is not None:
                        check_real(inputs[i], op, i)
            if not op.elementwise:
                y, inputs, incoming = in_numpy(y), [in_numpy(x) for x in inputs], [in_numpy(t) for t in incoming]
            push = op.push or transposed
            try:
                t = push(op, incoming, y, inputs, node.params)
            except ArithmeticError:
                t = push(op, [in_numpy(x) for x in incoming], in_numpy(y), [in_numpy(x) for x in inputs], node.params)
            if recorded and op.apex is not None:
                t = apex.pushed(t, incoming, node)
            t = fit(t, node.out, op, -1)
            if doubts is not None:
                doubts.check.tangent(node, incoming, t)
                doubts.push(node, incoming, raw(y), plain(inputs), t, push)
            tangents[id(node.out)] = t
    found = [tangents.get(id(target)) for target in targets]
    for t in map(raw, found):
        if isinstance(t, Tracer):
            t.require_no_nan()
    return found


def transposed(op: Any, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """The forward rule derived from the reverse one.

    A reverse rule maps u to Jᵀu and is linear in u, so its own derivative, transposed once more, is J:
    the gradient of ⟨Jᵀu, t⟩ with respect to u is J t, whatever u is.
    """
    out = raw(y)
    us = [Value.kind(np.ones_like(part)) for part in (out if isinstance(out, tuple) else (out,))]
    total: list[Any] = [None] * len(us)
    for i, t in enumerate(tangents):
        if t is None:
            continue
        recording = Recording()
        for u in us:
            recording.follow(u)
        with only((*open_recordings.get(), recording)):
            back = op.rules[i](Parts(us) if isinstance(out, tuple) else us[0], y, *inputs, **params)
        pairs = [(back.get(k), s) for k, s in t.items()] if isinstance(t, Parts) else [(back, t)]
        seeds = [(b, s) for b, s in pairs if isinstance(b, Value)]
        parts = backward(recording.nodes, seeds, us)
        total = [a if b is None else b if a is None else a + b for a, b in zip(total, parts, strict=True)]
    moved = [np.zeros_like(u.value) if part is None else part for part, u in zip(total, us, strict=True)]
    return Parts(moved) if isinstance(out, tuple) else moved[0]
