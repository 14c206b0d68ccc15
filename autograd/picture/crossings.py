"""The second step of the layered layout: an order within each layer in which few links cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from itertools import pairwise

from autograd.picture.layers import Item

_SWEEPS = 6


def reorder(items: list[Item], layers: list[list[int]]) -> None:
    """Sort each layer by the mean place of its neighbours, up and down in turn; the best order met is kept."""
    best, fewest = [list(row) for row in layers], crossings(items, layers)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        upwards = sweep % 2 == 0
        place = {i: k for row in layers for k, i in enumerate(row)}
        for row in layers if upwards else layers[::-1]:
            means = {}
            for i in row:
                near = items[i].below if upwards else items[i].above
                means[i] = sum([place[j] for j in near]) / len(near) if near else place[i]
            row.sort(key=means.__getitem__)
            place.update({i: k for k, i in enumerate(row)})
        if (now := crossings(items, layers)) < fewest:
            best, fewest = [list(row) for row in layers], now
    for row, kept in zip(layers, best, strict=True):
        row[:] = kept


def crossings(items: list[Item], layers: list[list[int]]) -> int:
    """How many pairs of links cross: the inversions among the upper ends, met in the order of the lower ends."""
    total = 0
    for lower, upper in pairwise(layers):
        place = {i: k for k, i in enumerate(upper)}
        met: list[int] = []
        for i in lower:
            ends = sorted([place[j] for j in items[i].above])
            total += sum([len(met) - bisect_right(met, end) for end in ends])
            for end in ends:
                insort(met, end)
    return total
