"""Several operations in one row, because together they are more exact or faster than one by one.

Each is tested to equal its composition in value, gradient and second gradient.
"""

from typing import Any

import numpy as np

from autograd import flops
from autograd.families import as_array, general, symmetric, zero_law
from autograd.graph import raw
from autograd.ops.reduce import from_end, kept


def _greatest(x: Any, axis: Any) -> Any:
    """The maximum of each row, -inf of rows without elements."""
    if not np.size(x):
        return np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    return np.max(x, axis=axis, keepdims=True)


def _softmax(x: Any, *, axis: Any = -1) -> Any:
    e = np.exp(x - _greatest(x, axis))
    return e / np.sum(e, axis=axis, keepdims=True)


def _rows(part: Any, g: Any, axes: Any) -> Any:
    """The law of zeros for rules that mix a row: where all of a row's cotangent is zero, so is what it contributes."""
    g = raw(g)
    return zero_law(part, np.any(g != 0, axis=axes, keepdims=True))


def _softmax_rule(g: Any, y: Any, x: Any, *, axis: Any = -1) -> Any:
    axes = from_end(axis, y.ndim)
    return _rows(y * (g - np.sum(g * y, axis=axes, keepdims=True)), g, axes)


def _top(x: Any, axis: Any) -> Any:
    """The maximum, to be subtracted before exp; 0 where it is infinite. A constant: no result depends on it."""
    top = _greatest(raw(x), axis)
    return np.where(np.isfinite(top), top, 0.0).astype(top.dtype)


def _logsumexp(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """log Σ exp(x), shifted by the maximum: exact where the plain formula overflows, -inf for all -inf."""
    top = _top(x, axis)
    with np.errstate(divide="ignore"):
        y = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return y if keepdims else np.squeeze(y, axis=axis)


def _logsumexp_rule(g: Any, y: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """g · softmax(x); where all of x is -inf, every share is 0."""
    e = np.exp(x - _top(x, axis))
    total = np.sum(e, axis=axis, keepdims=True)
    g = kept(g, x, axis, keepdims)
    return zero_law(g * (e / np.where(total == 0, 1, total)), g)


def _shifted(x: Any, axis: Any) -> Any:
    """`x` less its maximum, in single precision at least: what is added up of half precision needs more digits."""
    shifted = x - _top(x, axis)
    return shifted.astype(np.float32) if x.dtype == np.float16 else shifted


def _log_softmax(x: Any, *, axis: Any = -1) -> Any:
    """s − log Σ exp(s) with s = x − max x. In x − log Σ exp(x) the digits of a large x would be lost."""
    s = _shifted(x, axis)
    with np.errstate(divide="ignore"):
        y = s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True))
    return y.astype(x.dtype) if x.dtype == np.float16 else y


def _log_softmax_rule(g: Any, y: Any, x: Any, *, axis: Any = -1) -> Any:
    axes = from_end(axis, y.ndim)
    e = np.exp(_shifted(x, axis))
    return _rows(g - e / np.sum(e, axis=axis, keepdims=True) * np.sum(g, axis=axes, keepdims=True), g, axes)


def _pick(x: Any, labels: Any) -> Any:
    """The entry of each row of `x` that its label names."""
    rows = x.reshape(labels.size, x.shape[-1])
    return rows[np.arange(labels.size), labels.reshape(-1)].reshape(labels.shape)


def in_range(labels: Any, classes: int) -> bool:
    """Whether whole numbers are from 0 to classes - 1. Whoever asks here shares the question in a compiled program."""
    if not labels.size:
        return True
    unsigned = labels.dtype.kind == "u"  # which saves half of the question
    return bool((unsigned or labels.min() >= 0) and labels.max() < classes)


def _sparse_softmax_crossentropy(logits: Any, labels: Any) -> Any:
    """−log softmax(logits)[label] = log Σ exp(s) − s[label] for each row, with s = logits − their maximum."""
    labels, classes = as_array(labels), logits.shape[-1]
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"got labels of shape {labels.shape} for logits of shape {logits.shape}; expected {logits.shape[:-1]}"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"got labels of dtype {labels.dtype}; expected whole numbers from 0 to {classes - 1}, the classes. Try "
            f"labels.astype(int)"
        )
    if not in_range(labels, classes):
        raise ValueError(
            f"got labels from {labels.min()} to {labels.max()}; expected whole numbers from 0 to {classes - 1}"
        )
    s = _shifted(logits, -1)
    with np.errstate(divide="ignore"):
        y = np.squeeze(np.log(np.sum(np.exp(s), axis=-1, keepdims=True)), axis=-1) - _pick(s, labels)
    return y.astype(logits.dtype) if logits.dtype == np.float16 else y


def _sparse_softmax_crossentropy_rule(g: Any, y: Any, logits: Any, labels: Any) -> Any:
    """g · (softmax(logits) − one_hot(label)), the softmax by the same steps as in the value: a plan does them once."""
    e = np.exp(_shifted(logits, -1))
    hot = (np.arange(logits.shape[-1]) == as_array(labels)[..., None]).astype(logits.dtype)
    g = g[..., None]
    return zero_law(g * (e / np.sum(e, axis=-1, keepdims=True) - hot), g)


# fmt: off
softmax     = symmetric("softmax", _softmax, _softmax_rule, real=True, flops=flops.function)
log_softmax = general("log_softmax", _log_softmax, _log_softmax_rule, real=True, flops=flops.function)
logsumexp   = general("logsumexp", _logsumexp, _logsumexp_rule, real=True, flops=flops.function)
sparse_softmax_crossentropy = general("sparse_softmax_crossentropy", _sparse_softmax_crossentropy, _sparse_softmax_crossentropy_rule, None, real=True, flops=flops.function)
# fmt: on
