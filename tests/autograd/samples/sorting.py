"""Samples: sorting."""

from tests.autograd.samples.table import A, Sample

SAMPLES: list[Sample] = [
    Sample("sort", (A,), lambda x: [sorted(r) for r in x.tolist()]),
    Sample("sort", (A,), lambda x, axis: sorted(x.ravel().tolist()), {"axis": None}, label="flat"),
]  # fmt: skip
