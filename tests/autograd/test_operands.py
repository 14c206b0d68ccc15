"""Operands that are neither tensors, arrays nor numbers: masked arrays are refused, strangers' own operators run."""

from __future__ import annotations

import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError

X = np.array([2.0, 3.0])
M = np.ma.array([1.0, 2.0], mask=[False, True])
PLACES = np.ma.array([0, 1], mask=[False, True])
CHOICE = np.ma.array([True, True], mask=[False, True])

USES: dict[str, Callable[[Any], Any]] = {
    "right operand": lambda x: x * M,
    "ufunc": lambda x: np.multiply(M, x),
    "matmul": lambda x: x @ M,
    "power": lambda x: x**M,
    "list": lambda x: x * [1.0, np.ma.masked],
    "list of arrays": lambda x: x * [M, M],
    "concatenate": lambda x: np.concatenate([x, M]),
    "where": lambda x: np.where(CHOICE, x, 0.0),
    "where=": lambda x: np.sum(x, where=CHOICE),
    "initial=": lambda x: np.sum(x, initial=np.ma.masked),
    "weights": lambda x: np.average(x, weights=M),
    "take": lambda x: np.take(x, PLACES),
    "repeat": lambda x: x.repeat(PLACES),
    "index": lambda x: x[PLACES],
    "index in a tuple": lambda x: x[None, PLACES],
    "at index": lambda x: x.at[CHOICE].add(1.0),
    "at values": lambda x: x.at[:].set(M),
    "compress": lambda x: np.compress(CHOICE, x),
    "pad": lambda x: np.pad(x, 1, constant_values=M),
    "histogram": lambda x: np.histogram(M, 3, (0, 4), weights=x)[0],
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, M)[0],
    "quantile": lambda x: np.quantile(x, M / 4.0),
    "isin": lambda x: x * np.isin(x, M),
    "array": lambda x: ag.array([x, M]),
    "stop_gradient": lambda x: x * ag.stop_gradient(M),
}


@pytest.mark.parametrize("use", USES)
def test_27_masked_arrays_are_refused_wherever_they_stand(use: str) -> None:
    with pytest.raises(TypeError, match=r"got a masked array.*expected an array.*getmaskarray"):
        ag.grad(lambda x: np.sum(USES[use](x)))(X)


@pytest.mark.parametrize("use", [lambda x: M * x, np.ma.sum, lambda x: np.ma.array(x, mask=[0, 1])])
def test_functions_of_masked_arrays_convert_a_tensor_with_a_warning(use: Any) -> None:
    with pytest.warns(UserWarning, match="the gradient stops here"):
        ag.grad(lambda x: np.sum(np.asarray(use(x)) + x))(X)


