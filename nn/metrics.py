"""The metrics: figures that people read, gathered over many batches. `reset_state`, `update_state`, `result`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from nn import losses
from nn.alignment import aligned, as_outputs, as_values, class_numbers, in_shape, one_hot, plain, weights_in_shape
from nn.lookup import lookup, snake_case, wrong_kind
from optim.keywords import suggests


class Metric:
    """Base of the metrics. One of your own has `update_state` and `result`, and `reset_state` if it keeps more.

    `takes_logits` says that logits serve as well as probabilities, since only the order of a row's outputs counts.
    """

    takes_logits: ClassVar[bool] = False

    @suggests(dtype="leaving it out: the sums are float64")
    def __init__(self, name: str | None = None) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget everything seen."""
        self.total = 0.0
        self.count = 0.0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of labels and outputs."""
        raise NotImplementedError(f"{type(self).__name__} has no update_state(self, y_true, y_pred, sample_weight)")

    def result(self) -> float:
        """The weighted mean over all that was seen; 0.0 if that is nothing."""
        return self.total / self.count if self.count else 0.0

    def add(self, values: Any, sample_weight: Any = None) -> None:
        """Take values into the mean: a number, or an array with the batch as its first axis."""
        values = plain(values)
        if sample_weight is None:
            self.total += float(np.count_nonzero(values) if values.dtype == bool else values.sum(dtype=np.float64))
            self.count += values.size
        elif values.ndim == 0:
            self.total += float(values) * float(sample_weight)
            self.count += float(sample_weight)
        else:
            given = weights_in_shape(plain(sample_weight), values.shape).astype(np.float64)
            weights = np.broadcast_to(given, values.shape)
            self.total += float(np.sum(values * weights, dtype=np.float64))
            self.count += float(np.sum(weights, dtype=np.float64))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


class Mean(Metric):
    """The weighted mean of numbers, such as the loss over an epoch.

    >>> mean = Mean()
    >>> mean.update_state(1.0); mean.update_state([2.0, 6.0], sample_weight=[1.0, 0.5])
    >>> mean.result()
    2.4
    """

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take in a number or an array of them."""
        self.add(values, sample_weight)


class MeanOf(Metric):
    """The mean of `function(y_true, y_pred)`, which gives a number per sample: a loss as a metric, for example."""

    def __init__(self, function: Callable[[Any, Any], Any], name: str | None = None) -> None:
        super().__init__(name or getattr(function, "__name__", None))
        self.function = function

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of labels and outputs."""
        y_pred = as_outputs(y_pred)
        self.add(self.function(aligned(as_values(y_true), y_pred.shape), y_pred), sample_weight)


class BinaryAccuracy(Metric):
    """How often the outputs fall on the right side of `threshold`; labels 0 or 1.

    >>> accuracy = BinaryAccuracy()
    >>> accuracy.update_state([1, 0, 1], [[0.9], [0.2], [0.3]])
    >>> round(accuracy.result(), 4)
    0.6667
    """

    @suggests()
    def __init__(self, name: str | None = None, threshold: float = 0.5) -> None:
        super().__init__(name)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of labels and outputs."""
        p = plain(as_outputs(y_pred))
        hits = (p > self.threshold) == in_shape(plain(y_true), p.shape)
        self.add(np.mean(hits, axis=-1), sample_weight)

    def __repr__(self) -> str:
        return f"BinaryAccuracy(name={self.name!r}, threshold={self.threshold})"


class CategoricalAccuracy(Metric):
    """How often the largest output is that of the largest label; labels one-hot.

    >>> accuracy = CategoricalAccuracy()
    >>> accuracy.update_state([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
    >>> accuracy.result()
    0.5
    """

    takes_logits = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of labels and outputs."""
        p = plain(as_outputs(y_pred))
        y = one_hot(as_values(y_true), p.shape, self.name)
        self.add(np.argmax(p, axis=-1) == np.argmax(y, axis=-1), sample_weight)


class SparseCategoricalAccuracy(Metric):
    """How often the largest output is that of the class whose number is the label.

    >>> accuracy = SparseCategoricalAccuracy()
    >>> accuracy.update_state([1, 0], [[0.2, 0.8], [0.4, 0.6]])
    >>> accuracy.result()
    0.5
    """

    takes_logits = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of labels and outputs."""
        p = plain(as_outputs(y_pred))
        y = class_numbers(as_values(y_true), p.shape, self.name)
        self.add(np.argmax(p, axis=-1) == y, sample_weight)


