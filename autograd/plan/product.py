"""A product of matrices by several threads, in compiled functions: each has BLAS compute a part of it."""

from typing import Any

from numba.core import types

from autograd.plan.native import by_address, compiled

ROW_MAJOR, PLAIN, TRANSPOSED = 101, 111, 112  # what CBLAS calls the orders
LINE = 16  # elements: columns are divided where a line of the cache ends


def _gemm(real: Any, size: Any) -> Any:
    """For `cblas_?gemm(order, a's order, b's order, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)`."""
    order, pointer = types.int32, types.int64
    sizes = (size, size, size)
    return by_address(types.void, order, order, order, *sizes, real, pointer, size, pointer, size, real, pointer, size)


_narrow, _wide = [[_gemm(real, size) for real in (types.float32, types.float64)] for size in (types.int32, types.int64)]
_sgemm_narrow, _dgemm_narrow = _narrow
_sgemm_wide, _dgemm_wide = _wide


@compiled
def product(crew: Any, rank: int, ranks: int, a: Any, b: Any, out: Any) -> None:
    """This thread's parts of `out = a @ b`: some of its columns, or of its rows if there are more of these.

    The parts are the same whoever computes them, so that the result is the same to the last bit. The operands have to
    be `in_order`, and the rows of `out` one after the other.
    """
    of_a, of_b = (a.ctypes.data, a.strides[0], a.strides[1]), (b.ctypes.data, b.strides[0], b.strides[1])
    sizes = (out.shape[0], out.shape[1], a.shape[1])
    parts = crew[6]
    for part in range(rank, parts, ranks):
        _product(crew, part, parts, out.itemsize, sizes, of_a, of_b, (out.ctypes.data, out.strides[0]))


@compiled  # of numbers alone, so that it is compiled once
def _product(crew: Any, part: int, parts: int, size: int, sizes: Any, of_a: Any, of_b: Any, of_out: Any) -> None:
    m, n, k = sizes
    (at_a, down_a, right_a), (at_b, down_b, right_b), (at_out, down) = of_a, of_b, of_out
    if n >= m:
        start, stop = _divided(n, part, parts)
        n, at_b, at_out = stop - start, at_b + start * right_b, at_out + start * size
    else:
        start, stop = _divided(m, part, parts)
        m, at_a, at_out = stop - start, at_a + start * down_a, at_out + start * down
    if stop == start:
        return
    order_a, lda = (PLAIN, down_a // size) if right_a == size else (TRANSPOSED, right_a // size)
    order_b, ldb = (PLAIN, down_b // size) if right_b == size else (TRANSPOSED, right_b // size)
    args = (ROW_MAJOR, order_a, order_b, m, n, k, 1.0, at_a, lda, at_b, ldb, 0.0, at_out, down // size)
    sgemm, dgemm, wide = crew[3:6]
    if size == 4:
        if wide:
            _sgemm_wide(sgemm, args)
        else:
            _sgemm_narrow(sgemm, args)
    elif wide:
        _dgemm_wide(dgemm, args)
    else:
        _dgemm_narrow(dgemm, args)


@compiled
def _divided(length: int, part: int, parts: int) -> Any:
    """Where a part begins and ends."""
    start, stop = length * part // parts // LINE * LINE, length * (part + 1) // parts // LINE * LINE
    return start, length if part == parts - 1 else stop
