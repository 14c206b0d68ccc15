"""Samples: decompositions of matrices."""

import math

import numpy as np

from tests.autograd.samples.table import SYMMETRIC, Sample

SAMPLES: list[Sample] = [
    Sample("linalg.eigvalsh", (SYMMETRIC,), lambda a: [np.trace(a) / 2 + s * math.sqrt((a[0, 0] - a[1, 1]) ** 2 / 4 + a[0, 1] ** 2) for s in (-1, 1)], no_half=True),
]  # fmt: skip
