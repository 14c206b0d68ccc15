"""Layouts: every engine that is present, on random graphs; nothing overlaps, and nothing recurses."""

import json
import math
import shutil
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Tape, Variable
from autograd.picture import build, graphviz_layout, layout
from autograd.picture.clearance import clear
from autograd.picture.geometry import Arrangement, Box, Curve, Link, Point, straight

BROKEN = subprocess.CalledProcessError(1, "dot")


@st.composite
def dags(draw: st.DrawFn) -> tuple[list[Box], list[Link]]:
    sizes = st.floats(12, 160)
    count = draw(st.integers(1, 12))
    boxes = [Box(draw(sizes), draw(sizes) / 2, draw(st.booleans())) for _ in range(count)]
    labels = st.one_of(st.none(), st.tuples(st.floats(10, 80), st.just(18.0))) if draw(st.booleans()) else st.none()
    links = []
    for target in range(1, count):
        for source in draw(st.lists(st.integers(0, target - 1), max_size=3)):
            links.append(Link(source, target, draw(labels)))
    return boxes, links


@pytest.fixture(params=layout.engines())
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def overlap(a: Point, size_a: Point, b: Point, size_b: Point) -> bool:
    return all(abs(a[i] - b[i]) < (size_a[i] + size_b[i]) / 2 - 0.5 for i in (0, 1))


def sampled(curve: Curve) -> list[Point]:
    points = []
    for i in range(0, len(curve) - 1, 3):
        for t in [k / 12 for k in range(13)]:
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points.append(tuple(sum(w * p[axis] for w, p in zip(weights, curve[i:], strict=False)) for axis in (0, 1)))
    return points


def check(boxes: list[Box], links: list[Link], arrangement: Arrangement) -> None:
    sizes = [(box.width, box.height) for box in boxes]
    placed = list(zip(arrangement.centres, sizes, strict=True))
    for (a, size_a), (b, size_b) in combinations(placed, 2):
        assert not overlap(a, size_a, b, size_b)
    for (x, y), (wide, high) in placed:
        assert -0.5 <= x - wide / 2 <= x + wide / 2 <= arrangement.width + 0.5
        assert -0.5 <= y - high / 2 <= y + high / 2 <= arrangement.height + 0.5
    for link, curve in zip(links, arrangement.curves, strict=True):
        assert len(curve) % 3 == 1
        assert min(math.dist(*curve[:2]), math.dist(*curve[-2:])) > 0.05  # or an arrow head had no direction
        assert arrangement.centres[link.target][1] < arrangement.centres[link.source][1]
        for end, box in ((curve[0], link.source), (curve[-1], link.target)):
            assert overlap(end, (8, 8), *placed[box])


@pytest.mark.parametrize("name", layout.engines())
@settings(deadline=None, max_examples=60)
@given(dag=dags())
def test_no_two_boxes_overlap_and_links_join_their_boxes(name, dag):
    check(*dag, layout.arrange(*dag, name))


@settings(deadline=None, max_examples=150)
@given(dag=dags())
def test_our_own_layout_keeps_links_and_labels_clear_of_boxes(dag):
    boxes, links = dag
    arrangement = layout.arrange(boxes, links, "layered")
    sizes = [(box.width, box.height) for box in boxes]
    for link, curve, label in zip(links, arrangement.curves, arrangement.labels, strict=True):
        assert (label is None) == (link.label is None)
        for i, (centre, size) in enumerate(zip(arrangement.centres, sizes, strict=True)):
            if label and link.label:
                assert not overlap(label, link.label, centre, size)
            if i not in (link.source, link.target):
                assert not any(overlap(point, (0, 0), centre, size) for point in sampled(curve))


def test_labels_do_not_overlap_each_other(engine):
    boxes = [Box(60, 40)] * 4
    links = [Link(0, 3, (50, 18)), Link(1, 3, (50, 18)), Link(2, 3, (50, 18)), Link(0, 3, (50, 18))]
    labels = layout.arrange(boxes, links, engine).labels
    for a, b in combinations(labels, 2):
        assert not overlap(a, (50, 18), b, (50, 18))


def test_a_chain_of_operations_is_straight():
    chain = [Link(0, 2), Link(1, 2), Link(2, 4), Link(3, 4), Link(4, 6), Link(5, 6), Link(6, 7)]
    centres = layout.arrange([Box(60, 40, True)] * 8, chain, "layered").centres
    assert max(abs(centres[a][0] - centres[b][0]) for a, b in combinations((2, 4, 6, 7), 2)) < 1


