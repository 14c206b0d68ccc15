"""What a sample is, and the arrays and means that the tables of samples share.

A row per sample. The tests of value, reverse, forward and second order read the tables; the suite fails when an
operation of the registry, or a composition, has no row. Inputs are float64 and away from kinks; kinks have a table
of their own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import autograd.protocols  # noqa: F401  fills both tables
from autograd.primitive import compositions, registry


def short_name(function: Callable[..., Any]) -> str:
    """A NumPy function's name without the np: sort, linalg.solve, fft.rfft."""
    module = (getattr(function, "__module__", None) or "numpy").removeprefix("numpy").removeprefix(".")
    return f"{module}.{function.__name__}" if module else function.__name__


# Rows by their names, compositions by NumPy's.
OPERATIONS: dict[str, Callable[..., Any]] = {short_name(f): f for f in compositions} | registry


def _plainly(op: Callable[..., Any], *inputs: Any, **params: Any) -> Any:
    return op(*inputs, **params)


@dataclass(frozen=True)
class Sample:
    op: str  # a row's name, or what follows np. in the name of a NumPy function that is composed
    inputs: tuple[Any, ...]
    value: Callable[..., Any]  # computed without the operation's own forward function
    params: dict[str, Any] = field(default_factory=dict)
    constant: tuple[int, ...] = ()  # positions of the inputs that carry no derivative
    label: str = ""
    via: Callable[..., Any] = _plainly  # how it is called, and what is taken of the result: lambda f, a, b: f([a, b])
    no_half: bool = False  # NumPy has it in float32 and float64 only
    without_ducks: str = ""  # why an array type of others can not go through: the reason, or nothing

    def __str__(self) -> str:
        return f"{self.op}{'-' if self.label else ''}{self.label}"

    def call(self, *variables: Any) -> Any:
        """The operation on its differentiable inputs, the constant ones filled in; several results end to end."""
        rest = iter(variables)
        inputs = [x if i in self.constant else next(rest) for i, x in enumerate(self.inputs)]
        return _joined(self.via(OPERATIONS[self.op], *inputs, **self.params))

    def expected(self) -> Any:
        """The value by independent means; several results end to end, as those of `call`."""
        y = self.value(*self.inputs, **self.params)
        return _joined(tuple(map(np.asarray, y))) if isinstance(y, tuple) else y

    @property
    def variables(self) -> list[Any]:
        return [x for i, x in enumerate(self.inputs) if i not in self.constant]


def _joined(y: Any) -> Any:
    return np.concatenate([np.ravel(part) for part in y]) if isinstance(y, tuple | list) else y


def each(f: Callable[..., float]) -> Callable[..., Any]:
    """A function of Python's math module on every element."""
    return lambda *xs, **_: np.vectorize(f, otypes=[float])(*xs)


rng = np.random.default_rng(7)
A = np.array([[0.3, -1.2, 2.0], [1.7, 0.9, -0.4]])
B = np.array([[1.1, 0.6, -0.8], [-2.2, 1.3, 0.5]])
POS = np.abs(A) + 0.1
ROW = np.array([0.7, -1.5, 2.5])
COL = np.array([[1.4], [-0.6]])
CUBE = rng.normal(size=(2, 3, 4))
MASK = np.array([[True, False, True], [False, False, True]])
LABELS = np.array([2, 0])
SYMMETRIC = np.array([[1.0, 2.0], [2.0, 5.0]])


def products(a: Any, b: Any) -> Any:
    """A product of matrices element by element."""
    return np.array(
        [[sum(a[i, k] * b[k, j] for k in range(a.shape[1])) for j in range(b.shape[1])] for i in range(len(a))]
    )


def hermitian(a: Any) -> Any:
    """The Hermitian part of a matrix, or of each in a stack."""
    return (a + np.conjugate(a.mT)) / 2


def softmaxed(x: Any, **_: Any) -> Any:
    rows = [[math.exp(v) for v in row] for row in x]
    return np.array([[v / math.fsum(row) for v in row] for row in rows])
