"""Second derivatives at the point of a cone, such as that of r = ‖x‖ at x = 0.

The derivative of r there is taken to be 0. A rule that masks the point gives a constant 0, whose derivative is 0. But
f = h(r) has the gradient h'(r) x / r, and near the point h'(r) = h'(0) + h''(0) r. If h'(0) is 0, the gradient is
h''(0) x there and the second derivative h''(0), as that of ‖x‖² is 2. If it is not 0, there is no second derivative,
and it comes out as NaN. So a sweep that is recorded finds h'' by a sweep from the cotangent h'(r) back to r.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.graph import Node, Value, followed, only, open_recordings, raw
from autograd.ops.cones import Cone, ramp


def pulled(part: Any, g: Any, node: Node, i: int, stacked: int, backward: Callable[..., Any]) -> Any:
    """Give `part`, what a rule made of `g` for input `i`, its slope at the points of cones.

    backward: the sweep itself.
    """
    cone: Cone | None = node.op.apex(i, node.out, *node.inputs, **node.params)  # type: ignore[misc]
    if cone is None or not np.any(cone.tip):
        return part
    slope, mixed, others = _slope_at(cone.tip, g, node, stacked, backward)
    known = np.equal(slope, 0) | cone.round
    if not cone.kink:
        known = known & (np.equal(raw(g), 0) | ~cone.tip)
    unknown = np.where(known, 0.0, np.nan)
    # An element each, since cotangents that add up to 0 would cancel in a sum of them.
    lost = np.broadcast_to(cone.spread(unknown), np.shape(raw(part)))
    part = part + ramp(cone.spread(np.where(known, slope, 0.0)), cone.x) + ramp(lost, cone.near)
    for near in others:
        part = part + ramp(cone.spread(np.where(cone.tip, np.nan, 0.0)), near)
    return part + ramp(np.where(mixed, np.nan, 0.0), np.sum(cone.near)) if mixed else part


def _slope_at(
    tip: Any, g: Any, node: Node, stacked: int, backward: Callable[..., Any]
) -> tuple[Any, bool, list[Value]]:
    """The derivative of each element of `g` with respect to that of the output, where `tip` is.

    And whether other elements of the output matter, and for each other cone that matters a sum of what it depends on.
    The same operation on the same inputs is the same cone.
    """
    y = node.out
    recording = next((r for r in open_recordings.get() if id(g) in r.known and id(y) in r.known), None)
    shape = np.shape(raw(g))
    if recording is None:
        return np.zeros(shape), False, []
    twins, others = _other_cones(recording.nodes, node)
    targets, matter = [y, *twins, *[other.out for other in others]], [False] * len(others)
    found: list[Any] = []
    for step in (0.0, 0.6180339887):  # ones, and weights that no program uses
        weights = 1 + (np.arange(math.prod(shape[stacked:])).reshape(shape[stacked:]) * step) % 1
        rows = []
        for k in np.ndindex(shape[:stacked]):
            one = np.zeros(shape)
            one[k] = 1.0
            with only(()):
                back = backward(recording.nodes, [(g, one * np.where(tip, weights, 0.0))], targets)
            own, apart = back[: 1 + len(twins)], back[1 + len(twins) :]
            total = sum([b for b in own if b is not None], np.zeros(np.shape(tip)))
            rows.append(np.where(tip, total / weights, 0.0))
            matter = [
                m or (b is not None and bool(np.any(np.where(_tip(other), raw(b), 0.0) != 0)))
                for m, b, other in zip(matter, apart, others, strict=True)
            ]
        found.append(np.reshape(np.stack(rows), shape) if stacked else rows[0])
    slope, again = found
    near = [x for m, other in zip(matter, others, strict=True) if m for x in _near(other)]
    return slope, not np.all(np.isclose(slope, again, rtol=1e-3, atol=0.0)), near


def _other_cones(nodes: Sequence[Node], node: Node) -> tuple[list[Value], list[Node]]:
    """The outputs of nodes that are the same cone as `node`, and the nodes of others that have a point here."""
    twins, others = [], []
    for other in nodes:
        if other.op.apex is None or other is node or np.all(raw(other.out)):  # the point of a cone is 0
            continue
        if other.op is node.op and [*map(id, other.inputs)] == [*map(id, node.inputs)] and other.params == node.params:
            twins.append(other.out)
        elif np.any(_tip(other)):
            others.append(other)
    return twins, others


def _tip(node: Node) -> Any:
    """Where the output of a node is the point of a cone."""
    y, *inputs = [raw(x) for x in (node.out, *node.inputs)]
    cones = [node.op.apex(i, y, *inputs, **node.params) for i in range(len(inputs))]  # type: ignore[misc]
    return next((cone.tip for cone in cones if cone is not None), np.zeros(np.shape(y), bool))


def _near(node: Node) -> list[Value]:
    """For each input of a cone that a recording follows, a sum of the elements that its points depend on."""
    sums = []
    for i, x in enumerate(node.inputs):
        cone: Cone | None = node.op.apex(i, node.out, *node.inputs, **node.params) if followed(x) else None  # type: ignore[misc]
        if cone is not None:
            sums.append(np.sum(np.where(cone.spread(cone.tip) != 0, cone.near, 0.0)))
    return sums


def pushed(t: Any, tangents: Sequence[Any], node: Node) -> Any:
    """Give `t`, the tangent of an output, the slope NaN at the points of cones, where it has none."""
    op, y = node.op, node.out
    for i, (x, moving) in enumerate(zip(node.inputs, tangents, strict=True)):
        if moving is None or not followed(x):
            continue
        cone: Cone | None = op.apex(i, y, *node.inputs, **node.params)  # type: ignore[misc]
        if cone is None or not np.any(cone.tip):
            continue
        unknown = ramp(cone.spread(np.where(cone.tip, np.nan, 0.0)), cone.x)
        if not op.elementwise:
            unknown = np.sum(unknown, axis=node.params.get("axis"), keepdims=node.params.get("keepdims", False))
        t = t + np.real(unknown)
    return t
