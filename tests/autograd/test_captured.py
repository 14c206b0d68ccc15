"""How a value enters a checkpointed function or one with a custom rule: as an argument or from outside, in each mode.

The function is v sin(a v) everywhere, whose derivatives are known.
"""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError

A = np.array([0.5, -1.0, 2.0])
V = np.array([0.3, 1.2, -0.7])
T = np.array([1.0, -2.0, 0.5])
FIRST = np.sin(A * V) + A * V * np.cos(A * V)
SECOND = 2 * A * np.cos(A * V) - A**2 * V * np.sin(A * V)


def formula(a, v):
    return v * np.sin(a * v)


# The decorators, each as a function of a function of (a, v) whose result is that of `formula`.


def with_rule(f):
    def forward(a, v, *rest, **options):
        s, c = np.sin(a * v), np.cos(a * v)
        return f(a, v), lambda up: (up * v * v * c, up * (s + a * v * c))

    return ag.custom_gradient(forward)


def with_forward_rule(f):
    def rule(primals, tangents):
        a, v = primals
        da, dv = tangents
        return v * v * np.cos(a * v) * da + (np.sin(a * v) + a * v * np.cos(a * v)) * dv

    return ag.custom_jvp(lambda a, v: f(a, v), rule)


DECORATORS = {"checkpoint": ag.checkpoint, "custom_gradient": with_rule, "custom_jvp": with_forward_rule}


# How the value enters. Each is a function of v alone.


def as_nested_argument(decorated):
    if decorated is ag.checkpoint:
        return lambda v: ag.checkpoint(lambda p: {"y": [formula(p["a"], p["v"][0])]})({"a": A, "v": [v]})["y"][0]
    if decorated is with_rule:

        @ag.custom_gradient
        def f(p):
            (v,) = p["v"]
            s, c = np.sin(p["a"] * v), np.cos(p["a"] * v)
            return {"y": [v * s]}, lambda up: {"v": [up * (s + p["a"] * v * c)], "a": up * v * v * c}

    else:

        def rule(primals, tangents):
            a, (v,), (dv,) = primals[0]["a"], primals[0]["v"], tangents[0]["v"]
            return {"y": [(np.sin(a * v) + a * v * np.cos(a * v)) * dv]}

        f = ag.custom_jvp(lambda p: {"y": [formula(p["a"], p["v"][0])]}, rule)
    return lambda v: f({"a": A, "v": [v]})["y"][0]


ARGUMENTS = {
    "argument": lambda decorated: lambda v: decorated(formula)(A, v),
    "keyword": lambda decorated: lambda v: decorated(formula)(A, v=v),
    "keywords": lambda decorated: lambda v: decorated(formula)(v=v, a=A),
    "nested": as_nested_argument,
}


def nested_functions(decorated):
    def f(v):
        def inner(a):
            return (lambda: v)() * np.sin(a * v)

        return decorated(lambda a, w: inner(a))(A, 0.0)

    return f


def intermediate(decorated):
    def f(v):
        doubled = 2 * v
        return decorated(lambda a, w: formula(a, doubled / 2))(A, 0.0)

    return f


def argument_and_closure(decorated):
    return lambda v: decorated(lambda a, w: v * np.sin(a * w))(A, v)


def attribute(decorated):
    def f(v):
        layer = SimpleNamespace(weights={"v": [v]})
        return decorated(lambda a, w: formula(a, layer.weights["v"][0]))(A, 0.0)

    return f


def default(decorated):
    return lambda v: decorated(lambda a, w, *, v=v: formula(a, v))(A, 0.0)


def returned_as_it_is(decorated):
    return lambda v: decorated(lambda a, w: v)(A, 0.0) * np.sin(A * v)


def inside_another(decorated):
    return lambda v: decorated(lambda a, w: decorated(lambda a, w: formula(a, v))(a, w))(A, 0.0)


def loop_variable(decorated):
    def f(v):
        total, parts = 0.0, []
        for part in (v, 2 * v, -v):
            parts.append(decorated(lambda a, w: part * np.sin(a * v))(A, 0.0))
            total = total + parts[-1]
        return total / 2

    return f


def in_a_gradient_inside(decorated):
    """The gradient of cos(b v) by b is -v sin(b v)."""
    return lambda v: decorated(lambda a, w: -ag.grad(lambda b: np.sum(np.cos(b * v)))(a))(A, 0.0)


