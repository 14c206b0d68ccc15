"""Anomaly mode: the first operation that makes a NaN or an infinity is named, with its line and its operands."""

import asyncio
import sys
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Tape, Tensor, Variable, debug
from autograd.debug import check_numerics
from autograd.errors import AutogradError, NumericsError
from autograd.nest import leaves
from autograd.ops import elementwise
from autograd.primitive import Primitive, registry
from tests.autograd.samples import SAMPLES


@pytest.fixture(autouse=True)
def no_check_left_open():
    before = np.geterr()
    yield
    assert debug.checks_open == []
    assert debug._checks_here.get() == ()
    assert np.geterr() == before


def here() -> int:
    """The caller's line."""
    return sys._getframe(1).f_lineno


def at(line: int) -> str:
    return f'File "{__file__}", line {line}\n'


def message(f, *args, inf=True) -> str:
    """What the check says of f(*args)."""
    with pytest.raises(NumericsError) as caught, check_numerics(inf):
        f(*args)
    return str(caught.value)


def gradient(f, *args):
    """A function that takes the gradient of sum(f) on a plain tape, whoever checks."""
    xs = [Variable(x, name=f"x{i}") for i, x in enumerate(args)]

    def run():
        with Tape() as t:
            y = f(*xs)
        return t.gradient(y, xs)

    return run


def floats(dtype, *values):
    return Tensor(np.array(values, dtype))


# Forward: who made it, what, and where in the result.

FORWARD = {
    "log of 0": (lambda: np.log(Tensor([1.0, 0.0])), "log made -inf", "1 -inf of 2 elements, first at [1]"),
    "log of a negative number": (lambda: np.log(Tensor([[1.0, 2.0], [3.0, -1.0]])), "log made NaN", "first at [1, 1]"),
    "log of both": (lambda: np.log(Tensor([-1.0, 0.0, 1.0])), "log made NaN and -inf", "all 0; 1 NaN, 1 -inf of 3"),
    "0/0": (lambda: Tensor([0.0, 1.0]) / np.array([0.0, 1.0]), "divide made NaN", "1 NaN of 2 elements, first at [0]"),
    "0/0 of Python floats": (lambda: Tensor(0.0) / 0.0, "divide made NaN", "float, nan"),
    "1/0 of Python floats": (lambda: 1.0 / Tensor(0.0), "divide made inf", "float, inf"),
    "exp in float16": (lambda: np.exp(floats(np.float16, 0, 12)), "exp made inf", "1 inf of 2 elements, first at [1]"),
    "exp in float32": (lambda: np.exp(floats(np.float32, 89, 88)), "exp made inf", "float32 (2,)"),
    "exp in float64": (lambda: np.exp(floats(np.float64, 709, 710)), "exp made inf", "float64 (2,)"),
    "exp of a Python float": (lambda: np.exp(Tensor(710.0)), "exp made inf", "result:    float, inf"),
    "0 to a negative power": (lambda: Tensor(0.0) ** -1, "power made inf", "operand 1: constant, int, -1"),
    "0 to a negative power, array": (lambda: Tensor([0.0]) ** -1.0, "power made inf", "nothing finite; 1 inf of 1"),
    "root of a negative number": (lambda: Tensor(-8.0) ** 0.5, "power made NaN", "float, nan"),
    "a power that overflows": (lambda: Tensor(10.0) ** 400, "power made inf", "float, inf"),
    "sqrt of a negative number": (lambda: np.sqrt(Tensor([4.0, -1.0])), "sqrt made NaN", "all 2; 1 NaN of 2"),
    "matmul": (lambda: floats(np.float32, 1e30) @ floats(np.float32, 1e30), "matmul made inf", "float32, inf"),
    "sum": (lambda: np.sum(floats(np.float16, 6e4, 6e4)), "sum made inf", "float16 ends at 6.55e+04"),
    "cast": (lambda: Tensor([1e5]).astype(np.float16), "cast made inf", "float16 (1,)"),
    "complex log": (lambda: np.log(Tensor(np.array([1j, 0j]))), "log made -inf", "absolute values all 1.571; 1 -inf"),
}  # fmt: skip


