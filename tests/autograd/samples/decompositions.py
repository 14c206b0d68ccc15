"""Samples: decompositions of matrices into factors."""

import cmath
import math

import numpy as np

from tests.autograd.samples.loops import complex_parts, parts
from tests.autograd.samples.solving import SQUARE, TILT
from tests.autograd.samples.table import CUBE, A, Sample, hermitian, products

POSITIVE = products(SQUARE, SQUARE.T)
UPPER = np.array([[0.0, 0.4, -0.3], [0.0, 0.0, 0.6], [0.0, 0.0, 0.0]])


def _banachiewicz(a):
    """Cholesky's factor element by element, from the lower triangle."""
    y = np.zeros_like(a)
    for i in range(len(a)):
        for j in range(i + 1):
            left = a[i, j] - sum(y[i, k] * y[j, k].conjugate() for k in range(j))
            y[i, j] = cmath.sqrt(left.real).real if i == j else left / y[j, j]
    return y


def _schmidt(a):
    """|Q| and |R| of an orthogonalization column by column."""
    q, r = np.zeros((len(a), min(a.shape)), a.dtype), np.zeros((min(a.shape), a.shape[1]), a.dtype)
    for j, column in enumerate(a.T):
        left = column.copy()
        for i in range(min(j, len(q.T))):
            r[i, j] = sum(q[:, i].conj() * column)
            left = left - r[i, j] * q[:, i]
        if j < len(q.T):
            r[j, j] = math.sqrt(sum(abs(v) ** 2 for v in left))
            q[:, j] = left / r[j, j]
    return abs(q), abs(r)


def _of_hermitian(f, a, **params):
    return f(hermitian(a), **params)


def _sizes(y):
    return tuple(np.hypot(np.real(x), np.imag(x)) if x.dtype.kind == "c" else abs(x) for x in y)


def _turn(t):
    return np.array([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])


TURNED = products(products(_turn(0.7), np.diag([3.0, 1.0])), _turn(0.4).T)
FACTORS = (abs(_turn(0.7)), [3.0, 1.0], abs(_turn(0.4).T))
MIRRORED = products(products(_turn(0.7), np.diag([3.0, -1.0])), _turn(0.7).T)
BESIDE = np.array([[2.0, 2.0, 1.0], [-2.0, 1.0, 2.0]]) / 3  # rows of length 1 at a right angle
WIDE = products(TURNED, BESIDE)
ACROSS = np.array([1.0, -2.0, 2.0]) / 3  # at a right angle to both
BASIS3 = np.block([[_turn(0.4).T, np.zeros((2, 1))], [np.zeros((1, 2)), np.ones((1, 1))]])
PHASES = np.diag(np.exp([0.3j, -0.8j]))
TWISTED = PHASES @ TURNED @ PHASES

SAMPLES: list[Sample] = [
    Sample("cholesky", (POSITIVE,), _banachiewicz, via=_of_hermitian, no_half=True),
    Sample("cholesky", (np.stack([POSITIVE, POSITIVE[::-1, ::-1]]),), lambda a: list(map(_banachiewicz, a)), via=_of_hermitian, no_half=True, label="stack"),
    Sample("linalg.cholesky", (POSITIVE + UPPER,), lambda a: _banachiewicz(hermitian(a)), via=_of_hermitian, no_half=True, label="lower"),
    Sample("linalg.cholesky", (POSITIVE + UPPER.T,), lambda a, upper: _banachiewicz(hermitian(a)).T, {"upper": True}, via=_of_hermitian, no_half=True, label="upper"),
    Sample("linalg.cholesky", (POSITIVE, UPPER + 0.1), lambda a, b: parts(_banachiewicz(hermitian(a + 1j * b))), via=lambda f, a, b: complex_parts(f(hermitian(a + 1j * b))), no_half=True, label="complex"),
    Sample("linalg.cholesky", (POSITIVE, UPPER + 0.1), lambda a, b: parts(_banachiewicz(hermitian(a + 1j * b)).conj().T), via=lambda f, a, b: complex_parts(f(hermitian(a + 1j * b), upper=True)), no_half=True, label="complex-upper"),
    Sample("qr", (A.T,), _schmidt, via=lambda f, a: _sizes(f(a)), no_half=True),
    Sample("linalg.qr", (SQUARE,), _schmidt, via=lambda f, a: _sizes(f(a)), no_half=True),
    Sample("linalg.qr", (A,), lambda a, mode: _schmidt(a), {"mode": "complete"}, via=lambda f, a, mode: _sizes(f(a, mode)), no_half=True, label="wide"),
    Sample("linalg.qr", (CUBE.transpose(0, 2, 1),), lambda a, mode: [_schmidt(m)[1] for m in a], {"mode": "r"}, via=lambda f, a, mode: abs(f(a, mode)), no_half=True, label="r"),
    Sample("linalg.qr", (SQUARE, TILT), lambda a, b: _schmidt(a + 1j * b), via=lambda f, a, b: _sizes(f(a + 1j * b)), no_half=True, label="complex"),
    Sample("linalg.qr", (A.T, A[::-1].T), lambda a, b: _schmidt(a + 1j * b), via=lambda f, a, b: _sizes(f(a + 1j * b)), no_half=True, label="complex-tall"),
    Sample("svd", (TURNED,), lambda a: FACTORS, via=lambda f, a: _sizes(f(a)), no_half=True),
    Sample("linalg.svd", (TURNED,), lambda a: FACTORS, via=lambda f, a: _sizes(f(a)), no_half=True),
    Sample("linalg.svd", (WIDE,), lambda a: (FACTORS[0], FACTORS[1], abs(products(_turn(0.4).T, BESIDE))), via=lambda f, a: _sizes(f(a, full_matrices=False)), no_half=True, label="wide"),
    Sample("linalg.svd", (np.stack([WIDE.T, 2 * WIDE.T]),), lambda a: [[3.0, 1.0], [6.0, 2.0]], via=lambda f, a: f(a, compute_uv=False), no_half=True, label="values"),
    Sample("linalg.svd", (MIRRORED,), lambda a: (FACTORS[0], FACTORS[1], FACTORS[0].T), via=lambda f, a: _sizes(f(hermitian(a), hermitian=True)), no_half=True, label="hermitian"),
    Sample("linalg.svd", (TWISTED.real, TWISTED.imag), lambda a, b: FACTORS, via=lambda f, a, b: _sizes(f(a + 1j * b)), no_half=True, label="complex"),
    Sample("linalg.svdvals", (TURNED,), lambda a: [3.0, 1.0], no_half=True),
    Sample("linalg.svdvals", (TWISTED.real, TWISTED.imag), lambda a, b: [3.0, 1.0], via=lambda f, a, b: f(a + 1j * b), no_half=True, label="complex"),
    Sample("linalg.svd", (WIDE,), lambda a: (FACTORS[0], FACTORS[1], abs(products(BASIS3, np.vstack([BESIDE, np.cross(*BESIDE)])))), via=lambda f, a: _sizes(f(a)), no_half=True, label="full"),
    Sample("linalg.svd", (WIDE.T,), lambda a: (np.outer(ACROSS, ACROSS), FACTORS[1]), via=lambda f, a: ((y := f(a))[0][:, 2:] @ y[0][:, 2:].T, y[1]), no_half=True, label="full-tall"),
    Sample("linalg.qr", (WIDE.T,), lambda a: np.outer(ACROSS, ACROSS), via=lambda f, a: (y := f(a, "complete"))[0][:, 2:] @ y[0][:, 2:].T + 0 * np.sum(y[1]), no_half=True, label="complete"),
]  # fmt: skip
