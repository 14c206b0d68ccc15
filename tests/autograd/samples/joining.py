"""Samples: joining, splitting, repeating."""

from tests.autograd.samples.table import COL, ROW, A, B, Sample

SAMPLES: list[Sample] = [
    Sample("concatenate", (A, ROW[None], A), lambda *xs: [*A.tolist(), ROW.tolist(), *A.tolist()]),
    Sample("concatenate", (A, COL), lambda *xs, axis: [[0.3, -1.2, 2.0, 1.4], [1.7, 0.9, -0.4, -0.6]], {"axis": -1}, label="axis"),
    Sample("concatenate", (COL, ROW), lambda *xs, axis: [1.4, -0.6, 0.7, -1.5, 2.5], {"axis": None}, label="flat"),
    Sample("stack", (A, B), lambda a, b: [a.tolist(), b.tolist()]),
    Sample("stack", (ROW, ROW), lambda a, b, axis: [[v, v] for v in a], {"axis": -1}, label="axis"),
]  # fmt: skip
