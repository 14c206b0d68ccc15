"""Samples: scans."""

import math

import numpy as np

from tests.autograd.samples.table import MASK, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("cumsum", (A,), lambda x: [math.fsum(x.ravel()[: i + 1]) for i in range(6)]),
    Sample("cumsum", (A,), lambda x, axis: [x[0].tolist(), (x[0] + x[1]).tolist()], {"axis": 0}, label="axis"),
    Sample("cumprod", (A,), lambda x: [math.prod(x.ravel()[: i + 1].tolist()) for i in range(6)]),
    Sample("cumprod", (A.T * MASK.T,), lambda x, axis: [[math.prod(r[: i + 1].tolist()) for i in range(2)] for r in x], {"axis": 1}, label="zeros"),
    Sample("cumprod", (ROW * [1, 0, 0],), lambda x: [0.7, 0.0, 0.0], label="two-zeros"),
    Sample("cumprod", (np.array([0.5, 0.0, -1.5, 2.0, 0.0, 0.7]),), lambda x: [0.5, 0.0, 0.0, 0.0, 0.0, 0.0], label="longer"),
    Sample("cumsum", (A,), lambda x, axis: [[math.fsum(r[: i + 1]) for i in range(3)] for r in x], {"axis": 1},
           via=lambda op, x, axis: np.cumsum(x, axis, np.float64).astype(x.dtype), label="dtype"),
    Sample("cumulative_sum", (ROW,), lambda x: [0.7, 0.7 - 1.5, 0.7 - 1.5 + 2.5]),
    Sample("cumulative_sum", (A,), lambda x, axis, include_initial: [[0.0] * 3, x[0], x[0] + x[1]], {"axis": 0, "include_initial": True}, label="initial"),
    Sample("cumulative_prod", (ROW,), lambda x: [0.7, 0.7 * -1.5, 0.7 * -1.5 * 2.5]),
    Sample("cumulative_prod", (A,), lambda x, axis, include_initial: [[1.0, r[0], r[0] * r[1], r[0] * r[1] * r[2]] for r in x],
           {"axis": -1, "include_initial": True}, label="initial"),
    Sample("logcumsumexp", (A,), lambda x, axis: [[math.log(math.fsum(map(math.exp, r[: i + 1]))) for i in range(3)] for r in x.tolist()], {"axis": 1}),
    Sample("logcumsumexp", (A,), lambda x: [x[0], [math.log(math.exp(a) + math.exp(b)) for a, b in x.T.tolist()]], label="first"),
]  # fmt: skip
