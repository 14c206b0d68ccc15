"""What a compiled function promises: the results of the function itself, whatever happens around it."""

import gc
import os
import subprocess
import sys
import threading
import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest

import autograd as ag
import optim
from autograd import Tape, Tensor, Variable
from autograd.compiler.api import Compiled
from autograd.compiler.ir import is_number
from tests.autograd.compiler.backends import use_numpy_alone

X = np.array([[1.0, 2.0], [3.0, -4.0], [0.5, 0.25]])


def value(x: Any) -> Any:
    return x.value if isinstance(x, Tensor) else x


def agrees(function: Any, *calls: tuple[Any, ...], plans: int | None = None) -> Compiled:
    """The compiled function gives what the function gives in each of these calls, and of the same types."""
    compiled = ag.compile(function)
    for args in calls:
        expected, found = function(*args), compiled(*args)
        flat = [(expected, found)] if not isinstance(expected, tuple | list) else zip(expected, found, strict=True)
        for e, f in flat:
            assert type(e) is type(f)
            assert np.asarray(value(e)).dtype == np.asarray(value(f)).dtype
            np.testing.assert_array_equal(value(e), value(f))
    if plans is not None:
        assert len(compiled.plans) == plans
    return compiled


def step_of(w: Variable, rate: float = 0.1) -> Any:
    def step(x: Any) -> Any:
        with Tape() as t:
            loss = np.mean(np.tanh(x @ w) ** 2)
        w.assign(w - rate * t.gradient(loss, w))
        return loss

    return step


# Plans and calls.


def test_two_traced_calls_then_the_plan() -> None:
    @ag.compile
    def f(x: Any) -> Any:
        return np.sin(x) * 2

    def traced(i: int) -> bool:
        """Whether a call runs the function itself."""
        before = sys.getprofile()
        seen: list[Any] = []
        sys.setprofile(lambda frame, event, arg: seen.append(frame.f_code))
        try:
            np.testing.assert_array_equal(f(X + i), np.sin(X + i) * 2)
        finally:
            sys.setprofile(before)
        return f.function.__code__ in seen

    assert [(traced(i), len(f.plans)) for i in range(5)] == [(True, 0), (True, 1), (False, 1), (False, 1), (False, 1)]
    assert f.__name__ == "f"


def test_new_shapes_dtypes_and_integers_make_new_plans() -> None:
    def f(x: Any, n: int = 2) -> Any:
        return x * n + x.shape[0]

    calls = [(X,), (X[:2],), (X.astype(np.float32),), (X, 3), (X, True), (Tensor(X),)]
    agrees(f, *[call for call in calls for _ in range(3)], plans=6)


def test_structure_counts() -> None:
    def f(x: Any, y: Any) -> Any:
        return x[0] - y if isinstance(x, list) else x - y[0]

    agrees(f, *[([X], 2 * X), (X, [2 * X])] * 3, plans=2)


def test_floats_may_vary_and_stay_weak() -> None:
    def f(x: Any, rate: float) -> Any:
        return x * (2 * rate) + rate / 3

    compiled = agrees(f, *[(X.astype(np.float32), r) for r in (0.1, 0.2, 0.7, 1e-3)], plans=1)
    assert compiled(X.astype(np.float32), 0.3).dtype == np.float32


def test_keywords_and_nested_results() -> None:
    f = ag.compile(lambda x, scale: {"a": [x * scale, 3], "b": (None, Tensor(x))})
    for scale in (1.0, 2.0, 3.0):
        found = f(X, scale=scale)
        np.testing.assert_array_equal(found["a"][0], X * scale)
        assert found["a"][1] == 3
        assert found["b"][0] is None
        np.testing.assert_array_equal(found["b"][1].numpy(), X)


def test_numpy_numbers_arrays_without_axes_and_truth_values() -> None:
    def f(a: Any, b: Any) -> Any:
        return a * 2, b * a, np.where(b > 0, a, b)

    agrees(f, *[(np.float32(i), np.array(0.5 + i)) for i in range(4)], plans=1)


