"""Samples: Fourier transforms."""

import math

import numpy as np

from tests.autograd.samples.loops import complex_parts, fourier, parts
from tests.autograd.samples.table import CUBE, A, B, Sample

LINE, LINE2 = np.array([0.7, -1.5, 2.5, 0.4, -0.3]), np.array([0.2, 1.1, -0.6, 0.9, 1.7])


def _along(x, axis, n=None, sign=-1, factor=1.0):
    """The loop over one axis, times a factor; of the inverse with sign = 1."""
    return np.apply_along_axis(lambda line: factor * np.array(fourier(line, n, sign)), axis, np.asarray(x, complex))


def _mirrored(x, n):
    """The n frequencies of a real signal from the first half of them."""
    x = (list(x) + [0] * n)[: n // 2 + 1]
    return (
        [x[0].real, *x[1:], *[v.conjugate() for v in x[1 : (n + 1) // 2][::-1]]]
        if n % 2
        else [x[0].real, *x[1:-1], x[-1].real, *[v.conjugate() for v in x[1:-1][::-1]]]
    )


def _real_inverse(x, n, sign=1, factor=None):
    return [
        v.real * (1 / n if factor is None else factor)
        for v in fourier(_mirrored([complex(v) for v in x], n), sign=sign)
    ]


def _real(op, x, value, label="", **params) -> Sample:
    """Of real numbers."""
    return Sample(
        op,
        (x,),
        lambda x, **_: parts(value(x)),
        params,
        label=label,
        via=lambda f, x, **p: complex_parts(f(x, **p)),
        no_half=True,
    )


def _complex(op, a, b, value, label="complex", **params) -> Sample:
    return Sample(
        op,
        (a, b),
        lambda a, b, **_: parts(value(a + 1j * b)),
        params,
        label=label,
        via=lambda f, a, b, **p: complex_parts(f(a + 1j * b, **p)),
        no_half=True,
    )


SAMPLES: list[Sample] = [
    _real("fft", LINE, fourier),
    _complex("fft", LINE, LINE2, fourier),
    _real("ifft", LINE, lambda x: _along(x, 0, sign=1, factor=1 / 5)),
    _real("rfft", LINE, lambda x: fourier(x)[:3]),
    Sample("irfft", (LINE[:3],), lambda x, n: _real_inverse(x, 5), {"n": 5}, no_half=True),
    _real("fft.fft", A, lambda x: _along(x, 1)),
    _real("fft.fft", A, lambda x: _along(x, 0, 5), "longer", n=5, axis=0),
    _real("fft.fft", A, lambda x: _along(x, -1, 2, factor=1 / 2), "shorter", n=2, norm="forward"),
    _complex("fft.fft", A, B, lambda x: _along(x, -1, factor=1 / math.sqrt(3)), norm="ortho"),
    _real("fft.ifft", CUBE, lambda x: _along(x, 1, sign=1, factor=1 / 3), axis=1),
    _complex("fft.ifft", A, B, lambda x: _along(x, -1, 4, sign=1), n=4, norm="forward"),
    _real("fft.rfft", LINE, lambda x: fourier(x)[:3], "odd"),
    _real("fft.rfft", LINE[:4], lambda x: fourier(x)[:3], "even"),
    _real("fft.rfft", A, lambda x: _along(x, 0, 4, factor=1 / 2)[:3], "axis", n=4, axis=0, norm="ortho"),
    _real("fft.rfft", A, lambda x: _along(x, 1, 2, factor=1 / 2)[:, :2], "shorter", n=2, norm="forward"),
    Sample("fft.irfft", (LINE[:4], LINE2[:4]), lambda a, b: _real_inverse(a + 1j * b, 6), via=lambda f, a, b: f(a + 1j * b), no_half=True),
    Sample("fft.irfft", (LINE[:3], LINE2[:3]), lambda a, b: _real_inverse(a + 1j * b, 7, factor=1 / math.sqrt(7)), via=lambda f, a, b: f(a + 1j * b, 7, norm="ortho"), no_half=True, label="odd"),
    Sample("fft.irfft", (A, B), lambda a, b: np.apply_along_axis(_real_inverse, 0, a + 1j * b, 3), via=lambda f, a, b: f(a + 1j * b, 3, 0), no_half=True, label="axis"),
    Sample("fft.irfft", (LINE, LINE2), lambda a, b: _real_inverse(a + 1j * b, 4, factor=1.0), via=lambda f, a, b: f(a + 1j * b, 4, norm="forward"), no_half=True, label="shorter"),
    Sample("fft.hfft", (LINE[:4], LINE2[:4]), lambda a, b: _real_inverse(a + 1j * b, 6, sign=-1, factor=1.0), via=lambda f, a, b: f(a + 1j * b), no_half=True),
    Sample("fft.hfft", (LINE[:3], LINE2[:3]), lambda a, b: _real_inverse(a + 1j * b, 5, sign=-1, factor=1 / 5), via=lambda f, a, b: f(a + 1j * b, 5, norm="forward"), no_half=True, label="odd"),
    _real("fft.ihfft", LINE, lambda x: _along(x, 0, sign=1, factor=1 / 5)[:3]),
    _real("fft.ihfft", LINE[:4], lambda x: _along(x, 0, sign=1, factor=1 / 2)[:3], "even", norm="ortho"),
    _real("fft.fft2", CUBE, lambda x: _along(_along(x, 1), 2)),
    _real("fft.fft2", CUBE, lambda x: _along(_along(x, 0, 3), 1, 2), "sizes", s=(3, 2), axes=(0, 1)),
    _complex("fft.ifft2", A, B, lambda x: _along(_along(x, 0, sign=1, factor=1 / 2), 1, sign=1, factor=1 / 3)),
    _real("fft.fftn", CUBE[:, :2, :2], lambda x: _along(_along(_along(x, 0), 1), 2)),
    _real("fft.fftn", CUBE, lambda x: _along(_along(x, 0, factor=1 / math.sqrt(2)), 2, factor=1 / 2), "axes", axes=(2, 0), norm="ortho"),
    _real("fft.fftn", CUBE, lambda x: _along(_along(x, 1, 2), 2, 5), "sizes", s=(2, 5), axes=(1, 2)),
    _real("fft.ifftn", A, lambda x: _along(_along(x, 0, sign=1, factor=1 / 2), 1, sign=1, factor=1 / 3)),
    _real("fft.rfft2", CUBE, lambda x: _along(_along(x, 2)[..., :3], 1)),
    _real("fft.rfftn", CUBE[:, :2, :2], lambda x: _along(_along(_along(x, 2), 1), 0)),
    _real("fft.rfftn", CUBE, lambda x: _along(_along(x, 1, 5)[:, :3], 0, 3), "sizes", s=(3, 5), axes=(0, 1)),
    Sample("fft.irfft2", (A, B), lambda a, b: np.apply_along_axis(_real_inverse, 1, _along(a + 1j * b, 0, sign=1, factor=1 / 2), 4), via=lambda f, a, b: f(a + 1j * b), no_half=True),
    Sample("fft.irfftn", (A, B), lambda a, b: np.apply_along_axis(_real_inverse, 1, _along(a + 1j * b, 0, 3, sign=1, factor=1 / 3), 5), via=lambda f, a, b: f(a + 1j * b, (3, 5), (0, 1)), no_half=True),
    Sample("fft.fftshift", (LINE,), lambda x: [0.4, -0.3, 0.7, -1.5, 2.5]),
    Sample("fft.fftshift", (A,), lambda x: [[-0.4, 1.7, 0.9], [2.0, 0.3, -1.2]], label="axes"),
    Sample("fft.ifftshift", (LINE,), lambda x: [2.5, 0.4, -0.3, 0.7, -1.5]),
    Sample("fft.ifftshift", (A,), lambda x, axes: [[-1.2, 2.0, 0.3], [0.9, -0.4, 1.7]], {"axes": -1}, label="axis"),
]  # fmt: skip
