"""Samples: differences, slopes and integrals."""

import itertools
import math

import numpy as np

from tests.autograd.samples.table import CUBE, ROW, A, B, Sample

PLACES = np.array([0.0, 0.4, 1.5])


def _slopes(f, x, second=False):
    """The derivative of the parabola through three points in its middle; at the edges of a line, or of the parabola."""
    first, last = (f[1] - f[0]) / (x[1] - x[0]), (f[2] - f[1]) / (x[2] - x[1])
    bend = (last - first) / (x[2] - x[0])
    middle = first + bend * (x[1] - x[0])
    return [first - bend * (x[1] - x[0]), middle, last + bend * (x[2] - x[1])] if second else [first, middle, last]


def _trapezoid(y, x):
    return sum(
        (b - a) * (v + u) / 2 for (a, b), (v, u) in zip(itertools.pairwise(x), itertools.pairwise(y), strict=True)
    )


def _unwrapped(x):
    """Each step brought within half a turn."""
    out = [float(x[0])]
    for a, b in itertools.pairwise(x):
        step = (b - a + math.pi) % (2 * math.pi) - math.pi
        out.append(out[-1] + step)
    return out


SAMPLES: list[Sample] = [
    Sample("diff", (A,), lambda x: [[-1.5, 3.2], [-0.8, -1.3]]),
    Sample("diff", (A,), lambda x, n: [[4.7], [-0.5]], {"n": 2}, label="twice"),
    Sample("diff", (A, 0.5, B), lambda x, p, q: [x[0] - 0.5, x[1] - x[0], q[0] - x[1], q[1] - q[0]],
           via=lambda f, x, p, q: f(x, axis=0, prepend=p, append=q), label="between"),
    Sample("diff", (A,), lambda x, n: x, {"n": 0}, label="none"),
    Sample("ediff1d", (A,), lambda x: [-1.5, 3.2, -0.3, -0.8, -1.3]),
    Sample("ediff1d", (A, ROW, 0.5), lambda x, p, q: [0.5, -1.5, 3.2, -0.3, -0.8, -1.3, 0.7, -1.5, 2.5], label="between"),
    Sample("gradient", (ROW,), lambda x: [-2.2, 0.9, 4.0]),
    Sample("gradient", (A, 0.5), lambda x, h: [_slopes(r, [0, h, 2 * h], True) for r in x],
           via=lambda f, x, h: f(x, h, axis=1, edge_order=2), label="second"),
    Sample("gradient", (A.T, PLACES), lambda x, h: np.transpose([_slopes(r, h) for r in x.T]), via=lambda f, x, h: f(x, h, axis=0), label="places"),
    Sample("gradient", (A, PLACES), lambda x, h: [_slopes(r, h, True) for r in x],
           via=lambda f, x, h: f(x, h, axis=-1, edge_order=2), label="second-places"),
    Sample("gradient", (A,), lambda x: ([(x[1] - x[0]) / 2] * 2, [_slopes(r, PLACES) for r in x]), via=lambda f, x: f(x, 2.0, PLACES), label="each-axis"),
    Sample("gradient", (CUBE,), lambda x: ([(x[1] - x[0]) / 3] * 2, [np.transpose([_slopes(c, [0, 3, 6]) for c in m.T]) for m in x]),
           via=lambda f, x: f(x, 3.0, axis=(0, 1)), label="two-axes"),
    Sample("trapezoid", (A,), lambda y: [_trapezoid(r, range(3)) for r in y]),
    Sample("trapezoid", (A, PLACES), lambda y, x: [_trapezoid(r, x) for r in y], label="places"),
    Sample("trapezoid", (A.T, B.T), lambda y, x, axis: [_trapezoid(r, s) for r, s in zip(y.T, x.T, strict=True)], {"axis": 0}, label="axis"),
    Sample("trapezoid", (A, 0.3), lambda y, h: [_trapezoid(r, [0, h, 2 * h]) for r in y], via=lambda f, y, h: f(y, dx=h), label="steps"),
    Sample("unwrap", (4 * A,), lambda x: [_unwrapped(r) for r in x]),
    Sample("unwrap", (A,), lambda x, axis, period: [x[0], [0.7, -1.1, 1.6]], {"axis": 0, "period": 1.0}, label="period"),
    Sample("unwrap", (4 * A,), lambda x, discont: x, {"discont": 100.0}, label="none"),
]  # fmt: skip
