"""Arrays that a recording took in are given back, whichever object owns their memory and whatever goes wrong."""

import ctypes
import gc
import mmap
import warnings
from multiprocessing import shared_memory

import numpy as np
import pytest
from scipy import integrate

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import TapeError


class Interface:
    """An object without a buffer that shows its memory by the array interface, as PyTorch's tensors do."""

    def __init__(self, array: np.ndarray) -> None:
        self.owner = array
        self.__array_interface__ = array.__array_interface__


def strided() -> np.ndarray:
    return np.lib.stride_tricks.as_strided(np.ones(5), (3,), (8,), writeable=True)


def broadcast() -> np.ndarray:
    return np.broadcast_arrays(np.ones(3), np.ones((2, 1)))[0][0]


def read_only_below() -> np.ndarray:
    base = np.ones(3)
    view = base[:]
    base.flags.writeable = False
    return view


OWNERS = {
    "array": lambda: np.ones(3),
    "view": lambda: np.ones((3, 2))[:, 1],
    "interface": lambda: np.asarray(Interface(np.ones(3))),
    "view of interface": lambda: np.asarray(Interface(np.ones(4)))[1:],
    "dlpack": lambda: np.from_dlpack(np.ones(3)),
    "strided": strided,
    "windows": lambda: np.lib.stride_tricks.sliding_window_view(np.ones(4), 3, writeable=True)[0],
    "bytearray": lambda: np.frombuffer(bytearray(np.ones(3))),
    "bytes": lambda: np.frombuffer(bytes(np.ones(3))),
    "memoryview with steps": lambda: np.asarray(memoryview(np.ones(6))[::2]),
    "ctypes": lambda: np.ctypeslib.as_array((ctypes.c_double * 3)(1, 1, 1)),
    "mmap": lambda: np.frombuffer(mmap.mmap(-1, 4096))[:3],
    "broadcast": broadcast,
    "read-only below": read_only_below,
}


@pytest.mark.parametrize("make", OWNERS.values(), ids=OWNERS)
def test_arrays_of_any_owner_are_differentiated_and_given_back(make) -> None:
    a, own = make(), np.ones(3)
    a_writable = bool(a.flags.num & 0x400)
    assert ag.grad(lambda x: np.sum(x * a * own))(np.ones(3)).tolist() == a.tolist()
    x = Tensor(a)
    with Tape() as t:
        t.watch(x)
        y = np.sum(x * a[[0, 1, 2]] * own)
    assert t.gradient(y, x).tolist() == a.tolist()
    assert (bool(a.flags.num & 0x400), own.flags.writeable) == (a_writable, True)


def test_files_and_shared_memory(tmp_path) -> None:
    on_disk = np.memmap(tmp_path / "x", dtype="d", mode="w+", shape=(3,))
    shared = shared_memory.SharedMemory(create=True, size=24)
    try:
        for a in (on_disk, np.ndarray(3, "d", buffer=shared.buf)):
            a[:] = 2.0
            with Tape() as t:
                y = np.sum(a * (x := Variable(np.ones(3))))
            with pytest.raises(ValueError, match="read-only"):
                a[0] = 3.0
            assert t.gradient(y, x).tolist() == [2, 2, 2]
            a[0] = 3.0
        del a
    finally:
        shared.close()
        shared.unlink()


@pytest.mark.parametrize("method", ["odeint", "LSODA", "vode", "dopri5"])
def test_gradient_flow_in_the_callbacks_of_scipy(method) -> None:
    """The flow of -q² / 2 from (1, 2): q(1) = (1, 2) / e."""
    force = ag.grad(lambda q: -0.5 * np.sum(q * q))
    right = np.array([1.0, 2.0]) / np.e
    by_time = lambda t, q: np.array(force(q))
    if method == "odeint":
        found = integrate.odeint(lambda q, t: np.array(force(q)), [1.0, 2.0], [0.0, 1.0])[-1]
    elif method == "LSODA":
        found = integrate.solve_ivp(by_time, (0, 1), [1.0, 2.0], method="LSODA", rtol=1e-8, atol=1e-8).y[:, -1]
    else:
        solver = integrate.ode(by_time).set_integrator(method, rtol=1e-8, atol=1e-8)
        found = solver.set_initial_value([1.0, 2.0], 0).integrate(1.0)
    np.testing.assert_allclose(found, right, atol=1e-6)


