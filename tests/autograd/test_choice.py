"""Choosing between values: what the samples can not show."""

import numpy as np
import pytest

from autograd import Tape, Tensor, Variable

X = np.array([-1.5, 0.5, 2.5])


def test_select_wants_a_choice_for_each_condition() -> None:
    with pytest.raises(ValueError, match="2 conditions and 1 choices"):
        np.select([X < 0, X < 1], [Tensor(X)])
    with pytest.raises(TypeError, match="condition 1 of int64; expected truth values"):
        np.select([X < 0, np.ones(3, np.int64)], [X, Tensor(X)])


def test_where_of_a_condition_alone_says_where_it_holds() -> None:
    (places,) = np.where(Tensor([0.0, 2.0, 3.0]))
    assert isinstance(places, np.ndarray)
    assert places.tolist() == [1, 2]
    with pytest.raises(ValueError, match="one choice"):
        np.where(Tensor([True, False]), X)


def test_where_broadcasts_its_condition_too() -> None:
    x = Variable(2.0)
    with Tape() as t:
        y = np.where(np.array([[True], [False]]), x, np.zeros(3))
    assert y.tolist() == [[2, 2, 2], [0, 0, 0]]
    assert t.gradient(y, x).value == 3.0


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
def test_choose_is_numpys_in_every_mode(mode) -> None:
    a = np.array([2, 0, 1]) if mode == "raise" else np.array([-1, 5, 7])
    choices = [X, 10 * X, np.array([[100.0], [200.0]])]
    y = np.choose(a, [Tensor(choices[0]), *choices[1:]], mode=mode)
    np.testing.assert_array_equal(y.numpy(), np.choose(a, choices, mode=mode))


def test_choose_takes_its_choices_as_one_array() -> None:
    x = Variable(np.arange(6.0).reshape(2, 3))
    with Tape() as t:
        y = np.choose([1, 0, 1], x)
    assert y.tolist() == [3, 1, 5]
    assert t.gradient(y, x).tolist() == [[0, 1, 0], [1, 0, 1]]


def test_choose_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="expected 0 to 1, or mode="):
        np.choose([0, 2], [Tensor(1.0), 2.0])
    with pytest.raises(TypeError, match="float64; expected integers"):
        np.choose(np.array([0.0, 1.0]), [Tensor(1.0), 2.0])
    with pytest.raises(ValueError, match="mode='nearest'"):
        np.choose([0], [Tensor(1.0)], mode="nearest")


CASES = {
    "functions and numbers": ([X < 0, X > 1], [np.square, lambda v: 3 * v, 7.0]),
    "no default": ([X < 0, X > 1], [np.square, 7.0]),
    "overlapping conditions": ([X > 0, X > 1], [np.exp, np.sin]),
    "one condition by itself": (X > 0, [np.exp, np.sin]),
    "one condition as a list": ([True, False, True], [np.exp]),
    "none holds": ([X > 9], [np.exp, np.sin]),
    "a function of all elements chosen": ([X > 0, X > 1], [lambda v: v - np.sum(v), 1.0]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_piecewise_is_numpys(case) -> None:
    np.testing.assert_array_equal(np.piecewise(Tensor(X), *case).numpy(), np.piecewise(X, *case))


def test_piecewise_of_numbers_and_of_single_precision() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = np.piecewise(x, [x < 0, x >= 0], [np.negative, np.square])
    assert (float(y), t.gradient(y, x).value) == (9.0, 6.0)
    y = np.piecewise(Tensor(np.float32(X)), [X < 0], [lambda v, k, *, c: k * v + c, 1.0], 2, c=1)
    assert (y.dtype, y.tolist()) == (np.float32, [-2, 1, 1])


def test_piecewise_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="2 conditions and 4 functions"):
        np.piecewise(Tensor(X), [X < 0, X > 1], [np.exp] * 4)
    with pytest.raises(ValueError, match=r"conditions of shape \(2,\); expected \(3,\)"):
        np.piecewise(Tensor(X), [np.array([True, False])], [np.exp])


def test_a_branch_that_is_not_taken_leaks_nothing() -> None:
    x = Variable([-1.0, 4.0])
    with Tape() as t:
        y = np.piecewise(x, [x > 0], [np.sqrt, 0.0])
    assert t.gradient(y, x).tolist() == [0, 0.25]
