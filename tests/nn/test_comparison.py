"""The number of threads that wins, for steps whose durations are given."""

from collections.abc import Callable

import pytest

from nn.comparison import FIRST, PAUSE, SHARE, WINNING, Comparison


class Training:
    """Steps on full batches of 128 samples; a step with n threads takes `durations(n)` seconds."""

    def __init__(self, most: int, durations: Callable[[int], float]) -> None:
        self.comparison, self.durations, self.now = Comparison(most), durations, 0.0
        self.used: list[int] = []  # the numbers of the timed steps

    def step(self, size: int = 128) -> bool:
        timed = self.comparison.is_timed(size, self.now)
        number = self.comparison.candidate() if timed else self.comparison.best
        self.now += self.durations(number)
        if timed:
            self.used.append(number)
            self.comparison.add(number, self.durations(number), self.now)
        return timed

    def steps(self, count: int) -> list[bool]:
        return [self.step() for _ in range(count)]


def on_idle_cores(number: int) -> float:
    return 0.002 / number


def on_busy_cores(number: int) -> float:
    return 0.005 if number == 1 else 0.07


@pytest.mark.parametrize(
    ("most", "durations", "best"),
    [
        (2, on_idle_cores, 2),
        (2, on_busy_cores, 1),
        (16, on_idle_cores, 16),
        (16, on_busy_cores, 1),
        (16, lambda number: abs(number - 4) + 1, 4),
        (6, on_idle_cores, 6),
        (6, on_busy_cores, 1),
    ],
)
def test_the_fastest_number_wins(most: int, durations: Callable[[int], float], best: int) -> None:
    training = Training(most, durations)
    training.steps(FIRST + 3 * WINNING * most)
    assert training.comparison.best == best
    assert set(training.used) <= set(range(1, most + 1))


def test_first_steps_are_not_timed() -> None:
    training = Training(2, on_idle_cores)
    assert training.steps(FIRST + 1) == [False] * FIRST + [True]
    training.comparison.begin_fit(2)
    assert training.steps(FIRST + 1) == [False] * FIRST + [True]


def test_a_slow_number_gets_few_steps() -> None:
    training = Training(2, on_busy_cores)
    while training.comparison.best == 2:
        training.step()
    assert training.used.count(2) == 1
    assert training.used.count(1) == WINNING


def test_one_long_step_costs_one_comparison_at_most() -> None:
    training = Training(2, lambda number: on_idle_cores(number) + (training.now == 0.003) * 0.5)
    training.steps(FIRST + 40)
    assert training.comparison.best == 2


def test_pause_after_the_best_number_was_confirmed() -> None:
    training = Training(2, on_idle_cores)
    training.steps(FIRST + 15)
    end = training.now
    used = len(training.used)
    while training.now < end + PAUSE - 0.1:
        assert not training.step()
    training.steps(200)
    assert len(training.used) > used


def test_pause_grows_with_the_steps() -> None:
    training = Training(2, lambda number: 1.0)
    while training.comparison.due == 0:
        training.step()
    compared = float(len(training.used))
    assert training.comparison.due == training.now + SHARE * compared


def test_a_change_of_the_load_is_followed() -> None:
    training = Training(2, on_idle_cores)
    training.steps(100)
    assert training.comparison.best == 2
    training.durations = on_busy_cores
    training.steps(100)
    assert training.comparison.best == 1
    training.durations = on_idle_cores
    while training.now < training.comparison.due:
        training.step()
    training.steps(2 * WINNING)
    assert training.comparison.best == 2


def test_smaller_batches_are_not_timed() -> None:
    training = Training(2, on_idle_cores)
    training.steps(FIRST + 1)
    assert not training.step(size=17)
    assert training.step()


def test_another_size_of_batch_begins_another_comparison() -> None:
    training = Training(2, on_idle_cores)
    training.steps(FIRST + 5)
    training.comparison.begin_fit(2)
    assert [training.step(size=32) for _ in range(FIRST)] == [False] * FIRST
    assert sum(training.comparison.steps.values()) == 0
    assert training.step(size=32)
    assert not training.step(size=128)
