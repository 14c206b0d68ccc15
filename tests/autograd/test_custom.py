"""Custom derivatives: values, second derivatives, nesting, several results, stacks, mistakes."""

import math
import tracemalloc
from collections import deque
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import RuleError, TapeError


@ag.custom_gradient
def cube(x):
    squared = x * x
    return squared * x, lambda upstream: upstream * 3 * squared


@ag.custom_gradient
def both(a, b):
    def rule(up_product, up_sum):
        return up_product * b + up_sum, up_product * a + up_sum

    return (a * b, a + b), rule


@pytest.mark.parametrize("scalar", [True, False])
def test_complex_numbers_are_differentiated_as_without_it(scalar) -> None:
    """The gradient of Re(c z²) is the conjugate of 2 c z; the rule of `custom_gradient` says conj(dy/dz)."""
    z = 1 + 2j if scalar else np.array([1 + 2j, 0.5 - 1j])
    c = 1 - 3j
    own = ag.custom_gradient(lambda z: (z * z, lambda upstream: upstream * 2 * np.conj(z)))
    forward = ag.custom_jvp(lambda z: z * z, lambda primals, tangents: 2 * primals[0] * tangents[0])
    again = ag.checkpoint(lambda z: z * z)
    for f in (own, forward, again):
        gradient = ag.grad(lambda z, f=f: np.sum(np.real(c * f(z))))(z)
        np.testing.assert_allclose(gradient.numpy(), np.conj(2 * c * z), rtol=1e-15)
        ag.check_gradients(f, z)
    ag.check_gradients(ag.checkpoint(lambda z: (z * np.conj(z), np.abs(z) ** 2)), z)
    ag.check_gradients(ag.custom_jvp(lambda z: z * np.conj(z), lambda p, t: 2 * np.real(np.conj(p[0]) * t[0])), z)


def test_31_the_rule_is_used_and_is_itself_differentiable() -> None:
    doubled = ag.custom_gradient(lambda x: (x * 1.0, lambda up: up * 2))
    assert float(ag.grad(doubled)(5.0)) == 2
    assert [
        float(g) for g in (ag.grad(cube)(2.0), ag.grad(ag.grad(cube))(2.0), ag.grad(ag.grad(ag.grad(cube)))(2.0))
    ] == [12, 12, 6]
    ag.check_gradients(cube, [0.5, -1.5], order=2)


def test_31_one_upstream_for_each_result() -> None:
    ag.check_gradients(both, [0.5, -1.5], [2.0, 0.3], order=2)
    a, b = Variable(2.0), Variable(3.0)
    with Tape(persistent=True) as t:
        product, total = both(a, b)
    assert [float(g) for g in t.gradient(product, [a, b])] == [3, 2]
    assert [float(g) for g in t.gradient(total, [a, b])] == [1, 1]
    assert [float(g) for g in t.gradient([product, total], [a, b])] == [4, 3]


def test_31_nesting() -> None:
    @ag.custom_gradient
    def outer(x):
        return cube(x) + x, lambda up: up * 100

    assert float(ag.grad(outer)(2.0)) == 100
    assert float(ag.grad(lambda x: cube(cube(x)))(1.1)) == pytest.approx(9 * 1.1**8)


def test_31_mistakes_are_named() -> None:
    few = ag.custom_gradient(lambda a, b: (a * b, lambda up: up))
    with pytest.raises(RuleError, match="returned 1; expected 2, one for each argument"):
        ag.grad(few)(1.0, 2.0)
    shape = ag.custom_gradient(lambda x: (np.sum(x), lambda up: up))
    with pytest.raises(
        RuleError, match=r"returned shape \(\) for argument 0; expected the argument's own shape \(2,\)"
    ):
        ag.grad(shape)(np.ones(2))
    with pytest.raises(TypeError, match=r"expected \(result, gradient function\)"):
        ag.custom_gradient(lambda x: x)(1.0)
    for nothing in ("one", None, True, [None]):
        with pytest.raises(TypeError, match=f"returned {type(nothing).__name__} as its result; expected a tensor"):
            ag.custom_gradient(lambda x, y=nothing: (y, lambda up: up))(1.0)


