"""The subscripts of np.einsum: every spelling brought down to letters, one for each axis of each operand."""

import string
from collections.abc import Sequence
from functools import cache
from typing import Any

from autograd.ops.products import data

LETTERS = string.ascii_uppercase + string.ascii_lowercase


def spelled(operands: Sequence[Any]) -> tuple[str, list[Any]]:
    """The subscripts as text, and the arrays."""
    if not operands:
        raise ValueError('einsum got no operands; expected np.einsum("ij,jk->ik", a, b)')
    if isinstance(operands[0], str):
        text, arrays = operands[0].replace(" ", ""), list(operands[1:])
    else:
        pairs = len(operands) // 2 * 2
        text, arrays = ",".join(map(_text, operands[1:pairs:2])), list(operands[:pairs:2])
        if len(operands) > pairs:
            text += f"->{_text(operands[-1])}"
    return text, [data(x, "einsum") for x in arrays]


def _text(numbers: Sequence[Any]) -> str:
    """The labels of the form with lists, as letters: [0, ..., 2] is A...C."""
    try:
        return "".join("..." if n is Ellipsis else dict(enumerate(LETTERS))[n] for n in numbers)
    except (TypeError, KeyError):
        raise ValueError(f"einsum got {numbers!r} as labels; expected a list of whole numbers from 0 to 51") from None


@cache
def terms_of(text: str, ndims: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    """The labels of each operand and of the result: a letter for each axis, also for those under an ellipsis."""
    inputs, arrow, out = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ndims):
        raise ValueError(f"einsum got {len(terms)} terms in {text!r} for {len(ndims)} operands; expected one for each")
    strange = set("".join([*terms, out]).replace("...", "")) - set(LETTERS)
    if strange:
        raise ValueError(f"einsum got {''.join(sorted(strange))!r} in {text!r}; expected letters, commas, -> and ...")
    free = "".join(label for label in LETTERS if label not in text)
    dots = ""
    for i, (ndim, term) in enumerate(zip(ndims, terms, strict=True)):
        under = ndim - len(term.replace("...", ""))
        if term.count("...") > 1 or under < 0 or (under and "..." not in term):
            raise ValueError(
                f"einsum got the term {term!r} for operand {i} with {ndim} axes; expected a label for each"
            )
        mine = free[:under][::-1]  # axes under ellipses meet from the last one on
        dots = max(dots, mine, key=len)
        terms[i] = term.replace("...", mine)
    if not arrow:
        every = "".join(terms)
        out = dots + "".join(sorted(label for label in set(every) - set(dots) if every.count(label) == 1))
    elif dots and "..." not in out:
        raise ValueError(f"einsum got {text!r}; expected ... in the result too, since operands have axes under it")
    out = out.replace("...", dots)
    if len(set(out)) < len(out) or set(out) - set("".join(terms)):
        raise ValueError(
            f"einsum got {text!r}; expected each label of the result once, and among those of the operands"
        )
    return tuple(terms), out


def lengths_of(arrays: Sequence[Any], terms: Sequence[str]) -> dict[str, int]:
    """The length of each label; axes of length 1 fit any."""
    lengths: dict[str, int] = {}
    for i, (x, term) in enumerate(zip(arrays, terms, strict=True)):
        for label, n in zip(term, getattr(x, "shape", ()), strict=True):
            if lengths.setdefault(label, n) == 1:
                lengths[label] = n
            if n not in (1, lengths[label]):
                raise ValueError(
                    f"einsum got operand {i} of shape {tuple(x.shape)}, whose axis {label!r} has length {n}; expected "
                    f"{lengths[label]}, as in the operands before, or 1"
                )
    return lengths
