"""Samples: functions of square matrices, with closed forms for matrices of two rows."""

import math

import numpy as np

from tests.autograd.samples.loops import complex_parts, parts
from tests.autograd.samples.table import Sample

GENERAL = np.array([[1.5, 0.7], [-0.4, 2.2]])
POSITIVE = np.array([[2.0, 0.5], [0.5, 1.0]])
TILTED = np.array([[0.3, -0.2], [0.6, 0.1]])
SCIPY = "SciPy takes arrays of NumPy alone"


def _by_eigenvalues(f, slope):
    """f(A) = f(m) + f[λ₁, λ₂] (A − m) for the eigenvalues λ of a matrix of two rows, and slope f'(λ) where they are equal."""

    def value(a, b=0.0):
        a = a + 1j * b
        half = (a[0, 0] + a[1, 1]) / 2
        root = np.emath.sqrt(half * half - (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]))
        low, high = half - root, half + root
        quotient = slope(half) if root == 0 else (f(high) - f(low)) / (high - low)
        y = f(low) * np.eye(2) + quotient * (a - low * np.eye(2))
        return y if np.any(b) else np.real(y)

    return value


_exp, _sqrt, _log = (_by_eigenvalues(*f) for f in [(np.exp, np.exp), (np.emath.sqrt, lambda x: 0.5 / np.emath.sqrt(x)), (np.emath.log, lambda x: 1 / x)])  # fmt: skip


def _complex(f, a, b):
    return complex_parts(f(a + 1j * b))


SAMPLES: list[Sample] = [
    Sample("expm", (GENERAL,), _exp, no_half=True, without_ducks=SCIPY),
    Sample("expm", (np.zeros((2, 2)),), lambda a: np.eye(2), no_half=True, without_ducks=SCIPY, label="zero"),
    Sample("expm", (np.stack([GENERAL, TILTED]),), lambda a: list(map(_exp, a)), no_half=True, without_ducks=SCIPY, label="stack"),
    Sample("expm", (GENERAL, TILTED), lambda a, b: parts(_exp(a, b)), via=_complex, no_half=True, without_ducks=SCIPY, label="complex"),
    Sample("sqrtm", (GENERAL,), _sqrt, no_half=True, without_ducks=SCIPY),
    Sample("sqrtm", (4 * np.eye(2),), lambda a: 2 * np.eye(2), no_half=True, without_ducks=SCIPY, label="identity"),
    Sample("sqrtm", (np.stack([GENERAL, POSITIVE]),), lambda a: list(map(_sqrt, a)), no_half=True, without_ducks=SCIPY, label="stack"),
    Sample("sqrtm", (GENERAL, TILTED), lambda a, b: parts(_sqrt(a, b)), via=_complex, no_half=True, without_ducks=SCIPY, label="complex"),
    Sample("logm", (GENERAL,), _log, no_half=True, without_ducks=SCIPY),
    Sample("logm", (math.e * np.eye(2),), lambda a: np.eye(2), no_half=True, without_ducks=SCIPY, label="identity"),
    Sample("logm", (np.stack([GENERAL, POSITIVE]),), lambda a: list(map(_log, a)), no_half=True, without_ducks=SCIPY, label="stack"),
    Sample("logm", (GENERAL, TILTED), lambda a, b: parts(_log(a, b)), via=_complex, no_half=True, without_ducks=SCIPY, label="complex"),
]  # fmt: skip
