"""SciPy's optimizers and solvers take the transforms as they are; and what a derivative is as a NumPy array."""

import copy
import pickle
import warnings

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize as so

import autograd as ag
import optim
from autograd import Tape, Tensor, Variable
from autograd.derivative_array import DerivativeArray
from autograd.nest import leaves


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def residuals(x):
    return np.concatenate([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])


def equations(x):
    return np.stack([x[0] ** 2 + x[1] - 3, x[0] - x[1]])


START = np.array([1.2, 1.3, 1.6])  # where the Hessian is positive definite, as dogleg needs it
ROOT = (np.sqrt(13) - 1) / 2

GRADIENT = ["CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "SLSQP", "trust-constr"]
HESSIAN = ["Newton-CG", "trust-constr", "dogleg", "trust-ncg", "trust-krylov", "trust-exact"]
PRODUCT = ["Newton-CG", "trust-constr", "trust-ncg", "trust-krylov"]


def check_minimum(result) -> None:
    assert type(result.x) is np.ndarray
    assert isinstance(result.fun, float)
    np.testing.assert_allclose(result.x, 1, atol=1e-2)


@pytest.mark.parametrize("method", GRADIENT)
def test_minimize_with_a_gradient(method) -> None:
    check_minimum(so.minimize(rosenbrock, START, jac=ag.grad(rosenbrock), method=method))
    check_minimum(so.minimize(ag.value_and_grad(rosenbrock), START, jac=True, method=method))


@pytest.mark.parametrize("method", HESSIAN)
def test_minimize_with_a_hessian(method) -> None:
    check_minimum(so.minimize(rosenbrock, START, jac=ag.grad(rosenbrock), hess=ag.hessian(rosenbrock), method=method))


@pytest.mark.parametrize("method", PRODUCT)
def test_minimize_with_products_of_the_hessian(method) -> None:
    product = lambda x, p: ag.hvp(rosenbrock, x, p)
    check_minimum(so.minimize(rosenbrock, START, jac=ag.grad(rosenbrock), hessp=product, method=method))


def test_minimize_with_a_compiled_gradient() -> None:
    compiled = ag.compile(ag.value_and_grad(rosenbrock))
    check_minimum(so.minimize(compiled, START, jac=True, method="L-BFGS-B"))
    assert len(compiled.plans) == 1


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
def test_constraints(method) -> None:
    """The point of the unit circle that lies nearest to (2, 2)."""
    f = lambda x: np.sum((x - 2) ** 2)
    circle = lambda x: np.stack([np.sum(x * x)])
    constraint = so.NonlinearConstraint(circle, 1, 1, jac=ag.jacobian(circle))
    found = so.minimize(f, np.array([1.0, 0.5]), jac=ag.grad(f), constraints=[constraint], method=method)
    np.testing.assert_allclose(found.x, np.sqrt(0.5), atol=1e-3)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method) -> None:
    found = so.least_squares(residuals, START, jac=ag.jacobian(residuals), method=method)
    assert (type(found.x), type(found.jac)) == (np.ndarray, np.ndarray)
    np.testing.assert_allclose(found.x, 1)


@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_systems_of_equations(method) -> None:
    found = so.root(equations, np.ones(2), jac=ag.jacobian(equations), method=method)
    np.testing.assert_allclose(found.x, ROOT)
    np.testing.assert_allclose(so.fsolve(equations, np.ones(2), fprime=ag.jacobian(equations)), ROOT)


@pytest.mark.parametrize("method", ["lm", "trf", "dogbox"])
def test_curve_fit(method) -> None:
    model = lambda x, a, b: a * np.exp(-b * x)
    x = np.linspace(0, 3, 20)
    jacobian = lambda x, a, b: np.stack(ag.jacobian(model, argnums=(1, 2))(x, a, b), axis=-1)
    found, _ = so.curve_fit(model, x, model(x, 2.0, 1.3), p0=[1.0, 1.0], jac=jacobian, method=method)
    np.testing.assert_allclose(found, [2.0, 1.3])


def test_functions_of_one_number() -> None:
    f = lambda x: x**3 - 2
    root = so.newton(f, 1.0, fprime=ag.grad(f), fprime2=ag.grad(ag.grad(f)))
    assert isinstance(root, float)
    assert root == pytest.approx(2 ** (1 / 3))
    assert so.root_scalar(f, x0=1.0, fprime=ag.grad(f), method="newton").root == pytest.approx(2 ** (1 / 3))


