"""The gradient checker itself: what it accepts, what it says, and that it raises no false alarm."""

import re
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.check import compare
from autograd.check.flat import flattened, pulled_back
from autograd.check.likely import nice, ratio
from autograd.check.numerical import derivatives
from autograd.errors import GradientCheckError
from autograd.primitive import Primitive
from tests.counting import calls

rng = np.random.default_rng(11)
VECTOR = rng.normal(size=4)
MATRIX = rng.normal(size=(3, 4))
SQUARE = rng.normal(size=(3, 3))
LARGE = rng.normal(size=100_000)


def message(f: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(GradientCheckError) as caught:
        ag.check_gradients(f, *args, **options)
    return str(caught.value)


def square(rule: Any, **options: Any) -> Primitive:
    """x² with the given rule."""
    return Primitive("test_square", lambda x: x * x, [rule], **options)


def product(left: Any, right: Any, **options: Any) -> Primitive:
    """a b with the given rules."""
    return Primitive("test_product", lambda a, b: a * b, [left, right], broadcasts=True, **options)


def right(g: Any, y: Any, a: Any, b: Any) -> Any:
    return g * a


# What it accepts.


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: np.sin(x) * x, [0.5]),
        (lambda x: np.sin(x) * x, [np.float64(0.5)]),
        (lambda x: np.sin(x) * x, [np.array(0.5)]),
        (lambda x: np.sin(x) * x, [[0.5, 1]]),
        (lambda x: np.sin(x) * x, [[[0.5], [1.5]]]),
        (lambda x: np.tanh(x) @ x, [VECTOR.astype(np.float32)]),
        (lambda x, n: x**n, [VECTOR, 3]),
        (lambda x, k, flag: x[k] if flag else x, [VECTOR, np.array([0, 0, 2]), True]),
        (lambda x, i: x[i], [VECTOR, [0, 2]]),
        (lambda x, what: np.exp(x) if what == "exp" else x, [VECTOR, "exp"]),
        (lambda p, x: np.tanh(x @ p["w"] + p["b"][0]), [{"w": MATRIX.T, "b": [np.zeros(3)]}, VECTOR]),
        (lambda pair: pair[0] * pair[1], [(Tensor(VECTOR), 2.0)]),
        (lambda x: {"y": np.exp(x), "parts": [x * x, (np.sum(x), np.argmax(x), None)]}, [VECTOR]),
        (lambda x: (x, x, x * x), [VECTOR]),
        (lambda x: x, [VECTOR]),
        (lambda x, y: x * 2, [VECTOR, MATRIX]),
        (lambda x: ag.stop_gradient(x * 0) + x, [VECTOR]),
        (lambda x: x * 2, [np.zeros((0, 3))]),
        (lambda x: np.sum(x * x), [np.zeros((0, 3))]),
        (lambda x, y: (np.sum(x), y * y), [np.zeros(0), VECTOR]),
    ],
)  # fmt: skip
def test_right_derivatives_pass(f: Any, args: list[Any]) -> None:
    ag.check_gradients(f, *args, order=3)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: np.sin(1000 * x), [VECTOR]),
        (lambda x: x * x, [1e8 * VECTOR]),
        (lambda x: x**3, [1e-6 * VECTOR]),
        (np.log, [np.array([1e-4, 1.0])]),
        (lambda x: 1e-9 * np.tanh(x), [VECTOR]),
        (lambda x: 1e9 + np.tanh(x), [VECTOR]),
        (lambda x: np.sum(ag.softmax(x)), [VECTOR]),
        (lambda x: np.sum(x - x), [VECTOR]),
        (lambda x: np.abs(x - 0.0003), [0.0]),
        (lambda x: ag.softplus(100 * x), [VECTOR]),
        (lambda x: np.sum(ag.relu(x @ MATRIX.T)), [rng.normal(size=(100, 4))]),
    ],
)  # fmt: skip
def test_awkward_numbers_raise_no_false_alarm(f: Any, args: list[Any]) -> None:
    """Steep, huge, tiny, offset, cancelling; a kink that is near, but not here."""
    ag.check_gradients(f, *args)


