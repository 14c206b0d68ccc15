"""Samples: reductions that leave NaNs out. The first and last elements of the rows are lost on the way in."""

import math
import statistics

import numpy as np

from tests.autograd.samples.table import A, Sample

LOST = np.array([[True, False, False], [False, False, True]])
ROWS = [[-1.2, 2.0], [1.7, 0.9]]
ALL = [-1.2, 2.0, 1.7, 0.9]


def _spoiled(op, x, **options):
    """`op` of `x` with NaNs in two places, which so have the gradient 0."""
    return op(np.where(LOST, np.nan, x), **options)


def _nans(name, value, label="", **params):
    return Sample(name, (A,), lambda x, **_: value, params, via=_spoiled, label=label)


SAMPLES: list[Sample] = [
    _nans("nansum", math.fsum(ALL)),
    _nans("nansum", [[0.8], [2.6]], label="axis", axis=1, keepdims=True),
    _nans("nanprod", math.prod(ALL)),
    _nans("nanprod", [1.7, -1.2 * 0.9, 2.0], label="axis", axis=0),
    _nans("nanmean", statistics.fmean(ALL)),
    _nans("nanmean", [statistics.fmean(r) for r in ROWS], label="axis", axis=-1),
    _nans("nanvar", statistics.pvariance(ALL)),
    _nans("nanvar", [[statistics.variance(r)] for r in ROWS], label="axis", axis=1, ddof=1, keepdims=True),
    _nans("nanstd", statistics.pstdev(ALL)),
    _nans("nanstd", [statistics.stdev(r) for r in ROWS], label="axis", axis=1, correction=1),
    _nans("nanmax", 2.0),
    _nans("nanmax", [1.7, 0.9, 2.0], label="axis", axis=0),
    _nans("nanmin", -1.2),
    _nans("nanmin", [[-1.2], [0.9]], label="axis", axis=1, keepdims=True),
    _nans("nancumsum", [0.0, -1.2, 0.8, 2.5, 3.4, 3.4]),
    _nans("nancumsum", [[0.0, -1.2, 2.0], [1.7, -0.3, 2.0]], label="axis", axis=0),
    _nans("nancumprod", [1.0, -1.2, -2.4, -2.4 * 1.7, -2.4 * 1.7 * 0.9, -2.4 * 1.7 * 0.9]),
    _nans("nanmedian", statistics.median(ALL)),
    _nans("nanmedian", [[1.7, -0.15, 2.0]], label="axis", axis=0, keepdims=True),
    _nans("nanquantile", [-1.2, 1.3, 2.0], label="several", q=[0, 0.5, 1]),
    _nans("nanquantile", [[-1.2 + 0.3 * 3.2, 0.9 + 0.3 * 0.8]], label="axis", q=[0.3], axis=1),
    _nans("nanpercentile", 0.9 + 0.8 * 0.5, q=50.0),
]  # fmt: skip
