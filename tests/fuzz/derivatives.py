"""What is compared of a program: value, gradient, directional derivative and products with the Hessian, as computed here."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from tests.fuzz.programs import Input, Program, run


class Derivatives(NamedTuple):
    """Of each source, or a single number where all sources together give one."""

    value: Any
    gradient: list[Any]
    hvp: list[Any]  # reverse over reverse
    hvp_forward: list[Any] | None = None  # forward over reverse, ag.hvp
    hvp_of_jvp: list[Any] | None = None  # reverse over forward
    jvp: Any = None


def inner(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """The real inner product Σ Re(conj(a) b)."""
    return sum([np.sum(np.real(np.conj(x) * y)) for x, y in zip(a, b, strict=True)])


def point(program: Program) -> list[np.ndarray]:
    """The arrays that the sources stand for."""
    return [node.value for node in program.nodes if isinstance(node, Input) and node.source]


def ours(program: Program) -> Derivatives:
    """All derivatives of a program, by each mix of modes."""
    x, t = point(program), [program.tangents[i] for i in program.sources]
    places = tuple(range(len(x)))

    def f(*sources: Any) -> Any:
        return run(program, *sources)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error", UserWarning)
        value, slope = ag.value_and_grad(f, places)(*x)
        along = ag.jvp(f, x, t)[1]
        rr = ag.grad(lambda *s: inner(ag.grad(f, places)(*s), t), places)(*x)
        fr = ag.hvp(lambda s: f(*s), x, t)
        rf = ag.grad(lambda *s: ag.jvp(f, s, t)[1], places)(*x)
    return Derivatives(*[_plain(part) for part in (value, slope, rr, fr, rf, along)])


def hessian_product(program: Program, x: Sequence[Any], tangents: Sequence[Any]) -> list[np.ndarray]:
    """Forward over reverse at `x`, along any tangents."""
    with np.errstate(all="ignore"):
        return _plain(ag.hvp(lambda s: run(program, *s), list(x), list(tangents)))


def gradient(program: Program, x: Sequence[Any]) -> list[np.ndarray]:
    """The gradient at `x`."""
    with np.errstate(all="ignore"):
        return _plain(ag.grad(lambda *s: run(program, *s), tuple(range(len(x))))(*x))


def _plain(x: Any) -> Any:
    if isinstance(x, list | tuple):
        return [_plain(part) for part in x]
    return np.asarray(x.numpy() if isinstance(x, ag.Tensor) else x)
