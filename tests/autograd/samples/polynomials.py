"""Samples: polynomials."""

import math
from fractions import Fraction

import numpy as np

from tests.autograd.samples.table import ROW, A, B, Sample

LENGTH = "how long the result is depends on the values"
PLACES = np.array([-1.0, -0.5, 0.0, 0.5, 1.5])
HEIGHTS = np.array([0.7, -0.3, 1.1, 0.4, -2.0])


def _value(p, x):
    return math.fsum(c * x**k for k, c in enumerate(reversed(p)))


def _line(x, y, w=(1.0,) * 5):
    """The line of least squares: the normal equations in closed form, in fractions."""
    x, y, u = [[Fraction(float(v)) for v in values] for values in (x, y, [v * v for v in w])]
    n, sx, sy = sum(u), sum(map(Fraction.__mul__, u, x)), sum(map(Fraction.__mul__, u, y))
    sxx, sxy = (
        sum(a * b * b for a, b in zip(u, x, strict=True)),
        sum(a * b * c for a, b, c in zip(u, x, y, strict=True)),
    )
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    return [float(slope), float((sy - slope * sx) / n)]


def _fitted(f, x, y, deg):
    return f(x.astype(y.dtype), y, deg)


def _sorted_roots(f, p):
    """Real, and with the largest first."""
    found = np.real(f(p))
    return found[np.argsort(-found)]


SAMPLES: list[Sample] = [
    Sample("polyval", (ROW, A), lambda p, x: np.vectorize(lambda v: _value(p, v))(x)),
    Sample("polyval", (ROW, 0.3), lambda p, x: _value(p, x), label="scalar"),
    Sample("polyadd", (ROW, B.ravel()), lambda a, b: [*b[:3], *(a + b[3:])]),
    Sample("polysub", (B.ravel(), ROW), lambda a, b: [*a[:3], *(a[3:] - b)]),
    Sample("polymul", (ROW, B[0]), lambda a, b: [math.fsum(a[i] * b[k - i] for i in range(3) if 0 <= k - i < 3) for k in range(5)]),
    Sample("polyder", (A.ravel(),), lambda p: [p[k] * (5 - k) for k in range(5)]),
    Sample("polyder", (A.ravel(),), lambda p, m: [p[k] * (5 - k) * (4 - k) for k in range(4)], {"m": 2}, label="twice"),
    Sample("polyint", (ROW,), lambda p: [0.7 / 3, -1.5 / 2, 2.5, 0.0]),
    Sample("polyint", (ROW, B[0, :2]), lambda p, k: [0.7 / 12, -1.5 / 6, 2.5 / 2, 1.1, 0.6], via=lambda f, p, k: f(p, 2, k), label="constants"),
    Sample("poly", (ROW,), lambda r: [1.0, -sum(r), r[0] * r[1] + r[0] * r[2] + r[1] * r[2], -math.prod(r.tolist())], no_half=True),
    Sample("polydiv", (np.array([3.0, 5.0, 2.0]), np.array([2.0, 1.0])), lambda u, v: ([1.5, 1.75], [0.25]), without_ducks=LENGTH),
    Sample("polydiv", (ROW, A.ravel()), lambda u, v: u, via=lambda f, u, v: f(u, v)[1], label="shorter", without_ducks=LENGTH),
    Sample("roots", (np.array([2.0, -3.0, -1.4]),), lambda p: [(3 + math.sqrt(20.2)) / 4, (3 - math.sqrt(20.2)) / 4], via=_sorted_roots, no_half=True, without_ducks=LENGTH),
    Sample("vander", (ROW,), lambda x: [[v * v, v, 1.0] for v in x]),
    Sample("vander", (ROW,), lambda x, N, increasing: [[1.0, v, v * v, v**3] for v in x], {"N": 4, "increasing": True}, label="increasing"),
    Sample("polyfit", (PLACES, HEIGHTS), lambda x, y, deg: _line(x, y), {"deg": 1}, constant=(0,), via=_fitted, no_half=True),
    Sample("polyfit", (PLACES, np.stack([HEIGHTS, PLACES], axis=1)), lambda x, y, deg: np.transpose([_line(x, HEIGHTS), [1.0, 0.0]]), {"deg": 1},
           constant=(0,), via=_fitted, label="several", no_half=True),
]  # fmt: skip
