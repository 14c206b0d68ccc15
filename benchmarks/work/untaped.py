"""An operation on tensors that no tape watches, beside NumPy's own on the arrays: shape (16,)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.program import Job, Round, Row, Work, ours, seconds

UNROLLED = 10  # calls in a turn of the loop, so that the loop itself does not count


def product(x: Any) -> None:
    x * x, x * x, x * x, x * x, x * x, x * x, x * x, x * x, x * x, x * x


def function(x: Any) -> None:
    exp = np.exp
    exp(x), exp(x), exp(x), exp(x), exp(x), exp(x), exp(x), exp(x), exp(x), exp(x)


def rounds(job: Job, run: Callable[[Any], None], x: Any) -> Round:
    return lambda: seconds(lambda: run(x), job.times(20_000)) / UNROLLED


def tensor() -> Any:
    import autograd as ag

    return ag.Tensor(np.linspace(0, 1, 16))


@ours()
def tensor_product(job: Job) -> Round:
    return rounds(job, product, tensor())


@ours()
def array_product(job: Job) -> Round:
    return rounds(job, product, np.linspace(0, 1, 16))


@ours()
def tensor_function(job: Job) -> Round:
    return rounds(job, function, tensor())


@ours()
def array_function(job: Job) -> Round:
    return rounds(job, function, np.linspace(0, 1, 16))


@ours()
def tensor_product_beside_a_tape(job: Job) -> Round:
    """A tape is open, but watches something else."""
    import autograd as ag

    def run(x: Any) -> None:
        with ag.Tape():
            for _ in range(UNROLLED):
                product(x)

    x = tensor()
    return lambda: seconds(lambda: run(x), job.times(2000)) / UNROLLED**2


WORK = Work(
    "An operation on tensors of shape (16,) that no tape watches",
    (
        Row("`x * x` : NumPy", tensor_product, array_product, 2.5),
        Row("`np.exp(x)` : NumPy", tensor_function, array_function, 2.5),
        Row("`x * x`, a tape is open : NumPy", tensor_product_beside_a_tape, array_product, 2.5),
    ),
)
