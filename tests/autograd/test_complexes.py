"""Derivatives by complex numbers, held against finite differences along the real and the imaginary direction."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError

RE = np.array([0.7, -1.3, -0.4, 2.1])
IM = np.array([0.9, 0.6, -1.7, -0.2])
W = np.array([0.5 - 0.3j, 2.0 + 0.7j, -1.1 + 0.2j, 0.4j])

HOLOMORPHIC = {
    "square": np.square,
    "reciprocal": np.reciprocal,
    "cube": lambda z: z**3,
    "power": lambda z: z**W,
    "by the exponent": lambda z: W**z,
    "a negative base": lambda z: np.power(np.array([-2.0, -0.5, 1.5, 3.0]), z),
    "sinc": np.sinc,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "divide": lambda z: W / z,
} | {
    f.__name__: f
    for f in (np.sqrt, np.exp, np.exp2, np.log, np.log2, np.log10, np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh)
    + (np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh, np.positive, np.negative)
}
OTHERS = {
    "absolute": np.abs,
    "squared by the conjugate": lambda z: z * np.conj(z),
    "sign": np.sign,
    "angle": np.angle,
    "angle in degrees": lambda z: np.angle(z, deg=True),
    "nan_to_num": np.nan_to_num,
    "real_if_close": np.real_if_close,
    "real": np.real,
    "imag": np.imag,
    "float_power": lambda z: np.float_power(z, W),
    "where": lambda z: np.where(RE > 0, z, np.abs(z)),
}


@pytest.mark.parametrize("f", (HOLOMORPHIC | OTHERS).values(), ids=(HOLOMORPHIC | OTHERS).keys())
def test_both_modes_and_orders_along_both_directions(f) -> None:
    def parts(re, im):
        y = f(re + 1j * im)
        return np.real(y), np.imag(y)

    ag.check_gradients(parts, RE, IM, order=2)


@pytest.mark.parametrize("f", HOLOMORPHIC.values(), ids=HOLOMORPHIC.keys())
def test_the_gradient_of_a_holomorphic_function_is_the_conjugate_of_its_derivative(f) -> None:
    z = Variable(RE + 1j * IM)
    with Tape() as t:
        y = f(z)
    h = 1e-6
    slope = (f(z.value + h) - f(z.value - h)) / (2 * h)
    np.testing.assert_allclose(t.gradient(y, z).numpy(), np.conj(slope), rtol=1e-7)


def test_near_zero_sinc_is_as_smooth_as_its_series() -> None:
    z = np.array([0.0, 0.01 + 0.02j, 0.049j])
    slope = ag.grad(lambda z: np.sum(np.real(np.sinc(z))))(Tensor(z)).numpy()
    u = np.pi * z
    np.testing.assert_allclose(slope, np.conj(np.pi * (-u / 3 + u**3 / 30 - u**5 / 840 + u**7 / 45360)), rtol=1e-12)


@pytest.mark.parametrize("f", [np.abs, np.sign, np.angle], ids=lambda f: f.__name__)
@pytest.mark.parametrize("zero", [0j, np.array([0j]), np.complex64(0)], ids=["number", "array", "complex64"])
def test_at_zero_where_there_is_no_direction_the_derivative_is_0(f, zero) -> None:
    z = Variable(zero)
    with Tape() as t:
        y = f(z)
    assert np.all(t.gradient(y, z).value == 0)


def test_complex64_stays_complex64() -> None:
    z = Variable(np.complex64([3 + 4j, 1j]))
    with Tape(persistent=True) as t:
        size, sign, angle = np.abs(z), np.sign(z), np.angle(z)
    assert (size.dtype, sign.dtype, angle.dtype) == (np.float32, np.complex64, np.float32)
    assert {t.gradient(y, z).dtype for y in (size, sign, angle)} == {np.dtype(np.complex64)}
    np.testing.assert_allclose(t.gradient(size, z).numpy(), [0.6 + 0.8j, 1j], rtol=1e-6)


def test_the_sign_of_a_complex_number_is_its_direction() -> None:
    np.testing.assert_allclose(np.sign(Tensor([3 + 4j, 0j])).numpy(), [0.6 + 0.8j, 0])


def test_real_if_close_keeps_what_is_not_close() -> None:
    assert np.real_if_close(Tensor([1 + 1e-3j])).dtype == np.complex128
    assert np.real_if_close(Tensor([1 + 1e-15j])).dtype == np.float64
    assert np.real_if_close(Tensor([1 + 1e-15j]), tol=1.5).dtype == np.complex128


def test_nan_to_num_looks_at_both_parts() -> None:
    z = Tensor([complex(np.nan, 2.0), complex(1.0, -np.inf)])
    with Tape() as t:
        t.watch(z)
        y = np.nan_to_num(z, nan=5.0, neginf=-7.0)
    np.testing.assert_array_equal(y.numpy(), [5 + 2j, 1 - 7j])
    np.testing.assert_array_equal(t.gradient(y, z).numpy(), [0, 1])


@pytest.mark.parametrize("f", [np.floor, np.cbrt, np.fabs, ag.softplus, lambda z: ag.logsumexp(z * np.ones(2))])
def test_what_is_known_for_real_numbers_only_is_refused(f) -> None:
    z = Variable(1 + 2j)
    with pytest.raises((NoDerivativeError, TypeError), match=r"real numbers only|not supported"), Tape() as t:
        t.gradient(f(z), z)
