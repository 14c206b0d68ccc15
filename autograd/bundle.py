"""Several values as one: how an operation with several outputs, or one rule for all its inputs, fits the sweeps.

A node has one output. An operation with several gives a bundle, a value that holds a tuple, and `pick` takes each
part out of it; `pack` makes a bundle of values. So both sweeps stay as simple as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import numpy as np

from autograd.graph import Value, raw
from autograd.primitive import Every, Primitive, Rule


class Parts(dict[int, Any]):
    """The cotangents or tangents of a bundle's parts by position; those that are None are left out.

    Adding takes the other's in, so that a thousand parts cost a thousand additions: a sweep makes these, and no one
    else holds them.
    """

    def __init__(self, parts: Iterable[Any] = ()) -> None:
        super().__init__([(i, part) for i, part in enumerate(parts) if part is not None])

    @classmethod
    def only(cls, index: int, part: Any) -> Parts:
        """One part, and nothing of the others."""
        parts = cls()
        parts[index] = part
        return parts

    @staticmethod
    def joined(function: Callable[..., Any], *several: Parts) -> Parts:
        """`function` of what several have in the same place, for each place."""
        joined = Parts()
        for i in several[0]:
            joined[i] = function(*[parts[i] for parts in several])
        return joined

    def __add__(self, other: Parts) -> Parts:
        for i, part in other.items():
            self[i] = self[i] + part if i in self else part
        return self


def parts_of(bundle: Any) -> tuple[Any, ...]:
    """The parts: of a recorded bundle as tensors that stay connected to it."""
    if isinstance(bundle, Value):
        return tuple(pick(bundle, index=i) for i in range(len(bundle.value)))
    return tuple(bundle)


def filled(given: Parts, parts: Iterable[Any]) -> tuple[Any, ...]:
    """What is given for each part, with zeros where nothing is."""
    return tuple(given[i] if i in given else np.zeros_like(raw(p)) for i, p in enumerate(parts))


def _push_pick(op: Primitive, tangents: list[Any], y: Any, inputs: Any, params: dict[str, Any]) -> Any:
    t = tangents[0].get(params["index"])
    return np.zeros_like(y) if t is None else t


class Several(Primitive):
    """A primitive with several results: its `forward` gives a tuple, its rules take and give tuples.

    A rule gets the cotangents of all results, with zeros where nothing came back, or None if it asks for that.
    """

    __slots__ = ()

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The results, in the tuple class that `forward` uses."""
        out = super().__call__(*args, **params)
        if not isinstance(out, Value):
            return out
        parts = parts_of(out)
        return type(out.value)(*parts) if hasattr(out.value, "_fields") else parts


def of_parts(rule: Rule, partly: bool = False) -> Rule:
    """A rule on tuples as the sweeps call it, on bundles.

    partly: where nothing came back for a result, the rule gets None rather than zeros.
    """

    @wraps(rule)
    def adapted(g: Any, y: Any, *inputs: Any, **params: Any) -> Any:
        parts = parts_of(y)
        given = tuple(g.get(i) for i in range(len(parts))) if partly else filled(g, parts)
        return rule(given, parts, *inputs, **params)

    return adapted


pick = Primitive(
    "pick", lambda bundle, *, index: bundle[index], [lambda g, y, b, *, index: Parts.only(index, g)], push=_push_pick
)
pack = Primitive(
    "pack", lambda *xs: xs, Every(lambda i, g, y, *xs: g.get(i)), push=lambda op, ts, y, xs, params: Parts(ts)
)