def test_checks_of_gradients() -> None:
    assert so.check_grad(rosenbrock, ag.grad(rosenbrock), START) < 1e-4
    np.testing.assert_allclose(so.approx_fprime(START, rosenbrock), ag.grad(rosenbrock)(START), rtol=1e-5)


def test_differential_equations() -> None:
    """The oscillator y'' = −y, whose solution is cos t."""
    f = lambda y, t: np.stack([y[1], -y[0]])
    found = scipy.integrate.odeint(f, [1.0, 0.0], [0.0, 1.0], Dfun=ag.jacobian(f))
    np.testing.assert_allclose(found[-1], [np.cos(1), -np.sin(1)], rtol=1e-6)
    force = ag.grad(lambda q: -0.5 * np.sum(q * q))
    falling = scipy.integrate.odeint(lambda q, t: force(q), [1.0, 2.0], [0.0, 1.0])
    np.testing.assert_allclose(falling[-1], np.exp(-1) * X, rtol=1e-6)
    for method in ("Radau", "BDF", "LSODA"):
        solution = scipy.integrate.solve_ivp(
            lambda t, y: f(y, t), (0, 1), [1.0, 0.0], method=method, jac=lambda t, y: ag.jacobian(f)(y, t), rtol=1e-6
        )
        np.testing.assert_allclose(solution.y[0, -1], np.cos(1), rtol=1e-4)


# The array itself.

X = np.array([1.0, 2.0])


def cubes(x):
    return np.sum(x**3)


def test_a_derivative_is_an_array_of_its_own() -> None:
    constant = np.array([1.0, 5.0])
    for g in (ag.grad(lambda x: np.sum(x * constant))(X), ag.hvp(cubes, X, X), ag.hessian(cubes)(X), ag.grad(cubes)(X)):
        assert type(g) is DerivativeArray
        assert isinstance(g, np.ndarray)
        assert g.flags.c_contiguous
        assert g.flags.writeable
        assert g.flags.owndata
        g[...] = -1.0
    assert (constant.tolist(), X.tolist()) == ([1, 5], [1, 2])
    assert (constant.flags.writeable, X.flags.writeable) == (True, True)


def test_it_does_what_a_tensor_does() -> None:
    g = ag.grad(cubes)(X)
    assert (g.tolist(), g.numpy().tolist(), type(g.numpy()), g.value.tolist()) == (
        [3, 12],
        [3, 12],
        np.ndarray,
        [3, 12],
    )
    assert (repr(g), str(g), f"{g[0]:.1f}") == ("array([ 3., 12.])", "[ 3. 12.]", "3.0")
    one = ag.grad(lambda x: x**3)(np.float64(2.0))
    assert (float(one), one.item(), type(one), type(one * 2)) == (12, 12, DerivativeArray, np.float64)
    variable = Variable([1.0, 2.0])
    optim.SGD(0.5).apply_gradients([(g, variable)])
    assert variable.tolist() == [-0.5, -4]


@pytest.mark.parametrize(
    "compute",
    [
        lambda g: g + 1,
        lambda g: 1.0 - g,
        lambda g: -g,
        lambda g: g @ np.eye(2),
        lambda g: np.dot(g, np.eye(2)),
        lambda g: g.dot(np.eye(2)),
        lambda g: np.dot(np.outer(g, g), np.outer(g, g)),
        lambda g: np.where(g > 3, g, 0.0),
        lambda g: np.concatenate([g, g]),
        lambda g: np.linalg.solve(np.eye(2), g),
        lambda g: g[:1],
        lambda g: g[g > 3],
        lambda g: g.copy(),
        np.array,
        np.asarray,
        np.copy,
        np.sqrt,
        np.zeros_like,
    ],
)
def test_what_is_computed_from_it_is_plain(compute) -> None:
    plain = np.array([3.0, 12.0])
    found = compute(ag.grad(cubes)(X))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, compute(plain))
    assert type(np.sum(ag.grad(cubes)(X))) is type(ag.grad(cubes)(X).mean()) is np.float64


