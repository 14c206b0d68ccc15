"""Samples: choosing between values."""

import math

import numpy as np

from tests.autograd.samples.table import MASK, ROW, A, B, Sample, each

NUMBERS = np.array([[0, 2, 1], [2, 2, 0]])

SAMPLES: list[Sample] = [
    Sample("where", (MASK, A, B), each(lambda c, a, b: a if c else b), constant=(0,)),
    Sample("where", (MASK, ROW, 2.0), each(lambda c, a, b: a if c else b), constant=(0,), label="row"),
    Sample("select", (A, B), each(lambda a, b: a if a > 1 else b if a > 0 else 3 * a),
           via=lambda f, a, b: f([a > 1, a > 0], [a, b], 3 * a)),
    Sample("select", (A,), each(lambda a: a if a > 1 else 0), via=lambda f, a: f([a > 1], [a]), label="default"),
    Sample("choose", (A, B, ROW), lambda *xs: [[A[0, 0], ROW[1], B[0, 2]], [ROW[0], ROW[1], A[1, 2]]],
           via=lambda f, *xs: f(NUMBERS, xs)),
    Sample("choose", (A, B), lambda a, b: [[A[0, 0], B[0, 1], A[0, 2]], [A[1, 0], B[1, 1], A[1, 2]]],
           via=lambda f, a, b: f([-2, 1, 4], [a, b], mode="wrap"), label="wrap"),
    Sample("choose", (A, B), lambda a, b: [[A[0, 0], B[0, 1], B[0, 2]], [A[1, 0], B[1, 1], B[1, 2]]],
           via=lambda f, a, b: f([-2, 1, 4], [a, b], mode="clip"), label="clip"),
    Sample("piecewise", (A,), each(lambda x: x * x if x < 0 else math.exp(x) if x > 1 else 7.0),
           via=lambda f, x: f(x, [x < 0, x > 1], [np.square, np.exp, 7.0]), without_ducks="scatter_add writes into zeros"),
    Sample("piecewise", (A,), each(lambda x: 2 * x if x > 1 else -x if x > 0 else 0.0),
           via=lambda f, x: f(x, [x > 0, x > 1], [lambda v, k: -v, lambda v, k: k * v], 2),
           without_ducks="scatter_add writes into zeros", label="overlap"),
]  # fmt: skip
