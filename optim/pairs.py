"""Reads the (gradient, variable) pairs that an optimizer is given, and refuses what can not be right.

All checks are here and run before a step changes anything, so that a mistake loses no training.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Variable
from autograd.families import as_array
from optim.slots import Array, working_dtype


def read(pairs: Iterable[tuple[Any, Any]]) -> tuple[list[Array], list[Variable], list[str]]:
    """The gradients, flat and in their variables' working dtype; their variables; labels of those without gradient.

    TypeError for what is no pair, no Variable or no real floating-point variable; ValueError for no pairs, a shape
    that does not fit, a variable that comes twice, or no gradient at all.
    """
    gradients: list[Array] = []
    variables: list[Variable] = []
    missing: list[str] = []
    seen: set[int] = set()
    for i, pair in enumerate(pairs):
        gradient, variable = _split(i, pair)
        label = _label(i, variable)
        if id(variable) in seen:
            raise ValueError(
                f"{label} comes twice among the pairs, and would take two steps at once; expected each variable "
                "once. The gradient of a variable used in two places is the sum over both already"
            )
        seen.add(id(variable))
        if gradient is None:
            missing.append(label)
        else:
            gradients.append(_flat(gradient, variable, label))
            variables.append(variable)
    if not seen:
        raise ValueError(
            "apply_gradients got no pairs; expected at least one (gradient, variable). "
            "An iterator such as zip(...) is empty once it has been used: make a new one for each step"
        )
    if not variables:
        raise ValueError(
            f"every gradient is None ({', '.join(missing)}); expected at least one array. Try: were the variables "
            "used inside the tape's scope, and is the loss computed from them? "
            "tape.gradient(loss, variables) gives None where it is not"
        )
    return gradients, variables, missing


def _split(i: int, pair: Any) -> tuple[Any, Variable]:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise TypeError(
            f"entry {i} is a {type(pair).__name__}; expected a pair (gradient, variable). "
            "Try apply_gradients(zip(gradients, variables))"
        )
    gradient, variable = pair
    if not isinstance(variable, Variable):
        swapped = isinstance(gradient, Variable)
        advice = "The gradient comes first, then the variable" if swapped else "Make one: Variable(value)"
        raise TypeError(
            f"pair {i} holds a {type(variable).__name__} as its variable; expected (gradient, Variable). {advice}"
        )
    if variable.dtype.kind != "f":
        raise TypeError(
            f"{_label(i, variable)} has dtype {variable.dtype}; expected a real floating-point dtype, "
            "e.g. Variable(value, dtype=np.float32)"
        )
    return gradient, variable


def _flat(gradient: Any, variable: Variable, label: str) -> Array:
    g: Array = as_array(gradient)
    if g.shape != variable.shape:
        raise ValueError(f"the gradient of {label} has shape {g.shape}; expected {variable.shape}, the variable's own")
    if not np.can_cast(g.dtype, variable.dtype, "same_kind"):
        raise TypeError(f"the gradient of {label} has dtype {g.dtype}; expected one that fits {variable.dtype}")
    return g.astype(working_dtype(variable.dtype), copy=False).reshape(-1)


def _label(i: int, variable: Variable) -> str:
    return f"the variable {variable.name!r}" if variable.name else f"variable {i} (unnamed, shape {variable.shape})"
