"""Attention: a loop over queries, PyTorch's numbers, masks and what they hide, errors."""

import math

import numpy as np
import pytest

import autograd as ag
from nn import functional as F

attend = F.scaled_dot_product_attention
rng = np.random.default_rng(5)
Q, K, V = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(2, 3, 6, 2))
SEEN = rng.random((4, 6)) > 0.4
SEEN[:, 0] = True
ADDED = rng.normal(size=(2, 1, 4, 6))


def by_loops(q, k, v, allowed, added, scale):
    """Query by query and key by key."""
    out = np.zeros((*q.shape[:-1], v.shape[-1]))
    for *at, i in np.ndindex(*q.shape[:-1]):
        at = tuple(at)
        scores = {
            j: scale * math.fsum(a * b for a, b in zip(q[at][i], k[at][j], strict=True)) + added[(*at, i, j)]
            for j in range(k.shape[-2])
            if allowed[i, j]
        }
        weights = {j: math.exp(s) for j, s in scores.items()}
        for j, w in weights.items():
            out[(*at, i)] += w / math.fsum(weights.values()) * v[at][j]
    return out


ALL, NOTHING = np.ones((4, 6), bool), np.zeros((2, 3, 4, 6))


@pytest.mark.parametrize(
    ("options", "allowed", "added", "scale"),
    [
        ({}, ALL, NOTHING, 5**-0.5),
        ({"scale": 0.3}, ALL, NOTHING, 0.3),
        ({"mask": SEEN}, SEEN, NOTHING, 5**-0.5),
        ({"mask": ADDED}, ALL, np.broadcast_to(ADDED, NOTHING.shape), 5**-0.5),
        ({"mask": np.where(SEEN, 0.5, -np.inf)}, SEEN, NOTHING, 5**-0.5),
        ({"causal": True}, np.tri(4, 6, dtype=bool), NOTHING, 5**-0.5),
        ({"causal": True, "mask": SEEN}, np.tri(4, 6, dtype=bool) & SEEN, NOTHING, 5**-0.5),
    ],
    ids=["plain", "scale", "bool", "added", "infinite", "causal", "both"],
)
def test_values_and_derivatives(options, allowed, added, scale):
    np.testing.assert_allclose(attend(Q, K, V, **options), by_loops(Q, K, V, allowed, added, scale), rtol=1e-12)
    ag.check_gradients(lambda q, k, v: attend(q, k, v, **options), Q, K, V, order=2)


def test_pytorchs_numbers():
    """Printed by PyTorch 2.13 with is_causal=True."""
    q, k = np.sin(np.arange(8.0)).reshape(1, 4, 2), np.cos(np.arange(6.0)).reshape(1, 3, 2)
    y = attend(q, k, np.arange(9.0).reshape(1, 3, 3), causal=True)
    np.testing.assert_allclose(y[0, :, 0], [0, 0.77007011, 3.57038309, 3.24017017], atol=1e-8)


def test_a_mask_that_is_added_has_a_gradient():
    ag.check_gradients(lambda m: attend(Q, K, V, mask=m), ADDED, order=2)


@pytest.mark.parametrize("mask", [np.array([[True], [False]]), np.array([[0.0], [-np.inf]])], ids=["bool", "added"])
def test_a_query_that_sees_nothing_gives_zeros(mask):
    q, k, v = (ag.Variable(a[0, 0, :2]) for a in (Q, K, V))
    with ag.Tape() as t:
        y = attend(q, k, v, mask=mask)
    np.testing.assert_array_equal(y.numpy()[1], [0, 0])
    gradients = [g.numpy() for g in t.gradient(y, [q, k, v])]
    assert all(np.isfinite(g).all() for g in gradients)
    np.testing.assert_array_equal(gradients[0][1], np.zeros(5))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_dtype_is_kept_whatever_the_mask_is_in(dtype):
    q, k, v = (a.astype(dtype) for a in (Q, K, V))
    assert attend(q, k, v, mask=ADDED, causal=True, scale=np.float64(0.5)).dtype == dtype
    np.testing.assert_allclose(attend(q * 30, k * 30, v, causal=True)[..., 0, :], v[..., 0, :], rtol=1e-3)


def test_dropout_draws_from_the_generator():
    f = lambda seed: attend(Q, K, V, dropout_rate=0.5, generator=np.random.default_rng(seed))
    np.testing.assert_array_equal(f(1), f(1))
    assert (f(1) != f(2)).any()
    mean = np.mean([attend(Q, K, V, dropout_rate=0.5, generator=g) for g in [np.random.default_rng(0)] * 2000], axis=0)
    np.testing.assert_allclose(mean, attend(Q, K, V), atol=0.12)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: attend(Q, K[..., :4], V), ValueError, "as many features in query and key"),
        (lambda: attend(Q, K, V[..., :3, :]), ValueError, "as many values as keys"),
        (lambda: attend(Q[0, 0, 0], K, V), ValueError, "at least two axes"),
        (lambda: attend(Q, K, V, mask=np.ones((4, 6), int)), TypeError, "mask has dtype int64; expected truth values"),
        (lambda: attend(Q, K, V, mask=np.ones((6, 4))), ValueError, r"mask has shape \(6, 4\); .* here \(2, 3, 4, 6\)"),
        (lambda: attend(Q, K, V, mask=np.ones((9, 2, 3, 4, 6))), ValueError, "mask has shape"),
        (lambda: attend(Q, K, V, dropout_rate=0.5), ValueError, "without a generator"),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call()
