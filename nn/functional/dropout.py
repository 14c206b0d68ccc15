"""Dropout: leaves out random elements, so that no unit can rely on another one."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import fresh


def dropout(x: Any, rate: float, generator: np.random.Generator) -> Any:
    """`x` with a random fraction `rate` of its elements set to 0 and the others divided by 1 − rate.

    The expected value of each element stays (Srivastava et al., JMLR 15, 2014). What is drawn is a constant, so the
    gradient goes through the elements that stayed. A rate of 0 gives `x` itself and draws nothing; 1 gives zeros.

    x: any shape.
    generator: a `np.random.Generator`; its state says what is dropped, so the same state drops the same elements.

    >>> import numpy as np
    >>> dropout(np.ones(6), 0.5, np.random.default_rng(0))
    array([2., 2., 2., 0., 0., 0.])
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate}; expected the fraction to drop, from 0 to 1")
    if not isinstance(generator, np.random.Generator):
        raise TypeError(f"generator is {generator!r:.60}; expected a generator. Try np.random.default_rng(0)")
    if rate == 0:
        return x
    kept = fresh(lambda: generator.random(np.shape(x), np.float32), "drawn") >= rate
    return np.where(kept, x if rate == 1 else x / (1 - float(rate)), 0.0)
