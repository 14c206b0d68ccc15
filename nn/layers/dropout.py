"""`Dropout`: leaves out random elements while training, so that no unit can rely on another one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autograd import Tensor, fresh
from nn import random
from nn.layers.layer import Layer
from optim.checks import number
from optim.keywords import suggests


class Dropout(Layer):
    """While training, sets a random fraction `rate` of the elements to 0 and scales the others by 1 / (1 - rate).

    So the expected value of each element stays, and nothing is to be done when training is over ("inverted"
    dropout; Srivastava et al., JMLR 15, 2014). Without `training=True` it passes its input on.

    rate: at least 0, below 1.
    seed: a number, a `np.random.Generator`, or None for a stream of the global seed.

    >>> Dropout(0.5, seed=0)(np.ones((1, 6)), training=True)
    Tensor([[2., 2., 2., 0., 0., 0.]], shape=(1, 6), dtype=float32)
    """

    takes_integers = False

    @suggests(noise_shape="a custom layer, which multiplies by a mask of that shape")
    def __init__(
        self, rate: float, seed: random.Seed = None, name: str | None = None, dtype: npt.DTypeLike = np.float32
    ) -> None:
        super().__init__(name, dtype)
        self.rate = rate
        self.generator = random.generator(seed)

    @property
    def rate(self) -> float:
        """The fraction that is dropped; ValueError when it is set to a number that is none."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        if not 0 <= number("rate", rate) < 1:
            raise ValueError(f"rate is {rate}; expected the fraction to drop, at least 0 and below 1")
        self._rate = rate

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """`x`, while training with a random mask applied."""
        if not training or self.rate == 0:
            return x
        kept = fresh(lambda: self.generator.random(x.shape, np.float32), "drawn") >= self.rate
        return x * (kept.astype(self.dtype) / (1 - self.rate))
