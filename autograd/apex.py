"""Second derivatives at the point of a cone, such as that of r = ‖x‖ at x = 0.

The derivative of r there is taken to be 0. A rule that masks the point gives a constant 0, whose derivative is 0. But
f = h(r) has the gradient h'(r) x / r, and near the point h'(r) = h'(0) + h''(0) r. If h'(0) is 0, the gradient is
h''(0) x there and the second derivative h''(0), as that of ‖x‖² is 2. If it is not 0, there is no second derivative,
and it comes out as NaN. So a sweep that is recorded finds h'' by a sweep from the cotangent h'(r) back to r.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.graph import Node, Value, followed, only, open_recordings, raw
from autograd.ops.cones import Cone, ramp, unusual


def pulled(part: Any, g: Any, node: Node, i: int, stacked: int, backward: Callable[..., Any]) -> Any:
    """Give `part`, what a rule made of `g` for input `i`, its slope at the points of cones.

    backward: the sweep itself.
    """
    cone = _cone(node, i)
    if cone is None:
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
    targets, matter = [y, *twins, *[other.out for other, _ in others]], [False] * len(others)
    found: list[Any] = []
    for weights in (np.ones(shape[stacked:]), unusual(shape[stacked:])):
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
                m or (b is not None and bool(np.any(np.where(at, raw(b), 0.0) != 0)))
                for m, b, (_, at) in zip(matter, apart, others, strict=True)
            ]
        found.append(np.reshape(np.stack(rows), shape) if stacked else rows[0])
    slope, again = found
    near = [x for m, (other, _) in zip(matter, others, strict=True) if m for x in _near(other)]
    return slope, not np.all(np.isclose(slope, again, rtol=1e-3, atol=0.0)), near


def _other_cones(nodes: Sequence[Node], node: Node) -> tuple[list[Value], list[tuple[Node, Any]]]:
    """The outputs of nodes that are the same cone as `node`, and the nodes of others, with where they have a point."""
    twins, others = [], []
    for other in nodes:
        if other.op.apex is None or other is node or np.all(raw(other.out)):  # the point of a cone is 0
            continue
        if other.op is node.op and [*map(id, other.inputs)] == [*map(id, node.inputs)] and other.params == node.params:
            twins.append(other.out)
            continue
        for i in range(len(other.inputs)):
            if (cone := _cone(other, i, recorded=False)) is not None:
                others.append((other, cone.tip))
                break
    return twins, others


def _cone(node: Node, i: int, recorded: bool = True) -> Cone | None:
    """The cone of input `i` of a node, None if it has no point.

    Few have one. So it is looked for in plain arrays, and only what is found is recorded.
    """
    apex = node.op.apex
    assert apex is not None
    cone: Cone | None = apex(i, raw(node.out), *map(raw, node.inputs), **node.params)
    if cone is None or not np.any(cone.tip):
        return None
    return apex(i, node.out, *node.inputs, **node.params) if recorded else cone


def _near(node: Node) -> list[Value]:
    """For each input of a cone that a recording follows, a sum of the elements that its points depend on."""
    cones = [_cone(node, i) for i, x in enumerate(node.inputs) if followed(x)]
    return [np.sum(np.where(c.spread(c.tip) != 0, c.near, 0.0)) for c in cones if c is not None]


def pushed(t: Any, tangents: Sequence[Any], node: Node) -> Any:
    """Give `t`, the tangent of an output, the slope NaN at the points of cones, where it has none."""
    for i, (x, moving) in enumerate(zip(node.inputs, tangents, strict=True)):
        if moving is None or not followed(x) or (cone := _cone(node, i)) is None:
            continue
        unknown = ramp(cone.spread(np.where(cone.tip, np.nan, 0.0)), cone.x)
        if not node.op.elementwise:
            unknown = np.sum(unknown, axis=node.params.get("axis"), keepdims=node.params.get("keepdims", False))
        t = t + np.real(unknown)
    return t