@pytest.mark.parametrize("case", FORWARD)
def test_forward(case) -> None:
    f, made, seen = FORWARD[case]
    text = message(f)
    assert text.startswith(f"{made} from finite operands, in the forward pass\n")
    assert seen in text


def test_the_first_of_several_operations_with_its_line_operands_and_advice() -> None:
    p, labels = Variable([0.5, 0.0, 0.25], name="p"), np.array([1.0, 0.0, 0.0])
    with pytest.raises(NumericsError) as caught, Tape(check="nan"):
        scaled = p * 2
        line = here() + 1
        logs = np.log(scaled)
        -np.sum(labels * logs)
    title, *rest = str(caught.value).splitlines()
    assert title == "log made -inf from finite operands, in the forward pass"
    assert rest[0] + "\n" == "  where:     " + at(line)
    assert rest[1] == "  operand 0: tensor, float64 (3,), 0 to 1"
    assert rest[2] == "  result:    float64 (3,), -0.6931 to 0; 1 -inf of 3 elements, first at [1]"
    assert "np.log(np.maximum(x, 1e-7))" in rest[3]
    assert len(rest) == 4


def test_operands_have_their_names_and_kinds() -> None:
    w, x = Variable([1e200, -2.0], name="w"), Tensor([1e200, 3.0], name="x")
    text = message(lambda: w * x)
    assert "operand 0: variable 'w', float64 (2,), -2 to 1e+200\n" in text
    assert "operand 1: tensor 'x', float64 (2,), 3 to 1e+200\n" in text
    assert "constant, float32 (1,), all 0\n" in message(lambda: x / np.zeros(1, np.float32))


def test_many_operands_are_not_all_listed() -> None:
    text = message(lambda: np.concatenate([Tensor([float(i)]) for i in range(7)] + [Tensor([np.nan], name="bad")] * 3))
    assert "was given NaN from the start, in operand 7 (tensor 'bad')" in text
    assert "operand 3:" in text
    assert "operand 4:" not in text
    assert "operand 7:" in text
    assert "and 5 more" in text


@given(st.sampled_from(["exp", "log", "sqrt", "square", "tanh", "log1p", "expm1"]), st.lists(st.floats(width=32)))
def test_it_raises_exactly_if_the_result_is_not_finite(name, values) -> None:
    op, x = registry[name], np.array(values, np.float32)
    with np.errstate(all="ignore"):
        expected = op(x)
    if np.all(np.isfinite(expected)):
        with check_numerics():
            np.testing.assert_array_equal(op(Tensor(x)).value, expected)
    else:
        message(op, Tensor(x))


def test_what_is_fine_passes_with_the_same_numbers() -> None:
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(abs(x)), x @ x) * ag.softmax(x)) + np.max(x)

    x = np.array([0.3, -1.2, 2.0])
    plain = ag.value_and_grad(f)(x), ag.hessian(f)(x), ag.hvp(f, x, x)
    with check_numerics():
        checked = ag.value_and_grad(f)(x), ag.hessian(f)(x), ag.hvp(f, x, x)
    for a, b in zip([*plain[0], *plain[1:]], [*checked[0], *checked[1:]], strict=True):
        assert np.array_equal(a.numpy(), b.numpy())
        assert type(a) is type(b)


FINITE = [sample for sample in SAMPLES if not sample.op.startswith("nan") or sample.op == "nan_to_num"]


