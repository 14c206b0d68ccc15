"""The last step of the layered layout: the course of each link, from outline to outline and clear of every box."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

from autograd.picture.geometry import Curve, Point
from autograd.picture.layers import Item

_PARALLEL = 18.0  # between two links that join the same two boxes
_BESIDE = 8.0  # how far beyond its own box a link may reach within the layer
_NEAR = 12.0  # within this many pixels a link keeps its direction anyway
_STEEPEST = 0.8  # the slant of a link beside its label, sideways over upwards

Rows = list[tuple[float, float]]
Waypoint = tuple[float, float, float | None]  # x, y, and the slant dx/dy there: None is any that looks smooth


def draw_courses(items: list[Item], rows: Rows, courses: list[list[int]]) -> list[Curve]:
    """The curves of the links, each of which runs through the items of its course.

    A link aims from middle to middle and is clipped at the outlines. Where that would lead it past a neighbour in
    its own layer, it leaves or enters straight up instead.
    """
    ends = [pair for course in courses for pair in _ends(course)]
    many, seen = Counter(ends), Counter[tuple[int, int]]()
    full = {item.layer for item in items if not item.bend}  # layers with boxes, to be crossed straight up
    curves = []
    for course in courses:
        offsets = []
        for end in _ends(course):
            offsets.append((seen[end] - (many[end] - 1) / 2) * min(_PARALLEL, items[end[0]].right / many[end]))
            seen[end] += 1
        curves.append(_curve(items, rows, full, course, offsets))
    return curves


def _ends(course: list[int]) -> list[tuple[int, int]]:
    """Each end of a link with the item it comes from or goes to there."""
    return [(course[0], course[1]), (course[-1], course[-2])]


def _curve(items: list[Item], rows: Rows, full: set[int], course: list[int], offsets: list[float]) -> Curve:
    first, last = items[course[0]], items[course[-1]]
    start, end = (first.x + offsets[0], first.y), (last.x + offsets[1], last.y)
    passed: list[Waypoint] = []
    for bend in [items[i] for i in course[1:-1]]:
        top, bottom = rows[bend.layer]
        if bend.layer in full:
            passed += [(bend.x, bottom, 0.0), (bend.x, top, 0.0)]
        else:
            passed.append((bend.x, bend.y, None))
    leaving = _port(first, start, passed[0][:2] if passed else end, rows[first.layer][0])
    entering = _port(last, end, passed[-1][:2] if passed else start, rows[last.layer][1])
    return _smooth([*leaving, *passed, *entering[::-1]])


def _port(item: Item, aim: Point, outside: Point, edge: float) -> list[Waypoint]:
    """Where a link meets the outline, and where the `edge` of its layer if that is any way off."""
    dx, dy = outside[0] - aim[0], outside[1] - aim[1]
    at_edge = aim[0] + dx * (edge - aim[1]) / dy
    if item.x - item.left - _BESIDE <= at_edge <= item.x + item.right + _BESIDE:
        share = _outline(item, aim[0] - item.x, dx, dy)
        port = (aim[0] + dx * share, aim[1] + dy * share, dx / dy)
        return [port, (at_edge, edge, dx / dy)] if abs(edge - port[1]) > _NEAR else [port]
    # Straight up, as far towards the other end as half of the outline allows.
    x = min(max(at_edge, item.x - item.left / 2), item.x + item.right / 2)
    rise = item.height / 2 * (math.sqrt(1 - ((x - item.x) / item.right) ** 2) if item.round else 1.0)
    return [(x, item.y + math.copysign(rise, dy), 0.0), (x, edge, 0.0)]


def _outline(item: Item, offset: float, dx: float, dy: float) -> float:
    """How much of the way (dx, dy) lies within an item's outline, from `offset` to the right of its middle."""
    a, b = item.right, item.height / 2
    if not item.round:
        return min((math.copysign(a, dx) - offset) / dx if dx else math.inf, b / abs(dy))
    # Where ((offset + dx t) / a)² + (dy t / b)² = 1.
    square, half, rest = (dx / a) ** 2 + (dy / b) ** 2, offset * dx / a**2, (offset / a) ** 2 - 1
    return (math.sqrt(half**2 - square * rest) - half) / square


def _smooth(points: list[Waypoint]) -> Curve:
    """A curve through the points, without corners: a cubic in y on each piece, with the slants x'(y) in common."""
    slants = []
    for i, (_, _, slant) in enumerate(points):
        if slant is None:
            (x0, y0, _), (x1, y1, _) = points[i - 1], points[i + 1]
            slant = max(-_STEEPEST, min((x1 - x0) / (y1 - y0), _STEEPEST))
        slants.append(slant)
    curve = [points[0][:2]]
    for ((x0, y0, _), (x1, y1, _)), (leaving, entering) in zip(pairwise(points), pairwise(slants), strict=True):
        third = (y1 - y0) / 3
        if abs(third) > 0.2:
            curve += [(x0 + leaving * third, y0 + third), (x1 - entering * third, y1 - third), (x1, y1)]
    return curve
