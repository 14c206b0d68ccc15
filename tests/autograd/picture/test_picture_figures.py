"""The textbook's figures, to the last character; and that the frames of their sequence line up."""

import re

import pytest

from tests.autograd.picture.figures import FIGURES, FOLDER, scalars

SEQUENCE = ["b_graph", "c_forward", "d_backward", "e_path"]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_as_it_was_looked_at(name):
    """If a change is meant, write them anew with `python -m tests.autograd.picture.figures`, and look at them."""
    assert FIGURES[name]() + "\n" == (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def outlines(picture: str) -> list[str]:
    shapes = re.findall("<(?:ellipse|rect) [^>]*stroke-width[^>]*>", picture)
    return [re.sub(' (fill|stroke|stroke-width)="[^"]*"', "", shape) for shape in shapes]


def test_in_a_sequence_nothing_moves():
    pictures = [FIGURES[name]() for name in SEQUENCE]
    assert len({tuple(outlines(picture)) for picture in pictures}) == 1
    assert len({re.search('viewBox="(.*?) [^ ]+"', picture)[1] for picture in pictures}) == 1  # all but the height


def test_each_figure_adds_to_the_one_before():
    graph, forward, backward, path = [FIGURES[name]() for name in SEQUENCE]
    assert ">7</text>" not in graph
    assert ">7</text>" in forward
    assert "∂" not in forward
    assert "∂x1/∂w = 2" in backward
    assert "∂loss/∂w = (−1) · (−1) · 1 · 2 = 2" in path
    assert "∂loss/∂w = (" not in backward


def test_positions_can_be_given():
    graph = scalars()
    places = graph.positions()
    assert set(places) == {node.id for node in graph.nodes}
    by_name = {graph.node(key).name or key: centre for key, centre in places.items()} | {"w": (0.0, 500.0)}
    moved, straight = graph.to_svg(positions=by_name), graph.to_svg(positions=places)
    assert outlines(moved) != outlines(straight)
    assert graph.to_svg(positions=places, backward=True) == graph.to_svg(positions=places, backward=True)
    assert outlines(graph.to_svg(positions=places, values=False)) == outlines(straight)
    with pytest.raises(ValueError, match=r"positions lacks w, x1, b.*expected \(x, y\) in pixels for every node"):
        graph.to_svg(positions={"x": (0, 0)})
