"""Samples: special functions, held against Python's math module, series, integrals and roots."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from tests.autograd.samples.bessel import bessel_i
from tests.autograd.samples.table import POS, A, Sample, each

UNIT = 1 / (1 + np.exp(-A))  # between 0 and 1
BERNOULLI = [Fraction(*f) for f in [(1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510)]]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(80)


def digamma(x: float) -> float:
    """By ψ(x) = ψ(x + 1) − 1/x up to 20, and from there by the asymptotic series."""
    low = math.fsum(1 / (x + k) for k in range(20))
    x += 20
    return (
        math.log(x)
        - 1 / (2 * x)
        - math.fsum(float(b) / (2 * k * x ** (2 * k)) for k, b in enumerate(BERNOULLI, 1))
        - low
    )


def zeta(s: float, q: float) -> float:
    """Σ (q + k)⁻ˢ, the first 20 terms by themselves and the rest by Euler's and Maclaurin's formula."""
    first, q = math.fsum((q + k) ** -s for k in range(20)), q + 20
    rest = [q ** (1 - s) / (s - 1), q**-s / 2]
    for k, b in enumerate(BERNOULLI, 1):
        rest.append(
            float(b) * math.prod(s + j for j in range(2 * k - 1)) / math.factorial(2 * k) * q ** (1 - s - 2 * k)
        )
    return first + math.fsum(rest)


def polygamma(n: int, x: float) -> float:
    return digamma(x) if n == 0 else (-1) ** (n + 1) * math.factorial(int(n)) * zeta(n + 1.0, x)


def root(f: Callable[[float], float], target: float, low: float = -40.0, high: float = 40.0) -> float:
    """Where the increasing `f` takes the value, by halving an interval."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < target else (low, middle)
    return high