ENTRIES: dict[str, Callable[[], Any]] = {
    "Tensor": lambda: Tensor(M),
    "Variable": lambda: Variable(M),
    "assign": lambda: Variable(X).assign(M),
    "assign_sub": lambda: Variable(X).assign_sub(M),
    "assign a list": lambda: Variable(X).assign([1.0, np.ma.masked]),
    "item of a variable": lambda: Variable(X).__setitem__(slice(None), M),
    "index of a variable": lambda: Variable(X).__setitem__(CHOICE, 0.0),
    "grad": lambda: ag.grad(np.sum)(M),
    "list of arguments": lambda: ag.grad(lambda p: np.sum(p[0]))([M]),
    "jacobian": lambda: ag.jacobian(np.exp)(M),
    "tangent": lambda: ag.jvp(np.exp, [X], [M]),
    "cotangent": lambda: ag.vjp(np.exp, X)[1](M),
    "hvp": lambda: ag.hvp(lambda x: np.sum(x**3), X, M),
    "check_gradients": lambda: ag.check_gradients(np.exp, M),
    "layer": lambda: nn.Dense(1)(np.ma.ones((4, 2))),
    "predict": lambda: nn.Sequential([nn.Dense(1)]).predict(np.ma.ones((4, 2))),
    "loss": lambda: nn.losses.MeanSquaredError()(M, Tensor(X)),
    "sample_weight": lambda: nn.losses.MeanSquaredError()(X, Tensor(X), sample_weight=M),
    "labels": lambda: nn.utils.to_categorical(PLACES, 2),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_masked_arrays_do_not_become_tensors(entry: str) -> None:
    with pytest.raises(TypeError, match="got a masked array"):
        ENTRIES[entry]()


def test_a_model_is_not_trained_on_masked_arrays() -> None:
    model = nn.Sequential([nn.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ma.array(np.ones((4, 2)), mask=np.eye(4, 2)), np.ones((4, 1))
    with pytest.raises(TypeError, match="x got a masked array"):
        model.fit(x, y, verbose=0)
    with pytest.raises(TypeError, match="y got a masked array"):
        model.fit(np.ones((4, 2)), np.ma.array(y), verbose=0)


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_matrices_are_refused_in_options_too() -> None:
    with pytest.raises(TypeError, match=r"np\.matrix"):
        np.average(Tensor(np.ones((1, 2))), weights=np.asmatrix([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"np\.matrix"):
        Variable(np.asmatrix([1.0, 2.0]))


class Stranger:
    """Knows nothing of arrays, and has every reflected operator."""

    __hash__ = None  # type: ignore[assignment]

    def _answer(self, other: Any) -> str:
        assert isinstance(other, Tensor)
        return "mine"

    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmod__ = __rfloordiv__ = __rmatmul__ = _answer
    __rdivmod__ = __rand__ = __ror__ = __rxor__ = __rlshift__ = __rrshift__ = _answer
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _answer  # type: ignore[assignment]


class WithoutUfuncs(Stranger):
    """Has opted out of NumPy's functions."""

    __array_ufunc__ = None


ARITHMETIC = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.floordiv,
    operator.matmul, divmod,
]  # fmt: skip
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
BITS = [operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift]


@pytest.mark.parametrize("value", [2.0, 2, np.ones(2), np.float32(1.0)], ids=repr)
@pytest.mark.parametrize("stranger", [Stranger(), WithoutUfuncs()], ids=["plain", "without ufuncs"])
@pytest.mark.parametrize("of_two", ARITHMETIC + COMPARISONS + BITS, ids=lambda f: f.__name__)
def test_27_the_reflected_operators_of_strangers_run(of_two: Any, stranger: Any, value: Any) -> None:
    for tensor in (Tensor(value), Variable(value)):
        with Tape(), ThreadPoolExecutor(1) as pool:
            assert of_two(tensor, stranger) == "mine"
            assert pool.submit(of_two, tensor, stranger).result() == "mine"


@pytest.mark.parametrize("of_two", ARITHMETIC, ids=lambda f: f.__name__)
@pytest.mark.parametrize("other", ["a", {}, {1}, object(), len])
def test_what_has_no_operator_of_its_own_is_refused(of_two: Any, other: Any) -> None:
    for tensor in (Tensor(2.0), Tensor([1.0, 2.0])):
        with pytest.raises(TypeError, match=r"expected a tensor, an array or a number|unsupported operand"):
            of_two(tensor, other)
        if (other, of_two) != ("a", operator.mod):  # which formats a string
            with pytest.raises(TypeError, match=r"expected a tensor, an array or a number|unsupported operand"):
                of_two(other, tensor)


def test_fractions_are_numbers() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = Fraction(1, 2) * x * Fraction(3, 2)
    assert (float(y), float(t.gradient(y, x))) == (2.25, 0.75)


@pytest.mark.parametrize("value", [2.0, np.array([1.0, 2.0])], ids=repr)
@pytest.mark.parametrize("other", [Fraction(2), Fraction(1, 3), Decimal(2), {2.0}, {}], ids=repr)
@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda f: f.__name__)
def test_comparisons_with_what_knows_no_tensors_are_those_of_numpy(compare: Any, other: Any, value: Any) -> None:
    if isinstance(other, set | dict) and compare not in (operator.eq, operator.ne):
        for a, b in ((Tensor(value), other), (other, Tensor(value))):
            with pytest.raises(TypeError, match="not supported between"):
                compare(a, b)
        return
    np.testing.assert_array_equal(compare(Tensor(value), other), compare(value, other), strict=True)
    np.testing.assert_array_equal(compare(other, Tensor(value)), compare(other, value), strict=True)


def test_divmod_by_a_fraction() -> None:
    x = Tensor([1.0, 2.75])
    assert [part.tolist() for part in divmod(x, Fraction(1, 2))] == [[2, 5], [0, 0.25]]
    assert [part.tolist() for part in divmod(Fraction(11, 2), x)] == [[5, 2], [0.5, 0]]


@pytest.mark.parametrize("value", [2.0, 2, np.array([1.0, 2.0])], ids=repr)
@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda f: f.__name__)
def test_comparisons_with_lists_are_those_of_numpy(compare: Any, value: Any) -> None:
    expected = compare(np.asarray(value), [1.0, 3.0])
    np.testing.assert_array_equal(compare(Tensor(value), [1.0, 3.0]), expected, strict=True)
    np.testing.assert_array_equal(compare(Tensor(value), [Tensor(1.0), 3.0]), expected, strict=True)


@pytest.mark.parametrize("of_two", BITS, ids=lambda f: f.__name__)
def test_operators_on_bits_give_plain_results(of_two: Any) -> None:
    a, b = np.array([6, 3]), np.array([3, 1])
    for result in (of_two(Tensor(a), Tensor(b)), of_two(Tensor(a), b), of_two(a, Tensor(b))):
        assert type(result) is np.ndarray
        np.testing.assert_array_equal(result, of_two(a, b))
    assert of_two(5, Tensor(2)) == of_two(5, 2)
    with pytest.raises(TypeError, match="not supported for the input types"):
        of_two(Tensor([1.0, 2.0]), b)


def test_invert() -> None:
    assert (~Tensor([True, False])).tolist() == [False, True]
    assert not ~Tensor(True)


def test_a_list_of_tensors_is_still_refused() -> None:
    with pytest.raises(NoDerivativeError, match="list that holds tensors"):
        Tensor([1.0, 2.0]) * [Tensor(1.0), 2.0]


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
@pytest.mark.parametrize(
    "x", [np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(4.0), 2.0]
)
def test_ravel_in_every_order(x: Any, order: Any) -> None:
    expected = np.asarray(x).ravel(order)
    for f in (lambda x: x.ravel(order), lambda x: x.flatten(order)):
        np.testing.assert_array_equal(f(Tensor(x)).numpy(), expected)
        weights = np.arange(1.0, np.size(x) + 1)
        gradient = ag.grad(lambda x: np.sum(f(x) * weights))(Tensor(x))
        meant = ("F" if np.isfortran(np.asarray(x)) else "C") if order in "AK" else order
        np.testing.assert_array_equal(gradient.numpy(), weights.reshape(np.shape(x), order=meant))
    with pytest.raises(NoDerivativeError, match='depends on how an array lies in memory; expected "C" or "F"'):
        Tensor(np.zeros((4, 6))[::2, ::3]).ravel("K")


def test_items_by_position() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert (x.item(2), x.item(0, 1), x.item(-1), Tensor(5.0).item()) == (3, 2, 4, 5)
    with pytest.raises(ValueError, match="size 1"):
        x.item()
    with pytest.raises(IndexError):
        x.item(4)


@pytest.mark.parametrize("name", ["tensor", "tape"])
def test_a_module_called_as_its_class_names_the_class(name: str) -> None:
    with pytest.raises(TypeError, match=rf"ag\.{name} is a module.*Try ag\.{name.capitalize()}\("):
        getattr(ag, name)([1.0])


def test_a_plain_array_as_target_is_told() -> None:
    x = Variable([1.0, 2.0])
    with Tape(persistent=True) as t:
        y = x * 2
        choice = np.argmax(x)
    with pytest.warns(UserWarning, match=r"NumPy ndarray of float64 as target.*Take the tensor itself"):
        assert t.gradient(np.array([2.0, 4.0]), x) is None
    with pytest.warns(UserWarning, match="as target"):
        assert t.gradient(y.numpy(), x) is None
    assert t.gradient(choice, x) is None  # positions are constants, without a word
