"""Samples: products."""

import math

import numpy as np

from tests.autograd.samples.loops import complex_parts, einsummed, parts
from tests.autograd.samples.table import CUBE, ROW, A, B, Sample, products

ROW2 = np.array([0.4, 1.1, -0.9])
FLAT, FLAT2 = np.array([0.7, -1.5]), np.array([-0.2, 1.3])


def _crossed(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


SAMPLES: list[Sample] = [
    Sample("matmul", (A, B.T), products),
    Sample("matmul", (A, ROW), lambda a, b: [math.sumprod(r, b) if hasattr(math, "sumprod") else sum(r * b) for r in a], label="vector"),
    Sample("matmul", (ROW, A.T), lambda a, b: [sum(a * b[:, j]) for j in range(2)], label="row"),
    Sample("matmul", (ROW, B[0]), lambda a, b: sum(x * y for x, y in zip(a, b, strict=True)), label="inner"),
    Sample("matmul", (CUBE, CUBE[0].T), lambda a, b: [products(m, b) for m in a], label="batch"),
    Sample("matmul", (CUBE, CUBE[0, 0]), lambda a, b: [[sum(r * b) for r in m] for m in a], label="batch-vector"),
    Sample("matmul", (ROW, CUBE), lambda a, b: [[sum(a * m[:, j]) for j in range(4)] for m in b], label="vector-batch"),
    Sample("linalg.matmul", (A, B.T), products),
    Sample("dot", (A, B.T), products),
    Sample("dot", (ROW, ROW2), einsummed("i,i->"), label="vectors"),
    Sample("dot", (2.5, A), einsummed(",ij->ij"), label="scalar"),
    Sample("dot", (CUBE, CUBE.transpose(0, 2, 1)), einsummed("abi,cid->abcd"), label="arrays"),
    Sample("dot", (CUBE, CUBE[0, 0]), einsummed("abi,i->ab"), label="array-vector"),
    Sample("inner", (A, B), einsummed("ai,bi->ab")),
    Sample("inner", (A, 1.5), einsummed("ai,->ai"), label="scalar"),
    Sample("inner", (ROW, CUBE.transpose(0, 2, 1)), einsummed("i,abi->ab"), label="array"),
    Sample("outer", (A, ROW), lambda a, b: [[x * y for y in b] for x in a.flat]),
    Sample("linalg.outer", (ROW2, ROW), lambda a, b: [[x * y for y in b] for x in a]),
    Sample("vdot", (A, B), lambda a, b: sum(x * y for x, y in zip(a.flat, b.flat, strict=True))),
    Sample("vdot", (A, B, B, A), lambda a, b, c, d: parts(sum((x - 1j * y) * (u + 1j * v) for x, y, u, v in zip(a.flat, b.flat, c.flat, d.flat, strict=True))),
           via=lambda f, a, b, c, d: complex_parts(f(a + 1j * b, c + 1j * d)), no_half=True, label="complex"),
    Sample("vecdot", (A, ROW), einsummed("ai,i->a")),
    Sample("vecdot", (A, B, ROW), lambda a, b, c: parts([sum((x - 1j * y) * z for x, y, z in zip(p, q, c, strict=True)) for p, q in zip(a, b, strict=True)]),
           via=lambda f, a, b, c: complex_parts(f(a + 1j * b, c)), no_half=True, label="complex"),
    Sample("linalg.vecdot", (A, B), lambda a, b, axis: einsummed("ia,ia->a")(a, b), {"axis": 0}),
    Sample("kron", (A, ROW[:2]), lambda a, b: [[x * y for x in r for y in b] for r in a]),
    Sample("kron", (A[:, :2], B), lambda a, b: [[a[i, j] * b[k, l] for j in range(2) for l in range(3)] for i in range(2) for k in range(2)], label="matrices"),
    Sample("cross3", (A, B), lambda a, b: [_crossed(p, q) for p, q in zip(a, b, strict=True)]),
    Sample("cross", (A, ROW), lambda a, b: [_crossed(p, b) for p in a]),
    Sample("cross", (FLAT, FLAT2), lambda a, b: a[0] * b[1] - a[1] * b[0], label="plane"),
    Sample("cross", (FLAT, ROW), lambda a, b: _crossed([*a, 0], b), label="mixed"),
    Sample("cross", (A.T, B), lambda a, b, axisa, axisc: np.transpose([_crossed(p, q) for p, q in zip(a.T, b, strict=True)]), {"axisa": 0, "axisc": 0}, label="axes"),
    Sample("cross", (A.T, B.T), lambda a, b, axis: np.transpose([_crossed(p, q) for p, q in zip(a.T, b.T, strict=True)]), {"axis": 0}, label="axis"),
    Sample("linalg.cross", (A, B), lambda a, b: [_crossed(p, q) for p, q in zip(a, b, strict=True)]),
    Sample("trace", (A,), lambda a: a[0, 0] + a[1, 1]),
    Sample("trace", (CUBE,), lambda a, offset, axis1, axis2: [sum(a[i, j, i + 1] for i in range(2)) for j in range(3)], {"offset": 1, "axis1": 0, "axis2": -1}, label="axes"),
    Sample("linalg.trace", (CUBE,), lambda a, offset: [a[k, 1, 0] + a[k, 2, 1] for k in range(2)], {"offset": -1}),
    Sample("linalg.diagonal", (CUBE,), lambda a, offset: [[a[k, i, i + 2] for i in range(2)] for k in range(2)], {"offset": 2}),
    Sample("matvec", (CUBE, CUBE[0, 0]), einsummed("kij,j->ki")),
    Sample("vecmat", (ROW, CUBE), einsummed("i,kij->kj")),
    Sample("matmul", (A.T, B), lambda a, b: einsummed("ji,kj->ki")(a, b), via=lambda f, a, b: np.matmul(a, b, axes=[(1, 0), (1, 0), (1, 0)]), label="axes"),
]  # fmt: skip
