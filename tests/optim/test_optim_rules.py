"""The rules against steps worked out by hand, with numbers chosen so that every root is a whole number."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from autograd import Variable
from optim import SGD, Adagrad, Adam, Optimizer, RMSprop

# (optimizer, gradients, the value after each step, starting from 1)
STEPS: dict[str, tuple[Callable[[], Optimizer], list[float], list[float]]] = {
    "sgd": (lambda: SGD(0.5), [1, 1], [0.5, 0]),
    # v = -.5, -.75
    "momentum": (lambda: SGD(0.5, momentum=0.5), [1, 1], [0.5, -0.25]),
    # 1 - .25 - .5, then .25 - .375 - .5
    "nesterov": (lambda: SGD(0.5, momentum=0.5, nesterov=True), [1, 1], [0.25, -0.625]),
    # v = -1, then -.5 - .25: the first learning rate is still in the velocity
    "momentum and a changing rate": (lambda: SGD(lambda step: 1 / (1 + 3 * step), momentum=0.5), [1, 1], [0, -0.75]),
    # r = 4, r + ε = 9, step .75·4/3;  then r = 3 + 1, step .75·2/3
    "rmsprop": (lambda: RMSprop(0.75, rho=0.75, epsilon=5), [4, 2], [0, -0.5]),
    # the same steps, m = 1, then .5 + .5
    "rmsprop with momentum": (lambda: RMSprop(0.75, rho=0.75, epsilon=5, momentum=0.5), [4, 2], [0, -1]),
    # r = 8, a = 2, r − a² + ε = 9
    "rmsprop centered": (lambda: RMSprop(0.75, rho=0.5, epsilon=5, centered=True), [4], [0]),
    # s + ε = 6 + 9 + 1, step 3/4;  then 15 + 9 + 1, step 3/5
    "adagrad": (lambda: Adagrad(1, initial_accumulator_value=6, epsilon=1), [3, 3], [1 - 3 / 4, 1 - 3 / 4 - 3 / 5]),
    # m = 2, v = 4, α = √.25 / .5 = 1, step 2 / (2 + 2);  then m = 1, v = 3, α = √.4375 / .75
    "adam": (
        lambda: Adam(1, beta_1=0.5, beta_2=0.75, epsilon=2),
        [4, 0],
        [0.5, 0.5 - math.sqrt(0.4375) / 0.75 / (math.sqrt(3) + 2)],
    ),
    # as Adam, but the second step is divided by the first one's root, 2
    "amsgrad": (
        lambda: Adam(1, beta_1=0.5, beta_2=0.75, epsilon=2, amsgrad=True),
        [4, 0],
        [0.5, 0.5 - math.sqrt(0.4375) / 0.75 / (2 + 2)],
    ),
    # 1 − 1·.5·.5, then .75·.75; no gradient takes part
    "weight decay": (lambda: SGD(0.5, weight_decay=0.5), [0, 0], [0.75, 0.5625]),
    # decay first, on the value before the step: 1 − .25 − .5
    "weight decay and a gradient": (lambda: SGD(0.5, weight_decay=0.5), [1], [0.25]),
    "clipvalue": (lambda: SGD(1, clipvalue=0.25), [8, -8, 0.125], [0.75, 1, 0.875]),
    "clipnorm": (lambda: SGD(1, clipnorm=0.25), [8, -8, 0.125], [0.75, 1, 0.875]),
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("start", [1.0, np.array(1.0), np.array([1.0])], ids=["float", "0-d", "1-d"])
def test_steps_worked_out_by_hand(name: str, start: float | np.ndarray) -> None:
    make, gradients, expected = STEPS[name]
    optimizer, w = make(), Variable(start)
    for g, value in zip(gradients, expected, strict=True):
        optimizer.apply_gradients([(np.full(np.shape(start), float(g)), w)])
        assert float(w.item()) == pytest.approx(value, abs=1e-15)


def test_clipnorm_takes_each_gradient_by_itself_and_global_clipnorm_all_together() -> None:
    gradients = np.array([3.0, 0.0]), np.array([[4.0]])
    for optimizer, expected in [
        (SGD(1, clipnorm=1.0), ([-1.0, 0.0], [[-1.0]])),
        (SGD(1, global_clipnorm=1.0), ([-0.6, 0.0], [[-0.8]])),
        (SGD(1, global_clipnorm=5.0), ([-3.0, 0.0], [[-4.0]])),
    ]:
        variables = Variable(np.zeros(2)), Variable(np.zeros((1, 1)))
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        for variable, values in zip(variables, expected, strict=True):
            np.testing.assert_allclose(variable.numpy(), values, rtol=1e-15)


@pytest.mark.parametrize("option", ["clipnorm", "global_clipnorm"])
@pytest.mark.parametrize(("dtype", "size"), [(np.float16, 3e4), (np.float32, 1e30)])
def test_norms_do_not_overflow(option: str, dtype: type, size: float) -> None:
    w = Variable(np.zeros(2, dtype))
    SGD(1, **{option: 1.0}).apply_gradients([(np.array([size, 0], dtype), w)])
    np.testing.assert_allclose(w.numpy(), [-1, 0], rtol=1e-2)


@pytest.mark.parametrize("option", ["clipnorm", "global_clipnorm"])
@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_broken_gradient_is_not_hidden_by_clipping(option: str, broken: float) -> None:
    w = Variable(np.zeros(2))
    SGD(1, **{option: 1.0}).apply_gradients([(np.array([broken, 1.0]), w)])
    assert np.isnan(w.numpy()).all()


def test_clipping_a_gradient_of_zeros_changes_nothing() -> None:
    w = Variable(np.ones(2))
    SGD(1, clipnorm=1.0).apply_gradients([(np.zeros(2), w)])
    assert w.tolist() == [1, 1]


def test_centered_rmsprop_stays_finite_where_rounding_makes_the_variance_negative() -> None:
    # Of the constant gradients 1 to 100, those of 11, 13, 22 and others come to a mean square below the squared mean.
    w, optimizer = Variable(np.zeros(100, np.float32)), RMSprop(centered=True)
    for _ in range(300):
        optimizer.apply_gradients([(np.arange(1, 101, dtype=np.float32), w)])
    assert np.isfinite(w.numpy()).all()
