"""A step of the two-layer model on MNIST: Dense 512 relu, Dense 10 softmax, RMSprop, batches of 128, shuffled.

A round is an epoch on 20,000 images, and the figure is its time for each step, so that what `fit` does around the steps
is in it. Ours and Keras's compute the accuracy too. A compiled round of ours is a training as people have it: a new
model, traced in its first steps, and five epochs. Its kernels are on disk from an earlier one; JAX and Keras have
compiled their steps before, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.program import Job, Round, Row, Work, cores, ours, peer, seconds

BATCH, HIDDEN, CLASSES = 128, 512, 10
RATE, DECAY, EPSILON = 1e-3, 0.9, 1e-7


def starting_weights(inputs: int) -> list[np.ndarray]:
    """Two layers' matrices and vectors: uniform as Glorot and Bengio have it, and zeros."""
    rng = np.random.default_rng(0)

    def glorot(i: int, o: int) -> np.ndarray:
        limit = np.sqrt(6 / (i + o))
        return rng.uniform(-limit, limit, (i, o)).astype(np.float32)

    zeros = np.zeros
    return [glorot(inputs, HIDDEN), zeros(HIDDEN, "f4"), glorot(HIDDEN, CLASSES), zeros(CLASSES, "f4")]


def epochs(samples: int, step: Callable[[np.ndarray], Any], finish: Callable[[], Any] = lambda: None) -> Round:
    """Rounds of an epoch each: `step` with the samples of a batch, in a new random order every time."""
    rng = np.random.default_rng(0)
    starts = range(0, samples, BATCH)

    def epoch() -> None:
        order = rng.permutation(samples)
        for start in starts:
            step(order[start : start + BATCH])
        finish()

    return lambda: seconds(epoch) / len(starts)


# Ours.


