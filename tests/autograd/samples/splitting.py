"""Samples: taking arrays apart."""

import numpy as np

from tests.autograd.samples.table import CUBE, ROW, A, Sample

SAMPLES: list[Sample] = [
    Sample("split", (CUBE,), lambda x, at, axis: (x[:, :, :1].tolist(), x[:, :, 1:3].tolist(), x[:, :, 3:].tolist()), {"at": (1, 3), "axis": 2}),
    Sample("split", (A,), lambda x: ([0.3, 1.7], [2.0, -0.4]), via=lambda f, x: [np.split(x, 3, axis=-1)[i][:, 0] for i in (0, 2)], label="some"),
    Sample("array_split", (ROW,), lambda x: ([0.7, -1.5], [2.5]), via=lambda f, x: f(x, 2)),
    Sample("array_split", (ROW,), lambda x: ([0.7, -1.5], [], [-1.5, 2.5]), via=lambda f, x: f(x, [2, 1]), label="overlapping"),
    Sample("hsplit", (A,), lambda x: ([[0.3, -1.2], [1.7, 0.9]], [[2.0], [-0.4]]), via=lambda f, x: f(x, [2])),
    Sample("vsplit", (A,), lambda x: ([[0.3, -1.2, 2.0]], [[1.7, 0.9, -0.4]]), via=lambda f, x: f(x, 2)),
    Sample("dsplit", (CUBE,), lambda x: (x[:, :, :2].tolist(), x[:, :, 2:].tolist()), via=lambda f, x: f(x, 2)),
    Sample("unstack", (A,), lambda x, axis: ([0.3, 1.7], [-1.2, 0.9], [2.0, -0.4]), {"axis": 1}),
]  # fmt: skip
