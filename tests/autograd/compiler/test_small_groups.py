"""A plan that has run often does what is done with small arrays in a few compiled calls: the same to the last bit."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import autograd as ag
import optim
from autograd import Variable
from autograd.compiler.backends.numba import kernel_cache
from autograd.compiler.loop_rules import LONGEST
from tests.autograd.compiler.backends import fuse_small_at_once, needs_numba, run_loops_in_python
from tests.autograd.compiler.steps import classifier, random_batches

pytestmark = [
    needs_numba,
    pytest.mark.filterwarnings("ignore:.*depends on the data"),
]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plans fuse parts on small arrays at once."""
    fuse_small_at_once(monkeypatch)
    yield


@pytest.fixture
def in_python(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of what is joined, without the time that compiling takes."""
    run_loops_in_python(monkeypatch)


def of_step(optimizer: optim.Optimizer) -> tuple[Callable[..., Any], list[Variable]]:
    """A step of a small net, and its weights."""
    return classifier(7, 9, 0.3, optimizer)


def batches(count: int) -> list[tuple[Any, Any]]:
    return random_batches(count, 5, 7)


def parts_of(plan: Any) -> int:
    """How many calls a run of the plan makes."""
    return sum(["(" in line or "raise" in line for line in plan.executable.text.splitlines()])


@pytest.mark.parametrize("make", [optim.SGD, optim.RMSprop, optim.Adam], ids=lambda make: make.__name__)
def test_training(make: Any, soon: None) -> None:
    (run, ours), (step, theirs) = of_step(make(0.05)), of_step(make(0.05))
    compiled = ag.compile(run)
    counts = []
    for x, labels in batches(8):
        assert float(compiled(x, labels)) == float(step(x, labels))
        counts += [parts_of(plan) for plan in compiled.plans]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert counts[-1] < counts[0] / 2


def test_kernels_on_disk_are_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """But nothing is compiled before its time."""

    def joined(scale: float) -> list[bool]:
        compiled = ag.compile(lambda x: np.sum(np.maximum(x, scale) * x + 2, axis=1))
        for _ in range(6):
            compiled(np.ones((3, 5)))
        return [plan.executable.kernels == 1 for plan in compiled.plans]

    assert joined(0.625) == [False]
    with monkeypatch.context() as early:
        fuse_small_at_once(early)
        assert joined(0.625) == [True]
    assert joined(0.625) == [True]
    assert joined(0.375) == [False]


@pytest.mark.parametrize("label", [10, -1])
def test_a_label_out_of_range_is_told_and_changes_nothing(label: int, soon: None) -> None:
    run, weights = of_step(optim.RMSprop(0.05))
    compiled = ag.compile(run)
    for x, labels in batches(5):
        compiled(x, labels)
    before = [w.numpy().copy() for w in weights]
    x, labels = batches(1)[0]
    labels[1] = label
    with pytest.raises(ValueError, match="got labels from"):
        compiled(x, labels)
    for w, old in zip(weights, before, strict=True):
        np.testing.assert_array_equal(w.numpy(), old)
    assert len(compiled.plans) == 1


def test_a_nan_is_what_it_is_without(soon: None) -> None:
    (run, ours), (step, theirs) = of_step(optim.RMSprop(0.05)), of_step(optim.RMSprop(0.05))
    compiled = ag.compile(run)
    for number, (x, labels) in enumerate(batches(7)):
        if number == 5:
            x[2, 3] = np.nan
        np.testing.assert_array_equal(float(compiled(x, labels)), float(step(x, labels)))
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert np.isnan(ours[0].numpy()).any()


def scaled(x: Any) -> Any:
    """Something in memory of the plan's own, so that what follows can be joined to it."""
    return x * 1.5 - 0.25


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "row sums": lambda x, y, k: np.sum(scaled(x), axis=1) * 2,
    "row sums kept": lambda x, y, k: scaled(x) / np.sum(scaled(x), axis=-1, keepdims=True),
    "column sums": lambda x, y, k: np.sum(scaled(x), axis=0) - 1,
    "column sums kept": lambda x, y, k: scaled(x) - np.sum(scaled(x), axis=(0,), keepdims=True),
    "extremes": lambda x, y, k: [scaled(x) - np.max(x, axis=1, keepdims=True), 2 * np.min(x, axis=0) - np.max(x)],
    "picked": lambda x, y, k: scaled(x)[np.arange(len(x)), k] * 2 + 1,
    "picked from behind": lambda x, y, k: scaled(x)[np.arange(len(x)), k - x.shape[1]] * 2 + 1,
    "one hot": lambda x, y, k: scaled(x) - (np.arange(x.shape[1]) == k[:, None]).astype(x.dtype),
    "transposed": lambda x, y, k: scaled(scaled(x).T) + 1,
    "transposed beside itself": lambda x, y, k: (lambda z: z + np.negative(z.T).T)(scaled(scaled(x))),
    "rows and columns": lambda x, y, k: scaled(x) * scaled(x[0]) + scaled(x[:, :1]) - scaled(x[0, 0]),
    "branches": lambda x, y, k: np.where((x > y) & ~(x < 0), scaled(x), y) * np.sign(y),
    "whole numbers": lambda x, y, k: np.where((k < 300) & (k.astype(np.int8) > -200), scaled(x[:, 0]), 1.0) * 2,
    "a number as a view": lambda x, y, k: scaled(y) * np.squeeze(scaled(x)[:1, :1]) + 1,
    "a view that copies": lambda x, y, k: [np.ravel(scaled(x), order="F") * 2 + 1, np.reshape(scaled(y), -1, "F") * 2],
    "truth and falsehood": lambda x, y, k: np.where((x > 0) == False, scaled(x), y) * 2 + (y > x),  # noqa: E712
    "guard on a number": lambda x, y, k: scaled(x) * 2 if np.max(scaled(x)) else scaled(y) + 1,
    "two passes": lambda x, y, k: scaled(scaled(x) - np.sum(scaled(x), axis=0)) * scaled(y),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (3, 5), (4, 8), (5, 23), (3, LONGEST), (3, LONGEST + 1)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_texts(name: str, shape: tuple[int, int], dtype: Any, in_python: None) -> None:
    rng = np.random.default_rng(0)
    compiled = ag.compile(FUNCTIONS[name])
    for _ in range(5):
        x, y = rng.normal(size=(2, *shape)).astype(dtype)
        k = rng.integers(0, shape[1], shape[0]).astype(np.uint8 if name == "picked" else np.int64)
        found, expected = compiled(x, y, k), FUNCTIONS[name](x, y, k)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    (plan,) = compiled.plans
    assert plan.executable.kernels


def test_a_run_is_joined_as_a_whole(in_python: None) -> None:
    def f(x: Any, y: Any) -> Any:
        a = scaled(x) * y
        b = a.T + x
        c = (b * 2 + 1) * y - 3
        d = c.T + b
        e = (d * 0.5 + 1) * y - 2
        g = e.T + e
        return g * 2 - 1 + y

    rng, compiled = np.random.default_rng(0), ag.compile(f)
    for x, y in rng.normal(size=(5, 2, 40, 40)):
        np.testing.assert_array_equal(compiled(x, y), f(x, y))


def test_a_guard_on_an_array_of_one_element(in_python: None) -> None:
    def f(x: Any) -> Any:
        z = scaled(x) * 2
        return z + 1 if z > -100 else z

    compiled = ag.compile(f)
    for x in ([[1.0]], [[2.0]], [[3.0]], [[4.0]], [[-90.0]], [[5.0]]):
        np.testing.assert_array_equal(compiled(np.array(x)), f(np.array(x)))


@pytest.mark.parametrize("function", [np.maximum, np.minimum])
def test_of_two_zeros_it_is_numpys(function: Any, in_python: None) -> None:
    compiled = ag.compile(lambda x, y: function(x * 1.0, y) * 3)
    for x, y in [(-0.0, 0.0), (0.0, -0.0)] * 3:
        a, b = np.full((3, 4), x), np.full((3, 4), y)
        np.testing.assert_array_equal(np.signbit(compiled(a, b)), np.signbit(function(a, b)))


def test_what_can_not_be_compiled_stays_as_it_is(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> Any:
        raise OSError("no space left on device")

    monkeypatch.setattr(kernel_cache, "load", cache(lambda text: full))
    (run, ours), (step, theirs) = of_step(optim.SGD(0.05)), of_step(optim.SGD(0.05))
    compiled = ag.compile(run)
    with pytest.warns(UserWarning, match="numba could not compile a loop; NumPy alone is used.*no space left"):
        compiled(*batches(2)[0]), compiled(*batches(2)[1]), compiled(*batches(2)[1])
    step(*batches(2)[0]), step(*batches(2)[1]), step(*batches(2)[1])
    for x, labels in batches(6):
        assert float(compiled(x, labels)) == float(step(x, labels))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert len(compiled.plans) == 1


def test_numbers_in_another_order_of_bytes(soon: None) -> None:
    def change(w: Variable, v: Variable, x: Any) -> None:
        w.assign((w * 0.5 + 1) * w - 2)
        w.assign(w * 2 + 1)
        v.assign((np.exp(v * 0.1) * x + 1) * x)

    rng = np.random.default_rng(0)
    start = rng.normal(size=(2, 3, 4))
    ours, theirs = [Variable(a) for a in start], [Variable(a) for a in start]
    compiled = ag.compile(lambda x: change(*ours, x))
    for x in rng.normal(size=(5, 3, 4)).astype(">f8"):
        compiled(x)
        change(*theirs, x)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_variable_is_not_written_while_a_view_of_it_is_read(in_python: None) -> None:
    def change(w: Variable, b: Variable) -> None:
        row = w[0]
        b.assign(b * 0.5 - row)
        w.assign(w.T * 0.5 + 1)
        w.assign(w - row)

    rng = np.random.default_rng(0)
    start = rng.normal(size=(6, 6)), rng.normal(size=(6, 6))
    ours, theirs = [Variable(a) for a in start], [Variable(a) for a in start]
    compiled = ag.compile(lambda: change(*ours))
    for _ in range(5):
        compiled()
        change(*theirs)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
