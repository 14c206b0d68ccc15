"""Checkpoints: random numbers, what changes between the passes, memory, explanations, compiled functions."""

import functools
import gc
import random
import weakref
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError, TapeError

generator = np.random.default_rng(1)
factor = 2.0


def draw_of_module():
    return generator.normal()


class Noise:
    __slots__ = ("generator",)

    def __init__(self) -> None:
        self.generator = np.random.default_rng(2)

    def __call__(self, x):
        return x * self.generator.random()

    def method(self, x):
        return x * self.generator.normal()


def from_closure():
    own = np.random.default_rng(3)
    return lambda x: x * own.normal()


def from_attribute():
    model = SimpleNamespace(layers=[{"noise": np.random.RandomState(4)}])
    return lambda x: x * model.layers[0]["noise"].normal()


def bound_method():
    draw = np.random.default_rng(5).random
    return lambda x: x * draw()


DRAWS = {
    "NumPy": lambda x: x * np.random.normal(),
    "Python": lambda x: x * random.random(),
    "global": lambda x: x * generator.normal(),
    "function of the module": lambda x: x * draw_of_module(),
    "closure": from_closure(),
    "attribute": from_attribute(),
    "slot": Noise(),
    "method": Noise().method,
    "method in C": bound_method(),
    "partial": functools.partial(lambda own, x: x * own.gauss(0, 1), random.Random(6)),
    "bits": functools.partial(lambda x, *, bits: x * np.random.Generator(bits).random(), bits=np.random.PCG64(7)),
    "layer": lambda x: DROPOUT(x * np.ones(50), training=True).mean(),
    "inside another": ag.checkpoint(lambda x: x * generator.normal()),
}
DROPOUT = nn.Dropout(0.5, seed=0)


@pytest.mark.parametrize("name", DRAWS)
def test_32_random_numbers_are_drawn_again(name) -> None:
    """The function is x times a random number r, so its gradient is r."""
    f, x = DRAWS[name], Variable(2.0)
    np.random.seed(0)
    random.seed(0)
    with Tape() as t:
        y = ag.checkpoint(f)(x)
    between = random.random(), np.random.random(), generator.random()
    state = random.getstate(), np.random.get_state(legacy=False), generator.bit_generator.state
    assert float(t.gradient(y, x)) == pytest.approx(float(y) / 2, rel=1e-6)
    assert random.getstate() == state[0]
    np.testing.assert_equal(np.random.get_state(legacy=False), state[1])
    assert generator.bit_generator.state == state[2]
    assert float(y) != between[0]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_32_random_numbers_in_second_derivatives(mode) -> None:
    """With y = r x³ the second derivative is 6 r x."""
    own, drawn = np.random.default_rng(0), []

    @ag.checkpoint
    def f(x):
        drawn.append(own.normal())
        return drawn[-1] * x**3

    second = ag.grad(ag.grad(f)) if mode == "reverse" else lambda x: ag.hvp(f, x, 1.0)
    assert float(second(2.0)) == pytest.approx(6 * drawn[0] * 2)
    assert len(drawn) >= 2
    assert set(drawn) == {np.random.default_rng(0).normal()}


def test_32_a_generator_that_cannot_be_found_is_an_error() -> None:
    endless = (k for k in range(100))
    for f in (lambda x: x * (1 + next(endless)), lambda x: x * np.random.default_rng().random()):
        x = Variable(2.0)
        with Tape() as t:
            y = ag.checkpoint(f)(x)
        with pytest.raises(TapeError, match=r"<lambda> computed something else in the backward pass.*random generator"):
            t.gradient(y, x)


def test_32_a_value_that_changed_is_an_error() -> None:
    def gradient(change):
        state = SimpleNamespace(factor=2.0, weight=Tensor(3.0))
        x = Variable(2.0)
        with Tape() as t:
            t.watch(state.weight)
            y = ag.checkpoint(lambda x: x * state.factor * state.weight)(x)
        change(state)
        return float(t.gradient(y, x))

    assert gradient(lambda state: None) == 6
    for change in (
        lambda state: setattr(state, "factor", 5.0),
        lambda state: setattr(state, "weight", state.weight * 2),
        lambda state: setattr(state, "weight", Tensor(3.0)),  # equal, but its gradient would be lost
    ):
        with pytest.raises(TapeError, match="computed something else in the backward pass"):
            gradient(change)
    with pytest.raises(ValueError, match="matmul") as caught:
        x, w = Variable(np.ones(2)), [np.ones((2, 2))]
        with Tape() as t:
            y = ag.checkpoint(lambda x: x @ w[0])(x)
        w[0] = np.ones((3, 3))
        t.gradient(y, x)
    assert any("was evaluated again for the backward pass" in note for note in caught.value.__notes__)


class Stores:
    """Stores its argument and a tensor that it computes."""

    def __call__(self, x):
        self.x = x
        self.square = x * x
        return np.tanh(self.square)


