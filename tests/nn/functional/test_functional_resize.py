"""Resizing: PyTorch's numbers, a loop over pixels, derivatives, errors."""

import math

import numpy as np
import pytest

import autograd as ag
from nn import functional as F

X = np.sin(np.arange(16.0)).reshape(1, 4, 4, 1)

# Printed by PyTorch 2.13: interpolate(X, (3, 6), mode="bilinear", align_corners=False), then True.
EDGES = [[-0.12613375, 0.20763568, 0.56970069, 0.68288302, 0.46913819, 0.22709777],
         [0.11627788, -0.07856251, -0.29645546, -0.38866574, -0.29161005, -0.1715018],
         [-0.28225106, 0.06828728, 0.471494, 0.68216756, 0.55503872, 0.3752415]]  # fmt: skip
CORNERS = [[0.0, 0.50488259, 0.85503627, 0.89573214, 0.60202646, 0.14112001],
           [0.11627788, -0.11753059, -0.30106598, -0.38405522, -0.3156317, -0.1715018],
           [-0.53657292, 0.03747105, 0.5342551, 0.87651929, 0.85447955, 0.65028784]]  # fmt: skip


def test_bilinear_is_pytorchs():
    np.testing.assert_allclose(F.interpolate(X, (3, 6))[0, :, :, 0], EDGES, atol=1e-8)
    np.testing.assert_allclose(F.interpolate(X, (3, 6), align_corners=True)[0, :, :, 0], CORNERS, atol=1e-8)


@pytest.mark.parametrize("size", [(8, 12), (3, 6), (4, 4), (1, 1), (5, 2), (2, 7)])
def test_nearest_copies_the_pixel_that_covers_the_place(size):
    y = F.interpolate(X, size, "nearest")
    for i, j in np.ndindex(*size):
        row, column = math.floor((i + 0.5) * 4 / size[0]), math.floor((j + 0.5) * 4 / size[1])
        assert y[0, i, j, 0] == X[0, row, column, 0]


@pytest.mark.parametrize("size", [(8, 8), (3, 6), (1, 1), (9, 2)])
@pytest.mark.parametrize("options", [{}, {"align_corners": True}, {"method": "nearest"}], ids=str)
def test_derivatives(size, options):
    x = np.random.default_rng(0).normal(size=(2, 4, 3, 2))
    ag.check_gradients(lambda x: F.interpolate(x, size, **options), x, order=2)
    assert F.interpolate(x.astype(np.float32), size, **options).dtype == np.float32


def test_a_series_and_a_volume():
    assert F.interpolate(np.ones((2, 5, 3)), 7).shape == (2, 7, 3)
    np.testing.assert_allclose(F.interpolate(np.ones((1, 2, 3, 4, 1)), (4, 2, 5)), np.ones((1, 4, 2, 5, 1)))


def test_one_element_is_spread_out():
    for options in ({}, {"align_corners": True}, {"method": "nearest"}):
        np.testing.assert_array_equal(F.interpolate(np.full((1, 1, 1), 3.0), 4, **options).ravel(), [3, 3, 3, 3])


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: F.interpolate(X, 2, "cubic"), 'method is \'cubic\'; expected "bilinear" or "nearest"'),
        (lambda: F.interpolate(X, 2, "nearest", True), "align_corners is for"),
        (lambda: F.interpolate(X, (2, 0)), r"size is \(2, 0\)"),
        (lambda: F.interpolate(X[0, 0], 2), r"interpolate got shape \(4, 1\)"),
        (lambda: F.interpolate(np.ones((1, 0, 2)), 2), "at least one element"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
