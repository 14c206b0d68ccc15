"""What a tape promises, line by line: the numbers are those of the documentation's page on semantics."""

import asyncio
import gc
import threading
import warnings
import weakref

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import TapeError
from autograd.ops import special
from autograd.ops.scan import cummax, cummin


def value(x):
    return None if x is None else np.asarray(x.value).tolist()


def test_01_unconnected_gives_none_or_zeros() -> None:
    x, w = Variable(3.0), Variable(np.ones(2, np.float32))
    with Tape(persistent=True) as t:
        y = x * x
    assert t.gradient(y, w) is None
    zero = t.gradient(y, w, unconnected_gradients="zero")
    assert (zero.shape, zero.dtype, value(zero)) == ((2,), np.float32, [0, 0])
    with pytest.raises(ValueError, match='unconnected_gradients is \'nought\'; expected "none" or "zero"'):
        t.gradient(y, w, unconnected_gradients="nought")


def test_02_connected_with_derivative_zero_gives_zeros() -> None:
    x = Variable([-1.0, -2.0])
    for f in (lambda x: x * 0, np.sign, ag.relu):
        with Tape() as t:
            y = f(x)
        assert value(t.gradient(y, x)) == [0, 0]
    for f in (np.argmax, lambda x: x > 0, lambda x: x.astype(int)):
        with Tape() as t:
            y = f(x)
        assert t.gradient(y, x) is None


def test_03_a_tape_serves_one_call() -> None:
    x, w = Variable(3.0), Variable(4.0)
    with Tape() as t:
        y = x * w
    assert value(t.gradient(y, [x, w])[1]) == 3
    with pytest.raises(TapeError, match=r"given its gradient already.*persistent=True"):
        t.gradient(y, x)


def test_04_never_recorded() -> None:
    t = Tape()
    with pytest.raises(TapeError, match="never recorded"):
        t.gradient(Tensor(1.0), Tensor(1.0))
    with pytest.raises(TapeError, match="call it inside `with Tape"):
        t.watch(Tensor(1.0))


def test_05_persistent_serves_any_number_of_calls() -> None:
    x = Tensor(3.0)
    with Tape(persistent=True) as t:
        t.watch(x)
        z = x * x
        w = z * z
    assert value(t.gradient(z, x)) == 6
    assert value(t.gradient(w, x)) == 108
    assert value(t.gradient(w, z)) == 18


def test_06_gradient_inside_the_scope() -> None:
    x = Variable(3.0)
    with Tape(persistent=True) as t:
        y = x**3
        with pytest.warns(UserWarning, match="inside the scope of a persistent tape"):
            g = t.gradient(y, x)
    assert (value(g), value(t.gradient(g, x))) == (27, 18)
    with Tape() as t:
        g = t.gradient(x**3, x)
        assert t.nodes == []
    assert value(g) == 27


def test_07_nested_tapes() -> None:
    x = Variable(3.0)
    with Tape() as outer:
        with Tape() as inner:
            y = x**3
        g = inner.gradient(y, x)
    assert value(outer.gradient(g, x)) == 18
    with Tape() as outer, Tape() as inner:
        y = x**3
    assert outer.gradient(inner.gradient(y, x), x) is None


def test_08_two_tapes_are_independent() -> None:
    x = Variable(3.0)
    with Tape() as one, Tape() as two:
        y = x * x
    assert value(one.gradient(y, x)) == 6
    assert value(two.gradient(y, x)) == 6


def test_09_trainable_variables_are_watched_when_read() -> None:
    x, frozen, unread = Variable(3.0), Variable(2.0, trainable=False), Variable(1.0)
    with Tape() as t:
        y = x * frozen * x
    assert t.watched_variables() == [x]
    assert [value(g) for g in t.gradient(y, [x, frozen, unread])] == [12, None, None]
    with Tape() as t:
        t.watch(frozen)
        y = x * frozen
    assert value(t.gradient(y, frozen)) == 3
    with Tape(watch_accessed_variables=False) as t:
        y = x * x
    assert (t.watched_variables(), t.gradient(y, x)) == ([], None)


def test_10_constants_are_not_watched() -> None:
    x = Tensor(3.0)
    with Tape() as t:
        y = x * x
    assert t.gradient(y, x) is None


