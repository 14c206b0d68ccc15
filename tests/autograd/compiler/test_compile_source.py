"""The text of a program: runs with NumPy alone, gives bitwise what the function gives, and reads like a textbook."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
import optim
from autograd import Tape, Variable
from autograd.compiler.api import Compiled
from autograd.compiler.signature import signature
from autograd.nest import leaves
from nn import functional as F
from tests.autograd.samples import SAMPLES

RNG = np.random.default_rng(0)


def array(*shape: int) -> Any:
    return RNG.normal(size=shape).astype(np.float32)


class Case:
    """A step with its variables and optimizer, and arguments."""

    def __init__(self, step: Any, variables: list[Variable], args: tuple[Any, ...], optimizer: Any = None) -> None:
        self.step, self.variables, self.args, self.optimizer = step, variables, args, optimizer

    def state(self) -> list[Any]:
        slots = [] if self.optimizer is None else list(self.optimizer.get_state(self.variables).values())[1:]
        return [v.numpy().copy() for v in self.variables] + slots


def gradient_step(loss: Any, variables: list[Variable], optimizer: Any = None) -> Any:
    def step(*args: Any) -> Any:
        with Tape() as t:
            value = loss(*args)
        gradients = t.gradient(value, variables)
        if optimizer is None:
            for v, g in zip(variables, gradients, strict=True):
                v.assign(v - 0.1 * g)
        else:
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return value

    return step


def mlp() -> Case:
    W, b = Variable(array(5, 4), name="W"), Variable(array(4), name="b")
    return Case(
        gradient_step(lambda x, y: np.mean((np.tanh(x @ W + b) - y) ** 2), [W, b]), [W, b], (array(6, 5), array(6, 4))
    )


def softmax_regression() -> Case:
    W, b = Variable(array(5, 3), name="W"), Variable(array(3), name="b")
    optimizer = optim.SGD(0.1, momentum=0.9)
    loss = lambda x, y: np.mean(ag.sparse_softmax_crossentropy(x @ W + b, y))
    return Case(gradient_step(loss, [W, b], optimizer), [W, b], (array(6, 5), RNG.integers(0, 3, 6)), optimizer)


def conv_net() -> Case:
    K, W = Variable(array(3, 3, 1, 2), name="K"), Variable(array(32, 3), name="W")
    optimizer = optim.Adam(0.01)

    def loss(x: Any, y: Any) -> Any:
        h = F.max_pool(ag.relu(F.conv(x, K, padding="same")), 2)
        return np.mean((h.reshape(len(x), -1) @ W - y) ** 2)

    return Case(gradient_step(loss, [K, W], optimizer), [K, W], (array(2, 8, 8, 1), array(2, 3)), optimizer)


def second_order() -> Case:
    w = Variable(array(4), name="w")

    def step(x: Any) -> Any:
        f = lambda v: np.sum(np.tanh(v * x) ** 3)
        g = ag.grad(lambda v: np.sum(ag.grad(f)(v) ** 2))(w)
        w.assign(w - 0.1 * g)
        return g

    return Case(step, [w], (array(4),))


def mnist_model() -> Case:
    nn.utils.set_random_seed(0)
    model = nn.Sequential([nn.Dense(32, activation="relu"), nn.Dense(10, activation="softmax")])
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    x, y = array(16, 20), RNG.integers(0, 10, 16)
    model(x)
    weights = model.trainable_weights
    return Case(lambda x, y: model._trained(x, y, None, model.optimizer, weights)[0], weights, (x, y), model.optimizer)


@pytest.mark.parametrize(
    "make", [mlp, softmax_regression, conv_net, second_order, mnist_model], ids=lambda f: f.__name__
)
def test_the_text_gives_what_the_function_gives(make: Any, tmp_path: Path) -> None:
    case = make()
    compiled = ag.compile(case.step)
    compiled(*case.args)
    compiled(*case.args)
    (plan,) = compiled.plans
    before = case.state()
    fresh = [function() for function in plan.fresh]
    held = [v.numpy().copy() for v in case.variables]
    expected = case.step(*case.args)
    after = case.state()
    found = run(plan.source, plan, [*case.args, *fresh, *ordered(plan, case, held, before)])
    assert len(found) == 1 + len(after)
    np.testing.assert_array_equal(found[0], expected.value)
    by_name = dict(zip(changed_names(plan), found[1:], strict=True))
    for name, value in zip(names_of(case), after, strict=True):
        np.testing.assert_array_equal(by_name[name], value)
    assert max(map(len, plan.source.splitlines())) <= 120
    assert plan.save(tmp_path / "step.py").read_text(encoding="utf-8") == plan.source
    assert ("autograd" in plan.source) == (make is conv_net)  # all else needs NumPy alone


def run(source: str, plan: Any, args: list[Any]) -> Any:
    names: dict[str, Any] = {}
    exec(source, names)
    found = names[plan.name](*args)
    return found if isinstance(found, tuple) else (found,)


def names_of(case: Case) -> list[str]:
    """What the program calls the state: variables in order, then each one's slots."""
    names = [v.name for v in case.variables]
    if case.optimizer is not None:
        for v in case.variables:
            names += [f"{slot}_of_{v.name}" for slot in case.optimizer._slots.initial]
    return names


