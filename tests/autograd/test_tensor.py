"""Tensors and variables as Python and NumPy objects: operators, conversions, assignment, messages."""

import copy
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError, ReadOnlyError

OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
OPERANDS = {
    "float": 2.5,
    "int": 3,
    "array": np.array([[1.0, 2.0]]),
    "list": [1.0, 2.0],
    "float32": np.float32(1.5),
    "ints": np.array([1, 2]),
}


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("other", OPERANDS)
def test_operators_both_ways_round(symbol: str, other: str) -> None:
    """A plain array on the left records too: NumPy would otherwise silently drop the gradient."""
    f, b = OPERATORS[symbol], OPERANDS[other]
    a = np.array([1.5, 0.5])
    for swapped in (False, True):
        x = Variable(a)
        with Tape() as t:
            y = f(b, x) if swapped else f(x, b)
        expected = f(np.asarray(b), a) if swapped else f(a, np.asarray(b))
        assert type(y) is Tensor
        np.testing.assert_array_equal(y.numpy(), expected)
        assert t.gradient(y, x) is not None


def test_matmul_both_ways_round() -> None:
    w = Variable(np.eye(2))
    data = np.array([[1.0, 2.0]])
    with Tape(persistent=True) as t:
        left, right = data @ w, w @ data.T
    assert t.gradient(left, w).tolist() == [[1, 1], [2, 2]]
    assert t.gradient(right, w).tolist() == [[1, 2], [1, 2]]


def test_scalars_behave_like_numbers() -> None:
    x = Tensor(2.5)
    assert (float(x), int(x), f"{x:.3f}", bool(x), abs(-x) == 2.5, 2**x == 2**2.5) == (
        2.5,
        2,
        "2.500",
        True,
        True,
        True,
    )
    assert x > 2
    assert x <= 2.5
    assert x != 3
    assert [10, 20, 30][Tensor(1)] == 20
    assert complex(x) == 2.5 + 0j


def test_division_by_zero_and_overflow_answer_as_numpy_does() -> None:
    with np.errstate(all="ignore"):
        assert (Tensor(1.0) / 0.0).item() == np.inf
        assert np.isnan((Tensor(0.0) / 0.0).item())
        assert (Tensor(10.0) ** 400).item() == np.inf
        assert np.isnan((Tensor(-8.0) ** 0.5).item())
    assert Tensor(-8.0) ** 2 == 64


def test_repr() -> None:
    assert repr(Tensor(2.0)) == "Tensor(2.0)"
    assert repr(Tensor(np.float32(0.1))) == "Tensor(0.1, dtype=float32)"
    assert repr(Tensor([1.0, 2.0], name="x")) == "Tensor([1., 2.], shape=(2,), dtype=float64, name='x')"
    assert repr(Variable(1.0, name="w")) == "Variable(1.0, name='w')"


def test_attributes_and_methods_as_numpy_has_them() -> None:
    a = np.arange(6.0).reshape(2, 3)
    x = Tensor(a)
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((2, 3), 2, 6, np.float64, 2)
    for f in (
        lambda v: v.T, lambda v: v.mT, lambda v: v.sum(), lambda v: v.sum(0), lambda v: v.mean(axis=1, keepdims=True),
        lambda v: v.max(1), lambda v: v.min(), lambda v: v.reshape(3, 2), lambda v: v.reshape((-1,), order="F"),
        lambda v: v.transpose(1, 0), lambda v: v.ravel(), lambda v: v[None, 0].squeeze(), lambda v: v[:, ::-1],
        lambda v: v[..., [0, 0]], lambda v: v.astype(np.float32), lambda v: np.sum(v, 1, keepdims=True),
        lambda v: np.transpose(v, (1, 0)), lambda v: np.reshape(v, (3, 2)), lambda v: np.clip(v, 1, 4),
        lambda v: np.clip(v, None, 4), lambda v: np.expand_dims(v, 0), lambda v: np.where(v > 2, v, -v),
        lambda v: np.concatenate([v, v], axis=1), lambda v: np.stack((v, v), -1), lambda v: np.matmul(v, v.T), lambda v: np.broadcast_to(v, (2, 2, 3)), lambda v: np.moveaxis(v, 0, 1),
    ):  # fmt: skip
        got, expected = f(x), f(a)
        assert type(got) is Tensor
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got.numpy(), expected)
    assert [row.tolist() for row in x] == a.tolist()
    with pytest.raises(TypeError, match=r"len\(\) of a scalar"):
        len(Tensor(1.0))


def test_results_without_derivative_are_plain() -> None:
    x = Tensor([1.0, 3.0, 2.0])
    for got, expected in (
        (x > 1.5, [False, True, True]), (np.argmax(x), 1), (np.argsort(x), [0, 2, 1]), (x.astype(int), [1, 3, 2]),
        (np.isfinite(x), [True] * 3), (np.zeros_like(x), [0, 0, 0]), (x == x, [True] * 3), (np.shape(x), (3,)),
    ):  # fmt: skip
        assert not isinstance(got, Tensor)
        np.testing.assert_array_equal(got, expected)


