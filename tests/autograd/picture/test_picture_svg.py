"""The SVG: well formed, complete, escaped, self-contained, readable."""

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from autograd import Tape, Variable
from autograd.picture import arrows, build, layout, shapes
from autograd.picture.text import clean, width

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert(\"x\")</script> & 'quotes' ]]> \x00 \ud800 \u202e"


@pytest.fixture(params=layout.engines())
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def texts(picture: str) -> list[str]:
    return [element.text for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("backward", [False, True])
def test_it_holds_every_node_and_every_edge_once(model_graph, engine, backward):
    root = ElementTree.fromstring(model_graph.to_svg(backward=backward, engine=engine))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    (prefix,) = {key.rsplit("-", 1)[0] for key in ids}
    for node in model_graph.nodes:
        assert ids.count(f"{prefix}-{node.id}") == 1
    for i in range(len(model_graph.edges)):
        assert ids.count(f"{prefix}-e{i}") == 1


def test_the_nodes_say_what_they_are(scalar_graph):
    shown = texts(scalar_graph.to_svg())
    assert {"x", "w", "b", "y_true", "x1 = x × w", "x2 = x1 + b", "y_true − x2", "loss = |·|"} <= set(shown)
    assert {"2", "3", "6", "7", "−3"} <= set(shown)
    assert not any("∂" in text or "grad" in text for text in shown)


def test_the_backward_picture_shows_local_derivatives_and_gradients(scalar_graph):
    picture = scalar_graph.to_svg(backward=True)
    shown = texts(picture)
    assert {"∂x1/∂w = 2", "∂x2/∂x1 = 1", "∂x2/∂b = 1", "× −1"} <= set(shown)
    assert {"∂loss/∂w = 2", "∂loss/∂b = 1", "∂loss/∂x2 = 1", "grad = −1"} <= set(shown)
    assert picture.count("stroke-dasharray") == 5  # to x and y_true nothing flows back
    assert "stroke-dasharray" not in scalar_graph.to_svg()


def test_arrays_show_shape_dtype_and_range(model_graph):
    shown = texts(model_graph.to_svg(backward=True))
    assert {"(5, 4) float32", "(6,) int64", "0 … 2", "all 0", "sparse_softmax_", "crossentropy"} <= set(shown)
    assert any(re.fullmatch("grad = .+ … .+", text) for text in shown)


def test_user_text_is_escaped(engine):
    x = Variable(2.0, name=NASTY)
    with Tape(persistent=True) as t:
        y = x * np.array(3.0)
    graph = build(t, y, names={"a\nb": y})
    picture = graph.to_svg(backward=True, engine=engine)
    assert "<script" not in picture
    assert clean(NASTY) in texts(picture)
    assert any("a b" in text for text in texts(picture))
    picture.encode("utf-8")


def test_a_function_of_any_name_can_be_drawn():
    with Tape() as t:
        y = Variable(2.0, name="a") * Variable(3.0, name="b")
    graph = t.graph(y)
    graph = replace(graph, nodes=(*graph.nodes[:2], replace(graph.nodes[2], op=NASTY)))
    for text in (graph.to_svg(), graph.to_html(), graph.to_dot().source):
        text.encode("utf-8")
        assert "\x00" not in text
    ElementTree.fromstring(graph.to_svg())


def test_nothing_is_loaded_from_outside_and_there_is_no_style_sheet(model_graph):
    picture = model_graph.to_svg(backward=True).replace('xmlns="http://www.w3.org/2000/svg"', "")
    for word in ("http", "href", "url(", "<style", "style=", "@import", "<script", "class="):
        assert word not in picture


def test_it_is_described_to_screen_readers(scalar_graph):
    root = ElementTree.fromstring(scalar_graph.to_svg())
    assert root.get("role") == "img"
    title, description = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert title.text == "Computation graph of loss"
    assert "operation x1 = multiply(x, w): 6; gradient 1" in description.text


def test_two_pictures_share_no_ids(scalar_graph, model_graph):
    pictures = [scalar_graph.to_svg(), scalar_graph.to_svg(backward=True), model_graph.to_svg()]
    ids = [set(re.findall(r'\bid="([^"]+)"', picture)) for picture in pictures]
    assert all(not a & b for a, b in combinations(ids, 2))


def test_the_same_graph_gives_the_same_picture(scalar_graph, engine):
    assert scalar_graph.to_svg(engine=engine) == scalar_graph.to_svg(engine=engine)


def test_text_fits_into_its_shape(model_graph):
    root = ElementTree.fromstring(model_graph.to_svg(backward=True))
    for group in root.iter(f"{SVG}g"):
        box, ellipse = group.find(f"{SVG}rect"), group.find(f"{SVG}ellipse")
        for text in group.findall(f"{SVG}text"):
            half = width(text.text, float(text.get("font-size")), text.get("font-weight") == "bold") / 2
            if ellipse is not None:
                rise = abs(float(text.get("y")) - 0.36 * float(text.get("font-size")) - float(ellipse.get("cy")))
                room = float(ellipse.get("rx")) * (1 - (rise / float(ellipse.get("ry"))) ** 2) ** 0.5
            else:
                room = float(box.get("width")) / 2
            assert half <= room


def test_kinds_differ_in_shape(scalar_graph):
    x = Variable(2.0, name="x")
    with Tape(persistent=True) as t:
        y = x * np.array([1.0, 2.0]) + 3
    root = ElementTree.fromstring(build(t, y).to_svg())
    drawn = {}
    for node, group in zip(build(t, y).nodes, root.findall(f"{SVG}g")[-5:], strict=True):
        shape = next(element for element in group if element.tag in (f"{SVG}rect", f"{SVG}ellipse"))
        drawn[node.kind] = (
            shape.tag,
            shape.get("rx") if shape.tag.endswith("rect") else "",
            shape.get("stroke") == "none",
        )
    assert len(set(drawn.values())) == 4


def test_an_operand_s_number_is_shown_where_nothing_else_tells():
    x = Variable(2.0, name="x")
    with Tape(persistent=True) as t:
        y = np.exp(x) - np.sin(x)
        z = np.exp(x) + np.sin(x)
    numbers = [element.text for element in ElementTree.fromstring(build(t, y).to_svg()).iter(f"{SVG}text")]
    assert {"1", "2"} <= set(numbers)
    assert "<circle" not in build(t, z).to_svg()


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    high, low = sorted([luminance(a), luminance(b)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_and_lines_stand_out_on_light_and_on_dark():
    for fill, stroke in shapes._COLOURS.values():
        assert min(contrast(fill, ink) for ink in (shapes.INK, shapes.BACKWARD_INK)) >= 4.5
        if stroke != "none":
            assert min(contrast(stroke, page) for page in ("#ffffff", "#121212", fill)) >= 3
    for line in (arrows.FORWARD, arrows.BACKWARD):
        assert min(contrast(line, page) for page in ("#ffffff", "#121212")) >= 3
    assert contrast(shapes.BACKWARD_INK, arrows.PATCH) >= 4.5
    assert contrast(shapes.INK, arrows.DISC) >= 4.5
    fill, stroke = shapes._PALE
    assert contrast(fill, shapes._PALE_INK) >= 4.5
    assert min(contrast(stroke, page) for page in ("#ffffff", "#121212", fill)) >= 3


def test_an_edge_of_a_value_used_twice_does_not_claim_the_whole_derivative():
    b = Variable(5.0, name="b")
    with Tape(persistent=True) as t:
        c = b + b
    shown = texts(build(t, c, names={"c": c}).to_svg(backward=True))
    assert shown.count("× 1") == 2
    assert "∂c/∂b = 2" in shown
    assert "∂c/∂b = 1" not in shown
