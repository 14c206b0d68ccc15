"""Samples: determinants."""

import cmath
import math

import numpy as np

from tests.autograd.samples.loops import complex_parts, determinant, parts
from tests.autograd.samples.solving import SQUARE, STACK, TILT
from tests.autograd.samples.table import Sample

RANK2 = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 0.0], [3.0, 3.0, 3.0]])


def _log_absolute(z):
    return cmath.log(abs(z)).real


SAMPLES: list[Sample] = [
    Sample("det", (SQUARE,), determinant, no_half=True),
    Sample("det", (STACK,), lambda a: [determinant(m) for m in a], no_half=True, label="stack"),
    Sample("det", (RANK2,), lambda a: 0.0, no_half=True, label="singular"),
    Sample("det", (np.stack([RANK2, 0 * RANK2, SQUARE]),), lambda a: [0.0, 0.0, determinant(SQUARE)], no_half=True, label="some-singular"),
    Sample("det", (SQUARE, TILT), lambda a, b: parts([determinant(a + 1j * b)]), via=lambda f, a, b: complex_parts(f(a + 1j * b)), no_half=True, label="complex"),
    Sample("slogdet", (SQUARE,), lambda a: (1.0, math.log(determinant(a))), no_half=True),
    Sample("slogdet", (-STACK[:, ::-1],), lambda a: ([-1.0, -1.0], [math.log(abs(determinant(m))) for m in a]), no_half=True, label="stack"),
    Sample("slogdet", (SQUARE, TILT), lambda a, b: ([(d := determinant(a + 1j * b)).real / abs(d)], [d.imag / abs(d)], [_log_absolute(d)]),
           via=lambda f, a, b: (*complex_parts((y := f(a + 1j * b)).sign), y.logabsdet), no_half=True, label="complex"),
]  # fmt: skip
