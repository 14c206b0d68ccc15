"""Samples: products of many matrices."""

import numpy as np

from tests.autograd.samples.loops import complex_parts, einsummed, inverse, parts
from tests.autograd.samples.solving import SQUARE, STACK, TILT
from tests.autograd.samples.table import ROW, A, B, Sample, products

FLAT = np.array([0.7, -1.5])


def _complex_power(a, b, n):
    y = a = a + 1j * b
    for _ in range(n - 1):
        y = products(y, a)
    return parts(y)


SAMPLES: list[Sample] = [
    Sample("linalg.multi_dot", (A, B.T, A, ROW), lambda a, b, c, d: einsummed("ab,bc,cd,d->a")(a, b, c, d), via=lambda f, *xs: f(list(xs))),
    Sample("linalg.multi_dot", (A, B.T), products, via=lambda f, *xs: f(xs), label="two"),
    Sample("linalg.multi_dot", (ROW, B.T, FLAT), lambda a, b, c: einsummed("a,ab,b->")(a, b, c), via=lambda f, *xs: f(list(xs)), label="vectors"),
    Sample("linalg.matrix_power", (SQUARE,), lambda a, n: products(products(a, a), products(a, products(a, a))), {"n": 5}),
    Sample("linalg.matrix_power", (STACK,), lambda a, n: [inverse(products(m, m)) for m in a], {"n": -2}, no_half=True, label="negative"),
    Sample("linalg.matrix_power", (SQUARE,), lambda a, n: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], {"n": 0}, label="zero"),
    Sample("linalg.matrix_power", (SQUARE, TILT), lambda a, b: _complex_power(a, b, 3), via=lambda f, a, b: complex_parts(f(a + 1j * b, 3)), no_half=True, label="complex"),
]  # fmt: skip
