"""Convolution and its two transposes: three rows, each linear in both its inputs, whose derivatives are one another.

`x` is (batch, *space, channels), `w` (*size, channels / groups, outputs) and `z` (batch, *positions, outputs). The
sum Σ x[n, p + k, c] w[k, c, o] z[n, p, o] is linear in each of the three, and each row is its derivative by one of
them (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016). The outputs of a group see
the channels of that group alone. `steps` are the `strides`, `padding` and `dilation` of the windows.

The work is products of matrices, whose rows are windows (Chellapilla, Puri and Simard, 2006): two of the rows of the
table take windows out and multiply them, the third makes windows by a product and adds them in. Where each channel is
a group of its own a matrix would have one column, and products of elements are faster.
"""

import math
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import bilinear
from autograd.ops.windows import add_windows, cropped, one_step, room, taps, unfold
from autograd.primitive import Primitive

CHUNK = 2**19  # elements of windows that are worked on at a time: few enough for the caches


def _matrices(a: Any, groups: int, inner: int = 1) -> Any:
    """A matrix for each group of channels, (groups, rows, columns); the last `inner` axes become the columns."""
    a = np.moveaxis(a.reshape((*a.shape[:-1], groups, a.shape[-1] // groups)), -2, 0)
    return a.reshape((groups, math.prod(a.shape[1:-inner]), math.prod(a.shape[-inner:])))


def _rows(windows: Any, groups: int, inner: int) -> Any:
    """Windows as matrices, each a row. Those of a single channel are copied column by column, in longer runs."""
    if windows.shape[-1] > 1:
        return _matrices(windows, groups, inner)
    outer = windows.ndim - inner
    columns = windows.transpose((*range(outer, windows.ndim), *range(outer)))
    return columns.reshape((1, math.prod(columns.shape[:inner]), math.prod(columns.shape[inner:]))).mT


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


@one_step
def _conv(x: Any, w: Any, *, groups: int, **steps: Any) -> Any:
    """y[n, p, o] = Σ x[n, p + k, c] w[k, c, o]."""
    size, outputs = w.shape[:-2], w.shape[-1]
    each = groups == x.shape[-1] > 1
    weights = w if each else _matrices(w, groups)
    windows = unfold(_repeated(x, outputs // groups) if each else x, size=size, **steps)
    positions = windows.shape[: -len(size) - 1]
    y = np.empty_like(
        x, shape=(*positions, outputs), dtype=np.result_type(x, w), order="C"
    )  # so that parts of it are views
    for part in _batches(len(x), windows.size):
        seen = windows[part]
        if each:
            y[part] = reduce(np.add, [seen[(..., *k, slice(None))] * w[k][0] for k in np.ndindex(*size)])
        else:
            np.matmul(_rows(seen, groups, len(size) + 1), weights, out=_matrices(y[part], groups))
    return y


@one_step
def _conv_transpose(z: Any, w: Any, *, shape: Any, groups: int, **steps: Any) -> Any:
    """x[n, p + k, c] = Σ z[n, p, o] w[k, c, o], for an `x` of this shape along its axes of space."""
    size, channels = w.shape[:-2], w.shape[-2] * groups
    strides, dilation = steps["strides"], steps["dilation"]
    each, weights = groups == channels > 1, _matrices(w, groups).mT
    space = room(shape, steps["padding"])
    wide = w.shape[-1] if each else channels
    x = np.zeros_like(z, shape=(len(z), *space, wide), dtype=np.result_type(z, w), order="C")
    for batch in _batches(len(z), math.prod((*z.shape[:-1], *size, channels))):
        part = z[batch]
        if each:
            for k, index in taps(size, z.shape[1:-1], strides, dilation):
                x[batch][index] += part * w[k][0]
        else:
            products = _matrices(part, groups) @ weights
            windows = products.reshape((groups, *part.shape[:-1], *size, w.shape[-2]))
            windows = np.moveaxis(windows, 0, -2).reshape((*part.shape[:-1], *size, channels))
            add_windows(x[batch], windows, strides, dilation)
    x = cropped(x, steps["padding"])
    times = x.shape[-1] // channels
    return x if times == 1 else np.sum(x.reshape((*x.shape[:-1], channels, times)), axis=-1)


@one_step
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
        total = total + _rows(windows, groups, len(size) + 1).mT @ _matrices(z[part], groups)
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
    lambda g, y, x, w, **how: _one_by_one(lambda g: conv_kernel(x, g, size=w.shape[:-2], **how), g, y, w), flops=flops.conv)
conv_transpose: Primitive = bilinear("conv_transpose", _conv_transpose,
    lambda g, y, z, w, *, shape, **how: _in_batch(lambda g: conv(g, w, **how), g, y),
    lambda g, y, z, w, *, shape, **how: _one_by_one(lambda g: conv_kernel(g, z, size=w.shape[:-2], **how), g, y, w), flops=flops.conv_transpose)
conv_kernel: Primitive    = bilinear("conv_kernel", _conv_kernel,
    lambda g, y, x, z, *, size, **how: _one_by_one(lambda g: conv_transpose(z, g, shape=x.shape[1:-1], **how), g, y, x),
    lambda g, y, x, z, *, size, **how: _one_by_one(lambda g: conv(x, g, **how), g, y, z), flops=flops.conv_kernel)
# fmt: on
