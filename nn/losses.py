"""The losses: how far outputs are from labels, as one number to be made small. The formulas stand in each class.

`loss(y_true, y_pred, sample_weight=None)` is the mean over the batch ("sum over batch size": with weights, the
weighted sum divided by the number of samples, not by the sum of the weights); `loss.call(y_true, y_pred)` gives a
number per sample.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
from autograd.compiler.hooks import depends_on
from nn.activations import Activation, linear
from nn.alignment import (
    SINGLE_UNIT,
    aligned,
    as_outputs,
    as_values,
    check_each,
    class_numbers,
    in_shape,
    one_hot,
    plain,
    weights_in_shape,
)
from nn.lookup import lookup, snake_case, wrong_kind
from optim.keywords import suggests

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1, so that their logarithm stays finite."""


class Loss:
    """Base of the losses. One of your own has `call(self, y_true, y_pred)` giving a number per sample.

    >>> class LogCosh(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean(np.log((np.exp(y_pred - y_true) + np.exp(y_true - y_pred)) / 2), axis=-1)
    >>> round(float(LogCosh()([1.0, 2.0], [1.5, 4.0])), 4)
    0.7226
    """

    @suggests(
        reduction="np.sum or another reduction of loss.call(y_true, y_pred), which has the loss of each sample",
        dtype="leaving it out: a loss is computed in the dtype of the outputs, and in float32 for float16",
    )
    def __init__(self, name: str | None = None) -> None:
        self.name = name or snake_case(type(self).__name__)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample, for labels that `targets` has brought into shape."""
        raise NotImplementedError(f"{type(self).__name__} has no call(self, y_true, y_pred); write one")

    def targets(self, y_true: Any, shape: tuple[int, ...]) -> Any:
        """The labels as `call` wants them for outputs of this shape; ValueError if they can not belong to it."""
        return in_shape(y_true, shape)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The mean over the batch, as a scalar tensor if `y_pred` is a tensor."""
        depends_on(self)
        y_pred = as_outputs(y_pred)
        with ag.name_scope("loss"):
            losses = self.call(self.targets(as_values(y_true), y_pred.shape), y_pred)
            if np.dtype(getattr(losses, "dtype", type(losses))).kind not in "biuf":
                raise TypeError(
                    f"{self.name} returned {losses!r:.60}; expected a number for each sample, or their mean"
                )
            if sample_weight is None:
                return np.mean(losses)
            weights = weights_in_shape(sample_weight, losses.shape).astype(losses.dtype)
            return np.mean(losses * weights)

    def from_logits_of(self, activation: Activation) -> Loss | None:
        """The same loss for what goes into `activation`, if that is more exact than the loss of what comes out."""
        return None

    def __repr__(self) -> str:
        options = ", ".join(f"{key}={value!r}" for key, value in vars(self).items() if key != "name" and key[0] != "_")
        return f"{type(self).__name__}({options})"


class FunctionLoss(Loss):
    """A function of (y_true, y_pred) as a loss.

    Labels reach it as they are, but (n,) beside outputs (n, 1) as (n, 1): their difference would be (n, n).
    """

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        super().__init__(getattr(function, "__name__", "loss"))
        self.function = function

    def targets(self, y_true: Any, shape: tuple[int, ...]) -> Any:
        """The labels, in the outputs' shape if only a last axis of length 1 is missing or too many."""
        return aligned(y_true, shape)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """What the function gives."""
        return self.function(y_true, y_pred)


