"""What the chain rule says in a picture: the gradient of every value, and the local derivative of every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.families import ones_like
from autograd.graph import Node, Value, only
from autograd.picture.summary import Number
from autograd.reverse import backward, plain, pull


def gradients(nodes: Sequence[Node], target: Value, values: Sequence[Value]) -> list[Any]:
    """The gradient of the sum of `target`'s elements by each of `values`, all from one backward sweep."""
    with only(()):
        return backward(list(nodes), [(target, ones_like(target.value))], values)


def local_derivative(node: Node, position: int) -> Number | None:
    """The derivative of a node's output by one input, all else held fixed; None unless both are scalars."""
    rule = node.op.rules[position]
    inputs = plain(node.inputs)
    ends = (node.out.value, inputs[position])
    if rule is None or any([isinstance(value, tuple) or np.ndim(value) for value in ends]):
        return None
    with only(()), np.errstate(all="ignore"):
        return np.asarray(pull(rule, ones_like(node.out.value), node.out.value, inputs, node.params)).item()
