"""Judges a program: equal to the reference, different for a reason that is known, or a finding.

Each reason is exact:

- `page`: the reference agrees once it takes the derivatives of the table of kinks in docs/semantics.md, which are the
  third spelling of a row in `rows`;
- `law`: it agrees once an element with the cotangent 0 and a derivative that is not finite contributes 0;
- `slopes`: differences of its values or gradients at points nearby agree with ours, and its own rule does not;
- `kink`: the same at the kink of an absolute value, with the mean of the slopes on both sides;
- `cone`: a second derivative is NaN here, at the point of a cone such as the norm of zeros or at the kink of an absolute
  value, which have none; or it is that of reverse over forward mode there, for which the page promises nothing; or what
  the cone is made of does not move along the tangents, and the law of zeros drops its NaN;
- `forward`: forward mode gives NaN where reverse mode without the law of zeros would give it too;
- `warned`: the default of np.select is lost, with a warning;
- `infinite`: neither is finite; or one is not, and it is a derivative of a gradient that is not finite, or a second
  one of x log y or x ** y at 0, 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from tests.fuzz.compare import TOLERANCE, Difference, differences, reduced
from tests.fuzz.derivatives import Derivatives, inner, ours, point
from tests.fuzz.programs import Input, Program, Step, spelled, tidied, values_of

Reference = Callable[..., tuple[Derivatives, list[str]]]
REASONS = ("page", "law", "page and law")
OPTIONS: dict[str, dict[str, bool]] = {
    "page": {"page": True}, "law": {"law": True}, "page and law": {"page": True, "law": True},
}  # fmt: skip


class Verdict(NamedTuple):
    """`reason` is "equal", one of the reasons above, "refused" where the reference raises, or "finding"."""

    reason: str
    differences: list[Difference]
    message: str = ""


def judge(program: Program, reference: Reference) -> Verdict:
    try:
        got = ours(program)
    except Exception as error:  # whatever it is, it is a finding
        # NumPy looks for tensors in the choices of select, and not in its default, which is lost with a warning.
        told = isinstance(error, UserWarning) and any(isinstance(n, Step) and n.op == "select" for n in program.nodes)
        return Verdict("warned" if told else "finding", [], f"{type(error).__name__}: {error}")
    tangents = [program.tangents[i] for i in program.sources]

    def against(**options: bool) -> list[Difference]:
        expected, strange = reference(program, **options)
        found = differences(got, expected, tangents)
        return found + [Difference(f"value of {op}", got.value, expected.value) for op in strange]

    try:
        found = against()
        if not found:
            return Verdict("equal", [])
        for reason in REASONS:
            found = against(**OPTIONS[reason])
            if not found:
                return Verdict(reason, [])
        case = Case(program, reference, got.gradient, found)
        reasons = [case.reasons(d) for d in found]
        left = [d for d, reason in zip(found, reasons, strict=True) if reason is None]
        if left and len(program.weights) > 1:  # each result by itself
            parts = [judge(tidied(program._replace(weights={i: w})), reference) for i, w in program.weights.items()]
            if all(part.reason not in ("finding", "refused") for part in parts):
                return Verdict(" and ".join(sorted({part.reason for part in parts} - {"equal"})), [])
        return Verdict("finding", left) if left else Verdict(" and ".join(sorted(set().union(*reasons))), [])  # type: ignore[arg-type]
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        return Verdict("refused", [], f"{type(error).__name__}: {error}")


class Case:
    """A program that differs from the reference, and what is asked about it, computed once."""

    def __init__(self, program: Program, reference: Reference, gradient: list[Any], found: list[Difference]) -> None:
        self.program, self.reference = program, reference
        agreed = not any(d.what == "gradient" for d in found)
        self.no_gradient = agreed and not all(np.isfinite(g).all() for g in gradient)
        self._slopes: dict[str, list[Any]] = {}

    @cached_property
    def cone(self) -> bool:
        return at_cone(self.program)

    @cached_property
    def still(self) -> bool:
        """Whether what a cone is made of does not move along the tangents, so that the law of zeros drops its NaN."""
        x, t = point(self.program), [self.program.tangents[i] for i in self.program.sources]
        cones = [node.operands for node in self.program.nodes if isinstance(node, Step) and node.op in CONES]
        numbers = sorted({i for operands in cones for i in operands})
        with np.errstate(all="ignore"):
            moves = ag.jvp(lambda *s: [1.0 * values_of(self.program, s)[i] for i in numbers], x, t)[1]
            values = values_of(self.program, x)
        pairs = [(np.asarray(move), np.asarray(values[i])) for i, move in zip(numbers, moves, strict=True)]
        return any(bool(np.any((move == 0) & (value == 0))) for move, value in pairs)

    @cached_property
    def corner(self) -> bool:
        return at_corner(self.program)

    def lawless(self, what: str) -> list[Any]:
        """What reverse mode gives without the law of zeros."""
        return [self._lawless[0]] if what == "jvp" else self._lawless[1]

    @cached_property
    def _lawless(self) -> tuple[Any, list[Any]]:
        expected = self.reference(self.program, page=True)[0]
        return inner(expected.gradient, [self.program.tangents[i] for i in self.program.sources]), expected.hvp

    def slopes(self, what: str) -> list[Any]:
        """The same by differences of the reference at points nearby."""
        kind = "hvp" if what.startswith("hvp") else what
        if kind not in self._slopes:
            self._slopes[kind] = SLOPES[kind](self.program, self.reference)
        return self._slopes[kind]

    def reasons(self, d: Difference) -> set[str] | None:
        """Why a difference is as it should be, or None."""
        if d.what.startswith("value"):
            return None
        if d.what == "hvp_of_jvp" and (self.cone or at_kink(self.program)):
            return {"cone"}
        reasons = set()
        pairs = zip(d.got, d.expected, strict=True) if isinstance(d.got, list) else [(d.got, d.expected)]
        for k, (a, b) in enumerate(pairs):
            a, b = np.asarray(a), np.asarray(b)
            with np.errstate(all="ignore"):
                size = max([1.0, *[float(np.max(abs(x[np.isfinite(x)]), initial=0.0)) for x in (a, b)]])
                apart = ~np.isclose(a, b, rtol=TOLERANCE, atol=TOLERANCE * size, equal_nan=True)
            for reason in ("infinite", "cone", "forward", "kink", "slopes"):
                if apart.any():
                    explained = apart & self.explained(reason, d.what, k, a, b, size)
                    reasons |= {reason} if explained.any() else set()
                    apart = apart & ~explained
            if apart.any():
                return None
        return reasons

    def explained(self, reason: str, what: str, k: int, a: Any, b: Any, size: float) -> Any:
        """Which elements of part `k`, ours `a` and the reference's `b`, a reason explains."""
        second = what.startswith("hvp")
        if reason == "infinite":
            nowhere = (self.no_gradient and what != "gradient") or (second and self.corner)
            a_finite, b_finite = np.isfinite(a) & (abs(a) < 1e15), np.isfinite(b) & (abs(b) < 1e15)
            return ~a_finite & ~b_finite | (nowhere & ~(a_finite & b_finite))
        if reason == "cone":
            if second and self.cone and self.still:
                return np.isnan(a) | np.isnan(b)
            return np.isnan(a) & (second and (self.cone or at_kink(self.program)))
        if reason == "forward":
            forward = what in ("jvp", "hvp_of_jvp")
            return np.isnan(a) & np.isnan(self.lawless(what)[k]) if forward else np.zeros(a.shape, bool)
        if reason == "kink" and not (second and at_kink(self.program)):
            return np.zeros(a.shape, bool)
        with np.errstate(all="ignore"):
            slope = self.slopes("kink" if reason == "kink" else what)[k]
            return np.isfinite(a) & np.isclose(a, slope, rtol=1e-5, atol=1e-5 * size)


