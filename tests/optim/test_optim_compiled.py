"""Every optimizer in a compiled step takes the steps it takes without."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
import optim
from autograd import Tape, Variable
from optim import Optimizer

X = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)


class Signs(Optimizer):
    """A rule of the user's own, with a slot and a number that depends on the step."""

    def __init__(self, **options: Any) -> None:
        super().__init__(0.01, {"seen": 0.0}, **options)

    def rule(self, w: Any, g: Any, slots: Any, learning_rate: Any, scratch: Any) -> None:
        seen = slots["seen"]
        seen += np.abs(g, out=scratch)
        np.sign(g, out=scratch)
        scratch *= learning_rate * self.of_step(lambda step: 0.5**step)
        w -= scratch


MAKE = {
    "sgd": optim.SGD,
    "momentum": lambda **o: optim.SGD(0.1, momentum=0.9, **o),
    "nesterov": lambda **o: optim.SGD(0.1, momentum=0.9, nesterov=True, **o),
    "rmsprop": optim.RMSprop,
    "centered": lambda **o: optim.RMSprop(0.01, centered=True, momentum=0.5, **o),
    "adagrad": optim.Adagrad,
    "adam": optim.Adam,
    "amsgrad": lambda **o: optim.Adam(0.01, amsgrad=True, **o),
    "schedule": lambda **o: optim.Adam(lambda step: 0.1 / (1 + step), **o),
    "signs": Signs,
}
OPTIONS = {
    "plain": {},
    "decay": {"weight_decay": 0.1},
    "clipnorm": {"clipnorm": 0.5},
    "clipvalue": {"clipvalue": 0.01},
    "global": {"global_clipnorm": 0.1},
    "wide": {"global_clipnorm": 1e6},
}


def trained(make: Any, options: Any, compiled: bool, steps: int = 6) -> tuple[list[Any], Any]:
    rng = np.random.default_rng(1)
    w, b = Variable(rng.normal(size=(4, 3)).astype(np.float32), name="w"), Variable(np.zeros(3, np.float32), name="b")
    optimizer = make(**options)

    def step(x: Any) -> Any:
        with Tape() as t:
            loss = np.mean(np.tanh(x @ w + b) ** 2)
        optimizer.apply_gradients(zip(t.gradient(loss, [w, b]), [w, b], strict=True))
        return loss

    run = ag.compile(step) if compiled else step
    losses = [float(run(X)) for _ in range(steps)]
    if compiled:
        assert len(run.plans) == 1
    state = optimizer.get_state([w, b])
    return [losses, w.numpy(), b.numpy(), *state.values()], optimizer


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", MAKE)
def test_steps(name: str, options: str) -> None:
    found, optimizer = trained(MAKE[name], OPTIONS[options], compiled=True)
    expected, _ = trained(MAKE[name], OPTIONS[options], compiled=False)
    assert optimizer.iterations == 6
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_two_steps_in_one_call_count_as_two() -> None:
    def run(compiled: bool) -> Any:
        w = Variable([1.0, 2.0])
        optimizer = optim.Adam(lambda step: 0.1 / (1 + step))

        def twice(x: Any) -> None:
            for _ in range(2):
                with Tape() as t:
                    loss = np.sum(w * w * x)
                optimizer.apply_gradients([(t.gradient(loss, w), w)])

        f = ag.compile(twice) if compiled else twice
        for _ in range(4):
            f(np.ones(2))
        return w.numpy(), optimizer.iterations

    for found, expected in zip(run(True), run(False), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_learning_rate_may_be_set_and_the_state_taken_over_between_calls() -> None:
    def run(compiled: bool) -> Any:
        w = Variable([1.0, 2.0])
        optimizer = optim.SGD(0.1, momentum=0.9)

        def step(x: Any) -> None:
            with Tape() as t:
                loss = np.sum(w * w * x)
            optimizer.apply_gradients([(t.gradient(loss, w), w)])

        f = ag.compile(step) if compiled else step
        for i in range(9):
            if i == 4:
                optimizer.learning_rate = 0.01
            if i == 6:
                optimizer.set_state({"iterations": 0, "0/velocity": np.array([5.0, -5.0])}, [w])
            f(np.ones(2))
        return w.numpy(), optimizer.iterations

    for found, expected in zip(run(True), run(False), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_rule_that_counts_by_itself_is_told() -> None:
    class Counting(Optimizer):
        def rule(self, w: Any, g: Any, slots: Any, learning_rate: Any, scratch: Any) -> None:
            w -= g * (0.5**self.iterations)

    w = Variable([1.0, 2.0])
    optimizer = Counting(0.1)
    step = ag.compile(lambda g: optimizer.apply_gradients([(g, w)]))
    step(np.ones(2))
    with pytest.warns(UserWarning, match="something differs here from one call to the next"):
        step(np.ones(2))
    step(np.ones(2))
    np.testing.assert_array_equal(w.numpy(), [-0.75, 0.25])
