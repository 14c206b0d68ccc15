"""Which derivatives are compared: all of them where they are few, else random combinations of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd.check.flat import Array, Point
from autograd.check.numerical import Numerical
from autograd.check.sweeps import Sweeps, random_like, units

ALL = 4096  # derivatives up to which each is compared,
WIDE = 512  # and elements of the arguments
DIRECTIONS = 3  # otherwise, of each argument


@dataclass(frozen=True)
class Table:
    """Derivatives by one argument: a row for each element of the results, a column for each of the argument.

    In random directions a column belongs to a direction, and in reverse mode a row to a cotangent; `pulled` is then
    what each cotangent was pulled back to, before the directions reduced it.
    """

    got: Array
    expected: Array
    allowed: Array
    doubt: Array
    source: str
    pulled: Array | None = None

    @cached_property
    def wrong(self) -> Array:
        """Where the two differ by more than is allowed, or something is not finite."""
        agree: Array = np.abs(self.got - self.expected) <= self.allowed
        return ~agree

    @cached_property
    def worst(self) -> tuple[int, int]:
        """Row and column of the largest difference; what is not finite comes first."""
        error = np.abs(self.got - self.expected)
        error = np.where(np.isfinite(error), error, np.inf)
        row, column = np.unravel_index(np.argmax(np.where(self.wrong, error, -1)), error.shape)
        return int(row), int(column)


class Comparison:
    """The directions and cotangents in which a function is compared, and the tables that come of it."""

    def __init__(self, point: Point, rng: np.random.Generator) -> None:
        self.point = point
        columns = sum(np.size(x) for x in point.values)
        rows = sum(np.size(y) for y in point.results)
        self.full = columns <= WIDE and rows * columns <= ALL
        self.directions: list[list[Any]]
        if self.full:
            self.directions = [list(units(x)) for x in point.values]
            self.cotangents: list[list[Any]] = []
        else:
            self.directions = [[_stretched(random_like(rng, x), x) for _ in range(DIRECTIONS)] for x in point.values]
            self.cotangents = [[random_like(rng, y) for y in point.results] for _ in range(DIRECTIONS)]
        self.joint = [random_like(rng, x) for x in point.values]

    @cached_property
    def weights(self) -> Array:
        """The cotangents as the rows of a matrix."""
        return np.stack([np.concatenate([np.ravel(w) for w in cotangent]) for cotangent in self.cotangents])

    def reverse(self, sweeps: Sweeps, expected: Sequence[Numerical]) -> list[Table]:
        """A table for each argument, of cotangents pulled back."""
        if self.full:
            rows = list(sweeps.rows())
            return [_table(_stacked([row[i] for row in rows], e.slope.T), e) for i, e in enumerate(expected)]
        pulled = [sweeps.pulled(cotangent) for cotangent in self.cotangents]
        tables = []
        for i, e in enumerate(expected):
            back = np.stack([row[i] for row in pulled])
            along = self.along(i)
            w = np.abs(self.weights)
            tables.append(
                Table(
                    back @ along.T,
                    self.weights @ e.slope.T,
                    w @ e.allowed.T,
                    w @ e.doubt.T,
                    e.source,
                    pulled=back,
                )
            )
        return tables

    def along(self, i: int) -> Array:
        """The directions of argument `i` as the rows of a matrix."""
        return np.stack([np.ravel(t) for t in self.directions[i]])

    def forward(self, sweeps: Sweeps, expected: Sequence[Numerical]) -> list[Table]:
        """A table for each argument, of tangents pushed forward."""
        return [
            _table(_stacked([sweeps.pushed([(i, t)]) for t in self.directions[i]], e.slope).T, e)
            for i, e in enumerate(expected)
        ]

    def joint_tangent_error(self, sweeps: Sweeps, tables: Sequence[Table], size: float) -> Array:
        """By how much moving all arguments at once differs from the sum of moving each; 0 within rounding.

        A forward rule of several inputs has its sum to do only when more than one of them moves.
        """
        if self.full:
            joint = self.joint
            parts = [(table.got, np.ravel(t)) for table, t in zip(tables, joint, strict=True)]
        else:
            joint = [along[0] for along in self.directions]
            parts = [(table.got[:, :1], np.ones(1)) for table in tables]
        error = np.abs(sweeps.pushed(list(enumerate(joint))) - sum(got @ t for got, t in parts))
        rounding = 1e-12 * size + 1e-10 * sum(np.abs(got) @ np.abs(t) for got, t in parts)
        return np.where(error <= rounding, 0, error)


def _table(got: Array, expected: Numerical) -> Table:
    return Table(got, expected.slope.T, expected.allowed.T, expected.doubt.T, expected.source)


def _stacked(rows: Sequence[Array], model: Array) -> Array:
    return np.reshape(rows, model.shape)


def _stretched(t: Any, x: Any) -> Any:
    """A direction that moves each element in proportion to its size, but at least by one."""
    return t * np.maximum(1, np.abs(x)) if type(x) is not float else t * max(1.0, abs(x))
