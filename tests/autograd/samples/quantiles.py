"""Samples: quantiles."""

import math
import statistics
from typing import Any

import numpy as np

from tests.autograd.samples.table import CUBE, A, Sample


def _quantile(x: Any, q: float) -> float:
    ordered = sorted(np.ravel(x).tolist())
    place = q * (len(ordered) - 1)
    k = math.floor(place)
    return ordered[k] if k + 1 == len(ordered) else ordered[k] + (place - k) * (ordered[k + 1] - ordered[k])


# The quantile q of the six numbers -1.2 -0.4 0.3 0.9 1.7 2.0: the rank, counted from 1, as Hyndman and Fan have it.
RANKS = {
    "interpolated_inverted_cdf": lambda q: 6 * q,
    "hazen": lambda q: 6 * q + 0.5,
    "weibull": lambda q: 7 * q,
    "linear": lambda q: 5 * q + 1,
    "median_unbiased": lambda q: (6 + 1 / 3) * q + 1 / 3,
    "normal_unbiased": lambda q: (6 + 1 / 4) * q + 3 / 8,
}
# Those that pick an element, or two: of 0.25, with six numbers.
PICKED = {
    "inverted_cdf": -0.4,  # ⌈1.5⌉ = 2
    "averaged_inverted_cdf": -0.4,
    "closest_observation": -0.4,  # the nearest to 1.5 with an even rank
    "lower": -0.4,  # place 1.25, counted from 0
    "higher": 0.3,
    "midpoint": -0.05,
    "nearest": -0.4,
}


def _ranked(rank: float) -> float:
    ordered = [-1.2, -0.4, 0.3, 0.9, 1.7, 2.0]
    k = math.floor(rank)
    return ordered[k - 1] + (rank - k) * (ordered[k] - ordered[k - 1])


SAMPLES: list[Sample] = [
    Sample("median", (A,), lambda x: statistics.median(x.ravel().tolist())),
    Sample("median", (A,), lambda x, axis, keepdims: [[statistics.median(r)] for r in x.tolist()], {"axis": 1, "keepdims": True}, label="kept"),
    Sample("median", (CUBE,), lambda x, axis, keepdims: [[[statistics.median(x[:, j].ravel().tolist())] for j in range(3)]],
           {"axis": (0, -1), "keepdims": True}, label="axes"),
    Sample("quantile", (A, [0.25, 0.9]), lambda x, q: [_quantile(x, v) for v in q], constant=(1,)),
    Sample("quantile", (A, 0.3), lambda x, q, axis: [_quantile(c, q) for c in x.T], {"axis": 0}, constant=(1,), label="axis"),
    Sample("quantile", (CUBE, [[0.2], [0.7]]), lambda x, q, axis: [[[_quantile(x[i], v) for i in range(2)] for v in r] for r in q],
           {"axis": (1, 2)}, constant=(1,), label="axes"),
    Sample("percentile", (A, 30.0), lambda x, q: _quantile(x, q / 100), constant=(1,)),
    *[Sample("quantile", (A, 0.4), lambda x, q, method: _ranked(RANKS[method](q)), {"method": m}, constant=(1,), label=m) for m in RANKS],
    *[Sample("quantile", (A, 0.25), lambda x, q, method: PICKED[method], {"method": m}, constant=(1,), label=m) for m in PICKED],
    Sample("quantile", (A, 0.5), lambda x, q, **_: [1.7, 0.9, -0.4], {"axis": 0, "method": "inverted_cdf", "weights": [1.0, 3.0]},
           constant=(1,), label="weights"),
    *[Sample("quantile", (A, 0.43), lambda x, q, method: _ranked(RANKS[method](q)), {"method": m}, label=f"by-q-{m}") for m in RANKS],
    *[Sample("quantile", (A, 0.25), lambda x, q, method: PICKED[method], {"method": m}, label=f"by-q-{m}") for m in ("inverted_cdf", "lower", "higher", "midpoint", "nearest")],
    Sample("quantile", (A, np.array([0.25, 0.9])), lambda x, q, axis: [[_quantile(r, v) for r in x] for v in q], {"axis": 1}, label="by-q"),
    Sample("percentile", (A, 33.0), lambda x, q: _quantile(x, q / 100), label="by-q"),
]  # fmt: skip
