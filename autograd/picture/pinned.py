"""The layout in which the centres are given: links are straight, and it is the same on every machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from autograd.picture.geometry import Arrangement, Box, Curve, Link, Point, direction, straight

if TYPE_CHECKING:
    from autograd.picture.model import GraphNode

_PARALLEL = 22.0  # between two links that join the same two boxes
_HALVINGS = 24
_SAMPLES = 24  # points of a line that labels keep clear of
_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)

Size = tuple[float, float]


def centres_of(nodes: Sequence[GraphNode], positions: Mapping[str, Point]) -> list[Point]:
    """The centre of each node, given by its id or name; ValueError if one is missing."""
    found = [positions.get(node.id) or positions.get(node.name or node.id) for node in nodes]
    if missing := [node.name or node.id for node, centre in zip(nodes, found, strict=True) if centre is None]:
        raise ValueError(
            f"positions lacks {', '.join(missing[:5])}; expected (x, y) in pixels for every node, by id or name. "
            f"graph.positions() gives some to begin with"
        )
    return [(float(x), float(y)) for x, y in filter(None, found)]


def arrange(boxes: Sequence[Box], links: Sequence[Link], centres: Sequence[Point]) -> Arrangement:
    """Straight links between boxes around these centres; the picture begins at the leftmost and topmost outline."""
    left = min([x - box.width / 2 for (x, _), box in zip(centres, boxes, strict=True)])
    top = min([y - box.height / 2 for (_, y), box in zip(centres, boxes, strict=True)])
    placed = [(x - left, y - top) for x, y in centres]
    many, seen = Counter([(link.source, link.target) for link in links]), Counter[tuple[int, int]]()
    curves: list[Curve] = []
    labels: list[Point | None] = []
    lines: list[list[tuple[Point, Size]]] = []
    taken: list[tuple[Point, Size]] = [(at, (box.width, box.height)) for at, box in zip(placed, boxes, strict=True)]
    for link in links:
        pair = link.source, link.target
        apart = (seen[pair] - (many[pair] - 1) / 2) * _PARALLEL
        seen[pair] += 1
        ux, uy = direction(placed[link.source], placed[link.target])
        start, end = [(x - uy * apart, y + ux * apart) for x, y in (placed[link.source], placed[link.target])]
        leaves = _last_inside(boxes[link.source], placed[link.source], start, end)
        enters = _last_inside(boxes[link.target], placed[link.target], end, start)
        curves.append(straight(leaves, enters))
        points = [_between(leaves, enters, k / _SAMPLES) for k in range(_SAMPLES + 1)]
        lines.append([(point, (2.0, 2.0)) for point in points])
    for i, link in enumerate(links):
        if link.label:
            others = [thing for j, line in enumerate(lines) if j != i for thing in line]
            taken.append((_free(curves[i], link.label, [*taken, *others]), link.label))
        labels.append(taken[-1][0] if link.label else None)
    return Arrangement(
        width=max([x + box.width / 2 for (x, _), box in zip(placed, boxes, strict=True)]),
        height=max([y + box.height / 2 for (_, y), box in zip(placed, boxes, strict=True)]),
        centres=placed,
        curves=curves,
        labels=labels,
    )


def _free(line: Curve, size: Size, taken: Sequence[tuple[Point, Size]]) -> Point:
    """A place for a label to the right of a line, in the middle or as near to it as nothing else stands."""
    points = [_between(line[0], line[-1], share) for share in _SHARES]
    places = [(x + size[0] / 2, y) for x, y in points]
    return next((place for place in places if not any([_meet(place, size, *other) for other in taken])), places[0])


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _meet(a: Point, size_a: Size, b: Point, size_b: Size) -> bool:
    return all([abs(a[i] - b[i]) < (size_a[i] + size_b[i]) / 2 for i in (0, 1)])


def _last_inside(box: Box, centre: Point, start: Point, end: Point) -> Point:
    """Where the way from `start`, which is in the box, to `end` meets the outline."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        x, y = _between(start, end, share)
        dx, dy = (x - centre[0]) / (box.width / 2), (y - centre[1]) / (box.height / 2)
        inside = dx * dx + dy * dy < 1 if box.round else max(abs(dx), abs(dy)) < 1
        low, high = (share, high) if inside else (low, share)
    return _between(start, end, low)
