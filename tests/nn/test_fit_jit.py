"""`compile(jit=True)`: the figures, weights and outputs are those without."""

import copy
import gc
from typing import Any

import numpy as np
import pytest

import nn
import optim
from nn.callbacks import Callback
from tests.autograd.compiler.backends import use_numpy_alone

RNG = np.random.default_rng(0)
X = RNG.random((300, 12), dtype=np.float32)
LABELS = RNG.integers(0, 4, 300)
TARGETS = {
    "sparse_categorical_crossentropy": LABELS,
    "categorical_crossentropy": np.eye(4)[LABELS],
    "binary_crossentropy": (LABELS > 1).astype(int),
    "mse": RNG.random(300),
    "mae": RNG.random((300, 4)),
}


def layers(loss: str) -> list[Any]:
    last = {"sparse_categorical_crossentropy": "softmax", "categorical_crossentropy": "softmax"}.get(loss)
    end = nn.Dense(4, activation=last) if last or loss == "mae" else nn.Dense(1, activation="sigmoid")
    return [nn.Dense(16, activation="relu"), nn.Dropout(0.25), nn.Dense(8, activation="tanh"), end]


def trained(loss: str, jit: bool, optimizer: Any = "rmsprop", **options: Any) -> tuple[Any, nn.Sequential]:
    nn.utils.set_random_seed(5)
    model = nn.Sequential(layers(loss))
    model.compile(optimizer, loss, metrics=["accuracy"] if "cross" in loss else None, jit=jit)
    history = model.fit(X, TARGETS[loss], epochs=4, batch_size=64, verbose=0, validation_split=0.2, **options)
    evaluated = model.evaluate(X, TARGETS[loss], verbose=0)
    return (history.history, model.get_weights(), model.predict(X), np.array(evaluated)), model


@pytest.mark.parametrize("loss", TARGETS)
def test_fit_evaluate_and_predict(loss: str) -> None:
    found, model = trained(loss, jit=True)
    expected, _ = trained(loss, jit=False)
    assert found[0].keys() == expected[0].keys()
    for name, values in expected[0].items():
        np.testing.assert_allclose(found[0][name], values, rtol=1e-6)
    for a, b in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found[2], expected[2], rtol=1e-5)
    np.testing.assert_allclose(found[3], expected[3], rtol=1e-6)
    assert len(model._programs["_trained"].plans) == 2  # of 64 samples, and of the 48 that are left


def test_bitwise_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    use_numpy_alone(monkeypatch)
    found, _ = trained("sparse_categorical_crossentropy", jit=True, optimizer=optim.Adam(0.01))
    expected, _ = trained("sparse_categorical_crossentropy", jit=False, optimizer=optim.Adam(0.01))
    assert found[0] == expected[0]
    for a, b in zip([*found[1], found[2]], [*expected[1], expected[2]], strict=True):
        np.testing.assert_array_equal(a, b)


def test_callbacks_see_the_model_as_it_is_and_may_change_it() -> None:
    class Freeze(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == 1:
                self.model.layers[0].trainable = False
                self.model.optimizer.learning_rate = 1e-2

    found, _ = trained("mse", jit=True, callbacks=[Freeze()])
    expected, _ = trained("mse", jit=False, callbacks=[Freeze()])
    for a, b in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_wrong_labels_are_named_in_a_later_step_too() -> None:
    _, model = trained("sparse_categorical_crossentropy", jit=True)
    wrong = LABELS[:64].copy()
    wrong[3] = 9
    before = model.get_weights()
    with pytest.raises(ValueError, match="label 9 in row 3; expected 0 to 3"):
        model.train_step((X[:64], wrong))
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_step_of_ones_own_is_told() -> None:
    class Own(nn.Sequential):
        def train_step(self, data: Any) -> Any:
            return super().train_step(data)

    with pytest.warns(UserWarning, match="Own has a train_step of its own, which jit=True does not reach"):
        Own([nn.Dense(1)]).compile("sgd", "mse", jit=True)


def test_a_copy_of_a_model_trains_by_itself() -> None:
    _, model = trained("mse", jit=True)
    twin = copy.deepcopy(model)
    weights = model.get_weights()
    twin.fit(X, TARGETS["mse"], epochs=2, verbose=0)
    for a, b in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
    gc.collect()
