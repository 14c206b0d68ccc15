"""Loops compute what NumPy computes, NaNs, infinities and signs of zero included, and are kept on disk if they can be."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
import optim
from autograd import Variable
from autograd.compiler.backends.numpy import blocks_text
from autograd.compiler.backends.numpy.emit import Operands
from autograd.compiler.hooks import elementwise_loop
from autograd.compiler.ir import LOOP, Group
from autograd.compiler.numpy_ops import ROWS, TRUTHS
from autograd.compiler.trace import Trace
from tests.autograd.compiler.backends import needs_numba, use_numpy_alone

LOOPS = [function for function, op in ROWS.items() if op.loop]
ODD = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.5, 1e-310, 3e38, 7.25])
A, B = [a.reshape(-1) for a in np.meshgrid(ODD, ODD)]
TRUTH = A > 0


def operands(function: Any, dtype: Any) -> list[list[Any]]:
    a, b = A.astype(dtype), B.astype(dtype)
    if function is np.where:
        return [[TRUTH, a, b], [TRUTH, a, 0.5], [TRUTH, -0.0, a], [a, a, b]]
    if ROWS[function].dtypes == TRUTHS:
        return [[TRUTH, ~TRUTH], [TRUTH, True]] if function is not np.logical_not else [[TRUTH]]
    if function.nin == 1:
        return [[a]]
    return [[a, b], [a, 0.3], [2, a], [a, TRUTH], [a, -0.0]]


def as_run(function: Any, args: list[Any]) -> tuple[Group, Any, Operands]:
    """One step as a run."""
    trace = Trace()
    given = [trace.input(x, f"x{i}") if isinstance(x, np.ndarray) else x for i, x in enumerate(args)]
    y = trace.run(function, given, {})
    trace.close(y)
    (step,) = trace.program.steps
    run = Group(LOOP, [step], list(dict.fromkeys(step.reads)), [y.ref], y.shape)
    names = {ref: f"x{ref.number}" for ref in [*run.reads, y.ref]}
    return run, trace.program, Operands(run, trace.program, names)


def with_scratch(run: Group, program: Any, places: Operands) -> Any:
    """The run in blocks, given the scratch arrays it asks for."""
    text, space, kinds = blocks_text(run, program, places)
    exec(text, space)
    loop = space["loop"]
    return lambda *arrays: loop(*arrays, *[kind.empty() for kind in kinds])


def compiled(run: Group, program: Any, places: Operands) -> Any:
    """The run as a compiled loop."""
    from autograd.compiler.backends.numba.kernel_cache import load
    from autograd.compiler.backends.numba.loops import loop_text

    return load(loop_text(run, program, places))


def called(loop: Any, run: Group, program: Any, places: Operands, args: list[Any]) -> Any:
    """What a loop writes for these arguments."""
    arrays = iter([x for x in args if isinstance(x, np.ndarray)])
    values = {ref: next(arrays) for ref in program.inputs}
    out = run.outs[0]
    values[out] = np.empty(program.kinds[out].shape, program.kinds[out].dtype)
    given = {places.parameter[ref]: values[ref] for ref in [*run.outs, *run.reads]}
    loop(*[given[name] for name in places.parameters])
    return values[out]


@pytest.mark.parametrize("kind", ["blocks", pytest.param("loop", marks=needs_numba)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", LOOPS, ids=lambda f: f.__name__)
def test_forms(function: Any, dtype: Any, kind: str) -> None:
    with np.errstate(all="ignore"):
        for args in operands(function, dtype):
            expected = function(*args)
            run, program, places = as_run(function, args)
            loop = compiled(run, program, places) if kind == "loop" else with_scratch(run, program, places)
            found = called(loop, run, program, places, args)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)
            zero = expected == 0
            if (
                function not in (np.maximum, np.minimum) and expected.dtype.kind == "f"
            ):  # of two zeros NumPy takes either
                np.testing.assert_array_equal(np.signbit(found[zero]), np.signbit(expected[zero]))


# Rules of optimizers as loops.

RULES = {
    "sgd": lambda: optim.SGD(0.1),
    "decay": lambda: optim.SGD(0.1, weight_decay=0.01),
    "momentum": lambda: optim.SGD(0.1, momentum=0.9),
    "nesterov": lambda: optim.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": optim.RMSprop,
    "centered": lambda: optim.RMSprop(centered=True, momentum=0.9),
    "adagrad": optim.Adagrad,
    "adam": optim.Adam,
    "amsgrad": lambda: optim.Adam(lambda step: 0.1 / (1 + step), amsgrad=True),
}


@needs_numba
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", RULES)
def test_updates_of_optimizers(name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=(300, 200)).astype(dtype)
    gradients = [rng.normal(size=start.shape).astype(dtype) for _ in range(3)]
    gradients[2].reshape(-1)[:4] = [np.nan, np.inf, -np.inf, 0]
    found = []
    for fast in (True, False):
        w, optimizer = Variable(start), RULES[name]()
        if not fast:
            monkeypatch.setattr(type(optimizer), "_loop", lambda self, dtype: None)
        for g in gradients:
            with np.errstate(all="ignore"):
                optimizer.apply_gradients([(g, w)])
        if fast:
            assert [loop is not None for loop in optimizer._loops.values()] == [True]
        found.append([w.numpy(), *optimizer.get_state([w]).values()])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6 if dtype == np.float32 else 1e-14)


@needs_numba
def test_options_changed_later_are_followed() -> None:
    optimizer = optim.SGD(0.5)
    w = Variable(np.ones((300, 200)))
    optimizer.apply_gradients([(np.ones((300, 200)), w)])
    optimizer.weight_decay = 1.0
    optimizer.learning_rate = 0.25
    optimizer.apply_gradients([(np.ones((300, 200)), w)])
    np.testing.assert_array_equal(w.numpy(), np.full((300, 200), 0.5 - 0.125 - 0.25))


@needs_numba
def test_what_is_no_single_loop_is_reelementwise_loop() -> None:
    def sums(w: Any) -> None:
        w -= np.sum(w)

    def decides(w: Any) -> None:
        if w[0] > 0:
            w -= 1

    def exponential(w: Any) -> None:
        w -= np.exp(w)

    assert [elementwise_loop(f, [np.float64]) for f in (sums, decides, exponential)] == [None] * 3
    assert elementwise_loop(lambda w: np.multiply(w, 2, out=w), [np.float16]) is None


def test_without_numba_plans_are_made_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    use_numpy_alone(monkeypatch)
    f = ag.compile(lambda x: np.sqrt((x * 2 + 1) * x) - x)
    x = np.arange(100_000.0)
    for _ in range(3):
        np.testing.assert_array_equal(f(x), np.sqrt((x * 2 + 1) * x) - x)
    assert any([isinstance(part, Group) for part in f.plans[0].executable.schedule.parts])
    monkeypatch.setattr("autograd.compiler.hooks.has_numba", lambda: False)
    assert elementwise_loop(lambda w: np.multiply(w, 2, out=w), [np.float64]) is None


@needs_numba
@pytest.mark.parametrize("shape", [(40, 30), (7, 5, 40), (3, 4, 20, 8), (1200, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_of_rows_are_added_up_where_the_rows_are_made(shape: tuple[int, ...], dtype: Any) -> None:
    rng = np.random.default_rng(0)
    start = [rng.normal(size=shape[-1:]).astype(dtype) for _ in range(2)]

    def step(x: Any, bias: Variable, scale: Variable) -> Any:
        with ag.Tape() as t:
            loss = np.sum(ag.relu(x * scale + bias) ** 2)
        gradients = t.gradient(loss, [bias, scale])
        bias.assign(gradients[0] + bias)
        scale.assign(gradients[1])
        return loss

    ours, theirs = [Variable(a) for a in start], [Variable(a) for a in start]
    compiled = ag.compile(lambda x: step(x, *ours))
    for _ in range(4):
        x = rng.normal(size=shape).astype(dtype)
        np.testing.assert_allclose(float(compiled(x)), float(step(x, *theirs)), rtol=1e-5)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert ("axis=(0" in compiled.plans[0].executable.text) == (shape[-1] == 1)
