"""Numerical derivatives: Richardson's extrapolation of central differences, and the complex step.

- Central differences of two step widths, h and h/2, each with an error of order h², are combined to
  (4 D(h/2) − D(h)) / 3, whose error is of order h⁴ (L. F. Richardson, "The approximate arithmetical solution by finite
  differences", Phil. Trans. R. Soc. A 210, 1911). How far the two disagree tells a kink from a smooth place.
- f(x + ih) = f(x) + ih f'(x) + O(h²) for an analytic f, so Im f(x + ih) / h is the derivative without any
  subtraction, and h can be so small that no error is left (W. Squire and G. Trapp, "Using complex variables to
  estimate derivatives of real functions", SIAM Review 40, 1998).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.check.flat import Array, Point

NARROWER = (1, 1 / 32, 1 / 1024)  # steps tried where the function bends within the wider one
DIFFERENCES, COMPLEX = "finite differences", "the complex step"
_TINY = 1e-20
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Numerical:
    """Numerical derivatives along some directions of one argument: arrays of shape (directions, outputs).

    slope: the derivative. doubt: how far two step widths disagree. allowed: how far from `slope` a right derivative
    may lie. source: where `slope` comes from.
    """

    slope: Array
    doubt: Array
    allowed: Array
    source: str


def derivatives(
    point: Point, directions: Sequence[Sequence[Any]], step: float, tolerance: float, size: float, full: bool = True
) -> list[Numerical]:
    """The derivative of all results along the given directions of each argument.

    The complex step takes the place of the finite differences if it works for all of them and agrees wherever they
    are sure of themselves: there `tolerance` is then ten thousand times tighter.
    size: the size of the numbers that the function computes with, which sets the rounding error.
    full: the directions are the elements one by one. Otherwise each moves many elements, some of which will always
        be near a kink, so the complex step stands where the finite differences are in doubt too.
    """
    outputs = sum(np.size(y) for y in point.results)
    found = []
    for i, along in enumerate(directions):
        rows = [difference(point, i, t, step, tolerance, size) for t in along]
        slope, doubt, noise = np.reshape(rows, (len(rows), 3, outputs)).swapaxes(0, 1)
        found.append(Numerical(slope, doubt, _allowed(slope, tolerance) + noise, DIFFERENCES))
    exact = _complex_steps(point, directions)
    if exact is None:
        return found
    sure = [e.doubt <= e.allowed for e in found]
    agree = [np.abs(e.slope - c) <= e.allowed for e, c in zip(found, exact, strict=True)]
    if not any(map(np.any, sure)) or not all(np.all(a[s]) for a, s in zip(agree, sure, strict=True)):
        return found
    floor = 4096 * _EPS * size
    better = []
    for e, c, s in zip(found, exact, sure, strict=True):
        taken = s if full else np.isfinite(e.slope)
        slope = np.where(taken, c, e.slope)
        allowed = np.where(taken, _allowed(slope, 1e-4 * tolerance) + floor, e.allowed)
        better.append(Numerical(slope, np.where(taken, 0, e.doubt), allowed, COMPLEX))
    return better


def difference(point: Point, i: int, t: Any, step: float, tolerance: float, size: float) -> Array:
    """Slope along direction `t` of argument `i`, doubt and rounding error, each a vector over the outputs.

    Where two step widths disagree the step is narrowed, so that a kink nearby does no harm. What is left in doubt
    then is a kink or a jump at this very place.
    """
    best: Array | None = None
    for narrower in NARROWER:
        h = step * narrower * reach(point.values[i], t)
        wide, narrow = _central(point, i, t, h), _central(point, i, t, h / 2)
        slope, doubt = (4 * narrow - wide) / 3, np.abs(wide - narrow)
        doubt = np.where(np.isfinite(slope), doubt, np.inf)
        tried = np.stack([slope, doubt, np.full_like(slope, 16 * _EPS * size / h)])
        best = tried if best is None else np.where(doubt < best[1], tried, best)
        if np.all(best[1] <= _allowed(best[0], tolerance) + best[2]):
            break
    assert best is not None
    return best


def sides(point: Point, i: int, t: Any, step: float) -> tuple[Array, Array]:
    """The slopes of all results behind and ahead of the point."""
    h = step * reach(point.values[i], t)
    here = point.evaluate(point.values)
    return (here - _moved(point, i, t, -h)) / h, (_moved(point, i, t, h) - here) / h


def reach(x: Any, t: Any) -> float:
    """What to multiply a step by so that it is not lost in large numbers: the size of `x` along `t`, at least 1."""
    moved = np.asarray(t) != 0
    return max(1.0, float(np.max(np.abs(np.asarray(x)[moved] / np.asarray(t)[moved]), initial=0)))


def _central(point: Point, i: int, t: Any, h: float) -> Array:
    return (_moved(point, i, t, h) - _moved(point, i, t, -h)) / (2 * h)


def _moved(point: Point, i: int, t: Any, h: float) -> Array:
    values = list(point.values)
    values[i] = values[i] + h * t
    return point.evaluate(values)


def _complex_steps(point: Point, directions: Sequence[Sequence[Any]]) -> list[Array] | None:
    """The derivatives by the complex step, or None where an operation has no complex form.

    All values are made complex, as a real one beside them would cut the imaginary part off.
    """
    values = [np.asarray(x) * (1 + 0j) for x in point.values]
    found = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", np.exceptions.ComplexWarning)  # an imaginary part that is dropped
            for i, along in enumerate(directions):
                rows = [point.evaluate([*values[:i], values[i] + 1j * _TINY * t, *values[i + 1 :]]).imag for t in along]
                found.append(np.reshape(rows, (len(rows), -1)) / _TINY)
    except Exception:
        return None  # whatever the reason, finite differences do without
    return found if all(np.all(np.isfinite(c)) for c in found) else None


def _allowed(slope: Array, tolerance: float) -> Array:
    """Relative to each number, and to a hundredth of the largest beside it for those that are nearly zero."""
    size = np.where(np.isfinite(slope), np.abs(slope), 0)
    return tolerance * (size + 0.01 * np.max(size, initial=0))
