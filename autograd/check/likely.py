"""Which mistake in a derivative rule the numbers point to; none is named that they do not support.

A hypothesis is a pair of tables that would be equal if it were true: what was got, and the expected derivatives with
the mistake made in them.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from autograd.check.flat import Array

Pair = tuple[str, Array, Array]


@dataclass(frozen=True)
class Evidence:
    """The derivatives by one argument, and what they would be if some other mistake had been made.

    got, expected, wrong: a row for each element of the result, or for each random cotangent.
    result, argument: their shapes.
    pairs: further hypotheses, each with the two tables that it says are equal.
    complete: whether the tables hold every derivative, rather than random combinations of them.
    """

    got: Array
    expected: Array
    wrong: Array
    result: tuple[int, ...]
    argument: tuple[int, ...]
    pairs: Sequence[Pair]
    complete: bool


def mistake(e: Evidence) -> str:
    """The likely mistake in words, or "" if the numbers point to none."""
    if _same(e.got, e.expected):
        return ""  # too small a difference to have a pattern
    if not np.any(e.got):
        return "cut off: it is zero, so no gradient flows (stop_gradient, .numpy(), a rule that is None?)"
    c = ratio(e.got, e.expected)
    if c is not None and not nice(c) and any(_same(got, other) for _, got, other in e.pairs):
        c = None  # two numbers always have a ratio, so that one says less than a derivative that is found elsewhere
    if c is not None:
        return _factor(c, e, "it is")
    for text, got, other in e.pairs:
        if _same(got, other):
            return text
    if e.complete:
        return _partly(e)
    return ""


def ratio(got: Array, expected: Array) -> float | None:
    """The one number that `got` is `expected` times, or None. A single pair of numbers shows only simple ratios."""
    square = float(np.vdot(expected, expected))
    if not square or not np.isfinite(square):
        return None
    c = float(np.vdot(expected, got)) / square
    if not _same(got, c * expected) or (np.count_nonzero(expected) < 2 and not nice(c)):
        return None
    return c


def nice(c: float) -> bool:
    """Whether `c` or 1/c is a whole number up to 12, of either sign."""
    return any(0.5 < abs(v) < 12.5 and abs(v - round(v)) < 1e-4 * abs(v) for v in (c, 1 / c if c else 0.0))


def of_failure(error: Exception) -> str:
    """The likely mistake of a rule that returned another shape than its input's, from the message that says so."""
    shapes = [literal_eval(shape) for shape in re.findall(r"shape (\([\d, ]*\))", str(error))]
    if len(shapes) != 2:
        return ""
    got, expected = shapes
    try:
        broadcast = len(got) >= len(expected) and np.broadcast_shapes(got, expected) == got
    except ValueError:
        broadcast = False
    if broadcast:
        return "missing sum over a broadcast axis: the input would have to be stretched to get this shape"
    if got == expected[::-1]:
        return "transposed: the axes of this shape are in reverse order"
    return ""


def transpositions(got: Array, expected: Array, result: tuple[int, ...], argument: tuple[int, ...]) -> Iterator[Pair]:
    """Every exchange of two axes of the result or the argument, all of them at once, and C order read as Fortran's."""
    shape = result + argument
    tensor = expected.reshape(shape)
    for a, b in combinations(range(len(shape)), 2):
        if shape[a] == shape[b] > 1:
            which = (
                "two axes of the argument"
                if a >= len(result)
                else "two axes of the result"
                if b < len(result)
                else "an axis of the result and one of the argument"
            )
            text = f"transposed: {which} are exchanged, axes {a} and {b} of the Jacobian"
            yield text, got, np.swapaxes(tensor, a, b).reshape(got.shape)
    if result == argument and len(result) > 1:
        yield "transposed: the Jacobian is used where its transpose should be", got, expected.T
    for order in reorderings(argument):
        yield "transposed: the elements of the argument are in the order of its transpose", got, expected[:, order]
    for order in reorderings(result):
        yield "transposed: the elements of the result are in the order of its transpose", got, expected[order]
    yield "transposed: the elements of the result are in another order", _sorted(got), _sorted(expected)
    yield "transposed: the elements of the argument are in another order", _sorted(got.T), _sorted(expected.T)