def test_31_keywords_and_static_arguments() -> None:
    @ag.custom_gradient
    def scaled(x, n, mode="sin", *, f=None, eps=0.0, b=None):
        """The rule has one gradient for each parameter."""
        y = n * np.sin(x) + eps + (0.0 if b is None else b)
        return y, lambda up: (up * 100 * n, None, None, None, None, up * 7)

    def leaves_out_what_has_no_gradient(x, n, flag):
        return x * n, lambda up: up * n

    assert float(ag.grad(scaled)(2.0, 3)) == 300
    assert float(ag.grad(lambda x: scaled(n=3, x=x, mode="cos", f=np.tanh, eps=1e-3))(2.0)) == 300
    assert [float(g) for g in ag.grad(lambda x, b: scaled(x, 3, b=b), argnums=(0, 1))(2.0, 1.0)] == [300, 7]
    assert float(ag.grad(ag.custom_gradient(leaves_out_what_has_no_gradient))(2.0, 3, True)) == 3
    with pytest.raises(RuleError, match="returned 1; expected 2, one for each argument"):
        ag.grad(lambda x: ag.custom_gradient(lambda a, b: (a * b, lambda up: up * b))(a=x, b=x))(2.0)


def test_31_nested_arguments_and_results() -> None:
    @ag.custom_gradient
    def f(p, q):
        a, (b,) = p["a"], p["b"]
        result = {"sums": [a + b, float(b) * 2.0, "label"], "array": np.array([1.0, float(b)])}
        return result, lambda up, up2, up3: ({"b": (up + 2 * up2 + up3[1],), "a": up}, [2 * up, up])

    a, b, q = Variable(2.0), Variable(3.0), [Variable(4.0), Variable(5.0)]
    with Tape(persistent=True) as t:
        y = f({"a": a, "b": (b,)}, q)
    assert (float(y["sums"][0]), y["sums"][2], y["array"].tolist()) == (5, "label", [1, 3])
    assert [float(g) for g in t.gradient(y["sums"][0], [a, b, *q])] == [1, 1, 2, 1]
    assert [float(g) for g in t.gradient(y["sums"][1], [a, b])] == [0, 2]
    assert [float(g) for g in t.gradient(y["array"], [a, b])] == [0, 1]
    assert t.cuts == []  # the rule stands for what was taken out
    of_a_list = ag.custom_gradient(lambda p: (p[0] * p[1], lambda up: [up * p[1], up * p[0]]))
    assert [float(g) for g in ag.grad(of_a_list)([2.0, 3.0])] == [3, 2]
    with pytest.raises(RuleError, match=r"for argument 0, got a dict with the keys \['b'\]; expected"):
        ag.grad(ag.custom_gradient(lambda p: (p["a"] * 2, lambda up: {"b": up})))({"a": 1.0})


def test_31_upstream_of_complex_numbers_is_that_of_the_tape() -> None:
    """The gradient of Re(c z²) is conj(2 c z), as TensorFlow has it."""
    z, c = np.array([1 + 2j, -0.5j]), np.array([3 - 1j, 2j])
    expected = np.conj(2 * c * z)
    for square in (
        ag.custom_gradient(lambda z: (z * z, lambda up: up * 2 * np.conj(z))),
        ag.custom_jvp(lambda z: z * z, lambda p, t: 2 * p[0] * t[0]),
        ag.checkpoint(lambda z: z * z),
    ):
        found = ag.grad(lambda z, square=square: np.sum(np.real(c * square(z))))(z)
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-15)


def test_31_differentiating_a_rule_that_uses_what_left_the_graph_warns() -> None:
    """d/dx arctan = 1 / (1 + x²), whose derivative is -2x / (1 + x²)²."""

    def uses_its_own(x):
        slope = 1.0 / (1.0 + x.numpy() ** 2)
        return np.arctan(x.numpy()), lambda up: up * slope

    def computes_in_the_rule(x):
        return np.arctan(x.numpy()), lambda up: up / (1 + x * x)

    lost, kept = ag.custom_gradient(uses_its_own), ag.custom_gradient(computes_in_the_rule)
    assert float(ag.grad(lost)(2.0)) == float(ag.grad(kept)(2.0)) == 0.2
    assert float(ag.grad(ag.grad(kept))(2.0)) == pytest.approx(-4 / 25)
    for second in (lambda: ag.grad(ag.grad(lost))(2.0), lambda: ag.hvp(lost, 2.0, 1.0)):
        with pytest.warns(
            UserWarning, match=r"uses_its_own took plain numbers from its argument \(numpy\(\)\).* is lost"
        ):
            assert float(second()) == 0


