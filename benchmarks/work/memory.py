"""Memory: what a recorded operation on scalars holds, and the peak of a step of the two-layer MNIST model."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.program import Job, Round, Row, Work, cores, ours, peer
from benchmarks.work import mnist

OPERATIONS = 10_000
STEPS = 5


@ours()
def recorded_operations(job: Job) -> Round:
    """Bytes for each of many operations on Python floats that a tape holds."""
    import autograd as ag

    def run() -> float:
        x = ag.Tensor(1.0)
        with ag.Tape() as tape:
            tape.watch(x)
            tracemalloc.start()
            y = x
            for _ in range(OPERATIONS // 2):
                y = y * 0.999
                y = y + x
            held, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return held / OPERATIONS

    return run


def in_status(field: str) -> float:
    """Bytes of this process, as Linux counts them."""
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def peaks(prepare: Callable[[int], Callable[[], Any]]) -> Round:
    """The most memory that steps took, above what the process had before there was a model.

    `prepare` makes a model with so many hidden units. A small one comes first, since libraries load and start much of
    themselves at the first step.
    """
    prepare(64)()
    before = in_status("VmRSS")
    step = prepare(mnist.HIDDEN)

    def run() -> float:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        for _ in range(STEPS):
            step()
        return in_status("VmHWM") - before

    return run


def on_tape(job: Job, **how: Any) -> Round:
    import nn
    import optim

    images, labels = job.images(mnist.BATCH)
    x, y = images[: mnist.BATCH], labels[: mnist.BATCH]

    def prepare(hidden: int) -> Callable[[], Any]:
        layers = [nn.Dense(hidden, activation="relu"), nn.Dense(mnist.CLASSES, activation="softmax")]
        model = nn.Sequential(layers)
        model.compile(optim.RMSprop(), "sparse_categorical_crossentropy", metrics=["accuracy"], **how)
        return lambda: model.fit(x, y, batch_size=mnist.BATCH, verbose=0)

    return peaks(prepare)


@ours()
def step(job: Job) -> Round:
    return on_tape(job)


@ours(hides=("numba",))
def compiled_step(job: Job) -> Round:
    return on_tape(job, jit=True)


@peer("torch")
def torch_step(job: Job) -> Round:
    import torch

    torch.set_num_threads(cores())
    images, labels = job.images(mnist.BATCH)
    x, y = torch.from_numpy(images[: mnist.BATCH]), torch.from_numpy(labels[: mnist.BATCH])

    def prepare(hidden: int) -> Callable[[], Any]:
        model = torch.nn.Sequential(
            torch.nn.Linear(x.shape[1], hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, mnist.CLASSES)
        )
        optimizer = torch.optim.RMSprop(model.parameters())

        def run() -> None:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()

        return run

    return peaks(prepare)


WORK = Work(
    "Memory",
    (
        Row("held by a recorded operation on scalars", recorded_operations, None, 300, "B"),
        Row("peak of an MNIST step, not compiled : PyTorch, eager", step, torch_step, 1.3, "B"),
        Row("peak of an MNIST step, compiled, NumPy alone : PyTorch, eager", compiled_step, torch_step, 1.3, "B"),
    ),
)
