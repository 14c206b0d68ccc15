"""Values that leave the recording: they are recorded all the same, or refused, or there is a warning.

The right values are derivatives by hand.
"""

import cmath
import contextvars
import gc
import math
import pickle
import threading
import weakref
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from scipy import integrate, optimize

import autograd as ag
import optim
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError, TapeError

STORED = r"stored into a NumPy array.*np\.stack.*ag\.array.*\.at\[i\]\.set"


def element(y, x):
    y[0] = 2 * x[0]
    return y


def added(y, x):
    y[0] += x[0]
    return y


def part(y, x):
    y[0:2] = x[0:2]
    return y


def whole(y, x):
    y[:] = x
    return y


def masked(y, x):
    y[np.array([True, False, True])] = x[:2]
    return y


def real_part(y, x):
    y.real = x
    return y


def matrix_vector(y, x):
    z = np.zeros(3)
    for i in range(3):
        for j in range(3):
            z[i] += x[j] * (i + j)
    return z


STORES = [element, added, part, whole, masked, real_part, matrix_vector]


@pytest.mark.parametrize("store", STORES)
def test_a_store_into_an_array_is_an_error(store) -> None:
    """Also where another path from x to the result remains, and whatever the loss is computed with."""
    at = np.array([1.0, 2.0, 3.0])

    def f(x):
        return np.sum(store(np.zeros(3), x)) + x[1]

    calls = (ag.grad(f), ag.value_and_grad(f), ag.jacobian(f), ag.hessian(f), lambda x: ag.vjp(f, x))
    for call in (*calls, lambda x: ag.hvp(f, x, x), lambda x: ag.jvp(f, [x], [x]), lambda x: ag.linearize(f, x)):
        with pytest.raises(NoDerivativeError, match=STORED):
            call(at)
    x = Variable(at)
    with pytest.raises(NoDerivativeError, match=STORED), Tape():
        f(x)
    with Tape() as t:
        t.watch(constant := Tensor(at))
        y = x * constant
        with t.stop_recording():
            store(np.zeros(3), y)  # a constant here
        store(np.zeros(3), ag.stop_gradient(y))
        store(np.zeros(3), Tensor(at))
    store(np.zeros(3), y)


def test_complex_and_integer_arrays() -> None:
    z = np.zeros(2, complex)
    with pytest.raises(NoDerivativeError, match=STORED):
        ag.grad(lambda x: np.sum(np.real(element(z, x))) + x[0])(np.ones(2))

    def first(y, x):
        y[0] = x[0]
        return y

    w = Variable([1.5, 0.0])
    for dtype in (int, np.int8, np.uint16, bool):  # np.array([0, 0]) is of integers
        counts = np.zeros(2, dtype)
        with pytest.raises(NoDerivativeError, match=STORED):
            ag.grad(lambda x, counts=counts: x[0] * np.sum(first(counts, x)))(np.array([1.5, 0.0]))
        with pytest.raises(NoDerivativeError, match=STORED), Tape():
            first(counts, w)

    def counted(x):
        y = np.zeros(2, int)
        y[0], y[1] = int(x[0]), bool(x[0])  # said to be a cast, whose derivative is 0
        return x[0] * np.sum(y)

    assert ag.grad(counted)(np.array([1.5, 0.0])).tolist() == [2, 0]
    for dtype in (float, int, bool):  # where a custom rule stands for what becomes of the value
        ruled = ag.custom_gradient(lambda x, dtype=dtype: (np.sum(first(np.zeros(2, dtype), x)), lambda g: g * 2 * x))
        assert ag.grad(ruled)(np.array([1.5, 0.0])).tolist() == [3, 0]


