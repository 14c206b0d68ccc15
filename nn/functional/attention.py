"""Attention: the mean of values, weighed by how well their keys fit a query."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from autograd.graph import raw
from nn.functional.dropout import dropout


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    mask: Any = None,
    causal: bool = False,
    scale: float | None = None,
    dropout_rate: float = 0.0,
    generator: np.random.Generator | None = None,
) -> Any:
    """softmax(scale · query keyᵀ + mask) value, over the keys (Vaswani et al., "Attention is all you need", 2017).

    query: (..., queries, features); the axes in front are, as a rule, (batch, heads).
    key: (..., keys, features); value: (..., keys, outputs). Axes in front are broadcast, as of a product of matrices.
    mask: what broadcasts to (..., queries, keys). Of truth values, True marks a key that may be looked at; numbers are
        added to the scores, and may carry a gradient; −inf excludes a key.
    causal: query i looks at the keys 0 to i alone. Together with a mask, both must allow a key.
    scale: None means 1 / √features.
    dropout_rate: the fraction of the weights that is dropped, for which a `generator` is needed.

    The result is (..., queries, outputs). A query that may look at no key gives zeros and passes no gradient on.

    >>> import numpy as np
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> scaled_dot_product_attention(x, x, x, causal=True)[0]
    array([1., 0.])
    >>> scaled_dot_product_attention(x, x, x, mask=np.array([False, False, True]))[0]
    array([1., 1.])
    """
    shapes = ", ".join([str(tuple(np.shape(x))) for x in (query, key, value)])
    if min(np.ndim(x) for x in (query, key, value)) < 2:
        raise ValueError(f"got query, key and value of shapes {shapes}; expected at least two axes, (time, features)")
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"got query, key and value of shapes {shapes}; expected as many features in query and key (their last "
            f"axis), and as many values as keys (their last axis but one)"
        )
    scores = (query * (query.shape[-1] ** -0.5 if scale is None else float(scale))) @ key.mT
    allowed: Any = None
    if causal:
        queries, keys = scores.shape[-2:]
        allowed = np.arange(keys) <= np.arange(queries)[:, None]
    if mask is not None:
        plain = raw(mask) if hasattr(mask, "dtype") else np.asarray(mask)
        _check_mask(plain, scores.shape)
        seen = plain if plain.dtype == bool else plain > -np.inf
        if plain.dtype != bool:
            scores = scores + np.where(seen, mask, 0.0).astype(scores.dtype)
        allowed = seen if allowed is None else allowed & seen
    if allowed is None:
        weights = ag.softmax(scores)
    else:
        shut = np.where(np.any(allowed, axis=-1, keepdims=True), -np.inf, 0.0)  # −inf throughout would give a NaN
        weights = np.where(allowed, ag.softmax(np.where(allowed, scores, shut.astype(scores.dtype))), 0.0)
    if dropout_rate:
        if generator is None:
            raise ValueError(f"dropout_rate is {dropout_rate} without a generator; try np.random.default_rng(0)")
        weights = dropout(weights, dropout_rate, generator)
    return weights @ value


def _check_mask(mask: Any, shape: tuple[int, ...]) -> None:
    if mask.dtype.kind not in "bf":
        raise TypeError(
            f"mask has dtype {mask.dtype}; expected truth values (True may be looked at) or numbers to add. "
            f"Try mask.astype(bool)"
        )
    try:
        fits = np.broadcast_shapes(mask.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"mask has shape {mask.shape}; expected what broadcasts to (..., queries, keys), here {shape}")
