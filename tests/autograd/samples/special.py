"""Samples: special functions."""

from tests.autograd.samples.table import Sample

SAMPLES: list[Sample] = [
]  # fmt: skip
