"""Special functions, which users know as `ag.special`: the gamma and error functions, Bessel functions and their kin.

Names and arguments are those of `scipy.special`, and SciPy gives the values of those that NumPy has no means for; it
is imported when the first of them is called. SciPy's own ufuncs run the rows of their names when called on a tensor. Its
plain functions, such as logsumexp, softmax and polygamma, convert a tensor to an array instead, with a warning where a
tape follows it; take those of this module.
The formulas of the derivatives are those of F. Olver and others, "NIST Digital Library of Mathematical Functions".

>>> from autograd import Tape, Variable
>>> from autograd.ops import special
>>> x = Variable([1.0, 2.0])
>>> with Tape() as t:
...     y = special.gammaln(x)
>>> t.gradient(y, x)  # the digamma function: -γ and 1 - γ
Tensor([-0.57721566,  0.42278434], shape=(2,), dtype=float64)
"""

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import flops
from autograd.errors import NoDerivativeError
from autograd.families import elementwise
from autograd.graph import followed, raw
from autograd.ops.bessel import i0, i1
from autograd.ops.cones import corner, ramp
from autograd.ops.elementwise import cbrt, exp2, expm1, log1p, sigmoid, softplus, xlogy
from autograd.ops.fused import log_softmax, logsumexp, softmax
from autograd.ops.kinks import zero
from autograd.ops.rounding import rint
from autograd.primitive import Primitive, Rule

__all__ = [
    "beta", "betainc", "betaln", "digamma", "entr", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "expit", "gamma",
    "gammainc", "gammaincc", "gammaln", "gammasgn", "i0", "i0e", "i1", "i1e", "iv", "ive", "j0", "j1", "jn", "jv",
    "kl_div", "kv", "log_expit", "log_ndtr", "log_softmax", "logit", "logsumexp", "multigammaln", "ndtr", "ndtri",
    "polygamma", "psi", "rel_entr", "rgamma", "softmax", "softplus", "xlog1py", "xlogy", "y0", "y1", "yn", "yv", "zeta",
]  # fmt: skip


def _scipy(name: str) -> Callable[..., Any]:
    """The value by SciPy, which is imported when it is first asked for, in the precision of the inputs."""

    def value(*xs: Any) -> Any:
        try:
            from scipy import special
        except ImportError:
            raise ImportError(
                f"autograd.special.{name} takes its values from SciPy, which is not installed; try "
                f'pip install "gradtape[special]"'
            ) from None
        return getattr(special, name)(*xs).astype(np.result_type(*xs, 0.0), copy=False)

    return value


def _polygamma(n: Any, x: Any) -> Any:
    """ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x) by Hurwitz' zeta function, and ψ itself for n = 0."""
    if np.any((n < 0) | (n != np.floor(n))):
        raise ValueError(f"polygamma got n={n}; expected whole numbers from 0 on")
    factor = np.where(n % 2 == 1, 1, -1) * _scipy("gamma")(n + 1.0)
    y = np.where(n == 0, _scipy("psi")(x), factor * _scipy("zeta")(np.maximum(n, 1) + 1.0, x))
    return y.astype(np.result_type(n, x, 0.0))


def _logit(x: Any) -> Any:
    """log(x / (1 − x)); near ½, where that is the logarithm of nearly 1, by the inverse tangent."""
    near = abs(x - 0.5) < 0.25
    return np.where(near, 2 * np.arctanh(np.where(near, 2 * x - 1, 0)), np.log(np.where(near, 1, x / (1 - x))))


def _xlog1py(x: Any, z: Any) -> Any:
    """x log(1 + z), and 0 where x is 0, whatever z is."""
    return x * np.log1p(np.where(x == 0, 0.0, z))


def _xlog1py_by_x(g: Any, y: Any, x: Any, z: Any) -> Any:
    both = (raw(x) == 0) & (raw(z) == -1)
    return g * corner(both, np.log1p(np.where(both, 0.0, z)), z)


def _xlog1py_by_z(g: Any, y: Any, x: Any, z: Any) -> Any:
    both = (raw(x) == 0) & (raw(z) == -1)
    return g * corner(both, x / (1 + np.where(both, 0.0, z)), x)


def _unless_both_0(a: Any, b: Any, value: Any) -> Any:
    """`value`, and 0 where both `a` and `b` are 0."""
    return corner((raw(a) == 0) & (raw(b) == 0), value, a, b)


def _sign_at_a_kink(x: Any) -> Any:
    """The sign, as the slope of |x|: NaN is the slope of that at 0."""
    sign = np.sign(x)
    return sign + ramp(np.where(raw(x) == 0, np.nan, 0.0), x) if followed(x) else sign


def _unknown(name: str, argument: str) -> Rule:
    """The rule of an argument by which no derivative is known in closed form."""

    def refuse(g: Any, y: Any, *inputs: Any) -> Any:
        raise NoDerivativeError(
            f"the derivative of {name} by {argument} has no closed form and no rule here; "
            f"pass {argument} as a plain number or array, or ag.stop_gradient({argument}), if no gradient is to flow"
        )

    return refuse


