"""The example of the front page, which shows it from the second line on, with the picture of `graph`."""

import numpy as np

from autograd import Tape, Variable

x, w, b = Variable(2.0, name="x"), Variable(3.0, name="w"), Variable(1.0, name="b")
with Tape(persistent=True) as t:
    x1 = x * w
    x2 = x1 + b
    loss = np.abs(4.0 - x2)

dw, db = t.gradient(loss, [w, b])  # 2.0, 1.0
graph = t.graph(loss, x1=x1, x2=x2, loss=loss)  # in a notebook, draws itself
