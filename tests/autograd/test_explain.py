"""`Tape.explain`: the chain rule path by path, with its numbers, and why a gradient is None, with file and line."""

import contextvars
import gc
import re
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import TapeError
from autograd.explain import Explanation
from autograd.explain.latex import name_latex
from autograd.primitive import Primitive

LINES = Path(__file__).read_text(encoding="utf-8").splitlines()


def place(mark: str) -> str:
    """File and line of the comment `# mark` in this file."""
    (number,) = [n for n, line in enumerate(LINES, 1) if line.endswith(f"  # {mark}")]
    return f"{__file__}:{number}"


def kinds(e: Explanation) -> list[str]:
    return [reason.kind for reason in e.reasons]


def lines(e: Explanation) -> list[str]:
    return str(e).splitlines()


# A gradient that flows.


def book():
    x, y_true = Tensor(2.0, name="x"), Tensor(4.0, name="y_true")
    w, b = Variable(3.0, name="w"), Variable(1.0, name="b")
    with Tape() as t:
        x1 = x * w
        x2 = x1 + b
        loss = abs(y_true - x2)
    return t, w, b, x1, x2, loss


def test_35_the_chain_rule_of_the_book() -> None:
    t, w, b, x1, x2, loss = book()
    e = t.explain(loss, w, x1=x1, x2=x2)
    assert str(e) == "∂loss/∂w = ∂loss/∂x2 · ∂x2/∂x1 · ∂x1/∂w = 1 · 1 · 2 = 2"
    assert str(t.explain(loss, b, x1=x1, x2=x2)) == "∂loss/∂b = ∂loss/∂x2 · ∂x2/∂b = 1 · 1 = 1"
    assert (e.connected, e.count, e.total, e.summed, e.agrees, e.reason, e.reasons) == (True, 1, 2, 2, True, None, ())
    (path,) = e.paths
    assert (path.nodes, path.product) == (("loss", "x2", "x1", "w"), 2)
    assert [f.number for f in path.factors] == [1, 1, 2]
    assert [f.ops for f in path.factors] == [("absolute", "subtract"), ("add",), ("multiply",)]
    assert e._repr_latex_() == (
        "$$\\begin{aligned}\n"
        r"\frac{\partial \text{loss}}{\partial w} &= \frac{\partial \text{loss}}{\partial x_{2}} \cdot "
        r"\frac{\partial x_{2}}{\partial x_{1}} \cdot \frac{\partial x_{1}}{\partial w} \\" + "\n"
        r"&= 1 \cdot 1 \cdot 2 = 2" + "\n\\end{aligned}$$"
    )
    assert e._repr_markdown_() == e._repr_latex_()
    assert repr(e) == "Explanation(∂loss/∂w: 1 path)"


def test_35_the_tape_is_not_used_up_and_its_variables_are_as_they_were() -> None:
    t, w, _b, x1, _x2, loss = book()
    nodes, known, leaves = list(t.nodes), set(t.known), list(t.leaves)
    t.explain(loss, w, x1=x1)
    t.explain(loss, Tensor(1.0))
    assert (t.nodes, t.known, t.leaves, t.watched_variables()) == (nodes, known, leaves, [w, _b])
    assert t.gradient(loss, w).item() == 2


def test_35_values_without_a_name_are_numbered_and_told_by_operation_and_line() -> None:
    x = Variable(2.0)
    with Tape() as t:
        y = np.tanh(3 * x)  # TANH
    slope = 1 - np.tanh(6.0) ** 2
    (first, second) = lines(t.explain(y, x))
    assert first == f"∂y/∂x = ∂y/∂v1 · ∂v1/∂x = {slope:.3e} · 3 = {3 * slope:.3e}".replace("e-05", "e−5")
    assert second == f"  v1 = multiply(3, x) ({place('TANH')})"
    assert t.explain(y, x).steps[0].formula == "multiply(3, x)"


def test_35_two_paths_each_on_a_line_then_the_sum() -> None:
    x = Variable(3.0, name="x")
    with Tape() as t:
        a = 2 * x
        b = x - 1
        y = a * b
    e = t.explain(y, x, a=a, b=b)
    assert lines(e) == [
        "∂y/∂x is the sum over 2 paths:",
        "  ∂y/∂a · ∂a/∂x = 2 · 2 = 4",
        "  ∂y/∂b · ∂b/∂x = 6 · 1 = 6",
        "∂y/∂x = 4 + 6 = 10",
    ]
    assert "&\\quad + \\frac" in e._repr_latex_()
    assert e._repr_latex_().endswith("&= 2 \\cdot 2 + 6 \\cdot 1 = 4 + 6 = 10\n\\end{aligned}$$")


def test_35_each_use_of_a_value_is_a_path() -> None:
    x = Variable(3.0, name="x")
    with Tape() as t:
        y = x * x
        z = y + x
    assert lines(t.explain(y, x))[:4] == [
        "∂y/∂x is the sum over 2 paths:",
        "  ∂y/∂x⁽¹⁾ = 3",
        "  ∂y/∂x⁽²⁾ = 3",
        "∂y/∂x = 3 + 3 = 6",
    ]
    e = t.explain(z, x, y=y)
    # The step from x into z is not dz/dx, and is marked.
    assert [[f.use for f in p.factors] for p in e.paths] == [[None, 1], [None, 2], [1]]
    assert lines(e)[3] == "  ∂z/∂x⁽¹⁾ = 1"
    assert "number the uses" in lines(e)[-1]


