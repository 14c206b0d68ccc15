"""The derivative of one step, and of a stretch of steps: a number between scalars, words where there are arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.families import fit, is_complex, ones_like, zero_law
from autograd.graph import Node, only
from autograd.picture.derivatives import local_derivative
from autograd.picture.summary import Number, Summary
from autograd.reverse import plain, pull

Steps = Sequence[tuple[Node, int]]

_MOVES = "1 for each element: they only move"
_WORDS: dict[str, str | tuple[str, ...]] = {
    "matmul": ("times its right operand, transposed", "times its left operand, transposed"),
    "contract": ("an einsum with its right operand", "an einsum with its left operand"),
    "conv": ("each output back over its window, times the kernel", "each output times the window it came from, summed"),
    "solve": (
        "−A⁻ᵀ g xᵀ of the cotangent g, with the solution x",
        "A⁻ᵀ g of the cotangent g: another system",
    ),
    "inv": "−Yᵀ g Yᵀ of the cotangent g, with the inverse Y",
    "det": "the determinant times A⁻ᵀ",
    "cholesky": "two triangular systems with the factor",
    "sum": "1 for each element",
    "cumsum": "1 for an element and all before it",
    "prod": "the product of the other elements",
    "var": "2(x − mean)/(n − ddof)",
    "std": "(x − mean)/(n − ddof)/std",
    "norm": "x divided by the norm",
    "mean": "1/n for each of the n elements",
    "max": "1 for the largest element, shared at a tie; 0 for the others",
    "min": "1 for the smallest element, shared at a tie; 0 for the others",
    "max_pool": "1 for the largest element of a window, shared at a tie; 0 for the others",
    "unfold": "1 for each window that an element is in",
    "getitem": "1 for the elements taken, 0 for the others",
    "scatter_add": _MOVES,
    "at_set": ("0 for the elements replaced, 1 for the others", "1 for each value that was stored"),
    "at_add": "1 for each element",
    "at_multiply": ("the product of the values for this element", "the element times its other values"),
    "at_max": "1 for the largest, shared at a tie; 0 for the others",
    "at_min": "1 for the smallest, shared at a tie; 0 for the others",
    "reshape": _MOVES,
    "ravel": _MOVES,
    "squeeze": _MOVES,
    "expand_dims": _MOVES,
    "transpose": _MOVES,
    "swapaxes": _MOVES,
    "moveaxis": _MOVES,
    "roll": _MOVES,
    "concatenate": _MOVES,
    "stack": _MOVES,
    "broadcast_to": "1 for each copy of an element",
    "cast": "1 for each element",
    "identity": "1 for each element",
    "where": ("", "1 where the condition holds, 0 elsewhere", "0 where the condition holds, 1 elsewhere"),
    "softmax": "y(1 − y) on the diagonal, −yᵢyⱼ beside it",
    "log_softmax": "1 on the diagonal, less softmax",
    "logsumexp": "the softmax of its operand",
    "sparse_softmax_crossentropy": "the softmax of its operand, less 1 at the label",
}


def number_of(steps: Steps) -> Number | None:
    """The derivative along the steps, the lowest first, if both ends are scalars.

    None also where the steps do not multiply by one complex number, as conjugate and the real part do not.
    """
    top = steps[-1][0].out.value
    if np.shape(top) or np.shape(_bottom(steps)):
        return None
    g = local_derivative(*steps[0]) if len(steps) == 1 else pulled(steps, ones_like(top))
    if g is not None and is_complex(top):
        turned = pulled(steps, 1j * ones_like(top))
        if turned is None or not np.allclose(turned, 1j * np.asarray(g), rtol=1e-3, atol=0.0, equal_nan=True):
            return None
    return None if g is None else np.asarray(g).item()


def words_of(steps: Steps) -> str:
    """What the steps do, where that is no number: the operations, and the derivative of a single one in words."""
    name = " of ".join([node.op.name for node, _ in reversed(steps)])
    if len(steps) > 1:
        return name
    node, position = steps[0]
    if is_complex(node.out.value) and not np.shape(node.out.value):
        return f"{name}: real and imaginary part are treated differently"
    if node.op.elementwise:
        y = node.out.value
        with only(()), np.errstate(all="ignore"):
            slope = pull(node.op.rules[position], ones_like(y), y, plain(node.inputs), node.params)
        copies = "" if np.shape(y) == np.shape(_bottom(steps)) else "; summed over the copies that broadcasting made"
        return f"{name}, element by element: {Summary.of(slope).span()}{copies}"
    words = _WORDS.get(name, "")
    words = words if isinstance(words, str) else words[position]
    return f"{name}: {words}" if words else name


def pulled(steps: Steps, g: Any) -> Any:
    """The cotangent `g` of the upper end pulled back along these steps alone; None if a rule gives none."""
    with only(()), np.errstate(all="ignore"):
        for node, position in reversed(steps):
            inputs = plain(node.inputs)
            part = pull(node.op.rules[position], g, node.out.value, inputs, node.params)
            if part is None:
                return None
            if node.op.elementwise:
                part = zero_law(part, g)
            g = fit(part, inputs[position], node.op, position)
    return g


def blocked(steps: Steps) -> bool:
    """Whether a rule on the way gives no derivative, as one of a custom gradient may."""
    return pulled(steps, ones_like(steps[-1][0].out.value)) is None


def same(a: Any, b: Any, size: Any) -> bool:
    """Whether two sums of terms with these sizes are equal but for rounding in the coarser dtype."""
    steps = [float(np.finfo(x.dtype).eps) for x in map(np.asarray, (a, b)) if x.dtype.kind in "fc"]
    with np.errstate(all="ignore"):
        apart = np.abs(np.asarray(a) - b) > 1e4 * max(steps) * np.asarray(size)
    return not np.any(apart)  # what is not finite is never apart


def _bottom(steps: Steps) -> Any:
    node, position = steps[0]
    return plain(node.inputs)[position]
