"""What pictures say is true, of random programs and of every collapsed form: in the model, JSON, SVG, page, highlight.

Upstream × local = contribution on every edge with a number, contributions and paths add up to the gradient that the
tape computes, and there are as many paths as a walk over the recording finds.
"""

import html
import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.picture import Graph
from autograd.picture.summary import written

SEEDS = 10
SVG = "{http://www.w3.org/2000/svg}"
ONE = [np.sin, np.tanh, np.cos, lambda a: 0.9 * a, lambda a: a - 0.3, lambda a: a * a, ag.relu]
TWO = [np.add, np.subtract, np.multiply, np.maximum, lambda a, b: a * 0.5 + b * a]
ARRAYS = [lambda a: np.sum(a * np.array([0.5, -1.0, 2.0])), lambda a: np.mean(np.stack([a, a * a, np.sin(a)]))]


class Program:
    """A program of random operations on scalars, at times through a small array, with scopes, repeats and diamonds."""

    def __init__(self, seed: int, arrays: bool) -> None:
        random = np.random.default_rng(seed)
        self.leaves = {name: Variable(random.uniform(0.3, 1.2), name=name) for name in "uvw"}
        values = list(self.leaves.values())
        pick = lambda: values[max(0, len(values) - 1 - int(random.geometric(0.4)))]
        with Tape(persistent=True) as self.tape:
            for part in range(random.integers(2, 5)):
                with ExitStack() as stack:
                    for level in range(random.integers(0, 3)):
                        stack.enter_context(ag.name_scope(f"part{part}{'ab'[level]}"))
                    kind = random.integers(4)
                    if kind == 0:  # a recurrence
                        function, y = ONE[random.integers(len(ONE))], pick()
                        for _ in range(random.integers(3, 7)):
                            y = np.sin(function(y)) * 0.9
                        values.append(y)
                    elif kind == 1 and arrays:
                        values.append(ARRAYS[random.integers(len(ARRAYS))](pick()))
                    for _ in range(random.integers(2, 6)):
                        if random.random() < 0.4:
                            values.append(ONE[random.integers(len(ONE))](pick()))
                        else:
                            values.append(TWO[random.integers(len(TWO))](pick(), pick()))
            self.target = values[-1] + values[-2] * values[-3]
        names = {f"r{i}": x for i, x in enumerate(values[3:]) if random.random() < 0.3}
        behind = {id(x) for x in _behind(self.tape, self.target)}
        names = {name: x for name, x in names.items() if id(x) in behind}
        self.graph = self.tape.graph(self.target, **{**names, "y": self.target})
        self.gradients = {name: self.tape.gradient(self.target, x) for name, x in self.leaves.items()}

    def forms(self) -> Iterator[Graph]:
        yield self.graph
        yield self.graph.collapsed(depth=0)
        yield self.graph.collapsed(depth=1)
        yield self.graph.collapsed(collapse=lambda scope: scope[0].startswith(("part1", "part2")))
        for limit in (2, 6, 14):
            yield self.graph.collapsed(limit=limit)


def _behind(tape: Tape, target: Tensor) -> list:
    """The values that lead to the target."""
    found, wanted = [], {id(target)}
    for node in reversed(tape.nodes):
        if id(node.out) in wanted:
            found.append(node.out)
            wanted.update(map(id, node.inputs))
    return found


def paths_of(tape: Tape, target: Tensor, leaf: Variable) -> int:
    """How many ways lead from a variable to the target along the recording."""
    ways = {id(x): 1 for x in tape.values_of(leaf)}
    for node in tape.nodes:
        through = [x for i, x in enumerate(node.inputs) if node.op.rules[i] is not None]
        ways[id(node.out)] = sum(ways.get(id(x), 0) for x in through)
    return ways[id(target)]


def close(a: float, b: float, size: float = 0.0) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * size + 1e-15)


def shown(a: float, b: float, size: float = 0.0) -> bool:
    """Whether two numbers are equal as far as four significant digits of each factor say."""
    return abs(a - b) <= 3e-3 * max(abs(a), abs(b), size) + 1e-12


