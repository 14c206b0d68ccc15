"""Samples: products."""

import math

from tests.autograd.samples.table import CUBE, ROW, A, B, Sample, products

SAMPLES: list[Sample] = [
    Sample("matmul", (A, B.T), products),
    Sample("matmul", (A, ROW), lambda a, b: [math.sumprod(r, b) if hasattr(math, "sumprod") else sum(r * b) for r in a], label="vector"),
    Sample("matmul", (ROW, A.T), lambda a, b: [sum(a * b[:, j]) for j in range(2)], label="row"),
    Sample("matmul", (ROW, B[0]), lambda a, b: sum(x * y for x, y in zip(a, b, strict=True)), label="inner"),
    Sample("matmul", (CUBE, CUBE[0].T), lambda a, b: [products(m, b) for m in a], label="batch"),
    Sample("matmul", (CUBE, CUBE[0, 0]), lambda a, b: [[sum(r * b) for r in m] for m in a], label="batch-vector"),
    Sample("matmul", (ROW, CUBE), lambda a, b: [[sum(a * m[:, j]) for j in range(4)] for m in b], label="vector-batch"),
]  # fmt: skip
