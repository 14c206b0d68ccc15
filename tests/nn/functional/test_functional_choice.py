"""Dropout, embedding and one-hot rows; the activations are those of the engine."""

import numpy as np
import pytest

import autograd as ag
from nn import functional as F

TABLE = np.arange(6.0).reshape(3, 2)


def generator():
    return np.random.default_rng(0)


def test_dropout_scales_what_stays():
    x = np.ones((100, 200), np.float32)
    y = F.dropout(x, 0.25, generator())
    assert y.dtype == np.float32
    np.testing.assert_allclose(np.unique(y), [0, 1 / 0.75], rtol=1e-6)
    assert abs(np.mean(y == 0) - 0.25) < 5 * (0.25 * 0.75 / x.size) ** 0.5  # five standard deviations
    np.testing.assert_array_equal(y, F.dropout(x, 0.25, generator()))


def test_dropout_gradient_is_its_mask():
    x = np.random.default_rng(1).normal(size=(4, 5))
    pull = ag.vjp(lambda x: F.dropout(x, 0.5, generator()), x)[1]
    np.testing.assert_array_equal(pull(np.ones((4, 5)))[0].numpy(), F.dropout(np.ones((4, 5)), 0.5, generator()))
    ag.check_gradients(lambda x: F.dropout(x * x, 0.5, generator()), x, order=2)


def test_dropout_of_nothing_and_of_everything():
    x, unused = np.array([1.0, np.inf]), generator()
    assert F.dropout(x, 0, unused) is x
    assert unused.random() == generator().random()
    y, pull = ag.vjp(lambda x: F.dropout(x, 1, generator()), x)
    np.testing.assert_array_equal(y.numpy(), [0, 0])
    np.testing.assert_array_equal(pull(np.ones(2))[0].numpy(), [0, 0])


def test_dropout_errors():
    with pytest.raises(ValueError, match=r"rate is 1\.5; expected the fraction to drop, from 0 to 1"):
        F.dropout(TABLE, 1.5, generator())
    with pytest.raises(TypeError, match=r"generator is 7; .* Try np.random.default_rng\(0\)"):
        F.dropout(TABLE, 0.5, 7)


def test_embedding_looks_up_rows():
    y = F.embedding(np.array([[2, 0], [2, 1]]), TABLE)
    np.testing.assert_array_equal(y, [[[4, 5], [0, 1]], [[4, 5], [2, 3]]])
    table = ag.Variable(TABLE.astype(np.float32))
    with ag.Tape() as t:
        y = F.embedding([2, 0, 2], table)
    g = t.gradient(y, table)
    np.testing.assert_array_equal(g.numpy(), [[1, 1], [0, 0], [2, 2]])  # row 2 was named twice
    assert g.dtype == np.float32
    ag.check_gradients(lambda table: F.embedding([2, 0, 2], table) ** 2, TABLE, order=2)


def test_one_hot():
    np.testing.assert_array_equal(F.one_hot(np.array([[1], [0]]), 3), [[[0, 1, 0]], [[1, 0, 0]]])
    assert F.one_hot(1, 2, dtype=np.float16).dtype == np.float16
    assert F.one_hot(np.zeros((0,), int), 4).shape == (0, 4)
    assert type(F.one_hot(ag.Tensor(np.array([1, 0])), 2)) is np.ndarray


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: F.embedding([0, 3], TABLE),
            ValueError,
            "indices hold 3 at 1; expected whole numbers from 0 to 2, for 3 rows",
        ),
        (lambda: F.embedding([[0], [-1]], TABLE), ValueError, r"indices hold -1 at \(1, 0\)"),
        (lambda: F.embedding([0.0], TABLE), TypeError, r"indices have dtype float64; .* Try indices.astype\(int\)"),
        (lambda: F.embedding([0], TABLE[0]), ValueError, r"table of shape \(2,\); expected \(rows, features\)"),
        (lambda: F.one_hot(3, 3), ValueError, "labels hold 3; expected whole numbers from 0 to 2, for 3 classes"),
        (lambda: F.one_hot([True], 2), TypeError, "labels have dtype bool"),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call()


@pytest.mark.parametrize("name", ["relu", "sigmoid", "softmax", "log_softmax", "softplus"])
def test_activations_are_the_engines(name):
    assert getattr(F, name) is getattr(ag, name)