def stored_by(method):
    def run(x):
        layer = Stores()
        return ag.checkpoint(layer)(x) + method(layer)

    return run


def in_a_checkpoint(x):
    layer = Stores()
    return ag.checkpoint(lambda x: ag.checkpoint(layer)(x) * layer.square)(x)


@pytest.mark.parametrize(
    "f",
    [
        stored_by(lambda layer: layer.square),
        stored_by(lambda layer: 2 * layer.x),
        in_a_checkpoint,
        lambda x: ag.checkpoint(lambda x: SimpleNamespace(y=x * x))(x).y,
        lambda x: ag.checkpoint(lambda x: lambda: x * x)(x)(),
        lambda x: sum(ag.checkpoint(lambda x: (k * x for k in range(3)))(x)),
    ],
)
def test_32_a_tensor_that_is_stored_elsewhere_has_no_gradient(f) -> None:
    match = r"a tensor of shape \(\) from inside the checkpointed .* was used outside, .* Return it from"
    with pytest.raises(NoDerivativeError, match=match):
        ag.grad(f)(0.5)
    with pytest.raises(NoDerivativeError, match=match):
        ag.hvp(f, 0.5, 1.0)
    assert np.isnan(float(ag.jvp(f, [0.5], [1.0])[1]))


def test_32_a_stored_tensor_that_is_not_used_or_is_a_constant_does_no_harm() -> None:
    """d/dx tanh(x²) = 2x (1 - tanh(x²)²)."""
    slope = 2 * 0.5 * (1 - np.tanh(0.25) ** 2)
    constant = stored_by(lambda layer: ag.stop_gradient(layer.square))
    for f in (stored_by(lambda layer: 0.0), constant, lambda x: ag.checkpoint(stored_by(lambda layer: 0.0))(x)):
        assert float(ag.grad(f)(0.5)) == pytest.approx(slope)
        assert float(ag.jvp(f, [0.5], [1.0])[1]) == pytest.approx(slope)
        assert float(ag.hvp(f, 0.0, 1.0)) == pytest.approx(2)


def test_32_the_search_for_generators_outlives_attributes_that_raise() -> None:
    class Proxy:
        __slots__ = ("target",)

        def __getattr__(self, name):
            raise RuntimeError("no target yet")

    proxy, waiting = Proxy(), deque([np.random.default_rng(4)])
    found = ag.grad(lambda x: ag.checkpoint(lambda x: x * waiting[0].normal() if proxy is not None else x)(x))(1.0)
    assert float(found) == np.random.default_rng(4).normal()


def test_36_arrays_that_a_checkpoint_uses_are_locked() -> None:
    closure, argument, unused = np.ones(2), np.ones((2, 3)), np.ones(2)
    x = Variable(np.ones(2))
    with Tape() as t:
        y = ag.checkpoint(lambda x, a: np.sum(x * closure * a[:, 0]))(x, argument)
    for array in (closure, argument):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    unused[0] = 5
    assert t.gradient(y, x).tolist() == [1, 1]
    closure[0] = argument[0] = 5


def test_32_variables_that_the_function_assigns_to_are_assigned_once() -> None:
    """A moving average, as normalization keeps it."""
    average, w = Variable(np.zeros(()), trainable=False), Variable(2.0)

    @ag.checkpoint
    def f(x):
        average.assign(0.9 * average + 0.1 * np.mean(ag.stop_gradient(x)))
        return w * x * average

    x = Variable(np.array([1.0, 2.0, 3.0]))
    with Tape() as t:
        y = np.sum(f(x))
    assert float(average) == pytest.approx(0.2)
    gx, gw = t.gradient(y, [x, w])
    assert (gx.tolist(), float(gw)) == (pytest.approx([0.4] * 3), pytest.approx(6 * 0.2))
    assert float(average) == pytest.approx(0.2)

    @ag.checkpoint
    def read_then_assigned(x):
        y = x * w
        w.assign(7.0)
        return y

    with Tape() as t:
        y = read_then_assigned(Variable(3.0))
    assert float(t.gradient(y, w)) == 3
    assert float(w) == 7


def test_32_a_variable_may_be_watched_elsewhere_in_between() -> None:
    w = Variable(2.0)
    with Tape() as t:
        y = ag.checkpoint(lambda x: x * w)(Variable(3.0))
    with Tape() as another:
        another.watch(w)
    assert float(t.gradient(y, w)) == 3


def test_32_static_arguments_and_nested_results() -> None:
    def f(x, n, name=None, *, function=np.sin, flag=True):
        assert (n, name, flag, function) == (2, "a", False, np.cos)
        return {"y": [function(x)[:n], None, name, n], "array": np.ones(2), "number": 1.5}

    x = Variable(np.array([0.1, 0.2, 0.3]))
    with Tape() as t:
        y = ag.checkpoint(f)(x, 2, name="a", function=np.cos, flag=False)
    assert (y["y"][1:], y["array"].tolist(), y["number"]) == ([None, "a", 2], [1, 1], 1.5)
    np.testing.assert_allclose(t.gradient(y["y"][0], x).numpy(), [-np.sin(0.1), -np.sin(0.2), 0])
    assert ag.checkpoint(lambda x, mode: x)(1.0, mode="a") == 1


