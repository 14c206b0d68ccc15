"""Looks at data before it is used: once for each whole array, so that mistakes show before the first step."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Tensor
from autograd.primitive import check_kind

Array = npt.NDArray[Any]


def as_array(x: Any, name: str) -> Array:
    """`x` as an array of numbers with at least one sample. TypeError or ValueError for anything else.

    `name` is what the message calls it. Arrays are not copied or converted.

    >>> as_array([[1.0], [2.0]], "x")
    Traceback (most recent call last):
    TypeError: x is a list; expected a NumPy array with the samples along its first axis. Try x = np.asarray(...
    """
    if isinstance(x, Tensor):
        x = x.numpy()
    if isinstance(x, list | tuple) or not hasattr(x, "__array__"):
        raise TypeError(
            f"{name} is a {type(x).__name__}; expected a NumPy array with the samples along its first axis. "
            f"Try {name} = np.asarray({name}, dtype=np.float32)"
        )
    check_kind(x, name)
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        what = "text" if array.dtype.kind in "US" else "mixed objects" if array.dtype.kind == "O" else "other values"
        raise TypeError(f"{name} has dtype {array.dtype}, which is {what}; expected numbers, all rows of equal length")
    if array.ndim == 0 or not len(array):
        raise ValueError(f"{name} has shape {array.shape}; expected at least one sample along the first axis")
    return array


def check_finite(x: Array, name: str) -> None:
    """ValueError saying where the first NaN or infinity is and how many there are."""
    # The sum of squares is finite if all elements are, or else too large; it is the fastest pass there is.
    if x.dtype.kind != "f" or np.isfinite(np.vdot(x, x)):
        return
    bad = ~np.isfinite(x)
    if not bad.any():
        return
    first = ", ".join(map(str, np.unravel_index(np.argmax(bad), x.shape)))
    nans = int(np.count_nonzero(np.isnan(x)))
    raise ValueError(
        f"{name} has {nans} NaN and {int(np.count_nonzero(bad)) - nans} infinite values of {x.size}, the first at "
        f"{name}[{first}]; expected finite numbers. np.nan_to_num({name}) replaces them"
    )


def check_same_length(x: Array, y: Array, x_name: str = "x", y_name: str = "y") -> None:
    """ValueError if the two do not have the same number of samples."""
    if len(x) != len(y):
        raise ValueError(
            f"{x_name} has {len(x)} samples and {y_name} has {len(y)}; expected one label for each sample. "
            f"Their shapes are {x.shape} and {y.shape}"
        )


def check_count(value: Any, name: str, least: int) -> int:
    """`value` as an int; TypeError or ValueError unless it is a whole number, at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}; expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}; expected at least {least}")
    return int(value)


def warn_of_raw_pixels(x: Array) -> None:
    """Warn if `x` looks like pixels from 0 to 255, on which training goes badly; a glance at the first samples."""
    x = x[:1000]
    if x.dtype.kind == "b" or x.ndim < 2 or x.min() < 0 or not 128 <= x.max() <= 255:
        return
    if np.array_equal(x, np.floor(x)):
        warnings.warn(
            f"x has whole numbers from {x.min()} to {x.max()}, like raw pixels; training works best on numbers "
            'from about 0 to 1. Try x = x.astype("float32") / 255',
            stacklevel=4,
        )


def warn_of_sorted_labels(train: Array, validation: Array) -> None:
    """Warn if the classes in the part split off for validation are quite different from those trained on."""
    if train.ndim > 1 and train.shape[-1] > 1:
        train, validation = train.argmax(axis=-1), validation.argmax(axis=-1)
    if train.dtype.kind not in "iu" or train.min() < 0 or train.max() > 10_000:
        return
    classes = int(max(train.max(), validation.max())) + 1
    if validation.size < 5 * classes:
        return  # so few are different by chance
    shares = [np.bincount(y.reshape(-1), minlength=classes) / y.size for y in (train, validation)]
    if np.abs(shares[0] - shares[1]).sum() / 2 > 0.5:
        warnings.warn(
            "validation_split takes the last samples, and their classes are quite different from those before; the "
            "data seem to be sorted. Shuffle them first: i = np.random.permutation(len(x)); x, y = x[i], y[i]",
            stacklevel=5,
        )
