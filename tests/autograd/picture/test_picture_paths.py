"""Paths and their products, what each edge passes back, and the highlight that puts them together."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.picture import Graph
from tests.counting import calls


def named(graph: Graph, path) -> list[str]:
    return [graph.node(key).name or graph.node(key).op for key in path.nodes]


@pytest.fixture
def diamond() -> Graph:
    x = Variable(3.0, name="x")
    with Tape() as t:
        a = x * x
        b = np.exp(0.0 * x)
        y = a * b + x
    return t.graph(y, a=a, b=b, y=y)


def ladder(steps: int) -> Graph:
    x = Variable(1.0, name="x")
    with Tape() as t:
        y = x
        for _ in range(steps):
            y = y + y
    return t.graph(y, y=y)


def test_the_paths_of_the_scalar_graph(scalar_graph):
    (path,) = scalar_graph.paths("w")
    assert named(scalar_graph, path) == ["w", "x1", "x2", "subtract", "loss"]
    assert [edge.derivative for edge in path.edges] == [2, 1, -1, -1]
    assert path.product == 2 == scalar_graph.node("w").gradient.number
    assert [edge.source for edge in path.edges] == list(path.nodes[:-1])
    assert [edge.target for edge in path.edges] == list(path.nodes[1:])


def test_products_of_all_paths_add_up_to_the_gradient(diamond):
    paths = diamond.paths("x")
    assert sorted([path.product for path in paths]) == [0, 1, 3, 3]
    assert sum(path.product for path in paths) == diamond.node("x").gradient.number == 7
    assert len(diamond.paths("b")) == 1


def test_the_target_has_a_path_without_steps(diamond):
    (path,) = diamond.paths("y")
    assert (path.nodes, path.edges, path.product) == ((diamond.target,), (), 1)


def test_a_value_without_a_gradient_has_paths_too(scalar_graph):
    (path,) = scalar_graph.paths("x")
    assert path.product == 3


def test_between_arrays_there_are_paths_and_no_products(model_graph):
    (path,) = model_graph.paths("W1")
    assert named(model_graph, path)[-2:] == ["sparse_softmax_crossentropy", "loss"]
    assert path.product is None


def test_very_many_paths_are_refused_and_counted():
    assert len(ladder(9).paths("x")) == 512
    with pytest.raises(ValueError, match=r"1,024 paths .* limit is 1,000; raise limit=, or use graph.highlight\('x'\)"):
        ladder(10).paths("x")
    with pytest.raises(ValueError, match=r"more than 1e.15 paths"):
        ladder(5000).paths("x")


def test_a_variable_that_was_assigned_to_has_the_paths_of_all_its_values():
    w = Variable(2.0, name="w")
    with Tape() as t:
        y = w * 3
        w.assign(5.0)
        z = y * w
    assert sorted([path.product for path in t.graph(z).paths("w")]) == [6.0, 15.0]


def test_contributions_add_up_to_gradients(diamond, scalar_graph):
    for graph in (diamond, scalar_graph, ladder(4)):
        for node in graph.nodes:
            uses = [edge for edge in graph.edges if edge.source == node.id]
            if uses and node.gradient is not None:
                assert sum(edge.contribution.number for edge in uses) == node.gradient.number
                for edge in uses:
                    upstream = graph.node(edge.target).gradient.number
                    assert edge.contribution.number == upstream * edge.derivative
            assert all((edge.contribution is not None) == edge.carries_gradient for edge in uses)


def test_contributions_of_arrays_have_the_shape_of_what_they_go_to(model_graph):
    shapes = {edge.source: edge.contribution.shape for edge in model_graph.edges if edge.contribution}
    assert shapes[model_graph.node("b1").id] == (4,)
    assert model_graph.node("W1").id in shapes
    assert not any(edge.contribution for edge in model_graph.edges if edge.source == model_graph.node("labels").id)


def test_the_results_of_one_operation_pass_back_what_is_theirs():
    @ag.custom_gradient
    def both(x, y):
        return (x * y, x + y), lambda g, h: (g * y + h, g * x + h)

    x, y = Variable(2.0, name="x"), Variable(5.0, name="y")
    with Tape(persistent=True) as t:
        a, b = both(x, y)
        z = a * b
    graph = t.graph(z, a=a, b=b)
    assert [(node.name, node.op) for node in graph.nodes if node.op][:2] == [("a", "both"), ("b", "both")]
    assert [graph.node(key).params["result"] for key in "ab"] == ["0", "1"]
    assert [(e.derivative, e.contribution.number) for e in graph.edges[:4]] == [(5, 35), (2, 14), (1, 10), (1, 10)]
    assert graph.node("x").gradient.number == t.gradient(z, x).item() == 45


def test_the_results_of_a_decomposition():
    x = Variable([[2.0, 1.0], [1.0, 3.0]], name="x")
    with Tape(persistent=True) as t:
        values, vectors = np.linalg.eigh(x)
        y = np.sum(values * values) + np.sum(vectors[0] * 1.5)
    graph = t.graph(y, values=values, vectors=vectors)
    assert graph.node("values").params["result"] == "eigenvalues"
    assert graph.node("vectors").shape == (2, 2)
    assert not {"pick", "pack"} & {node.op for node in graph.nodes}
    assert graph.node("x").gradient.high == pytest.approx(t.gradient(y, x).numpy().max())


def test_what_was_watched_late_has_no_gradient_from_before():
    x = Tensor(3.0, name="x")
    w = Variable(2.0, name="w")
    with Tape(persistent=True) as t:
        a = w * x
        t.watch(x)
        y = a * x
    graph = t.graph(y)
    assert graph.node("x").gradient.number == t.gradient(y, x).item() == 6
    assert [edge.carries_gradient for edge in graph.edges if graph.node(edge.source).name == "x"] == [False, True]


def test_a_highlight_prints_its_products(diamond):
    highlight = diamond.highlight("x")
    assert (highlight.count, highlight.summed, highlight.gradient, highlight.agrees) == (4, 7, 7, True)
    assert str(highlight).splitlines() == [
        "∂y/∂x: 4 paths from x to y",
        "  y ← a × b ← a ← x  1 · 1 · 3 = 3",
        "  y ← a × b ← a ← x  1 · 1 · 3 = 3",
        "  y ← a × b ← b ← 0 × x ← x  1 · 9 · 1 · 0 = 0",
        "  y ← x  1",
        "sum = 7, as in the backward sweep",
    ]
    assert repr(highlight) == "Highlight(∂y/∂x: 4 paths)"


def test_a_highlight_draws_the_path_apart_from_the_rest(scalar_graph):
    picture = scalar_graph.to_svg(highlight="w")
    assert picture == scalar_graph.highlight("w").to_svg()
    root = ElementTree.fromstring(picture)
    thick = {
        g.get("id").rpartition("-")[2] for g in root.iter() if g.get("id") for e in g if e.get("stroke-width") == "3.6"
    }
    assert thick == {"n1", "n2", "n4", "n6", "n7"}
    assert picture.count('stroke-dasharray="9 5"') == 4  # wider dashes, so that it is not told by colour
    assert picture.count('stroke-dasharray="5 3.5"') == 1
    assert "∂loss/∂w = (−1) · (−1) · 1 · 2 = 2" in picture


def test_a_highlight_of_several_paths_writes_them_below(diamond):
    picture = diamond.to_svg(highlight="x")
    assert "∂y/∂x is the sum of all: 7" in picture
    assert picture.count("y ← a × b ← a ← x  1 · 1 · 3 = 3") == 2


def test_very_many_paths_are_summed_and_the_largest_are_listed():
    rungs, made = ladder(60), []
    assert calls(lambda: made.append(rungs.highlight("x"))) < 100_000
    (highlight,) = made
    assert (highlight.count, len(highlight.paths), highlight.summed, highlight.agrees) == (2**60, 20, 2.0**60, True)
    assert "and 1,152,921,504,606,846,956 paths more, with smaller products" in str(highlight)
    assert "very many paths" in str(ladder(400).highlight("x"))


def test_a_wrong_rule_shows():
    @ag.custom_gradient
    def wrong(x):
        return x * x, lambda g: g * 100.0 if abs(g.item()) == 1 else g * 2 * x

    x = Variable(3.0, name="x")
    with Tape() as t:
        y = 5.0 * wrong(x)
    highlight = t.graph(y, y=y).highlight("x")  # the rule is not linear in g
    assert not highlight.agrees
    assert "sum = 500, but 30 in the backward sweep" in str(highlight)


def test_a_highlight_between_arrays_shows_the_way(model_graph):
    highlight = model_graph.highlight("W1")
    assert (highlight.count, highlight.summed, highlight.agrees) == (1, None, True)
    assert "∂loss/∂W1: 1 path" in highlight.to_svg()
    assert highlight._repr_mimebundle_()["text/plain"] == str(highlight)


def test_a_highlight_of_infinite_derivatives_is_no_disagreement():
    x = Variable(0.0, name="x")
    with Tape() as t:
        y = np.sqrt(x) + 1.0
    highlight = t.graph(y).highlight("x")
    assert math.isinf(highlight.summed)
    assert highlight.agrees


def test_what_can_not_be_highlighted_says_so(scalar_graph):
    with pytest.raises(
        ValueError, match=re.escape("no gradient flows from the target to 'x'; t.explain(target, source)")
    ):
        scalar_graph.highlight("x")
    with pytest.raises(KeyError, match="no node has the id or name 'v'"):
        scalar_graph.highlight("v")
    with pytest.raises(ValueError, match="leave out depth and collapse"):
        scalar_graph.to_svg(highlight="w", depth=1)


def test_an_id_goes_before_a_name_that_looks_like_one():
    a, b = Variable(2.0, name="n1"), Variable(3.0, name="b")
    with Tape() as t:
        y = a * b
    graph = t.graph(y)
    assert graph.node("n1").name == "b"
    assert [path.nodes for path in graph.paths("n1")] == [("n1", "n2")]
    assert graph.highlight("n1").source == "n1"
    assert [path.product for path in graph.paths("b")] == [2.0]
