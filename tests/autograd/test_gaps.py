"""Equal eigenvalues and singular values: the derivative is right, or NaN with a warning that says why."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from tests.autograd.samples.table import hermitian

rng = np.random.default_rng(11)
HOLLOW = np.array([[0.0, 1.0], [1.0, 0.0]])
TURN, _ = np.linalg.qr(rng.normal(size=(4, 4)))
PHASED, _ = np.linalg.qr(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))
WEIGHTS = rng.normal(size=(4, 4))
IS_NAN = r"the derivative of {} is NaN with respect to some of the vectors.*ag\.linalg\.expm"

# Functions of numbers and their slopes, of which functions of matrices are made; some are 0 at 0 or 1.
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sqrt": (np.sqrt, lambda w: 0.5 / np.sqrt(w)),
    "log": (np.log, lambda w: 1 / w),
    "identity": (lambda w: w * 1.0, np.ones_like),
    "inverse root": (lambda w: w**-0.5, lambda w: -0.5 * w**-1.5),
    "square": (lambda w: w * w, lambda w: 2 * w),
    "sine": (np.sin, np.cos),
}
SPECTRA = {
    "ones": [1.0, 1.0, 1.0, 1.0],
    "a pair of ones": [1.0, 1.0, 2.0, 3.0],
    "two pairs": [0.5, 0.5, 2.0, 2.0],
    "up to rounding": [1.0, 1.0 + 4e-16, 2.0, 3.0],
    "nearly": [1.0, 1.0 + 1e-12, 2.0, 3.0],
    "close": [1.0, 1.0 + 1e-9, 2.0, 3.0],
    "apart": [0.5, 1.0, 2.0, 3.0],
}
BASES = {"standard": np.eye(4), "turned": TURN, "complex": PHASED}


def slope_of(function: str, w: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The gradient of Re Σ G ∘ f(S), G = WEIGHTS, by the formula of Daleckii and Krein: divided differences."""
    f, slope = FUNCTIONS[function]
    gap = w[:, None] - w
    near = abs(gap) < 1e-7
    middle = (w[:, None] + w) / 2
    divided = np.where(near, slope(middle), (f(w)[:, None] - f(w)) / np.where(near, 1.0, gap))
    return hermitian(v @ (divided * (v.conj().T @ WEIGHTS @ v)) @ v.conj().T)


def told(run: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What `run` gives, and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return run(), [str(w.message) for w in caught]


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("by", [np.linalg.eigh, np.linalg.svd, np.linalg.eig], ids=["eigh", "svd", "eig"])
def test_functions_of_a_matrix_are_right_or_told(by: Any, function: str, spectrum: str, basis: str) -> None:
    w, v = np.array(SPECTRA[spectrum]), BASES[basis]
    s = (v * w) @ v.conj().T

    def f(s: Any) -> Any:
        if by is np.linalg.svd:  # of a positive definite matrix
            u, w, vh = by(hermitian(s))
        else:
            w, u = by(hermitian(s))
            vh = u.mT.conj() if by is np.linalg.eigh else np.linalg.inv(u)
        return np.real(np.sum(((u * FUNCTIONS[function][0](w)[..., None, :]) @ vh) * WEIGHTS))

    expected = slope_of(function, w, v)
    tangent = hermitian(rng.normal(size=(4, 4)))
    gradient, why = told(lambda: ag.grad(f)(s).numpy())
    moved, why_forward = told(lambda: float(ag.jvp(f, [s], [tangent.astype(s.dtype)])[1]))
    if np.isnan(gradient).any():
        assert any("is NaN" in text for text in why)
        assert spectrum not in ("close", "apart")
    elif not why:
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5)
    if not np.isnan(moved) and not why_forward:
        assert moved == pytest.approx(np.sum(tangent * expected.real), rel=1e-5, abs=1e-5)
    assert spectrum != "apart" or not why + why_forward
    if spectrum == "ones":
        assert np.isnan(gradient).all()


