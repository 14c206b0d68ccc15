"""A layered layout of our own, for machines without Graphviz: after Sugiyama, Tagawa and Toda, in four steps.

1. Layers (`layers`): an operation stands one above its highest operand, a leaf right below its lowest user. A link
   that passes other layers gets a bend in each of them, and a label takes up a layer of its own.
2. Order within the layers (`crossings`): operands from left to right, then fewer crossings.
3. Places (`places`): as near to straight links as can be without overlaps; here, the heights of the layers.
4. Courses of the links (`courses`): through the bends, and clear of every box.

Everything is iterative, and near to linear in the number of boxes and bends.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.picture.courses import draw_courses
from autograd.picture.crossings import reorder
from autograd.picture.geometry import Arrangement, Box, Link, Point
from autograd.picture.layers import Item, layer
from autograd.picture.places import place

_GAP = 34.0  # between two layers of boxes, at least
_WIDEST = 64.0  # and at most


def arrange(boxes: Sequence[Box], links: Sequence[Link]) -> Arrangement:
    """Positions and courses; see `autograd.picture.layout.arrange`."""
    items, layers, courses = layer(boxes, links)
    reorder(items, layers)
    place(items, layers)
    rows, height = _rows(items, layers)
    for item in items:
        top, bottom = rows[item.layer]
        item.y = (top + bottom) / 2
    labels: list[Point | None] = []
    for link, course in zip(links, courses, strict=True):
        bend = items[course[-2]]
        labels.append((bend.x + link.label[0] / 2, bend.y) if link.label else None)
    return Arrangement(
        width=max([item.x + item.right for item in items], default=0.0),
        height=height,
        centres=[(item.x, item.y) for item in items[: len(boxes)]],
        curves=draw_courses(items, rows, courses),
        labels=labels,
    )


def _rows(items: list[Item], layers: list[list[int]]) -> tuple[list[tuple[float, float]], float]:
    """The upper and the lower edge of each layer, and the height of it all. A gap grows with the steps across it."""
    labelled = any(item.bend and item.height for item in items)
    narrowest = _GAP / 2 if labelled else _GAP  # labels have layers of their own, with a gap below and above
    heights = [max([items[i].height for i in row], default=0.0) for row in layers]
    gaps = [0.0] * len(layers)  # below each layer
    for item in items:
        for below in item.below:
            across = abs(item.x - items[below].x)
            gaps[item.layer] = max(gaps[item.layer], min(narrowest + across / 7, _WIDEST))
    rows = []
    y = total = sum(heights) + sum(gaps)
    for row_height, gap in zip(heights, gaps, strict=True):
        y -= gap
        rows.append((y - row_height, y))
        y -= row_height
    return rows, total
