"""Samples: ranges, averages, covariances, counts."""

import statistics
from typing import Any

import numpy as np

from tests.autograd.samples.table import POS, ROW, A, B, Sample


def _average(x: Any, w: Any) -> float:
    return sum(v * u for v, u in zip(np.ravel(x), np.ravel(w), strict=True)) / sum(np.ravel(w))


def _cov(rows: Any, ddof: float = 1) -> list[list[float]]:
    means = [statistics.fmean(r) for r in rows]
    return [
        [
            sum((x - a) * (y - b) for x, y in zip(r, s, strict=True)) / (len(r) - ddof)
            for s, b in zip(rows, means, strict=True)
        ]
        for r, a in zip(rows, means, strict=True)
    ]


def _weighted_cov(rows: Any, w: Any) -> list[list[float]]:
    """By reliability weights, whose degrees of freedom are Σw − Σw² / Σw."""
    free = sum(w) - sum(v * v for v in w) / sum(w)
    means = [_average(r, w) for r in rows]
    return [
        [
            sum(v * (x - a) * (y - b) for v, x, y in zip(w, r, s, strict=True)) / free
            for s, b in zip(rows, means, strict=True)
        ]
        for r, a in zip(rows, means, strict=True)
    ]


SAMPLES: list[Sample] = [
    Sample("ptp", (A,), lambda x: 3.2),
    Sample("ptp", (A,), lambda x, axis, keepdims: [[3.2], [2.1]], {"axis": 1, "keepdims": True}, label="kept"),
    Sample("average", (A,), lambda x, axis: [sum(c) / 2 for c in x.T], {"axis": 0}, label="axis"),
    Sample("average", (A, POS), _average, via=lambda f, x, w: f(x, weights=w), label="weights"),
    Sample("average", (A, POS[0]), lambda x, w: [[_average(r, w)] for r in x],
           via=lambda f, x, w: f(x, -1, w, keepdims=True), label="vector"),
    Sample("average", (A, POS), lambda x, w: ([_average(c, u) for c, u in zip(x.T, w.T, strict=True)], [sum(u) for u in w.T]),
           via=lambda f, x, w: f(x, 0, w, returned=True), label="returned"),
    Sample("average", (A, POS.T), lambda x, w: _average(x, w.T), via=lambda f, x, w: f(x, (1, 0), w), label="axes"),
    Sample("cov", (A,), _cov),
    Sample("cov", (A, B), lambda x, y, bias: _cov([*x, *y], 0), {"bias": True}, label="two"),
    Sample("cov", (A,), lambda x, rowvar, ddof: _cov(x.T, 0), {"rowvar": False, "ddof": 0}, label="columns"),
    Sample("cov", (A,), lambda x, fweights: _cov([[r[0], r[0], *r[1:]] for r in x]), {"fweights": np.array([2, 1, 1])}, label="fweights"),
    Sample("cov", (A, POS[1]), _weighted_cov, via=lambda f, x, w: f(x, aweights=w), label="aweights"),
    Sample("cov", (ROW,), lambda x: statistics.variance(x.tolist()), label="vector"),
    Sample("corrcoef", (A,), lambda x: [[1.0, statistics.correlation(*x.tolist())], [statistics.correlation(*x.tolist()), 1.0]]),
    Sample("corrcoef", (ROW, A[0]), lambda x, y: [[1.0, statistics.correlation(x, y)], [statistics.correlation(x, y), 1.0]], label="two"),
    Sample("bincount", (np.array([1, 4, 1]), ROW), lambda k, w: [0.0, 0.7 + 2.5, 0.0, 0.0, -1.5], constant=(0,)),
    Sample("bincount", (np.array([1, 0, 1]), ROW), lambda k, w, minlength: [-1.5, 0.7 + 2.5, 0.0], {"minlength": 3}, constant=(0,), label="longer"),
    Sample("histogram", (np.array([0.1, 1.0, 0.3, 2.5]), POS.ravel()[:4]), lambda x, w: [w[0] + w[2], w[1]], constant=(0,),
           via=lambda f, x, w: f(x, 2, (0.0, 1.0), weights=w)[0]),
    Sample("histogram", (np.array([0.1, 1.0, 0.3, 2.5]), POS.ravel()[:4]), lambda x, w: [(w[0] + w[2]) / 0.5 / sum(w), (w[1] + w[3]) / 2.5 / sum(w)],
           constant=(0,), via=lambda f, x, w: f(x, [0.0, 0.5, 3.0], weights=w, density=True)[0], label="density"),
]  # fmt: skip
