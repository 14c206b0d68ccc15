"""Item assignment of a tensor into a NumPy array, `y[i] = x`, which would lose the gradient.

NumPy converts the value of an item assignment by `__float__`, `__int__`, `__array__` or the like, as it does for
`float(x)` and `np.asarray(x)`. The bytecode instruction of the calling frame tells the two apart.
"""

from __future__ import annotations

import opcode
from types import FrameType, TracebackType

from autograd.errors import NoDerivativeError

# Python 3.12 has a separate instruction for y[a:b] = x; y.real = x is an attribute.
_STORES = {opcode.opmap[name] for name in ("STORE_SUBSCR", "STORE_SLICE", "STORE_ATTR") if name in opcode.opmap}

_NUMPY = "setting an array element with a sequence"
_NUMPY_FLAT = "Error setting single item of array."


def is_store(frame: FrameType) -> bool:
    """Whether `frame` is at an item assignment."""
    return frame.f_code.co_code[frame.f_lasti] in _STORES


def refused_store() -> NoDerivativeError:
    """Return the error for a followed tensor that is stored into an array."""
    return NoDerivativeError(
        "a tensor that a tape or transform follows was stored into a NumPy array, y[i] = x; the gradient would be "
        "lost, because arrays are not recorded. Build the array from tensors with np.stack([...]) or ag.array([...]), "
        "or start from a tensor and write y = y.at[i].set(x). Store ag.stop_gradient(x) if a constant is meant"
    )


def raise_refused_store(error: BaseException, left: tuple[str, int] | None) -> None:
    """Raise the error of `refused_store` in place of the ValueError that NumPy makes of it.

    left: file and line where a value left the recording last, if one did.

    NumPy replaces an error in `__float__` by "setting an array element with a sequence", and keeps it as the cause. For
    `y.flat[i] = x` it keeps nothing; then the place tells.
    """
    if str(error).startswith(_NUMPY) and isinstance(error.__cause__, NoDerivativeError):
        refused = error.__cause__.with_traceback(error.__traceback__)
        error.__cause__ = error.__context__ = None  # or the two would keep each other, and what was computed, alive
        try:
            raise refused from None
        finally:
            del refused
    if str(error) == _NUMPY_FLAT and left is not None and left == _place(error.__traceback__):
        raise refused_store().with_traceback(error.__traceback__) from None


def _place(trace: TracebackType | None) -> tuple[str, int] | None:
    """File and line that the innermost entry of a traceback names."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace and (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
