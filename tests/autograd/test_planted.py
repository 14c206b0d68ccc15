"""Fifty planted mistakes: rows of the table of operations with one rule spoiled. Every one must be found, and named.

Five kinds: a wrong sign, a constant factor, a transposition, a missing sum, swapped operands. The operations as they
are must pass on the same inputs, so that nothing is found by a checker that finds fault with everything.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.errors import GradientCheckError
from autograd.primitive import Every, Primitive, registry

rng = np.random.default_rng(23)
A, B = rng.normal(size=(2, 2, 3))
POS, POS2 = np.abs(A) + 0.2, np.abs(B) + 0.3
SQUARE, SQUARE2 = rng.normal(size=(2, 3, 3))
CUBE = rng.normal(size=(3, 3, 3))
ROW, COL = rng.normal(size=3), rng.normal(size=(2, 1))
MASK = np.array([[True, False, True], [False, False, True]])
TWICE = np.array([1, 0, 1])

# What the message says of each kind.
NAMES = {
    "sign": "wrong sign",
    "factor": "a constant factor",
    "transposed": "transposed",
    "missing sum": "missing sum",
    "swapped operands": "swapped operands",
}


@dataclass(frozen=True)
class Plant:
    kind: str
    op: str
    position: int  # of the input whose rule is spoiled
    rule: Callable[..., Any]
    inputs: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    broadcasts: bool | None = None  # False: the sweep does not undo the broadcasting either

    def __str__(self) -> str:
        return f"{self.kind}-{self.op}-{self.position}".replace(" ", "-")

    @property
    def spoiled(self) -> Primitive:
        """A copy of the row with one rule replaced, which is not entered into the table."""
        row = registry[self.op]
        if isinstance(row.rules, Every):
            whole = row.rules.rule
            rules: Any = Every(
                lambda i, g, y, *xs, **params: (self.rule if i == self.position else whole)(i, g, y, *xs, **params)
            )
        else:
            rules = [self.rule if i == self.position else rule for i, rule in enumerate(row.rules)]
        broadcasts = row.broadcasts if self.broadcasts is None else self.broadcasts
        return Primitive(
            f"spoiled_{row.name}", row.forward, rules,
            push=row.push, elementwise=row.elementwise, broadcasts=broadcasts, real=row.real,
        )  # fmt: skip

    def call(self, op: Primitive) -> Callable[..., Any]:
        return lambda *inputs: op(*inputs, **self.params)


def rule(op: str, position: int = 0) -> Callable[..., Any]:
    """The right rule, to be spoiled."""
    return lambda *args, **params: registry[op].rules[position](*args, **params)


def times(c: float, op: str, position: int = 0) -> Callable[..., Any]:
    return lambda *args, **params: c * rule(op, position)(*args, **params)


PLANTS = [
    # A sign: forgotten, or one too many.
    Plant("sign", "subtract", 1, lambda g, y, a, b: g, (A, B)),
    Plant("sign", "divide", 1, lambda g, y, a, b: g * y / b, (A, POS)),
    Plant("sign", "negative", 0, lambda g, y, x: g, (A,)),
    Plant("sign", "cos", 0, lambda g, y, x: g * np.sin(x), (A,)),
    Plant("sign", "tanh", 0, lambda g, y, x: g * (y * y - 1), (A,)),
    Plant("sign", "log", 0, times(-1, "log"), (POS,)),
    Plant("sign", "logsumexp", 0, times(-1, "logsumexp"), (A,), {"axis": 1}),
    Plant("sign", "matmul", 0, lambda g, y, a, b: -g @ b.mT, (A, SQUARE)),
    Plant("sign", "getitem", 0, times(-1, "getitem"), (A,), {"index": TWICE % 2}),
    Plant("sign", "concatenate", 1, lambda i, g, y, *xs, axis=0: -rule("concatenate", i)(g, y, *xs, axis=axis), (A, B)),
    # A factor: forgotten, or counted twice.
    Plant("factor", "square", 0, lambda g, y, x: g * x, (A,)),
    Plant("factor", "sqrt", 0, lambda g, y, x: g / y, (POS,)),
    Plant("factor", "multiply", 1, lambda g, y, a, b: g * a + g * a, (A, B)),
    Plant("factor", "exp", 0, times(2, "exp"), (A,)),
    Plant("factor", "mean", 0, lambda g, y, x, *, axis: rule("sum")(g, y, x, axis=axis), (A,), {"axis": 1}),
    Plant("factor", "sigmoid", 0, times(0.25, "sigmoid"), (A,)),
    Plant("factor", "softmax", 0, times(3, "softmax"), (A,)),
    Plant("factor", "max", 0, times(0.5, "max"), (A,), {"axis": 0}),
    Plant("factor", "matmul", 1, times(2, "matmul", 1), (A, SQUARE)),
    Plant("factor", "stack", 0, lambda i, g, y, *xs, axis=0: 2 * rule("stack", i)(g, y, *xs, axis=axis), (A, B)),
    # A transposition forgotten, made twice, or made of other axes.
    Plant("transposed", "matmul", 0, lambda g, y, a, b: g @ b, (SQUARE, SQUARE2)),
    Plant("transposed", "matmul", 1, lambda g, y, a, b: a @ g, (SQUARE, SQUARE2)),
    Plant("transposed", "matmul", 1, lambda g, y, a, b: a @ g, (SQUARE, ROW)),
    Plant("transposed", "transpose", 0, lambda g, y, x, *, axes=None: g, (SQUARE,)),
    Plant("transposed", "transpose", 0, lambda g, y, x, *, axes=None: g.reshape(x.shape), (A,)),
    Plant("transposed", "transpose", 0, lambda g, y, x, *, axes: np.transpose(g, axes), (CUBE,), {"axes": (2, 0, 1)}),
    Plant("transposed", "swapaxes", 0, lambda g, y, x, *, axis1, axis2: np.swapaxes(g, 0, 1), (CUBE,), {"axis1": 1, "axis2": 2}),
    Plant("transposed", "moveaxis", 0, lambda g, y, x, *, source, destination: np.moveaxis(g, source, destination), (CUBE,), {"source": 0, "destination": 2}),
    Plant("transposed", "reshape", 0, lambda g, y, x, *, shape, order: g.reshape(x.shape), (A,), {"shape": (3, 2), "order": "F"}),
    Plant("transposed", "ravel", 0, lambda g, y, x, *, order: g.reshape(x.shape), (A,), {"order": "F"}),
    # A sum missing: over an axis that was stretched, over what was read twice, or inside the rule.
    Plant("missing sum", "multiply", 0, lambda g, y, a, b: np.mean(g * b, axis=1, keepdims=True), (COL, A)),
    Plant("missing sum", "multiply", 1, lambda g, y, a, b: (g * a)[0], (A, ROW)),
    Plant("missing sum", "add", 1, lambda g, y, a, b: g[0], (A, ROW)),
    Plant("missing sum", "subtract", 0, lambda g, y, a, b: g, (ROW, A), broadcasts=False),
    Plant("missing sum", "divide", 0, lambda g, y, a, b: (g / b)[..., :1], (COL, POS)),
    Plant("missing sum", "broadcast_to", 0, lambda g, y, x, *, shape: g, (ROW,), {"shape": (2, 3)}, broadcasts=False),
    Plant("missing sum", "matmul", 1, lambda g, y, a, b: (a.mT @ g)[-1], (CUBE, SQUARE)),
    Plant("missing sum", "getitem", 0, lambda g, y, x, *, index: _written(g, x.shape, index), (A,), {"index": TWICE}),
    Plant("missing sum", "softmax", 0, lambda g, y, x: y * (g - g * y), (ROW,)),
    Plant("missing sum", "log_softmax", 0, lambda g, y, x: g - np.exp(y) * g, (ROW,)),
    # The rule of one operand written for the other, or with the two exchanged.
    Plant("swapped operands", "multiply", 0, lambda g, y, a, b: g * a, (A, B)),
    Plant("swapped operands", "multiply", 0, lambda g, y, a, b: g * a, (1.5, -2.5)),
    Plant("swapped operands", "divide", 0, rule("divide", 1), (A, POS)),
    Plant("swapped operands", "divide", 0, lambda g, y, a, b: g / a, (POS, POS2)),
    Plant("swapped operands", "power", 0, rule("power", 1), (POS, B)),
    Plant("swapped operands", "power", 1, lambda g, y, a, b: g * b**a * np.log(b), (POS, POS2)),
    Plant("swapped operands", "maximum", 0, rule("maximum", 1), (A, B)),
    Plant("swapped operands", "where", 1, rule("where", 2), (MASK, A, B)),
    Plant("swapped operands", "matmul", 0, lambda g, y, a, b: g @ a.mT, (SQUARE, SQUARE2)),
    Plant("swapped operands", "concatenate", 0, lambda i, g, y, *xs, axis=0: rule("concatenate", 1)(g, y, *xs, axis=axis), (A, B)),
]  # fmt: skip

table = pytest.mark.parametrize("plant", PLANTS, ids=str)


def _written(g: Any, shape: tuple[int, ...], index: Any) -> Any:
    """What is read twice is written twice, and the last one stays, where both should have been added."""
    out = np.zeros(shape)
    out[index] = g
    return out


def found(f: Callable[..., Any], *args: Any, **options: Any) -> str:
    """The message, or "" if there was none."""
    try:
        ag.check_gradients(f, *args, **options)
    except GradientCheckError as error:
        return str(error)
    return ""


def named(text: str) -> str:
    """The mistake that the message names."""
    match = re.search("likely mistake: (.*)", text)
    return match[1] if match else ""


def pushing(*terms: Callable[..., Any]) -> Callable[..., Any]:
    """A forward rule that adds up a term for each input that moves."""

    def push(op: Primitive, tangents: Any, y: Any, inputs: Any, params: Any) -> Any:
        parts = [term(t, y, *inputs) for term, t in zip(terms, tangents, strict=True) if t is not None]
        return sum(parts[1:], start=parts[0])

    return push


# Forward rules of their own, beside reverse rules that are right.
PUSHED = [
    ("sign", "cos", pushing(lambda t, y, x: t * np.sin(x)), (A,)),
    ("sign", "subtract", pushing(lambda t, y, a, b: t, lambda t, y, a, b: t), (A, B)),
    ("factor", "square", pushing(lambda t, y, x: t * x), (A,)),
    ("factor", "matmul", pushing(lambda t, y, a, b: 2 * (t @ b), lambda t, y, a, b: a @ t), (A, SQUARE)),
    ("factor", "softmax", pushing(lambda t, y, x: 0.5 * y * (t - np.sum(t * y, -1, keepdims=True))), (A,)),
    ("transposed", "matmul", pushing(lambda t, y, a, b: t @ b, lambda t, y, a, b: a.mT @ t), (SQUARE, SQUARE2)),
    ("transposed", "transpose", pushing(lambda t, y, x: t), (SQUARE,)),
    ("missing sum", "softmax", pushing(lambda t, y, x: y * (t - t * y)), (ROW,)),
    ("swapped operands", "multiply", pushing(lambda t, y, a, b: t * a, lambda t, y, a, b: t * b), (A, B)),
    ("swapped operands", "divide", pushing(lambda t, y, a, b: t / a, lambda t, y, a, b: -t * y / b), (POS, POS2)),
]


@pytest.mark.parametrize(("kind", "op", "push", "inputs"), PUSHED)
def test_a_forward_rule_is_found_and_named(kind: str, op: str, push: Any, inputs: tuple[Any, ...]) -> None:
    row = registry[op]
    spoiled = Primitive(
        f"spoiled_{op}", row.forward, row.rules, push=push, elementwise=row.elementwise, broadcasts=row.broadcasts
    )
    text = found(spoiled, *inputs)
    assert text.startswith("order 1, forward mode")
    assert text.endswith("reverse mode is right")
    assert NAMES[kind] in named(text)
    assert found(spoiled, *inputs, modes=["reverse"], order=1) == ""


def test_there_are_fifty_ten_of_each_kind() -> None:
    assert Counter(plant.kind for plant in PLANTS) == dict.fromkeys(NAMES, 10)
    assert len({plant.op for plant in PLANTS}) >= 30


@table
def test_it_is_found_and_named(plant: Plant) -> None:
    text = found(plant.call(plant.spoiled), *plant.inputs)
    assert "reverse mode" in text
    assert named(text).startswith(NAMES[plant.kind]), text


@table
def test_the_operation_as_it_is_passes(plant: Plant) -> None:
    assert found(plant.call(registry[plant.op]), *plant.inputs) == ""


def test_fifty_of_fifty() -> None:
    """The counts that the promise is about, printed by `pytest -s`: found, named right, false alarms."""
    texts = [found(plant.call(plant.spoiled), *plant.inputs) for plant in PLANTS]
    caught = sum(text != "" for text in texts)
    right = sum(named(text).startswith(NAMES[plant.kind]) for text, plant in zip(texts, PLANTS, strict=True))
    false = sum(found(plant.call(registry[plant.op]), *plant.inputs) != "" for plant in PLANTS)
    print(f"planted {len(PLANTS)}, found {caught}, named right {right}, false alarms {false}")
    assert (caught, right, false) == (50, 50, 0)