def test_small_derivatives_are_checked_in_their_own_scale() -> None:
    wrong = square(lambda g, y, x: g * 2.001 * x)
    assert "got" in message(lambda x: 1e-12 * wrong(x), VECTOR)
    assert "got" in message(lambda x: wrong(1e-6 * x), VECTOR)


def test_arguments_are_left_alone() -> None:
    x, k, v = VECTOR.copy(), np.array([0, 1]), ag.Variable(VECTOR)
    ag.check_gradients(lambda x, k, v: x[k] * v[k], x, k, v)
    assert np.array_equal(x, VECTOR)
    assert np.array_equal(v.numpy(), VECTOR)
    assert x.flags.writeable
    assert k.flags.writeable


def test_it_says_the_same_each_time() -> None:
    wrong = square(lambda g, y, x: g * np.exp(x))
    assert message(wrong, LARGE, order=1) == message(wrong, LARGE, order=1)
    assert message(wrong, LARGE, order=1) != message(wrong, LARGE, order=1, seed=1)


def test_no_outer_tape_records_it() -> None:
    x = ag.Variable(2.0)
    with ag.Tape() as t:
        ag.check_gradients(np.exp, x)
    assert t.nodes == []


def test_arguments_are_checked() -> None:
    for options in ({"modes": ["backward"]}, {"modes": []}, {"order": 0}):
        with pytest.raises(ValueError, match="expected modes among"):
            ag.check_gradients(np.exp, 1.0, **options)
    with pytest.raises(TypeError, match=r"no argument that carries a derivative; expected floats: 1\.0 rather than 1"):
        ag.check_gradients(np.exp, 1)
    with pytest.raises(TypeError, match="function that returns float; expected a tensor of floats"):
        ag.check_gradients(float, 1.0)


def test_complex_numbers_are_checked_by_their_parts() -> None:
    z = np.array([1 + 2j, 0.3 - 1j])
    ag.check_gradients(lambda x: np.exp(1j * x), 0.3)
    ag.check_gradients(lambda z, d: (z * np.conj(z), np.abs(z) * d["w"], 3.0 * d["x"]), z, {"w": [1j, 2.0], "x": 0.5})
    ag.check_gradients(lambda z: z**3, Tensor(2 - 1j, name="z"))
    wrong = ag.custom_gradient(lambda z: (np.sin(z), lambda upstream: upstream * np.cos(z)))  # without the conjugate
    text = message(wrong, Tensor(z, name="z"), order=1)
    assert "of output.imag[0] by argument 0.real ('z')[0]: got 3.051897799, expected -3.051897799" in text
    half = lambda z: (np.abs(z), z * ag.stop_gradient(z))  # a complex result beside a real one is looked at, too
    assert re.search(r"of output\[1\]\.(real|imag)", message(half, z, order=1))


