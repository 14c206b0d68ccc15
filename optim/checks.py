"""Checks of hyperparameters: each returns the number as a Python float, or says what was got and what is expected.

Python floats matter: NumPy lets them take an array's dtype, so that float32 variables stay float32.
"""

import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[[str, Any], Any]
"""Takes the name of a hyperparameter and a value; returns the value to be kept."""


def number(name: str, value: Any) -> float:
    """`value` as a finite float; TypeError for what is no number, ValueError for NaN and infinity."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r:.60}, a {type(value).__name__}; expected a number")
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; expected a finite number")
    return float(value)


def positive(name: str, value: Any) -> float:
    """`value` as a float above zero.

    >>> positive("epsilon", 0)
    Traceback (most recent call last):
    ValueError: epsilon is 0; expected a number above 0
    """
    if number(name, value) <= 0:
        raise ValueError(f"{name} is {value}; expected a number above 0")
    return float(value)


def non_negative(name: str, value: Any) -> float:
    """`value` as a float that is zero or above."""
    if number(name, value) < 0:
        raise ValueError(f"{name} is {value}; expected 0 or a number above it")
    return float(value)


def fraction(name: str, value: Any) -> float:
    """`value` as a float in [0, 1): what an average may keep of its past."""
    if not 0 <= number(name, value) < 1:
        raise ValueError(f"{name} is {value}; expected a number from 0 up to, but not including, 1")
    return float(value)


def count(name: str, value: Any) -> int:
    """`value` as an int that is zero or above."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {value!r:.60}, a {type(value).__name__}; expected a whole number")
    return int(non_negative(name, value))


def whole(value: Any) -> Any:
    """A count as it comes from a file, such as an array without axes or 3.0, as an int; anything else as it is.

    >>> whole(np.array(3.0)), whole(np.array(1.5))
    (3, 1.5)
    """
    value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def flag(name: str, value: Any) -> bool:
    """`value`, a bool or 0 or 1, as a bool; TypeError for all else, since every string but "" counts as true.

    >>> flag("nesterov", "False")
    Traceback (most recent call last):
    TypeError: nesterov is 'False', a str; expected True or False
    """
    if not (isinstance(value, int | np.bool_) and value in (0, 1)):
        raise TypeError(f"{name} is {value!r:.60}, a {type(value).__name__}; expected True or False")
    return bool(value)


def optional(check: Check) -> Check:
    """A check that lets None pass, and gives the rest to `check`."""
    return lambda name, value: None if value is None else check(name, value)