def test_11_a_late_watch_counts_from_there_on() -> None:
    x = Tensor(3.0)
    with Tape() as t:
        y = x * x
        t.watch(x)
        z = x * y
    assert value(t.gradient(z, x)) == 9
    w = Variable(2.0)
    with Tape(persistent=True) as t:
        early = w * x
        t.watch(x)
        late = early + x * x
    assert [value(t.gradient(late, v)) for v in (x, w)] == [6, 3]
    assert t.gradient(early, x) is None


def test_12_watch_takes_nested_structures_of_floating_tensors() -> None:
    a, b = Tensor(1.0), Tensor(2.0)
    with Tape() as t:
        t.watch({"a": a, "rest": [b]})
        y = a * b
        with pytest.raises(TypeError, match="watch got float"):
            t.watch(3.0)
        with pytest.warns(UserWarning, match="dtype int64 was watched"):
            t.watch(n := Tensor(3))
        y = y * n
    with pytest.warns(UserWarning, match="has dtype int64, which carries no derivative"):
        assert [value(g) for g in t.gradient(y, [a, b, n])] == [6, 3, None]


@pytest.mark.parametrize("integers", [3, [1, 2, 3], np.array([True, False])], ids=str)
def test_12_an_integer_source_says_that_it_carries_no_derivative(integers) -> None:
    w = Variable(integers, name="w")
    with Tape(persistent=True) as t:
        y = np.sum(w * 2.0)
    told = f"the source 'w' of gradient.* has dtype {w.dtype}, which carries no derivative"
    for ask in (t.gradient, t.jacobian):
        with pytest.warns(UserWarning, match=told) as warnings:
            assert ask(y, w) is None
        assert [warning.filename for warning in warnings] == [__file__]


def test_13_a_cast_to_integer_cuts_the_path() -> None:
    x = Variable(3.7)
    with Tape() as t:
        y = x * float(int(x))
    assert value(t.gradient(y, x)) == 3


def test_14_the_gradient_has_the_dtype_of_the_source() -> None:
    x, w = Variable(np.ones(2, np.float32)), Variable(np.ones(2, np.float64))
    with Tape() as t:
        y = x * w
    assert [g.dtype for g in t.gradient(y, [x, w])] == [np.float32, np.float64]


def test_15_non_scalar_and_several_targets_are_summed() -> None:
    x, v = Variable(2.0), Variable([1.0, 2.0])
    with Tape() as t:
        y = [x**2, x**3]
    assert value(t.gradient(y, x)) == 16
    with Tape() as t:
        y = v * v
    assert value(t.gradient(y, v)) == [2, 4]


def test_16_sources_in_any_nesting() -> None:
    x, w = Variable(2.0), Variable(5.0)
    with Tape(persistent=True) as t:
        y = x * w
    g = t.gradient(y, {"x": x, "both": (x, [w])})
    assert (value(g["x"]), value(g["both"][0]), value(g["both"][1][0])) == (5, 5, 2)
    assert t.gradient(y, []) == []
    with pytest.raises(TypeError, match="got None as source"):
        t.gradient(y, [x, None])


def test_17_a_target_that_is_its_own_source() -> None:
    x = Variable(2.0)
    with Tape(persistent=True) as t:
        y = x * x
    assert value(t.gradient(x, x)) == 1
    with Tape(persistent=True) as t:
        pass
    c = Tensor([1.0, 2.0])
    assert (value(t.gradient(x, x)), value(t.gradient(c, c))) == (1, [1, 1])
    with pytest.raises(TypeError, match=r"got float 3\.0 as target"):
        t.gradient(3.0, x)
    with pytest.raises(TypeError, match="got int 3 as source"):
        t.gradient(y, 3)


def test_18_intermediates_need_no_watch() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = x * x
        z = y * y
    assert value(t.gradient(z, y)) == 18


def test_19_what_is_computed_elsewhere_is_a_constant() -> None:
    x = Variable(3.0)
    before = x * x
    found = []
    with Tape(persistent=True) as t:
        y = before * x
        thread = threading.Thread(target=lambda: found.append(x * x))
        thread.start()
        thread.join()
    after = x * x
    with pytest.warns(UserWarning, match=r"another thread read while this tape was recording.*copy_context\(\).run"):
        assert [value(t.gradient(z, x)) for z in (y, after, found[0])] == [9, None, None]


