"""Values and labels in words: numbers as people write them, ranges, formulas, widths."""

import numpy as np
import pytest

from autograd import Tape, Tensor, Variable
from autograd.picture import build
from autograd.picture.labels import Labels
from autograd.picture.summary import Summary, written
from autograd.picture.text import clean, width


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.5, "−0.5"),
        (9.99996, "10.00"),
        (1 / 3, "0.3333"),
        (0.298371109, "0.2984"),
        (1e-4, "0.0001"),
        (1.5e-5, "1.5e−5"),
        (999999.4, "999999.4"),
        (12345.0, "12345"),
        (0.9999983369439447, "1.000"),  # tanh(7)
        (1 - 2**-40, "1.000"),
        (float(np.tanh(np.float32(7))), "1.000"),
        (float(np.float32(0.9)), "0.9"),
        (0.1 + 0.2, "0.3"),
        (2.0001e-9, "2.000e−9"),
        (1200000.5, "1.200e6"),
        (2.5e6, "2.5e6"),
        (1e300, "1e300"),
        (5e-324, "4.941e−324"),
        (60000, "60000"),
        (10**12, "1e12"),
        (True, "True"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
        (1 - 2j, "1 − 2i"),
    ],
)
def test_numbers_as_people_write_them(number, text):
    assert written(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (np.float32(0.1), "0.1"),
        (np.zeros((2, 3)), "(2, 3) float64, all 0"),
        (np.arange(5), "(5,) int64, 0 … 4"),
        (np.array([True, False]), "(2,) bool, 0 … 1"),
        (np.array([1.0, np.nan, 3.0]), "(3,) float64, 1 … 3, 1 NaN"),
        (np.array([np.nan, np.nan]), "(2,) float64, all NaN"),
        (np.array([-np.inf, 0.0]), "(2,) float64, −∞ … 0"),
        (np.zeros((0, 3)), "(0, 3) float64, empty"),
        (np.array([1j]), "(1,) complex128, complex"),
    ],
)
def test_values_in_a_few_words(value, text):
    assert str(Summary.of(value)) == text


def headings(function, **leaves):
    """What stands in the node of the last operation, above its value."""
    values = {name: Variable(value, name=None if name.startswith("_") else name) for name, value in leaves.items()}
    with Tape(persistent=True) as t:
        y = function(**values)
    graph = build(t, y)
    return [line.text for line in Labels(graph).lines(graph.node(graph.target)) if line.role in ("heading", "symbol")]


@pytest.mark.parametrize(
    ("function", "leaves", "expected"),
    [
        (lambda a, b: a - b, {"a": 1.0, "b": 2.0}, ["a − b"]),
        (lambda a: 2 / a, {"a": 1.0}, ["2 / a"]),
        (lambda _a, b: _a * b, {"_a": 1.0, "b": 2.0}, ["· × b"]),
        (lambda _a: _a * _a, {"_a": 1.0}, ["×"]),
        (lambda _a: np.exp(_a), {"_a": 1.0}, ["exp"]),
        (lambda a: np.exp(a), {"a": 1.0}, ["exp(a)"]),
        (lambda a: np.sum(a, axis=0), {"a": np.ones(3)}, ["sum(a, axis=0)"]),
        (lambda a: a[0], {"a": np.ones(3)}, ["a[0]"]),
        (lambda a: a[1:, None, ..., ::2], {"a": np.ones((3, 4))}, ["a[1:, None, …, ::2]"]),
    ],
)
def test_formulas(function, leaves, expected):
    assert headings(function, **leaves) == expected


def test_a_formula_that_is_too_long_gives_way_to_the_operation():
    x = Variable(1.0, name="a_name_of_many_letters")
    with Tape(persistent=True) as t:
        y = np.exp(x)
    graph = build(t, y)
    assert [line.text for line in Labels(graph).lines(graph.node("n1"))][:1] == ["exp"]


def test_a_long_name_goes_before_the_formula():
    x = Variable(1.0, name="x")
    with Tape(persistent=True) as t:
        y = np.exp(x)
    graph = build(t, y, names={"exponential_of_the_x": y})
    assert [line.text for line in Labels(graph).lines(graph.node("n1"))][:2] == ["exponential_of_the_x =", "exp(x)"]


def test_a_tensor_keeps_its_name_and_a_label_goes_before_it():
    x, c = Variable(2.0, name="x"), Tensor(1.0, name="c")
    with Tape(persistent=True) as t:
        y = x + c
    assert [node.name for node in build(t, y, names={"z": x}).nodes] == ["z", "c", None]


def test_text_is_made_fit_for_a_picture():
    assert clean("a\n b\t c") == "a b c"
    assert clean("\x08\ud800") == "��"
    assert len(clean("x" * 100)) == 32


def test_widths_are_never_underestimated():
    # Measured in DejaVu Sans at 100 pixels, the widest of the usual faces.
    for text, measured in {"loss": 193.2, "(128, 512) float32": 907.1, "WWW": 296.7, "∂x2/∂x1 = 1": 593.8}.items():
        assert measured <= width(text, 100) <= 1.25 * measured
    assert width("漢字", 100) >= 200
    assert width("e\u0301", 100) == width("e", 100)
