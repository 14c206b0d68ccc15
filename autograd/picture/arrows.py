"""The edges of a picture: arrows, the labels beside them, and the numbers of operands."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from autograd.picture import shapes
from autograd.picture.geometry import Curve, Point, direction, shortened
from autograd.picture.text import width

FORWARD = "#7a7a7a"  # of middling brightness: 3:1 or better against white and against black
BACKWARD = "#d4501a"
PATCH = "#fdf3ec"  # behind the labels of edges
DISC = "#f4f4f4"  # behind the numbers of operands
APART = 3.5  # half the distance between the forward and the backward course of an edge

_HEAD = (9.0, 3.6)  # an arrow head's length, and half its width
_LABEL = 12.0  # the size of an edge's label
_THIN, _THICK = 1.6, 4.0


def arrow(parent: Element, curve: Curve, colour: str, *, dashed: bool, thick: bool = False) -> None:
    """An arrow along the curve, its tip at the end."""
    length, half = (_HEAD[0] * 1.5, _HEAD[1] * 1.9) if thick else _HEAD
    tip = curve[-1]
    line, (ux, uy) = shortened(curve, length - 1)
    # In one go, since a link past a thousand layers has thousands of points.
    controls = " ".join(["%.1f,%.1f"] * (len(line) - 1)) % tuple([x for point in line[1:] for x in point])
    attributes = {"d": f"M{_pair(line[0])} C{controls}", "fill": "none", "stroke": colour}
    attributes["stroke-width"] = f"{_THICK if thick else _THIN:g}"
    if dashed:
        attributes["stroke-dasharray"] = "9 5" if thick else "5 3.5"
    SubElement(parent, "path", attributes)
    neck = (tip[0] - ux * length, tip[1] - uy * length)
    corners = [tip, (neck[0] - uy * half, neck[1] + ux * half), (neck[0] + uy * half, neck[1] - ux * half)]
    SubElement(parent, "path", {"d": f"M{' L'.join([_pair(corner) for corner in corners])} Z", "fill": colour})


def label_size(text: str) -> tuple[float, float]:
    """The room that a label takes beside its edge, clear of the courses of the next one."""
    return width(text, _LABEL) + 8 + 6 * APART, 1.5 * _LABEL


def tag(parent: Element, text: str, centre: Point, *, bold: bool = False) -> None:
    """A label to the right of an edge, on a patch of its own that keeps it readable on any page."""
    whole, high = label_size(text)
    wide = whole - 6 * APART
    x, y = centre[0] + APART, centre[1]
    patch = {"x": f"{x - wide / 2:.1f}", "y": f"{y - high / 2:.1f}", "width": f"{wide:.1f}", "height": f"{high:.1f}"}
    SubElement(parent, "rect", patch | {"rx": "4", "fill": PATCH})
    words = written(parent, text, (x, y), _LABEL, shapes.BACKWARD_INK)
    if bold:
        words.set("font-weight", "bold")


def operand(parent: Element, curve: Curve, text: str) -> None:
    """An operand's number, in a small disc on its arrow."""
    _, (ux, uy) = shortened(curve, 0)
    x, y = curve[-1][0] - 16 * ux + 3 * uy, curve[-1][1] - 16 * uy - 3 * ux
    SubElement(parent, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "6.5", "fill": DISC, "stroke": FORWARD})
    written(parent, text, (x, y), 10, shapes.INK)


def port(parent: Element, curve: Curve, text: str, before: int) -> None:
    """The name of a result, in a small patch to the left of the arrow that carries it, at its start.

    before: how many arrows with such a patch start at the same box, past which it is moved.
    """
    ux, uy = direction(curve[0], curve[1])
    wide, along = max(13.0, width(text, 10) + 7), 12.0 + 14.0 * before
    x, y = curve[0][0] + along * ux + uy * (wide / 2 - 2), curve[0][1] + along * uy - ux * 4
    patch = {"x": f"{x - wide / 2:.1f}", "y": f"{y - 6.5:.1f}", "width": f"{wide:.1f}", "height": "13", "rx": "6.5"}
    SubElement(parent, "rect", patch | {"fill": DISC, "stroke": FORWARD})
    written(parent, text, (x, y), 10, shapes.INK)


def written(parent: Element, text: str, centre: Point, size: float, colour: str) -> Element:
    """Text around its centre."""
    place = {"x": f"{centre[0]:.1f}", "y": f"{centre[1] + 0.36 * size:.1f}"}
    element = SubElement(parent, "text", place | {"font-size": f"{size:g}", "fill": colour})
    element.text = text
    return element


def _pair(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