def test_20_output_gradients() -> None:
    x = Variable([1.0, 2.0])
    with Tape(persistent=True) as t:
        y, z = x * x, 3 * x
    assert value(t.gradient(y, x, output_gradients=np.array([1.0, 10.0]))) == [2, 40]
    assert value(t.gradient(y, x, output_gradients=2.0)) == [4, 8]
    assert value(t.gradient([y, z], x, output_gradients=[None, 10.0])) == [32, 34]
    with pytest.raises(ValueError, match="got a list of 1 entries; expected one entry for one tensor"):
        t.gradient(y, x, output_gradients=[np.ones(2)])
    with pytest.raises(ValueError, match="got a list of 1 entries; expected a list of 2 entries"):
        t.gradient([y, z], x, output_gradients=[1.0])
    with pytest.raises(ValueError, match=r"shape \(3,\) for a target of shape \(2,\)"):
        t.gradient(y, x, output_gradients=np.ones(3))


def test_21_stop_recording() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = x * x
        with t.stop_recording():
            z = y * x
            assert value(t.gradient(y, x)) == 6
    with Tape() as t:
        y = x * x
        with t.stop_recording():
            c = x * 1
        z = y * c
    assert value(t.gradient(z, x)) == 18
    with pytest.raises(TapeError, match="inside the tape's scope only"), t.stop_recording():
        pass


def test_22_reset_forgets() -> None:
    x, c = Variable(3.0), Tensor(2.0)
    with Tape() as t:
        t.watch(c)
        y = x * c
        t.reset()
        z = x * c
    assert [value(g) for g in t.gradient([y, z], [x, c])] == [2, None]


def test_23_entering_twice() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = x * x
        with pytest.raises(TapeError, match="recording already"):
            t.__enter__()
    with t:
        z = y * x
    assert value(t.gradient(z, x)) == 27


def test_24_an_exception_leaves_everything_usable() -> None:
    x = Variable(3.0)
    with Tape() as outer:
        y = x * x
        with pytest.raises(ZeroDivisionError), Tape() as t:
            z = x * x
            _ = 1 / 0
        w = y * x
    assert value(t.gradient(z, x)) == 6
    assert value(outer.gradient(w, x)) == 27


def test_24_async_tasks_are_independent() -> None:
    x = Variable(3.0)

    async def task(n: int):
        with Tape() as t:
            y = x * n
            await asyncio.sleep(0)
            y = y * x
        return value(t.gradient(y, x))

    async def main():
        return await asyncio.gather(*[task(n) for n in range(100)])

    assert asyncio.run(main()) == [6.0 * n for n in range(100)]


def test_25_assignment_inside_the_scope() -> None:
    x, w = Variable(3.0), Variable([1.0, 2.0])
    with Tape(persistent=True) as t:
        y = x * x
        x.assign(5.0)
        z = x * x
    assert (value(t.gradient(y, x)), value(t.gradient(z, x)), value(t.gradient([y, z], x))) == (6, 10, 16)
    with Tape(persistent=True) as t:
        early = w * w
        w.assign_add([1.0, 1.0])
        w[0] = 10.0
        w.assign_sub([0.0, 1.0])
        late = w * w
    assert (value(t.gradient(early, w)), value(t.gradient(late, w))) == ([2, 4], [20, 4])
    assert value(early) == [1, 4]


def test_26_rebinding_makes_a_tensor_of_a_variable() -> None:
    x = Variable(2.0)
    with Tape() as t:
        y = x * x
    assert value(t.gradient(y, x)) == 4
    x = x + 1
    with Tape() as t:
        y = x * x
    assert t.gradient(y, x) is None


def test_27_a_cut_warns_and_is_noted() -> None:
    x = Variable([1.0, 2.0], name="x")
    with Tape() as t:
        a = x * x
        with pytest.warns(UserWarning, match="converted to NumPy: the gradient stops here"):
            y = x + a.numpy()
        with pytest.warns(UserWarning, match="the gradient stops here"):
            np.asarray(x)
        n = a.astype(int)
        s = float(a[0])
        assert [cut.what for cut in t.cuts] == ["numpy()", "numpy()", "astype(int64)", "conversion to a Python number"]
        assert {cut.where[0] for cut in t.cuts} == {__file__}
        assert t.cuts[0].value is a
    with Tape() as t:
        y = Tensor(2.0) * float(Variable(3.0))
        x.assign(a)
    assert [cut.what for cut in t.cuts] == ["conversion to a Python number"]
    x.assign([1.0, 2.0])
    with Tape(persistent=True) as t:
        a = x * x
        y = x + 1.0
        Variable([0.0, 0.0]).assign(a)
    assert [cut.what for cut in t.cuts] == ["assign()"]
    assert (n.tolist(), s) == ([1, 4], 1)
    assert value(t.gradient(y, x)) == [1, 1]
    assert a.numpy().tolist() == [1, 4]  # outside the scope: no warning


