"""Array types that speak NumPy's two protocols pass through the table unharmed: values, gradients and tangents."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tape, Tensor
from autograd.nest import mapped
from autograd.transforms import jvp
from tests.autograd.samples import SAMPLES, Sample


class Duck(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that is no ndarray: it answers to NumPy's protocols and has the few attributes that all arrays have.

    It can not be converted to NumPy and not be written to, so whoever tries is found out.
    """

    __array_priority__ = 0.0

    def __init__(self, hidden: Any) -> None:
        self.hidden = np.asarray(hidden)
        self.shape = self.hidden.shape
        self.dtype = self.hidden.dtype
        self.ndim = self.hidden.ndim
        self.size = self.hidden.size

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError("a duck array was converted to NumPy")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if "out" in options:
            raise TypeError("a duck array was written to")
        return ducks(getattr(ufunc, method)(*plain(inputs), **plain(options)))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        return ducks(function(*plain(args), **plain(options)))

    def __getitem__(self, key: Any) -> Any:
        return ducks(self.hidden[plain(key)])

    def __len__(self) -> int:
        return len(self.hidden)

    def __bool__(self) -> bool:
        return bool(self.hidden)

    def reshape(self, *shape: Any, **options: Any) -> Any:
        return Duck(self.hidden.reshape(*shape, **options))

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        return Duck(self.hidden.astype(dtype, copy=copy))

    @property
    def real(self) -> Any:
        return Duck(self.hidden.real)

    @property
    def mT(self) -> Any:
        return Duck(self.hidden.mT)


def ducks(y: Any) -> Any:
    if isinstance(y, tuple | list):
        return type(y)(*map(ducks, y)) if hasattr(y, "_fields") else type(y)(map(ducks, y))
    return Duck(y) if isinstance(y, np.ndarray | np.generic) else y


def plain(tree: Any) -> Any:
    return mapped(lambda x: x.hidden if isinstance(x, Duck) else x, tree)


table = pytest.mark.parametrize("sample", [s for s in SAMPLES if not s.without_ducks], ids=str)


@table
def test_values_gradients_and_tangents_are_ducks_with_numpys_numbers(sample: Sample) -> None:
    def both_modes(kind: Any) -> tuple[Any, list[Any], Any]:
        inputs = [Tensor(kind(x)) for x in sample.variables]
        with Tape() as t:
            t.watch(inputs)
            y = sample.call(*inputs)
        gradients = t.gradient(y, inputs)
        moved = jvp(sample.call, inputs, [x.value for x in inputs])[1]
        return y.value, [g.value for g in gradients], moved.value

    value, gradients, moved = both_modes(Duck)
    expected, right, along = both_modes(np.asarray)
    for got, want in [(value, expected), (moved, along), *zip(gradients, right, strict=True)]:
        assert isinstance(got, Duck)
        np.testing.assert_allclose(got.hidden, want, rtol=1e-15, atol=0)  # NumPy's sums may go another way
