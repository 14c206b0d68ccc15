"""Samples: rounding and remainders."""

import math

import numpy as np

from tests.autograd.samples.table import ROW, A, Sample, each

C = np.array([[1.1, 0.7, -0.8], [-2.2, 1.3, 0.5]])

SAMPLES: list[Sample] = [
    Sample("floor", (A + 0.05,), each(math.floor)),
    Sample("ceil", (A + 0.05,), each(math.ceil)),
    Sample("trunc", (A + 0.05,), each(math.trunc)),
    Sample("rint", (A,), each(round)),
    Sample("round", (A / 3,), each(lambda x: round(x, 1)), {"decimals": 1}),
    Sample("floor_divide", (A, C), each(lambda a, b: a // b)),
    Sample("mod", (A, C), each(lambda a, b: a % b)),
    Sample("mod", (A, ROW), each(lambda a, b: a % b), label="row"),
    Sample("fmod", (A, C), each(math.fmod)),
    Sample("divmod", (A, C), lambda a, b: (each(lambda a, b: a // b)(a, b), each(lambda a, b: a % b)(a, b))),
    Sample("modf", (A + 0.05,), lambda x: (each(lambda x: math.modf(x)[0])(x), each(lambda x: math.modf(x)[1])(x))),
]  # fmt: skip
