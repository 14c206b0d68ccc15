"""Training: `compile`, `fit`, `evaluate` and `predict`, and the step that they repeat."""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import autograd
import optim
from autograd import Tape, Tensor, Variable
from autograd.interrupts import on_interrupt
from nn import random
from nn.activations import Activation, linear
from nn.batches import Data, batches, split_off
from nn.blas_threads import Run, chooser
from nn.callbacks import Callback, CallbackList, History
from nn.checks import as_array, check_count, check_finite, check_same_length, warn_of_raw_pixels
from nn.layers.layer import Layer
from nn.lookup import wrong_kind
from nn.losses import Loss
from nn.losses import get as find_loss
from nn.metrics import Mean, Metric
from nn.metrics import get as find_metric
from nn.progress import Silent, Verbose, reporter
from optim.checks import flag, number
from optim.keywords import suggests

BATCH_SIZE = 32
LOOP = "a loop over train_on_batch"
STEP = "a custom train_step"
Function = Callable[[Any, Any], Any]
Logs = dict[str, float]


class Head(NamedTuple):
    """Where the model ends and the loss begins: what to run, the loss of what it gives, and what it leaves out."""

    forward: Callable[..., Tensor]
    loss: Loss
    left_out: Activation


class Known:
    """What steps have to know of the model. Within `with`, it is looked up once; a copy of the model looks anew."""

    def __init__(self) -> None:
        self.kept = False
        self.found: dict[str, Any] = {}

    def __enter__(self) -> None:
        self.kept = True

    def __exit__(self, *error: object) -> None:
        self.kept, self.found = False, {}

    def look(self, what: str, find: Callable[[], Any]) -> Any:
        """What `find()` gives, or gave."""
        if not self.kept:
            return find()
        if what not in self.found:
            self.found[what] = find()
        return self.found[what]

    def __reduce__(self) -> tuple[type[Known], tuple[()]]:
        return Known, ()


