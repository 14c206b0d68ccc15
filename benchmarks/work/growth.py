"""Whether the cost of a unit stays the same as work grows: an operation in chains, a parameter in layers.

The figure of a round is the greatest time for each unit by the smallest, over the sizes: 1 is flat. The sizes take
turns, and the quickest turn of each counts, since whatever disturbs one of them makes the figure greater.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.program import Job, Round, Row, Work, ours, seconds

BATCH = 128
TURNS = 3


def flatness(sizes: Sequence[int], run: Callable[[int], float]) -> Round:
    """`run` says how long each unit took in work of that size."""

    def figure() -> float:
        turns = [[run(size) for size in sizes] for _ in range(TURNS)]
        times = [min(turn) for turn in zip(*turns, strict=True)]
        return max(times) / min(times)

    return figure


@ours()
def operations(job: Job) -> Round:
    """Chains of 10³ to 10⁶ operations on scalars, forward and backward."""
    import autograd as ag

    def chain(operations: int) -> None:
        x, a = ag.Tensor(1.0), ag.Tensor(0.999)
        with ag.Tape() as tape:
            tape.watch([x, a])
            y = x
            for _ in range(operations // 2):
                y = y * a
                y = y + a
        tape.gradient(y, [x, a])

    top = job.times(10**6, least=10**3)
    sizes = [size for size in (10**3, 10**4, 10**5, 10**6) if size <= top]
    return flatness(sizes, lambda size: seconds(lambda: chain(size), max(1, top // 10 // size)) / size)


@ours()
def parameters(job: Job) -> Round:
    """Steps of a layer with 10⁵ to 10⁸ weights, batch 128, with plain descent."""
    import autograd as ag

    rng = np.random.default_rng(0)
    top = job.times(10**8, least=10**5)
    sizes = [size for size in (10**5, 10**6, 10**7, 10**8) if size <= top]

    def layer(size: int) -> Callable[[], Any]:
        width = round(size**0.5)
        x, w = rng.random((BATCH, width), np.float32), ag.Variable(rng.random((width, width), np.float32) / width)

        def step() -> None:
            with ag.Tape() as tape:
                loss = np.mean(np.square(x @ w))
            w.assign_sub(0.001 * tape.gradient(loss, w))

        step()
        return step

    steps = {size: layer(size) for size in sizes}
    return flatness(sizes, lambda size: seconds(steps[size], max(1, 10**7 // size)) / size)


WORK = Work(
    "Cost of a unit as work grows, the greatest by the smallest",
    (
        Row("an operation, of 10³ to 10⁶", operations, None, 1.3, ""),
        Row("a parameter, of 10⁵ to 10⁸", parameters, None, 1.3, ""),
    ),
)
