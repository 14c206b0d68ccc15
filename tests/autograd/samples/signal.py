"""Samples: convolution, correlation, interpolation."""

import math

import numpy as np

from tests.autograd.samples.table import POS, ROW, A, B, Sample

LONG, SHORT = A.ravel(), B[0, :2]
KNOTS, HEIGHTS = np.array([-1.0, 0.0, 0.5, 2.0]), np.array([0.3, -0.8, 1.7, 0.9])


def _convolved(a, v):
    return [
        math.fsum(a[i] * v[k - i] for i in range(len(a)) if 0 <= k - i < len(v)) for k in range(len(a) + len(v) - 1)
    ]


def _line(x, xp=KNOTS, fp=HEIGHTS):
    k = max(i for i in range(len(xp) - 1) if xp[i] <= x)
    return fp[k] + (fp[k + 1] - fp[k]) * (x - xp[k]) / (xp[k + 1] - xp[k])


SAMPLES: list[Sample] = [
    Sample("convolve", (LONG, ROW), _convolved),
    Sample("convolve", (SHORT, LONG), _convolved, label="short-first"),
    Sample("convolve", (LONG, ROW), lambda a, v, mode: _convolved(a, v)[1:-1], {"mode": "same"}, label="same"),
    Sample("convolve", (SHORT, LONG), lambda a, v, mode: _convolved(a, v)[:-1], {"mode": "same"}, label="same-even"),
    Sample("convolve", (LONG, ROW), lambda a, v, mode: _convolved(a, v)[2:-2], {"mode": "valid"}, label="valid"),
    Sample("convolve", (SHORT, LONG), lambda a, v, mode: _convolved(a, v)[1:-1], {"mode": "valid"}, label="valid-short-first"),
    Sample("correlate", (LONG, ROW), lambda a, v: _convolved(a, v[::-1])[2:-2]),
    Sample("correlate", (SHORT, LONG), lambda a, v: _convolved(a, v[::-1])[1:-1], label="short-first"),
    Sample("correlate", (LONG, SHORT), lambda a, v, mode: _convolved(a, v[::-1])[:-1], {"mode": "same"}, label="same"),
    Sample("correlate", (SHORT, LONG), lambda a, v, mode: _convolved(a, v[::-1])[1:], {"mode": "same"}, label="same-short-first"),
    Sample("correlate", (ROW, LONG), lambda a, v, mode: _convolved(a, v[::-1]), {"mode": "full"}, label="full"),
    Sample("interp", (np.array([[-0.7, 0.2], [0.6, 1.9]]), KNOTS, HEIGHTS), lambda x, xp, fp: [[_line(v) for v in r] for r in x]),
    Sample("interp", (np.array([-1.5, 0.3, 7.0]), KNOTS, HEIGHTS), lambda x, xp, fp: [0.3, _line(0.3), 0.9], label="beside"),
    Sample("interp", (np.array([-1.5, 0.3, 7.0]), KNOTS, HEIGHTS, -2.0, 5.0), lambda x, xp, fp, low, high: [-2.0, _line(0.3), 5.0], label="ends"),
    Sample("interp", (np.array([-3.6, 0.1, 2.8, 5.0]), np.array([0.5, 4.0, 2.0]), POS[0]),
           lambda x, xp, fp, period: [_line(v, [-1.0, 0.5, 2.0, 4.0, 5.5], [fp[1], fp[0], fp[2], fp[1], fp[0]]) for v in (1.4, 0.1, 2.8, 0.0)],
           {"period": 5.0}, label="period"),
]  # fmt: skip
