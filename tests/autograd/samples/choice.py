"""Samples: choosing between values."""

from tests.autograd.samples.table import A, B, Sample, each

SAMPLES: list[Sample] = [
    Sample("select", (A, B), each(lambda a, b: a if a > 1 else b if a > 0 else 3 * a),
           via=lambda f, a, b: f([a > 1, a > 0], [a, b], 3 * a)),
]  # fmt: skip
