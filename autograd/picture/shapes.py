"""The nodes of a picture: a shape and a colour for each kind, made large enough for the lines in it.

Kinds differ in shape as well as in colour: an operation is an ellipse, a variable a box with round corners, an
input a box with sharp ones, a constant a bare tag without an outline, a group a box with little round corners, and with
a second sheet behind it if it is repeated. The fills are light and carry dark text, and the
outlines are of middling brightness, so that all of it can be read on a light page and on a dark one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element, SubElement

from autograd.picture.geometry import Box, Point
from autograd.picture.labels import Line, Role
from autograd.picture.text import width

if TYPE_CHECKING:
    from autograd.picture.model import Kind


@dataclass(frozen=True)
class Face:
    """How a line of text is set: size in pixels, weight, colour."""

    size: float
    bold: bool
    colour: str


INK = "#1b2733"
BACKWARD_INK = "#9a3412"
FACES: dict[Role, Face] = {
    "heading": Face(14, True, INK),
    "symbol": Face(19, True, INK),
    "value": Face(14, False, INK),
    "detail": Face(12, False, INK),
    "gradient": Face(13, False, BACKWARD_INK),
    "gradient detail": Face(12, False, BACKWARD_INK),
}
_LEADING = 1.32  # distance of two lines in units of their size
_PADDING = {"variable": (12, 8), "input": (12, 8), "constant": (8, 3), "operation": (6, 3), "group": (14, 9)}
_NARROWEST = 44.0
_RING = 3.5  # between the two outlines of the target
_SHEET = 5.0  # how far the second sheet of a repeated group looks out
_THIN, _THICK = "1.6", "3.6"  # outlines, and those that are to be seen first

# Fill, outline.
_COLOURS: dict[Kind, tuple[str, str]] = {
    "variable": ("#fdf0d0", "#a8730f"),
    "input": ("#e2effa", "#3b78b0"),
    "constant": ("#e9ecef", "none"),
    "operation": ("#e9f5e9", "#47864f"),
    "group": ("#f1ecf8", "#7a5ea8"),
}

# The same where something else is to be seen first, and the text on it.
_PALE, _PALE_INK = ("#f4f4f4", "#8c8c8c"), "#5c5c5c"
Style = Literal["plain", "thick", "pale"]
_CORNERS: dict[Kind, float] = {"variable": 11.0, "constant": 3.0, "group": 5.0}


def measured(kind: Kind, lines: Sequence[Line], *, target: bool, sheets: bool = False) -> Box:
    """The smallest good shape of this kind around these lines, and around the second outline of the target.

    sheets: whether a second sheet looks out behind it, as for a group that is repeated.
    """
    box = _around(kind, lines)
    more = 2 * _RING * target + _SHEET * sheets
    return Box(box.width + more, box.height + more, box.round)


def _around(kind: Kind, lines: Sequence[Line]) -> Box:
    across, down = _PADDING[kind]
    widths = [width(line.text, FACES[line.role].size, FACES[line.role].bold) / 2 + across for line in lines]
    heights = [_height(line) for line in lines]
    total = sum(heights) + 2 * down
    if kind != "operation":
        return Box(max(2 * max(widths), _NARROWEST if kind != "constant" else 0.0), total)
    # Of the ellipses that hold every line, corners included, the one of the smallest area.
    far = []  # how far from the middle each line reaches, up or down
    y = -sum(heights) / 2
    for height in heights:
        far.append(max(abs(y), abs(y + height)))
        y += height
    fitting = []
    for factor in (1.1, 1.2, 1.3, 1.45, 1.6):
        b = factor * total / 2
        a = max([w / math.sqrt(1 - (d / b) ** 2) for w, d in zip(widths, far, strict=True)])
        fitting.append((a * b, 2 * max(a, b, _NARROWEST / 2), 2 * b))
    _, wide, high = min(fitting)
    return Box(wide, high, round=True)


def drawn(
    parent: Element, kind: Kind, box: Box, centre: Point, *, target: bool, sheets: bool = False, style: Style = "plain"
) -> None:
    """Draw the outline; the target's is double."""
    if sheets:
        box, (x, y), half = Box(box.width - _SHEET, box.height - _SHEET), centre, _SHEET / 2
        _outline(parent, kind, box, (x + half, y - half), style)
        centre = (x - half, y + half)
    _outline(parent, kind, box, centre, style)
    if target:
        _outline(
            parent,
            kind,
            Box(box.width - 2 * _RING, box.height - 2 * _RING, box.round),
            centre,
            "pale" if style == "pale" else "plain",
        )


def written_in(parent: Element, lines: Sequence[Line], centre: Point, *, style: Style = "plain") -> None:
    """Set the lines of text, centred."""
    x, y = centre
    y -= sum([_height(line) for line in lines]) / 2
    for line in lines:
        face = FACES[line.role]
        height = _height(line)
        attributes = {"x": f"{x:.1f}", "y": f"{y + height / 2 + 0.36 * face.size:.1f}", "font-size": f"{face.size:g}"}
        attributes["fill"] = _PALE_INK if style == "pale" else face.colour
        if face.bold:
            attributes["font-weight"] = "bold"
        SubElement(parent, "text", attributes).text = line.text
        y += height


def _height(line: Line) -> float:
    return _LEADING * FACES[line.role].size


def _outline(parent: Element, kind: Kind, box: Box, centre: Point, style: Style) -> None:
    fill, stroke = _COLOURS[kind] if style != "pale" else (_PALE[0], "none" if kind == "constant" else _PALE[1])
    a, b = box.width / 2, box.height / 2
    paint = {"fill": fill, "stroke": stroke, "stroke-width": _THICK if style == "thick" else _THIN}
    if box.round:
        shape = {"cx": centre[0], "cy": centre[1], "rx": a, "ry": b}
    else:
        corner = _CORNERS.get(kind, 0.0)
        shape = {"x": centre[0] - a, "y": centre[1] - b, "width": 2 * a, "height": 2 * b, "rx": corner}
    numbers = {key: f"{value:.1f}" for key, value in shape.items()}
    SubElement(parent, "ellipse" if box.round else "rect", numbers | paint)
