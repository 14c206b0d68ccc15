"""Laws of complex derivatives, on random programs: finite differences along 1 and 1j say what is right.

A program is a chain of operations, some of them holomorphic and some not, from a real or complex vector to a real or
complex array. `PROGRAMS` is how many are drawn.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor
from autograd.errors import NoDerivativeError

PROGRAMS = 40
N = 3
Array = np.ndarray[Any, Any]
Step = Callable[[Any, Array], Any]

# Each takes an array of N and another fixed one, complex and of modest size, and gives an array of N.
HOLOMORPHIC: dict[str, Step] = {
    "add": lambda z, c: z + c,
    "subtract from": lambda z, c: c - z,
    "multiply": lambda z, c: z * c,
    "divide": lambda z, c: z / (c + 3),
    "divide by": lambda z, c: c / (z + 4),
    "square": lambda z, c: z * z / 2,
    "power": lambda z, c: (z + 3) ** 1.5 / 4,
    "power of a number": lambda z, c: (1.5 + 0.2j) ** z,
    "exp": lambda z, c: np.exp(z / 2),
    "sin": lambda z, c: np.sin(z),
    "tanh": lambda z, c: np.tanh(z / 3),
    "sqrt": lambda z, c: np.sqrt(z + 4),
    "log": lambda z, c: np.log(z + 4),
    "matrix product": lambda z, c: (np.outer(c, c[::-1]) @ z) / 3,
    "einsum": lambda z, c: np.einsum("i,j,j->i", z, c, z) / 3,
    "dot": lambda z, c: c * np.dot(z, c) / 3,
    "fft": lambda z, c: np.fft.fft(z) / 2,
    "ifft": lambda z, c: np.fft.ifft(z * c),
    "cumsum": lambda z, c: np.cumsum(z) / 2,
    "cumprod": lambda z, c: np.cumprod(z) / 2,
    "index": lambda z, c: z[np.array([2, 0, 0])],
    "reverse": lambda z, c: z[::-1],
    "roll": lambda z, c: np.roll(z, 1),
    "concatenate": lambda z, c: np.concatenate([z[1:] * c[1:], z[:1]]),
    "where": lambda z, c: np.where(np.real(c) > 0, z, z * c),
    "mean": lambda z, c: z - np.mean(z),
    "prod": lambda z, c: z + np.prod(z) / 4,
    "var of parts": lambda z, c: z + np.sum((z - np.mean(z)) ** 2) / 4,
    "solve": lambda z, c: np.linalg.solve(4 * np.eye(N) + np.outer(z, c) / 4, c),
    "inverse": lambda z, c: np.linalg.inv(4 * np.eye(N) + np.outer(c, z) / 4) @ c,
    "determinant": lambda z, c: z + np.linalg.det(2 * np.eye(N) + np.outer(c, z) / 4) / 8,
    "checkpoint": lambda z, c: ag.checkpoint(lambda u: np.sin(u) * c)(z),
    "stack": lambda z, c: np.stack([z[0] * z[1], z[2], c[0] * z[0]]),
    "diff": lambda z, c: np.diff(z, prepend=c[:1]),
    "at": lambda z, c: ag.Tensor(c).at[1:].set(z[1:] * z[0]) if isinstance(z, Tensor) else np.r_[c[:1], z[1:] * z[0]],
}
OTHERS: dict[str, Step] = {
    "conjugate": lambda z, c: np.conj(z) * c,
    "absolute": lambda z, c: np.abs(z + 4),
    "modulus": lambda z, c: z * np.abs(z + 4) / 4,
    "real": lambda z, c: np.real(z),
    "imag": lambda z, c: np.imag(z * c),
    "real part, turned": lambda z, c: np.real(z) * c,
    "angle": lambda z, c: np.angle(z + 4),
    "sign": lambda z, c: np.sign(z + 4),
    "times its conjugate": lambda z, c: z * np.conj(z) / 2,
    "vdot": lambda z, c: z + np.vdot(z, c) / 4,
    "norm": lambda z, c: z + np.linalg.norm(z),
    "std": lambda z, c: np.std(np.stack([z, c, c * 2]), axis=0),
    "rfft": lambda z, c: np.fft.irfft(np.fft.rfft(np.real(z)), n=N) * c,
    "hermitian": lambda z, c: np.conj(np.outer(z, c)).T @ c / 3,
}


def program(rng: np.random.Generator, holomorphic: bool) -> tuple[list[str], Callable[[Any], Any]]:
    """A random chain of steps, and a last one that may reduce, repeat or take a part."""
    pool = HOLOMORPHIC if holomorphic else HOLOMORPHIC | OTHERS
    names = [str(name) for name in rng.choice(list(pool), rng.integers(1, 4))]
    constants = [rng.uniform(-1, 1, N) + 1j * rng.uniform(-1, 1, N) for _ in names]
    ends: dict[str, Callable[[Any], Any]] = {
        "itself": lambda y: y,
        "sum": np.sum,
        "tile": lambda y: np.tile(y, 20),
        "matrix": lambda y: np.outer(y, y),
        "element": lambda y: y[1],
    }
    if not holomorphic:
        ends |= {"real": np.real, "sum of squares": lambda y: np.sum(np.abs(y) ** 2), "imag": lambda y: np.imag(y[:2])}
    end = str(rng.choice(list(ends)))

    def f(z: Any) -> Any:
        for name, c in zip(names, constants, strict=True):
            z = pool[name](z, c)
        return ends[end](z)

    return [*names, end], f


def differences(f: Callable[[Any], Any], z: Array, along: complex) -> Array:
    """dy along `along` times each unit vector, by central differences of fourth order: shape y.shape + z.shape."""

    def central(h: float) -> Array:
        columns = [(f(z + h * along * e) - f(z - h * along * e)) / (2 * h) for e in np.eye(z.size)]
        return np.stack(columns, axis=-1)

    return (4 * central(5e-4) - central(1e-3)) / 3


def expected(f: Callable[[Any], Any], z: Array) -> tuple[Array, bool]:
    """The Jacobian by the conventions of docs/semantics.md, and whether it exists."""
    one = differences(f, z, 1)
    if z.dtype.kind != "c":
        return one, True
    other = differences(f, z, 1j)
    if np.asarray(f(z)).dtype.kind != "c":
        return one + 1j * other, True
    a, b = (one - 1j * other) / 2, (one + 1j * other) / 2
    return a, bool(np.max(np.abs(b)) < 1e-7 * max(1, np.max(np.abs(a))))


def close(got: Any, want: Any, rtol: float = 1e-6) -> None:
    got = got.numpy() if isinstance(got, Tensor) else np.asarray(got)
    assert got.shape == np.shape(want)
    np.testing.assert_allclose(got, want, atol=rtol * max(1, np.max(np.abs(want), initial=0)), rtol=rtol)


def point(rng: np.random.Generator, is_complex: bool) -> Any:
    z = rng.uniform(-1, 1, N)
    return z + 1j * rng.uniform(-1, 1, N) if is_complex else z


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_laws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names, f = program(rng, holomorphic=seed % 3 == 0)
    z = point(rng, is_complex=seed % 2 == 0)
    note = f"{names} of {z.dtype}"
    y = np.asarray(f(z))

    # The Jacobian: both modes, the tape's, and differences agree; or all say that there is none.
    want, exists = expected(f, z)
    for mode in ("forward", "reverse", None):
        if exists:
            got = ag.jacobian(f, mode=mode)(z)
            assert got.dtype == np.result_type(z, y), note
            close(got, want)
        else:
            with pytest.raises(NoDerivativeError, match="this function is not holomorphic here"):
                ag.jacobian(f, mode=mode)(z)
    if exists:
        x = Tensor(z)
        with Tape() as t:
            t.watch(x)
            target = f(x)
        close(t.jacobian(target, x), want)

    # Forward mode along a tangent, and reverse mode as its transpose: Re <g, Jt> = Re <conj(J)ᵀ g, t>.
    moving = point(rng, z.dtype.kind == "c")
    h = 1e-5
    _, moved = ag.jvp(f, [z], [moving])
    close(moved, (f(z + h * moving) - f(z - h * moving)) / (2 * h), rtol=1e-5)
    g = rng.normal(size=y.shape) + (1j * rng.normal(size=y.shape) if y.dtype.kind == "c" else 0)
    pulled = ag.vjp(f, z)[1](g)[0].numpy()
    assert pulled.dtype == z.dtype, note
    close(np.vdot(pulled, moving).real, np.vdot(g, moved.numpy()).real)

    # The gradient of a real loss, and how it changes: both second-order sweeps, and differences.
    weights = rng.normal(size=y.shape) + 1j * rng.normal(size=y.shape)
    loss = lambda z: np.sum(np.real(f(z) * weights)) + np.sum(np.abs(f(z)) ** 2)
    slopes = expected(loss, z)[0]
    gradient = ag.grad(loss)
    close(gradient(z), slopes)
    product = ag.hvp(loss, z, moving)
    close(product, ag.jvp(gradient, [z], [moving])[1], rtol=1e-10)
    close(product, (gradient(z + h * moving).numpy() - gradient(z - h * moving).numpy()) / (2 * h), rtol=1e-5)
    again = ag.vjp(gradient, z)[1](moving)[0]  # the Hessian as a real map is symmetric
    close(again, product, rtol=1e-10)
