"""A primitive: one differentiable operation, and what happens when it is called.

Calling a primitive unwraps its arguments, runs the NumPy function, wraps the result, and lets every open
recording that watches an argument note it down. This is the hot path of the whole engine.

A primitive called on plain arrays alone is just its NumPy function: so the same derivative rule runs at
NumPy's speed on arrays, and is itself recorded when an outer tape hands it tensors.
"""

from __future__ import annotations

import inspect
import numbers
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd.debug import check_in_force, checks_open
from autograd.derivative_array import DerivativeArray
from autograd.errors import NoDerivativeError
from autograd.flops import Formula, once
from autograd.graph import Value, open_anywhere, open_recordings, raw, record, recordings_elsewhere
from autograd.nest import leaves

Rule = Callable[..., Any]

# The rows of the table by name; the tests hold that each has a sample.
registry: dict[str, Primitive] = {}

# NumPy functions that are several operations one after the other, and how; by the NumPy function.
compositions: dict[Callable[..., Any], Callable[..., Any]] = {}

_PYTHON_NUMBERS = frozenset({float, int, bool, complex})
_PLAIN = _PYTHON_NUMBERS | {np.ndarray, type(None)}


class Every:
    """The rules of an operation with any number of inputs: one rule, which is told the position first."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __getitem__(self, position: int) -> Rule:
        return partial(self.rule, position)


class Primitive:
    """One differentiable operation.

    `forward(*inputs, **params)` computes the value: inputs are data and positional, params are metadata and
    keyword. `rules[i](g, y, *inputs, **params)` pulls a cotangent `g` of the output `y` back to input i; it is
    linear in g, and None marks an input that carries no derivative (a mask, labels). `Every` serves any number of
    inputs with one rule.
    `push(op, tangents, y, inputs, params)` carries tangents forward (None: derived from the rules).
    `elementwise` says that the rules see each element by itself, `broadcasts` that inputs may have been
    broadcast, `real` that the rules hold for real numbers only. `numpy` lists the NumPy functions that mean this
    operation. `flops(operands, out, params)` estimates the floating point operations from shapes.
    `apex(i, y, *inputs, **params)` gives the `Cone` of input i, if the operation has points of cones.
    """

    __slots__ = (
        "apex",
        "arity",
        "broadcasts",
        "complete",
        "elementwise",
        "flops",
        "forward",
        "name",
        "numpy",
        "params",
        "push",
        "real",
        "rules",
    )

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        rules: Sequence[Rule | None] | Every,
        *,
        push: Callable[..., Any] | None = None,
        elementwise: bool = False,
        broadcasts: bool = False,
        real: bool = False,
        numpy: Sequence[Callable[..., Any]] = (),
        apex: Callable[..., Any] | None = None,
        flops: Formula = once,
    ) -> None:
        self.apex = apex
        self.flops = flops
        self.name = name
        self.forward = forward
        self.rules = rules
        self.push = push
        self.elementwise = elementwise
        self.broadcasts = broadcasts
        self.real = real
        self.numpy = tuple(numpy)
        self.complete = isinstance(rules, Every) or None not in rules
        self.arity = None if isinstance(rules, Every) else len(rules)
        self.params = _keywords(rules.rule if isinstance(rules, Every) else next(r for r in rules if r is not None))

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The operation on tensors, arrays and numbers; plain in, plain out."""
        if checks_open and (check := check_in_force()) is not None and check.operations:
            return check.operation(self, args, params)
        recordings = open_recordings.get()
        if not recordings and open_anywhere:
            recordings = recordings_elsewhere(args)
        inputs = []
        values = []
        kind = None
        for a in args:
            if isinstance(a, Value):
                if recordings and a.is_variable:
                    a = a.reading(recordings)
                kind = a.kind
                values.append(a.value)
            else:
                if type(a) not in _PLAIN:
                    a = constant(a, self.name)
                values.append(a)
            inputs.append(a)
        try:
            y = self.forward(*values, **params)
        except ArithmeticError:
            # Python floats raise at 1.0 / 0.0 and at overflow, where NumPy answers inf.
            y = self.forward(*[np.float64(v) if type(v) in _PYTHON_NUMBERS else v for v in values], **params)
        except Exception as error:
            error.add_note(f"raised by {self.name}({', '.join([describe(v) for v in values])})")
            raise
        if kind is None:
            return y
        if type(y) is np.ndarray and y.ndim == 0:
            y = y[()]
        if type(y) is np.float64 and "dtype" not in params and all([type(v) in _PYTHON_NUMBERS for v in values]):
            # Python numbers never widen an array (NEP 50), so what is made of them alone stays one of them.
            y = float(y)
        out = kind.__new__(kind)
        out.value = y
        if recordings:
            record(recordings, self, tuple(inputs), params, out)
        return out


