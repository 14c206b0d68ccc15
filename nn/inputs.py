"""What a layer is given and what it gives: one tensor. Errors for lists and other structures that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.families import as_array


def as_tensor(x: Any, name: str) -> Tensor:
    """`x` as a tensor of numbers; a tensor as it is.

    name: what an error calls the layer or loss that got it.

    TypeError for lists and other containers with tensors or arrays in them: made into one array, the tensors in them
    would be cut off from their gradients. TypeError for text and objects, ValueError for rows of different lengths.

    >>> as_tensor([[1, 2], [3, 4]], "dense").shape
    (2, 2)
    """
    return x if isinstance(x, Tensor) else Tensor(_numbers(x, name))


def check_not_parts(x: Any, name: str, advice: str = "") -> None:
    """TypeError for a container with tensors or arrays in it, which is not one input; `advice` ends its text."""
    if not isinstance(x, list | tuple | dict | set | frozenset):
        return
    kind = next(_parts(x), None)
    if kind is not None or not isinstance(x, list | tuple):
        of = f" of {len(x)} part{'s' * (len(x) != 1)} with {kind}s in it" if kind else ""
        raise TypeError(
            f"{name} got a {type(x).__name__}{of}; expected one tensor or array. Several inputs are not supported. Try "
            f"to join them with np.stack or np.concatenate, through which gradients flow{advice}"
        )


def not_one_tensor(y: Any, name: str) -> TypeError:
    """The error for a `call` that did not return a tensor."""
    if y is None:
        text = "None; expected a tensor. Does it end without `return`?"
    elif isinstance(y, list | tuple | dict):
        text = (
            f"a {type(y).__name__} of {len(y)}; expected one tensor. Several outputs are not supported. Try to join "
            "them with np.stack or np.concatenate, or to keep the others in attributes"
        )
    else:
        text = (
            f"a {type(y).__name__}, which carries no gradient; expected a tensor. Try NumPy's functions on the tensor "
            "itself instead of x.numpy(), or autograd.Tensor(...) around a result that is to be a constant"
        )
    return TypeError(f"`call` of {name} returned {text}")


def _numbers(x: Any, name: str) -> Any:
    check_not_parts(x, name, ", and to take them apart again in `call`")
    try:
        array = as_array(x)
    except ValueError as error:
        raise ValueError(f"{name} got rows of different lengths; expected one array of numbers") from error
    if np.dtype(array.dtype).kind not in "biufc":
        raise TypeError(f"{name} got a {type(x).__name__} of dtype {array.dtype}; expected an array of numbers")
    return array


def _parts(x: Any) -> Iterator[str]:
    """What tensors and arrays are in a container, down to any depth."""
    for part in x.values() if isinstance(x, dict) else x:
        if isinstance(part, list | tuple | dict | set | frozenset):
            yield from _parts(part)
        elif isinstance(part, Tensor):
            yield "tensor"
        elif getattr(part, "ndim", 0):
            yield "array"
