"""Special functions: any order, extreme arguments, SciPy's own functions on tensors, and life without SciPy."""

import math
import sys

import numpy as np
import pytest
import scipy.special

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError
from autograd.ops import special
from tests.autograd.samples.bessel import bessel_i
from tests.autograd.samples.special import polygamma


def derivative(f, x: float, order: int = 1) -> float:
    for _ in range(order):
        f = ag.grad(f)
    return float(f(x))


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("x", [0.7, 2.3, 11.0])
def test_gammaln_differentiates_to_any_order(order, x) -> None:
    assert derivative(special.gammaln, x, order) == pytest.approx(polygamma(order - 1, x), rel=1e-13)


def test_polygamma_takes_an_order_for_each_element() -> None:
    orders, x = np.array([0, 1, 3, 0]), Variable([0.7, 1.9, 2.3, 4.4])
    with Tape() as t:
        y = special.polygamma(orders, x)
    np.testing.assert_allclose(y.numpy(), [polygamma(n, v) for n, v in zip(orders, x.numpy(), strict=True)], rtol=1e-14)
    expected = [polygamma(n + 1, v) for n, v in zip(orders, x.numpy(), strict=True)]
    np.testing.assert_allclose(t.gradient(y, x).numpy(), expected, rtol=1e-14)
    with pytest.raises(ValueError, match=r"n=1\.5; expected whole numbers"):
        special.polygamma(1.5, Tensor(2.0))


@pytest.mark.parametrize("x", [-2.5, 0.0, 1e-8, 3.5, 29.9, 30.1])
def test_derivatives_of_i0_need_no_division(x) -> None:
    """The third is (3 I₁ + I₃) / 4, the fourth (3 I₀ + 4 I₂ + I₄) / 8."""
    order = [bessel_i(x, n) for n in range(5)]
    slopes = [
        order[1],
        (order[0] + order[2]) / 2,
        (3 * order[1] + order[3]) / 4,
        (3 * order[0] + 4 * order[2] + order[4]) / 8,
    ]
    for n, slope in enumerate(slopes, 1):
        assert derivative(np.i0, x, n) == pytest.approx(slope, rel=1e-13, abs=1e-16)


@pytest.mark.parametrize("x", [-2.5, 0.0, 1e-8, 3.5])
def test_derivatives_of_j0_need_no_division(x) -> None:
    assert derivative(special.j0, x, 3) == pytest.approx(
        (3 * scipy.special.j1(x) - scipy.special.jv(3, x)) / 4, abs=1e-15
    )


def test_modified_bessel_functions_up_to_overflow() -> None:
    x = np.concatenate([np.geomspace(1e-9, 700, 200), -np.geomspace(1e-9, 700, 200)])
    for n, f in enumerate([np.i0, special.i1]):
        np.testing.assert_allclose(f(x), scipy.special.iv(n, x), rtol=4e-15)


EXTREME = [
    (special.log_ndtr, -1e4, 1e4 + 1e-4),
    (special.log_ndtr, -1e8, 1e8),
    (special.log_ndtr, 1e4, 0.0),
    (special.log_expit, -1e3, 1.0),
    (special.log_expit, 1e3, 0.0),
    (special.expit, 1e3, 0.0),
    (special.softplus, 1e3, 1.0),
    (special.erf, 1e3, 0.0),
    (special.erfcx, 1e4, -1e-8 / math.sqrt(math.pi)),
    (special.logit, 1e-300, 1e300),
    (special.gammaln, 1e10, math.log(1e10)),
    (special.i0e, 1e4, -0.5e-4 / math.sqrt(2e4 * math.pi)),
    (special.entr, 1e-300, 300 * math.log(10) - 1),
]


@pytest.mark.parametrize(("f", "x", "slope"), EXTREME)
def test_slopes_far_out(f, x, slope) -> None:
    assert derivative(f, x) == pytest.approx(slope, rel=1e-4 if f in (special.i0e, special.erfcx) else 1e-9)


def test_logit_is_exact_at_both_ends_and_in_the_middle() -> None:
    x = np.array([1e-300, 1e-9, 0.25, 0.5, 0.5 + 2.0**-50, 0.75])
    expected = [math.log(1e-300), math.log(1e-9) + 1e-9, -math.log(3), 0, 2.0**-48, math.log(3)]
    np.testing.assert_allclose(special.logit(x), expected, rtol=4e-16)


REFUSED = [
    (lambda a: special.gammainc(a, 1.0), "gammainc by a"),
    (lambda a: special.gammaincc(a, 1.0), "gammaincc by a"),
    (lambda b: special.betainc(2.0, b, 0.5), "betainc by b"),
    (lambda v: special.jv(v, 1.0), "jv by v"),
    (lambda s: special.zeta(s, 1.5), "zeta by x"),
]


@pytest.mark.parametrize(("f", "what"), REFUSED)
def test_what_has_no_closed_form_is_refused_when_it_is_asked_for(f, what) -> None:
    x = Variable(2.0)
    with Tape() as t:
        y = f(x)
    with pytest.raises(NoDerivativeError, match=rf"{what} has no closed form .*stop_gradient"):
        t.gradient(y, x)
    with pytest.raises(NoDerivativeError, match=what):
        ag.jvp(f, [2.0], [1.0])


# SciPy.

UFUNCS = sorted(name for name in special.__all__ if isinstance(getattr(scipy.special, name, None), np.ufunc))


