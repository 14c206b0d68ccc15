"""A recording as a `Graph`: what is in it, in which order, under which names, with which numbers."""

import subprocess
import sys

import numpy as np
import pytest

from autograd import Tape, Tensor, Variable
from autograd.errors import TapeError
from autograd.picture import Graph, build


def edges(graph: Graph) -> dict[tuple[str, str], float | None]:
    names = {node.id: node.name or node.op for node in graph.nodes}
    return {(names[e.target], names[e.source]): e.derivative for e in graph.edges}


def test_the_forward_pass_of_the_scalar_graph(scalar_graph):
    values = {node.name: node.value.number for node in scalar_graph.nodes}
    assert values == {"x": 2, "w": 3, "x1": 6, "b": 1, "x2": 7, "y_true": 4, None: -3, "loss": 3}


def test_the_local_derivatives_of_the_scalar_graph(scalar_graph):
    local = edges(scalar_graph)
    assert local["loss", "subtract"] * local["subtract", "x2"] == 1
    assert local["x2", "x1"] == local["x2", "b"] == 1
    assert local["x1", "w"] == 2
    assert local["x1", "x"] == 3


def test_the_gradients_of_the_scalar_graph(scalar_graph):
    gradients = {node.name: node.gradient and node.gradient.number for node in scalar_graph.nodes}
    assert gradients == {"loss": 1, None: -1, "x2": 1, "x1": 1, "w": 2, "b": 1, "x": None, "y_true": None}


def test_the_order_is_that_of_the_recording_and_leaves_come_before_their_first_use(scalar_graph):
    assert [node.id for node in scalar_graph.nodes] == [f"n{i}" for i in range(8)]
    assert [node.name for node in scalar_graph.nodes] == ["x", "w", "x1", "b", "x2", "y_true", None, "loss"]
    assert [(e.source, e.target, e.position) for e in scalar_graph.edges][:3] == [
        ("n0", "n2", 0),
        ("n1", "n2", 1),
        ("n2", "n4", 0),
    ]
    assert scalar_graph.target == "n7"


def test_the_kinds(scalar_graph):
    kinds = {node.name: node.kind for node in scalar_graph.nodes}
    assert kinds["w"] == kinds["b"] == "variable"
    assert kinds["x"] == kinds["y_true"] == "input"
    assert kinds["loss"] == kinds["x1"] == "operation"


def test_only_what_influences_the_target_is_in_it():
    x = Variable(2.0, name="x")
    with Tape(persistent=True) as t:
        y = x * x
        np.sin(y)
        z = y + 1
        np.cos(z)
    assert [node.op for node in build(t, z).nodes] == [None, "multiply", None, "add"]


def test_a_value_used_twice_is_one_node_with_two_edges():
    x = Variable(3.0, name="x")
    with Tape(persistent=True) as t:
        y = x * x
    graph = build(t, y)
    assert len(graph.nodes) == 2
    assert [(e.source, e.position, e.derivative) for e in graph.edges] == [("n0", 0, 3.0), ("n0", 1, 3.0)]
    assert graph.node("x").gradient.number == 6


def test_numbers_are_a_constant_for_each_use_and_none_is_left_out():
    x = Variable(3.0)
    with Tape(persistent=True) as t:
        y = np.clip(2 * x + 2, 0.0, None)
    graph = build(t, y)
    constants = [node for node in graph.nodes if node.kind == "constant"]
    assert [node.value.number for node in constants] == [2, 2, 0.0]
    assert all(node.gradient is None for node in constants)


def test_arrays_are_summed_up(model_graph):
    node = model_graph.node("W1")
    assert (node.shape, node.dtype, node.value.number) == ((5, 4), "float32", None)
    assert 0 <= node.value.low < node.value.high <= 1
    assert node.gradient.shape == (5, 4)
    assert model_graph.node("labels").dtype == "int64"


def test_no_gradient_flows_to_labels_and_plain_arrays(model_graph):
    flows = {model_graph.node(e.source).name: e.carries_gradient for e in model_graph.edges}
    assert not flows["labels"]
    assert not flows["x"]
    assert flows["W1"]
    assert flows["b2"]
    assert all(e.derivative is None for e in model_graph.edges)


def test_the_gradients_are_the_tape_s():
    w, b = Variable([[1.0, 2.0], [3.0, 4.0]], name="w"), Variable([0.5, -0.5], name="b")
    with Tape(persistent=True) as t:
        y = np.tanh(np.array([[1.0, -1.0]]) @ w + b)
    graph = build(t, y)
    dw, db = t.gradient(y, [w, b])
    assert graph.node("w").gradient.low == dw.numpy().min()
    assert graph.node("b").gradient.high == db.numpy().max()