def test_the_traceback_leads_to_the_store() -> None:
    with pytest.raises(NoDerivativeError) as caught:
        ag.grad(lambda x: np.sum(element(np.zeros(3), x)))(np.ones(3))
    assert "element" in [entry.name for entry in caught.traceback]

    def by_flat(x):
        y = np.zeros(3)
        y.flat[0] = x[0]
        return np.sum(y)

    def by_flat_wrongly(x):
        y = np.zeros(3)
        y[0] = float(x[0])
        y.flat[0] = "x"
        return np.sum(y)

    with pytest.raises(NoDerivativeError, match=STORED) as caught:
        ag.grad(by_flat)(np.ones(3))
    assert caught.traceback[-1].name == "by_flat"
    with pytest.raises(ValueError, match="Error setting single item"):
        ag.grad(by_flat_wrongly)(np.ones(3))


def test_a_refused_store_leaves_no_reference_cycle() -> None:
    class Array(np.ndarray):
        pass

    def holder(store):
        x, constant = Variable(np.ones(3)), np.ones(3).view(Array)
        with pytest.raises(NoDerivativeError, match=STORED):
            ag.grad(lambda x: np.sum(store(np.zeros(3), x * constant)))(np.ones(3))
        with pytest.raises(NoDerivativeError, match=STORED), Tape():
            store(np.zeros(3), x * constant)
        return weakref.ref(constant)

    gc.disable()
    try:
        assert [holder(store)() for store in STORES] == [None] * len(STORES)
    finally:
        gc.enable()


def test_what_the_error_advises_is_right() -> None:
    at = np.array([1.0, 2.0, 3.0])
    by_stack = lambda x: np.sum(np.stack([2 * x[0], x[1], 0.0]) ** 2)
    by_array = lambda x: np.sum(ag.array([2 * x[0], x[1], 0.0]) ** 2)
    by_at = lambda x: np.sum(Tensor(np.zeros(3)).at[0].set(2 * x[0]).at[1].set(x[1]) ** 2)
    for f in (by_stack, by_array, by_at):
        assert ag.grad(f)(at).tolist() == [8, 4, 0]


NUMBERS = {
    "math": lambda x: x * math.exp(x),
    "hypot": lambda x: x + math.hypot(x, 1.0),
    "fsum": lambda x: x + math.fsum([x, x]),
    "cmath": lambda x: x * cmath.exp(x).real,
    "float": lambda x: x * float(x),
    "item": lambda x: x * x.item(),
    "complex": lambda x: x * complex(x).real,
    "float64": lambda x: x * np.float64(x),
    "float32": lambda x: x * np.float32(x),
    "list": lambda x: x * sum((x * np.ones(2)).tolist()),
    "quad": lambda x: x + integrate.quad(lambda s: x * s, 0, 1)[0],
    "brentq": lambda x: x + optimize.brentq(lambda s: s - x, -10, 10),
}


@pytest.mark.parametrize("f", NUMBERS.values(), ids=NUMBERS)
def test_a_number_that_leaves_gives_a_warning_also_where_a_path_remains(f) -> None:
    calls = (ag.grad(f), ag.value_and_grad(f), ag.hessian(f), ag.jacobian(f), lambda x: ag.hvp(f, x, 1.0))
    for call in (*calls, lambda x: ag.vjp(f, x), lambda x: ag.jvp(f, [x], [1.0]), lambda x: ag.linearize(f, x)):
        with pytest.warns(
            UserWarning, match="a part of the gradient may be lost|the gradient is zero|the gradient stops here"
        ):
            call(2.0)


def test_a_warning_names_the_line_of_the_program() -> None:
    """And not one inside NumPy, for which Python would show it once for all lines of the program."""
    v = Variable(np.zeros(2))
    for convert in (
        lambda x: np.full(3, x[0]),
        lambda x: np.r_[x[0], x[1]],
        lambda x: np.vectorize(math.exp)(x),
        lambda x: v.assign([x[0], x[1]]),
    ):
        with pytest.warns(UserWarning, match="the gradient stops here") as caught, Tape() as t:
            t.watch(x := Tensor([1.0, 2.0]))
            convert(x)
        assert {warning.filename for warning in caught} == {cut.where[0] for cut in t.cuts} == {__file__}