def _rgamma_slope(x: Any, y: Any) -> Any:
    """−ψ(x) / Γ(x), on the left by the reflection sin(πx) Γ(1 − x) / π, which has no poles there."""
    left = np.real(raw(x)) < 0.5
    mirrored, right = np.where(left, 1 - x, 1.0), np.where(left, 1.0, x)
    reflected = gamma(mirrored) * (np.cos(np.pi * x) - np.sin(np.pi * x) / np.pi * digamma(mirrored))
    return np.where(left, reflected, -y * digamma(right))


def _gamma_density(a: Any, x: Any) -> Any:
    """xᵃ⁻¹ e⁻ˣ / Γ(a), the slope of gammainc."""
    return np.exp(xlogy(a - 1, x) - x - gammaln(a))


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    """xᵃ⁻¹ (1 − x)ᵇ⁻¹ / B(a, b), the slope of betainc."""
    return np.exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))


# fmt: off
# The logistic function and logarithms.
expit    = sigmoid
logit    = elementwise("logit", _logit, lambda g, y, x: g / (x * (1 - x)), real=True, flops=flops.function)
log_expit = elementwise("log_expit", lambda x: -np.logaddexp(-x, 0), lambda g, y, x: g * sigmoid(-x), real=True, flops=flops.function)
xlog1py: Primitive = elementwise("xlog1py", _xlog1py, _xlog1py_by_x, _xlog1py_by_z, flops=flops.function)
entr     = elementwise("entr", _scipy("entr"), lambda g, y, x: g * (-1 - np.log(x)), real=True, flops=flops.function)
log_ratio = elementwise("log_ratio", lambda a, b: np.log(a / b), lambda g, y, a, b: g / a, lambda g, y, a, b: -g / b, flops=flops.function)
rel_entr = elementwise("rel_entr", _scipy("rel_entr"), lambda g, y, a, b: g * _unless_both_0(a, b, 1 + log_ratio(a, b)), lambda g, y, a, b: -g * _unless_both_0(a, b, a / b), real=True, flops=flops.function)
kl_div   = elementwise("kl_div", _scipy("kl_div"), lambda g, y, a, b: g * _unless_both_0(a, b, log_ratio(a, b)), lambda g, y, a, b: g * (1 - _unless_both_0(a, b, a / b)), real=True, flops=flops.function)

# The error function and the normal distribution.
erf      = elementwise("erf", _scipy("erf"), lambda g, y, x: g * np.exp(-x * x) * (2 / math.sqrt(math.pi)), flops=flops.function)
erfc     = elementwise("erfc", _scipy("erfc"), lambda g, y, x: -g * np.exp(-x * x) * (2 / math.sqrt(math.pi)), flops=flops.function)
erfcx    = elementwise("erfcx", _scipy("erfcx"), lambda g, y, x: g * (2 * x * y - 2 / math.sqrt(math.pi)), flops=flops.function)
erfinv   = elementwise("erfinv", _scipy("erfinv"), lambda g, y, x: g * np.exp(y * y) * (math.sqrt(math.pi) / 2), real=True, flops=flops.function)
erfcinv  = elementwise("erfcinv", _scipy("erfcinv"), lambda g, y, x: -g * np.exp(y * y) * (math.sqrt(math.pi) / 2), real=True, flops=flops.function)
ndtr     = elementwise("ndtr", _scipy("ndtr"), lambda g, y, x: g * np.exp(-x * x / 2) / math.sqrt(2 * math.pi), flops=flops.function)
ndtri    = elementwise("ndtri", _scipy("ndtri"), lambda g, y, x: g * np.exp(y * y / 2) * math.sqrt(2 * math.pi), real=True, flops=flops.function)
log_ndtr = elementwise("log_ndtr", _scipy("log_ndtr"), lambda g, y, x: g * math.sqrt(2 / math.pi) / erfcx(-x / math.sqrt(2)), flops=flops.function)

