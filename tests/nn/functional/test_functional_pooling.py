"""Pooling and windows: values by hand, ties, padding, the law of the transpose, errors."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd as ag
from nn import functional as F

RAMP = np.arange(9.0).reshape(1, 3, 3, 1)


def test_values_by_hand():
    np.testing.assert_array_equal(F.max_pool(RAMP).ravel(), [4])
    np.testing.assert_array_equal(F.max_pool(RAMP, padding="same").ravel(), [4, 5, 7, 8])
    np.testing.assert_array_equal(F.max_pool(-RAMP, padding="same").ravel(), [0, -2, -6, -8])  # not the padding
    np.testing.assert_array_equal(F.max_pool(RAMP, (1, 2), 1).ravel(), [1, 2, 4, 5, 7, 8])
    np.testing.assert_array_equal(F.average_pool(RAMP, padding="same").ravel(), [2, 3.5, 6.5, 8])
    np.testing.assert_array_equal(F.average_pool(RAMP, 2, 1).ravel(), [2, 3, 5, 6])
    np.testing.assert_array_equal(F.average_pool(RAMP, 3, 3, ((1, 0), (1, 0))).ravel(), [2])
    np.testing.assert_array_equal(F.max_pool(RAMP.reshape(1, 9, 1), 4, 3).ravel(), [3, 6])


def test_whole_numbers():
    np.testing.assert_array_equal(F.max_pool(-RAMP.astype(int), padding="same").ravel(), [0, -2, -6, -8])
    np.testing.assert_array_equal(F.average_pool(RAMP.astype(int)).ravel(), [2])
    np.testing.assert_array_equal(F.max_pool(RAMP > 7, padding="same").ravel(), [False, False, False, True])
    np.testing.assert_array_equal(F.average_pool(np.full((1, 20, 20, 1), 255, np.uint8), 20).ravel(), [255])


def test_ties_share_equally():
    x = np.array([1.0, 1.0, 0.0, 2.0, 2.0, 2.0]).reshape(1, 6, 1)
    g = ag.grad(lambda x: np.sum(F.max_pool(x, 3)))(x)
    np.testing.assert_allclose(g.numpy().ravel(), [1 / 2, 1 / 2, 0, 1 / 3, 1 / 3, 1 / 3])
    overlapping = ag.grad(lambda x: np.sum(F.max_pool(x, 3, 1)))(x)
    np.testing.assert_allclose(overlapping.numpy().ravel(), [1 / 2, 1 / 2, 0, 1 + 1 / 2 + 1 / 3, 1 / 2 + 1 / 3, 1 / 3])


def test_an_infinite_cotangent_stays_with_the_winner():
    x = np.array([1.0, 3.0, 4.0, 2.0]).reshape(1, 4, 1)
    pull = ag.vjp(lambda x: F.max_pool(x), x)[1]
    (g,) = [g.numpy().ravel() for g in [pull(np.array([np.inf, 1.0]).reshape(1, 2, 1))[0]]]
    np.testing.assert_array_equal(g, [0, np.inf, 1, 0])


def test_a_window_with_a_nan():
    x = np.array([1.0, np.nan, 4.0, 2.0]).reshape(1, 4, 1)
    y, pull = ag.vjp(lambda x: F.max_pool(x), x)
    np.testing.assert_array_equal(y.numpy().ravel(), [np.nan, 4])
    np.testing.assert_array_equal(pull(np.ones((1, 2, 1)))[0].numpy().ravel(), [0, 0, 1, 0])


@pytest.mark.parametrize("padding", ["valid", "same", ((1, 0), (0, 1))])
@pytest.mark.parametrize(("size", "strides"), [(2, None), ((3, 2), (2, 1)), (2, 3)])
@pytest.mark.parametrize("pool", [F.max_pool, F.average_pool])
def test_derivatives(pool, size, strides, padding):
    x = np.random.default_rng(2).normal(size=(2, 5, 4, 2))
    ag.check_gradients(lambda x: pool(x, size, strides, padding), x, order=2)
    ag.check_gradients(lambda x: np.sum(pool(x * x, size, strides, padding) ** 3), x, order=2)


def test_global_pools():
    x = np.random.default_rng(2).normal(size=(2, 3, 4, 5))
    highest = [[max(x[n, :, :, c].flat) for c in range(5)] for n in range(2)]
    np.testing.assert_array_equal(F.global_max_pool(x), highest)
    mean = [[sum(x[n, :, :, c].flat) / 12 for c in range(5)] for n in range(2)]
    np.testing.assert_allclose(F.global_average_pool(x, keepdims=True), np.reshape(mean, (2, 1, 1, 5)))
    assert F.global_average_pool(x[0]).shape == (3, 5)  # a series


@pytest.mark.parametrize("f", [F.max_pool, F.average_pool, F.global_max_pool, F.global_average_pool])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtypes_and_an_empty_batch(f, dtype):
    for batch in (0, 2):
        x = ag.Variable(np.ones((batch, 4, 4, 3), dtype))
        with ag.Tape() as t:
            y = f(x)
        g = t.gradient(y, x)
        assert (y.dtype, g.dtype, g.shape) == (dtype, dtype, x.shape)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_fold_is_the_transpose_of_unfold(data):
    """⟨unfold(x), w⟩ = ⟨x, fold(w)⟩."""
    rank = data.draw(st.integers(1, 3))
    axes = lambda least, most: tuple(data.draw(st.integers(least, most)) for _ in range(rank))
    space, size, strides, dilation = axes(1, 6), axes(1, 3), axes(1, 3), axes(1, 2)
    padding = tuple(zip(axes(0, 2), axes(0, 2), strict=True))
    reach = [d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True)]
    assume(all(n + sum(p) >= k for n, p, k in zip(space, padding, reach, strict=True)))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, *space, 2))
    windows = F.unfold(x, size, strides, padding, dilation)
    w = rng.normal(size=windows.shape)
    back = F.fold(w, space, strides, padding, dilation)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.sum(x * back), np.sum(windows * w), atol=1e-10)


def test_fold_undoes_unfold_up_to_the_number_of_windows():
    x = np.random.default_rng(0).normal(size=(2, 6, 5, 3))
    windows = F.unfold(x, 3, padding="same")
    np.testing.assert_allclose(
        F.fold(windows, (6, 5), padding="same") / F.fold(np.ones_like(windows), (6, 5), padding="same"), x
    )


def test_a_convolution_is_a_product_with_the_windows():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 2, 3, 4))
    windows = F.unfold(x, (3, 2), (1, 2), "same")
    np.testing.assert_allclose(F.conv(x, w, (1, 2), "same"), np.tensordot(windows, w, 3), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: F.max_pool(np.ones((4, 4))), r"max_pool got shape \(4, 4\) as x"),
        (lambda: F.average_pool(RAMP, 4), "spans 4 elements .* does not fit into 3"),
        (lambda: F.max_pool(RAMP, 0), "size is 0"),
        (lambda: F.max_pool(RAMP, 2, -1), "strides is -1"),
        (lambda: F.max_pool(RAMP, 2, padding=((2, 0), (0, 0))), "expected less than a window on each side"),
        (lambda: F.max_pool(RAMP, 2, padding="causal"), "padding is 'causal'"),
        (lambda: F.global_max_pool(np.ones(3)), "global_max_pool got shape"),
        (
            lambda: F.fold(np.ones((1, 3, 2, 1)), (4, 4)),
            r"got windows of shape \(1, 3, 2, 1\) to make \(4, 4\); expected 6 axes",
        ),
        (lambda: F.fold(np.ones((1, 4, 2, 1)), (4,)), r"windows at \(4,\) positions; expected \(3,\)"),
        (lambda: F.fold(np.ones((1, 1, 5, 1)), (4,)), "does not fit"),
        (lambda: F.unfold(RAMP, 4), "does not fit"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
