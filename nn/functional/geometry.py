"""How windows lie: sizes, strides and padding as people write them, checked and made one number for each axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Sizes = int | Sequence[int]
Padding = str | Sequence[tuple[int, int]]
Pairs = tuple[tuple[int, int], ...]


def images(x: Any, name: str) -> int:
    """The number of axes of space of (batch, *space, channels), of which there must be one at least."""
    if not hasattr(x, "shape") or len(x.shape) < 3:
        got = f"shape {x.shape}" if hasattr(x, "shape") else f"a {type(x).__name__}"
        raise ValueError(
            f"{name} got {got} as x; expected (batch, time, channels) or (batch, height, width, channels). "
            f"Try x[..., None] where there is one channel, x[None] where there is one sample"
        )
    return len(x.shape) - 2


def per_axis(value: Sizes, rank: int, name: str, least: int = 1) -> tuple[int, ...]:
    """One whole number for each axis of space; a single number stands for all of them.

    >>> per_axis(2, 2, "strides"), per_axis((2, 1), 2, "strides")
    ((2, 2), (2, 1))
    >>> per_axis(0, 2, "strides")
    Traceback (most recent call last):
    ValueError: strides is 0; expected a whole number of at least 1, or 2 of them
    """
    values = tuple(value) if isinstance(value, Sequence) else (value,) * rank
    if len(values) != rank or not all(_whole(v) and v >= least for v in values):
        raise ValueError(f"{name} is {value!r}; expected a whole number of at least {least}, or {rank} of them")
    return tuple(int(v) for v in values)


def pairs(
    padding: Padding, space: Sequence[int], size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Pairs:
    """How much is added before and after each axis of space.

    "valid" adds nothing. "same" gives ceil(n / stride) positions, with one more element after than before where the
    number is odd, as TensorFlow has it. "causal", for a series, adds before alone, so that no window sees the future.

    >>> pairs("same", (5, 5), (3, 2), (1, 2), (1, 1))
    ((1, 1), (0, 1))
    >>> pairs("causal", (9,), (3,), (1,), (2,))
    ((4, 0),)
    """
    reach = [span(k, d) for k, d in zip(size, dilation, strict=True)]
    if padding == "valid":
        return ((0, 0),) * len(reach)
    if padding == "same":
        missing = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(space, reach, strides, strict=True)]
        return tuple((m // 2, m - m // 2) for m in missing)
    if padding == "causal" and len(reach) == 1:
        return ((reach[0] - 1, 0),)
    return explicit(padding, len(reach))


def explicit(padding: Any, rank: int) -> Pairs:
    """Padding given as one pair for each axis of space."""
    try:
        found = tuple((int(before), int(after)) for before, after in padding)
        right = len(found) == rank and all(_whole(n) and n >= 0 for pair in padding for n in pair)
    except (TypeError, ValueError):
        right = False
    if not right:
        names = '"valid", "same" or "causal"' if rank == 1 else '"valid" or "same"'
        raise ValueError(
            f"padding is {padding!r}; expected {names}, or a pair (before, after) of whole numbers for each axis "
            f"of space, such as {((1, 1),) * rank}"
        )
    return found


def span(size: int, dilation: int) -> int:
    """How far a window reaches from its first element to its last, both counted."""
    return (size - 1) * dilation + 1


def fits(space: Sequence[int], padding: Pairs, size: Sequence[int], dilation: Sequence[int]) -> None:
    """ValueError for a window that is larger than what it slides over."""
    for n, (before, after), k, d in zip(space, padding, size, dilation, strict=True):
        if before + n + after < span(k, d):
            raise ValueError(
                f"a window that spans {span(k, d)} elements (size {k}, dilation {d}) does not fit into {n} elements "
                f'with padding {(before, after)}; try padding="same" or a smaller window'
            )


def _whole(value: Any) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__index__")
