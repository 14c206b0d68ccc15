"""The layers: values, shapes, dtypes, weights and where they are found, errors."""

import gc
import weakref

import numpy as np
import pytest

import autograd as ag
from nn import Activation, Dense, Dropout, Flatten, Layer, Sequential, layers
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


class Add(Layer):
    """What every merge layer of Keras is called like."""

    def call(self, x):
        return x[0] + x[1]


TENSOR, ROWS = ag.Tensor(np.ones((2, 3))), np.ones((2, 3))
PARTS = {
    "list of one": ([TENSOR], "list of 1 part with tensors in it.* again in `call`$"),
    "list of tensors": ([TENSOR, TENSOR], "list of 2 parts with tensors in it"),
    "tuple of tensors": ((TENSOR, TENSOR), "tuple of 2 parts with tensors in it"),
    "dict of tensors": ({"a": TENSOR}, "dict of 1 part with tensors in it"),
    "nested": ([[1.0, 2.0], [1.0, (TENSOR,)]], "list of 2 parts with tensors in it"),
    "scalar tensors": ([1.0, ag.Tensor(2.0)], "list of 2 parts with tensors in it"),
    "variables": ([ag.Variable([1.0, 2.0])], "list of 1 part with tensors in it"),
    "list of arrays": ([ROWS, ROWS], "list of 2 parts with arrays in it"),
    "arrays of different shapes": ((ROWS, ROWS[:1]), "tuple of 2 parts with arrays in it"),
    "dict of arrays": ({"a": ROWS}, "dict of 1 part with arrays in it"),
    "dict of numbers": ({"a": 1.0}, "got a dict; expected one tensor or array"),
    "set": ({1.0}, "got a set; expected one tensor or array"),
    "text": ("abc", "got a str of dtype <U3; expected an array of numbers"),
    "numbers as text": ([["1", "2"]], "got a list of dtype <U1; expected an array of numbers"),
    "nothing": (None, "got a NoneType of dtype object"),
    "complex": (ROWS * 1j, "dtype complex128 and computes in float32, which would drop the imaginary part"),
    "complex tensor": (TENSOR * 1j, "dtype complex128 and computes in float32"),
}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(
    "layer", [Dense(3), Add(), Flatten(), Sequential([Dense(3)]), Sequential([Add()]), Sequential()],
    ids=["dense", "own", "flatten", "sequential", "sequential of own", "empty"],
)  # fmt: skip
def test_a_layer_takes_one_tensor(layer, name):
    x, message = PARTS[name]
    if "complex" in name and isinstance(layer, Sequential) and not layer.layers:
        return
    for build in (False, True):
        if build and not isinstance(layer, Add):
            layer(np.ones((2, 3)))
        with pytest.raises(TypeError, match=message):
            layer(x)


def test_lists_of_numbers_are_one_input():
    np.testing.assert_array_equal(Activation("linear")([[1, 2], [3, 4.5]]).numpy(), [[1, 2], [3, 4.5]])
    np.testing.assert_array_equal(Add()([[1.0, 2.0], [np.float32(3), 4]]).numpy(), [4, 6])
    with pytest.raises(ValueError, match="add got rows of different lengths"):
        Add()([[1.0], [2.0, 3.0]])


def test_the_way_to_join_inputs_that_the_error_names_passes_gradients_on():
    a, b, add, x = Dense(3), Dense(3), Add(), np.arange(8.0).reshape(2, 4)
    with ag.Tape() as t:
        loss = add(np.stack([a(x), b(x)])).sum()
    gradients = t.gradient(loss, a.weights + b.weights)
    for kernel, bias in (gradients[:2], gradients[2:]):
        np.testing.assert_array_equal(kernel.numpy(), np.broadcast_to(x.sum(axis=0)[:, None], (4, 3)))
        np.testing.assert_array_equal(bias.numpy(), [2, 2, 2])


