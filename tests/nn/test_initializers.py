"""Each initializer: range, mean and spread by its formula, dtype, seeds. A new initializer is a new row."""

import math

import numpy as np
import pytest

from nn import initializers
from nn.utils import set_random_seed

SHAPE = (600, 400)
CUT = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))  # std of N(0,1) cut at ±2

# name: (standard deviation, largest magnitude that can occur), from the papers' formulas with fans 600 and 400.
SPREAD = {
    "random_normal": (0.05, math.inf),
    "random_uniform": (0.05 / math.sqrt(3), 0.05),
    "truncated_normal": (0.05 * CUT, 0.1),
    "variance_scaling": (math.sqrt(1 / 600), 2 * math.sqrt(1 / 600) / CUT),
    "glorot_uniform": (math.sqrt(2 / 1000), math.sqrt(6 / 1000)),
    "glorot_normal": (math.sqrt(2 / 1000), 2 * math.sqrt(2 / 1000) / CUT),
    "he_uniform": (math.sqrt(2 / 600), math.sqrt(6 / 600)),
    "he_normal": (math.sqrt(2 / 600), 2 * math.sqrt(2 / 600) / CUT),
    "lecun_uniform": (math.sqrt(1 / 600), math.sqrt(3 / 600)),
    "lecun_normal": (math.sqrt(1 / 600), 2 * math.sqrt(1 / 600) / CUT),
}
CONSTANTS = {"zeros": 0.0, "ones": 1.0, "constant": 0.0}
# Keras 3.15.1 (torch 2.13.0): standard deviation and largest magnitude of keras.initializers.get(name)((600, 400)).
KERAS = {
    "glorot_uniform": (0.044634882, 0.07745805),
    "glorot_normal": (0.044751804, 0.11730224),
    "he_uniform": (0.057735577, 0.099999905),
    "he_normal": (0.05766221, 0.17643541),
    "lecun_uniform": (0.04078827, 0.07071065),
    "lecun_normal": (0.040864356, 0.11164176),
    "random_normal": (0.050016094, 0.24514356),
    "random_uniform": (0.028858256, 0.04999971),
    "truncated_normal": (0.044004135, 0.1121396),
}


def test_every_initializer_has_a_row():
    assert SPREAD.keys() | CONSTANTS.keys() == initializers.INITIALIZERS.keys()


@pytest.mark.parametrize("name", SPREAD)
def test_spread(name):
    set_random_seed(1)
    drawn = initializers.get(name)(SHAPE, np.float32)
    deviation, limit = SPREAD[name]
    assert drawn.dtype == np.float32 and drawn.shape == SHAPE
    assert abs(drawn.mean()) < 5 * deviation / math.sqrt(drawn.size)
    assert drawn.std() == pytest.approx(deviation, rel=0.01)
    assert abs(drawn).max() <= limit * (1 + 1e-6)
    if limit < math.inf:
        assert abs(drawn).max() > 0.98 * limit


@pytest.mark.parametrize("name", KERAS)
def test_spread_is_that_of_keras(name):
    assert SPREAD[name][0] == pytest.approx(KERAS[name][0], rel=0.01)


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants(name):
    np.testing.assert_array_equal(initializers.get(name)((2, 3), np.float64), np.full((2, 3), CONSTANTS[name]))


def test_a_constant_and_a_function_of_your_own():
    np.testing.assert_array_equal(initializers.Constant(2.5)((2,)), [2.5, 2.5])
    assert initializers.get(np.ones)((2,), np.float32).dtype == np.float32


@pytest.mark.parametrize("name", SPREAD)
def test_seeds(name):
    make = type(initializers.get(name))
    assert (make(seed=3)((4, 5)) == make(seed=3)((4, 5))).all()
    assert (make(seed=3)((4, 5)) != make(seed=4)((4, 5))).any()
    unseeded = make()
    assert (unseeded((4, 5)) != unseeded((4, 5))).any()
    stream = np.random.default_rng(0)
    assert (make(seed=stream)((4, 5)) != make(seed=stream)((4, 5))).any()
    set_random_seed(5)
    first = make()((4, 5))
    set_random_seed(5)
    assert (first == make()((4, 5))).all()


def test_the_global_generators_are_left_alone():
    np.random.seed(0)
    expected = np.random.random()
    np.random.seed(0)
    initializers.get("glorot_uniform")((3, 3), np.float32)
    assert np.random.random() == expected


@pytest.mark.parametrize(
    ("shape", "fans"), [((), (1, 1)), ((7,), (7, 7)), ((784, 512), (784, 512)), ((3, 5, 16, 32), (240, 480))]
)
def test_fans(shape, fans):
    assert initializers.fans(shape) == fans


def test_bad_options_raise():
    with pytest.raises(ValueError, match=r"unknown initializer 'glorot'. Did you mean 'glorot_"):
        initializers.get("glorot")
    with pytest.raises(TypeError, match="got the class Zeros as initializer"):
        initializers.get(initializers.Zeros)
    with pytest.raises(ValueError, match="scale is 0"):
        initializers.VarianceScaling(scale=0)
    with pytest.raises(ValueError, match="mode is 'fan'"):
        initializers.VarianceScaling(mode="fan")
    with pytest.raises(ValueError, match="distribution is 'normal'"):
        initializers.VarianceScaling(distribution="normal")
