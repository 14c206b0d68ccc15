"""Operations on each element: Python's operators on tensors, NumPy's spellings, values that the samples can not show."""

import cmath
import math

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError


def gradients(f, *at):
    """The value and its derivative by each argument."""
    xs = [Variable(x) for x in at]
    with Tape() as t:
        y = f(*xs)
    return [y.value, *[None if g is None else g.value for g in t.gradient(y, xs)]]


# Python numbers.


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: 2**x, [2**5.5, math.log(2) * 2**5.5]),
        (lambda x: abs(-x), [5.5, 1.0]),
        (lambda x: x % 2, [1.5, 1.0]),
        (lambda x: 7 % x, [1.5, -1.0]),
        (lambda x: -7 % x, [4.0, 2.0]),
        (lambda x: x // 2, [2.0, 0.0]),
        (lambda x: 7 // x, [1.0, 0.0]),
        (lambda x: divmod(x, 2)[0], [2.0, 0.0]),
        (lambda x: divmod(x, 2)[1], [1.5, 1.0]),
        (lambda x: divmod(7, x)[1], [1.5, -1.0]),
        (round, [6.0, 0.0]),
        (lambda x: round(x / 4, 1), [1.4, 0.0]),
        (math.floor, [5.0, 0.0]),
        (math.ceil, [6.0, 0.0]),
        (math.trunc, [5.0, 0.0]),
    ],
)
def test_pythons_operators_and_rounding(f, expected) -> None:
    found = gradients(f, 5.5)
    assert found == pytest.approx(expected, rel=1e-15)
    assert {type(v) for v in found} == {float}


def test_pythons_operators_on_arrays() -> None:
    x, y = Variable([5.5, -3.0]), np.array([2.0, 2.0])
    with Tape(persistent=True) as t:
        results = [x % y, y % x, x // y, y // x, *divmod(x, y), *divmod(y, x), round(x)]
    plain = x.numpy()
    expected = [plain % y, y % plain, plain // y, y // plain, *divmod(plain, y), *divmod(y, plain), np.round(plain)]
    for result, value in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result.numpy(), value)
    np.testing.assert_array_equal(t.gradient(results[0], x).numpy(), [1, 1])
    np.testing.assert_array_equal(t.gradient(results[1], x).numpy(), [0, 1])
    x %= 4.0
    np.testing.assert_array_equal(x.numpy(), [1.5, 1.0])


def test_a_tensor_as_a_python_number() -> None:
    x = Variable(5.5)
    assert (float(x), f"{x:.3f}", math.sqrt(x), int(x)) == (5.5, "5.500", math.sqrt(5.5), 5)
    assert (x > 5, x >= 5.5, x < 5, x <= 5.5, x == 5.5, x != 5.5) == (True, True, False, True, True, False)
    with Tape() as t:
        y = x * math.sqrt(x)  # a conversion: a constant
    assert t.gradient(y, x).value == math.sqrt(5.5)


def test_division_by_zero_is_numpys() -> None:
    with np.errstate(all="ignore"):
        assert np.isnan(gradients(lambda x: x % 0.0, 5.0)[0])
        assert gradients(lambda x: x // 0.0, 5.0) == [math.inf, 0.0]


# NumPy's spellings.


@pytest.mark.parametrize(
    ("f", "value", "slope"),
    [
        (lambda x: np.clip(x, 0, 1), [0, 0.5, 1], [0, 1, 0]),
        (lambda x: np.clip(x, a_min=0, a_max=1), [0, 0.5, 1], [0, 1, 0]),
        (lambda x: np.clip(x, 0, None), [0, 0.5, 2], [0, 1, 1]),
        (lambda x: np.clip(x, None, 1), [-1, 0.5, 1], [1, 1, 0]),
        (lambda x: np.clip(x, a_max=1, a_min=None), [-1, 0.5, 1], [1, 1, 0]),
        (lambda x: x.clip(0), [0, 0.5, 2], [0, 1, 1]),
        (lambda x: np.fmax(np.fmin(x, 1), 0), [0, 0.5, 1], [0, 1, 0]),
    ],
)
def test_clip_in_every_spelling(f, value, slope) -> None:
    assert [v.tolist() for v in gradients(f, [-1.0, 0.5, 2.0])] == [value, slope]


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="NumPy's min= and max= came with 2.1")
@pytest.mark.parametrize(
    ("options", "value", "slope"),
    [
        ({"min": 0, "max": 1}, [0, 0.5, 1], [0, 1, 0]),
        ({"min": 0}, [0, 0.5, 2], [0, 1, 1]),
        ({"max": 1}, [-1, 0.5, 1], [1, 1, 0]),
        ({"min": None, "max": 1}, [-1, 0.5, 1], [1, 1, 0]),
        ({}, [-1, 0.5, 2], [1, 1, 1]),
    ],
)
def test_clip_by_its_newer_names(options, value, slope) -> None:
    assert [v.tolist() for v in gradients(lambda x: np.clip(x, **options), [-1.0, 0.5, 2.0])] == [value, slope]


def test_clip_gives_its_bounds_what_they_decide() -> None:
    _, by_x, by_low, by_high = gradients(np.clip, [-1.0, 0.5, 2.0, 5.0], 0.0, 1.0)
    assert (by_x.tolist(), by_low, by_high) == ([0, 1, 0, 0], 1.0, 2.0)
    assert gradients(np.clip, 1.0, 10.0, 3.0) == [3.0, 0.0, 0.0, 1.0], "bounds the wrong way round: the upper one"


def test_clip_refuses_two_pairs_of_names() -> None:
    with pytest.raises(ValueError, match="one pair of names"):
        ag.ops.kinks.clip_by_keywords(Tensor([1.0]), 0, 1, min=0)
    with Tape(), pytest.raises(NoDerivativeError, match="write a recorded result into an existing array"):
        np.clip(Variable([1.0]), 0, 1, out=np.zeros(1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.radians, np.deg2rad),
        (np.degrees, np.rad2deg),
        (np.around, np.round),
        (np.fix, np.trunc),
        (np.mod, np.remainder),
    ],
)
def test_two_names_of_one_operation(one, other) -> None:
    args = [np.array([1.7, -2.6])] + [2.0] * (one is np.mod)
    for a, b in zip(gradients(one, *args), gradients(other, *args), strict=True):
        np.testing.assert_array_equal(a, b)