def ordered(plan: Any, case: Case, held: Any, before: Any) -> list[Any]:
    values = dict(zip(names_of(case), before, strict=True))
    return [values[plan.program.names[ref]] for ref in plan.program.before]


def changed_names(plan: Any) -> list[str]:
    program = plan.program
    return [program.names[old] for old, new in zip(program.before, program.after, strict=True) if old != new]


def test_it_reads_like_a_textbook() -> None:
    W, b = Variable(array(5, 3), name="W"), Variable(array(3), name="b")
    optimizer = optim.SGD(0.1)

    @ag.compile
    def train(x: Any, y: Any) -> Any:
        with Tape() as t:
            loss = np.mean((x @ W + b - y) ** 2)
        optimizer.apply_gradients(zip(t.gradient(loss, [W, b]), [W, b], strict=True))
        return loss

    for _ in range(2):
        train(array(4, 5), array(4, 3))
    assert (
        train.plans[0].source
        == '''\
import numpy as np


def train(x, y, learning_rate, W, b):
    """Takes arguments, then variables and slots. Gives results, then the new values of
    what changed."""
    # forward
    t = x @ W + b - y
    # backward
    t2 = np.full((4, 3), 0.0833333358168602, np.float32) * (2 * t)
    d_b = np.sum(t2, axis=(0,))
    d_W = x.T @ t2
    assert not np.isnan(d_b).any(), "the gradient is NaN"
    # update
    new_W = W - d_W * learning_rate
    new_b = b - d_b * learning_rate
    return np.mean(np.square(t)), new_W, new_b
'''
    )


def test_decisions_are_held() -> None:
    @ag.compile
    def f(x: Any) -> Any:
        return x * 2 if np.sum(x) > 0 else -x

    with pytest.warns(UserWarning, match="depends on the data"):
        f(np.ones(3))
    f(np.ones(3))
    names: dict[str, Any] = {}
    exec(f.plans[0].source, names)
    np.testing.assert_array_equal(names["f"](np.ones(3)), np.full(3, 2.0))
    with pytest.raises(AssertionError, match="another case than this program was made for"):
        names["f"](-np.ones(3))


def test_constants_are_written_and_the_users_arrays_are_arguments() -> None:
    data, odd = np.arange(3.0), np.array([np.nan, np.inf, -0.0])

    @ag.compile
    def f(x: Any) -> Any:
        return x * data + np.array([1.5, 2.5, 3.5]) - np.array([np.nan, np.inf, -0.0]) * np.arange(3) + np.float32(2)

    assert isinstance(f, Compiled)
    with np.errstate(all="ignore"):
        expected = f(np.ones(3))
        f(np.ones(3))
        names: dict[str, Any] = {}
        exec(f.plans[0].source, names)
        np.testing.assert_array_equal(names["f"](np.ones(3), data), expected)
    assert "def f(x, data):" in f.plans[0].source
    assert odd.size == 3


# Exported programs run by themselves.