class Trainer(Layer):
    """A layer that can be trained. A subclass may write its own `train_step` and `test_step`."""

    compiled = False
    stop_training = False
    optimizer: optim.Optimizer
    loss: Loss | None
    metrics: list[Metric]
    _programs: Mapping[str, Callable[..., Any]] = MappingProxyType({})  # by the name of the step that each replaces
    _often_misspelled = ("trainable", "stop_training")
    _interrupted = False

    @suggests(
        loss_weights=STEP,
        weighted_metrics="metrics, which are unweighted, and Metric.update_state(y, outputs, sample_weight)",
        run_eagerly="leaving it out: steps run eagerly unless jit=True",
        jit_compile="jit=True",
        steps_per_execution="leaving it out",
        auto_scale_loss="multiplying the loss and dividing the learning rate",
    )
    def compile(
        self,
        optimizer: str | optim.Optimizer = "rmsprop",
        loss: str | Loss | Function | None = None,
        metrics: Sequence[str | Metric | Function] | None = None,
        jit: bool = False,
    ) -> None:
        """Say how to train: with which optimizer, to make which loss small, and which figures to show beside it.

        jit: whether steps are run as programs, one for each size of batch, as `autograd.compiler` makes them: the same
            results in less time. It does not reach into a custom `train_step`, which can use `autograd.compiler`.

        Each is a name or an object; ValueError at once for a name that is not known, with those near to it. Metrics
        of one name are numbered: "mae", "mae_1".
        `metrics` shows afterwards what "accuracy" was taken to mean. Only a custom `train_step` can do
        without a loss.
        """
        if isinstance(metrics, str | Metric) or callable(metrics):
            metrics = [metrics]
        if isinstance(metrics, Mapping):
            raise TypeError(
                "metrics is a dict; expected a list, since a model has one output. Try list(metrics.values())"
            )
        if not isinstance(metrics, Iterable | None):
            raise wrong_kind("metrics", metrics, "a list such as ['accuracy']")
        chosen_loss = None if loss is None else find_loss(loss)
        chosen = [find_metric(metric, chosen_loss) for metric in metrics or []]
        jit = flag("jit", jit)
        if "loss" in [metric.name for metric in chosen]:
            raise ValueError("a metric is called 'loss', like the figure of the loss; expected another name")
        self.optimizer, self.loss, self.metrics = optim.get(optimizer), chosen_loss, chosen
        self.mean_loss = Mean("loss")
        self._known = Known()
        self._compile_steps(jit)
        self.compiled = True

    def _compile_steps(self, jit: bool) -> None:
        """Have what a step computes run as programs, or as it is."""
        if jit and type(self).train_step is not Trainer.train_step:
            warnings.warn(
                f"{type(self).__name__} has a train_step of its own, which jit=True does not reach; expected "
                f"jit=False. Try ag.compile on the function that computes the loss and makes the step",
                stacklevel=4,
            )
        steps: list[Callable[..., Any]] = [self._trained, self._tested, self.__call__] if jit else []
        self._programs = {step.__name__: autograd.compile(step) for step in steps}

    # One batch.

    def train_step(self, data: Data) -> Logs:
        """One step on a batch (x, y): the loss, its gradients, the update. Returns the means over the epoch so far.

        `fit` hands over the labels in the shape that the loss works on: (batch, 1) for one output unit.
        """
        x, y = data
        weights = self._known.look("weights", self._weights_to_train)
        loss, outputs = self._run(self._trained, x, y, self.loss, self.optimizer, weights)
        return self.update_metrics(loss, y, outputs, self._head().left_out)

    def _weights_to_train(self) -> list[Variable]:
        weights = self.trainable_weights
        if not weights:
            frozen = [layer.name for layer in self.all_layers() if not layer.trainable]
            reason = f"trainable is False of {', '.join(frozen)}" if frozen else "no layer has weights"
            raise ValueError(f"{self.name} has no weights to train: {reason}")
        return weights

    def test_step(self, data: Data) -> Logs:
        """Loss and metrics on a batch (x, y), without training. Returns the means over all batches so far."""
        x, y = data
        loss, outputs = self._run(self._tested, x, y, self.loss)
        return self.update_metrics(loss, y, outputs, self._head().left_out)

    def _run(self, step: Callable[..., Any], *args: Any) -> Any:
        """`step(*args)`, as a program if `compile` was told so."""
        return self._programs.get(step.__name__, step)(*args)

    def _head(self) -> Head:
        head: Head = self._known.look("head", self.head)
        return head

    # What steps compute. The arguments beside x and y are what a program depends on: others make another program.

    def _trained(
        self, x: Any, y: Any, loss: Loss | None, optimizer: optim.Optimizer, weights: list[Variable]
    ) -> tuple[Tensor, Tensor]:
        head = self._head()
        with Tape() as tape:
            outputs = head.forward(x, training=True)
            value = head.loss(y, outputs)
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        return value, outputs

    def _tested(self, x: Any, y: Any, loss: Loss | None) -> tuple[Tensor, Tensor]:
        head = self._head()
        outputs = head.forward(x)
        return head.loss(y, outputs), outputs

    def head(self) -> Head:
        """What a step runs, and the loss of what that gives.

        A softmax or sigmoid right under its crossentropy is left out, and the loss computed from logits: as one
        operation, and exact where the probability itself would round to 0 or 1.
        """
        if self.loss is None:
            raise ValueError("compile() was given no loss; expected one, such as loss='mse'")
        of_logits = self.loss.from_logits_of(self.activation)
        return Head(self, self.loss, linear) if of_logits is None else Head(self.logits, of_logits, self.activation)

    def update_metrics(self, loss: Any, y: Any, outputs: Tensor, left_out: Activation = linear) -> Logs:
        """Take a batch into the means. Metrics that logits do not serve get `left_out` of the outputs."""
        self.mean_loss.update_state(loss, sample_weight=len(y))
        for metric in self.metrics:
            metric.update_state(y, outputs if metric.takes_logits else left_out(outputs))
        figures = (self.mean_loss, *self.metrics)
        return dict(zip(_numbered([metric.name for metric in figures]), [m.result() for m in figures], strict=True))

    def reset_metrics(self) -> None:
        """Begin the means of the loss and the metrics anew."""
        for metric in (self.mean_loss, *self.metrics):
            metric.reset_state()

    @suggests(
        sample_weight=STEP, class_weight=STEP, reset_metrics="leaving it out: figures are those of the batch alone"
    )
    def train_on_batch(self, x: Any, y: Any, return_dict: bool = False) -> Any:
        """One step on this batch. Returns its loss, or a list of loss and metrics, or a dict of them."""
        self._require_compiled()
        self.reset_metrics()
        return self._reported(self.train_step(self._checked((x, y))), return_dict)

    # Whole data sets.

    @suggests(
        class_weight=STEP + ", which multiplies the losses of the samples by weights",
        sample_weight=STEP + ", which calls the loss with sample_weight",
        steps_per_epoch="fewer samples, x[:n] and y[:n], or " + LOOP,
        validation_steps="fewer samples in validation_data",
        validation_batch_size="leaving it out: figures do not depend on it",
        validation_freq="calling evaluate in a callback's on_epoch_end",
        max_queue_size="leaving it out",
        workers="leaving it out",
        use_multiprocessing="leaving it out",
    )
    def fit(
        self,
        x: Any,
        y: Any,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Verbose = "auto",
        callbacks: Callback | Iterable[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = True,
        initial_epoch: int = 0,
    ) -> History:
        """Train for `epochs` passes over the data; returns the figures of each epoch.

        x, y: arrays with the samples along the first axis.
        batch_size: samples in a step, by default 32; the last batch may be smaller.
        verbose: 0 silent, 1 a live bar on a terminal, 2 a line per epoch; "auto" is 1. Without a terminal 1 is 2.
        validation_split: the fraction of the samples, the last ones, to keep for validation.
        validation_data: (x, y) to evaluate after each epoch instead; gives "val_loss" and so on.
        shuffle: whether each epoch takes the samples in a new random order.
        initial_epoch: the epoch to begin with, to go on where an earlier `fit` ended. Epochs go up to `epochs`.

        The figures of an epoch are means over its samples while the weights were changing, so `evaluate` on the
        same data gives others. A second `fit` goes on with the weights and the optimizer as they are. Ctrl-C ends
        training after the running step and returns the epochs that were completed; a second Ctrl-C raises at once. A
        callback that sets `stop_training` during an epoch ends training, too, and the figures of that epoch are kept.
        With `shuffle` and without a seed, the number of BLAS threads is chosen by timing steps and restored at the end.
        It belongs to the process: other threads compute with it, too. `nn.utils.get_blas_threads` shows it.
        ValueError or TypeError for data that can not be right, before the first step. Layers that are frozen or
        added by a callback count from the next epoch on.
        """
        self._require_compiled()
        show = reporter(verbose)
        batch_size = check_count(BATCH_SIZE if batch_size is None else batch_size, "batch_size", 1)
        epochs = check_count(epochs, "epochs", 0)
        initial_epoch = check_count(initial_epoch, "initial_epoch", 0)
        data, validation = self._checked((x, y)), None
        if validation_data is not None:
            if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
                raise ValueError("validation_data is to be the pair (x, y); sample weights are not supported there")
            validation = self._checked((validation_data[0], validation_data[1]), " of validation_data")
        elif number("validation_split", validation_split):
            data, validation = split_off(data, validation_split)
        if self.reads_raw_inputs():
            warn_of_raw_pixels(data[0])

        if initial_epoch >= epochs and initial_epoch:
            warnings.warn(
                f"nothing is trained: epochs={epochs} is the number of the epoch to end with, and initial_epoch="
                f"{initial_epoch} of them count as done. Try epochs={initial_epoch + max(epochs, 1)}",
                stacklevel=3,
            )
        generator = random.generator() if flag("shuffle", shuffle) else None
        steps = -(-len(data[0]) // batch_size)
        history = History()
        if callbacks is not None and not isinstance(callbacks, Iterable):
            callbacks = [callbacks]
        listeners = CallbackList([*(callbacks or []), history])
        listeners.attach(self, {"verbose": verbose, "epochs": epochs, "steps": steps})
        self.stop_training = self._interrupted = False
        logs: Logs | None = None
        with on_interrupt(self.request_stop), chooser.scope(measure=generator is not None) as run:
            listeners.on_train_begin()
            for epoch in range(initial_epoch, epochs):
                listeners.on_epoch_begin(epoch)
                with show(f"Epoch {epoch + 1}/{epochs}", steps, sys.stdout) as progress:
                    logs = self._train_epoch(batches(data, batch_size, generator), listeners, progress, run)
                    if logs is not None and validation is not None:
                        logs = self._validate(batches(validation, batch_size), logs, run)
                    if logs is None:
                        progress.abandon()
                        break
                    progress.finish(logs)
                listeners.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            listeners.on_train_end(logs)
        return history

    @suggests(
        sample_weight="Metric.update_state(y, model.predict(x), sample_weight)",
        steps="fewer samples, x[:n] and y[:n]",
        callbacks="leaving them out: no hook is called in evaluate",
    )
    def evaluate(
        self, x: Any, y: Any, batch_size: int | None = None, verbose: Verbose = "auto", return_dict: bool = False
    ) -> Any:
        """The loss on the data; with metrics a list of loss and metrics, or a dict of them if asked for."""
        self._require_compiled()
        show = reporter(verbose)
        batch_size = check_count(BATCH_SIZE if batch_size is None else batch_size, "batch_size", 1)
        data = self._checked((x, y))
        self.reset_metrics()
        with chooser.scope(), self._known, show("Evaluation", -(-len(data[0]) // batch_size), sys.stdout) as progress:
            logs: Logs = {}
            for step, batch in enumerate(batches(data, batch_size), 1):
                logs = self.test_step(batch)
                progress.advance(step, logs)
            progress.finish(logs)
        return self._reported(logs, return_dict)

    @suggests(
        steps="fewer samples, x[:n]",
        callbacks="leaving them out: no hook is called in predict",
    )
    def predict(self, x: Any, batch_size: int | None = None, verbose: Verbose = 0) -> npt.NDArray[Any]:
        """The outputs for all samples, as one array of the last layer's dtype: float32 unless told otherwise."""
        show = reporter(verbose)
        batch_size = check_count(BATCH_SIZE if batch_size is None else batch_size, "batch_size", 1)
        x = as_array(x, "x")
        outputs = []
        with chooser.scope(), show("Prediction", -(-len(x) // batch_size), sys.stdout) as progress:
            for start in range(0, len(x), batch_size):
                outputs.append(self._run(self.__call__, x[start : start + batch_size]).numpy())
                progress.advance(len(outputs), {})
            progress.finish({})
        return np.concatenate(outputs)

    def request_stop(self) -> None:
        """End `fit` after the running step, as Ctrl-C does; the epoch it belongs to is left out of the history."""
        self.stop_training = self._interrupted = True

    def reads_raw_inputs(self) -> bool:
        """Whether inputs reach the first weights as they are, so that their size matters."""
        return False

    def _train_epoch(self, data: Iterator[Data], listeners: Callback, progress: Silent, run: Run) -> Logs | None:
        """All steps of an epoch, up to one that was told to be the last, and its figures; None after Ctrl-C."""
        self.reset_metrics()
        logs: Logs = {}
        with self._known:
            for step, batch in enumerate(data):
                logs = run("train", self.train_step, batch)
                listeners.on_train_batch_end(step, logs)
                progress.advance(step + 1, logs)
                if self._interrupted:
                    return None
                if self.stop_training:
                    break
        return dict(logs)

    def _validate(self, data: Iterator[Data], logs: Logs, run: Run) -> Logs | None:
        """The figures of training and those of validation beside them; None after Ctrl-C."""
        self.reset_metrics()
        found: Logs = {}
        with self._known:
            for batch in data:
                found = run("test", self.test_step, batch)
                if self._interrupted:
                    return None
        return logs | {f"val_{name}": value for name, value in found.items()}

    def _checked(self, data: tuple[Any, Any], origin: str = "") -> Data:
        """The two arrays, looked at as wholes: this is the only time, so that steps need not look again."""
        x, y = as_array(data[0], f"x{origin}"), as_array(data[1], f"y{origin}")
        check_same_length(x, y, f"x{origin}", f"y{origin}")
        check_finite(x, f"x{origin}")
        check_finite(y, f"y{origin}")
        outputs = self(x[:1])  # builds the model, too
        return x, y if self.loss is None else self.loss.targets(y, (len(y), *outputs.shape[1:]))

    def _require_compiled(self) -> None:
        if not self.compiled:
            raise RuntimeError('the model has not been compiled; call compile(optimizer="rmsprop", loss=...) first')

    def _reported(self, logs: Logs, return_dict: bool) -> Any:
        return logs if return_dict else list(logs.values()) if len(logs) > 1 else logs["loss"]


def _numbered(names: list[str]) -> list[str]:
    """Each name, and from its second use on with a number, as Keras has them.

    >>> _numbered(["mae", "mse", "mae"])
    ['mae', 'mse', 'mae_1']
    """
    if len(set(names)) == len(names):
        return names
    numbered: list[str] = []
    for name in names:
        others = (f"{name}_{i}" for i in itertools.count(1))
        numbered.append(name if name not in numbered else next(other for other in others if other not in numbered))
    return numbered
