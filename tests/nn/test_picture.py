"""A model as a picture: its layers, the graph of a batch, and the summary in a notebook."""

import sys
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.scopes import scopes_of
from nn.picture import layer_graph
from nn.summary import summary_of
from nn.utils import plot_model


@pytest.fixture
def model() -> nn.Sequential:
    return nn.Sequential([nn.Flatten(), nn.Dense(512, activation="relu"), nn.Dropout(0.5), nn.Dense(10, "softmax")])


@pytest.fixture
def built(model) -> nn.Sequential:
    model.build((None, 28, 28))
    return model


def test_the_layers_as_a_graph(built):
    graph = layer_graph(built)
    assert [(node.op or node.name, node.shape, node.dtype) for node in graph.nodes] == [
        ("input", (None, 28, 28), "float32"),
        ("flatten", (None, 784), "float32"),
        ("dense", (None, 512), "float32"),
        ("dropout", (None, 512), "float32"),
        ("dense_1", (None, 10), "float32"),
    ]
    assert [node.group.parameters for node in graph.nodes[1:]] == [0, 401_920, 0, 5_130]
    assert dict(graph.nodes[2].params) == {"type": "Dense", "activation": "relu"}
    assert [(edge.source, edge.target) for edge in graph.edges] == [
        ("n0", "n1"),
        ("n1", "n2"),
        ("n2", "n3"),
        ("n3", "n4"),
    ]


def test_their_picture_says_all_of_it(built, tmp_path):
    picture = plot_model(built, tmp_path / "model.svg").to_svg()
    assert (tmp_path / "model.svg").read_text(encoding="utf-8") == picture
    texts = [element.text for element in ElementTree.fromstring(picture).iter() if element.tag.endswith("text")]
    assert {"dense", "Dense, relu", "401,920 parameters", "(None, 512) float32", "(None, 28, 28) float32"} <= set(texts)
    assert not {"empty", "complex", "0 operations", ""} & set(texts)
    graph = plot_model(built)
    assert "dense_1" in graph.to_html()
    assert "dense_1" in graph.to_json()
    assert graph.to_dot().source.count("->") == 4


def test_a_model_without_shapes_is_refused(model):
    with pytest.raises(ValueError, match=r"flatten has no shapes yet; the first batch makes them, or build"):
        plot_model(model)
    with pytest.raises(ValueError, match="sequential has no layers"):
        plot_model(nn.Sequential())


@pytest.mark.parametrize("dtype", [float, np.float32, np.uint8])
def test_the_graph_of_a_batch_has_a_node_for_each_layer(built, dtype):
    graph = built.graph(np.ones((3, 28, 28), dtype))
    assert [node.op for node in graph.nodes if node.kind == "group"][-2:] == ["dense", "dense_1"]
    assert graph.nodes[0].name == "input"
    assert graph.node(graph.target).shape == (3, 10)
    whole = built.graph(np.ones((3, 28, 28), dtype), depth=None)
    assert len(whole.nodes) > len(graph.nodes)
    assert whole.node("dense/kernel").scope == ("sequential", "dense")


def test_a_model_in_a_model_is_opened_level_by_level():
    inner = nn.Sequential([nn.Dense(3), nn.Dense(3)], name="inner")
    model = nn.Sequential([inner, nn.Dense(2)], name="outer")
    x = np.ones((1, 4))
    found = [[node.op for node in model.graph(x, depth).nodes if node.kind == "group"] for depth in (0, 1, 2)]
    assert found == [["outer"], ["inner", "dense"], ["dense", "dense_1"]]


def test_a_layer_that_is_used_twice_is_told_apart():
    layer = nn.Dense(4, name="shared")
    with ag.Tape(persistent=True) as t:
        y = layer(layer(np.ones((1, 4))))
    assert set(scopes_of(t)) == {("shared",), ("shared#2",)}
    assert [node.op for node in t.graph(y).collapsed(depth=0).nodes if node.kind == "group"] == ["shared", "shared#2"]


def test_training_leaves_no_scope_behind(built):
    built.compile("sgd", "mse")
    built.fit(np.zeros((4, 28, 28)), np.zeros((4, 10)), verbose=0)
    with ag.Tape() as t:
        ag.Variable(1.0) * 2
    assert scopes_of(t) == [()]


def test_a_notebook_shows_the_summary_once_and_as_text_too(built, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as Jupyter's kernel sets it
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=shown.append))
    built.summary()
    (summary,) = shown
    assert built.layers[0].name in str(summary)
    assert str(summary) == repr(summary)
    assert "\x1b" not in str(summary)
    assert capsys.readouterr().out == ""
    assert len(shown) == 1, "str() displays nothing"


def test_the_summary_of_a_notebook_is_html(built):
    summary = summary_of(built.name, built.layers, built.weights, built.trainable_weights)
    table = ElementTree.fromstring(summary._repr_html_())
    cells = [element.text for element in table.iter() if element.tag in ("td", "th", "caption")]
    assert cells[:4] == ['Model "sequential"', "Layer (type)", "Output shape", "Parameters"]
    assert {"dense (Dense)", "(None, 512)", "401,920", "407,050 (1.55 MB)"} <= set(cells)
    assert "+--" not in summary._repr_html_()
    assert "| dense (Dense)     | (None, 512)  |    401,920 |" in str(summary)


def test_names_in_html_are_escaped():
    model = nn.Sequential([nn.Dense(1, name="<b>")], name="a & b")
    model.build((None, 2))
    html = summary_of(model.name, model.layers, model.weights, model.trainable_weights)._repr_html_()
    assert "<b>" not in html
    assert "a &amp; b" in html


def test_a_notebook_displays_the_summary(built, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("nn.summary.Console", lambda **options: type("Console", (), {"is_jupyter": True})())
    monkeypatch.setattr("IPython.display.display", shown.append)
    built.summary()
    assert shown[0].rows[1] == ("dense (Dense)", "(None, 512)", "401,920")
    assert capsys.readouterr().out == ""