def test_28_python_control_flow() -> None:
    x = Variable(2.0)
    with Tape() as t:
        y = x
        while y < 100:
            y = y * y if y > 3 else y * 3
        z = y + ag.stop_gradient(x) * x
    assert value(y) == 1296
    assert value(t.gradient(z, x)) == 4 * 1296 / 2 + 2


def test_29_gathers_give_dense_gradients() -> None:
    table = Variable(np.zeros((4, 2), np.float32))
    with Tape() as t:
        y = table[[1, 3, 1]]
    assert value(t.gradient(y, table)) == [[0, 0], [2, 2], [0, 0], [1, 1]]


def test_30_jacobian_and_batch_jacobian() -> None:
    x, w = Variable([1.0, 2.0, 3.0]), Variable(np.ones((2, 2), np.float32))
    with Tape(persistent=True) as t:
        y = np.stack([x[0] * x[1], x[2] ** 2])
        s = x[0] * 2.0
    assert value(t.jacobian(y, x)) == [[2, 1, 0], [0, 0, 6]]
    assert value(t.jacobian(s, x)) == [2, 0, 0]
    assert value(t.jacobian(y, {"x": x})["x"]) == [[2, 1, 0], [0, 0, 6]]
    assert t.jacobian(y, w) is None
    zero = t.jacobian(y, w, unconnected_gradients="zero")
    assert (zero.shape, zero.dtype) == ((2, 2, 2), np.float32)
    with pytest.raises(TypeError, match=r"jacobian got a list as target.*np\.stack"):
        t.jacobian([y, s], x)
    a = Tensor(np.arange(6.0).reshape(3, 2))
    with Tape(persistent=True) as t:
        t.watch(a)
        b = np.stack([a[:, 0] * a[:, 1], a[:, 0] + a[:, 1], a[:, 1] ** 2], axis=1)
    assert value(t.batch_jacobian(b, a)) == [[[r[1], r[0]], [1, 1], [0, 2 * r[1]]] for r in a.tolist()]
    assert t.batch_jacobian(b, Tensor(np.ones((3, 2)))) is None
    with pytest.raises(ValueError, match=r"target of shape \(3, 3\) and a source of shape \(2,\)"):
        t.batch_jacobian(b, Tensor(np.ones(2)))
    empty = Variable(np.zeros((0, 2)))
    with Tape(persistent=True) as t:
        y = empty @ np.ones((2, 3))
    assert t.batch_jacobian(y, empty).shape == (0, 3, 2)
    assert t.jacobian(y, empty).shape == (0, 3, 0, 2)


def test_30_a_jacobian_is_itself_differentiable() -> None:
    x = Variable([1.0, 2.0])
    with Tape() as outer:
        with Tape() as inner:
            y = x**3
        j = inner.jacobian(y, x)
        z = np.sum(j * j)  # 9 x⁴, twice
    assert value(outer.gradient(z, x)) == [36, 36 * 8]


Z = 2 + 1j


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda z: z * z, np.conj(2 * Z)),
        (lambda z: z**3, np.conj(3 * Z**2)),
        (np.exp, np.conj(np.exp(Z))),
        (lambda z: 1 / z, np.conj(-1 / Z**2)),
        (lambda z: (z * z.conj()).real, 2 * Z),  # |z|²: steepest ascent is 2z
        (lambda z: np.real(z) * 3.0, 3),
        (lambda z: np.imag(z) * 3.0, 3j),
        (lambda z: np.sum(np.stack([z, 2 * z]) * np.array([1.0, 1j])).real, 1 - 2j),
    ],
)
def test_33_complex_gradients_are_conjugated(f, expected) -> None:
    for z in (Variable(Z), Variable(np.complex64(Z)), Variable(np.array([Z]))):
        with Tape() as t:
            y = f(z if z.shape == () else z[0])
        g = t.gradient(y, z)
        assert g.dtype == z.dtype
        np.testing.assert_allclose(np.ravel(g.numpy()), expected, rtol=1e-6)


