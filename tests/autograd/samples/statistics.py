"""Samples: statistics."""

import math
import statistics
from typing import Any

import numpy as np

from tests.autograd.samples.table import A, Sample


def _quantile(x: Any, q: float) -> float:
    ordered = sorted(np.ravel(x).tolist())
    place = q * (len(ordered) - 1)
    k = math.floor(place)
    return ordered[k] if k + 1 == len(ordered) else ordered[k] + (place - k) * (ordered[k + 1] - ordered[k])


SAMPLES: list[Sample] = [
    Sample("median", (A,), lambda x: statistics.median(x.ravel().tolist())),
    Sample("median", (A,), lambda x, axis, keepdims: [[statistics.median(r)] for r in x.tolist()], {"axis": 1, "keepdims": True}, label="kept"),
    Sample("quantile", (A, [0.25, 0.9]), lambda x, q: [_quantile(x, v) for v in q], constant=(1,)),
    Sample("quantile", (A, 0.3), lambda x, q, axis: [_quantile(c, q) for c in x.T], {"axis": 0}, constant=(1,), label="axis"),
    Sample("percentile", (A, 30.0), lambda x, q: _quantile(x, q / 100), constant=(1,)),
]  # fmt: skip