def integral(f: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float:
    middle, half = (low + high) / 2, (high - low) / 2
    return half * math.fsum(WEIGHTS * f(middle + half * NODES))


def normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def gammainc(a: float, x: float) -> float:
    """xᵃ e⁻ˣ Σ xᵏ / Γ(a + k + 1)."""
    return x**a * math.exp(-x) * math.fsum(x**k / math.gamma(a + k + 1) for k in range(60))


def betainc(a: float, b: float, x: float) -> float:
    """xᵃ (1 − x)ᵇ / (a B(a, b)) · Σ (a + b)ₖ / (a + 1)ₖ xᵏ."""
    terms = [1.0]
    for k in range(800):
        terms.append(terms[-1] * (a + b + k) / (a + 1 + k) * x)
    return x**a * (1 - x) ** b / (a * math.exp(log_beta(a, b))) * math.fsum(terms)


def bessel_j(x: float, n: int) -> float:
    """∫ cos(nt − x sin t) dt / π from 0 to π, as periodic as that of the modified functions."""
    return math.fsum(math.cos(n * t - x * math.sin(t)) for t in 2 * math.pi * np.arange(64) / 64) / 64


def bessel_y(x: float, n: int) -> float:
    """(∫ sin(x sin t − nt) dt from 0 to π − ∫ (eⁿᵗ + (−1)ⁿ e⁻ⁿᵗ) exp(−x sinh t) dt from 0 to ∞) / π."""
    falling = lambda t: (np.exp(n * t) + (-1) ** n * np.exp(-n * t)) * np.exp(-x * np.sinh(t))
    tail = math.fsum(integral(falling, a, a + 1) for a in range(9))
    return (integral(lambda t: np.sin(x * np.sin(t) - n * t), 0, math.pi) - tail) / math.pi


def bessel_k(x: float, n: int) -> float:
    """∫ exp(−x cosh t) cosh(nt) dt from 0 to ∞."""
    falling = lambda t: np.exp(-x * np.cosh(t)) * np.cosh(n * t)
    return math.fsum(integral(falling, a, a + 1) for a in range(9))


SAMPLES: list[Sample] = [
    Sample("logit", (UNIT,), each(lambda x: math.log(x) - math.log1p(-x))),
    Sample("logit", (np.array([0.05, 0.2, 0.49, 0.5, 0.7, 0.95]),), each(lambda x: math.log(x / (1 - x))), label="wide"),
    Sample("log_expit", (A,), each(lambda x: -math.log1p(math.exp(-x)))),
    Sample("xlog1py", (A, POS), each(lambda x, z: x * math.log1p(z))),
    Sample("entr", (POS,), each(lambda x: -x * math.log(x))),
    Sample("log_ratio", (POS, POS[::-1]), each(lambda a, b: math.log(a / b))),
    Sample("rel_entr", (POS, POS[::-1]), each(lambda a, b: a * math.log(a / b))),
    Sample("kl_div", (POS, POS[::-1]), each(lambda a, b: a * math.log(a / b) - a + b)),
    Sample("erf", (A,), each(math.erf)),
    Sample("erfc", (A,), each(math.erfc)),
    Sample("erfcx", (A,), each(lambda x: math.exp(x * x) * math.erfc(x))),
    Sample("erfinv", (A / 3,), each(lambda y: root(math.erf, y))),
    Sample("erfcinv", (POS / 2,), each(lambda y: -root(lambda x: math.erfc(-x), y))),
    Sample("ndtr", (A,), each(normal)),
    Sample("ndtri", (UNIT,), each(lambda y: root(normal, y))),
    Sample("log_ndtr", (A - 2,), each(lambda x: math.log(normal(x)))),
    Sample("gamma", (POS,), each(math.gamma)),
    Sample("gammaln", (POS + 0.3,), each(math.lgamma)),
    Sample("digamma", (POS,), each(digamma)),
    Sample("digamma", (A - 0.05,), each(lambda x: digamma(x + 3) - 1 / x - 1 / (x + 1) - 1 / (x + 2)), label="negative"),
    Sample("polygamma", (2, POS), each(polygamma), constant=(0,)),
    Sample("zeta", (2.5, POS), each(zeta), constant=(0,)),
    Sample("beta", (POS, POS[::-1]), each(lambda a, b: math.gamma(a) * math.gamma(b) / math.gamma(a + b))),
    Sample("betaln", (POS, POS[::-1] + 0.5), each(log_beta)),
    Sample("gammainc", (1.7, POS), each(gammainc), constant=(0,)),
    Sample("gammaincc", (1.7, POS), each(lambda a, x: 1 - gammainc(a, x)), constant=(0,)),
    Sample("betainc", (1.3, 0.7, UNIT), each(betainc), constant=(0, 1)),
    Sample("i0e", (A,), each(lambda x: math.exp(-abs(x)) * bessel_i(x, 0))),
    Sample("i1e", (A,), each(lambda x: math.exp(-abs(x)) * bessel_i(x, 1))),
    Sample("ive", (2, A), each(lambda n, x: math.exp(-abs(x)) * bessel_i(x, n)), constant=(0,)),
    Sample("j0", (A,), each(lambda x: bessel_j(x, 0))),
    Sample("j1", (A,), each(lambda x: bessel_j(x, 1))),
    Sample("jv", (2, A), each(lambda n, x: bessel_j(x, n)), constant=(0,)),
    Sample("y0", (POS,), each(lambda x: bessel_y(x, 0))),
    Sample("y1", (POS,), each(lambda x: bessel_y(x, 1))),
    Sample("yv", (2, POS), each(lambda n, x: bessel_y(x, n)), constant=(0,)),
    Sample("gammasgn", (A - 0.05,), each(lambda x: 1.0 if x > 0 or math.floor(x) % 2 == 0 else -1.0)),
    Sample("rgamma", (POS,), each(lambda x: 1 / math.gamma(x))),
    Sample("rgamma", (A - 0.05,), each(lambda x: 1 / math.gamma(x)), label="negative"),
    Sample("rgamma", (np.array([0.0, -1.0, -3.0]),), each(lambda x: 0.0), label="poles"),
    Sample("iv", (2, A), each(lambda n, x: bessel_i(x, n)), constant=(0,)),
    Sample("kv", (2, POS), each(lambda n, x: bessel_k(x, n)), constant=(0,)),
]  # fmt: skip