@pytest.mark.parametrize("sample", FINITE, ids=str)
def test_no_operation_raises_a_false_alarm(sample) -> None:
    """Values and derivatives of the sample table are finite, also of second order and in forward mode."""

    def loss(*xs):
        return np.sum(sample.call(*xs) ** 2)

    def derivatives(*xs):
        positions = range(len(xs))
        tangents = [np.ones_like(x) for x in xs]
        return ag.jvp(ag.grad(loss, positions), xs, tangents), ag.grad(loss, positions)(*xs)

    plain = derivatives(*sample.variables)
    with check_numerics():
        checked = derivatives(*sample.variables)
    for a, b in zip(leaves(plain), leaves(checked), strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_empty_arrays() -> None:
    with check_numerics():
        assert gradient(lambda x: np.log(x) / x, np.zeros((0, 3)))()[0].shape == (0, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # np.mean's own, which is no floating-point warning
        text = message(lambda: np.mean(Tensor(np.zeros(0))))
    assert "operand 0: tensor, float64 (0,), empty\n" in text
    assert "test x.size" in text


def test_integers_and_truth_values_pass() -> None:
    with check_numerics():
        assert (Tensor([1, 2]) * 3).tolist() == [3, 6]
        assert (Tensor([1.0, 2.0]) > 1).tolist() == [False, True]


# Not made here: there from the start.


def test_a_variable_that_is_not_finite_from_the_start() -> None:
    w = Variable([[1.0, np.nan]], name="w")
    text = message(lambda: w * 3.0)
    assert text.startswith("multiply was given NaN from the start, in operand 0 (variable 'w'), and gave NaN,")
    assert "operand 0: variable 'w', float64 (1, 2), all 1; 1 NaN of 2 elements, first at [0, 1]\n" in text
    assert "it was there before this operation" in text


def test_a_constant_that_is_not_finite_from_the_start() -> None:
    text = message(lambda: Tensor([1.0, 2.0]) + [0.0, -np.inf])
    assert text.startswith("add was given -inf from the start, in operand 1 (constant), and gave -inf,")
    assert "check_numerics(inf=False)" in text
    assert "in operand 1 (constant)" in message(lambda: Tensor(1.0) - float("nan"))


def test_a_tensor_computed_before_the_check() -> None:
    with np.errstate(all="ignore"):
        before = np.log(Tensor([0.0]))
    assert "subtract was given -inf from the start, in operand 0 (tensor), and gave NaN," in message(
        lambda: before - before
    )


def test_an_infinity_that_leaves_no_trace_passes() -> None:
    with check_numerics():
        assert np.maximum(Tensor([1.0]), -np.inf).tolist() == [1.0]
        assert np.exp(Tensor([-np.inf])).tolist() == [0.0]
        assert ag.softmax(Tensor([1.0, -np.inf])).tolist() == [1.0, 0.0]


# Backward.


def test_sqrt_at_zero_backward_with_the_line_of_the_operation() -> None:
    x = Variable([4.0, 0.0, 1.0], name="x")
    with Tape(check="nan") as t:
        line = here() + 1
        roots = np.sqrt(x)
        y = np.sum(roots * 3)
    with pytest.raises(NumericsError) as caught:
        t.gradient(y, x)
    text = str(caught.value)
    assert text.startswith("sqrt made inf as the cotangent of operand 0 (tensor 'x'), in the backward pass, from fin")
    assert at(line) in text
    assert "operand 0:              tensor 'x', float64 (3,), 0 to 4\n" in text
    assert "output:                 float64 (3,), 0 to 2\n" in text
    assert "cotangent of output:    float64 (3,), all 3\n" in text
    assert "cotangent of operand 0: float64 (3,), 0.75 to 1.5; 1 inf of 3 elements, first at [1]\n" in text
    assert "np.sqrt(x + 1e-12)" in text


def test_the_first_operation_of_the_backward_sweep() -> None:
    """Backward runs last to first, so of two singular operations the later one is found."""
    text = message(gradient(lambda x: np.sqrt(abs(x)) ** 0.5, 0.0))
    assert text.startswith("power made inf as the cotangent of operand 0")


BACKWARD = {
    "sqrt of a Python float": (np.sqrt, (0.0,), "sqrt made inf as the cotangent of operand 0"),
    "power, by the base": (lambda x: x**0.5, (0.0,), "power made inf as the cotangent of operand 0"),
    "power, by the exponent": (lambda a, b: a**b, (-2.0, 2.0), "power made NaN as the cotangent of operand 1"),
    "division, by the divisor": (lambda b: 1e-309 / b, (1e-309,), "divide made -inf as the cotangent of operand 1"),
    "division, by the dividend": (lambda a: a / 1e-309, (0.0,), "divide made inf as the cotangent of operand 0"),
    "float16": (lambda x: x * np.float16(300) * np.float16(300), (np.zeros(2, np.float16),), "multiply made inf as"),
}  # fmt: skip


@pytest.mark.parametrize("case", BACKWARD)
def test_backward(case) -> None:
    f, args, made = BACKWARD[case]
    text = message(gradient(f, *args))
    assert text.startswith(made)
    assert "in the backward pass, from finite values\n" in text


def test_log_at_zero_reached_by_a_cotangent_that_is_not_zero() -> None:
    """The forward pass was not checked, or let infinities pass: the backward one says where it began."""
    run = gradient(np.log, [1.0, 0.0])
    with check_numerics(inf=False):
        assert run()[0].tolist() == [1.0, np.inf]
    x = Variable([1.0, 0.0])
    with np.errstate(all="ignore"), Tape() as t:
        line = here() + 1
        y = np.log(x)
    text = message(lambda: t.gradient(y, x))
    assert text.startswith("log made inf as the cotangent of operand 0 (tensor), in the backward pass; its output was")
    assert "not finite in the forward pass already\n" in text
    assert at(line) in text


def test_a_masked_branch_is_no_error_backward_and_is_one_forward() -> None:
    """The law of zeros makes the gradient right; the forward NaN is a value like any other."""

    def f(x):
        return np.where(x > 0, np.log(x), 0.0)

    x = Variable([2.0, 0.0, -1.0])
    with np.errstate(all="ignore"), Tape() as t:
        y = f(x)
    with check_numerics():
        assert t.gradient(y, x).tolist() == [0.5, 0.0, 0.0]
    assert "np.log(np.where(x > 0, x, 1))" in message(f, x)
    with check_numerics():
        assert f(Variable([2.0, 3.0])).tolist() == np.log([2.0, 3.0]).tolist()


def test_what_a_rule_makes_on_the_way_is_no_error_even_if_it_is_recorded() -> None:
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))

    with check_numerics():
        assert ag.hessian(f)(np.array([0.0, 1.0])).tolist() == [[0.0, 0.0], [0.0, -0.25]]


