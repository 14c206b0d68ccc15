"""Adagrad: each weight's step is divided by the root of the sum of all its squared gradients so far."""

from typing import ClassVar, Unpack

import numpy as np

from optim.checks import Check, non_negative, positive
from optim.optimizer import Common, LearningRate, Optimizer
from optim.slots import Array


class Adagrad(Optimizer):
    """Adaptive gradient: weights that are seldom moved take larger steps, and all steps shrink with time.

        s ← s + g²
        w ← w − lr·g / √(s + ε)

    learning_rate: lr, .001; this rule wants more than others, the paper's experiments and PyTorch use .01 and up.
    initial_accumulator_value: what s begins with, .1.
    epsilon: ε, 1e-7, inside the root.
    And the options of every optimizer, see `Optimizer`. ValueError for numbers out of range.

    PyTorch adds ε outside the root, has lr .01 and ε 1e-10, and begins with s = 0.

    Source: Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic optimization,
    Journal of Machine Learning Research 12 (2011).

    >>> from autograd import Variable
    >>> w, g = Variable([1.0]), np.array([3.0])
    >>> optimizer = Adagrad(learning_rate=1.0, initial_accumulator_value=16.0)
    >>> optimizer.apply_gradients([(g, w)])     # s = 16 + 9, the step is 3/5
    >>> w.numpy().round(3)
    array([0.4])
    """

    pure_rule, _open = True, False
    checks: ClassVar[dict[str, Check]] = {"initial_accumulator_value": non_negative, "epsilon": positive}
    initial_accumulator_value: float
    epsilon: float

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **common: Unpack[Common],
    ) -> None:
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon
        super().__init__(learning_rate, {"accumulator": self.initial_accumulator_value}, **common)

    def rule(self, w: Array, g: Array, slots: dict[str, Array], learning_rate: float, scratch: Array) -> None:
        """s ← s + g², and w ← w − lr·g / √(s + ε), in place."""
        s = slots["accumulator"]
        s += np.square(g, out=scratch)
        np.add(s, self.epsilon, out=scratch)
        np.sqrt(scratch, out=scratch)
        step = np.divide(g, scratch, out=scratch)
        step *= learning_rate
        w -= step
