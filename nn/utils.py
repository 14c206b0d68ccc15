"""Small tools around a model: the seed, the threads of BLAS, one-hot labels, a picture of the layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.families import as_array
from nn.blas_threads import get_blas_threads, set_blas_threads
from nn.picture import plot_model
from nn.random import set_random_seed

__all__ = ["get_blas_threads", "plot_model", "set_blas_threads", "set_random_seed", "to_categorical"]


def to_categorical(labels: npt.ArrayLike, num_classes: int | None = None) -> npt.NDArray[np.float32]:
    """One-hot rows: 1 at the place that the label names, 0 elsewhere.

    labels: whole numbers of any shape; a last axis of length 1 is dropped.
    num_classes: the length of the rows; the largest label + 1 by default.

    Float32, of the labels' shape with an axis of `num_classes` appended. ValueError for labels out of range.

    >>> to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    given = np.asarray(as_array(labels))
    numbers: npt.NDArray[Any] = given[..., 0] if given.ndim > 1 and given.shape[-1] == 1 else given
    if numbers.dtype.kind not in "biuf" or (numbers.dtype.kind == "f" and not np.all(numbers == np.floor(numbers))):
        raise ValueError(f"labels of dtype {given.dtype} that are no whole numbers; expected 0, 1, 2, ...")
    numbers = numbers.astype(np.intp)
    classes = (int(numbers.max()) + 1 if numbers.size else 0) if num_classes is None else num_classes
    bad = (numbers < 0) | (numbers >= classes)
    if bad.any():
        raise ValueError(f"label {numbers[bad][0]} of {classes} classes; expected labels from 0 to {classes - 1}")
    return (numbers[..., None] == np.arange(classes)).astype(np.float32)
