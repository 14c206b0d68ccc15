"""Samples: diagonals and triangles of matrices."""

from tests.autograd.samples.table import CUBE, ROW, A, B, Sample

SAMPLES: list[Sample] = [
    Sample("diag", (ROW[:2],), lambda x: [[0.7, 0.0], [0.0, -1.5]]),
    Sample("diag", (ROW[:2],), lambda x, k: [[0.0, 0.0, 0.0], [0.7, 0.0, 0.0], [0.0, -1.5, 0.0]], {"k": -1}, label="below"),
    Sample("diag", (A,), lambda x, k: [-1.2, -0.4], {"k": 1}, label="of-matrix"),
    Sample("diagflat", (A[:, :1],), lambda x, k: [[0.0, 0.3, 0.0], [0.0, 0.0, 1.7], [0.0, 0.0, 0.0]], {"k": 1}),
    Sample("diagonal", (A,), lambda x: [0.3, 0.9]),
    Sample("diagonal", (CUBE,), lambda x, offset, axis1, axis2: [[x[0, j, 1], x[1, j, 2]] for j in range(3)],
           {"offset": -1, "axis1": 2, "axis2": 0}, label="axes"),
    Sample("linalg.diagonal", (CUBE,), lambda x, offset: [[m[0, 2], m[1, 3]] for m in x], {"offset": 2}),
    Sample("tril", (A,), lambda x: [[0.3, 0.0, 0.0], [1.7, 0.9, 0.0]]),
    Sample("tril", (B,), lambda x, k: [[1.1, 0.6, 0.0], [-2.2, 1.3, 0.5]], {"k": 1}, label="above"),
    Sample("triu", (A,), lambda x: [[0.3, -1.2, 2.0], [0.0, 0.9, -0.4]]),
    Sample("triu", (CUBE,), lambda x, k: [[[v if j - i >= 2 else 0.0 for j, v in enumerate(r)] for i, r in enumerate(m)] for m in x],
           {"k": 2}, label="stack"),
]  # fmt: skip
