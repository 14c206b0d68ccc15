"""`Layer`: the base of everything that maps a batch to a batch and may have weights, models included."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from autograd import Tensor, Variable, name_scope
from autograd.families import as_array
from nn import initializers
from nn.activations import Activation, linear
from nn.lookup import snake_case

Shape = tuple[int | None, ...]
"""A shape with the batch axis first; None for a length that is not fixed."""


class Layer:
    """Maps a batch to a batch; what it learns are the variables among its attributes.

    name: unique within a model; by default the class's name in snake case, which a model numbers if need be.
    dtype: of the weights and of all that is computed. Inputs are cast to it, so that nothing widens on the way.

    A layer of one's own has `call(self, x)` or `call(self, x, training)`, and `build(self, input_shape)` if it has
    weights. It is built on its first batch, when the shape of its input is known. Variables and layers may also
    be made in `__init__`, after `super().__init__()`; those in attributes, lists and dicts are all found.

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

    trainable = True
    """Set it to False to freeze the layer and all that is in it."""

    _call_takes_training: ClassVar[bool] = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._call_takes_training = "training" in inspect.signature(cls.call).parameters

    def __init__(self, name: str | None = None, dtype: npt.DTypeLike = np.float32) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.auto_named = name is None
        self.dtype = np.dtype(dtype)
        self.built = False
        self.input_shape: Shape | None = None
        self.output_shape: Shape | None = None

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

    def __call__(self, x: Any, training: bool = False) -> Tensor:
        """The layer's output for a batch: an array or a tensor whose first axis is the batch."""
        x = self._prepared(x)
        with name_scope(self.name):
            return self._noted(self.call(x, training=training) if self._call_takes_training else self.call(x))

    def logits(self, x: Any, training: bool = False) -> Tensor:
        """The output for a batch without the last activation: what a softmax or sigmoid would be given."""
        x = self._prepared(x)
        with name_scope(self.name):
            return self._noted(self.before_activation(x, training))

    def cast_input(self, x: Any) -> Tensor:
        """`x` as a tensor of the layer's dtype."""
        if not isinstance(x, Tensor):
            return Tensor(as_array(x).astype(self.dtype, copy=False))
        if x.dtype == self.dtype:
            return x
        return x.astype(self.dtype) if x.dtype.kind == "f" else Tensor(x.numpy().astype(self.dtype))

    def _prepared(self, x: Any) -> Tensor:
        x = self.cast_input(x)
        if not self.built:
            self.input_shape = (None, *x.shape[1:])
            self._build(x.shape)
            self.built = True
            for path, variable in self.named_weights().items():
                variable.name = variable.name or f"{self.name}/{path}"
        return x

    def _build(self, input_shape: Shape) -> None:
        self.build(input_shape)

    def _noted(self, y: Tensor) -> Tensor:
        if self.output_shape is None:
            self.output_shape = (None, *y.shape[1:])
        return y

    # Weights.

    def add_weight(
        self,
        shape: Sequence[int | None],
        initializer: str | initializers.Initializer = "glorot_uniform",
        name: str | None = None,
        trainable: bool = True,
    ) -> Variable:
        """A new variable of this shape; it has to be kept as an attribute, and is called after it if not named."""
        if None in shape:
            raise ValueError(f"{self.name} has a weight of shape {tuple(shape)}; expected fixed lengths")
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

    def _all_weights(self, frozen: bool = False) -> Iterator[tuple[str, Variable, bool]]:
        """Each place of a variable: its path, the variable, and whether a layer that it belongs to is frozen."""
        frozen = frozen or not self.trainable
        for name, part in self.parts():
            if isinstance(part, Layer):
                for path, variable, is_frozen in part._all_weights(frozen):
                    yield f"{name}/{path}", variable, is_frozen
            else:
                yield name, part, frozen

    @property
    def weights(self) -> list[Variable]:
        """All variables, in the order in which they were made."""
        return list(self.named_weights().values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training changes: trainable ones, unless a layer they belong to is frozen."""
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
