"""Random programs, compiled and not: bitwise the same with NumPy alone, up to last bits with compiled loops.

They mix operations, views, reductions, products and assignments to variables, and give back some of their values, so
that buffers, views, arguments and variables meet in every way.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Tape, Variable
from tests.autograd.compiler.backends import fuse_small_at_once, needs_numba, run_loops_in_python, use_numpy_alone

SIDE = 40  # 1600 elements, so that runs become loops
UNARY = [np.tanh, np.negative, lambda x: x * 0.5, lambda x: np.maximum(x, 0.1), lambda x: 1.5 - x, np.sqrt, np.square]
VIEWS = [
    lambda x: x.T,
    lambda x: x.reshape(SIDE // 2, 2 * SIDE).reshape(SIDE, SIDE),
    lambda x: x[::-1],
    lambda x: np.swapaxes(x, 0, 1)[:, ::-1],
    lambda x: np.broadcast_to(x[0], x.shape),
    lambda x: np.broadcast_to(x[:, :1], x.shape),
]
BINARY = [np.add, np.subtract, np.multiply, np.maximum, lambda a, b: np.where(a > b, a, b), lambda a, b: a @ b / SIDE]
REDUCED = [
    lambda x: x - np.mean(x),
    lambda x: x - np.max(x, axis=0),
    lambda x: x / (1 + np.sum(x * x, axis=1, keepdims=True)),
    lambda x: x - 0.01 * np.sum(x * x, axis=0),
]
ALL = [("1", f) for f in [*UNARY, *VIEWS, *REDUCED]] + [("2", f) for f in BINARY] + [("a", i) for i in range(3)]

programs = st.lists(
    st.tuples(st.integers(0, len(ALL) - 1), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=14
)
returned = st.lists(st.integers(0, 40), min_size=1, max_size=4)


def function_of(program: Any, results: Any, variables: list[Variable], gradient: bool) -> Any:
    def body(x: Any, y: Any) -> list[Any]:
        values = [x, y, *[v * 1.0 for v in variables[:1]], *[v[:] for v in variables]]
        for number, i, j in program:
            kind, what = ALL[number]
            a, b = values[i % len(values)], values[j % len(values)]
            if kind == "a":
                variables[what].assign(ag.stop_gradient(a))  # which the tape that may be open would not allow
                values.append(variables[what][:])
            else:
                values.append(what(a) if kind == "1" else what(a, b))
        return values

    def f(x: Any, y: Any) -> Any:
        if not gradient:
            values = body(x, y)
            return [values[i % len(values)] for i in results]
        with Tape() as t:
            values = body(x, y)
            loss = sum([np.mean(v) for v in [*values[-3:], variables[0]]])
        found = t.gradient(loss, variables, unconnected_gradients="zero")
        for v, g in zip(variables, found, strict=True):
            v.assign(v - 0.1 * g)
        return [values[i % len(values)] for i in results] + found

    return f


def plain(x: Any) -> Any:
    return np.array(getattr(x, "value", x))


@pytest.mark.parametrize("gradient", [False, True], ids=["forward", "gradient"])
@settings(max_examples=50, deadline=None)
@given(program=programs, results=returned, seed=st.integers(0, 100))
@example(program=[(9, 16, 0), *[(0, 0, 0)] * 7, (14, 20, 0)], results=[0], seed=0)  # the greatest of rows backwards
def test_with_numpy_alone(program: Any, results: Any, seed: int, gradient: bool) -> None:
    same_as_eager(program, results, seed, gradient, fuse=False)


@needs_numba
@pytest.mark.parametrize("gradient", [False, True], ids=["forward", "gradient"])
@settings(max_examples=25, deadline=None)
@given(program=programs, results=returned, seed=st.integers(0, 100))
def test_with_loops_in_python(program: Any, results: Any, seed: int, gradient: bool) -> None:
    """The text of the loops, without the time that compiling takes."""
    with pytest.MonkeyPatch.context() as patch:
        run_loops_in_python(patch)
        same_as_eager(program, results, seed, gradient, fuse=True)


@needs_numba
@pytest.mark.parametrize("gradient", [False, True], ids=["forward", "gradient"])
@settings(max_examples=25, deadline=None)
@given(program=programs, results=returned, seed=st.integers(0, 100))
def test_small_groups_in_python(program: Any, results: Any, seed: int, gradient: bool) -> None:
    """What a plan becomes that has run often, from its first run on: bitwise the same."""
    with pytest.MonkeyPatch.context() as patch:
        fuse_small_at_once(patch)
        run_loops_in_python(patch)
        same_as_eager(program, results, seed, gradient, fuse=True, exact=True)


@needs_numba
@pytest.mark.parametrize("gradient", [False, True], ids=["forward", "gradient"])
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=programs, results=returned, seed=st.integers(0, 100))
def test_with_compiled_loops(program: Any, results: Any, seed: int, gradient: bool) -> None:
    same_as_eager(program, results, seed, gradient, fuse=True)


def same_as_eager(program: Any, results: Any, seed: int, gradient: bool, fuse: bool, exact: bool = False) -> None:
    rng = np.random.default_rng(seed)
    dtype = np.float32 if seed % 2 else np.float64
    start = [rng.normal(size=(SIDE, SIDE)).astype(dtype) for _ in range(3)]
    ours, theirs = [Variable(a) for a in start], [Variable(a) for a in start]
    compiled, eager = (
        ag.compile(function_of(program, results, ours, gradient)),
        function_of(program, results, theirs, gradient),
    )
    calls = [
        (rng.normal(size=(SIDE, SIDE)).astype(dtype), rng.normal(size=(SIDE, SIDE)).astype(dtype)) for _ in range(5)
    ]
    calls[3] = (calls[3][0], calls[3][0])
    equal = np.testing.assert_array_equal if exact or not fuse else close
    kept: list[Any] = []
    with np.errstate(all="ignore"), pytest.MonkeyPatch.context() as patch:
        if not fuse:
            use_numpy_alone(patch)
        for x, y in calls:
            given_x, given_y = x.copy(), y.copy()
            found, expected = compiled(x, y), eager(x, y)
            np.testing.assert_array_equal(x, given_x)
            np.testing.assert_array_equal(y, given_y)
            for a, b in zip(found, expected, strict=True):
                assert plain(a).dtype == plain(b).dtype
                equal(plain(a), plain(b))
            for a, b in zip(ours, theirs, strict=True):
                equal(a.numpy(), b.numpy())
            if fuse:  # so that last bits do not grow
                for a, b in zip(ours, theirs, strict=True):
                    a.assign(b.numpy())
            kept.append([(a, plain(a)) for a in found])
    for results_of_call in kept:
        for a, then in results_of_call:
            np.testing.assert_array_equal(plain(a), then)  # not overwritten by later calls
    assert len(compiled.plans) <= 1


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(
        a, b, rtol=1e-4 if a.dtype == np.float32 else 1e-10, atol=1e-5 if a.dtype == np.float32 else 1e-12
    )
