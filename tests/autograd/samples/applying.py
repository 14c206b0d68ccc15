"""Samples: functions applied to all vectors."""

import math

import numpy as np

from tests.autograd.samples.table import CUBE, A, Sample

SAMPLES: list[Sample] = [
    Sample("apply_along_axis", (A,), lambda x: [math.prod(c) for c in x.T.tolist()], via=lambda f, x: f(np.prod, 0, x)),
    Sample("apply_along_axis", (CUBE,), lambda x: [[[[x[i, a, k] * x[i, b, k] for k in range(4)] for b in range(3)] for a in range(3)] for i in range(2)],
           via=lambda f, x: f(lambda v: v[:, None] * v, 1, x), label="matrices"),
    Sample("apply_over_axes", (CUBE,), lambda x: [[[math.fsum(x[:, j].flat)] for j in range(3)]], via=lambda f, x: f(np.sum, x, (0, -1))),
]  # fmt: skip
