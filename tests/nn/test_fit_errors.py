"""What `fit` and its kin say to data and arguments that can not be right: one row per mistake."""

import warnings

import numpy as np
import pytest

import nn
from nn import Activation, Dense, Flatten, Sequential
from nn.checks import check_finite
from nn.utils import to_categorical

X = np.random.default_rng(0).random((20, 4))
Y = np.arange(20) % 3
SPARSE, CATEGORICAL = "sparse_categorical_crossentropy", "categorical_crossentropy"


def holed(value, *places):
    x = X.copy()
    for place in places:
        x[place] = value
    return x


# x, y, loss, further arguments of fit, the error, a pattern of its message
MISTAKES = {
    "lengths": (X, Y[:-1], SPARSE, {}, ValueError, "x has 20 samples and y has 19"),
    "one-hot": (X, to_categorical(Y), SPARSE, {}, ValueError, f'one-hot.*loss="{CATEGORICAL}".*to_categorical'),
    "integers": (X, Y, CATEGORICAL, {}, ValueError, rf'class numbers.*loss="{SPARSE}".*to_categorical\(y, 3\)'),
    "label too large": (X, np.r_[Y[:7], 9, Y[8:]], SPARSE, {}, ValueError, "label 9 in row 7.*3 output units"),
    "label of one unit": (X, Y % 2, SPARSE, {"units": 1}, ValueError,
                          'single output unit, and labels other than 0.*loss="binary_crossentropy"'),
    "class numbers of one unit": (X, Y % 2, CATEGORICAL, {"units": 1}, ValueError,
                                  'single output unit; .*loss="binary_crossentropy"'),
    "negative label": (X, np.r_[Y[:7], -1, Y[8:]], SPARSE, {}, ValueError, "label -1 in row 7"),
    "shapes": (X, np.zeros((20, 2)), "mse", {}, ValueError, r"labels of shape \(20, 2\) do not fit outputs of shape \(20, 3\)"),
    "list of lists": (X.tolist(), Y, SPARSE, {}, TypeError, r"x is a list; expected a NumPy array.*x = np.asarray\(x, "),
    "list of labels": (X, Y.tolist(), SPARSE, {}, TypeError, r"y is a list"),
    "text": (np.array([["a", "b"]] * 20), Y, SPARSE, {}, TypeError, "x has dtype <U1, which is text"),
    "objects": (np.array([[1, None]] * 20), Y, SPARSE, {}, TypeError, "x has dtype object, which is mixed objects"),
    "dates": (np.zeros(20, "M8[s]"), Y, SPARSE, {}, TypeError, "which is other values; expected numbers"),
    "nothing": (None, Y, SPARSE, {}, TypeError, "x is a NoneType"),
    "empty": (X[:0], Y[:0], SPARSE, {}, ValueError, r"x has shape \(0, 4\); expected at least one sample"),
    "scalar": (np.array(1.0), Y, SPARSE, {}, ValueError, r"x has shape \(\)"),
    "nan": (holed(np.nan, (3, 1), (5, 0)), Y, SPARSE, {}, ValueError, r"x has 2 NaN and 0 infinite values of 80, the first at x\[3, 1\]"),
    "inf": (holed(-np.inf, (19, 3)), Y, SPARSE, {}, ValueError, r"x has 0 NaN and 1 infinite values of 80, the first at x\[19, 3\]"),
    "nan label": (X, holed(np.nan, (2, 0))[:, :3], "mse", {}, ValueError, r"y has 1 NaN .* the first at y\[2, 0\]"),
    "batch_size 0": (X, Y, SPARSE, {"batch_size": 0}, ValueError, "batch_size is 0; expected at least 1"),
    "batch_size -1": (X, Y, SPARSE, {"batch_size": -1}, ValueError, "batch_size is -1"),
    "batch_size 2.5": (X, Y, SPARSE, {"batch_size": 2.5}, TypeError, "batch_size is 2.5; expected a whole number"),
    "epochs -1": (X, Y, SPARSE, {"epochs": -1}, ValueError, "epochs is -1; expected at least 0"),
    "split of text": (X, Y, SPARSE, {"validation_split": "0.2"}, TypeError, "validation_split is '0.2', a str; expected a n"),
    "shuffle": (X, Y, SPARSE, {"shuffle": "batch"}, TypeError, "shuffle is 'batch', a str; expected True or False"),
    "callbacks": (X, Y, SPARSE, {"callbacks": print}, TypeError, "got <built-in function print> among the callbacks"),
    "loss without a value": (X, Y, lambda y, p: None, {}, TypeError, "<lambda> returned None; expected a number for each"),
    "loss of text": (X, Y, lambda y, p: "low", {}, TypeError, "<lambda> returned 'low'; expected a number for each sample"),
    "loss of plain numbers": (X, Y, lambda y, p: np.mean(p.numpy()), {}, ValueError, "every gradient is None"),
    "initial_epoch": (X, Y, SPARSE, {"initial_epoch": -1}, ValueError, "initial_epoch is -1"),
    "verbose": (X, Y, SPARSE, {"verbose": 3}, ValueError, "verbose is 3; expected"),
    "split": (X, Y, SPARSE, {"validation_split": 1.5}, ValueError, "validation_split is 1.5; expected a fraction"),
    "empty split": (X, Y, SPARSE, {"validation_split": 0.99}, ValueError, "leaves one of the two parts without any"),
    "validation lengths": (X, Y, SPARSE, {"validation_data": (X, Y[:3])}, ValueError,
                           "x of validation_data has 20 samples and y of validation_data has 3"),
    "validation labels": (X, Y, SPARSE, {"validation_data": (X, Y + 1)}, ValueError, "label 3 in row 2"),
    "validation width": (X, Y, SPARSE, {"validation_data": (X[:, :3], Y)}, ValueError, "dense got an input of shape .*4 features"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_explained_before_the_first_step(name):
    x, y, loss, options, error, message = MISTAKES[name]
    units = options.get("units", 3)
    model = Sequential([Dense(units, activation="softmax" if units > 1 else "sigmoid")])
    model.compile(loss=loss)
    with pytest.raises(error, match=message), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one unit, which is another row's
        model.fit(x, y, **({"verbose": 0} | {name: x for name, x in options.items() if name != "units"}))
    assert model.optimizer.iterations == 0


def compiled(*layers, loss=SPARSE):
    model = Sequential(layers)
    model.compile(loss=loss)
    return model


PIXELS = np.random.default_rng(0).integers(0, 256, (20, 4, 4)).astype(np.uint8)
SORTED = np.repeat([0, 1, 2, 3], 20)
WARNINGS = {
    "pixels": (lambda: compiled(Flatten(), Dense(3, activation="softmax")).fit(PIXELS, Y, verbose=0),
               r'like raw pixels.*x = x.astype\("float32"\) / 255'),
    "float pixels": (lambda: compiled(Flatten(), Dense(3, activation="softmax")).fit(PIXELS * 1.0, Y, verbose=0),
                     "whole numbers from 0.0 to 255.0"),
    "logits": (lambda: compiled(Dense(3, kernel_initializer="ones")).fit(X - 0.9, Y, verbose=0), "from_logits=True"),
    "softmax of one": (lambda: compiled(Dense(1), Activation("softmax"), loss="binary_crossentropy").fit(X, Y > 0, verbose=0),
                       'single unit.*activation="sigmoid"'),
    "categorical loss of one": (lambda: compiled(Dense(1, activation="sigmoid"), loss=CATEGORICAL).fit(X, Y[:, None] > 0, verbose=0),
                                'over a single unit is 0 for all labels.*loss="binary_crossentropy"'),
    "epochs that are done": (lambda: compiled(Dense(3, activation="softmax")).fit(X, Y, epochs=2, initial_epoch=5, verbose=0),
                             "nothing is trained: epochs=2 is the number of .* Try epochs=7"),
    "sorted": (lambda: compiled(Dense(4, activation="softmax")).fit(np.ones((80, 2)), SORTED, verbose=0, validation_split=0.25),
               "validation_split takes the last samples.*np.random.permutation"),
    "sorted one-hot": (lambda: compiled(Dense(4, activation="softmax"), loss=CATEGORICAL).fit(
        np.ones((80, 2)), to_categorical(SORTED), verbose=0, validation_split=0.25), "seem to be sorted"),
}  # fmt: skip


@pytest.mark.parametrize("name", WARNINGS)
def test_what_is_likely_wrong_warns(name):
    run, message = WARNINGS[name]
    with pytest.warns(UserWarning, match=message):
        run()


@pytest.mark.parametrize("name", ["pixels", "sorted", "epochs that are done"])
def test_warnings_of_fit_point_to_the_line_that_called_it(name):
    with pytest.warns(UserWarning, match="") as caught:
        WARNINGS[name][0]()
    assert {warning.filename for warning in caught} == {__file__}


SOUND = {
    "scaled pixels": (PIXELS / 255, Y, {}),
    "small counts": (PIXELS % 17, Y, {}),
    "large fractions": (PIXELS * 0.77, Y, {}),
    "shuffled split": (X, Y, {"validation_split": 0.25}),
    "truth values": (PIXELS > 100, Y, {}),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_likely_right_does_not_warn(name):
    x, y, options = SOUND[name]
    compiled(Flatten(), Dense(3, activation="softmax")).fit(x, y, verbose=0, **options)


@pytest.mark.parametrize(
    "x", [np.float32([1e30]), np.float16([6e4, -6e4]), np.zeros((3, 4), "f4").T, np.array([10**9])]
)
def test_large_numbers_are_finite(x):
    check_finite(x, "x")


def test_unknown_names_raise_at_compile():
    model = Sequential([Dense(3)])
    with pytest.raises(ValueError, match=r"unknown loss 'spares_categorical_crossentropy'. Did you mean 'sparse_cat"):
        model.compile(loss="spares_categorical_crossentropy")
    with pytest.raises(ValueError, match="unknown metric 'acuracy'"):
        model.compile(loss="mse", metrics=["acuracy"])
    every = "'binary_crossentropy' or 'categorical_crossentropy' or 'sparse_categorical_crossentropy'"
    for part in ("crossentropy", "cross_entropy", "CrossEntropy"):
        with pytest.raises(ValueError, match=rf"unknown loss '{part}'. Did you mean {every}\?"):
            model.compile(loss=part)
    with pytest.raises(TypeError, match=r"got an int as metrics; expected a list such as \['accuracy'\]"):
        model.compile(loss="mse", metrics=3)
    with pytest.raises(ValueError, match="rmsprob"):
        model.compile(optimizer="rmsprob", loss="mse")
    with pytest.raises(ValueError, match="a metric is called 'loss', like the figure of the loss"):
        model.compile(loss="mse", metrics=["mse", nn.metrics.Mean("loss")])
    with pytest.raises(TypeError, match="metrics is a dict; expected a list"):
        model.compile(loss="mse", metrics={"out": "mse"})
    with pytest.raises(TypeError, match="jit is 'yes', a str; expected True or False"):
        model.compile(loss="mse", jit="yes")
    model.compile(loss="mse", metrics=lambda y, p: 1.0)
    assert model.fit(X, X[:, :3], verbose=0).history["<lambda>"] == [1.0]


NOT_TAKEN = {
    "fit": ["class_weight", "sample_weight", "steps_per_epoch", "validation_steps", "validation_freq",
            "validation_batch_size", "workers"],
    "evaluate": ["sample_weight", "steps", "callbacks"],
    "predict": ["steps", "callbacks"],
    "train_on_batch": ["sample_weight", "class_weight", "reset_metrics"],
    "compile": ["loss_weights", "weighted_metrics", "run_eagerly", "jit_compile", "steps_per_execution"],
}  # fmt: skip


@pytest.mark.parametrize(("method", "keyword"), [(method, key) for method in NOT_TAKEN for key in NOT_TAKEN[method]])
def test_each_keyword_of_keras_that_is_not_taken_says_what_to_do(method, keyword):
    model = compiled(Dense(3, activation="softmax"))
    arguments = {"compile": ("sgd", SPARSE), "predict": (X,)}.get(method, (X, Y))
    message = rf"{method}\(\) got an unexpected keyword argument '{keyword}', which is not supported. Try \w"
    with pytest.raises(TypeError, match=message):
        getattr(model, method)(*arguments, **{keyword: None})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Sequential([], dtype="float64"), r"Sequential\(\) .* 'dtype'; expected 'layers' or 'name'$"),
        (lambda: nn.Dropout(0.5, input_shape=(3,)), r"Dropout\(\) .* 'input_shape', which is not .* Try model.build"),
        (lambda: nn.Flatten(trainable=False), r"Flatten\(\) .* 'trainable', which is not .* Try layer.trainable"),
        (lambda: nn.Activation("relu", trainable=False), r"'trainable', which is not .* Try leaving it out"),
        (lambda: nn.losses.MeanSquaredError(reduction="sum"), r"MeanSquaredError\(\) .* 'reduction', .* Try np.sum"),
        (lambda: nn.losses.BinaryCrossentropy(axis=1), r"BinaryCrossentropy\(\) .* 'axis', .* Try np.moveaxis"),
        (lambda: nn.losses.BinaryCrossentropy(from_logit=True), r"'from_logit'; expected 'from_logits'$"),
        (lambda: nn.losses.SparseCategoricalCrossentropy(ignore_class=0), r"'ignore_class', .* Try leaving"),
        (lambda: nn.losses.SparseCategoricalCrossentropy(label_smoothing=0.1), r"Try nn.losses.CategoricalCross"),
        (lambda: nn.metrics.Mean(dtype="float32"), r"Mean\(\) .* 'dtype', .* Try leaving it out"),
        (lambda: nn.metrics.BinaryAccuracy(treshold=0.2), r"'treshold'; expected 'threshold'$"),
        (lambda: nn.Sequential([]).summary(print_fn=print), r"summary\(\) .* 'print_fn', .* Try contextlib"),
        (lambda: nn.Sequential([]).save_weights("w.npz", overwrite=True), r"'overwrite', .* Try leaving it out"),
        (lambda: nn.Sequential([]).load_weights("w.npz", skip_mismatch=True), r"Try set_weights of the layers"),
    ],
)  # fmt: skip
def test_each_other_keyword_that_is_not_taken_says_what_to_do(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_the_keywords_of_a_layer_of_ones_own_are_those_that_it_takes():
    class Passing(nn.Layer):
        def __init__(self, units, **keywords):
            super().__init__(**keywords)

    with pytest.raises(TypeError, match=r"^Passing\(\) .* 'zzz'; expected 'dtype' or 'name' or 'units'$"):
        Passing(3, zzz=1)


def test_a_misspelled_keyword_names_the_one_it_looks_like():
    model = compiled(Dense(3, activation="softmax"))
    with pytest.raises(TypeError, match=r"fit.. got an unexpected keyword argument 'shufle'; expected 'shuffle'$"):
        model.fit(X, Y, shufle=False)
    with pytest.raises(TypeError, match=r"compile.. got an .* 'los'; expected 'loss'$"):
        model.compile("sgd", los="mse")
    with pytest.raises(
        TypeError, match=r"evaluate.. got an .* 'zzz'; expected 'batch_size' or 'return_dict' or 'verbose'"
    ):
        model.evaluate(X, Y, zzz=1)


def test_uncompiled_models_say_so():
    model = Sequential([Dense(3)])
    for run in (model.fit, model.evaluate, model.train_on_batch):
        with pytest.raises(RuntimeError, match="not been compiled; call compile"):
            run(X, Y)
    assert model.predict(X).shape == (20, 3)


def test_data_is_not_changed():
    x, y = X.copy(), Y.copy()
    compiled(Dense(3, activation="softmax")).fit(x, y, verbose=0, validation_split=0.2)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)
    assert x.flags.writeable and y.flags.writeable
