"""Result dtypes are those of NumPy: each function of the tables on tensors against itself on the same arrays."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tape, Tensor
from autograd.graph import raw
from autograd.primitive import compositions, registry
from tests.autograd.samples import SAMPLES, Sample
from tests.autograd.samples.table import short_name

ALONE = ["float16", "float32", "float64", "int64", "int32", "uint8", "bool", "complex64", "complex128"]
MIXED = [
    pair for pair in itertools.product(["float16", "float32", "float64", "int64"], repeat=2) if len(set(pair)) == 2
]
FUNCTIONS: dict[str, Callable[..., Any]] = {name: row.numpy[0] for name, row in registry.items() if row.numpy}
FUNCTIONS |= {short_name(function): function for function in compositions}

# Deliberate differences; those of NumPy's arrays made of tensors are in the documentation's page on semantics.
ELSEWHERE = {
    "array": "np.array(..., like=tensor) is ag.array, in which Python numbers widen nothing",
    "asarray": "is called with like=tensor, which arrays refuse",
    "ascontiguousarray": "is called with like=tensor, which arrays refuse",
    "full_like": "np.full_like(array, tensor) is NumPy's own, which stores the tensor in an array",
    "unique_values": "NumPy has them in the order of their hashes",
}
COMPLEX_REFUSED = {"median", "nanmedian", "pad-median", "interp"}  # the order of complex numbers has no derivative
# Where rounding the inputs to integers makes a spacing 0, or a leading coefficient, which np.polymul leaves out, or a
# singular value, whose vectors are any.
ZEROS_MATTER = {"linalg.svd-hermitian", "gradient-second", "gradient-places", "gradient-second-places", "polymul"}


CASES = [sample for sample in SAMPLES if sample.op in FUNCTIONS and sample.op not in ELSEWHERE]


def in_dtype(x: Any, dtype: str) -> Any:
    """`x` in a dtype; truth values say where it is positive."""
    return (
        np.asarray(x) > 0
        if dtype == "bool"
        else np.abs(x).astype(dtype)
        if dtype == "uint8"
        else np.asarray(x).astype(dtype)
    )


def parts(y: Any) -> list[Any]:
    """Results as a flat list."""
    return [part for branch in y for part in parts(branch)] if isinstance(y, tuple | list) else [y]


# What NumPy before 2.1 gave: NaN for sinc of float16, and complex condition numbers.
BEFORE_2_1 = {"sinc-near-zero", "linalg.cond-1", "linalg.cond-frobenius"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", CASES, ids=str)
def test_values_and_dtypes_are_those_of_numpy(sample: Sample) -> None:
    if str(sample) in BEFORE_2_1 and np.lib.NumpyVersion(np.__version__) < "2.1.0":
        pytest.skip("NumPy gives another answer from 2.1 on")
    n = len(sample.variables)
    choices = [(dtype,) * n for dtype in ALONE]
    choices += [tuple(itertools.islice(itertools.cycle(pair), n)) for pair in MIXED] if n > 1 else []
    for dtypes in choices:
        kinds = {np.dtype(dtype).kind for dtype in dtypes}
        if ("c" in kinds and {sample.op, str(sample)} & COMPLEX_REFUSED) or (
            kinds & set("iub") and {sample.op, str(sample)} & ZEROS_MATTER
        ):
            continue
        arrays = [in_dtype(x, dtype) for x, dtype in zip(sample.variables, dtypes, strict=True)]
        compare(sample, arrays, dtypes)


def compare(sample: Sample, arrays: list[Any], dtypes: tuple[str, ...]) -> None:
    """The call on tensors and on arrays; where NumPy refuses the dtype, nothing is asked."""
    function = FUNCTIONS[sample.op]

    def call(variables: list[Any]) -> list[Any]:
        rest = iter(variables)
        inputs = [x if i in sample.constant else next(rest) for i, x in enumerate(sample.inputs)]
        return parts(sample.via(function, *inputs, **sample.params))

    try:
        expected = call(arrays)
    except (TypeError, ValueError, OverflowError):
        return
    if any(np.iscomplexobj(x) for x in arrays) and not any(np.iscomplexobj(y) for y in expected):
        return  # NumPy left an imaginary part out, which is an error here, or an order of complex numbers is made up
    inputs = [Tensor(x) for x in arrays]
    with Tape(persistent=True) as t:
        t.watch([x for x in inputs if x.dtype.kind in "fc"])
        found = call(inputs)
    assert len(found) == len(expected)
    coarse = max(
        [np.finfo(x.dtype).eps for x in [*arrays, *map(np.asarray, expected)] if x.dtype.kind in "fc"], default=0.0
    )
    for y, right in zip(found, expected, strict=True):
        value = np.asarray(raw(y))
        assert (value.dtype, value.shape) == (np.asarray(right).dtype, np.shape(right)), dtypes
        size = np.max(np.abs(np.asarray(right, complex)), initial=0.0, where=np.isfinite(right))
        np.testing.assert_allclose(value, right, rtol=60 * coarse, atol=60 * coarse * size, err_msg=str(dtypes))
        if isinstance(y, Tensor) and y.dtype.kind == "f" and "c" not in {x.dtype.kind for x in inputs}:
            for g, x in zip(t.gradient(y, inputs), inputs, strict=True):
                assert g is None or (g.dtype, g.shape) == (x.dtype, x.shape)


def test_14_in_float64_as_numpy_has_it_and_to_its_precision() -> None:
    """Published values: those that NumPy 2.4 prints for these arrays of float16."""
    x, p, f = (np.array(a, np.float16) for a in ([0.3, 1.7, 2.2], [0.1, 1.3, 3.7], [1, 2.7, 5.3]))
    y = np.interp(Tensor(x), p, f)
    np.testing.assert_allclose(y.numpy(), [1.28334719, 3.13334192, 3.67440762], rtol=1e-8)
    assert np.interp(x, p, Tensor(f)).dtype == np.float64
    assert np.cov(Tensor(np.array([1, 2, 6], np.float32))).item() == 7.0


def test_small_integers_beside_tensors_do_not_wrap() -> None:
    x, p, f = np.array([1.5]), np.array([200, 0, 1, 2], np.uint8)[1:], np.array([3, 2, 1], np.uint8)
    assert np.interp(Tensor(x), p, f).tolist() == [1.5]
    places = np.array([9, 4, 0], np.uint8)
    slopes = np.gradient(np.array([1.0, 2.0, 4.0]), places)
    np.testing.assert_allclose(np.gradient(Tensor([1.0, 2.0, 4.0]), places).numpy(), slopes)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_14_python_numbers_and_tensors_of_them_widen_nothing(dtype: str) -> None:
    """NumPy's functions that are no ufuncs make a float64 array of a Python float first; here it counts as in x * 0.5."""
    x = Tensor(np.ones(3, dtype))
    for number in (0.5, Tensor(0.5)):
        for y in (np.dot(x, number), np.append(x, number), np.diff(x, prepend=number), np.full_like(x, number)):
            assert y.dtype == dtype
