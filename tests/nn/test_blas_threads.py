"""Who decides about the number of BLAS threads in `fit`, and that BLAS has its own number again afterwards."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn import blas_threads
from nn.blas_threads import VARIABLES, Chooser
from nn.callbacks import Callback
from nn.utils import get_blas_threads, set_blas_threads, set_random_seed

ROOT = Path(__file__).resolve().parent.parent.parent
RNG = np.random.default_rng(0)
X, Y = RNG.random((96, 6), dtype=np.float32), RNG.integers(0, 3, 96)


class Blas:
    """A library with threads that remembers what was set."""

    def __init__(self, num_threads: int = 2) -> None:
        self.num_threads = num_threads
        self.was_set: list[int] = []

    def set_num_threads(self, num_threads: int) -> None:
        self.num_threads = num_threads
        self.was_set.append(num_threads)


class Clock:
    """Time passes with each reading: 1 ms with one thread, 20 ms with more, as next to busy programs."""

    def __init__(self, blas: Blas) -> None:
        self.blas, self.now = blas, 0.0

    def __call__(self) -> float:
        self.now += 0.001 if self.blas.num_threads == 1 else 0.02
        return self.now


@pytest.fixture
def blas() -> Blas:
    return Blas()


@pytest.fixture(autouse=True)
def chooser(blas: Blas, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chooser]:
    """A chooser for that library, in a process where no seed was set."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    chooser = Chooser(lambda: [blas], Clock(blas))
    for module in (blas_threads, nn.training, nn.random):
        monkeypatch.setattr(module, "chooser", chooser)
    yield chooser
    assert blas.num_threads == 2 or not blas.was_set
    assert not chooser.running.locked()


def made(**options: Any) -> nn.Sequential:
    model = nn.Sequential([nn.Dense(4, activation="relu"), nn.Dense(3, activation="softmax")])
    model.compile("rmsprop", "sparse_categorical_crossentropy", **options)
    return model


def fit(*callbacks: Callback, **options: Any) -> Any:
    return made().fit(X, Y, **{"batch_size": 4, "epochs": 2, "verbose": 0, "callbacks": callbacks, **options})


