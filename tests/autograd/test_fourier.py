"""Fourier transforms: that they are NumPy's, in what precision, and what is refused."""

import itertools
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(2, 3, 4, 5))
NORMS = [None, "backward", "ortho", "forward"]
TRANSFORMS = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]


def _argument(name: str, a: Any, b: Any) -> Any:
    return a if name in ("rfft", "ihfft") else a + 1j * b


@pytest.mark.parametrize(("name", "norm"), list(itertools.product(TRANSFORMS, NORMS)))
def test_one_axis(name: str, norm: Any) -> None:
    transform = getattr(np.fft, name)
    for n, axis in itertools.product([None, 1, 2, 3, 6, 7], [-1, 0]):
        f = lambda a, b, n=n, axis=axis: transform(_argument(name, a, b), n, axis, norm)
        found = f(Tensor(X), Tensor(Y))
        np.testing.assert_allclose(found.numpy(), f(X, Y), rtol=1e-12, atol=1e-13)
        both = lambda a, b, f=f: (np.real(f(a, b)), np.imag(f(a, b)))
        ag.check_gradients(both, X[:2, :3, 0], Y[:2, :3, 0], order=1)


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft"])
@pytest.mark.parametrize("norm", [None, "ortho"])
def test_several_axes(name: str, norm: Any) -> None:
    for s, axes in [(None, None), (None, (2, 0)), ((3, 4), (0, 2)), ((3, -1), (1, 2)), ((5, 3), (-1, -2))]:
        f = lambda a, b, s=s, axes=axes: getattr(np.fft, name + "n")(_argument(name, a, b), s, axes, norm)
        if s is None or -1 not in s or name != "irfft":
            np.testing.assert_allclose(f(Tensor(X), Tensor(Y)).numpy(), f(X, Y), rtol=1e-12, atol=1e-13)
    f = lambda a, b: getattr(np.fft, name + "2")(_argument(name, a, b), (3, 5), (0, 1), norm)
    np.testing.assert_allclose(f(Tensor(X), Tensor(Y)).numpy(), f(X, Y), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_single_precision_stays_single(name: str) -> None:
    x = np.ones((4,), np.float32)
    argument = x if name in ("rfft", "ihfft") else x.astype(np.complex64)
    y = getattr(np.fft, name)(Tensor(argument))
    assert y.dtype == getattr(np.fft, name)(argument).dtype
    assert y.dtype in (np.float32, np.complex64)
    assert ag.grad(lambda z: np.sum(getattr(np.fft, name)(z).real))(argument).dtype == argument.dtype


def test_the_gradient_by_a_complex_signal_is_conjugated() -> None:
    """Parseval: Σ |fft z|² = n Σ |z|², whose gradient is 2 n z."""
    z = X[0, 0] + 1j * Y[0, 0]
    f = lambda z: np.sum(np.fft.fft(z).real ** 2 + np.fft.fft(z).imag ** 2)
    np.testing.assert_allclose(ag.grad(f)(z).numpy(), 2 * 5 * z, rtol=1e-12)


@pytest.mark.parametrize("axes", [None, 0, (0, 2), -1])
@pytest.mark.parametrize("shift", [np.fft.fftshift, np.fft.ifftshift])
def test_shifts(shift: Any, axes: Any) -> None:
    np.testing.assert_array_equal(shift(Tensor(X), axes).numpy(), shift(X, axes))
    assert shift(Tensor(np.zeros((0, 2)))).shape == (0, 2)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda x: np.fft.fft(x, 0), ValueError, "got n=0; expected at least 1 point"),
        (lambda x: np.fft.irfft(x[:, :1, :1]), ValueError, "irfft got n=0"),
        (lambda x: np.fft.rfft(x * 1j), TypeError, r"rfft got complex numbers; expected real ones. np\.fft\.fft"),
        (lambda x: np.fft.fftn(x, (2, 2), (0, 1, 2)), ValueError, "expected one number for each"),
        (lambda x: np.fft.fft(x, norm="orthogonal"), ValueError, "orthogonal"),
    ],
)
def test_wrong_arguments(wrong: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        wrong(Tensor(X))
