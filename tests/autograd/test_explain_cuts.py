"""Why a gradient, or a part of it, is missing: the place where a value left the graph is named, whatever it was.

Each way out of the graph is tried behind random programs: as the only connection between source and target, and beside
another one that remains.
"""

import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.explain import Explanation

# What takes a value out of the graph, the words for it, and whether the value is a vector.
CUTS: list[tuple[Callable[[Any], Any], str, bool]] = [
    (lambda h: h.numpy(), "was converted to NumPy", True),
    (lambda h: np.asarray(h), "was converted to NumPy", True),
    (lambda h: float(h), "was converted to a Python number", False),
    (lambda h: h.item(), "was converted to a Python number", False),
    (lambda h: complex(h).real, "was converted to a Python number", False),
    (lambda h: math.exp(h), "was converted to a Python number", False),
    (lambda h: int(h), "was converted to an integer", False),
    (lambda h: h.tolist()[0], "was converted to a list", True),
    (lambda h: ag.stop_gradient(h), "was made a constant by stop_gradient", False),
    (lambda h: ag.stop_gradient(h), "was made a constant by stop_gradient", True),
    (lambda h: h.astype(int), "was cast to int64", True),
    (lambda h: h > 0.1, "went into a comparison", True),
    (lambda h: h <= 0.1, "went into a comparison", True),
    (lambda h: h == h, "went into a comparison", False),
    (lambda h: h != 3, "went into a comparison", False),
    (lambda h: np.less(h, 0.1), "went into np.less", True),
    (lambda h: np.isnan(h), "went into np.isnan", True),
    (lambda h: np.isfinite(h), "went into np.isfinite", False),
    (lambda h: np.argmax(h), "went into np.argmax", True),
    (lambda h: h.argmin(), "went into np.argmin", True),
    (lambda h: np.argsort(h), "went into np.argsort", True),
    (lambda h: h.argsort(), "went into np.argsort", True),
    (lambda h: np.nonzero(h)[0], "went into np.nonzero", True),
    (lambda h: h.nonzero()[0], "went into np.nonzero", True),
    (lambda h: np.count_nonzero(h), "went into np.count_nonzero", True),
    (lambda h: np.searchsorted(h, 0.2), "went into np.searchsorted", True),
    (lambda h: np.any(h), "went into np.any", True),
    (lambda h: h.all(), "went into np.all", True),
    (lambda h: np.signbit(h), "went into np.signbit", True),
    (lambda h: np.shape(h)[0], "went into np.shape", True),
    (lambda h: np.size(h), "went into np.size", True),
    (lambda h: np.allclose(h, 0.2), "went into np.allclose", True),
    (lambda h: 2.0 if h else 3.0, "went into a truth value", False),
]
STEPS = [np.sin, np.tanh, lambda h: h * 0.9, lambda h: h + h * h, lambda h: np.maximum(h, 0.1), lambda h: -h]


def kinds(e: Explanation) -> list[str]:
    return [reason.kind for reason in e.reasons]


def here(function: Callable[..., Any]) -> tuple[str, int]:
    return __file__, function.__code__.co_firstlineno


def program(seed: int, vector: bool) -> tuple[Variable, Variable, list[Callable[[Any], Any]]]:
    random = np.random.default_rng(seed)
    x = Variable(random.uniform(0.2, 0.9, 3) if vector else random.uniform(0.2, 0.9), name="x")
    steps = [STEPS[i] for i in random.integers(len(STEPS), size=random.integers(0, 5))]
    return x, Variable(2.0, name="w"), steps


@pytest.mark.filterwarnings("ignore:a tensor that a tape follows was converted to NumPy")
@pytest.mark.parametrize("number", range(len(CUTS)))
def test_the_place_where_a_value_left_the_graph_is_named(number: int) -> None:
    cut, words, vector = CUTS[number]
    for seed in range(5):
        x, w, steps = program(100 * number + seed, vector)
        for watched in (False, True):
            with Tape(persistent=True) as t:
                h = x * 1.0 if watched else x
                for step in steps:
                    h = step(h)
                y = np.sum(w * cut(h)) + w
            e = t.explain(y, x)
            assert not e.connected
            (reason, *_) = [r for r in e.reasons if words in r.what]
            assert reason.where == here(cut)
            assert reason.what.startswith("x " if h is x else "a value computed from x "), reason
            assert not {"never read", "not watched"} & set(kinds(e))
            assert t.gradient(y, x) is None
            assert (reason.kind, "no path" in kinds(e)) in [("plain", False), ("plain", True), (reason.kind, False)]