def test_numpy_gives_a_view_that_can_only_be_read() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 5
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    assert np.array(x).tolist() == [1, 2]
    assert np.shares_memory(np.asarray(x), x.value)


def test_item_assignment_names_the_ways_out() -> None:
    with pytest.raises(ReadOnlyError, match=r"x = x\.at\[index\]\.set\(value\).*or use a Variable"):
        Tensor([1.0])[0] = 2.0


def test_in_place_on_a_plain_array_is_refused() -> None:
    a = np.ones(2)
    with Tape(), pytest.raises(NoDerivativeError, match="Write `a = a \\+ x`"):
        a += Variable([1.0, 2.0])
    assert a.tolist() == [1, 1]


def test_what_no_tape_follows_may_be_written_into_plain_arrays() -> None:
    """a − g, the products 2 · 3 and 1 · 3 where asked for, the sum and the join; a tape that is open follows others."""
    a, out = np.ones(2), np.array([7.0, 7.0])
    before = a
    a -= 0.5 * ag.grad(lambda w: np.sum(w**2))(a)
    assert a is before
    assert a.tolist() == [0, 0]
    x = Tensor([2.0, 1.0])
    with Tape() as t:
        assert np.multiply(x, 3.0, out=out, where=[True, False]) is out
        assert out.tolist() == [6, 7]
        assert np.sum(x, 0, None, out[:1].reshape(())) == 3
        assert np.concatenate([x, x], out=np.zeros(4)).tolist() == [2, 1, 2, 1]
        assert np.squeeze(np.take(x, 1, out=np.zeros(()))) == 1
        assert np.add.reduce(x, out=np.zeros(())) == 3
        t.watch(x)
        for call in (
            lambda: np.add.reduce(x, out=out[0]),
            lambda: np.multiply(1.0, x, out=out),
            lambda: x.cumsum(out=out),
        ):
            with pytest.raises(NoDerivativeError, match="into an existing array"):
                call()
    assert out.tolist() == [3, 7]
    for own in (Tensor([0.0, 0.0]), Variable([0.0, 0.0])):
        with pytest.raises(NoDerivativeError, match="into the tensor x, which does not change"):
            np.add(x, 1.0, out=own)


def test_a_tensors_copies_are_itself_and_a_variables_are_others() -> None:
    """The derivative of x² + 3x + x is 2x + 4."""
    g = ag.grad(lambda x: copy.deepcopy(x) ** 2 + 3 * copy.copy(x) + copy.deepcopy({"x": [x]})["x"][0])
    assert float(g(5.0)) == 14
    v = Variable(np.ones(2, np.float32), name="v", trainable=False)
    one, same = copy.deepcopy([v, v])
    assert one is same
    assert (one.name, one.dtype, one.trainable) == ("v", np.float32, False)
    one.assign_add([1.0, 1.0])
    assert v.tolist() == [1, 1]


def test_conversions_name_the_remedy() -> None:
    x = Variable([1.0, 2.0])
    with Tape():
        for convert in (lambda: np.array([x[0], x[1]]), lambda: np.full(3, x[0]), lambda: np.eye(2) @ [x[0], x[1]]):
            with pytest.warns(UserWarning, match=r"ag\.array\(\[\.\.\.\]\) or np\.stack.*np\.full use ag\.full"):
                convert()


def test_a_matrix_of_numpys_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.matrix([[1.0, 2.0]])
    for call in (lambda x: matrix * x, lambda x: x @ matrix.T, lambda x: np.dot(matrix, x), lambda x: Tensor(matrix)):
        with pytest.raises(TypeError, match=r"got an np\.matrix.*np\.asarray\(X\).*X @ t"):
            call(Tensor([1.0, 2.0]))


def test_unknown_functions_say_what_to_do() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(
        NoDerivativeError, match=r"np\.isnat was called on a tensor, and has no derivative: it is about dates"
    ):
        np.isnat(x)
    with pytest.raises(NoDerivativeError, match=r"no derivative rule is known.*x\.numpy\(\).*CONTRIBUTING"):
        x.__array_function__(lambda x: x, (), (x,), {})
    with pytest.raises(NoDerivativeError, match=r"np\.where\(m, np\.exp\(np\.where\(m, x, 1\)\), 0\)"):
        np.exp(x, where=[True, False])
    with pytest.raises(NoDerivativeError, match=r"np\.squeeze\(\.\.\., axes=\).*expected only axis"):
        Tensor.__array_function__(x, np.squeeze, (), (x,), {"axes": 0})


