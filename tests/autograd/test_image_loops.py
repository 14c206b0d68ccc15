"""Compiled loops over images give what NumPy gives, and what cannot go through them goes through NumPy."""

import numpy as np
import pytest

import autograd as ag
from autograd.ops import convolution, pooling, windows
from nn import functional as F

rng = np.random.default_rng(3)
IMAGE = rng.integers(-3, 4, size=(2, 9, 8, 3)).astype(np.float64)  # with ties
NAN = np.where(rng.random(IMAGE.shape) < 0.1, np.nan, IMAGE)
STEPS = {"strides": (2, 1), "padding": ((1, 2), (0, 1)), "dilation": (1, 2)}


@pytest.fixture
def both(monkeypatch):
    """Runs something with loops, however small the images, and with NumPy alone."""
    pytest.importorskip("numba")

    def run(function, *arrays):
        with monkeypatch.context() as patch:
            patch.setattr(windows, "LARGE", 0)
            assert windows.loops(IMAGE, 2) is not None
            fast = function(*arrays)
            patch.setattr(windows, "_compiled", lambda: None)
            assert windows.loops(IMAGE, 2) is None
            return fast, function(*arrays)

    return run


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("image", [IMAGE, NAN, np.maximum(IMAGE, 0), IMAGE[:0], IMAGE[..., ::-1]])
@pytest.mark.parametrize(("size", "strides"), [((2, 2), (2, 2)), ((3, 2), (2, 1)), ((2, 3), (3, 3))])
@pytest.mark.parametrize("padding", [((0, 0), (0, 0)), ((1, 0), (0, 1))])
def test_max_pool(both, dtype, image, size, strides, padding):
    how = {"size": size, "strides": strides, "padding": padding}

    def pool(x, g):
        y = pooling.max_pool(x, **how)
        return y, pooling.max_pool_spread(g[:, : y.shape[1], : y.shape[2]], x, y, **how)

    g = rng.normal(size=image.shape).astype(dtype)
    for fast, plain in zip(*both(pool, image.astype(dtype), g), strict=True):
        assert fast.dtype == plain.dtype == dtype
        np.testing.assert_allclose(fast, plain, rtol=1e-6, atol=1e-6)


def test_an_infinite_cotangent_stays_with_the_winner(both):
    x = np.arange(8.0).reshape(1, 2, 4, 1)
    g = np.array([np.inf, 1.0]).reshape(1, 1, 2, 1)
    for found in both(lambda x: ag.vjp(lambda x: F.max_pool(x), x)[1](g)[0].numpy().ravel(), x):
        np.testing.assert_array_equal(found, [0, 0, 0, 0, 0, np.inf, 0, 1])


@pytest.mark.parametrize("groups", [1, 2])
def test_what_is_added_in(both, groups):
    w = rng.normal(size=(3, 2, 4 // groups, 6))
    z = windows.unfold(IMAGE, size=(3, 2), **STEPS)[:, :, :, 0, 0, :1] * np.ones(6)
    how = {"shape": (9, 8), "groups": groups, **STEPS}
    fast, plain = both(lambda z: convolution.conv_transpose(z, w, **how), z)
    np.testing.assert_allclose(fast, plain, rtol=1e-12)
    parts = windows.unfold(IMAGE, size=(3, 2), **STEPS)
    fast, plain = both(lambda parts: windows.fold(parts, shape=(9, 8), **STEPS), parts)
    np.testing.assert_array_equal(fast, plain)


def test_second_order(both):
    x, w = np.abs(rng.normal(size=(2, 6, 5, 2))), rng.normal(size=(2, 3, 2, 4))

    def check(x, w):
        ag.check_gradients(lambda x, w: np.sum(F.max_pool(F.conv(x * x, w, padding="same")) ** 3), x, w, order=2)

    both(check, x, w)


def test_series_stacks_and_other_types_go_through_numpy():
    large = np.zeros((2, 2, windows.LARGE, 1), np.float32)
    assert windows.loops(large[0], 1) is None
    assert windows.loops(large[None], 2) is None
    assert windows.loops(large, 1) is None
    assert windows.loops(large.astype(np.float16), 2) is None
    assert windows.loops(large, 2, large.astype(np.float64)) is None


def test_compiled_functions_give_the_same_gradients():
    x = rng.normal(size=(40, 9, 8, 3)).astype(np.float32)
    w, b = ag.Variable(rng.normal(size=(3, 2, 3, 4)).astype(np.float32)), ag.Variable(np.zeros(4, np.float32))
    u = ag.Variable(rng.normal(size=(2, 2, 4, 5)).astype(np.float32))

    def step(x):
        with ag.Tape() as t:
            h = F.max_pool(np.maximum(F.conv(x, w, padding="same") + b, 0), 3, 2)
            y = np.sum(F.conv_transpose(F.conv(h, u), u) ** 2) / 100
        return y, *t.gradient(y, [w, b, u])

    compiled = ag.compile(step)
    for _ in range(4):
        for found, expected in zip(compiled(x), step(x), strict=True):
            np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-5)
    assert len(compiled.plans) == 1
