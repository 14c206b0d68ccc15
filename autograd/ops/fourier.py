"""Fourier transforms. Each is linear, and its transpose is a transform of the same kind."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from autograd import flops
from autograd.families import is_complex, linear
from autograd.graph import raw
from autograd.ops.products import conj
from autograd.ops.reduce import from_end
from autograd.primitive import composed

Norm = Literal["backward", "ortho", "forward"] | None

# The norm that gives a transform the factor of another one in the other direction.
OPPOSITE: dict[Norm, Norm] = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _same(transform: Any) -> Any:
    """The rule of `fft` and of `ifft`, whose matrices are symmetric: the transform itself."""
    return lambda g, y, x, *, axis=-1, norm=None: transform(g, axis=from_end(axis, y.ndim)[0], norm=norm)


def _ends(n: int, axis: int, end: float, middle: float, like: Any) -> Any:
    """Weights of the n // 2 + 1 frequencies of a real signal: those that stand for two are in the middle."""
    weights = np.full(n // 2 + 1, middle, raw(like).real.dtype)
    weights[0] = end
    if n % 2 == 0:
        weights[-1] = end
    return weights.reshape((-1,) + (1,) * (-axis - 1))


def _rfft_rule(g: Any, y: Any, x: Any, *, axis: int = -1, norm: Norm = None) -> Any:
    """Re Σ g_k exp(−2πi jk/n): the inverse transform of the conjugate, in which the middle would count twice."""
    axis = from_end(axis, y.ndim)[0]
    n = x.shape[axis]
    return np.fft.irfft(np.conjugate(g) * _ends(n, axis, 1.0, 0.5, g), n, axis, OPPOSITE[norm])


def _irfft_rule(g: Any, y: Any, x: Any, *, n: int, axis: int = -1, norm: Norm = None) -> Any:
    """Σ g_j exp(2πi jk/n), twice in the middle: the conjugate of the transform."""
    axis = from_end(axis, y.ndim)[0]
    return np.conjugate(np.fft.rfft(g, n, axis, OPPOSITE[norm])) * _ends(n, axis, 1.0, 2.0, g)


# fmt: off
fft   = linear("fft", lambda x, *, axis=-1, norm=None: np.fft.fft(x, axis=axis, norm=norm), _same(np.fft.fft), flops=flops.fourier(5))
ifft  = linear("ifft", lambda x, *, axis=-1, norm=None: np.fft.ifft(x, axis=axis, norm=norm), _same(np.fft.ifft), flops=flops.fourier(5))
rfft  = linear("rfft", lambda x, *, axis=-1, norm=None: np.fft.rfft(x, axis=axis, norm=norm), _rfft_rule, flops=flops.fourier(2.5))
irfft = linear("irfft", lambda x, *, n, axis=-1, norm=None: np.fft.irfft(x, n, axis=axis, norm=norm), _irfft_rule, flops=flops.fourier(2.5))
# fmt: on


def _fitted(x: Any, n: int | None, axis: int) -> Any:
    """`x` with the length n along an axis: cut off, or followed by zeros."""
    axis = from_end(axis, x.ndim)[0]
    length = x.shape[axis]
    if n is None or n == length:
        return x
    if n < 1:
        raise ValueError(f"a Fourier transform got n={n}; expected at least 1 point")
    if n < length:
        return x[(..., slice(n), *[slice(None)] * (-axis - 1))]
    shape = list(x.shape)
    shape[axis] = n - length
    return np.concatenate([x, np.zeros(shape, x.dtype)], axis=axis)


@composed(np.fft.fft)
def _numpy_fft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    return fft(_fitted(a, n, axis), axis=axis, norm=norm)


@composed(np.fft.ifft)
def _numpy_ifft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    return ifft(_fitted(a, n, axis), axis=axis, norm=norm)


@composed(np.fft.rfft)
def _numpy_rfft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    if is_complex(raw(a)):
        raise TypeError("rfft got complex numbers; expected real ones. np.fft.fft takes complex ones")
    return rfft(_fitted(a, n, axis), axis=axis, norm=norm)


@composed(np.fft.irfft)
def _numpy_irfft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    n = 2 * (a.shape[axis] - 1) if n is None else n
    if n < 1:
        raise ValueError(f"irfft got n={n} for shape {a.shape}; expected at least 1 point")
    return irfft(_fitted(a, n // 2 + 1, axis), n=n, axis=axis, norm=norm)


@composed(np.fft.hfft)
def _numpy_hfft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    """The transform of a signal of which one half is given and the other is its mirrored conjugate: real."""
    return np.fft.irfft(conj(a), n, axis, OPPOSITE[norm])


@composed(np.fft.ihfft)
def _numpy_ihfft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    return np.conjugate(np.fft.rfft(a, n, axis, OPPOSITE[norm]))


def _lengths(a: Any, s: Sequence[int | None] | None, axes: Sequence[int] | None) -> list[tuple[int, int | None]]:
    """Axes and the number of points along each, None for as many as there are (-1 in `s` says the same)."""
    if axes is None:
        axes = range(-len(s), 0) if s is not None else range(-a.ndim, 0)
    if s is not None and len(s) != len(axes):
        raise ValueError(
            f"a Fourier transform got s={tuple(s)} for the axes {tuple(axes)}; expected one number for each"
        )
    return [(axis, None if n == -1 else n) for axis, n in zip(axes, s or [None] * len(axes), strict=True)]


def _along_all(transform: Any, a: Any, pairs: Sequence[tuple[int, int | None]], norm: Norm) -> Any:
    for axis, n in reversed(pairs):
        a = transform(a, n, axis, norm)
    return a


@composed(np.fft.fftn)
def _numpy_fftn(a: Any, s: Any = None, axes: Any = None, norm: Norm = None) -> Any:
    """One axis after the other, as all transforms of several axes."""
    return _along_all(np.fft.fft, a, _lengths(a, s, axes), norm)


@composed(np.fft.ifftn)
def _numpy_ifftn(a: Any, s: Any = None, axes: Any = None, norm: Norm = None) -> Any:
    return _along_all(np.fft.ifft, a, _lengths(a, s, axes), norm)


@composed(np.fft.rfftn)
def _numpy_rfftn(a: Any, s: Any = None, axes: Any = None, norm: Norm = None) -> Any:
    *others, (axis, n) = _lengths(a, s, axes)
    return _along_all(np.fft.fft, np.fft.rfft(a, n, axis, norm), others, norm)


@composed(np.fft.irfftn)
def _numpy_irfftn(a: Any, s: Any = None, axes: Any = None, norm: Norm = None) -> Any:
    *others, (axis, n) = _lengths(a, s, axes)
    return np.fft.irfft(_along_all(np.fft.ifft, a, others, norm), n, axis, norm)


@composed(np.fft.fft2)
def _numpy_fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Norm = None) -> Any:
    return np.fft.fftn(a, s, axes, norm)


@composed(np.fft.ifft2)
def _numpy_ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Norm = None) -> Any:
    return np.fft.ifftn(a, s, axes, norm)


@composed(np.fft.rfft2)
def _numpy_rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Norm = None) -> Any:
    return np.fft.rfftn(a, s, axes, norm)


@composed(np.fft.irfft2)
def _numpy_irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Norm = None) -> Any:
    return np.fft.irfftn(a, s, axes, norm)


def _shifted(x: Any, axes: Any, places: Any) -> Any:
    """The elements moved on along each axis, by places(length); what leaves at the end comes in at the front."""
    for axis in from_end(axes, x.ndim):
        cut = -places(x.shape[axis]) % x.shape[axis] if x.shape[axis] else 0
        behind = (slice(None),) * (-axis - 1)
        x = np.concatenate([x[(..., slice(cut, None), *behind)], x[(..., slice(cut), *behind)]], axis=axis)
    return x


@composed(np.fft.fftshift)
def _numpy_fftshift(x: Any, axes: Any = None) -> Any:
    """The frequency 0 in the middle."""
    return _shifted(x, axes, lambda n: n // 2)


@composed(np.fft.ifftshift)
def _numpy_ifftshift(x: Any, axes: Any = None) -> Any:
    """The frequency 0 in front again."""
    return _shifted(x, axes, lambda n: -(n // 2))
