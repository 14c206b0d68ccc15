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
    """This thread's part of `out = a @ b`: some of its columns, or of its rows if there are more of these."""
    if not _lies_in_order(a):
        _product(crew, rank, ranks, a.copy(), b, out)
    elif not _lies_in_order(b):
        _product(crew, rank, ranks, a, b.copy(), out)
    else:
        _product(crew, rank, ranks, a, b, out)


@compiled
def _lies_in_order(x: Any) -> bool:
    """Whether rows, or columns, lie one after the other, with whole elements between them if there is anything."""
    height, width = x.shape
    down, right = x.strides
    size = x.itemsize
    by_rows = right == size and down >= width * size and down % size == 0
    return by_rows or (down == size and right >= height * size and right % size == 0)


@compiled
def _product(crew: Any, rank: int, ranks: int, a: Any, b: Any, out: Any) -> None:
    (m, k), n, size = a.shape, b.shape[1], out.itemsize
    at_a, at_b, at_out = a.ctypes.data, b.ctypes.data, out.ctypes.data
    if n >= m:
        start, stop = _divided(n, rank, ranks)
        n, at_b, at_out = stop - start, at_b + start * b.strides[1], at_out + start * size
    else:
        start, stop = _divided(m, rank, ranks)
        m, at_a, at_out = stop - start, at_a + start * a.strides[0], at_out + start * out.strides[0]
    if stop == start:
        return
    by_rows_a, by_rows_b = a.strides[1] == size, b.strides[1] == size
    order_a, lda = (PLAIN, a.strides[0] // size) if by_rows_a else (TRANSPOSED, a.strides[1] // size)
    order_b, ldb = (PLAIN, b.strides[0] // size) if by_rows_b else (TRANSPOSED, b.strides[1] // size)
    ldc = out.strides[0] // size
    args = (ROW_MAJOR, order_a, order_b, m, n, k, 1.0, at_a, lda, at_b, ldb, 0.0, at_out, ldc)
    sgemm, dgemm, wide = crew[3:]
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
def _divided(length: int, rank: int, ranks: int) -> Any:
    """Where the part of a rank begins and ends."""
    start, stop = length * rank // ranks // LINE * LINE, length * (rank + 1) // ranks // LINE * LINE
    return start, length if rank == ranks - 1 else stop
