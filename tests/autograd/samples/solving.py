"""Samples: systems of equations."""

import math

import numpy as np

from tests.autograd.samples.loops import complex_parts, einsummed, inverse, parts
from tests.autograd.samples.table import ROW, SYMMETRIC, A, B, Sample, products

SQUARE = np.array([[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [-0.3, 0.6, 1.8]])
STACK = np.stack([SQUARE[:2, :2], SQUARE[1:, 1:]])
TILT = np.array([[0.2, -0.7, 0.3], [0.4, 0.1, -0.5], [0.6, -0.2, 0.8]])


def _applied(a, b):
    return einsummed("ij,j->i")(inverse(a), b)


def _least(a, b):
    """The normal equations."""
    return products(inverse(products(a.T, a)), products(a.T, b))


SAMPLES: list[Sample] = [
    Sample("inv", (SQUARE,), inverse, no_half=True),
    Sample("inv", (STACK,), lambda a: list(map(inverse, a)), no_half=True, label="stack"),
    Sample("inv", (SQUARE, TILT), lambda a, b: parts(inverse(a + 1j * b)), via=lambda f, a, b: complex_parts(f(a + 1j * b)), no_half=True, label="complex"),
    Sample("solve", (SQUARE, A.T), lambda a, b: products(inverse(a), b), no_half=True),
    Sample("solve", (STACK, A), lambda a, b: [products(inverse(m), b) for m in a], no_half=True, label="stack"),
    Sample("solve", (STACK[0], np.stack([A, B])), lambda a, b: [products(inverse(a), m) for m in b], no_half=True, label="stack-right"),
    Sample("linalg.solve", (SQUARE, ROW), _applied, no_half=True),
    Sample("linalg.solve", (STACK, ROW[:2]), lambda a, b: [_applied(m, b) for m in a], no_half=True, label="stack"),
    Sample("linalg.solve", (STACK, A[None]), lambda a, b: [products(inverse(m), b[0]) for m in a], no_half=True, label="matrix"),
    Sample("linalg.solve", (SQUARE, TILT, ROW), lambda a, b, c: parts(_applied(a + 1j * b, c)), via=lambda f, a, b, c: complex_parts(f(a + 1j * b, c)), no_half=True, label="complex"),
    Sample("pinv", (A.T,), lambda a: products(inverse(products(a.T, a)), a.T), no_half=True, label="tall"),
    Sample("pinv", (np.stack([A, B]),), lambda a: [products(m.T, inverse(products(m, m.T))) for m in a], no_half=True, label="wide"),
    Sample("pinv", (SYMMETRIC,), lambda a, hermitian, rcond: inverse(a), {"hermitian": True, "rcond": 1e-10}, via=lambda f, a, **how: f((a + a.mT) / 2, **how), no_half=True, label="hermitian"),
    Sample("pinv", (A, B), lambda a, b: parts(products((m := a + 1j * b).conj().T, inverse(products(m, m.conj().T)))), via=lambda f, a, b: complex_parts(f(a + 1j * b)), no_half=True, label="complex"),
    Sample("linalg.lstsq", (A.T, B.T), lambda a, b: (x := _least(a, b), np.sum((products(a, x) - b) ** 2, axis=0)), via=lambda f, a, b: f(a, b)[:2], no_half=True),
    Sample("linalg.lstsq", (A.T, ROW), lambda a, b: (x := _least(a, b[:, None])[:, 0], [math.fsum((einsummed("ij,j->i")(a, x) - b) ** 2)]), via=lambda f, a, b: f(a, b)[:2], no_half=True, label="vector"),
    Sample("linalg.lstsq", (A, B), lambda a, b: products(a.T, products(inverse(products(a, a.T)), b)), via=lambda f, a, b: f(a, b)[0], no_half=True, label="wide"),
    Sample("linalg.lstsq", (np.array([[3.0, 0.0], [0.0, -2.0], [0.0, 0.0]]), ROW), lambda a, b: [3.0, 2.0], constant=(1,), via=lambda f, a, b: f(a, b)[3], no_half=True, label="singular-values"),
    Sample("linalg.tensorinv", (SQUARE.reshape(3, 3, 1),), lambda a, ind: inverse(SQUARE)[:, None], {"ind": 1}, no_half=True),
    Sample("linalg.tensorsolve", (SQUARE.reshape(3, 1, 3), ROW[:, None]), lambda a, b: _applied(SQUARE, b[:, 0]), no_half=True),
    Sample("linalg.tensorsolve", (SQUARE.reshape(3, 1, 3).transpose(2, 0, 1), ROW[:, None]), lambda a, b, axes: _applied(SQUARE, b[:, 0]), {"axes": (0,)}, no_half=True, label="axes"),
]  # fmt: skip