# Operations with a point like that of a cone, where their own value is 0.
KINKS = {"abs", "copysign", "vector_norm"}
CONES = {"norm", "vector_norm", "std", "hypot", "modulus"}


def at_kink(program: Program) -> bool:
    """Whether a step is the absolute value of 0."""
    with np.errstate(all="ignore"):
        values = values_of(program, point(program))
    kinks = [node.operands[0] for node in program.nodes if isinstance(node, Step) and node.op in KINKS]
    return any(bool(np.any(np.asarray(values[k]) == 0)) for k in kinks)


def at_corner(program: Program) -> bool:
    """Whether a step is x log y or x ** y where both are 0, and the slopes of the slopes infinite."""
    with np.errstate(all="ignore"):
        values = values_of(program, point(program))
    for node in program.nodes:
        if isinstance(node, Step) and node.op in ("xlogy", "xlog1py", "power", "power_of_number"):
            x, y = node.params.get("p", values[node.operands[0]]), values[node.operands[-1]]
            x, y = np.asarray(x), np.asarray(y) + (node.op == "xlog1py")
            if bool(np.any((x == 0) & (y == 0))):
                return True
    return False


def at_cone(program: Program) -> bool:
    """Whether a step is at a point where it has no second derivative."""
    with np.errstate(all="ignore"):
        values = values_of(program, point(program))
    for node, value in zip(program.nodes, values, strict=True):
        if not isinstance(node, Step):
            continue
        operands = [np.asarray(values[i]) for i in node.operands]
        alone = node.op == "std" and np.size(value) == np.size(operands[0])  # of one number each, which is smooth
        both = node.op == "arctan2" and bool(np.any((operands[0] == 0) & (operands[1] == 0)))
        zero = node.op == "angle" and bool(np.any(operands[0] == 0))
        if both or zero or (node.op in CONES and not alone and np.any(np.asarray(value) == 0)):
            return True
    return False