def reorderings(shape: tuple[int, ...]) -> Iterator[Array]:
    """Positions of the elements in C order where Fortran's is meant, and the other way round; two axes exchanged."""
    positions = np.arange(prod(shape))
    if sum(n > 1 for n in shape) > 1:
        yield positions.reshape(shape).ravel(order="F")
        yield positions.reshape(shape, order="F").ravel()
    for a, b in combinations(range(len(shape)), 2):
        if shape[a] == shape[b] > 1:
            yield np.swapaxes(positions.reshape(shape), a, b).ravel()


def _sorted(rows: Array) -> Array:
    """The rows in an order that depends only on what is in them."""
    if not rows.size:
        return rows
    rounded = np.round(rows / (np.max(np.abs(rows)) or 1), 5) + 0.0
    return rows[np.lexsort(rounded.T)]


def _coupling(square: Array) -> Array:
    """What is beside the diagonal: the influence of each element on the others."""
    return square - np.diag(np.diag(square))


def _same(a: Array, b: Array) -> bool:
    return bool(np.any(b) and np.allclose(a, b, rtol=1e-4, atol=1e-5 * float(np.max(np.abs(b)))))


def _factor(c: float, e: Evidence, it: str) -> str:
    stretched = _stretched_lengths(e.result, e.argument)
    if abs(c + 1) < 1e-4:
        return f"wrong sign: {it} minus what it should be"
    if any(abs(c * n - 1) < 1e-4 for n in stretched):
        return (
            f"missing sum over a broadcast axis: {it} 1/{round(1 / c)} of what it should be, and {round(1 / c)} is "
            f"how often the argument was repeated"
        )
    words = {2.0: "twice", 0.5: "half of"}.get(round(c, 4)) or (
        f"1/{round(1 / c)} of" if nice(c) and 0 < c < 1 else f"{c:.6g} times"
    )
    twice = " (counted twice?)" if words == "twice" else ""
    return f"a constant factor: {it} {words} what it should be{twice}"


def _partly(e: Evidence) -> str:
    """What is to be said where only some of the derivatives are wrong, or wrong in different ways."""
    got, expected = e.got[e.wrong], e.expected[e.wrong]
    if not np.any(got):
        kept = ~e.wrong & (e.expected != 0)
        if np.all(np.any(kept, axis=0)[np.any(e.wrong, axis=0)]):
            axis = " over a broadcast axis" if _stretched_lengths(e.result, e.argument) else ""
            return (
                f"missing sum{axis}: an element of the argument counts for several elements of the result, "
                f"and only some of these are summed"
            )
        return "cut off: some derivatives are zero that should not be"
    c = ratio(got, expected)
    if c is not None and np.count_nonzero(expected) > 1:
        return _factor(c, e, "where it differs, it is")
    if len(e.got) == len(e.got.T) > 1 and not np.any(_coupling(e.got)) and np.any(_coupling(e.expected)):
        return (
            "missing sum: each element of the result depends on several of the argument, "
            "but the derivative couples each with its own only"
        )
    return ""


def _stretched_lengths(result: tuple[int, ...], argument: tuple[int, ...]) -> set[int]:
    """How often an argument of one shape is repeated in a result of the other, along one axis or several."""
    aligned = (1,) * (len(result) - len(argument)) + argument
    if len(aligned) != len(result) or any(n not in (1, m) for n, m in zip(aligned, result, strict=True)):
        return set()
    lengths = [m for n, m in zip(aligned, result, strict=True) if n != m]
    return {prod(some) for count in range(1, len(lengths) + 1) for some in combinations(lengths, count)} - {1}
