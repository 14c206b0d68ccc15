"""The shortest ways, of operators and of the sweep through simple operations, do what the general ones do."""

from __future__ import annotations

import operator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Tape, Tensor, Variable, quick
from autograd.ops.elementwise import add, divide, multiply, subtract
from tests.counting import calls

GENERAL = {
    "__add__": lambda a, b: add(a, b), "__sub__": lambda a, b: subtract(a, b),
    "__mul__": lambda a, b: multiply(a, b), "__truediv__": lambda a, b: divide(a, b),
}  # fmt: skip
STEPS = [
    operator.add, operator.sub, operator.mul, operator.truediv,
    lambda a, b: ag.relu(a), lambda a, b: a**2, lambda a, b: np.tanh(a), lambda a, b: -a, lambda a, b: np.maximum(a, b),
]  # fmt: skip


def run(program: list[tuple[int, int, int]], leaves: list[Any], constant: Any) -> tuple[Any, list[Any], list[str]]:
    values: list[Any] = [*leaves, constant]
    with np.errstate(all="ignore"), Tape(persistent=True) as t:
        for step, i, j in program:
            with suppress(ZeroDivisionError):  # of Python's numbers by themselves
                values.append(STEPS[step](values[i % len(values)], values[j % len(values)]))
        y = values[-1]
    if not isinstance(y, Tensor) or id(y) not in t.known:
        return y, [], []
    return y.value, [g if g is None else g.value for g in t.gradient(y, leaves)], [node.op.name for node in t.nodes]


def equal(a: Any, b: Any) -> bool:
    return type(a) is type(b) and np.array_equal(a, b, equal_nan=True) if a is not None else b is None


programs = st.lists(
    st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25
)
finite = st.floats(-3, 3)


@settings(deadline=None, max_examples=150)
@given(programs, st.lists(finite, min_size=3, max_size=3), st.booleans())
def test_programs_come_out_the_same(program: Any, numbers_: list[float], arrays: bool) -> None:
    make = (lambda v: np.array([v, 1.0, -v, 0.0, 1e200])) if arrays else float
    leaves = [Variable(make(v)) for v in numbers_]
    short = run(program, leaves, 0.5)
    with patch.object(quick, "sweep", lambda *_: None):
        patches = [patch.object(Tensor, name, method) for name, method in GENERAL.items()]
        for p in patches:
            p.start()
        try:
            long = run(program, leaves, 0.5)
        finally:
            for p in patches:
                p.stop()
    assert equal(short[0], long[0])
    assert all([equal(a, b) for a, b in zip(short[1], long[1], strict=True)])
    assert short[2] == long[2]


def test_a_node_of_an_operator_knows_the_line_it_came_from() -> None:
    x = Variable(2.0)
    with Tape(persistent=True) as t:
        y = x * x  # this line
    file, line = t.nodes[0].where
    assert file == __file__
    assert "# this line" in Path(file).read_text(encoding="utf-8").splitlines()[line - 1]
    assert y.value == 4.0


def test_the_law_of_zeros_and_numpys_infinities_hold_for_numbers() -> None:
    x = Variable(0.0)
    with np.errstate(all="ignore"), Tape() as t:
        y = np.sqrt(x) * 0.0
    assert t.gradient(y, x).value == 0.0
    with np.errstate(all="ignore"), Tape() as t:
        y = np.log(x * 1.0) * 1.0
    assert t.gradient(y, x).value == np.inf
    with pytest.raises(ValueError, match="operands could not be broadcast") as caught:
        Variable(np.ones(2)) + Variable(np.ones(3))
    assert "raised by add(float64 (2,), float64 (3,))" in caught.value.__notes__


def test_a_nan_is_looked_for_once() -> None:
    """Not a stretch for each operation that hands it on."""

    def cost(operations: int) -> int:
        x = Variable([np.nan, 1.0])
        with Tape() as t:
            y: Any = x
            for _ in range(operations):
                y = np.sin(y)
        return calls(lambda: t.gradient(y, x))

    assert cost(2000) < 4.5 * cost(500)