def test_an_error_of_the_function_is_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        ag.check_gradients(lambda x: 1 // 0, 1.0)


# Which derivatives are compared, and with what.


def test_few_derivatives_are_all_compared() -> None:
    """One wrong entry of 4096."""
    rule = lambda g, y, x: g * np.where(np.arange(64) == 17, 2.5, 2) * x
    text = message(square(rule), rng.normal(size=64), order=1)
    assert re.search(r"of output\[17\] by argument 0\[17\]: got .*\n  1 of 4096 derivatives differ\n", text)


def test_of_many_derivatives_random_combinations_are_compared() -> None:
    rule = lambda g, y, x: g * np.where(np.arange(x.size) == 777, 2.5, 2) * x
    text = message(square(rule), LARGE, order=1)
    assert "9 of 9 random combinations of derivatives differ" in text
    got, expected = re.search(r"found by halving: by argument 0\[777\]: got (\S+), expected (\S+)", text).groups()
    assert float(got) / float(expected) == pytest.approx(1.25)


@pytest.mark.parametrize(
    "f", [np.tanh, ag.relu, lambda x: np.sum(np.tanh(x) ** 2), lambda x: np.cos(x) * np.exp(-x * x)]
)
def test_a_hundred_thousand_elements_take_hardly_more_calls_than_a_thousand(f: Any) -> None:
    assert calls(lambda: ag.check_gradients(f, LARGE)) < 1.5 * calls(lambda: ag.check_gradients(f, LARGE[:1000]))


def test_the_complex_step_is_used_where_the_function_is_analytic() -> None:
    def source(f: Any) -> str:
        point = flattened(f, [VECTOR])
        directions = compare.Comparison(point, np.random.default_rng(0)).directions
        return derivatives(point, directions, 1e-3, 1e-6, 1.0)[0].source

    for f in (np.sin, lambda x: np.exp(x) / (1 + x * x), lambda x: np.sum(x @ MATRIX.T), ag.softmax, ag.sigmoid):
        assert source(f) == "the complex step"
    for f in (np.abs, np.sign, lambda x: np.where(x > 0, 1, 2) * np.abs(x)):
        assert source(f) == "finite differences"


def test_the_complex_step_sees_an_error_in_the_ninth_digit() -> None:
    wrong = square(lambda g, y, x: g * (2 + 1e-9) * x)
    assert "the complex step" in message(wrong, VECTOR, order=1)
    ag.check_gradients(lambda x: wrong(x) + np.abs(x), VECTOR, order=1)  # finite differences do not


def test_of_second_order_the_complex_step_is_exact_too() -> None:
    point = pulled_back(flattened(np.exp, [0.5]), [1.0])
    (by_x, by_g) = derivatives(point, [[1.0], [1.0]], 1e-3, 1e-6, 1.0)
    assert by_x.source == "the complex step"
    np.testing.assert_allclose([by_x.slope, by_g.slope], np.exp(0.5), rtol=1e-15)


# What it says: where, how much, how often, in which mode and order.


def test_the_whole_message() -> None:
    wrong = product(lambda g, y, a, b: g * b, lambda g, y, a, b: 2 * g * a)
    w = Tensor([1.0, 2.0], name="w")
    a = [[0.5, -1.0], [4.0, 0.25], [1.0, 3.0]]
    assert message(lambda x, p: wrong(x, p["w"]), a, {"w": w}, order=1) == (
        "order 1, reverse mode, argument 1['w'] ('w') of shape (2,): the derivative is wrong\n"
        "  of output[1, 0] by argument 1['w'] ('w')[0]: got 8, expected 4 (the complex step)\n"
        "  6 of 12 derivatives differ, this one by most\n"
        "  likely mistake: a constant factor: it is twice what it should be (counted twice?)\n"
        "  forward mode is wrong as well"
    )


def test_the_result_is_named_in_a_structure() -> None:
    wrong = square(lambda g, y, x: -g * x)
    text = message(lambda x: {"good": x + 1, "bad": [np.exp(x), wrong(x)]}, VECTOR, order=1)
    assert re.search(r"of output\['bad'\]\[1\]\[\d\] by argument 0\[\d\]: ", text)


def test_an_error_in_one_mode_only() -> None:
    def push(op: Any, tangents: Any, y: Any, inputs: Any, params: Any) -> Any:
        return tangents[0] * 2 * inputs[0]

    text = message(square(lambda g, y, x: -g * 2 * x, push=push), VECTOR)
    assert "reverse mode" in text.splitlines()[0]
    assert text.endswith("forward mode is right")
    text = message(square(lambda g, y, x: g * 2 * x, push=lambda op, ts, y, xs, params: ts[0] * xs[0]), VECTOR)
    assert "forward mode" in text.splitlines()[0]
    assert text.endswith("reverse mode is right")
    ag.check_gradients(square(lambda g, y, x: -g * 2 * x, push=push), VECTOR, order=1, modes=["forward"])


def test_a_forward_rule_that_forgets_an_input() -> None:
    """Right for each argument by itself, so that only a tangent of both at once shows it."""

    def push(op: Any, tangents: Any, y: Any, inputs: Any, params: Any) -> Any:
        (a, b), (ta, tb) = inputs, tangents
        return ta * b if ta is not None else tb * a

    op = product(lambda g, y, a, b: g * b, right, push=push)
    for args in ((VECTOR, VECTOR + 1), (LARGE, LARGE + 1)):
        assert "right where one argument moves, wrong where all do" in message(op, *args, order=1)


def test_a_mistake_that_only_the_second_derivative_shows() -> None:
    """The rule's value is right, but a part of it is cut off from the graph."""
    whole = square(lambda g, y, x: g * 2 * ag.stop_gradient(x))
    ag.check_gradients(whole, 1.5, order=1)
    text = message(whole, 1.5)
    assert re.search(r"^order 2 \(the derivative of the gradient\), reverse mode, argument 0: ", text)
    assert "likely mistake: cut off" in text
    half = Primitive("test_half", lambda x: x**3, [lambda g, y, x: g * 3 * x * ag.stop_gradient(x)])
    text = message(half, VECTOR)
    assert "likely mistake: a constant factor: it is half of what it should be" in text
    assert "the derivatives up to order 1 are right, so a part of a rule is cut off from the graph" in text


def test_the_upstream_gradient_may_be_cut_off_too() -> None:
    """Which no second derivative of the operation by itself shows, but that of a composition with it does."""
    op = square(lambda g, y, x: ag.stop_gradient(g) * 2 * x, push=lambda op, ts, y, xs, params: ts[0] * 2 * xs[0])
    text = message(op, VECTOR)
    assert "order 2" in text
    assert "the cotangent of output" in text


def test_a_third_derivative() -> None:
    op = Primitive("test_third", lambda x: x**3, [lambda g, y, x: g * 3 * x * x + 0 * g * x])
    ag.check_gradients(op, VECTOR, order=3)
    inner = square(lambda g, y, x: g * 2 * ag.stop_gradient(x) + 0 * x)
    outer = Primitive("test_outer", lambda x: x**3, [lambda g, y, x: g * 3 * inner(x)])
    ag.check_gradients(outer, VECTOR, order=1)
    assert message(outer, VECTOR, order=3).startswith("order 3")


# Kinks, and what is not finite.


@pytest.mark.parametrize(
    ("f", "order", "said"),
    [
        (ag.relu, 1, r"a kink\n.*got 0\. Two step widths agree, but the slopes on its two sides are 0 and 1"),
        (np.abs, 2, r"order 2 .*a kink\n.*Two step widths disagree by"),
        (lambda x: np.abs(x - 3e-7), 1, r"a kink\n.*got -1\. Two step widths"),
        (lambda x: np.where(x > 0, 1.0, 2.0) * x, 1, "a kink\n.*slopes on its two sides are 2 and 1"),
        (lambda x: np.where(x > 0, 1.0, 2.0) + x, 1, "a kink\n.*Two step widths disagree by"),
        (np.floor, 1, "a kink\n.*Two step widths disagree by"),
    ],
)
def test_kinks_are_called_kinks(f: Any, order: int, said: str) -> None:
    text = message(f, 0.0, order=order)
    assert re.search(said, text)
    assert "likely mistake" not in text
    assert "likely mistake" not in message(f, np.array([0.7, 0.0]), order=order)


def test_a_wrong_rule_is_not_called_a_kink() -> None:
    for f in (square(lambda g, y, x: g * 2.00001 * x), lambda x: np.abs(x) * square(lambda g, y, x: g * x)(x)):
        assert "the derivative is wrong" in message(f, 30 * VECTOR, order=1)


def test_what_is_not_finite_is_said() -> None:
    assert "output is nan: the function is not finite here" in message(np.log, -1.0)
    assert "output[1] is inf: the function is not finite here" in message(lambda x: 1 / x, [1.0, 0.0])
    text = message(square(lambda g, y, x: g * np.nan), VECTOR)
    assert re.search(r"the derivative is not finite\n.*got nan, expected .* \(the complex step\)", text)
    text = message(np.sqrt, np.zeros(2))
    assert re.search(r"nothing to compare with\n.*got inf, but the function is not finite within 1e-06", text)


def test_a_function_that_changes_is_no_function() -> None:
    calls = iter(range(100))
    assert "gives different results at the same point" in message(lambda x: x * next(calls), 1.0)


# What it takes for the mistake; test_planted has a table of fifty.


def test_a_rule_that_raises_is_named_and_its_shapes_are_read() -> None:
    op = Primitive("test_shapes", lambda a, b: a * b, [lambda g, y, a, b: g * b, right])
    text = message(op, MATRIX, VECTOR)
    assert "a derivative rule failed with RuleError" in text
    assert "likely mistake: missing sum over a broadcast axis" in text
    op = Primitive("test_axes", lambda x: x.T, [lambda g, y, x: g])
    assert "likely mistake: transposed" in message(op, MATRIX)
    op = Primitive("test_matmul", lambda a, b: a @ b, [lambda g, y, a, b: g @ b, lambda g, y, a, b: a.mT @ g])
    assert "a derivative rule failed with ValueError" in message(op, MATRIX, MATRIX.T)
    op = square(lambda g, y, x: g * np.nextafter(x, 7.0) * 2 if isinstance(x, Tensor) else g * 2 * x)
    assert re.search(r"order 2 .*a derivative rule failed with NoDerivativeError: np.nextafter", message(op, VECTOR))


def test_of_many_derivatives_the_mistake_is_named_too() -> None:
    a, b = rng.normal(size=(2, 90, 90))
    left = lambda g, y, a, b: g * b
    assert "twice" in message(product(left, lambda g, y, a, b: 2 * g * a), a, b, order=1)
    assert "wrong sign" in message(product(left, lambda g, y, a, b: -g * a), a, b, order=1)
    assert "swapped operands: it is the derivative by argument 0" in message(product(left, left), a, b, order=1)
    assert "transposed" in message(product(left, lambda g, y, a, b: (g * a).mT), a, b, order=1)
    mean = product(left, lambda g, y, a, b: np.mean(g * a, axis=0))
    assert "missing sum over a broadcast axis: it is 1/90" in message(mean, a, b[0], order=1)
    assert "cut off" in message(product(left, lambda g, y, a, b: 0 * g), a, b, order=1)


def test_a_rule_that_couples_nothing() -> None:
    op = Primitive("test_softmax", lambda x: np.exp(x) / np.sum(np.exp(x)), [lambda g, y, x: g * y])
    text = message(op, VECTOR, order=1)
    assert "likely mistake: missing sum: each element of the result depends on several of the argument" in text


def test_a_mistake_in_some_elements_only() -> None:
    some = np.array([1.0, 2.0, 1.0, 2.0])
    assert "where it differs, it is twice what" in message(square(lambda g, y, x: g * 2 * some * x), VECTOR, order=1)
    some = np.array([1.0, 0.0, 1.0, 0.0])
    text = message(square(lambda g, y, x: g * 2 * some * x), VECTOR, order=1)
    assert "cut off: some derivatives are zero that should not be" in text


def test_no_mistake_is_named_that_the_numbers_do_not_show() -> None:
    for rule in (lambda g, y, x: g * np.exp(x), lambda g, y, x: g * 2 * x + 0.1 * g, lambda g, y, x: g * x**3):
        for x in (VECTOR, LARGE, SQUARE):
            assert "likely" not in message(square(rule), x, order=1)
    assert "likely" not in message(square(lambda g, y, x: g * 2.7 * x), 1.5, order=1), "one number shows no factor"


def test_ratios() -> None:
    assert ratio(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == 2
    assert ratio(np.array([2.0, 4.1]), np.array([1.0, 2.0])) is None
    assert ratio(np.array([2.7]), np.array([1.0])) is None
    assert ratio(np.array([3.0]), np.array([1.0])) == 3
    assert [c for c in (-1, 2, 0.5, -3, 1 / 7, 2.5, 0, 40) if nice(c)] == [-1, 2, 0.5, -3, 1 / 7]
