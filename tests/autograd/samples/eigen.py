"""Samples: eigenvalues and eigenvectors."""

import math

import numpy as np

from tests.autograd.samples.decompositions import _of_hermitian, _sizes
from tests.autograd.samples.loops import complex_parts, inverse, parts
from tests.autograd.samples.table import SYMMETRIC, Sample, hermitian, products

ROTATING = np.array([[0.5, -2.0], [0.7, 0.9]])
LOWER, UPPER = np.array([[1.0, 1.0], [2.0, 5.0]]), np.array([[1.0, 2.0], [1.0, 5.0]])
BASIS = np.array([[1.0, 1.0, 2.0], [1.0, 2.0, -1.0], [3.0, -1.0, 1.0]])
NORMAL = products(products(BASIS, np.diag([-1.0, 2.0, 4.0])), inverse(BASIS))


def _symmetric(a):
    """Eigenvalues of a symmetric matrix of two rows, and the sizes of its eigenvectors."""
    p, q, r = a[0, 0].real, a[1, 0], a[1, 1].real
    w = [(p + r) / 2 + s * math.hypot((p - r) / 2, abs(q)) for s in (-1, 1)]
    v = [[abs(q) / math.hypot(abs(q), x - p) for x in w], [abs(x - p) / math.hypot(abs(q), x - p) for x in w]]
    return w, v


def _two(a):
    """Eigenvalues of any matrix of two rows, from its trace and determinant."""
    half, det = (a[0, 0] + a[1, 1]) / 2, a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
    root = np.emath.sqrt(half * half - det)
    return [half + root, half - root]


def _sums(f, a):
    """Sums over eigenvalues and eigenvectors, which know of no order."""
    w, v = f(a)
    w = np.real(w)  # complex, from NumPy 2.5 on, also where all are real
    return np.sum(w, keepdims=True), np.sum(w**2, keepdims=True), np.sum(abs(v) ** 3, axis=1)


SAMPLES: list[Sample] = [
    Sample("linalg.eigvalsh", (SYMMETRIC,), lambda a: _symmetric(a)[0], via=_of_hermitian, no_half=True),
    Sample("linalg.eigvalsh", (UPPER,), lambda a, UPLO: _symmetric(hermitian(a))[0], {"UPLO": "U"}, via=_of_hermitian, no_half=True, label="upper"),
    Sample("linalg.eigvalsh", (LOWER, ROTATING), lambda a, b: _symmetric(hermitian(a + 1j * b))[0], via=lambda f, a, b: f(hermitian(a + 1j * b)), no_half=True, label="complex"),
    Sample("eigh", (SYMMETRIC,), _symmetric, via=lambda f, a: _sizes(f(hermitian(a))), no_half=True),
    Sample("linalg.eigh", (np.stack([LOWER, SYMMETRIC * 2]),), lambda a: tuple(zip(*map(_symmetric, hermitian(a)), strict=True)), via=lambda f, a: ((y := f(hermitian(a)))[0], abs(y[1])), no_half=True, label="stack"),
    Sample("linalg.eigh", (UPPER,), lambda a, UPLO: _symmetric(hermitian(a)), {"UPLO": "u"}, via=lambda f, a, UPLO: _sizes(f(hermitian(a), UPLO)), no_half=True, label="upper"),
    Sample("linalg.eigh", (LOWER, ROTATING), lambda a, b: _symmetric(hermitian(a + 1j * b)), via=lambda f, a, b: ((y := f(hermitian(a + 1j * b)))[0], *_sizes([y[1]])), no_half=True, label="complex"),
    Sample("eig", (NORMAL,), lambda a: ([5.0], [21.0], np.sum(abs(BASIS / np.sqrt([11.0, 6.0, 6.0])) ** 3, axis=1)), via=_sums, no_half=True),
    Sample("eig", (ROTATING,), lambda a: parts(_two(a)), via=lambda f, a: complex_parts(f(a)[0]), no_half=True, label="complex"),
    Sample("linalg.eigvals", (ROTATING,), lambda a: parts(_two(a)), via=lambda f, a: complex_parts(f(a)), no_half=True),
    Sample("linalg.eigvals", (LOWER, ROTATING), lambda a, b: [sum(_two(a + 1j * b)).real, sum(_two(a + 1j * b)).imag], via=lambda f, a, b: complex_parts(np.sum(f(a + 1j * b))), no_half=True, label="complex"),
]  # fmt: skip
