"""1,000 small operations in a row, forward and backward: what an operation costs beside its arithmetic.

x ← x·a and x ← x + b in turns, then the gradient with respect to a and b. The figure is the time for each operation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.program import Job, Round, Row, Work, ours, peer, seconds

OPERATIONS = 1000
A, B = 0.999, 0.001


def chained(a: Any, b: Any) -> Any:
    x = a
    for _ in range(OPERATIONS // 2):
        x = x * a
        x = x + b
    return x


def vectors() -> tuple[np.ndarray, np.ndarray]:
    return np.full(16, A), np.full(16, B)


def rounds(job: Job, run: Callable[[], Any]) -> Round:
    return lambda: seconds(run, job.times(50)) / OPERATIONS


def on_tape(job: Job, a: Any, b: Any) -> Round:
    import autograd as ag

    def run() -> None:
        with ag.Tape() as tape:
            tape.watch([a, b])
            y = np.sum(chained(a, b))
        tape.gradient(y, [a, b])

    a, b = ag.Tensor(a), ag.Tensor(b)
    return rounds(job, run)


@ours()
def tape_on_vectors(job: Job) -> Round:
    return on_tape(job, *vectors())


@ours()
def tape_on_scalars(job: Job) -> Round:
    return on_tape(job, A, B)


@peer("torch")
def torch_on_vectors(job: Job) -> Round:
    import torch

    a, b = [torch.from_numpy(v).requires_grad_() for v in vectors()]
    return rounds(job, lambda: torch.autograd.grad(chained(a, b).sum(), [a, b]))


@peer("autograd")
def hips_on_vectors(job: Job) -> Round:
    import autograd.numpy as anp

    import autograd

    gradient = autograd.grad(lambda a, b: anp.sum(chained(a, b)), (0, 1))
    return rounds(job, lambda: gradient(*vectors()))


@peer("mygrad")
def mygrad_on_vectors(job: Job) -> Round:
    import mygrad

    def run() -> None:
        a, b = map(mygrad.tensor, vectors())
        chained(a, b).sum().backward()

    return rounds(job, run)


@peer("micrograd")
def micrograd_on_scalars(job: Job) -> Round:
    from micrograd.engine import Value

    sys.setrecursionlimit(100_000)  # its values link to their operands, and are let go of one inside the other
    return rounds(job, lambda: chained(Value(A), Value(B)).backward())


WORK = Work(
    "1,000 small operations, forward and backward, for each",
    (
        Row("shape (16,) : PyTorch, eager", tape_on_vectors, torch_on_vectors, 0.6),
        Row("shape (16,) : HIPS autograd", tape_on_vectors, hips_on_vectors, 0.15),
        Row("shape (16,) : MyGrad", tape_on_vectors, mygrad_on_vectors, 0.15),
        Row("scalars : micrograd", tape_on_scalars, micrograd_on_scalars, 0.8),
    ),
)
