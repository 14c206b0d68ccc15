"""Figures of sets of numbers: ranges, averages, covariances, counts."""

import warnings
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autograd.graph import Value, raw
from autograd.ops.index import scatter_add
from autograd.ops.masked import in_type, real_type, widened
from autograd.primitive import composed, constant


@composed(np.ptp)
def ptp(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest element less the smallest; ties share, as in np.max and np.min."""
    return np.max(a, axis, keepdims=keepdims) - np.min(a, axis, keepdims=keepdims)


@composed(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """Σ wᵢ aᵢ / Σ wᵢ, differentiable by both; with the sums of the weights, if `returned`.

    weights: of the shape of `a`, or of its axes `axis` in this order. ZeroDivisionError if they add up to 0.

    >>> from autograd import grad
    >>> grad(lambda w: np.average([1.0, 5.0], weights=w))(np.array([3.0, 1.0]))  # (a − average) / Σ w
    array([-0.25,  0.75])
    """
    a = data(a, "average")
    if weights is None:
        y = np.mean(a, axis, keepdims=keepdims)
        return (y, np.full_like(raw(y), np.size(a) / np.size(y))) if returned else y
    weights = data(weights, "average")
    weights = beside(weights, a, tuple(range(a.ndim)) if axis is None else normalize_axis_tuple(axis, a.ndim))
    least = np.float64 if a.dtype.kind in "iub" else a.dtype
    a, weights = widened(a, least, weights), widened(weights, least, a)
    total = np.sum(np.broadcast_to(weights, a.shape), axis, keepdims=keepdims)
    if np.any(raw(total) == 0):
        raise ZeroDivisionError("average got weights that add up to 0")
    y = np.sum(a * weights, axis, keepdims=keepdims) / total
    return (y, total) if returned else y


def beside(weights: Any, a: Any, axes: tuple[int, ...]) -> Any:
    """Weights of the shape of `a`, or of its axes `axes` in this order, in a shape that is broadcast against `a`."""
    if weights.shape == a.shape:
        return weights
    if weights.shape != tuple([a.shape[k] for k in axes]):
        raise ValueError(
            f"got weights of shape {weights.shape} for an array of shape {a.shape}; expected that shape, or with axis= "
            f"the lengths of those axes"
        )
    return np.reshape(np.transpose(weights, np.argsort(axes)), [n if k in axes else 1 for k, n in enumerate(a.shape)])


@composed(np.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """The covariances of the rows of `m` (and of `y`): Σ_k w_k (x_ik − mean_i) conj(x_jk − mean_j) / degrees of freedom.

    rowvar: False if the variables are the columns. bias, ddof: what is taken off the number of observations, 1 by
    default. fweights, aweights: how often each observation counts, and its weight. The result is of float64 at least, as
    NumPy's. ValueError or TypeError for weights that count nothing.

    >>> from autograd import grad
    >>> grad(np.cov)(np.array([1.0, 2.0, 6.0]))  # 2 (x − mean) / (n − 1)
    array([-2., -1.,  3.])
    """
    parts = [_variables(v, rowvar, dtype) for v in (m, y) if v is not None]
    x = parts[0] if y is None else np.concatenate(parts, axis=0)
    x = widened(x, np.float64) if dtype is None else x
    ddof = (0 if bias else 1) if ddof is None else ddof
    if ddof != int(ddof):
        raise ValueError(f"cov got ddof={ddof}; expected a whole number")
    if not x.shape[0]:
        return np.zeros_like(raw(x), shape=(0, 0))
    w = _observation_weights(fweights, aweights, x.shape[1])
    if w is None:
        free = x.shape[1] - ddof
        centred = x - np.mean(x, axis=1, keepdims=True)
        weighted = centred
    else:
        w = in_type(w, real_type(x.dtype))
        total = np.sum(w)
        if raw(total) == 0:
            raise ZeroDivisionError("cov got weights that add up to 0")
        lost = ddof if aweights is None else ddof * np.sum(w * in_type(data(aweights, "cov"), w.dtype)) / total
        free = total - lost
        centred = x - np.sum(x * w, axis=1, keepdims=True) / total
        weighted = centred * w
    if raw(free) <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
        free = np.float64(0)
    product = centred @ np.conjugate(np.swapaxes(weighted, 0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.squeeze(product / in_type(free, real_type(product.dtype)))


def _variables(m: Any, rowvar: bool, dtype: Any) -> Any:
    """`m` as a matrix with a row for each variable."""
    m = in_type(data(m, "cov"), dtype)
    if m.ndim > 2:
        raise ValueError(f"got an array of {m.ndim} axes; expected a vector or a matrix of observations")
    return np.reshape(m, (1, -1)) if m.ndim < 2 else m if rowvar else np.swapaxes(m, 0, 1)


def _observation_weights(fweights: Any, aweights: Any, n: int) -> Any:
    """The product of the two kinds of weights, or None."""
    w = None
    for name, weights in (("fweights", fweights), ("aweights", aweights)):
        if weights is None:
            continue
        weights = data(weights, "cov")
        if weights.shape != (n,) or np.any(raw(weights) < 0):
            raise ValueError(f"cov got {name} of shape {weights.shape}; expected {n} numbers, none below 0")
        if name == "fweights" and np.any(np.rint(raw(weights)) != raw(weights)):
            raise TypeError("cov got fweights that are not whole numbers; expected how often each observation counts")
        w = weights if w is None else w * weights
    return w


@composed(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlations cov_ij / √(cov_ii cov_jj) of the rows of `x` (and of `y`), real ones kept within −1 and 1."""
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    places = np.arange(c.shape[0])
    spread = np.sqrt(np.real(c[places, places]))
    c = c / spread[:, None] / spread
    return c if c.dtype.kind == "c" else np.clip(c, -1.0, 1.0)


@composed(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each of 0, 1, 2, … occurs in `x`; with `weights`, the sum of those of its places, in float64.

    >>> from autograd import Tensor
    >>> np.bincount([0, 2, 2], weights=Tensor([1.0, 10.0, 20.0]))
    Tensor([ 1.,  0., 30.], shape=(3,), dtype=float64)
    """
    carries_gradient = isinstance(weights, Value)
    if not carries_gradient:
        return np.bincount(raw(x), weights, minlength)
    places = constant(raw(x), "bincount")
    if np.shape(places) != weights.shape or weights.ndim != 1:
        raise ValueError(
            f"bincount got {np.shape(places)} numbers and weights of shape {weights.shape}; expected vectors of one length"
        )
    n = np.bincount(places, minlength=minlength).shape[0]
    return scatter_add(widened(weights, np.float64), index=places, shape=(n,))


@composed(np.histogram)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None) -> Any:
    """The counts in each bin, or the sums of the weights there, and the edges. The counts are plain numbers.

    ValueError if the edges would move with the data, whose gradient would be lost: give them, or a range.
    """
    if isinstance(bins, (str, Value)) or (np.ndim(bins) == 0 and range is None and isinstance(a, Value)):
        raise ValueError(
            "histogram of a tensor got bins whose edges depend on the data; expected range=(low, high) or an array of "
            "edges, or the histogram of x.numpy() if no gradient is to flow"
        )
    carries_gradient = isinstance(weights, Value)
    if not carries_gradient:
        return np.histogram(raw(a), bins, range, density, weights)
    counts, edges = np.histogram(raw(a), bins, range)
    places = np.ravel(raw(a))
    places = np.where(places == edges[-1], counts.size, np.searchsorted(edges, places, side="right")) - 1
    inside = (places >= 0) & (places < counts.size)
    y = scatter_add(widened(np.reshape(weights, -1)[inside], np.float64), index=places[inside], shape=counts.shape)
    y = in_type(y, weights.dtype) if y.dtype != weights.dtype else y
    return (y / np.diff(edges) / np.sum(y) if density else y), edges


def data(a: Any, name: str) -> Any:
    """What a function of several arguments was given as data: tensors and arrays as they are, lists as arrays."""
    return a if isinstance(a, Value) else np.asarray(a) if np.isscalar(a) else constant(a, name)