CAPTURED = {
    "closure": lambda decorated: lambda v: decorated(lambda a, w: formula(a, v))(A, 0.0),
    "nested functions": nested_functions,
    "intermediate": intermediate,
    "argument and closure": argument_and_closure,
    "attribute": attribute,
    "default": default,
    "returned as it is": returned_as_it_is,
    "inside another": inside_another,
    "loop variable": loop_variable,
    "in a gradient inside": in_a_gradient_inside,
}

RIGHT = [(d, way) for d in DECORATORS for way in ARGUMENTS] + [("checkpoint", way) for way in CAPTURED]


# The modes. Each gives a derivative, and what it is in closed form.


def total(f):
    return lambda v: np.sum(f(v))


def by_tapes(make_source, persistent):
    """First and second derivatives by nested tapes."""

    def derivatives(f):
        x = make_source()
        with Tape(persistent) as outer:
            outer.watch(x)
            with Tape(persistent) as inner:
                inner.watch(x)
                y = np.sum(f(x))
            g = inner.gradient(y, x)
            z = np.sum(g * T)
        return np.stack([g, outer.gradient(z, x)])

    return derivatives


def by_jacobian_of_tape(f):
    x = Variable(V)
    with Tape() as t:
        y = f(x)
    return t.jacobian(y, x)


MODES = {
    "grad": (lambda f: ag.grad(total(f))(V), FIRST),
    "vjp": (lambda f: ag.vjp(f, V)[1](T)[0], T * FIRST),
    "jvp": (lambda f: ag.jvp(f, [V], [T])[1], T * FIRST),
    "linearize": (lambda f: (lambda push: push(T) + push(2 * T))(ag.linearize(f, V)[1]), 3 * T * FIRST),
    "jacobian, reverse": (lambda f: ag.jacobian(f, mode="reverse")(V), np.diag(FIRST)),
    "jacobian, forward": (lambda f: ag.jacobian(f, mode="forward")(V), np.diag(FIRST)),
    "jacobian of a tape": (by_jacobian_of_tape, np.diag(FIRST)),
    "grad of grad": (lambda f: ag.grad(lambda v: np.sum(ag.grad(total(f))(v) * T))(V), T * SECOND),
    "jvp of grad": (lambda f: ag.jvp(ag.grad(total(f)), [V], [T])[1], T * SECOND),
    "grad of jvp": (lambda f: ag.grad(lambda v: np.sum(ag.jvp(f, [v], [T])[1]))(V), T * SECOND),
    "jvp of jvp": (lambda f: ag.jvp(lambda v: ag.jvp(f, [v], [T])[1], [V], [T])[1], T * T * SECOND),
    "hvp": (lambda f: ag.hvp(total(f), V, T), T * SECOND),
    "hessian": (lambda f: ag.hessian(total(f))(V), np.diag(SECOND)),
    "variable": (by_tapes(lambda: Variable(V), False), np.stack([FIRST, T * SECOND])),
    "persistent": (by_tapes(lambda: Variable(V), True), np.stack([FIRST, T * SECOND])),
    "frozen variable": (by_tapes(lambda: Variable(V, trainable=False), False), np.stack([FIRST, T * SECOND])),
    "watched tensor": (by_tapes(lambda: Tensor(V), False), np.stack([FIRST, T * SECOND])),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("decorator", "way"), RIGHT, ids=" by ".join)