def test_a_tape_notes_the_number() -> None:
    x = Variable(1.0)
    with Tape(persistent=True) as t:
        y = x * math.exp(x)
        z = x * math.floor(x) + int(x) * x
    assert [cut.what for cut in t.cuts] == ["conversion to a Python number", "conversion to an integer"]
    assert [float(t.gradient(v, x)) for v in (y, z)] == [math.e, 2]


# Tensors made of tensors.


def test_a_tensor_made_of_a_tensor_stays_connected() -> None:
    at = np.array([1.0, 2.0])
    for f in (lambda x: np.sum(Tensor(x) ** 2), lambda x: np.sum(Tensor(Tensor(x), name="y") ** 2)):
        assert ag.grad(f)(at).tolist() == [2, 4]
        assert ag.hvp(f, at, at).tolist() == [2, 4]
        assert float(ag.jvp(f, [at], [at])[1]) == 10
    narrow = ag.grad(lambda x: np.sum(Tensor(x, np.float32) ** 2))(at)
    assert (narrow.tolist(), narrow.dtype) == ([2, 4], np.float64)
    w = Variable(at)
    with Tape() as t:
        y = np.sum(Tensor(w) ** 2)
    assert t.gradient(y, w).tolist() == [2, 4]
    with Tape(persistent=True) as t:
        t.watch(x := Tensor(3.0))
        y = x * Tensor(x, int)
    assert float(t.gradient(y, x)) == 3
    assert [cut.what for cut in t.cuts] == ["astype(int64)"]
    assert float(ag.grad(lambda x: x * ag.stop_gradient(x))(3.0)) == 3


# Variables that take a followed value.

SEVERED = r"no gradient flows through an assignment.*np\.stack.*ag\.array.*x\.at\[index\].*ag\.stop_gradient"


def by_item(v, x):
    v[0] = 2 * x[0]


def by_assign(v, x):
    v.assign(2 * x)


def by_assign_add(v, x):
    v.assign_add(x)


def by_assign_sub(v, x):
    v.assign_sub(x)


def by_fill(v, x):
    v.fill(x[0])


def by_item_then_constant(v, x):
    v[0] = 2 * x[0]
    v[1] = 1.0
    v.assign_add([1.0, 1.0])


STORES_INTO_VARIABLES = [by_item, by_assign, by_assign_add, by_assign_sub, by_fill, by_item_then_constant]


@pytest.mark.parametrize("store", STORES_INTO_VARIABLES)
@pytest.mark.parametrize("trainable", [True, False])
def test_a_variable_that_took_a_followed_value_is_not_read_in_silence(store, trainable) -> None:
    at = np.array([1.0, 2.0])

    def f(x):
        v = Variable(np.zeros(2), name="v", trainable=trainable)
        store(v, x)
        return np.sum(v * v) + x[0]

    calls = (ag.grad(f), ag.jacobian(f), lambda x: ag.hvp(f, x, x), lambda x: ag.jvp(f, [x], [x]))
    for call in (*calls, lambda x: ag.vjp(f, x)):
        with pytest.raises(NoDerivativeError, match=f"the variable 'v' was read that.*test_leaving.*{SEVERED}"):
            call(at)
    x, v = Variable(at), Variable(np.zeros(2))
    with Tape(persistent=True) as t:
        store(v, x * 1.0)
    for ask in (t.gradient, t.jacobian):
        with pytest.raises(NoDerivativeError, match=SEVERED):
            ask(v, x)
    with Tape() as later:  # another recording, to which all of this is a constant
        y = np.sum(v * v * x)
    assert later.gradient(y, x).tolist() == (v.numpy() ** 2).tolist()