def test_35_nameless_values_are_passed_over_only_where_they_link() -> None:
    x = Variable(1.0, name="x")
    with Tape() as t:
        a = 2 * x
        y = np.sin(a) * np.cos(a) + (a - 1) * 3
    e = t.explain(y, x, a=a)
    assert sorted(p.nodes for p in e.paths) == [
        ("y", "a", "x"),  # the multiplication and the subtraction link a with y
        ("y", "v3", "v1", "a", "x"),
        ("y", "v3", "v2", "a", "x"),
    ]
    direct = next(p for p in e.paths if len(p.nodes) == 3)
    assert (direct.factors[0].ops, direct.factors[0].number, direct.factors[0].use) == (
        ("add", "multiply", "subtract"),
        3,
        1,
    )
    assert e.agrees


def test_35_signs_infinities_and_zeros() -> None:
    x = Variable(0.0, name="x")
    with Tape() as t:
        a = x * -1.0 + 0.0
        y = np.sqrt(a) - a
        z = ag.relu(x - 1.0)
    e = t.explain(y, x, a=a)
    assert lines(e)[1:4] == [
        "  ∂y/∂v1 · ∂v1/∂a · ∂a/∂x = 1 · ∞ · (−1) = −∞",
        "  ∂y/∂a⁽¹⁾ · ∂a/∂x = (−1) · (−1) = 1",
        "∂y/∂x = −∞ + 1 = −∞",
    ]
    assert r"1 \cdot \infty \cdot (-1) + (-1) \cdot (-1) = -\infty + 1 = -\infty" in e._repr_latex_()
    assert lines(t.explain(z, x))[0] == "∂z/∂x = ∂z/∂v1 · ∂v1/∂x = 0 · 1 = 0"
    c = Variable(-1.0)
    with Tape() as t:
        y = np.where(np.asarray(False), np.sqrt(c + 1.0), c)
    e = t.explain(y, c)
    assert e.total == t.gradient(y, c).item() == 1
    assert e.paths[0].product == 0, "a branch that is not taken contributes nothing, not 0 · ∞"


def test_35_a_target_that_is_its_own_source() -> None:
    x = Variable(2.0, name="x")
    with Tape() as t:
        y = x * 1
    e = t.explain(y, y)
    assert (str(e), e.count, e.paths[0].factors, e.total) == ("∂y/∂y = 1", 1, (), 1)
    assert e._repr_latex_() == "$$\\begin{aligned}\n\\frac{\\partial y}{\\partial y} &= 1\n\\end{aligned}$$"


def test_35_intermediates_and_watched_tensors_are_sources_like_any_other() -> None:
    c = Tensor(3.0, name="c")
    with Tape() as t:
        t.watch(c)
        y = c * c
        z = y * y
    e = t.explain(z, c, y=y)
    assert lines(e)[1:6] == [
        "  ∂z/∂y⁽¹⁾ · ∂y/∂c⁽¹⁾ = 9 · 3 = 27",
        "  ∂z/∂y⁽¹⁾ · ∂y/∂c⁽²⁾ = 9 · 3 = 27",
        "  ∂z/∂y⁽²⁾ · ∂y/∂c⁽¹⁾ = 9 · 3 = 27",
        "  ∂z/∂y⁽²⁾ · ∂y/∂c⁽²⁾ = 9 · 3 = 27",
        "∂z/∂c = 27 + 27 + 27 + 27 = 108",
    ]
    assert t.explain(z, y).total == 18


def test_35_a_variable_assigned_to_in_between_has_several_values() -> None:
    x = Variable(3.0, name="x")
    with Tape() as t:
        a = x * 2
        x.assign(5.0)
        y = a * x
    e = t.explain(y, x, a=a)
    assert {p.nodes for p in e.paths} == {("y", "a", "x@1"), ("y", "x@2")}
    assert e.total == t.gradient(y, x).item() == 16
    assert lines(e)[-1].startswith("the variable was assigned to while it was recorded")


def test_35_complex_numbers() -> None:
    x = Variable(2 + 1j, name="x")
    with Tape() as t:
        a = x * 1j
        y = a * 3.0
    e = t.explain(y, x, a=a)
    assert lines(e)[0] == "∂y/∂x = ∂y/∂a · ∂a/∂x = (3 + 0i) · (0 + 1i) = 0 + 3i"
    assert e.total == t.gradient(y, x).item().conjugate() == 3j


def test_35_names() -> None:
    one, two = Variable(2.0, name="kernel"), Variable(3.0, name="kernel")
    with Tape() as t:
        h = one * 5.0
        h.name = "kernel"
        long_name_of_the_target = h * two
    e = t.explain(long_name_of_the_target, one)
    assert e.paths[0].nodes == ("long_name_of_the_target", "kernel#2", "kernel")
    assert t.explain(h * 1, one).target == "y", "an expression is no name"
    assert t.explain(source=one, target=long_name_of_the_target, loss=long_name_of_the_target).target == "loss"
    with pytest.raises(TypeError, match=r"the label 'a' is for float 2\.0"):
        t.explain(long_name_of_the_target, one, a=2.0)


