"""Formulas for floating point operations, from the shapes of what goes in and comes out.

The rows of operations, and those of NumPy's functions in the compiler, name one. An addition or a multiplication counts
as one, a function such as exp as ten; what only moves data counts nothing. Complex numbers count as real ones. Those of
linear algebra are the leading terms in Golub and Van Loan, "Matrix Computations", 4th edition; those of Fourier
transforms are the convention of FFTW's benchmarks, 5 n log2 n for a complex transform.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log2, prod
from typing import Any

Shape = tuple[int, ...]
Formula = Callable[[Sequence[Shape], Shape, Mapping[str, Any]], float]
"""`formula(operands, out, params)`: the shapes of operands and result, and keyword arguments."""

FUNCTION = 10  # of a function such as exp


def per_element(count: float) -> Formula:
    """So many for each element of the largest of operands and result."""
    return lambda operands, out, params: count * max([prod(shape) for shape in [*operands, out]])


def per_result(count: float) -> Formula:
    """So many for each element of the result."""
    return lambda operands, out, params: count * prod(out)


def none(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """Nothing: data is moved."""
    return 0


once = per_element(1)
function = per_element(FUNCTION)


def matmul(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """A multiplication and an addition for each element of the result and each column of the first operand."""
    return 2 * prod(out) * operands[0][-1]


def product(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """A sum of products: of sizes (m, k), (k, n) and (m, n), whose product is (mkn)², it is 2mkn."""
    return 2 * (prod(operands[0]) * prod(operands[1]) * prod(out)) ** 0.5


def einsum(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """Each operand beyond the first is a multiplication, and an addition, for each combination of indices."""
    written = params["subscripts"] if "subscripts" in params else f"{params['left']},{params['right']}"
    terms = written.replace(" ", "").partition("->")[0].split(",")
    if len(terms) != len(operands):
        return 2 * max([prod(shape) for shape in [*operands, out]])
    lengths: dict[Any, int] = {}
    for term, shape in zip(terms, operands, strict=True):
        before, dots, after = term.partition("...")
        broadcast = [f"...{i}" for i in range(len(shape) - len(before) - len(after), 0, -1)] if dots else []
        for letter, n in zip([*before, *broadcast, *after], shape, strict=True):
            lengths[letter] = max(n, lengths.get(letter, 1)) if n else 0
    return max(1, 2 * (len(terms) - 1)) * prod(lengths.values())


def cubic(count: float) -> Formula:
    """So many times n³ for each matrix of n rows and columns."""
    return lambda operands, out, params: count * prod(operands[0][:-2]) * operands[0][-1] ** 3 if operands[0] else 0


def solve(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """LU with 2/3 n³, and two triangular systems of n² for each right-hand side."""
    (*stack, n, _), result = operands[0], prod(out)
    return prod(stack) * 2 / 3 * n**3 + 2 * n * result


def _tall(shape: Shape) -> tuple[int, int, int]:
    """The number of matrices, and their longer and their shorter side."""
    *stack, m, n = shape
    return prod(stack), max(m, n), min(m, n)


def qr(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """Householder's QR, and as much again to form the orthogonal factor."""
    count, m, n = _tall(operands[0])
    return count * 4 * n**2 * (m - n / 3)


def svd(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """The singular values and both factors by Golub and Reinsch."""
    count, m, n = _tall(operands[0])
    return count * (4 * m**2 * n + 8 * m * n**2 + 9 * n**3)


def lstsq(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """Least squares by the singular value decomposition of Golub and Reinsch."""
    count, m, n = _tall(operands[0])
    return count * (4 * m * n**2 + 8 * n**3)


def fourier(count: float, all_axes: bool = False) -> Formula:
    """So many times n log2 n for each transform of n numbers, along one axis or all of them."""

    def formula(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
        shape = max([*operands, out], key=prod)  # of a real transform the other side is shorter
        axes = params.get("axes", params.get("axis", None))
        if axes is None:
            axes = range(len(shape)) if all_axes else (-1,)
        n = prod([shape[axis] for axis in (axes if not isinstance(axes, int) else (axes,))])
        return count * prod(shape) * log2(n) if n > 1 else 0

    return formula


def convolution(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """A multiplication and an addition for each pair of elements, of a full convolution of sequences."""
    return 2 * prod(operands[0]) * prod(operands[1])


def sort(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """n log2 n comparisons for each sequence along the last axis."""
    n = operands[0][-1] if operands[0] else 1
    return prod(operands[0]) * log2(n) if n > 1 else 0


def _windows(positions: Shape, kernel: Shape) -> float:
    """A multiplication and an addition for each output and each element of the kernel (*size, channels, outputs)."""
    return 2 * prod(positions) * prod(kernel[:-1])


def conv(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """A convolution of images with a kernel."""
    return _windows(out, operands[1])


def conv_transpose(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """The transpose of a convolution."""
    return _windows(operands[0], operands[1])


def conv_kernel(operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> float:
    """The gradient of a convolution's kernel."""
    return _windows(operands[1], out)
