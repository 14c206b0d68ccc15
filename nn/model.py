"""`Sequential`: layers one after the other, as one model that can be trained, saved and looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Tensor
from nn import saving
from nn.activations import Activation, linear
from nn.inputs import as_tensor
from nn.layers.dense import Dense
from nn.layers.layer import Layer, Shape
from nn.layers.reshape import Flatten
from nn.summary import summary_of
from nn.training import Trainer
from optim.keywords import suggests

if TYPE_CHECKING:
    from autograd.picture import Graph


class Sequential(Trainer):
    """A stack of layers: each gets what the one before gives.

    layers: any number of them, models included; more with `add`. Names are made unique; two layers that were
        given the same name are a ValueError.

    The weights are made on the first batch, or by `build`.

    >>> model = Sequential([Dense(512, activation="relu"), Dense(10, activation="softmax")])
    >>> model.build((None, 784))
    >>> model.count_params()
    407050
    >>> list(model.named_weights())
    ['dense/kernel', 'dense/bias', 'dense_1/kernel', 'dense_1/bias']
    """

    takes_integers = False  # which is for the first layer to say

    @suggests(trainable="model.trainable = False once it is made")
    def __init__(self, layers: Sequence[Layer] | None = None, name: str | None = None) -> None:
        super().__init__(name)
        self.layers: list[Layer] = []
        if isinstance(layers, Layer):
            raise TypeError(f"got a single layer; expected a list: Sequential([{type(layers).__name__}(...), ...])")
        for layer in layers or []:
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """Put a layer on top."""
        if not isinstance(layer, Layer):
            raise TypeError(f"got {layer!r:.60} as a layer; expected an object such as Dense(10)")
        if not hasattr(layer, "auto_named"):
            raise TypeError(f"{type(layer).__name__} was not set up; call super().__init__() first in its __init__")
        taken = {other.name for other in self.layers}
        if layer.auto_named:
            name, number = layer.name, 0
            while name in taken:
                number += 1
                name = f"{layer.name}_{number}"
            layer.rename(name)
            layer.auto_named = False
        elif layer.name in taken:
            raise ValueError(
                f"the model has a layer called {layer.name!r} already; give this one another name, as in "
                f'{type(layer).__name__}(..., name="{layer.name}_2")'
            )
        self.layers.append(layer)
        self._changed()

    def pop(self) -> Layer:
        """Take the top layer off, and return it."""
        if not self.layers:
            raise IndexError("the model has no layer to take off")
        layer = self.layers.pop()
        self._changed()
        return layer

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or at this place from 0 on."""
        if (name is None) == (index is None):
            raise ValueError("get_layer takes a name or an index; expected one of the two")
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"the model has no layer called {name!r}; there are {', '.join(x.name for x in self.layers)}")

    # Running.

    def build(self, input_shape: Shape) -> None:
        """Make all weights. `input_shape` has the batch first, as in (None, 784)."""
        if len(input_shape) < 2:
            raise ValueError(f"input_shape is {input_shape}; expected the batch axis too, as in (None, 784)")
        self(np.zeros([1, *(n or 1 for n in input_shape[1:])], self.dtype))

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """The output of the last layer."""
        for layer in self.layers:
            x = layer(x, training=training)
        return x

    @property
    def activation(self) -> Activation:  # type: ignore[override]
        """What the last layer ends with."""
        return self.layers[-1].activation if self.layers else linear

    def before_activation(self, x: Tensor, training: bool = False) -> Tensor:
        """The output of the last layer before its activation."""
        for layer in self.layers[:-1]:
            x = layer(x, training=training)
        return self.layers[-1].logits(x, training=training) if self.layers else x

    def cast_input(self, x: Any) -> Tensor:
        """`x` as a tensor; the first layer knows which dtype it wants."""
        return as_tensor(x, self.name)

    def reads_raw_inputs(self) -> bool:
        """Whether the first layer after any Flatten is Dense."""
        return next((isinstance(layer, Dense) for layer in self.layers if not isinstance(layer, Flatten)), False)

    def _build(self, input_shape: Shape) -> None:
        """Nothing: each layer builds itself when its input reaches it."""

    def _changed(self) -> None:
        self.built = False
        self.output_shape = None

    # Looking, saving.

    def parts(self) -> Iterator[tuple[str, Layer]]:
        """The layers by their names."""
        return ((layer.name, layer) for layer in self.layers)

    @suggests(
        line_length="leaving it out: the table is as wide as it has to be",
        print_fn="contextlib.redirect_stdout, which takes what is printed",
        expand_nested="summary() of the model inside",
        show_trainable="leaving it out: the lines below the table count what is trainable and what is not",
    )
    def summary(self) -> None:
        """Print a table of the layers, their output shapes and their numbers of parameters; a notebook gets HTML."""
        summary_of(self.name, self.layers, self.weights, self.trainable_weights).show()

    def graph(self, x: Any, depth: int | None = 1) -> Graph:
        """The computation graph of the output for a batch `x`, as `Tape.graph` gives it.

        depth: how many levels of layers are opened: at 1 each layer of the model is one node, at 2 each layer in
            those; None shows every operation, with the layers as name scopes.

        >>> model = Sequential([Dense(4, activation="relu"), Dense(2)])
        >>> [node.op or node.kind for node in model.graph(np.zeros((3, 5))).nodes]
        ['input', 'dense', 'dense_1']
        """
        from nn.picture import recorded_graph  # drawing is loaded by those who draw

        return recorded_graph(self, x, depth)

    @suggests(overwrite="leaving it out: a file that is there is replaced")
    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write all weights to an .npz file, complete or not at all. ValueError before they exist."""
        self.count_params()
        saving.save_arrays(path, {name: variable.numpy() for name, variable in self.named_weights().items()})

    @suggests(
        skip_mismatch="set_weights of the layers that fit, with arrays of np.load(path)",
        by_name="leaving it out: weights are found by their names",
    )
    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Take all weights from such a file; ValueError that lists what does not fit, and then nothing changes."""
        self.count_params()
        saving.assign_all(self.named_weights(), saving.load_arrays(path), os.fspath(path))