def test_integers_complex_numbers_and_half_precision() -> None:
    agrees(
        lambda x, y: (x // 2 + y, x @ y.T), *[(np.arange(6).reshape(2, 3) + i, np.ones((2, 3), int)) for i in range(4)]
    )
    agrees(lambda z: (np.abs(z * z.conj()), z.real, z.imag.sum()), *[(X + 1j * i,) for i in range(4)], plans=1)
    agrees(lambda x: np.exp(x) * 2, *[(X.astype(np.float16) + i,) for i in range(4)], plans=1)


def test_subclasses_of_arrays_are_left_to_the_function() -> None:
    f = ag.compile(lambda x: x * 2)
    with pytest.warns(UserWarning, match="MaskedArray; expected plain arrays"):
        assert isinstance(f(np.ma.masked_array(X, X > 2)), np.ma.MaskedArray)


# Variables.


def test_variables_changed_from_outside_between_calls() -> None:
    w, twin = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    step, compiled = step_of(twin), ag.compile(step_of(w))
    for i in range(6):
        if i == 3:
            w.assign([5.0, 6.0])
            twin.assign([5.0, 6.0])
        assert float(compiled(X)) == float(step(X))
        np.testing.assert_array_equal(w.numpy(), twin.numpy())


@pytest.mark.parametrize(
    "change",
    [
        lambda v, x: v.assign_add(1.0),
        lambda v, x: v.assign_sub(x[0]),
        lambda v, x: v.assign(x.sum() * np.ones(v.shape)),
        lambda v, x: v.__setitem__(..., v * 0.5),
    ],
)
@pytest.mark.parametrize("start", [0.0, np.zeros(2), np.float32([1, 2])], ids=["number", "double", "single"])
def test_variables_that_change_without_being_read(change: Any, start: Any) -> None:
    v, twin = Variable(start), Variable(start)
    compiled = ag.compile(lambda x: (change(v, x), None)[1])
    for i in range(6):
        x = np.full(2, float(i), v.dtype)
        compiled(x)
        change(twin, x)
        np.testing.assert_array_equal(np.asarray(v.value), np.asarray(twin.value))
        assert v.dtype == twin.dtype
    assert len(compiled.plans) == 1


def test_views_and_copies_taken_before_keep_their_values() -> None:
    w = Variable([1.0, 2.0])
    compiled = ag.compile(step_of(w))
    for _ in range(5):
        seen = w.numpy()
        kept = seen.copy()
        compiled(X)
        np.testing.assert_array_equal(seen, kept)
        assert not np.array_equal(w.numpy(), kept)


def test_an_old_value_is_returned_while_the_new_one_is_written() -> None:
    w = Variable([1.0, 2.0])

    @ag.compile
    def step() -> Any:
        old = w + 0.0
        also = w[0:1]
        w.assign(w * 2)
        return old, also, w[1]

    kept = [step() for _ in range(5)]
    for i, (old, also, new) in enumerate(kept):
        np.testing.assert_array_equal(old.numpy(), np.array([1.0, 2.0]) * 2**i)
        np.testing.assert_array_equal(also.numpy(), [2.0**i])
        assert float(new) == 2 * 2 ** (i + 1)


def test_variables_swap_their_values() -> None:
    a, b = Variable([1.0, 2.0]), Variable([3.0, 4.0])

    @ag.compile
    def swap() -> None:
        old = a + 0.0
        x, y = a[:], b[:]
        a.assign(y)
        b.assign(x)
        return old

    for i in range(5):
        swap()
        assert (a.tolist() == [3.0, 4.0]) == (i % 2 == 0)
        assert sorted(a.tolist() + b.tolist()) == [1, 2, 3, 4]


def test_a_variable_takes_its_own_transpose() -> None:
    w = Variable(np.arange(4.0).reshape(2, 2))

    @ag.compile
    def turn() -> None:
        w.assign(w.T)

    for i in range(5):
        turn()
        np.testing.assert_array_equal(
            w.numpy(), np.arange(4.0).reshape(2, 2).T if i % 2 == 0 else np.arange(4.0).reshape(2, 2)
        )


def test_results_are_nobodys_buffers() -> None:
    """Neither those of a later call, nor the arguments, nor the variables."""
    w = Variable([1.0, 2.0])
    f = ag.compile(lambda x: (x, x.T, x[0], w[:], x * 2, (x * 3).T, (x * 3).reshape(-1)))
    kept = []
    for i in range(4):
        x = X + i
        kept.append((x.copy(), f(x), x))
    w.assign([9.0, 9.0])
    for x, found, given in kept:
        for got, expected in zip(found, (x, x.T, x[0], [1.0, 2.0], x * 2, (x * 3).T, (x * 3).reshape(-1)), strict=True):
            np.testing.assert_array_equal(value(got), expected)
        if found is kept[-1][1]:
            found[0][...] = 0
            np.testing.assert_array_equal(given, x)


def test_the_same_array_twice_and_strided_arguments() -> None:
    agrees(lambda x, y: (x + y, x @ y.T), *[(X, X)] * 4, plans=1)
    wide = np.arange(24.0).reshape(4, 6)
    agrees(lambda x: (x.sum(0), np.exp(x) * 2, x @ x.T), *[(wide[::2, ::3],), (wide.T,), (wide[:, :2],)] * 4, plans=3)


def test_variables_that_are_not_stored_row_by_row() -> None:
    start = np.asfortranarray(np.arange(2048.0).reshape(2, 1024) / 1000)
    w, twin = Variable(start), Variable(start)
    w.value, twin.value = np.asfortranarray(start), np.asfortranarray(start)

    def step(v: Variable) -> Any:
        def inner() -> Any:
            with Tape() as t:
                loss = np.sum(v * v)
            v.assign(v - 0.1 * t.gradient(loss, v))
            return loss

        return inner

    compiled, eager = ag.compile(step(w)), step(twin)
    for _ in range(5):
        np.testing.assert_allclose(float(compiled()), float(eager()), rtol=1e-14)
        np.testing.assert_allclose(w.numpy(), twin.numpy(), rtol=1e-15)


def test_a_read_only_argument() -> None:
    x = np.ones((64, 64))
    x.flags.writeable = False
    agrees(lambda x: (x * 2 - 1) * x, (x,), (x,), (x,), plans=1)


def test_arrays_of_the_users_program_may_change_in_place() -> None:
    data = np.ones(3)
    f = ag.compile(lambda x: x * (data * 2))
    for i in range(5):
        data[:] = i
        np.testing.assert_array_equal(f(np.ones(3)), np.full(3, 2.0 * i)) if i < 1 else None
    g = ag.compile(lambda x: x * data)
    for i in range(5):
        data[:] = i
        np.testing.assert_array_equal(g(np.ones(3)), data)


# Decisions and what leaves the program.


def branching(x: Any) -> Any:
    if np.sum(x) > 0:
        return x * 2
    return -x


def test_a_branch_is_told_once_and_right_both_ways() -> None:
    f = ag.compile(branching)
    line = branching.__code__.co_firstlineno + 1
    with pytest.warns(UserWarning, match=rf"test_compile_semantics.py:{line}: what runs here depends on the data"):
        f(np.ones(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for i in range(8):
            x = np.ones(3) * (1 if i % 3 else -1)
            np.testing.assert_array_equal(f(x), branching(x))
    assert len(f.plans) == 1


@pytest.mark.parametrize(
    ("leave", "what"),
    [
        (float, r"(float|item)\(\)"),
        (lambda y: y.item(), r"item\(\)"),
        (lambda y: y.tolist(), r"(tolist\(\)|a conversion)"),
        (np.asarray, "a conversion to a NumPy array"),
        (lambda y: y.numpy() if isinstance(y, Tensor) else np.array(y), "a conversion to a NumPy array"),
        (lambda y: f"{y}", "a text of it"),
        (int, r"(int|item)\(\)"),
    ],
)
@pytest.mark.parametrize("wrap", [np.asarray, Tensor], ids=["array", "tensor"])
def test_what_leaves_the_program_is_told(leave: Any, what: str, wrap: Any) -> None:
    def f(x: Any) -> Any:
        y = np.sum(x)
        leave(y)
        return y

    compiled = ag.compile(f)
    with pytest.warns(
        UserWarning, match=rf"f is not compiled but run as it is. .*test_compile_semantics.py:\d+: {what}"
    ):
        assert float(compiled(wrap(X))) == X.sum()
    assert float(compiled(wrap(X))) == X.sum()
    assert compiled.plans == []


def test_random_numbers_are_told_and_fresh_ones_serve() -> None:
    generator, twin = np.random.default_rng(0), np.random.default_rng(0)

    def noisy(x: Any) -> Any:
        return x + generator.random(2)

    f = ag.compile(noisy)
    with pytest.warns(UserWarning, match="It draws random numbers. Make them with ag.fresh"):
        np.testing.assert_array_equal(f(np.ones(2)), 1 + twin.random(2))
    for _ in range(3):
        np.testing.assert_array_equal(f(np.ones(2)), 1 + twin.random(2))

    generator, twin = np.random.default_rng(0), np.random.default_rng(0)
    g = ag.compile(lambda x: x + ag.fresh(lambda: generator.random(2)))
    for _ in range(5):
        np.testing.assert_array_equal(g(np.ones(2)), 1 + twin.random(2))
    assert len(g.plans) == 1


def test_fresh_numbers_are_not_drawn_twice_for_one_call() -> None:
    """Where a plan is given up, the function itself gets what was drawn for it."""
    generator, twin = np.random.default_rng(0), np.random.default_rng(0)

    def f(x: Any) -> Any:
        noise = ag.fresh(lambda: generator.random(3))
        return x * noise if np.all(x > 0) else x - noise

    with pytest.warns(UserWarning, match="depends on the data"):
        compiled = ag.compile(f)
        for sign in (1, 1, -1, 1, -1, -1):
            noise, x = twin.random(3), np.full(3, 2.0 * sign)
            np.testing.assert_array_equal(compiled(x), x * noise if sign > 0 else x - noise)


def test_errors_of_the_function_are_its_own_and_it_goes_on_afterwards() -> None:
    w = Variable([1.0, 2.0])

    def f(x: Any, fails: bool) -> Any:
        w.assign(w + x)
        if fails:
            raise KeyError("no such thing")
        return w * 1.0

    compiled = ag.compile(f)
    expected = np.array([1.0, 2.0])
    for i in range(9):
        expected = expected + 1
        if i % 3 == 0:
            with pytest.raises(KeyError, match="no such thing"):
                compiled(np.ones(2), True)
        else:
            np.testing.assert_array_equal(compiled(np.ones(2), False).numpy(), expected)
        np.testing.assert_array_equal(w.numpy(), expected)


def test_an_error_in_a_run_changes_nothing_before_the_function_raises_it() -> None:
    w = Variable(np.eye(2))

    def f(a: Any) -> Any:
        w.assign(w + 1.0)
        return np.linalg.inv(a)

    compiled = ag.compile(f)
    for _ in range(3):
        compiled(np.eye(2))
    with pytest.raises(np.linalg.LinAlgError):
        compiled(np.zeros((2, 2)))
    np.testing.assert_array_equal(w.numpy(), np.eye(2) + 4)  # as without compile: w was assigned before


def test_arguments_changed_in_place_and_writes_through_views_are_left_to_the_function() -> None:
    def f(x: Any) -> Any:
        x += 1
        return x * 2

    def g(x: Any) -> Any:
        y = x * 1.0
        turned = y.T
        turned += 100
        return y

    x = np.ones((2, 2))
    with pytest.warns(UserWarning, match="An argument is changed in place"):
        compiled = ag.compile(f)
        for i in range(4):
            np.testing.assert_array_equal(compiled(x), np.full((2, 2), 2.0 * (i + 2)))
    with pytest.warns(UserWarning, match="while a part of it or a view of it is in use"):
        agrees(g, (X,), (X + 1,), (X + 2,), plans=0)


def test_writing_into_arrays_of_its_own() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        y[0] = 7
        y[1:] = y[1:] + 1
        np.add.at(y, [0, 0], 1.0)
        np.multiply(y, 2, out=y)
        z = np.zeros_like(y)
        np.add(y, 1, out=z)
        return y, z

    agrees(f, (X,), (X + 1,), (X + 2,), plans=1)


def test_writing_into_parts_of_arrays() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        y[1:] += 1
        row = y[0]
        row += 100
        row[1:] *= 2
        del row
        y[2][0] = -1
        first = y[0] * 1.0
        y[0, 0] -= 5
        part = y[1]
        np.add(part, 1, out=part)
        return y, first

    agrees(f, (X,), (X + 1,), (X + 2,), plans=1)


def test_a_part_that_is_in_use_while_its_array_changes_is_told() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        row = y[0]
        y += 1
        return y, row * 2

    with pytest.warns(UserWarning, match="while a part of it or a view of it is in use"):
        agrees(f, (X,), (X + 1,), (X + 2,), plans=0)


def test_what_is_kept_outside_is_told() -> None:
    kept = []

    def f(x: Any) -> Any:
        kept.append(x * 2)
        return x

    with pytest.warns(UserWarning, match="It changes kept, which a replay would not do"):
        ag.compile(f)(X)
    (only,) = kept
    np.testing.assert_array_equal(only + 1, X * 2 + 1)


# Derivatives.


def test_gradient_by_the_law_of_zeros_is_exact() -> None:
    w, twin = Variable([4.0, 9.0]), Variable([4.0, 9.0])

    def root(v: Variable) -> Any:
        def f(x: Any) -> Any:
            with Tape() as t:
                y = np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 0.0) * v), 0.0))
            g = t.gradient(y, v)
            v.assign(v - 0.1 * g)
            return g

        return f

    compiled, eager = ag.compile(root(w)), root(twin)
    for x in ([1.0, 4.0], [4.0, 1.0], [0.0, 1.0], [9.0, 1.0], [-1.0, -1.0]):
        found, expected = compiled(np.array(x)), eager(np.array(x))
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
        assert np.isfinite(found.numpy()).all()
        np.testing.assert_array_equal(w.numpy(), twin.numpy())
    assert len(compiled.plans) == 1


