"""Samples: convolution and pooling."""

from tests.autograd.samples.table import Sample

SAMPLES: list[Sample] = [
]  # fmt: skip
