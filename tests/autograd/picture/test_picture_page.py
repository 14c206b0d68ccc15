"""The interactive page: its steps as plain data, what is in the file, escaping, contrast; a browser is another test."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.picture import Graph, GraphEdge, GraphNode, arrows, build
from autograd.picture.page import page
from autograd.picture.page.moments import moments_of
from autograd.picture.page.notebook import Interactive
from autograd.picture.page.steps import Step, steps_of
from autograd.picture.page.table import MOST, add_table
from autograd.picture.page.words import joined, listed
from autograd.picture.summary import Summary

NASTY = "</script><script>window.hit = 1</script><!-- \u2028 ' \" & ]]> <img src=x onerror='window.hit = 1'>\x00\ud800"
VOID = {"meta", "link", "input"}


class Reader(HTMLParser):
    """The elements of a page, each with its attributes and the text right inside it; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[dict] = []
        self.elements: list[dict] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        element = {"tag": tag, "text": "", "within": [e["tag"] for e in self.open], **dict(attrs)}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        if self.open:
            self.open[-1]["text"] += data

    def all(self, tag, **attributes):
        wanted = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [e for e in self.elements if e["tag"] == tag and all(e.get(k) == v for k, v in wanted.items())]


@pytest.fixture
def twice_graph() -> Graph:
    """c = a b + b with a = 0.5, b = 1.5: ∂c/∂b comes from two uses, a and 1."""
    a, b = Variable(0.5, name="a"), Variable(1.5, name="b")
    with Tape(persistent=True) as t:
        p = a * b
        c = p + b
    return build(t, c, names={"p": p, "c": c})


def told(graph: Graph) -> list[tuple[str, str, str, str]]:
    return [(step.phase, step.title, step.formula, step.total) for step in steps_of(graph)]


def test_the_steps_of_the_scalar_graph(scalar_graph):
    # loss = |y_true − (x w + b)| at x = 2, w = 3, b = 1, y_true = 4, by hand
    assert told(scalar_graph) == [
        ("start", "Start", "", ""),
        ("forward", "x1 = x × w", "2 × 3 = 6", ""),
        ("forward", "x2 = x1 + b", "6 + 1 = 7", ""),
        ("forward", "y_true − x2", "4 − 7 = −3", ""),
        ("forward", "loss = |·|", "|−3| = 3", ""),
        ("backward", "Backward from loss", "∂loss/∂loss = 1", ""),
        ("backward", "From loss back to y_true − x2", "1 × (−1) = −1", ""),
        ("backward", "From y_true − x2 back to x2", "−1 × (−1) = 1", ""),
        ("backward", "From x2 back to x1", "1 × 1 = 1", ""),
        ("backward", "From x2 back to b", "1 × 1 = 1", ""),
        ("backward", "From x1 back to w", "1 × 2 = 2", ""),
        ("end", "Done: the gradients of the leaves", "", ""),
    ]
    steps = steps_of(scalar_graph)
    assert steps[0].note == "Known are the leaves: x = 2, w = 3, b = 1, y_true = 4"
    assert steps[-1].note == "∂loss/∂w = 2, ∂loss/∂b = 1"
    assert {step.note for step in steps[6:-1]} == {"upstream × local = contribution"}


def test_a_value_used_twice_adds_up(twice_graph):
    # Backward, c hands 1 to p and 1 to b; p hands 1 · 1.5 to a and 1 · 0.5 to b.
    steps = [step for step in steps_of(twice_graph) if step.phase == "backward"][1:]
    assert [(step.title, step.formula, step.total, step.gradient) for step in steps] == [
        ("From c back to p", "1 × 1 = 1", "", ""),
        ("From c back to b", "1 × 1 = 1", "", "1 + …"),
        ("From p back to a", "1 × 1.5 = 1.5", "", ""),
        ("From p back to b", "1 × 0.5 = 0.5", "1 + 0.5 = 1.5", ""),
    ]


def test_both_operands_may_be_the_same_value():
    a = Variable(3.0, name="a")
    with Tape(persistent=True) as t:
        b = a * a
    steps = steps_of(build(t, b, names={"b": b}))
    assert [(step.title, step.total) for step in steps[3:5]] == [
        ("From b back to a, operand 1", ""),
        ("From b back to a, operand 2", "3 + 3 = 6"),
    ]


