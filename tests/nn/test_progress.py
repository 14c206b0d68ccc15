"""What a run prints: one plain line per epoch in a file, a bar on a terminal that is seldom drawn, or nothing."""

import io
import re
import sys

import numpy as np
import pytest

from nn import Dense, Sequential, progress

X, Y = np.random.default_rng(0).random((20, 4)), np.arange(20) % 3
LINE = r"Epoch {}/2 - \d+\.\ds - [\d.e+]+ms/step - loss: \d\.\d{{4}} - accuracy: \d\.\d{{4}} - val_loss: \d\.\d{{4}} - val_accuracy: \d\.\d{{4}}"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def model():
    model = Sequential([Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("verbose", ["auto", 1, 2])
def test_one_plain_line_per_epoch_without_a_terminal(model, capsys, verbose):
    model.fit(X, Y, epochs=2, verbose=verbose, validation_data=(X, Y))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for epoch, line in enumerate(lines, 1):
        assert re.fullmatch(LINE.format(epoch), line)


def test_silence(model, capsys):
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X)
    assert capsys.readouterr() == ("", "")


def test_evaluate_and_predict_print_a_line(model, capsys):
    model.evaluate(X, Y)
    model.predict(X, verbose=2)
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Evaluation - .*ms/step - loss: \d\.\d{4} - accuracy: \d\.\d{4}", first)
    assert re.fullmatch(r"Prediction - .*ms/step", second)


def test_a_bar_on_a_terminal(model, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")
    model.fit(X, Y, batch_size=1, epochs=2, validation_data=(X, Y))
    text = stream.getvalue()
    shown = [re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", line) for line in re.split(r"[\r\n]+", text)]
    assert any(re.match(r"Epoch 1/2 .+ 1/20 .*ms/step loss: \d\.\d{4} accuracy: ", line) for line in shown)
    assert sum(bool(re.fullmatch(LINE.format(1), line)) for line in shown) == 1
    assert sum(bool(re.fullmatch(LINE.format(2), line)) for line in shown) == 1
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 2  # the cursor is hidden and shown again


def test_the_bar_is_drawn_at_most_ten_times_a_second(monkeypatch):
    now = 0.0
    monkeypatch.setattr(progress.time, "perf_counter", lambda: now)
    bar = progress.Bar("Epoch 1/1", 1000, Terminal())
    drawn = []
    monkeypatch.setattr(bar, "draw", lambda step, logs: (drawn.append(step), setattr(bar, "drawn", now)))
    for step in range(1, 1001):
        now = step * 0.003
        bar.advance(step, {})
    assert 25 <= len(drawn) <= 30


def test_the_terminal_is_given_back_when_training_fails(model, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(model, "train_step", lambda data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model.fit(X, Y)
    assert "\x1b[?25h" in stream.getvalue()


def test_a_bar_that_is_abandoned_says_so():
    stream = Terminal()
    with progress.Bar("Epoch 1/1", 10, stream) as bar:
        bar.advance(1, {"loss": 1.0})
        bar.abandon()
    assert "stopped before its end" in stream.getvalue()


@pytest.mark.parametrize(
    ("verbose", "terminal", "term", "expected"),
    [("auto", True, "xterm", "Bar"), ("auto", False, "xterm", "Line"), (1, True, "dumb", "Line"), (1, True, "xterm", "Bar"),
     (2, True, "xterm", "Line"), (0, True, "xterm", "Silent")],
)  # fmt: skip
def test_what_is_shown(monkeypatch, verbose, terminal, term, expected):
    monkeypatch.setattr(sys, "stdout", Terminal() if terminal else io.StringIO())
    monkeypatch.setenv("TERM", term)
    assert progress.reporter(verbose).__name__ == expected
