"""Samples: elements picked, left out, put in."""

import numpy as np

from tests.autograd.samples.table import COL, MASK, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("take", (A,), lambda x, **_: [[-1.2, -0.4], [2.0, -1.2]], via=lambda f, x: f(x, [[1, -1], [2, 1]])),
    Sample("take", (A,), lambda x, **_: [[-1.2, 0.3], [0.9, 1.7]], via=lambda f, x: f(x, [4, -3], axis=1, mode="wrap"), label="wrap"),
    Sample("take", (A,), lambda x, **_: [1.7, 0.9, -0.4], via=lambda f, x: f(x, 7, axis=0, mode="clip"), label="clip"),
    Sample("compress", (A,), lambda x: [[0.3, 2.0], [1.7, -0.4]], via=lambda f, x: f([True, False, True], x, axis=-1)),
    Sample("extract", (A,), lambda x: [0.3, 2.0, -0.4], via=lambda f, x: f(MASK, x)),
    Sample("delete", (A,), lambda x: [[0.3, 2.0], [1.7, -0.4]], via=lambda f, x: f(x, 1, axis=1)),
    Sample("delete", (A,), lambda x: [-1.2, 1.7, -0.4], via=lambda f, x: f(x, slice(None, None, 2)), label="flat"),
    Sample("insert", (A, ROW), lambda x, v: [[*x[0]], [*v], [*x[1]]], via=lambda f, x, v: f(x, 1, v, axis=0)),
    Sample("insert", (A, COL[:, 0]), lambda x, v: [0.3, 1.4, -1.2, 2.0, 1.7, 0.9, -0.6, -0.4], via=lambda f, x, v: f(x, [1, -1], v), label="several"),
    Sample("trim_zeros", (ROW,), lambda x: [0.0, *x], via=lambda f, x: f(np.pad(x, (1, 2)), "b"),
           without_ducks="how long it is depends on where the zeros lie"),
]  # fmt: skip