def test_three_uses_are_added_one_by_one():
    x = Variable(2.0, name="x")
    with Tape(persistent=True) as t:
        y = x * 5.0 + x * -1.0 + x
    steps = [step for step in steps_of(build(t, y, names={"y": y})) if step.node == "n0" and step.phase == "backward"]
    assert [(step.formula, step.total, step.gradient) for step in steps] == [
        ("1 × 1 = 1", "", "1 + …"),
        ("1 × (−1) = −1", "1 + (−1) = 0", "0 + …"),
        ("1 × 5 = 5", "0 + 5 = 5", ""),
    ]


def test_the_order_of_the_steps_is_that_of_the_sweep(model_graph):
    steps = steps_of(model_graph)
    forward = [step.node for step in steps if step.phase == "forward"]
    assert forward == [node.id for node in model_graph.nodes if node.op]
    known, complete = set(), set()
    made = set(forward)
    for step in steps:
        ends = [model_graph.edges[i] for i in step.edges]
        if step.phase == "forward":
            assert all(edge.source not in made or edge.source in known for edge in ends)
            known.add(step.node)
        elif step.phase == "backward":
            assert known == made
            assert all(edge.target in complete for edge in ends)  # a value passes on when all has come to it
            if not step.gradient:
                complete.add(step.node)
    assert complete == {node.id for node in model_graph.nodes if node.gradient}
    walked = [i for step in steps if step.phase == "backward" for i in step.edges]
    assert sorted(walked) == [i for i, edge in enumerate(model_graph.edges) if edge.carries_gradient]


def test_arrays_are_told_by_shape_and_range():
    x = np.array([[1.0, 2.0]], np.float32)
    w = Variable(np.array([[3.0], [4.0]], np.float32), name="w")
    with Tape(persistent=True) as t:
        h = x @ w
        y = h + h
    steps = steps_of(build(t, y, names={"x": x, "h": h, "y": y}))
    assert (steps[1].formula, steps[1].note) == ("(1, 2) @ (2, 1) → (1, 1)", "values all 11, float32")
    assert steps[3].formula == "∂y/∂y = 1 for each element"
    first, second, last = steps[4:7]
    assert (first.formula, first.note) == ("(1, 1) → (1, 1)", "upstream all 1, through add: contribution all 1")
    assert (first.total, first.gradient) == ("", "1 of 2 parts")
    assert second.total == "the sum of 2 contributions: (1, 1) float32, all 2"
    assert (last.formula, last.note) == ("(1, 1) → (2, 1)", "upstream all 2, through matmul: contribution 2 … 4")


def test_a_scalar_made_of_an_array_says_both():
    x = Variable(np.array([3.0, 4.0]), name="x")
    with Tape(persistent=True) as t:
        y = np.sum(x)
    steps = steps_of(build(t, y, names={"y": y}))
    assert (steps[1].formula, steps[3].formula) == ("sum((2,)) = 7", "1 → (2,)")


def test_a_target_to_which_nothing_flows_has_no_backward_pass():
    leaf = GraphNode("n0", "input", Summary.of(2.7), "x")
    made = GraphNode("n1", "operation", Summary.of(2), "y", op="trunc")
    graph = Graph((leaf, made), (GraphEdge("n0", "n1", 0),), "n1")
    assert [(step.phase, step.formula) for step in steps_of(graph)] == [
        ("start", ""),
        ("forward", "trunc(2.7) = 2"),
        ("end", ""),
    ]
    text = graph.to_html()
    assert "No gradient flows back to a leaf" in text
    assert "none: no gradient flows here" in text


def test_a_rule_that_conjugates_is_no_product():
    z = Variable(1 + 2j, name="z")
    with Tape(persistent=True) as t:
        a = np.conj(z)
        b = a * a
    steps = steps_of(build(t, b, names={"a": a, "b": b}))
    (back,) = [step for step in steps if step.node == "n0" and step.phase == "backward"]
    # ∂b/∂a = 2 a = 2 − 4i, and its conjugate is what reaches z.
    assert back.formula == "2 − 4i → 2 + 4i"


