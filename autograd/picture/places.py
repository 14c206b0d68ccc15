"""The third step of the layered layout: where in its layer everything stands, so that links run straight."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from autograd.picture.layers import Item

_SPACE = 22.0  # between two boxes side by side, at least
_SWEEPS = 8
_LIGHT = 1e-4  # the weight of an item that makes way


def place(items: list[Item], layers: list[list[int]]) -> None:
    """Set x of every item, in the given order, the leftmost edge at 0: each layer in turn moves to its neighbours."""
    for row in layers:
        _settle([items[i] for i in row], [0.0] * len(row))
    for sweep in range(_SWEEPS):
        both = sweep >= _SWEEPS - 2
        upwards = sweep % 2 == 0
        for row in layers if upwards else layers[::-1]:
            here = [items[i] for i in row]
            _settle(here, [_wish(items, item, upwards or both, not upwards or both) for item in here])
    left = min([item.x - item.left for item in items], default=0.0)
    for item in items:
        item.x -= left


def _wish(items: list[Item], item: Item, below: bool, above: bool) -> float:
    """The mean of its neighbours' places; for what does not make way, light ones only where there are no others."""
    near = [items[i] for i in [*(item.below if below else []), *(item.above if above else [])]]
    near = [other for other in near if item.light or not other.light] or near
    return sum([other.x for other in near]) / len(near) if near else item.x


def _settle(row: Sequence[Item], wishes: Sequence[float]) -> None:
    """Put a row as near to its wishes, in weighted least squares, as order and distances allow.

    With what must lie between taken off, this is a regression that may only rise: neighbours that want to pass
    each other are merged into a block, which goes to the mean of their wishes.
    """
    offsets = [0.0]
    for a, b in pairwise(row):
        offsets.append(offsets[-1] + a.right + _SPACE + b.left)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for item, wish, offset in zip(row, wishes, offsets, strict=True):
        mean, weight, length = wish - offset, _LIGHT if item.light else 1.0, 1
        while blocks and blocks[-1][0] >= mean:
            before, heavier, more = blocks.pop()
            mean = (before * heavier + mean * weight) / (heavier + weight)
            weight, length = weight + heavier, length + more
        blocks.append((mean, weight, length))
    means = [mean for mean, _, length in blocks for _ in range(length)]
    for item, mean, offset in zip(row, means, offsets, strict=False):
        item.x = mean + offset
