"""The gradient checker itself: it must find rules that are wrong, and pass those that are right."""

import numpy as np
import pytest

import autograd as ag
from autograd.errors import GradientCheckError
from autograd.primitive import Primitive

RULES = {
    "sign": ([lambda g, y, a, b: -g * b, lambda g, y, a, b: g * a], False),
    "factor": ([lambda g, y, a, b: 2 * g * b, lambda g, y, a, b: g * a], False),
    "swapped": ([lambda g, y, a, b: g * a, lambda g, y, a, b: g * b], False),
    "second input": ([lambda g, y, a, b: g * b, lambda g, y, a, b: g], False),
    "right": ([lambda g, y, a, b: g * b, lambda g, y, a, b: g * a], True),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_planted_mistakes_are_found(name: str, mode: str) -> None:
    rules, right = RULES[name]
    op = Primitive(f"test_{name}_{mode}", lambda a, b: a * b, rules, broadcasts=True)
    args = np.array([0.5, -1.5]), np.array([2.0, 0.3])
    if right:
        ag.check_gradients(op, *args, modes=[mode])
    else:
        with pytest.raises(GradientCheckError, match=rf"{mode} mode.*got .*, finite differences give"):
            ag.check_gradients(op, *args, modes=[mode])


def test_a_mistake_that_only_the_second_derivative_shows() -> None:
    """The rule's value is right, but a part of it is cut off from the graph."""
    op = Primitive("test_cut", lambda x: x**3, [lambda g, y, x: g * 3 * ag.stop_gradient(x) ** 2])
    ag.check_gradients(op, 1.5, order=1)
    with pytest.raises(GradientCheckError, match="derivative of the gradient, reverse mode"):
        ag.check_gradients(op, 1.5, order=2)


def test_a_kink_is_called_one() -> None:
    with pytest.raises(GradientCheckError, match=r"a kink\. Two step widths"):
        ag.check_gradients(lambda x: np.abs(x - 0.0003), 0.0)


def test_nan_is_found() -> None:
    op = Primitive("test_nan", lambda x: x * x, [lambda g, y, x: g * np.nan])
    with pytest.raises(GradientCheckError, match="got nan"):
        ag.check_gradients(op, 1.5)


def test_arguments_are_checked() -> None:
    with pytest.raises(ValueError, match="expected modes among"):
        ag.check_gradients(np.exp, 1.0, modes=["backward"])
