"""The layers: values, shapes, dtypes, weights and where they are found, errors."""

import gc
import weakref

import numpy as np
import pytest

import autograd as ag
from nn import Activation, Dense, Dropout, Flatten, Layer, layers
from nn.utils import set_random_seed

X = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 2.0]])
KERNEL = np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 1.0]])
LAYERS = [Dense(4, activation="tanh"), Activation("relu"), Dropout(0.5, seed=1), Flatten()]


def dense(**options):
    return Dense(2, kernel_initializer=lambda shape, dtype: KERNEL.astype(dtype), **options)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8, np.int64, bool])
@pytest.mark.parametrize("training", [False, True])
def test_any_input_gives_a_float32_tensor(layer, dtype, training):
    y = layer(np.ones((2, 3), dtype), training=training)
    assert isinstance(y, ag.Tensor)
    assert y.dtype == np.float32 and y.shape[0] == 2
    assert layer(ag.Tensor(np.ones((2, 3), dtype))).dtype == np.float32


def test_every_layer_is_exported_and_sampled():
    assert sorted(layers.__all__) == sorted([*(type(layer).__name__ for layer in LAYERS), "Layer"])


def test_dense_is_a_weighted_sum():
    layer = dense(bias_initializer="ones")
    # By hand: [1 + 1, -1 + 4 - 1] + 1 and [0.5, -0.5 + 2] + 1.
    np.testing.assert_array_equal(layer(X).numpy(), [[3.0, 3.0], [1.5, 2.5]])
    np.testing.assert_array_equal(dense(use_bias=False)(X).numpy(), [[2.0, 2.0], [0.5, 1.5]])
    np.testing.assert_array_equal(dense(activation=lambda x: -x)(X).numpy(), [[-2.0, -2.0], [-0.5, -1.5]])


def test_dense_acts_on_the_last_axis():
    layer = dense()
    assert layer(np.stack([X, X])).shape == (2, 2, 2)
    assert layer.output_shape == (None, 2, 2)


def test_dense_gradients_are_the_closed_forms():
    layer = dense()
    with ag.Tape() as t:
        y = layer(X)
    g = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    d_kernel, d_bias = t.gradient(y, layer.weights, output_gradients=g)
    np.testing.assert_allclose(d_kernel.numpy(), X.T @ g)
    np.testing.assert_allclose(d_bias.numpy(), [4.0, 6.0])


def test_dense_starts_with_glorot_uniform_and_zeros():
    set_random_seed(0)
    layer = Dense(300)
    layer(np.zeros((1, 500)))
    kernel, bias = layer.get_weights()
    assert (6 / 800) ** 0.5 * 0.99 < abs(kernel).max() <= (6 / 800) ** 0.5
    assert not bias.any()
    assert [(w.name, w.shape, w.dtype) for w in layer.weights] == [
        ("dense/kernel", (500, 300), np.float32),
        ("dense/bias", (300,), np.float32),
    ]
    assert layer.count_params() == 500 * 300 + 300


def test_float64_on_request():
    layer = dense(dtype="float64")
    assert layer(X.astype(np.float32)).dtype == np.float64
    assert layer.kernel.dtype == np.float64


def test_logits_are_the_output_before_the_activation():
    layer = Dense(3, activation="softmax")
    np.testing.assert_allclose(ag.softmax(layer.logits(X)).numpy(), layer(X).numpy())
    np.testing.assert_array_equal(Activation("relu").logits(X).numpy(), X)
    np.testing.assert_array_equal(Flatten().logits(X).numpy(), X)


def test_dropout_only_acts_while_training():
    x = np.ones((100, 200), np.float32)
    layer = Dropout(0.3, seed=0)
    np.testing.assert_array_equal(layer(x).numpy(), x)
    np.testing.assert_array_equal(Dropout(0.0)(x, training=True).numpy(), x)
    y = layer(x, training=True).numpy()
    np.testing.assert_allclose(np.unique(y), [0.0, 1 / 0.7], rtol=1e-6)
    kept = np.count_nonzero(y) / y.size
    assert abs(kept - 0.7) < 5 * (0.3 * 0.7 / y.size) ** 0.5  # five standard deviations
    assert (layer(x, training=True).numpy() != y).any()


def test_dropout_gradient_is_its_mask():
    x = ag.Variable(np.ones((5, 6), np.float32))
    with ag.Tape() as t:
        y = Dropout(0.5, seed=0)(x, training=True)
    np.testing.assert_array_equal(t.gradient(y, x).numpy(), y.numpy())


