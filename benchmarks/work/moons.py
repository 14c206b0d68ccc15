"""micrograd's demo: a 2-16-16-1 perceptron of scalars on 100 points of two moons, hinge loss, one step of descent.

Ours builds the same graph, one node for each operation on two numbers; 100 points make some 70,000.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from benchmarks.program import WARM, Job, Round, Row, Work, ours, peer, seconds

SIZES = (2, 16, 16, 1)
RATE, DECAY = 0.5, 1e-4


def moons(count: int) -> tuple[list[list[float]], list[float]]:
    """Points on two half circles that reach into each other, with noise, and their sides, -1 and 1."""
    noise = random.Random(0)
    points, sides = [], []
    for i in range(count):
        angle, lower = math.pi * (i // 2) / max(count // 2 - 1, 1), i % 2
        x, y = math.cos(angle), math.sin(angle)
        place = (1 - x, 0.5 - y) if lower else (x, y)
        points.append([c + noise.gauss(0, 0.1) for c in place])
        sides.append(1.0 if lower else -1.0)
    return points, sides


def network(make: Callable[[float], Any]) -> list[list[tuple[list[Any], Any]]]:
    """For each layer its neurons: weights and a bias."""
    draw = random.Random(1)
    return [
        [([make(draw.uniform(-1, 1)) for _ in range(inputs)], make(0.0)) for _ in range(outputs)]
        for inputs, outputs in pairwise(SIZES)
    ]


def parameters(layers: Any) -> list[Any]:
    return [p for layer in layers for weights, bias in layer for p in (*weights, bias)]


def loss_of(layers: Any, points: Any, sides: Any, relu: Callable[[Any], Any]) -> Any:
    """The mean hinge loss and a part of the squares of all parameters."""
    losses = []
    for x, side in zip(points, sides, strict=True):
        for layer in layers:
            sums = [sum((w * v for w, v in zip(weights, x, strict=True)), bias) for weights, bias in layer]
            x = sums if layer is layers[-1] else [relu(s) for s in sums]
        losses.append(relu(1 + -side * x[0]))
    return sum(losses) * (1.0 / len(losses)) + DECAY * sum(p * p for p in parameters(layers))


def on_tape(job: Job, treat: Callable[[Any], Any]) -> Round:
    import autograd as ag

    layers = network(ag.Variable)
    weights = parameters(layers)

    def step(points: list[list[float]], sides: list[float]) -> Any:
        with ag.Tape() as tape:
            loss = loss_of(layers, points, sides, ag.relu)
        for p, g in zip(weights, tape.gradient(loss, weights), strict=True):
            p.assign_sub(RATE * g)
        return loss

    step = treat(step)
    data = moons(job.times(100, least=4))
    for _ in range(WARM):
        step(*data)
    return lambda: seconds(lambda: step(*data))


@ours()
def tape(job: Job) -> Round:
    return on_tape(job, lambda step: step)


@ours(needs=("numba",))
def compiled(job: Job) -> Round:
    import autograd as ag

    return on_tape(job, ag.compile)


@peer("micrograd")
def micrograd(job: Job) -> Round:
    from micrograd.engine import Value

    sys.setrecursionlimit(1_000_000)
    layers = network(Value)
    points, sides = moons(job.times(100, least=4))

    def step() -> None:
        loss = loss_of(layers, [[Value(c) for c in point] for point in points], sides, Value.relu)
        for p in parameters(layers):
            p.grad = 0.0
        loss.backward()
        for p in parameters(layers):
            p.data -= RATE * p.grad

    return lambda: seconds(step)


WORK = Work(
    "A step of micrograd's moons demo, the same graph of scalars",
    (
        Row("not compiled : micrograd", tape, micrograd, 0.8),
        Row("compiled : micrograd", compiled, micrograd, 0.05),
    ),
)
