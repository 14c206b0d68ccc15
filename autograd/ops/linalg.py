"""Functions of square matrices, which users know as `ag.linalg`: the exponential, the square root and the logarithm.

Their derivatives are exact at every matrix where the function has one, also where eigenvalues are equal, and of any
order. Names are those of `scipy.linalg`, which gives the values; it is imported when the first of them is called.
SciPy's own functions convert a tensor to an array, so the derivative is lost there; call these instead.

>>> import numpy as np
>>> from autograd import Tape, Variable
>>> from autograd.ops import linalg
>>> x = Variable([[0.0, 1.0], [0.0, 0.0]])
>>> with Tape() as t:
...     y = np.trace(linalg.expm(x))
>>> t.gradient(y, x)  # the transpose of exp(x)
Tensor([[1., 0.],
        [1., 1.]], shape=(2, 2), dtype=float64)
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import general
from autograd.graph import raw
from autograd.ops.gaps import replaced, undefined
from autograd.primitive import Primitive, describe

__all__ = ["expm", "logm", "sqrtm"]


def _scipy(name: str) -> Callable[[Any], Any]:
    """The value by SciPy, matrix by matrix, computed in double precision as SciPy's logm is, in that of the input."""

    def value(a: Any) -> Any:
        try:
            from scipy import linalg
        except ImportError:
            raise ImportError(
                f"autograd.linalg.{name} takes its values from SciPy, which is not installed; try "
                f'pip install "gradtape[special]"'
            ) from None
        a = np.asarray(a)
        a = a if a.dtype.kind in "fc" else a.astype(float)
        if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
            raise np.linalg.LinAlgError(f"{name} got {describe(a)}; expected square matrices, of shape (..., n, n)")
        if not a.size:
            return a.copy()
        double = a.astype(np.result_type(a, np.float64), copy=False).reshape(-1, *a.shape[-2:])
        function = partial(_of_copy, getattr(linalg, name))
        y = np.stack([_nearly_real(function, m) for m in double]).reshape(a.shape)
        return y.astype(np.result_type(a.dtype, np.complex64) if y.dtype.kind == "c" else a.dtype, copy=False)

    return value


def _of_copy(function: Callable[[Any], Any], a: Any) -> Any:
    """SciPy's value of a matrix, real if that of a real matrix is real up to rounding.

    SciPy before 1.17 takes no array that is read-only, and gives complex numbers for some real values.
    """
    y = function(np.array(a))
    if a.dtype.kind != "f" or y.dtype.kind != "c":
        return y
    rounding = 100 * a.shape[-1] * np.finfo(a.dtype).eps * np.max(abs(y))
    return y.real if np.max(abs(y.imag)) <= rounding else y


def _nearly_real(function: Callable[[Any], Any], a: Any) -> Any:
    """The value for one matrix.

    Imaginary parts below rounding move the real value, as the complex step of `check_gradients` asks. SciPy's algorithms
    for complex matrices would leave half of their digits.
    """
    if not np.all(np.isfinite(a)):
        return a * np.nan
    if a.dtype.kind == "c" and np.max(abs(a.imag)) <= np.finfo(a.dtype).eps * np.max(abs(a.real)):
        y = function(a.real)
        if y.dtype.kind == "f":
            return y + 1j * _moved(function, a.real, a.imag)
    return function(a)


def _moved(function: Callable[[Any], Any], a: Any, e: Any) -> Any:
    """The Fréchet derivative L(A, E): how f(A) moves as A moves in the direction E.

    It is a block of f([[A, E], [0, A]]) = [[f(A), L(A, E)], [0, f(A)]]. L is linear in E, so E is scaled to the size of
    A first. N. Higham, "Functions of Matrices: Theory and Computation" (2008), theorem 3.6.
    """
    n, (size, length) = a.shape[-1], (_size(a), _size(e))
    unit = np.where((size == 0) | (length == 0), 1.0, size / np.where(length == 0, 1.0, length)).astype(size.dtype)
    a = np.broadcast_to(a, e.shape)
    upper = np.concatenate([a, e * unit], axis=-1)
    block = np.concatenate([upper, np.concatenate([np.zeros_like(a), a], axis=-1)], axis=-2)
    return function(block)[..., :n, n:] / unit


def _size(a: Any) -> Any:
    return np.max(abs(raw(a)), axis=(-2, -1), keepdims=True, initial=0.0)


def _exponential_rule(g: Any, y: Any, a: Any) -> Any:
    """L(Aᵀ, ḡ), since L(Aᵀ, ·) is the transpose of L(A, ·)."""
    return _moved(expm, a.mT, g)


def _exponential_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    return _moved(op, inputs[0], tangents[0])


def _off_the_cut(name: str, a: Any) -> tuple[Any, Any]:
    """The matrices, and which have an eigenvalue at 0 or on the negative real axis, up to rounding; None if none has.

    There the principal value of the square root and the logarithm has a jump or an infinite slope. The identity stands
    for such a matrix.
    """
    plain = raw(a)
    w = np.linalg.eigvals(plain.astype(np.result_type(plain, np.float32), copy=False))
    limit = 8 * np.finfo(w.dtype).eps * a.shape[-1] * np.max(abs(w), axis=-1, keepdims=True, initial=0.0)
    on_cut = np.any((np.real(w) <= limit) & (abs(np.imag(w)) <= limit), axis=-1)[..., None, None]
    return replaced(
        a,
        on_cut,
        f"the derivative of {name} is NaN: the matrix has an eigenvalue that is 0 or a negative number, up to rounding, "
        f"where the principal value of {name} is not differentiable; expected a matrix without such eigenvalues",
    )


def _principal(name: str) -> Primitive:
    """A function that has a cut along the negative real axis."""

    def rule(g: Any, y: Any, a: Any) -> Any:
        regular, on_cut = _off_the_cut(name, a)
        return undefined(_moved(row, regular.mT, g), on_cut, a)

    def push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
        regular, on_cut = _off_the_cut(name, inputs[0])
        return undefined(_moved(op, regular, tangents[0]), on_cut, inputs[0])

    row = general(name, _scipy(name), rule, push=push, flops=flops.cubic(28))  # by Schur: 25, and 3 for the function
    return row


# fmt: off
expm: Primitive = general("expm", _scipy("expm"), _exponential_rule, push=_exponential_push, flops=flops.cubic(20))
sqrtm = _principal("sqrtm")
logm  = _principal("logm")
# fmt: on
