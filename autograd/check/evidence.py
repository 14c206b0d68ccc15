"""What is looked up once a derivative has turned out wrong: is it a kink, where does it lie, what would explain it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from autograd.check.compare import Comparison, Table
from autograd.check.flat import Array, Point
from autograd.check.likely import Evidence, Pair, reorderings, transpositions
from autograd.check.numerical import NARROWER, derivatives, difference, sides
from autograd.check.sweeps import like


def kink(comparison: Comparison, table: Table, i: int, row: int, column: int, mode: str, step: float) -> str:
    """What speaks for a kink: step widths, or the slopes on the two sides, that differ as the derivatives do.

    The slopes on the two sides of a smooth place differ too, but in proportion to the step.
    """
    error = abs(table.got[row, column] - table.expected[row, column])
    doubt, allowed = table.doubt[row, column], table.allowed[row, column]

    def slopes(narrower: float) -> tuple[float, float]:
        both = sides(comparison.point, i, comparison.directions[i][column], step * narrower)
        weights = None if mode == "forward" or comparison.full else comparison.weights[row]
        left, right = [float(s[row] if weights is None else weights @ s) for s in both]
        return left, right

    left, right = slopes(NARROWER[-1])
    wide_left, wide_right = slopes(NARROWER[-2])
    said = f"the slopes on its two sides are {left:.6g} and {right:.6g}"
    if doubt > max(allowed, 0.05 * error):
        return f"Two step widths disagree by {doubt:.3g}, and {said}: the function bends or jumps here."
    if abs(right - left) > max(0.05 * error, 0.5 * abs(wide_right - wide_left)):
        return f"Two step widths agree, but {said}: the function bends here and has no derivative."
    return ""


def evidence(
    comparison: Comparison, tables: Sequence[Table], mode: str, i: int, row: int, order: int, step: float
) -> Evidence:
    """What the numbers have to say about the argument `i` and the result that `row` belongs to."""
    point, table = comparison.point, tables[i]
    argument = np.shape(point.values[i])
    if not comparison.full:
        result = point.shapes[0] if len(point.shapes) == 1 else ()
        combined = _combined_pairs(comparison, tables, i) if table.pulled is not None else []
        return Evidence(table.got, table.expected, table.wrong, result, argument, list(combined), False)
    o, k = point.result_of(row)
    rows = slice(row - k, row - k + np.size(point.results[o]))
    got, expected, wrong = table.got[rows], table.expected[rows], table.wrong[rows]
    pairs: list[Pair] = []
    if order == 1:
        # Of higher orders the value of the rules is known to be right, so their operands are not swapped.
        for j in _alike(point, i):
            pairs.append((_swapped(point, j), got, tables[j].expected[rows]))
            exchanged = list(point.values)
            exchanged[i], exchanged[j] = exchanged[j], exchanged[i]
            there = dataclasses.replace(point, values=exchanged)
            directions = [along if n == i else [] for n, along in enumerate(comparison.directions)]
            slope = derivatives(there, directions, step, 1e-6, 1.0)[i].slope.T[rows]
            text = f"swapped operands: it is the derivative with {point.names[i]} and {point.names[j]} exchanged"
            pairs.append((text, got, slope))
    pairs += transpositions(got, expected, point.shapes[o], argument)
    return Evidence(got, expected, wrong, point.shapes[o], argument, pairs, True)


def _combined_pairs(comparison: Comparison, tables: Sequence[Table], i: int) -> Iterator[Pair]:
    """Hypotheses for random combinations: what was pulled back is rearranged, or held against another argument."""
    pulled = tables[i].pulled
    assert pulled is not None
    for j in _alike(comparison.point, i):
        yield _swapped(comparison.point, j), pulled @ comparison.along(j).T, tables[j].expected
    for order in reorderings(np.shape(comparison.point.values[i])):
        text = "transposed: the elements of the argument are in the order of its transpose"
        yield text, pulled[:, order] @ comparison.along(i).T, tables[i].expected


def _alike(point: Point, i: int) -> list[int]:
    """The other arguments of the same shape, whose derivatives could be taken for those of argument `i`."""
    return [j for j, x in enumerate(point.values) if j != i and np.shape(x) == np.shape(point.values[i])]


def _swapped(point: Point, j: int) -> str:
    return f"swapped operands: it is the derivative by {point.names[j]}"


def halved(
    comparison: Comparison, table: Table, i: int, row: int, column: int, step: float
) -> tuple[int, float, float]:
    """Position, got and expected where the mistake lies that a random direction showed.

    Found by halving: each time on into the half of the elements that holds more of the error.
    """
    point, t = comparison.point, np.ravel(comparison.directions[i][column])
    assert table.pulled is not None
    pulled, weights = table.pulled[row], comparison.weights[row]

    def expected(some: Array, along: Array) -> float:
        direction = np.zeros(t.size)
        direction[some] = along[some]
        slope = difference(point, i, like(point.values[i], direction), step, 1e-6, 1.0)[0]
        return float(weights @ slope)

    left = np.arange(t.size)
    error = table.got[row, column] - table.expected[row, column]
    while left.size > 1:
        half, other = np.array_split(left, 2)
        here = float(pulled[half] @ t[half]) - expected(half, t)
        left, error = (half, here) if abs(here) >= abs(error - here) else (other, error - here)
    k = int(left[0])
    return k, float(pulled[k]), expected(left, np.ones(t.size))
