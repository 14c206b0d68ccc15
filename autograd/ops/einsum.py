"""Einstein summation: every spelling brought down to products of two arrays, which run at the speed of `matmul`.

Labels are letters, one for each axis. An operand first loses what concerns it alone: repeated labels (a diagonal), axes
of length 1 that are broadcast, labels that nothing else needs (a sum). What is left is one row, `contract`, a
product of two arrays; its derivatives are products of the same kind, with the labels in other places.
"""

import math
from functools import cache
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import bilinear
from autograd.ops.index import getitem
from autograd.ops.masked import widened
from autograd.ops.products import data
from autograd.ops.subscripts import LETTERS, lengths_of, spelled, terms_of
from autograd.primitive import composed


def _arranged(x: Any, labels: str, order: str) -> Any:
    """`x` with its axes in another order."""
    return x if labels == order else np.transpose(x, [labels.index(label) for label in order])


def _aligned(x: Any, labels: str, out: str) -> Any:
    """`x` with its axes in the places they have in `out`, and axes of length 1 in the others."""
    if not labels:
        return x
    lengths = dict(zip(labels, x.shape, strict=True))
    x = _arranged(x, labels, "".join(label for label in out if label in labels))
    return x.reshape([lengths.get(label, 1) for label in out])


def _matrices(x: Any, labels: str, batch: str, rows: str, columns: str) -> Any:
    """`x` as a stack of matrices; the axis that is last stays last, so that memory is not moved without need."""
    if labels and labels[-1] in rows:
        return _matrices(x, labels, batch, columns, rows).mT
    lengths = dict(zip(labels, x.shape, strict=True))
    rows_length, columns_length = (math.prod([lengths[label] for label in group]) for group in (rows, columns))
    shape = [*[lengths[label] for label in batch], rows_length, columns_length]
    return _arranged(x, labels, batch + rows + columns).reshape(shape)


@cache
def _groups(left: str, right: str, out: str) -> tuple[str, str, str, str]:
    """The labels of both operands and the result, of the left one, of the right one, and those summed over."""
    batch = "".join(label for label in out if label in left and label in right)
    rows = "".join(label for label in out if label not in right)
    columns = "".join(label for label in out if label not in left)
    return batch, rows, columns, "".join(label for label in left if label not in out)


def _contract(a: Any, b: Any, *, left: str, right: str, out: str) -> Any:
    """Σ a b over the labels that `out` lacks; each label of one operand is in the other one or in `out`."""
    batch, rows, columns, summed = _groups(left, right, out)
    if not summed:
        return _aligned(a, left, out) * _aligned(b, right, out)
    lengths = dict(zip(left + right, a.shape + b.shape, strict=True))
    y = np.matmul(_matrices(a, left, batch, rows, summed), _matrices(b, right, batch, summed, columns))
    order = batch + rows + columns
    return _arranged(y.reshape([lengths[label] for label in order]), order, out)


def _stack(g: Any, used: str, out: str) -> str:
    """Labels for the axes that `g` has in front of those of the output."""
    free = (label for label in LETTERS if label not in used)
    return "".join(next(free) for _ in range(g.ndim - len(out)))


def _contract_left(g: Any, y: Any, a: Any, b: Any, *, left: str, right: str, out: str) -> Any:
    stack = _stack(g, left + right, out)
    return contract(g, b, left=stack + out, right=right, out=stack + left)


def _contract_right(g: Any, y: Any, a: Any, b: Any, *, left: str, right: str, out: str) -> Any:
    stack = _stack(g, left + right, out)
    return contract(a, g, left=left, right=stack + out, out=stack + right)


contract = bilinear("contract", _contract, _contract_left, _contract_right, flops=flops.einsum)


@composed(np.einsum)
def einsum(*operands: Any, optimize: Any = False) -> Any:
    """Einstein's summation convention: np.einsum("bij,bjk->bik", a, b), in every spelling that NumPy has.

    operands: the subscripts and then the arrays, or each array followed by a list of numbers for its axes, and the
        list of the result at the end if one is given.
    optimize: in which order three and more operands are multiplied, as NumPy's: "greedy" (also meant by True and,
        since here it changes nothing but speed and rounding, by False), "optimal", or a path of `np.einsum_path`.

    ValueError for subscripts that do not fit the operands.

    >>> from autograd import Tensor
    >>> np.einsum("ij,ij->i", Tensor([[1.0, 2.0], [3.0, 4.0]]), np.ones((2, 2))).tolist()
    [3.0, 7.0]
    """
    text, arrays = spelled(operands)
    dtypes = {x.dtype for x in arrays if hasattr(x, "dtype")}
    if len(dtypes) > 1:  # as in NumPy, before anything is added up
        arrays = [widened(x, *dtypes) for x in arrays]
    terms, out = terms_of(text, tuple([len(getattr(x, "shape", ())) for x in arrays]))
    lengths = lengths_of(arrays, terms)
    left = [_own(x, term, lengths) for x, term in zip(arrays, terms, strict=True)]
    shapes = tuple(tuple(getattr(x, "shape", ())) for x, _ in left)
    given = not isinstance(optimize, bool | str) and optimize[0] == "einsum_path"
    path = optimize[1:] if given else _path(tuple(term for _, term in left), shapes, out, optimize)
    for step in path:
        chosen = [left[i] for i in step]
        left = [entry for i, entry in enumerate(left) if i not in step]
        while len(chosen) > 1:
            first, second = chosen.pop(0), chosen.pop(0)
            chosen.insert(0, _product(first, second, out, [term for _, term in left + chosen]))
        left += chosen
    ((y, labels),) = left
    y, labels = _summed(y, labels, out)
    return _arranged(y, labels, out)


