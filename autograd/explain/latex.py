r"""An explanation in LaTeX, and in Markdown for notebooks. User text is escaped; numbers are those of the plain text.

Only commands that both LaTeX with amsmath and MathJax know are used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd.explain.text import (
    MOST,
    elided,
    in_product,
    listed_text,
    paths_text,
    place_text,
    remarks,
    shown_factors,
    terms,
)
from autograd.picture.summary import Number, written
from autograd.picture.text import clean

if TYPE_CHECKING:
    from autograd.explain.model import Explanation, Factor, Path

# Inside \text{} these are written with a backslash; the others have a name in mathematics only.
_ESCAPED = "{}$&#_%"
_NAMED = {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim "}
_INDEXED = re.compile(r"([A-Za-z])_?(\d+)")
_POWER = re.compile(r"e(-?\d+)")


def explanation_latex(e: Explanation) -> str:
    r"""The chain rule as an `aligned` environment, without dollar signs.

    >>> from autograd import Tape, Variable
    >>> x = Variable(3.0, name="x")
    >>> with Tape() as t:
    ...     y = 2 * x
    >>> print(explanation_latex(t.explain(y, x)))
    \begin{aligned}
    \frac{\partial y}{\partial x} &= 2
    \end{aligned}
    """
    head = _ratio(e.target, e.source) if e.agrees else r"\text{sum of the paths}"
    listed = e.paths[:MOST]
    chains = [_chain(path) for path in listed]
    more = e.count > len(listed)
    rows = []
    if e.count == 1:
        rows += [chains[0]] if chains[0] not in ("", head) else []
    else:
        rows += [chains[0], *[rf"\quad + {chain}" for chain in chains[1:]]]
        rows += [r"\quad + \cdots"] if more else []
    if e.scalar:
        products = [_numbers(path) for path in listed]
        last = [" + ".join([*products, *([r"\cdots"] if more else [])])] if all(products) and _factored(e) else []
        if e.count > 1:
            last.append(
                terms([_number(p.product) for p in listed] + ([r"\cdots"] if more else [])).replace("+ -", "- ")
            )
        last.append(_number(e.total if e.agrees else e.summed))
        rows.append(" = ".join(last))
    lines = [f"{head} &= {rows[0]}" if rows else head]
    lines += [f"&{row}" if row.startswith(r"\quad") else f"&= {row}" for row in rows[1:]]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def explanation_markdown(e: Explanation) -> str:
    """For a notebook: the formula and what its letters mean, or the reasons as a list."""
    if not e.connected:
        title = f"No gradient flows from {_code(e.target)} to {_code(e.source)}:"
        items = []
        for number, reason in enumerate(e.reasons, 1):
            where = f" ({_code(place_text(reason.where))})" if reason.where else ""
            items.append(f"{number}. {_plain(reason.what)}{where}  \n   *try:* {_plain(reason.advice)}")
        return "\n".join([title, "", *items])
    notes = [f"{_code(f'∂{f.top}/∂{f.bottom}')}: {_plain(f.words)}" for f in shown_factors(e) if f.number is None]
    notes += [f"{_code(f'{s.name} = {s.formula}')} ({_code(place_text(s.where))})" for s in e.steps]
    notes += [_plain(remark) for remark in remarks(e)]
    if e.count > 1:
        notes.insert(0, paths_text(e.count) + listed_text(e))
    return "\n".join([f"$${explanation_latex(e)}$$", *([""] if notes else []), *[f"- {note}" for note in notes]])


def name_latex(name: str) -> str:
    r"""A name in a formula: single letters are italic, a number behind one is its index, the rest is upright text.

    >>> print(name_latex("w"), name_latex("x1"), name_latex("my_var"), name_latex("50%"))
    w x_{1} \text{my\_var} \text{50\%}
    """
    name = clean(name)
    if len(name) == 1 and name.isalpha() and name.isascii():
        return name
    if indexed := _INDEXED.fullmatch(name):
        return f"{indexed[1]}_{{{indexed[2]}}}"
    pieces = []
    for piece in re.split(r"([\\^~])", name):
        if piece in _NAMED:
            pieces.append(_NAMED[piece])
        elif piece:
            pieces.append(rf"\text{{{''.join([_backslashed(c) for c in piece])}}}")
    return "".join(pieces)


def _backslashed(c: str) -> str:
    return f"\\{c}" if c in _ESCAPED else c


def _ratio(top: str, bottom: str, use: int | None = None) -> str:
    raised = "" if use is None else f"^{{({use})}}"
    below = f"{{{name_latex(bottom)}}}{raised}" if raised else name_latex(bottom)
    return rf"\frac{{\partial {name_latex(top)}}}{{\partial {below}}}"


def _chain(path: Path) -> str:
    return elided([_factor(f) for f in path.factors], r" \cdot ", r"\cdots")


def _factor(f: Factor) -> str:
    formula = _ratio(f.top, f.bottom, f.use)
    if f.number is not None:
        return formula
    return rf"\underbrace{{{formula}}}_{{{f.top_shape} \text{{ by }} {f.bottom_shape}}}"


def _numbers(path: Path) -> str:
    numbers = [f.number for f in path.factors if f.number is not None]
    return elided([_math(in_product(x)) for x in numbers], r" \cdot ", r"\cdots")


def _factored(e: Explanation) -> bool:
    """Whether to write out the products: all factors are numbers, some path has several, and one row holds all."""
    factors = [f for path in e.paths for f in path.factors]
    several = len(factors) > len(e.paths)
    return several and (e.count == 1 or len(factors) <= MOST) and all([f.number is not None for f in factors])


def _number(x: Number) -> str:
    return _math(written(x))


def _math(text: str) -> str:
    """A number that `written` wrote, as mathematics."""
    text = text.replace("−", "-").replace("∞", r"\infty").replace("NaN", r"\text{NaN}")
    return _POWER.sub(r" \\times 10^{\1}", text)


def _code(text: str) -> str:
    """Text that Markdown is to leave alone."""
    return f"`{clean(text, limit=200).replace('`', chr(39))}`"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>$#|])", r"\\\1", text)
