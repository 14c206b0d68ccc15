"""Every row of the sample table: value, reverse, forward and second order; dtypes, empty arrays, completeness."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, ops
from autograd.graph import raw
from autograd.primitive import Primitive, compositions, registry
from autograd.reverse import backward
from autograd.transforms import jvp, vjp
from tests.autograd.samples import SAMPLES, Sample
from tests.autograd.samples.table import short_name

table = pytest.mark.parametrize("sample", SAMPLES, ids=str)


def test_every_operation_has_a_sample() -> None:
    modules = [getattr(ops, name) for name in ops.__all__]
    rows = {row.name for module in modules for row in vars(module).values() if isinstance(row, Primitive)}
    named = {short_name(function) for function in compositions}
    assert {sample.op for sample in SAMPLES} == rows | named


@table
def test_value(sample: Sample) -> None:
    y = sample.call(*[Tensor(x) for x in sample.variables])
    expected = sample.expected()
    assert y.shape == np.shape(expected)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-14, atol=1e-15)


@table
def test_derivatives_of_first_and_second_order_in_both_modes(sample: Sample) -> None:
    ag.check_gradients(sample.call, *sample.variables, order=2)


@table
def test_the_two_modes_are_transposes(sample: Sample) -> None:
    """⟨Jt, w⟩ = ⟨t, Jᵀw⟩ to the last few bits, which finite differences can not see."""
    rng = np.random.default_rng(3)
    tangents = [rng.normal(size=np.shape(x)) for x in sample.variables]
    y, moved = jvp(sample.call, sample.variables, tangents)
    w = rng.normal(size=y.shape)
    back = vjp(sample.call, *sample.variables)[1](w)
    left = np.sum(moved.numpy() * w)
    right = sum(np.sum(t * g.numpy()) for t, g in zip(tangents, back, strict=True))
    np.testing.assert_allclose(left, right, rtol=1e-13, atol=1e-14)


@table
def test_a_stack_of_cotangents_is_pulled_back_as_one_by_one(sample: Sample) -> None:
    rng = np.random.default_rng(5)
    inputs = [Tensor(x) for x in sample.variables]
    with Tape(persistent=True) as t:
        t.watch(inputs)
        y = sample.call(*inputs)
    for lead in [(3,), (2, 2)]:
        seeds = rng.normal(size=lead + y.shape)
        together = backward(t.nodes, [(y, seeds)], inputs, stacked=len(lead))
        for k in np.ndindex(*lead):
            apart = t.gradient(y, inputs, output_gradients=seeds[k])
            for stack, single, x in zip(together, apart, inputs, strict=True):
                assert stack.shape == lead + x.shape
                np.testing.assert_allclose(stack[k], single.numpy(), rtol=1e-14, atol=1e-15)


# Where NumPy itself gives float64, whatever the dtype of the inputs.
OPS_IN_FLOAT64 = {"bincount", "corrcoef", "cov", "geomspace", "interp", "polyder", "polyint", "polyfit", "vander"}
SAMPLES_IN_FLOAT64 = {
    "histogram-density", "linalg.lstsq-singular-values", "quantile", "quantile-axes", "nanquantile-several", "nanquantile-axis",
}  # fmt: skip
KEPT = [
    pytest.param(s, dtype, id=f"{s}-{dtype}")
    for s in SAMPLES
    for dtype in ("float16", "float32", "float64")
    if s.op != "cast" and not (s.no_half and dtype == "float16")
]


@pytest.mark.parametrize(("sample", "dtype"), KEPT)
def test_dtype_is_kept_from_end_to_end(sample: Sample, dtype: str) -> None:
    inputs = [Tensor(np.asarray(x, dtype)) for x in sample.variables]
    with Tape(persistent=True) as t:
        t.watch(inputs)
        y = sample.call(*inputs)
    result = "float64" if sample.op in OPS_IN_FLOAT64 or str(sample) in SAMPLES_IN_FLOAT64 else dtype
    assert y.dtype == result
    assert [g.dtype for g in t.gradient(y, inputs)] == [dtype] * len(inputs)
    assert [g.shape for g in t.gradient(y, inputs)] == [x.shape for x in inputs]
    _, moved = jvp(sample.call, inputs, [x.numpy() for x in inputs])
    assert moved.dtype == result


# Operations on each element by itself, which serve Python floats too.
SCALAR_OPS = [name for name, op in registry.items() if op.elementwise] + ["where", "identity"]
SCALAR = [s for s in SAMPLES if s.op in SCALAR_OPS and not s.label]


@pytest.mark.parametrize("sample", SCALAR, ids=str)
def test_python_floats_stay_python_floats_and_widen_nothing(sample: Sample) -> None:
    constants = dict.fromkeys(sample.constant, True)
    scalars = [Tensor(0.5 + i) for i in range(len(sample.inputs))]
    inputs = [constants.get(i, x) for i, x in enumerate(scalars)]
    with np.errstate(all="ignore"), Tape() as t:
        t.watch(scalars)
        y = registry[sample.op](*inputs)
        z = y * np.ones(2, np.float32)
    assert type(y.value) is float
    assert z.dtype == np.float32
    assert {type(g.value) for g in t.gradient(z, scalars) if g is not None} == {float}


FIRST, LAST = (slice(0, 0),), (..., slice(0, 0))
# Samples, or all of an operation, that are left out, and why.
UNLIKE = dict.fromkeys(
    ["irfft", "fft.irfft", "fft.hfft", "fft.irfft2", "fft.irfftn"], "NumPy leaves memory as it was where it has nothing"
) | {
    "einsum-ii->i": "NumPy reads beyond an array of which one axis is shorter",
    "einsum-iii->i": "NumPy reads beyond an array of which one axis is shorter",
    "quantile-axes": "NumPy can not flatten several axes of nothing",
    "interp": "NumPy has nothing at no places from 2.5 on, and an error before",
    "average-axis": "NumPy divides by the number of results",
    "windows_added": "another number of windows needs another shape=",
    "conv_transpose": "another number of windows needs another shape=",
    "conv_kernel": "another number of windows needs another size=",
    "qr": "the row has as many rows as columns, or more",
    "linalg.svd-full-tall": "without columns, all of the basis is added",
    "linalg.qr-complete": "without columns, all of the basis is added",
}
try:
    np.linalg.norm(np.zeros(0), np.inf)
except ValueError:  # of an older NumPy
    UNLIKE |= dict.fromkeys(["linalg.norm", "linalg.matrix_norm"], "NumPy has no maximum of nothing yet")
CUT = [
    pytest.param(s, cut, id=f"{s}-{'first' if cut is FIRST else 'last'}")
    for s in SAMPLES
    for cut in (FIRST, LAST)
    if not {s.op, str(s)} & UNLIKE.keys() and any(np.ndim(x) for x in s.variables)
]


@pytest.mark.parametrize(("sample", "cut"), CUT)
@pytest.mark.filterwarnings("ignore")  # of NumPy's warnings, a mean of nothing
def test_of_empty_arrays_ours_is_what_numpy_has(sample: Sample, cut: tuple) -> None:
    """The same error or the same value, and gradients in the shapes of the inputs."""
    arrays = [np.asarray(x)[cut] if np.ndim(x) else np.asarray(x) for x in sample.variables]
    inputs = [Tensor(x) for x in arrays]
    try:
        expected = sample.call(*arrays)
    except Exception:
        with pytest.raises(Exception, match=""):
            sample.call(*inputs)
        return
    with Tape() as t:
        t.watch(inputs)
        y = sample.call(*inputs)
    assert np.result_type(raw(y)) == np.result_type(expected)
    np.testing.assert_array_equal(raw(y), expected, strict=np.ndim(expected) > 0)
    if isinstance(y, Tensor):
        gradients = t.gradient(y, inputs, unconnected_gradients="zero")
        assert [g.shape for g in gradients] == [x.shape for x in arrays]
