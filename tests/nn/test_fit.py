"""`fit`, `evaluate`, `predict`, `train_on_batch`: against Keras and by hand, on real digits; dtypes, memory, seeds."""

import copy
import gc
import hashlib
import os
import signal
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest

import autograd as ag
import nn
import optim
from nn import Dense, Dropout, Flatten, Sequential
from nn.callbacks import Callback, History

X = np.linspace(-1, 1, 48, dtype="float32").reshape(12, 4)
Y = np.arange(12) % 3
W1 = (np.arange(20, dtype="float32").reshape(4, 5) % 7 - 3) / 10
W2 = (np.arange(15, dtype="float32").reshape(5, 3) % 5 - 2) / 10


def small(**compiled):
    model = Sequential([Dense(5, activation="relu"), Dense(3, activation="softmax")])
    model.build((None, 4))
    model.set_weights([W1, np.zeros(5), W2, np.zeros(3)])
    options = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]} | compiled
    model.compile(**options)
    return model


def test_fit_evaluate_and_predict_are_those_of_keras():
    # Keras 3.15.1 (torch 2.13.0): the same model, weights and calls; fit(..., validation_split=0.25, shuffle=False).
    model = small(optimizer=optim.RMSprop(1e-2))
    history = model.fit(X, Y, batch_size=5, epochs=3, shuffle=False, verbose=0, validation_split=0.25)
    expected = {
        "loss": [1.110950231552124, 1.1024329662322998, 1.1008620262145996],
        "accuracy": [0.2222222238779068, 0.3333333432674408, 0.3333333432674408],
        "val_loss": [1.0996562242507935, 1.098620057106018, 1.0986133813858032],
        "val_accuracy": [0.3333333432674408, 0.3333333432674408, 0.3333333432674408],
    }
    assert list(history.history) == list(expected)
    for key, values in expected.items():
        assert history.history[key] == pytest.approx(values, rel=1e-5), key
    assert {type(value) for values in history.history.values() for value in values} == {float}
    assert history.epoch == [0, 1, 2]
    assert history.params == {"verbose": 0, "epochs": 3, "steps": 2}
    assert model.evaluate(X, Y, verbose=0) == pytest.approx([1.0987192392349243, 0.25], rel=1e-5)
    kernel = [[-0.1496175080537796, -0.08811070024967194, -0.048209428787231445],
              [0.06911443918943405, 0.1972975879907608, -0.16908831894397736],
              [-0.05985325202345848, 0.020816512405872345, 0.06175108626484871],
              [0.16190406680107117, -0.22475701570510864, -0.0596429742872715],
              [0.031401313841342926, 0.11853465437889099, 0.1685652732849121]]  # fmt: skip
    np.testing.assert_allclose(model.get_weights()[2], kernel, rtol=1e-4, atol=1e-6)
    predicted = model.predict(X[:2])
    expected = [[0.33339041471481323, 0.3335358500480652, 0.33307379484176636],
                [0.33362188935279846, 0.3335050046443939, 0.3328731060028076]]  # fmt: skip
    np.testing.assert_allclose(predicted, expected, rtol=1e-5)
    assert predicted.dtype == np.float32 and predicted.flags.writeable


def test_one_step_of_sgd_on_a_line_is_the_closed_form():
    model = Sequential([Dense(1, kernel_initializer="zeros")])
    model.compile(optim.SGD(0.1), "mse")
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 6.0])
    model.fit(x, y, batch_size=3, verbose=0)
    # d/dw mean (w x + b - y)² = -2 mean(x y) = -56/3 and d/db = -2 mean(y) = -8.
    np.testing.assert_allclose([w.item() for w in model.get_weights()], [5.6 / 3, 0.8], rtol=1e-6)


def test_the_epochs_loss_is_weighted_by_the_batches_sizes():
    model = Sequential([Dense(1, kernel_initializer="zeros")])
    model.compile(optim.SGD(1e-30), "mse")
    history = model.fit(np.ones((5, 1)), np.array([1.0, 1.0, 1.0, 1.0, 6.0]), batch_size=4, shuffle=False, verbose=0)
    assert history.history["loss"] == pytest.approx([(4 * 1 + 36) / 5])