# Arrays.


def test_35_arrays_show_shapes_and_words() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((128, 784), np.float32)
    W = Variable(rng.random((784, 10), np.float32), name="W")
    b = Variable(np.zeros(10, np.float32), name="b")
    with Tape() as t:
        y = x @ W + b
        loss = np.mean(ag.relu(y))
    e = t.explain(loss, W, y=y)
    assert lines(e)[:4] == [
        "∂loss/∂W: () by (784, 10), 1 path",
        "∂loss/∂W = ∂loss/∂y · ∂y/∂W",
        "  ∂loss/∂y: () by (128, 10), mean of relu",
        "  ∂y/∂W: (128, 10) by (784, 10), add of matmul",
    ]
    assert lines(e)[4].startswith("gradient: (784, 10) float32, ")
    assert r"\underbrace{\frac{\partial y}{\partial W}}_{(128, 10) \text{ by } (784, 10)}" in e._repr_latex_()
    e = t.explain(y, W)
    assert lines(e)[2:4] == [
        "  ∂y/∂v1: (128, 10) by (128, 10), add, element by element: all 1",
        "  ∂v1/∂W: (128, 10) by (784, 10), matmul: times its left operand, transposed",
    ]
    assert lines(e)[-1].startswith("gradient of the sum of y's elements: (784, 10) float32, ")
    assert "summed over the copies that broadcasting made" in str(t.explain(y, b))
    np.testing.assert_array_equal(t.explain(loss, W).total, t.gradient(loss, W).numpy())


def test_35_what_each_path_contributes_to_an_array() -> None:
    x = Variable([1.0, 2.0, 3.0], name="x")
    with Tape(persistent=True) as t:
        a = x * x
        y = np.sum(a * np.array([1.0, 0.0, 2.0])) + x[1]
    e = t.explain(y, x, a=a)
    assert e.count == len(e.paths) == 3
    assert [p.product.tolist() for p in e.paths] == [[1, 0, 6], [1, 0, 6], [0, 1, 0]]
    np.testing.assert_array_equal(e.summed, e.total)
    np.testing.assert_array_equal(e.total, t.gradient(y, x).numpy())
    assert "  ∂y/∂x: " not in str(e)
    assert "1 for the elements taken, 0 for the others" not in str(e), "getitem is passed over here"
    assert "getitem: 1 for the elements taken, 0 for the others" in str(t.explain(y, x))


def test_35_arrays_between_scalars() -> None:
    x = Variable(2.0, name="x")
    with Tape() as t:
        h = x * np.ones(3)
        y = np.sum(h * h)
    e = t.explain(y, x, h=h)
    assert (e.total, e.summed, [p.product for p in e.paths]) == (12, 12, [6, 6])
    assert "∂h/∂x: (3,) by (), multiply, element by element: all 1; summed over the copies" in str(e)
    assert lines(e)[3] == "∂y/∂x = 6 + 6 = 12"


def test_35_functions_with_rules_of_their_own_are_one_step() -> None:
    @ag.custom_gradient
    def both(a, b):
        return (a * b, np.sum(a) + b), lambda up, down: (up * b + down, np.sum(up * a) + down)

    a, b = Variable(2.0, name="a"), Variable(3.0, name="b")
    with Tape(persistent=True) as t:
        product, total = both(a, b)
        y = product * total
        z = ag.checkpoint(lambda a, b: a * np.exp(b))(a, b)
    e = t.explain(y, a, product=product, total=total)
    assert [(p.nodes, p.product) for p in e.paths] == [(("y", "product", "a"), 15), (("y", "total", "a"), 6)]
    assert e.paths[0].factors[1].ops == ("pick", "both", "pack")
    assert e.total == t.gradient(y, a).item() == 21
    assert t.explain(z, b).paths[0].factors[0].number == pytest.approx(2 * np.exp(3))


# Many paths.


@pytest.mark.parametrize("arms", ["one operand twice", "two operations"])
def test_35_sixty_diamonds_are_counted_not_walked(arms) -> None:
    calls = []
    double = Primitive("test_explain_double", lambda a: a, [lambda g, y, a: calls.append(1) or g])
    x = Variable(1.0)
    with Tape() as t:
        y = x
        for _ in range(60):
            a = double(y)
            y = a + a if arms == "one operand twice" else a + double(y)
    per_diamond = 1 if arms == "one operand twice" else 2
    e = t.explain(y, x)
    assert e.count == 2**60
    assert (e.total, e.summed, len(e.paths)) == (2.0**60, 2.0**60, 12)
    assert len(calls) == 2 * 60 * per_diamond, "once for the gradient, once for the local derivative"
    assert lines(e)[0] == "∂y/∂x is the sum over 1,152,921,504,606,846,976 paths; the 12 largest:"
    assert max(map(len, lines(e))) < 600
    assert e._repr_latex_().count("frac") < 12 * 14


