"""The backward sweep: the chain rule from a target back to its sources, in reverse recording order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from autograd import apex, quick
from autograd.debug import check_in_force, checks_open
from autograd.families import settled
from autograd.graph import Node, Tracer, Value, followed, in_phase, open_recordings, raw, reached
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
    phase = in_phase("backward") if recorded else nullcontext()
    with phase, np.errstate(all="ignore") if check is None else check.sweep(seeds, nested=True):
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
                    part = apex.pulled(part, g, node, i, stacked, backward)
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
        if isinstance(g, Tracer):
            g.require_no_nan()
    return found


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