@pytest.mark.parametrize("shuffle", [False, True])
def test_every_sample_is_seen_once_in_an_epoch(shuffle):
    seen = []

    class Watched(Sequential):
        def train_step(self, data):
            x, y = data
            assert x.flags.c_contiguous
            np.testing.assert_array_equal(x, y)  # labels come in the shape of the outputs
            seen.append(y[:, 0].tolist())
            return super().train_step(data)

    model = Watched([Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.arange(10.0)[:, None] / 10, np.arange(10.0) / 10, batch_size=4, epochs=2, shuffle=shuffle, verbose=0)
    assert [len(batch) for batch in seen] == [4, 4, 2] * 2
    first, second = (
        [sample for batch in seen[:3] for sample in batch],
        [sample for batch in seen[3:] for sample in batch],
    )
    assert sorted(first) == sorted(second) == (np.arange(10) / 10).tolist()
    assert (first == second) is not shuffle


def test_evaluate_gives_a_float_a_list_or_a_dict():
    model = small(metrics=["accuracy", "sparse_categorical_crossentropy"])
    loss, accuracy, again = model.evaluate(X, Y, batch_size=5, verbose=0)
    assert again == pytest.approx(loss, rel=1e-6)
    result = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert result == pytest.approx({"loss": loss, "accuracy": accuracy, "sparse_categorical_crossentropy": loss})
    assert type(small(metrics=None).evaluate(X, Y, verbose=0)) is float
    p = model.predict(X)
    assert loss == pytest.approx(-np.log(p[np.arange(12), Y]).mean(), rel=1e-6)
    assert accuracy == (p.argmax(axis=1) == Y).mean()


def test_predict_does_not_depend_on_the_batch_size():
    model = small()
    np.testing.assert_allclose(model.predict(X, batch_size=5), model.predict(X, batch_size=100), rtol=1e-6)
    assert Sequential([Flatten()]).predict(np.zeros((3, 2, 2))).shape == (3, 4)


def test_train_on_batch_reports_its_batch_alone():
    model = small(optimizer=optim.SGD(0.1))
    before = model.evaluate(X[:4], Y[:4], verbose=0)
    model.train_on_batch(X[4:], Y[4:])
    assert model.train_on_batch(X[:4], Y[:4]) != before
    assert model.optimizer.iterations == 2
    assert model.train_on_batch(X, Y, return_dict=True).keys() == {"loss", "accuracy"}
    assert type(small(metrics=None).train_on_batch(X, Y)) is float


def test_one_hot_and_class_numbers_train_alike():
    a, b = small(), small(loss="categorical_crossentropy")
    assert repr(a.metrics) == "[SparseCategoricalAccuracy(name='accuracy')]"
    assert repr(b.metrics) == "[CategoricalAccuracy(name='accuracy')]"
    one, two = (m.fit(X, y, shuffle=False, verbose=0, epochs=2).history
                for m, y in ((a, Y), (b, nn.utils.to_categorical(Y))))  # fmt: skip
    for key in one:
        assert one[key] == pytest.approx(two[key], rel=1e-5)


def test_binary_accuracy_of_a_sigmoid_and_of_logits_agree():
    x, y = X, (Y > 0).astype(int)
    a = Sequential([Dense(1, activation="sigmoid", kernel_initializer="ones")])
    a.compile("sgd", "binary_crossentropy", ["accuracy"])
    b = Sequential([Dense(1, kernel_initializer="ones")])
    b.compile("sgd", nn.losses.BinaryCrossentropy(from_logits=True), ["accuracy"])
    assert a.evaluate(x, y, verbose=0) == pytest.approx(b.evaluate(x, y, verbose=0), rel=1e-6)
    assert a.evaluate(x, y, verbose=0)[1] == ((x.sum(axis=1) > 0) == y).mean()


def test_a_second_fit_goes_on():
    one, two = small(), small()
    one.fit(X, Y, epochs=4, shuffle=False, verbose=0)
    two.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    history = two.fit(X, Y, epochs=4, initial_epoch=2, shuffle=False, verbose=0)
    assert history.epoch == [2, 3]
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert small().fit(X, Y, epochs=0, verbose=0).history == {}


def test_a_train_step_of_your_own():
    class Doubled(Sequential):
        def train_step(self, data):
            x, y = data
            with ag.Tape() as tape:
                y_pred = self(x, training=True)
                loss = np.mean(np.square(y_pred - y)) * 2
            self.optimizer.apply_gradients(zip(tape.gradient(loss, self.weights), self.weights, strict=True))
            self.mean_loss.update_state(loss)
            return {"loss": self.mean_loss.result()}

    model = Doubled([Dense(1)])
    model.compile(optim.SGD(0.1))
    losses = model.fit(X, X[:, :1], epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    with pytest.raises(ValueError, match=r"compile.. was given no loss"):
        model.evaluate(X, X[:, :1])


class Diary(Callback):
    def __init__(self):
        self.told = []

    def on_train_begin(self):
        self.told.append("begin")

    def on_train_end(self):
        self.told.append("end")

    def on_epoch_begin(self, epoch):
        self.told.append(("epoch", epoch))

    def on_epoch_end(self, epoch, logs):
        self.told.append(("done", epoch, sorted(logs)))

    def on_train_batch_end(self, batch, logs):
        self.told.append(batch)


def test_callbacks_are_told_in_order():
    diary, model = Diary(), small(metrics=None)
    model.fit(X, Y, batch_size=6, epochs=2, verbose=0, callbacks=[diary], validation_data=(X, Y))
    figures = ["loss", "val_loss"]
    assert diary.told == [
        "begin",
        ("epoch", 0),
        0,
        1,
        ("done", 0, figures),
        ("epoch", 1),
        0,
        1,
        ("done", 1, figures),
        "end",
    ]
    assert diary.model is model and diary.params["steps"] == 2
    with pytest.raises(TypeError, match="among the callbacks; expected objects whose class is a Callback"):
        model.fit(X, Y, callbacks=[Diary])


def test_a_callback_can_stop_training():
    class Stop(Diary):
        def on_epoch_end(self, epoch, logs):
            self.model.stop_training = epoch == 1

    model = small()
    assert model.fit(X, Y, epochs=5, verbose=0, callbacks=[Stop()]).epoch == [0, 1]
    assert model.fit(X, Y, epochs=1, verbose=0).epoch == [0]


class StopsInside(Diary):
    """Ends training at a step of the second epoch."""

    def on_train_batch_end(self, batch, logs):
        super().on_train_batch_end(batch, logs)
        self.model.stop_training = self.told.count(("epoch", 1)) == 1 and batch == 1


@pytest.mark.parametrize("jit", [False, True])
def test_a_callback_that_stops_inside_an_epoch_keeps_its_figures(jit, capsys):
    # As Keras has it: two steps of the second epoch are made, which is validated, told of and kept.
    stop, model = StopsInside(), small(optimizer=optim.SGD(1e-30), jit=jit)
    options = {"batch_size": 3, "epochs": 5, "shuffle": False, "validation_data": (X, Y)}
    history = model.fit(X, Y, **options, verbose=2, callbacks=[stop])
    figures = ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert stop.told[-4:] == [0, 1, ("done", 1, figures), "end"]
    assert model.optimizer.iterations == 4 + 2
    assert history.epoch == [0, 1]
    whole, half = model.evaluate(X, Y, verbose=0), model.evaluate(X[:6], Y[:6], verbose=0)
    for i, name in enumerate(("loss", "accuracy")):
        assert history.history[name] == pytest.approx([whole[i], half[i]], rel=1e-5)
        assert history.history[f"val_{name}"] == pytest.approx([whole[i], whole[i]], rel=1e-5)
    assert "Epoch 2/5 - " in capsys.readouterr().out.splitlines()[1]


def test_stopping_before_an_epoch_makes_one_step_of_it():
    class Stop(Callback):
        def on_epoch_begin(self, epoch, logs):
            self.model.stop_training = True

    model = small()
    assert model.fit(X, Y, batch_size=3, epochs=5, verbose=0, callbacks=Stop()).epoch == [0]
    assert model.optimizer.iterations == 1


def test_hooks_get_logs_if_they_have_a_parameter_for_them():
    told = {}

    class Keras(Callback):
        def on_train_begin(self, logs):
            told["begin"] = logs

        def on_epoch_begin(self, epoch, logs=None):
            told["epoch"] = (epoch, logs)

        def on_epoch_end(self, *args, **options):
            told["done"] = (args[0], sorted(args[1]))

        def on_train_end(self, logs=None):
            told["end"] = sorted(logs)

    small().fit(X, Y, verbose=0, callbacks=[Keras()])
    assert told == {"begin": {}, "epoch": (0, {}), "done": (0, ["accuracy", "loss"]), "end": ["accuracy", "loss"]}

    class Wrong(Callback):
        def on_epoch_end(self):
            pass

    with pytest.raises(TypeError, match=r"Wrong has on_epoch_end\(\); expected on_epoch_end\(self, epoch, logs\)"):
        small().fit(X, Y, verbose=0, callbacks=[Wrong()])


@pytest.mark.parametrize("jit", [False, True])
def test_a_thawed_part_of_a_model_trains_and_the_frozen_one_stays(jit):
    base = Sequential([Dense(5, activation="relu"), Sequential([Dense(4)])], name="base")
    model = Sequential([base, Dense(3, activation="softmax")])
    model.compile(optim.Adam(0.01), "sparse_categorical_crossentropy", jit=jit)
    base.trainable = False

    def changed():
        before = model.get_weights()
        model.fit(X, Y, batch_size=12, epochs=1, verbose=0)
        sizes = [abs(a - b).max() for a, b in zip(before, model.get_weights(), strict=True)]
        return [float(size) for size in sizes]

    model.build((None, 4))
    assert [size > 0 for size in changed()] == [False] * 4 + [True] * 2
    for _ in range(30):
        changed()
    base.layers[1].trainable = True
    sizes = changed()
    assert [size > 0 for size in sizes] == [False] * 2 + [True] * 4
    # A layer that joins takes steps of the size of the learning rate from its first on.
    np.testing.assert_allclose(sizes[2:4], 0.01, rtol=0.02)
    base.trainable = True
    assert all(size > 0 for size in changed())


def test_a_model_without_weights_to_train_says_why():
    model = small()
    model.trainable = False
    with pytest.raises(ValueError, match="sequential has no weights to train: trainable is False of sequential, dense"):
        model.fit(X, Y, verbose=0)
    model = Sequential([Flatten()])
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="sequential has no weights to train: no layer has weights"):
        model.fit(X, X, verbose=0)


def test_batch_size_none_is_the_default_of_32():
    model = small(metrics=None)
    model.fit(np.tile(X, (6, 1)), np.tile(Y, 6), batch_size=None, verbose=0)
    assert model.optimizer.iterations == 3  # 72 samples
    assert model.evaluate(X, Y, batch_size=None, verbose=0) == model.evaluate(X, Y, verbose=0)
    assert model.predict(X, batch_size=None).shape == (12, 3)


def test_metrics_of_one_name_are_numbered():
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse", metrics=["mae", "mae", "mse", nn.metrics.MeanOf(lambda y, p: abs(y - p) * 2, "mae")])
    history = model.fit(X, Y, verbose=0).history
    assert list(history) == ["loss", "mae", "mae_1", "mse", "mae_2"]  # Keras's names
    assert history["mae_2"][0] == pytest.approx(2 * history["mae_1"][0]) == pytest.approx(2 * history["mae"][0])


@pytest.mark.parametrize("jit", [False, True])
def test_a_model_that_begins_with_an_embedding_of_ones_own(jit):
    class Embedding(nn.Layer):
        def build(self, input_shape):
            self.table = self.add_weight((10, 4), "random_normal", name="table")

        def call(self, ids):
            return self.table[ids]

    ids = np.arange(24).reshape(12, 2) % 9
    model = Sequential([Embedding(), Flatten(), Dense(3, activation="softmax")])
    model.compile(optim.SGD(0.1), "sparse_categorical_crossentropy", jit=jit)
    model(ids[:1])
    before = model.get_weights()[0]
    model.fit(ids, Y, batch_size=6, verbose=0)
    assert (model.get_weights()[0] != before).any(axis=1).tolist() == [True] * 9 + [False]
    assert model.predict(ids).dtype == np.float32


@pytest.mark.parametrize("jit", [False, True])
def test_a_float16_model_reports_losses_beyond_float16(jit):
    model = Sequential([Dense(1, kernel_initializer="zeros", dtype="float16")])
    model.compile(optim.SGD(0.0), "mse", metrics=["mae"], jit=jit)
    y = np.full(12, 1000.0)
    history = model.fit(X, y, batch_size=5, epochs=1, verbose=0).history
    assert history == {"loss": [pytest.approx(1e6)], "mae": [pytest.approx(1e3)]}
    assert [w.dtype for w in model.get_weights()] == [np.float16] * 2


class PressCtrlC(Diary):
    def __init__(self, batch, times=1):
        super().__init__()
        self.batch, self.times = batch, times

    def on_train_batch_end(self, batch, logs):
        super().on_train_batch_end(batch, logs)
        if self.told.count(("epoch", 1)) and batch == self.batch:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)


