"""Normalization over some axes: a row each, which keeps one array where its steps would keep five, and is faster.

Squares of float16 are summed in float32. Both Jacobians are symmetric. With r = 1 / √(mean(c²) + ε), where c is `x`
less its mean or `x` itself, and y = c r:

    dy = r (dx − mean(dx) − y mean(y dx)),   without mean(dx) where no mean was taken off.
"""

from typing import Any

import numpy as np

from autograd import flops
from autograd.families import symmetric
from autograd.ops.reduce import from_end


def _wide(x: Any) -> Any:
    """`x` in a precision in which its squares can be summed: those of float16 end at 65504."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def _centred(x: Any, axis: Any) -> Any:
    x = _wide(x)
    return x - np.mean(x, axis=axis, keepdims=True)


def _factor(c: Any, axis: Any, epsilon: float) -> Any:
    return 1 / np.sqrt(np.mean(c * c, axis=axis, keepdims=True) + epsilon)


def _standardize(x: Any, *, axis: Any, epsilon: float) -> Any:
    c = _centred(x, axis)
    return (c * _factor(c, axis, epsilon)).astype(x.dtype)


def _standardize_rule(g: Any, y: Any, x: Any, *, axis: Any, epsilon: float) -> Any:
    axes = from_end(axis, x.ndim)
    less = g - np.mean(g, axis=axes, keepdims=True) - y * np.mean(g * y, axis=axes, keepdims=True)
    return _factor(_centred(x, axis), axis, epsilon) * less


def _rms_scale(x: Any, *, axis: Any, epsilon: float) -> Any:
    c = _wide(x)
    return (c * _factor(c, axis, epsilon)).astype(x.dtype)


def _rms_scale_rule(g: Any, y: Any, x: Any, *, axis: Any, epsilon: float) -> Any:
    axes = from_end(axis, x.ndim)
    return _factor(_wide(x), axis, epsilon) * (g - y * np.mean(g * y, axis=axes, keepdims=True))


# fmt: off
standardize = symmetric("standardize", _standardize, _standardize_rule, real=True, flops=flops.per_element(8))
rms_scale   = symmetric("rms_scale", _rms_scale, _rms_scale_rule, real=True, flops=flops.per_element(4))
# fmt: on
