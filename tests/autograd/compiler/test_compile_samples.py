"""Every operation's sample, with its gradient, in a compiled function: bitwise what it is without.

Once more as the plan that has run often, which joins what is done with small arrays; its text, run by Python.
"""

import warnings
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor
from tests.autograd.compiler.backends import fuse_small_at_once, needs_numba, run_loops_in_python
from tests.autograd.samples import SAMPLES

# What asks NumPy for an array of its own on the way; such a function is run as it is.
LEFT_ALONE = {str(s) for s in SAMPLES if s.op in ("expm", "sqrtm", "logm")}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_samples(sample: Any) -> None:
    check(sample)


@needs_numba
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_samples_in_a_plan_that_has_run_often(sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fuse_small_at_once(monkeypatch)
    run_loops_in_python(monkeypatch)
    check(sample)


def check(sample: Any) -> None:
    def f(*values: Any) -> Any:
        tensors = [Tensor(v) for v in values]
        with Tape() as t:
            t.watch([x for x in tensors if x.dtype.kind in "fc"])
            y = sample.call(*tensors)
        return y, t.gradient(y, tensors)

    expected = f(*sample.variables)
    compiled = ag.compile(f)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = [compiled(*sample.variables) for _ in range(3)]
    assert len(compiled.plans) == (str(sample) not in LEFT_ALONE), [str(warning.message) for warning in told]
    for y, gradients in found:
        for a, b in zip([y, *gradients], [expected[0], *expected[1]], strict=True):
            assert (a is None) == (b is None)
            if b is not None:
                a, b = (np.asarray(getattr(x, "value", x)) for x in (a, b))
                assert a.dtype == b.dtype
                np.testing.assert_array_equal(a, b)
