"""Convolution of series and images, and its transpose."""

from __future__ import annotations

from typing import Any

from autograd.ops import convolution as rows
from nn.functional.geometry import Padding, Sizes, explicit, fits, images, pairs, per_axis, span


def conv(
    x: Any, kernel: Any, strides: Sizes = 1, padding: Padding = "valid", dilation: Sizes = 1, groups: int = 1
) -> Any:
    """The sum of the elements of each window of `x`, weighed by the kernel.

        y[n, p, o] = Σ x[n, stride·p + dilation·k, c] kernel[k, c, o]   over the window's places k and the channels c

    As everywhere in the field the kernel is not turned around: this is cross-correlation (Goodfellow, Bengio and
    Courville, "Deep Learning", 2016, section 9.1).

    x: (batch, time, channels) or (batch, height, width, channels).
    kernel: (time, channels / groups, outputs) or (height, width, channels / groups, outputs).
    strides: how far a window is from the next, for all axes of space or one for each.
    padding: "valid", "same" (as TensorFlow: ceil(n / stride) positions, the odd zero after), for series "causal"
        (the past alone), or a pair (before, after) for each axis of space.
    dilation: how far the places of a window are from each other (Yu and Koltun, 2016).
    groups: the channels and the outputs are cut into so many groups, and the outputs of a group see its channels
        alone. As many groups as channels make a depthwise convolution.

    The result is (batch, *positions, outputs), with positions (n + padding − span) // stride + 1 along each axis.

    >>> import numpy as np
    >>> x = np.arange(5.0).reshape(1, 5, 1)
    >>> conv(x, np.array([1.0, 0.0, -1.0]).reshape(3, 1, 1), padding="same").ravel()
    array([-1., -2., -2., -2.,  3.])
    >>> conv(np.ones((8, 28, 28, 3)), np.ones((3, 3, 3, 16)), strides=2).shape
    (8, 13, 13, 16)
    """
    rank = images(x, "conv")
    _check_kernel(kernel, rank, groups, "(*size, channels / groups, outputs)")
    if x.shape[-1] != kernel.shape[-2] * groups:
        raise ValueError(
            f"x has {x.shape[-1]} channels and the kernel {tuple(kernel.shape)} is for {kernel.shape[-2]} in each of "
            f"{groups} groups; expected {kernel.shape[-2] * groups} channels, which are the last axis of x"
        )
    steps, apart = per_axis(strides, rank, "strides"), per_axis(dilation, rank, "dilation")
    size, space = kernel.shape[:-2], x.shape[1:-1]
    around = pairs(padding, space, size, steps, apart)
    fits(space, around, size, apart)
    return rows.conv(x, kernel, strides=steps, padding=around, dilation=apart, groups=groups)


def conv_transpose(
    x: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: Padding = "valid",
    output_padding: Sizes | None = None,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Any:
    """The transpose of `conv` with this kernel: each element of `x` spreads the kernel, and what overlaps adds up.

        y[n, stride·p + dilation·k, c] = Σ x[n, p, o] kernel[k, c, o]

    So ⟨conv(u, kernel), x⟩ = ⟨u, conv_transpose(x, kernel)⟩ for the same strides, padding, dilation and groups (Zeiler
    et al., "Deconvolutional networks", CVPR 2010). It is no inverse.

    x: (batch, time, channels) or (batch, height, width, channels).
    kernel: (time, outputs / groups, channels) or (height, width, outputs / groups, channels): that of the `conv` it
        transposes, so the outputs come before the channels.
    padding: that of the `conv`. With "valid" n elements become (n − 1)·stride + span, but at least n·stride; with
        "same" they become n·stride; pairs are cut off from (n − 1)·stride + span.
    output_padding: elements more after each axis, less than its stride or its dilation, since several lengths become n
        under a `conv` with strides. None means the lengths above. With a number, as in Keras, n elements become
        (n − 1)·stride + span + output_padding for "valid", and (n − 1)·stride + span mod 2 + output_padding for "same".

    >>> import numpy as np
    >>> x = np.array([1.0, 10.0]).reshape(1, 2, 1)
    >>> conv_transpose(x, np.array([1.0, 2.0, 3.0]).reshape(3, 1, 1), strides=2).ravel()
    array([ 1.,  2., 13., 20., 30.])
    """
    rank = images(x, "conv_transpose")
    _check_kernel(kernel, rank, groups, "(*size, outputs / groups, channels)")
    if x.shape[-1] != kernel.shape[-1]:
        raise ValueError(
            f"x has {x.shape[-1]} channels and the kernel {tuple(kernel.shape)} is for {kernel.shape[-1]}; expected a "
            f"kernel (*size, outputs / groups, channels): that of the conv which this transposes"
        )
    steps, apart = per_axis(strides, rank, "strides"), per_axis(dilation, rank, "dilation")
    extra = (None,) * rank if output_padding is None else per_axis(output_padding, rank, "output_padding", least=0)
    for more, s, d in zip(extra, steps, apart, strict=True):
        if more is not None and more >= max(s, d):
            raise ValueError(
                f"output_padding is {more} for a stride of {s} and a dilation of {d}; expected less than one of them"
            )
    reach = [span(k, d) for k, d in zip(kernel.shape[:-2], apart, strict=True)]
    cut = _cuts(padding, reach, steps, extra)
    lengths = zip(x.shape[1:-1], steps, reach, cut, strict=True)
    shape = [(n - 1) * s + k - before - after for n, s, k, (before, after) in lengths]
    if min(shape) < 0:
        raise ValueError(f"padding is {padding!r}, which leaves {min(shape)} elements; expected less padding")
    around = tuple((before, max(after, 0)) for before, after in cut)
    how = {"strides": steps, "padding": around, "dilation": apart, "groups": groups}
    return rows.conv_transpose(x, kernel, shape=tuple(shape), **how)


def _cuts(padding: Padding, reach: list[int], strides: Any, extra: Any) -> list[tuple[int, int]]:
    """What is cut off before and after each axis of what the windows cover; less than nothing adds zeros."""
    if padding not in ("valid", "same") and not (padding == "causal" and len(reach) == 1):
        given = explicit(padding, len(reach))
        return [(before, after - (more or 0)) for (before, after), more in zip(given, extra, strict=True)]
    cuts = []
    for k, s, more in zip(reach, strides, extra, strict=True):
        if padding == "same":
            total = k - s if more is None else k - k % 2 - more
            before = max(total // 2, 0)
        elif padding == "valid":
            total, before = k - max(k, s) if more is None else -more, 0
        else:
            total, before = k - 1 - (more or 0), k - 1
        cuts.append((before, total - before))
    return cuts


def _check_kernel(kernel: Any, rank: int, groups: int, layout: str) -> None:
    """ValueError for a kernel of the wrong rank, or whose last axis does not fall into so many groups."""
    if not hasattr(kernel, "shape") or len(kernel.shape) != rank + 2:
        got = f"shape {tuple(kernel.shape)}" if hasattr(kernel, "shape") else f"a {type(kernel).__name__}"
        raise ValueError(f"got {got} as kernel for x with {rank} axes of space; expected {rank + 2} axes, {layout}")
    if not (isinstance(groups, int) and groups >= 1 and kernel.shape[-1] % groups == 0):
        raise ValueError(
            f"groups is {groups!r} and the last axis of the kernel has {kernel.shape[-1]} elements; "
            f"expected a whole number that divides it"
        )
