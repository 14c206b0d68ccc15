"""Samples: operations that only move elements."""

from tests.autograd.samples.table import COL, CUBE, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("reshape", (A,), lambda x, shape: [[0.3, -1.2], [2.0, 1.7], [0.9, -0.4]], {"shape": (3, -1)}),
    Sample("reshape", (A,), lambda x, shape, order: [0.3, 1.7, -1.2, 0.9, 2.0, -0.4], {"shape": -1, "order": "F"}, label="fortran"),
    Sample("transpose", (A,), lambda x: list(zip(*x, strict=True))),
    Sample("transpose", (CUBE,), lambda x, axes: [[[x[i, j, k] for j in range(3)] for i in range(2)] for k in range(4)],
           {"axes": (2, 0, 1)}, label="axes"),
    Sample("swapaxes", (A,), lambda x, axis1, axis2: list(zip(*x, strict=True)), {"axis1": -1, "axis2": 0}),
    Sample("moveaxis", (CUBE,), lambda x, source, destination: [[[x[i, j, k] for j in range(3)] for i in range(2)] for k in range(4)],
           {"source": -1, "destination": 0}),
    Sample("expand_dims", (A,), lambda x, axis: [[[v] for v in row] for row in x], {"axis": -1}),
    Sample("squeeze", (COL,), lambda x, axis: [1.4, -0.6], {"axis": 1}),
    Sample("ravel", (A,), lambda x: [0.3, -1.2, 2.0, 1.7, 0.9, -0.4]),
    Sample("broadcast_to", (ROW,), lambda x, shape: [list(x), list(x)], {"shape": (2, 3)}),
]  # fmt: skip