def test_in_forward_mode_a_tangent_of_a_branch_not_taken_counts_as_a_value_does() -> None:
    def f(x):
        return np.where(x > 0, np.sqrt(x), 0.0)

    assert ag.jvp(f, [np.array([0.0, 1.0])], [np.ones(2)])[1].tolist() == [0.0, 0.5]
    text = message(lambda: ag.jvp(f, [np.array([0.0, 1.0])], [np.ones(2)]))
    assert text.startswith("sqrt made inf as the tangent of its output")


def test_higher_order_names_the_operation_of_the_gradient() -> None:
    x = Variable(0.0, name="x")
    with Tape(check="nan") as outer:
        with Tape() as inner:
            y = x**1.5
        line = here() + 1
        g = inner.gradient(y, x)
    assert float(g) == 0
    with pytest.raises(NumericsError, match=r"^power made inf as the cotangent of operand 0 ") as caught:
        outer.gradient(g, x)
    assert at(line) in str(caught.value)


def test_a_gradient_inside_an_outer_tape_is_checked_by_it() -> None:
    x = Variable([0.0])
    with pytest.raises(NumericsError, match=r"^sqrt made inf as the cotangent"), Tape(check="nan"):
        with Tape() as inner:
            y = np.sqrt(x)
        inner.gradient(y, x)


def test_a_jacobian_is_a_stack_of_cotangents() -> None:
    x = Variable([1.0, 0.0, 4.0])
    with Tape(check="nan") as t:
        y = np.sqrt(x)
    with pytest.raises(NumericsError) as caught:
        t.jacobian(y, x)
    assert "cotangent of output:    float64 (3, 3) (a stack), 0 to 1\n" in str(caught.value)
    assert "(3, 3) (a stack), 0 to 0.5; 1 inf of 9 elements, first at [1, 1]\n" in str(caught.value)


def test_forward_mode() -> None:
    line = here() + 1
    text = message(lambda: ag.jvp(np.sqrt, [np.array([0.0, 1.0])], [np.ones(2)]))
    assert text.startswith("sqrt made inf as the tangent of its output, in forward mode, from finite values\n")
    assert at(line) in text
    assert "tangent of output:    float64 (2,), all 0.5; 1 inf of 2 elements, first at [0]\n" in text
    with check_numerics():  # a tangent that is zero stays zero
        assert ag.jvp(np.sqrt, [np.array([0.0, 1.0])], [np.array([0.0, 1.0])])[1].tolist() == [0.0, 0.5]


