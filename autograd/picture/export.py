"""A graph as JSON, and as DOT for Graphviz."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from autograd.picture.labels import Labels
from autograd.picture.summary import Summary

if TYPE_CHECKING:
    import graphviz

    from autograd.picture.groups import Group
    from autograd.picture.model import Graph

_SHAPES = {"variable": "box", "input": "box", "constant": "plaintext", "operation": "ellipse", "group": "box3d"}


def to_json(graph: Graph) -> str:
    """`{"target": ..., "nodes": [...], "edges": [...]}`; NaN, infinities and complex numbers are strings."""
    nodes = [
        {
            "id": node.id,
            "kind": node.kind,
            "name": node.name,
            "op": node.op,
            "params": dict(node.params),
            "value": _summary(node.value),
            "gradient": _summary(node.gradient),
            "where": node.where,
            "line": node.line,
            "scope": list(node.scope),
            "followed": node.followed,
            "group": _group(node.group) if node.group else None,
        }
        for node in graph.nodes
    ]
    edges = [
        {
            "source": edge.source,
            "target": edge.target,
            "position": edge.position,
            "derivative": _number(edge.derivative),
            "carries_gradient": edge.carries_gradient,
            "contribution": _summary(edge.contribution),
        }
        | ({"results": list(edge.results)} if edge.results else {})
        for edge in graph.edges
    ]
    return json.dumps({"target": graph.target, "nodes": nodes, "edges": edges}, allow_nan=False)


def to_dot(graph: Graph) -> graphviz.Digraph:
    """The shapes and words of the forward picture in Graphviz's language, without gradients or local derivatives."""
    import graphviz

    labels = Labels(graph)
    dot = graphviz.Digraph("graph", graph_attr={"rankdir": "BT"}, node_attr={"fontname": "Helvetica"})
    for node in graph.nodes:
        text = "\n".join([line.text for line in labels.lines(node)])
        style = "rounded" if node.kind == "variable" else ""
        dot.node(node.id, graphviz.escape(text).replace("\n", "\\n"), shape=_SHAPES[node.kind], style=style)
    for edge in graph.edges:
        dot.edge(edge.source, edge.target)
    return dot


def _group(group: Group) -> dict[str, Any]:
    results = [
        {
            "id": result.id,
            "name": result.name,
            "value": _summary(result.value),
            "gradient": _summary(result.gradient),
            "inside": result.inside,
        }
        for result in group.results
    ]
    return {
        "members": list(group.members),
        "operations": group.operations,
        "parameters": group.parameters,
        "repeats": group.repeats,
        "results": results,
    }


def _summary(summary: Summary | None) -> dict[str, Any] | None:
    if summary is None:
        return None
    return {
        "text": str(summary),
        "shape": list(summary.shape),
        "dtype": summary.dtype,
        "number": _number(summary.number),
        "low": _number(summary.low),
        "high": _number(summary.high),
        "nans": summary.nans,
    }


def _number(x: Any) -> Any:
    if isinstance(x, complex) or (isinstance(x, float) and not math.isfinite(x)):
        return str(x)
    return x
