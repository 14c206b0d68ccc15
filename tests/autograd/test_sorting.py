"""Sorting and sets: options, ties, NaNs and errors."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.errors import NoDerivativeError
from autograd.graph import raw

X = np.array([[0.3, -1.2, 2.0, 0.1], [1.7, 0.9, -0.4, -2.0], [0.5, 1.1, 0.8, -0.7]])
REPEATED = np.array([3.0, 1.0, 2.0, 1.0, 3.0])


def test_sorting_takes_all_that_numpy_takes() -> None:
    for options in ({"kind": "mergesort"}, {"stable": True}, {"axis": 0}, {"axis": None}):
        f = lambda x: np.sort(x, **options)
        np.testing.assert_array_equal(f(Tensor(X)).numpy(), f(X))
        ag.check_gradients(f, X)
    assert np.sort(Tensor([2.0, np.nan, 1.0])).tolist()[:2] == [1, 2]
    assert np.sort(Tensor(np.zeros((0, 2))), axis=0).shape == (0, 2)
    with pytest.raises(NoDerivativeError, match="order"):
        np.sort(Tensor(X), order="name")


def test_equal_elements_keep_their_order() -> None:
    jacobian = ag.jacobian(np.sort)(REPEATED).numpy()
    assert jacobian.argmax(axis=1).tolist() == [1, 3, 2, 0, 4]


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_partitions_put_the_kth_in_its_place(axis) -> None:
    for kth in (1, -1, [0, 2]):
        y, ordered = np.partition(Tensor(X), kth, axis=axis).numpy(), np.sort(X, axis=axis)
        np.testing.assert_array_equal(y.take(kth, axis=axis), ordered.take(kth, axis=axis))
        np.testing.assert_array_equal(np.sort(y, axis=axis), ordered)
        ag.check_gradients(lambda x: np.partition(x, kth, axis=axis), X)


def test_unique_gives_the_gradient_to_the_first() -> None:
    assert ag.grad(lambda x: np.sum(np.unique(x) * [1.0, 2.0, 3.0]))(REPEATED).tolist() == [3, 1, 2, 0, 0]
    values, index, inverse, counts = np.unique(Tensor(REPEATED), True, True, True)
    assert values.tolist() == [1, 2, 3]
    assert (index.tolist(), inverse.tolist(), counts.tolist()) == ([1, 2, 0], [2, 0, 1, 0, 2], [2, 1, 2])
    assert {type(index), type(inverse), type(counts)} == {np.ndarray}
    rows = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    assert np.unique(Tensor(rows), axis=0).tolist() == [[1, 2], [3, 4]]
    assert np.unique(Tensor([1.0, np.nan, np.nan])).shape == (2,)
    assert np.unique(Tensor([1.0, np.nan, np.nan]), equal_nan=False).shape == (3,)


def test_named_results_of_unique_are_numpys() -> None:
    for f in (np.unique_all, np.unique_counts, np.unique_inverse):
        result = f(Tensor(REPEATED))
        expected = f(REPEATED)
        assert type(result) is type(expected)
        for got, want in zip(result, expected, strict=True):
            np.testing.assert_array_equal(raw(got), want)


def test_sets() -> None:
    other = np.array([2.0, 7.0, 3.0])
    for f in (np.union1d, np.intersect1d, np.setdiff1d, np.setxor1d):
        assert f(Tensor(REPEATED), other).tolist() == f(REPEATED, other).tolist()
        assert f(REPEATED, Tensor(other)).tolist() == f(REPEATED, other).tolist()
    values, first, second = np.intersect1d(Tensor(REPEATED), other, return_indices=True)
    assert (values.tolist(), first.tolist(), second.tolist()) == ([2, 3], [2, 0], [0, 2])
    once = np.array([3.0, 1.0, 2.0])
    assert np.setdiff1d(Tensor(once), other, assume_unique=True).tolist() == [1]
    assert np.setxor1d(Tensor(once), other, assume_unique=True).tolist() == [1, 7]
    assert np.isin(Tensor(once), other).tolist() == [True, False, True]


def test_places_are_plain_numbers() -> None:
    x = Tensor(X)
    for got, want in [
        (np.argpartition(x, 1, axis=0), np.argpartition(X, 1, axis=0)),
        (np.lexsort((x[0], x[1])), np.lexsort((X[0], X[1]))),
        (np.searchsorted(np.sort(x[0]), 0.2), np.searchsorted(np.sort(X[0]), 0.2)),
    ]:
        assert not isinstance(got, Tensor)
        np.testing.assert_array_equal(got, want)
    with pytest.raises(NoDerivativeError, match=r"np\.sort\(x\)"):
        np.sort_complex(x)
