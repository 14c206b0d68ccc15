"""NumPy functions without a derivative: those whose results are constants, and those refused with the reason."""

from collections.abc import Callable
from typing import Any

import numpy as np

# Results that are constants: truth values, positions, shapes, text.
constant_functions: frozenset[Callable[..., Any]] = frozenset(
    [
        np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
        np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
        np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.bitwise_count, np.left_shift, np.right_shift,
        np.gcd, np.lcm, np.spacing,
        np.isneginf, np.isposinf, np.isreal, np.iscomplex,
        np.isnan, np.isinf, np.isfinite, np.signbit, np.isclose, np.allclose, np.array_equal,
        np.argpartition, np.lexsort, np.nanargmax, np.nanargmin, np.digitize, np.isin, np.array_equiv,
        np.argmax, np.argmin, np.argsort, np.nonzero, np.count_nonzero, np.searchsorted, np.all, np.any,
        np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj,
        np.argwhere, np.flatnonzero, np.ravel_multi_index, np.unravel_index, np.ix_,
        np.diag_indices_from, np.tril_indices_from, np.triu_indices_from,
        np.zeros, np.ones, np.empty, np.arange, np.eye, np.identity, np.tri,  # with like=tensor
        np.zeros_like, np.ones_like, np.empty_like, np.shares_memory, np.may_share_memory,
        np.array_repr, np.array_str, np.array2string, np.save, np.savez, np.savez_compressed, np.savetxt,
        np.common_type, np.min_scalar_type, np.einsum_path, np.linalg.matrix_rank,
    ]
)  # fmt: skip

_DATES = "it is about dates, and tensors hold numbers"
_BITS = "it is about bits, which have no derivative; call it on x.numpy()"
_WRITES = "it writes into its first argument: a tensor does not change, and no tape follows what an array holds; write "

# NumPy functions that no gradient could flow through, and why.
refusals: dict[Callable[..., Any], str] = {
    np.copyto: "it writes into an array, which no tape follows, and np.full(shape, x) and np.full_like(array, x) do so "
    "too; write np.broadcast_to(x, shape), choose with np.where, or change elements with x.at",
    np.fill_diagonal: _WRITES + "x.at[np.diag_indices(n)].set(values)",
    np.put: _WRITES + "x.ravel().at[indices].set(values)",
    np.put_along_axis: _WRITES + "x.at[index].set(values)",
    np.place: _WRITES + "np.where(mask, values, x)",
    np.putmask: _WRITES + "np.where(mask, values, x)",
    np.sort_complex: "np.sort(x) has one and sorts by the real part first; x.astype(complex) makes it complex",
    np.histogram_bin_edges: "the edges move with the data in jumps; call it on x.numpy()",
    np.histogram2d: "its counts are constants, and its edges move with the data; call it on x.numpy()",
    np.histogramdd: "its counts are constants, and its edges move with the data; call it on x.numpy()",
    np.busday_count: _DATES,
    np.busday_offset: _DATES,
    np.is_busday: _DATES,
    np.isnat: _DATES,
    np.datetime_as_string: _DATES,
    np.packbits: _BITS,
    np.unpackbits: _BITS,
    np.nextafter: "the next float after x is a step of the number format; for a small step write x + eps",
}
