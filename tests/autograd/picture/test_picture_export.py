"""A graph as JSON, as DOT, in files and in a notebook."""

import json
import shutil
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from autograd import Tape, Variable
from autograd.picture import Graph, build, files


def test_json_holds_everything(scalar_graph):
    data = json.loads(scalar_graph.to_json())
    assert data["target"] == "n7"
    assert [node["id"] for node in data["nodes"]] == [node.id for node in scalar_graph.nodes]
    w = data["nodes"][1]
    assert (w["name"], w["kind"], w["op"]) == ("w", "variable", None)
    assert (w["value"]["number"], w["value"]["shape"], w["value"]["dtype"]) == (3.0, [], "float64")
    assert w["gradient"]["number"] == 2.0
    contribution = data["edges"][1].pop("contribution")
    assert contribution["number"] == 2.0
    assert data["edges"][1] == {
        "source": "n1",
        "target": "n2",
        "position": 1,
        "derivative": 2.0,
        "carries_gradient": True,
    }


def test_json_writes_what_it_lacks_as_strings():
    x = Variable(0.0)
    with Tape(persistent=True) as t:
        y = (np.sqrt(x) + 1.0) * np.array([np.inf, np.nan])
    text = build(t, y).to_json()

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    data = json.loads(text, parse_constant=refuse)
    assert data["edges"][0]["derivative"] == "inf"
    assert data["nodes"][-1]["value"]["high"] == "inf"
    assert data["nodes"][-1]["value"]["nans"] == 1


def test_dot_is_a_digraph_with_the_same_words(scalar_graph):
    source = scalar_graph.to_dot().source
    assert 'n1 [label="w\\n3" shape=box style=rounded]' in source
    assert 'n2 [label="x1 = x × w\\n6" shape=ellipse' in source
    assert source.count("->") == 7


def test_dot_escapes_names():
    x = Variable(2.0, name='a"b\\n<i>')
    with Tape(persistent=True) as t:
        y = x * 2
    assert 'label="a\\"b\\\\n<i>\\n2"' in build(t, y).to_dot().source


@pytest.mark.parametrize("suffix", [".svg", ".dot", ".json", ".html"])
def test_save_writes_by_suffix(scalar_graph, tmp_path, suffix):
    path = scalar_graph.save(tmp_path / f"graph{suffix}")
    text = path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if suffix == ".svg":
        ElementTree.fromstring(text)
        assert scalar_graph.save(path, backward=True).read_text(encoding="utf-8") != text
    elif suffix == ".json":
        json.loads(text)
    elif suffix == ".html":
        assert text == scalar_graph.to_html()
    else:
        assert text.startswith("digraph")


def test_save_names_the_suffixes_it_knows(scalar_graph, tmp_path):
    with pytest.raises(ValueError, match=r"'.gif' in .*graph.gif'; expected .svg, .png, .pdf, .html, .dot or .json"):
        scalar_graph.save(str(tmp_path / "graph.gif"))
    with pytest.raises(ValueError, match=r"'.json' in .*; expected .svg, .png or .pdf"):
        scalar_graph.highlight("w").save(tmp_path / "graph.json")
    with pytest.raises(ValueError, match=r"backward is an option of pictures; a .json file"):
        scalar_graph.save(tmp_path / "graph.json", backward=True)
    with pytest.raises(
        ValueError, match=r"a .dot file holds the forward pass alone, without gradients and local deriv"
    ):
        scalar_graph.save(tmp_path / "graph.dot", backward=True)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file(scalar_graph, tmp_path, monkeypatch):
    path = tmp_path / "graph.svg"
    path.write_text("old")

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        scalar_graph.save(path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["graph.svg"]


def test_a_notebook_gets_the_picture_and_plain_text(scalar_graph: Graph):
    bundle = scalar_graph._repr_mimebundle_()
    assert bundle["image/svg+xml"] == scalar_graph._repr_svg_() == scalar_graph.to_svg()
    assert bundle["text/plain"] == repr(scalar_graph) == "Graph(8 nodes, 7 edges, loss = 3)"


class Converter:
    """Stands for the package cairosvg."""

    @staticmethod
    def svg2png(bytestring: bytes, scale: float) -> bytes:
        return b"png by library of " + bytestring[:4]

    @staticmethod
    def svg2pdf(bytestring: bytes, scale: float) -> bytes:
        return b"pdf by library of " + bytestring[:4]


@pytest.fixture
def nothing_converts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    monkeypatch.setattr(shutil, "which", lambda name: None)


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_png_and_pdf_by_the_library(scalar_graph, tmp_path, monkeypatch, kind):
    monkeypatch.setitem(sys.modules, "cairosvg", Converter)
    assert scalar_graph.save(tmp_path / f"g.{kind}").read_bytes() == f"{kind} by library of <svg".encode()


@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="needs the program rsvg-convert")
@pytest.mark.parametrize(("kind", "begin"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_png_and_pdf_by_the_program(scalar_graph, tmp_path, monkeypatch, kind, begin):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    assert scalar_graph.save(tmp_path / f"g.{kind}", backward=True).read_bytes().startswith(begin)
    assert scalar_graph.highlight("w").save(tmp_path / f"h.{kind}").read_bytes().startswith(begin)


@pytest.mark.usefixtures("nothing_converts")
def test_without_anything_that_converts_the_error_says_what_to_install(scalar_graph, tmp_path):
    with pytest.raises(ValueError, match=r"make a PNG of the picture; install CairoSVG .* or rsvg-convert .* as .svg"):
        scalar_graph.save(tmp_path / "g.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("nothing_converts")
def test_dot_draws_what_nothing_else_converts(scalar_graph, tmp_path, monkeypatch):
    import graphviz

    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/dot" if name == "dot" else None)
    monkeypatch.setattr(graphviz.Digraph, "pipe", lambda self, format: f"{format} by dot".encode())
    assert scalar_graph.save(tmp_path / "g.pdf").read_bytes() == b"pdf by dot"


@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="needs the program rsvg-convert")
def test_a_png_is_no_larger_than_can_be_drawn_and_a_failure_is_told(scalar_graph, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    long = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="40000" viewBox="0 0 20 40000"/>'
    made = files.save_picture(lambda: long, tmp_path / "long.png").read_bytes()
    assert int.from_bytes(made[20:24], "big") == 32_000
    with pytest.raises(ValueError, match=r"rsvg-convert made no PDF of the picture: .+; save it as \.svg"):
        files.save_picture(lambda: "<svg", tmp_path / "broken.pdf")