class Doing(Callback):
    """Calls a function after each batch."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.function()


# Measuring.


@pytest.mark.parametrize("jit", [False, True])
def test_fit_takes_the_number_with_the_fastest_steps(blas: Blas, jit: bool) -> None:
    seen = []
    made(jit=jit).fit(X, Y, batch_size=4, verbose=0, callbacks=Doing(lambda: seen.append(blas.num_threads)))
    assert {1, 2} == set(seen)
    assert seen[-1] == 1
    assert get_blas_threads() == (1, "measured")
    assert blas.num_threads == 2


def test_the_next_fit_begins_with_the_number_of_the_last_one(blas: Blas) -> None:
    fit()
    blas.was_set.clear()
    fit(epochs=1, batch_size=96)
    assert blas.was_set == [1, 2]


def test_validation_has_a_number_of_its_own(chooser: Chooser) -> None:
    fit(validation_split=0.5, epochs=4)
    assert set(chooser.comparisons) == {"train", "test"}


def test_results_are_those_without_the_choice(chooser: Chooser, blas: Blas) -> None:
    model, other = made(), made()
    for each in (model, other):
        each.build((None, 6))
    other.set_weights(model.get_weights())
    history = model.fit(X, Y, batch_size=96, epochs=20, verbose=0)  # of one batch, so that its order does not matter
    assert blas.was_set
    chooser.seeded = True
    np.testing.assert_allclose(history.history["loss"], other.fit(X, Y, 96, 20, verbose=0).history["loss"], rtol=1e-5)


# What decides instead.


def test_seed_pins_the_number(blas: Blas) -> None:
    set_random_seed(3)
    fit()
    assert blas.was_set == []
    assert get_blas_threads() == (2, "pinned by the seed")


def test_seed_that_a_callback_sets_pins_the_number(blas: Blas) -> None:
    fit()
    seen = []

    class Seeding(Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            set_random_seed(epoch)

    fit(Seeding(), Doing(lambda: seen.append(blas.num_threads)))
    assert set(seen) == {2}


def test_samples_in_order_pin_the_number(blas: Blas) -> None:
    fit(shuffle=False)
    assert blas.was_set == []


def test_evaluate_and_predict_are_repeatable(blas: Blas) -> None:
    model = made()
    model.fit(X, Y, batch_size=4, verbose=0)
    blas.was_set.clear()
    model.evaluate(X, Y, batch_size=1, verbose=0)
    model.predict(X, batch_size=1)
    assert blas.was_set == []


@pytest.mark.parametrize("variable", VARIABLES)
def test_environment_decides(blas: Blas, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "2")
    fit()
    assert blas.was_set == []
    assert get_blas_threads() == (2, "set by the environment")


def test_limit_by_the_program_decides(blas: Blas) -> None:
    blas.num_threads = 8
    get_blas_threads()
    blas.num_threads = 4
    fit()
    assert blas.was_set == []
    assert get_blas_threads() == (4, "limited by the program")


def test_limit_that_a_callback_sets_stays(blas: Blas) -> None:
    def limit() -> None:
        blas.num_threads = 7

    fit(Doing(limit))
    assert blas.num_threads == 7
    blas.was_set.clear()  # for the fixture: this number is the program's


@pytest.mark.parametrize(
    ("libraries", "expected"),
    [
        ([], (None, "no BLAS whose number can be set")),
        ([Blas(1)], (1, "BLAS has one thread")),
        ([Blas(2), Blas(1)], (1, "limited by the program")),
    ],
)
def test_nothing_to_choose(chooser: Chooser, libraries: list[Blas], expected: Any) -> None:
    chooser.find = lambda: libraries
    fit()
    assert [library.was_set for library in libraries] == [[]] * len(libraries)
    assert get_blas_threads() == expected


def test_number_set_by_hand(blas: Blas) -> None:
    set_random_seed(0)
    set_blas_threads(3)
    assert get_blas_threads() == (3, "set by hand")
    seen = []
    fit(Doing(lambda: seen.append(blas.num_threads)))
    assert set(seen) == {3}
    model = made()
    for call in (lambda: model.evaluate(X, Y, verbose=0), lambda: model.predict(X)):
        blas.was_set.clear()
        call()
        assert blas.was_set == [3, 2]
    set_blas_threads(None)
    assert get_blas_threads() == (2, "pinned by the seed")


@pytest.mark.parametrize("number", [0, -1, 1.5, "2", True])
def test_number_set_by_hand_is_checked(number: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="number"):
        set_blas_threads(number)


# BLAS has its number again.


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_number_is_restored_after_an_error(blas: Blas, error: type[BaseException]) -> None:
    def fail() -> None:
        if blas.num_threads == 1:
            raise error

    with pytest.raises(error):
        fit(Doing(fail))
    assert blas.was_set == [1, 2]
    fit()


def test_calls_inside_a_call(blas: Blas) -> None:
    inner = made()
    changes = []

    def call() -> None:
        before = blas.num_threads
        inner.fit(X, Y, batch_size=4, verbose=0)
        inner.evaluate(X, Y, verbose=0)
        changes.append(blas.num_threads - before)

    fit(Doing(call))
    assert set(changes) == {0}
    assert blas.num_threads == 2


def test_calls_in_two_threads(blas: Blas) -> None:
    inside, done = threading.Event(), threading.Event()

    def pause() -> None:
        inside.set()
        assert done.wait(60)

    thread = threading.Thread(target=lambda: fit(Doing(pause)))
    thread.start()
    assert inside.wait(60)
    blas.was_set.clear()
    fit()
    assert blas.was_set == []
    done.set()
    thread.join()


# The library itself, in processes of their own.

PROGRAM = """
import sys
import numpy as np
import nn
x, y = np.random.default_rng(0).random((2048, 300), np.float32), np.arange(2048) % 10
model = nn.Sequential([nn.Dense(300, activation="relu"), nn.Dense(10, activation="softmax")])
model.compile("rmsprop", "sparse_categorical_crossentropy")
{before}
from_blas = lambda: [x.num_threads for x in nn.blas_threads.chooser.libraries]
model.fit(x, y, batch_size=64, verbose=0)
print("threadpoolctl" in sys.modules, len(nn.blas_threads.chooser.comparisons))
before = from_blas()
model.fit(x, y, batch_size=64, verbose=0)
print(before == from_blas(), nn.utils.get_blas_threads().reason)
"""


def printed(before: str, **environment: str) -> list[str]:
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    command = [sys.executable, "-c", PROGRAM.format(before=before)]
    run = subprocess.run(command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def test_openblas() -> None:
    compared, reason = printed("")
    assert (compared, reason) in [
        ("True 1", "True measured"),
        ("True 0", "True BLAS has one thread"),
        ("True 0", "True no BLAS whose number can be set"),
    ]


def test_openblas_with_a_seed() -> None:
    assert printed("nn.utils.set_random_seed(1)") == ["False 0", "True pinned by the seed"]


def test_openblas_with_a_variable() -> None:
    assert printed("", OPENBLAS_NUM_THREADS="1") == ["False 0", "True set by the environment"]