def test_a_root_at_the_identity() -> None:
    def f(s: Any) -> Any:
        w, v = np.linalg.eigh(hermitian(s))
        return np.sum(((v / np.sqrt(w)) @ v.mT) * HOLLOW)

    with pytest.warns(RuntimeWarning, match=IS_NAN.format("eigh")):
        assert np.isnan(ag.grad(f)(np.eye(2)).numpy()).all()
    with pytest.warns(RuntimeWarning, match=IS_NAN.format("eigh")):
        assert np.isnan(ag.grad(f)(np.eye(2, dtype=np.float32)).numpy()).all()
    assert np.isnan(ag.jvp(f, [np.eye(2)], [HOLLOW])[1])
    with pytest.warns(RuntimeWarning, match="the derivative of eigh is inaccurate: .*rounding errors dominate"):
        ag.grad(f)(np.eye(2) + 1e-13 * np.array([[1.0, 0.7], [0.7, -1.0]]))


def test_anomaly_mode_says_what_to_use() -> None:
    x = ag.Variable(np.eye(2))
    with ag.Tape(check="nan") as t:
        w, v = np.linalg.eigh(x)
        y = np.sum((v * np.sqrt(w)) @ v.mT)
    with (
        pytest.warns(RuntimeWarning, match=IS_NAN.format("eigh")),
        pytest.raises(ag.errors.NumericsError, match=r"eigh made NaN .*[\s\S]*ag\.linalg\.expm"),
    ):
        t.gradient(y, x)