def test_a_variable_made_of_a_followed_value() -> None:
    with pytest.raises(NoDerivativeError, match=rf"that Variable\(\.\.\.\) gave.*{SEVERED}"):
        ag.grad(lambda x: np.sum(Variable(x) ** 2))(np.ones(2))
    with pytest.raises(NoDerivativeError, match=SEVERED):
        ag.grad(lambda x: Variable(x) * x)(3.0)
    assert float(ag.grad(lambda x: Variable(ag.stop_gradient(x)) * x)(3.0)) == 3


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}], ids=str)
def test_an_optimizer_step_is_no_part_of_a_recording(options) -> None:
    """A step of an inner problem, as MAML has it: an outer tape cannot follow it, and says so."""
    w, x, optimizer = Variable(1.0, name="w"), Variable(3.0), optim.SGD(0.1, **options)
    with pytest.raises(NoDerivativeError, match=rf"'w' was read that apply_gradients\(\) gave.*{SEVERED}"), Tape():
        with Tape() as inner:
            loss = (w * x) ** 2
        optimizer.apply_gradients([(inner.gradient(loss, w), w)])
        loss = (w * x) ** 2
    with Tape() as outer:  # a penalty, whose step comes after everything was read
        with Tape() as inner:
            loss = (w * x) ** 2
        g = inner.gradient(loss, w)
        optimizer.apply_gradients([(g, w)])
        penalty = g * g
    assert outer.gradient(penalty, x) is not None


def test_assignments_that_lose_nothing() -> None:
    """Running averages, a value that is replaced as a whole, other tapes, numbers."""
    x, mean = Variable(2.0), Variable(0.0, trainable=False)
    for _ in range(2):
        with Tape() as t:
            y = x * x
            mean.assign(0.5 * mean + 0.5 * y)
            assert float(mean) > 0
        assert float(t.gradient(y, x)) == 4
    with Tape() as t:
        mean.assign(x * 3.0)
        mean.assign(5.0)
        y = mean * x
    assert float(t.gradient(y, x)) == 5
    with Tape() as outer:
        y = x * x
        with Tape() as inner:
            z = x * 3.0
        mean.assign(inner.gradient(z, x))  # a constant to both
        y = y * mean
    assert float(outer.gradient(y, x)) == 12
    total = Variable([0.0, 0.0])
    for clear in (lambda: total.fill(0.0), lambda: total.__setitem__(slice(None), 0.0)):
        with Tape() as t:
            total[0] = 3.0 * x
            clear()
            y = np.sum(total + x)
        assert float(t.gradient(y, x)) == 2


# Threads and processes.


def in_threads(f, values):
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(f, values))


def test_operations_on_followed_tensors_are_recorded_in_every_thread() -> None:
    f = lambda x: in_threads(lambda k: np.tanh(k * x) * x, [1.0, 2.0, 3.0]) * 1.0
    slope = lambda x: sum(math.tanh(k * x) + k * x / math.cosh(k * x) ** 2 for k in (1, 2, 3))
    curve = (slope(0.5 + 1e-6) - slope(0.5 - 1e-6)) / 2e-6
    at = pytest.approx
    assert float(ag.grad(f)(0.5)) == at(slope(0.5))
    assert float(ag.jvp(f, [0.5], [1.0])[1]) == at(slope(0.5))
    assert float(ag.grad(ag.grad(f))(0.5)) == at(curve)
    assert float(ag.hvp(f, 0.5, 1.0)) == at(curve)
    assert float(ag.jacobian(f)(0.5)) == at(slope(0.5))
    w = Variable(2.0)
    x = Tensor(0.5)
    with Tape() as t:
        t.watch(x)
        y = in_threads(lambda k: k * x * w, [1.0, 2.0])
    assert [float(g) for g in t.gradient(y, [x, w])] == [6, 1.5]


def test_a_stopped_tape_records_no_thread() -> None:
    x = Tensor(3.0)
    with Tape() as t:
        t.watch(x)
        with t.stop_recording():
            constant = in_threads(lambda k: k * x, [1.0, 2.0])
        y = constant * x
    assert float(t.gradient(y, x)) == 9


def test_stores_and_numbers_in_other_threads() -> None:
    with pytest.raises(NoDerivativeError, match=STORED):
        ag.grad(lambda x: x[0] + in_threads(lambda k: np.sum(element(np.zeros(2), x)), [1.0]))(np.ones(2))
    with pytest.warns(UserWarning, match="a part of the gradient may be lost"):
        ag.grad(lambda x: x * in_threads(lambda k: math.exp(x), [1.0]))(1.0)


