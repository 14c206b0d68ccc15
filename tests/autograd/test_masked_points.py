"""Second derivatives where a rule masks a value: the right number, or NaN or an infinity where there is none.

Values are closed forms. The first derivatives at the same points are in the documentation's table of kinks.
"""

import warnings

import numpy as np
import pytest

import autograd as ag
from autograd.ops import special

NAN, INF = np.nan, np.inf
I2 = np.eye(2)
NONE = np.full((2, 2), NAN)
norm = np.linalg.norm


def complex_of(v):
    return v[0] + 1j * v[1]


def pairs(x):
    return norm(x[:, None, None] - x[None, :, None], axis=-1)


# What, f of a vector of two, where, the Hessian. An infinity or a NaN in it stands for either.
HESSIANS = [
    ("x ** y at y = 0", lambda v: v[0] ** v[1], [2.0, 0.0], [[0, 0.5], [0.5, np.log(2) ** 2]]),
    ("x ** y at 1 ** 0", lambda v: v[0] ** v[1], [1.0, 0.0], [[0, 1], [1, 0]]),
    ("x ** y at 0 ** 0", lambda v: v[0] ** v[1], [0.0, 0.0], [[0, INF], [INF, 0]]),
    ("x ** y at 0 ** 1", lambda v: v[0] ** v[1], [0.0, 1.0], [[0, INF], [INF, 0]]),
    ("x ** y at 0 ** 2", lambda v: v[0] ** v[1], [0.0, 2.0], [[2, 0], [0, 0]]),
    ("x ** y at 0 ** 0.5", lambda v: v[0] ** v[1], [0.0, 0.5], [[INF, INF], [INF, 0]]),
    ("x ** [0, 2] at 0", lambda v: np.sum(v ** np.array([0.0, 2.0])), [0.0, 0.0], [[0, 0], [0, 2]]),
    ("x ** 1.5 at 0", lambda v: np.sum(v**1.5), [0.0, 1.0], [[INF, 0], [0, 0.75]]),
    ("xlogy at x = 0", lambda v: ag.xlogy(v[0], v[1]), [0.0, 4.0], [[0, 0.25], [0.25, 0]]),
    ("xlogy at 0, 0", lambda v: ag.xlogy(v[0], v[1]), [0.0, 0.0], [[0, INF], [INF, 0]]),
    ("xlog1py at x = 0", lambda v: special.xlog1py(v[0], v[1]), [0.0, 3.0], [[0, 0.25], [0.25, 0]]),
    ("xlog1py at 0, -1", lambda v: special.xlog1py(v[0], v[1]), [0.0, -1.0], [[0, INF], [INF, 0]]),
    ("entr at 0", lambda v: np.sum(special.entr(v)), [0.0, 1.0], [[INF, 0], [0, -1]]),
    ("rel_entr at a = 0", lambda v: special.rel_entr(v[0], v[1]), [0.0, 4.0], [[INF, -0.25], [-0.25, 0]]),
    ("rel_entr at 0, 0", lambda v: special.rel_entr(v[0], v[1]), [0.0, 0.0], NONE),
    ("kl_div at a = 0", lambda v: special.kl_div(v[0], v[1]), [0.0, 4.0], [[INF, -0.25], [-0.25, 0]]),
    ("kl_div at 0, 0", lambda v: special.kl_div(v[0], v[1]), [0.0, 0.0], NONE),
    ("norm at 0", norm, [0.0, 0.0], NONE),
    ("norm² at 0", lambda v: norm(v) ** 2, [0.0, 0.0], 2 * I2),
    ("norm³ at 0", lambda v: norm(v) ** 3, [0.0, 0.0], 0 * I2),
    ("exp(-norm²) at 0", lambda v: np.exp(-(norm(v) ** 2)), [0.0, 0.0], -2 * I2),
    ("norm of rows, squared", lambda v: np.sum(norm(v[:, None], axis=-1) ** 2), [0.0, 1.0], 2 * I2),
    ("norm of order 1", lambda v: norm(v, 1), [0.0, 1.0], 0 * I2),
    ("norm of order 1, squared", lambda v: norm(v, 1) ** 2, [0.0, 0.0], NONE),
    ("norm of order 3, squared", lambda v: norm(v, 3) ** 2, [0.0, 0.0], NONE),
    ("norm of order 4, to the 4", lambda v: norm(v, 4) ** 4, [0.0, 0.0], 0 * I2),
    ("norm of order inf, squared", lambda v: norm(v, np.inf) ** 2, [0.0, 0.0], NONE),
    ("norm of order 1.5 beside 0", lambda v: norm(v, 1.5), [0.0, 1.0], [[INF, 0], [0, 0]]),
    ("norm of order 3 beside 0", lambda v: norm(v, 3), [0.0, 1.0], 0 * I2),
    ("frobenius norm² at 0", lambda v: norm(np.stack([v, v]), "fro") ** 2, [0.0, 0.0], 4 * I2),
    ("std of equal values", np.std, [2.0, 2.0], NONE),
    ("std of single values", lambda v: np.sum(np.std(v[:, None], axis=1)) + v[0] ** 2, [2.0, 3.0], [[2, 0], [0, 0]]),
    ("std² of equal values", lambda v: np.std(v) ** 2, [2.0, 2.0], [[0.5, -0.5], [-0.5, 0.5]]),
    ("std², ddof=1", lambda v: np.std(v, ddof=1) ** 2, [2.0, 2.0], [[1, -1], [-1, 1]]),
    ("std² with a mask", lambda v: np.std(v, where=[True, True]) ** 2, [2.0, 2.0], [[0.5, -0.5], [-0.5, 0.5]]),
    ("nanstd²", lambda v: np.nanstd(np.append(v, np.nan)) ** 2, [2.0, 2.0], [[0.5, -0.5], [-0.5, 0.5]]),
    ("var of equal values", np.var, [2.0, 2.0], [[0.5, -0.5], [-0.5, 0.5]]),
    ("hypot at 0", lambda v: np.hypot(v[0], v[1]), [0.0, 0.0], NONE),
    ("hypot² at 0", lambda v: np.hypot(v[0], v[1]) ** 2, [0.0, 0.0], 2 * I2),
    ("hypot beside 0", lambda v: np.hypot(v[0], v[1]), [0.0, 2.0], [[0.5, 0], [0, 0]]),
    ("|z| at 0", lambda v: np.abs(complex_of(v)), [0.0, 0.0], NONE),
    ("|z|² at 0", lambda v: np.abs(complex_of(v)) ** 2, [0.0, 0.0], 2 * I2),
    ("angle at 0", lambda v: np.angle(complex_of(v)), [0.0, 0.0], NONE),
    ("arctan2² at 0", lambda v: np.arctan2(v[0], v[1]) ** 2, [0.0, 0.0], NONE),
    ("|x| at 0, a kink", lambda v: np.sum(np.abs(v)), [0.0, 1.0], 0 * I2),
    ("|x|² at 0", lambda v: np.sum(np.abs(v) ** 2), [0.0, 1.0], 2 * I2),
    ("fabs² at 0", lambda v: np.sum(np.fabs(v) ** 2), [0.0, 1.0], 2 * I2),
    ("copysign² at 0", lambda v: np.copysign(v[0], v[1]) ** 2, [0.0, -1.0], [[2, 0], [0, 0]]),
    ("softplus by |x|", lambda v: np.sum(np.maximum(v, 0) + np.log1p(np.exp(-abs(v)))), [0.0, 0.0], 0.25 * I2),
    ("i0e at 0, a kink", lambda v: np.sum(special.i0e(v)), [0.0, 0.0], [[NAN, 0], [0, NAN]]),
    ("distances of pairs", lambda v: np.sum(np.exp(-(pairs(v) ** 2))), [1.0, 1.0], [[-4, 4], [4, -4]]),
    # Several cones at one point: the same one twice is one, others have no second derivative together.
    ("norm times itself", lambda v: norm(v) * norm(v), [0.0, 0.0], 2 * I2),
    ("norm times norm(axis=-1)", lambda v: norm(v) * norm(v, axis=-1), [0.0, 0.0], NONE),
    ("norm of rows times itself", lambda v: norm(v[:, None], axis=-1) @ norm(v[:, None], axis=-1), [0.0, 1.0], [[NAN, 0], [0, 2]]),
    ("hypot times itself", lambda v: np.hypot(v[0], v[1]) * np.hypot(v[0], v[1]), [0.0, 0.0], NONE),
    ("std times itself", lambda v: np.std(v) * np.std(v), [2.0, 2.0], [[0.5, -0.5], [-0.5, 0.5]]),
    ("|x| times itself", lambda v: np.sum(np.abs(v) * np.abs(v)), [0.0, 1.0], 2 * I2),
    ("norm by two ways", lambda v: norm(v) * norm(-v), [0.0, 0.0], NONE),
    ("norm times hypot", lambda v: norm(v) * np.hypot(v[0], v[1]), [0.0, 0.0], NONE),
    ("|x| |y|", lambda v: np.abs(v[0]) * np.abs(v[1]), [0.0, 0.0], [[0, NAN], [NAN, 0]]),
    ("(|x| + |y|)²", lambda v: (np.abs(v[0]) + np.abs(v[1])) ** 2, [0.0, 0.0], [[2, NAN], [NAN, 2]]),
    ("|x|² + |y|², squared", lambda v: (np.abs(v[0]) ** 2 + np.abs(v[1]) ** 2) ** 2, [0.0, 0.0], 0 * I2),
    ("norm of norms, squared", lambda v: norm(norm(v[:, None], axis=-1)) ** 2, [0.0, 0.0], 2 * I2),
    ("sinc at 0", lambda v: np.sum(np.sinc(v)), [0.0, 0.0], -(np.pi**2) / 3 * I2),
    ("sinc beside 0", lambda v: np.sum(np.sinc(v)), [1.0, 2.0], [[2, 0], [0, -0.5]]),
    ("prod with a zero", np.prod, [0.0, 3.0], [[0, 1], [1, 0]]),
    ("cumprod with a zero", lambda v: np.sum(np.cumprod(v)), [0.0, 3.0], [[0, 1], [1, 0]]),
    ("logsumexp of equal values", ag.logsumexp, [7.0, 7.0], [[0.25, -0.25], [-0.25, 0.25]]),
    ("logaddexp of equal values", lambda v: np.logaddexp(v[0], v[1]), [7.0, 7.0], [[0.25, -0.25], [-0.25, 0.25]]),
    ("logsumexp beside -inf", lambda v: ag.logsumexp(np.stack([v[0], v[1], -np.inf])), [7.0, 7.0], [[0.25, -0.25], [-0.25, 0.25]]),
    # What is not chosen never leaks, of second order neither.
    ("norm not chosen by where", lambda v: np.where(v[0] > 0, norm(v), v[1] ** 2), [0.0, 0.0], [[0, 0], [0, 2]]),
    ("that squared", lambda v: np.where(v[0] > 0, norm(v), 0) ** 2, [0.0, 0.0], 0 * I2),
    ("1/r without the diagonal", lambda v: np.sum(np.where(I2 == 1, 0, 1 / pairs(v))), [0.0, 1.0], [[4, -4], [-4, 4]]),
    ("|x| of what relu masks", lambda v: np.sum(np.abs(ag.relu(v)) ** 2), [-1.0, 1.0], [[0, 0], [0, 2]]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "f", "at", "expected"), HESSIANS, ids=[h[0] for h in HESSIANS])
