"""The initializers: what weights hold before training. `initializer(shape, dtype)` gives an array.

`seed` is a number (the same array at each call), a `np.random.Generator` (drawn from on and on) or None (a new
stream of the global seed at each call, see `nn.utils.set_random_seed`). An initializer with one seed that is
shared by two layers of equal shape gives them equal weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nn import random
from nn.lookup import lookup, wrong_kind

Shape = tuple[int, ...]
Array = npt.NDArray[Any]
Initializer = Callable[[Shape, npt.DTypeLike], Array]

# The standard deviation of a standard normal cut off at ±2: sqrt(1 - 4 φ(2) / (2 Φ(2) - 1)).
TRUNCATED_STD = 0.87962566103423978


class Constant:
    """Every element is `value`.

    >>> Constant(0.5)((2,))
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
        """An array of this shape and dtype."""
        return np.full(shape, self.value, dtype)


class RandomUniform:
    """Uniform over [minval, maxval)."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: random.Seed = None) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
        """An array of this shape and dtype."""
        return random.generator(self.seed).uniform(self.minval, self.maxval, shape).astype(dtype)


class RandomNormal:
    """Normal with this mean and standard deviation."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: random.Seed = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
        """An array of this shape and dtype."""
        return random.generator(self.seed).normal(self.mean, self.stddev, shape).astype(dtype)


class TruncatedNormal:
    """Normal, with what lies more than two `stddev` from the mean drawn again.

    `stddev` is that of the normal before it is cut; afterwards it is 0.88 times as large.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: random.Seed = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
        """An array of this shape and dtype."""
        generator = random.generator(self.seed)
        z = generator.standard_normal(shape)
        far = np.abs(z) > 2
        while far.any():
            z[far] = generator.standard_normal(np.count_nonzero(far))
            far = np.abs(z) > 2
        return (self.mean + self.stddev * z).astype(dtype)


class VarianceScaling:
    """Draws whose variance is scale / fan, so that signals keep their size from layer to layer.

    mode: which fan: "fan_in", "fan_out", or "fan_avg", their mean.
    distribution: "uniform" over ±sqrt(3 · scale / fan), "truncated_normal", or "untruncated_normal".

    The named forms are Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010 (scale 1, fan_avg); He et al., arXiv:1502.01852 (2, fan_in); LeCun et al., "Efficient
    BackProp", 1998 (1, fan_in).

    >>> float(abs(GlorotUniform(seed=1)((784, 512))).max()) <= math.sqrt(6 / (784 + 512))
    True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in",
        distribution: Literal["uniform", "truncated_normal", "untruncated_normal"] = "truncated_normal",
        seed: random.Seed = None,
    ) -> None:
        if scale <= 0:
            raise ValueError(f"scale is {scale}; expected a number above 0")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"mode is {mode!r}; expected 'fan_in', 'fan_out' or 'fan_avg'")
        if distribution not in ("uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                f"distribution is {distribution!r}; expected 'uniform', 'truncated_normal' or 'untruncated_normal'"
            )
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed

    def __call__(self, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
        """An array of this shape and dtype."""
        fan_in, fan_out = fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(fan, 1)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return RandomUniform(-limit, limit, self.seed)(shape, dtype)
        if self.distribution == "truncated_normal":
            return TruncatedNormal(0.0, math.sqrt(variance) / TRUNCATED_STD, self.seed)(shape, dtype)
        return RandomNormal(0.0, math.sqrt(variance), self.seed)(shape, dtype)


def fans(shape: Shape) -> tuple[int, int]:
    """How many inputs and outputs each unit of a kernel of this shape has.

    A dense kernel is (in, out); of a convolution's (height, width, in, out) each input counts once per pixel.

    >>> fans((784, 512)), fans((3, 3, 16, 32))
    ((784, 512), (144, 288))
    """
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    pixels = math.prod(shape[:-2])
    return pixels * shape[-2], pixels * shape[-1]


class Zeros(Constant):
    """All zeros."""

    def __init__(self) -> None:
        super().__init__(0.0)


class Ones(Constant):
    """All ones."""

    def __init__(self) -> None:
        super().__init__(1.0)


class GlorotUniform(VarianceScaling):
    """Uniform over ±sqrt(6 / (fan_in + fan_out)): the default of kernels."""

    def __init__(self, seed: random.Seed = None) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal of variance 2 / (fan_in + fan_out)."""

    def __init__(self, seed: random.Seed = None) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class HeUniform(VarianceScaling):
    """Uniform over ±sqrt(6 / fan_in), made for relu."""

    def __init__(self, seed: random.Seed = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed)


class HeNormal(VarianceScaling):
    """Truncated normal of variance 2 / fan_in, made for relu."""

    def __init__(self, seed: random.Seed = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class LecunUniform(VarianceScaling):
    """Uniform over ±sqrt(3 / fan_in)."""

    def __init__(self, seed: random.Seed = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """Truncated normal of variance 1 / fan_in."""

    def __init__(self, seed: random.Seed = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


INITIALIZERS: dict[str, Callable[[], Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
}


def get(identifier: str | Initializer) -> Initializer:
    """A new initializer of this name; a function of shape and dtype as it is.

    ValueError for an unknown name, with the names near it; TypeError for anything else.

    >>> get("ones")((2,), np.float64)
    array([1., 1.])
    """
    if isinstance(identifier, str):
        return lookup("initializer", identifier, INITIALIZERS)()
    if not callable(identifier) or isinstance(identifier, type):
        raise wrong_kind("initializer", identifier, "a name such as 'he_normal', or a function of shape and dtype")
    return identifier