def register(primitive: Primitive) -> Primitive:
    """Enter a primitive into the table of operations."""
    if primitive.name in registry:
        raise ValueError(f"there is an operation called {primitive.name!r} already")
    registry[primitive.name] = primitive
    return primitive


def composed(*functions: Callable[..., Any] | str) -> Callable[[Rule], Rule]:
    """Enter a composition into the table: what these NumPy functions run when they are given tensors.

    A function that came after NumPy 2.0 is given by its name, "unstack", and left out where NumPy lacks it.
    """

    def enter(composition: Rule) -> Rule:
        for function in functions:
            found = getattr(np, function, None) if isinstance(function, str) else function
            if found is None:
                continue
            if found in compositions:
                raise ValueError(f"there is a composition of {found.__name__} already")
            compositions[found] = composition
        return composition

    return enter


def describe(x: Any) -> str:
    """A value in a message: `float32 (128, 10)` for an array, the number itself for a Python number."""
    x = raw(x)
    if hasattr(x, "dtype"):
        return f"{x.dtype} {tuple(x.shape)}"
    return repr(x) if len(repr(x)) <= 40 else type(x).__name__


def constant(a: Any, name: str) -> Any:
    """A constant as something NumPy computes with: arrays as they are, lists as arrays; `name` is who asks."""
    if isinstance(a, list | tuple):
        if any(isinstance(x, Value) for x in leaves(a)):
            raise NoDerivativeError(
                f"{name} got a list that holds tensors, whose gradients would be lost; "
                f"expected numbers or arrays. Make one tensor of it with ag.array([...]) or np.stack([...])."
            )
        check_kind(a, name)
        return np.asarray(a)
    if isinstance(a, np.ndarray):
        check_kind(a, name)
        return a.numpy() if isinstance(a, DerivativeArray) else a
    if hasattr(a, "__array_ufunc__"):
        if a.__array_ufunc__ is not None:  # None: NumPy's functions do not take it
            return a
    elif hasattr(a, "__array__"):
        return np.asarray(a)
    if isinstance(a, numbers.Real):  # a fraction
        return float(a)
    raise TypeError(f"{name} got {type(a).__name__} {a!r:.60}; expected a tensor, an array or a number")


def check_kind(a: Any, name: str) -> None:
    """Refuse matrices and masked arrays, whose operations mean something else; `name` is who asks.

    Lists and tuples are searched for them.
    """
    if type(a) is list or type(a) is tuple:
        for part in a:
            check_kind(part, name)
    if type(a) is np.ndarray or not isinstance(a, np.ndarray):
        return
    if isinstance(a, np.matrix):
        raise TypeError(
            f"{name} got an np.matrix, which multiplies and sums otherwise than arrays do; expected an array. "
            f"Make it one with np.asarray(X), and write its product as X @ t"
        )
    masked = sys.modules.get("numpy.ma")  # which a program with masked arrays has imported
    if masked is not None and isinstance(a, masked.MaskedArray):
        raise TypeError(
            f"{name} got a masked array, whose mask has no derivative rule; expected an array. "
            f"Take m.filled(0) and select elements with np.where(np.ma.getmaskarray(m), 0, y), or pass "
            f"where=~np.ma.getmaskarray(m) to a reduction"
        )


def _keywords(rule: Rule) -> tuple[str, ...]:
    """The params a rule accepts: its keyword-only parameters, in order."""
    parameters = inspect.signature(rule).parameters.values()
    return tuple([p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY])