def test_it_can_be_written_copied_and_kept() -> None:
    g = before = ag.grad(cubes)(X)
    g += 1
    g[0] = 7.0
    np.multiply(g, 2, out=g)
    np.add.at(g, [1], 1.0)
    assert g is before
    assert g.tolist() == [14, 27]
    for twin in (copy.copy(g), copy.deepcopy(g), pickle.loads(pickle.dumps(g))):
        assert (twin.tolist(), np.shares_memory(twin, g)) == ([14, 27], False)


def test_a_derivative_without_axes_behaves_like_a_number() -> None:
    slopes, total, product = [], None, None
    for x in X:  # numbers of type np.float64
        g = ag.grad(lambda x: x**3)(x)
        slopes.append(g)
        if total is None:
            total = product = g
        else:
            total += g
            product *= g
    assert ([float(g) for g in slopes], total, product) == ([3, 12], 15, 36)
    assert round(slopes[1]) == 12
    assert round(ag.grad(np.sin)(np.float64(0.5)), 3) == 0.878


def test_tensors_and_tapes_take_it() -> None:
    g = ag.grad(cubes)(X)
    assert type(Tensor(g).value) is type(Variable(g).value) is np.ndarray
    assert all(isinstance(y, Tensor) for y in (Tensor(2.0) * g, g * Tensor(2.0), np.maximum(g, Tensor(1.0))))
    assert ag.grad(cubes)(g).tolist() == [27, 432]
    w = Variable(X)
    with Tape() as t:
        y = np.sum(w * g)
    with pytest.raises(ValueError, match="read-only"):
        g[0] = 1.0
    assert t.gradient(y, w).tolist() == [3, 12]
    g[0] = 1.0


def test_where_something_else_goes_in_or_records_it_is_a_tensor() -> None:
    product = lambda a, b: np.sum(a * b)
    both = ag.grad(product, argnums=(0, 1))
    assert {type(g) for g in both(X, X)} == {DerivativeArray}
    assert {type(g) for g in both(X, 2.0)} == {Tensor}
    for x in (2.0, Tensor(2.0), Variable(2.0)):
        assert type(ag.grad(lambda x: x**3)(x)) is Tensor
    assert type(ag.grad(lambda p: np.sum(p["w"]))({"w": X})["w"]) is Tensor
    assert type(ag.jvp(cubes, [X], [X])[1]) is type(ag.vjp(cubes, X)[1](1.0)[0]) is Tensor
    with Tape() as t:
        assert type(ag.grad(cubes)(X)) is type(ag.hvp(cubes, X, X)) is Tensor
        with t.stop_recording():
            assert type(ag.jacobian(np.exp)(X)) is DerivativeArray
    assert ag.hessian(cubes)(X).tolist() == ag.jacobian(ag.grad(cubes))(X).tolist() == [[6, 0], [0, 12]]


@pytest.mark.parametrize(
    "f",
    [
        ag.grad(cubes),
        ag.value_and_grad(cubes),
        ag.hessian(cubes),
        lambda x: ag.hvp(cubes, x, x),
        lambda x: x - 0.1 * ag.grad(cubes)(x),
        lambda x: np.linalg.solve(ag.hessian(cubes)(x), ag.grad(cubes)(x)),
        lambda x: np.sum(ag.grad(cubes)(x)),
        lambda x: ag.hessian(cubes)(x)[0],
        lambda x: ag.grad(cubes)(ag.grad(cubes)(x)),
        lambda x: {"g": ag.grad(cubes)(x), "x": x * 2.0},
    ],
)
def test_a_compiled_function_gives_the_same_types(f) -> None:
    compiled = ag.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for shift in range(4):
            x = X + shift
            expected, found = f(x), compiled(x)
            for a, b in zip(leaves(found), leaves(expected), strict=True):
                assert type(a) is type(b)
                np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-14)
    assert len(compiled.plans) == 1


def test_a_compiled_function_takes_it_as_an_array() -> None:
    compiled = ag.compile(lambda x: x * 2)
    found = [compiled(x) for x in (ag.grad(cubes)(X), X, ag.grad(cubes)(X))]
    assert [type(y) for y in found] == [np.ndarray] * 3
    assert found[2].tolist() == [6, 24]
    assert len(compiled.plans) == 1
