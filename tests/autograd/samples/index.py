"""Samples: indexing and choice."""

import numpy as np

from tests.autograd.samples.table import COL, CUBE, MASK, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("take_along_axis", (A, np.array([[0, 0], [2, 1]])), lambda x, i, axis: [[x[r, k] for k in i[r]] for r in range(2)],
           {"axis": 1}, constant=(1,)),
    Sample("take_along_axis", (A, np.array([[2, 0]])), lambda x, i, axis: [[2.0, 0.3], [-0.4, 1.7]], {"axis": -1}, constant=(1,), label="broadcast"),
    Sample("take_along_axis", (A, np.array([4, 0, 4])), lambda x, i, axis: [0.9, 0.3, 0.9], {"axis": None}, constant=(1,), label="flat"),
    Sample("getitem", (A,), lambda x, index: [0.3, 1.7], {"index": (slice(None), 0)}, label="slice"),
    Sample("getitem", (A,), lambda x, index: [[1.7, 0.9, -0.4], [0.3, -1.2, 2.0], [1.7, 0.9, -0.4]],
           {"index": np.array([1, 0, 1])}, label="repeated"),
    Sample("getitem", (A,), lambda x, index: [0.3, 2.0, -0.4], {"index": MASK}, label="mask"),
    Sample("getitem", (A,), lambda x, index: [[[-1.2]], [[0.9]]], {"index": (Ellipsis, None, slice(1, 2))}, label="newaxis"),
    Sample("getitem", (CUBE,), lambda x, index: [[x[i, j, 2] for j in range(3)] for i in (1, 0, 1)],
           {"index": ([1, 0, 1], slice(None), 2)}, label="apart"),
    Sample("getitem", (CUBE,), lambda x, index: [[x[0, 0, 0]], [x[0, 1, 1]]],
           {"index": (0, np.array([[0], [1]]), np.array([[0], [1]]))}, label="pairs"),
    Sample("getitem", (CUBE,), lambda x, index: [x[0, 0, 3], x[1, 0, 1]],
           {"index": (np.array([[True, False, False], [True, False, False]]), np.array([3, 1]))}, label="mask-and-integers"),
    Sample("scatter_add", (ROW,), lambda x, index, shape: [0.0, 0.7, -1.5 + 2.5, 0.0],
           {"index": np.array([1, 2, 2]), "shape": (4,)}),
    Sample("scatter_add", (ROW,), lambda x, index, shape: [0.7, 0.0, -1.5, 0.0, 2.5],
           {"index": slice(None, None, 2), "shape": (5,)}, label="slice"),
    Sample("at_set", (ROW, np.array([1.0, 2.0, 3.0])), lambda x, v, index: [3.0, -1.5, 2.0], {"index": np.array([0, 2, 0])}),
    Sample("at_set", (A, np.array(5.0)), lambda x, v, index: [[5.0, 5.0, 2.0], [1.7, 0.9, -0.4]], {"index": (0, slice(2))}, label="slice"),
    Sample("at_add", (ROW, np.array([1.0, 2.0, 3.0])), lambda x, v, index: [0.7 + 1.0 + 3.0, -1.5, 2.5 + 2.0], {"index": np.array([0, 2, 0])}),
    Sample("at_add", (A, COL[:, 0]), lambda x, v, index: [[0.3 + 1.4, -1.2, 2.0], [1.7, 0.9 - 0.6, -0.4]], {"index": np.eye(2, 3, dtype=bool)}, label="mask"),
    Sample("at_multiply", (ROW, np.array([1.5, 2.0, 3.0])), lambda x, v, index: [0.7 * 1.5 * 3.0, -1.5, 5.0], {"index": np.array([0, 2, 0])}),
    Sample("at_multiply", (A, COL), lambda x, v, index: [[0.3 * 1.4 * -0.6, -1.2 * 1.4 * -0.6, 2.0 * 1.4 * -0.6], [1.7, 0.9, -0.4]], {"index": np.array([0, 0])}, label="rows"),
    Sample("at_max", (ROW, np.array([1.5, 2.0, 3.0])), lambda x, v, index: [3.0, -1.5, 2.5], {"index": np.array([0, 2, 0])}),
    Sample("at_min", (ROW, np.array([1.5, 2.0, -3.0])), lambda x, v, index: [-3.0, -1.5, 2.0], {"index": np.array([0, 2, 0])}),
]  # fmt: skip
