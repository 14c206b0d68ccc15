"""Samples: modified Bessel functions, held against Bessel's integral."""

import math

import numpy as np

from tests.autograd.samples.table import A, Sample, each


def bessel_i(x: float, order: int) -> float:
    """∫ exp(x cos t) cos(nt) dt / π from 0 to π; the trapezoidal rule is exact but for rounding, as all is periodic."""
    return math.fsum(math.exp(x * math.cos(t)) * math.cos(order * t) for t in 2 * math.pi * np.arange(128) / 128) / 128


WIDE = np.array([-31.5, -4.2, 0.0, 0.9, 12.5, 40.5])

SAMPLES: list[Sample] = [
    Sample("i0", (A,), each(lambda x: bessel_i(x, 0))),
    Sample("i1", (A,), each(lambda x: bessel_i(x, 1))),
    Sample("i1", (WIDE,), each(lambda x: bessel_i(x, 1)), label="wide", no_half=True),
    Sample("bessel_i", (A,), lambda x, order: each(lambda x: bessel_i(x, order))(x), {"order": 2}, label="order-2"),
]  # fmt: skip
