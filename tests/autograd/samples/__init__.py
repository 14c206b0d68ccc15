"""The tables of samples: every operation with inputs to try it on, and its value by independent means."""

from tests.autograd.samples import (
    choice,
    creation,
    decompositions,
    elementwise,
    fourier,
    fused,
    index,
    joining,
    norms,
    products,
    reduce,
    scan,
    shape,
    signal,
    solving,
    sorting,
    special,
    statistics,
    windows,
)
from tests.autograd.samples.table import Sample

TABLES = [elementwise, special, reduce, norms, statistics, scan, sorting, signal, shape, joining, creation, index,
          choice, products, solving, decompositions, fourier, fused, windows]  # fmt: skip
SAMPLES: list[Sample] = [sample for table in TABLES for sample in table.SAMPLES]

__all__ = ["SAMPLES", "Sample"]