def test_a_derivative_taken_in_another_thread_is_refused_or_recorded_in_a_copied_context() -> None:
    """f(w) = Σ ∂/∂x Σ w x² = 2 w Σ x, so f' = 2 Σ x = 6."""
    x = np.array([1.0, 2.0])

    def inner(w):
        return np.sum(Tensor(np.stack([*ag.grad(lambda x: np.sum(w * x * x))(x)])))

    def by_tape(w):
        v = Variable(x)
        with Tape() as t:
            y = np.sum(w * v * v)
        return np.sum(t.gradient(y, v))

    def by_hvp(w):
        return np.sum(ag.hvp(lambda x: np.sum(w * x**3) / 3, x, np.ones(2)))

    for work in (inner, by_tape, by_hvp):
        with ThreadPoolExecutor(1) as pool:
            with pytest.raises(TapeError, match=r"follows, inside a tape or transform of this thread.*copy_context"):
                ag.grad(lambda w, work=work: pool.submit(work, w).result())(3.0)
            copied = ag.grad(lambda w, work=work: pool.submit(contextvars.copy_context().run, work, w).result())
            assert float(copied(3.0)) == 6
            assert pool.submit(lambda: float(ag.grad(lambda v: v * v)(2.0))).result() == 4
    compiled = ag.compile(lambda x: np.sum(x * x))
    for _ in range(4):
        assert ag.grad(lambda w: in_threads(lambda k: compiled(k * w), [1.0, 2.0]))(x).tolist() == [10, 20]


def by_output_gradients(u):
    x = Tensor([1.0, 2.0])
    with Tape() as t:
        t.watch(x)
        y = x * x
    return t.gradient(y, x, output_gradients=u)


@pytest.mark.parametrize(
    "work",
    [
        lambda u: ag.jvp(lambda x: x * x, [np.array([1.0, 2.0])], [u])[1],
        lambda u: ag.linearize(lambda x: x * x, np.array([1.0, 2.0]))[1](u),
        lambda u: ag.vjp(lambda x: x * x, np.array([1.0, 2.0]))[1](u)[0],
        lambda u: ag.hvp(lambda x: np.sum(x**3) / 3, np.array([1.0, 2.0]), u),
        by_output_gradients,
    ],
    ids=["jvp", "linearize", "vjp", "hvp", "output_gradients"],
)
def test_a_followed_tangent_in_another_thread_is_refused_or_recorded_in_a_copied_context(work) -> None:
    """All give 2 x u at x = (1, 2), whose sum has the gradient 2 x."""
    u = np.array([3.0, 5.0])
    with ThreadPoolExecutor(1) as pool:
        for value in (u, 1.0 * Tensor(u)):
            assert np.asarray(pool.submit(work, value).result()).tolist() == [6, 20]
        refused = lambda u: np.sum(pool.submit(work, u).result())
        copied = lambda u: np.sum(pool.submit(contextvars.copy_context().run, work, u).result())
        for derivative in (ag.grad, lambda f: lambda u: ag.jvp(f, [u], [u])):
            with pytest.raises(TapeError, match=r"derivative was taken .* another thread follows.*copy_context"):
                derivative(refused)(u)
        assert ag.grad(copied)(u).tolist() == [2, 4]
        assert float(ag.jvp(copied, [u], [u])[1]) == 26


@pytest.mark.parametrize("persistent", [False, True])
def test_a_gradient_of_followed_values_in_another_thread(persistent) -> None:
    """Of x³ it is 3 x², and the derivative of 3 x² · x is 9 x²."""

    def by_tape(x):
        with Tape(persistent) as t:
            t.watch(x)
            y = x**3
        return lambda: t.gradient(y, x)

    def by_push(x):
        return lambda push=ag.linearize(lambda x: x**3, x)[1]: push(1.0)

    for taken in (by_tape, by_push):
        with ThreadPoolExecutor(1) as pool:
            with pytest.raises(TapeError, match=r"derivative was taken .* another thread follows.*copy_context"):
                ag.grad(lambda x, taken=taken: pool.submit(taken(x)).result() * x)(2.0)
            copied = ag.grad(lambda x, taken=taken: pool.submit(contextvars.copy_context().run, taken(x)).result() * x)
            assert float(copied(2.0)) == 36


