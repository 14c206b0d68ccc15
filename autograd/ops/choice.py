"""Choosing between values element by element. Conditions and positions are constants."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import converted, linear
from autograd.graph import raw
from autograd.ops.index import picked, scatter_add
from autograd.primitive import composed, constant

# fmt: off
where    = linear("where", np.where, None, lambda g, y, c, a, b: np.where(c, g, 0.0), lambda g, y, c, a, b: np.where(c, 0.0, g), flops=flops.none)
# fmt: on


@composed(np.where)
def where_or_nonzero(condition: Any, *choices: Any) -> Any:
    """`where`; of a condition alone the positions where it holds, which are constants."""
    if len(choices) == 1:
        raise ValueError("where got a condition and one choice; expected two choices, or none")
    return where(condition, *choices) if choices else np.nonzero(raw(condition))


@composed(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """The element of the first choice whose condition holds, or the default."""
    if len(condlist) != len(choicelist):
        raise ValueError(f"select got {len(condlist)} conditions and {len(choicelist)} choices; expected one for each")
    y = default
    for k in reversed(range(len(condlist))):
        if np.result_type(raw(condlist[k])) != np.bool_:
            raise TypeError(f"select got condition {k} of {np.result_type(raw(condlist[k]))}; expected truth values")
        y = np.where(condlist[k], choicelist[k], y)
    return y


@composed(np.choose)
def choose(a: Any, choices: Sequence[Any], *, mode: str = "raise") -> Any:
    """Each element from the choice that `a` names by its number.

    mode: of numbers out of range, "raise" is a ValueError, "wrap" counts around, "clip" takes the first or last choice.
    """
    a, n = raw(constant(a, "choose")), len(choices)
    if np.result_type(a).kind not in "iub":
        raise TypeError(f"choose got numbers of choices as {np.result_type(a)}; expected integers")
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f'choose got mode={mode!r}; expected "raise", "wrap" or "clip"')
    if mode == "raise" and np.any((a < 0) | (a >= n)):
        raise ValueError(f'choose got a number out of range; expected 0 to {n - 1}, or mode="wrap" or mode="clip"')
    a = np.mod(a, n) if mode == "wrap" else np.clip(a, 0, n - 1)
    y = np.where(a == 0, choices[0], choices[0])  # in the shape of `a`
    for k in range(1, n):
        y = np.where(a == k, choices[k], y)
    return y


@composed(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """Functions, or numbers, of the elements for which a condition holds; the last condition that holds decides.

    condlist: truth values of the shape of `x`, an array for each function; one function more is for where none holds.
    Each function is called once, on the selected elements along one axis, as func(elements, *args, **kw).
    """
    plain = raw(x)
    conditions = raw(condlist) if hasattr(condlist, "shape") else np.stack([raw(c) for c in condlist])
    conditions = conditions.astype(bool)
    if conditions.ndim == np.ndim(plain):  # a single condition
        conditions = conditions[None]
    if conditions.shape[1:] != np.shape(plain):
        raise ValueError(f"piecewise got conditions of shape {conditions.shape[1:]}; expected {np.shape(plain)}")
    if len(funclist) == len(conditions) + 1:
        conditions = np.concatenate([conditions, ~np.any(conditions, axis=0, keepdims=True)])
    if len(funclist) != len(conditions):
        raise ValueError(
            f"piecewise got {len(conditions)} conditions and {len(funclist)} functions; expected as many, or one more"
        )
    y: Any = None
    later = np.zeros(np.shape(plain), bool)
    for k in reversed(range(len(conditions))):
        condition, function = conditions[k, ...], funclist[k]
        mine = np.reshape(condition & ~later, np.shape(plain))
        later = later | condition
        piece = picked(_piece(function, x[condition], args, kw), mine[condition])
        placed = scatter_add(piece, index=mine, shape=mine.shape)
        y = placed if y is None else y + placed
    return y


def _piece(function: Callable[..., Any] | Any, selected: Any, args: Any, kw: Any) -> Any:
    """What a function, or a number, answers for the selected elements, in their shape and dtype."""
    y = function(selected, *args, **kw) if callable(function) else function
    return np.broadcast_to(converted(y, selected.dtype), selected.shape)
