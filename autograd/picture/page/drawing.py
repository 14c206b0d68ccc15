"""The picture inside a page: the SVG of `Graph.to_svg`, with marks that say when each part of it appears.

`data-from` and `data-until` are numbers of steps, the first on which a part is shown and the first on which it is no
longer. `data-known` on a node is the step that computes it. Nodes can be reached by keyboard, and leaves to which a
gradient flows are links, since they lead to their paths.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from autograd.picture import svg
from autograd.picture.model import GraphNode
from autograd.picture.page.moments import Moments
from autograd.picture.page.words import Words


def drawn(words: Words, moments: Moments) -> Element:
    """The picture as an element."""
    root = svg.element(words.graph, svg.Look(backward=True))
    root.set("role", "group")  # an image would hide from screen readers what is in it
    root.set("class", "graph")
    if (description := root.find("desc")) is not None:
        root.remove(description)
    title = root.find("title")
    assert title is not None
    root.set("aria-labelledby", title.get("id", ""))
    groups = {(key := group.get("id", "")).rpartition("-")[2]: (key, group) for group in root.iter("g")}
    for i in range(len(words.graph.edges)):
        _mark_edge(groups[f"e{i}"][1], i, moments)
    for node in words.graph.nodes:
        _mark_node(groups[node.id][1], node, words, moments)
    return root


def _mark_edge(group: Element, place: int, moments: Moments) -> None:
    group.set("class", "edge")
    group.set("data-edge", str(place))
    for part in group.findall("g"):
        when = moments.forward if part.get("data-pass") == "forward" else moments.backward
        part.set("data-from", str(when[place]))


def _mark_node(group: Element, node: GraphNode, words: Words, moments: Moments) -> None:
    group.set("class", f"node {node.kind}")
    group.set("data-node", node.id)
    group.set("data-known", str(moments.values.get(node.id, 0)))
    group.set("tabindex", "0")
    group.set("aria-label", words.labels.described(node))
    group.remove(group.findall("title")[0])  # which a browser would show over the picture
    lines, texts = words.labels.lines(node, backward=True), group.findall("text")
    before = len([line for line in lines if not line.role.startswith("gradient")])
    values = before - len(words.labels.value_lines(node))
    for i, (line, text) in enumerate(zip(lines, texts, strict=True)):
        if line.role.startswith("gradient"):
            text.set("data-from", str(moments.gradients[node.id]))
            for since, until, part in [] if node.value.dtype == "values" else moments.parts.get(node.id, []):
                times = {"data-from": str(since), "data-until": str(until)}
                SubElement(group, "text", text.attrib | times).text = part
        elif node.id in moments.values and i >= values:
            text.set("data-from", str(moments.values[node.id]))
    # A link answers to Enter alone, which leaves the space bar to the player.
    group.set("role", "link" if leads_to_paths(node) else "img")


def leads_to_paths(node: GraphNode) -> bool:
    """Whether a page shows the paths that lead to this node: it is a leaf, and a gradient flows to it."""
    return node.op is None and node.gradient is not None
