"""The messages: which derivative is wrong, by how much, and what the mistake may be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.check.compare import Comparison, Table
from autograd.check.evidence import evidence, halved, kink
from autograd.check.flat import Array, Point
from autograd.check.likely import mistake, of_failure
from autograd.check.numerical import NARROWER
from autograd.errors import GradientCheckError


def check_values(point: Point, order: int) -> None:
    """GradientCheckError if the function itself is not finite here, or gives something else at each call."""
    for name, y in zip(point.outputs, point.results, strict=True):
        finite = np.isfinite(y)
        if not np.all(finite):
            k = _index(int(np.argmin(finite)), np.shape(y))
            raise GradientCheckError(
                f"{_order(order)}{name}{k} is {np.ravel(y)[np.argmin(finite)]}: the function is not finite here, "
                f"so there is no derivative to check. Check at a point inside its domain."
            )
    again = point.evaluate(point.values)
    first = np.concatenate([np.ravel(y) for y in point.results])
    if again.shape != first.shape or np.any(np.abs(again - first) > 1e-9 * np.max(np.abs(first), initial=0)):
        raise GradientCheckError(
            f"{_order(order)}the function gives different results at the same point, so differences say nothing "
            f"about its derivative. If it draws random numbers, let it draw the same ones at each call."
        )


def failure(error: Exception, order: int, mode: str) -> str:
    """The message for a derivative rule that raised an error of its own."""
    likely = of_failure(error)
    return f"{_order(order)}{mode} mode: a derivative rule failed with {type(error).__name__}: {error}" + (
        f"\n  likely mistake: {likely}" if likely else ""
    )


def mismatch(
    comparison: Comparison, tables: Sequence[Table], mode: str, order: int, others: dict[str, str], step: float
) -> str:
    """The message for the first argument whose derivatives are wrong, about the one that is wrong by most."""
    i = next(i for i, table in enumerate(tables) if table.wrong.any())
    point, table = comparison.point, tables[i]
    row, column = table.worst
    got, expected = table.got[row, column] + 0.0, table.expected[row, column] + 0.0  # -0 reads like a mistake
    name, shape = point.names[i], np.shape(point.values[i])
    of = f" of shape {shape}" if shape else ""
    head = f"{_order(order)}{mode} mode, {name}{of}: "
    place = f"  of {_row(comparison, mode, row)} {_column(comparison, i, column)}: "
    numbers = f"got {got:.10g}, expected {expected:.10g} ({table.source})"
    if not np.isfinite(expected):
        h = step * NARROWER[-1]
        return (
            f"{head}there is nothing to compare with\n{place}got {got:.10g}, but the function is not finite within "
            f"{h:.1g} of this point.\n  Check further inside its domain, or with a smaller step."
        )
    if not np.isfinite(got):
        return f"{head}the derivative is not finite\n{place}{numbers}"
    bend = kink(comparison, table, i, row, column, mode, step)
    if bend:
        return f"{head}a kink\n{place}got {got:.10g}. {bend}\n  Check at a point further away from it."
    count, every = int(np.sum(table.wrong)), table.wrong.size
    what = "derivatives" if comparison.full else "random combinations of derivatives"
    lines = [f"{head}the derivative is wrong", place + numbers]
    lines.append(f"  {count} of {every} {what} differ" + (", this one by most" if count > 1 else ""))
    if table.pulled is not None:
        k, got, expected = halved(comparison, table, i, row, column, step)
        lines.append(f"  found by halving: by {name}{_index(k, shape)}: got {got:.10g}, expected {expected:.10g}")
    likely = mistake(evidence(comparison, tables, mode, i, row, order, step))
    if likely:
        lines.append(f"  likely mistake: {likely}")
    if order > 1:
        lines.append(
            f"  the derivatives up to order {order - 1} are right, so a part of a rule is cut off from the graph "
            f"(stop_gradient, .numpy(), float()), or an operation that the rule uses has a wrong one"
        )
    lines += [f"  {other} mode {verdict}" for other, verdict in others.items()]
    return "\n".join(lines)


def joint(comparison: Comparison, error: Array, order: int) -> str:
    """The message for a forward rule that is right for each argument, but not for several at once."""
    o, k = comparison.point.result_of(int(np.argmax(error)))
    return (
        f"{_order(order)}forward mode: right where one argument moves, wrong where all do\n"
        f"  {comparison.point.outputs[o]}{_index(k, comparison.point.shapes[o])} is off by {np.max(error):.6g}: "
        f"the forward rule of an operation with several inputs does not add up what each contributes"
    )


def _order(order: int) -> str:
    return f"order {order}, " if order == 1 else f"order {order} (the derivative of the gradient), "


def _row(comparison: Comparison, mode: str, row: int) -> str:
    """The result that a row of a table belongs to: its name and index, or that it is a random combination."""
    if mode == "reverse" and not comparison.full:
        return "a random combination of the results"
    o, k = comparison.point.result_of(row)
    return f"{comparison.point.outputs[o]}{_index(k, comparison.point.shapes[o])}"


def _column(comparison: Comparison, i: int, column: int) -> str:
    """What a column of a table is the derivative by: an element of the argument, or a random direction."""
    name = comparison.point.names[i]
    if not comparison.full:
        return f"along random direction {column} of {name}"
    return f"by {name}{_index(column, np.shape(comparison.point.values[i]))}"


def _index(k: int, shape: tuple[int, ...]) -> str:
    return str([int(n) for n in np.unravel_index(k, shape)]) if shape else ""