def test_33_a_real_source_has_a_real_gradient() -> None:
    x = Variable([1.0, 2.0])
    with Tape() as t:
        y = np.sum(x * 1j * np.array([1j, 1.0])).real
    assert value(t.gradient(y, x)) == [-1, 0]
    with Tape() as t:
        y = ag.logsumexp(Variable(Z) * np.ones(2))
        with pytest.raises(ag.errors.NoDerivativeError, match="logsumexp is known for real numbers only"):
            t.gradient(y, t.watched_variables())
    with pytest.raises(TypeError, match=r"relu is not defined for complex numbers.*take x\.real"):
        ag.relu(Z)


def test_34_dropping_a_tape_frees_what_it_held() -> None:
    x = Variable(np.ones(1000))
    gc.disable()
    try:
        with Tape(persistent=True) as t:
            h = x * 2
            y = np.sum(h * h)
        alive = weakref.ref(h.value)
        del h
        t.gradient(y, x)
        assert alive() is not None
        del t
        assert alive() is None
        with Tape() as t:
            h = x * 2
            y = np.sum(h * h)
        alive = weakref.ref(h.value)
        del h
        t.gradient(y, x)
        assert alive() is None
    finally:
        gc.enable()


READ_ONLY = "read-only"


def test_36_arrays_are_read_only_while_a_tape_holds_them() -> None:
    constant, leaf, index = np.ones(3), np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1])
    with Tape() as t:
        x = Tensor(leaf)
        t.watch(x)
        y = np.sum((x * constant)[index])
    for array in (constant, leaf, index):
        with pytest.raises(ValueError, match=READ_ONLY):
            array[0] = 7
    assert value(t.gradient(y, x)) == [1, 2, 0]
    for array in (constant, leaf, index):
        array[0] = 0
    with Tape() as t:
        y = Variable(1.0) * constant
    del t, y
    constant[0] = 5


def test_36_an_array_that_was_read_only_stays_so() -> None:
    a = np.ones(2)
    a.flags.writeable = False
    x = Variable([1.0, 2.0])
    with Tape() as t:
        y = x * a
    t.gradient(y, x)
    assert not a.flags.writeable


def test_36_views_and_several_tapes() -> None:
    data = np.ones((4, 2))
    batch = data[1:3]
    x = Variable([1.0, 2.0])
    with Tape() as one:
        y = batch * x
    with Tape() as two:
        z = data * x
    assert (data.flags.writeable, batch.flags.writeable) == (False, False)
    one.gradient(y, x)
    assert (data.flags.writeable, batch.flags.writeable) == (False, False)
    two.gradient(z, x)
    assert (data.flags.writeable, batch.flags.writeable) == (True, True)
    with Tape() as one:
        y = batch * x
    with Tape(persistent=True) as two:
        z = batch * x
    one.gradient(y, x)
    assert not batch.flags.writeable
    two.reset()
    assert (data.flags.writeable, batch.flags.writeable) == (True, True)


def test_36_an_exception_gives_the_arrays_back() -> None:
    a, x = np.ones(2), Variable([1.0, 2.0])
    with pytest.raises(ZeroDivisionError), Tape():
        y = x * a
        _ = 1 / 0
    del y
    a[0] = 2


def test_36_a_tape_that_the_garbage_collector_finds_inside_a_lock() -> None:
    """Its finalizer then runs on the very thread that holds the guard, and must not wait for it."""
    a = np.ones(3)
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(300):
            with Tape() as t:
                t.me = t  # a cycle, as a traceback makes one
                y = Variable([1.0, 2.0, 3.0]) * a
            del t, y
    finally:
        gc.set_threshold(*before)
    gc.collect()
    assert a.flags.writeable