class Arctan:
    """Its gradient function finds the slope in an attribute."""

    def value(self, x):
        self.slope = 1.0 / (1.0 + x.numpy() ** 2)
        return np.arctan(x.numpy()), self.rule

    def rule(self, up):
        return up * self.slope


class Slotted:
    """Keeps the slope in a slot."""

    __slots__ = ("slope",)

    def __init__(self, slope):
        self.slope = slope


STORED: dict[str, object] = {}


def stores_in_a_global_dict(x):
    STORED["slope"] = 1.0 / (1.0 + x.numpy() ** 2)
    return np.arctan(x.numpy()), lambda up: up * STORED["slope"]


def of_a_slope(make):
    """arctan, with the gradient function that is made of the slope."""
    return lambda x: (np.arctan(x.numpy()), make(1.0 / (1.0 + x.numpy() ** 2)))


def inner_function(slope):
    times = lambda up: up * slope
    return lambda up: times(up)


@pytest.mark.parametrize(
    "f",
    [
        Arctan().value,
        stores_in_a_global_dict,
        of_a_slope(lambda slope: partial(np.multiply, slope)),
        of_a_slope(lambda slope: lambda up, slope=slope: up * slope),
        of_a_slope(lambda slope: lambda up, *, slope=slope: up * slope),
        of_a_slope(inner_function),
        of_a_slope(lambda slope: (lambda held: lambda up: up * held["slope"][0])({"slope": [slope]})),
        of_a_slope(lambda slope: partial(Arctan.rule, SimpleNamespace(slope=slope))),
        of_a_slope(lambda slope: partial(Arctan.rule, Slotted(slope))),
        of_a_slope(lambda slope: partial(lambda held, up: up * held[0], deque([slope]))),
    ],
)
def test_31_the_constants_of_a_rule_are_found_wherever_it_keeps_them(f) -> None:
    f = ag.custom_gradient(f)
    assert float(ag.grad(f)(2.0)) == 0.2
    with pytest.warns(UserWarning, match="took plain numbers from its argument"):
        ag.grad(ag.grad(f))(2.0)


LIMIT = 1e9


def test_31_a_rule_without_constants_of_the_function_gives_no_warning() -> None:
    """A mask has no derivative, and what was there before the call was not computed in it."""
    scale = 2.0
    masked = ag.custom_gradient(lambda x: (np.maximum(x.numpy(), 0.0), partial(np.multiply, x.numpy() > 0)))
    scaled = ag.custom_gradient(
        lambda x: (scale * np.exp(x.numpy()), lambda up: np.minimum(up * scale * np.exp(x), LIMIT))
    )
    assert float(ag.grad(ag.grad(lambda x: masked(x) ** 2))(3.0)) == 2
    assert float(ag.grad(ag.grad(scaled))(0.0)) == 2


def test_none_is_no_gradient() -> None:
    f = ag.custom_gradient(lambda a, b: (a * b, lambda up: (up * b, None)))
    a, b = Variable(2.0), Variable(3.0)
    with Tape() as t:
        y = f(a, b)
    ga, gb = t.gradient(y, [a, b])
    assert (float(ga), gb) == (3, None)