def test_second_derivatives_at_masked_points(what, f, at, expected) -> None:
    """Reverse over reverse and forward over reverse give the value; forward over forward gives it or NaN."""
    x, expected = np.array(at), np.asarray(expected, float)
    known = np.isfinite(expected)

    def pushed(v, direction):
        return ag.jvp(f, [v], [direction])[1]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        reverse = ag.hessian(f)(x).numpy()
        forward = np.stack([ag.hvp(f, x, row).numpy() for row in I2], axis=-1)
        twice = np.array([[ag.jvp(pushed, [x, a], [b, 0 * b])[1].numpy() for b in I2] for a in I2])
    for found in (reverse, forward):
        np.testing.assert_allclose(found[known], expected[known], rtol=1e-12, atol=1e-12)
        assert not np.any(np.isfinite(found[~known]))
    right = np.isfinite(twice) & known
    np.testing.assert_allclose(twice[right], expected[right], rtol=1e-12, atol=1e-12)
    assert not np.any(np.isfinite(twice[~known]))


def test_beyond_the_second_derivative_at_the_point_of_a_cone_is_nan() -> None:
    third = ag.grad(ag.grad(ag.grad(lambda x: abs(x) ** 2)))
    assert np.isnan(float(third(0.0)))
    assert float(third(1.0)) == 0