class Gives(Layer):
    def __init__(self, result):
        super().__init__()
        self.result = result

    def call(self, x):
        return self.result(x)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda x: (x, x), "`call` of gives returned a tuple of 2; expected one tensor. Several outputs are not supp"),
        (lambda x: [x], "returned a list of 1; expected one tensor"),
        (lambda x: {"y": x}, "returned a dict of 1; expected one tensor"),
        (lambda x: None, "returned None; expected a tensor. Does it end without `return`"),
        (lambda x: x.numpy() * 2, "returned a ndarray, which carries no gradient; expected a tensor. Try NumPy's func"),
        (lambda x: float(x.numpy().sum()), "returned a float, which carries no gradient"),
    ],
)
def test_a_layer_gives_one_tensor(result, message):
    for layer in (Gives(result), Sequential([Gives(result)]), Sequential([Gives(result), Dense(2)])):
        with pytest.raises(TypeError, match=message):
            layer(X)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda layer: layer(X, X), "got several inputs; expected one, and training=True or False. Try to join them"),
        (lambda layer: layer(X, TENSOR), "got several inputs"),
        (lambda layer: layer(X, [X]), "got several inputs"),
        (lambda layer: layer(X, False, X), "got several inputs"),
        (lambda layer: layer(X, "yes"), "got several inputs"),
        (lambda layer: layer(X, mask=X), "got the keyword 'mask'; expected one input and .* Masks and other arguments"),
        (lambda layer: layer(X, training=True, y=X), "got the keyword 'y'"),
    ],
)
def test_calls_with_more_than_one_input(call, message):
    for layer in (Dense(2), Sequential([Dense(2)]), Gives(lambda x: x)):
        with pytest.raises(TypeError, match=message):
            call(layer)


@pytest.mark.parametrize("training", [True, 1, np.True_, False, 0, None])
def test_training_as_any_kind_of_truth_value(training):
    y = Dropout(0.5, seed=0)(np.ones((4, 50)), training)
    assert (y.numpy() == 0).any() == bool(training)


class Embedding(Layer):
    def build(self, input_shape):
        self.table = self.add_weight((300, 2), lambda shape, dtype: np.arange(600, dtype=dtype).reshape(shape))

    def call(self, ids):
        return self.table[ids]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.int64, np.uint32])
@pytest.mark.parametrize("tensor", [False, True])
def test_integers_reach_a_layer_of_ones_own(dtype, tensor):
    ids, layer = np.array([[1, 250 if dtype != np.uint8 else 25], [0, 1]], dtype), Embedding()
    with ag.Tape() as t:
        y = layer(ag.Tensor(ids) if tensor else ids)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y.numpy(), ids[..., None] * 2.0 + [0, 1])
    used = np.zeros(300)
    np.add.at(used, ids.reshape(-1), 1)
    np.testing.assert_array_equal(t.gradient(y, layer.table).numpy(), np.stack([used, used], axis=1))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.uint64, bool, np.float64])
def test_small_integers_do_not_overflow_in_a_layer_of_ones_own(dtype):
    class Centred(Layer):
        def call(self, x):
            return (x - 128) * 300 / 2

    x = np.array([[1, 100 if dtype is not bool else 1]], dtype)
    y = Centred()(x)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y.numpy(), (x.astype(float) - 128) * 150)


class Nest(Layer):
    """Layers in attributes, lists, dicts and `build`; a weight of its own and one that is never trained."""

    def __init__(self):
        super().__init__()
        self.first, self.more, self.named = Dense(2), [Dense(2)], {"a": ({"b": Dense(2)},)}

    def build(self, input_shape):
        self.late = Dense(2)
        self.scale = self.add_weight((2,), "ones")
        self.fixed = self.add_weight((2,), "ones", trainable=False)

    def call(self, x):
        return self.late(self.named["a"][0]["b"](self.more[0](self.first(x)))) * self.scale + self.fixed


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    ("make", "weights"), [(Nest, 9), (lambda: Sequential([Dense(3), Sequential([Dense(2), Dense(2)])]), 6)]
)
def test_freezing_a_layer_freezes_all_in_it(make, weights, before, capsys):
    inner = make()
    model = Sequential([inner, Dense(1)])
    if before:
        inner.trainable = False
    model.build((None, 4))
    if not before:
        assert len(model.trainable_weights) == weights + 2
        inner.trainable = False
    assert model.trainable_weights == model.layers[1].weights
    assert inner.trainable_weights == []
    assert not any(layer.trainable for layer in inner.all_layers())
    model.summary()
    assert "Trainable parameters: 3 (12.00 B)" in capsys.readouterr().out

    layers = list(inner.all_layers())[1:]
    other = Sequential([layer for layer in layers if isinstance(layer, Dense)][:1] + [Dense(1)])
    other.build((None, 4))
    assert len(other.trainable_weights) == 2  # also where the layers are used without what froze them

    dense = next(layer for layer in layers if isinstance(layer, Dense))
    dense.trainable = True
    assert model.trainable_weights == [*dense.weights, *model.layers[1].weights]
    assert inner.trainable_weights == []  # as in Keras: the layer itself is still frozen
    inner.trainable = True
    assert len(model.trainable_weights) == weights + 2
    assert len(inner.trainable_weights) == weights