def fit(job: Job, epochs: int = 1, **how: Any) -> Round:
    import nn
    import optim

    images, labels = job.images()
    nn.utils.set_random_seed(0)

    def train() -> None:
        model = nn.Sequential([nn.Dense(HIDDEN, activation="relu"), nn.Dense(CLASSES, activation="softmax")])
        model.compile(optim.RMSprop(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"], **how)
        model.fit(images, labels, batch_size=BATCH, epochs=epochs, verbose=0)

    train()
    return lambda: seconds(train) / (epochs * -(-len(images) // BATCH))


@ours()
def fit_eager(job: Job) -> Round:
    return fit(job)


@ours(needs=("numba",))
def fit_compiled(job: Job) -> Round:

    return fit(job, epochs=5, jit=True)


@ours(hides=("numba",))
def fit_compiled_numpy_alone(job: Job) -> Round:
    return fit(job, epochs=5, jit=True)


# NumPy.


@ours()
def five_products(job: Job) -> Round:
    """The floor under any step: its matrix products, of arrays that are there already."""
    images, _ = job.images()
    w1, _, w2, _ = starting_weights(images.shape[1])
    x = images[:BATCH].copy()
    h, z = np.empty((BATCH, HIDDEN), "f4"), np.empty((BATCH, CLASSES), "f4")
    dh, dw1, dw2 = np.empty_like(h), np.empty_like(w1), np.empty_like(w2)

    def step() -> None:
        np.matmul(x, w1, out=h)
        np.matmul(h, w2, out=z)
        np.matmul(h.T, z, out=dw2)
        np.matmul(z, w2.T, out=dh)
        np.matmul(x.T, dh, out=dw1)

    return lambda: seconds(step, job.times(469))


@ours()
def by_hand(job: Job) -> Round:
    """The step written out in NumPy, in place where that is natural."""
    images, labels = job.images()
    weights = starting_weights(images.shape[1])
    squares = [np.zeros_like(w) for w in weights]

    def step(rows: np.ndarray) -> None:
        w1, b1, w2, b2 = weights
        x, y = images[rows], labels[rows]
        h = x @ w1
        h += b1
        on = h > 0
        h *= on
        z = h @ w2
        z += b2
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        z[np.arange(len(y)), y] -= 1
        z /= len(y)
        dh = z @ w2.T
        dh *= on
        for w, r, g in zip(weights, squares, (x.T @ dh, dh.sum(0), h.T @ z, z.sum(0)), strict=True):
            r *= DECAY
            r += (1 - DECAY) * g * g
            w -= RATE * g / np.sqrt(r + EPSILON)

    return epochs(len(images), step)


# The peers.


def in_jax(inputs: int) -> tuple[Callable[..., Any], Any, Any]:
    """A step as a function for JAX to compile, and the parameters and the optimizer's state it begins with."""
    import jax
    import jax.numpy as jnp
    import optax

    optimizer = optax.rmsprop(RATE, decay=DECAY, eps=EPSILON)

    def loss(weights: Any, x: Any, y: Any) -> Any:
        w1, b1, w2, b2 = weights
        logits = jax.nn.relu(x @ w1 + b1) @ w2 + b2
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

    def step(weights: Any, state: Any, x: Any, y: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(weights, x, y)
        updates, state = optimizer.update(gradients, state)
        return optax.apply_updates(weights, updates), state, value

    weights = [jnp.asarray(w) for w in starting_weights(inputs)]
    return step, weights, optimizer.init(weights)


@peer("jax", "optax")
def jax_jitted(job: Job) -> Round:
    import jax

    images, labels = job.images()
    step, weights, state = in_jax(images.shape[1])
    step = jax.jit(step, donate_argnums=(0, 1))

    def train(rows: np.ndarray) -> None:
        nonlocal weights, state
        weights, state, _ = step(weights, state, images[rows], labels[rows])

    return epochs(len(images), train, lambda: jax.block_until_ready(weights))


@peer("jax", "optax")
def jax_epoch_in_one_loop(job: Job) -> Round:
    import jax
    import jax.numpy as jnp

    images, labels = job.images()
    step, weights, state = in_jax(images.shape[1])
    x, y = jnp.asarray(images), jnp.asarray(labels)
    batches = len(images) // BATCH  # a compiled loop has no shorter last turn
    rng = np.random.default_rng(0)

    def loop(weights: Any, state: Any, order: Any) -> Any:
        def turn(carry: Any, rows: Any) -> Any:
            weights, state, value = step(*carry, x[rows], y[rows])
            return (weights, state), value

        return jax.lax.scan(turn, (weights, state), order)[0]

    loop = jax.jit(loop, donate_argnums=(0, 1))

    def epoch() -> None:
        nonlocal weights, state
        order = rng.permutation(len(images))[: batches * BATCH].reshape(batches, BATCH)
        weights, state = jax.block_until_ready(loop(weights, state, order))

    return lambda: seconds(epoch) / batches


@peer("torch")
def torch_eager(job: Job) -> Round:
    import torch

    torch.set_num_threads(cores())
    images, labels = map(torch.from_numpy, job.images())
    model = torch.nn.Sequential(
        torch.nn.Linear(images.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, CLASSES)
    )
    optimizer = torch.optim.RMSprop(model.parameters(), lr=RATE, alpha=DECAY, eps=EPSILON)

    def step(rows: np.ndarray) -> None:
        chosen = torch.from_numpy(rows)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images[chosen]), labels[chosen]).backward()
        optimizer.step()

    return epochs(len(images), step)


@peer("keras", "tensorflow")
def keras_fit_on_tensorflow(job: Job) -> Round:
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    import keras

    images, labels = job.images()
    model = keras.Sequential([keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES, "softmax")])
    model.compile(keras.optimizers.RMSprop(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
    steps = -(-len(images) // BATCH)
    return lambda: seconds(lambda: model.fit(images, labels, batch_size=BATCH, verbose=0)) / steps


WORK = Work(
    "A step of the two-layer MNIST model, `fit` included",
    (
        Row("with numba : JAX, an epoch compiled into one loop", fit_compiled, jax_epoch_in_one_loop, 1.0),
        Row("with numba : JAX, a jitted step", fit_compiled, jax_jitted, 1.0),
        Row("with numba : PyTorch, eager", fit_compiled, torch_eager, 0.75),
        Row("with numba : Keras `fit` on TensorFlow", fit_compiled, keras_fit_on_tensorflow, 0.35),
        Row("with numba : its five matrix products alone", fit_compiled, five_products, 1.35),
        Row("NumPy alone : JAX, a jitted step", fit_compiled_numpy_alone, jax_jitted, 1.1),
        Row("NumPy alone : PyTorch, eager", fit_compiled_numpy_alone, torch_eager, 0.85),
        Row("not compiled : by hand in NumPy", fit_eager, by_hand, None),
    ),
)