def test_round_takes_decimals_in_both_spellings() -> None:
    for f in (np.round, np.around):
        for y, slope in (gradients(lambda x: f(x, 1), 1.26), gradients(lambda x: f(x, decimals=1), 1.26)):
            assert (y, slope) == (1.3, 0.0)


def test_nan_to_num() -> None:
    broken = [np.nan, np.inf, -np.inf, 2.0]
    for dtype in (np.float16, np.float32, np.float64):
        y, slope = gradients(np.nan_to_num, np.array(broken, dtype))
        np.testing.assert_array_equal(y, np.nan_to_num(np.array(broken, dtype)))
        assert (y.dtype, slope.tolist()) == (dtype, [0, 0, 0, 1])
    y, by_x, *by_fills = gradients(
        lambda x, a, b, c: np.nan_to_num(x, nan=a, posinf=b, neginf=c), broken, 7.0, 8.0, 9.0
    )
    assert (y.tolist(), by_x.tolist(), by_fills) == ([7, 8, 9, 2], [0, 0, 0, 1], [1.0, 1.0, 1.0])
    assert gradients(np.nan_to_num, math.nan) == [0.0, 0.0]
    assert type(np.nan_to_num(Tensor(2.0)).value) is float
    assert np.nan_to_num(Tensor([1, 2])).tolist() == [1, 2]
    with pytest.raises(NoDerivativeError, match="copy=False"):
        np.nan_to_num(Tensor(broken), copy=False)


def test_float_power_widens_as_numpys_does() -> None:
    y, by_base, by_exponent = gradients(np.float_power, np.float32([2.0, 3.0]), 2.0)
    assert (y.dtype, y.tolist(), by_base.dtype, by_base.tolist()) == (np.float64, [4, 9], np.float32, [4, 6])
    assert by_exponent == pytest.approx(4 * math.log(2) + 9 * math.log(3))
    assert np.float_power(2, Tensor(-1.0)).value == 0.5
    assert np.float_power(np.array([2, 4]), Tensor(-1.0)).tolist() == [0.5, 0.25]


