"""Elements picked, left out or put in along an axis: each is an index that NumPy works out on positions."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from autograd.graph import raw
from autograd.ops.index import of_type
from autograd.primitive import composed


@composed(np.take)
def take(a: Any, indices: Any, axis: int | None = None, *, mode: Any = "raise") -> Any:
    """The elements at `indices` along `axis`, or of all in a row; `mode` is for those beyond the end."""
    a, axis = (np.ravel(a), 0) if axis is None else (np.atleast_1d(a), axis)
    axis = normalize_axis_index(axis, a.ndim)
    indices = raw(indices)
    places = np.take(of_type(np.arange(a.shape[axis]), indices), indices, mode=mode)  # NumPy's own errors and modes
    return a[(slice(None),) * axis + (places,)]


@composed(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """The elements along `axis` whose condition holds; a condition that is too short leaves out the rest."""
    return take(a, np.flatnonzero(raw(condition)), axis)


@composed(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements whose condition holds, in a row."""
    return take(arr, np.flatnonzero(raw(condition)))


@composed(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """What is left without the elements at `obj`: an integer, a slice, a list or a mask."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    return take(arr, np.delete(np.arange(arr.shape[axis]), raw(obj)), axis)


@composed(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """`values` put in before the elements at `obj`, in the dtype of `arr`.

    NumPy inserts the numbers of the elements, which say where each one goes.
    """
    values = values if hasattr(values, "astype") else np.asarray(values)
    old = np.arange(np.size(arr)).reshape(np.shape(arr))
    new = np.arange(np.size(arr), np.size(arr) + np.size(values)).reshape(np.shape(values))
    places = np.insert(old, raw(obj), new, axis)
    return np.concatenate([arr, values.astype(arr.dtype)], axis=None)[places]


@composed(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without the zeros at the front ("f"), at the back ("b") or at both ends, along `axis` or along all axes."""
    trim = trim.lower()
    if trim not in ("fb", "bf", "f", "b"):
        raise ValueError(f'trim_zeros got trim={trim!r}; expected "f", "b" or "fb"')
    places = np.argwhere(raw(filt))
    index = [slice(None)] * np.ndim(filt)
    for a in range(len(index)) if axis is None else normalize_axis_tuple(axis, len(index)):
        start, stop = (np.min(places[:, a]), np.max(places[:, a]) + 1) if len(places) else (0, 0)
        index[a] = slice(
            start if "f" in trim or not len(places) else None, stop if "b" in trim or not len(places) else None
        )
    return filt[tuple(index)]
