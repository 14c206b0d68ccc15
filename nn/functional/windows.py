"""Windows of series and images as data: taking them out, and adding them back in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.ops import windows as rows
from nn.functional.geometry import Padding, Sizes, fits, images, pairs, per_axis


def unfold(x: Any, size: Sizes, strides: Sizes = 1, padding: Padding = "valid", dilation: Sizes = 1) -> Any:
    """Every window of `x`: what `conv` multiplies with its kernel ("im2col").

    x: (batch, time, channels) or (batch, height, width, channels).
    size: how many elements a window has, for all axes of space or for each; strides, padding, dilation: as for `conv`.

    The result is (batch, *positions, *size, channels): a view, wherever there is no padding.

    >>> import numpy as np
    >>> unfold(np.arange(4.0).reshape(1, 4, 1), 2)[0, :, :, 0]
    array([[0., 1.], [1., 2.], [2., 3.]])
    """
    rank = images(x, "unfold")
    size, steps, apart = (
        per_axis(n, rank, what) for n, what in ((size, "size"), (strides, "strides"), (dilation, "dilation"))
    )
    around = pairs(padding, x.shape[1:-1], size, steps, apart)
    fits(x.shape[1:-1], around, size, apart)
    return rows.unfold(x, size=size, strides=steps, padding=around, dilation=apart)


def fold(
    windows: Any, shape: Sequence[int], strides: Sizes = 1, padding: Padding = "valid", dilation: Sizes = 1
) -> Any:
    """The transpose of `unfold`: every window is added into zeros where it was taken from ("col2im").

    windows: (batch, *positions, *size, channels), as `unfold` gives them.
    shape: the axes of space of the result, (time,) or (height, width).

    The result is (batch, *shape, channels). Divided by what it makes of windows full of ones, it is the mean of the
    windows that overlap.

    >>> import numpy as np
    >>> fold(np.ones((1, 3, 2, 1)), (4,)).ravel()
    array([1., 2., 2., 1.])
    """
    space = tuple(int(n) for n in shape)
    rank = len(space)
    if rank < 1 or len(windows.shape) != 2 * rank + 2:
        raise ValueError(
            f"got windows of shape {tuple(windows.shape)} to make {space}; expected {2 * rank + 2} axes, "
            f"(batch, *positions, *size, channels) with {rank} positions and {rank} sizes"
        )
    positions, size = windows.shape[1 : rank + 1], windows.shape[rank + 1 : -1]
    steps, apart = per_axis(strides, rank, "strides"), per_axis(dilation, rank, "dilation")
    around = pairs(padding, space, size, steps, apart)
    fits(space, around, size, apart)
    reach = zip(space, around, size, steps, apart, strict=True)
    wanted = tuple((n + sum(pair) - d * (k - 1) - 1) // s + 1 for n, pair, k, s, d in reach)
    if positions != wanted:
        raise ValueError(
            f"got windows at {positions} positions; expected {wanted}, which is where unfold takes windows of size "
            f"{size} from {space} with strides {steps}, padding {around} and dilation {apart}"
        )
    return rows.fold(windows, shape=space, strides=steps, padding=around, dilation=apart)