# Choices among elements of one operand, which count as linear with the weights that they have.
CHOICES = {"max", "min", "ptp", "sort", "cummax", "cummin", "median", "quantile"}


def held(program: Program) -> Program:
    """The program with its choices held, which differences would else take anew at points nearby."""
    with np.errstate(all="ignore"):
        values = values_of(program, point(program))
    nodes = list(program.nodes)
    for k, node in enumerate(nodes):
        if isinstance(node, Step) and node.op in CHOICES and np.isfinite(np.asarray(values[k])).all():
            start, value = np.asarray(values[node.operands[0]]), np.asarray(values[k])
            slopes = ag.jacobian(lambda x, node=node: spelled(node.op)([x], node.params))(start)
            matrix = np.asarray(slopes).reshape(value.size, start.size)
            nodes[k] = Step("held", node.operands, {"slopes": matrix, "start": start, "value": value})
    return program._replace(nodes=tuple(nodes))


def moved(program: Program, directions: list[Any], h: float) -> Program:
    """The program at a point nearby."""
    steps = iter(directions)
    nodes = [
        node._replace(value=node.value + h * next(steps)) if isinstance(node, Input) and node.source else node
        for node in program.nodes
    ]
    return program._replace(nodes=tuple(nodes))


def _central(function: Callable[[float], Any], h: float = 1e-4) -> Any:
    """The derivative at 0, by central differences of two steps, extrapolated."""
    with np.errstate(all="ignore"):
        one, two = ((function(k * h) - function(-k * h)) / (2 * k * h) for k in (1, 2))
        return (4 * one - two) / 3


def _beside(function: Callable[[float], Any], h: float = 1e-4) -> Any:
    """The mean of the slopes to the left and to the right of 0, by differences that leave 0 itself out."""
    with np.errstate(all="ignore"):
        one, two, three = (function(k * h) - function(-k * h) for k in (1, 2, 3))
        return (8 * two - 5 * one - 3 * three) / (4 * h)


def _slope_along(program: Program, reference: Reference) -> Any:
    tangents = [program.tangents[i] for i in program.sources]
    return [_central(lambda h: reference(moved(program, tangents, h), page=True)[0].value)]


def _slopes(program: Program, reference: Reference) -> list[Any]:
    """The gradient by differences of values, an element at a time."""
    result = []
    zeros = [np.zeros_like(program.tangents[i]) for i in program.sources]
    for k, zero in enumerate(zeros):
        slope = np.zeros_like(zero)
        for place in np.ndindex(zero.shape):
            for unit in (1.0, 1j) if zero.dtype.kind == "c" else (1.0,):
                direction = zero.copy()
                direction[place] = unit
                along = [*zeros[:k], direction, *zeros[k + 1 :]]
                slope[place] += unit * _central(
                    lambda h, along=along: reference(moved(program, along, h), page=True)[0].value
                )
        result.append(slope)
    return result


def _slopes_of_gradient(difference: Callable[..., Any]) -> Callable[[Program, Reference], list[Any]]:
    def slopes(program: Program, reference: Reference) -> list[Any]:
        program = held(program)
        tangents = [program.tangents[i] for i in program.sources]

        def part(h: float, k: int) -> Any:
            return reference(moved(program, tangents, h), page=True, law=True)[0].gradient[k]

        return [difference(partial(part, k=k)) for k in range(len(tangents))]

    return slopes


SLOPES: dict[str, Callable[[Program, Reference], list[Any]]] = {
    "gradient": _slopes,
    "jvp": _slope_along,
    "hvp": _slopes_of_gradient(_central),
    "kink": _slopes_of_gradient(_beside),
}


def smallest(program: Program, reference: Reference) -> Program:
    """The smallest program found that is still a finding."""
    return reduced(program, lambda smaller: judge(smaller, reference).reason == "finding")
