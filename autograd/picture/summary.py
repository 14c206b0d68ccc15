"""A value in a few words: the number of a scalar; of an array its shape, its dtype and the range it spans."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Number = bool | int | float | complex


@dataclass(frozen=True)
class Summary:
    """What a picture says about a value. `str()` puts it in words.

    shape, dtype: NumPy's; a Python number has shape () and the dtype NumPy would give it.
    number: the value of a scalar, None for an array.
    low, high: the smallest and the largest element that is not NaN; None if there is none, or no order.
        A length of None in the shape is one that is not known, of a value that is still to be computed.
    nans: how many elements are NaN.

    >>> print(Summary.of(np.array([[0.5, -2.0]], np.float32)))
    (1, 2) float32, −2 … 0.5
    >>> Summary.of(7.0).number
    7.0
    """

    shape: tuple[int | None, ...]
    dtype: str
    number: Number | None = None
    low: float | None = None
    high: float | None = None
    nans: int = 0

    @classmethod
    def of(cls, value: Any) -> Summary:
        """The summary of a number or an array; of a bundle, how many values it holds."""
        if type(value) is float:  # the same as below, and quicker
            return cls((), "float64", value, nans=1) if value != value else cls((), "float64", value, value, value)
        if isinstance(value, tuple):
            return cls((len(value),), "values")
        array = np.asarray(value)
        shape, dtype = array.shape, _name(array.dtype)
        number = array.item() if not shape else None
        if array.dtype.kind not in "fiub" or not array.size:
            return cls(shape, dtype, number)
        low, nans = array.min(), 0
        if low != low:  # NumPy's answer if there is a NaN anywhere
            missing = np.isnan(array)
            nans = int(missing.sum())
            if nans == array.size:
                return cls(shape, dtype, number, nans=nans)
            array = array[~missing]
            low = array.min()
        return cls(shape, dtype, number, float(low), float(array.max()), nans)

    def __str__(self) -> str:
        return self.span() if self.number is not None else ", ".join(filter(None, [self.kind(), self.span()]))

    def kind(self) -> str:
        """Shape and dtype, such as `(128, 10) float32`."""
        return f"{self.shape} {self.dtype}"

    def span(self, digits: int = 3) -> str:
        """The number of a scalar; the range of an array to `digits` significant digits, and how much is NaN."""
        if self.number is not None:
            return written(self.number)
        if self.low is None or self.high is None:
            if self.dtype == "values":
                return "a bundle"
            if None in self.shape:
                return ""
            return "empty" if 0 in self.shape else "all NaN" if self.nans else "complex"
        low, high = written(self.low, digits), written(self.high, digits)
        span = f"all {low}" if self.low == self.high else f"{low} … {high}"
        return f"{span}, {self.nans} NaN" if self.nans else span


@cache
def _name(dtype: np.dtype[Any]) -> str:
    return str(dtype)


def written(x: Number, digits: int = 4) -> str:
    """A number to `digits` significant digits. Zeros at the end are left out only if the text is the number itself.

    A rounded number keeps at least one digit after the point, so that it does not look exact. An error of
    one unit in the last place of the number itself, as in 0.1 + 0.2, does not count.

    >>> [written(x) for x in (6.0, -0.29837111, 1e-9, 12345.6, float("inf"))]
    ['6', '−0.2984', '1e−9', '12345.6', '∞']
    >>> [written(x) for x in (0.1 + 0.2, 0.99999834, 2.0001e-9)]
    ['0.3', '1.000', '2.000e−9']
    """
    if isinstance(x, bool):
        return str(x)
    if isinstance(x, complex):
        return f"{written(x.real, digits)} {'−' if x.imag < 0 else '+'} {written(abs(x.imag), digits)}i"
    if not math.isfinite(x):
        return "NaN" if math.isnan(x) else "∞" if x > 0 else "−∞"
    if isinstance(x, int) and abs(x) < 10**7:
        text = str(x)
    else:
        mantissa, power = f"{x:.{digits - 1}e}".split("e")
        if x == 0 or 1e-4 <= abs(x) < 1e6:
            places, scale = max(0, digits - 1 - int(power)), ""
            text = f"{x:.{places}f}"
            if not places and not _is(text, x):
                text = f"{x:.1f}"
        else:
            text, scale = mantissa, f"e{int(power)}"
        if "." in text and _is(text + scale, x):
            text = text.rstrip("0").rstrip(".")
        text += scale
    return text.replace("-", "−")


def _is(text: str, x: float) -> bool:
    """Whether a text says a number, but for one unit in the last place: of float32 if the number is one of these."""
    apart = abs(float(text) - x)
    if apart <= math.ulp(x):
        return True
    single = np.float32(x) if abs(x) < 1e38 else np.float32(0)
    return float(single) == x and apart <= abs(float(np.spacing(single)))
