"""Convolution and its two transposes: three rows, each linear in both its inputs, whose derivatives are one another.

`x` is (batch, *space, channels), `w` (*size, channels / groups, outputs) and `z` (batch, *positions, outputs). The
sum Σ x[n, p + k, c] w[k, c, o] z[n, p, o] is linear in each of the three, and each row is its derivative by one of
them (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016). The outputs of a group see
the channels of that group alone. `steps` are the `strides`, `padding` and `dilation` of the windows.

The work is products of matrices. Two of the rows copy the windows into the rows of one matrix (Chellapilla, Puri and
Simard, 2006); the third has to add up place by place anyhow, and makes a product for each place in a window. Where
each channel is a group of its own a matrix would have one column, and products of elements are faster.
"""

import math
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import numpy as np

from autograd.families import bilinear
from autograd.ops.windows import cropped, room, taps, unfold
from autograd.primitive import Primitive

CHUNK = 2**20  # elements of windows that are worked on at a time: few enough for the caches


def _matrices(a: Any, groups: int, inner: int = 1) -> Any:
    """A matrix for each group of channels, (groups, rows, columns); the last `inner` axes become the columns."""
    a = np.moveaxis(a.reshape((*a.shape[:-1], groups, a.shape[-1] // groups)), -2, 0)
    return a.reshape((groups, math.prod(a.shape[1:-inner]), math.prod(a.shape[-inner:])))


def _batches(count: int, elements: int) -> Iterator[slice]:
    """Parts of a batch of `count` samples that have so many elements together."""
    step = max(1, CHUNK * count // max(1, elements))
    return (slice(start, start + step) for start in range(0, max(1, count), step))


def _parts(x: Any, size: Any, steps: Any) -> Iterator[tuple[slice, Any]]:
    """The windows of `x` in parts of the batch."""
    windows = unfold(x, size=size, **steps)
    return ((part, windows[part]) for part in _batches(len(x), windows.size))


def _repeated(x: Any, times: int) -> Any:
    return x if times == 1 else np.repeat(x, times, axis=-1)


def _conv(x: Any, w: Any, *, groups: int, **steps: Any) -> Any:
    """y[n, p, o] = Σ x[n, p + k, c] w[k, c, o]."""
    size, outputs = w.shape[:-2], w.shape[-1]
    made = []
    if groups == x.shape[-1] > 1:
        for _, windows in _parts(_repeated(x, outputs // groups), size, steps):
            made.append(reduce(np.add, [windows[(..., *k, slice(None))] * w[k][0] for k in np.ndindex(*size)]))
    else:
        weights = _matrices(w, groups)
        for _, windows in _parts(x, size, steps):
            y = _matrices(windows, groups, len(size) + 1) @ weights
            made.append(np.moveaxis(y, 0, 1).reshape((*windows.shape[: -len(size) - 1], outputs)))
    return made[0] if len(made) == 1 else np.concatenate(made)


def _conv_transpose(z: Any, w: Any, *, shape: Any, groups: int, **steps: Any) -> Any:
    """x[n, p + k, c] = Σ z[n, p, o] w[k, c, o], for an `x` of this shape along its axes of space."""
    size, channels = w.shape[:-2], w.shape[-2] * groups
    each = groups == channels > 1
    space = room(shape, steps["padding"])
    x = np.zeros_like(z, shape=(len(z), *space, w.shape[-1] if each else channels), dtype=np.result_type(z, w))
    for batch in _batches(len(z), z.size * math.prod(size)):
        part, rows = z[batch], _matrices(z[batch], groups)
        for k, index in taps(size, z.shape[1:-1], steps["strides"], steps["dilation"]):
            if each:
                x[batch][index] += part * w[k][0]
            else:
                y = rows @ _matrices(w[k], groups).mT
                x[batch][index] += np.moveaxis(y, 0, 1).reshape((*part.shape[:-1], channels))
    x = cropped(x, steps["padding"])
    times = x.shape[-1] // channels
    return x if times == 1 else np.sum(x.reshape((*x.shape[:-1], channels, times)), axis=-1)


def _conv_kernel(x: Any, z: Any, *, size: Any, groups: int, **steps: Any) -> Any:
    """w[k, c, o] = Σ x[n, p + k, c] z[n, p, o]."""
    inner, outputs, seen = x.shape[-1] // groups, z.shape[-1], tuple(range(z.ndim - 1))
    total: Any = 0
    if groups == x.shape[-1] > 1:
        for part, windows in _parts(_repeated(x, outputs // groups), size, steps):
            every = [np.sum(windows[(..., *k, slice(None))] * z[part], axis=seen) for k in np.ndindex(*size)]
            total = total + np.stack(every)
        return total.reshape((*size, 1, outputs))
    for part, windows in _parts(x, size, steps):
        total = total + _matrices(windows, groups, len(size) + 1).mT @ _matrices(z[part], groups)
    w = total.reshape((groups, *size, inner, outputs // groups))
    return np.moveaxis(w, 0, -2).reshape((*size, inner, outputs))


def _in_batch(f: Callable[[Any], Any], g: Any, like: Any) -> Any:
    """`f(g)`; a stack of cotangents in front of the axes of `like` waits in the batch, since f keeps that apart."""
    batch = g.shape[: g.ndim - like.ndim + 1]
    y = f(g.reshape((math.prod(batch), *like.shape[1:])))
    return y.reshape((*batch, *y.shape[1:]))


def _one_by_one(f: Callable[[Any], Any], g: Any, like: Any, to: Any) -> Any:
    """`f(g)`, the cotangent of `to`, for each of a stack of cotangents in front of the axes of `like`."""
    stack = g.shape[: g.ndim - like.ndim]
    if not stack:
        return f(g)
    if not math.prod(stack):
        return np.zeros((*stack, *to.shape), to.dtype)
    return np.stack([f(g[i]) for i in np.ndindex(*stack)]).reshape((*stack, *to.shape))


# fmt: off
conv: Primitive           = bilinear("conv", _conv,
    lambda g, y, x, w, **how: _in_batch(lambda g: conv_transpose(g, w, shape=x.shape[1:-1], **how), g, y),
    lambda g, y, x, w, **how: _one_by_one(lambda g: conv_kernel(x, g, size=w.shape[:-2], **how), g, y, w))
conv_transpose: Primitive = bilinear("conv_transpose", _conv_transpose,
    lambda g, y, z, w, *, shape, **how: _in_batch(lambda g: conv(g, w, **how), g, y),
    lambda g, y, z, w, *, shape, **how: _one_by_one(lambda g: conv_kernel(g, z, size=w.shape[:-2], **how), g, y, w))
conv_kernel: Primitive    = bilinear("conv_kernel", _conv_kernel,
    lambda g, y, x, z, *, size, **how: _one_by_one(lambda g: conv_transpose(z, g, shape=x.shape[1:-1], **how), g, y, x),
    lambda g, y, x, z, *, size, **how: _one_by_one(lambda g: conv(x, g, **how), g, y, z))
# fmt: on
