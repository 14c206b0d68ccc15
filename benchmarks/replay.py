"""Hold the compiler to what it did: `python -m benchmarks.replay write FILE`, then, after a change, `compare FILE`.

Each sample of the operations, random programs, and the steps of MNIST, a CNN and a scalar network run compiled for five
calls. What is kept of each: the results and the variables to the last bit, and the readable program without the names
of values. BLAS has one thread, so that bits compare. `--numpy` leaves numba out.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__" and os.environ.get("OPENBLAS_NUM_THREADS") != "1":
    command = [sys.executable, "-m", "benchmarks.replay", *sys.argv[1:]]
    os.execve(sys.executable, command, os.environ | {"OPENBLAS_NUM_THREADS": "1"})

import numpy as np

import autograd as ag
import nn
import optim
from autograd import Tape, Tensor, Variable
from autograd.nest import leaves
from tests.autograd.compiler.test_compile_random import ALL, SIDE, function_of
from tests.autograd.compiler.test_levels import perceptron
from tests.autograd.samples import SAMPLES
from tests.test_costs import mnist_plan

RANDOM = 400


def bits(x: Any) -> Any:
    """A value as something that compares to the last bit."""
    if isinstance(x, Tensor):
        x = x.value
    if isinstance(x, np.ndarray | np.generic):
        return type(x).__name__, str(x.dtype), x.shape, x.tobytes()
    return type(x).__name__, repr(x)


def anonymous(source: str) -> str:
    """A program whose names are numbered as they come."""
    tree = ast.parse(source)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.Name):
            old = node.arg if isinstance(node, ast.arg) else node.id
            new = old if old == "np" else names.setdefault(old, f"n{len(names)}")
            if isinstance(node, ast.arg):
                node.arg = new
            else:
                node.id = new
    return ast.unparse(tree)


def run(function: Callable[..., Any], calls: list[tuple[Any, ...]], variables: list[Variable]) -> dict[str, Any]:
    """What a function gives, compiled."""
    compiled = ag.compile(function)
    with warnings.catch_warnings(record=True) as told, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        results = [[bits(x) for x in leaves(compiled(*args))] for args in calls]
    return {
        "results": results,
        "variables": [bits(v.value) for v in variables],
        "sources": [anonymous(plan.source) for plan in compiled.plans],
        "told": [str(warning.message) for warning in told],
    }


def of_sample(sample: Any) -> dict[str, Any]:
    def f(*values: Any) -> Any:
        tensors = [Tensor(v) for v in values]
        with Tape() as t:
            t.watch([x for x in tensors if x.dtype.kind in "fc"])
            y = sample.call(*tensors)
        return y, t.gradient(y, tensors)

    return run(f, [sample.variables] * 4, [])


def of_random_program(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    dtype = np.float32 if seed % 2 else np.float64
    program = [tuple(map(int, row)) for row in rng.integers(0, [len(ALL), 31, 31], (int(rng.integers(1, 15)), 3))]
    results = [int(i) for i in rng.integers(0, 41, int(rng.integers(1, 5)))]
    variables = [Variable(rng.normal(size=(SIDE, SIDE)).astype(dtype)) for _ in range(3)]
    calls = [tuple(rng.normal(size=(2, SIDE, SIDE)).astype(dtype)) for _ in range(5)]
    return run(function_of(program, results, variables, bool(seed % 4 // 2)), calls, variables)


def of_fit() -> dict[str, Any]:
    """Three epochs of a model with every kind of layer that there is."""
    nn.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = rng.random((300, 784), np.float32), rng.integers(0, 10, 300)
    model = nn.Sequential([nn.Dense(512, activation="relu"), nn.Dropout(0.2), nn.Dense(10, activation="softmax")])
    model.compile(optim.RMSprop(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"], jit=True)
    history = model.fit(x, y, batch_size=128, epochs=3, verbose=0)
    return {"results": sorted(history.history.items()), "variables": [bits(w) for w in model.get_weights()]}


def of_scalars() -> dict[str, Any]:
    step, variables = perceptron(60)
    return run(step, [()] * 5, variables)


def of_convolution() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    shapes = [(3, 3, 1, 8), (8,), (8 * 13 * 13, 10), (10,)]
    weights = [Variable((rng.normal(size=shape) / 10).astype(np.float32)) for shape in shapes]
    kernel, bias, w, b = weights
    optimizer = optim.Adam(1e-3)

    def step(x: Any, y: Any) -> Any:
        with Tape() as t:
            h = nn.functional.max_pool(ag.relu(nn.functional.conv(x, kernel) + bias), 2)
            loss = np.mean(ag.sparse_softmax_crossentropy(h.reshape(len(x), -1) @ w + b, y))
        optimizer.apply_gradients(zip(t.gradient(loss, weights), weights, strict=True))
        return loss

    calls = [(rng.random((16, 28, 28, 1), np.float32), rng.integers(0, 10, 16)) for _ in range(5)]
    return run(step, calls, weights)


def of_mnist() -> dict[str, Any]:
    plan, step = mnist_plan()
    return {"results": [bits(step()) for _ in range(3)], "sources": [anonymous(plan.source)]}


def programs() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    for i, sample in enumerate(SAMPLES):
        yield f"sample {i} {sample}", lambda sample=sample: of_sample(sample)
    for seed in range(RANDOM):
        yield f"random {seed}", lambda seed=seed: of_random_program(seed)
    yield from [("fit", of_fit), ("scalars", of_scalars), ("convolution", of_convolution), ("mnist", of_mnist)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("what", choices=["write", "compare"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--numpy", action="store_true", help="leave numba out")
    options = parser.parse_args()
    if options.numpy:
        find = importlib.util.find_spec
        importlib.util.find_spec = lambda name, package=None: None if name == "numba" else find(name, package)
    found = {name: program() for name, program in programs()}
    if options.what == "write":
        options.file.write_bytes(pickle.dumps(found))
        return
    before = pickle.loads(options.file.read_bytes())
    differing = [(name, [key for key in before[name] if before[name][key] != found[name].get(key)]) for name in before]
    for name, keys in differing:
        if keys:
            print(f"{name}: {', '.join(keys)}")
    print(f"{len(before)} programs, {sum(bool(keys) for _, keys in differing)} differ")


if __name__ == "__main__":
    main()
