"""Plans with large products: several threads do what is large, with the results of one."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import optim
from autograd import Variable
from autograd.plan import crew as crews
from autograd.plan import plan as plans
from autograd.plan.crew import Crew, crew
from tests.autograd.plan.steps import classifier, random_batches

if crew() is None:
    pytest.skip("one processor, no numba, or a BLAS that is not known or has one thread", allow_module_level=True)
from autograd.plan.product import product
from autograd.plan.sections import in_order
from autograd.plan.team import GENERATION

INPUTS, HIDDEN, BATCH = 300, 320, 64
MULTIPLICATIONS = BATCH * HIDDEN * (2 * INPUTS + 3 * 10)  # of a step's products


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans are divided, and compiled for good, at their first run."""
    monkeypatch.setattr(plans, "DIVIDE_AFTER", 1)
    monkeypatch.setattr(plans, "JOIN_AFTER", 1)


def of_step(dtype: Any = np.float32) -> tuple[Callable[..., Any], list[Variable]]:
    """A step of a net whose products are large, and its weights."""
    return classifier(INPUTS, HIDDEN, 0.1, optim.RMSprop(0.01), dtype)


def batches(count: int, dtype: Any = np.float32) -> list[tuple[Any, Any]]:
    return random_batches(count, BATCH, INPUTS, dtype)


def the_crew() -> Crew:
    found = crew()
    assert found is not None
    return found


def meetings() -> int:
    """How often the crew was called."""
    return int(the_crew()._gate[GENERATION])


def assert_close(ours: list[Variable], theirs: list[Variable]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_is_what_it_is_without(dtype: Any) -> None:
    (run, ours), (step, theirs) = of_step(dtype), of_step(dtype)
    compiled = ag.compile(run)
    for x, labels in batches(6, dtype):
        np.testing.assert_allclose(float(compiled(x, labels)), float(step(x, labels)), rtol=1e-4)
    assert_close(ours, theirs)
    (plan,) = compiled.plans
    lines = plan._lowered.text.splitlines()
    assert sum(["section" in line for line in lines]) == 3  # forward, backward, and gradients with the update
    before = meetings()
    compiled(*batches(1, dtype)[0])
    assert meetings() == before + 3


def records(x: Any) -> Any:
    """The same rows, with a byte between one and the next."""
    table = np.zeros(len(x), [("flag", np.uint8), ("row", x.dtype, x.shape[1:])])
    table["row"] = x
    return table["row"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 7, 3), (3, 2, 70), (48, 33, 130)])
@pytest.mark.parametrize("orders", ["CC", "FC", "CF", "FF", "SC", "CS", "SS", "RC", "UC", "BC", "BB"])
def test_parts_of_a_product(orders: str, shape: tuple[int, int, int], dtype: Any) -> None:
    """By rows, by columns, with every second column, backwards, of records, of one row; by as many threads as come."""
    m, k, n = shape
    rng = np.random.default_rng(0)
    make: dict[str, Callable[[int, int], Any]] = {
        "C": lambda i, j: rng.normal(size=(i, j)).astype(dtype),
        "F": lambda i, j: rng.normal(size=(j, i)).astype(dtype).T,
        "S": lambda i, j: rng.normal(size=(i, 2 * j)).astype(dtype)[:, ::2],
        "R": lambda i, j: rng.normal(size=(i, j)).astype(dtype)[::-1],
        "B": lambda i, j: np.broadcast_to(rng.normal(size=j).astype(dtype), (i, j)),
        "U": lambda i, j: records(rng.normal(size=(i, j)).astype(dtype)),
    }
    a, b = make[orders[0]](m, k), make[orders[1]](k, n)
    for ranks in (1, 2, 5):
        out = np.full((m, n), np.nan, dtype)
        for rank in range(ranks):
            product(the_crew().given, rank, ranks, in_order(a), in_order(b), out)
        np.testing.assert_allclose(
            out, np.einsum("ij,jk", a, b), rtol=1e-4 if dtype == np.float32 else 1e-12, atol=1e-6
        )


def test_a_label_out_of_range_changes_nothing() -> None:
    run, weights = of_step()
    compiled = ag.compile(run)
    for x, labels in batches(4):
        compiled(x, labels)
    before = [w.numpy().copy() for w in weights]
    labels[3] = 10
    with pytest.raises(ValueError, match="got labels from"):
        compiled(x, labels)
    for w, old in zip(weights, before, strict=True):
        np.testing.assert_array_equal(w.numpy(), old)


def test_a_batch_of_every_second_column() -> None:
    compiled = ag.compile(lambda x, w: ag.relu(x @ w))
    rng = np.random.default_rng(0)
    w = rng.normal(size=(INPUTS, HIDDEN))
    for _ in range(4):
        x = rng.normal(size=(BATCH, 2 * INPUTS))[:, ::2]
        np.testing.assert_allclose(compiled(x, w), np.maximum(x @ w, 0), atol=1e-9)


def test_one_thread_of_blas_is_one_of_ours() -> None:
    (run, ours), (step, theirs) = of_step(), of_step()
    compiled = ag.compile(run)
    limit = the_crew()._limit
    threads, limit.value = limit.value, 1
    before = meetings()
    try:
        for x, labels in batches(4):
            compiled(x, labels), step(x, labels)
        assert limit.value == 1
    finally:
        limit.value = threads
    assert meetings() == before
    assert_close(ours, theirs)


