"""`check_gradients`: derivatives of a function held against finite differences, in both modes and any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import GradientCheckError
from autograd.nest import leaves
from autograd.tensor import Tensor
from autograd.transforms import jvp, vjp

Array = npt.NDArray[Any]


def check_gradients(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    modes: Sequence[str] = ("reverse", "forward"),
    tolerance: float = 1e-6,
    step: float = 1e-3,
    seed: int = 0,
) -> None:
    """Raise GradientCheckError unless the derivatives of `f` at `args` agree with finite differences.

    f: any function of tensors that gives a tensor or a nested structure of them.
    args: floats or arrays; computed with in float64.
    order: 1 checks the gradient, 2 also the gradient's gradient, and so on.
    modes: "reverse" pulls a random cotangent back to every element of every argument, "forward" pushes a random
        tangent. Both must agree with the same finite differences.
    tolerance: relative to the size of the numbers compared.
    step: the wider of the two step widths; they are combined to fourth order (Richardson's extrapolation). Where the
        two disagree with one another the message says that there is a kink or a jump.

    >>> check_gradients(lambda x: np.tanh(x) ** 2, [0.3, -1.2])
    """
    unknown = set(modes) - {"reverse", "forward"}
    if unknown or order < 1:
        raise ValueError(
            f'got modes={modes!r}, order={order}; expected modes among "reverse", "forward" and order >= 1'
        )
    rng = np.random.default_rng(seed)
    points = [np.array(x.value if isinstance(x, Tensor) else x, dtype=np.float64) for x in args]
    _check(f, points, order, tuple(modes), tolerance, step, rng, "")


def _check(
    f: Callable[..., Any],
    points: list[Array],
    order: int,
    modes: tuple[str, ...],
    tolerance: float,
    step: float,
    rng: np.random.Generator,
    prefix: str,
) -> None:
    outputs = [np.asarray(y.value) for y in leaves(f(*[Tensor(x) for x in points])) if isinstance(y, Tensor)]
    weights = [rng.normal(size=y.shape) for y in outputs]

    def weighed(*xs: Any) -> Any:
        """The outputs, weighed at random and summed: one number that depends on all of them."""
        ys = [y for y in leaves(f(*xs)) if isinstance(y, Tensor)]
        total: Any = 0.0
        for y, w in zip(ys, weights, strict=True):
            total = total + np.sum(y * w)
        return total

    def gradients(*xs: Any) -> Any:
        return vjp(weighed, *xs)[1](1.0)

    if not any(y.size for y in outputs):
        return
    if "reverse" in modes:
        for i, got in enumerate(gradients(*[Tensor(x) for x in points])):
            expected = np.empty_like(points[i])
            doubt = np.empty_like(points[i])
            for k in np.ndindex(points[i].shape):
                unit = [np.zeros_like(x) for x in points]
                unit[i][k] = 1.0
                expected[k], doubt[k] = _difference(weighed, points, unit, step)
            _compare(got.value, expected, doubt, tolerance, f"{prefix}reverse mode, argument {i}")
    if "forward" in modes:
        tangents = [rng.normal(size=x.shape) for x in points]
        _, moved = jvp(weighed, [Tensor(x) for x in points], tangents)
        slope, doubt_ = _difference(weighed, points, tangents, step)
        _compare(moved.value, np.array(slope), np.array(doubt_), tolerance, f"{prefix}forward mode")
    if order > 1:
        _check(gradients, points, order - 1, modes, tolerance, step, rng, f"{prefix}derivative of the gradient, ")


def _difference(f: Callable[..., Any], points: list[Array], direction: list[Array], step: float) -> tuple[float, float]:
    """The slope of `f` along `direction` to fourth order in `step`, and how far two step widths disagree."""

    def central(h: float) -> float:
        ahead = f(*[Tensor(x + h * d) for x, d in zip(points, direction, strict=True)])
        behind = f(*[Tensor(x - h * d) for x, d in zip(points, direction, strict=True)])
        return (float(ahead) - float(behind)) / (2 * h)

    wide, narrow = central(step), central(step / 2)
    return (4 * narrow - wide) / 3, abs(wide - narrow)


def _compare(got: Any, expected: Array, doubt: Array, tolerance: float, what: str) -> None:
    got = np.asarray(got)
    scale = 1 + np.abs(expected)
    wrong = ~(np.abs(got - expected) <= tolerance * scale)
    if not np.any(wrong):
        return
    k = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f" at index {k}" if k else ""
    if doubt[k] > 1e-2 * scale[k]:
        raise GradientCheckError(
            f"{what}{place}: a kink. Two step widths of the finite difference disagree by {doubt[k]:.3g}, so the "
            f"function bends or jumps here and has no derivative to compare with. "
            f"Check at a point further away from the kink."
        )
    raise GradientCheckError(
        f"{what}{place}: got {got[k]:.10g}, finite differences give {expected[k]:.10g} "
        f"({int(np.sum(wrong))} of {wrong.size} elements differ). Check the rule of the operations in this function."
    )