def number(text: str) -> float:
    return float(text.strip("() ").replace("−", "-").replace("∞", "inf"))


NUMBER = r"\(?−?\d[\d.]*(?:e−?\d+)?\)?"


def arithmetic(text: str) -> bool:
    """Whether `a × b × c = d` or `a + b = c` is right; None for any other text."""
    for sign, compute in (("×", math.prod), ("·", math.prod), (r"\+", sum)):
        if match := re.fullmatch(f"({NUMBER}(?: {sign} {NUMBER})+) = ({NUMBER})", text):
            terms = [number(term) for term in re.split(f" {sign} ", match[1])]
            assert shown(compute(terms), number(match[2]), sum(map(abs, terms)) if sign == r"\+" else 0.0), text
            return True
    return False


def check_model(graph: Graph) -> int:
    nodes = {node.id: node for node in graph.nodes}
    checked = 0
    arrived: dict[str, list[float]] = {}
    for edge in graph.edges:
        upstream = nodes[edge.target].gradient
        if edge.derivative is not None and edge.carries_gradient:
            assert close(upstream.number * edge.derivative, edge.contribution.number), edge
            checked += 1
        if nodes[edge.target].group and nodes[edge.target].group.results:
            assert edge.derivative is None
            assert upstream is None
        if edge.contribution is not None and edge.contribution.number is not None:
            for key in edge.results or (edge.source,):
                arrived.setdefault(key, []).append(edge.contribution.number)
        elif edge.carries_gradient:
            for key in edge.results or (edge.source,):
                arrived.setdefault(key, []).append(math.nan)
    for node in graph.nodes:
        assert node.group is None or len(node.group.results) != 1
        results = node.group.results if node.group and node.group.results else (node,)
        for value in results:
            parts = arrived.get(value.id, [])
            if parts and not any(map(math.isnan, parts)) and not getattr(value, "inside", False):
                assert close(sum(parts), value.gradient.number, sum(map(abs, parts)))
    return checked


def check_values(graph: Graph, whole: Graph) -> None:
    """Each node has the name, value and gradient of the value with its id, or of none."""
    for node in graph.nodes:
        results = node.group.results if node.group and node.group.results else (node,)
        for value in results:
            same = whole.node(value.id)
            assert (value.name, value.value, value.gradient) == (same.name, same.value, same.gradient)
    for edge in graph.edges:
        for key in edge.results:
            assert key in {result.id for result in graph.node(edge.source).group.results}


def check_json(graph: Graph) -> None:
    data = json.loads(graph.to_json())
    nodes = {node["id"]: node for node in data["nodes"]}
    for edge in data["edges"]:
        if edge["derivative"] is not None and edge["carries_gradient"]:
            upstream = nodes[edge["target"]]["gradient"]["number"]
            assert close(upstream * edge["derivative"], edge["contribution"]["number"])
        for key in edge.get("results", []):
            assert key in [result["id"] for result in nodes[edge["source"]]["group"]["results"]]


def check_svg(graph: Graph, picture: str) -> None:
    groups = {g.get("id").partition("-")[2]: g for g in ElementTree.fromstring(picture).iter(f"{SVG}g") if g.get("id")}
    nodes = {node.id: node for node in graph.nodes}
    for i, edge in enumerate(graph.edges):
        backward = [g for g in groups[f"e{i}"] if g.get("data-pass") == "backward"]
        texts = [text.text for g in backward for text in g.iter(f"{SVG}text")]
        assert bool(backward) is edge.carries_gradient
        if edge.derivative is None:
            assert texts == []
        for text in texts:
            local = number(re.search(f"{NUMBER}$", text).group())
            assert shown(nodes[edge.target].gradient.number * local, edge.contribution.number), text
    for node in graph.nodes:
        texts = [text.text for text in groups[node.id].iter(f"{SVG}text")]
        gradients = [text for text in texts if text.startswith(("grad", "∂"))]
        results = node.group.results if node.group else ()
        expected = [
            x.gradient for x in (results[:6] or (node,)) if x.gradient is not None and x.gradient.number is not None
        ]
        assert [text.rpartition(" = ")[2] for text in gradients if "…" not in text and "all " not in text] == [
            written(g.number) for g in expected
        ]