def test_frexp_and_ldexp_are_inverses() -> None:
    x = np.array([5.0, -0.3, 0.0, 5e-324, 1e308])
    mantissa, exponent = np.frexp(Tensor(x))
    np.testing.assert_array_equal([mantissa.numpy(), exponent], np.frexp(x))
    assert isinstance(exponent, np.ndarray)
    y, slope = gradients(lambda x: np.ldexp(*np.frexp(x)), x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(slope[:3], [1, 1, 1])


def test_modf_and_divmod_of_what_is_not_finite() -> None:
    fraction, whole = np.modf(Tensor([math.inf, -math.inf, math.nan, 2.5]))
    np.testing.assert_array_equal(fraction.numpy(), [0, 0, math.nan, 0.5])
    np.testing.assert_array_equal(whole.numpy(), [math.inf, -math.inf, math.nan, 2])
    assert type(np.modf(Tensor(2.5))[0].value) is float


@pytest.mark.parametrize("f", [np.mod, np.fmod])
@pytest.mark.parametrize(("a", "b", "n"), [(1.0, 0.1, 9), (0.3, 0.1, 2), (6.0, 3.0, 2), (1e15, 0.7, None)])
def test_a_remainder_counts_as_often_as_it_subtracts(f, a, b, n) -> None:
    """1.0 / 0.1 rounds to 10, but 0.1 is a little more than a tenth and goes into 1 nine times."""
    n = round((a - f(a, b)) / b) if n is None else n
    assert gradients(f, a, b)[1:] == [1.0, -n]


def test_fmax_and_fmin_pass_over_a_nan() -> None:
    for f in (np.fmax, np.fmin):
        assert gradients(f, math.nan, 2.0) == [2.0, 0.0, 1.0]
        assert gradients(f, 2.0, math.nan) == [2.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "f",
    [np.isreal, np.iscomplex, np.isposinf, np.isneginf, np.isfinite, np.signbit, np.spacing],
    ids=lambda f: f.__name__,
)
def test_what_has_no_slope_is_a_constant(f) -> None:
    x = np.array([1.5, -np.inf, 0.0])
    with np.errstate(all="ignore"):
        y = f(Tensor(x))
        assert isinstance(y, np.ndarray)
        np.testing.assert_array_equal(y, f(x))


@pytest.mark.parametrize("f", [np.gcd, np.lcm, np.bitwise_and, np.bitwise_xor, np.left_shift], ids=lambda f: f.__name__)
def test_whole_numbers_give_constants(f) -> None:
    y = f(Tensor([12, 18]), 4)
    assert isinstance(y, np.ndarray)
    np.testing.assert_array_equal(y, f(np.array([12, 18]), 4))


def test_copyto_says_what_to_do_instead() -> None:
    with pytest.raises(NoDerivativeError, match=r"np\.where, or change elements with x\.at"):
        np.copyto(np.zeros(2), Tensor([1.0, 2.0]))


@pytest.mark.parametrize(
    "f", [np.cbrt, np.fabs, np.nan_to_num, np.i0, np.sign, lambda x: np.clip(x, 0, None), np.angle]
)
@pytest.mark.parametrize("shape", [(0, 3), ()])
def test_shapes_of_no_elements_and_of_one(f, shape) -> None:
    y, slope = gradients(f, np.full(shape, 0.5, np.float32))
    assert (y.shape, slope.shape, slope.dtype) == (shape, shape, np.float32)


def test_the_logistic_function_of_complex_numbers() -> None:
    z = np.array([0.7 + 1.2j, -0.4 - 2.0j, -800 + 1j, 800 - 1j, 0j])
    expected = [1 / (1 + cmath.exp(-v)) if v.real > -700 else 0 for v in z]
    np.testing.assert_allclose(ag.sigmoid(Tensor(z)).numpy(), expected, rtol=1e-14, atol=1e-300)
    assert ag.sigmoid(Tensor(1 + 1j)).item() == pytest.approx(1 / (1 + cmath.exp(-1 - 1j)))
    parts = lambda a, b: (np.real(ag.sigmoid(a + 1j * b)), np.imag(ag.sigmoid(a + 1j * b)))
    ag.check_gradients(parts, z.real[:2], z.imag[:2], order=2)
    for f in (ag.relu, ag.ops.elementwise.relu6):
        with pytest.raises(TypeError, match="is not defined for complex numbers, which have no order"):
            f(Tensor(z))
