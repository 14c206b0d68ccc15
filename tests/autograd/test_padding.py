"""Padding: every mode of np.pad in every spelling, against NumPy itself; what it refuses."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor
from autograd.errors import NoDerivativeError

rng = np.random.default_rng(6)
ARRAYS = [rng.normal(size=shape) for shape in [(2, 3, 2), (3, 2), (4,), (1, 3), ()]]
WIDTHS = [2, (1,), (1, 2), ((2, 0),), 7, 0, {0: 2}, {-1: (0, 3)}]
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("constant", {}),
    ("constant", {"constant_values": 2.5}),
    ("constant", {"constant_values": (1.0, -2.0)}),
    ("edge", {}),
    ("linear_ramp", {}),
    ("linear_ramp", {"end_values": ((1.0, -2.0),)}),
    ("maximum", {}),
    ("maximum", {"stat_length": 2}),
    ("minimum", {"stat_length": (1, 2)}),
    ("mean", {}),
    ("mean", {"stat_length": ((2, 1),)}),
    ("median", {}),
    ("median", {"stat_length": 2}),
    ("reflect", {}),
    ("reflect", {"reflect_type": "odd"}),
    ("symmetric", {}),
    ("symmetric", {"reflect_type": "odd"}),
    ("wrap", {}),
]


@pytest.mark.parametrize(("mode", "options"), OPTIONS, ids=str)
@pytest.mark.parametrize("width", WIDTHS, ids=str)
def test_values_are_those_of_numpy(width: Any, mode: Any, options: Any) -> None:
    for x in ARRAYS:
        if isinstance(width, dict) and (not x.ndim or np.lib.NumpyVersion(np.__version__) < "2.2.0"):
            continue
        got = np.pad(Tensor(x), width, mode, **options)
        np.testing.assert_allclose(got.numpy(), np.pad(x, width, mode, **options), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("mode", "options"), OPTIONS, ids=str)
def test_derivatives(mode: Any, options: Any) -> None:
    x = np.array([[0.3, -1.2, 2.0], [1.7, 0.9, -0.4]])
    ag.check_gradients(lambda x: np.pad(x, ((1, 0), (2, 4)), mode, **options), x, order=2)


def test_gradients_flow_to_the_values_at_the_ends() -> None:
    x, a, b = np.array([[0.3, -1.2], [2.0, 1.7]]), 0.5, -1.5
    for mode, option in (("constant", "constant_values"), ("linear_ramp", "end_values")):
        for spelled in (lambda a, b: a, lambda a, b: (a, b), lambda a, b: [(a, b), (1.0, b)], lambda a, b: [[a], [b]]):
            f = lambda x, a, b, mode=mode, option=option, spelled=spelled: np.pad(x, 2, mode, **{option: spelled(a, b)})
            np.testing.assert_allclose(f(Tensor(x), Tensor(a), Tensor(b)).numpy(), f(x, a, b), rtol=1e-14)
            ag.check_gradients(f, x, a, b)


def test_infinities_stay_where_they_are() -> None:
    x = np.array([1.0, np.inf, 2.0, 4.0])
    for mode in ("edge", "reflect", "symmetric", "wrap", "constant"):
        np.testing.assert_array_equal(np.pad(Tensor(x), 2, mode).numpy(), np.pad(x, 2, mode))
    np.testing.assert_array_equal(np.pad(Tensor(x), (1, 1), "reflect", reflect_type="odd").numpy(), [-np.inf, *x, 6.0])


def test_a_tie_at_the_maximum_is_shared() -> None:
    g = ag.grad(lambda x: np.pad(x, (1, 0), "maximum")[0])(np.array([2.0, 1.0, 2.0]))
    assert g.tolist() == [0.5, 0.0, 0.5]


def test_axes_without_elements() -> None:
    x = Tensor(np.zeros((0, 3), np.float32))
    with Tape() as t:
        t.watch(x)
        y = np.pad(x, 1, constant_values=2.0)
    assert (y.shape, y.dtype) == ((2, 5), np.float32)
    assert t.gradient(y, x).shape == (0, 3)
    assert np.pad(x, ((0, 0), (1, 1)), "mean").shape == (0, 5)
    with pytest.raises(ValueError, match="an axis without elements to extend in mode 'edge'"):
        np.pad(x, 1, "edge")


def test_what_is_refused() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(
        NoDerivativeError, match=r"mode='empty'\) on a tensor has no derivative.*expected one of constant"
    ):
        np.pad(x, 1, "empty")
    with pytest.raises(NoDerivativeError, match=r"mode=a function\).*join the parts with np\.concatenate"):
        np.pad(x, 1, lambda vector, width, axis, kwargs: None)
    with pytest.raises(ValueError, match="got mode='mirror'; expected one of constant, edge"):
        np.pad(x, 1, "mirror")
    with pytest.raises(ValueError, match="got stat_length= in mode 'edge'; expected no option"):
        np.pad(x, 1, "edge", stat_length=2)
    with pytest.raises(ValueError, match='got reflect_type=\'twice\'; expected "even" or "odd"'):
        np.pad(x, 1, "reflect", reflect_type="twice")
    with pytest.raises(TypeError, match="integral"):
        np.pad(x, 1.5)
    with pytest.raises(ValueError, match="negative"):
        np.pad(x, -1)
    with pytest.raises(ValueError, match="broadcast"):
        np.pad(x, (1, 2, 3))
