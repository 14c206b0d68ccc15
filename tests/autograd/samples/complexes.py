"""Samples: parts of complex numbers, from real ones. Derivatives by complex numbers are tried in test_complexes."""

import math

from tests.autograd.samples.table import A, B, Sample, each

SAMPLES: list[Sample] = [
    Sample("conjugate", (A,), lambda x: x),
    Sample("real", (A,), lambda x: x),
    Sample("imag", (A,), lambda x: 0 * x),
    Sample("angle", (A, B), each(lambda a, b: math.atan2(b, a)), via=lambda f, a, b: f(a + 1j * b), no_half=True),
    Sample("angle", (A, B), each(lambda a, b: math.degrees(math.atan2(b, a))), via=lambda f, a, b: f(a + 1j * b, deg=True), label="degrees", no_half=True),
    Sample("angle", (A,), each(lambda a: math.pi if a < 0 else 0.0), label="real"),
    Sample("real_if_close", (A,), lambda a: a, via=lambda f, a: f(a + 1e-15j), no_half=True),
]  # fmt: skip