def test_forward_mode_derived_from_a_reverse_rule_looks_at_the_tangent_alone() -> None:
    def slope(g, y, x):
        return g / x

    half = Primitive("half", lambda x: x * 0, [slope])
    with check_numerics():
        moved = ag.jvp(lambda x: half(x), [np.array([2.0, 4.0])], [np.ones(2)])[1]
    assert moved.tolist() == [0.5, 0.25]
    text = message(lambda: ag.jvp(lambda x: half(x), [np.array([0.0, 4.0])], [np.ones(2)]))
    assert text.startswith("half made inf as the tangent of its output, in forward mode, from finite values")


def test_a_start_that_is_not_finite() -> None:
    x = Variable(3.0)
    with Tape(check="nan") as t:
        y = x * x
    line = here() + 2
    with pytest.raises(NumericsError, match=r"^the sweep was given inf to start from") as caught:
        t.gradient(y, x, output_gradients=np.inf)
    assert at(line) in str(caught.value)


def test_sums_of_finite_cotangents_that_overflow() -> None:
    x, c = Variable(np.ones(2, np.float16), name="x"), np.float16(4e4)
    with Tape(persistent=True, check="nan") as t:
        both = [x * c, x * c]
        z = x + np.float16(0)
        further = [z * c, z * c]
    line = here() + 2
    with pytest.raises(NumericsError, match=r"^the cotangents of a source \(tensor 'x'\) add up to inf") as caught:
        t.gradient(both, x)
    assert at(line) in str(caught.value)
    with pytest.raises(NumericsError, match=r"^the cotangents of the output of add add up to inf"):
        t.gradient(further, x)


# Rules of one's own.


def test_a_custom_gradient_that_returns_nan() -> None:
    @ag.custom_gradient
    def product(x, y):
        return x * y, lambda upstream: (upstream * y, upstream * np.nan)

    line = here() + 1
    text = message(lambda: ag.grad(product, 1)(2.0, 3.0))
    assert text.startswith("product made NaN as the cotangent of operand 1 (argument), in the backward pass, from fin")
    assert at(line) in text
    assert "operand 0:              argument, float, 2.0\n" in text
    assert "gradient rule returned" in text


def test_inside_a_checkpoint_the_operation_itself_is_found() -> None:
    def f(x):
        return np.sqrt(x) * 2  # here

    text = message(lambda: ag.grad(ag.checkpoint(f))(0.0))
    assert text.startswith("sqrt made inf as the cotangent of operand 0")
    assert at(f.__code__.co_firstlineno + 1) in text


def test_operations_with_several_outputs() -> None:
    def parts(x):
        return (x * 1.0, 1.0 / x), lambda a, b: a - b / (x * x)

    split = ag.custom_gradient(parts)
    assert message(lambda: split(Tensor(0.0))).startswith("divide made inf")
    with check_numerics():
        assert float(ag.grad(lambda x: sum(split(x)))(2.0)) == 0.75


# Infinities let pass.


def test_without_infinities_only_nan_counts() -> None:
    with check_numerics(inf=False):
        low = np.log(Tensor([0.0, 1.0]))
        assert low.tolist() == [-np.inf, 0.0]
    assert message(lambda: low - low, inf=False).startswith("subtract made NaN from operands without NaN, in the for")


def test_scopes_nest_and_the_innermost_counts() -> None:
    x = Tensor(0.0)
    with check_numerics():
        with check_numerics(inf=False):
            np.log(x)
        with pytest.raises(NumericsError), Tape():
            np.log(x)
        with check_numerics(inf=False):
            with pytest.raises(NumericsError), Tape(check="nan"):
                np.log(x)
            np.log(x)


# The scope, and who is in it.


@pytest.mark.parametrize("check", ["inf", "NaN", True, 1])
def test_other_values_of_check(check) -> None:
    with pytest.raises(ValueError, match=r'check is .*; expected None or "nan"'):
        Tape(check=check)


def test_the_error_is_what_people_would_catch() -> None:
    assert issubclass(NumericsError, AutogradError)
    with pytest.raises(FloatingPointError), check_numerics():
        np.log(Tensor(0.0))