def test_errors_of_numpy_say_which_operation_had_which_operands() -> None:
    with pytest.raises(ValueError) as caught:
        Tensor(np.ones((2, 3), np.float32)) @ np.ones((2, 3))
    assert caught.value.__notes__ == ["raised by matmul(float32 (2, 3), float64 (2, 3))"]
    with pytest.raises(TypeError, match="add got str 'a'; expected a tensor"):
        Tensor(1.0) + "a"
    with pytest.raises(NoDerivativeError, match="add got a list that holds tensors"):
        Tensor([1.0]) + [Tensor(1.0), Tensor([2.0])]


@pytest.mark.parametrize("value", ["text", object(), [[1.0], [1.0, 2.0]], None, np.array(["a"])])
def test_what_is_no_number_is_refused(value) -> None:
    with pytest.raises((TypeError, ValueError)):
        Tensor(value)


def test_a_list_of_tensors_is_refused() -> None:
    with pytest.raises(TypeError, match=r"gradients would be lost.*ag\.array\(\[\.\.\.\]\) or np\.stack"):
        Tensor([Tensor(1.0), Tensor(2.0)])


def test_a_variable_copies_what_it_is_given() -> None:
    a = np.ones(2)
    w = Variable(a)
    w.assign_add([1.0, 1.0])
    assert a.tolist() == [1, 1]
    a[0] = 7
    assert w.tolist() == [2, 2]
    assert Variable(w).value is not w.value
    assert Variable(Tensor([1.0]), dtype=np.float32).dtype == np.float32


def test_assignment_keeps_dtype_and_shape() -> None:
    w = Variable(np.zeros(2, np.float32), name="w")
    assert w.assign(np.array([0.1, 0.2])).dtype == np.float32
    with pytest.raises(ValueError, match=r"shape \(3,\) for the variable 'w' of shape \(2,\).*np\.broadcast_to"):
        w.assign(np.ones(3))
    with pytest.raises(TypeError, match="complex128 in the variable 'w' of dtype float32"):
        w.assign(np.array([1j, 2]))
    s = Variable(2.0)
    assert type(s.assign(np.float32(3)).value) is float
    assert s.assign_sub(0.5).item() == 2.5
    with pytest.raises(TypeError, match="is a Python number and has no buffer"):
        s.writable()


def test_tensors_are_hashable_by_identity() -> None:
    a, b = Tensor([1.0]), Tensor([1.0])
    assert {a: 1, b: 2}[a] == 1


SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@given(SHAPES, SHAPES)
def test_every_pair_of_shapes_that_broadcasts(a: tuple, b: tuple) -> None:
    """The gradient has its input's shape, and sums what broadcasting repeated."""
    try:
        out = np.broadcast_shapes(a, b)
    except ValueError:
        return
    x, w = Variable(np.ones(a, np.float32)), Variable(np.ones(b, np.float32))
    with Tape() as t:
        y = x * w
    gx, gw = t.gradient(y, [x, w])
    assert y.shape == out
    for g, shape in ((gx, a), (gw, b)):
        assert (g.shape, g.dtype) == (shape, np.float32)
        repeats = int(np.prod(out)) / max(int(np.prod(shape)), 1)
        np.testing.assert_array_equal(g.numpy(), np.full(shape, repeats))


def test_plain_arguments_give_plain_results() -> None:
    assert type(ag.softmax(np.ones(3))) is np.ndarray
    assert type(ag.relu(-1.0)) is float


def test_more_of_what_numpys_arrays_have() -> None:
    a = np.array([[1.0, -2.0], [3.0, 5.0]], np.float32)
    x = Tensor(a)
    assert (x.nbytes, x.itemsize) == (a.nbytes, a.itemsize) == (16, 4)
    assert [float(v) for v in x.flat] == list(a.flat)
    assert float(x.flat[2]) == 3
    assert Tensor([1j]).conjugate().tolist() == [-1j]
    assert Tensor([1, 0]).choose([x[0], x[1]]).tolist() == [3, -2]
    assert x.argpartition(0, axis=None)[0] == 1
    assert x.clip(min=0).tolist() == x.clip(0, None).tolist() == [[1, 0], [3, 5]]
    assert x.clip(max=2).tolist() == [[1, -2], [2, 2]]
    assert x.sum(0, None, None).tolist() == x.sum(axis=0).tolist() == [4, 3]
    assert x.var(0, None, None, 1).tolist() == a.var(0, ddof=1).tolist()
    assert x.any(1, where=a > 4).tolist() == [False, True]
    assert x.astype("float64", copy=False).dtype == float
    with pytest.raises(TypeError, match=r"can not cast float32 to float16 with casting='safe'"):
        x.astype(np.float16, casting="safe")
    for change in (x.sort, lambda: x.partition(1)):
        with pytest.raises(ReadOnlyError, match=r"a tensor does not change; write x = np\.(sort|partition)"):
            change()
    for call in (x.sum, x.max, x.cumsum, x.round, x.trace, x.clip):
        with Tape() as t, pytest.raises(NoDerivativeError, match="into an existing array"):
            t.watch(x)
            call(out=np.zeros((2, 2)))