def test_32_intermediate_values_are_freed_at_once() -> None:
    w, seen = Variable(np.ones(10)), []

    def f(x):
        h = np.exp(x * w)
        seen.append(weakref.ref(h))
        return np.sum(h * h)

    gc.disable()
    try:
        with Tape() as t:
            y = ag.checkpoint(f)(w)
        assert [h() for h in seen] == [None]
        t.gradient(y, w)
        assert [h() for h in seen] == [None, None]
        for decorated in (ag.checkpoint(f), ag.custom_gradient(lambda x: (x * 2, lambda up: up * 2))):
            with Tape() as t:
                y = decorated(w)
            refs = [weakref.ref(t), weakref.ref(t.nodes[0].out), weakref.ref(y)]
            del t, y
            assert [r() for r in refs] == [None] * 3
    finally:
        gc.enable()


def test_35_explain_sees_through_a_checkpoint() -> None:
    x, w = Variable(2.0, name="x"), Variable(3.0, name="w")
    with Tape(persistent=True) as t:
        double, triple = ag.checkpoint(lambda x: (2 * x, 3 * w))(x)
        lost = ag.checkpoint(lambda x: float(x) * w)(x)
    assert str(t.explain(double, x)) == "∂double/∂x = 2"
    assert str(t.explain(triple, w)) == "∂triple/∂w = 3"
    assert t.gradient(double, w) is None
    assert [r.kind for r in t.explain(double, w).reasons] == ["no path"]
    assert [(r.kind, r.where[0]) for r in t.explain(lost, x).reasons] == [("converted", __file__)]


def test_32_a_conversion_inside_warns_as_without_a_checkpoint() -> None:
    with pytest.warns(UserWarning, match="a tensor left the recording here: conversion to a Python number"):
        ag.grad(ag.checkpoint(lambda x: np.exp(float(x))))(1.0)
    with pytest.warns(UserWarning, match="the gradient stops here"):
        ag.grad(ag.checkpoint(lambda x: np.sum(x) + np.sum(x.numpy())))(np.ones(2))
    x = Variable(2.0)
    with Tape() as t:  # the tensor that no tape follows may be converted
        y = ag.checkpoint(lambda x, n: x * n.numpy())(x, Tensor(3.0))
    assert float(t.gradient(y, x)) == 3


def steps_with_dropout():
    w, dropout = Variable(np.array([1.0, 2.0, 3.0])), nn.Dropout(0.5, seed=1)

    def step(x):
        with Tape() as t:
            y = np.sum(ag.checkpoint(lambda u: dropout(np.tanh(u * w), training=True))(Tensor(x)) ** 2)
        g = t.gradient(y, w)
        w.assign_sub(0.1 * g)
        return y, g

    return step


def steps_with_transforms():
    f = lambda v: np.sum(ag.checkpoint(lambda u: np.sin(u * v))(v))
    return lambda x: [ag.grad(f)(x), ag.hvp(f, x, x), ag.jvp(f, [x], [x])[1]]


def steps_with_rules():
    scaled = ag.custom_gradient(lambda a, b, k=2: (a * b["x"] * k, lambda up: (10 * up * b["x"], {"x": up * a})))
    sine = ag.custom_jvp(np.sin, lambda p, t: 10 * np.cos(p[0]) * t[0])
    w = Variable(np.array([1.0, 2.0, 3.0]))

    def step(x):
        with Tape() as t:
            y = np.sum(scaled(w, b={"x": Tensor(x)}) + sine(w))
        g = t.gradient(y, w)
        w.assign_sub(0.1 * g)
        return y, g, ag.grad(lambda v: np.sum(sine(v)))(x)

    return step


def steps_with_a_moving_average():
    w, average = Variable(2.0), Variable(1.0, trainable=False)

    def block(x):
        average.assign(0.9 * average + 0.1 * np.mean(x))
        return x * w

    def step(x):
        with Tape() as t:
            y = np.sum(ag.checkpoint(block)(Tensor(x)) ** 2)
        g = t.gradient(y, w)
        w.assign_sub(0.01 * g)
        return y, g, average * 1.0

    return step


@pytest.mark.parametrize(
    "make", [steps_with_dropout, steps_with_transforms, steps_with_rules, steps_with_a_moving_average]
)
def test_32_compiled_as_without(make) -> None:
    step, compiled = make(), ag.compile(make())
    for k in range(5):
        x = np.array([0.1 * k, 0.5, -0.3])
        for a, b in zip(step(x), compiled(x), strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-13)
    assert len(compiled.plans) == 1
