"""Deep and dense graphs, memory, threads: cost linear in the work, nothing kept, nothing shared."""

import gc
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.graph import Node, Recording
from autograd.primitive import Primitive
from autograd.transforms import jvp

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shallow_stack():
    """A recursion limit that leaves about a hundred frames to the test."""
    depth = len(__import__("inspect").stack())
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 100)
    yield
    sys.setrecursionlimit(limit)


def chain(length: int, one=1.0):
    """x ↦ x · c · c · …, and its derivative c^length."""
    x, c = Variable(one), 1 + 1e-6
    with Tape() as t:
        y = x
        for _ in range(length):
            y = y * c
    return t.gradient(y, x)


def test_a_chain_of_100_000_operations(shallow_stack) -> None:
    np.testing.assert_allclose(float(chain(100_000)), (1 + 1e-6) ** 100_000, rtol=1e-12)


def test_a_chain_of_100_000_operations_in_forward_mode(shallow_stack) -> None:
    def f(x):
        for _ in range(100_000):
            x = x + 1.0
        return x

    y, moved = jvp(f, [0.0], [2.0])
    assert (float(y), float(moved)) == (100_000, 2)


MILLION = """
import sys
from autograd import Tape, Variable
sys.setrecursionlimit(100)
x, c = Variable(1.0), 1 + 1e-7
for last in (False, True):
    with Tape() as t:
        y = x
        for _ in range(1_000_000):
            y = y * c
    if not last:
        print(float(t.gradient(y, x)) / c ** 1_000_000)
        del t, y
"""


@pytest.mark.slow
def test_a_chain_of_a_million_operations_and_the_end_of_the_program() -> None:
    """Forward, backward, deletion, and an interpreter that ends while a second such graph is alive."""
    done = subprocess.run([sys.executable, "-c", MILLION], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert abs(float(done.stdout) - 1) < 1e-9


def test_sixty_stacked_diamonds_call_every_rule_once(shallow_stack) -> None:
    calls = []
    double = Primitive("test_double", lambda a: a, [lambda g, y, a: calls.append(1) or g])
    x = Variable(1.0)
    with Tape() as t:
        y = x
        for _ in range(60):
            a = double(y)
            y = a + a
    assert float(t.gradient(y, x)) == 2.0**60
    assert len(calls) == 60


def test_only_rules_on_the_way_from_source_to_target_run() -> None:
    calls = []
    probe = Primitive("test_probe", lambda a, b: a * b, [lambda g, y, a, b: calls.append("a") or g * b,
                                                         lambda g, y, a, b: calls.append("b") or g * a])  # fmt: skip
    data, w = Tensor(3.0), Variable(2.0)
    with Tape() as t:
        y = probe(data, w)
        probe(y, y)  # leads nowhere
    assert float(t.gradient(y, w)) == 3
    assert calls == ["b"]


def step(model, x, y) -> None:
    w, b = model
    with Tape() as t:
        loss = np.mean((np.tanh(x @ w + b) - y) ** 2)
    for v, g in zip(model, t.gradient(loss, model), strict=True):
        v.assign_sub(g * 0.1)


def test_memory_is_flat_with_the_garbage_collector_off() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 5)), rng.normal(size=(20, 3))
    model = [Variable(rng.normal(size=(5, 3))), Variable(np.zeros(3))]
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(50):
            step(model, x, y)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            step(model, x, y)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()
    assert grown < 16 * 1024
    ours = [o for o in gc.get_objects() if isinstance(o, Node | Recording)]
    assert ours == []


def test_an_intermediate_is_freed_while_the_sweep_proceeds() -> None:
    """A chain of 50 arrays of 1 MB: the backward sweep lets go of one value as it makes one gradient."""
    x = Variable(np.ones(131_072))
    with Tape() as t:
        y = x
        for _ in range(50):
            y = np.exp(y * 0.0)
    tracemalloc.start()
    try:
        t.gradient(y, x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20


def test_threads_are_independent() -> None:
    shared = Variable(np.linspace(-1, 1, 7))

    def work(k: int, out: list) -> None:
        for n in range(150):
            with Tape() as outer:
                with Tape() as inner:
                    y = np.sum(np.tanh(shared * (k + 1)) ** 2)
                g = inner.gradient(y, shared)
                z = np.sum(g * g) + n
            out.append(outer.gradient(z, shared).numpy())

    serial: list[list] = [[] for _ in range(8)]
    for k in range(8):
        work(k, serial[k])
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        parallel: list[list] = [[] for _ in range(8)]
        threads = [threading.Thread(target=work, args=(k, parallel[k])) for k in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    finally:
        sys.setswitchinterval(interval)
    np.testing.assert_array_equal(np.array(parallel), np.array(serial))


def test_a_cotangent_is_never_written_to_by_the_sweep() -> None:
    """`add` hands its cotangent on as it is; sums of several must not be built in that same buffer."""
    seed = np.ones(3)
    x, y = Variable(np.ones(3)), Variable(np.ones(3))
    with Tape(persistent=True) as t:
        s = x + y
        z = s + x + s + x
    gx, gy, gs = t.gradient(z, [x, y, s], output_gradients=seed)
    assert seed.tolist() == [1, 1, 1]
    assert (gx.numpy().tolist(), gy.numpy().tolist(), gs.numpy().tolist()) == ([4] * 3, [2] * 3, [2] * 3)


def test_work_grows_in_proportion_to_the_graph() -> None:
    """Counted in function calls, which are the same on every machine."""

    def calls(length: int) -> int:
        count = 0

        def profile(frame, event, arg) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(profile)
        try:
            chain(length)
        finally:
            sys.setprofile(None)
        return count

    small, large = calls(1_000), calls(10_000)
    assert 9.5 < large / small < 10.5


@pytest.mark.parametrize("f", [lambda x: ag.softmax(x)[0], lambda x: np.max(x) * x[1], lambda x: ag.logsumexp(x * x)])
def test_forward_mode_derived_from_the_reverse_rule(f) -> None:
    ag.check_gradients(f, [0.3, -0.5, 1.1], order=3, tolerance=1e-5)
