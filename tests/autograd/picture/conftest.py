"""The graphs that the tests of pictures draw: the book's scalar graph, and one with arrays."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.picture import Graph, build


@pytest.fixture
def scalar_graph() -> Graph:
    x, y_true = Tensor(2.0, name="x"), Tensor(4.0, name="y_true")
    w, b = Variable(3.0, name="w"), Variable(1.0, name="b")
    with Tape(persistent=True) as t:
        x1 = x * w
        x2 = x1 + b
        loss = abs(y_true - x2)
    return build(t, loss, names={"x1": x1, "x2": x2, "loss": loss})


@pytest.fixture
def model_graph() -> Graph:
    """One step of a model of two layers, small."""
    random = np.random.default_rng(0)
    x, labels = random.random((6, 5), dtype=np.float32), np.array([0, 1, 2, 0, 1, 2])
    W1, b1 = Variable(random.random((5, 4), dtype=np.float32), name="W1"), Variable(np.zeros(4, np.float32), name="b1")
    W2, b2 = Variable(random.random((4, 3), dtype=np.float32), name="W2"), Variable(np.zeros(3, np.float32), name="b2")
    with Tape(persistent=True) as t:
        logits = ag.relu(x @ W1 + b1) @ W2 + b2
        loss = np.mean(ag.sparse_softmax_crossentropy(logits, labels))
    return build(t, loss, names={"x": x, "labels": labels, "loss": loss})