def spins(exponential: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The Heisenberg model of two spins in a field h, and how a spin is turned after a time; at h = 0 by −2 h."""
    x, y, z = np.array([[0, 1], [1, 0j]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1 + 0j])
    one, kron = np.eye(2), np.kron

    def turned(h: Any) -> Any:
        psi = exponential(kron(x, x) + kron(y, y) + kron(z, z) + h * (kron(x, one) + kron(one, x)))[:, 0]
        return np.real(np.conj(psi) @ kron(y, one) @ psi)

    return turned


def test_evolution_of_spins_at_equal_energies() -> None:
    def by_vectors(energy: Any) -> Any:
        w, v = np.linalg.eigh(energy)
        return (v * np.exp(-1j * w)) @ np.conj(v).mT

    with pytest.warns(RuntimeWarning, match=IS_NAN.format("eigh")):
        assert np.isnan(ag.grad(spins(by_vectors))(0.0))
    assert np.isnan(ag.jvp(spins(by_vectors), [0.0], [1.0])[1])
    assert ag.grad(spins(by_vectors))(0.3) == pytest.approx(ag.grad(spins(lambda e: ag.linalg.expm(-1j * e)))(0.3))
    assert ag.grad(spins(lambda energy: ag.linalg.expm(-1j * energy)))(0.0) == pytest.approx(-2, rel=1e-12)


@pytest.mark.parametrize("a", [np.eye(3), np.diag([2.0, 2.0, 5.0]), hermitian(TURN[:, :2] @ TURN[:, :2].T)], ids=len)
def test_sums_over_eigenvalues_are_exact(a: Any) -> None:
    """Σ w³ = tr A³ and Σ s² = ‖A‖², without a warning and in both modes."""
    t = rng.normal(size=a.shape)
    for f, slope in [
        (lambda a: np.sum(np.linalg.eigvalsh(a) ** 3), 3 * a @ a),
        (lambda a: np.sum(np.linalg.eigh(a)[0] ** 3), 3 * a @ a),
        (lambda a: np.real(np.sum(np.linalg.eigvals(a) ** 3)), 3 * a @ a),
        (lambda a: np.sum(np.linalg.svdvals(a) ** 2), 2 * a),
        (lambda a: np.sum(np.linalg.svd(a)[1] ** 2), 2 * a),
    ]:
        np.testing.assert_allclose(ag.grad(f)(a).numpy(), slope, atol=1e-13)
        np.testing.assert_allclose(ag.jvp(f, [a], [t])[1].item(), np.sum(slope * t), rtol=1e-12)


@pytest.mark.parametrize("basis", [TURN, PHASED], ids=["real", "complex"])
def test_projections_on_whole_eigenspaces_are_exact(basis: Any) -> None:
    """dP = Σ over j in it and k outside of it, v_k v_kᴴ dA v_j v_jᴴ / (w_j − w_k), and its adjoint."""
    w = np.array([1.0, 1.0, 2.0, 5.0])
    a = hermitian((basis * w) @ basis.conj().T)
    gap = w - w[:, None]
    across = np.array([[0, 0, 1, 1]] * 2 + [[1, 1, 0, 0]] * 2)
    quotient = np.where(across == 1, np.array([1, 1, 0, 0]) - np.array([1, 1, 0, 0])[:, None], 0) / np.where(
        across == 1, gap, 1.0
    )
    expected = hermitian(basis @ (quotient * (basis.conj().T @ WEIGHTS @ basis)) @ basis.conj().T)

    def inside(a: Any) -> Any:
        v = np.linalg.eigh(a)[1][:, :2]
        return np.real(np.sum((v @ v.mT.conj()) * WEIGHTS))

    def outside(a: Any) -> Any:
        v = np.linalg.eigh(a)[1][:, 2:]
        return np.real(np.sum((np.eye(4) - v @ v.mT.conj()) * WEIGHTS))

    for f in (inside, outside):
        np.testing.assert_allclose(ag.grad(f)(a).numpy(), expected, atol=1e-13)
    with pytest.warns(RuntimeWarning, match=IS_NAN.format("eigh")):
        assert np.isnan(ag.grad(lambda a: abs(np.linalg.eigh(a)[1][0, 0]) ** 2)(a).numpy()).all()


def test_the_orthogonal_factor_of_a_matrix_with_equal_singular_values() -> None:
    """U Vᴴ of the identity moves by the skew part of dA; the second derivatives of the nuclear norm are those."""

    def polar(a: Any) -> Any:
        u, _, vh = np.linalg.svd(a)
        return np.sum((u @ vh) * WEIGHTS)

    np.testing.assert_allclose(ag.grad(polar)(np.eye(4)).numpy(), (WEIGHTS - WEIGHTS.T) / 2, atol=1e-14)
    a = np.outer([1.0, 2.0, 2.0], [0.6, 0.8])  # a tall matrix of rank 1
    weights = rng.normal(size=(3, 2))
    for f in (lambda u, s, vh: u @ vh, lambda u, s, vh: (u * s) @ vh):
        with pytest.warns(RuntimeWarning, match=IS_NAN.format("svd")):
            assert np.isnan(
                ag.grad(lambda a, f=f: np.sum(f(*np.linalg.svd(a, full_matrices=False)) * weights))(a).numpy()
            ).all()


SECOND = {
    "cube": (lambda a: np.sum(np.linalg.eigvalsh(a) ** 3), lambda t: 3 * (t + t.mT)),
    "log": (lambda a: np.sum(np.log(np.linalg.eigvalsh(a))), lambda t: -(t + t.mT) / 2),
    "any": (lambda a: np.real(np.sum(np.linalg.eigvals(a) ** 3)), lambda t: 6 * t.mT),
    "nuclear": (lambda a: np.linalg.norm(a, "nuc"), lambda t: (t - t.mT) / 2),
    "by eigh": (lambda a: np.sum(np.exp(np.linalg.eigh(a)[0])), lambda t: np.e * (t + t.mT) / 2),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_at_the_identity_are_right_or_nan(name: str) -> None:
    f, second = SECOND[name]
    found, why = told(lambda: ag.hessian(f)(np.eye(3)).numpy().reshape(9, 9))
    expected = np.array([second(t.reshape(3, 3)).ravel() for t in np.eye(9)])
    np.testing.assert_allclose(np.where(np.isnan(found), expected, found), expected, atol=1e-12)
    assert bool(why) == bool(np.isnan(found).any())
    for t in (np.diag([1.0, 2.0, 3.0]), rng.normal(size=(3, 3))):
        moved, _ = told(lambda t=t: ag.hvp(f, np.eye(3), t).numpy())
        assert np.isnan(moved).any() or np.allclose(moved, second(t), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [2, 5, 20, 60])
def test_matrices_of_random_numbers_give_no_warning(n: int, dtype: type) -> None:
    for k in range(5):
        a = np.random.default_rng(k).normal(size=(n, 3 * n)).astype(dtype)
        for f, x in [
            (lambda s: (lambda w, v: np.sum((v * np.tanh(w)) @ v.mT))(*np.linalg.eigh(s)), a @ a.T / n),
            (lambda s: np.sum(np.linalg.eigh(s)[1][:, 0] ** 4), a @ a.T / n),
            (lambda s: (lambda u, w, v: np.sum((u * np.tanh(w)) @ v))(*np.linalg.svd(s, full_matrices=False)), a),
            (lambda s: np.real(np.sum(np.linalg.eigvals(s) ** 2)), a[:, :n]),
            (lambda s: np.sum(np.linalg.qr(s)[1]), a.T),
        ]:
            assert np.isfinite(ag.grad(f)(x).numpy()).all()


def test_only_the_matrix_that_is_affected_is_nan() -> None:
    stack = np.stack([np.diag([2.0, 1.0]), np.eye(2), np.array([[2.0, 0.5], [0.5, 1.0]])])
    f = lambda s: np.sum((lambda w, v: (v * np.sqrt(w)[..., None, :]) @ v.mT)(*np.linalg.eigh(s)) * HOLLOW)
    with pytest.warns(RuntimeWarning, match="eigh"):
        g = ag.grad(f)(stack).numpy()
    assert np.isnan(g).all(axis=(1, 2)).tolist() == [False, True, False]
    for k in (0, 2):
        np.testing.assert_allclose(g[k], ag.grad(f)(stack[k]).numpy(), rtol=1e-14)


def test_vectors_of_single_eigenvalues_beside_equal_ones() -> None:
    """The vector of the largest eigenvalue moves by (λ − A)⁺ dA v; nothing of it concerns the two equal ones."""
    a, weights = np.diag([1.0, 1.0, 3.0]), np.array([[1.0, 2.0, 3.0], [2.0, 5.0, 6.0], [3.0, 6.0, 9.0]])
    expected = np.array([[0.0, 0.0, 1.5], [0.0, 0.0, 3.0], [1.5, 3.0, 0.0]])
    f = lambda a: (lambda v: v @ weights @ v)(np.linalg.eigh(a)[1][:, 2])
    np.testing.assert_allclose(ag.grad(f)(a).numpy(), expected, atol=1e-14)
    with_energy = lambda a: (lambda w, v: w[2] + v[:, 2] @ weights @ v[:, 2])(*np.linalg.eigh(a))
    with pytest.warns(RuntimeWarning, match="The gradient is right if the result does not depend on these vectors"):
        g = ag.grad(with_energy)(a).numpy()
    np.testing.assert_allclose(g, expected + np.diag([0.0, 0.0, 1.0]), atol=1e-14)


@pytest.mark.parametrize(
    "a",
    [
        np.array([[1.0, 1.0], [0.0, 1.0]]),
        np.array([[0.0, 1.0], [0.0, 0.0]]),
        np.array([[2.0, -1.0], [1.0, 0.0]]),
        np.array([[3.0, 0.0, -4.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        np.array([[1.0, 1.0], [1e-17, 1.0]]),
        np.array([[1.0, 1.0], [0.0, 1.0]], np.float32),
        np.array([[1.0, 1j], [0.0, 1.0]]),
    ],
    ids=repr,
)
def test_defective_matrices(a: Any) -> None:
    f = lambda a: np.real(np.sum(np.linalg.eigvals(a) ** 2))
    with pytest.warns(RuntimeWarning, match="multiple eigenvalue with too few eigenvectors"):
        assert np.isnan(ag.grad(f)(a).numpy()).all()
    with pytest.warns(RuntimeWarning, match="multiple eigenvalue with too few eigenvectors"):
        assert np.isnan(ag.jvp(f, [a], [np.ones_like(a)])[1])
    stack = np.stack([a, np.diag(np.arange(1.0, len(a) + 1)).astype(a.dtype)])
    with pytest.warns(RuntimeWarning, match="multiple eigenvalue"):
        g = ag.grad(f)(stack).numpy()
    np.testing.assert_allclose(g[1], 2 * stack[1].conj().T, rtol=1e-6)
    assert g.dtype == a.dtype


def test_nearly_defective_matrices_are_right() -> None:
    """Σ w² = tr A², also where the condition number of the eigenvectors is 10⁵."""
    a = np.array([[1.0, 1.0], [1e-10, 1.0]])
    g = ag.grad(lambda a: np.real(np.sum(np.linalg.eigvals(a) ** 2)))(a)
    np.testing.assert_allclose(g.numpy(), 2 * a.T, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("p", [[1.0, -2.0, 1.0], [1.0, -3.0, 0.0, 4.0], [1.0, -3.0, 3.0, -1.0], [2.0, -3.0, 0.0, 0.0]])
def test_multiple_roots(p: list[float]) -> None:
    with pytest.warns(RuntimeWarning, match="polynomial with a double root"):
        assert np.isnan(ag.grad(lambda p: np.sum(np.real(np.roots(p))))(np.array(p)).numpy()).any()


def test_roots_at_zero_move_too() -> None:
    """dr/dp_k = −r^{n−k} / p'(r): for x² − 3x at 3 and at 0; the roots come in NumPy's order."""
    np.testing.assert_allclose(
        ag.jacobian(np.roots)(np.array([1.0, -3.0, 0.0])).numpy(), [[-3, -1, -1 / 3], [0, 0, 1 / 3]], atol=1e-14
    )
    for p in ([1.0, -3.0, 2.0, 0.0], [1.0, 0.0, 1.0, 0.0], [2.0, 1.0, -8.0, 1.0, 0.0, 0.0]):
        np.testing.assert_allclose(ag.graph.raw(np.roots(ag.Tensor(p))), np.roots(p), atol=1e-14)


@pytest.mark.parametrize("a", [np.zeros((2, 2)), np.outer([1.0, 2.0, 2.0], [0.6, 0.8]), np.zeros((2, 3))], ids=repr)
def test_qr_of_dependent_columns(a: Any) -> None:
    with pytest.warns(RuntimeWarning, match="the derivative of qr is NaN: the columns of the matrix are dependent"):
        assert np.isnan(ag.grad(lambda a: np.sum(np.linalg.qr(a)[1]))(a).numpy()).any()
    with pytest.warns(RuntimeWarning, match="the derivative of qr is NaN"):
        assert np.isnan(ag.jvp(lambda a: np.linalg.qr(a)[0], [a], [np.ones_like(a)])[1].numpy()).any()


def test_columns_of_different_lengths_are_independent() -> None:
    a = np.diag([1.0, 1e-20])
    np.testing.assert_allclose(ag.grad(lambda a: np.sum(abs(np.linalg.qr(a)[1])))(a).numpy(), np.diag([1.0, 1.0]))


# Symmetric and Hermitian matrices.

FROM_TRIANGLES = {
    "cholesky": lambda a: np.linalg.cholesky(a),
    "cholesky upper": lambda a: np.linalg.cholesky(a, upper=True),
    "eigvalsh": lambda a: np.linalg.eigvalsh(a),
    "eigvalsh upper": lambda a: np.linalg.eigvalsh(a, "U"),
    "eigh": lambda a: abs(np.linalg.eigh(a)[1]),
    "pinv": lambda a: np.linalg.pinv(a, hermitian=True),
    "svd": lambda a: np.linalg.svd(a, hermitian=True)[1],
}


@pytest.mark.parametrize("dtype", [float, np.float32, complex])
@pytest.mark.parametrize("name", FROM_TRIANGLES)
def test_gradients_with_respect_to_hermitian_matrices_are_hermitian(name: str, dtype: type) -> None:
    """The gradient is the Hermitian part of that of any function that agrees on Hermitian matrices, in both modes."""
    b = rng.normal(size=(3, 3)) + (1j * rng.normal(size=(3, 3)) if dtype is complex else 0)
    a = (b @ b.conj().T + np.eye(3)).astype(dtype)
    f = lambda a: np.sum(np.real(FROM_TRIANGLES[name](a)) * WEIGHTS[:3, :3])
    g = ag.grad(f)(a).numpy()
    np.testing.assert_array_equal(g, g.conj().T)
    np.testing.assert_allclose(g, ag.grad(lambda a: f(hermitian(a)))(a).numpy(), rtol=1e-5, atol=1e-7)
    if dtype is not np.float32:
        t = rng.normal(size=(3, 3)).astype(dtype)
        step = 1e-5 * hermitian(t)
        assert np.sum(np.real(g.conj() * t)) == pytest.approx((f(a + step) - f(a - step)) / 2e-5, rel=1e-6, abs=1e-8)
        assert ag.jvp(f, [a], [t])[1] == pytest.approx(np.sum(np.real(g.conj() * t)), rel=1e-10)


def test_symmetric_matrices_stay_symmetric_under_descent() -> None:
    """The numbers are PyTorch's, for the same program."""
    s, b = np.array([[2.0, 0.3], [0.3, 1.0]]), np.ones(2)
    f = lambda s: 2 * np.sum(np.log(np.diag(np.linalg.cholesky(s)))) + b @ np.linalg.solve(s, b)
    for _ in range(3):
        s = s - 0.1 * ag.grad(f)(s).numpy()
    np.testing.assert_allclose(s, [[1.8726, 0.4537], [0.4537, 0.9145]], atol=5e-5)
    assert s[0, 1] == s[1, 0]


WITHOUT_A_DERIVATIVE = {
    "sqrtm on the cut": (lambda a: np.sum(np.real(ag.linalg.sqrtm(a))), np.diag([1.0, -1.0])),
    "logm on the cut": (lambda a: np.sum(np.real(ag.linalg.logm(a))), np.diag([1.0, -2.0])),
    "an eigenvalue of a defective matrix": (lambda a: np.real(np.linalg.eigvals(a)[0]), [[1.0, 1.0], [0.0, 1.0]]),
    "qr of dependent columns": (lambda a: np.sum(np.linalg.qr(a)[1]), np.ones((2, 2))),
    "slogdet of a singular matrix": (lambda a: np.linalg.slogdet(a)[1], np.diag([1.0, 0.0])),
}


@pytest.mark.filterwarnings("ignore:the derivative of:RuntimeWarning")
@pytest.mark.parametrize("case", WITHOUT_A_DERIVATIVE)
def test_where_the_first_derivative_is_nan_so_is_the_second(case: str) -> None:
    f, a = WITHOUT_A_DERIVATIVE[case]
    a, direction = np.asarray(a), np.array([[0.3, 1.0], [2.0, -0.7]])
    with np.errstate(all="ignore"):
        assert np.all(np.isnan(ag.grad(f)(a)))
        assert np.all(np.isnan(ag.hvp(f, a, direction)))
        assert np.all(np.isnan(ag.grad(lambda a: np.sum(ag.grad(f)(a) * direction))(a)))
        stack = np.stack([a, np.array([[3.0, 1.0], [0.5, 2.0]])])
        second = ag.hvp(lambda s: f(s[0]) + f(s[1]), stack, np.stack([direction, direction]))
        np.testing.assert_allclose(second[1], ag.hvp(f, stack[1], direction))
