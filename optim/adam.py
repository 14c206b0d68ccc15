"""Adam: momentum, divided by the root mean square of the gradients, both corrected for their start from zero."""

import math
from typing import ClassVar, Unpack

import numpy as np

from optim.checks import Check, flag, fraction, positive
from optim.optimizer import Common, LearningRate, Optimizer
from optim.slots import Array


class Adam(Optimizer):
    """Adaptive moment estimation. With t the number of the variable's step, from 1:

        m ← β₁·m + (1−β₁)·g                     first moment
        v ← β₂·v + (1−β₂)·g²                    second moment
        α = lr·√(1−β₂ᵗ) / (1−β₁ᵗ)               the bias correction, folded into the learning rate
        w ← w − α·m / (√v + ε)                  with amsgrad the largest v so far in place of v

    learning_rate: lr, .001.
    beta_1, beta_2: β₁ .9 and β₂ .999, how slowly the averages forget.
    epsilon: ε, 1e-7; it meets the uncorrected root, and so is the paper's ε-hat (the end of its section 2).
    amsgrad: whether no step may be divided by less than an earlier one was, which takes one more array per variable.
    And the options of every optimizer, see `Optimizer`. ValueError for numbers out of range.

    t counts the steps of each variable by itself, as in PyTorch: one that joins late, such as a thawed layer, takes a
    first step of size lr. In Keras t is common to all.

    PyTorch adds ε (1e-8) to the corrected root, √(v / (1−β₂ᵗ)): in early steps its ε weighs less than here.

    Sources: Kingma and Ba, arXiv:1412.6980; amsgrad: Reddi, Kale and Kumar, arXiv:1904.09237.

    >>> from autograd import Variable
    >>> w = Variable([1.0, 1.0])
    >>> Adam(learning_rate=0.1).apply_gradients([(np.array([4.0, -0.01]), w)])
    >>> w.numpy().round(3)      # the first step is lr in size, whatever the gradient
    array([0.9, 1.1])
    """

    pure_rule, _open = True, False
    checks: ClassVar[dict[str, Check]] = {"beta_1": fraction, "beta_2": fraction, "epsilon": positive, "amsgrad": flag}
    slot_of: ClassVar[dict[str, str]] = {"amsgrad": "largest_second_moment"}
    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **common: Unpack[Common],
    ) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        super().__init__(learning_rate, {"first_moment": 0.0, "second_moment": 0.0}, **common)

    def rule(self, w: Array, g: Array, slots: dict[str, Array], learning_rate: float, scratch: Array) -> None:
        """m and v move towards g and g², and w ← w − α·m / (√v + ε), in place."""
        root = self.of_step(lambda before: math.sqrt(1 - self.beta_2 ** (before + 1)), "root_of_bias_2")
        alpha = learning_rate * root / self.of_step(lambda before: 1 - self.beta_1 ** (before + 1), "bias_1")

        m, v = slots["first_moment"], slots["second_moment"]
        m *= self.beta_1
        m += np.multiply(g, 1 - self.beta_1, out=scratch)
        np.square(g, out=scratch)
        scratch *= 1 - self.beta_2
        v *= self.beta_2
        v += scratch
        if self.amsgrad:
            v = np.maximum(slots["largest_second_moment"], v, out=slots["largest_second_moment"])

        np.sqrt(v, out=scratch)
        scratch += self.epsilon
        step = np.divide(m, scratch, out=scratch)
        step *= alpha
        w -= step
