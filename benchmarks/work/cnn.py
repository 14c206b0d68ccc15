"""A step of a convolutional net on images of MNIST's size, batch 128.

3×3 convolutions with 32 and 64 channels, each with relu and the maximum over 2×2, then a layer to 10 classes; RMSprop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.program import WARM, Job, Round, Row, Work, cores, ours, peer, seconds

BATCH = 128
RATE, DECAY, EPSILON = 1e-3, 0.9, 1e-7
SHAPES = [(3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (1600, 10), (10,)]


def batch(job: Job) -> tuple[np.ndarray, np.ndarray]:
    images, labels = job.images(BATCH)
    return images[:BATCH].reshape(-1, 28, 28, 1), labels[:BATCH]


def on_tape(job: Job, treat: Callable[[Any], Any]) -> Round:
    import autograd as ag
    import optim
    from nn.functional import conv, max_pool

    rng = np.random.default_rng(0)
    weights = [ag.Variable(rng.normal(0, 0.05, shape).astype(np.float32)) for shape in SHAPES]
    k1, b1, k2, b2, w, b = weights
    optimizer = optim.RMSprop(RATE, rho=DECAY, epsilon=EPSILON)

    def step(x: np.ndarray, y: np.ndarray) -> Any:
        with ag.Tape() as tape:
            h = max_pool(ag.relu(conv(x, k1) + b1))
            h = max_pool(ag.relu(conv(h, k2) + b2))
            loss = np.mean(ag.sparse_softmax_crossentropy(h.reshape(len(x), -1) @ w + b, y))
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    step = treat(step)
    x, y = batch(job)
    for _ in range(WARM):
        step(x, y)
    return lambda: seconds(lambda: step(x, y), job.times(5))


@ours()
def tape(job: Job) -> Round:
    return on_tape(job, lambda step: step)


@ours(needs=("numba",))
def compiled(job: Job) -> Round:
    import autograd as ag

    return on_tape(job, ag.compile)


@peer("torch")
def torch_eager(job: Job) -> Round:
    import torch
    from torch import nn

    torch.set_num_threads(cores())
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 10),
    )  # fmt: skip
    optimizer = torch.optim.RMSprop(model.parameters(), lr=RATE, alpha=DECAY, eps=EPSILON)
    images, y = map(torch.from_numpy, batch(job))
    x = images.permute(0, 3, 1, 2).contiguous()

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    return lambda: seconds(step, job.times(5))


WORK = Work(
    "A step of a convolutional net on MNIST, batch 128",
    (
        Row("not compiled : PyTorch, eager", tape, torch_eager, 1.5),
        Row("compiled : PyTorch, eager", compiled, torch_eager, 1.5),
    ),
)