class Accuracy(Metric):
    """How often an output equals its label, element by element: for outputs that are class numbers already.

    The same as Keras's class of this name. The *string* "accuracy" means something else, the accuracy that suits the
    shapes, which is what probabilities need; with them this metric warns once.

    >>> accuracy = Accuracy()
    >>> accuracy.update_state([[1], [2], [3], [4]], [[0], [2], [3], [4]])
    >>> accuracy.result()
    0.75
    """

    @suggests()
    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self._warned = False

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of labels and outputs; ValueError if their shapes differ by more than a last axis of 1."""
        y, p = plain(as_values(y_true)), plain(as_values(y_pred))
        if y.shape != p.shape and y.shape != (*p.shape, 1) and p.shape != (*y.shape, 1):
            raise ValueError(
                f"{self.name} got labels of shape {y.shape} and outputs of shape {p.shape}, and counts the elements "
                f"that are equal; expected one shape. {self._advice}"
            )
        if not self._warned and _whole(y) and not _whole(p):
            self._warned = True
            warnings.warn(
                f"{self.name} counts the outputs that equal their label, and got whole numbers as labels and "
                f"probabilities or other fractions as outputs, which are hardly ever equal. {self._advice}",
                stacklevel=2,
            )
        self.add(p == y.reshape(p.shape), sample_weight)

    _advice: ClassVar[str] = (
        'Try metrics=["accuracy"], or the class that fits: SparseCategoricalAccuracy(), CategoricalAccuracy() or '
        "BinaryAccuracy()"
    )


class AutoAccuracy(Metric):
    """The accuracy that suits the shapes of the first batch: binary, categorical or sparse. `kind` says which.

    It is what the string "accuracy" means.

    >>> accuracy = AutoAccuracy()
    >>> accuracy.update_state([1, 0], [[0.2, 0.8], [0.4, 0.6]])
    >>> accuracy
    AutoAccuracy(name='accuracy', kind=SparseCategoricalAccuracy)
    """

    def __init__(self, name: str = "accuracy") -> None:
        self.chosen: Metric | None = None
        super().__init__(name)

    @property
    def kind(self) -> str:
        """The class of the accuracy that was chosen."""
        return "not known before the first batch" if self.chosen is None else type(self.chosen).__name__

    def reset_state(self) -> None:
        """Forget everything seen, but not the choice."""
        if self.chosen is not None:
            self.chosen.reset_state()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of labels and outputs."""
        if self.chosen is None:
            self.chosen = _accuracy_for(as_values(y_true).shape, as_outputs(y_pred).shape)(self.name)
        self.chosen.update_state(y_true, y_pred, sample_weight)

    def result(self) -> float:
        """The accuracy of all that was seen; 0.0 if that is nothing."""
        return 0.0 if self.chosen is None else self.chosen.result()

    def __repr__(self) -> str:
        return f"AutoAccuracy(name={self.name!r}, kind={self.kind})"


def _whole(x: Any) -> bool:
    """Whether there are whole numbers only."""
    return x.dtype.kind in "biu" or bool(np.all(x == np.floor(x)))


def _accuracy_for(labels: tuple[int, ...], outputs: tuple[int, ...]) -> type[Metric]:
    if outputs[-1] == 1:
        return BinaryAccuracy
    return CategoricalAccuracy if labels == outputs else SparseCategoricalAccuracy


METRICS: dict[str, Callable[[str], Metric]] = {
    "accuracy": AutoAccuracy,
    "acc": AutoAccuracy,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
}

# Which accuracy a loss speaks of; any other loss but the binary crossentropy leaves it to the shapes.
ACCURACY_OF: dict[type, type[Metric]] = {
    losses.CategoricalCrossentropy: CategoricalAccuracy,
    losses.SparseCategoricalCrossentropy: SparseCategoricalAccuracy,
}


def get(identifier: str | Metric | Callable[[Any, Any], Any], loss: losses.Loss | None = None) -> Metric:
    """A new metric of this name; a metric as it is; a function of (y_true, y_pred) made into one.

    The names of the losses are metrics too. "accuracy" is the one that suits `loss` if that is a crossentropy (of
    binary logits: with threshold 0), else the one that suits the shapes of the first batch.
    ValueError for an unknown name, with the names near it; TypeError for anything else.

    >>> get("accuracy", loss=losses.get("binary_crossentropy"))
    BinaryAccuracy(name='accuracy', threshold=0.5)
    """
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        key = snake_case(identifier)
        if key in losses.LOSSES:
            return MeanOf(_per_sample(losses.get(key)), key)
        make = lookup("metric", identifier, METRICS | dict.fromkeys(losses.LOSSES, Metric))
        if make is AutoAccuracy and isinstance(loss, losses.BinaryCrossentropy):
            return BinaryAccuracy(key, threshold=0.0 if loss.from_logits else 0.5)
        return (ACCURACY_OF.get(type(loss), AutoAccuracy) if make is AutoAccuracy else make)(key)
    if not callable(identifier) or isinstance(identifier, type):
        raise wrong_kind("metric", identifier, "a name such as 'accuracy', a metric such as Mean(), or a function")
    return MeanOf(identifier)


def _per_sample(loss: losses.Loss) -> Callable[[Any, Any], Any]:
    def values(y_true: Any, y_pred: Any) -> Any:
        y_pred = as_outputs(y_pred)
        return loss.call(loss.targets(as_values(y_true), y_pred.shape), y_pred)

    return values
