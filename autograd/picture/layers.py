"""The first step of the layered layout: which layer everything is in, and the bends of links that pass layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from autograd.picture.geometry import Box, Link

_BEND = 8.0  # how much room a passing link takes to each side


@dataclass(eq=False)
class Item:
    """What takes up room in a layer: a box, a link passing through, or the label beside a link.

    left, right: how far it reaches from x, which is the middle of a box and the course of a link.
    light: a leaf, or a bend of a link that comes from one: it makes way, so that chains of operations stay straight.
    above, below: its neighbours in the next layers, as positions in the list of items.
    """

    layer: int
    left: float
    right: float
    height: float
    round: bool = False
    bend: bool = False
    light: bool = False
    x: float = 0.0
    y: float = 0.0
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)


def layer(boxes: Sequence[Box], links: Sequence[Link]) -> tuple[list[Item], list[list[int]], list[list[int]]]:
    """The items, the boxes first; the layers from the bottom up; and of each link the items it runs through."""
    made = {link.target for link in links}
    labelled = any(link.label for link in links)
    items = [
        Item(rank * (2 if labelled else 1), box.width / 2, box.width / 2, box.height, box.round, light=i not in made)
        for i, (rank, box) in enumerate(zip(ranks(len(boxes), links), boxes, strict=True))
    ]
    passing: dict[tuple[int, int], int] = {}  # the bends of a source are shared by all its links
    courses = []
    for link in links:
        course = [link.source]
        light = link.source not in made
        last = items[link.target].layer - 1
        for at in range(items[link.source].layer + 1, last + 1):
            if at == last and link.label:
                items.append(Item(at, _BEND, link.label[0], link.label[1], bend=True, light=light))
                course.append(len(items) - 1)
                continue
            if (link.source, at) not in passing:
                passing[link.source, at] = len(items)
                items.append(Item(at, _BEND, _BEND, 0.0, bend=True, light=light))
            course.append(passing[link.source, at])
        courses.append([*course, link.target])
    joined = dict.fromkeys([pair for course in courses for pair in pairwise(course)])
    for lower, upper in joined:
        items[lower].above.append(upper)
        items[upper].below.append(lower)
    layers: list[list[int]] = [[] for _ in range(max([item.layer for item in items], default=-1) + 1)]
    for i in _from_the_top(items):
        layers[items[i].layer].append(i)
    return items, layers, courses


def ranks(count: int, links: Sequence[Link]) -> list[int]:
    """The longest path that leads to each box; leaves move up to their lowest user. Sources stand before targets."""
    found = [0] * count
    for link in sorted(links, key=lambda link: link.target):
        found[link.target] = max(found[link.target], found[link.source] + 1)
    lowest: dict[int, int] = {}
    for link in links:
        lowest[link.source] = min(lowest.get(link.source, count), found[link.target])
    made = {link.target for link in links}
    return [lowest[i] - 1 if i not in made and i in lowest else rank for i, rank in enumerate(found)]


def _from_the_top(items: list[Item]) -> list[int]:
    """All items, each results before its operands and operands from left to right, depth first."""
    order: dict[int, None] = {}
    stack = [i for i, item in enumerate(items) if not item.above][::-1]
    while stack:
        i = stack.pop()
        if i not in order:
            order[i] = None
            stack += items[i].below[::-1]
    return list(order)
