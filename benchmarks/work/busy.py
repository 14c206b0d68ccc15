"""The step of the two-layer MNIST model while two other programs multiply matrices of 400 × 400 with NumPy.

The two run during the rounds only. `fit` shuffles without a seed and so chooses the number of BLAS threads, except in
the row that says otherwise.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from typing import Any

from benchmarks.program import Job, Round, Row, Work, ours, peer, seconds
from benchmarks.work import mnist

OTHERS = 2
OTHER = """
import numpy as np
a = np.random.default_rng(0).random((400, 400))
a @ a
print("ready", flush=True)
while True:
    a @ a
"""
FEW = 20 * mnist.BATCH  # samples for a step that takes long


def next_to_others(run: Round) -> Round:
    """A round while the other programs run."""

    def loaded() -> float:
        with ExitStack() as stack:
            others = [subprocess.Popen([sys.executable, "-c", OTHER], stdout=subprocess.PIPE) for _ in range(OTHERS)]
            for other in others:
                stack.enter_context(other)
                stack.callback(other.kill)
            for other in others:
                assert other.stdout is not None
                other.stdout.readline()
            return run()

    return loaded


def fit(job: Job, samples: int = 20_000, seed: int | None = None, **how: Any) -> Round:
    import nn
    import optim

    images, labels = job.images(samples)
    if seed is not None:
        nn.utils.set_random_seed(seed)
    model = nn.Sequential([nn.Dense(mnist.HIDDEN, activation="relu"), nn.Dense(mnist.CLASSES, activation="softmax")])
    model.compile(optim.RMSprop(mnist.RATE), "sparse_categorical_crossentropy", metrics=["accuracy"], **how)
    steps = -(-len(images) // mnist.BATCH)
    return next_to_others(lambda: seconds(lambda: model.fit(images, labels, batch_size=mnist.BATCH, verbose=0)) / steps)


@ours(needs=("numba", "threadpoolctl"))
def fit_compiled(job: Job) -> Round:
    return fit(job, jit=True)


@ours(needs=("threadpoolctl",))
def fit_eager(job: Job) -> Round:
    return fit(job)


@ours(needs=("numba", "threadpoolctl"))
def fit_with_a_seed(job: Job) -> Round:
    return fit(job, samples=FEW, seed=0, jit=True)


@peer("jax", "optax")
def jax_jitted(job: Job) -> Round:
    return next_to_others(mnist.jax_jitted.prepare(job))


WORK = Work(
    "The same step, next to two programs that multiply matrices with NumPy",
    (
        Row("with numba : JAX, a jitted step", fit_compiled, jax_jitted, 2.5),
        Row("not compiled : JAX, a jitted step", fit_eager, jax_jitted, None),
        Row("with numba, after `set_random_seed` : JAX, a jitted step", fit_with_a_seed, jax_jitted, None),
    ),
)
