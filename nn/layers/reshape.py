"""Layers that give each sample another shape and leave its numbers alone."""

from __future__ import annotations

import math

from autograd import Tensor
from nn.layers.layer import Layer


class Flatten(Layer):
    """All axes of a sample as one: (batch, 28, 28) becomes (batch, 784), and (batch,) becomes (batch, 1).

    >>> import numpy as np
    >>> Flatten()(np.zeros((2, 3, 4))).shape
    (2, 12)
    """

    takes_integers = False

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """`x` of shape (batch, product of the other axes)."""
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))