def check_page(graph: Graph, program: Program) -> int:
    page = graph.to_html()
    cells = [html.unescape(x) for x in re.findall(r"<td>([^<>]*)</td>", page)]
    right = sum(arithmetic(cell) for cell in cells)
    for card in re.findall(r'<section class="paths".*?</section>', page, re.DOTALL):
        name = re.search(r'aria-label="Paths to (\w+)"', card)[1]
        lead = re.search("<h2>(.*?) lead", card)[1]
        count = 1 if lead == "One path" else int(lead.removesuffix(" paths").replace(",", ""))
        assert count == paths_of(program.tape, program.target, program.leaves[name])
        for product in re.findall('class="product">(.*?)<', card):
            assert arithmetic(product) or re.fullmatch(NUMBER, product), product
        total = html.unescape(re.search('class="total">(.*?)<', card)[1])
        assert shown(number(total.rpartition(" = ")[2].rpartition(": ")[2]), program.gradients[name].item())
    return right


def check_paths(graph: Graph, name: str, program: Program) -> None:
    gradient, leaf = program.gradients[name], program.leaves[name]
    if gradient is None or name not in [node.name for node in graph.nodes]:
        return
    highlight = graph.highlight(name)
    count = paths_of(program.tape, program.target, leaf)
    assert highlight.count == count
    assert highlight.agrees
    if highlight.summed is not None:
        size = sum(abs(path.product) for path in highlight.paths)
        assert close(highlight.summed, gradient.item(), size)
        total = re.search(f"^sum = ({NUMBER}), as in", str(highlight), re.MULTILINE)
        assert shown(number(total[1]), gradient.item(), size)
        for line in str(highlight).splitlines()[1:]:
            if "  " in line.strip():
                product = line.strip().partition("  ")[2]
                assert arithmetic(product) or re.fullmatch(NUMBER, product), line
    assert "but" not in str(highlight).splitlines()[-1]
    assert all(edge in graph.edges for edge in highlight.edges)
    if count <= 300:
        paths = graph.paths(name)
        assert len(paths) == count
        known = {node.id for node in graph.nodes}
        assert all(set(path.nodes) <= known for path in paths)
        if highlight.summed is not None:
            products = [path.product for path in paths]
            assert close(sum(products), gradient.item(), sum(map(abs, products)))
            for path in paths:
                assert close(math.prod(edge.derivative for edge in path.edges), path.product)


@pytest.mark.parametrize("arrays", [False, True])
def test_every_number_in_a_picture_is_true(arrays: bool) -> None:
    edges = cells = 0
    for seed in range(SEEDS):
        program = Program(seed, arrays)
        for number_of_form, form in enumerate(program.forms()):
            edges += check_model(form)
            check_values(form, program.graph)
            check_json(form)
            for name in program.leaves:
                check_paths(form, name, program)
            if (seed + number_of_form) % 3 == 0:  # drawing takes most of the time
                check_svg(form, form.to_svg(backward=True, engine="layered"))
                cells += check_page(form, program)
    assert edges > 30 * SEEDS
    assert cells > 10 * SEEDS


def chain() -> tuple[Tape, Variable, Tensor]:
    a = Variable(1.0, name="a")
    with Tape(persistent=True) as t:
        y = a
        for _ in range(60):
            y = np.sin(y) * 0.9
    return t, a, y


def test_an_edge_into_a_repeat_has_the_derivative_of_the_whole_repeat() -> None:
    t, a, y = chain()
    gradient, values = t.gradient(y, a).item(), [1.0]
    for _ in range(60):
        values.append(0.9 * math.sin(values[-1]))
    slopes = [0.9 * math.cos(x) for x in values[:-1]]  # of each round, by calculus
    assert gradient == pytest.approx(math.prod(slopes))
    graph = t.graph(y, y=y)
    part = graph.collapsed(limit=12)
    (group,) = [node for node in part.nodes if node.group]
    (edge,) = [edge for edge in part.edges if edge.target == group.id]
    assert edge.derivative == pytest.approx(math.prod(slopes[1:-1]))
    page = graph.to_html()
    assert re.findall(r"back to · × 0.9</td><td>(.*?)</td>", page) == ["0.9000 × 0.0007129 = 0.0006416"]
    assert re.findall('class="product">(.*?)<', page) == ["0.9 × 1.000 × 0.0007129 × 0.9 × 0.5403 = 0.0003120"]
    assert "sum = 0.0003120, as in the backward sweep" in str(part.highlight("a"))