def of_layer(w: Any, b: Any) -> Any:
    def step(x: Any) -> Any:
        with Tape() as t:
            z = x @ w + (0 if b is None else b)
            y = np.sum(np.where(z > 1, np.log(np.abs(z - 1)), z))  # at 1 a slope of infinity, times 0
        return t.gradient(y, [w] if b is None else [w, b])

    return step


@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_is_looked_through_once_for_a_nan(bias: bool) -> None:
    w, b = Variable(np.eye(3)), Variable(np.zeros(3)) if bias else None
    compiled = ag.compile(of_layer(w, b))
    for last in (0.25, 0.5, 0.75, 1.0, 2.0):  # z is x, so that the fourth meets the 1
        x = np.array([[0.5, 3.0, last]])
        with np.errstate(all="ignore"):
            pairs = list(zip(compiled(x), of_layer(w, b)(x), strict=True))
        for a, e in pairs:
            assert np.isfinite(e.numpy()).all()
            np.testing.assert_array_equal(a.numpy(), e.numpy())
    (plan,) = compiled.plans
    checks = [guard for guard in plan.program.guards if guard.convert is is_number]
    assert len(checks) == 1


def test_a_product_of_nothing_tells_nothing() -> None:
    def of(w: Variable, b: Variable) -> Any:
        def step(a: Any) -> Any:
            with Tape() as t:
                h = np.ones((2, 0)) @ w + b
                y = np.sum(np.where(a > 0, a * h, 0.0))
            return t.gradient(y, [w, b])

        return step

    w, b = Variable(np.ones((0, 3))), Variable(np.ones(3))
    compiled = ag.compile(of(w, b))
    for a in (1.0, -1.0, 2.0, -np.inf):
        with np.errstate(all="ignore"):
            pairs = list(zip(compiled(np.full((2, 3), a)), of(w, b)(np.full((2, 3), a)), strict=True))
        for found, expected in pairs:
            np.testing.assert_array_equal(found.numpy(), expected.numpy())


