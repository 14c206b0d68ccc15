"""Points of cones, as r = ‖x‖ has one at x = 0: what a rule has to say of them, and a 0 that has a slope.

The sweep that is recorded, `autograd.reverse`, makes use of both.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd.families import elementwise
from autograd.graph import followed, raw
from autograd.primitive import Primitive


class Cone(NamedTuple):
    """Where an output r is the point of a cone, and how the gradient h'(r) dr of h(r) goes on from there: as h''(0) x.

    tip: which elements of r are such points.
    x: as above, in the shape of the input.
    near: for each element of `x` a sum of all the inputs that r depends on beside it, made by `blend` so that it does
        not cancel.
    spread: brings numbers in the shape of r into that of `x`, with the factor that h'' has.
    kink: whether the second derivative of r itself, which does not exist, is taken to be 0 rather than NaN.
    round: whether r² is smooth. If not, there is no second derivative unless both h' and h'' are 0.
    """

    tip: Any
    x: Any
    near: Any
    spread: Callable[[Any], Any] = lambda slope: slope
    kink: bool = False
    round: bool = True


def blend(x: Any, axis: Any = None) -> Any:
    """The sum of `x` along `axis`, with weights that no program uses: tangents that add up to 0 do not cancel in it.

    The law of zeros would otherwise drop a NaN that is multiplied by that 0.
    """
    return np.sum(x * unusual(np.shape(x)).astype(raw(x).real.dtype), axis=axis, keepdims=True)


def unusual(shape: tuple[int, ...]) -> Any:
    """Weights between 1 and 2 that no program uses."""
    return 1 + (np.arange(math.prod(shape)).reshape(shape) * 0.6180339887) % 1


def _ramp(slope: Any, x: Any) -> Any:
    return np.zeros_like(slope * x, dtype=getattr(x, "dtype", None))


def _ramp_rule(g: Any, y: Any, slope: Any, x: Any) -> Any:
    beyond = ramp(np.where(slope == 0, 0.0, np.nan), x) if followed(x) else 0.0
    return g * (slope + beyond)


# fmt: off
# 0 with a given slope with respect to `x`. Its derivatives beyond that are NaN, unless the slope is 0.
ramp: Primitive = elementwise("ramp", _ramp, None, _ramp_rule)
# fmt: on


def corner(masked: Any, value: Any, *inputs: Any) -> Any:
    """`value`, and 0 where `masked`; the slope of that 0 with respect to each of the inputs is infinite."""
    y = np.where(masked, 0.0, value)
    for x in inputs:
        if followed(x):
            y = y + ramp(np.where(masked, np.inf, 0.0), x)
    return y
