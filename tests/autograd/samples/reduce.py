"""Samples: reductions."""

import math
import statistics

from tests.autograd.samples.table import CUBE, MASK, A, Sample

SAMPLES: list[Sample] = [
    Sample("sum", (A,), lambda x: math.fsum(x.flat)),
    Sample("sum", (A,), lambda x, axis: [math.fsum(c) for c in x.T], {"axis": 0}, label="axis"),
    Sample("sum", (CUBE,), lambda x, axis, keepdims: [[[math.fsum(x[:, j].flat)] for j in range(3)]],
           {"axis": (0, 2), "keepdims": True}, label="kept"),
    Sample("mean", (A,), lambda x: math.fsum(x.flat) / 6),
    Sample("mean", (CUBE,), lambda x, axis: [[math.fsum(x[i, :, k]) / 3 for k in range(4)] for i in range(2)],
           {"axis": -2}, label="axis"),
    Sample("max", (A,), lambda x: 2.0),
    Sample("max", (A,), lambda x, axis: [2.0, 1.7], {"axis": 1}, label="axis"),
    Sample("max", (A,), lambda x, axis, keepdims: [[1.7, 0.9, 2.0]], {"axis": 0, "keepdims": True}, label="kept"),
    Sample("min", (A,), lambda x: -1.2),
    Sample("min", (A,), lambda x, axis: [-1.2, -0.4], {"axis": -1}, label="axis"),
    Sample("var", (A,), lambda x: statistics.pvariance(x.ravel().tolist())),
    Sample("var", (A,), lambda x, axis, ddof: [statistics.variance(c.tolist()) for c in x.T], {"axis": 0, "ddof": 1}, label="axis"),
    Sample("std", (A,), lambda x: statistics.pstdev(x.ravel().tolist())),
    Sample("std", (CUBE,), lambda x, axis, keepdims: [[[statistics.pstdev(x[:, j].ravel().tolist())] for j in range(3)]],
           {"axis": (0, -1), "keepdims": True}, label="kept"),
    Sample("prod", (A,), lambda x: math.prod(x.ravel().tolist())),
    Sample("prod", (A * MASK,), lambda x: 0.0, label="zeros"),
    Sample("prod", (A * MASK,), lambda x, axis: [0.0, 0.0, 2.0 * -0.4], {"axis": 0}, label="zeros-axis"),
    Sample("prod", (CUBE,), lambda x, axis: [math.prod(x[:, j].ravel().tolist()) for j in range(3)], {"axis": (0, 2)}, label="axes"),
    Sample("prod", (CUBE * (CUBE > 0),), lambda x, axis, keepdims: [[[math.prod(x[i, :, k].tolist()) for k in range(4)]] for i in range(2)],
           {"axis": 1, "keepdims": True}, label="many-zeros"),
]  # fmt: skip
