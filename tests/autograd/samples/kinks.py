"""Samples: operations with a kink or a jump."""

import math

import numpy as np

from tests.autograd.samples.table import ROW, A, B, Sample, each


def _clipped(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


SAMPLES: list[Sample] = [
    Sample("absolute", (A,), each(math.fabs)),
    Sample("sign", (A,), each(lambda x: math.copysign(1, x))),
    Sample("maximum", (A, B), each(lambda a, b: a if a > b else b)),
    Sample("maximum", (A, ROW), each(lambda a, b: a if a > b else b), label="row"),
    Sample("minimum", (A, B), each(lambda a, b: a if a < b else b)),
    Sample("clip", (A, -1.0, 1.5), each(_clipped)),
    Sample("clip", (A, ROW - 1.1, ROW + 1.1), each(_clipped), label="arrays"),
    Sample("clip", (A, 1.0, -0.5), each(_clipped), label="crossed"),
    Sample("clip", (A, ROW), each(max), via=lambda f, x, low: np.clip(x, low, None), label="from-below"),
    Sample("clip", (A, ROW), each(min), via=lambda f, x, high: np.clip(x, a_min=None, a_max=high), label="from-above"),
    Sample("fabs", (A,), each(math.fabs)),
    Sample("copysign", (A, B), each(math.copysign)),
    Sample("heaviside", (A, B), each(lambda x, h: float(x > 0))),
    Sample("fmax", (A, B), each(lambda a, b: a if a > b else b)),
    Sample("fmin", (A, B), each(lambda a, b: a if a < b else b)),
    Sample("nan_to_num", (A,), lambda x: x),
]  # fmt: skip
