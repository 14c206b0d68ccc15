"""`Dense`: every output is a weighted sum of all inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autograd import Tensor
from nn import activations, initializers
from nn.layers.activation import Activated, check_softmax_width
from nn.layers.layer import PENALTY, Shape
from optim.checks import flag
from optim.keywords import suggests


class Dense(Activated):
    """activation(x @ kernel + bias) on the last axis.

    units: the length of the output's last axis.
    activation: a name, a function, or None for linear.
    use_bias: whether there is a bias.
    kernel_initializer, bias_initializer: a name or a function of shape and dtype.

    Input (batch, ..., features), output (batch, ..., units); kernel (features, units), bias (units,).
    ValueError for an input with another number of features than the first one had.

    >>> layer = Dense(2, kernel_initializer="ones")
    >>> layer(np.array([[1.0, 2.0, 3.0]]))
    Tensor([[6., 6.]], shape=(1, 2), dtype=float32)
    >>> [(v.name, v.shape) for v in layer.weights]
    [('dense/kernel', (3, 2)), ('dense/bias', (2,))]
    """

    takes_integers = False
    _units: int

    @suggests(
        kernel_regularizer=PENALTY,
        bias_regularizer=PENALTY,
        kernel_constraint="assigning to the kernel in a callback",
        bias_constraint="assigning to the bias in a callback",
    )
    def __init__(
        self,
        units: int,
        activation: str | activations.Activation | None = None,
        use_bias: bool = True,
        kernel_initializer: str | initializers.Initializer = "glorot_uniform",
        bias_initializer: str | initializers.Initializer = "zeros",
        name: str | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__(name, dtype)
        self.units = units
        self.activation = activation
        self.use_bias = flag("use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    @property
    def units(self) -> int:
        """The length of the output's last axis; ValueError when it is set to another one after the kernel was made."""
        return self._units

    @units.setter
    def units(self, units: int) -> None:
        if isinstance(units, bool) or not isinstance(units, int | np.integer) or units < 1:
            raise ValueError(f"units is {units!r}; expected a whole number from 1 on")
        if self.built and units != self._units:
            raise ValueError(f"{self.name} has a kernel for {self._units} units already; expected a new Dense({units})")
        self._units = int(units)

    def build(self, input_shape: Shape) -> None:
        """Make the kernel and the bias."""
        if len(input_shape) < 2:
            raise ValueError(
                f"{self.name} got an input of shape {input_shape}; expected (batch, features). "
                "For a single sample write x[None]; for one number per sample x[:, None]."
            )
        check_softmax_width(self.activation, self.units, self.name)
        self.kernel = self.add_weight((input_shape[-1], self.units), self.kernel_initializer, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias")

    def before_activation(self, x: Tensor, training: bool = False) -> Tensor:
        """x @ kernel + bias."""
        features = self.kernel.shape[0]
        if x.ndim < 2 or x.shape[-1] != features:
            raise ValueError(
                f"{self.name} got an input of shape {x.shape}; expected {features} features in the last axis, "
                "as in the batch it was built for"
            )
        y = x @ self.kernel
        return y + self.bias if self.use_bias else y

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """activation(x @ kernel + bias)."""
        return self.activation(self.before_activation(x, training))
