"""Samples: arrays made of tensors."""

import math

import numpy as np

from tests.autograd.samples.table import COL, POS, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("array", (1.5, A[0], 2.5), lambda a, r, b: [[[1.5, 3.0], [2.0, 2.5]]], via=lambda f, a, r, b: f([[[a, 3.0], [r[2], b]]], like=r)),
    Sample("array", (ROW, ROW + 1), lambda a, b: [[a.tolist(), b.tolist()]], via=lambda f, a, b: f([a, b], ndmin=3, like=a), label="rows"),
    Sample("asarray", (1.5, 2.5), lambda a, b: [1.5, 2.5], via=lambda f, a, b: f([a, b], like=np.sum(a))),
    Sample("asanyarray", (ROW,), lambda x: x.tolist(), via=lambda f, x: f(x, like=x)),
    Sample("ascontiguousarray", (1.5,), lambda x: [1.5], via=lambda f, x: f(x, like=x)),
    Sample("asfortranarray", (A,), lambda x: x.tolist(), via=lambda f, x: f(x, like=x)),
    Sample("full", (ROW,), lambda x: [x.tolist()] * 2, via=lambda f, x: f((2, 3), x, like=x)),
    Sample("full_like", (A, ROW), lambda x, v: [v.tolist()] * 2, via=lambda f, x, v: f(x, v) + 0 * x),
    Sample("linspace", (1.5, 4.0), lambda a, b, num: [1.5, 2.125, 2.75, 3.375, 4.0], {"num": 5}),
    Sample("linspace", (COL[:, 0], 3.0), lambda a, b: [[a, (2 * a + 3) / 3, (a + 6) / 3] for a in (1.4, -0.6)],
           via=lambda f, a, b: f(a, b, 3, endpoint=False, axis=-1), label="arrays"),
    Sample("linspace", (1.5, 4.0), lambda a, b: ([1.5, 2.75, 4.0], 1.25), via=lambda f, a, b: f(a, b, 3, retstep=True), label="step"),
    Sample("logspace", (0.5, 2.0), lambda a, b: [10**0.5, 10.0, 10**1.5, 100.0], via=lambda f, a, b: f(a, b, 4)),
    Sample("logspace", (0.5, 1.5, ROW[2:] + COL), lambda a, b, c: [[[v**p] for (v,) in c] for p in (0.5, 1.0, 1.5)],
           via=lambda f, a, b, c: f(a, b, 3, base=c), label="base"),
    Sample("geomspace", (0.5, 4.0), lambda a, b: [0.5, 1.0, 2.0, 4.0], via=lambda f, a, b: f(a, b, 4)),
    Sample("geomspace", (-POS[0], -8.0), lambda a, b: [[v * math.pow(-8.0 / v, k / 3) for v in a] for k in range(3)],
           via=lambda f, a, b: f(a, b, 3, endpoint=False), label="negative"),
]  # fmt: skip
