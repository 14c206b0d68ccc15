"""Polynomials by their coefficients, the highest power first: values, products, derivatives, fits."""

from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.graph import raw
from autograd.ops.masked import widened
from autograd.ops.picking import trim_zeros
from autograd.ops.signal import convolve
from autograd.ops.statistics import data
from autograd.primitive import composed


@composed(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """p₀ xⁿ + … + pₙ by Horner's rule; differentiable by the coefficients and by `x`.

    >>> from autograd import grad
    >>> grad(lambda x: np.polyval([1.0, 0.0, -2.0], x))(3.0)  # of x² − 2
    Tensor(6.0)
    """
    p = data(p, "polyval")
    x = x if np.isscalar(x) else data(x, "polyval")
    y = 0 * x
    for k in range(p.shape[0]):
        y = y * x + p[k]
    return y


@composed(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of `x` side by side, x^{N−1} first, or last if `increasing`."""
    if x.ndim != 1:
        raise ValueError(f"vander got an array of shape {x.shape}; expected a vector")
    N = x.shape[0] if N is None else N
    x = widened(x, np.int_)  # float64, as in NumPy
    powers = [np.ones_like(x)]
    for _ in range(N - 1):
        powers.append(powers[-1] * x)
    return np.stack(powers if increasing else powers[::-1], axis=-1)[:, :N]


@composed(np.polyfit)
def polyfit(
    x: Any, y: Any, deg: int, rcond: float | None = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    """The coefficients c for which Σ_k w_k² (polyval(c, x_k) − y_k)² is least; differentiable by x, y and w.

    y: a vector, or a matrix with a column for each fit. rcond: singular values smaller than this, relative to the
    largest, count as 0. `full` and `cov`, what NumPy tells besides, have no derivative rule: NoDerivativeError.

    >>> from autograd import jacobian
    >>> jacobian(lambda y: np.polyfit([0.0, 1.0, 2.0], y, 1)[0])(np.array([1.0, 3.0, 5.0])).numpy().round(12) + 0.0
    array([-0.5,  0. ,  0.5])
    """
    if full or cov:
        raise NoDerivativeError("polyfit(..., full=) and cov= on tensors have no derivative rule; leave them out")
    x, y = data(x, "polyfit"), data(y, "polyfit")
    if x.ndim != 1 or y.ndim not in (1, 2) or x.shape[0] != y.shape[0] or not x.shape[0] or deg < 0:
        raise ValueError(
            f"polyfit got x of shape {x.shape}, y of shape {y.shape} and deg={deg}; expected a vector x, as many rows "
            f"in y, and a degree of 0 or more"
        )
    powers = vander(x, deg + 1)
    if w is not None:
        w = data(w, "polyfit")
        powers, y = powers * w[:, None], (y.mT * w).mT if y.ndim == 2 else y * w
    size = np.sqrt(np.sum(powers * powers, axis=0))  # columns of one length make the problem better conditioned
    rcond = x.shape[0] * np.finfo(x.dtype if x.dtype.kind in "fc" else np.float64).eps if rcond is None else rcond
    c = np.linalg.pinv(powers / size, rcond) @ y
    return c / (size[:, None] if y.ndim == 2 else size)


@composed(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    a1, a2 = data(a1, "polyadd"), data(a2, "polyadd")
    n = max(a1.shape[0], a2.shape[0])
    a1, a2 = [np.concatenate([np.zeros_like(a, shape=(n - a.shape[0],)), a]) for a in (a1, a2)]
    return a1 + a2


@composed(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    return polyadd(a1, -data(a2, "polysub"))


@composed(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials: the convolution of their coefficients."""
    a1, a2 = (data(a, "polymul") for a in (a1, a2))
    return convolve(*[a if np.size(a) else np.zeros_like(raw(a), shape=1) for a in (a1, a2)])  # none at all is 0


@composed(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    """The coefficients of the m-th derivative."""
    if m < 0:
        raise ValueError(f"polyder got m={m}; expected 0 or more")
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


@composed(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The coefficients of the m-th integral; k: the constants of integration, one for all or one for each."""
    constants = np.zeros(m) if k is None else np.reshape(k, -1)
    constants = np.broadcast_to(constants, (m,)) if constants.shape[0] == 1 else constants
    if m < 0 or constants.shape[0] < m:
        raise ValueError(f"polyint got m={m} and {constants.shape[0]} constants; expected one constant for each")
    for i in range(m):
        p = p / np.arange(p.shape[0], 0, -1)
        p = np.concatenate([p, constants[i : i + 1]])
    return p


@composed(np.polydiv)
def polydiv(u: Any, v: Any) -> Any:
    """The quotient and the remainder of two polynomials, by long division."""
    u, v = [np.reshape(data(p, "polydiv"), -1) for p in (u, v)]
    n = v.shape[0]
    quotient = []
    rest = u + 0 * v[0]  # in the type that both have together
    for _ in range(u.shape[0] - n + 1):
        factor = rest[0] / v[0]
        quotient.append(factor)
        rest = np.concatenate([rest[1:n] - factor * v[1:], rest[n:]])
    # What of the remainder's highest powers is 0 up to rounding is left out, as in NumPy.
    zeros = np.isclose(raw(rest), 0, rtol=1e-14)
    leading = int(np.argmin(zeros[:-1])) if not np.all(zeros[:-1]) else max(rest.shape[0] - 1, 0)
    return np.stack(quotient) if quotient else np.zeros_like(rest, shape=(1,)), rest[leading:]


@composed(np.roots)
def roots(p: Any) -> Any:
    """The roots as eigenvalues of the companion matrix.

    Of a multiple root the derivative is infinite: NaN and a warning. Leading zeros are left out, as NumPy does.
    """
    if p.ndim != 1:
        raise ValueError(f"roots got an array of shape {p.shape}; expected a vector of coefficients")
    inner = trim_zeros(p, "f")
    n = inner.shape[0] - 1
    if n < 1:
        return np.zeros_like(p, shape=(0,))
    row = np.reshape(-inner[1:] / inner[0], (1, n))
    found = np.linalg.eigvals(np.concatenate([row, np.eye(n - 1, n, dtype=p.dtype)], axis=0))
    if raw(p)[-1] != 0:
        return found
    # NumPy finds the roots at 0 by themselves, and has them last; their derivatives are in the whole companion matrix.
    left, order = list(range(n)), []
    for root in np.roots(raw(p)):
        order.append(min(left, key=lambda i: abs(raw(found)[i] - root)))
        left.remove(order[-1])
    return found[np.array(order)]


@composed(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The coefficients of the polynomial with these roots; of a matrix, its characteristic polynomial."""
    zeros = np.linalg.eigvals(seq_of_zeros) if seq_of_zeros.ndim == 2 else seq_of_zeros
    zeros = zeros.astype(np.float64) if zeros.dtype == np.float16 else zeros  # as in NumPy
    p = np.ones_like(zeros, shape=(1,))
    for k in range(zeros.shape[0]):
        p = convolve(p, np.stack([np.ones_like(zeros[k]), -zeros[k]]))
    plain = raw(zeros)
    pairs = plain.dtype.kind == "c" and np.all(np.sort(plain) == np.sort(np.conjugate(plain)))
    return np.real(p) if pairs else p