def test_memory_that_its_owner_withdraws_stops_nothing() -> None:
    shared, own = shared_memory.SharedMemory(create=True, size=24), np.ones(3)
    withdrawn = np.ndarray(3, "d", buffer=shared.buf)
    with Tape() as t:
        y = np.sum(Variable(np.ones(3)) * withdrawn * own)
    shared.close()
    shared.unlink()
    t.reset()
    assert own.flags.writeable
    del y


def failing(kind):
    """Programs that fail with arrays of the caller's in a recording."""
    X = np.ones(3)

    def f(w):
        y = np.sum(w * X)
        raise KeyError("in the function")
        return y

    def in_a_scope():
        with Tape():
            f(Variable(np.ones(3)))

    def in_gradient():
        with Tape() as t:
            y = np.sum(Variable(np.ones(3)) * X)
        t.gradient(y, 3.0)

    def in_a_rule():
        @ag.custom_gradient
        def bad(x):
            return x * 1.0, lambda upstream: 1 / 0

        w = Variable(np.ones(3))
        with Tape(persistent=True) as t:
            y = np.sum(bad(w * X))
        t.gradient(y, w)

    calls = {
        "grad": lambda: ag.grad(f)(np.ones(3)),
        "result": lambda: ag.grad(lambda w: w * X)(np.ones(3)),
        "jacobian": lambda: ag.jacobian(f)(np.ones(3)),
        "list": lambda: ag.jacobian(lambda w: [w * X])(np.ones(3)),
        "hessian": lambda: ag.hessian(f)(np.ones(3)),
        "hvp": lambda: ag.hvp(f, np.ones(3), np.ones(3)),
        "tangent": lambda: ag.hvp(lambda w: np.sum(w * w * X), np.ones(3), np.ones(2)),
        "jvp": lambda: ag.jvp(f, [np.ones(3)], [np.ones(3)]),
        "vjp": lambda: ag.vjp(f, np.ones(3)),
        "store": lambda: ag.grad(lambda w: np.zeros(3).__setitem__(0, (w * X)[0]))(np.ones(3)),
        "scope": in_a_scope,
        "gradient": in_gradient,
        "rule": in_a_rule,
    }
    return X, calls[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "grad",
        "result",
        "jacobian",
        "list",
        "hessian",
        "hvp",
        "tangent",
        "jvp",
        "vjp",
        "store",
        "scope",
        "gradient",
        "rule",
    ],
)
def test_an_error_gives_the_arrays_back_though_its_traceback_is_kept(kind) -> None:
    """As a notebook keeps it, in sys.last_exc."""
    X, call = failing(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call()
        except Exception as error:
            kept = error
    gc.disable()
    try:
        assert X.flags.writeable
    finally:
        gc.enable()
    assert kept.__traceback__ is not None
    X[0] = 5.0


def test_a_tape_that_outlives_an_error_is_right_or_refuses() -> None:
    c, w = np.array([1.0, 2.0]), Variable([1.0, 1.0])
    for write in (False, True):
        with pytest.raises(ZeroDivisionError), Tape(persistent=True) as t:
            y = np.sum(w * c)
            _ = 1 / 0
        if not write:
            assert t.gradient(y, w).tolist() == [1, 2]
            continue
        c[0] = 7.0
        with pytest.raises(TapeError, match=r"was written to after an error.*Record again"):
            t.gradient(y, w)
        t.reset()
        with t:
            y = np.sum(w * c)
        assert t.gradient(y, w).tolist() == [7, 2]


def test_no_lock_is_left_in_the_table() -> None:
    from autograd.locks import _locks

    gc.collect()
    before = len(_locks)
    for make in OWNERS.values():
        ag.grad(lambda x, a=make(): np.sum(x * a))(np.ones(3))
    assert len(_locks) == before
