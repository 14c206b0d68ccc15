"""Linear algebra in plain Python: loops over all elements, and nothing of NumPy's but its arrays."""

import cmath
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np


def einsummed(spec: str) -> Callable[..., Any]:
    """Einstein's summation by looping over every value of every label; axes of length 1 are broadcast."""
    inputs, out = spec.split("->")
    terms = inputs.split(",")

    def total(*xs: Any, **_: Any) -> Any:
        xs = tuple(map(np.asarray, xs))
        lengths: dict[str, int] = {}
        for x, term in zip(xs, terms, strict=True):
            for n, label in zip(x.shape, term, strict=True):
                lengths[label] = max(n, lengths.get(label, 1))
        y = np.zeros([lengths[label] for label in out], np.result_type(*xs))
        for place in itertools.product(*map(range, lengths.values())):
            at = dict(zip(lengths, place, strict=True))
            factors = [
                x[tuple(min(at[k], n - 1) for k, n in zip(term, x.shape, strict=True))]
                for x, term in zip(xs, terms, strict=True)
            ]
            y[tuple(at[label] for label in out)] += math.prod(factors)
        return y

    return total


def parts(y: Any) -> tuple[Any, Any]:
    """Real and imaginary parts, of a plain result."""
    y = np.asarray(y)
    return y.real, y.imag


def complex_parts(y: Any) -> tuple[Any, Any]:
    """Real and imaginary parts, of a tensor: what the tests can differentiate."""
    y = np.reshape(y, (-1,))
    return np.real(y), np.imag(y)


def determinant(a: Any) -> Any:
    """Leibniz's formula."""
    total = 0
    for order in itertools.permutations(range(len(a))):
        swaps = sum(order[i] > order[j] for i in range(len(a)) for j in range(i + 1, len(a)))
        total += (-1) ** swaps * math.prod([a[i][k] for i, k in enumerate(order)])
    return total


def cofactors(a: Any) -> Any:
    """Determinants of what is left without a row and a column, with alternating signs."""
    n = len(a)
    minor = lambda i, j: [[a[k][l] for l in range(n) if l != j] for k in range(n) if k != i]
    return np.array([[(-1) ** (i + j) * determinant(minor(i, j)) for j in range(n)] for i in range(n)])


def inverse(a: Any) -> Any:
    """The transposed cofactors over the determinant."""
    return cofactors(a).T / determinant(a)


def fourier(x: Any, n: int | None = None, sign: int = -1) -> list[complex]:
    """Σ x_j exp(∓2πi jk/n) for each k, of x cut off or filled up with zeros to length n."""
    x = list(x)
    n = len(x) if n is None else n
    x = (x + [0] * n)[:n]
    return [sum(v * cmath.exp(sign * 2j * math.pi * (j * k % n) / n) for j, v in enumerate(x)) for k in range(n)]
