"""The picture of a graph as SVG: one string that needs no style sheet, no font, no script and no other file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from autograd.picture import pinned, shapes
from autograd.picture.arrows import (
    APART,
    BACKWARD,
    DISC,
    FORWARD,
    PATCH,
    arrow,
    label_size,
    operand,
    port,
    tag,
    written,
)
from autograd.picture.frames import LABEL, Scope, clusters_of
from autograd.picture.geometry import Arrangement, Box, Frame, Link, Point, beside
from autograd.picture.labels import Labels, Line
from autograd.picture.layout import arrange
from autograd.picture.text import clean, width

if TYPE_CHECKING:
    from autograd.picture.highlight import Highlight
    from autograd.picture.model import Graph, GraphNode

_MARGIN = 12.0
_DESCRIBED = 40  # nodes in the description for screen readers
_CAPTION = 14.0  # the size of the text below
_LEADING = 1.5
_FRAME = "#8a8a8a"


@dataclass(frozen=True)
class Look:
    """What a picture shows, and how; the options of `Graph.to_svg`."""

    backward: bool = False
    values: bool = True
    steady: bool = False
    positions: Mapping[str, Point] | None = None
    highlight: Highlight | None = None
    engine: str | None = None


def draw(graph: Graph, look: Look) -> str:
    """The picture; see `Graph.to_svg`."""
    return tostring(element(graph, look), encoding="unicode")


def element(graph: Graph, look: Look) -> Element:
    """The picture as an element: a group for each edge, with one in it for each pass, then a group for each node."""
    labels = Labels(graph)
    lines = [labels.lines(node, backward=look.backward, values=look.values) for node in graph.nodes]
    marks = [labels.derivative(edge) if look.backward else None for edge in graph.edges]
    boxes, arrangement, scopes = _arranged(graph, labels, lines, marks, look)
    caption = look.highlight.lines() if look.highlight else []
    shown = f"{labels.title()} {lines} {marks} {caption} {arrangement}"  # and so the same wherever it is made
    prefix = "g" + hashlib.sha256(shown.encode()).hexdigest()[:8]
    root = _root(_bounds(arrangement, caption), prefix, labels.title(), _description(graph, labels))

    for scope, frame in zip(scopes, arrangement.frames, strict=False):
        if frame:
            _framed(root, scope[-1], frame)
    ports = Counter[str]()
    for number, (edge, mark) in enumerate(zip(graph.edges, marks, strict=True)):
        group = SubElement(root, "g", {"id": f"{prefix}-e{number}"})
        curve = arrangement.curves[number]
        two_way = look.backward and edge.carries_gradient
        forward = beside(curve, -APART) if two_way else curve
        there = SubElement(group, "g", {"data-pass": "forward"})
        arrow(there, forward, FORWARD, dashed=False)
        if labels.numbered(edge):
            operand(there, forward, str(edge.position + 1))
        if name := labels.port(edge):
            port(there, forward, name, ports[edge.source])
            ports[edge.source] += 1
        if two_way:
            thick = look.highlight is not None and edge in look.highlight.edges
            back = SubElement(group, "g", {"data-pass": "backward"})
            arrow(back, beside(curve, APART)[::-1], BACKWARD, dashed=True, thick=thick)
            if mark and (centre := arrangement.labels[number]):
                tag(back, mark, centre, bold=thick)
    for i, node in enumerate(graph.nodes):
        group = SubElement(root, "g", {"id": f"{prefix}-{node.id}"})
        SubElement(group, "title").text = labels.described(node)
        target, sheets = node.id == graph.target, repeated(node)
        style: shapes.Style = (
            "plain" if look.highlight is None else "thick" if node.id in look.highlight.nodes else "pale"
        )
        shapes.drawn(group, node.kind, boxes[i], arrangement.centres[i], target=target, sheets=sheets, style=style)
        shapes.written_in(group, lines[i], arrangement.centres[i], style=style)
    _captioned(root, caption, arrangement)
    return root


def positions(graph: Graph) -> dict[str, Point]:
    """The centre of each node, by id, in the steady picture."""
    labels = Labels(graph)
    _, arrangement, _ = _arranged(graph, labels, [], [], Look(steady=True))
    return {node.id: centre for node, centre in zip(graph.nodes, arrangement.centres, strict=True)}


def _arranged(
    graph: Graph, labels: Labels, lines: Sequence[Sequence[Line]], marks: Sequence[str | None], look: Look
) -> tuple[list[Box], Arrangement, list[Scope]]:
    """Boxes that hold these lines and where they stand; if they are not to move, boxes that hold whatever may come."""
    fixed = look.steady or look.positions is not None
    if fixed:
        lines = [labels.lines(node, backward=True) for node in graph.nodes]
        marks = [labels.derivative(edge) for edge in graph.edges]
    boxes = [
        shapes.measured(node.kind, text, target=node.id == graph.target, sheets=repeated(node))
        for node, text in zip(graph.nodes, lines, strict=True)
    ]
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    links = [
        Link(place[edge.source], place[edge.target], label_size(mark) if mark else None)
        for edge, mark in zip(graph.edges, marks, strict=True)
    ]
    if look.positions is not None:
        return boxes, pinned.arrange(boxes, links, pinned.centres_of(graph.nodes, look.positions)), []
    clusters, scopes = clusters_of([node.scope for node in graph.nodes])
    return boxes, arrange(boxes, links, look.engine or ("layered" if fixed else None), clusters), scopes


def repeated(node: GraphNode) -> bool:
    """Whether a node stands for the same structure several times."""
    return node.group is not None and node.group.repeats > 1


def _bounds(arrangement: Arrangement, caption: Sequence[str]) -> Frame:
    """What the picture covers: the arrangement, its frames, the text below."""
    frames = [frame for frame in arrangement.frames if frame]
    left, top = [min([0.0, *[frame[i] for frame in frames]]) - _MARGIN for i in (0, 1)]
    right = max([arrangement.width, *[frame[2] for frame in frames]]) + _MARGIN
    bottom = max([arrangement.height, *[frame[3] for frame in frames]]) + _MARGIN
    wide = max([width(text, _CAPTION) for text in caption], default=0.0)
    below = _LEADING * _CAPTION * len(caption) + 2 * _MARGIN if caption else 0.0
    return left, top, max(right, left + wide + 4 * _MARGIN), bottom + below


def _root(bounds: Frame, prefix: str, title: str, description: str) -> Element:
    left, top, right, bottom = bounds
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{right - left:.0f}",
            "height": f"{bottom - top:.0f}",
            "viewBox": f"{left:g} {top:g} {right - left:.1f} {bottom - top:.1f}",
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


def _framed(root: Element, name: str, frame: Frame) -> None:
    """A frame around what belongs together, with its name in the upper left corner."""
    left, top, right, bottom = frame
    group = SubElement(root, "g", {"data-scope": clean(name)})
    line = {"fill": "none", "stroke": _FRAME, "stroke-width": "1.2", "stroke-dasharray": "2 4", "rx": "9"}
    SubElement(group, "rect", _rectangle(left, top, right - left, bottom - top) | line)
    text = clean(name)
    wide = width(text, LABEL) + 8
    SubElement(group, "rect", _rectangle(left, top, wide, 1.4 * LABEL) | {"rx": "4", "fill": DISC})
    written(group, text, (left + wide / 2, top + 0.7 * LABEL), LABEL, shapes.INK)


def _captioned(root: Element, caption: Sequence[str], arrangement: Arrangement) -> None:
    """Lines of text below the picture, on a patch of their own."""
    if not caption:
        return
    left, _, right, bottom = _bounds(arrangement, caption)
    height = _LEADING * _CAPTION * len(caption)
    top = bottom - height - 1.5 * _MARGIN
    group = SubElement(root, "g", {"text-anchor": "start"})
    patch = _rectangle(left + _MARGIN, top, right - left - 2 * _MARGIN, height + _MARGIN)
    SubElement(group, "rect", patch | {"rx": "5", "fill": PATCH})
    for i, text in enumerate(caption):
        y = top + _MARGIN / 2 + (i + 0.5) * _LEADING * _CAPTION
        written(group, text, (left + 2 * _MARGIN, y), _CAPTION, shapes.BACKWARD_INK)


def _rectangle(x: float, y: float, wide: float, high: float) -> dict[str, str]:
    return {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{wide:.1f}", "height": f"{high:.1f}"}
