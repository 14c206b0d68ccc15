"""Positions by Graphviz: the `dot` program or the copy of it inside pygraphviz; one language in, one JSON out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from autograd.picture.clearance import clear
from autograd.picture.geometry import Arrangement, Box, Cluster, Frame, Link, Point

_TIMEOUT = 60.0  # seconds; a graph that takes longer is laid out by our own engine

_TABLE = '<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'


class LayoutError(ValueError):
    """Graphviz answered with something other than a complete layout."""


def by_program(boxes: Sequence[Box], links: Sequence[Link], clusters: Sequence[Cluster] = ()) -> Arrangement:
    """Positions from the `dot` program; OSError or SubprocessError if it can not be run."""

    def run(text: str) -> bytes:
        command = ["dot", "-Tjson"]
        return subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=_TIMEOUT).stdout

    return _arranged(run, boxes, links, clusters)


def by_library(boxes: Sequence[Box], links: Sequence[Link], clusters: Sequence[Cluster] = ()) -> Arrangement:
    """Positions from pygraphviz, in this process; ImportError if it is not there."""
    import pygraphviz

    def run(text: str) -> bytes:
        drawn: bytes = pygraphviz.AGraph(string=text).draw(format="json", prog="dot")
        return drawn

    return _arranged(run, boxes, links, clusters)


_LARGE = 400  # boxes


def _arranged(
    run: Callable[[str], bytes], boxes: Sequence[Box], links: Sequence[Link], clusters: Sequence[Cluster]
) -> Arrangement:
    """Operands stand in their order unless clusters do: dot can not always do both. Nor where a link would then run
    through a box, which it does around two operands that can not change places."""
    for ordered in [False] if clusters else [True, False]:
        found = _parsed(run(_dot(boxes, links, clusters, ordered)), boxes, links, clusters)
        if clear(found, boxes, links):
            break
    return found


def _dot(boxes: Sequence[Box], links: Sequence[Link], clusters: Sequence[Cluster], ordered: bool) -> str:
    """The boxes and links in DOT. Lengths are in points, of which we make pixels; only sizes are in inches."""
    # Of a large graph, straight links and fewer rounds of improvement, or it takes minutes.
    limits = "nslimit=5, nslimit1=5" if len(boxes) <= _LARGE else "nslimit=1, nslimit1=1, mclimit=0.1, splines=line"
    lines = [
        "digraph {",
        f"graph [rankdir=BT, nodesep=0.3, ranksep=0.45, {limits}{', ordering=in' if ordered else ''}]",
        'node [label="", fixedsize=true]',
        "edge [dir=none]",
    ]
    for i, box in enumerate(boxes):
        shape = "ellipse" if box.round else "box"
        lines.append(f"n{i} [shape={shape}, width={box.width / 72:.4f}, height={box.height / 72:.4f}]")
    made = {link.target for link in links}
    for i, link in enumerate(links):
        # A chain of operations stays straight; leaves make way.
        more = ", weight=6" if link.source in made else ""
        if link.label:
            more += f", label={_label(link.label)}"
        lines.append(f"n{link.source} -> n{link.target} [link={i}{more}]")
    return "\n".join([*lines, *_subgraphs(clusters), "}"])


def _subgraphs(clusters: Sequence[Cluster]) -> list[str]:
    """The clusters, each inside its outer one."""
    inside: list[list[str]] = [[] for _ in clusters]
    outermost: list[str] = []
    for i in reversed(range(len(clusters))):
        cluster = clusters[i]
        # In a graph that grows upwards, b is the upper edge.
        head = f"graph [margin=10, labelloc=b, labeljust=l, label={_label(cluster.label)}]"
        members = "; ".join([f"n{member}" for member in cluster.members])
        text = "\n".join([f"subgraph cluster_{i} {{", head, members, *inside[i], "}"])
        (outermost if cluster.outer is None else inside[cluster.outer]).insert(0, text)
    return outermost


def _label(size: tuple[float, float]) -> str:
    """Room for a label: a table of fixed size is the only one that does not depend on the fonts installed."""
    width, height = size
    cell = f'<td fixedsize="true" width="{width:.0f}" height="{height:.0f}"></td>'
    return f"<{_TABLE}<tr>{cell}</tr></table>>"


def _parsed(output: bytes, boxes: Sequence[Box], links: Sequence[Link], clusters: Sequence[Cluster]) -> Arrangement:
    try:
        answer: dict[str, Any] = json.loads(output)
        _, _, width, height = map(float, answer["bb"].split(","))

        def point(text: str) -> Point:
            x, y = text.split(",")[:2]
            return float(x), height - float(y)  # Graphviz's y grows upwards

        def frame(text: str) -> Frame:
            left, low, right, high = map(float, text.split(","))
            return left, height - high, right, height - low

        objects = {thing["name"]: thing for thing in answer["objects"]}
        found = {int(edge["link"]): edge for edge in answer.get("edges", [])}
        ordered = [found[i] for i in range(len(links))]
        return Arrangement(
            width,
            height,
            centres=[point(objects[f"n{i}"]["pos"]) for i in range(len(boxes))],
            curves=[[point(text) for text in edge["pos"].split()] for edge in ordered],
            labels=[point(edge["lp"]) if link.label else None for edge, link in zip(ordered, links, strict=True)],
            frames=[frame(objects[f"cluster_{i}"]["bb"]) for i in range(len(clusters))],
        )
    except (KeyError, ValueError) as error:
        raise LayoutError(f"Graphviz gave no complete layout: {error!r}") from error