def test_a_long_chain_of_products_is_compiled() -> None:
    w = Variable(np.eye(2))

    def step(x: Any) -> Any:
        with Tape() as t:
            h = np.sqrt(x)
            for _ in range(1200):
                h = h @ w
            y = np.sum(np.sqrt(h))
        return t.gradient(y, w)

    compiled = ag.compile(step)
    for x in (1.0, 4.0, 9.0):
        a = np.full((1, 2), x)
        np.testing.assert_array_equal(compiled(a).numpy(), step(a).numpy())


def test_nothing_is_looked_through_where_the_law_has_no_say() -> None:
    w = Variable(np.eye(3))

    def step(x: Any) -> Any:
        with Tape() as t:
            y = np.sum(x @ w)
        return t.gradient(y, w)

    compiled = ag.compile(step)
    for x in np.random.default_rng(0).normal(size=(3, 2, 3)):
        np.testing.assert_array_equal(compiled(x).numpy(), step(x).numpy())
    assert compiled.plans[0].program.guards == []


def test_tangents_by_the_law_of_zeros_are_exact() -> None:
    def f(x: Any) -> Any:
        return ag.jvp(lambda v: np.where(x > 0, np.sqrt(v * np.maximum(x, 0.0)), 0.0), (np.ones(2),), (x,))[1]

    with np.errstate(all="ignore"):
        agrees(f, *[(np.array(x),) for x in ([1.0, 4.0], [4.0, 1.0], [0.0, 1.0], [-1.0, 4.0])], plans=1)


