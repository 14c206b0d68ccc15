"""Large graphs: what becomes a group, what a group says, and that it does not take long."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.picture import Graph, build
from autograd.picture.labels import Labels
from tests.counting import calls


def block(h, weights, name: str):
    a, b = weights
    with ag.name_scope(name):
        with ag.name_scope("dense"):
            u = ag.relu(h @ a)
        with ag.name_scope("dense_1"):
            v = u @ b
        return h + v


def residual(layers: int) -> Graph:
    random = np.random.default_rng(0)
    weights = [[Variable(random.normal(size=(4, 4)) / 4) for _ in range(2)] for _ in range(layers)]
    x = Tensor(random.normal(size=(3, 4)), name="x")
    with Tape() as t:
        h = x
        for i, pair in enumerate(weights):
            h = block(h, pair, f"block_{i}")
        with ag.name_scope("loss"):
            loss = np.mean(h * h)
    return t.graph(loss, loss=loss)


def chain(operations: int) -> Graph:
    x = Variable(1.0, name="x")
    with Tape() as t:
        y = x
        for _ in range(operations // 2):
            y = np.sin(y) * x
    return t.graph(y)


def tangle(operations: int) -> Graph:
    """Neither scopes nor repeats."""
    random, functions = np.random.default_rng(0), [np.sin, np.cos, np.tanh, np.arctan]
    values = [Variable(0.5, name="x")]
    with Tape() as t:
        for _ in range(operations // 2):
            a, b = values[-1], values[-random.integers(1, min(len(values), 30) + 1)]
            values.append(functions[random.integers(4)](a) * b)
    return t.graph(values[-1])


def check(whole: Graph, part: Graph) -> None:
    """Everything is there once, edges go forward, and the target is the target."""
    inside = [key for node in part.nodes for key in (node.group.members if node.group else [node.id])]
    assert sorted(inside) == sorted(node.id for node in whole.nodes)
    place = {node.id: i for i, node in enumerate(part.nodes)}
    assert all(place[edge.source] < place[edge.target] for edge in part.edges)
    assert len({(edge.target, edge.position) for edge in part.edges}) == len(part.edges)
    home = {key: node.id for node in part.nodes for key in (node.group.members if node.group else [node.id])}
    crossing = {(home[e.source], home[e.target]) for e in whole.edges if home[e.source] != home[e.target]}
    assert {(edge.source, edge.target) for edge in part.edges} == crossing
    assert home[whole.target] == part.target
    assert part.node(part.target).value == whole.node(whole.target).value
    json.loads(part.to_json())
    assert part.to_dot().source.count("->") == len(part.edges)


def test_a_scope_becomes_a_group():
    whole = residual(2)
    part = whole.collapsed(collapse=lambda scope: scope[-1] == "dense")
    check(whole, part)
    groups = [node for node in part.nodes if node.kind == "group"]
    assert [(g.op, g.scope, g.group.operations, g.group.parameters) for g in groups] == [
        ("dense", ("block_0",), 2, 16),
        ("dense", ("block_1",), 2, 16),
    ]
    relu = next(node for node in whole.nodes if node.op == "relu")
    assert (groups[0].id, groups[0].value, groups[0].gradient) == (relu.id, relu.value, relu.gradient)


def test_depth_says_how_many_levels_are_opened():
    whole = residual(2)
    for depth, groups in [(0, ["block_0", "block_1", "loss"]), (1, ["dense", "dense_1"] * 2), (2, [])]:
        part = whole.collapsed(depth=depth)
        check(whole, part)
        assert [node.op for node in part.nodes if node.kind == "group"] == groups
    assert whole.collapsed(depth=2) == whole
    with pytest.raises(ValueError, match="depth is -1; expected 0"):
        whole.collapsed(depth=-1)
    with pytest.raises(TypeError, match="collapse is True; expected a function of a scope, or False"):
        whole.to_svg(collapse=True)
    with pytest.raises(ValueError, match="limit is 0; expected 1"):
        whole.collapsed(limit=0)
    with pytest.raises(ValueError, match="limit is 'small'; expected 1 node or more"):
        whole.collapsed(limit="small")
    assert whole.collapsed(depth=0).collapsed(collapse=False) is whole


def test_equal_layers_one_after_the_other_are_one_group():
    whole = residual(12)
    part = whole.collapsed(depth=0)
    check(whole, part)
    assert [(node.op or node.name, node.group and node.group.repeats) for node in part.nodes] == [
        ("x", None),
        ("block_0 … block_11", 12),
        ("loss", 1),
    ]
    assert part.nodes[1].group.parameters == 12 * 32
    assert "×12" in part.to_svg()


def test_a_pattern_without_scopes_is_found():
    whole = chain(400)
    part = whole.collapsed()
    check(whole, part)
    (node,) = [node for node in part.nodes if node.group]
    assert (node.op, node.group.repeats, node.group.operations) == ("sin, multiply", 198, 396)
    assert [node.op for node in part.nodes if node.kind == "operation"] == [
        "sin",
        "multiply",
    ] * 2  # the first, the last


def test_what_only_looks_alike_is_no_repeat():
    x = Variable(1.0, name="x")
    with Tape() as t:
        y = x
        for i in range(4):
            a = np.sin(y)
            b = np.sin(a if i % 2 else y)
            y = a * b
    whole = t.graph(y)
    assert all(node.group is None or node.group.repeats == 2 for node in whole.collapsed(depth=0).nodes)


def test_a_graph_of_up_to_150_nodes_stays_as_it_is():
    whole = residual(12)
    assert len(whole.nodes) <= 150
    assert whole.collapsed() is whole
    assert len(residual(30).collapsed().nodes) < 150
    assert len(whole.collapsed(limit=50).nodes) <= 50


def test_the_largest_picture_that_fits_is_drawn():
    whole = residual(30)  # each block is 7 nodes, two scopes in it, and the block itself is one
    assert [len(whole.collapsed(limit=limit).nodes) for limit in (1000, 150, 40, 10)] == [
        len(whole.nodes),
        len(whole.collapsed(depth=1).nodes),
        16,
        5,
    ]
    part = whole.collapsed(limit=40)  # the first block and the last are there in full
    assert [(node.op, node.group.repeats) for node in part.nodes if node.group] == [("block_1 … block_28", 28)]
    assert [node.op for node in part.nodes if node.op][:4] == ["matmul", "relu", "matmul", "add"]
    check(whole, part)
    part = whole.collapsed(limit=10)
    assert [node.op for node in part.nodes if node.group] == ["block_0", "block_1 … block_28", "block_29", "loss"]
    check(whole, part)


def test_an_operation_on_two_results_of_one_group_can_be_drawn():
    x = Variable(0.5, name="x")
    with Tape() as t:
        with ag.name_scope("both"):
            a, b = np.sin(x), np.cos(x)
        y = a - b
    part = t.graph(y).collapsed(depth=0)
    assert Labels(part).lines(part.node(part.target))[0].text == "−"
    assert "0.4794 − 0.8776 = −0.3982" in part.to_html()


@pytest.mark.parametrize(("limit", "shown"), [(1, 1), (5, 3), (150, 3), (400, 303), (1000, 601)])
def test_the_limit_holds_whatever_has_a_name(limit, shown):
    y, random = Variable(0.5, name="x"), np.random.default_rng(0)
    with Tape() as t:
        for part in "abc":
            with ag.name_scope(part):
                for i in range(100):
                    number = Tensor(float(i), name=f"{part}{i}")
                    y = y * number if random.random() < 0.5 else y + number
    whole = t.graph(y)
    smaller = whole.collapsed(limit=limit)
    check(whole, smaller)
    assert len(smaller.nodes) == shown
    if shown == 3:
        assert [(node.op, node.group.operations) for node in smaller.nodes] == [("a", 100), ("b", 100), ("c", 100)]


@pytest.mark.parametrize("make", [residual, chain, tangle])
def test_a_large_graph_is_drawn_collapsed_and_soon(make):
    size = 10_000
    whole = make(size // 6 if make is residual else size)
    assert len(whole.nodes) >= size - 1
    made = []
    assert calls(lambda: made.append(whole.to_svg())) < 250 * size
    (picture,) = made
    part = whole.collapsed()
    check(whole, part)
    assert len(part.nodes) <= 150
    assert len(picture) < 500_000
    ElementTree.fromstring(picture)


def test_building_a_large_graph_takes_time_in_proportion():
    def cost(operations: int) -> int:
        x = Variable(0.5, name="x")
        with Tape(persistent=True) as t:
            y = x
            for _ in range(operations):
                y = np.sin(y)
        return calls(lambda: build(t, y))

    assert cost(8000) < 8.5 * cost(1000)


def test_every_node_is_drawn_on_request():
    whole = residual(30)
    picture = whole.to_svg(collapse=False)
    assert all(f'-{node.id}"' in picture for node in whole.nodes)
    assert picture.count("<g id=") == len(whole.nodes) + len(whole.edges)


def test_what_would_take_minutes_to_draw_is_refused():
    whole = chain(2000)  # each of a thousand layers has an edge from the leaf at the bottom
    with pytest.raises(ValueError, match=r"2,001 nodes in full would have edges past .* leave collapse=False out"):
        whole.to_svg(collapse=False)
    assert len(whole.to_svg()) < 50_000


def test_frames_stand_around_scopes():
    for engine in ("layered", None):
        assert 'data-scope="loss"' in residual(2).to_svg(engine=engine)
    assert "data-scope" not in chain(10).to_svg()


def test_a_leaf_belongs_where_it_is_used():
    x, w, v = Tensor(2.0, name="x"), Variable(3.0, name="w"), Variable(1.0, name="v")
    with Tape() as t:
        with ag.name_scope("a"):
            y = x * w
            with ag.name_scope("b"):
                z = y * w * v
        loss = z + v
    scopes = {node.name or node.op: node.scope for node in t.graph(loss).nodes}
    assert scopes == {"x": ("a",), "w": ("a",), "v": (), "multiply": ("a", "b"), "add": ()}


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_groups_of_any_graph_are_sound(data):
    values, names = [Variable(0.5), Variable(0.25)], st.sampled_from("abc")
    with Tape() as t:
        for _ in range(data.draw(st.integers(1, 12))):
            with ag.name_scope(data.draw(names)):
                for _ in range(data.draw(st.integers(1, 4))):
                    x, y = [data.draw(st.sampled_from(values[-4:])) for _ in "xy"]
                    if data.draw(st.booleans()):
                        with ag.name_scope(data.draw(names)):
                            x = np.sin(x)
                    values.append(x * y)
    whole = t.graph(values[-1])
    for depth in (0, 1, 2):
        check(whole, whole.collapsed(depth=depth))
    check(whole, whole.collapsed(limit=5))
