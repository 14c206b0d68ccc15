"""Callbacks: objects that are told what happens during `fit`. `History` keeps the figures of every epoch."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Logs = Mapping[str, float]


class Callback:
    """Base of the callbacks; each method is called at its time and does nothing here.

    `model` is the model that is trained, `params` has "epochs", "steps" (per epoch) and "verbose". Setting
    `self.model.stop_training = True` ends training after the running step; the figures of its epoch are kept, over the
    steps that were made, and the epoch is validated as any other.

    Each hook gets `logs`, which is empty at the beginning of things. One that has no parameter for it is called
    without.

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs):
    ...         print("EPOCH", epoch, "LOSS", logs["loss"])
    """

    model: Any = None
    params: Mapping[str, Any] = {}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Training begins."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Training has ended, whether it came to its end or was stopped; `logs` has the figures of the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """An epoch begins; the first is 0."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """An epoch has ended; `logs` has its figures, with those of validation. Not called for one ended by Ctrl-C."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """A step has been made; `logs` has the means over the epoch so far."""


class History(Callback):
    """The figures of each epoch, which `fit` returns.

    history: for each figure, such as "loss" and "val_accuracy", the list of its values.
    epoch: the numbers of the epochs, from 0.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Keep the figures."""
        self.epoch.append(epoch)
        for key, value in logs.items():
            self.history.setdefault(key, []).append(value)

    def __repr__(self) -> str:
        last = ", ".join(f"{key}: {values[-1]:.4g}" for key, values in self.history.items())
        return f"<History of {len(self.epoch)} epochs{'; the last has ' + last if last else ''}>"


class CallbackList(Callback):
    """Several callbacks as one: each is told in turn."""

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        for callback in callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(f"got {callback!r:.60} among the callbacks; expected objects whose class is a Callback")
            unknown = [name for name in dir(callback) if name.startswith("on_") and not hasattr(Callback, name)]
            if unknown:
                warnings.warn(
                    f"{type(callback).__name__} has {', '.join(unknown)}, which nobody calls; there are "
                    f"{', '.join(name for name in vars(Callback) if name.startswith('on_'))}",
                    stacklevel=4,
                )
        self.callbacks = callbacks
        self._hooks = {
            name: [_with_logs(callback, name) for callback in callbacks]
            for name in vars(Callback)
            if name.startswith("on_")
        }

    def attach(self, model: Any, params: Mapping[str, Any]) -> None:
        """Tell them whose training this is."""
        for callback in self.callbacks:
            callback.model, callback.params = model, params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Pass it on."""
        self._call("on_train_begin", logs or {})

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Pass it on."""
        self._call("on_train_end", logs or {})

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Pass it on."""
        self._call("on_epoch_begin", epoch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Pass it on."""
        self._call("on_epoch_end", epoch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Pass it on."""
        self._call("on_train_batch_end", batch, logs)

    def _call(self, name: str, *args: Any) -> None:
        for hook in self._hooks[name]:
            hook(*args)


def _with_logs(callback: Callback, name: str) -> Callable[..., None]:
    """The callback's hook as a function that takes `logs` last; TypeError if it can be called with logs nor without."""
    hook: Callable[..., None] = getattr(callback, name)
    expected = list(inspect.signature(getattr(Callback, name)).parameters)[1:]
    signature = inspect.signature(hook)
    for args in (expected, expected[:-1]):
        try:
            signature.bind(*args)
        except TypeError:
            continue
        return hook if args == expected else lambda *given: hook(*given[:-1])
    raise TypeError(
        f"{type(callback).__name__} has {name}{signature}; expected {name}({', '.join(['self', *expected])})"
    )