def f_of(x: Any) -> Any:
    return np.sum(np.tanh(x) ** 3 * x)


@pytest.mark.parametrize(
    "transform",
    [
        ag.grad,
        ag.hessian,
        lambda f: ag.grad(lambda x: np.sum(ag.grad(f)(x) ** 2)),
        lambda f: lambda x: ag.jvp(f, (x,), (np.ones_like(x),)),
        lambda f: lambda x: ag.vjp(f, x)[0],
        lambda f: ag.jacobian(lambda x: np.sin(x) * f(x)),
        lambda f: ag.value_and_grad(f),
    ],
    ids=["grad", "hessian", "second order", "jvp", "vjp", "jacobian", "value_and_grad"],
)
def test_transforms_inside(transform: Any) -> None:
    agrees(lambda x: transform(f_of)(x), *[(np.array([0.3, -0.7, 1.1]) + i,) for i in range(4)], plans=1)


def test_under_a_tape_the_function_runs_as_it_is() -> None:
    w = Variable([1.0, 2.0])
    f = ag.compile(lambda x: np.sum(x * w * w))
    for _ in range(4):
        f(np.ones(2))
    with Tape() as t:
        y = f(np.ones(2))
    np.testing.assert_array_equal(t.gradient(y, w).numpy(), [2.0, 4.0])