def test_a_group_with_two_results_shows_both() -> None:
    x, w, b = Variable(2.0, name="x"), Variable(3.0, name="w"), Variable(1.0, name="b")
    with Tape(persistent=True) as t:
        with ag.name_scope("neuron"):
            z = x * w + b
            o = np.tanh(z)
        loss = (o - 0.5) ** 2 + 0.1 * z + x
    slope = 2 * (math.tanh(7) - 0.5)
    for names, ports in (({"z": z, "o": o}, ["z", "o"]), ({}, ["result 1", "result 2"])):
        part = t.graph(loss, loss=loss, **names).collapsed(depth=0)
        (group,) = [node for node in part.nodes if node.group]
        assert (group.name, group.gradient, group.value.number) == (None, None, None)
        first, second = group.group.results
        assert (first.value.number, second.value.number) == (7, math.tanh(7))
        assert second.gradient.number == pytest.approx(slope)
        assert first.gradient.number == pytest.approx(0.1 + slope * (1 - math.tanh(7) ** 2))
        picture = part.to_svg(backward=True)
        for port, value in zip(ports, ("7", "1.000"), strict=True):
            assert f">{port}</text>" in picture
            assert f">{port} = {value}</text>" in picture
        assert part.highlight("x").count == 3
        assert part.highlight("x").summed == pytest.approx(1 + 3 * first.gradient.number)
        (entering,) = [edge for edge in part.edges if edge.target == group.id]
        assert (entering.derivative, entering.contribution.number) == (None, pytest.approx(3 * first.gradient.number))
        assert "0.1 × 7 = 0.7" in part.to_html()
        with pytest.raises(ValueError, match=r"is a group from which several values lead on: .*expected one value"):
            part.highlight(group.id)


def recurrence(steps: int) -> tuple[Tape, dict[str, Variable], Tensor]:
    """A recurrence of which two values go from each step to the next."""
    names = {"w": Variable(0.4, name="w"), "v": Variable(0.7, name="v")}
    with Tape(persistent=True) as t:
        h, c = Tensor(0.1), Tensor(0.2)
        for i in range(steps):
            with ag.name_scope(f"step{i}"):
                c = 0.9 * c + np.tanh(names["w"] * h)
                h = np.tanh(c) * names["v"]
        loss = h + 0.5 * c
    return t, names, loss


@pytest.mark.parametrize("form", ["depth=0", "limit=20", "all"])
def test_the_steps_of_a_recurrence_pass_two_values_on(form: str) -> None:
    t, names, loss = recurrence(5)
    whole = t.graph(loss, loss=loss)
    choices: dict[str, Callable[[], Graph]] = {
        "depth=0": lambda: whole.collapsed(depth=0),
        "limit=20": lambda: whole.collapsed(limit=20),
        "all": lambda: whole.collapsed(collapse=lambda scope: True),
    }
    part = choices[form]()
    check_model(part)
    check_json(part)
    check_svg(part, part.to_svg(backward=True))
    for name, variable in names.items():
        highlight = part.highlight(name)
        assert highlight.count == paths_of(t, loss, variable)
        assert highlight.summed == pytest.approx(t.gradient(loss, variable).item())
    if form == "all":
        carried = [edge.results for edge in part.edges if edge.results and part.node(edge.target).group]
        assert {len(results) for results in carried} == {2}


def test_a_collapsed_graph_can_be_collapsed_again() -> None:

    t, _, y = chain()
    once = t.graph(y).collapsed(limit=12)
    assert once.collapsed(limit=12) is once
    again = once.collapsed(limit=4)
    assert len(again.nodes) <= 4
    assert again.whole == t.graph(y)
    check_model(again)
