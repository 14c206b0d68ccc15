"""Samples: joining, repeating, grids."""

from tests.autograd.samples.table import COL, ROW, A, B, Sample

SAMPLES: list[Sample] = [
    Sample("concatenate", (A, ROW[None], A), lambda *xs: [*A.tolist(), ROW.tolist(), *A.tolist()]),
    Sample("concatenate", (A, COL), lambda *xs, axis: [[0.3, -1.2, 2.0, 1.4], [1.7, 0.9, -0.4, -0.6]], {"axis": -1}, label="axis"),
    Sample("concatenate", (COL, ROW), lambda *xs, axis: [1.4, -0.6, 0.7, -1.5, 2.5], {"axis": None}, label="flat"),
    Sample("stack", (A, B), lambda a, b: [a.tolist(), b.tolist()]),
    Sample("stack", (ROW, ROW), lambda a, b, axis: [[v, v] for v in a], {"axis": -1}, label="axis"),
    Sample("vstack", (A, ROW), lambda a, b: [*a.tolist(), b.tolist()], via=lambda f, *xs: f(xs)),
    Sample("hstack", (A, COL), lambda a, b: [[0.3, -1.2, 2.0, 1.4], [1.7, 0.9, -0.4, -0.6]], via=lambda f, *xs: f(xs)),
    Sample("hstack", (ROW, 2.0), lambda a, b: [0.7, -1.5, 2.5, 2.0], via=lambda f, *xs: f(xs), label="vectors"),
    Sample("dstack", (A, B), lambda a, b: [list(map(list, zip(r, s, strict=True))) for r, s in zip(a, b, strict=True)], via=lambda f, *xs: f(xs)),
    Sample("column_stack", (COL, A, COL[:, 0]), lambda *_: [[1.4, 0.3, -1.2, 2.0, 1.4], [-0.6, 1.7, 0.9, -0.4, -0.6]], via=lambda f, *xs: f(xs)),
    Sample("append", (A, 2.5), lambda a, b: [0.3, -1.2, 2.0, 1.7, 0.9, -0.4, 2.5]),
    Sample("append", (A, COL), lambda a, b, axis: [[0.3, -1.2, 2.0, 1.4], [1.7, 0.9, -0.4, -0.6]], {"axis": 1}, label="axis"),
    Sample("block", (A, COL, ROW, 1.5), lambda *_: [[0.3, -1.2, 2.0, 1.4], [1.7, 0.9, -0.4, -0.6], [0.7, -1.5, 2.5, 1.5]],
           via=lambda f, a, c, r, s: f([[a, c], [r, s]])),
    Sample("tile", (A,), lambda x: [[*row, *row] for row in x.tolist() * 2], via=lambda f, x: f(x, (2, 2))),
    Sample("tile", (A,), lambda x: [[list(r) for r in x]] * 2, via=lambda f, x: f(x, (2, 1, 1)), label="new-axis"),
    Sample("repeat", (A,), lambda x, repeats: [v for v in x.flat for _ in range(2)], {"repeats": 2}),
    Sample("repeat", (A,), lambda x, repeats, axis: [[v for v in r for _ in range(3)] for r in x], {"repeats": 3, "axis": -1}, label="axis"),
    Sample("repeat", (A,), lambda x, repeats, axis: [[r[0], r[0], r[2]] for r in x], {"repeats": [2, 0, 1], "axis": 1}, label="each"),
    Sample("meshgrid", (ROW, COL[:, 0]), lambda a, b: ([a.tolist()] * 2, [[1.4] * 3, [-0.6] * 3])),
    Sample("meshgrid", (ROW, COL[:, 0]), lambda a, b, **_: ([[v] for v in a], [b.tolist()]), {"indexing": "ij", "sparse": True}, label="sparse"),
]  # fmt: skip