def test_layers_that_join_a_frozen_one_are_frozen_until_they_are_set():
    base, new = Sequential([Dense(3)]), Dense(2)
    base.trainable = False
    base.add(new)
    model = Sequential([base, Dense(1)])
    model.build((None, 4))
    assert len(model.trainable_weights) == 2
    new.trainable = True
    assert len(model.trainable_weights) == 4


def test_a_class_may_begin_frozen():
    class Frozen(Dense):
        trainable = False

    model = Sequential([Frozen(2), Dense(1)])
    model.build((None, 3))
    assert len(model.trainable_weights) == 2
    model.layers[0].trainable = True
    assert len(model.trainable_weights) == 4
    assert not Frozen(2).trainable


def test_misspelled_and_wrong_attributes():
    layer = Dense(2)
    with pytest.warns(
        UserWarning, match="Dense got a new attribute 'trainabel', which nothing reads. Did you mean 'tr"
    ):
        layer.trainabel = False
    with pytest.warns(UserWarning, match="Did you mean 'stop_training'"):
        Sequential().stop_trainin = True
    with pytest.raises(TypeError, match="trainable is 'False'; expected True or False"):
        layer.trainable = "False"
    dropout = Dropout(0.5)
    with pytest.raises(TypeError, match=r"rate is '0.1', a str; expected a number"):
        dropout.rate = "0.1"
    with pytest.raises(ValueError, match=r"rate is 1.5; expected the fraction to drop"):
        dropout.rate = 1.5
    assert dropout.rate == 0.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Dense(2, kernel_regularizer="l2"),
            r"Dense\(\) got an .* 'kernel_regularizer', which is not supported",
        ),
        (lambda: Dense(2, input_shape=(3,)), r"'input_shape', which is not supported. Try model.build"),
        (lambda: Dense(2, activaton="relu"), r"Dense\(\) got an .* 'activaton'; expected 'activation'$"),
        (lambda: Dropout(0.5, noise_shape=(1,)), r"Dropout\(\) got .* 'noise_shape', which is not supported"),
        (lambda: Flatten(trainable=False), r"Flatten\(\) got .* 'trainable', which .* Try layer.trainable = False"),
        (lambda: Sequential(trainable=False), r"Sequential\(\) got .* 'trainable', which .* model.trainable = False"),
        (lambda: Layer(nam="x"), r"Layer\(\) got .* 'nam'; expected 'name'$"),
        (lambda: Layer().add_weight((2,), regularizer="l2"), r"add_weight\(\) got .* 'regularizer', which is not supp"),
        (lambda: Layer().add_weight((2,), initialiser="ones"), r"'initialiser'; expected 'initializer'$"),
        (lambda: Layer().add_weight(shape=3), r"layer has a weight of shape 3; expected .* such as \(3,\)"),
    ],
)
def test_keywords_that_are_not_taken(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_weights_of_another_kind_are_refused_before_anything_changes():
    layer = dense()
    layer(X)
    before = layer.get_weights()
    for wrong in (np.zeros(2, complex), np.array(["a", "b"]), np.array([None, 1])):
        with pytest.raises(TypeError, match=f"dense/bias got weights of dtype {wrong.dtype}; expected float32"):
            layer.set_weights([np.zeros((3, 2)), wrong])
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])
    layer.set_weights([np.ones((3, 2), int), [1, 2]])
    np.testing.assert_array_equal(layer.get_weights()[1], [1, 2])


def test_a_layer_that_is_used_twice_gets_the_sum_of_both_gradients():
    layer = dense(use_bias=False)
    with ag.Tape() as t:
        y = layer(X) * 3 + layer(2 * X)
    np.testing.assert_allclose(t.gradient(y, layer.kernel).numpy(), np.broadcast_to(5 * X.sum(0)[:, None], (3, 2)))