def test_complex_factors_stand_between_brackets():
    z, w = Variable(1 + 2j, name="z"), Variable(2 - 1j, name="w")
    with Tape(persistent=True) as t:
        y = np.real(z * w / (1 + 1j))
    steps = steps_of(build(t, y, names={"y": y}))
    formulas = {step.title: step.formula for step in steps}
    assert formulas["z × w"] == "(1 + 2i) × (2 − 1i) = 4 + 3i"
    assert formulas["· / (1 + 1i)"] == "(4 + 3i) / (1 + 1i) = 3.5 − 0.5i"  # (4 + 3i)(1 − i) / 2
    assert formulas["From z × w back to z"] == "(0.5 − 0.5i) × (2 − 1i) = 0.5 − 1.5i"
    assert t.gradient(y, z).numpy() == 0.5 + 1.5j
    assert steps[-1].note.endswith("∂y/∂w = 1.5 + 0.5i; of complex ones, Tape.gradient gives the conjugate")


@ag.custom_gradient
def with_small_gradient(x):
    return 2.0 * x, lambda g: np.clip(2.0 * g, -1.0, 1.0)


def test_paths_that_do_not_add_up_say_so():
    x = Variable(2.0, name="x")
    with Tape(persistent=True) as t:
        a = with_small_gradient(5.0 * x)
        y = a * a
        z = 3.0 * a
    assert t.gradient(y, x).item() == t.gradient(z, x).item() == 5.0
    graph = t.graph(y, y=y)
    text, why = graph.to_html(), "a custom gradient on the way is not linear in its cotangent"
    assert f"100 + 100 = 200, but the backward sweep gives ∂y/∂x = 5: {why}" in text
    assert "∂y/∂x = 100 + 100" not in text
    assert f"The product is 15, but the backward sweep gives ∂z/∂x = 5: {why}" in t.graph(z, z=z).to_html()
    (edge,) = [edge for edge in graph.edges if graph.node(edge.target).op == "with_small_gradient"]
    assert (edge.derivative, edge.contribution.number, graph.node(edge.target).gradient.number) == (1.0, 1.0, 40.0)
    assert "× 1<" not in graph.to_svg(backward=True)  # 40 × 1 is not 1
    assert text.count("local, by") == 3  # that of 5 × x, and both of a × a
    for _ in range(5):
        with t:
            y = y + y
    assert "The sum of all 64 products is 6400, but" in t.graph(y, y=y).to_html()


@pytest.mark.parametrize("value", [0.0, float("inf"), float("nan"), 1e-300, 2 + 1j])
def test_numbers_of_any_kind_are_told(value):
    x = Variable(value, name="x")
    with Tape(persistent=True) as t:
        y = x * x
    Reader(page(build(t, y)))


def test_words():
    assert joined("+", [0.5, -1.5, 2j]) == "0.5 + (−1.5) + (0 + 2i)"
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"


def test_moments_say_when_each_part_appears(twice_graph):
    moments = moments_of(steps_of(twice_graph))
    a, b, p, c = [twice_graph.node(name).id for name in "abpc"]
    assert moments.values == {p: 1, c: 2}
    assert moments.forward == {0: 1, 1: 1, 2: 2, 3: 2}
    assert moments.gradients == {c: 3, p: 4, a: 6, b: 7}
    assert moments.parts == {b: [(5, 7, "1 + …")]}
    assert sorted(moments.backward.values()) == [4, 5, 6, 7]


