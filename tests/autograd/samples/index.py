"""Samples: indexing and choice."""

import numpy as np

from tests.autograd.samples.table import MASK, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("take_along_axis", (A, np.array([[0, 0], [2, 1]])), lambda x, i, axis: [[x[r, k] for k in i[r]] for r in range(2)],
           {"axis": 1}, constant=(1,)),
    Sample("getitem", (A,), lambda x, index: [0.3, 1.7], {"index": (slice(None), 0)}, label="slice"),
    Sample("getitem", (A,), lambda x, index: [[1.7, 0.9, -0.4], [0.3, -1.2, 2.0], [1.7, 0.9, -0.4]],
           {"index": np.array([1, 0, 1])}, label="repeated"),
    Sample("getitem", (A,), lambda x, index: [0.3, 2.0, -0.4], {"index": MASK}, label="mask"),
    Sample("getitem", (A,), lambda x, index: [[[-1.2]], [[0.9]]], {"index": (Ellipsis, None, slice(1, 2))}, label="newaxis"),
    Sample("scatter_add", (ROW,), lambda x, index, shape: [0.0, 0.7, -1.5 + 2.5, 0.0],
           {"index": np.array([1, 2, 2]), "shape": (4,)}),
    Sample("scatter_add", (ROW,), lambda x, index, shape: [0.7, 0.0, -1.5, 0.0, 2.5],
           {"index": slice(None, None, 2), "shape": (5,)}, label="slice"),
]  # fmt: skip