def test_32_each_way_in_each_mode(decorator, way, mode) -> None:
    f = (ARGUMENTS | CAPTURED)[way](DECORATORS[decorator])
    np.testing.assert_allclose(f(Tensor(V)).numpy(), formula(A, V), rtol=1e-14)
    derivative, expected = MODES[mode]
    np.testing.assert_allclose(derivative(f).numpy(), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("way", sorted(CAPTURED.keys() - {"loop variable", "in a gradient inside"}))
@pytest.mark.parametrize("decorator", ["custom_gradient", "custom_jvp"])
def test_31_what_a_rule_has_no_gradient_for_is_refused(decorator, way, mode) -> None:
    f = CAPTURED[way](DECORATORS[decorator])
    with pytest.raises(NoDerivativeError, match=r"depends on .* from outside, which a tape follows"):
        MODES[mode][0](f)


def test_31_a_refused_value_is_named() -> None:
    w, named = Variable(2.0), Variable(3.0, name="kernel")
    with Tape() as t:
        with pytest.raises(NoDerivativeError, match="the result of by_w depends on 'w' from outside"):

            @ag.custom_gradient
            def by_w(x):
                return x * w, lambda up: up * w

            by_w(1.0)
        with pytest.raises(NoDerivativeError, match="depends on 'kernel' from outside"):
            ag.custom_jvp(lambda x: x * named, lambda p, t: t[0] * named)(1.0)
        layer = SimpleNamespace(weights={"w": [w]})
        with pytest.raises(NoDerivativeError, match=r"""depends on "layer.weights\['w'\]\[0\]" from outside"""):
            ag.custom_gradient(lambda x, layer: (x * layer.weights["w"][0], lambda up: up))(1.0, layer)
        with pytest.raises(NoDerivativeError, match=r"the result of multiply at .*test_captured.py:\d+ from outside"):
            ag.custom_gradient(lambda x, *, ws=iter([w * 2.0]): (x * next(ws), lambda up: up))(1.0)
    assert t.watched_variables() == [w, named]


def test_31_what_is_no_source_may_be_captured() -> None:
    """A constant, what only the rule uses, and what is said to be a constant."""
    w = Tensor(3.0)
    assert float(ag.grad(ag.custom_gradient(lambda x: (x * w, lambda up: up * w)))(2.0)) == 3

    def f(v):
        rule_alone = ag.custom_gradient(lambda x: (np.sin(x), lambda up: up * v))
        constant = ag.custom_gradient(lambda x: (x * ag.stop_gradient(v), lambda up: up * ag.stop_gradient(v)))
        forward = ag.custom_jvp(lambda x: x * ag.stop_gradient(v), lambda p, t: t[0] * ag.stop_gradient(v))
        return rule_alone(v) + constant(v) + forward(v)

    assert float(ag.grad(f)(2.0)) == 2 + 2 + 2
    frozen = Variable(3.0, trainable=False)
    x = Variable(2.0)
    with Tape() as t:
        y = ag.custom_gradient(lambda x: (x * frozen, lambda up: up * frozen))(x)
    assert float(t.gradient(y, x)) == 3


@pytest.mark.parametrize("decorator", DECORATORS)
def test_19_in_a_worker_thread(decorator) -> None:
    f = DECORATORS[decorator](formula)

    def doubled(v):
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(lambda k: k * f(A, v), [0.5, 1.5]))

    np.testing.assert_allclose(ag.grad(total(doubled))(V).numpy(), 2 * FIRST, rtol=1e-12)
    np.testing.assert_allclose(ag.hvp(total(doubled), V, T).numpy(), 2 * T * SECOND, rtol=1e-12)


def test_19_worker_threads_inside_a_checkpoint() -> None:
    def f(v):
        def block(a):
            with ThreadPoolExecutor(2) as pool:
                return sum(pool.map(lambda k: k * formula(a, v), [0.5, 1.5]))

        return ag.checkpoint(block)(A)

    np.testing.assert_allclose(ag.grad(total(f))(V).numpy(), 2 * FIRST, rtol=1e-12)
    np.testing.assert_allclose(ag.hvp(total(f), V, T).numpy(), 2 * T * SECOND, rtol=1e-12)


def test_31_32_what_leaves_inside_is_noted_outside() -> None:
    """An assignment in a checkpoint; an element stored into an array, which a rule may do."""
    w = Variable(0.0)

    def assigns(x):
        w.assign(2 * x)
        return 3 * x

    with pytest.raises(NoDerivativeError, match=r"was read that assign\(\) gave a value"):
        ag.grad(lambda x: ag.checkpoint(assigns)(x) * w)(2.0)
    with pytest.raises(NoDerivativeError, match=r"was read that assign\(\) gave a value"):
        ag.grad(lambda x: w.assign(x) is None or ag.checkpoint(lambda u: u * w)(x))(2.0)

    def stores(x):
        y = np.zeros(2)
        y[0] = x[1] ** 2
        return y

    with pytest.raises(NoDerivativeError, match=r"stored into a NumPy array"):
        ag.grad(lambda x: np.sum(ag.checkpoint(stores)(x)))(np.ones(2))
    ruled = ag.custom_gradient(lambda x: (stores(x), lambda up: np.stack([0 * x[0], 2 * x[1] * up[0]])))
    assert ag.grad(lambda x: np.sum(ruled(x)))(np.array([1.0, 3.0])).tolist() == [0, 6]
    assert ag.hessian(lambda x: np.sum(ruled(x)))(np.array([1.0, 3.0])).tolist() == [[0, 0], [0, 2]]
