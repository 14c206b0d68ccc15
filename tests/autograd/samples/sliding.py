"""Samples: windows that slide along some axes."""

from typing import Any

import numpy as np

from tests.autograd.samples.table import CUBE, ROW, A, Sample

PLACES = np.array([[0.3, -1.1], [0.8, 0.5], [-0.7, 1.9]])  # three windows of two places
IN_PLACE = "windows that overlap are added up in place"


def slid(x: Any, size: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    """Element p of window k is element p + k, axis by axis."""
    lengths = list(x.shape)
    for a, k in zip(axis, size, strict=True):
        lengths[a] -= k - 1
    y = np.zeros((*lengths, *size))
    for place in np.ndindex(*y.shape):
        at = list(place[: x.ndim])
        for a, k in zip(axis, place[x.ndim :], strict=True):
            at[a] += k
        y[place] = x[tuple(at)]
    return y


SAMPLES: list[Sample] = [
    Sample("sliding_windows", (CUBE,), lambda x, size, axis: slid(x, size, axis), {"size": (2, 3), "axis": (1, 2)}, without_ducks=IN_PLACE),
    Sample("windows_added", (PLACES,), lambda w, shape, axis: [0.3, -1.1 + 0.8, 0.5 - 0.7, 1.9], {"shape": (4,), "axis": (-1,)}, without_ducks=IN_PLACE),
    Sample("lib.stride_tricks.sliding_window_view", (ROW,), lambda x: [[0.7, -1.5], [-1.5, 2.5]], via=lambda f, x: f(x, 2), without_ducks=IN_PLACE),
    Sample("lib.stride_tricks.sliding_window_view", (A,), lambda x: slid(x, (2, 2), (0, 1)), via=lambda f, x: f(x, (2, 2)), without_ducks=IN_PLACE, label="all-axes"),
    Sample("lib.stride_tricks.sliding_window_view", (CUBE,), lambda x: slid(x, (2, 2), (2, 0)), via=lambda f, x: f(x, (2, 2), axis=(-1, 0)), without_ducks=IN_PLACE, label="axes"),
    Sample("lib.stride_tricks.sliding_window_view", (CUBE,), lambda x: slid(x, (2, 3), (2, 2)), via=lambda f, x: f(x, (2, 3), (2, 2)), without_ducks=IN_PLACE, label="an-axis-twice"),
]  # fmt: skip
