"""Text in a picture: how wide it will be at most, and what of it may stand in an XML file."""

from __future__ import annotations

import re
import unicodedata

# Widths in em of the glyphs of DejaVu Sans, the widest of the usual sans-serif fonts: text measured by it fits
# in any of them. Everything not listed is a lower-case letter or digit's 0.65, or 1 if it is a wide glyph.
_WIDTHS = {
    glyph: width
    for width, glyphs in {
        0.34: "'ijl ,.·/\\|:;I",
        0.42: "-()[]ft!`r",
        0.53: '"*_sz∂?',
        0.72: "SEKFPTYLv",
        0.79: "ABRXZCVUG&DHNOQ",
        0.86: "w∞#+<=>~×−^÷",
        1.02: "MmW%@…",
    }.items()
    for glyph in glyphs
}
_USUAL = 0.65
_BOLD = 1.12  # how much wider the bold face is

# What XML 1.0 has no way to write, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def width(text: str, size: float, bold: bool = False) -> float:
    """An upper estimate of the width of `text` in pixels, set `size` pixels high.

    >>> width("loss", 10) < width("loss", 10, bold=True) < width("gradient", 10)
    True
    """
    em = sum([_WIDTHS.get(glyph) or _unlisted(glyph) for glyph in text])
    return em * size * (_BOLD if bold else 1.0)


def clean(text: str, limit: int = 32) -> str:
    """`text` on one line of at most `limit` characters, without what XML can not hold; not yet escaped.

    >>> clean("two\\nlines\\x00"), clean("a" * 40, limit=5)
    ('two lines\ufffd', 'aaaa…')
    """
    text = " ".join(_FORBIDDEN.sub("\ufffd", text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _unlisted(glyph: str) -> float:
    if unicodedata.combining(glyph):
        return 0.0
    plain = glyph < "\u0250" or unicodedata.east_asian_width(glyph) == "Na"
    return _USUAL if plain else 1.0
