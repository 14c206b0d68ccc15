"""Taking arrays apart. A split is one operation, since a gradient for each piece would be as long as the whole."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autograd import flops
from autograd.bundle import Parts
from autograd.families import several
from autograd.graph import raw
from autograd.primitive import Primitive, composed


def _rejoined(g: Any, y: Any, x: Any, *, at: Any, axis: int) -> Any:
    """The pieces of a split end to end; a piece that nothing came back to lacks the axes of a stack."""
    stack = max([gi.shape[: gi.ndim - yi.ndim] for gi, yi in zip(g, y, strict=True)], key=len)
    return np.concatenate([np.broadcast_to(gi, stack + yi.shape) for gi, yi in zip(g, y, strict=True)], axis - x.ndim)


def _push_split(op: Primitive, tangents: list[Any], y: Any, inputs: Any, params: dict[str, Any]) -> Parts:
    return Parts(op(tangents[0], **params))


# fmt: off
split = several("split", lambda x, *, at, axis: tuple(np.split(x, at, axis)), _rejoined, push=_push_split, flops=flops.none)
# fmt: on


@composed(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Consecutive pieces along `axis`: as many, as equal in length as can be, or cut at these places."""
    return _cut(ary, np.array_split, indices_or_sections, axis)


@composed(np.split)
def _numpy_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return _cut(ary, np.split, indices_or_sections, axis)


def _cut(ary: Any, divided: Any, sections: Any, axis: int) -> list[Any]:
    """The pieces, where NumPy's function `divided` cuts a row of numbers."""
    axis = normalize_axis_index(axis, ary.ndim)
    pieces = divided(np.arange(ary.shape[axis]), raw(sections))
    ends = np.cumsum([len(piece) for piece in pieces])
    if any(len(p) and p[-1] != end - 1 for p, end in zip(pieces, ends, strict=True)) or ends[-1] != ary.shape[axis]:
        # Places that go back give pieces that overlap.
        return [np.take(ary, piece, axis) for piece in pieces]
    return list(split(ary, at=tuple(ends[:-1].tolist()), axis=axis))


@composed(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split along the second axis, a vector along its only one."""
    if not ary.ndim:
        raise ValueError("hsplit got a scalar; expected an array with 1 axis or more")
    return np.split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


@composed(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split along the first axis."""
    if ary.ndim < 2:
        raise ValueError(f"vsplit got an array of {ary.ndim} axes; expected 2 or more")
    return np.split(ary, indices_or_sections, 0)


@composed(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split along the third axis."""
    if ary.ndim < 3:
        raise ValueError(f"dsplit got an array of {ary.ndim} axes; expected 3 or more")
    return np.split(ary, indices_or_sections, 2)


@composed("unstack")
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The layers of `x` along `axis`, which they lack."""
    if not x.ndim:
        raise ValueError("unstack got a scalar; expected an array with 1 axis or more")
    axis = normalize_axis_index(axis, x.ndim)
    length = x.shape[axis]
    return tuple(
        np.squeeze(piece, axis) for piece in (split(x, at=tuple(range(1, length)), axis=axis) if length else ())
    )
