"""Each activation against its closed form, its dtype, and the lookup by name. A new activation is a new row."""

import math

import numpy as np
import pytest

import autograd as ag
from nn import activations

X = np.array([[-2.0, -0.5, 0.0, 1.0, 3.0], [800.0, -800.0, 0.0, 1.0, 2.0]])
SMALL = X[:1]


def softmax(row):
    return [math.exp(v) / math.fsum(map(math.exp, row)) for v in row]


# name: the value on the row SMALL, from Python's math alone.
EXPECTED = {
    "linear": list(SMALL[0]),
    "relu": [max(v, 0.0) for v in SMALL[0]],
    "sigmoid": [1 / (1 + math.exp(-v)) for v in SMALL[0]],
    "tanh": [math.tanh(v) for v in SMALL[0]],
    "softmax": softmax(SMALL[0]),
    "log_softmax": [math.log(p) for p in softmax(SMALL[0])],
    "softplus": [math.log1p(math.exp(v)) for v in SMALL[0]],
    "exponential": [math.exp(v) for v in SMALL[0]],
}
# Keras 3.15.1 (torch 2.13.0): keras.activations.get(name)(x) for x = [[-2, -0.5, 0, 1, 3]], float32.
KERAS = {
    "sigmoid": [0.11920292, 0.37754068, 0.5, 0.7310586, 0.95257413],
    "tanh": [-0.96402758, -0.46211717, 0.0, 0.76159418, 0.99505478],
    "softmax": [0.005513608, 0.024710277, 0.040740356, 0.11074378, 0.81829196],
    "log_softmax": [-5.2005363, -3.700536, -3.200536, -2.200536, -0.20053607],
    "softplus": [0.126928, 0.47407699, 0.69314718, 1.3132616, 3.0485873],
}


def test_every_activation_has_a_row():
    assert EXPECTED.keys() == activations.ACTIVATIONS.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_values(name):
    np.testing.assert_allclose(activations.get(name)(SMALL)[0], EXPECTED[name], rtol=1e-12, atol=1e-15)
    assert activations.name_of(activations.get(name)) == name


@pytest.mark.parametrize("name", KERAS)
def test_values_of_keras(name):
    np.testing.assert_allclose(activations.get(name)(SMALL.astype("f4"))[0], KERAS[name], rtol=3e-6)


@pytest.mark.parametrize("name", EXPECTED)
def test_float32_stays_float32_in_value_and_gradient(name):
    x = ag.Variable(SMALL.astype(np.float32))
    with ag.Tape() as t:
        y = activations.get(name)(x) + 0.0
    assert y.dtype == np.float32
    assert t.gradient(y, x).dtype == np.float32


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - {"exponential"}))
def test_extreme_inputs_give_finite_values_and_gradients(name):
    x = ag.Variable(X.astype(np.float32))
    with ag.Tape() as t:
        y = activations.get(name)(x) + 0.0
    assert np.isfinite(y.numpy()).all()
    assert np.isfinite(t.gradient(y, x).numpy()).all()


def test_gradients_agree_with_finite_differences():
    for name in EXPECTED:
        f = activations.get(name)
        x, h = np.array([[-2.0, -0.5, 0.25, 1.0, 3.0]]), 1e-6
        weights = np.arange(1.0, 6.0)
        v = ag.Variable(x)
        with ag.Tape() as t:
            y = np.sum(f(v) * weights)
        numeric = [np.sum((f(x + h * e) - f(x - h * e)) * weights) / (2 * h) for e in np.eye(5)]
        np.testing.assert_allclose(t.gradient(y, v).numpy()[0], numeric, rtol=1e-7, atol=1e-9, err_msg=name)


def test_none_is_linear_and_functions_pass_through():
    assert activations.get(None) is activations.linear
    assert activations.get(np.tanh) is np.tanh
    assert activations.name_of(np.cos) == "cos"


def test_unknown_names_raise_with_the_near_ones():
    with pytest.raises(ValueError, match=r"unknown activation 'sofmax'. Did you mean 'softmax'"):
        activations.get("sofmax")
    with pytest.raises(ValueError, match=r"unknown activation 'q'. There are: exponential, linear"):
        activations.get("q")
    with pytest.raises(TypeError, match="got an int as activation; expected a name"):
        activations.get(3)
