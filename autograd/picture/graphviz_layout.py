"""Positions by Graphviz: the `dot` program or the copy of it inside pygraphviz; one language in, one JSON out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from autograd.picture.geometry import Arrangement, Box, Link, Point

_TIMEOUT = 60.0  # seconds; a graph that takes longer is laid out by our own engine

_TABLE = '<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'


class LayoutError(ValueError):
    """Graphviz answered with something other than a complete layout."""


def by_program(boxes: Sequence[Box], links: Sequence[Link]) -> Arrangement:
    """Positions from the `dot` program; OSError or SubprocessError if it can not be run."""
    command = ["dot", "-Tjson"]
    done = subprocess.run(command, input=_dot(boxes, links).encode(), capture_output=True, check=True, timeout=_TIMEOUT)
    return _parsed(done.stdout, boxes, links)


def by_library(boxes: Sequence[Box], links: Sequence[Link]) -> Arrangement:
    """Positions from pygraphviz, in this process; ImportError if it is not there."""
    import pygraphviz

    graph = pygraphviz.AGraph(string=_dot(boxes, links))
    return _parsed(graph.draw(format="json", prog="dot"), boxes, links)


def _dot(boxes: Sequence[Box], links: Sequence[Link]) -> str:
    """The boxes and links in DOT. Lengths are in points, of which we make pixels; only sizes are in inches."""
    lines = [
        "digraph {",
        "graph [rankdir=BT, ordering=in, nodesep=0.3, ranksep=0.45]",
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
            # A table of fixed size is the only label whose size does not depend on the fonts installed.
            width, height = link.label
            cell = f'<td fixedsize="true" width="{width:.0f}" height="{height:.0f}"></td>'
            more += f", label=<{_TABLE}<tr>{cell}</tr></table>>"
        lines.append(f"n{link.source} -> n{link.target} [link={i}{more}]")
    return "\n".join([*lines, "}"])


def _parsed(output: bytes, boxes: Sequence[Box], links: Sequence[Link]) -> Arrangement:
    try:
        answer: dict[str, Any] = json.loads(output)
        _, _, width, height = map(float, answer["bb"].split(","))

        def point(text: str) -> Point:
            x, y = text.split(",")[:2]
            return float(x), height - float(y)  # Graphviz's y grows upwards

        place = {shape["name"]: point(shape["pos"]) for shape in answer["objects"]}
        found = {int(edge["link"]): edge for edge in answer.get("edges", [])}
        ordered = [found[i] for i in range(len(links))]
        return Arrangement(
            width,
            height,
            centres=[place[f"n{i}"] for i in range(len(boxes))],
            curves=[[point(text) for text in edge["pos"].split()] for edge in ordered],
            labels=[point(edge["lp"]) if link.label else None for edge, link in zip(ordered, links, strict=True)],
        )
    except (KeyError, ValueError) as error:
        raise LayoutError(f"Graphviz gave no complete layout: {error!r}") from error
