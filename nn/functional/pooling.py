"""Pooling: each window of a series or an image to its greatest element or its mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.ops import pooling as rows
from autograd.ops import windows
from nn.functional.geometry import Padding, Pairs, Sizes, fits, images, pairs, per_axis


def max_pool(x: Any, size: Sizes = 2, strides: Sizes | None = None, padding: Padding = "valid") -> Any:
    """The greatest element of each window, channel by channel.

        y[n, p, c] = max over k of x[n, stride·p + k, c]

    x: (batch, time, channels) or (batch, height, width, channels).
    size: how many elements a window has, for all axes of space or for each.
    strides: how far a window is from the next; None means `size`, so that windows do not overlap.
    padding: "valid", "same", or a pair (before, after) for each axis of space. Padding never wins.

    The result is (batch, *positions, channels). The derivative goes to the winner. Winners that tie share it equally,
    as with `np.max`; PyTorch and TensorFlow give all of it to the first.

    >>> import numpy as np
    >>> max_pool(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5.,  7.], [13., 15.]])
    """
    size, steps, around = _windows(x, size, strides, padding, "max_pool")
    return rows.max_pool(x, size=size, strides=steps, padding=around)


def average_pool(x: Any, size: Sizes = 2, strides: Sizes | None = None, padding: Padding = "valid") -> Any:
    """The mean of each window, channel by channel, over those elements that lie inside of `x`.

        y[n, p, c] = mean over k of x[n, stride·p + k, c]

    Arguments and result are as for `max_pool`. Padding is not counted, as in TensorFlow and Keras; PyTorch counts it
    unless count_include_pad=False.

    >>> import numpy as np
    >>> average_pool(np.arange(5.0).reshape(1, 5, 1), 2, padding="same").ravel()
    array([0.5, 2.5, 4. ])
    """
    size, steps, around = _windows(x, size, strides, padding, "average_pool")
    how: dict[str, Any] = {"size": size, "strides": steps, "padding": around, "dilation": (1,) * len(size)}
    inside = tuple(range(-len(size) - 1, -1))
    counts = np.sum(windows.unfold(np.ones((*x.shape[1:-1], 1)), **how), axis=inside)
    return np.sum(windows.unfold(x, **how), axis=inside) / (counts.astype(x.dtype) if x.dtype.kind == "f" else counts)


def global_max_pool(x: Any, keepdims: bool = False) -> Any:
    """The greatest element of each channel over all of time or all of the image; ties share the derivative equally.

    x: (batch, *space, channels). The result is (batch, channels); `keepdims` leaves axes of length 1.

    >>> import numpy as np
    >>> global_max_pool(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[6., 7.]])
    """
    return np.max(x, axis=tuple(range(1, images(x, "global_max_pool") + 1)), keepdims=keepdims)


def global_average_pool(x: Any, keepdims: bool = False) -> Any:
    """The mean of each channel over all of time or all of the image (Lin, Chen and Yan, 2014).

    x: (batch, *space, channels). The result is (batch, channels); `keepdims` leaves axes of length 1.

    >>> import numpy as np
    >>> global_average_pool(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[3., 4.]])
    """
    return np.mean(x, axis=tuple(range(1, images(x, "global_average_pool") + 1)), keepdims=keepdims)


def _windows(
    x: Any, size: Sizes, strides: Sizes | None, padding: Padding, name: str
) -> tuple[tuple[int, ...], tuple[int, ...], Pairs]:
    rank = images(x, name)
    sizes = per_axis(size, rank, "size")
    steps = sizes if strides is None else per_axis(strides, rank, "strides")
    ones = (1,) * rank
    around = pairs(padding, x.shape[1:-1], sizes, steps, ones)
    fits(x.shape[1:-1], around, sizes, ones)
    if any(max(pair) >= k for pair, k in zip(around, sizes, strict=True)):
        raise ValueError(
            f"padding is {padding!r} for windows of size {sizes}; expected less than a window on each side"
        )
    return sizes, steps, around
