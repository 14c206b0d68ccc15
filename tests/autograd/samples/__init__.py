"""The tables of samples: every operation with inputs to try it on, and its value by independent means."""

import numpy as np

from tests.autograd.samples import (
    applying,
    bessel,
    chains,
    choice,
    complexes,
    creation,
    decompositions,
    determinants,
    diagonals,
    differences,
    eigen,
    einsum,
    elementwise,
    fourier,
    fused,
    index,
    joining,
    kinks,
    linalg,
    masked,
    nans,
    norms,
    padding,
    picking,
    polynomials,
    products,
    quantiles,
    reduce,
    rounding,
    scan,
    sets,
    shape,
    signal,
    sliding,
    solving,
    sorting,
    special,
    splitting,
    statistics,
    windows,
)
from tests.autograd.samples.table import OPERATIONS, Sample

TABLES = [elementwise, kinks, rounding, complexes, bessel, special, reduce, norms, statistics, scan, sorting, signal, sliding,
          shape, joining, splitting, padding, creation, diagonals, index, picking, choice, products, einsum, chains, solving, determinants, decompositions, eigen, linalg, fourier, fused, windows, masked, nans, quantiles, differences, polynomials, sets, applying]  # fmt: skip
# Without those of functions that the NumPy in use does not have yet.
SAMPLES: list[Sample] = [
    sample for table in TABLES for sample in table.SAMPLES if sample.op in OPERATIONS or hasattr(np, sample.op)
]

__all__ = ["SAMPLES", "Sample"]