def test_35_of_many_paths_the_largest_are_listed() -> None:
    x = Variable(1.0, name="x")
    with Tape() as t:
        y = x
        for _ in range(5):
            y = 2 * y - 3 * y
    e = t.explain(y, x)
    assert (e.count, e.total) == (32, -1)
    assert [p.product for p in e.paths] == [-243] + [162] * 5 + [-108] * 6
    assert "the 12 largest" in str(e)
    assert e._repr_latex_().count("\\cdots") == 2, "one row more, one term more"


def test_35_of_many_paths_through_arrays_the_first_are_listed() -> None:
    x = Variable([1.0, 2.0])
    with Tape() as t:
        y = x
        for _ in range(5):
            y = y + y
    e = t.explain(y, x)
    assert (e.count, len(e.paths), e.summed, e.total.tolist()) == (32, 12, None, [32, 32])
    assert "∂y/∂x is the sum over 32 paths; the first 12:" in str(e)


def test_35_a_long_chain_is_linear_and_not_recursive() -> None:
    program = """
import sys
from autograd import Tape, Variable
import autograd.explain
x = Variable(1.0)
with Tape() as t:
    y = x
    for _ in range(3000):
        y = y + y * 0.0
sys.setrecursionlimit(100)
e = t.explain(y, x)
print(e.count == 10**100, e.total, e.summed, len(str(e)) < 20_000, "at least 10¹⁰⁰ paths" in str(e))
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], cwd=root, capture_output=True, encoding="utf-8"
    )
    assert done.stderr == ""
    assert done.stdout == "True 1.0 1.0 True True\n"


OPS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: np.sin(a),
    lambda a, b: a * a,
    lambda a, b: ag.relu(a),
    lambda a, b: np.maximum(a, b),
    lambda a, b: -b,
]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9),
    st.lists(st.floats(-2, 2), min_size=2, max_size=2),
    st.sets(st.integers(0, 10)),
)
def test_35_paths_add_up_to_the_gradient(program, at, labelled) -> None:
    x, w = Variable(at[0], name="x"), Variable(at[1], name="w")
    values = [x, w]
    with Tape(persistent=True) as t:
        for op, i, j in program:
            values.append(op(values[i % len(values)], values[j % len(values)]))
    labels = {f"n{i}": values[i] for i in labelled if 2 <= i < len(values)}
    expected = t.gradient(values[-1], x)
    e = t.explain(values[-1], x, **labels)
    assert e.connected is (expected is not None)
    if not e.connected:
        assert e.reasons
        return
    assert e.total == expected.item()
    assert e.agrees
    # The same number of paths, and the same products, by walking all of them.
    walked = 0
    stack = [(values[-1], 1.0)]
    total = 0.0
    source = t.values_of(x)[0]
    made = {id(n.out): n for n in t.nodes}
    while stack:
        value, product = stack.pop()
        if value is source:
            walked, total = walked + 1, total + product
        elif id(value) in made:
            node = made[id(value)]
            for i, operand in enumerate(node.inputs):
                inputs = [getattr(v, "value", v) for v in node.inputs]
                g = node.op.rules[i](1.0, node.out.value, *inputs)
                stack.append((operand, product * float(g)))
    assert e.count == walked
    scale = sum(abs(p.product) for p in e.paths) + 1
    assert abs(e.summed - total) <= 1e-9 * scale
    if e.count == len(e.paths):
        assert abs(sum(p.product for p in e.paths) - e.total) <= 1e-9 * scale
    for path in e.paths:
        assert path.product == pytest.approx(float(np.prod([f.number for f in path.factors])))
        assert len(path.nodes) == len(path.factors) + 1
        assert all(f.top == n for f, n in zip(path.factors, path.nodes, strict=False))
    assert balanced(e._repr_latex_())


def test_35_a_rule_that_is_not_linear_is_told() -> None:
    strange = ag.custom_gradient(lambda x: (x * 1.0, lambda up: up + 1.0))
    x = Variable(2.0, name="x")
    with Tape() as t:
        y = 3 * strange(x)
    e = t.explain(y, x)
    assert (e.total, e.summed, e.agrees) == (4, 6, False)
    assert "the paths add up to 6, and the backward sweep gives 4" in str(e)


# LaTeX.


def balanced(latex: str) -> bool:
    plain = re.sub(r"\\[{}\\]", "", latex)
    depth = 0
    for c in plain:
        depth += {"{": 1, "}": -1}.get(c, 0)
        assert depth >= 0
    return depth == 0 and latex.count("\\begin") == latex.count("\\end") and latex.count("$$") == 2


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w", "w"),
        ("x12", "x_{12}"),
        ("x_1", "x_{1}"),
        ("my_var", r"\text{my\_var}"),
        ("50%", r"\text{50\%}"),
        ("a{b}$&#", r"\text{a\{b\}\$\&\#}"),
        ("a\\b^c~", r"\text{a}\backslash \text{b}\wedge \text{c}\sim "),
        ("größe", r"\text{größe}"),
        ("two\nlines", r"\text{two lines}"),
    ],
)
def test_names_are_escaped_in_latex(name, latex) -> None:
    assert name_latex(name) == latex
    x = Variable(2.0, name=name)
    with Tape() as t:
        y = x * x
    e = t.explain(y, x)
    assert balanced(e._repr_latex_())
    assert "\n" not in lines(e)[1]
    assert "\n" not in e.source or name == "two\nlines"


def test_numbers_in_latex() -> None:
    x = Variable(1e-9, name="x")
    with Tape() as t:
        y = x * x + np.nan * x
    assert r"1 \times 10^{-9}" in t.explain(y, x)._repr_latex_()
    assert r"\text{NaN}" in t.explain(y, x)._repr_latex_()


# A gradient that does not flow.


def before_and_after(t: Tape, explained, target, source) -> Explanation:
    """What `explain` says, which must be the same after the gradient came out None and the recording is gone."""
    e = explained()
    assert not e.connected
    assert t.gradient(target, source) is None
    assert t.nodes == []
    assert explained().reasons == e.reasons
    return e


def test_35_not_watched() -> None:
    x, w = Tensor(3.0), Variable(2.0)
    with Tape() as t:
        y = x * x
        z = w * x  # FIRST USE
    e = t.explain(z, x)
    assert lines(e) == [
        "no gradient flows from z to x:",
        f"  1. x is not watched: a plain tensor is a constant to the tape, which first used it here ({place('FIRST USE')})",
        "     try: t.watch(x) inside the scope, before it is used, or make it a Variable",
    ]
    assert (e.connected, e.paths, e.count, e.total) == (False, (), 0, None)
    assert e.reason == str(e.reasons[0])
    assert e._repr_latex_() is None
    assert e._repr_markdown_().startswith("No gradient flows from `z` to `x`:\n\n1. x is not watched")
    assert repr(e) == "Explanation(∂z/∂x: not connected, not watched)"
    before_and_after(t, lambda: t.explain(y, x), y, x)
    with Tape(watch_accessed_variables=False) as t:
        y = w * 2.0
    e = t.explain(y, w)
    assert kinds(e) == ["not watched"]
    assert "watch_accessed_variables=False" in e.reason
    before_and_after(t, lambda: t.explain(y, w), y, w)


def test_35_watched_after_it_was_used() -> None:
    x = Tensor(3.0, name="x")
    with Tape() as t:
        y = x * x  # TOO EARLY
        t.watch(x)
    e = before_and_after(t, lambda: t.explain(y, x), y, x)
    assert kinds(e) == ["not recorded"]
    assert "a tensor that is watched later counts from there on" in e.reason
    assert place("TOO EARLY") in e.reason


def test_35_not_trainable() -> None:
    x, w = Variable(3.0, name="x"), Variable(2.0, name="w", trainable=False)
    with Tape() as t:
        y = x * w  # FROZEN
    e = before_and_after(t, lambda: t.explain(y, w), y, w)
    assert kinds(e) == ["not trainable"]
    assert e.reason == (
        f"w is a variable with trainable=False, which a tape watches only if told to ({place('FROZEN')}); "
        f"try: t.watch(w) inside the scope, before it is used"
    )


def test_35_dtype() -> None:
    x, n = Variable(3.0), Variable(2, name="n")
    with Tape() as t:
        y = x * n
    e = t.explain(y, n)
    assert kinds(e) == ["dtype"]
    assert "n has dtype int64, and only floating numbers carry a derivative" in e.reason
    assert "Variable(2.0)" in e.reasons[0].advice


def test_35_never_read() -> None:
    x, w = Variable(3.0, name="x"), Variable(2.0, name="w")
    with Tape() as t:  # UNREAD
        y = x * x
    e = before_and_after(t, lambda: t.explain(y, w), y, w)
    assert kinds(e) == ["never read"]
    read = "w was not read by an operation on this thread while the tape was recording"
    assert f"{read} ({place('UNREAD')})" in str(e)


def test_35_made_before_or_after_the_scope() -> None:
    x = Variable(3.0, name="x")
    before = x * x  # BEFORE
    with Tape(persistent=True) as t:  # SCOPE
        y = before * x
    after = x * x  # AFTER
    e = t.explain(before, x)
    assert kinds(e) == ["before the scope"]
    assert f"before was computed before the scope that was opened at {place('SCOPE')}" in e.reason
    assert e.reasons[0].where == (__file__, int(place("BEFORE").rsplit(":")[-1]))
    assert "move `before = x * x` into the scope" in e.reason
    e = t.explain(after, x)
    assert kinds(e) == ["after the scope"]
    assert place("AFTER") in e.reason
    e = t.explain(y, before)
    assert kinds(e) == ["before the scope", "not watched"]
    assert f"before was made before the scope that was opened at {place('SCOPE')}" in e.reason
    assert place("BEFORE") in e.reason


def test_35_computed_where_the_source_does_not_show_it() -> None:
    x = Variable(3.0, name="x")
    found = []
    with Tape(persistent=True) as t:
        y = x * 1
        contextvars.Context().run(lambda: found.append(x * x))
        thread = threading.Thread(target=lambda: found.append(x * x))
        thread.start()
        thread.join()
    for z in (found[0], found[1]):
        e = t.explain(z, x)
        assert kinds(e) == ["not recorded"] or kinds(e) == ["outside the scope"]
    e = t.explain(found[0], x)
    assert kinds(e) == ["outside the scope"]
    assert "before the scope or after it, on another thread" in e.reason
    assert t.explain(y, x).connected


def test_35_stop_recording_and_reset() -> None:
    x = Variable(3.0, name="x")
    with Tape() as t:
        y = x * x
        with t.stop_recording():  # PAUSE
            z = x * x
    e = before_and_after(t, lambda: t.explain(z, x), z, x)
    assert kinds(e)[0] == "stop_recording"
    assert place("PAUSE") in e.reason
    with Tape() as t:
        y = x * x
        t.reset()  # RESET
        z = x * x
    assert "reset" in kinds(t.explain(y, x))
    assert f"reset() made the tape forget what it had recorded ({place('RESET')})" in str(t.explain(y, x))
    assert t.explain(z, x).connected


def test_26_explain_names_a_rebinding() -> None:
    x = Variable(2.0)
    with Tape() as t:
        y = x * x
    t.gradient(y, x)
    x = x + 1  # REBOUND
    with Tape() as t:
        y = x * x
    e = before_and_after(t, lambda: t.explain(y, x), y, x)
    assert kinds(e) == ["rebound", "not watched"]
    assert "x is a plain tensor, no Variable: `x = x + 1` made a new tensor and bound the name to it" in e.reason
    assert place("REBOUND") in e.reason
    assert "x.assign_add(1.0)" in e.reason


def test_26_a_rebinding_in_a_training_loop() -> None:
    w = Variable([1.0, 2.0])
    for _ in range(2):
        with Tape() as t:
            loss = np.sum(w * w)
        g = t.gradient(loss, w)
        if g is None:
            break
        w -= 0.1 * g  # STEP
    e = t.explain(loss, w)
    assert kinds(e)[0] == "rebound"
    assert e.reasons[0].where == (__file__, int(place("STEP").rsplit(":")[-1]))
    hidden = [Variable(1.0) + 1.0]
    with Tape() as t:
        y = hidden[0] * 2.0
    e = t.explain(y, hidden[0])
    assert kinds(e) == ["not watched", "rebound"]
    assert "hidden[0] = hidden[0] + 1 made a plain tensor of it" in str(e)


def test_35_integer_cast() -> None:
    x = Variable([3.7, 1.2], name="x")
    w = Variable(2.0)
    with Tape() as t:
        y = w * np.sum(x)
        n = x.astype(int)  # CAST
        y = w * n.sum()
    e = t.explain(y, x)
    assert kinds(e) == ["cast"]
    assert e.reason.startswith(f"x was cast to int64, which carries no derivative ({place('CAST')}); try: ")
    e = t.explain(n, x)
    assert kinds(e) == ["cast", "no tensor"]
    assert "n is a plain ndarray, as comparisons, np.argmax and casts to integers give" in str(e)
    before_and_after(t, lambda: t.explain(y, x), y, x)


def test_35_converted_to_numpy_or_to_a_python_number() -> None:
    x, w = Variable([3.0, 1.0], name="x"), Variable(2.0, name="w")
    with Tape() as t:
        h = x * x
        with pytest.warns(UserWarning, match="the gradient stops here"):
            y = w * np.sum(h.numpy())  # NUMPY
        z = w * float(h[0])  # NUMBER
        k = w * sum(h.tolist())  # LIST
    for target, mark, words in [
        (y, "NUMPY", "was converted to NumPy"),
        (z, "NUMBER", "was converted to a Python number"),
        (k, "LIST", "was converted to a list"),
    ]:
        e = t.explain(target, x)
        assert kinds(e) == ["converted"] * 3
        assert f"a value computed from x {words}" in e.reason
        assert place(mark) in e.reason, "that of the target's own line comes first"
    e = before_and_after(t, lambda: t.explain(z, x), z, x)
    assert place("NUMBER") in e.reason


def test_35_printing_the_loss_is_no_reason() -> None:
    x, w = Variable(3.0, name="x"), Variable(2.0, name="w")
    with Tape() as t:
        a = x * 1
        loss = w * w
        print(float(loss))
    assert kinds(t.explain(loss, x)) == ["no path"]
    assert t.gradient(loss, x) is None
    assert kinds(t.explain(loss, x)) == ["no path"]
    assert "a persistent tape could say more" in t.explain(loss, x).reason
    assert a.shape == ()


def test_35_stop_gradient() -> None:
    x, w = Variable(3.0, name="x"), Variable(2.0)
    with Tape() as t:
        s = ag.stop_gradient(x * x)  # STOP
        y = w * s
        z = ag.stop_gradient(x)  # STOP X
        assert [cut.what for cut in t.cuts] == ["stop_gradient"] * 2
    e = t.explain(s, x)
    assert kinds(e)[0] == "stop_gradient"
    assert place("STOP") in e.reason
    e = t.explain(z, x)
    assert f"x was made a constant by stop_gradient ({place('STOP X')})" in e.reason
    before_and_after(t, lambda: t.explain(y, x), y, x)


def test_35_other_tape() -> None:
    x, c = Variable(3.0, name="x"), Tensor(1.0, name="c")
    with Tape(persistent=True) as one:  # ONE
        one.watch(c)
        y = x * c
    with Tape() as two:
        z = x * 1
    e = two.explain(y, x)
    assert kinds(e) == ["other tape"]
    assert f"y was recorded by another tape that was opened at {place('ONE')}, not by this one" in e.reason
    e = two.explain(z, c)
    assert kinds(e) == ["other tape", "not watched"]
    assert f"c is known to another tape that was opened at {place('ONE')}" in e.reason
    two.gradient(y, x)
    assert kinds(two.explain(y, x)) == ["other tape"]


def test_35_constants_and_plain_values_as_target() -> None:
    x = Variable([3.0, 1.0], name="x")
    with Tape(persistent=True) as t:
        a = x * x
        wrapped = Tensor(a.value)
        index = np.argmax(a)  # ARGMAX
        mask = a > 1  # MASK
    e = t.explain(wrapped, x)
    assert kinds(e) == ["constant"]
    assert "wrapped is a constant: Tensor(...) made it around the array of a recorded value" in e.reason
    assert "from a number or an array" in t.explain(Tensor(2.0), x).reason
    e = t.explain(index, x)
    assert kinds(e) == ["plain", "no tensor", "plain"], "that of the line that made the target comes first"
    assert (
        f"a value computed from x went into np.argmax, which gives plain values without a derivative ({place('ARGMAX')})"
        in e.reason
    )
    assert "index is a plain int64, as comparisons, np.argmax and casts to integers give" in str(e)
    e = t.explain(mask, x)
    assert kinds(e) == ["plain", "no tensor", "plain"]
    assert f"went into a comparison, which gives plain values without a derivative ({place('MASK')})" in e.reason
    assert kinds(t.explain(3.0, x))[0] == "no tensor"
    assert "y is a plain float" in t.explain(3.0, x).reason


def test_35_plain_values_and_copies_as_source() -> None:
    data, x = np.ones(2), Variable(3.0)
    c = Tensor(data, name="c")
    twin = Tensor(data)
    with Tape(persistent=True) as t:
        t.watch(c)
        y = c * x
    e = t.explain(y, data)
    assert kinds(e) == ["no tensor"]
    assert "data is a ndarray, and a tape follows tensors only" in e.reason
    e = t.explain(y, twin)
    assert kinds(e) == ["not watched", "copy"]
    assert "twin holds the same array as c, which the tape follows, but is another tensor" in str(e)


def test_35_no_path() -> None:
    x, w = Variable(3.0, name="x"), Variable(2.0, name="w")
    with Tape() as t:
        y = x * x
        z = w * y
        u = w * 1
    assert t.explain(z, x).connected
    e = t.explain(u, x)
    assert kinds(e) == ["no path"]
    assert "what is stored in a variable by assign() counts as a constant" in e.reason
    with Tape(persistent=True) as t:
        y = x * x
        u = w * 1
    assert t.explain(u, x).reason.startswith("no recorded operation leads from x to u: u was computed from w; try: ")


def test_35_operands_without_a_derivative() -> None:
    x, w = Variable(1.0, name="x"), Variable(2.0)
    with Tape() as t:
        y = np.where(x, w, 0.0)  # WHERE
    e = t.explain(y, x)
    assert kinds(e) == ["no rule"]
    assert f"where takes its operand 1 as data and has no derivative by it ({place('WHERE')})" in e.reason

    @ag.custom_gradient
    def scale(a, b):
        return a * b, lambda up: (up * b, None)

    with Tape(persistent=True) as t:
        y = scale(w, x) * 2.0  # SCALE
    assert t.gradient(y, x) is None
    e = t.explain(y, x)
    assert kinds(e) == ["custom gradient"]
    assert f"the gradient function of scale returned None for what comes from x ({place('SCALE')})" in e.reason
    assert t.explain(y, w).connected


# Asking afterwards.


def test_35_after_the_gradient_only_what_was_none_can_be_explained() -> None:
    x, w, c = Variable(3.0, name="x"), Variable(2.0, name="w"), Tensor(1.0)
    with Tape() as t:
        y = x * c  # C
        z = w * 1
    assert t.gradient([y, z], [x, w, c])[2] is None
    assert place("C") in t.explain(y, c).reason
    assert kinds(t.explain(z, c)) == ["not watched"]
    with pytest.raises(TapeError, match=r"explain before taking the gradient, or use Tape\(persistent=True\)"):
        t.explain(y, x)
    with Tape() as t:
        y = x * 1
    assert t.jacobian(y, w) is None
    assert kinds(t.explain(y, w)) == ["never read"]
    with t:
        y = x * w
    assert t.explain(y, w).connected, "a tape that is entered again has a recording again"


def test_35_a_persistent_tape_can_be_asked_at_any_time() -> None:
    x, w = Variable(3.0, name="x"), Variable(2.0, name="w")
    with Tape(persistent=True) as t:
        y = x * x
    assert t.gradient(y, w) is None
    assert kinds(t.explain(y, w)) == ["never read"]
    assert t.explain(y, x).total == 6
    with pytest.warns(UserWarning, match="inside the scope"), t:
        y = x * x
        g = t.gradient(y, x)
        assert t.explain(g, x).total == 2, "inside the scope, and of a gradient"


def test_35_neither_a_reason_nor_an_explanation_keeps_memory() -> None:
    x, c = Variable(np.ones(1000), name="x"), Tensor(1.0)
    gc.disable()
    try:
        with Tape() as t:
            h = x * 2
            y = np.sum(h * h)
        before = t.explain(y, x)
        alive = weakref.ref(h.value)
        del h
        assert t.gradient(y, c) is None
        assert alive() is None
        after = t.explain(y, c)
        gone = weakref.ref(y)
        del y
        assert gone() is None
        assert (before.connected, after.connected) == (True, False)
    finally:
        gc.enable()


def test_35_a_gradient_that_flows_costs_nothing_more() -> None:
    program = """
