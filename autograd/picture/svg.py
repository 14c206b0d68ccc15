"""The picture of a graph as SVG: one string that needs no style sheet, no font, no script and no other file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from autograd.picture import shapes
from autograd.picture.geometry import Curve, Link, Point, beside, shortened
from autograd.picture.labels import Labels
from autograd.picture.layout import arrange
from autograd.picture.text import width

if TYPE_CHECKING:
    from autograd.picture.model import Graph

_MARGIN = 12.0
_FORWARD = "#7a7a7a"  # of middling brightness: 3:1 or better against white and against black
_BACKWARD = "#d4501a"
_PATCH = "#fdf3ec"  # behind the labels of edges
_DISC = "#f4f4f4"  # behind the numbers of operands
_APART = 3.5  # half the distance between the forward and the backward course of an edge
_HEAD = (9.0, 3.6)  # an arrow head's length, and half its width
_LABEL = 12.0  # the size of an edge's label
_DESCRIBED = 40  # nodes in the description for screen readers


def draw(graph: Graph, *, backward: bool = False, engine: str | None = None) -> str:
    """The picture; see `Graph.to_svg`."""
    labels = Labels(graph)
    lines = [labels.lines(node, backward=backward) for node in graph.nodes]
    boxes = [
        shapes.measured(node.kind, text, target=node.id == graph.target)
        for node, text in zip(graph.nodes, lines, strict=True)
    ]
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    marks = [labels.derivative(edge) if backward else None for edge in graph.edges]
    links = [
        Link(place[edge.source], place[edge.target], _label_size(mark) if mark else None)
        for edge, mark in zip(graph.edges, marks, strict=True)
    ]
    arrangement = arrange(boxes, links, engine)
    prefix = "g" + hashlib.sha256(f"{backward} {graph.to_json()}".encode()).hexdigest()[:8]
    root = _root(arrangement.width, arrangement.height, prefix, labels.title(), _description(graph, labels))

    for number, (edge, mark) in enumerate(zip(graph.edges, marks, strict=True)):
        group = SubElement(root, "g", {"id": f"{prefix}-e{number}"})
        curve = arrangement.curves[number]
        two_way = backward and edge.carries_gradient
        forward = beside(curve, -_APART) if two_way else curve
        _arrow(group, forward, _FORWARD, dashed=False)
        if two_way:
            _arrow(group, beside(curve, _APART)[::-1], _BACKWARD, dashed=True)
        if labels.numbered(edge):
            _number(group, forward, str(edge.position + 1))
        if mark and (centre := arrangement.labels[number]):
            _tag(group, mark, centre)
    for i, node in enumerate(graph.nodes):
        group = SubElement(root, "g", {"id": f"{prefix}-{node.id}"})
        SubElement(group, "title").text = labels.described(node)
        shapes.drawn(group, node.kind, boxes[i], arrangement.centres[i], target=node.id == graph.target)
        shapes.written_in(group, lines[i], arrangement.centres[i])
    return tostring(root, encoding="unicode")


def _root(wide: float, high: float, prefix: str, title: str, description: str) -> Element:
    wide, high = wide + 2 * _MARGIN, high + 2 * _MARGIN
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{wide:.0f}",
            "height": f"{high:.0f}",
            "viewBox": f"{-_MARGIN:g} {-_MARGIN:g} {wide:.1f} {high:.1f}",
            "role": "img",
            "aria-labelledby": f"{prefix}-title {prefix}-desc",
            "font-family": "Helvetica, Arial, sans-serif",
            "text-anchor": "middle",
        },
    )
    SubElement(root, "title", {"id": f"{prefix}-title"}).text = title
    SubElement(root, "desc", {"id": f"{prefix}-desc"}).text = description
    return root


def _description(graph: Graph, labels: Labels) -> str:
    told = ". ".join([labels.described(node) for node in graph.nodes[:_DESCRIBED]])
    more = len(graph.nodes) - _DESCRIBED
    return f"{told}. And {more} more." if more > 0 else f"{told}."


def _arrow(group: Element, curve: Curve, colour: str, *, dashed: bool) -> None:
    tip = curve[-1]
    line, (ux, uy) = shortened(curve, _HEAD[0] - 1)
    controls = [f"{_pair(a)} {_pair(b)} {_pair(c)}" for a, b, c in zip(*[iter(line[1:])] * 3, strict=True)]
    attributes = {"d": f"M{_pair(line[0])} C{' '.join(controls)}", "fill": "none", "stroke": colour}
    attributes |= {"stroke-width": "1.6", **({"stroke-dasharray": "5 3.5"} if dashed else {})}
    SubElement(group, "path", attributes)
    length, half = _HEAD
    neck = (tip[0] - ux * length, tip[1] - uy * length)
    corners = [tip, (neck[0] - uy * half, neck[1] + ux * half), (neck[0] + uy * half, neck[1] - ux * half)]
    SubElement(group, "path", {"d": f"M{' L'.join([_pair(corner) for corner in corners])} Z", "fill": colour})


def _label_size(text: str) -> tuple[float, float]:
    return width(text, _LABEL) + 8 + 4 * _APART, 1.5 * _LABEL


def _tag(group: Element, text: str, centre: Point) -> None:
    """A label to the right of an edge, on a patch of its own that keeps it readable on any page."""
    whole, high = _label_size(text)
    wide = whole - 4 * _APART
    x, y = centre[0] + 2 * _APART, centre[1]
    patch = {"x": f"{x - wide / 2:.1f}", "y": f"{y - high / 2:.1f}", "width": f"{wide:.1f}", "height": f"{high:.1f}"}
    SubElement(group, "rect", patch | {"rx": "4", "fill": _PATCH})
    _text(group, text, (x, y), _LABEL, shapes.BACKWARD_INK)


def _number(group: Element, curve: Curve, text: str) -> None:
    """An operand's number, in a small disc on its arrow."""
    _, (ux, uy) = shortened(curve, 0)
    x, y = curve[-1][0] - 16 * ux + 3 * uy, curve[-1][1] - 16 * uy - 3 * ux
    SubElement(group, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "6.5", "fill": _DISC, "stroke": _FORWARD})
    _text(group, text, (x, y), 10, shapes.INK)


def _text(group: Element, text: str, centre: Point, size: float, colour: str) -> None:
    place = {"x": f"{centre[0]:.1f}", "y": f"{centre[1] + 0.36 * size:.1f}"}
    SubElement(group, "text", place | {"font-size": f"{size:g}", "fill": colour}).text = text


def _pair(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