def test_operands_stand_from_left_to_right(engine):
    centres = layout.arrange([Box(50, 40)] * 3, [Link(1, 2), Link(0, 2)], engine).centres
    assert centres[1][0] < centres[0][0]


def test_a_graph_without_links_and_an_empty_one(engine):
    check([Box(40, 20)] * 2, [], layout.arrange([Box(40, 20)] * 2, [], engine))
    assert layout.arrange([], [], "layered").centres == []


def test_an_engine_that_is_not_present_is_named():
    with pytest.raises(ValueError, match=r"'neato'; expected one that is present: .*layered"):
        layout.arrange([Box(9, 9)], [], "neato")


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.mark.usefixtures("nothing_installed")
def test_without_graphviz_there_is_still_a_picture(scalar_graph):
    assert layout.engines() == ["layered"]
    assert scalar_graph.to_svg() == scalar_graph.to_svg(engine="layered")
    assert scalar_graph.to_svg(backward=True).startswith("<svg")


@pytest.mark.parametrize("failure", [BROKEN, subprocess.TimeoutExpired("dot", 1), FileNotFoundError("dot")])
def test_a_broken_dot_is_as_good_as_none(monkeypatch, scalar_graph, failure):
    def run(*args, **kwargs):
        raise failure

    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/dot")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setattr(subprocess, "run", run)
    assert scalar_graph.to_svg() == scalar_graph.to_svg(engine="layered")


def test_an_incomplete_answer_is_as_good_as_none(monkeypatch, scalar_graph):
    done = subprocess.CompletedProcess("dot", 0, stdout=b'{"bb": "0,0,9,9", "objects": []}')
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/dot")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: done)
    assert scalar_graph.to_svg() == scalar_graph.to_svg(engine="layered")


def test_a_chain_of_two_thousand_operations_needs_no_recursion():
    x = Variable(1.0, name="x")
    with Tape(persistent=True) as t:
        y = x
        for _ in range(2000):
            y = np.sin(y)
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(frames() + 60)
    try:
        graph = build(t, y)
        picture = graph.to_svg(backward=True, engine="layered", collapse=False)
    finally:
        sys.setrecursionlimit(depth)
    assert len(graph.nodes) == 2001
    assert picture.count("<ellipse") == 2001  # the target's outline is double, and x is a box


def frames() -> int:
    frame, count = sys._getframe(), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


def test_graphviz_is_not_asked_for_what_would_take_it_long(monkeypatch):
    """Sixty operations that all use one leaf: without labels they take a moment, and with them several seconds."""
    asked = []
    monkeypatch.setattr(layout, "engines", lambda: ["dot", "layered"])
    monkeypatch.setitem(layout._ENGINES, "dot", lambda *graph: asked.append(graph))
    boxes, label = [Box(40, 20)] * 61, (50.0, 18.0)
    for room in (None, label):
        layout.arrange(boxes, [link for i in range(1, 61) for link in (Link(i - 1, i, room), Link(0, i, room))])
    assert [graph[1][0].label for graph in asked] == [None]


def test_a_link_through_a_box_is_noticed():
    boxes, links = [Box(40, 20), Box(40, 20, True), Box(40, 20)], [Link(0, 2)]
    for aside, expected in [(0, False), (15, False), (30, True)]:
        centres = [(50.0, 200.0), (50.0 + aside, 100.0), (50.0, 0.0)]
        found = Arrangement(100, 210, centres, [straight((50.0, 190.0), (50.0, 10.0))], [None])
        assert clear(found, boxes, links) is expected
    assert clear(Arrangement(0, 0, [], [], []), [], [])


def test_graphviz_leaves_the_order_of_operands_where_a_link_would_run_through_a_box():
    asked = []

    def run(text: str) -> bytes:
        asked.append("ordering=in" in text)
        spline = "10,10 20,40 20,60 30,90" if asked[-1] else "80,10 80,40 80,60 80,90"
        things = [{"name": f"n{i}", "pos": place} for i, place in enumerate(("50,5", "20,50", "50,95"))]
        return json.dumps({"bb": "0,0,100,100", "objects": things, "edges": [{"link": "0", "pos": spline}]}).encode()

    graphviz_layout._arranged(run, [Box(20, 10)] * 3, [Link(0, 2)], [])
    assert asked == [True, False]
