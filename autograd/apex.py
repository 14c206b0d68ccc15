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
    slope, mixed = _slope_at(cone.tip, g, node.out, stacked, backward)
    known = np.equal(slope, 0) | cone.round
    if not cone.kink:
        known = known & (np.equal(raw(g), 0) | ~cone.tip)
    unknown = np.where(known, 0.0, np.nan)
    # An element each, since cotangents that add up to 0 would cancel in a sum of them.
    lost = np.broadcast_to(cone.spread(unknown), np.shape(raw(part)))
    part = part + ramp(cone.spread(np.where(known, slope, 0.0)), cone.x) + ramp(lost, cone.near)
    return part + ramp(np.where(mixed, np.nan, 0.0), np.sum(cone.near)) if mixed else part


def _slope_at(tip: Any, g: Any, y: Value, stacked: int, backward: Callable[..., Any]) -> tuple[Any, bool]:
    """The derivative of each element of `g` with respect to that of `y`, where `tip` is; and whether others matter."""
    recording = next((r for r in open_recordings.get() if id(g) in r.known and id(y) in r.known), None)
    shape = np.shape(raw(g))
    found: list[Any] = []
    for step in (0.0, 0.6180339887):  # ones, and weights that no program uses
        weights = 1 + (np.arange(math.prod(shape[stacked:])).reshape(shape[stacked:]) * step) % 1
        rows = []
        for k in np.ndindex(shape[:stacked]):
            one = np.zeros(shape)
            one[k] = 1.0
            with only(()):
                seeds = [(g, one * np.where(tip, weights, 0.0))]
                back = None if recording is None else backward(recording.nodes, seeds, [y])[0]
            if back is None:
                return np.zeros(shape), False
            rows.append(np.where(tip, back / weights, 0.0))
        found.append(np.reshape(np.stack(rows), shape) if stacked else rows[0])
    slope, again = found
    return slope, not np.all(np.isclose(slope, again, rtol=1e-3, atol=0.0))


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