@pytest.mark.filterwarnings("ignore:a tensor that a tape follows was converted to NumPy")
@pytest.mark.parametrize("number", [i for i, (_, words, _) in enumerate(CUTS) if "went into" not in words])
def test_a_part_that_left_is_named_where_another_part_remains(number: int) -> None:
    cut, words, vector = CUTS[number]
    for seed in range(5):
        x, w, steps = program(100 * number + seed, vector)
        with Tape(persistent=True) as t:
            h = x * 1.0
            other = w * 3.0
            other.tolist()  # of which x is no part
            for step in steps:
                h = step(h)
            y = np.sum(w * cut(h)) + np.sum(x * h)
            z = y * 2.0
            float(z)  # after which neither y nor z was computed
        e = t.explain(y, x)
        assert e.connected
        (reason,) = e.left
        assert words in reason.what
        assert reason.where == here(cut)
        told = [line for line in str(e).splitlines() if f"{__file__}:{here(cut)[1]}" in line and words in line]
        assert "if y depends on the result, that part of the gradient is missing; try: " in told[0]
        assert words.replace("_", "\\_") in e._repr_markdown_()
        assert [r.what for r in t.explain(y, w).left] == ["a value computed from w was converted to a list"]


def test_nothing_is_said_to_be_missing_where_nothing_left() -> None:
    x = Variable(0.5, name="x")
    with Tape(persistent=True) as t:
        if x < 1:
            y = np.where(x > 0, x, 0.0) * x
        float(y)
    assert t.explain(y, x).left == ()
    assert "missing" not in str(t.explain(y, x))


def test_a_part_that_was_computed_while_recording_was_stopped_is_missing() -> None:
    x = Variable(3.0, name="x")
    with Tape(persistent=True) as t:
        before = x * x
        with t.stop_recording():
            constant = x * x
        y = constant * x
    (reason,) = t.explain(y, x).left
    assert reason.what == "what was computed inside stop_recording() is a constant"
    assert reason.where == (__file__, here(test_a_part_that_was_computed_while_recording_was_stopped_is_missing)[1] + 4)
    assert "if y depends on the result, that part of the gradient is missing" in str(t.explain(y, x))
    assert t.explain(before, x).left == ()
    assert float(t.gradient(y, x)) == 9


def test_a_variable_as_target_is_no_tensor_that_someone_made() -> None:
    x, v = Variable(3.0, name="x"), Variable(0.0, name="v")
    with Tape() as t:
        v.assign(x * x)
    told = [reason.what for reason in t.explain(v, x).reasons]
    assert told == [
        "a value computed from x left the graph by assign()",
        "v is a variable, which holds what was assigned to it, and no gradient flows through an assignment",
    ]


def test_an_exponential_of_the_math_module_is_a_part_that_is_missing() -> None:
    x = Variable(1.0, name="x")
    with Tape() as t:
        y = x * math.exp(x)
    first, second = str(t.explain(y, x)).splitlines()
    assert first == "∂y/∂x = 2.718"
    assert second.startswith("x was converted to a Python number, as float(), item() and the functions of math do (")


def test_an_accuracy_is_plain_because_of_argmax() -> None:
    W, labels = Variable(np.eye(3), name="W"), np.array([0, 1, 2])
    with Tape() as t:
        logits = W @ W
        accuracy = np.mean(np.argmax(logits, axis=1) == labels)
    e = t.explain(accuracy, logits)
    assert e.reason.startswith("logits went into np.argmax, which gives plain values without a derivative (")
    assert "float()" not in str(e)
    assert "a value computed from W went into np.argmax" in t.explain(accuracy, W).reason
    assert t.gradient(accuracy, W) is None
    assert "a value computed from W went into np.argmax" in t.explain(accuracy, W).reason, "also afterwards"


