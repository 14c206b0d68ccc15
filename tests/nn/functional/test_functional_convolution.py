"""Convolution and its transpose: numbers of other libraries, shapes, the law of the transpose, errors."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd.ops import convolution as rows
from nn import functional as F

X = np.sin(np.arange(16.0)).reshape(1, 4, 4, 1)
W = np.cos(np.arange(12.0)).reshape(2, 3, 1, 2)

# Printed by PyTorch 2.13 in float64: conv2d(X, W, stride=(2, 1), padding=(1, 1)), and the gradients of Σ y².
Y = [-0.70605434589623, 0.0037240964444674204, -0.8853996390504246, -0.7626654029639336, 0.5572428493996676,
     -0.19347697568784822, 0.8525474050218724, 0.556942670051693, 0.4519871534331997, -0.4223920900740959,
     1.1713507291378153, 0.8291442085122409, 0.041840827556641466, 0.7468180019805387, -0.9296726900347038,
     -0.30039804420401367, -0.05134638091614992, 0.6503886626252895, -1.3589282800277511, -0.42487595118689436,
     -0.4171275789499848, -0.5692145604487835, 0.7199921281684124, -0.10855264389417654]  # fmt: skip
DX = [-2.6515436, 3.61069017, 4.14642639, -2.19983175, 3.69882247, -2.55641462, -4.75836733, 1.73753439, 4.13775985,
      -1.40761358, -5.56965737, 0.7543338, -4.422004, 0.95903019, 4.33235782, -0.16193602]  # fmt: skip
DW = [1.20058394, -2.75685152, -5.15241688, -4.08681508, -4.74443507, 0.29249807, 5.85202661, 3.27028463, 3.43757335,
      -1.84234854, -3.62677085, -4.17923534]  # fmt: skip

# conv_transpose2d(sin(0 … 11) as (1, 2, 3, 2), W, stride=2, padding=(0, 1), output_padding=1) by the same.
TRANSPOSED = [-0.83304996, 1.22423839, -0.518109, -1.82923754, 1.2642688, 0.22266857, -0.76668968, 0.98319516,
              -0.26088152, -2.21193547, 0.98381971, 0.63076752, -0.53413393, 1.58102723, -0.81971251, -1.6141034,
              1.21637547, 0.07193652, -0.55794541, 1.49800666, -0.51944528, -2.1045662, 0.99027643, 0.45204697,
              0, 0, 0, 0, 0, 0]  # fmt: skip


def test_values_and_gradients_are_pytorchs():
    y, pull = ag.vjp(lambda x, w: F.conv(x, w, strides=(2, 1), padding=((1, 1), (1, 1))), X, W)
    np.testing.assert_allclose(y.numpy().ravel(), Y, rtol=1e-13)
    dx, dw = pull(2 * y.numpy())
    np.testing.assert_allclose(dx.numpy().ravel(), DX, rtol=1e-7)
    np.testing.assert_allclose(dw.numpy().ravel(), DW, rtol=1e-7)


def test_the_transpose_is_pytorchs():
    z = np.sin(np.arange(12.0)).reshape(1, 2, 3, 2)
    y = F.conv_transpose(z, W, strides=2, padding=((0, 0), (1, 1)), output_padding=1)
    np.testing.assert_allclose(y.ravel(), TRANSPOSED, rtol=1e-6)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, (2, 3)])
@pytest.mark.parametrize(("groups", "outputs"), [(1, 3), (2, 2), (4, 8)], ids=["whole", "groups", "depthwise"])
def test_derivatives(padding, strides, groups, outputs):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(2, 5, 4, 4)), rng.normal(size=(3, 2, 4 // groups, outputs))
    ag.check_gradients(lambda x, w: F.conv(x, w, strides, padding, 1, groups), x, w, order=2)
    z = rng.normal(size=(2, 3, 2, outputs))
    ag.check_gradients(lambda z, w: F.conv_transpose(z, w, strides, padding, None, 1, groups), z, w, order=2)


def test_same_padding_is_tensorflows():
    """ceil(n / stride) positions, and the odd zero behind: 5 elements by 4 with stride 2 need 3, one of them before."""
    ones = np.ones((1, 5, 1))
    np.testing.assert_array_equal(F.conv(ones, np.ones((4, 1, 1)), 2, "same").ravel(), [3, 4, 2])
    for n, k, s in [(7, 3, 2), (8, 3, 2), (6, 2, 3), (5, 1, 2), (4, 5, 1)]:
        assert F.conv(np.ones((1, n, 1)), np.ones((k, 1, 1)), s, "same").shape == (1, -(-n // s), 1)


def test_causal_padding_sees_the_past_alone():
    x = ag.Tensor(np.arange(6.0).reshape(1, 6, 1))
    f = lambda x: F.conv(x, np.ones((3, 1, 1)), padding="causal", dilation=2)
    np.testing.assert_array_equal(f(x).numpy().ravel(), [0, 1, 2, 4, 6, 9])
    seen = ag.jacobian(f)(x).numpy().reshape(6, 6)
    np.testing.assert_array_equal(np.triu(seen, 1), 0)


@pytest.mark.parametrize(
    ("n", "kernel", "strides", "padding", "more", "expected"),
    [
        (4, 3, 2, "valid", None, 9),
        (4, 2, 3, "valid", None, 12),  # never less than n · stride
        (4, 3, 2, "valid", 1, 10),
        (4, 3, 2, "same", None, 8),
        (4, 3, 2, "same", 0, 7),
        (4, 4, 2, "same", 1, 7),
        (4, 1, 3, "same", None, 12),
        (4, 3, 2, ((1, 1),), 1, 8),
        (4, 3, 1, "causal", None, 4),
    ],
)
def test_lengths_of_the_transpose_are_those_of_keras(n, kernel, strides, padding, more, expected):
    y = F.conv_transpose(np.ones((1, n, 2)), np.ones((kernel, 3, 2)), strides, padding, more)
    assert y.shape == (1, expected, 3)


def whole(least, most):
    return st.integers(least, most)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_transposing_a_convolution(data):
    """⟨conv(x, w), z⟩ = ⟨x, conv_transpose(z, w)⟩ = ⟨w, conv_kernel(x, z)⟩."""
    rank = data.draw(whole(1, 2))
    axes = lambda least, most: tuple(data.draw(whole(least, most)) for _ in range(rank))
    space, size, strides, dilation = axes(1, 8), axes(1, 4), axes(1, 3), axes(1, 3)
    padding = tuple(zip(axes(0, 3), axes(0, 3), strict=True))
    groups = data.draw(st.sampled_from([1, 2, 3]))
    inner, outer, batch = data.draw(whole(1, 2)), data.draw(whole(1, 2)), data.draw(whole(0, 2))
    reach = [d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True)]
    assume(all(n + sum(p) >= k for n, p, k in zip(space, padding, reach, strict=True)))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, *space, inner * groups))
    w = rng.normal(size=(*size, inner, outer * groups))
    y = F.conv(x, w, strides, padding, dilation, groups)
    z = rng.normal(size=y.shape)
    left = np.sum(y * z)
    how = {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}
    np.testing.assert_allclose(np.sum(x * rows.conv_transpose(z, w, shape=space, **how)), left, atol=1e-10)
    np.testing.assert_allclose(np.sum(w * rows.conv_kernel(x, z, size=size, **how)), left, atol=1e-10)
    # By the public function, which has to be told how many elements the strides left over.
    over = tuple((n + sum(p) - k) % s for n, p, k, s in zip(space, padding, reach, strides, strict=True))
    back = F.conv_transpose(z, w, strides, padding, over, dilation, groups)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.sum(x * back), left, atol=1e-10)


def test_parts_of_a_batch_are_joined(monkeypatch):
    rng = np.random.default_rng(4)
    x, w = rng.normal(size=(5, 6, 6, 2)), rng.normal(size=(3, 3, 2, 4))
    f = lambda x, w: F.conv(x, w)
    y, pull = ag.vjp(f, x, w)
    z = rng.normal(size=y.shape)
    whole_batch = [g.numpy() for g in pull(z)]
    monkeypatch.setattr(rows, "CHUNK", 2 * 4 * 4 * 18)  # two samples at a time
    parts, pull = ag.vjp(f, x, w)
    np.testing.assert_allclose(parts.numpy(), y.numpy(), rtol=1e-13)
    for a, b in zip(pull(z), whole_batch, strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-12)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_nothing_in_the_batch(groups):
    x, w = ag.Variable(np.zeros((0, 5, 4), np.float32)), ag.Variable(np.ones((2, 4 // groups, 4), np.float32))
    with ag.Tape(persistent=True) as t:
        y = F.conv(x, w, groups=groups)
    assert y.shape == (0, 4, 4)
    dx, dw = t.gradient(y, [x, w])
    assert (dx.shape, dx.dtype) == ((0, 5, 4), np.float32)
    np.testing.assert_array_equal(dw.numpy(), np.zeros(w.shape))
    assert t.jacobian(y, w).shape == (0, 4, 4, *w.shape)


IMAGE, KERNEL = np.ones((2, 8, 8, 4)), np.ones((3, 3, 4, 6))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: F.conv(np.ones((8, 8)), KERNEL), r"shape \(8, 8\) as x; expected \(batch, time, channels\)"),
        (lambda: F.conv([[1.0]], KERNEL), "got a list as x"),
        (lambda: F.conv(IMAGE, np.ones((3, 4, 6))), r"shape \(3, 4, 6\) as kernel for x with 2 axes of space; expected 4"),
        (lambda: F.conv(IMAGE, [1.0]), "got a list as kernel"),
        (lambda: F.conv(IMAGE, np.ones((3, 3, 3, 6))), "x has 4 channels .* is for 3 in each of 1 groups; expected 3"),
        (lambda: F.conv(IMAGE, np.ones((3, 3, 1, 6)), groups=4), "groups is 4 and the last axis of the kernel has 6"),
        (lambda: F.conv(IMAGE, KERNEL, groups=0), "groups is 0"),
        (lambda: F.conv(IMAGE, KERNEL, strides=0), "strides is 0; expected a whole number of at least 1, or 2 of them"),
        (lambda: F.conv(IMAGE, KERNEL, strides=(1, 2, 3)), r"strides is \(1, 2, 3\)"),
        (lambda: F.conv(IMAGE, KERNEL, strides=1.5), "strides is 1.5"),
        (lambda: F.conv(IMAGE, KERNEL, strides=True), "strides is True"),
        (lambda: F.conv(IMAGE, KERNEL, dilation="2"), "dilation is '2'"),
        (lambda: F.conv(IMAGE, KERNEL, padding="causal"), "padding is 'causal'; expected \"valid\" or \"same\", or a pair"),
        (lambda: F.conv(IMAGE, KERNEL, padding="full"), "padding is 'full'"),
        (lambda: F.conv(IMAGE, KERNEL, padding=1), r"padding is 1; .* such as \(\(1, 1\), \(1, 1\)\)"),
        (lambda: F.conv(IMAGE, KERNEL, padding=((1, 1),)), "for each axis of space"),
        (lambda: F.conv(IMAGE, KERNEL, padding=((1, -1), (0, 0))), "whole numbers"),
        (lambda: F.conv(IMAGE, KERNEL, padding=((1, 0.5), (0, 0))), "whole numbers"),
        (lambda: F.conv(IMAGE, KERNEL, dilation=4), r"spans 9 elements \(size 3, dilation 4\) does not fit into 8"),
        (lambda: F.conv_transpose(IMAGE, KERNEL), "x has 4 channels and the kernel .* is for 6"),
        (lambda: F.conv_transpose(IMAGE, np.ones((3, 3, 6, 4)), 2, output_padding=2), "output_padding is 2 for a stride of 2"),
        (lambda: F.conv_transpose(IMAGE, np.ones((3, 3, 6, 4)), 2, output_padding=3, dilation=3), "and a dilation of 3; expected less"),
        (lambda: F.conv_transpose(IMAGE, np.ones((3, 3, 6, 4)), padding=((9, 9), (0, 0))), "leaves -8 elements"),
    ],
)  # fmt: skip
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize(("strides", "dilation", "groups"), [(1, 1, 1), (3, 2, 2), (1, 2, 2), (2, 1, 4)])
def test_how_the_arrays_lie_in_memory_makes_no_difference(rank, strides, dilation, groups):
    rng = np.random.default_rng(rank)
    x = rng.normal(size=(2, *[9, 8][:rank], 4))
    w = rng.normal(size=(*[3, 2][:rank], 4 // groups, 4))
    how = {"strides": strides, "dilation": dilation, "groups": groups, "padding": ((1, 1),) * rank}
    z = F.conv(x, w, **how)

    def all_of(lay):
        y, pull = ag.vjp(lambda x, w: F.conv(x, w, **how), lay(x), lay(w))
        back, pull_back = ag.vjp(lambda z, w: F.conv_transpose(z, w, **how), lay(z), lay(w))
        return [a.numpy() for a in (y, *pull(lay(z)), back, *pull_back(lay(np.ones(back.shape))))]

    first = lambda a: (
        np.ascontiguousarray(np.moveaxis(a, -1, 1)).swapaxes(1, -1) if a.ndim == 3 else np.asfortranarray(a)
    )
    for a, b, c in zip(all_of(np.ascontiguousarray), all_of(first), all_of(np.asfortranarray), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(c, a, rtol=1e-12, atol=1e-12)
