"""Labels and weights in the shape of the outputs they belong to: (n,) meets (n, 1), nothing ever grows to (n, n)."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor
from autograd.families import as_array
from autograd.ops.fused import in_range
from nn.inputs import check_not_parts

Shape = tuple[int, ...]

SINGLE_UNIT = (
    'expected a unit for each class. Try loss="binary_crossentropy" with a sigmoid for two classes, or '
    'nn.Dense(number_of_classes, activation="softmax")'
)


def as_values(x: Any) -> Any:
    """`x` as something with a shape and a dtype: tensors and arrays as they are, the rest through NumPy.

    TypeError for a list of tensors, which would be cut off from their gradients, and for what is no real number.
    """
    check_not_parts(x, "a loss or a metric")
    x = x if isinstance(x, Tensor) else as_array(x)
    if np.dtype(x.dtype).kind not in "biuf":
        raise TypeError(f"a loss or a metric got values of dtype {x.dtype}; expected real numbers")
    return x


def plain(x: Any) -> Any:
    """The numbers of `x` as an array, only to be looked at: no gradient flows through what is done with them."""
    return as_array(x)


def as_outputs(x: Any) -> Any:
    """Outputs with at least two axes, (batch, ..., units), in a floating dtype; one number per sample is one unit.

    float16 becomes float32: the square of 256 and the sum of a batch would overflow.
    """
    x = as_values(x)
    if x.ndim < 2:
        x = x.reshape(-1, 1)
    return x if x.dtype.kind == "f" and x.dtype.itemsize >= 4 else x.astype(np.float32)


def aligned(y_true: Any, shape: tuple[int, ...]) -> Any:
    """The labels, in `shape` if only a last axis of length 1 is missing or too many; otherwise as they are."""
    near = [(*shape, 1)] + [shape[:-1]] * (shape[-1:] == (1,))
    return y_true.reshape(shape) if getattr(y_true, "shape", None) in near else y_true


def in_shape(y: Any, shape: Shape) -> Any:
    """`y` in `shape`, from which it may differ by a last axis of length 1 only.

    ValueError for any other shape, which broadcasting might have stretched without a word.

    >>> in_shape(np.array([1, 0, 1]), (3, 1)).shape
    (3, 1)
    """
    if y.shape == shape:
        return y
    if (*y.shape, 1) == shape or y.shape == (*shape, 1):
        return y.reshape(shape)
    raise misfit(y, shape)


def misfit(y: Any, shape: Shape) -> ValueError:
    """The error for labels whose shape has nothing to do with that of the outputs."""
    hint = ""
    if y.ndim and y.shape[0] == shape[0] and len(shape) > max(y.ndim + 1, 2):
        hint = ". The outputs have an axis too many: does the model lack a Flatten()?"
    return ValueError(f"labels of shape {y.shape} do not fit outputs of shape {shape}{hint}")


def weights_in_shape(sample_weight: Any, shape: Shape) -> Any:
    """Weights for values of this shape: one per sample, or one per value.

    >>> weights_in_shape([1.0, 2.0], (2, 3)).shape
    (2, 1)
    """
    w = as_values(sample_weight)
    if w.shape == shape:
        return w
    if shape and w.shape in (shape[:1], (shape[0], 1)):
        return w.reshape(shape[0], *[1] * (len(shape) - 1))
    raise ValueError(f"sample_weight has shape {w.shape}; expected {shape[:1]}, a weight for each sample, or {shape}")


def one_hot(y: Any, shape: Shape, user: str) -> Any:
    """`y`, if it has a row for each row of outputs of this shape; `user` is what the ValueError calls itself by.

    >>> one_hot(np.array([2, 0]), (2, 3), "categorical_crossentropy")
    Traceback (most recent call last):
    ValueError: labels of shape (2,) look like class numbers; categorical_crossentropy expects one-hot rows of shape ...
    """
    if y.shape == shape:
        return y
    if y.shape in (shape[:-1], (*shape[:-1], 1)):
        if shape[-1] == 1:
            raise ValueError(f"{user} got a model with a single output unit; {SINGLE_UNIT}")
        raise ValueError(
            f"labels of shape {y.shape} look like class numbers; {user} expects one-hot rows of shape {shape}. "
            f'Use loss="sparse_categorical_crossentropy", or nn.utils.to_categorical(y, {shape[-1]})'
        )
    raise misfit(y, shape)


def class_numbers(y: Any, shape: Shape, user: str) -> Any:
    """`y` as whole numbers, one for each row of outputs of this shape and smaller than the number of its columns.

    ValueError, in which `user` is what it calls itself by, naming the first label that is out of range and its row.

    >>> class_numbers(np.array([2, 3]), (2, 3), "sparse_categorical_crossentropy")
    Traceback (most recent call last):
    ValueError: label 3 in row 1; expected 0 to 2, since the model has 3 output units
    """
    if y.shape == shape and shape[-1] > 1:
        raise ValueError(
            f"labels of shape {shape}, like the outputs, look one-hot; {user} expects class numbers of shape "
            f'{shape[:-1]}. Use loss="categorical_crossentropy", or y.argmax(axis=-1), which undoes to_categorical'
        )
    if y.shape not in (shape[:-1], (*shape[:-1], 1)):
        raise misfit(y, shape)
    y, units = plain(y).reshape(shape[:-1]), shape[-1]
    if y.dtype.kind not in "iu":
        numbers = y.astype(np.intp)
        check_each(y, numbers == y, "a whole number")
        y = numbers
    if not in_range(y, units):
        if units == 1:
            raise ValueError(f"{user} got a model with a single output unit, and labels other than 0; {SINGLE_UNIT}")
        check_each(y, (y >= 0) & (y < units), f"0 to {units - 1}, since the model has {units} output units")
    return y


def check_each(y: Any, good: Any, expected: str) -> None:
    """ValueError naming the first label that is not good and where it stands."""
    if not np.all(good):
        where = np.argwhere(~good)
        first = tuple(where[0].tolist())
        others = f", and {len(where) - 1} more like it" if len(where) > 1 else ""
        raise ValueError(f"label {y[first]} in row {first[0]}{others}; expected {expected}")
