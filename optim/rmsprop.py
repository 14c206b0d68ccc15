"""RMSprop: each weight's step is divided by the root mean square of its recent gradients."""

from typing import ClassVar, Unpack

import numpy as np

from optim.checks import Check, flag, fraction, positive
from optim.optimizer import Common, LearningRate, Optimizer
from optim.slots import Array


class RMSprop(Optimizer):
    """Root-mean-square propagation.

        r ← ρ·r + (1−ρ)·g²                      the mean square
        a ← ρ·a + (1−ρ)·g                       the mean, with centered only
        step = lr·g / √(r + ε)                  with centered lr·g / √(r − a² + ε)
        w ← w − step                            with momentum m ← momentum·m + step, w ← w − m

    learning_rate: lr, .001.
    rho: ρ, .9, how slowly the averages forget.
    momentum: 0.
    epsilon: ε, 1e-7, inside the root.
    centered: whether to divide by the deviation from the mean, which takes one more array per variable.
    And the options of every optimizer, see `Optimizer`. ValueError for numbers out of range.

    PyTorch adds ε outside the root, has lr .01, ρ (its alpha) .99 and ε 1e-8, and keeps the learning rate out of
    the momentum.

    Sources: Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012); centered: Graves,
    arXiv:1308.0850.

    >>> from autograd import Variable
    >>> w = Variable([1.0, 1.0])
    >>> RMSprop(learning_rate=0.1, rho=0.75).apply_gradients([(np.array([4.0, -0.01]), w)])
    >>> w.numpy().round(3)      # the size of a gradient hardly matters, its sign does
    array([0.8, 1.2])
    """

    pure_rule, _open = True, False
    checks: ClassVar[dict[str, Check]] = {"rho": fraction, "momentum": fraction, "epsilon": positive, "centered": flag}
    slot_of: ClassVar[dict[str, str]] = {"centered": "mean", "momentum": "momentum"}
    rho: float
    momentum: float
    epsilon: float
    centered: bool

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **common: Unpack[Common],
    ) -> None:
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        super().__init__(learning_rate, {"mean_square": 0.0}, **common)

    def rule(self, w: Array, g: Array, slots: dict[str, Array], learning_rate: float, scratch: Array) -> None:
        """r ← ρ·r + (1−ρ)·g², and w ← w − lr·g / √(r + ε), in place."""
        r = slots["mean_square"]
        np.square(g, out=scratch)
        scratch *= 1 - self.rho
        r *= self.rho
        r += scratch

        if self.centered:
            a = slots["mean"]
            np.multiply(g, 1 - self.rho, out=scratch)
            a *= self.rho
            a += scratch
            np.square(a, out=scratch)
            np.subtract(r, scratch, out=scratch)
            # A variance is never negative, but rounding can make it so, and the root of that is NaN.
            np.maximum(scratch, 0, out=scratch)
            scratch += self.epsilon
        else:
            np.add(r, self.epsilon, out=scratch)

        np.sqrt(scratch, out=scratch)
        step = np.divide(g, scratch, out=scratch)
        step *= learning_rate
        if self.momentum:
            m = slots["momentum"]
            m *= self.momentum
            m += step
            step = m
        w -= step
