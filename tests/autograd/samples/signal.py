"""Samples: differences, interpolation, convolution."""

from tests.autograd.samples.table import Sample

SAMPLES: list[Sample] = [
]  # fmt: skip
