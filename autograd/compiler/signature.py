"""The kind of a call's arguments: what a program depends on, exactly, as a key."""

from __future__ import annotations

import weakref
from enum import Enum
from typing import Any

import numpy as np

from autograd.derivative_array import DerivativeArray
from autograd.tensor import Tensor

_CONSTANTS = (bool, int, str, bytes, complex, float, type(None), type(Ellipsis), np.dtype, range)


def signature(x: Any, inputs: list[Any], objects: list[Any]) -> Any:
    """Return a key that is equal for arguments for which the same program holds.

    Arrays and floats that may differ from call to call are added to `inputs`; objects that are told apart by identity
    are added to `objects`. TypeError for an argument that cannot be told apart from others.
    """
    kind = type(x)  # the usual ones first: this is asked for at each call
    if kind is np.ndarray:
        inputs.append(x)
        return (kind, x.shape, x.dtype, None if x.flags.c_contiguous else x.strides)
    if kind is tuple or kind is list:
        return (kind, *[signature(part, inputs, objects) for part in x])
    if kind is float or isinstance(x, np.generic):
        inputs.append(x)
        return kind
    if kind is dict and not x:
        return kind
    if kind is DerivativeArray:
        return signature(x.numpy(), inputs, objects)
    if isinstance(x, Tensor):
        if x.is_variable:
            return Identity.of(x, objects)
        return (kind, x.name, signature(x.value, inputs, objects))
    if isinstance(x, np.ndarray):
        raise TypeError(f"an argument is a {kind.__name__}; expected plain arrays. Try np.asarray(x)")
    if isinstance(x, dict):
        extra = getattr(x, "default_factory", None)
        return (kind, extra, *[(constant(name, objects), signature(part, inputs, objects)) for name, part in x.items()])
    if isinstance(x, list | tuple):
        return (kind, *[signature(part, inputs, objects) for part in x])
    return constant(x, objects)


def constant(x: Any, objects: list[Any]) -> Any:
    """Return a key for what is part of the program: by type and value if that cannot change, else by identity."""
    kind = type(x)
    if kind is int or kind is str or kind is bool or x is None:
        return (kind, x)
    if isinstance(x, slice):
        return (kind, *[constant(end, objects) for end in (x.start, x.stop, x.step)])
    if isinstance(x, tuple | frozenset):
        parts = [constant(part, objects) for part in x]
        return (kind, tuple(parts) if isinstance(x, tuple) else frozenset(parts))
    if isinstance(x, _CONSTANTS) and not isinstance(x, Enum) and not getattr(x, "__dict__", None):
        return (kind, repr(x))  # by which 0.0 and -0.0 differ, also in a complex number
    return Identity.of(x, objects)


class Identity:
    """An object as part of a key: equal to itself alone. It is not kept alive by that, if it can die."""

    def __init__(self, x: Any) -> None:
        self._id = id(x)
        try:
            self._object = weakref.ref(x)
        except TypeError:
            self._object = lambda: x  # type: ignore[assignment]

    @staticmethod
    def of(x: Any, objects: list[Any]) -> Identity:
        """Return a key for an object, and note the object."""
        objects.append(x)
        return Identity(x)

    @property
    def is_dead(self) -> bool:
        """Whether the object is gone, so that nothing equals this any more."""
        return self._object() is None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self._object() is other._object() is not None

    def __hash__(self) -> int:
        return self._id