# The gamma function and its kin; each derivative leads to the next.
zeta: Primitive      = elementwise("zeta", _scipy("zeta"), _unknown("zeta", "x"), lambda g, y, x, q: -g * x * zeta(x + 1, q), real=True, flops=flops.function)
polygamma: Primitive = elementwise("polygamma", _polygamma, None, lambda g, y, n, x: g * polygamma(n + 1, x), real=True, flops=flops.function)
digamma  = elementwise("digamma", _scipy("psi"), lambda g, y, x: g * polygamma(1, x), real=True, flops=flops.function)
gammaln  = elementwise("gammaln", _scipy("gammaln"), lambda g, y, x: g * digamma(x), real=True, flops=flops.function)
gamma    = elementwise("gamma", _scipy("gamma"), lambda g, y, x: g * y * digamma(x), flops=flops.function)
gammasgn = elementwise("gammasgn", _scipy("gammasgn"), zero, real=True, flops=flops.function)
rgamma   = elementwise("rgamma", _scipy("rgamma"), lambda g, y, x: g * _rgamma_slope(x, y), flops=flops.function)
betaln   = elementwise("betaln", _scipy("betaln"), lambda g, y, a, b: g * (digamma(a) - digamma(a + b)), lambda g, y, a, b: g * (digamma(b) - digamma(a + b)), real=True, flops=flops.function)
beta     = elementwise("beta", _scipy("beta"), lambda g, y, a, b: g * y * (digamma(a) - digamma(a + b)), lambda g, y, a, b: g * y * (digamma(b) - digamma(a + b)), real=True, flops=flops.function)
gammainc  = elementwise("gammainc", _scipy("gammainc"), _unknown("gammainc", "a"), lambda g, y, a, x: g * _gamma_density(a, x), real=True, flops=flops.function)
gammaincc = elementwise("gammaincc", _scipy("gammaincc"), _unknown("gammaincc", "a"), lambda g, y, a, x: -g * _gamma_density(a, x), real=True, flops=flops.function)
betainc  = elementwise("betainc", _scipy("betainc"), _unknown("betainc", "a"), _unknown("betainc", "b"), lambda g, y, a, b, x: g * _beta_density(a, b, x), real=True, flops=flops.function)

# Bessel functions of any real order v: of the first and second kind, the modified ones, and exp(−|x|) times the first of
# these.
jv: Primitive  = elementwise("jv", _scipy("jv"), _unknown("jv", "v"), lambda g, y, v, x: g * (jv(v - 1, x) - jv(v + 1, x)) / 2, flops=flops.function)
yv: Primitive  = elementwise("yv", _scipy("yv"), _unknown("yv", "v"), lambda g, y, v, x: g * (yv(v - 1, x) - yv(v + 1, x)) / 2, flops=flops.function)
ive: Primitive = elementwise("ive", _scipy("ive"), _unknown("ive", "v"), lambda g, y, v, x: g * ((ive(v - 1, x) + ive(v + 1, x)) / 2 - _sign_at_a_kink(x) * y), real=True, flops=flops.function)
iv: Primitive  = elementwise("iv", _scipy("iv"), _unknown("iv", "v"), lambda g, y, v, x: g * (iv(v - 1, x) + iv(v + 1, x)) / 2, flops=flops.function)
kv: Primitive  = elementwise("kv", _scipy("kv"), _unknown("kv", "v"), lambda g, y, v, x: -g * (kv(v - 1, x) + kv(v + 1, x)) / 2, flops=flops.function)
j1       = elementwise("j1", _scipy("j1"), lambda g, y, x: g * (j0(x) - jv(2, x)) / 2, real=True, flops=flops.function)
j0: Primitive = elementwise("j0", _scipy("j0"), lambda g, y, x: -g * j1(x), real=True, flops=flops.function)
y1       = elementwise("y1", _scipy("y1"), lambda g, y, x: g * (y0(x) - yv(2, x)) / 2, real=True, flops=flops.function)
y0: Primitive = elementwise("y0", _scipy("y0"), lambda g, y, x: -g * y1(x), real=True, flops=flops.function)
i1e      = elementwise("i1e", _scipy("i1e"), lambda g, y, x: g * ((i0e(x) + ive(2, x)) / 2 - np.sign(x) * y), real=True, flops=flops.function)
i0e: Primitive = elementwise("i0e", _scipy("i0e"), lambda g, y, x: g * (i1e(x) - _sign_at_a_kink(x) * y), real=True, flops=flops.function)
# fmt: on

psi, jn, yn = digamma, jv, yv  # other names that SciPy has


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the gamma function of d × d matrices: d(d − 1)/4 · log π + Σ log Γ(a + (1 − j)/2), j = 1 … d.

    ValueError unless a > (d − 1)/2. A. Gupta and D. Nagar, "Matrix Variate Distributions" (2000), 1.4.5.

    >>> from autograd import grad
    >>> float(grad(multigammaln)(1.0, 1)) == float(digamma(1.0))
    True
    """
    if not np.all(raw(a) > (d - 1) / 2):
        raise ValueError(f"multigammaln got d={d} and an a of {np.min(raw(a))}; expected more than {(d - 1) / 2}")
    return sum([gammaln(a - j / 2) for j in range(d)], d * (d - 1) / 4 * math.log(math.pi))


_ours = {name: globals()[name] for name in __all__}
_of_numpy = {"cbrt": cbrt, "exp2": exp2, "expm1": expm1, "log1p": log1p, "round": rint, "_zeta": zeta}


def is_scipys(ufunc: np.ufunc) -> bool:
    """Whether a function is one of scipy.special, or one that those in Python call, as zeta calls _zeta."""
    return any(
        getattr(sys.modules.get(module), ufunc.__name__, None) is ufunc
        for module in ("scipy.special", "scipy.special._ufuncs")
    )


def row_for(ufunc: np.ufunc) -> Primitive | None:
    """The row that a function of SciPy's means, if there is one: that of its name, here or among NumPy's."""
    return (_ours.get(ufunc.__name__) or _of_numpy.get(ufunc.__name__)) if is_scipys(ufunc) else None
