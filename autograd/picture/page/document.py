"""The page as one file: style, picture, cards, table and script, with a policy that forbids it any request."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from xml.etree.ElementTree import Element

from autograd.picture.model import Graph
from autograd.picture.page.drawing import drawn
from autograd.picture.page.elements import add, written
from autograd.picture.page.moments import moments_of
from autograd.picture.page.panels import add_controls, add_nodes, add_paths, add_steps
from autograd.picture.page.steps import steps_of
from autograd.picture.page.table import add_table
from autograd.picture.page.words import Words

LARGE = 150  # nodes; a larger graph is shown collapsed
_SMALLEST = 0.8  # of its size, to which a picture shrinks in a narrow window before it has to be scrolled

_WITHOUT_SCRIPTS = "Scripts are off: the picture shows every value and gradient at once, and the table has all steps."
_LEGEND = "Solid arrows: values, forward. Dashed arrows: gradients, back, times the local derivative."


def page(graph: Graph) -> str:
    """The page in which a graph is stepped through; see `Graph.to_html`."""
    return built(graph)[0]


def built(whole: Graph) -> tuple[str, float]:
    """The page, and the height of the picture in it."""
    graph = whole.collapsed(limit=LARGE)
    words, steps = Words(graph), steps_of(graph)
    moments = moments_of(steps)
    name, value = words.name(graph.target), words.nodes[graph.target].value
    picture = drawn(words, moments)
    wide, tall = float(picture.get("width", 0)), float(picture.get("height", 0))
    style = f"{_file('page.css')}.graph {{ width: {wide / 16:.2f}rem; min-width: {_SMALLEST * wide:.0f}px; }}\n"
    script = _file("page.js")

    html = Element("html", {"lang": "en"})
    _head(html, f"Computation graph of {name}, step by step", style, script)
    body = add(html, "body")
    main = add(body, "main")
    header = add(main, "header")
    add(header, "h1", f"Computation graph of {name}")
    shown = "" if graph is whole else f", drawn as {len(graph.nodes):,}"
    add(
        header,
        "p",
        f"{name} = {value}; {len(whole.nodes):,} value{'s' * (len(whole.nodes) != 1)}{shown}; {len(steps):,} steps",
        class_="lead",
    )
    add(add(header, "noscript"), "p", _WITHOUT_SCRIPTS)
    walk = add(main, "section", class_="walk", aria_label="Steps")
    add_controls(walk, steps)
    add_steps(walk, steps)
    figure = add(main, "figure")
    add(figure, "div", class_="scroller").append(picture)
    add(figure, "figcaption", _LEGEND)
    inspector = add(main, "section", class_="inspector", aria_label="Values and paths")
    add_paths(inspector, words)
    add_nodes(inspector, words, moments)
    add_table(body, steps)
    add(body, "script", script)
    return "<!doctype html>\n" + written(html) + "\n", tall


def _head(html: Element, title: str, style: str, script: str) -> None:
    head = add(html, "head")
    add(head, "meta", charset="utf-8")
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
    policy += "base-uri 'none'; form-action 'none'"
    add(head, "meta", http_equiv="Content-Security-Policy", content=policy)
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "title", title)
    add(head, "link", rel="icon", href="data:,")  # or a browser would ask the server for one
    add(head, "style", style)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _file(name: str) -> str:
    return files("autograd.picture.page").joinpath(name).read_text(encoding="utf-8")