@pytest.mark.parametrize("name", UFUNCS)
def test_scipys_own_function_on_a_tensor_runs_the_row(name) -> None:
    theirs, ours = getattr(scipy.special, name), getattr(special, name)
    plain = [np.float64(2.0)] * (theirs.nin - 1)
    x = Variable([0.2, 0.7])
    with Tape(persistent=True) as t:
        y, again = theirs(*plain, x), ours(*plain, x)
    assert isinstance(y, Tensor)
    np.testing.assert_allclose(y.numpy(), theirs(*plain, x.numpy()), rtol=4e-15)
    np.testing.assert_array_equal(t.gradient(y, x).numpy(), t.gradient(again, x).numpy())


def test_most_functions_are_ufuncs_of_scipys() -> None:
    assert len(UFUNCS) >= 30
    assert scipy.special.psi(Tensor(1.0)).value == scipy.special.psi(1.0)


def parts(f):
    """The real and the imaginary part of f(a + ib)."""
    return lambda a, b: (np.real(f(a + 1j * b)), np.imag(f(a + 1j * b)))


HOLOMORPHIC = [
    special.erf, special.erfc, special.erfcx, special.ndtr, special.log_ndtr, special.expit, special.gamma,
    special.rgamma, lambda z: special.xlogy(z, z), lambda z: special.xlog1py(z, z),
    *[lambda z, f=f: f(1.5, z) for f in (special.jv, special.yv, special.iv, special.kv)],
]  # fmt: skip


@pytest.mark.parametrize("f", HOLOMORPHIC, ids=lambda f: getattr(f, "name", "of-two"))
def test_of_complex_numbers(f) -> None:
    order = 1 if f in (special.gamma, special.rgamma) else 2  # digamma of complex numbers has no derivative here
    ag.check_gradients(parts(f), np.array([0.7, 1.9, 3.2]), np.array([0.4, -0.3, 1.1]), order=order)


def test_the_error_function_of_a_complex_number() -> None:
    """By its series 2/√π Σ (−1)ᵏ z²ᵏ⁺¹ / (k! (2k + 1))."""
    z = 0.6 + 0.8j
    series = sum((-1) ** k * z ** (2 * k + 1) / (math.factorial(k) * (2 * k + 1)) for k in range(30))
    assert special.erf(Tensor(z)).item() == pytest.approx(2 / math.sqrt(math.pi) * series, rel=1e-14)
    assert special.erfc(Tensor(z)).item() == pytest.approx(1 - 2 / math.sqrt(math.pi) * series, rel=1e-14)


def test_multigammaln() -> None:
    """Of d = 3 by the definition; SciPy's own."""
    a = np.array([1.2, 2.5, 7.0])
    expected = [1.5 * math.log(math.pi) + sum(math.lgamma(x - j / 2) for j in range(3)) for x in a]
    np.testing.assert_allclose(special.multigammaln(Tensor(a), 3).numpy(), expected, rtol=1e-14)
    assert special.multigammaln(Tensor(np.float32(a)), 2).dtype == np.float32
    ag.check_gradients(lambda a: special.multigammaln(a, 3), a, order=2)
    with pytest.raises(ValueError, match=r"multigammaln got d=3 and an a of 0\.9; expected more than 1\.0"):
        special.multigammaln(Tensor([0.9, 4.0]), 3)


def test_other_names_of_scipys() -> None:
    x = Tensor([0.7, 1.9])
    for ours, theirs in [(special.jn, scipy.special.jn), (special.yn, scipy.special.yn)]:
        np.testing.assert_array_equal(theirs(2, x).numpy(), ours(2, x).numpy())
    assert special.psi is special.digamma


def test_a_function_of_scipys_without_a_row_is_refused() -> None:
    with pytest.raises(NoDerivativeError, match="fresnel was called on a tensor"):
        scipy.special.fresnel(Tensor(1.0))
    with Tape(), pytest.raises(NoDerivativeError, match="out="):
        scipy.special.erf(Variable([1.0]), out=np.zeros(1))


def test_without_scipy_it_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.delitem(sys.modules, "scipy.special")
    with pytest.raises(
        ImportError, match=r'special\.psi takes its values from SciPy.*pip install "gradtape\[special\]"'
    ):
        special.digamma(Tensor(1.0))
    for f in (special.logit, special.expit, special.softplus, special.i0, special.i1, special.log_expit):
        assert math.isfinite(f(Tensor(0.3)))
    assert math.isfinite(special.xlogy(2.0, 0.3) + special.xlog1py(2.0, 0.3))
    assert math.isfinite(special.logsumexp(Tensor([0.3])) + special.softmax(Tensor([0.3]))[0])


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("log1p", lambda x: 1 / (1 + x)),
        ("expm1", np.exp),
        ("cbrt", lambda x: 1 / (3 * x ** (2 / 3))),
        ("exp2", lambda x: 2**x * np.log(2)),
        ("round", lambda x: 0 * x),
    ],
)
def test_scipys_functions_that_numpy_has_too_run_the_rows(name: str, slope) -> None:
    x = np.array([0.3, 1.7])
    np.testing.assert_allclose(ag.grad(lambda x: np.sum(getattr(scipy.special, name)(x)))(x), slope(x), rtol=1e-14)


def test_scipys_zeta_is_differentiated_by_q() -> None:
    q = np.array([0.5, 2.5])
    np.testing.assert_allclose(
        ag.grad(lambda q: np.sum(scipy.special.zeta(3.0, q)))(q), -3 * scipy.special.zeta(4.0, q)
    )
    with pytest.raises(NoDerivativeError, match=r"scipy\.special\.k0 was called"):
        scipy.special.k0(Tensor(1.0))
