"""The one source of randomness: initial weights, dropout masks and the order of batches all draw from here."""

from __future__ import annotations

import random

import numpy as np

from nn.blas_threads import chooser

Seed = int | np.random.Generator | None
"""What a `seed` argument takes: a number, a generator to draw from, or None for the global seed's next stream."""

_streams = np.random.SeedSequence()


def set_random_seed(seed: int) -> None:
    """Make all that follows reproducible: two runs with one seed and the same steps are bitwise equal.

    seed: 0 to 2**32 - 1. Python's `random` and NumPy's global generator are seeded too, for the code around the
    model; what this package draws comes from generators of its own. From then on `fit` leaves the number of BLAS
    threads as it is, since sums depend on it in their last bits (see `nn.utils.get_blas_threads`).

    >>> set_random_seed(7); a = generator().random()
    >>> set_random_seed(7); a == generator().random()
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ValueError(f"the random seed is {seed!r}; expected a whole number from 0 to 2**32 - 1")
    global _streams
    chooser.seeded = True
    _streams = np.random.SeedSequence(int(seed))
    random.seed(int(seed))
    np.random.seed(int(seed))


def generator(seed: Seed = None) -> np.random.Generator:
    """A generator: that of the given seed, the given one itself, or a new independent stream of the global seed.

    Streams differ from each other, so that what one layer draws has nothing to do with what another one draws.

    >>> generator(3).random() == generator(3).random()
    True
    """
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(_streams.spawn(1)[0] if seed is None else seed)