@pytest.mark.parametrize(
    "f", [norm, np.std, lambda v: norm(v, 1.5), lambda v: np.hypot(v[0], v[1])], ids=["norm", "std", "1.5", "hypot"]
)
@pytest.mark.parametrize("t", [[1.0, -1.0], [1.0, 0.0]], ids=str)
def test_a_direction_that_adds_up_to_0_loses_no_nan(f, t) -> None:
    x, t = np.zeros(2), np.array(t)
    assert np.all(np.isnan(ag.hvp(f, x, t)))
    assert np.all(np.isnan(ag.grad(lambda x: np.sum(ag.grad(f)(x) * t))(x)))


def test_a_kernel_of_distances_of_equal_points() -> None:
    def kernel(a, b):
        return np.exp(-(norm(a - b) ** 2))

    a = np.arange(2.0)
    assert ag.jacobian(ag.grad(kernel, 0), 1)(a, a).tolist() == [[2, 0], [0, 2]]


def test_second_derivatives_at_masked_points_of_random_programs() -> None:
    """h(‖x‖²) by norms, deviations and absolute values against the same by squares, at random places and at 0."""
    rng = np.random.default_rng(11)
    outer = [np.exp, np.cos, np.tanh, lambda s: s * s + s, lambda s: 1 / (1 + s)]
    cones = [
        (lambda v: norm(v) ** 2, lambda v: np.sum(v * v)),
        (lambda v: np.sum(np.abs(v) ** 2), lambda v: np.sum(v * v)),
        (lambda v: np.hypot(v[0], v[1]) ** 2 + v[2] ** 2, lambda v: np.sum(v * v)),
        (lambda v: np.std(v) ** 2, np.var),
        (lambda v: np.sum(norm(v[:, None] - v, axis=0) ** 4), lambda v: np.sum(np.sum((v[:, None] - v) ** 2, axis=0) ** 2)),
    ]  # fmt: skip
    for trial in range(60):
        cone, square = cones[trial % len(cones)]
        h = outer[rng.integers(len(outer))]
        x = rng.integers(-1, 2, size=3).astype(float) * rng.integers(0, 2)
        expected = ag.hessian(lambda v, h=h, square=square: h(square(v)))(x).numpy()
        for found in (
            ag.hessian(lambda v, h=h, cone=cone: h(cone(v)))(x).numpy(),
            np.stack([ag.hvp(lambda v, h=h, cone=cone: h(cone(v)), x, row).numpy() for row in np.eye(3)]),
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_rows_of_a_jacobian_are_differentiated_apart() -> None:
    def f(x):
        return np.stack([norm(x) ** 2, np.sum(abs(x) ** 2) * 3, np.sum(x)])

    second = ag.jacobian(ag.jacobian(f, mode="reverse"))(np.zeros(2))
    np.testing.assert_array_equal(second.numpy(), [2 * I2, 6 * I2, 0 * I2])
    assert np.all(np.isnan(ag.jacobian(ag.jacobian(lambda x: np.stack([norm(x), norm(x) ** 2])))(np.zeros(2))[0]))


def test_a_compiled_second_derivative_follows_the_point() -> None:
    f = lambda v: norm(v) ** 2 + v[0] ** v[1]
    second = ag.compile(ag.hessian(f))
    for at_ in ([2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 2.0], [2.0, 0.0]):
        x = np.array(at_)
        np.testing.assert_allclose(second(x).numpy(), ag.hessian(f)(x).numpy(), rtol=1e-14)
    zero = ag.compile(ag.hessian(lambda v: norm(v) ** 2))
    for _ in range(4):
        assert zero(np.zeros(2)).tolist() == [[2, 0], [0, 2]]


def test_other_cones_matter_only_where_they_have_a_point() -> None:
    def f(v):
        return np.sum(abs(v[:2]) * abs(v[2:])) + np.abs(v[0] + 1j * v[1]) * norm(v[2:])

    second = ag.hessian(f)(np.array([0.0, 2.0, 3.0, -1.0])).numpy()
    assert np.all(np.isfinite(second))
    second = ag.hessian(lambda v: np.sum(abs(v[:2]) * abs(v[2:])))(np.array([0.0, 2.0, 0.0, 3.0])).numpy()
    np.testing.assert_array_equal(second, [[0, 0, np.nan, 0], [0, 0, 0, 1], [np.nan, 0, 0, 0], [0, 1, 0, 0]])
