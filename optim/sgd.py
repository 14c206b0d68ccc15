"""SGD: a step against the gradient, with momentum if wanted."""

from typing import ClassVar, Unpack

import numpy as np

from optim.checks import Check, flag, fraction
from optim.optimizer import Common, LearningRate, Optimizer
from optim.slots import Array


class SGD(Optimizer):
    """Stochastic gradient descent.

        w ← w − lr·g                                without momentum
        v ← momentum·v − lr·g,  w ← w + v           with momentum
        v as before,  w ← w + momentum·v − lr·g     with nesterov

    learning_rate: lr, .01.
    momentum: how much of the last step goes into the next, 0 up to 1.
    nesterov: whether the step looks ahead along the velocity; changes nothing while momentum is 0.
    And the options of every optimizer, see `Optimizer`. ValueError for numbers out of range.

    PyTorch keeps the learning rate out of the velocity (v ← momentum·v + g, w ← w − lr·v): the same as long as the
    learning rate does not change; after a change, here the velocity still has the old one in it.

    Sources: Polyak, Some methods of speeding up the convergence of iteration methods (1964); Nesterov's form as in
    Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning (2013).

    >>> from autograd import Variable
    >>> w, g = Variable([1.0]), np.array([1.0])
    >>> optimizer = SGD(learning_rate=0.5, momentum=0.5)
    >>> optimizer.apply_gradients([(g, w)])     # v = -0.5
    >>> optimizer.apply_gradients([(g, w)])     # v = -0.25 - 0.5
    >>> w.numpy()
    array([-0.25])
    """

    pure_rule, _open = True, False
    checks: ClassVar[dict[str, Check]] = {"momentum": fraction, "nesterov": flag}
    slot_of: ClassVar[dict[str, str]] = {"momentum": "velocity"}
    momentum: float
    nesterov: bool

    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **common: Unpack[Common],
    ) -> None:
        self.momentum = momentum
        self.nesterov = nesterov
        super().__init__(learning_rate, **common)

    def rule(self, w: Array, g: Array, slots: dict[str, Array], learning_rate: float, scratch: Array) -> None:
        """v ← momentum·v − lr·g, and w ← w + v, in place."""
        step = np.multiply(g, learning_rate, out=scratch)
        if not self.momentum:
            w -= step
            return
        v = slots["velocity"]
        v *= self.momentum
        v -= step
        if self.nesterov:
            w -= step
            w += np.multiply(v, self.momentum, out=scratch)
        else:
            w += v