def exported(compiled: Any, *args: Any) -> list[Any]:
    """What the text of the only plan gives for these arguments, in a fresh namespace."""
    (plan,) = compiled.plans
    space: dict[str, Any] = {}
    exec(plan.source, space)
    inputs: list[Any] = []
    signature((args, {}), inputs, [])
    with np.errstate(all="ignore"):
        results = space[plan.name](*inputs, *[find() for find in plan._finds], *plan.shared)
    return list(results) if isinstance(results, tuple) else [results]


def agree(compiled: Any, found: Any, expected: Any) -> None:
    """A program gives what is computed in it; what is the same at each run is no result of it."""
    (variants,) = compiled._variants.values()
    places = list(leaves(variants.replays[0]._results))
    wanted = [getattr(x, "value", x) for x, place in zip(leaves(expected), places, strict=True) if place.traced]
    for a, b in zip(found, wanted, strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_samples_run_by_themselves(sample: Any) -> None:
    def f(*values: Any) -> Any:
        tensors = [ag.Tensor(v) for v in values]
        with ag.Tape() as t:
            t.watch([x for x in tensors if x.dtype.kind in "fc"])
            y = sample.call(*tensors)
        return [y, *t.gradient(y, tensors)]

    compiled = ag.compile(f)
    for _ in range(3):
        expected = compiled(*sample.variables)
    if compiled.plans:
        agree(compiled, exported(compiled, *sample.variables), expected)


class Level(int):
    pass


NAMES: dict[str, Callable[..., Any]] = {
    "np": lambda np_: np_ * 2,
    "float": lambda x: {"value": x * 2.0 + x.sum()},
    "numbers of a kind of their own": lambda x: x * Level(3) + np.float64(0.5) * np.float32(2),
    "nothing": lambda x: np.concatenate([x, np.zeros((0,)), np.empty((0, 3)).ravel()]),
    "no rows": lambda x: (x @ np.ones((0, 3)).T) if x.ndim == 2 else np.zeros((0, 4)).sum() + x,
    "infinite": lambda x: np.where(x > 0, np.inf, -np.inf) + np.array([np.nan, -0.0, np.inf]),
    "complex": lambda x: x * np.array([1 + 2j, complex(-0.0, np.inf), complex(np.nan, 1)]),
    "swapped bytes": lambda x: x.astype(">f4") * 2,
    "norm": lambda x: np.linalg.norm(x) + np.linalg.inv(np.outer(x, x) + np.eye(3)).sum(),
    "fft": lambda x: np.fft.ifft(np.fft.fft(x) * 2),
    "reduce": lambda x: np.maximum.reduce(x) + np.multiply.accumulate(x),
    "methods": lambda x: x.astype(np.float32).clip(0, 1).round(2).cumsum(),
    "sorted": lambda x: (lambda y: (y.sort(), np.fill_diagonal(y.reshape(1, 3).copy(), 0), y)[2])(x * 1.0),
    "copyto": lambda x: (lambda y: (np.copyto(dst=y, src=x + 1), y)[1])(x * 1.0),
    "masked": lambda x: np.add(x, 1.0, out=np.zeros_like(x * 1.0), where=x > 0),
    "slices": lambda x: x[::-1][None, ..., :2] * x[1],
    "special": lambda x: ag.special.erf(x) + ag.special.gammaln(np.abs(x) + 1),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_programs_run_by_themselves(name: str) -> None:
    pytest.importorskip("scipy")
    compiled = ag.compile(NAMES[name])
    x = np.array([0.5, -1.25, 2.0])
    for _ in range(3):
        expected = compiled(x)
    agree(compiled, exported(compiled, x), expected)


def test_names_that_clash_are_told_apart() -> None:
    w = [
        Variable(float(i + 2), name=name) for i, name in enumerate(["np", "\ufb01", "fi", "class", "float", "a b", "1"])
    ]

    @ag.compile
    def lambda_(x: Any) -> Any:
        total = sum([v * x for v in w])
        w[0].assign_sub(0.5)
        return total

    lambda_.__name__ = "float"
    for _ in range(3):
        lambda_(3.0)
    before = [v.numpy() for v in w]
    expected = lambda_(3.0)
    (plan,) = lambda_.plans
    space: dict[str, Any] = {}
    exec(plan.source, space)
    name = re.search(r"def (\w+)\(", plan.source)[1]
    assert space[name](3.0, *[float(x) for x in before])[0] == float(expected)
