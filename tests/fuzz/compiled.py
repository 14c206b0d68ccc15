"""Random programs, eager against compiled: `python -m tests.fuzz.compiled --count 20000 --seed 0 [--numpy]`.

A program mixes operations, views, reductions, indices, writes in place, `out=`, decisions, assignments to variables, floats
and nested arguments, with or without a gradient. Each runs five times on new inputs, plain and compiled, on variables of its
own. Results and variables must agree to the last bits, and the types of results exactly.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.nest import leaves

SIDE = 4


def decided(a: Any, b: Any, k: float) -> Any:
    return a * 2 if np.sum(ag.stop_gradient(a)) > 0 else a + b


OPERATIONS: list[Callable[[Any, Any, float], Any]] = [
    lambda a, b, k: a + b, lambda a, b, k: a - k, lambda a, b, k: a * b, lambda a, b, k: a / (2 + b * b),
    lambda a, b, k: k * a, lambda a, b, k: -a, lambda a, b, k: a**2, lambda a, b, k: np.tanh(a), lambda a, b, k: np.exp(-a * a),
    lambda a, b, k: np.sqrt(a * a + 1), lambda a, b, k: np.maximum(a, b), lambda a, b, k: np.minimum(a, k),
    lambda a, b, k: np.where(a > b, a, b), lambda a, b, k: np.where((a > k) & ~(b < k), a, k), lambda a, b, k: np.abs(a),
    lambda a, b, k: np.sign(a) * b, lambda a, b, k: a @ b / SIDE, lambda a, b, k: a.T, lambda a, b, k: a[::-1],
    lambda a, b, k: a.reshape(-1)[::2].repeat(2).reshape(SIDE, SIDE), lambda a, b, k: np.swapaxes(a, 0, 1) + b,
    lambda a, b, k: np.broadcast_to(a[0], a.shape), lambda a, b, k: a - np.mean(a), lambda a, b, k: a - np.max(a, axis=0),
    lambda a, b, k: a / (1 + np.sum(a * a, axis=1, keepdims=True)), lambda a, b, k: np.cumsum(a, axis=1) / SIDE,
    lambda a, b, k: np.concatenate([a[:2], b[2:]]), lambda a, b, k: np.stack([a[0], b[1], a[2], b[3]]),
    lambda a, b, k: a[[3, 0, 1, 1]], lambda a, b, k: a[np.arange(SIDE), :][:, [1, 0, 3, 2]], lambda a, b, k: np.clip(a, -1, k),
    lambda a, b, k: np.einsum("ij,kj->ik", a, b) / SIDE, lambda a, b, k: np.outer(a[0], b[1]), lambda a, b, k: np.roll(a, 1, axis=0),
    lambda a, b, k: a.at[1].set(b[2]), lambda a, b, k: a.at[[0, 0]].add(k), lambda a, b, k: ag.softmax(a, axis=1) * b,
    lambda a, b, k: ag.logsumexp(a, axis=0) + b, lambda a, b, k: ag.relu(a - k), lambda a, b, k: np.sort(a, axis=0),
    lambda a, b, k: np.var(a, axis=0) + b, lambda a, b, k: np.prod(a[:, :2], axis=1, keepdims=True) * b, decided,
]  # fmt: skip
CHANGES: list[Callable[[Any, Any], Any]] = [
    lambda y, k: y.sort(axis=0), lambda y, k: y.fill(k), lambda y, k: y.put([1, 3], k), lambda y, k: np.fill_diagonal(y, k),
    lambda y, k: np.copyto(y, k, where=y > 0), lambda y, k: np.putmask(y, y < 0, k), lambda y, k: np.add(y, k, out=y, where=y > k),
    lambda y, k: np.multiply(y, k, out=y), lambda y, k: y.cumsum(axis=0, out=y), lambda y, k: y.__setitem__(slice(1, 3), k),
    lambda y, k: y.__setitem__((slice(None), 0), y[:, 1] * 2), lambda y, k: y[0].fill(k), lambda y, k: y[1:3].__iadd__(k),
    lambda y, k: np.add.at(y, [0, 0], k), lambda y, k: y.T.__imul__(k), lambda y, k: np.clip(y, -k, k, out=y),
    lambda y, k: y.flat.__setitem__(2, k), lambda y, k: y.partition(2, axis=1), lambda y, k: np.negative(y[0], out=y[1]),
]  # fmt: skip


def program_of(seed: int) -> tuple[Callable[[list[Variable]], Callable[..., Any]], list[tuple[Any, ...]], Any]:
    """A function of its variables, the calls, and the dtype."""
    rng = np.random.default_rng(seed)
    dtype = np.float32 if seed % 2 else np.float64
    count = int(rng.integers(1, 12))
    gradient, writes = bool(rng.integers(0, 2)), bool(rng.integers(0, 2))
    steps = [
        (int(rng.integers(0, len(OPERATIONS))), int(rng.integers(0, 99)), int(rng.integers(0, 99)))
        for _ in range(count)
    ]
    change = [int(rng.integers(0, len(CHANGES))) if writes and rng.random() < 0.3 else None for _ in range(count)]
    wanted = [int(i) for i in rng.integers(0, 99, int(rng.integers(1, 4)))]

    def make(variables: list[Variable]) -> Callable[..., Any]:
        def body(x: Any, y: Any, k: float) -> list[Any]:
            values = [x * 1.0, y * 1.0, *[v * 1.0 for v in variables]]
            for (number, i, j), extra in zip(steps, change, strict=True):
                a, b = values[i % len(values)], values[j % len(values)]
                values.append(OPERATIONS[number](a, b, k))
                if extra is not None and not gradient:
                    copied = np.array(b) if isinstance(b, np.ndarray) and not hasattr(b, "trace") else b * 1.0
                    if not isinstance(copied, Tensor):
                        CHANGES[extra](copied, k)
                    values.append(copied)
            return values

        def f(pair: dict[str, Any], k: float) -> Any:
            if not gradient:
                values = body(pair["x"], pair["y"][0], k)
                variables[0].assign(variables[0] * 0.5 + values[-1] * 0.0 + 0.125)
                return {"found": [values[i % len(values)] for i in wanted], "k": k * 2}
            with Tape() as t:
                values = body(pair["x"], pair["y"][0], k)
                loss = sum([np.mean(v) for v in values[-2:]])
            gradients = t.gradient(loss, variables, unconnected_gradients="zero")
            for v, g in zip(variables, gradients, strict=True):
                v.assign_sub(0.1 * g)
            return [loss, gradients, values[wanted[0] % len(values)]]

        return f

    shape = (SIDE, SIDE)
    calls = [
        ({"x": rng.normal(size=shape).astype(dtype), "y": (rng.normal(size=shape).astype(dtype),)}, float(rng.normal()))
        for _ in range(5)
    ]
    return make, calls, dtype


def plain(x: Any) -> Any:
    return x.value if isinstance(x, Tensor) else x


def compare(seed: int, numpy_alone: bool = False) -> tuple[str, str]:
    """What became of a program: the same, last bits, run as it is, wrong or an error; and more about it."""
    if numpy_alone:
        hide_numba()
    make, calls, dtype = program_of(seed)
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=(SIDE, SIDE)).astype(dtype) for _ in range(2)]
    ours, theirs = [Variable(a) for a in start], [Variable(a) for a in start]
    compiled, eager = ag.compile(make(ours)), make(theirs)
    verdict = "same"
    with warnings.catch_warnings(record=True) as told, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        for args in calls:
            try:
                expected = eager(*args)
            except Exception as error:
                return "plain error", type(error).__name__
            try:
                found = compiled(*args)
            except Exception as error:
                return "ERROR", f"{type(error).__name__}: {error}"
            pairs = [*zip(leaves(found), leaves(expected), strict=True), *zip(ours, theirs, strict=True)]
            for a, b in pairs:
                if type(a) is not type(b) or type(plain(a)) is not type(plain(b)):
                    return "WRONG", f"type {type(plain(a)).__name__} for {type(plain(b)).__name__}"
                a, b = np.asarray(plain(a)), np.asarray(plain(b))
                if a.dtype != b.dtype or a.shape != b.shape:
                    return "WRONG", f"{a.dtype}{a.shape} for {b.dtype}{b.shape}"
                if not np.array_equal(a, b, equal_nan=True):
                    tolerance = 1e-4 if dtype == np.float32 else 1e-10
                    if not np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True):
                        return "WRONG", f"{np.nanmax(np.abs(a - b))}"
                    verdict = "last bits"
    given_up = [str(warning.message) for warning in told if "not compiled but run as it is" in str(warning.message)]
    if given_up:
        return "run as it is", given_up[0].partition("run as it is. ")[2][-60:]
    return verdict, ""


def hide_numba() -> None:
    find = importlib.util.find_spec
    if getattr(find, "hides", None) is None:
        hidden = lambda name, package=None: None if name == "numba" else find(name, package)
        hidden.hides = "numba"  # type: ignore[attr-defined]
        importlib.util.find_spec = hidden


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.compiled", description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--numpy", action="store_true", help="as where numba is missing")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.count)
    with ProcessPoolExecutor(options.workers) as pool:
        outcomes = list(pool.map(partial(compare, numpy_alone=options.numpy), seeds, chunksize=50))
    print(dict(Counter([verdict for verdict, _ in outcomes])))
    print(Counter([more for verdict, more in outcomes if verdict == "run as it is"]).most_common(12))
    for seed, (verdict, more) in zip(seeds, outcomes, strict=True):
        if verdict in ("WRONG", "ERROR"):
            print(seed, verdict, more)
    sys.exit(any([verdict in ("WRONG", "ERROR") for verdict, _ in outcomes]))


if __name__ == "__main__":
    main()
