"""Training steps of a net with one hidden layer, as a user writes them, for plans to be made of."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
import optim
from autograd import Tape, Variable

CLASSES = 10


def classifier(
    inputs: int, hidden: int, scale: float, optimizer: optim.Optimizer, dtype: Any = np.float32
) -> tuple[Callable[..., Any], list[Variable]]:
    """A step, and the weights that it changes, which begin as large as `scale`."""
    rng = np.random.default_rng(0)
    shapes = [(inputs, hidden), (hidden,), (hidden, CLASSES), (CLASSES,)]
    weights = [Variable(rng.normal(0, scale, shape).astype(dtype)) for shape in shapes]
    w1, b1, w2, b2 = weights

    def step(x: Any, labels: Any) -> Any:
        with Tape() as tape:
            loss = np.mean(ag.sparse_softmax_crossentropy(ag.relu(x @ w1 + b1) @ w2 + b2, labels))
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    return step, weights


def random_batches(count: int, size: int, inputs: int, dtype: Any = np.float32) -> list[tuple[Any, Any]]:
    """So many batches of so many samples, with their labels."""
    rng = np.random.default_rng(1)
    return [(rng.normal(size=(size, inputs)).astype(dtype), rng.integers(0, CLASSES, size)) for _ in range(count)]
