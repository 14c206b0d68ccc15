"""Optimizers: rules that change variables along their gradients.

>>> import optim
>>> from autograd import Tape, Variable
>>> w = Variable([3.0, -2.0], name="w")
>>> optimizer = optim.SGD(learning_rate=0.25)
>>> with Tape() as t:
...     loss = (w * w).sum()
>>> optimizer.apply_gradients([(t.gradient(loss, w), w)])
>>> w
Variable([ 1.5, -1. ], shape=(2,), dtype=float64, name='w')

Names, defaults and formulas are those of Keras 3; each class says where PyTorch differs.
"""

from optim import _engine  # noqa: F401  first, since another `autograd` would fail below in stranger ways
from optim.adagrad import Adagrad
from optim.adam import Adam
from optim.optimizer import Optimizer
from optim.registry import get
from optim.rmsprop import RMSprop
from optim.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "Optimizer", "RMSprop", "get"]