def _product(first: tuple[Any, str], second: tuple[Any, str], out: str, others: list[str]) -> tuple[Any, str]:
    """The product of two operands, summed over all labels that neither the result nor the `others` need."""
    needed = out + "".join(others)
    a, left = _summed(*first, second[1] + needed)
    b, right = _summed(*second, first[1] + needed)
    order = left + "".join(label for label in right if label not in left)
    kept = "".join(label for label in order if label in needed) if others else out
    return contract(a, b, left=left, right=right, out=kept), kept


def _summed(x: Any, labels: str, needed: str) -> tuple[Any, str]:
    """The sum over the axes whose labels are not needed."""
    axes = tuple(i for i, label in enumerate(labels) if label not in needed)
    return (np.sum(x, axis=axes), "".join(label for label in labels if label in needed)) if axes else (x, labels)


def _own(x: Any, term: str, lengths: dict[str, int]) -> tuple[Any, str]:
    """An operand without axes of length 1 that are broadcast, and the diagonal along labels that it repeats."""
    stretched = [n == 1 and lengths[label] != 1 for n, label in zip(getattr(x, "shape", ()), term, strict=True)]
    if any(stretched):
        x = x.reshape([n for n, one in zip(x.shape, stretched, strict=True) if not one])
        term = "".join(label for label, one in zip(term, stretched, strict=True) if not one)
    for label in [label for label in dict.fromkeys(term) if term.count(label) > 1]:
        axes = [i for i, other in enumerate(term) if other == label]
        along = np.arange(lengths[label])
        x = getitem(np.moveaxis(x, axes, tuple(range(-len(axes), 0))), index=(..., *[along] * len(axes)))
        term = term.replace(label, "") + label
    return x, term


@cache
def _path(terms: tuple[str, ...], shapes: tuple[tuple[int, ...], ...], out: str, optimize: Any) -> list[Any]:
    """Which operands are multiplied first, second and so on, by their positions among those that are left."""
    if len(terms) <= 2:
        return [tuple(range(len(terms)))]
    like = [np.broadcast_to(np.float32(0), shape) for shape in shapes]
    return list(np.einsum_path(f"{','.join(terms)}->{out}", *like, optimize=optimize or "greedy")[0][1:])


@composed(np.tensordot, np.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over `axes`: that many last axes of a and first axes of b, or (axes of a, axes of b)."""
    a, b = data(a, "tensordot"), data(b, "tensordot")
    dims = [len(getattr(x, "shape", ())) for x in (a, b)]
    if isinstance(axes, int | np.integer):
        pair: list[Any] = [range(dims[0] - axes, dims[0]), range(axes)]
    else:
        pair = [[k] if isinstance(k, int | np.integer) else list(k) for k in axes]
    over = [[k % n if -n <= k < n else k for k in chosen] for chosen, n in zip(pair, dims, strict=True)]
    shapes = [tuple(getattr(x, "shape", ())) for x in (a, b)]
    if any(len(set(k)) < len(k) or not set(k) <= set(range(n)) for k, n in zip(over, dims, strict=True)) or [
        shapes[0][k] for k in over[0]
    ] != [shapes[1][k] for k in over[1]]:
        raise ValueError(
            f"tensordot got shapes {shapes[0]} and {shapes[1]} with axes={axes}; expected as many axes of each, and of "
            f"the same lengths"
        )
    left = LETTERS[: dims[0]]
    fresh = iter(LETTERS[dims[0] :])
    right = "".join(left[over[0][over[1].index(k)]] if k in over[1] else next(fresh) for k in range(dims[1]))
    out = "".join(x for x in left if x not in right) + "".join(x for x in right if x not in left)
    return contract(a, b, left=left, right=right, out=out)
