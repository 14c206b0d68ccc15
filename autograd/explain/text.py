"""An explanation in plain text: the chain rule as people write it, or the reasons, each with what to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.picture.routes import UNCOUNTED
from autograd.picture.summary import Number, Summary, written
from autograd.picture.text import clean

if TYPE_CHECKING:
    from autograd.explain.model import Explanation, Factor, Path, Place, Reason

MOST = 12  # factors of one product that are written out, and terms of a sum
_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
USES = "number the uses of a value that goes into the same result in several ways: each alone, the others held fixed"
ASSIGNED = (
    "the variable was assigned to while it was recorded: @1, @2, … are the values it had, and their gradients add up"
)


def explanation_text(e: Explanation) -> str:
    """The whole explanation."""
    return "\n".join(_connected(e) if e.connected else _unconnected(e))


def ratio(top: str, bottom: str, use: int | None = None) -> str:
    """`∂top/∂bottom`, marked with the number of the use.

    >>> ratio("y", "x"), ratio("y", "x", use=2)
    ('∂y/∂x', '∂y/∂x⁽²⁾')
    """
    return f"∂{clean(top)}/∂{clean(bottom)}{'' if use is None else _raised(use)}"


def paths_text(count: int) -> str:
    """How many paths.

    >>> paths_text(1), paths_text(2**20), paths_text(2**266)
    ('1 path', '1,048,576 paths', '1.2e80 paths')
    """
    if count >= UNCOUNTED:
        return "at least 10¹⁰⁰ paths"
    return "1 path" if count == 1 else f"{count:,} paths" if count < 10**21 else f"{count:.1e} paths".replace("e+", "e")


def listed_text(e: Explanation) -> str:
    """Which of the paths are listed, if not all of them."""
    if e.count == len(e.paths):
        return ""
    numeric = all([f.number is not None for p in e.paths for f in p.factors])
    return f"; the {len(e.paths)} largest" if numeric else f"; the first {len(e.paths)}"


def reason_text(reason: Reason) -> str:
    """A reason in one line."""
    return f"{reason.what}{f' ({place_text(reason.where)})' if reason.where else ''}; try: {reason.advice}"


def place_text(where: Place) -> str:
    """`file:line`."""
    return f"{where[0]}:{where[1]}"


def in_product(x: Number) -> str:
    """A number as a factor: in brackets if it brings a sign or a sum along."""
    text = written(x)
    return f"({text})" if text.startswith("−") or isinstance(x, complex) else text


def elided(parts: Sequence[str], between: str, gap: str) -> str:
    """The parts joined; of many only the first and the last, and `gap` says how many are missing.

    >>> elided(list("abcdefghijklmnop"), " + ", "… {} more …")
    'a + b + c + d + e + f + … 4 more … + k + l + m + n + o + p'
    """
    if len(parts) > MOST:
        half = MOST // 2
        parts = [*parts[:half], gap.format(f"{len(parts) - 2 * half:,}"), *parts[-half:]]
    return between.join(parts)


def terms(products: Sequence[str]) -> str:
    """A sum, with minus signs for negative terms."""
    return " + ".join(products).replace("+ −", "− ")


def shown_factors(e: Explanation) -> list[Factor]:
    """The factors that the text spells out, each once: those of the listed paths that no line leaves out."""
    half = MOST // 2
    return list(dict.fromkeys([f for p in e.paths for f in (p.factors if len(p.factors) <= MOST else
                                                          p.factors[:half] + p.factors[-half:])]))  # fmt: skip


def remarks(e: Explanation) -> list[str]:
    """What else is to be said about a connected pair."""
    lines = []
    uses = sorted({f.use for f in shown_factors(e) if f.use is not None})
    if uses:
        lines.append(f"{' '.join([_raised(use) for use in uses])} {USES}")
    if e.assigned:
        lines.append(ASSIGNED)
    for reason in e.left:
        where = f" ({place_text(reason.where)})" if reason.where else ""
        lines.append(
            f"{reason.what}{where}: if {clean(e.target)} depends on the result, that part of the gradient is missing; "
            f"try: {reason.advice}"
        )
    if np.iscomplexobj(e.total):
        gradient = f", {written(e.total.conjugate())}" if e.scalar else ""
        lines.append(f"Tape.gradient gives the conjugate{gradient}, as TensorFlow does")
    if not e.agrees:
        lines.append(
            f"the paths add up to {_amount(e.summed)}, and the backward sweep gives {_amount(e.total)}: an operation "
            f"on the way has a derivative rule that is not linear in its cotangent; try check_gradients"
        )
    return lines


def _connected(e: Explanation) -> list[str]:
    head = ratio(e.target, e.source)
    lines = [] if e.scalar else [f"{head}: {e.target_shape} by {e.source_shape}, {paths_text(e.count)}"]
    if e.count == 1:
        lines.append(_line(e.paths[0], e, head if e.agrees else ""))
    else:
        lines.append(f"{head}{' is the sum over' if e.agrees else ':'} {paths_text(e.count)}{listed_text(e)}:")
        lines += [f"  {_line(path, e)}" for path in e.paths]
        if e.scalar:
            more = ["…"] if e.count > len(e.paths) else []
            products = terms([written(p.product) for p in e.paths] + more)
            lines.append(
                f"{head} = {products} = {written(e.total)}" if e.agrees else f"{products} = {_amount(e.summed)}"
            )
    for f in shown_factors(e):
        if f.number is None:
            lines.append(f"  {ratio(f.top, f.bottom, f.use)}: {f.top_shape} by {f.bottom_shape}, {f.words}")
    lines += [f"  {s.name} = {s.formula} ({place_text(s.where)})" for s in e.steps]
    if not e.scalar:
        of = f" of the sum of {clean(e.target)}'s elements" if e.target_shape else ""
        lines.append(f"gradient{of}: {_amount(e.total)}")
    return lines + remarks(e)


def _line(path: Path, e: Explanation, head: str = "") -> str:
    """`∂y/∂a · ∂a/∂x = 2 · 3 = 6`, behind the head if there is one."""
    ratios = [ratio(f.top, f.bottom, f.use) for f in path.factors]
    parts = [elided(ratios, " · ", "… {} more …")] if ratios else []
    if head and parts != [head]:
        parts.insert(0, head)
    numbers = [f.number for f in path.factors if f.number is not None]
    if len(numbers) == len(ratios) > 1:
        parts.append(elided([in_product(x) for x in numbers], " · ", "… {} more …"))
    if e.scalar:
        parts.append(written(path.product))
    elif e.count > 1:
        return f"{' = '.join(parts)}: {_amount(path.product)}"
    return " = ".join(parts)


def _unconnected(e: Explanation) -> list[str]:
    lines = [f"no gradient flows from {clean(e.target)} to {clean(e.source)}:"]
    for number, reason in enumerate(e.reasons, 1):
        where = f" ({place_text(reason.where)})" if reason.where else ""
        lines += [f"  {number}. {reason.what}{where}", f"     try: {reason.advice}"]
    return lines


def _amount(x: Any) -> str:
    return written(x) if not np.shape(x) else str(Summary.of(x))


def _raised(number: int) -> str:
    return f"⁽{str(number).translate(_DIGITS)}⁾"
