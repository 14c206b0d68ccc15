"""Compiled graphs of scalars: the same bits as one by one, by levels with NumPy alone and by numba's loop."""

import math
import random
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Variable
from autograd.compiler.ir import SCALARS, Group, Kind, Program, Ref, Step
from autograd.compiler.scalar_graph import Level, ScalarGraph
from autograd.primitive import registry
from tests.autograd.compiler.backends import needs_numba, use_numpy_alone

relu = registry["relu"]
FORMS = [
    pytest.param(False, id="numpy"),
    pytest.param(True, id="numba", marks=needs_numba),
]


@pytest.fixture(params=FORMS)
def fused(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        use_numpy_alone(monkeypatch)
    return request.param


def perceptron(
    points: int, sizes: tuple[int, ...] = (2, 8, 1), activation: Any = relu
) -> tuple[Callable[[], Any], list[Variable]]:
    """A step of training on scalars alone, as micrograd's demo does: hinge loss, and a penalty on the weights."""
    rng = random.Random(0)
    layers = [
        [([Variable(rng.uniform(-1, 1)) for _ in range(n)], Variable(0.0)) for _ in range(m)]
        for n, m in pairwise(sizes)
    ]
    variables = [p for layer in layers for weights, bias in layer for p in [*weights, bias]]
    data = [([rng.gauss(0, 1), rng.gauss(0, 1)], rng.choice([-1.0, 1.0])) for _ in range(points)]

    def score(x: Any) -> Any:
        for i, layer in enumerate(layers):
            x = [sum([w * v for w, v in zip(weights, x, strict=True)], bias) for weights, bias in layer]
            x = [activation(v) for v in x] if i < len(layers) - 1 else x
        return x[0]

    def step() -> Any:
        with Tape() as t:
            losses = [relu(1.0 - y * score(x)) for x, y in data]
            loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum([p * p for p in variables])
        for p, g in zip(variables, t.gradient(loss, variables), strict=True):
            p.assign_sub(0.5 * g)
        return loss

    return step, variables


def levels_of(compiled: Any) -> list[ScalarGraph]:
    return [part.kernel for part in compiled.plans[0].executable.schedule.parts if isinstance(part, Group)]


def test_a_perceptron_of_scalars_trains_to_the_same_bits(fused: bool) -> None:
    eager, expected = perceptron(10)
    step, variables = perceptron(10)
    compiled = ag.compile(step)
    for _ in range(6):
        loss, wanted = compiled(), eager()
        assert type(loss.value) is float
        assert loss.value == wanted.value
        assert [v.value for v in variables] == [v.value for v in expected]
        assert all(type(v.value) is float for v in variables)
    assert levels_of(compiled)


def test_other_functions_agree_to_the_last_bits(fused: bool) -> None:
    eager, expected = perceptron(6, activation=np.tanh)
    step, variables = perceptron(6, activation=np.tanh)
    compiled = ag.compile(step)
    for _ in range(5):
        assert compiled().value == pytest.approx(eager().value, rel=1e-14)
    np.testing.assert_allclose([v.value for v in variables], [v.value for v in expected], rtol=1e-13)
    assert levels_of(compiled)


UNARY = [
    np.sqrt,
    np.square,
    np.exp,
    np.log1p,
    np.sin,
    np.cos,
    np.tanh,
    np.reciprocal,
    np.abs,
    np.negative,
    np.sign,
    relu,
]


def test_every_function_in_values_and_gradients(fused: bool) -> None:
    xs = [Variable(0.1 * (i + 1)) for i in range(20)]

    def graph() -> Any:
        with Tape() as t:
            parts = [f(x) for f in UNARY for x in xs]
            parts += [x / y for x, y in pairwise(xs)] + [x**3 for x in xs] + [x**0.5 for x in xs]
            parts += [np.maximum(x, y) + np.minimum(x, 0.7) for x, y in zip(xs, xs[::-1], strict=True)]
            parts += [np.where(x.value > 1.0, x, 2.0) for x in xs[:1]]
            loss = sum(parts)
        return [loss, *t.gradient(loss, xs)]

    compiled = ag.compile(graph)
    results = [[g.item() for g in compiled()] for _ in range(3)]
    np.testing.assert_allclose(results[2], [g.item() for g in graph()], rtol=1e-14)
    assert results[1] == pytest.approx(results[2], rel=1e-15)


def test_infinities_and_nans_come_out_as_in_numpy(fused: bool) -> None:
    x = Variable(0.0)

    def graph() -> Any:
        parts = [x * float(i) for i in range(40)]
        return [sum(parts), 1.0 / (x + parts[3]), (x - x) / (x * x), np.log(x), -parts[0]] + [p + 1.0 for p in parts]

    compiled = ag.compile(graph)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = [float(y) for y in graph()]
        for _ in range(3):
            np.testing.assert_array_equal([float(y) for y in compiled()], expected)
    assert math.copysign(1.0, float(compiled()[4])) == -1.0  # -0.0 stays what it is


def test_decisions_are_looked_at_in_each_run(fused: bool) -> None:
    x = Variable(1.0)

    def step() -> Any:
        y = sum([x * float(i) for i in range(50)])
        if y > 0:
            x.assign_sub(1.0)
            return y
        return y - 1000.0

    compiled = ag.compile(step)
    with pytest.warns(UserWarning, match="depends on the data"):
        found = [float(compiled())]
    x.assign(1.0)
    found.append(float(compiled()))
    x.assign(2.0)
    found += [float(compiled()) for _ in range(3)]
    assert found == [1225.0, 1225.0, 2450.0, 1225.0, -1000.0]
    assert len(compiled.plans) == 1


def test_arrays_and_scalars_in_one_program(fused: bool) -> None:
    ws = [Variable(0.01 * i) for i in range(100)]
    data = np.linspace(0, 1, 7)

    def step(x: Any) -> Any:
        with Tape() as t:
            scale = sum([w * w + w for w in ws])
            y = np.tanh(x * scale)
            factors = [np.sum(y) * w for w in ws]
            loss = sum(factors)
        return [loss, *t.gradient(loss, ws)]

    compiled = ag.compile(step)
    results = [[g.item() for g in compiled(data)] for _ in range(3)]
    np.testing.assert_allclose(results[2], [g.item() for g in step(data)], rtol=1e-14)
    assert len(levels_of(compiled)) >= 2  # the scalars before the arrays, and those after


def test_single_precision_is_not_widened_by_scalars(fused: bool) -> None:
    ws = [Variable(0.1 * i) for i in range(80)]
    x = np.ones(3, np.float32)

    def step(x: Any) -> Any:
        return x * sum([w * 2.0 for w in ws])

    compiled = ag.compile(step)
    assert [compiled(x).dtype for _ in range(3)] == [np.float32] * 3
    assert levels_of(compiled)


def test_a_variable_that_takes_a_number_or_another_value(fused: bool) -> None:
    x, y = Variable(1.0), Variable(5.0)

    def step() -> Any:
        total = sum([x * float(i) for i in range(80)]) + y * 0.0
        y.assign(7.25)
        x.assign(total)
        return total

    compiled = ag.compile(step)
    for _ in range(3):
        x.assign(2.0)
        y.assign(5.0)
        assert compiled().value == x.value == 6320.0
        assert y.value == 7.25
        assert type(x.value) is type(y.value) is float
    assert levels_of(compiled)


def test_few_scalars_stay_lines() -> None:
    x = Variable(2.0)
    compiled = ag.compile(lambda: x * 3.0 + 1.0)
    assert [float(compiled()) for _ in range(3)] == [7.0] * 3
    assert not levels_of(compiled)


def chain(count: int) -> ScalarGraph:
    """((x0 + x1) + x2) + ..., as a program of its own."""
    program, double = Program(), Kind((), np.dtype(np.float64), float)
    xs = [program.new(double) for _ in range(count)]
    total = xs[0]
    for x in xs[1:]:
        out = program.new(double)
        program.steps.append(Step(np.add, (total, x), {}, (out,)))
        total = out
    return ScalarGraph(Group(SCALARS, program.steps, xs, [total]), program)


def test_a_chain_of_additions_is_one_call_that_adds_in_order() -> None:
    values = np.random.default_rng(0).normal(size=5000) * 10.0 ** np.random.default_rng(1).integers(-8, 8, 5000)
    levels = chain(5000)
    (group,) = levels.operations
    assert isinstance(group, Level)
    assert group.chain
    total = 0.0
    for x in values.tolist():
        total += x
    assert levels(values.tolist()) == [total]
    assert total != values.sum()  # NumPy's own sum adds in another order


def test_partial_sums_that_others_need_are_kept() -> None:
    xs = [Variable(float(i)) for i in range(100)]

    def graph() -> Any:
        sums = [xs[0] * 1.0]
        for x in xs[1:]:
            sums.append(sums[-1] + x)
        return [sums[-1], sums[50] * 2.0]

    compiled = ag.compile(graph)
    assert [[float(y) for y in compiled()] for _ in range(3)][2] == [4950.0, 2550.0]


def test_the_text_of_a_large_graph_is_by_levels_and_runs(fused: bool, tmp_path: Any) -> None:
    step, variables = perceptron(80)
    compiled = ag.compile(step)
    compiled(), compiled()
    plan = compiled.plans[0]
    assert len(plan.program.steps) > 4000
    text = plan.save(tmp_path / "step.py").read_text()
    assert ".accumulate(" in text
    assert text.count("\n    v[") < 100
    space: dict[str, Any] = {}
    exec(text, space)
    state = [find() for find in plan._finds]
    loss, *new = space["step"](*state)
    assert loss == compiled().value
    assert sorted(new) == sorted([v.value for v in variables])


def test_the_text_of_a_small_graph_is_a_line_each() -> None:
    x, y = Variable(2.0, name="x"), Variable(3.0, name="y")

    def product() -> Any:
        return x * y + x

    compiled = ag.compile(product)
    assert [float(compiled()) for _ in range(3)] == [8.0] * 3
    assert "return x * y + x" in compiled.plans[0].source


def test_references_are_cheap_and_tell_themselves() -> None:
    assert repr(Ref(3)) == "Ref(3)"
    assert {Ref(3): "a"}[Ref(3)] == "a"


def test_tracing_is_linear_in_the_number_of_steps() -> None:
    """Twice the steps may not be more than twice the objects: no list grows with the square."""

    def steps(points: int) -> int:
        step, _ = perceptron(points)
        compiled = ag.compile(step)
        compiled(), compiled()
        return len(compiled.plans[0].program.steps)

    assert steps(40) < 2.1 * steps(20)