import sys
from autograd import Tape, Variable
x = Variable(1.0)
with Tape() as t:
    y = x * x
    print(float(y))
t.gradient(y, x)
print("autograd.explain" in sys.modules)
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1.0", "False"]


# Mistakes.


def test_35_mistakes() -> None:
    x = Variable(3.0)
    with pytest.raises(TapeError, match="never recorded"):
        Tape().explain(x, x)
    with Tape() as t:
        y = x * x
    with pytest.raises(TypeError, match=r"explain got list .* as target; expected one tensor"):
        t.explain([y], x)
    with pytest.raises(TypeError, match=r"explain got None.*as source"):
        t.explain(y, None)


def test_35_where_there_is_no_source_to_read() -> None:
    names = {"x": Variable(3.0, name="x"), "Tape": Tape, "c": Tensor(1.0)}
    exec(
        "with Tape() as t:\n    y = x * x\nz = x * x\na, b, n = t.explain(z, x), t.explain(y, c), t.explain(y, x)",
        names,
    )
    assert kinds(names["a"]) == ["outside the scope"]
    assert kinds(names["b"]) == ["not watched"]
    assert names["n"].target == "y"


@pytest.mark.parametrize(
    ("f", "op"),
    [
        (lambda A: np.linalg.slogdet(A)[1], "slogdet"),
        (lambda A: np.sum(np.linalg.eigh(A)[0]), "eigh"),
        (lambda A: np.sum(np.linalg.svd(A)[1]), "svd"),
        (lambda A: np.sum(np.linalg.eig(A)[0].real), "eig"),
    ],
)
def test_35_operations_with_several_results_are_explained(f, op) -> None:
    """Of a symmetric positive matrix the last three are its trace, and the first has the inverse as its gradient."""
    matrix = np.array([[2.0, 0.5], [0.5, 1.0]])
    A = Variable(matrix, name="A")
    with Tape() as t:
        y = f(A)
    explanation = t.explain(y, A)
    assert f"pick of {op}" in str(explanation)
    expected = np.linalg.inv(matrix) if op == "slogdet" else np.eye(2)
    np.testing.assert_allclose(explanation.total, expected, atol=1e-14)
    assert explanation.agrees