class FreezesAtOnce(Callback):
    """Freezes the first layer after the first step, and copies the model then; its kernel at the end of each step."""

    def on_train_begin(self):
        self.seen = [self.model.get_weights()[0]]

    def on_train_batch_end(self, step, logs):
        self.seen.append(self.model.get_weights()[0])
        if len(self.seen) == 2:
            self.copy = copy.deepcopy(self.model)
            self.model.layers[0].trainable = False


@pytest.mark.parametrize("jit", [False, True])
def test_a_layer_frozen_during_an_epoch_is_so_from_the_next_on(jit):
    model, callback = small(optimizer="sgd", jit=jit), FreezesAtOnce()
    model.fit(X, Y, batch_size=3, epochs=2, callbacks=callback, verbose=0)
    changed = [np.any(a != b) for a, b in zip(callback.seen, callback.seen[1:], strict=False)]
    assert changed == [True] * 4 + [False] * 4
    twin = callback.copy  # which is in no epoch
    for trainable in (True, False):
        twin.layers[0].trainable = trainable
        before = twin.get_weights()[0]
        twin.train_on_batch(X, Y)
        assert np.any(before != twin.get_weights()[0]) == trainable


def test_ctrl_c_ends_training_after_a_whole_step(capsys):
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    model, press = small(), PressCtrlC(batch=1)
    history = model.fit(X, Y, batch_size=3, epochs=5, verbose=2, callbacks=[press], validation_data=(X, Y))
    assert history.epoch == [0] and {len(values) for values in history.history.values()} == {1}
    assert press.told[-2:] == [1, "end"]
    assert model.optimizer.iterations == 4 + 2
    assert capsys.readouterr().out.splitlines()[1] == "Epoch 2/5 - stopped before its end"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert model.fit(X, Y, verbose=0).epoch == [0]


