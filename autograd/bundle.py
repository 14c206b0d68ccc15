"""Several values as one: how an operation with several outputs, or one rule for all its inputs, fits the sweeps.

A node has one output. An operation with several gives a bundle, a value that holds a tuple, and `pick` takes each
part out of it; `pack` makes a bundle of values. So both sweeps stay as simple as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from typing import Any

import numpy as np

from autograd.graph import Value, raw
from autograd.primitive import Every, Primitive, Rule


class Parts(tuple[Any, ...]):
    """The cotangents of a bundle's parts; None where nothing came back. Adding adds part by part."""

    def __add__(self, other: Any) -> Parts:
        return Parts(b if a is None else a if b is None else a + b for a, b in zip(self, other, strict=True))


def parts_of(bundle: Any) -> tuple[Any, ...]:
    """The parts: of a recorded bundle as tensors that stay connected to it."""
    if isinstance(bundle, Value):
        return tuple(pick(bundle, index=i) for i in range(len(bundle.value)))
    return tuple(bundle)


def filled(cotangents: Iterable[Any], parts: Iterable[Any]) -> tuple[Any, ...]:
    """The cotangents, with zeros where there are none."""
    return tuple(np.zeros_like(raw(p)) if g is None else g for g, p in zip(cotangents, parts, strict=True))


def _only(g: Any, bundle: Any, index: int) -> Parts:
    count = len(raw(bundle))
    return Parts(g if i == index else None for i in range(count))


def _push_pick(op: Primitive, tangents: list[Any], y: Any, inputs: Any, params: dict[str, Any]) -> Any:
    t = tangents[0][params["index"]]
    return np.zeros_like(y) if t is None else t


class Several(Primitive):
    """A primitive with several results: its `forward` gives a tuple, its rules take and give tuples.

    A rule gets the cotangents of all results, with zeros where nothing came back.
    """

    __slots__ = ()

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The results, in the tuple class that `forward` uses."""
        out = super().__call__(*args, **params)
        if not isinstance(out, Value):
            return out
        parts = parts_of(out)
        return type(out.value)(*parts) if hasattr(out.value, "_fields") else parts


def of_parts(rule: Rule) -> Rule:
    """A rule on tuples as the sweeps call it, on bundles."""

    @wraps(rule)
    def adapted(g: Any, y: Any, *inputs: Any, **params: Any) -> Any:
        parts = parts_of(y)
        return rule(filled(g, parts), parts, *inputs, **params)

    return adapted


pick = Primitive(
    "pick", lambda bundle, *, index: bundle[index], [lambda g, y, b, *, index: _only(g, b, index)], push=_push_pick
)
pack = Primitive("pack", lambda *xs: xs, Every(lambda i, g, y, *xs: g[i]), push=lambda op, ts, y, xs, params: Parts(ts))
