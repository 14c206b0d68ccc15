"""The walk: orders, modes and arguments, each derivative compared with the numerical one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from autograd.check import report
from autograd.check.compare import Comparison, Table
from autograd.check.flat import Point, flattened, pulled_back
from autograd.check.numerical import derivatives
from autograd.check.sweeps import Sweeps, random_like
from autograd.errors import GradientCheckError
from autograd.graph import only

MODES = ("reverse", "forward")


def check_gradients(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    modes: Sequence[str] = MODES,
    tolerance: float = 1e-6,
    step: float = 1e-3,
    seed: int = 0,
) -> None:
    """Raise GradientCheckError unless the derivatives of `f` at `args` agree with numerical ones.

    f: any function of tensors that gives a tensor or a nested structure of them, the same at each call.
    args: what to differentiate by: floats, arrays and tensors of floats, lists of floats, and dicts, lists and tuples
        of these. They are copied and computed with in float64, Python floats as Python floats. Anything else is handed
        on to `f` as it is and counts as constant: integers, truth values, text. Variables that `f` reads without being
        given them are constants too. A complex argument is checked as two real ones, its real and its imaginary part,
        and so is a complex result; the function need not be holomorphic.
    order: 1 checks the gradient; 2 also the gradient's gradient, by the arguments and by the upstream gradient; and so
        on.
    modes: "reverse" pulls cotangents back, "forward" pushes tangents forward. Both must agree with the same numbers.
    tolerance: relative to the size of the numbers compared.
    step: the wider of the two step widths of the finite differences.
    seed: of the random directions and cotangents.

    Up to 4096 derivatives (elements of the results times elements of the arguments, of which there may be 512) every
    one of them is compared. Beyond that three random directions of each argument are, and in reverse mode three
    random cotangents; of a mistake found so, the place is found by halving.

    The numbers compared with are finite differences of fourth order (Richardson's extrapolation). Where the function
    can be computed with complex numbers, and the complex step agrees with the finite differences, it is used instead
    and the tolerance is ten thousand times tighter. Where two step widths disagree, narrower ones are tried. If even
    those disagree, or the slopes on the two sides do, the message says that there is a kink. Otherwise it names the
    mistake that the numbers point to, if they do: a wrong sign, a constant factor, swapped operands, a transposition,
    a missing sum, a part that is cut off from the graph.

    TypeError if no argument is of floats or `f` returns no tensor of floats.

    >>> check_gradients(lambda x: np.tanh(x) ** 2, [0.3, -1.2])
    >>> from autograd import custom_gradient
    >>> wrong = custom_gradient(lambda x: (np.sin(x), lambda upstream: -upstream * np.cos(x)))
    >>> check_gradients(wrong, [0.3, -1.2])
    Traceback (most recent call last):
    ...
    autograd.errors.GradientCheckError: order 1, reverse mode, argument 0 of shape (2,): the derivative is wrong
      of output[0] by argument 0[0]: got -0.9553364891, expected 0.9553364891 (the complex step)
      2 of 4 derivatives differ, this one by most
      likely mistake: wrong sign: it is minus what it should be
      forward mode is wrong as well
    """
    if set(modes) - set(MODES) or not modes or order < 1:
        raise ValueError(
            f'got modes={modes!r}, order={order}; expected modes among "reverse", "forward" and order >= 1'
        )
    rng = np.random.default_rng(seed)
    with only(()), np.errstate(all="ignore"):
        point = flattened(f, args)
        size = 0.0
        for k in range(1, order + 1):
            report.check_values(point, k)
            size = max([size, *[float(np.max(np.abs(y), initial=0)) for y in point.results]])
            _check(point, k, modes, tolerance, step, size, rng)
            if k < order:
                with _rules_named(k, "reverse"):
                    point = pulled_back(point, [random_like(rng, y) for y in point.results])


def _check(
    point: Point,
    order: int,
    modes: Sequence[str],
    tolerance: float,
    step: float,
    size: float,
    rng: np.random.Generator,
) -> None:
    """One order: what is expected, then each mode beside it."""
    comparison = Comparison(point, rng)
    if order == 1:
        sweeps = Sweeps(point)
    else:
        with _rules_named(order, "reverse"):
            sweeps = Sweeps(point)
    expected = derivatives(point, comparison.directions, step, tolerance, size, comparison.full)

    def tables(mode: str) -> list[Table]:
        with _rules_named(order, mode):
            return comparison.reverse(sweeps, expected) if mode == "reverse" else comparison.forward(sweeps, expected)

    for mode in modes:
        found = tables(mode)
        if _wrong(found):
            others = {other: _verdict(partial(tables, other)) for other in modes if other != mode}
            raise GradientCheckError(report.mismatch(comparison, found, mode, order, others, step))
        if mode == "forward":
            error = comparison.joint_tangent_error(sweeps, found, size)
            if np.any(error):
                raise GradientCheckError(report.joint(comparison, error, order))


def _wrong(tables: Sequence[Table]) -> bool:
    return any(table.wrong.any() for table in tables)


def _verdict(tables: Callable[[], list[Table]]) -> str:
    """How another mode does, for the message about the one that is wrong."""
    try:
        return "is wrong as well" if _wrong(tables()) else "is right"
    except GradientCheckError:
        return "fails with an error"


@contextmanager
def _rules_named(order: int, mode: str) -> Iterator[None]:
    """An error that a derivative rule raises becomes a GradientCheckError that says what was asked of it."""
    try:
        yield
    except GradientCheckError:
        raise
    except Exception as error:
        raise GradientCheckError(report.failure(error, order, mode)) from error