def test_a_loop_that_compares_the_same_value_is_noted_once() -> None:
    x, limit = Variable(0.5), Variable(2.0)
    with Tape(persistent=True) as t:
        y = x * 1.0
        for _ in range(1000):
            assert y < limit
            assert x <= 1.0
            np.isnan(y)
    assert sum(len(values) for _, _, values in t.taken.values()) == 4
    t.reset()
    assert t.taken == {}


def test_what_the_engine_asks_is_not_noted() -> None:
    x = Variable(np.ones((2, 3)))
    with Tape(persistent=True) as t:
        np.median(x), np.linalg.norm(x), np.percentile(x, 30), np.cov(x), np.trapezoid(x), np.diff(x), np.tile(x, 2)
        ag.softmax(x), np.var(x, axis=0), x @ x.T, x[0], x.reshape(6), x.max()
    assert t.taken == {}


def test_a_variable_read_by_another_thread() -> None:
    w = Variable(3.0, name="w")
    found: list[Tensor] = []
    with Tape(persistent=True) as t:
        thread = threading.Thread(target=lambda: found.append(w * 2.0))
        thread.start()
        thread.join()
        y = found[0] * 1.0
        z = found[0] * w
    assert [reason.kind for reason in t.explain(z, w).left] == ["other thread"]
    assert "or it was computed where the tape does not record" in t.explain(y, w).reason
    with Tape(persistent=True) as t:
        thread = threading.Thread(target=lambda: found.append(w * 2.0))
        thread.start()
        thread.join()
        y = found[1] * 1.0
    e = t.explain(y, w)
    assert kinds(e)[0] == "other thread"
    assert "never" not in str(e)


def test_of_two_functions_with_gradients_of_their_own_the_one_that_gives_none_is_named() -> None:
    @ag.custom_gradient
    def half(a: Any, b: Any) -> Any:
        return a * b, lambda g: (g * b, None)

    @ag.custom_gradient
    def whole(a: Any, b: Any) -> Any:
        return a + b, lambda g: (g, g)

    u, v = Variable(2.0, name="u"), Variable(3.0, name="v")
    with Tape(persistent=True) as t:
        y = whole(u, half(u, v))
        z = half(u, whole(v, v))
    for target in (y, z):
        e = t.explain(target, v)
        assert [(r.kind, r.what.partition(" returned")[0]) for r in e.reasons] == [
            ("custom gradient", "the gradient function of half")
        ]


def test_rules_of_complex_numbers_that_are_no_products_have_no_number() -> None:
    z = Variable(2 + 1j, name="z")
    with Tape(persistent=True) as t:
        c = np.conj(z)
        y = c * (1 + 2j) * z
    e = t.explain(y, z, c=c)
    # Re(dy · g) = Re(dz · total) with g = 1: by calculus (1 + 2i) z̄ + conj((1 + 2i) z)
    assert e.total == pytest.approx((1 + 2j) * (2 - 1j) + ((1 + 2j) * (2 + 1j)).conjugate())
    assert e.agrees
    assert [f.number for p in e.paths for f in p.factors if (f.top, f.bottom) == ("c", "z")] == [None]
    assert "not linear in its cotangent" not in str(e)
    highlight = t.graph(y, y=y).highlight("z")
    assert highlight.agrees
    edges = {edge.target: edge for edge in t.graph(y, c=c).edges if edge.source == "n0"}
    assert edges[t.graph(y, c=c).node("c").id].derivative is None


def test_the_imaginary_part_of_a_real_number_has_the_derivative_zero() -> None:
    x = Variable(0.5, name="x")
    with Tape(persistent=True) as t:
        y = np.imag(x * 1.0) + x
    e = t.explain(y, x)
    assert (e.total, e.summed, e.agrees) == (1, 1, True)
    assert all(not isinstance(f.number, complex) for p in e.paths for f in p.factors)
    assert t.graph(y, y=y).highlight("x").summed == 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_rounding_of_a_short_dtype_is_no_wrong_rule(dtype: type) -> None:
    x = Variable(np.asarray(0.7, dtype), name="x")
    with Tape(persistent=True) as t:
        y = x
        for _ in range(6):
            y = np.sin(y) * dtype(0.9) + y * y * dtype(0.25)
    assert t.graph(y, y=y).highlight("x").agrees
    assert t.explain(y, x).agrees
