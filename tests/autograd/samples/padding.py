"""Samples: padding."""

import numpy as np

from tests.autograd.samples.table import COL, ROW, A, Sample

PAIRS = np.array([[1.5, -2.5], [0.5, 3.5]])

SAMPLES: list[Sample] = [
    Sample("pad", (A,), lambda x, pad_width: [[0.0] * 4, [0.0, 0.3, -1.2, 2.0], [0.0, 1.7, 0.9, -0.4]], {"pad_width": ((1, 0), (1, 0))}),
    Sample("pad", (A, PAIRS), lambda x, v: [[0.5, 1.5, 1.5, 1.5, 3.5], [0.5, *x[0], 3.5], [0.5, *x[1], 3.5], [0.5, -2.5, -2.5, -2.5, 3.5]],
           via=lambda f, x, v: f(x, 1, constant_values=v), label="constants"),
    Sample("pad", (ROW, 1.5), lambda x, v: [1.5, *x, 4.0, 4.0], via=lambda f, x, v: f(x, (1, 2), constant_values=(v, 4.0)), label="numbers"),
    Sample("pad", (A,), lambda x: [[r[0], r[0], *r, r[2]] for r in x], via=lambda f, x: f(x, ((0, 0), (2, 1)), "edge"), label="edge"),
    Sample("pad", (ROW,), lambda x: [x[k] for k in (1, 2, 1, 0, 1, 2, 1, 0, 1, 2)], via=lambda f, x: f(x, (3, 4), "reflect"), label="reflect"),
    Sample("pad", (ROW,), lambda x: [x[0] - (2 * (x[2] - x[0]) - (x[1] - x[0])), 2 * x[0] - x[2], 2 * x[0] - x[1], *x, 2 * x[2] - x[1]],
           via=lambda f, x: f(x, (3, 1), "reflect", reflect_type="odd"), label="reflect-odd"),
    Sample("pad", (ROW,), lambda x: [x[k] for k in (1, 0, 0, 1, 2, 2, 1, 0, 0)], via=lambda f, x: f(x, (2, 4), "symmetric"), label="symmetric"),
    Sample("pad", (A,), lambda x: [[2 * r[0] - r[1], r[0], *r] for r in [*x, x[1], 2 * x[1] - x[0]]],
           via=lambda f, x: f(x, ((0, 2), (2, 0)), "symmetric", reflect_type="odd"), label="symmetric-odd"),
    Sample("pad", (COL,), lambda x: [[1.4], [-0.6]] * 3, via=lambda f, x: f(x, ((2, 2), (0, 0)), "wrap"), label="wrap"),
    Sample("pad", (ROW, PAIRS[:1]), lambda x, v: [1.5, 1.5 + (0.7 - 1.5) / 2, *x, 2.5 + (-2.5 - 2.5) / 2, -2.5],
           via=lambda f, x, v: f(x, 2, "linear_ramp", end_values=v), label="ramp"),
    Sample("pad", (A,), lambda x: [[max(r), *r] for r in [*x, [max(c) for c in zip(*x, strict=True)]]], via=lambda f, x: f(x, ((0, 1), (1, 0)), "maximum"), label="maximum"),
    Sample("pad", (A,), lambda x: [[-1.2, *x[0], -1.2], [0.9, *x[1], -0.4]],
           via=lambda f, x: f(x, ((0, 0), (1, 1)), "minimum", stat_length=2), label="minimum"),
    Sample("pad", (ROW,), lambda x: [0.7, *x, 0.5, 0.5], via=lambda f, x: f(x, (1, 2), "mean", stat_length=(1, 2)), label="mean"),
    Sample("pad", (ROW,), lambda x: [0.7, *x, 0.7], via=lambda f, x: f(x, 1, "median"), label="median"),
]  # fmt: skip
