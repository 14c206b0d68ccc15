"""HTML as elements, so that whatever text goes in comes out escaped."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring


def add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new element at the end of `parent`; `data_from` stands for data-from and `class_` for class.

    >>> body = Element("body")
    >>> _ = add(body, "p", "a < b", class_="note", data_from="3")
    >>> written(body)
    '<body><p class="note" data-from="3">a &lt; b</p></body>'
    """
    child = SubElement(parent, tag, {key.strip("_").replace("_", "-"): value for key, value in attributes.items()})
    child.text = text
    return child


def written(root: Element) -> str:
    """The element as HTML. All text is escaped but for that of scripts and style sheets, which HTML reads as it is."""
    return tostring(root, encoding="unicode", method="html")