def test_35_more_paths_than_people_count_are_given_by_their_size() -> None:
    """Two ways through each of 266 products: 2²⁶⁶ = 1.19 · 10⁸⁰."""
    x = Variable(1.0, name="x")
    with Tape() as t:
        y = x
        for _ in range(266):
            y = y * 0.5 + y * 0.5
    assert "the sum over 1.2e80 paths" in str(t.explain(y, x))


def test_paths_that_do_not_add_up_are_not_called_the_derivative() -> None:
    small = ag.custom_gradient(lambda v: (2.0 * v, lambda g: np.clip(2.0 * g, -1.0, 1.0)))
    x = Variable(2.0, name="x")
    with Tape(persistent=True) as t:
        a = small(5.0 * x)
        y = a * a
        z = 3.0 * a
    assert t.gradient(y, x).item() == t.gradient(z, x).item() == 5.0
    lines = str(t.explain(y, x)).splitlines()
    assert "100 + 100 = 200" in lines
    assert lines[0] == "∂y/∂x: 2 paths:"
    assert not any(line.startswith("∂y/∂x = ") for line in lines)
    assert lines[-1].startswith("the paths add up to 200, and the backward sweep gives 5: ")
    assert str(t.explain(z, x)).splitlines()[0].endswith("= 3 · 1 · 5 = 15")
    assert not str(t.explain(z, x)).startswith("∂z/∂x")
    formula = t.explain(y, x)._repr_latex_()
    assert r"\text{sum of the paths} &=" in formula
    assert "100 + 100 = 200" in formula


def test_of_complex_numbers_it_says_what_the_tape_gives() -> None:
    z = Variable(1 + 2j, name="z")
    with Tape(persistent=True) as t:
        y = np.abs(z) ** 2
    text = str(t.explain(y, z))
    assert "= 2 − 4i" in text
    assert text.splitlines()[-1] == "Tape.gradient gives the conjugate, 2 + 4i, as TensorFlow does"
    assert t.gradient(y, z).numpy() == pytest.approx(2 + 4j)  # of x² + y²: 2x + 2iy
