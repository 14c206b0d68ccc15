"""Zeros among the cotangents of a sweep that no choice explains, for anomaly mode.

The law of zeros takes 0 · inf as 0. That is right where the 0 says that an element was not chosen: by `where`, `clip`,
a maximum, an index or a constant mask. A 0 that was made by arithmetic, as 2y is at y = 0, may hide a limit. So the
sweep of `check_numerics` keeps account of such zeros, and of where each was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.debug import Check
from autograd.families import fit
from autograd.graph import Node, raw
from autograd.primitive import Primitive

# Elementwise operations whose rule chooses, or that are constant between jumps. A 0 that they make says that the
# element does not count.
CHOICES = frozenset(
    ["maximum", "minimum", "fmax", "fmin", "clip", "relu", "relu6", "heaviside", "sign"]
    + ["floor", "ceil", "trunc", "rint"]
)
# Products, in which a factor that is a constant is a mask.
PRODUCTS = frozenset(["multiply", "matmul", "contract", "cross3", "convolve", "conv", "conv_transpose", "conv_kernel"])
# Other operations whose derivative may be 0 by the values of their operands.
BY_VALUES = frozenset(
    ["norm", "var", "std", "prod", "cumprod", "det", "logsumexp", "logcumsumexp", "softmax", "log_softmax"]
)


class Doubts:
    """Of which values the cotangent has zeros made by arithmetic: a mask by id, and the node that made them."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.found: dict[int, tuple[Any, Node]] = {}

    def follow(
        self, node: Node, i: int, through: Sequence[int], g: Any, unsettled: Any, part: Any, stacked: int, pull: Any
    ) -> None:
        """A rule made `unsettled` of the cotangent `g` for input `i`, and the laws made `part` of that.

        NumericsError if the law of zeros replaced a NaN by 0 that comes from arithmetic. pull: the rule by itself.
        """
        op, x = node.op, node.inputs[i]
        g, unsettled, part = raw(g), raw(unsettled), raw(part)
        if _bundled(g, unsettled, part):
            return
        doubtful, origin = self.found.get(id(node.out), (False, node))
        doubtful = doubtful & (g == 0)
        if op.elementwise and np.any(np.isnan(unsettled) & doubtful):
            self.check.hidden(node, i, g, origin)
        suspects = np.zeros(np.shape(part), bool)
        if np.any(doubtful):
            ones = np.where(doubtful, np.ones_like(g), 0)
            moved = raw(pull(ones))
            reached = (moved != 0) | self._made(node, i, through, ones, moved, pull)
            suspects |= _settled(reached, unsettled, x, op, i, stacked)
        made = self._made(node, i, through, g, unsettled, pull)
        if np.any(made):
            suspects |= _settled(made, unsettled, x, op, i, stacked)
            origin = origin if np.any(doubtful) else node
        suspects &= part == 0
        if np.any(suspects):
            before, first = self.found.get(id(x), (False, origin))
            self.found[id(x)] = (suspects | before, first)

    def push(self, node: Node, tangents: Sequence[Any], y: Any, inputs: Sequence[Any], moved: Any, push: Any) -> None:
        """The same in forward mode, where `moved` was made of the tangents of the inputs. push: the rule by itself."""
        op, moved = node.op, raw(moved)
        if _bundled(moved, *[raw(t) for t in tangents]):
            return
        suspects, origin = np.zeros(np.shape(moved), bool), node
        indicators: list[Any] = [None] * len(tangents)
        through = [i for i, t in enumerate(tangents) if t is not None]
        for i in through:
            t = raw(tangents[i])
            doubtful, first = self.found.get(id(node.inputs[i]), (False, node))
            doubtful = doubtful & (t == 0)
            if np.any(doubtful):
                indicators[i], origin = np.where(doubtful, np.ones_like(t), 0), first
            if op.elementwise:
                rule: Any = op.rules[i]
                unsettled = rule(np.broadcast_to(t, np.shape(moved)), y, *inputs, **node.params)
                if np.any(np.isnan(unsettled) & doubtful):
                    self.check.hidden(node, i, t, origin, forward=True)
                suspects |= self._made(node, i, through, t, unsettled, rule)
        if any([u is not None for u in indicators]):
            suspects |= raw(push(op, indicators, y, inputs, node.params)) != 0
        suspects &= moved == 0
        if np.any(suspects):
            self.found[id(node.out)] = (suspects, origin)

    def _made(self, node: Node, i: int, through: Sequence[int], g: Any, unsettled: Any, pull: Any) -> Any:
        """Where a rule made a 0 of what was none, by the values of its operands."""
        op = node.op
        masks = op.name in PRODUCTS and 1 - i not in through  # a factor that is a constant
        if masks or op.name in CHOICES:
            return False
        if op.elementwise:
            return (unsettled == 0) & (g != 0)
        if op.name not in PRODUCTS | BY_VALUES or np.all(unsettled != 0):
            return False
        # What the cotangent reaches is found with other values in the place of these.
        others = {"y": _others(raw(node.out)), "inputs": [_others(raw(x)) for x in node.inputs]}
        return (unsettled == 0) & (pull(np.where(g != 0, np.ones_like(g), 0), **others) != 0)


def _settled(mask: Any, unsettled: Any, x: Any, op: Primitive, i: int, stacked: int) -> Any:
    """Where a mask in the shape of what a rule made arrives in the shape of input `x`."""
    return raw(fit(np.where(mask, np.ones_like(unsettled), 0), x, op, i, stacked)) != 0


def _others(x: Any) -> Any:
    """Numbers between 1 and 2 in the shape and dtype of `x`, of which no program makes a 0."""
    numbers = 1 + (np.arange(np.size(x)) ** 2 * 0.6180339887) % 1
    return numbers.reshape(np.shape(x)).astype(np.result_type(x))


def _bundled(*values: Any) -> bool:
    """Whether there are several results, or it is a function with a custom rule, which are not followed."""
    return any([isinstance(x, tuple | dict) for x in values])
