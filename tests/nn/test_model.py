"""`Sequential`: building, naming, running, the summary, and where it hands logits to its loss."""

import numpy as np
import pytest

import autograd as ag
import nn
from nn import Activation, Dense, Dropout, Flatten, Sequential


def two_layers(**options):
    return Sequential([Dense(512, activation="relu"), Dense(10, activation="softmax")], **options)


def test_the_two_layer_model_has_the_published_number_of_parameters(capsys):
    model = two_layers()
    model.build((None, 784))
    assert [layer.count_params() for layer in model.layers] == [401_920, 5_130]
    assert model.count_params() == 407_050
    model.summary()
    text = capsys.readouterr().out
    for expected in ("dense (Dense)", "(None, 512)", "401,920", "dense_1 (Dense)", "(None, 10)", "5,130"):
        assert expected in text
    assert "Total parameters: 407,050 (1.55 MB)" in text
    assert "Trainable parameters: 407,050 (1.55 MB)" in text
    assert "Non-trainable parameters: 0 (0.00 B)" in text
    assert "\x1b" not in text and "\r" not in text


def test_summary_before_the_first_batch(capsys):
    two_layers(name="digits").summary()
    text = capsys.readouterr().out
    assert 'Model "digits"' in text and text.count("not built") == 2


def test_layers_are_built_by_the_first_batch_one_after_the_other():
    model = Sequential([Flatten(), Dense(5), Dropout(0.5), Activation("tanh"), Dense(2)])
    assert model.weights == []
    assert model(np.zeros((3, 4, 4))).shape == (3, 2)
    assert [v.name for v in model.weights] == ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]
    assert [layer.output_shape for layer in model.layers] == [(None, 16), (None, 5), (None, 5), (None, 5), (None, 2)]
    assert model.output_shape == (None, 2)


def test_names_are_unique():
    built = Dense(2)
    built(np.zeros((1, 2)))
    model = Sequential([Dense(2), built, Dense(2, name="last")])
    assert [layer.name for layer in model.layers] == ["dense", "dense_1", "last"]
    assert built.kernel.name == "dense_1/kernel"
    with pytest.raises(ValueError, match="has a layer called 'last' already"):
        model.add(Dense(3, name="last"))
    assert Sequential([Dense(2)]).layers[0].name == "dense"


def test_add_pop_get_layer():
    model = Sequential()
    model.add(Dense(3))
    model.add(Dense(2, name="top"))
    model.build((None, 4))
    assert model.get_layer("top") is model.get_layer(index=1) is model.pop()
    assert model(np.zeros((1, 4))).shape == (1, 3)
    assert model.output_shape == (None, 3)
    model.add(Dense(1))
    assert model(np.zeros((1, 4))).shape == (1, 1)
    with pytest.raises(ValueError, match="no layer called 'top'; there are dense, dense_1"):
        model.get_layer("top")
    with pytest.raises(ValueError, match="a name or an index"):
        model.get_layer()
    with pytest.raises(IndexError, match="no layer to take off"):
        Sequential().pop()
    with pytest.raises(TypeError, match="as a layer; expected an object such as Dense"):
        Sequential([Dense])


def test_a_model_is_a_layer():
    encoder = Sequential([Dense(3), Dense(2)], name="encoder")
    model = Sequential([encoder, Dense(4)])
    model.build((None, 4))
    assert list(model.named_weights())[:2] == ["encoder/dense/kernel", "encoder/dense/bias"]
    assert model.count_params() == 15 + 8 + 12
    x = np.ones((2, 4))
    np.testing.assert_array_equal(model(x).numpy(), model.layers[1](encoder(x)).numpy())


def test_build_wants_the_batch_axis():
    with pytest.raises(ValueError, match=r"input_shape is \(784,\); expected the batch axis too"):
        two_layers().build((784,))


def test_training_reaches_the_layers():
    model = Sequential([Dropout(0.5, seed=0), Sequential([Dropout(0.5, seed=1)], name="inner")])
    x = np.ones((4, 50))
    np.testing.assert_array_equal(model(x).numpy(), x)
    assert set(np.unique(model(x, training=True).numpy())) == {0.0, 4.0}


HEADS = {
    "dense softmax": ([Dense(3, activation="softmax")], "sparse_categorical_crossentropy", ag.softmax),
    "activation softmax": ([Dense(3), Activation("softmax")], "categorical_crossentropy", ag.softmax),
    "function softmax": ([Dense(3, activation=ag.softmax)], "categorical_crossentropy", ag.softmax),
    "nested": ([Sequential([Dense(3, activation="softmax")])], "sparse_categorical_crossentropy", ag.softmax),
    "sigmoid": ([Dense(1, activation="sigmoid")], "binary_crossentropy", ag.sigmoid),
    "sigmoid under softmax loss": ([Dense(3, activation="sigmoid")], "categorical_crossentropy", None),
    "mse": ([Dense(3, activation="softmax")], "mse", None),
    "logits": ([Dense(3)], nn.losses.SparseCategoricalCrossentropy(from_logits=True), None),
    "softmax into a loss of logits": (
        [Dense(3, activation="softmax")], nn.losses.SparseCategoricalCrossentropy(from_logits=True), None),
    "dropout on top": ([Dense(3, activation="softmax"), Dropout(0.1)], "categorical_crossentropy", None),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_an_activation_right_under_its_crossentropy_is_left_out(name):
    stack, loss, left_out = HEADS[name]
    model = Sequential(stack)
    model.compile(loss=loss)
    x = np.ones((2, 4))
    model(x)
    head = model.head()
    if left_out is None:
        assert head.left_out is nn.activations.linear and head.loss is model.loss
    else:
        assert head.left_out is left_out and head.loss.from_logits and not model.loss.from_logits
    np.testing.assert_allclose(head.left_out(head.forward(x)).numpy(), model(x).numpy(), rtol=1e-6)


def test_a_saturated_softmax_still_learns():
    model = Sequential([Dense(2, activation="softmax", kernel_initializer=nn.initializers.Constant(0.0))])
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.build((None, 1))
    model.set_weights([[[0.0, 200.0]], [0.0, 0.0]])
    x, y = np.ones((1, 1)), np.zeros(1, int)
    assert model.evaluate(x, y, verbose=0) == [200.0, 0.0]  # through probabilities: -log(1e-7) = 16.1, gradient 0
    model.fit(x, y, verbose=0)
    assert model.get_weights()[0][0, 1] < 200.0


def test_repr():
    assert repr(two_layers(name="m")) == "<Sequential 'm'>"


def test_exported_names():
    import types

    assert nn.__all__ == sorted(nn.__all__)
    public = {name for name, value in vars(nn).items() if name[0] != "_" and not isinstance(value, types.ModuleType)}
    modules = {"activations", "callbacks", "datasets", "functional", "initializers", "layers", "losses", "metrics"}
    assert set(nn.__all__) == public | modules | {"utils"}
