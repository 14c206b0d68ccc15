"""The geometry of a picture: boxes to be placed, links between them, and the finished arrangement. In pixels.

x grows to the right and y downwards, as in SVG. The flow goes upwards: a link leaves its source at the top and
enters its target from below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Point = tuple[float, float]

# A chain of cubic Bézier curves: a start, then two control points and an end for each piece.
Curve = list[Point]


@dataclass(frozen=True)
class Box:
    """A node as a layout sees it: a size, and whether the outline is an ellipse."""

    width: float
    height: float
    round: bool = False


@dataclass(frozen=True)
class Link:
    """An edge as a layout sees it: from box to box by their positions, with the size of a label beside it."""

    source: int
    target: int
    label: tuple[float, float] | None = None


@dataclass(frozen=True)
class Cluster:
    """Boxes, by their positions, that are to stand in a frame with a label of this size at its upper left corner.

    outer: the position of the cluster that this one is in, which comes before it.
    """

    members: tuple[int, ...]
    label: tuple[float, float]
    outer: int | None = None


Frame = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Arrangement:
    """Where everything is: centres of the boxes, courses of the links, centres of their labels.

    frames: those of the clusters, None where there is no room for one.
    """

    width: float
    height: float
    centres: list[Point]
    curves: list[Curve]
    labels: list[Point | None]
    frames: list[Frame | None] = field(default_factory=list)


def straight(start: Point, end: Point) -> Curve:
    """The line from `start` to `end` as a curve of one piece."""
    (x0, y0), (x1, y1) = start, end
    return [start, (x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3), (x1 - (x1 - x0) / 3, y1 - (y1 - y0) / 3), end]


def beside(curve: Curve, distance: float) -> Curve:
    """The curve that runs alongside, `distance` to the right of the direction of travel.

    >>> beside(straight((0.0, 9.0), (0.0, 0.0)), 2)[0]
    (2.0, 9.0)
    """
    curve = _halved(curve)  # the more ends there are, the better the distance is kept between them
    moved = []
    for i in range(len(curve)):
        # A control point moves with the end it belongs to, so that tangents keep their direction.
        end = round(i / 3) * 3
        before, after = curve[max(end - 1, 0)], curve[min(end + 1, len(curve) - 1)]
        ux, uy = direction(before, after)
        moved.append((curve[i][0] - uy * distance, curve[i][1] + ux * distance))
    return moved


def shortened(curve: Curve, length: float) -> tuple[Curve, Point]:
    """The curve ending `length` earlier, to leave room for an arrow head; and the direction it arrives in."""
    tip = curve[-1]
    ux, uy = direction(curve[-2], tip)
    neck = (tip[0] - ux * length, tip[1] - uy * length)
    back = (curve[-2][0] - ux * length, curve[-2][1] - uy * length)
    return [*curve[:-2], back, neck], (ux, uy)


def _halved(curve: Curve) -> Curve:
    """The same curve with each piece cut in the middle, after de Casteljau."""
    halved = [curve[0]]
    for i in range(0, len(curve) - 1, 3):
        p, q, r, s = curve[i : i + 4]
        pq, qr, rs = _middle(p, q), _middle(q, r), _middle(r, s)
        pqr, qrs = _middle(pq, qr), _middle(qr, rs)
        halved += [pq, pqr, _middle(pqr, qrs), qrs, rs, s]
    return halved


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def direction(start: Point, end: Point) -> Point:
    """The unit vector from `start` to `end`; upwards if they coincide."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    return (dx / length, dy / length) if length > 1e-9 else (0.0, -1.0)
