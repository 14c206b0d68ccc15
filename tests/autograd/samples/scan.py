"""Samples: scans."""

import math

from tests.autograd.samples.table import MASK, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("cumsum", (A,), lambda x: [math.fsum(x.ravel()[: i + 1]) for i in range(6)]),
    Sample("cumsum", (A,), lambda x, axis: [x[0].tolist(), (x[0] + x[1]).tolist()], {"axis": 0}, label="axis"),
    Sample("cumprod", (A,), lambda x: [math.prod(x.ravel()[: i + 1].tolist()) for i in range(6)]),
    Sample("cumprod", (A.T * MASK.T,), lambda x, axis: [[math.prod(r[: i + 1].tolist()) for i in range(2)] for r in x], {"axis": 1}, label="zeros"),
    Sample("cumprod", (ROW * [1, 0, 0],), lambda x: [0.7, 0.0, 0.0], label="two-zeros"),
]  # fmt: skip
