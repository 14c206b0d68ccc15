"""Samples: reductions with a mask, a start, a dtype."""

import math
import statistics

import numpy as np

from tests.autograd.samples.table import CUBE, MASK, A, B, Sample

TAKEN = A[MASK].tolist()  # 0.3, 2.0 and -0.4
COLUMNS = np.array([[True, True, False], [True, False, True]])
BY_COLUMN = [[0.3, 1.7], [-1.2], [-0.4]]


def _numpys(function, **options):
    """The row's name stands for the row; this calls NumPy's function, which knows the options."""
    return lambda op, x: function(x, **options)


SAMPLES: list[Sample] = [
    Sample("amax", (A,), lambda x, axis: [2.0, 1.7], {"axis": 1}),
    Sample("amin", (A,), lambda x, axis: [-1.2, -0.4], {"axis": 1}),
    Sample("sum", (A,), lambda x: math.fsum(TAKEN), via=_numpys(np.sum, where=MASK), label="where"),
    Sample("sum", (A, 0.7), lambda x, start: [[start + math.fsum(r)] for r in x],
           via=lambda op, x, start: np.sum(x, 1, keepdims=True, initial=start), label="initial"),
    Sample("prod", (A,), lambda x: [math.prod(c) for c in BY_COLUMN], via=_numpys(np.prod, axis=0, where=COLUMNS), label="where"),
    Sample("prod", (A, 0.7), lambda x, start: start * math.prod(x.ravel().tolist()),
           via=lambda op, x, start: np.prod(x, initial=start), label="initial"),
    Sample("max", (A,), lambda x: [1.7, 0.5, 0.5], via=_numpys(np.max, axis=0, where=COLUMNS, initial=0.5), label="where"),
    Sample("max", (A, 1.1), lambda x, start: [1.7, 1.1, 2.0], via=lambda op, x, start: np.max(x, 0, initial=start), label="initial"),
    Sample("min", (A,), lambda x: [[-0.4]], via=_numpys(np.min, keepdims=True, where=MASK, initial=1.5), label="where"),
    Sample("mean", (A,), lambda x: [statistics.fmean(c) for c in BY_COLUMN], via=_numpys(np.mean, axis=0, where=COLUMNS), label="where"),
    Sample("var", (A,), lambda x: statistics.variance(TAKEN), via=_numpys(np.var, ddof=1, where=MASK), label="where"),
    Sample("var", (A, B), lambda x, m: [[sum((v - sum(b) / 3) ** 2 for v in a) / 3] for a, b in zip(x, m, strict=True)],
           via=lambda op, x, m: np.var(x, 1, keepdims=True, mean=np.mean(m, 1, keepdims=True)), label="mean"),
    Sample("var", (A,), lambda x: [statistics.variance(r) for r in x.tolist()], via=_numpys(np.var, axis=-1, correction=1), label="correction"),
    Sample("std", (A,), lambda x: statistics.pstdev(TAKEN), via=_numpys(np.std, where=MASK), label="where"),
    Sample("sum", (A,), lambda x: np.float64(math.fsum(x.flat)), via=lambda op, x: np.sum(x, dtype=np.float64).astype(x.dtype), label="dtype"),
    Sample("mean", (CUBE,), lambda x: x, via=_numpys(np.mean, axis=()), label="no-axis"),
]  # fmt: skip
