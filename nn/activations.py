"""The activations: functions of each element, or of the last axis, that stand between layers. A row each.

All take tensors and arrays and keep dtype and shape; their derivatives are in `autograd`'s table of operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
from nn.lookup import lookup, wrong_kind

Activation = Callable[[Any], Any]


def linear(x: Any) -> Any:
    """`x` itself: what a layer without an activation ends with."""
    return x


# fmt: off
ACTIVATIONS: dict[str, Activation] = {
    "linear":      linear,
    "relu":        ag.relu,         # max(x, 0)
    "sigmoid":     ag.sigmoid,      # 1 / (1 + exp(-x))
    "tanh":        np.tanh,
    "softmax":     ag.softmax,      # exp(x) / Σ exp(x) over the last axis
    "log_softmax": ag.log_softmax,  # x - log Σ exp(x) over the last axis
    "softplus":    ag.softplus,     # log(1 + exp(x))
    "exponential": np.exp,
}
# fmt: on


def get(identifier: str | Activation | None) -> Activation:
    """The activation of this name; a function as it is; None means linear.

    ValueError for an unknown name, with the names near it; TypeError for anything else.

    >>> get("relu")(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return lookup("activation", identifier, ACTIVATIONS)
    if not callable(identifier) or isinstance(identifier, type):
        raise wrong_kind("activation", identifier, "a name such as 'relu', or a function of one tensor")
    return identifier


def name_of(activation: Activation) -> str:
    """The name it has in the table, or that of the function.

    >>> name_of(np.tanh)
    'tanh'
    """
    for name, function in ACTIVATIONS.items():
        if function is activation:
            return name
    return getattr(activation, "__name__", type(activation).__name__)