def test_36_threads_lock_and_unlock_the_same_array() -> None:
    a, x = np.ones(3), Variable([1.0, 2.0, 3.0])

    def work() -> None:
        for _ in range(200):
            with Tape() as t:
                y = np.sum(x[1:] * a[1:])
            t.gradient(y, x)

    threads = [threading.Thread(target=work) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    a[0] = 2


def test_a_variable_is_updated_in_its_own_buffer_unless_someone_holds_it() -> None:
    w = Variable(np.ones(3))
    with Tape() as t:
        y = np.sum(w * w)
    buffer = id(w.value)
    w.assign_add(np.ones(3))
    assert id(w.value) != buffer, "the tape still needs the old value"
    assert value(t.gradient(y, w)) == [2, 2, 2]
    buffer = id(w.value)
    w.assign_add(np.ones(3))
    assert id(w.value) == buffer
    seen = w.numpy()
    w.assign_add(np.ones(3))
    assert seen.tolist() == [3, 3, 3]


def test_no_tape_stays_open() -> None:
    from autograd.graph import open_recordings

    assert open_recordings.get() == ()


@pytest.mark.parametrize(
    ("what", "f", "at", "expected"),
    [
        ("maximum at a tie", lambda x: np.maximum(x, x[::-1]), [1.0, 1.0], [1, 1]),
        ("maximum with an equal constant", lambda x: np.maximum(x, 1.0), [1.0], [0.5]),
        ("minimum with an equal constant", lambda x: np.minimum(x, 1.0), [1.0], [0.5]),
        ("max over ties", np.max, [2.0, 1.0, 2.0, 2.0], [1 / 3, 0, 1 / 3, 1 / 3]),
        ("relu at 0", ag.relu, [0.0], [0]),
        ("abs at 0", np.abs, [0.0], [0]),
        ("sign", np.sign, [0.0], [0]),
        ("clip at its edges", lambda x: np.clip(x, 0.0, 1.0), [0.0, 1.0, 2.0], [1, 1, 0]),
        ("floor", np.floor, [0.0, 1.5], [0, 0]),
        ("round", np.round, [0.5, 1.7], [0, 0]),
        ("trunc", np.trunc, [0.0, 1.5], [0, 0]),
        ("relu6 at 6", ag.relu6, [0.0, 3.0, 6.0], [0, 1, 0]),
        ("norm of the zero vector", np.linalg.norm, [0.0, 0.0], [0, 0]),
        ("std of equal values", np.std, [2.0, 2.0], [0, 0]),
        ("prod with one zero", np.prod, [2.0, 0.0, 3.0], [0, 6, 0]),
        ("prod with two zeros", np.prod, [0.0, 0.0, 3.0], [0, 0, 0]),
        ("cumprod with a zero", np.cumprod, [2.0, 0.0, 3.0], [1, 8, 0]),
        ("arctan2(0, 0)", lambda x: np.arctan2(x, 0.0), [0.0], [0]),
        ("arctan2(0, 0) by the second", lambda x: np.arctan2(0.0, x), [0.0], [0]),
        ("hypot(0, 0)", lambda x: np.hypot(x, 0.0), [0.0], [0]),
        ("sinc(0)", np.sinc, [0.0], [0]),
        ("xlogy(0, 0)", lambda x: ag.xlogy(x, 0.0), [0.0], [0]),
        ("logaddexp(-inf, -inf)", lambda x: np.logaddexp(x, -np.inf), [-np.inf], [0]),
        ("cbrt at 0", np.cbrt, [0.0], [np.inf]),
        ("copysign at 0", lambda x: np.copysign(x, -2.0), [0.0], [0]),
        ("copysign by the sign", lambda x: np.copysign(3.0, x), [0.0], [0]),
        ("heaviside at 0", lambda x: np.heaviside(x, 0.5), [0.0], [0]),
        ("heaviside by its value at 0", lambda x: np.heaviside(0.0, x), [0.5], [1]),
        ("heaviside by its value elsewhere", lambda x: np.heaviside(2.0, x), [0.5], [0]),
        ("fmax with an equal constant", lambda x: np.fmax(x, 1.0), [1.0], [0.5]),
        ("fmin with an equal constant", lambda x: np.fmin(x, 1.0), [1.0], [0.5]),
        ("fmax beside a NaN", lambda x: np.fmax(np.nan, x), [1.0], [1]),
        ("fmin of a NaN", lambda x: np.fmin(x, 1.0), [np.nan], [0]),
        ("clip with the bounds the wrong way round", lambda x: np.clip(1.0, 3.0, x), [2.0], [1]),
        ("clip by a bound that is met exactly", lambda x: np.clip(1.0, x, 3.0), [1.0], [0]),
        ("nan_to_num", np.nan_to_num, [np.nan, np.inf, -np.inf, 2.0], [0, 0, 0, 1]),
        ("mod at a jump", lambda x: x % 2.0, [4.0], [1]),
        ("mod at a jump by the divisor", lambda x: 4.0 % x, [2.0], [-2]),
        ("mod by zero", lambda x: 5.0 % x, [0.0], [-np.inf]),
        ("fmod at a jump", lambda x: np.fmod(x, 2.0), [-4.0], [1]),
        ("fmod at a jump by the divisor", lambda x: np.fmod(-4.0, x), [2.0], [2]),
        ("floor_divide at a jump", lambda x: x // 2.0, [4.0], [0]),
        ("modf at a jump", lambda x: np.modf(x)[0], [2.0], [1]),
        ("frexp at a jump", lambda x: np.frexp(x)[0], [2.0], [0.25]),
        ("logaddexp2(-inf, -inf)", lambda x: np.logaddexp2(x, -np.inf), [-np.inf], [0]),
        ("abs of the complex 0", lambda x: np.abs(x * 1j), [0.0], [0]),
        ("sign of the complex 0", lambda x: np.imag(np.sign(x * 1j)), [0.0], [0]),
        ("angle of the complex 0", lambda x: np.angle(x * 1j), [0.0], [0]),
        ("piecewise of a NaN that is not taken", lambda x: np.piecewise(x, [x > 0], [np.log, 0.0]), [-1.0, 2.0], [0, 0.5]),
        ("logit at its ends", special.logit, [0.0, 1.0], [np.inf, np.inf]),
        ("erfinv at its ends", special.erfinv, [-1.0, 1.0], [np.inf, np.inf]),
        ("ndtri at its ends", special.ndtri, [0.0, 1.0], [np.inf, np.inf]),
        ("xlog1py(0, -1)", lambda x: special.xlog1py(x, -1.0), [0.0], [0]),
        ("xlog1py(0, -1) by the second", lambda x: special.xlog1py(0.0, x), [-1.0], [0]),
        ("entr at 0", special.entr, [0.0], [np.inf]),
        ("rel_entr(0, 0)", lambda x: special.rel_entr(x, 0.0), [0.0], [0]),
        ("kl_div(0, 0) by the second", lambda x: special.kl_div(0.0, x), [0.0], [1]),
        ("i0e at 0", special.i0e, [0.0], [0]),
        ("i1 at 0", special.i1, [0.0], [0.5]),
        ("gammaln at 0", special.gammaln, [0.0], [-np.inf]),
        ("digamma at 0", special.digamma, [0.0], [np.inf]),
        ("gammainc(1, 0)", lambda x: special.gammainc(1.0, x), [0.0], [1]),
        ("gammainc(½, 0)", lambda x: special.gammainc(0.5, x), [0.0], [np.inf]),
        ("betainc(1, 1, 1)", lambda x: special.betainc(1.0, 1.0, x), [1.0], [1]),
        ("median between two", np.median, [1.0, 4.0, 2.0, 9.0], [0, 0.5, 0.5, 0]),
        ("median of ties", np.median, [2.0, 2.0, 1.0, 9.0], [0.5, 0.5, 0, 0]),
        ("percentile between two", lambda x: np.percentile(x, 25), [1.0, 4.0, 2.0], [0.5, 0, 0.5]),
        ("max with NaNs", np.max, [1.0, np.nan, np.nan], [0, 0.5, 0.5]),
        ("ptp at ties", np.ptp, [1.0, 3.0, 3.0], [-1, 0.5, 0.5]),
        ("nanmean at a NaN", np.nanmean, [1.0, np.nan, 3.0], [0.5, 0, 0.5]),
        ("nanstd of equal values and a NaN", np.nanstd, [2.0, np.nan, 2.0], [0, 0, 0]),
        ("nanmax of NaNs alone", np.nanmax, [np.nan, np.nan], [0, 0]),
        ("running maximum at ties", cummax, [1.0, 2.0, 2.0, 0.0], [1, 3, 0, 0]),
        ("running minimum at ties", cummin, [1.0, 1.0, 0.0, 0.0], [2, 0, 2, 0]),
        ("norm with ord=inf at ties", lambda x: np.linalg.norm(x, np.inf), [2.0, -2.0, 1.0], [0.5, -0.5, 0]),
        ("norm with ord=0", lambda x: np.linalg.norm(x, 0), [2.0, 0.0], [0, 0]),
        ("norm with ord=½ at 0", lambda x: np.linalg.norm(x, 0.5), [4.0, 0.0], [1, 0]),
        ("det of rank n − 1", np.linalg.det, [[1.0, 0.0], [0.0, 0.0]], [[0, 0], [0, 1]]),
        ("cond of a singular matrix", np.linalg.cond, [[1.0, 0.0], [0.0, 0.0]], [[0, 0], [0, 0]]),
        ("quantile by q at a rank", lambda q: np.quantile([1.0, 2.0, 4.0], q), [0.5, 0.75], [4, 4]),
        ("quantile by q that jumps", lambda q: np.quantile([1.0, 2.0], q, method="lower"), [0.5], [0]),
        ("running logaddexp of -inf", np.logaddexp.accumulate, [-np.inf, -np.inf, 1.0], [0, 0, 1]),
        ("1 / Γ at its zeros", special.rgamma, [0.0, -1.0], [1, -1]),
        ("sort at ties", lambda x: np.sort(x)[1], [2.0, 1.0, 2.0], [1, 0, 0]),
        ("unique at ties", np.unique, [2.0, 1.0, 2.0], [1, 1, 0]),
        ("interp at a point", lambda x: np.interp(x, [0.0, 1.0, 3.0], [0.0, 2.0, 0.0]), [1.0], [-1]),
        ("interp at the ends", lambda x: np.interp(x, [0.0, 1.0, 3.0], [0.0, 2.0, 0.0]), [-1.0, 0.0, 3.0], [0, 2, -1]),
        ("unwrap at half a turn", np.unwrap, [0.0, np.pi, 9.0], [1, 1, 1]),
        ("select a NaN that is not taken", lambda x: np.select([x > 0], [np.log(x)], x), [-1.0, 1.0], [1, 1]),
        ("clip of a NaN that is not taken", lambda x: np.where(x < 0, np.clip(np.sqrt(-x), 0, 9), x), [4.0], [1]),
        ("sqrt at 0", np.sqrt, [0.0], [np.inf]),
        ("log at 0", np.log, [0.0], [np.inf]),
        ("0 ** 0 by the base", lambda x: x**0.0, [0.0], [0]),
        ("0 ** p by the base", lambda x: x ** np.array([2.0, 1.0, 0.5]), [0.0, 0.0, 0.0], [0, 1, np.inf]),
        ("x ** n by the exponent, x < 0", lambda n: np.power(-2.0, n), [2.0], [np.nan]),
        ("logsumexp of large numbers", ag.logsumexp, [1000.0, 1000.0], [0.5, 0.5]),
        ("logsumexp of all -inf", ag.logsumexp, [-np.inf, -np.inf], [0, 0]),
        ("where a NaN is not taken", lambda x: np.where(x > 0, np.log(x), 0.0), [-1.0, 2.0], [0, 0.5]),
        ("where an inf is not taken", lambda x: np.where(x > 0, np.sqrt(x), x), [0.0, 4.0], [1, 0.25]),
        ("where 0/0 is not taken", lambda x: np.where(x == 0, 1.0, np.sin(x) / x), [0.0], [0]),
        ("where inf · 0 is not taken", lambda x: np.where(x < 1, x, np.exp(x) * x), [0.5, 0.25], [1, 1]),
        ("where an overflow is not taken", lambda x: np.where(x < 1e3, x, np.exp(x * 1e5)), [500.0], [1]),
    ],
)  # fmt: skip
def test_kinks_and_singular_points(what, f, at, expected) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = Variable(at)
        with Tape() as t:
            y = f(x)
        np.testing.assert_array_equal(t.gradient(y, x).numpy(), expected)
        if len(at) == 1:  # the same as Python floats
            x = Variable(at[0])
            with Tape() as t:
                y = f(x) if "tie" not in what else x
            np.testing.assert_array_equal(t.gradient(y, x).numpy(), expected[0])


def test_a_masked_singularity_has_an_exact_second_derivative() -> None:
    """½ (√x − 1)² at x = 1: the cotangent of the root is exactly zero there, its derivative is not."""
    f = lambda x: 0.5 * (np.sqrt(x) - 1) ** 2
    assert value(ag.grad(ag.grad(f))(1.0)) == 0.25
    assert value(ag.grad(ag.grad(lambda x: np.where(x > 0, np.sqrt(x), 0.0)))(0.0)) == 0


@pytest.mark.parametrize(
    "f", [np.tanh, ag.sigmoid, ag.softmax, ag.logsumexp, ag.softplus], ids=lambda f: getattr(f, "name", "tanh")
)
def test_saturated_functions_are_finite(f) -> None:
    x = Variable(np.array([-1000.0, 0.0, 1000.0], np.float32))
    with Tape() as t:
        y = f(x)
    assert np.all(np.isfinite(y.numpy()))
    assert np.all(np.isfinite(t.gradient(y, x).numpy()))
