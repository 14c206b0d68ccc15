"""NumPy functions without a derivative: those whose results are constants, and those refused with the reason."""

from collections.abc import Callable
from typing import Any

import numpy as np

# Results that are constants: truth values, positions, shapes, text.
constant_functions: frozenset[Callable[..., Any]] = frozenset(
    [
        np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
        np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
        np.isnan, np.isinf, np.isfinite, np.signbit, np.isclose, np.allclose, np.array_equal,
        np.argmax, np.argmin, np.argsort, np.nonzero, np.count_nonzero, np.searchsorted, np.all, np.any,
        np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj,
        np.zeros_like, np.ones_like, np.empty_like, np.shares_memory, np.may_share_memory,
        np.array_repr, np.array_str, np.array2string, np.save, np.savez, np.savetxt,
    ]
)  # fmt: skip

# NumPy functions that no gradient could flow through, and why.
refusals: dict[Callable[..., Any], str] = {
    np.nextafter: "the next float after x is a step of the number format; for a small step write x + eps",
}