@pytest.mark.parametrize("f", [cube, lambda x: both(x, x * 2)[0], ag.checkpoint(np.sin), lambda x: sum(both(x, x))])
def test_jacobians_and_forward_mode_go_through(f) -> None:
    x = np.array([0.5, 1.5, -1.0])
    reverse, forward = (ag.jacobian(f, mode=mode)(x).numpy() for mode in ("reverse", "forward"))
    np.testing.assert_allclose(reverse, forward, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(np.diag(reverse), ag.grad(lambda x: np.sum(f(x)))(x).numpy(), rtol=1e-14)


def test_custom_jvp_gives_both_modes() -> None:
    sine = ag.custom_jvp(lambda x: Tensor(np.sin(x.value)), lambda primals, tangents: np.cos(primals[0]) * tangents[0])
    ag.check_gradients(sine, [0.5, -1.5], order=2)
    product = ag.custom_jvp(lambda a, b: a * b, lambda p, t: p[1] * t[0] + p[0] * t[1])
    ag.check_gradients(product, [0.5, -1.5], [2.0, 0.3], order=2)
    np.testing.assert_allclose(ag.jacobian(sine)(np.array([0.5, 1.0])).numpy(), np.diag(np.cos([0.5, 1.0])))


def test_custom_jvp_of_nested_keyword_and_static_arguments() -> None:
    def f(p, n, mode=None, *, scale=2.0):
        return {"y": [scale * n * np.sin(p["x"]), "label"], "z": float(p["x"]) ** 2}

    def rule(primals, tangents):
        (p, n, mode, scale), (t, dn, dmode, dscale) = primals, tangents
        assert (n, dn, mode, dmode) == (3, None, "m", None)
        dy = scale * n * np.cos(p["x"]) * t["x"] + dscale * n * np.sin(p["x"])
        return {"y": [dy, None], "z": 2 * p["x"] * t["x"]}

    g = ag.custom_jvp(f, rule)
    y = lambda x: g({"x": x}, 3, mode="m")["y"][0]
    z = lambda x: g(n=3, p={"x": x}, mode="m")["z"]
    by_scale = lambda s: g({"x": 0.5}, 3, "m", scale=s)["y"][0]
    for h, slope in ((y, 6 * np.cos(0.5)), (z, 1.0), (by_scale, 3 * np.sin(0.5))):
        assert float(ag.grad(h)(0.5)) == pytest.approx(slope)
        assert float(ag.jvp(h, [0.5], [10.0])[1]) == pytest.approx(10 * slope)
    assert float(ag.hvp(y, 0.5, 1.0)) == pytest.approx(-6 * np.sin(0.5))
    with pytest.raises(RuleError, match=r"returned a tangent of shape \(2,\); expected the shape of the result, \(\)"):
        ag.grad(ag.custom_jvp(np.sum, lambda p, t: t[0]))(np.ones(2))
    with pytest.raises(RuleError, match="the rule of sum got a list of 1 entries; expected one entry"):
        ag.grad(ag.custom_jvp(np.sum, lambda p, t: [np.sum(t[0])]))(np.ones(2))


def test_custom_jvp_names_mistakes_of_the_rule() -> None:
    square = lambda rule: ag.custom_jvp(lambda x: x * x, rule)
    for rule in (lambda p, t: 7.0, lambda p, t: 2 * p[0] * t[0] + 1.0, lambda p, t: p[0]):
        with pytest.raises(RuleError, match="not 0 where the tangents of the arguments are 0; expected a rule that is"):
            ag.grad(square(rule))(2.0)
    for wrong in ("s", None):
        with pytest.raises(RuleError, match=f"returned {'None' if wrong is None else 'str'}.* for the tangent of a"):
            ag.grad(square(lambda p, t, wrong=wrong: wrong))(2.0)
    assert float(ag.grad(square(lambda p, t: 0))(2.0)) == 0
    with pytest.raises(RuleError, match="returned str 'up' for argument 0; expected a tensor, an array or a number"):
        ag.grad(ag.custom_gradient(lambda x: (x * x, lambda up: "up")))(2.0)


def test_custom_jvp_warns_where_a_tangent_leaves_the_rule_as_a_number() -> None:
    lost = ag.custom_jvp(lambda x: x * x, lambda p, t: 2 * p[0] * math.fsum([t[0]]))
    part = ag.custom_jvp(lambda x: x * x, lambda p, t: p[0] * t[0] + p[0] * float(t[0]))
    for f, effect in ((lost, "the gradient is zero"), (part, "a part of the gradient may be lost")):
        with pytest.warns(UserWarning, match=f"{effect}, since a tensor left the recording here: conversion to a Pyth"):
            ag.grad(f)(2.0)
        assert float(ag.jvp(f, [2.0], [1.0])[1]) == 4


def test_rules_may_call_themselves() -> None:
    exp = ag.custom_jvp(lambda x: np.exp(x.numpy()), lambda p, t: exp(p[0]) * t[0])
    twice = ag.custom_jvp(lambda x: 2 * x, lambda p, t: twice(t[0]))
    one, other = (ag.custom_jvp(lambda x: 2 * x, lambda p, t, k=k: (other, one)[k](t[0])) for k in (0, 1))
    sine = ag.custom_gradient(lambda x: (np.sin(x.numpy()), lambda up: up * cosine(x)))
    cosine = ag.custom_gradient(lambda x: (np.cos(x.numpy()), lambda up: -up * sine(x)))
    x, cos, sin = 0.7, np.cos(0.7), np.sin(0.7)
    for f, first, second in (
        (exp, np.exp(x), np.exp(x)),
        (lambda x: twice(x) ** 3, 24 * x**2, 48 * x),
        (lambda x: one(x) ** 3, 24 * x**2, 48 * x),
        (sine, cos, -sin),
        (lambda x: sine(sine(x)), np.cos(sin) * cos, -np.sin(sin) * cos**2 - np.cos(sin) * sin),
    ):
        grads = ag.grad(f)(x), ag.jvp(f, [x], [1.0])[1], ag.jacobian(f, mode="forward")(x)
        seconds = (
            ag.grad(ag.grad(f))(x),
            ag.hvp(f, x, 1.0),
            ag.jvp(ag.grad(f), [x], [1.0])[1],
            ag.grad(lambda x, f=f: ag.jvp(f, [x], [1.0])[1])(x),
        )
        np.testing.assert_allclose([float(g) for g in grads], first, rtol=1e-13)
        np.testing.assert_allclose([float(g) for g in seconds], second, rtol=1e-13)


def test_32_checkpoint_gives_the_same_gradients() -> None:
    w = Variable(np.array([[0.5, -0.2], [0.1, 0.3]]))
    block = lambda x: np.tanh(np.tanh(x @ w) @ w)
    x = Variable(np.array([1.0, 2.0]))
    for f in (block, ag.checkpoint(block)):
        with Tape() as outer:
            with Tape() as t:
                y = np.sum(f(x) ** 2)
            gx, gw = t.gradient(y, [x, w])
            z = np.sum(gx * gx)
        results = [*(g.numpy() for g in (gx, gw)), outer.gradient(z, w).numpy()]
        if f is block:
            expected = results
    for a, b in zip(results, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_32_checkpoint_stores_less() -> None:
    def block(x):
        for _ in range(10):
            x = np.tanh(x)
        return x

    def held(f) -> int:
        x = Variable(np.ones(100_000))
        tracemalloc.start()
        with Tape() as t:
            y = f(f(f(x)))
        held = tracemalloc.get_traced_memory()[0]
        t.gradient(y, x)
        tracemalloc.stop()
        return held

    assert held(ag.checkpoint(block)) < 0.2 * held(block)


def test_32_an_assignment_between_the_passes_is_an_error() -> None:
    w = Variable(2.0)
    f = ag.checkpoint(lambda x: x * w)
    x = Variable(3.0)
    with Tape() as t:
        y = f(x)
    w.assign(5.0)
    with pytest.raises(TapeError, match="was assigned to between the forward and the backward pass"):
        t.gradient(y, x)


def test_a_function_of_unlike_shapes_is_one_operation_in_the_picture() -> None:
    f = ag.custom_gradient(lambda a, b: (np.sum(a) + np.sum(b), lambda up: (up * np.ones(2), up * np.ones((2, 1)))))
    a, b = Variable(np.ones(2), name="a"), Variable(np.ones((2, 1)), name="b")
    with Tape(persistent=True) as t:
        y = f(a, b)
    graph = t.graph(y)
    assert [(node.name or node.op, str(node.value)) for node in graph.nodes] == [
        ("a", "(2,) float64, all 1"),
        ("b", "(2, 1) float64, all 1"),
        ("<lambda>", "4"),
    ]
    assert [(edge.source, edge.target) for edge in graph.edges] == [("n0", "n2"), ("n1", "n2")]
