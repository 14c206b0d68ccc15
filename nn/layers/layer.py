"""`Layer`: the base of everything that maps a batch to a batch and may have weights, models included."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from autograd import Tensor, Variable, name_scope
from autograd.compiler.hooks import depends_on
from autograd.families import as_array
from nn import initializers
from nn.activations import Activation, linear
from nn.inputs import as_tensor, not_one_tensor
from nn.lookup import snake_case
from optim.keywords import near, suggests

Shape = tuple[int | None, ...]
"""A shape with the batch axis first; None for a length that is not fixed."""

PENALTY = "adding the penalty to the loss in a custom train_step"
"""What to try instead of a regularizer."""


class Layer:
    """Maps a batch to a batch; what it learns are the variables among its attributes.

    name: unique within a model; by default the class's name in snake case, which a model numbers if need be.
    dtype: of the weights and of all that is computed. Inputs are cast to it, so that nothing widens on the way.
        Integers, such as the numbers of words, reach `call` as int64, unless `takes_integers` is False. If it computes
        a floating-point result from them, that is cast.

    A custom layer has `call(self, x)` or `call(self, x, training)`, and `build(self, input_shape)` if it has
    weights. It is built on its first batch, when the shape of its input is known. Variables and layers may also
    be made in `__init__`, after `super().__init__()`; those in attributes, lists and dicts are all found.

    A layer takes one tensor and gives one. Several inputs are to be joined first, with np.stack or np.concatenate:
    a list of tensors or arrays is a TypeError, as is a `call` that returns anything but a tensor.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
    ...     def call(self, x):
    ...         return x * self.factor
    >>> layer = Scale()
    >>> layer(np.array([[1.0, 2.0]]))
    Tensor([[1., 2.]], shape=(1, 2), dtype=float32)
    >>> layer.weights
    [Variable([1., 1.], shape=(2,), dtype=float32, name='scale/factor')]
    """

    activation: Activation = staticmethod(linear)
    """The function that `call` ends with, and that `before_activation` leaves out."""

    takes_integers: ClassVar[bool] = True
    """Whether integers reach `call` as int64, in which pixels do not overflow. If not, they are cast as floats are."""

    state_names: ClassVar[frozenset[str]] = frozenset({"built", "input_shape", "output_shape", "stop_training"})
    """Attributes that are no settings, on which a compiled step would depend."""

    _call_takes_training: ClassVar[bool] = True
    _often_misspelled: ClassVar[tuple[str, ...]] = ("trainable",)
    _trainable: bool | None = None  # None until it is set: then it is as in the layer around it

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._call_takes_training = "training" in inspect.signature(cls.call).parameters
        if isinstance(vars(cls).get("trainable"), bool):  # a class may begin frozen
            cls._trainable = vars(cls)["trainable"]
            del cls.trainable

    @suggests(
        trainable="layer.trainable = False on the layer once it is made",
        input_shape="model.build((None, ...)), or nothing: the first batch tells the shape",
        input_dim="model.build((None, ...)), or nothing: the first batch tells the shape",
        activity_regularizer=PENALTY,
        autocast="takes_integers = False in the class",
    )
    def __init__(self, name: str | None = None, dtype: npt.DTypeLike = np.float32) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.auto_named = name is None
        self.dtype = np.dtype(dtype)
        self.built = False
        self.input_shape: Shape | None = None
        self.output_shape: Shape | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        """Set it, unless that would lose a weight; with a warning if it looks like a misspelled `trainable`."""
        known = vars(self)
        if isinstance(known.get(name), Variable) and value is not None and not isinstance(value, Variable):
            raise TypeError(
                f"{name} of {self.name} is a Variable, and a {type(value).__name__} in its place would not be trained. "
                f"Try layer.{name}.assign(...)"
            )
        if name not in known and not hasattr(type(self), name) and near(name, self._often_misspelled, 0.85):
            warnings.warn(
                f"{type(self).__name__} got a new attribute {name!r}, which nothing reads. "
                f"Did you mean {near(name, self._often_misspelled)[0]}?",
                stacklevel=2,
            )
        super().__setattr__(name, value)

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it sets it for all layers inside, too.

        A layer inside that is set after that counts by itself wherever it is used, but a frozen layer trains nothing
        by itself: its `trainable_weights` are none. The same holds in Keras. Layers that a frozen one makes
        or is given later are frozen with it until they are set.
        """
        return self._trainable is not False

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if not isinstance(value, bool | np.bool_):
            raise TypeError(f"trainable is {value!r:.60}; expected True or False")
        for layer in self.all_layers():
            layer._trainable = bool(value)

    # To be written by each layer.

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs of this shape; nothing to do by default."""

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """What the layer computes."""
        raise NotImplementedError(f"{type(self).__name__} has no call(self, x); write one")

    def before_activation(self, x: Tensor, training: bool = False) -> Tensor:
        """What `call` computes, up to `activation`; for layers that name one there."""
        return self.call(x, training=training) if self._call_takes_training else self.call(x)

    # Running.

    def __call__(self, x: Any, training: bool = False, *more: Any, **keywords: Any) -> Tensor:
        """The layer's output for a batch: an array or a tensor whose first axis is the batch.

        TypeError for several inputs, for a list of tensors or arrays, and for keywords other than `training`.
        """
        if type(training) is not bool or more or keywords:
            training = self._only_training(training, more, keywords)
        x = self._prepared(x)
        with name_scope(self.name):
            return self._noted(x, self.call(x, training=training) if self._call_takes_training else self.call(x))

    def logits(self, x: Any, training: bool = False) -> Tensor:
        """The output for a batch without the last activation: what a softmax or sigmoid would be given."""
        x = self._prepared(x)
        with name_scope(self.name):
            return self._noted(x, self.before_activation(x, training))

    def cast_input(self, x: Any) -> Tensor:
        """`x` as a tensor of the layer's dtype, or of int64 if these are integers and the layer takes them."""
        x = as_tensor(x, self.name)
        if x.dtype == self.dtype:
            return x
        if self.takes_integers and x.dtype.kind in "iu" and np.can_cast(x.dtype, np.int64):
            return x if x.dtype == np.int64 else Tensor(x.numpy().astype(np.int64))
        if x.dtype.kind == "c" and self.dtype.kind != "c":
            raise TypeError(
                f"{self.name} got an input of dtype {x.dtype} and computes in {self.dtype}, which would drop the "
                f"imaginary part. Try its real and imaginary parts side by side, or dtype={str(x.dtype)!r}"
            )
        return x.astype(self.dtype) if x.dtype.kind in "fc" else Tensor(x.numpy().astype(self.dtype))

    def _only_training(self, training: Any, more: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
        """`training` as a bool; TypeError for everything else that the layer was called with."""
        if keywords:
            raise TypeError(
                f"{self.name} got the keyword {next(iter(keywords))!r}; expected one input and training=True or False. "
                "Masks and other arguments of calls are not supported. Try an attribute that is set before the call"
            )
        if more or not (training is None or isinstance(training, int | np.bool_)):
            raise TypeError(
                f"{self.name} got several inputs; expected one, and training=True or False. Try to join them with "
                "np.stack or np.concatenate, through which gradients flow, and to take them apart in `call`"
            )
        return bool(training)

    def _prepared(self, x: Any) -> Tensor:
        depends_on(self)
        x = self.cast_input(x)
        if not self.built:
            self.input_shape = (None, *x.shape[1:])
            self._build(x.shape)
            self.built = True
            for layer in self.all_layers() if not self.trainable else ():
                if layer._trainable is None:  # made just now
                    layer._trainable = False
            for path, variable in self.named_weights().items():
                variable.name = variable.name or f"{self.name}/{path}"
        return x

    def _build(self, input_shape: Shape) -> None:
        self.build(input_shape)

    def _noted(self, x: Tensor, y: Tensor) -> Tensor:
        if not isinstance(y, Tensor):
            raise not_one_tensor(y, self.name)
        if x.dtype.kind in "iu" and self.takes_integers and y.dtype.kind == "f" and y.dtype != self.dtype:
            y = y.astype(self.dtype)
        if self.output_shape is None:
            self.output_shape = (None, *y.shape[1:])
        return y

    # Weights.

    @suggests(
        dtype="the dtype of the layer, Layer(dtype=...)",
        regularizer=PENALTY,
        constraint="assigning to the variable in a callback",
        autocast="the dtype of the layer, Layer(dtype=...)",
        aggregation="leaving it out",
    )
    def add_weight(
        self,
        shape: Iterable[int | None],
        initializer: str | initializers.Initializer = "glorot_uniform",
        name: str | None = None,
        trainable: bool = True,
    ) -> Variable:
        """A new variable of this shape; it has to be kept as an attribute, and is called after it if not named."""
        if not isinstance(shape, Iterable):
            raise TypeError(f"{self.name} has a weight of shape {shape!r}; expected a tuple of lengths, such as (3,)")
        shape = tuple(shape)
        if None in shape:
            raise ValueError(f"{self.name} has a weight of shape {shape}; expected fixed lengths")
        if self.dtype.kind not in "fc":
            raise TypeError(f"{self.name} has weights of dtype {self.dtype}; expected a floating-point dtype")
        value = initializers.get(initializer)(tuple(int(n or 0) for n in shape), self.dtype)
        return Variable(value, name=name and f"{self.name}/{name}", trainable=trainable)

    def parts(self) -> Iterator[tuple[str, Layer | Variable]]:
        """The layers and variables among the attributes by name, and those in lists, tuples and dicts."""
        return _found_in(vars(self))

    def all_layers(self) -> Iterator[Layer]:
        """The layer itself and all layers in it."""
        yield self
        for _, part in self.parts():
            if isinstance(part, Layer):
                yield from part.all_layers()

    def named_weights(self) -> dict[str, Variable]:
        """Every variable of the layer and of those in it by its path, such as "hidden/kernel"; shared ones once."""
        found: dict[int, tuple[str, Variable]] = {}
        for path, variable, _ in self._all_weights():
            found.setdefault(id(variable), (path, variable))
        return dict(found.values())

    def _all_weights(self, around: bool = True) -> Iterator[tuple[str, Variable, bool]]:
        """Each place of a variable: its path, the variable, and whether the layer that holds it is frozen.

        around: whether the layer around this one is trainable, which counts if this one was not set.
        """
        trainable = around if self._trainable is None else self._trainable
        for name, part in self.parts():
            if isinstance(part, Layer):
                for path, variable, is_frozen in part._all_weights(trainable):
                    yield f"{name}/{path}", variable, is_frozen
            else:
                yield name, part, not trainable

    @property
    def weights(self) -> list[Variable]:
        """All variables, in the order in which they were made."""
        return list(self.named_weights().values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training changes: trainable ones, unless this layer or one that holds them is frozen."""
        if not self.trainable:
            return []
        found: dict[int, Variable] = {}
        frozen = set()
        for _, variable, is_frozen in self._all_weights():
            found.setdefault(id(variable), variable)
            if is_frozen or not variable.trainable:
                frozen.add(id(variable))
        return [variable for variable in found.values() if id(variable) not in frozen]

    def count_params(self) -> int:
        """How many numbers the weights hold; ValueError if they have not been made yet."""
        if not self.built:
            raise ValueError(f"{self.name} has no weights yet; the first batch makes them, or build(input_shape)")
        return sum(math.prod(variable.shape) for variable in self.weights)

    def get_weights(self) -> list[npt.NDArray[Any]]:
        """A copy of each weight."""
        return [np.array(variable.numpy(), order="C") for variable in self.weights]

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Take these values, in the order of `get_weights`; ValueError if shapes differ, and then nothing changes."""
        arrays = [np.asarray(as_array(array)) for array in weights]
        got, expected = [a.shape for a in arrays], [v.shape for v in self.weights]
        if got != expected:
            hint = "" if self.built else "; it has not been built yet: call build(input_shape) first"
            raise ValueError(f"{self.name} got weights of shapes {got}; expected {expected}{hint}")
        for variable, array in zip(self.weights, arrays, strict=True):
            if not np.can_cast(array.dtype, variable.dtype, "same_kind"):
                raise TypeError(f"{variable.name} got weights of dtype {array.dtype}; expected {variable.dtype}")
        for variable, array in zip(self.weights, arrays, strict=True):
            variable.assign(array)

    def rename(self, name: str) -> None:
        """Take another name, and call the weights after it."""
        self.name = name
        for path, variable in self.named_weights().items():
            variable.name = f"{name}/{path}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


def _found_in(named: Mapping[Any, Any]) -> Iterator[tuple[str, Layer | Variable]]:
    """The layers and variables in a mapping by name, and by path those in its lists, tuples and dicts."""
    for name, value in named.items():
        if isinstance(value, (Layer, Variable)):
            yield str(name), value
        elif isinstance(value, (list, tuple, dict)):
            for path, part in _found_in(value if isinstance(value, dict) else dict(enumerate(value))):
                yield f"{name}/{path}", part