def test_ctrl_c_while_validating():
    class Press(Sequential):
        def test_step(self, data):
            os.kill(os.getpid(), signal.SIGINT)
            return super().test_step(data)

    model = Press([Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    assert model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y)).history == {}


def test_a_second_ctrl_c_raises():
    with pytest.raises(KeyboardInterrupt):
        small().fit(X, Y, batch_size=3, epochs=5, verbose=0, callbacks=[PressCtrlC(batch=1, times=2)])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_fit_works_in_a_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(small().fit(X, Y, verbose=0)))
    thread.start()
    thread.join()
    assert isinstance(found[0], History)


def test_history_shows_itself():
    assert repr(History()) == "<History of 0 epochs>"
    history = small().fit(X, Y, verbose=0)
    assert repr(history).startswith("<History of 1 epochs; the last has loss: 1.1")


def test_nothing_in_a_step_is_wider_than_float32():
    model = Sequential([Flatten(), Dense(5, activation="relu"), Dropout(0.2), Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    for x in (X.reshape(12, 2, 2).astype(np.float64), (X.reshape(12, 2, 2) > 0).astype(np.uint8)):
        model(x)
        head = model.head()
        with ag.Tape(persistent=True) as sweep:  # records the backward sweep of the tape inside
            with ag.Tape() as tape:
                loss = head.loss(Y, head.forward(x, training=True))
            gradients = tape.gradient(loss, model.weights)
        assert len(sweep.nodes) > 20
        assert {node.out.dtype for node in sweep.nodes} == {np.dtype(np.float32)}
        assert {g.dtype for g in gradients} == {np.dtype(np.float32)}


def test_memory_is_flat_without_the_collector():
    model = small()
    data = (X, Y)
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        for _ in range(200):  # until the free lists of interpreter and NumPy have their size
            model.train_step(data)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            model.train_step(data)
        grown = tracemalloc.get_traced_memory()[0] - before
        assert grown < 5_000, f"{grown} bytes over 200 steps; a step works on some 10,000"
        assert gc.collect() == 0
    finally:
        tracemalloc.stop()
        gc.enable()


SCRIPT = """
import hashlib, numpy as np, nn
nn.utils.set_random_seed({seed})
model = nn.Sequential([nn.Dense(16, activation="relu"), nn.Dropout(0.3), nn.Dense(3, activation="softmax")])
model.compile("rmsprop", "sparse_categorical_crossentropy")
x = np.random.random((64, 20))
model.fit(x, np.arange(64) % 3, epochs=3, verbose=0)
print(hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest())
"""


def test_a_seed_makes_two_processes_bitwise_equal():
    def run(seed):
        command = [sys.executable, "-c", SCRIPT.format(seed=seed)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    first = run(1)
    assert len(first.strip()) == hashlib.sha256().digest_size * 2
    assert run(1) == first
    assert run(2) != first


@pytest.mark.slow
def test_real_digits_are_learned():
    (x_train, y_train), (x_test, y_test) = nn.datasets.digits.load_data()
    nn.utils.set_random_seed(0)
    layers = [Flatten(), Dense(256, activation="relu"), Dropout(0.3), Dense(10, activation="softmax")]
    model = Sequential(layers)
    model.compile("rmsprop", "sparse_categorical_crossentropy", ["accuracy"])
    test = (x_test / 16, y_test)
    history = model.fit(x_train / 16, y_train, batch_size=16, epochs=30, verbose=0, validation_data=test)
    assert history.history["val_accuracy"][-1] >= 0.9
    assert history.history["accuracy"][-1] >= 0.97
    assert (model.predict(x_test / 16).argmax(axis=1) == y_test).mean() == pytest.approx(
        history.history["val_accuracy"][-1]
    )
