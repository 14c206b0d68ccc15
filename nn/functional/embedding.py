"""Categories as vectors: one-hot rows, and rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.families import as_array


def one_hot(labels: Any, classes: int, dtype: npt.DTypeLike = np.float32) -> npt.NDArray[Any]:
    """A row of zeros with a one at the label, for each label.

    labels: whole numbers from 0 to classes − 1, of any shape.

    The result is (*labels.shape, classes): an array, since no derivative flows through labels.

    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.], [1., 0., 0.]], dtype=float32)
    """
    labels = _indices(labels, classes, "labels", "classes")
    return (labels[..., None] == np.arange(classes)).astype(dtype)


def embedding(indices: Any, table: Any) -> Any:
    """The row of `table` that each index names.

    indices: whole numbers from 0 to len(table) − 1, of any shape.
    table: (rows, features). Its gradient has its shape; a row that is named twice gets both contributions.

    The result is (*indices.shape, features).

    >>> import numpy as np
    >>> embedding([[1, 0]], np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[[3., 4.], [1., 2.]]])
    """
    if len(getattr(table, "shape", ())) != 2:
        raise ValueError(f"got a table of shape {np.shape(table)}; expected (rows, features)")
    return table[_indices(indices, table.shape[0], "indices", "rows")]


def _indices(given: Any, count: int, name: str, of: str) -> npt.NDArray[Any]:
    """`given` as an array of whole numbers below `count`; negative ones would count from the end unnoticed."""
    found = np.asarray(as_array(given))
    if found.dtype.kind not in "iu":
        raise TypeError(f"{name} have dtype {found.dtype}; expected whole numbers. Try {name}.astype(int)")
    wrong = (found < 0) | (found >= count)
    if np.any(wrong):
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = f" at {at if len(at) > 1 else at[0]}" if at else ""
        raise ValueError(
            f"{name} hold {found[at]}{where}; expected whole numbers from 0 to {count - 1}, for {count} {of}"
        )
    return found
