"""`Explanation`: why a gradient is what it is, or why there is none, as plain data for people.

Names stand for values: labels that were given, the values' own names, or v1, v2, … for those that have none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograd.explain import latex, text
from autograd.picture.summary import Number

Place = tuple[str, int]  # file and line


@dataclass(frozen=True, slots=True)
class Factor:
    """One step of a path: the derivative of `top` by `bottom`, with all that is not between them held fixed.

    ops: the operations that lead from bottom to top, the last one first; where: file and line of that one.
    number: the derivative if both are scalars; otherwise None, and `words` says what it does.
    use: None, or a number that tells this step apart if bottom goes into top in other ways as well.
    """

    top: str
    bottom: str
    top_shape: tuple[int, ...]
    bottom_shape: tuple[int, ...]
    ops: tuple[str, ...]
    where: Place
    number: Number | None = None
    words: str = ""
    use: int | None = None


@dataclass(frozen=True, eq=False)
class Path:
    """One way from the target back to the source, and what it contributes to the gradient.

    nodes: names, the target's first; factors: one for each step between them.
    product: of the factors: a number for a scalar source, else an array of the source's shape.
    """

    nodes: tuple[str, ...]
    factors: tuple[Factor, ...]
    product: Any


@dataclass(frozen=True)
class Reason:
    """One reason why no gradient flows: what kind, what happened, where (file and line) if it is known, what to try."""

    kind: str
    what: str
    advice: str
    where: Place | None = None

    def __str__(self) -> str:
        return text.reason_text(self)


@dataclass(frozen=True)
class Step:
    """A value on a listed path that has no name of its own: the one given here, and the operation that made it."""

    name: str
    formula: str
    where: Place


@dataclass(frozen=True, repr=False, eq=False)
class Explanation:
    """The derivative of `target` by `source`, explained. `str()` writes it down, and a notebook shows it as LaTeX.

    connected: whether a gradient flows; `reasons` say why not, the most likely first, and `reason` is that one.
    count: how many paths there are, 10**100 if that many or more; paths: those listed, all of them if they are few.
    total: the gradient as the backward sweep computes it, for a target that is no scalar of the sum of its elements:
        a number for a scalar source, else an array; None if not connected. Of complex numbers it is the derivative,
        of which `Tape.gradient` gives the conjugate, as TensorFlow does.
    summed: the sum of all paths, which is `total` but for rounding; None if it is not known, for arrays of whose
        paths only some are listed.
    agrees: whether `summed` is `total`. False means that an operation on the way has a wrong derivative rule.
    steps: what v1, v2, … stand for; assigned: whether the source is a variable that was assigned to in between, whose
        values are then x@1, x@2, ….

    left: where values that depend on the source left the graph before the target was computed. If the target depends on
        what became of them, this part of the gradient is missing.

    >>> from autograd import Tape, Variable
    >>> x = Variable(3.0, name="x")
    >>> with Tape() as t:
    ...     a = x * x
    ...     y = 2 * a
    >>> print(t.explain(y, x, a=a))
    ∂y/∂x is the sum over 2 paths:
      ∂y/∂a · ∂a/∂x⁽¹⁾ = 2 · 3 = 6
      ∂y/∂a · ∂a/∂x⁽²⁾ = 2 · 3 = 6
    ∂y/∂x = 6 + 6 = 12
    ⁽¹⁾ ⁽²⁾ number the uses of a value that goes into the same result in several ways: each alone, the others held fixed
    """

    target: str
    source: str
    target_shape: tuple[int, ...]
    source_shape: tuple[int, ...]
    connected: bool
    count: int = 0
    paths: tuple[Path, ...] = ()
    total: Any = None
    summed: Any = None
    agrees: bool = True
    steps: tuple[Step, ...] = ()
    assigned: bool = False
    reasons: tuple[Reason, ...] = field(default=())
    left: tuple[Reason, ...] = field(default=())

    @property
    def reason(self) -> str | None:
        """The most likely reason in words; None if a gradient flows."""
        return str(self.reasons[0]) if self.reasons else None

    @property
    def scalar(self) -> bool:
        """Whether target and source both are numbers."""
        return not self.target_shape and not self.source_shape

    def __str__(self) -> str:
        return text.explanation_text(self)

    def __repr__(self) -> str:
        if not self.connected:
            return f"Explanation({text.ratio(self.target, self.source)}: not connected, {self.reasons[0].kind})"
        return f"Explanation({text.ratio(self.target, self.source)}: {text.paths_text(self.count)})"

    def _repr_latex_(self) -> str | None:
        """The chain rule for a notebook; None if not connected."""
        return f"$${latex.explanation_latex(self)}$$" if self.connected else None

    def _repr_markdown_(self) -> str:
        return latex.explanation_markdown(self)
