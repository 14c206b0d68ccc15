"""How NumPy's calls reach the table: methods of ufuncs, options, `like=`, and what is refused."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError

X = np.array([[1.0, 2.0], [3.0, 5.0]])


def test_methods_of_ufuncs_are_the_functions_that_do_the_same() -> None:
    x = Tensor(X)
    for method in ("reduce", "accumulate"):
        for ufunc in (np.add, np.multiply, np.maximum, np.minimum):
            for axis in (0, 1, -1):
                f = lambda x: getattr(ufunc, method)(x, axis=axis)
                np.testing.assert_array_equal(f(x).numpy(), f(X))
                ag.check_gradients(f, X)
            np.testing.assert_array_equal(getattr(ufunc, method)(x).numpy(), getattr(ufunc, method)(X))
    for options in (
        {},
        {"axis": None},
        {"axis": (0, 1), "keepdims": True},
        {"axis": 1, "initial": 2.0},
        {"axis": 1, "where": X > 1, "initial": 0.0},
    ):
        f = lambda x: np.logaddexp.reduce(x, **options)
        np.testing.assert_allclose(f(x).numpy(), f(X), rtol=1e-15)
        ag.check_gradients(f, X)
    large = np.array([1e3, -1e3, 1e3, 0.0])
    np.testing.assert_array_equal(np.logaddexp.accumulate(Tensor(large)).numpy(), np.logaddexp.accumulate(large))
    assert np.all(np.isfinite(ag.jacobian(np.logaddexp.accumulate)(large)))
    for ufunc in (np.subtract, np.arctan2):
        np.testing.assert_array_equal(ufunc.outer(x, x[0]).numpy(), ufunc.outer(X, X[0]))
        ag.check_gradients(lambda x: ufunc.outer(x, x[0]), X)
    assert np.logical_or.reduce(x > 2).tolist() == [True, True]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda x: np.add.at(x, 0, 1.0), r"writes into its first argument.*x\.at\[index\]\.add\(v\)"),
        (lambda x: np.subtract.at(np.ones(2), 0, x[0, 0]), r"no tape follows .*x\.at\[index\]\.subtract\(v\)"),
        (lambda x: np.maximum.at(x, 0, 1.0), r"x\.at\[index\]\.max\(v\)"),
        (lambda x: np.hypot.at(x, 0, 1.0), r"x\.at\[index\]\.apply\(lambda x: np\.hypot\(x, v\)\)"),
        (lambda x: np.add(X, X, out=x), r"write into the tensor x, which does not change.*v\.assign"),
        (lambda x: np.sum(X, 0, out=x), r"write into the tensor x"),
        (lambda x: np.put(np.ones(2), 0, x[0, 0]), r"no tape follows what an array holds; write x\.ravel"),
        (lambda x: np.frompyfunc(lambda v: v * v, 1, 1)(x), r"<lambda>.*Python objects.*ag\.array"),
        (lambda x: np.add.reduceat(x, [0]), "of each slice"),
        (lambda x: np.arctan2.reduce(x), "use np.arctan2 itself"),
        (lambda x: np.log(x, where=x > 2), r"np\.where\(m, np\.log\(np\.where\(m, x, 1\)\), 0\)"),
        (lambda x: np.divide(x, x, where=x > 2, out=np.zeros((2, 2))), r"np\.divide\(np\.where"),
        (lambda x: np.add(x, 1.0, out=np.zeros((2, 2))), "out="),
        (lambda x: np.sum(x, where=X > 2, out=np.zeros(())), r"existing array \(out="),
        (lambda x: np.nextafter(x, 1.0), "step of the number format"),
        (
            lambda x: x.__array_function__(np.median, (), (x,), {"odd": 1}),
            r"'odd'; expected only np\.median\(a, axis=None",
        ),
    ],
)
def test_what_has_no_rule_says_what_to_use_instead(call, told) -> None:
    with Tape(), pytest.raises(NoDerivativeError, match=told):
        call(Variable(X))


def test_all_arguments_may_be_given_by_position() -> None:
    x = Tensor(X)
    assert np.sum(x, 0, None, None, True).tolist() == [[4, 7]]
    assert np.max(x, 1, None, True).tolist() == [[2], [5]]
    assert np.percentile(x, 50, 0, None, False, "linear", True).tolist() == [[2, 3.5]]
    assert np.take(x, [1], 0, None, "wrap").tolist() == [[3, 5]]
    with Tape(), pytest.raises(NoDerivativeError, match=r"np\.sum was to write .* \(out= or"):
        np.sum(Variable(X), 0, None, np.zeros(2))


def test_a_ufunc_in_another_dtype_is_a_cast_before_it() -> None:
    x = Tensor(X)
    y = np.multiply(x, X, dtype=np.float32)
    assert y.dtype == np.float32
    g = ag.grad(lambda x: np.sum(np.multiply(x, X, dtype=np.float32)))(X)
    assert g.dtype == np.float64
    np.testing.assert_array_equal(g.numpy(), X)