def test_blas_has_its_threads_again() -> None:
    before = the_crew()._limit.value
    assert before > 1
    run, _ = of_step()
    compiled = ag.compile(run)
    for x, labels in batches(4):
        compiled(x, labels)
    assert the_crew()._limit.value == before


def test_who_comes_does_not_show_in_the_last_bit() -> None:
    """In a width that BLAS does not divide evenly."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(BATCH, 333)), rng.normal(size=(333, 333))
    compiled = ag.compile(lambda x, w: ag.relu(x @ w))
    limit = the_crew()._limit
    threads = limit.value
    found = []
    try:
        for number in range(8):
            limit.value = threads if number % 2 else 1
            found.append(compiled(x, w))
    finally:
        limit.value = threads
    for y in found[3:]:  # the first two are traced
        np.testing.assert_array_equal(y, found[2])


def test_programs_in_several_threads() -> None:
    step, theirs = of_step()
    for x, labels in batches(12):
        step(x, labels)
    found: list[list[Variable]] = []

    def train() -> None:
        run, ours = of_step()
        compiled = ag.compile(run)
        for x, labels in batches(12):
            compiled(x, labels)
        found.append(ours)

    threads = [threading.Thread(target=train) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for ours in found:
        assert_close(ours, theirs)


def test_a_plan_is_divided_in_its_time_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when it is found on disk: that would show in last bits."""
    monkeypatch.setattr(plans, "DIVIDE_AFTER", 5.5 * MULTIPLICATIONS)
    monkeypatch.setattr(plans, "JOIN_SOON", 2)
    compiled = ag.compile(of_step()[0])
    before = meetings()
    for number, (x, labels) in enumerate(batches(9)):
        compiled(x, labels)
        assert (meetings() > before) == (number >= 7)  # two calls are traced


def is_divided(compiled: Any) -> list[bool]:
    return [plan._lowered.crew is not None for plan in compiled.plans]


def test_relatives_are_divided_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of another size, and what else uses the weights: BLAS's own threads would be in the way for long."""
    monkeypatch.setattr(plans, "DIVIDE_AFTER", 5.5 * MULTIPLICATIONS)
    (run, weights), (step, theirs) = of_step(), of_step()
    compiled = ag.compile(run)
    tested = ag.compile(lambda x: ag.relu(x @ weights[0]) @ weights[2])
    stranger = ag.compile(lambda x, w: ag.relu(x @ w))
    for number, (x, labels) in enumerate(batches(8)):  # of which two are traced
        compiled(x, labels), step(x, labels)
        if number not in (4, 5, 6):
            compiled(x[:8], labels[:8]), step(x[:8], labels[:8])
            np.testing.assert_allclose(tested(x), (ag.relu(x @ theirs[0]) @ theirs[2]).numpy(), atol=1e-4)
            stranger(x, weights[0].numpy())
        assert is_divided(compiled) == {0: [], 1: [False, False]}.get(number, [number == 7, number == 7])
    assert_close(weights, theirs)
    assert is_divided(tested) == [True]
    assert is_divided(stranger) == [False]
    late = ag.compile(lambda x: x @ weights[0])
    for x, _ in batches(3):
        late(x)
    assert is_divided(late) == [True]


def test_who_sleeps_is_called_and_who_has_left_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "LOOKS", 1)
    (run, ours), (step, theirs) = of_step(), of_step()
    compiled = ag.compile(run)
    for number, (x, labels) in enumerate(batches(8)):
        compiled(x, labels), step(x, labels)
        if number == 4:
            the_crew().stop()
        if number == 6:
            the_crew().begin()
    assert_close(ours, theirs)
    assert all([thread.is_alive() for thread in the_crew()._threads])


def test_where_no_thread_can_be_started_work_is_done_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: Any) -> None:
        raise RuntimeError("can't start new thread")

    the_crew().stop()
    the_crew().begin()
    (run, ours), (step, theirs) = of_step(), of_step()
    compiled = ag.compile(run)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        for x, labels in batches(4):
            compiled(x, labels), step(x, labels)
    assert_close(ours, theirs)
    assert not the_crew()._threads
    the_crew().begin()


PROGRAM = """
import os, sys
from tests.autograd.plan.test_sections import assert_close, batches, of_step
import autograd as ag
import autograd.plan.plan as plans
plans.DIVIDE_AFTER = 1
(run, ours), (step, theirs) = of_step(), of_step()
compiled = ag.compile(run)
for x, labels in batches(4):
    compiled(x, labels), step(x, labels)
child = os.fork() if "fork" in sys.argv else 0
for x, labels in batches(4):
    compiled(x, labels), step(x, labels)
assert_close(ours, theirs)
if child:
    assert os.waitpid(child, 0)[1] == 0
print("done", file=sys.stderr if child else sys.stdout)
"""


@pytest.mark.parametrize(
    "how", ["", pytest.param("fork", marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork"))]
)
def test_a_process_ends_while_its_crew_looks_out_for_work(how: str) -> None:
    """And a forked one has a crew of its own."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", PROGRAM, how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "done\n"
