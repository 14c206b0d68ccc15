"""What an operation costs: floating point operations, estimated from shapes.

A multiplication and an addition count as one each, so a product of an m × k and a k × n matrix is 2mnk. Arithmetic on
each element counts as one an element, a function such as exp as ten, a reduction as one for each element that goes in;
what only moves data costs nothing. The numbers of linear algebra are the leading terms in Golub and Van Loan, "Matrix
Computations".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

Shape = tuple[int, ...]

_MOVES = frozenset([
    "getitem", "item", "reshape", "transpose", "matrix_transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze",
    "ravel", "broadcast_to", "identity", "copy", "concatenate", "stack", "split", "roll", "sliding_windows",
    "unfold", "take", "take_along_axis", "with_item", "where", "positive", "real", "imag", "conjugate", "ones_like",
    "zeros_like", "cast", "astype", "repeat", "tile", "flip", "pad", "float", "float64",
])  # fmt: skip
_COSTLY = frozenset([
    "exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "arcsin", "arccos", "arctan",
    "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "power", "sigmoid", "softplus", "softmax",
    "log_softmax", "logsumexp", "logaddexp", "logaddexp2", "sparse_softmax_crossentropy", "erf", "gamma", "gammaln",
    "digamma", "cbrt", "hypot", "logit", "log_expit",
])  # fmt: skip
_FUNCTION = 10  # a function such as exp, in multiplications
_PRODUCTS = frozenset(["dot", "inner", "outer", "tensordot", "vdot"])
_CUBIC: dict[str, float] = {
    "inv": 2, "solve": 2 / 3, "cholesky": 1 / 3, "det": 2 / 3, "slogdet": 2 / 3, "eigh": 9, "eig": 25, "svd": 14,
    "qr": 4 / 3, "pinv": 14,
}  # fmt: skip


def flops(name: str, operands: Sequence[Shape], out: Shape, params: Mapping[str, Any] | None = None) -> int:
    """An estimate for the operation or NumPy function called `name`.

    operands, out: the shapes of what goes in and comes out. params: its options; the subscripts of
    einsum count.

    >>> flops("matmul", [(128, 784), (784, 512)], (128, 512))
    102760448
    >>> flops("add", [(128, 512), (512,)], (128, 512))
    65536
    """
    name = name.removeprefix(".")
    count = max([prod(shape) for shape in [*operands, out]])
    if name in _MOVES:
        return 0
    if name in _SPECIAL:
        return _SPECIAL[name](operands, out, params or {})
    if name in _PRODUCTS:  # (m, k) and (k, n) give (m, n): the product of all three sizes is (mkn)²
        return 2 * round((prod(operands[0]) * prod(operands[1]) * prod(out)) ** 0.5)
    if name in _CUBIC and operands[0]:
        return round(_CUBIC[name] * prod(operands[0][:-2]) * operands[0][-1] ** 3)
    return count * (_FUNCTION if name in _COSTLY else 1)


def _matmul(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> int:
    return 2 * prod(out) * operands[0][-1]


def _einsum(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> int:
    """Each operand beyond the first is a multiplication, and an addition, for each combination of indices."""
    written = params["subscripts"] if "subscripts" in params else f"{params['left']},{params['right']}"
    terms = written.replace(" ", "").partition("->")[0].split(",")
    if len(terms) != len(operands) or any(["." in term for term in terms]):
        return 2 * max([prod(shape) for shape in [*operands, out]])
    lengths = {
        letter: n for term, shape in zip(terms, operands, strict=True) for letter, n in zip(term, shape, strict=True)
    }
    return max(1, 2 * (len(terms) - 1)) * prod(lengths.values())


def _windows(positions: Shape, kernel: Shape) -> int:
    """A multiplication and an addition for each output and each element of the kernel (*size, channels, outputs)."""
    return 2 * prod(positions) * prod(kernel[:-1])


_SPECIAL: dict[str, Callable[[Sequence[Shape], Shape, Mapping[str, Any]], int]] = {
    "matmul": _matmul,
    "contract": _einsum,
    "einsum": _einsum,
    "conv": lambda operands, out, params: _windows(out, operands[1]),
    "conv_transpose": lambda operands, out, params: _windows(operands[0], operands[1]),
    "conv_kernel": lambda operands, out, params: _windows(operands[1], out),
}
