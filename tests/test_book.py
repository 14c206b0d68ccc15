"""The examples of *Deep Learning with Python*, chapters 2 and 3, on the tape; and two graphs worked out by hand."""

import numpy as np
import pytest

from autograd import Tape, Variable
from nn.datasets import digits
from tests import from_scratch


def test_the_scalar_example() -> None:
    x = Variable(0.0)
    with Tape() as tape:
        y = 2 * x + 3
    assert tape.gradient(y, x) == 2.0


def test_the_tensor_example() -> None:
    x = Variable(np.random.default_rng(0).uniform(size=(2, 2)))
    with Tape() as tape:
        y = 2 * x + 3
    assert tape.gradient(y, x).tolist() == [[2, 2], [2, 2]]


def test_the_example_with_a_list_of_variables() -> None:
    rng = np.random.default_rng(0)
    W, b, x = Variable(rng.uniform(size=(2, 2))), Variable(np.zeros(2)), rng.uniform(size=(2, 2))
    with Tape() as tape:
        y = np.matmul(x, W) + b
    dW, db = tape.gradient(y, [W, b])
    np.testing.assert_allclose(dW.numpy(), x.T @ np.ones((2, 2)), rtol=1e-15)
    assert db.tolist() == [2, 2]


def test_the_scalar_graph_of_the_figures() -> None:
    x, w, b, y_true = Variable(2.0), Variable(3.0), Variable(1.0), 4.0
    with Tape(persistent=True) as t:
        x1 = x * w
        x2 = x1 + b
        loss = np.abs(y_true - x2)
    assert (float(x1), float(x2), float(loss)) == (6, 7, 3)
    grad = lambda y, x: float(t.gradient(y, x))
    assert (grad(loss, x2), grad(x2, x1), grad(x2, b), grad(x1, w)) == (1, 1, 1, 2)
    assert (grad(loss, w), grad(loss, b)) == (2, 1)


def test_the_published_two_layer_example() -> None:
    """M. Mazur, "A Step by Step Backpropagation Example" (2015): sigmoid units, half squared error, rate 0.5."""
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    x, target = np.array([0.05, 0.10]), np.array([0.01, 0.99])
    hidden = Variable([[0.15, 0.20], [0.25, 0.30]])  # [[w1, w2], [w3, w4]]
    output = Variable([[0.40, 0.45], [0.50, 0.55]])  # [[w5, w6], [w7, w8]]
    with Tape() as t:
        h = sigmoid(hidden @ x + 0.35)
        y = sigmoid(output @ h + 0.60)
        loss = np.sum(0.5 * (target - y) ** 2)
    assert float(loss) == pytest.approx(0.298371109, abs=5e-10)
    for variable, gradient in zip([hidden, output], t.gradient(loss, [hidden, output]), strict=True):
        variable.assign_sub(0.5 * gradient)
    np.testing.assert_allclose(output.numpy().ravel(), [0.35891648, 0.408666186, 0.511301270, 0.561370121], atol=5e-10)
    np.testing.assert_allclose(hidden.numpy().ravel(), [0.149780716, 0.19956143, 0.24975114, 0.29950229], atol=5e-9)


def test_the_chapter_from_scratch_trains() -> None:
    """NaiveDense, NaiveSequential, BatchGenerator, one_training_step and the full loop, on the embedded digits."""
    (x, y), (x_test, y_test) = digits.load_data()
    x, x_test = (images.reshape(len(images), 64).astype(np.float32) / 16 for images in (x, x_test))
    lines: list[str] = []
    model = from_scratch.two_layers(np.random.default_rng(0), inputs=64, hidden=64)
    losses = from_scratch.fit(model, x, y, epochs=150, update=_at_rate(0.05), report=lines.append)
    assert lines[0] == "Epoch 0"
    assert lines[1].startswith("loss at batch 0: ")
    assert losses[0] > 2
    assert np.mean(losses[-10:]) < 0.35
    assert from_scratch.accuracy(model, x_test, y_test) > 0.85
    assert {w.dtype for w in model.weights} == {np.dtype(np.float32)}


def _at_rate(learning_rate: float):
    return lambda gradients, weights: from_scratch.update_weights(gradients, weights, learning_rate)


def test_updating_by_hand_equals_updating_with_sgd() -> None:
    (x, y), _ = digits.load_data()
    x = x.reshape(len(x), 64).astype(np.float32) / 16
    by_hand, with_sgd = (from_scratch.two_layers(np.random.default_rng(0), inputs=64, hidden=16) for _ in range(2))
    from_scratch.fit(by_hand, x, y, epochs=1, report=lambda line: None)
    from_scratch.fit(with_sgd, x, y, epochs=1, update=from_scratch.update_weights_with_sgd, report=lambda line: None)
    for a, b in zip(by_hand.weights, with_sgd.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)
