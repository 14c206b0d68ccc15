"""Samples: norms."""

import math

import numpy as np

from tests.autograd.samples.decompositions import TURNED, TWISTED
from tests.autograd.samples.table import CUBE, ROW, A, B, Sample


def _length(x, p=2):
    if p in (math.inf, -math.inf):
        return (max if p > 0 else min)(abs(v) for v in np.ravel(x).tolist())
    return math.fsum(abs(v) ** p for v in np.ravel(x).tolist()) ** (1 / p)


def _sums(x, axis):
    return [math.fsum(map(abs, line)) for line in (x.T.tolist() if axis == 0 else x.tolist())]


def _norm(inputs, value, label, **params) -> Sample:
    return Sample(
        "linalg.norm", inputs, lambda *xs, **_: value(*xs), params, label=label, no_half=label.startswith("svd")
    )


SAMPLES: list[Sample] = [
    Sample("norm", (A,), lambda x: math.hypot(*x.ravel())),
    Sample("norm", (A,), lambda x, axis, keepdims: [[math.hypot(*r)] for r in x], {"axis": 1, "keepdims": True}, label="axis"),
    Sample("norm", (CUBE,), lambda x, ord, axis: [_length(x[:, j], 2.5) for j in range(3)], {"ord": 2.5, "axis": (0, -1)}, label="power"),
    _norm((A,), _length, "all"),
    _norm((CUBE,), _length, "all-of-cube"),
    _norm((CUBE,), lambda x: [[[_length(x[i])]] for i in range(2)], "frobenius", ord="fro", axis=(1, 2), keepdims=True),
    _norm((CUBE,), lambda x: [_length(x[:, j]) for j in range(3)], "pair", axis=(2, 0)),
    *[_norm((ROW,), lambda x, p=p: _length(x, p), f"vector-{p}", ord=p) for p in (1, 2, 3, 0.5, -1, -2.5, math.inf, -math.inf)],
    _norm((ROW,), lambda x: 3.0, "vector-0", ord=0),
    _norm((A,), lambda x: [_length(c, 3) for c in x.T], "columns", ord=3, axis=0),
    _norm((A,), lambda x: [[_length(r, math.inf)] for r in x], "kept", ord=math.inf, axis=-1, keepdims=True),
    _norm((A,), lambda x: max(_sums(x, 0)), "matrix-1", ord=1),
    _norm((A,), lambda x: min(_sums(x, 0)), "matrix--1", ord=-1),
    _norm((A,), lambda x: max(_sums(x, 1)), "matrix-inf", ord=math.inf),
    _norm((A,), lambda x: [[min(_sums(x, 1))]], "matrix--inf", ord=-math.inf, keepdims=True),
    _norm((CUBE,), lambda x: [max(_sums(x[:, j], 1)) for j in range(3)], "matrix-1-axes", ord=1, axis=(-1, 0)),
    _norm((TURNED,), lambda x: 3.0, "svd-2", ord=2),
    _norm((TURNED,), lambda x: 1.0, "svd--2", ord=-2),
    _norm((np.stack([TURNED, 2 * TURNED], axis=1),), lambda x: [[[4.0], [8.0]]], "svd-nuc", ord="nuc", axis=(2, 0), keepdims=True),
    *[Sample("linalg.norm", (A, B), lambda a, b, p=p: _length(a + 1j * b, 2 if p is None else p), label=f"complex-{p}", no_half=True, via=lambda f, a, b, p=p: f((a + 1j * b).ravel(), p)) for p in (None, 1, 3, math.inf)],
    Sample("linalg.norm", (TWISTED.real, TWISTED.imag), lambda a, b: 4.0, via=lambda f, a, b: f(a + 1j * b, "nuc"), no_half=True, label="complex-nuc"),
    Sample("linalg.vector_norm", (CUBE,), lambda x, axis, ord: [_length(x[:, j], 3) for j in range(3)], {"axis": (0, 2), "ord": 3}),
    Sample("linalg.vector_norm", (CUBE,), lambda x, keepdims: [[[_length(x)]]], {"keepdims": True}, label="all"),
    Sample("linalg.matrix_norm", (CUBE,), lambda x: [_length(m) for m in x]),
    Sample("linalg.matrix_norm", (TURNED,), lambda x, ord: 3.0, {"ord": 2}, no_half=True, label="svd"),
    Sample("linalg.cond", (TURNED,), lambda x: 3.0, no_half=True),
    Sample("linalg.cond", (TURNED,), lambda x, p: 1 / 3, {"p": -2}, no_half=True, label="inverse"),
    Sample("linalg.cond", (A[:, :2],), lambda x, p: max(_sums(x, 0)) * max(_sums(np.array([[x[1, 1], -x[0, 1]], [-x[1, 0], x[0, 0]]]), 0)) / abs(x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0]), {"p": 1}, no_half=True, label="1"),
    Sample("linalg.cond", (A[:, :2],), lambda x, p: math.fsum((x * x).ravel()) / abs(x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0]), {"p": "fro"}, no_half=True, label="frobenius"),
]  # fmt: skip
