"""The seed, one-hot labels, and looking things up by name."""

import random

import numpy as np
import pytest

from nn.lookup import lookup, snake_case
from nn.random import generator
from nn.utils import set_random_seed, to_categorical


def test_to_categorical_is_a_row_of_the_identity():
    labels = np.array([[0, 3], [1, 1]])
    np.testing.assert_array_equal(to_categorical(labels), np.eye(4)[labels])
    np.testing.assert_array_equal(to_categorical(labels[:, :1], 5), np.eye(5)[labels[:, 0]])
    np.testing.assert_array_equal(to_categorical([1.0, 0.0]), np.eye(2)[[1, 0]])
    assert to_categorical([]).shape == (0, 0)
    assert to_categorical(np.uint8([2])).dtype == np.float32


def test_to_categorical_refuses_what_is_no_label():
    with pytest.raises(ValueError, match="label 3 of 3 classes; expected labels from 0 to 2"):
        to_categorical([0, 3], 3)
    with pytest.raises(ValueError, match="label -1 of 3 classes"):
        to_categorical([0, -1], 3)
    with pytest.raises(ValueError, match="no whole numbers"):
        to_categorical([0.5])
    with pytest.raises(ValueError, match="no whole numbers"):
        to_categorical(["cat"])


def test_one_seed_seeds_everything():
    def draw():
        return random.random(), np.random.random(), generator().random(), generator().random()

    set_random_seed(3)
    first = draw()
    set_random_seed(3)
    assert draw() == first
    assert len(set(first)) == 4
    assert draw() != first


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True, None])
def test_seeds_are_checked(seed):
    with pytest.raises(ValueError, match="expected a whole number from 0"):
        set_random_seed(seed)


def test_a_generator_is_used_as_it_is():
    stream = np.random.default_rng(0)
    assert generator(stream) is stream


@pytest.mark.parametrize(
    ("camel", "snake"),
    [
        ("MeanSquaredError", "mean_squared_error"),
        ("Conv2D", "conv2_d"),
        ("mse", "mse"),
        ("MSE", "mse"),
        ("LSTM", "lstm"),
    ],
)
def test_snake_case(camel, snake):
    assert snake_case(camel) == snake


def test_lookup_lists_near_matches_and_all_names():
    with pytest.raises(ValueError, match=r"unknown thing 'aplha'. Did you mean 'alpha'\? There are: alpha, beta"):
        lookup("thing", "aplha", {"beta": 1, "alpha": 2})