def test_the_file_is_whole_and_loads_nothing(model_graph):
    text = model_graph.to_html()
    reader = Reader(text)
    assert text.startswith("<!doctype html>\n")
    (html,) = reader.all("html")
    assert html["lang"] == "en"
    assert reader.all("title")[0]["text"] == "Computation graph of loss, step by step"
    assert {element["tag"] for element in reader.elements}.isdisjoint({"img", "iframe", "object", "embed", "base"})
    for element in reader.elements:
        assert element.get("href", "data:,") == "data:,"
        assert not {"src", "srcset", "action", "style", "xlink:href"} & set(element)
        assert not [key for key in element if key.startswith("on")]
    assert not re.findall(r"url\(|@import|fetch\(|XMLHttp|import\(|eval\(|innerHTML", text)
    assert set(re.findall(r"https?://[^\"' <]+", text)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    ids = [element["id"] for element in reader.elements if "id" in element]
    assert len(ids) == len(set(ids))


def test_the_policy_allows_this_style_and_this_script_and_no_request(scalar_graph):
    reader = Reader(scalar_graph.to_html())
    (policy,) = [e["content"] for e in reader.all("meta") if e.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    for tag in ("style", "script"):
        (element,) = reader.all(tag)
        digest = base64.b64encode(hashlib.sha256(element["text"].encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"


def test_the_script_could_stand_in_any_page():
    script = files("autograd.picture.page").joinpath("page.js").read_text(encoding="utf-8")
    assert "</" not in script
    assert "<!--" not in script


def test_what_users_wrote_is_escaped():
    x = Variable(2.0, name=NASTY)
    with Tape(persistent=True) as t:
        y = x * x  # </script><script>window.hit = 1</script>
    graph = build(t, y, names={"<b>y</b>": y})
    text = graph.to_html()
    text.encode("utf-8")
    reader = Reader(text)
    assert len(reader.all("script")) == 1
    assert not reader.all("img")
    assert not reader.all("b")
    assert any("<b>y</b>" in element["text"] for element in reader.all("h1"))
    assert any("</script>" in element["text"] for element in reader.all("code"))
    frame = Reader(graph.interactive()._repr_html_())
    assert [element["tag"] for element in frame.elements] == ["iframe"]
    assert frame.elements[0]["srcdoc"] == text


def test_names_of_operations_are_escaped_as_well():
    op = "<b>"
    leaf, made = GraphNode("n0", "input", Summary.of(2.0), "x"), GraphNode("n1", "operation", Summary.of(4.0), op=op)
    text = Graph((leaf, made), (GraphEdge("n0", "n1", 0, 2.0, True, Summary.of(2.0)),), "n1").to_html()
    assert not Reader(text).all("b")
    assert "result of &lt;b&gt;" in text


def test_every_value_is_in_the_picture_and_can_be_reached(scalar_graph):
    reader = Reader(scalar_graph.to_html())
    for node in scalar_graph.nodes:
        (group,) = reader.all("g", data_node=node.id)
        assert group["tabindex"] == "0"
        assert group["aria-label"]
        assert group["role"] == ("link" if node.name in ("w", "b") else "img")
        assert len(reader.all("article", data_about=node.id)) == 1
    assert [section["data-leaf"] for section in reader.all("section", class_="paths")] == ["n1", "n3"]


def test_a_value_says_what_is_known_of_it(scalar_graph):
    text = scalar_graph.to_html()
    card = re.search(r'<article data-about="n4">.*?</article>', text).group()
    for fact in (
        "x2 = x1 + b",
        "result of add",
        ">7<",
        "(), float64",
        "local, by x1",
        "local, by b",
        "conftest.py:",
        "not yet",
    ):
        assert fact in card


def test_paths_multiply_to_products_that_add_up_to_the_gradient(twice_graph):
    text = twice_graph.to_html()
    card = re.search(r'<section class="paths" data-leaf="n1".*?</section>', text).group()
    assert re.findall(r'class="way">([^<]+)', card) == ["c → p → b", "c → b"]
    assert re.findall(r'class="product">([^<]+)', card) == ["1 × 0.5 = 0.5", "1"]
    assert "∂c/∂b = 0.5 + 1 = 1.5" in card


def test_paths_by_two_operands_of_the_same_value_are_told_apart():
    a = Variable(3.0, name="a")
    with Tape(persistent=True) as t:
        b = a * a
    text = build(t, b, names={"b": b}).to_html()
    assert re.findall(r'class="way">([^<]+)', text) == ["b → a, operand 1", "b → a, operand 2"]
    assert "∂b/∂a = 3 + 3 = 6" in text


def test_of_many_paths_the_largest_are_listed():
    x = Variable(1.0, name="x")
    with Tape(persistent=True) as t:
        y = x
        for _ in range(5):
            y = y + y * 0.5
    text = build(t, y, names={"y": y}).to_html()
    card = re.search(r'<section class="paths".*?</section>', text).group()
    assert card.count("<li>") == 12
    assert "32 paths lead" in card
    assert "and 20 more" in card
    assert f"= {1.5**5:.4g}".rstrip("0") in card  # 7.594
    assert "1 × 1 × 1 × 1 × 1 = 1<" in card


def test_the_table_has_all_steps(scalar_graph):
    reader = Reader(scalar_graph.to_html())
    rows = [row for row in reader.all("tr") if "data-row" in row]
    assert [row["data-row"] for row in rows] == [str(i) for i in range(12)]
    assert [cell["text"] for cell in reader.all("th", scope="col")] == ["Step", "Pass", "What", "In numbers", "Sum"]
    cells = [cell["text"] for cell in reader.all("td")]
    assert "From x1 back to w" in cells
    assert "1 × 2 = 2" in cells


def test_a_very_long_table_leaves_out_the_middle():
    from xml.etree.ElementTree import Element

    from autograd.picture.page.elements import written

    body = Element("body")
    add_table(body, [Step("forward", f"number {i}") for i in range(MOST + 100)])
    text = written(body)
    assert text.count("data-row") == MOST
    assert "100 steps are left out here" in text
    assert "number 199<" in text
    assert "number 200<" not in text
    assert "number 299<" not in text
    assert "number 300<" in text


def test_a_large_graph_is_shown_collapsed():
    x = Variable(np.ones(3), name="x")
    with Tape(persistent=True) as t:
        y = x
        for i in range(300):
            with ag.name_scope(f"block{i % 3}"):
                y = np.tanh(y) * Tensor(float(i), name=f"c{i}") if i % 2 else np.sin(y)
    graph = build(t, y, names={"y": y})
    assert len(graph.nodes) > 150
    text = graph.to_html()
    assert f"{len(graph.nodes):,} values, drawn as" in text
    assert len(Reader(text).all("g", tabindex="0")) == len(graph.collapsed(limit=150).nodes) < len(graph.nodes)
    assert len(text) < 1_000_000


def test_a_notebook_shows_it_in_a_frame_that_may_do_nothing_else(scalar_graph):
    shown = scalar_graph.interactive()
    assert isinstance(shown, Interactive)
    (frame,) = Reader(shown._repr_html_()).elements
    assert (frame["tag"], frame["sandbox"]) == ("iframe", "allow-scripts")
    assert frame["srcdoc"] == scalar_graph.to_html()
    assert 560 <= int(frame["height"]) <= 900
    assert frame["title"]
    assert re.fullmatch(r"Interactive\(\d+ kB; a notebook shows it\)", repr(shown))


# What is written in which colour on which, or drawn; text needs 4.5 to 1, lines and marks 3 to 1.
TEXT = [
    ("ink", "page"),
    ("ink", "card"),
    ("quiet", "page"),
    ("quiet", "card"),
    ("forward", "card"),
    ("backward", "card"),
]
MARKS = [("focus", "page"), ("focus", "card"), ("quiet", "page"), ("forward", "page"), ("backward", "page")]


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    high, low = sorted([luminance(a), luminance(b)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme):
    style = files("autograd.picture.page").joinpath("page.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", light if scheme == "light" else dark))
    assert set(colours) == {"page", "card", "ink", "quiet", "line", "forward", "backward", "focus"}
    assert all(contrast(colours[a], colours[b]) >= 4.5 for a, b in TEXT)
    assert all(contrast(colours[a], colours[b]) >= 3 for a, b in MARKS)
    assert all(contrast(arrow, colours["page"]) >= 3 for arrow in (arrows.FORWARD, arrows.BACKWARD))


def test_colours_stand_nowhere_but_in_the_variables():
    style = files("autograd.picture.page").joinpath("page.css").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"--\w+: #[0-9a-f]{6};", "", style))


def test_an_input_that_is_not_watched_has_no_gradient_because_none_was_computed(scalar_graph):
    page = scalar_graph.to_html()
    assert "not computed: x is a constant input" in page
    assert "no gradient flows here" not in page
    x, w = Tensor([1.0, 2.0], name="x"), Variable([3.0, 4.0], name="w")
    with Tape() as t:
        t.watch(x)
        y = np.sum(np.where(x > 1.5, w, 0.0) + np.where(x, w, 0.0))
    page = t.graph(y).to_html()
    assert re.search(r'data-about="(n\d+)"><h2>x</h2>.*?none: no gradient flows here', page)
