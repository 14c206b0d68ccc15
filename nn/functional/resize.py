"""Resizing series and images: the axes of space one after the other, each by copies or by a product of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nn.functional.geometry import Sizes, images, per_axis


def interpolate(x: Any, size: Sizes, method: str = "bilinear", align_corners: bool = False) -> Any:
    """`x` at other lengths of its axes of space, larger or smaller.

    x: (batch, time, channels) or (batch, height, width, channels).
    size: the new lengths, one for all axes of space or one for each.
    method: "bilinear" draws a straight line between neighbours along each axis; "nearest" copies the element whose
        pixel covers the place asked for.
    align_corners: where the n old elements lie under the m new ones. Elements are the middles of pixels, and by default
        the edges of the images meet: new element i lies at (i + ½) n/m − ½, as in TensorFlow, Keras and PyTorch. With
        True the middles of the first and the last pixels meet, at i (n − 1) / (m − 1). For "bilinear" alone.

    The result is (batch, *size, channels). Beyond the middles of the outermost pixels values are not extrapolated but
    stay. Nothing is smoothed before it is made smaller (no antialiasing); pool first if that is wanted. "nearest" is
    what TensorFlow does, and PyTorch under the name "nearest-exact".

    >>> import numpy as np
    >>> x = np.array([0.0, 10.0]).reshape(1, 2, 1)
    >>> interpolate(x, 4).ravel(), interpolate(x, 4, "nearest").ravel()
    (array([ 0. ,  2.5,  7.5, 10. ]), array([ 0.,  0., 10., 10.]))
    >>> interpolate(x, 3, align_corners=True).ravel()
    array([ 0.,  5., 10.])
    """
    rank = images(x, "interpolate")
    sizes = per_axis(size, rank, "size")
    if method not in ("bilinear", "nearest"):
        raise ValueError(f'method is {method!r}; expected "bilinear" or "nearest"')
    if align_corners and method == "nearest":
        raise ValueError('align_corners is for method="bilinear"; "nearest" knows pixels, whose edges meet')
    if 0 in x.shape[1:-1]:
        raise ValueError(f"x has shape {tuple(x.shape)}; expected at least one element along each axis of space")
    for axis, (n, m) in enumerate(zip(x.shape[1:-1], sizes, strict=True), start=1):
        if n == m:
            continue
        x = _nearest(x, axis, m) if method == "nearest" else _linear(x, axis, m, align_corners)
    return x


def _nearest(x: Any, axis: int, m: int) -> Any:
    n = x.shape[axis]
    if m % n == 0:  # each element some times over, whose transpose is a sum rather than a scatter
        before, after = x.shape[: axis + 1], x.shape[axis + 1 :]
        copies = np.broadcast_to(np.expand_dims(x, axis + 1), (*before, m // n, *after))
        return copies.reshape((*before[:-1], m, *after))
    nearest = (2 * np.arange(m) + 1) * n // (2 * m)
    return x[(slice(None),) * axis + (nearest,)]


def _linear(x: Any, axis: int, m: int, align_corners: bool) -> Any:
    before, n, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(float)
    weights = _weights(n, m, align_corners).astype(dtype)
    return (weights @ x.reshape((*before, n, -1))).reshape((*before, m, *after))


def _weights(n: int, m: int, align_corners: bool) -> npt.NDArray[np.float64]:
    """The matrix (m, n) that takes n elements to m, two weights in each row.

    >>> _weights(2, 4, False)[:, 1]
    array([0.  , 0.25, 0.75, 1.  ])
    """
    new = np.arange(m)
    places = new * ((n - 1) / max(m - 1, 1)) if align_corners else (new + 0.5) * (n / m) - 0.5
    places = np.clip(places, 0, n - 1)
    left = np.floor(places).astype(int)
    right = np.minimum(left + 1, n - 1)
    weights = np.zeros((m, n))
    np.add.at(weights, (new, left), 1 - (places - left))
    np.add.at(weights, (new, right), places - left)
    return weights