def test_a_tape_that_is_over_keeps_its_values() -> None:
    w = Variable([1.0, 2.0])
    with Tape(persistent=True) as t:
        y = np.sum(w * w)
    compiled = ag.compile(step_of(w))
    for _ in range(4):
        compiled(X)
        np.testing.assert_array_equal(t.gradient(y, w).numpy(), [2.0, 4.0])


def test_compiled_inside_compiled() -> None:
    w = Variable([1.0, 2.0])
    inner = ag.compile(lambda x: x @ w)
    outer = ag.compile(lambda x: inner(x) * 2)
    for i in range(4):
        np.testing.assert_array_equal(outer(X + i).numpy(), (X + i) @ [1.0, 2.0] * 2)
    assert (len(inner.plans), len(outer.plans)) == (0, 1)


def test_anomaly_mode_runs_the_function_as_it_is() -> None:
    f = ag.compile(lambda x: np.log(Tensor(x)))
    with np.errstate(divide="ignore"):
        for _ in range(3):
            f(np.ones(2))
        with ag.debug.check_numerics(), pytest.raises(Exception, match="log made -inf"):
            f(np.zeros(2))
        assert np.isneginf(f(np.zeros(2)).numpy()).all()


# Threads and memory.


FORKED = """
import os, threading
import numpy as np
import autograd as ag
inside, done = threading.Event(), threading.Event()

@ag.compile
def slow(x):
    ag.fresh(wait)
    return x * 2

def wait():
    inside.set()
    done.wait()
    return 0.0

double = ag.compile(lambda x: x * 2)
for _ in range(3):
    double(np.ones(3))
thread = threading.Thread(target=slow, args=(np.ones(3),))
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    os._exit(int(double(np.ones(3))[0]))
found = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
done.set()
thread.join()
assert found == 2, found
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_process_forked_while_another_thread_runs_a_plan() -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_threads_that_call_one_function_at_once() -> None:
    w = Variable(np.zeros(64))

    @ag.compile
    def step(x: Any) -> Any:
        w.assign_add(x * 0.0 + 1.0) if False else w.assign(w + 1.0)
        return x * 2 + 1

    wrong = []

    def work(number: int) -> None:
        x = np.full(64, float(number))
        for _ in range(50):
            if not np.array_equal(step(x), x * 2 + 1):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    np.testing.assert_array_equal(w.numpy(), np.full(64, 200.0))


def test_memory_stays_flat() -> None:
    w = Variable(np.ones((100, 100)))
    step = ag.compile(lambda x: step_of(w)(x))
    x = np.ones((50, 100)) / 100
    for _ in range(5):
        step(x)
    tracemalloc.start()
    try:
        step(x)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(50):
            step(x)
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()


# Looks at a variable that make no reading of it.


@pytest.mark.parametrize(
    "look",
    [
        lambda v: v > 0,
        lambda v: v == 1.0,
        lambda v: v <= 0.0,
        lambda v: np.argmax(v),
        lambda v: np.argsort(v),
        lambda v: np.signbit(v),
        lambda v: np.searchsorted(np.array([0.0, 2.0]), v),
        lambda v: np.where(v > 1, 1.0, 0.0),
        lambda v: v.value * 2,
        lambda v: Tensor(v),
        lambda v: np.select([v < 1, v < 2], [1.0, 2.0], 3.0),
        lambda v: np.piecewise(v, [v < 1], [0.0, lambda x: x * x]),
        lambda v: v.at[0].set(5.0),
        lambda v: v.copy(),
        lambda v: v.argmax(),
        lambda v: v.astype(np.float32),
    ],
)
def test_a_variable_that_is_looked_at_without_a_reading(look: Any) -> None:
    v = Variable([1.0, -2.0, 0.5])
    f = ag.compile(lambda: look(v))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are not compiled
        for i in range(6):
            v.assign(np.array([1.0, -2.0, 0.5]) * (-1) ** i + i)
            np.testing.assert_array_equal(value(f()), value(look(v)))


def test_a_mask_of_a_variable_is_not_frozen() -> None:
    def train(x: Variable) -> Any:
        def step() -> Any:
            with Tape() as t:
                loss = np.sum(np.where(x > 0, x * x, -x))
            x.assign_sub(0.4 * t.gradient(loss, x) + 0.3)
            return loss

        return step

    v, twin = Variable([1.0, 2.0, 0.5]), Variable([1.0, 2.0, 0.5])
    compiled, eager = ag.compile(train(v)), train(twin)
    for _ in range(8):
        assert float(compiled()) == float(eager())
        np.testing.assert_array_equal(v.numpy(), twin.numpy())
    assert len(compiled.plans) == 1


def test_a_variable_of_which_only_the_shape_counts() -> None:
    v = Variable(np.ones((3, 4)))
    f = ag.compile(lambda x: x * v.size + len(v) + v.ndim)
    assert [float(f(np.float64(i))) for i in range(4)] == [5.0, 17.0, 29.0, 41.0]
    v.value = np.ones((1, 2))  # which assign would refuse
    assert float(f(np.float64(1.0))) == 5.0
    assert "value" not in vars(Variable)


def test_a_shape_that_depends_on_the_data_is_told_and_held() -> None:
    """What comes out smaller must not be spread over a buffer of the shape it had."""

    def f(x: Any) -> Any:
        y = x[x > 0] * 2
        return np.sum(np.exp(y) * y - 1), np.nonzero(x)[0] + 1

    calls = [(np.array(x),) for x in ([1.0, 2, -3], [2.0, 1, -3], [1.0, -2, -3], [3.0, 2, 1], [0.0, 1, 2])]
    with pytest.warns(UserWarning, match=r"test_compile_semantics.py:\d+: the shape of what is computed here depends"):
        compiled = agrees(f, *calls, plans=1)
    assert ".shape == (2,)" in compiled.plans[0].source


def test_shapes_that_never_come_again_end_the_tracing() -> None:
    f = ag.compile(lambda x: np.sum(x[x > 0]))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for i in range(12):
            assert f(np.arange(20.0) - i) == np.sum(np.arange(20 - i))
    assert [str(w.message) for w in told if "in 9 ways" in str(w.message)]
    assert len(told) == 2


TABLE = np.arange(12.0).reshape(4, 3) / 7


@pytest.mark.parametrize(
    "f",
    [
        lambda e, i: e[i],
        lambda e, i: e[i[:, None], np.array([0, 2])],
        lambda e, i: e[range(3), i[:3] % 3] * 2,
        lambda e, i: np.take(e, i, axis=0),
        lambda e, i: np.take(e, i % 3, axis=-1, mode="clip"),
        lambda e, i: np.take_along_axis(e, i[:, None] % 3, axis=1),
        lambda e, i: np.take_along_axis(e[None] * 1.0, i[None, :, None], axis=1),
        lambda e, i: e.at[i].set(e[:1] * 2),
        lambda e, i: e.at[i].add(e * e),
        lambda e, i: np.interp(i * 0.3, np.linspace(0, 1, 4), e[:, 1]),
        lambda e, i: np.piecewise(e * i[0], [e < 1], [0.0, lambda v: v * v]),
        lambda e, i: np.maximum.accumulate(e * np.cos(i)[:, None]),
        lambda e, i: np.percentile(e * i[:, None], [10, 90]),
        lambda e, i: np.choose(i[:3], [e[0], e[1], e[2], e[3]]),
        lambda e, i: Tensor(np.eye(4))[i] @ e,
    ],
)
def test_integers_of_the_arguments_index_what_does_not_change(f: Any) -> None:
    table = Tensor(TABLE)
    step = ag.value_and_grad(lambda e, i: np.sum(f(e, i) ** 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agrees(lambda i: step(table, i), *[((np.array([3, 0, 1, 2]) + k) % 4,) for k in range(4)], plans=1)


@pytest.mark.parametrize(
    ("f", "instead"),
    [
        (lambda x: np.eye(3)[x], r"a conversion .* write ag.Tensor\(plain\)\[x\]"),
        (lambda x: np.zeros((2, 2)).__setitem__(0, x[1:] * 2), "a conversion .* with np.stack, or use x.at"),
        (lambda x: np.zeros(2).__setitem__(0, x[1] - x[0]), r"(a conversion|float\(\)) .* with np.stack, or use x.at"),
    ],
)
def test_what_to_write_instead_is_told(f: Any, instead: str) -> None:
    with pytest.warns(UserWarning, match=rf"test_compile_semantics.py:\d+: {instead}"):
        ag.compile(f)(np.array([0, 2, 1]))


def test_the_name_of_the_function_is_that_of_what_was_differentiated() -> None:
    def energy(x: Any) -> Any:
        return x * float(x)

    with (
        pytest.warns(UserWarning, match="energy is not compiled"),
        pytest.warns(UserWarning, match="a part of the gradient may be lost"),
    ):
        ag.compile(ag.value_and_grad(energy))(2.0)


def test_no_reference_cycles() -> None:
    """What a trace held is let go of at once."""
    w = Variable(np.ones((100, 100)))
    step, other = ag.compile(step_of(w)), ag.compile(step_of(w))
    x = np.ones((500, 100)) / 100
    for _ in range(3):
        other(x)  # imports numba, and loads the loops
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(2):
            step(x)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 300_000  # a trace makes 4 MB


def test_a_step_without_numba_makes_no_arrays_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    use_numpy_alone(monkeypatch)
    w = Variable(np.ones(2**17))
    step = ag.compile(lambda x: (w.assign(np.exp(np.sin(w * x) - 1.0) * w), None)[1])
    for _ in range(3):
        step(0.5)
    tracemalloc.start()
    try:
        step(0.5)
        assert tracemalloc.get_traced_memory()[1] < 20_000
    finally:
        tracemalloc.stop()


def test_where_a_plan_is_given_up_the_optimizer_goes_on_as_it_would_have() -> None:
    """Its numbers of the step, learning rate and bias corrections, are not those of one another."""

    def training(w: Variable) -> Any:
        optimizer = optim.Adam(0.1)

        def step(x: Any) -> Any:
            with Tape() as t:
                loss = np.sum((x * w) ** 2) if np.all(x > 0) else np.sum((x - w) ** 4)
            optimizer.apply_gradients([(t.gradient(loss, w), w)])
            return loss

        return step

    w, twin = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    compiled, eager = ag.compile(training(w)), training(twin)
    with pytest.warns(UserWarning, match="depends on the data"):
        for sign in (1, 1, 1, -1, 1, -1, -1, 1):
            assert float(compiled(X[0] * sign)) == float(eager(X[0] * sign))
            np.testing.assert_array_equal(w.numpy(), twin.numpy())
    assert len(compiled.plans) == 1
