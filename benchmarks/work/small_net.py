"""A step of a small net, where what surrounds the arithmetic counts: 32 inputs, 32 hidden, 10 classes, batch 16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.program import WARM, Job, Round, Row, Work, ours, peer, seconds

INPUTS, HIDDEN, CLASSES, BATCH = 32, 32, 10, 16
RATE = 0.01


def starting() -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Weights, a batch, and its labels."""
    rng = np.random.default_rng(0)
    shapes = [(INPUTS, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,)]
    weights = [rng.normal(0, 0.1, shape).astype(np.float32) for shape in shapes]
    return weights, rng.random((BATCH, INPUTS), np.float32), rng.integers(0, CLASSES, BATCH)


def on_tape(job: Job, treat: Callable[[Any], Any], warm: int = WARM) -> Round:
    import autograd as ag

    arrays, x, y = starting()
    weights = [ag.Variable(w) for w in arrays]
    w1, b1, w2, b2 = weights

    def step(x: np.ndarray, y: np.ndarray) -> Any:
        with ag.Tape() as tape:
            loss = np.mean(ag.sparse_softmax_crossentropy(np.tanh(x @ w1 + b1) @ w2 + b2, y))
        for w, g in zip(weights, tape.gradient(loss, weights), strict=True):
            w.assign_sub(RATE * g)
        return loss

    step = treat(step)
    for _ in range(warm):
        step(x, y)
    return lambda: seconds(lambda: step(x, y), job.times(1000))


@ours()
def tape(job: Job) -> Round:
    return on_tape(job, lambda step: step)


@ours(needs=("numba",))
def compiled(job: Job) -> Round:
    import autograd as ag

    return on_tape(job, ag.compile, warm=60_000)  # as it runs for good: parts on small arrays are fused


@ours(hides=("numba",))
def compiled_numpy_alone(job: Job) -> Round:
    import autograd as ag

    return on_tape(job, ag.compile)


@peer("jax")
def jax_jitted(job: Job) -> Round:
    import jax
    import jax.numpy as jnp

    arrays, x, y = starting()
    weights = [jnp.asarray(w) for w in arrays]

    def loss(weights: Any, x: Any, y: Any) -> Any:
        w1, b1, w2, b2 = weights
        scores = jax.nn.log_softmax(jnp.tanh(x @ w1 + b1) @ w2 + b2)
        return -jnp.mean(jnp.take_along_axis(scores, y[:, None], axis=1))

    @jax.jit
    def step(weights: Any, x: Any, y: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(weights, x, y)
        return [w - RATE * g for w, g in zip(weights, gradients, strict=True)], value

    def run() -> None:
        nonlocal weights
        weights, _ = step(weights, x, y)

    def steps() -> float:
        total = seconds(run, job.times(1000))
        jax.block_until_ready(weights)
        return total

    return steps


WORK = Work(
    "A step of a small net",
    (
        Row("compiled, with numba : not compiled", compiled, tape, 0.3),
        Row("compiled, with numba : JAX, jitted", compiled, jax_jitted, 1.0),
        Row("compiled, NumPy alone : not compiled", compiled_numpy_alone, tape, 0.3),
        Row("compiled, NumPy alone : JAX, jitted", compiled_numpy_alone, jax_jitted, 1.0),
    ),
)
