"""`gradtape draw`: the graph of a function in a file, and errors that say what to do."""

from xml.etree import ElementTree

import pytest

from nn import cli

PROGRAM = '''
import numpy as np
from beside import target

def loss(w, b, x=2.0):
    """As in the book."""
    x1 = x * w
    x2 = x1 + b
    return np.abs(target - x2)

def product(*factors):
    y = factors[0]
    for factor in factors[1:]:
        y = y * factor
    return np.sum(y)

def number(w):
    return 3.0

def constant(w):
    return np.sin(target)

value = 3.0
'''


@pytest.fixture
def draw(tmp_path, monkeypatch, capsys):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "beside.py").write_text("target = 4.0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["draw", *arguments])
        return status, *capsys.readouterr()

    return run


def test_it_draws_the_scalar_graph(draw, tmp_path):
    status, out, _ = draw("program.py:loss", "--args", "3.0", "1.0")
    assert (status, out) == (0, "Graph(8 nodes, 7 edges, loss = 3), written to loss.svg\n")
    texts = [e.text for e in ElementTree.parse(tmp_path / "loss.svg").iter() if e.tag.endswith("text")]
    assert {"w", "3", "x1 = 2 × w", "x2 = x1 + b", "loss = |·|"} <= set(texts)
    assert not any("∂" in text for text in texts)


def test_the_backward_pass_and_other_formats(draw, tmp_path):
    assert draw("program.py:loss", "--args", "-3", "1", "--backward", "--out", "g.svg")[0] == 0
    assert "∂x1/∂w = 2" in (tmp_path / "g.svg").read_text(encoding="utf-8")
    assert draw("program.py:loss", "--args", "3", "1", "--html")[0] == 0
    assert "<!doctype html>" in (tmp_path / "loss.html").read_text(encoding="utf-8")
    assert draw("program.py:loss", "--args", "3", "1", "2", "--out", "g.json")[0] == 0


def test_arrays_and_any_number_of_arguments(draw):
    status, out, _ = draw("program.py:product", "--args", "[[1,2],[3,4]]", "2", "0.5")
    assert (status, out) == (0, "Graph(6 nodes, 5 edges, product = 10), written to product.svg\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["program.py"], "got 'program.py'; expected a file and a function in it, as in model.py:loss"),
        (["nowhere.py:loss"], "there is no file 'nowhere.py'"),
        (["program.py:los"], "program.py has no function 'los'; there are loss, product, number, constant"),
        (["program.py:value"], "program.py has no function 'value'"),
        (
            ["program.py:loss", "--args", "3"],
            "loss(w, b, x=2.0) can not be called so: missing a required argument: 'b', and 1 argument was",
        ),
        (
            ["program.py:loss", "--args", "1", "2", "3", "4"],
            "too many positional arguments, and 4 arguments were given",
        ),
        (["program.py:loss", "--args", "a", "1"], "--args got 'a'; expected a number such as 2.0, or a list"),
        (["program.py:number", "--args", "1"], "number returned float 3.0; expected one tensor"),
        (["program.py:constant", "--args", "1"], "constant returned float64"),
        (["program.py:loss", "--args", "1", "2", "--out", "g.gif"], "save got the suffix '.gif'"),
        (["program.py:loss", "--args", "1", "2", "--html", "--out", "g.svg"], "expected a name ending in .html"),
        (["program.py:loss", "--args", "1", "2", "--out", "no/where/g.svg"], "No such file or directory"),
    ],
)
def test_what_can_not_be_drawn(draw, arguments, message):
    status, out, error = draw(*arguments)
    assert (status, out) == (2, "")
    assert error.startswith("gradtape: ")
    assert message in error


def test_a_result_that_does_not_depend_on_the_arguments(draw, tmp_path):
    (tmp_path / "other.py").write_text("from autograd import Tensor\ndef f(x): return Tensor(1.0)\n")
    status, _, error = draw("other.py:f", "--args", "1")
    assert status == 2
    assert "what f returned does not depend on its arguments" in error
