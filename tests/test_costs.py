"""What work costs, counted where counts are the same on every machine: calls, bytes, steps, buffers.

The limits are what was counted when they were last set, on the oldest Python supported (newer ones make fewer calls). If
one is exceeded, a change made that work dearer. If the change is worth it, or has made the work cheaper, set it anew:
`python -m tests.test_costs` prints what is counted now. What time it takes is for `make bench`.
"""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import autograd as ag
from tests.autograd.compiler.backends import use_numpy_alone
from tests.counting import calls

LIMITS = {
    "calls: vector, no tape": 8,
    "calls: vector, forward": 13.5,
    "calls: vector, backward": 18.5,
    "calls: scalar, forward": 13.5,
    "calls: scalar, backward": 16,
    "bytes: scalar operation held": 306,  # 298 on Python 3.11, where a tensor is 8 bytes smaller
    "plan: steps": 75,
    "plan: parts": 67,
    "plan: buffers": 23,
    "plan: bytes of buffers": 2_670_000,
    "plan: bytes allocated by a run": 50_000,
}


def chain(x: Any, length: int) -> Any:
    y = x
    for _ in range(length // 2):
        y = y * x
        y = y + 0.5
    return y


def per_operation(count: Callable[[int], int]) -> float:
    """The count for each operation of a chain; what the ends of the chain cost is left out."""
    return (count(1100) - count(100)) / 1000


def forward(value: Any, length: int, watched: bool = True) -> int:
    x = ag.Tensor(value)
    with ag.Tape() as tape:
        if watched:
            tape.watch(x)
        return calls(lambda: chain(x, length))


def backward(value: Any, length: int) -> int:
    x = ag.Tensor(value)
    with ag.Tape() as tape:
        tape.watch(x)
        y = np.sum(chain(x, length))
    return calls(lambda: tape.gradient(y, x))


def bytes_held(length: int) -> int:
    x = ag.Tensor(0.5)
    with ag.Tape() as tape:
        tape.watch(x)
        tracemalloc.start()
        try:
            y = chain(x, length)  # noqa: F841  held with the tape
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()


def mnist_plan() -> tuple[Any, Callable[[], Any]]:
    """The plan of a step of the two-layer MNIST model with RMSprop, with NumPy alone, and the step."""
    rng = np.random.default_rng(0)
    x, y = rng.random((128, 784), np.float32), rng.integers(0, 10, 128)
    shapes = [(784, 512), (512,), (512, 10), (10,)]
    weights = [ag.Variable(np.full(shape, 0.01, np.float32)) for shape in shapes]
    squares = [ag.Variable(np.zeros(shape, np.float32)) for shape in shapes]
    w1, b1, w2, b2 = weights

    @ag.compile
    def step(x: Any, y: Any) -> Any:
        with ag.Tape() as tape:
            loss = np.mean(ag.sparse_softmax_crossentropy(ag.relu(x @ w1 + b1) @ w2 + b2, y))
        for w, r, g in zip(weights, squares, tape.gradient(loss, weights), strict=True):
            r.assign(0.9 * r + 0.1 * g * g)
            w.assign_sub(0.001 * g / np.sqrt(r + 1e-7))
        return loss

    for _ in range(4):
        step(x, y)
    (plan,) = step.plans
    return plan, lambda: step(x, y)


@contextmanager
def without_numba() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_numpy_alone(patch)
        yield


def allocated(run: Callable[[], Any]) -> int:
    """The most bytes that a run held at a time beyond those before it."""
    tracemalloc.start()
    try:
        run()
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        run()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def counted() -> dict[str, float]:
    vector = np.linspace(0.0, 0.9, 16)
    with without_numba():
        plan, step = mnist_plan()
    schedule = plan.executable.schedule
    buffers = schedule.memory.kinds
    figures = [
        per_operation(lambda length: forward(vector, length, watched=False)),
        per_operation(lambda length: forward(vector, length)),
        per_operation(lambda length: backward(vector, length)),
        per_operation(lambda length: forward(0.5, length)),
        per_operation(lambda length: backward(0.5, length)),
        bytes_held(10_000) / 10_000,
        len(plan.program.steps),
        len(schedule.parts),
        len(buffers),
        sum([kind.empty().nbytes for kind in buffers]),
        allocated(step),
    ]
    return dict(zip(LIMITS, figures, strict=True))


@pytest.fixture(scope="module")
def now() -> dict[str, float]:
    return counted()


@pytest.mark.parametrize("what", LIMITS)
def test_no_dearer_than(what: str, now: dict[str, float]) -> None:
    assert now[what] <= LIMITS[what]


def test_calls_are_counted() -> None:
    assert calls(lambda: [abs(-1) for _ in range(10)]) >= 10


if __name__ == "__main__":
    for name, figure in counted().items():
        print(f'    "{name}": {figure:.10g},')