def test_a_tape_checks_its_scope_and_its_gradients_and_nothing_else() -> None:
    x = Variable([0.0])
    with Tape(check="nan") as t:
        y = np.sqrt(x)
        with t.stop_recording(), pytest.raises(NumericsError):
            np.log(x)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(x)
    assert gradient(np.sqrt, [0.0])()[0].tolist() == [np.inf]
    with pytest.raises(NumericsError):
        t.gradient(y, x)


def test_a_decorator() -> None:
    @check_numerics()
    def loss(x):
        """Of x."""
        return np.log(x)

    assert loss.__doc__ == "Of x."
    with pytest.raises(NumericsError):
        loss(Tensor(0.0))


def test_the_error_comes_instead_of_numpys_warning_or_error() -> None:
    """Warnings are errors in these tests, so one that slipped through would be seen."""
    for state in ("warn", "raise", "ignore"):
        with np.errstate(all=state):
            message(np.log, Tensor([0.0]))
            message(gradient(np.sqrt, [0.0]))


def test_numpy_on_plain_arrays_warns_as_ever() -> None:
    with check_numerics():
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            assert np.log(np.zeros(1)).tolist() == [-np.inf]
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            assert elementwise.log(np.zeros(1)).tolist() == [-np.inf]


def test_tapes_closed_in_another_order() -> None:
    a, b = Tape(check="nan"), Tape(check="nan")
    a.__enter__()
    b.__enter__()
    a.__exit__(None, None, None)
    with pytest.raises(NumericsError):
        np.log(Tensor(0.0))
    b.__exit__(None, None, None)


