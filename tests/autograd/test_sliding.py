"""Sliding windows: NumPy's signature and errors, speed, and a convolution made of them."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import autograd as ag
from autograd import Tape, Tensor
from autograd.errors import ReadOnlyError

rng = np.random.default_rng(0)


def test_a_convolution_of_windows_has_the_gradients_of_np_convolve() -> None:
    x, w = rng.normal(size=(2, 7)), rng.normal(size=3)
    by_windows = lambda x, w: np.sin(sliding_window_view(x, 3, axis=1) @ w[::-1]).sum()
    by_numpy = lambda x, w: sum(np.sum(np.sin(np.convolve(x[i], w, "valid"))) for i in range(2))
    for found, expected in zip(ag.grad(by_windows, (0, 1))(x, w), ag.grad(by_numpy, (0, 1))(x, w), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-13)


def test_nothing_is_copied_and_options_are_numpys() -> None:
    x = np.arange(5.0)
    y = sliding_window_view(Tensor(x), window_shape=(2,), axis=-1, subok=True)
    assert np.shares_memory(y.value, x)
    with pytest.raises(ReadOnlyError, match="writeable=True"):
        sliding_window_view(Tensor(x), 2, writeable=True)
    for bad in [{"window_shape": 6}, {"window_shape": (2, 2)}, {"window_shape": -1}, {"window_shape": 2, "axis": 1}]:
        with pytest.raises((ValueError, np.exceptions.AxisError)):
            sliding_window_view(x, **bad)
        with pytest.raises((ValueError, np.exceptions.AxisError)):
            sliding_window_view(Tensor(x), **bad)


def test_no_windows_at_all() -> None:
    x = Tensor(np.zeros((0, 3), np.float32))
    with Tape() as t:
        t.watch(x)
        y = sliding_window_view(x, 2, axis=1)
    g = t.gradient(y, x)
    assert (y.shape, g.shape, g.dtype) == ((0, 2, 2), (0, 3), np.float32)
