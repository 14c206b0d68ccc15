"""Choosing between values element by element."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.primitive import composed


@composed(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """The element of the first choice whose condition holds, or the default."""
    if len(condlist) != len(choicelist):
        raise ValueError(f"select got {len(condlist)} conditions and {len(choicelist)} choices; expected one for each")
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = np.where(condition, choice, y)
    return y
