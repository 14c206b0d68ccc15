"""`Activation`: a function of each element, or of the last axis, as a layer of its own."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from autograd import Tensor
from nn import activations
from nn.layers.layer import Layer, Shape
from optim.keywords import suggests


class Activated(Layer):
    """A layer whose `activation` can be set to a name, too."""

    @property
    def activation(self) -> activations.Activation:
        """The function that `call` ends with."""
        function: activations.Activation = vars(self)["activation"]
        return function

    @activation.setter
    def activation(self, activation: str | activations.Activation | None) -> None:
        vars(self)["activation"] = activations.get(activation)


class Activation(Activated):
    """Applies `activation`, a name or a function; the shape stays.

    >>> Activation("relu")(np.array([[-1.0, 2.0]]))
    Tensor([[0., 2.]], shape=(1, 2), dtype=float32)
    """

    takes_integers = False

    @suggests(trainable="leaving it out: an activation has no weights")
    def __init__(
        self,
        activation: str | activations.Activation,
        name: str | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__(name, dtype)
        self.activation = activation

    def build(self, input_shape: Shape) -> None:
        """Look at the width; there are no weights."""
        check_softmax_width(self.activation, input_shape[-1], self.name)

    def before_activation(self, x: Tensor, training: bool = False) -> Tensor:
        """`x` as it came."""
        return x

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """activation(x)."""
        return self.activation(x)


def check_softmax_width(activation: activations.Activation, units: int | None, name: str) -> None:
    """Warn of a softmax over one unit, which is 1 whatever the unit says."""
    if units == 1 and activation is activations.ACTIVATIONS["softmax"]:
        warnings.warn(
            f"{name} applies softmax to a single unit, which always gives 1 and learns nothing; "
            'for two classes use activation="sigmoid" with loss="binary_crossentropy"',
            stacklevel=2,
        )
