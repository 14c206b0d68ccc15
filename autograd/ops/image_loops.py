"""Loops over the windows of images, compiled by numba (the extra `fast`): the fast way of what other files do in NumPy.

Images are (batch, height, width, channels) and padded already; windows are as in `windows`. Each loop goes through
memory once, where NumPy goes once for each place in a window. One thread only: a second pool of threads would fight
with BLAS's. numba keeps what it compiled on disk.
"""

from typing import Any

import numba
import numpy as np

compiled = numba.njit(error_model="numpy", cache=True, nogil=True)


@compiled
def add_windows(x: Any, windows: Any, strides: Any, dilation: Any) -> None:
    """Add each window to the place in `x` that it is of."""
    count, rows, columns, height, width, channels = windows.shape
    for n in range(count):
        for p in range(rows):
            for q in range(columns):
                for i in range(height):
                    for j in range(width):
                        at = x[n, p * strides[0] + i * dilation[0], q * strides[1] + j * dilation[1]]
                        part = windows[n, p, q, i, j]
                        for c in range(channels):
                            at[c] += part[c]


@compiled
def greatest(x: Any, y: Any, size: Any, strides: Any) -> None:
    """Write the maximum of each window of `x` into `y`; a NaN is the greatest of all."""
    count, rows, columns, channels = y.shape
    for n in range(count):
        for p in range(rows):
            for q in range(columns):
                y[n, p, q] = x[n, p * strides[0], q * strides[1]]
                for i in range(size[0]):
                    for j in range(size[1]):
                        part = x[n, p * strides[0] + i, q * strides[1] + j]
                        for c in range(channels):
                            a, b = y[n, p, q, c], part[c]
                            y[n, p, q, c] = a if a >= b or a != a else b


@compiled
def spread(g: Any, x: Any, y: Any, out: Any, size: Any, strides: Any, tiled: bool) -> None:
    """Add each cotangent `g` to `out` where the maximum `y` of its window of `x` is, in equal shares.

    tiled: whether windows lie side by side; `out` is set to zero then, each window while it is at hand.
    """
    count, rows, columns, channels = y.shape
    share = np.empty_like(g[0, 0, 0])
    if tiled:
        out[:, rows * size[0] :] = 0
        out[:, :, columns * size[1] :] = 0
    for n in range(count):
        for p in range(rows):
            for q in range(columns):
                share[:] = 0
                for i in range(size[0]):
                    for j in range(size[1]):
                        part = x[n, p * strides[0] + i, q * strides[1] + j]
                        for c in range(channels):
                            share[c] += part[c] == y[n, p, q, c]
                for c in range(channels):
                    share[c] = g[n, p, q, c] / max(share[c], 1)
                for i in range(size[0]):
                    for j in range(size[1]):
                        part = x[n, p * strides[0] + i, q * strides[1] + j]
                        at = out[n, p * strides[0] + i, q * strides[1] + j]
                        if tiled:
                            at[:] = 0
                        for c in range(channels):
                            if part[c] == y[n, p, q, c]:
                                at[c] += share[c]
