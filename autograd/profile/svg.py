"""The picture of a ledger as SVG: bars for the time of each operation, and the live memory over the steps.

One string that needs no style sheet, no font and no other file. It stands on a light patch of its own, so that it can
be read on a light page and on a dark one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

if TYPE_CHECKING:
    from autograd.profile.report import Profile, Row

_WIDTH, _MARGIN, _LINE, _CHART = 640.0, 16.0, 24.0, 150.0
_NAMES, _FIGURES = 170.0, 150.0  # room left and right of the bars
_BARS = 12  # operations that get a bar of their own
_POINTS = 400  # of the curve
_PATCH, _INK, _PALE = "#fbfcfd", "#1b2733", "#8a8a8a"
_TIME, _MEMORY, _EDGE = "#e9f5e9", "#e2effa", {"#e9f5e9": "#47864f", "#e2effa": "#3b78b0"}


def draw(profile: Profile) -> str:
    """The picture."""
    rows = profile.rows[:_BARS]
    high = 3 * _MARGIN + 2 * _LINE + _LINE * len(rows) + _CHART + _LINE
    attributes = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH:g} {high:g}", "width": f"{_WIDTH:g}"}
    root = Element(
        "svg", attributes | {"height": f"{high:g}", "role": "img", "font-family": "Helvetica, Arial, sans-serif"}
    )
    SubElement(root, "title").text = "Time of each operation, and live memory over the steps"
    SubElement(root, "desc").text = "; ".join([_told(row) for row in rows] + [f"peak {size(profile.peak)}"])
    _box(root, 0, 0, _WIDTH, high, _PATCH)
    more = len(profile.rows) - len(rows)
    _text(
        root,
        _MARGIN,
        _MARGIN,
        f"Time by operation{f', and {more} more' if more else ''}: {time(profile.seconds)}",
        bold=True,
    )
    top = _MARGIN + _LINE
    _bars(root, rows, top)
    top += _LINE * len(rows) + _MARGIN
    _text(root, _MARGIN, top, f"Live memory over the steps: peak {size(profile.peak)}", bold=True)
    _curve(root, profile.live, top + _LINE)
    return tostring(root, encoding="unicode")


def _told(row: Row) -> str:
    return f"{row.name}: {time(row.seconds)}, {number(row.flops)} flops"


def _bars(root: Element, rows: Sequence[Row], top: float) -> None:
    longest = max([row.seconds for row in rows], default=0.0) or 1.0
    room = _WIDTH - 2 * _MARGIN - _NAMES - _FIGURES
    for i, row in enumerate(rows):
        y = top + i * _LINE
        name = row.name if len(row.name) <= 24 else f"{row.name[:23]}…"
        _text(root, _MARGIN, y, f"{name} ×{row.count}" if row.count > 1 else name)
        wide = max(1.0, room * row.seconds / longest)
        _box(root, _MARGIN + _NAMES, y + 3, wide, _LINE - 6, _TIME)
        _text(root, _MARGIN + _NAMES + wide + 6, y, f"{time(row.seconds)}, {number(row.flops)} flops")


def _curve(root: Element, live: Sequence[int], top: float) -> None:
    """The memory as a curve over a line; of many steps the highest of each stretch."""
    if not live:
        return
    stretch = -(-len(live) // _POINTS)
    heights = [max(live[i : i + stretch]) for i in range(0, len(live), stretch)]
    highest = max(heights) or 1
    room = _WIDTH - 2 * _MARGIN
    base = top + _CHART
    points = [f"{_MARGIN:g},{base:g}"]
    for i, height in enumerate(heights):
        y = base - _CHART * height / highest
        points += [f"{_MARGIN + room * (i + j) / len(heights):.1f},{y:.1f}" for j in (0, 1)]
    points.append(f"{_WIDTH - _MARGIN:g},{base:g}")
    SubElement(root, "polygon", {"points": " ".join(points), "fill": _MEMORY, "stroke": _EDGE[_MEMORY]})
    _text(root, _MARGIN, base, "first step", colour=_PALE)
    _text(root, _WIDTH - _MARGIN, base, f"step {len(live)}", colour=_PALE, anchor="end")


def _box(root: Element, x: float, y: float, wide: float, high: float, fill: str) -> None:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{wide:.1f}", "height": f"{high:.1f}", "rx": "4"}
    SubElement(root, "rect", place | {"fill": fill, "stroke": _EDGE.get(fill, "none")})


def _text(
    root: Element, x: float, y: float, text: str, *, bold: bool = False, colour: str = _INK, anchor: str = "start"
) -> None:
    """A line of text below `y`."""
    place = {"x": f"{x:.1f}", "y": f"{y + 0.7 * _LINE:.1f}", "font-size": "13", "fill": colour, "text-anchor": anchor}
    SubElement(root, "text", place | ({"font-weight": "bold"} if bold else {})).text = text


def time(seconds: float) -> str:
    """A time in words.

    >>> time(0.00213), time(2.5e-7)
    ('2.13 ms', '0.25 µs')
    """
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def size(count: int) -> str:
    """A number of bytes in words.

    >>> size(401408), size(12)
    ('401 kB', '12 B')
    """
    return f"{number(count)}B" if count >= 1000 else f"{count} B"


def number(count: int) -> str:
    """A large number in words.

    >>> number(102760448), number(999_999), number(7)
    ('103 M', '1 M', '7')
    """
    for unit, factor in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= 0.9995 * factor:
            return f"{count / factor:.3g} {unit}"
    return str(count)