def test_a_write_into_an_array_in_another_thread_is_refused() -> None:
    def added(buffer, x):
        buffer += x

    for write in (
        lambda x: np.multiply(x, 2.0, out=np.zeros(2)),
        lambda x: np.sum(x, out=np.zeros(())),
        lambda x: added(np.zeros(2), x),
    ):
        with pytest.raises(NoDerivativeError, match="the gradient would be lost"):
            ag.grad(lambda x, write=write: x[0] + np.sum(in_threads(lambda k: write(x), [1.0])))(np.ones(2))


def test_a_thread_of_its_own_is_not_recorded() -> None:
    """Its own tapes, tensors that no tape follows, and variables, which may be read for another purpose."""
    shared, w = Tensor(3.0), Variable(2.0)
    found = []

    def work() -> None:
        found.append(shared * shared)
        with Tape() as t:
            t.watch(shared)
            y = shared * shared * w
        found.append(t.gradient(y, shared))

    with Tape() as t:
        y = w * 1.0
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert len(t.nodes) == 1
    assert [float(v) for v in found] == [9, 12]
    assert float(t.gradient(y, w)) == 1  # w was read in a tape of the other thread's own


def test_a_variable_in_another_thread_gives_a_warning_or_is_recorded_in_a_copied_context() -> None:
    w = Variable(2.0, name="w")
    with Tape() as t:
        y = in_threads(lambda k: k * w, [1.0, 2.0]) + 5 * w
    with pytest.warns(UserWarning, match=r"'w'.*another thread read.*contextvars\.copy_context\(\)\.run"):
        assert float(t.gradient(y, w)) == 5
    with Tape() as t, ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(contextvars.copy_context().run, lambda k: k * w, k) for k in (1.0, 2.0)]
        y = sum(job.result() for job in jobs) + 5 * w
    assert float(t.gradient(y, w)) == 8


def test_a_variable_that_took_a_followed_value_in_another_thread() -> None:
    v = Variable(np.zeros(2))

    def f(x, store):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(store, v, x).result()
        return np.sum(v * v)

    for store in STORES_INTO_VARIABLES:
        with pytest.raises(NoDerivativeError, match=SEVERED):
            ag.grad(f)(np.array([1.0, 2.0]), store)
    with pytest.raises(NoDerivativeError, match=SEVERED):
        ag.grad(lambda x: in_threads(Variable, [x, x]))(1.0)
    assert float(ag.grad(lambda x: x * in_threads(lambda y: Variable(ag.stop_gradient(y)), [x, x]))(1.0)) == 2


def doubled(x):
    return 2 * x


def test_a_followed_tensor_cannot_be_pickled() -> None:
    x = Tensor(3.0)
    with Tape() as t:
        t.watch(x)
        y = x * x
        with pytest.raises(NoDerivativeError, match=r"was pickled.*another process.*ag.stop_gradient"):
            pickle.dumps(y)
        assert float(pickle.loads(pickle.dumps(ag.stop_gradient(y)))) == 9
        variable = Variable(4.0, name="v", trainable=False)
        t.watch(variable)
        y = variable * y  # its value is followed, and the variable is pickled with a model all the same
        copied = pickle.loads(pickle.dumps(variable))
        assert (float(copied), copied.name, copied.trainable) == (4, "v", False)
    assert float(pickle.loads(pickle.dumps(y))) == 36
    with ProcessPoolExecutor(1) as pool:
        assert float(pool.submit(doubled, x).result()) == 6
        with pytest.raises(NoDerivativeError, match="another process"):
            ag.grad(lambda x: pool.submit(doubled, x).result() + x)(3.0)