def test_params_are_in_words():
    x = Variable(np.ones((2, 3)))
    with Tape(persistent=True) as t:
        y = np.sum(x[:, 0] * 1.0, axis=0)
    shown = {node.op: node.params for node in build(t, y).nodes if node.op}
    assert shown["sum"]["axis"] == "0"
    assert shown["getitem"] == {"index": ":, 0"}


def test_sources_keep_what_lies_between():
    x, w = Variable(2.0, name="x"), Variable(3.0, name="w")
    with Tape(persistent=True) as t:
        h = np.exp(x)
        y = h * w
        z = y + 1
    graph = build(t, z, sources=w, names={"h": h})
    assert [node.op for node in graph.nodes] == [None, None, "multiply", None, "add"]
    assert graph.node("h").kind == "input"


def test_a_variable_that_was_assigned_to_shows_both_values():
    w = Variable(2.0, name="w")
    with Tape(persistent=True) as t:
        y = w * 3
        w.assign(5.0)
        z = y + w
    values = [node.value.number for node in build(t, z, names={"weight": w}).nodes if node.name == "weight"]
    assert values == [2.0, 5.0]


def test_drawing_after_the_gradient_says_what_to_do():
    x = Variable(2.0)
    with Tape() as t:
        y = x * x
    build(t, y)
    t.gradient(y, x)
    with pytest.raises(TapeError, match=r"before taking the gradient, or use Tape\(persistent=True\)"):
        build(t, y)


def test_a_target_from_elsewhere_is_refused():
    x = Variable(2.0)
    with Tape(persistent=True) as t:
        x * x
    with pytest.raises(TapeError, match="not in this tape's recording"):
        build(t, Tensor(3.0))
    with pytest.raises(TypeError, match="float as target"):
        build(t, 3.0)


def test_labels_and_sources_without_a_part_are_refused():
    x, w = Variable(2.0), Variable(3.0)
    with Tape(persistent=True) as t:
        y = x * x
    with pytest.raises(ValueError, match="label 'w' is for a value that has no part"):
        build(t, y, names={"w": w})
    with pytest.raises(TypeError, match=r"label 'c' is for float 2.0.*Tensor\(2.0, name='c'\)"):
        build(t, y, names={"c": 2.0})
    with pytest.raises(ValueError, match="no gradient flows"):
        build(t, y, sources=w)
    with pytest.raises(TypeError, match="int as source"):
        build(t, y, sources=[1])


def test_an_unknown_node_lists_the_names(scalar_graph):
    assert scalar_graph.node("n1") == scalar_graph.node("w")
    with pytest.raises(KeyError, match="n0 to n7, names: x, w"):
        scalar_graph.node("v")


def test_building_inside_an_open_tape_records_nothing():
    x = Variable(2.0)
    with Tape(persistent=True) as t:
        y = x * x
        before = len(t.nodes)
        build(t, y)
        assert len(t.nodes) == before


def test_infinite_and_undefined_numbers_are_kept():
    x = Variable(0.0, name="x")
    with Tape(persistent=True) as t:
        y = np.sqrt(x) * np.inf
    graph = build(t, y)
    assert str(graph.node(graph.target).value) == "NaN"
    assert graph.edges[0].derivative == np.inf


def test_the_engine_does_not_import_pictures():
    code = (
        "import sys, autograd, autograd.tape; "
        "print([m for m in sys.modules if 'graphviz' in m or m.startswith('autograd.picture')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_operation_knows_its_line():
    x = Variable(2.0)
    with Tape() as t:
        y = np.sin(x) * 3
    graph = t.graph(y)
    sine, product = [node for node in graph.nodes if node.op]
    line = test_each_operation_knows_its_line.__code__.co_firstlineno + 3
    assert sine.where == product.where == f"test_picture_model.py:{line}"
    assert sine.line == "y = np.sin(x) * 3"
    assert [(node.where, node.line) for node in graph.nodes if not node.op] == [(None, None)] * 2


def test_code_without_a_file_has_no_line():
    space = {"np": np, "x": Variable(2.0), "Tape": Tape}
    exec("with Tape() as t:\n    y = np.sin(x)", space)
    node = space["t"].graph(space["y"]).nodes[-1]
    assert (node.where, node.line) == ("<string>:2", None)


def test_local_variables_give_names():
    x, w = np.array([1.0, 2.0]), Variable([3.0, 4.0], name="weight")
    with Tape() as t:
        product = x * w
        total = y = np.sum(product)
    assert t.graph(y).node("n2").name is None
    names = {node.op or node.kind: node.name for node in t.graph(y, local_names=True, product=product).nodes}
    assert names == {"input": "x", "variable": "weight", "multiply": "product", "sum": "total"}
    assert t.graph(y, local_names=True, z=total).nodes[-1].name == "z"
