"""Reading elements by index, and its transpose: adding into zeros at that index. Each is the other's derivative."""

from typing import Any

import numpy as np

from autograd.families import linear
from autograd.primitive import Primitive


def _scatter_add(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with `x` added at `index`; what is indexed twice receives twice."""
    out = np.zeros(shape, x.dtype)
    if is_basic(index):
        out[index] = x
    else:
        np.add.at(out, index, x)
    return out


def is_basic(index: Any) -> bool:
    """Whether an index can name no element twice: integers, slices, None and Ellipsis, or one boolean mask."""
    if isinstance(index, np.ndarray):
        return index.dtype == bool
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None or part is Ellipsis or (isinstance(part, int | np.integer | slice) and not isinstance(part, bool))
        for part in parts
    )


# fmt: off
getitem: Primitive     = linear("getitem", lambda x, *, index: x[index], lambda g, y, x, *, index: scatter_add(g, index=index, shape=x.shape))
scatter_add: Primitive = linear("scatter_add", _scatter_add, lambda g, y, x, *, index, shape: g[index])
# fmt: on
