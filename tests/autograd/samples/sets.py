"""Samples: sets."""

import numpy as np

from tests.autograd.samples.table import ROW, A, Sample


def _in_order(x):
    return sorted(np.ravel(x).tolist())


def _few(a):
    """Two of the elements, which move with the others."""
    return np.reshape(a, -1)[[2, 1]]


SAMPLES: list[Sample] = [
    Sample("unique", (A,), lambda x: sorted(x.ravel().tolist())),
    Sample("unique", (A,), lambda x, **_: sorted(x.ravel().tolist()), {"return_index": True, "return_counts": True},
           via=lambda f, x, **options: f(x, **options)[0], label="more"),
    Sample("unique", (A,), lambda x, axis: x, {"axis": 0}, label="rows"),
    Sample("unique", (A[:, [2, 0, 1]],), lambda x, axis: [[-1.2, 0.3, 2.0], [0.9, 1.7, -0.4]], {"axis": -1}, label="columns"),
    Sample("unique", (np.array([0.3, -1.2]),), lambda x, equal_nan: [-1.2, 0.3], {"equal_nan": False}, label="options"),
    Sample("unique_values", (A,), _in_order),
    Sample("unique_all", (A,), _in_order, via=lambda f, x: f(x).values),
    Sample("unique_counts", (A,), _in_order, via=lambda f, x: f(x).values),
    Sample("unique_inverse", (A,), _in_order, via=lambda f, x: f(x).values),
    Sample("union1d", (A, ROW), lambda a, b: sorted({*a.flat, *b})),
    Sample("intersect1d", (A,), lambda a: [-1.2, 2.0], via=lambda f, a: f(a, _few(a))),
    Sample("setdiff1d", (A,), lambda a: [-0.4, 0.3, 0.9, 1.7], via=lambda f, a: f(a, _few(a))),
    Sample("setxor1d", (A, ROW), lambda a, b: sorted([*a.flat, *b])),
]  # fmt: skip