class MeanSquaredError(Loss):
    """mean((y_pred - y_true)²) over the last axis.

    >>> float(MeanSquaredError()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.125
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """mean((y_pred - y_true)²)."""
        return np.mean(np.square(y_pred - y_true.astype(y_pred.dtype)), axis=-1)


class MeanAbsoluteError(Loss):
    """mean(|y_pred - y_true|) over the last axis.

    >>> float(MeanAbsoluteError()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.25
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """mean(|y_pred - y_true|)."""
        return np.mean(abs(y_pred - y_true.astype(y_pred.dtype)), axis=-1)


class Crossentropy(Loss):
    """What the crossentropies share: each has a formula for probabilities and an exact one for logits.

    from_logits: whether outputs are logits, still without their softmax or sigmoid (`link`). A model whose last
        activation is just that one need not say so: it uses the formula for logits by itself.
    """

    link: Activation = staticmethod(linear)

    @suggests(
        axis="np.moveaxis on labels and outputs: the classes are along the last axis",
        ignore_class="leaving these samples out",
        label_smoothing="nn.losses.CategoricalCrossentropy(label_smoothing=...) and one-hot labels",
    )
    def __init__(self, from_logits: bool = False, name: str | None = None) -> None:
        super().__init__(name)
        self.from_logits = from_logits
        self._warned = False

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The crossentropy of each sample."""
        if self.from_logits:
            return self.of_logits(y_true, y_pred)
        values = plain(y_pred)
        improbable = values.size and not (values.min() >= 0 and values.max() <= 1 + 1e-5)
        if improbable and not self._warned and np.isfinite(values).all():
            self._warned = True
            warnings.warn(
                f"{self.name} expects probabilities, and got outputs from {values.min():.4g} to {values.max():.4g}, "
                f"which are cut off. If they are logits, use nn.losses.{type(self).__name__}(from_logits=True), or end "
                "the model with a softmax or a sigmoid. (This is said once per loss.)",
                stacklevel=2,
            )
        return self.of_probabilities(y_true, y_pred)

    def of_logits(self, y_true: Any, z: Any) -> Any:
        """The crossentropy of each sample from logits."""
        raise NotImplementedError(f"{type(self).__name__} has no of_logits(self, y_true, z)")

    def of_probabilities(self, y_true: Any, p: Any) -> Any:
        """The crossentropy of each sample from probabilities."""
        raise NotImplementedError(f"{type(self).__name__} has no of_probabilities(self, y_true, p)")

    def from_logits_of(self, activation: Activation) -> Loss | None:
        """The loss from logits, if `activation` is what turns logits into the probabilities of this loss."""
        if self.from_logits or activation is not self.link:
            return None
        twin = copy.copy(self)
        twin.from_logits = True
        return twin


class _Smoothed(Crossentropy):
    """A crossentropy whose labels may be smoothed."""

    @suggests()
    def __init__(self, from_logits: bool = False, label_smoothing: float = 0.0, name: str | None = None) -> None:
        super().__init__(from_logits, name)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing is {label_smoothing}; expected a number from 0 to 1")
        self.label_smoothing = label_smoothing

    def smoothed(self, y: Any, dtype: Any, classes: int) -> Any:
        """The labels, with the share `label_smoothing` of them spread evenly over the classes."""
        y = y.astype(dtype)
        return y * (1 - self.label_smoothing) + self.label_smoothing / classes if self.label_smoothing else y


class BinaryCrossentropy(_Smoothed):
    """-y log p - (1 - y) log(1 - p), the mean over the last axis; labels 0 or 1, or anything between.

    label_smoothing: s turns the labels into y (1 - s) + s / 2.

    >>> float(BinaryCrossentropy()([1.0, 0.0], [[0.5], [0.5]])) == float(np.log(2.0))
    True
    """

    link: Activation = staticmethod(ag.sigmoid)

    def targets(self, y_true: Any, shape: tuple[int, ...]) -> Any:
        """The labels in the shape of the outputs, each from 0 to 1."""
        y_true = in_shape(y_true, shape)
        y = plain(y_true)
        if y.size and not (y.min() >= 0 and y.max() <= 1):
            check_each(y, (y >= 0) & (y <= 1), "0 or 1, or a probability between them")
        return y_true

    def of_logits(self, y_true: Any, z: Any) -> Any:
        """y softplus(-z) + (1 - y) softplus(z): exact for large z, where log(1 - sigmoid(z)) is not."""
        y = self.smoothed(y_true, z.dtype, 2)
        return np.mean(y * ag.softplus(-z) + (1 - y) * ag.softplus(z), axis=-1)

    def of_probabilities(self, y_true: Any, p: Any) -> Any:
        """-y log p - (1 - y) log(1 - p)."""
        y = self.smoothed(y_true, p.dtype, 2)
        p = np.clip(p, EPSILON, 1 - EPSILON)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p), axis=-1)


class CategoricalCrossentropy(_Smoothed):
    """-Σ y log p over the last axis; labels one-hot, or any distribution over the classes.

    label_smoothing: s turns the labels into y (1 - s) + s / classes.

    >>> float(CategoricalCrossentropy()([[0, 1]], [[0.5, 0.5]])) == float(np.log(2.0))
    True
    """

    link: Activation = staticmethod(ag.softmax)

    def targets(self, y_true: Any, shape: tuple[int, ...]) -> Any:
        """The labels, if they have the shape of the outputs."""
        if shape[-1] == 1:
            warnings.warn(
                f"{self.name} over a single unit is 0 for all labels, and nothing is learned; {SINGLE_UNIT}",
                stacklevel=2,
            )
        return one_hot(y_true, shape, self.name)

    def of_logits(self, y_true: Any, z: Any) -> Any:
        """-Σ y log_softmax(z)."""
        return -np.sum(self.smoothed(y_true, z.dtype, z.shape[-1]) * ag.log_softmax(z), axis=-1)

    def of_probabilities(self, y_true: Any, p: Any) -> Any:
        """-Σ y log(p / Σ p)."""
        y = self.smoothed(y_true, p.dtype, p.shape[-1])
        return -np.sum(y * np.log(np.clip(_normalized(p), EPSILON, 1 - EPSILON)), axis=-1)


class SparseCategoricalCrossentropy(Crossentropy):
    """-log p[label]; labels are class numbers.

    >>> float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])) == float(np.log(2.0))
    True
    """

    link: Activation = staticmethod(ag.softmax)

    def targets(self, y_true: Any, shape: tuple[int, ...]) -> Any:
        """The class numbers as integers in the shape of the outputs without their last axis."""
        return class_numbers(y_true, shape, self.name)

    def of_logits(self, y_true: Any, z: Any) -> Any:
        """-log softmax(z)[label], as one operation."""
        return ag.sparse_softmax_crossentropy(z, y_true)

    def of_probabilities(self, y_true: Any, p: Any) -> Any:
        """-log (p / Σ p)[label]."""
        rows = _normalized(p).reshape(-1, p.shape[-1])
        picked = rows[np.arange(rows.shape[0]), y_true.reshape(-1)].reshape(y_true.shape)
        return -np.log(np.clip(picked, EPSILON, 1 - EPSILON))


def _normalized(p: Any) -> Any:
    """Rows that sum to 1; a row of zeros stays one."""
    return p / np.maximum(np.sum(p, axis=-1, keepdims=True), EPSILON)


LOSSES: dict[str, Callable[[], Loss]] = {
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "mean_absolute_error": MeanAbsoluteError,
    "mae": MeanAbsoluteError,
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}


def get(identifier: str | Loss | Callable[[Any, Any], Any]) -> Loss:
    """A new loss of this name; a loss as it is; a function of (y_true, y_pred) made into one.

    ValueError for an unknown name, with the names near it; TypeError for anything else.

    >>> get("mse")
    MeanSquaredError()
    """
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, str):
        return lookup("loss", identifier, LOSSES)()
    if not callable(identifier) or isinstance(identifier, type):
        raise wrong_kind("loss", identifier, "a name such as 'mse', a loss such as MeanSquaredError(), or a function")
    return FunctionLoss(identifier)
