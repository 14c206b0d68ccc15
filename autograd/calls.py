"""Calls: the tensors among the arguments and the results of a function, and the call as one operation of the graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.bundle import pack, parts_of
from autograd.families import zeros_like
from autograd.graph import Recording, Value, open_recordings, raw, recordings_for
from autograd.nest import leaves, mapped
from autograd.primitive import Primitive
from autograd.reverse import backward
from autograd.tensor import Tensor, wrapped


class Place:
    """The place of a tensor among the arguments of a call."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class Call:
    """A function and its arguments. `data` holds the tensors, arrays and floats among them, as tensors.

    numbers_by_keyword: whether arrays and floats that are given by keyword count as data.
    """

    def __init__(self, function: Callable[..., Any], args: Any, kwargs: Any, numbers_by_keyword: bool = True) -> None:
        self.function = function
        self.data: list[Tensor] = []
        self._args = mapped(self._placed, args)
        self._kwargs = mapped(self._placed if numbers_by_keyword else self._placed_tensor, kwargs)

    def recordings(self) -> tuple[Recording, ...]:
        """The open recordings: of this thread, or, if it opened none, those of others that follow the data."""
        return recordings_for(self.data)

    def run(self, data: Sequence[Any]) -> Any:
        """What the function returns for other data in the same places."""
        args, kwargs = with_data(data, (self._args, self._kwargs))
        return self.function(*args, **kwargs)

    def arguments(self, defaults: bool = False) -> list[Any]:
        """The arguments in the order of the signature, with places for the data."""
        if not self._kwargs and not defaults:
            return list(self._args)
        try:
            signature = inspect.signature(self.function)
            bound = signature.bind(*self._args, **self._kwargs)
        except (TypeError, ValueError):  # a function in C that does not say
            return [*self._args, *self._kwargs.values()]
        if defaults:
            bound.apply_defaults()
        found: list[Any] = []
        for name, value in bound.arguments.items():
            kind = signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                found += value
            elif kind is inspect.Parameter.VAR_KEYWORD:
                found += value.values()
            else:
                found.append(value)
        return found

    def primals(self, data: Sequence[Any]) -> list[Any]:
        """The value of each parameter, with other data."""
        return with_data(data, self.arguments(defaults=True))

    def tangents(self, tangents: Sequence[Any]) -> list[Any]:
        """The tangent of each parameter: zeros for a default, None for what is no tensor."""

        def tangent(x: Any) -> Any:
            return (
                tangents[x.index] if isinstance(x, Place) else wrapped(zeros_like(as_tensor(x))) if is_data(x) else None
            )

        return [mapped(tangent, x) for x in self.arguments(defaults=True)]

    def _placed(self, x: Any) -> Any:
        if not is_data(x):
            return x
        self.data.append(as_tensor(x))
        return Place(len(self.data) - 1)

    def _placed_tensor(self, x: Any) -> Any:
        return self._placed(x) if isinstance(x, Tensor) else x


def is_data(x: Any) -> bool:
    """Whether an argument can carry a derivative, or is an array; all else is passed on as it is."""
    if isinstance(x, Tensor | float | complex | np.inexact):
        return True
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "fciub"
    return not isinstance(x, np.generic | type) and (hasattr(x, "__array_ufunc__") or hasattr(x, "__array__"))


def as_tensor(x: Any) -> Tensor:
    """A tensor as it is, anything else as one."""
    return x if isinstance(x, Tensor) else Tensor(x)


def with_data(data: Sequence[Any], tree: Any) -> Any:
    """A nested structure with data in the places for it."""
    return mapped(lambda x: data[x.index] if isinstance(x, Place) else x, tree)


def numbers_as_tensors(y: Any, f: Callable[..., Any]) -> Any:
    """A result with its floats and arrays of floats as tensors; TypeError if there is nothing of that kind."""

    def with_tensor(x: Any) -> Any:
        if isinstance(x, Tensor):
            return x.current()
        return Tensor(x) if is_data(x) and getattr(x, "dtype", np.dtype(float)).kind in "fc" else x

    y = mapped(with_tensor, Tensor(y) if isinstance(y, int | np.integer) and not isinstance(y, bool) else y)
    if not any([isinstance(leaf, Tensor) for leaf in leaves(y)]):
        raise TypeError(
            f"{name_of(f)} returned {type(y).__name__} as its result; expected a tensor, an array of floats "
            f"or a float, or a nested structure of them"
        )
    return y


def refilled(y: Any, results: Sequence[Any]) -> Any:
    """A result with other tensors in it."""
    each = iter(results)
    return mapped(lambda x: next(each) if isinstance(x, Tensor) else x, y)


def node(
    f: Callable[..., Any],
    inputs: Sequence[Any],
    results: Sequence[Value],
    rule: Callable[..., Any],
    push: Any = None,
    kind: type[Primitive] = Primitive,
) -> tuple[Any, ...]:
    """The results as computed from the inputs by one operation."""
    values = tuple(y.value for y in results)
    value = values if len(values) > 1 else values[0]
    out = kind(name_of(f), lambda _: value, [rule], push=push)(pack(*inputs))
    return parts_of(out) if len(values) > 1 else (out,)


def swept_back(
    recording: Recording, seeds: Sequence[tuple[Any, Any]], sources: Sequence[Any], stacked: int = 0
) -> list[Any]:
    """The backward sweep over a recording, whose nodes are freed on the way."""
    if not open_recordings.get():
        seeds = [(y, raw(u)) for y, u in seeds]
    nodes, recording.nodes = recording.nodes, []
    return backward(nodes, seeds, sources, stacked)


def observers(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """Those that stay open while a function runs whose operations are not recorded."""
    return tuple([r for r in recordings if r.observes])


def name_of(f: Callable[..., Any]) -> str:
    """The name of a function in messages."""
    return getattr(f, "__name__", type(f).__name__)
