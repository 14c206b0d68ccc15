"""Data sets in batches: which samples make up each step, and which are kept for validation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from nn.checks import warn_of_sorted_labels

Array = npt.NDArray[Any]
Data = tuple[Array, Array]


def batches(data: Data, batch_size: int, generator: np.random.Generator | None = None) -> Iterator[Data]:
    """The samples of (x, y) batch by batch, in a random order if a generator is given; the last may be smaller.

    Shuffled batches are contiguous copies, batches in order are views.

    >>> [x.tolist() for x, y in batches((np.arange(5), np.arange(5)), 2)]
    [[0, 1], [2, 3], [4]]
    """
    x, y = data
    order = None if generator is None else generator.permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = slice(start, start + batch_size)
        if order is None:
            yield x[rows], y[rows]
        else:
            yield x.take(order[rows], axis=0), y.take(order[rows], axis=0)


def split_off(data: Data, fraction: float) -> tuple[Data, Data]:
    """The first samples for training and the last `fraction` of them for validation, as views.

    ValueError if one of the two would be empty; a warning if their classes are quite different.

    >>> train, validation = split_off((np.arange(10), np.arange(10)), 0.2)
    >>> validation[0].tolist()
    [8, 9]
    """
    if not 0 < fraction < 1:
        raise ValueError(f"validation_split is {fraction}; expected a fraction above 0 and below 1")
    x, y = data
    first = int(len(x) * (1 - fraction))
    if first in (0, len(x)):
        raise ValueError(f"validation_split={fraction} of {len(x)} samples leaves one of the two parts without any")
    warn_of_sorted_labels(y[:first], y[first:])
    return (x[:first], y[:first]), (x[first:], y[first:])
