"""The backward sweep: the chain rule from a target back to its sources, in reverse recording order.

At the point of a cone, such as that of r = ‖x‖ at x = 0, the derivative of r is taken to be 0. A rule that masks the
point hands on a constant 0, whose own derivative is 0. But f = h(r) has the gradient h'(r) x / r, and near the point
h'(r) = h'(0) + h''(0) r. If h'(0) is 0, the gradient is h''(0) x there and the second derivative h''(0), as that of
‖x‖² is 2. If it is not 0, there is no second derivative, and it comes out as NaN. So a sweep that is recorded asks, by
a sweep from the cotangent h'(r) back to r, what h'' is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd import quick
from autograd.debug import check_in_force, checks_open
from autograd.families import settled
from autograd.graph import Node, Value, followed, only, open_recordings, raw, reached
from autograd.ops.cones import Cone, ramp
from autograd.zeros import Doubts


def backward(
    nodes: list[Node],
    seeds: Sequence[tuple[Value, Any]],
    sources: Sequence[Value],
    stacked: int = 0,
    late: Mapping[int, int] | None = None,
) -> list[Any]:
    """The cotangent of each source, or None where no path leads to it from a target.

    `seeds` pairs each target with its own cotangent, or with a stack of them along `stacked` axes in front, which
    all results then have too; `late` is that of the recording. A function of its arguments alone. When a recording is
    open, the rules are handed tensors and so are recorded themselves, which is all that derivatives of higher
    order need; otherwise they run on plain arrays. Each node is let go of as soon as it has been used.
    """
    path = reached(nodes, sources, late)
    del nodes
    recorded = bool(open_recordings.get())
    wanted = {id(source) for source in sources}
    cotangents: dict[int, Any] = {}
    owned: set[int] = set()  # values whose cotangent is a sum in a buffer of our own

    def add(x: Value, g: Any) -> None:
        key = id(x)
        if key not in cotangents:
            cotangents[key] = g
        elif key in owned and type(g) is np.ndarray:
            cotangents[key] += g
        else:
            cotangents[key] = total = cotangents[key] + g
            if type(total) is np.ndarray:
                owned.add(key)

    for target, seed in seeds:
        add(target, seed)
    check = check_in_force() if checks_open else None
    simple = check is None and not recorded and not stacked
    doubts = Doubts(check) if check is not None else None
    trusting = True
    with np.errstate(all="ignore") if check is None else check.sweep(seeds, nested=True):
        while path:
            if simple:
                trusting = quick.sweep(path, wanted, cotangents, owned, trusting)
                if not path:
                    break
            node, through = path.pop()
            key = id(node.out)
            g = cotangents.get(key) if key in wanted else cotangents.pop(key, None)
            if g is None:
                continue
            op, params = node.op, node.params
            y, inputs = (node.out, node.inputs) if recorded else (node.out.value, plain(node.inputs))
            operands = inputs
            if not op.elementwise:  # the rules of arrays ask for shapes, which Python numbers lack
                g, y, operands = in_numpy(g), in_numpy(y), [in_numpy(x) for x in inputs]
            for i in through:
                rule: Any = op.rules[i]
                try:
                    part = rule(g, y, *operands, **params)
                except ArithmeticError:
                    part = pull(rule, g, y, operands, params)
                if part is None:
                    continue
                if recorded and op.apex is not None and followed(node.inputs[i]):
                    part = _at_apex(part, g, node, i, stacked)
                unsettled, part = part, settled(part, g, inputs[i], op, i, stacked)
                if doubts is not None:
                    doubts.check.cotangent(node, i, g, part)
                    again = partial(pull, rule, y=y, inputs=operands, params=params)
                    doubts.follow(node, i, through, g, unsettled, part, stacked, again)
                source = node.inputs[i]
                if id(source) in cotangents:
                    add(source, part)
                else:
                    cotangents[id(source)] = part
    found = [cotangents.get(id(source)) for source in sources]
    if check is not None:
        check.sums(sources, found)
    for g in map(raw, found):
        if hasattr(g, "defer_zero_law"):
            g.trace.without_nan(g)
    return found


def _at_apex(part: Any, g: Any, node: Node, i: int, stacked: int) -> Any:
    """`part`, what a rule made of `g` for input `i`, with a slope of its own at the points of cones."""
    cone: Cone | None = node.op.apex(i, node.out, *node.inputs, **node.params)  # type: ignore[misc]
    if cone is None or not np.any(cone.tip):
        return part
    slope, mixed = _slope_at(cone.tip, g, node.out, stacked)
    known = np.equal(slope, 0) | cone.round
    if not cone.kink:
        known = known & (np.equal(raw(g), 0) | ~cone.tip)
    unknown = np.where(known, 0.0, np.nan)
    part = part + ramp(cone.spread(np.where(known, slope, 0.0)), cone.x) + ramp(cone.spread(unknown), cone.near)
    return part + ramp(np.where(mixed, np.nan, 0.0), np.sum(cone.near)) if mixed else part


def _slope_at(tip: Any, g: Any, y: Value, stacked: int) -> tuple[Any, bool]:
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


def pull(rule: Any, g: Any, y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """`rule(g, y, *inputs, **params)`, with NumPy's infinities where Python's numbers would raise."""
    try:
        return rule(g, y, *inputs, **params)
    except ArithmeticError:
        return rule(*[in_numpy(v) for v in (g, y, *inputs)], **params)


def in_numpy(x: Any) -> Any:
    """A Python number as NumPy's."""
    return np.float64(x) if type(x) is float else np.complex128(x) if type(x) is complex else x


def plain(inputs: Sequence[Any]) -> list[Any]:
    """The inputs as the arrays and numbers inside them."""
    return [x.value if isinstance(x, Value) else x for x in inputs]  # `raw`, without a call for each
