"""Normalization: activations to mean 0 and variance 1, over the batch, the features or groups of channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.graph import raw
from autograd.ops import normalization as rows


def layer_norm(
    x: Any, gamma: Any = None, beta: Any = None, axis: int | Sequence[int] = -1, epsilon: float = 1e-3
) -> Any:
    """Each sample to mean 0 and variance 1 over its features (Ba, Kiros and Hinton, 2016).

        y = gamma · (x − mean) / √(variance + ε) + beta

    x: any shape. axis: the axes of the features.
    gamma, beta: of the shape that x has along `axis`, or None for 1 and 0.
    epsilon: keeps equal features finite. Keras has 1e-3, PyTorch 1e-5.

    >>> import numpy as np
    >>> layer_norm(np.array([[1.0, 3.0], [5.0, 5.0]]), epsilon=0.0001).round(3)
    array([[-1.,  1.], [ 0.,  0.]])
    """
    axes = _axes(axis, x)
    return _scaled(rows.standardize(x, axis=axes, epsilon=float(epsilon)), gamma, beta, axes)


def rms_norm(x: Any, gamma: Any = None, axis: int | Sequence[int] = -1, epsilon: float = 1e-6) -> Any:
    """Each sample divided by its root mean square over the features (Zhang and Sennrich, 2019).

        y = gamma · x / √(mean(x²) + ε)

    Arguments are as for `layer_norm`.

    >>> import numpy as np
    >>> rms_norm(np.array([[3.0, 4.0, 0.0, 0.0]])).round(3)
    array([[1.2, 1.6, 0. , 0. ]])
    """
    axes = _axes(axis, x)
    return _scaled(rows.rms_scale(x, axis=axes, epsilon=float(epsilon)), gamma, None, axes)


def group_norm(x: Any, groups: int, gamma: Any = None, beta: Any = None, epsilon: float = 1e-3) -> Any:
    """Each group of channels of each sample to mean 0 and variance 1, over space too (Wu and He, 2018).

    x: (batch, *space, channels). groups: a divisor of the channels; 1 is a layer norm over all but the batch, and as
    many as channels an instance norm.
    gamma, beta: (channels,), or None for 1 and 0.

    >>> import numpy as np
    >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), 2, epsilon=1e-9).round(3)
    array([[-1.,  1., -1.,  1.]])
    """
    if x.ndim < 2 or not isinstance(groups, int) or groups < 1 or x.shape[-1] % groups:
        raise ValueError(
            f"got x of shape {tuple(x.shape)} and {groups!r} groups; expected (batch, *space, channels) and a number "
            f"of groups that divides the channels"
        )
    apart = x.reshape((*x.shape[:-1], groups, x.shape[-1] // groups))
    axes = (*range(1, x.ndim - 1), x.ndim)
    y = rows.standardize(apart, axis=axes, epsilon=float(epsilon)).reshape(x.shape)
    return _scaled(y, gamma, beta, (x.ndim - 1,))


def batch_norm(
    x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """Each channel normalized by a mean and a variance that are given: batch normalization after training.

        y = gamma · (x − mean) / √(variance + ε) + beta

    x: any shape, with the channels along `axis`; mean, variance, gamma, beta: (channels,).

    >>> import numpy as np
    >>> batch_norm(np.array([[3.0], [7.0]]), np.array([5.0]), np.array([4.0]), epsilon=0.0)
    array([[-1.], [ 1.]])
    """
    axes = _axes(axis, x)
    mean, variance = _along(mean, x, axes, "mean"), _along(variance, x, axes, "variance")
    y = (x - mean) / np.sqrt(variance + float(epsilon))
    return _scaled(y.astype(x.dtype) if x.dtype == np.float16 else y, gamma, beta, axes)


def batch_norm_training(
    x: Any, gamma: Any = None, beta: Any = None, axis: int = -1, epsilon: float = 1e-3
) -> tuple[Any, Any, Any]:
    """Each channel to mean 0 and variance 1 over the batch, and the statistics (Ioffe and Szegedy, 2015).

    x: any shape, with the channels along `axis`; gamma, beta: (channels,), or None for 1 and 0.

    The result is (y, mean, variance). The gradient flows through y, to which the statistics are no constants; those
    that are handed back are arrays (channels,), for a moving average; of float16 in float32, as variances are soon
    beyond the largest float16. The variance is divided by n, as in Keras; PyTorch averages the one divided by n − 1.

    >>> import numpy as np
    >>> y, mean, variance = batch_norm_training(np.array([[3.0], [7.0]]), epsilon=0.0)
    >>> y.ravel(), mean, variance
    (array([-1.,  1.]), array([5.]), array([4.]))
    """
    axes = _axes(axis, x)
    others = tuple(a for a in range(x.ndim) if a not in axes)
    y = rows.standardize(x, axis=others, epsilon=float(epsilon))
    plain = raw(x)
    wide = plain.astype(np.float32) if plain.dtype == np.float16 else plain
    return _scaled(y, gamma, beta, axes), np.mean(wide, axis=others), np.var(wide, axis=others)


def _axes(axis: int | Sequence[int], x: Any) -> tuple[int, ...]:
    """The axes counted from the front, in their order."""
    given = tuple(axis) if isinstance(axis, Sequence) else (axis,)
    if not given or any(not -x.ndim <= a < x.ndim for a in given) or len({a % x.ndim for a in given}) < len(given):
        raise ValueError(f"axis is {axis!r} for x of shape {tuple(x.shape)}; expected different axes of x")
    return tuple(sorted(a % x.ndim for a in given))


def _along(a: Any, x: Any, axes: tuple[int, ...], name: str) -> Any:
    """`a`, which belongs to these axes of `x`, shaped so that it is broadcast along the others."""
    wanted = tuple(x.shape[i] for i in axes)
    if tuple(np.shape(a)) != wanted:
        raise ValueError(f"{name} has shape {tuple(np.shape(a))} for x of shape {tuple(x.shape)}; expected {wanted}")
    return np.reshape(a, tuple(n if i in axes else 1 for i, n in enumerate(x.shape)))


def _scaled(y: Any, gamma: Any, beta: Any, axes: tuple[int, ...]) -> Any:
    """gamma · y + beta."""
    if gamma is not None:
        y = y * _along(gamma, y, axes, "gamma")
    return y if beta is None else y + _along(beta, y, axes, "beta")