def test_dropout_seeds():
    x = np.ones((5, 6))
    a, b = (Dropout(0.5, seed=7)(x, training=True).numpy() for _ in range(2))
    np.testing.assert_array_equal(a, b)
    set_random_seed(1)
    a = Dropout(0.5)(x, training=True).numpy()
    set_random_seed(1)
    np.testing.assert_array_equal(a, Dropout(0.5)(x, training=True).numpy())


@pytest.mark.parametrize(
    ("before", "after"), [((2, 3, 4, 5), (2, 60)), ((2, 3), (2, 3)), ((2,), (2, 1)), ((0, 3, 4), (0, 12))]
)
def test_flatten(before, after):
    assert Flatten()(np.zeros(before)).shape == after


class Residual(Layer):
    """Two layers in attributes, one in a list, one in a dict, a weight of its own, one shared."""

    def __init__(self):
        super().__init__()
        self.hidden = Dense(3, activation="relu")
        self.more = [Dense(3), self.hidden]
        self.named = {"last": Dense(3, use_bias=False)}
        self.scale = ag.Variable(np.float32(2.0), name="scale")
        self.steps = ag.Variable(np.float32(0.0), trainable=False)

    def call(self, x):
        return x + self.scale * self.named["last"](self.more[0](self.hidden(x)))


def test_weights_are_found_wherever_they_are_kept():
    layer = Residual()
    assert list(layer.named_weights()) == ["scale", "steps"]
    assert layer(X).shape == (2, 3)
    paths = ["hidden/kernel", "hidden/bias", "more/0/kernel", "more/0/bias", "named/last/kernel", "scale", "steps"]
    assert list(layer.named_weights()) == paths
    assert len(layer.trainable_weights) == 6
    assert layer.count_params() == 12 + 12 + 9 + 1 + 1
    with ag.Tape() as t:
        y = layer(X, training=True)
    assert all(g is not None for g in t.gradient(y, layer.trainable_weights))


def test_weights_come_and_go_as_copies():
    layer, other = dense(), dense()
    layer(X), other(X)
    layer.set_weights([np.zeros((3, 2)), [1.0, 2.0]])
    np.testing.assert_array_equal(layer(X).numpy(), [[1.0, 2.0], [1.0, 2.0]])
    weights = layer.get_weights()
    weights[1][0] = 5.0
    assert layer.get_weights()[1][0] == 1.0
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(other(X).numpy(), layer(X).numpy())
    with pytest.raises(ValueError, match=r"dense got weights of shapes \[\(3, 2\)\]; expected \[\(3, 2\), \(2,\)\]"):
        layer.set_weights([KERNEL])
    with pytest.raises(ValueError, match="has not been built yet"):
        dense().set_weights([KERNEL, [0.0, 0.0]])


def test_a_dropped_layer_frees_its_weights_without_the_collector():
    gc.disable()
    try:
        layer = Dense(3)
        layer(X)
        weak = weakref.ref(layer.kernel)
        del layer
        assert weak() is None
    finally:
        gc.enable()


def test_errors_name_the_layer():
    layer = Dense(2, name="hidden")
    layer(X)
    with pytest.raises(
        ValueError, match=r"hidden got an input of shape \(2, 4\); expected 3 features in the last axis"
    ):
        layer(np.zeros((2, 4)))
    with pytest.raises(
        ValueError, match=r"dense got an input of shape \(3,\); expected \(batch, features\).*x\[None\]"
    ):
        Dense(2)(X[0])
    with pytest.raises(ValueError, match="dense has no weights yet"):
        Dense(2).count_params()
    with pytest.raises(ValueError, match=r"layer has a weight of shape \(None, 2\); expected fixed lengths"):
        Layer().add_weight((None, 2))
    with pytest.raises(NotImplementedError, match="Layer has no call"):
        Layer()(X)


@pytest.mark.parametrize("units", [0, -3, 2.5, "10", True, None])
def test_units_must_be_a_positive_whole_number(units):
    with pytest.raises(ValueError, match=r"units is .*; expected a whole number from 1 on"):
        Dense(units)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 50])
def test_rate_must_be_a_fraction(rate):
    with pytest.raises(ValueError, match="at least 0 and below 1"):
        Dropout(rate)


@pytest.mark.parametrize("layer", [lambda: Dense(1, activation="softmax"), lambda: Activation("softmax")])
def test_softmax_over_one_unit_warns(layer):
    with pytest.warns(UserWarning, match='softmax to a single unit.*activation="sigmoid"'):
        layer()(np.ones((2, 1)))


def test_unknown_names_raise_at_once():
    with pytest.raises(ValueError, match=r"unknown activation 'rleu'. Did you mean 'relu'"):
        Dense(2, activation="rleu")
    with pytest.raises(ValueError, match="unknown initializer 'he'"):
        Dense(2, kernel_initializer="he")
