"""Products of many matrices: of a chain of them, in the cheapest order, and powers of one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.ops.products import data
from autograd.primitive import composed


@composed(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any]) -> Any:
    """The product of several matrices, in the order that takes the fewest multiplications; the first and the last may
    be vectors.

    Dynamic programming over where each chain is cut, as in Cormen et al., "Introduction to Algorithms", 15.2.
    """
    arrays = [data(x, "multi_dot") for x in arrays]
    if len(arrays) < 2:
        raise ValueError(f"multi_dot got {len(arrays)} arrays; expected at least two")
    first, last = arrays[0], arrays[-1]
    chain = [first[None] if first.ndim == 1 else first, *arrays[1:-1], last[:, None] if last.ndim == 1 else last]
    if any(x.ndim != 2 for x in chain):
        raise ValueError(
            f"multi_dot got shapes {[x.shape for x in arrays]}; expected matrices, at the ends also vectors"
        )
    lengths = [chain[0].shape[0], *[x.shape[1] for x in chain]]
    costs = dict.fromkeys([(i, i) for i in range(len(chain))], 0)
    cuts: dict[tuple[int, int], int] = {}
    for width in range(1, len(chain)):
        for i in range(len(chain) - width):
            j = i + width
            tried = {
                k: costs[i, k] + costs[k + 1, j] + lengths[i] * lengths[k + 1] * lengths[j + 1] for k in range(i, j)
            }
            cuts[i, j] = min(tried, key=tried.__getitem__)
            costs[i, j] = tried[cuts[i, j]]

    def multiplied(i: int, j: int) -> Any:
        return chain[i] if i == j else multiplied(i, cuts[i, j]) @ multiplied(cuts[i, j] + 1, j)

    y = multiplied(0, len(chain) - 1)
    kept = [n for n, x in zip(y.shape, (first, last), strict=True) if x.ndim == 2]
    return y if len(kept) == 2 else y.reshape(kept)


@composed(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """a @ a @ … n times, by repeated squaring; of the inverse if n is negative."""
    if n == 0:  # the identity for any a, but still computed from it
        return np.where(True, np.eye(a.shape[-1], dtype=a.dtype), a)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    y = None
    while n:
        n, odd = divmod(n, 2)
        if odd:
            y = a if y is None else y @ a
        if n:
            a = a @ a
    return y
