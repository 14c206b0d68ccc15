"""A model as a picture: its layers with their shapes and numbers of parameters, or every operation of a batch."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Tape, Tensor
from autograd.picture import Graph, GraphEdge, GraphNode, Group, Summary
from nn.activations import linear, name_of

if TYPE_CHECKING:
    from nn.layers.layer import Layer
    from nn.model import Sequential


def layer_graph(model: Sequential) -> Graph:
    """The layers of a model as a graph, from the input up: what each is, what it gives, how many parameters it has.

    A graph like any other: it draws itself, and all that reads graphs reads it. ValueError for a model without layers,
    and for one that has not been built.
    """
    if not model.layers:
        raise ValueError(f"{model.name} has no layers; add some first")
    if waiting := [layer.name for layer in model.layers if layer.output_shape is None]:
        raise ValueError(f"{waiting[0]} has no shapes yet; the first batch makes them, or build(input_shape)")
    nodes = [GraphNode("n0", "input", Summary(model.layers[0].input_shape or (), str(model.layers[0].dtype)), "input")]
    for i, layer in enumerate(model.layers, 1):
        params = {"type": type(layer).__name__}
        if layer.activation is not linear:
            params["activation"] = name_of(layer.activation)
        group = Group((), 0, layer.count_params())
        value = Summary(layer.output_shape or (), str(layer.dtype))
        nodes.append(GraphNode(f"n{i}", "group", value, op=layer.name, params=params, group=group))
    edges = [GraphEdge(f"n{i}", f"n{i + 1}", 0) for i in range(len(model.layers))]
    return Graph(tuple(nodes), tuple(edges), nodes[-1].id)


def plot_model(model: Sequential, to_file: str | os.PathLike[str] | None = None) -> Graph:
    """The picture of a model's layers; also written to a file, by its suffix: `.svg`, `.png`, `.pdf`, `.html`.

    As Keras's function of this name, but it needs no other program for an SVG, and returns a graph that a notebook
    shows.

    >>> import nn
    >>> model = nn.Sequential([nn.Dense(512, activation="relu"), nn.Dense(10, activation="softmax")])
    >>> model.build((None, 784))
    >>> [(node.op, node.shape, node.group.parameters) for node in plot_model(model).nodes[1:]]
    [('dense', (None, 512), 401920), ('dense_1', (None, 10), 5130)]
    """
    graph = layer_graph(model)
    if to_file is not None:
        graph.save(to_file)
    return graph


def recorded_graph(model: Layer, x: Any, depth: int | None) -> Graph:
    """What the model computes for a batch, down to `depth` levels of layers; None for every operation."""
    x = np.asarray(x)
    if not model.built:
        model(x[:1])  # what builds it is not part of the picture
    x = Tensor(x.astype(model.weights[0].dtype) if x.dtype.kind == "f" and model.weights else x)
    with Tape(persistent=True) as tape:
        if x.dtype.kind == "f":
            tape.watch(x)  # or what comes before the first weights were not recorded
        y = model(x)
    graph = tape.graph(y)
    first = next((node for node in graph.nodes if node.kind == "input" and not node.name), None)
    named = [replace(node, name="input", scope=()) if node is first else node for node in graph.nodes]
    graph = replace(graph, nodes=tuple(named))
    return graph if depth is None else graph.collapsed(depth=depth)
