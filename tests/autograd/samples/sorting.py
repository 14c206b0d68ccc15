"""Samples: sorting."""

from tests.autograd.samples.table import CUBE, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("sort", (A,), lambda x: [sorted(r) for r in x.tolist()]),
    Sample("sort", (A,), lambda x, axis: sorted(x.ravel().tolist()), {"axis": None}, label="flat"),
    Sample("sort", (CUBE,), lambda x, axis, stable: [[sorted(x[i, j].tolist()) for j in range(3)] for i in range(2)],
           {"axis": 2, "stable": True}, label="axis"),
    Sample("partition", (ROW,), lambda x, kth: [-1.5, 0.7, 2.5], {"kth": 1}),
    Sample("partition", (A,), lambda x, kth, axis: sorted(x.ravel().tolist()), {"kth": [0, 1, 2, 3, 4, 5], "axis": None}, label="flat"),
    Sample("partition", (A,), lambda x, kth, axis: [sorted(c) for c in x.T.tolist()], {"kth": (0,), "axis": 0},
           via=lambda f, x, **options: f(x, **options).mT, label="axis"),
]  # fmt: skip
