"""The functional face: closed forms, nesting, structures, errors."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError


def derivatives(f, x: float, order: int) -> list[float]:
    out = []
    for _ in range(order):
        f = ag.grad(f)
        out.append(float(f(x)))
    return out


def tanh_derivatives(x: float) -> list[float]:
    t = math.tanh(x)
    s = 1 - t * t
    return [s, -2 * t * s, s * (6 * t * t - 2), s * t * (16 - 24 * t * t), s * (16 - 120 * t**2 + 120 * t**4)]


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (np.exp, [math.exp(0.7)] * 5),
        (np.sin, [math.cos(0.7), -math.sin(0.7), -math.cos(0.7), math.sin(0.7), math.cos(0.7)]),
        (lambda x: x**5, [5 * 0.7**4, 20 * 0.7**3, 60 * 0.7**2, 120 * 0.7, 120]),
        (np.tanh, tanh_derivatives(0.7)),
    ],
    ids=["exp", "sin", "power", "tanh"],
)
def test_orders_one_to_five(f, expected) -> None:
    np.testing.assert_allclose(derivatives(f, 0.7, 5), expected, atol=1e-10, rtol=1e-10)


def test_forward_over_reverse_equals_reverse_over_reverse() -> None:
    f = lambda x: np.sum(x**3)
    x, v = np.array([1.0, 2.0]), np.ones(2)
    _, forward = ag.jvp(ag.grad(f), [x], [v])
    reverse = ag.grad(lambda x: np.sum(ag.grad(f)(x) * v))(x)
    assert forward.tolist() == reverse.tolist() == [6, 12]


def test_a_tangent_that_is_itself_watched() -> None:
    """The derivative of t ↦ J t by t is J: forward mode records as any other computation does."""
    t = Variable([1.0, 2.0])
    with Tape() as tape:
        _, moved = ag.jvp(lambda x: np.sin(x) * 3, [np.array([0.0, 0.5])], [t])
        y = np.sum(moved)
    np.testing.assert_allclose(tape.gradient(y, t).numpy(), 3 * np.cos([0.0, 0.5]), rtol=1e-15)


@pytest.mark.parametrize("mode", ["reverse", "forward", None])
@pytest.mark.parametrize(("inputs", "outputs"), [(3, 2), (1, 40)])
def test_jacobian_of_two_layers_is_the_product_of_theirs(mode, inputs, outputs) -> None:
    """J = diag(1 − y²) B diag(1 − h²) A."""
    rng = np.random.default_rng(0)
    a, b, x = rng.normal(size=(5, inputs)), rng.normal(size=(outputs, 5)), rng.normal(size=inputs)
    h = np.tanh(a @ x)
    y = np.tanh(b @ h)
    expected = (1 - y * y)[:, None] * (b * (1 - h * h)) @ a
    got = ag.jacobian(lambda x: np.tanh(b @ np.tanh(a @ x)), mode=mode)(x)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-13)


def test_hessian_and_its_product_with_a_vector() -> None:
    """f = Σ x³ + (Σ x)² has the Hessian diag(6x) + 2."""
    f = lambda x: np.sum(x**3) + np.sum(x) ** 2
    x, v = np.array([1.0, 2.0, -1.0]), np.array([1.0, 0.0, 2.0])
    expected = np.diag(6 * x) + 2
    np.testing.assert_allclose(ag.hessian(f)(x).numpy(), expected, rtol=1e-15)
    np.testing.assert_allclose(ag.hvp(f, x, v).numpy(), expected @ v, rtol=1e-15)
    assert float(ag.hessian(lambda x: x**4)(2.0)) == 48


def test_structures_argnums_and_aux() -> None:
    def f(params, scale, label):
        y = np.sum(params["w"] * scale) + params["b"]
        return y, label

    params = {"w": np.array([1.0, 2.0]), "b": 3.0}
    (value, aux), (g, gscale) = ag.value_and_grad(f, argnums=(0, 1), has_aux=True)(params, 2.0, "same")
    assert (float(value), aux) == (9, "same")
    assert (g["w"].tolist(), g["b"].item(), gscale.item()) == ([2, 2], 1, 3)
    gradient, aux = ag.grad(f, has_aux=True)(params, 2.0, "same")
    assert (gradient["w"].tolist(), aux) == ([2, 2], "same")


def test_the_same_tensor_as_two_arguments() -> None:
    x = Tensor(3.0)
    assert [float(g) for g in ag.grad(lambda a, b: a * a * b, argnums=(0, 1))(x, x)] == [18, 9]


def test_vjp_pulls_any_number_of_cotangents() -> None:
    y, pull = ag.vjp(lambda x: x * np.array([1.0, 10.0]), 2.0)
    assert y.tolist() == [2, 20]
    assert [float(pull(np.array(g))[0]) for g in ([1.0, 0.0], [0.0, 1.0])] == [1, 10]


def test_linearize_runs_the_function_once() -> None:
    calls = []
    y, push = ag.linearize(lambda x, w: calls.append(1) or x * x * w, np.array([1.0, 2.0]), 3.0)
    assert y.tolist() == [3, 12]
    assert push([1.0, 0.0], 0.0).tolist() == [6, 0]
    assert push([0.0, 1.0], 1.0).tolist() == [1, 16]
    assert calls == [1]


def test_infinite_slopes_of_python_floats_in_both_modes() -> None:
    with np.errstate(all="ignore"):
        for f in (np.sqrt, np.log, lambda x: 1 / x):
            assert abs(float(ag.jvp(f, [0.0], [1.0])[1])) == abs(float(ag.grad(f)(0.0))) == np.inf


def test_jvp_of_several_outputs_and_of_none() -> None:
    (y, z), (dy, dz) = ag.jvp(lambda x: (x * x, Tensor(5.0)), [3.0], [1.0])
    assert [float(v) for v in (y, z, dy, dz)] == [9, 5, 6, 0]


def test_gradient_of_what_is_not_used_is_zero() -> None:
    assert [g.tolist() for g in ag.grad(lambda a, b: a * 1.0, argnums=(0, 1))(1.0, np.ones(2))] == [1.0, [0, 0]]


@pytest.mark.parametrize(
    "constant", [1.0, 2, np.float64(3), np.float32(4), np.array(6.0), np.array(7), Tensor(5.0)], ids=repr
)
def test_the_derivative_of_a_constant_is_zero_in_every_transform(constant) -> None:
    f = lambda *x: constant
    assert ag.jacobian(f)(np.ones(2)).tolist() == ag.jacobian(f, mode="forward")(np.ones(2)).tolist() == [0, 0]
    assert ag.hessian(f)(np.ones(2)).tolist() == [[0, 0], [0, 0]]
    assert (ag.jvp(f, [1.0], [1.0])[0], float(ag.jvp(f, [1.0], [1.0])[1])) == (constant, 0)
    assert float(ag.linearize(f, 1.0)[1](2.0)) == 0
    y, pull = ag.vjp(f, np.ones(2), 1.0)
    assert y is constant
    assert [g.tolist() for g in pull(1.0)] == [[0, 0], 0]


def test_the_jacobian_of_a_constant_array_is_zero() -> None:
    j = ag.jacobian(lambda x: np.ones((2, 2)))(np.ones(3, np.float32))
    assert (j.shape, j.dtype, np.any(j.numpy())) == ((2, 2, 3), np.float32, False)
    assert ag.jacobian(lambda x: np.ones(2))(3.0).tolist() == [0, 0]
    assert ag.jacobian(lambda x: np.array([1j]))(3.0).dtype == complex
    assert ag.vjp(lambda x: (x, np.ones(2)), 3.0)[1]((2.0, np.ones(2)))[0].item() == 2


@pytest.mark.parametrize("constant", [1.0, 2, np.float32(4), Tensor(5.0)], ids=str)
def test_the_gradient_of_a_constant_is_zero(constant) -> None:
    g = ag.grad(lambda x: constant)({"a": np.ones(2, np.float32), "b": 1.0})
    assert (g["a"].tolist(), g["a"].dtype, float(g["b"])) == ([0, 0], np.float32, 0)
    assert ag.value_and_grad(lambda x: constant)(1.0)[0] is constant
    assert ag.hvp(lambda x: constant, np.ones(2), np.ones(2)).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x: math.exp(x[0]), "conversion to a Python number"),
        (lambda x: sum(x.tolist()), r"tolist\(\)"),
        (lambda x: complex(x[0]).real, "conversion to a Python number"),
    ],
)
def test_a_gradient_lost_on_the_way_is_told(f, what) -> None:
    x = np.array([1.0, 2.0])
    told = rf"{what} \(.*test_transforms\.py:\d+\).*np\.exp.*np\.stack"
    calls = (ag.grad(f), ag.value_and_grad(f), ag.hessian(f), lambda x: ag.vjp(f, x), lambda x: ag.hvp(f, x, x))
    for call in (*calls, lambda x: ag.jvp(f, [x], [x]), lambda x: ag.linearize(f, x)):
        with pytest.warns(
            UserWarning, match=f"the gradient is zero, since a tensor left the recording here: {told}"
        ) as w:
            call(x)
        assert {warning.filename for warning in w} == {__file__}
    with pytest.raises(
        TypeError, match=f"returns ndarray; expected one tensor; a tensor left the recording here: {told}"
    ):
        ag.jacobian(lambda x: np.array([f(x)]))(x)
    for mode in ("forward", "reverse"):
        with pytest.warns(UserWarning, match=told):
            ag.jacobian(lambda x: Tensor([f(x), 1.0]), mode=mode)(x)


def test_a_gradient_that_is_zero_by_intent_is_not_told() -> None:
    """Constants, stop_gradient, what is printed, and what leaves after the result was computed."""

    def printed(x):
        y = np.sum(x * x)
        assert f"{y:.2f} {x[0]:g}" == "5.00 1"
        assert float(y) == 5.0
        return y

    x = np.array([1.0, 2.0])
    constants = (lambda x: 3.0, lambda x: np.sum(ag.stop_gradient(x)), lambda x: np.sum(x) * int(x[0]))
    for f in (*constants, printed, lambda x: np.sum(x) * float(ag.stop_gradient(x[0]))):
        ag.grad(f)(x)
        ag.vjp(f, x)
        ag.jvp(f, [x], [x])
    ag.jacobian(lambda x: ag.stop_gradient(x) * np.ones(2))(x)


def test_nested_structures_in_forward_mode() -> None:
    """f = w₀² b + w₁ b³ and its derivatives along a direction, by hand at w = (1, 2), b = 3."""
    f = lambda p: p["w"][0] ** 2 * p["b"][0] + p["w"][1] * p["b"][0] ** 3
    at, along = {"w": np.array([1.0, 2.0]), "b": [3.0]}, {"b": [1.0], "w": [10.0, 100.0]}
    y, dy = ag.jvp(f, [at], [along])
    assert (float(y), float(dy)) == (57, 6 * 10 + 27 * 100 + 55)
    product = ag.hvp(f, at, along)
    # by w₀: 2 b · 10 + 2 w₀ · 1; by w₁: 3 b² · 1; by b: 2 w₀ · 10 + 3 b² · 100 + 6 b w₁ · 1
    assert {k: np.ravel(v).tolist() for k, v in product.items()} == {"w": [62, 27], "b": [20 + 2700 + 36]}
    assert isinstance(product["b"], list)
    assert ag.hvp(lambda p: p["a"] ** 2, {"a": 3.0, "unused": np.ones(2)}, {"a": 1.0, "unused": np.ones(2)})[
        "unused"
    ].tolist() == [0, 0]
    for wrong in ({"w": [1.0, 1.0]}, [1.0], {"w": [1.0, 1.0], "b": [1.0, 2.0]}):
        with pytest.raises(ValueError, match=r"hvp got a tangent .* expected the same nesting"):
            ag.hvp(f, at, wrong)


def test_hvp_hands_on_further_arguments() -> None:
    assert ag.hvp(lambda x, a, n: a * np.sum(x**n), np.array([1.0, 2.0]), [1.0, 1.0], 5.0, 3).tolist() == [30, 60]


@pytest.mark.parametrize("mode", ["reverse", "forward", None])
def test_jacobians_by_several_arguments(mode) -> None:
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    by_a, by_b = ag.jacobian(lambda a, b: np.outer(a, b), argnums=(0, 1), mode=mode)(a, b)
    np.testing.assert_array_equal(by_a.numpy(), np.einsum("ik,j->ijk", np.eye(2), b))
    np.testing.assert_array_equal(by_b.numpy(), np.einsum("i,jk->ijk", a, np.eye(3)))
    (only,) = ag.jacobian(lambda x: x * x, argnums=[0], mode=mode)(a)
    assert only.tolist() == [[2, 0], [0, 4]]


def test_functions_of_functions_keep_names_and_docs() -> None:
    def energy(x):
        """The energy of x."""
        return np.sum(x * x)

    energy.calls = 0
    for transform in (ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian, ag.checkpoint):
        made = transform(energy)
        assert (made.__name__, made.__doc__) == ("energy", "The energy of x.")


def test_stop_gradient_is_a_constant() -> None:
    assert float(ag.grad(lambda x: ag.stop_gradient(x) * x)(3.0)) == 3


def test_none_is_an_empty_structure() -> None:
    """As a layer without bias has it: None where there is None, in every transform."""
    f = lambda p: np.sum(p["w"] ** 2) * (1.0 if p["b"] is None else p["b"])
    p, v = {"w": np.array([1.0, 2.0]), "b": None}, {"w": np.array([1.0, 0.0]), "b": None}
    plain = lambda tree: {k: x if x is None else x.tolist() for k, x in tree.items()}
    assert plain(ag.grad(f)(p)) == plain(ag.value_and_grad(f)(p)[1]) == {"w": [2, 4], "b": None}
    assert plain(ag.vjp(f, p)[1](1.0)[0]) == {"w": [2, 4], "b": None}
    assert plain(ag.hvp(f, p, v)) == {"w": [2, 0], "b": None}
    assert float(ag.jvp(f, [p], [v])[1]) == float(ag.linearize(f, p)[1](v)) == 2
    assert ag.grad(lambda a, b: a * 3.0, argnums=(0, 1))(2.0, None)[1] is None
    (y, nothing), (dy, also_nothing) = ag.jvp(lambda x: (x * x, None), [3.0], [1.0])
    assert (float(y), nothing, float(dy), also_nothing) == (9, None, 6, None)
    assert ag.vjp(lambda x: (x * x, None), 3.0)[1]((1.0, None))[0].item() == 6
    with pytest.raises(ValueError, match=r"hvp got a tangent 1\.0 for a NoneType; expected the same nesting"):
        ag.hvp(f, p, {"w": p["w"], "b": 1.0})
    with pytest.raises(TypeError, match="jacobian got None as argument 0; expected one tensor"):
        ag.jacobian(lambda x: 1.0)(None)


@pytest.mark.parametrize(
    ("leaf", "why"),
    [
        (np.arange(3), r"got dtype int64 to differentiate with respect to; expected floats, as x\.astype\(float\)"),
        (np.int32(3), "got dtype int32"),
        (Tensor([True]), "got dtype bool"),
        ("relu", "Tensor got str 'relu'; expected a tensor, an array or a number"),
    ],
    ids=["ints", "int", "bools", "text"],
)
def test_an_argument_that_carries_no_derivative_is_named(leaf, why) -> None:
    f = lambda p: p["w"][0] * 1.0
    p = {"w": (1.0, 2.0), "b": [1.0, leaf]}
    for call in (
        ag.grad(f),
        ag.value_and_grad(f),
        lambda p: ag.hvp(f, p, p),
        lambda p: ag.vjp(f, p),
        lambda p: ag.jvp(f, [p], [p]),
    ):
        with pytest.raises(TypeError, match=rf"^(argument 0|primal 0|primal)\['b'\]\[1\]: {why}"):
            call(p)
    with pytest.raises(TypeError, match=rf"^argument 1: {why}"):
        ag.jacobian(lambda a, b: a, argnums=1)(1.0, leaf)


@pytest.mark.parametrize("returned", [(1.0, 2, 3), [1.0, 2], 1.0, Tensor([1.0, 2.0]), (1.0,)], ids=repr)
def test_has_aux_asks_for_a_pair(returned) -> None:
    with pytest.raises(TypeError, match=r"has_aux=True got a function that returns .*; expected a tuple of two"):
        ag.grad(lambda x: returned, has_aux=True)(1.0)
    with pytest.raises(TypeError, match=r"returns tuple; expected a scalar. If it returns \(value, aux\), say has_aux"):
        ag.grad(lambda x: (x, 1.0))(1.0)


@pytest.mark.parametrize("primals", [3.0, np.ones(2), Tensor([1.0, 2.0]), {"x": 3.0}])
def test_jvp_asks_for_lists(primals) -> None:
    with pytest.raises(TypeError, match=r"as primals; expected a list or tuple .* ag\.jvp\(f, \[x\], \[t\]\)"):
        ag.jvp(lambda x: x**2, primals, [1.0])
    with pytest.raises(TypeError, match="as tangents; expected a list or tuple"):
        ag.jvp(lambda x: x**2, [3.0], primals)


def test_results_that_are_no_tensors_are_told() -> None:
    with pytest.raises(TypeError, match=r"returns list; expected one tensor; join several with np\.stack"):
        ag.jacobian(lambda x: [x[0], x[1]])(np.ones(2))
    for call in (lambda f: ag.jvp(f, [1.0], [1.0]), lambda f: ag.vjp(f, 1.0)):
        with pytest.raises(TypeError, match=r"returns str as its result\['name'\]; expected tensors"):
            call(lambda x: {"y": x, "name": "square"})


Z, T = np.array([1 + 2j, 0.5 - 1j]), np.array([1j, 2.0])


def test_the_product_with_the_hessian_is_how_the_gradient_changes() -> None:
    """Of |z|² the gradient is 2z; of Re(z³) it is 3 conj(z)², which changes by 6 conj(z t)."""
    assert ag.hvp(lambda z: np.sum(np.abs(z) ** 2), Z, T).tolist() == (2 * T).tolist()
    f = lambda z: np.sum(np.real(z**3))
    np.testing.assert_allclose(ag.hvp(f, Z, T).numpy(), 6 * np.conj(Z * T), rtol=1e-14)
    np.testing.assert_allclose(ag.jvp(ag.grad(f), [Z], [T])[1].numpy(), 6 * np.conj(Z * T), rtol=1e-14)


@pytest.mark.parametrize("repeats", [1, 20])
@pytest.mark.parametrize("mode", ["reverse", "forward", None])
def test_a_complex_jacobian_does_not_depend_on_its_shape(mode, repeats) -> None:
    x = np.array([0.3])
    j = ag.jacobian(lambda x: np.tile(np.exp(1j * x), repeats), mode=mode)(x)
    np.testing.assert_allclose(j.numpy(), np.full((repeats, 1), 1j * np.exp(0.3j)), rtol=1e-15)
    j = ag.jacobian(lambda z: np.tile(np.exp(1j * z), repeats), mode=mode)(Z[:1])
    np.testing.assert_allclose(j.numpy(), np.full((repeats, 1), 1j * np.exp(1j * Z[0])), rtol=1e-15)
    j = ag.jacobian(lambda z: np.tile(np.abs(z), repeats), mode=mode)(Z[:1])  # rows are gradients: z / |z|
    np.testing.assert_allclose(j.numpy(), np.full((repeats, 1), Z[0] / abs(Z[0])), rtol=1e-15)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_dtypes_of_jacobians(mode) -> None:
    """That of the argument, complex where the result is."""
    x, z = np.ones(2, np.float32), np.ones(2, np.complex64)
    wide = np.ones(2)
    got = [ag.jacobian(f, mode=mode)(a).dtype for f in (lambda a: np.abs(a) * wide, lambda a: a * 1j) for a in (x, z)]
    assert got == [np.float32, np.complex64, np.complex64, np.complex64]
    # Of which the coarser one says what rounding may leave.
    for seed in range(30):
        z = np.random.default_rng(seed).normal(size=(2, 3)).astype(np.float32) @ np.array([1, 1j, 0.5], np.complex64)
        j = ag.jacobian(lambda z: np.cumprod(np.sin(z)) * (1 + 2j) * wide, mode=mode)(z)
        exact = ag.jacobian(lambda z: np.cumprod(np.sin(z)) * (1 + 2j), mode=mode)(z.astype(complex))
        np.testing.assert_allclose(j, exact, atol=1e-5)


def test_the_jacobian_of_what_is_not_holomorphic_is_refused() -> None:
    for f in (np.conj, lambda z: z * np.abs(z), lambda z: np.real(z) * 1j, lambda z: np.sum(z * np.conj(z))):
        for mode in ("reverse", "forward", None):
            with pytest.raises(NoDerivativeError, match=r"not holomorphic here.*np\.real\(y\).*ag\.jvp"):
                ag.jacobian(f, mode=mode)(Z)
        z = Tensor(Z)
        with Tape(persistent=True) as t:
            t.watch(z)
            y = f(z)
        with pytest.raises(NoDerivativeError, match="not holomorphic here"):
            t.jacobian(y, z)
    wide = lambda z: np.concatenate([1e12 * z[:1], np.sqrt(z[:1] - Z[0]), z[1:] * np.conj(z[1:])])
    for mode in ("reverse", "forward"):  # beside large numbers, and beside an infinity
        with pytest.raises(NoDerivativeError, match=r"not holomorphic here.*by up to 2\.24"):
            ag.jacobian(wide, mode=mode)(Z)
    # By its real and imaginary part there is always a Jacobian; and at a point where dy/dz is the same all around, too.
    by_re, by_im = ag.jacobian(lambda re, im: np.conj(re + 1j * im), argnums=(0, 1))(2.0, 1.0)
    assert (by_re.item(), by_im.item()) == (1, -1j)
    assert ag.jacobian(lambda z: np.conj(z) ** 2)(0j).item() == 0


def test_batch_jacobian_of_complex_numbers() -> None:
    x, z = Tensor([[0.3, 1.0], [0.5, 2.0]]), Tensor([[1j, 2.0], [0.5, 2 - 1j]])
    with Tape(persistent=True) as t:
        t.watch([x, z])
        y, w, v, u = np.exp(1j * x), z**2, np.sum(np.abs(z) ** 2, axis=1), z * np.conj(z)
    eye = np.eye(2)[None]
    np.testing.assert_allclose(t.batch_jacobian(y, x).numpy(), 1j * y.numpy()[:, None] * eye, rtol=1e-15)
    np.testing.assert_allclose(t.batch_jacobian(w, z).numpy(), 2 * z.numpy()[:, None] * eye, rtol=1e-15)
    np.testing.assert_allclose(t.batch_jacobian(v, z).numpy(), 2 * z.numpy(), rtol=1e-15)
    with pytest.raises(NoDerivativeError, match="not holomorphic here"):
        t.batch_jacobian(u, z)
    unconnected = t.batch_jacobian(y, z, unconnected_gradients="zero")
    assert (unconnected.shape, unconnected.dtype) == ((2, 2, 2), complex)
    assert t.jacobian(y, x * 1.0, unconnected_gradients="zero").dtype == complex


def test_a_complex_jacobian_is_itself_differentiable() -> None:
    """Of z³: 3z², 6z, 6; by a real x of exp(ix): −exp(ix)."""
    first = ag.jacobian(lambda z: z**3)
    second = ag.jacobian(first)
    assert (first(2j).item(), second(2j).item(), ag.jacobian(second)(2j).item()) == (-12, 12j, 6)
    turning = ag.jacobian(ag.jacobian(lambda x: np.exp(1j * x)))
    np.testing.assert_allclose(turning(0.3).item(), -np.exp(0.3j), rtol=1e-15)
    forward = ag.jacobian(ag.jacobian(lambda z: z**3, mode="forward"), mode="forward")
    assert forward(2j).item() == 12j


def test_a_complex_hessian_of_a_quadratic_form() -> None:
    """|Az|² has the Hessian 2 conj(A)ᵀ A."""
    a = np.array([[1.0, 2j], [0.5, 1 - 1j]])
    f = lambda z: np.sum(np.abs(a @ z) ** 2)
    np.testing.assert_allclose(ag.hessian(f)(Z).numpy(), 2 * a.conj().T @ a, rtol=1e-14)
    with pytest.raises(NoDerivativeError, match=r"not holomorphic here.*ag\.hvp"):
        ag.hessian(lambda z: np.sum(np.abs(z) ** 4))(Z)


def test_a_scalar_loss_is_real() -> None:
    for call in (ag.grad(np.sum), ag.value_and_grad(np.sum), ag.hessian(np.sum), lambda z: ag.hvp(np.sum, z, z)):
        with pytest.raises(TypeError, match=r"returns a complex number; expected a real one. Take np\.real\(y\)"):
            call(Z)
    with pytest.raises(TypeError, match="returns a complex number"):
        ag.grad(lambda x: 3j)(1.0)


def test_an_imaginary_part_is_never_dropped() -> None:
    x = np.array([1.0, 2.0])
    f = lambda x: x * x
    for call in (
        lambda: ag.jvp(f, [x], [T]),
        lambda: ag.linearize(f, x)[1](T),
        lambda: ag.hvp(lambda x: np.sum(x**3), x, T),
        lambda: ag.jvp(f, [2.0], [1j]),
        lambda: ag.jvp(f, [2.0], [np.complex128(1)]),
        lambda: ag.jvp(f, [x], [Tensor(T)]),
        lambda: ag.jvp(f, [x], [[1.0, 1j]]),
    ):
        with pytest.raises(TypeError, match=r"got a complex tangent for a primal of dtype float64; expected a real"):
            call()
    for call in (
        lambda: ag.vjp(f, x)[1](T),
        lambda: ag.vjp(f, 2.0)[1](1j),
        lambda: ag.vjp(lambda z: np.abs(z), Z)[1](Tensor(T)),
        lambda: ag.vjp(lambda z: (np.abs(z), z), Z)[1]((T, T)),
    ):
        with pytest.raises(TypeError, match="output_gradients is complex for a target of dtype float64"):
            call()
    with ag.Tape() as t:  # where a tangent that is recorded is taken as it is
        tangent = Variable(T)
        with pytest.raises(TypeError, match="got a complex tangent"):
            ag.jvp(f, [x], [tangent])
    with ag.Tape() as t:
        source = Variable(x)
        y = source * 1j
    with pytest.warns(UserWarning, match="the gradient is that of the target's real part") as told:
        assert t.gradient(y, [source])[0].tolist() == [0, 0]
    assert told[0].filename == __file__


def test_errors() -> None:
    with pytest.raises(TypeError, match=r"returns shape \(2,\); expected a scalar. Reduce it"):
        ag.grad(lambda x: x * np.ones(2))(1.0)
    for bad in ("one", None, True, [1.0]):
        with pytest.raises(TypeError, match=f"returns {type(bad).__name__}; expected a scalar"):
            ag.grad(lambda x, y=bad: y)(1.0)
    with pytest.raises(ValueError, match="jacobian got mode='backward'"):
        ag.jacobian(np.exp, mode="backward")
    with pytest.raises(TypeError, match="jacobian got a list as argument 0"):
        ag.jacobian(lambda x: x[0])([1.0, 2.0])
    with pytest.raises(TypeError, match=r"jacobian got a dict as argument 0.*argnums=\(0, 1\)"):
        ag.hessian(lambda p: p["a"] ** 2)({"a": 1.0})
    with pytest.raises(TypeError, match=r"hessian got argnums=\(0, 1\); expected one argument.*ag\.hvp"):
        ag.hessian(lambda a, b: a * b, argnums=(0, 1))
    with pytest.raises(ValueError, match="0 positional arguments; pass by position, not by keyword"):
        ag.grad(lambda a: a)(a=1.0)
    with pytest.raises(ValueError, match="2 primals and 1 tangents"):
        ag.jvp(lambda a, b: a, [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=r"tangent of shape \(2,\) for a primal of shape \(\)"):
        ag.jvp(lambda a: a, [1.0], [[1.0, 2.0]])


@pytest.mark.parametrize("tangent", [None, "one"])
def test_a_tangent_that_is_no_number_is_named(tangent) -> None:
    match = rf"got {tangent!r} as the tangent of a primal of shape \(\); expected numbers of that shape, zeros for"
    with pytest.raises(TypeError, match=f"jvp {match}"):
        ag.jvp(lambda x, y: x * y, [3.0, 2.0], [1.0, tangent])
    with pytest.raises(TypeError, match=f"hvp {match}"):
        ag.hvp(lambda p: p["a"] ** 2, {"a": 1.0}, {"a": tangent})
