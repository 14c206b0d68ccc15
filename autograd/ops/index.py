"""Reading elements by index, and its transpose: adding into zeros at that index. Each is the other's derivative."""

from typing import Any

import numpy as np

from autograd.families import linear
from autograd.graph import raw
from autograd.primitive import Primitive, composed


def _scatter_add(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with `x` added at `index`; what is indexed twice receives twice."""
    out = np.zeros(shape, getattr(x, "dtype", float))
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


def _getitem(x: Any, *, index: Any) -> Any:
    return np.asarray(x)[index] if type(x) is float else x[index]


def _getitem_rule(g: Any, y: Any, x: Any, *, index: Any) -> Any:
    stack = g.shape[: g.ndim - np.ndim(y)]
    if not stack:
        return scatter_add(g, index=index, shape=x.shape)
    flat = scatter_add(g, index=(..., _positions(x.shape, index)), shape=(*stack, x.size))
    return flat.reshape(stack + x.shape)


def _scatter_add_rule(g: Any, y: Any, x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    stack = g.shape[: g.ndim - y.ndim]
    return g.reshape((*stack, -1))[..., _positions(shape, index)] if stack else g[index]


def _positions(shape: tuple[int, ...], index: Any) -> Any:
    """Where in the flattened array the elements lie that `index` names: so a stack in front can not get in its way."""
    return np.arange(np.prod(shape, dtype=int)).reshape(shape)[index]


# fmt: off
getitem: Primitive     = linear("getitem", _getitem, _getitem_rule)
scatter_add: Primitive = linear("scatter_add", _scatter_add, _scatter_add_rule)
# fmt: on


@composed(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """One element of `arr` for each index along `axis`."""
    indices = raw(indices)
    if axis is None:
        return arr.reshape(-1)[indices]
    places = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
    places[axis] = indices
    return arr[tuple(places)]