def test_after_an_error_of_another_kind_the_state_is_back() -> None:
    """The fixture looks."""
    with pytest.raises(ValueError, match="matmul"), check_numerics():
        Tensor([1.0]) @ Tensor([1.0, 2.0])
    with pytest.raises(RuntimeError), Tape(check="nan"):
        raise RuntimeError
    with Tape(check="nan") as t:
        y = ag.custom_gradient(lambda x: (x * 1.0, lambda g: 1 // 0))(Variable(1.0))
    with pytest.raises(ZeroDivisionError):
        t.gradient(y, t.watched_variables())


def test_threads_are_independent() -> None:
    inside, found = threading.Barrier(2, timeout=10), {}

    def run(name, scope):
        with np.errstate(all="ignore"), scope:
            inside.wait()
            try:
                for _ in range(200):
                    np.log(Tensor(0.0))
                found[name] = "passed"
            except NumericsError:
                found[name] = "raised"
            inside.wait()

    scopes = {"checked": check_numerics(), "plain": Tape()}
    threads = [threading.Thread(target=run, args=item) for item in scopes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"checked": "raised", "plain": "passed"}


def test_tasks_are_independent() -> None:
    async def checked() -> str:
        with check_numerics():
            await asyncio.sleep(0.01)
            try:
                np.log(Tensor(0.0))
            except NumericsError:
                return "raised"
        return "passed"

    async def plain() -> str:
        await asyncio.sleep(0.005)
        with np.errstate(all="ignore"):
            np.log(Tensor(0.0))
        return "passed"

    async def inherited() -> str:
        """A task that was started inside a scope has the check as long as the scope lasts."""
        with check_numerics():
            task = asyncio.create_task(plain())
        with check_numerics():  # some check is open, but not the one that the task inherited
            return await task

    async def all_of_them() -> list[str]:
        return await asyncio.gather(checked(), plain(), checked(), plain(), inherited())

    assert asyncio.run(all_of_them()) == ["raised", "passed", "raised", "passed", "passed"]


# When off it costs nothing.


def calls(f) -> list[str]:
    """The functions, of Python and of C, that run during f()."""
    found = []

    def note(frame, event, arg):
        if event == "call":
            found.append(frame.f_code.co_filename)
        elif event == "c_call":
            found.append(getattr(arg, "__qualname__", str(arg)))

    sys.setprofile(note)
    try:
        f()
    finally:
        sys.setprofile(None)
    return found


def test_when_off_nothing_of_this_runs() -> None:
    def step():
        with Tape() as t:
            y = np.tanh(x @ x) * x
        t.gradient(y, x)

    x = Variable([1.0, 2.0])
    step()
    off = calls(step)
    with check_numerics():
        on = calls(step)
    assert debug.__file__ in on
    assert debug.__file__ not in off
    assert calls(step) == off
    assert calls(lambda: x * x).count("ContextVar.get") == 1


def test_advice_is_for_operations_that_exist() -> None:
    for name in {**debug._FORWARD, **debug._BACKWARD}:
        assert name in registry or callable(getattr(np, name)), name


# Backward: 0 · inf, which the law of zeros takes as 0.

HIDDEN = {
    "exp of a sum of logarithms": (lambda x: np.exp(np.sum(np.log(x))), [0.0, 2.0, 3.0], "log", "exp"),
    "square of a root": (lambda x: np.sum(np.sqrt(x) ** 2), [0.0, 1.0], "sqrt", "power"),
    "square of a root, of a float": (lambda x: np.sqrt(x) ** 2, 0.0, "sqrt", "power"),
    "square of a root, stretched": (lambda x: np.sum((np.sqrt(x) * np.ones((2, 1))) ** 2), [0.0, 1.0], "sqrt", "power"),
    "a factor that is 0": (lambda x: np.sum(np.sin(x) * np.sqrt(x)), [0.0, 1.0], "sqrt", "multiply"),
    "saturation": (lambda x: np.sum(np.tanh(1 / x)), [0.0, 1.0], "divide", "tanh"),
    "a norm of roots": (lambda x: np.linalg.norm(np.sqrt(x)), [0.0, 0.0], "sqrt", "norm"),
    "the square of that": (lambda x: np.linalg.norm(np.sqrt(x)) ** 2, [0.0, 0.0], "sqrt", "power"),
    "a hypotenuse of roots, squared": (
        lambda x: np.hypot(np.sqrt(x[0]), np.sqrt(x[1])) ** 2,
        [0.0, 0.0],
        "sqrt",
        "power",
    ),
    "a variance of roots": (lambda x: np.var(np.sqrt(x)), [0.0, 0.0], "sqrt", "var"),
    "a product of roots": (lambda x: np.prod(np.sqrt(x)), [0.0, 0.0], "sqrt", "prod"),
    "running products of roots": (lambda x: np.cumprod(np.sqrt(x))[1], [0.0, 0.0], "sqrt", "cumprod"),
    "a scalar product": (lambda x: np.sqrt(x) @ np.sqrt(x), [0.0, 1.0], "sqrt", "matmul"),
    "an inner product": (lambda x: np.inner(np.sqrt(x), np.sqrt(x)), [0.0, 1.0], "sqrt", "contract"),
    "an einsum": (lambda x: np.einsum("i,i->", np.sqrt(x), np.sqrt(x)), [0.0, 1.0], "sqrt", "contract"),
    "a convolution": (lambda x: np.sum(np.convolve(np.sqrt(x), np.sqrt(x))), [0.0, 0.0], "sqrt", "convolve"),
    "a determinant": (lambda x: np.linalg.det(np.sqrt(x)), [[0.0, 0.0], [0.0, 0.0]], "sqrt", "det"),
    "a sum by logarithms": (lambda x: np.exp(ag.logsumexp(np.log(x))), [0.0, 0.0], "log", "exp"),
    "quotients by logarithms": (lambda x: ag.softmax(np.log(x))[1], [0.0, 2.0], "log", "softmax"),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_a_zero_made_by_arithmetic_that_meets_an_infinite_slope(case) -> None:
    f, at_, sloping, making = HIDDEN[case]
    text = message(gradient(f, at_), inf=False)
    assert text.startswith(
        f"{sloping} has an infinite or undefined slope where its cotangent is 0, and 0 times that was"
    )
    assert f"its 0 is made by:    {making}, File" in text
    assert "may be another number in the limit" in text


def test_a_tape_finds_it_too_with_both_lines() -> None:
    x = Variable([4.0, 0.0], name="x")
    with Tape(check="nan") as t:
        root = here() + 1
        y = np.sqrt(x)
        square = here() + 1
        z = y**2
    with pytest.raises(NumericsError, match="0 times that was taken as 0 for operand 0") as caught:
        t.gradient(z, x)
    assert at(root) in str(caught.value)
    assert f'power, File "{__file__}", line {square}\n' in str(caught.value)


EXPLAINED = {
    "where": lambda x: np.where(x > 0, np.sqrt(x), x),
    "where, squared": lambda x: np.where(x > 0, np.sqrt(x), 0) ** 2,
    "where after a product": lambda x: np.where(x > 0, np.sqrt(x) * np.exp(x), 0),
    "select": lambda x: np.select([x > 0], [np.sqrt(x)], 0) * 2 * x,
    "clip": lambda x: np.clip(np.sqrt(x), 1, 2),
    "maximum": lambda x: np.maximum(np.sqrt(x), 0.5),
    "max": lambda x: np.max(np.sqrt(x)),
    "relu": lambda x: ag.relu(np.sqrt(x) - 1),
    "an index": lambda x: np.sqrt(x)[1] * x[0],
    "sort": lambda x: np.sort(np.sqrt(x))[1],
    "concatenate": lambda x: np.concatenate([np.sqrt(x), x])[1:],
    "a mask as a factor": lambda x: np.sqrt(x) * np.array([0.0, 1.0]),
    "a condition as a factor": lambda x: np.sqrt(x) * (x > 0),
    "a sum with a mask": lambda x: np.sum(np.sqrt(x), where=[False, True]),
    "floor": lambda x: np.floor(np.sqrt(x)),
    "an index after a norm": lambda x: np.linalg.norm(np.sqrt(x[:, None]), axis=1)[1],
    "an index after a deviation": lambda x: np.std(np.sqrt(x[:, None] * np.arange(1.0, 3)), axis=1)[1],
    "an index after a product": lambda x: (np.sqrt(x)[:, None] @ np.sqrt(x)[None])[1, 1],
    "an index after logsumexp": lambda x: ag.logsumexp(np.sqrt(x)[:, None] * np.ones(2), axis=1)[1],
    "a constant factor of einsum": lambda x: np.einsum("i,i->", np.sqrt(x), np.array([0.0, 1.0])),
    "a constant factor of convolve": lambda x: np.convolve(np.sqrt(x), [1.0, 0.0], "valid"),
}


@pytest.mark.parametrize("case", EXPLAINED)
def test_a_zero_that_a_choice_explains_passes(case) -> None:
    f = lambda x: np.sum(EXPLAINED[case](x))
    run = gradient(f, [0.0, 4.0])
    with check_numerics():
        checked = run()
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(checked[0].value, run()[0].value)


HIDDEN_FORWARD = {
    "root of a square": (lambda x: np.sqrt(x**2), [0.0, 1.0], "sqrt", "power"),
    "root of a square, of a float": (lambda x: np.sqrt(x**2), 0.0, "sqrt", "power"),
    "cube root of a cube": (lambda x: np.cbrt(np.sum(x) * np.sin(x)), [0.0, 0.0], "cbrt", "multiply"),
    "root of a norm": (lambda x: np.sqrt(np.hypot(x, x)), [0.0, 1.0], "sqrt", "hypot"),
}


@pytest.mark.parametrize("case", HIDDEN_FORWARD)
def test_a_tangent_of_0_that_meets_an_infinite_slope(case) -> None:
    f, x, sloping, making = HIDDEN_FORWARD[case]
    text = message(lambda: ag.jvp(f, [np.array(x)], [np.ones_like(x)]), inf=False)
    assert text.startswith(f"{sloping} has an infinite or undefined slope where its tangent is 0, and 0 times that was")
    assert f"its 0 is made by:   {making}, File" in text


EXPLAINED_FORWARD = {
    "where before": lambda x: np.sqrt(np.where(x > 0, x, 0.0)),
    "maximum before": lambda x: np.sqrt(np.maximum(x - 1, 0)),
    "relu before": lambda x: np.sqrt(ag.relu(x - 1)),
    "clip before": lambda x: np.sqrt(np.clip(x - 1, 0, 9)),
    "a mask before": lambda x: np.sqrt(x * np.array([0.0, 1.0])),
    "an index": lambda x: np.sqrt(x[1]) * x[0],
}


@pytest.mark.parametrize("case", EXPLAINED_FORWARD)
def test_a_tangent_of_0_that_a_choice_explains_passes(case) -> None:
    f, x, t = EXPLAINED_FORWARD[case], np.array([0.0, 4.0]), np.ones(2)
    with check_numerics():
        checked = ag.jvp(f, [x], [t])[1]
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(checked.value, ag.jvp(f, [x], [t])[1].value)
