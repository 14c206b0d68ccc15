"""Random programs against stored results of PyTorch, and laws that need no reference.

The large run, with PyTorch, is `python -m tests.fuzz --count 20000 --workers 2`.
"""

import numpy as np
import pytest

from tests.fuzz.compare import all_same, differences, same
from tests.fuzz.derivatives import gradient, hessian_product, inner, ours, point
from tests.fuzz.programs import KINDS, NAMES, Step, draw, program_from_json, program_to_json, run, show
from tests.fuzz.rows import ROWS
from tests.fuzz.stored import load

by_kind = pytest.mark.parametrize("kind", KINDS)
STORED = load()


@by_kind
def test_stored_results_of_pytorch(kind):
    """Value, gradient, directional derivative, and the product with the Hessian in three mixes of the modes."""
    for stored in STORED:
        if stored.program.kind == kind:
            found = differences(ours(stored.program), stored.expected, list(stored.program.tangents.values()))
            assert not found, f"{stored.reason}\n{show(stored.program)}\n{found}"


@by_kind
def test_laws_of_derivatives_at_smooth_points(kind):
    """Jvp = ⟨gradient, t⟩; a Hessian that is symmetric and is the slope of the gradient, however the modes are mixed."""
    rng = np.random.default_rng(0)
    for seed in range(8):
        program = draw(1000 + seed, kind, special=False)
        x, t = point(program), [program.tangents[i] for i in program.sources]
        u = [rng.normal(size=a.shape) + (1j * rng.normal(size=a.shape) if a.dtype.kind == "c" else 0) for a in x]
        got = ours(program)
        where = show(program)
        size = float(inner([abs(g) for g in got.gradient], [abs(a) for a in t]))
        assert same(got.jvp, inner(got.gradient, t), max(1.0, size)), where
        assert all_same(got.hvp, got.hvp_forward), where
        assert all_same(got.hvp, got.hvp_of_jvp), where
        other = hessian_product(program, x, u)
        assert np.isclose(inner(got.hvp, u), inner(t, other), rtol=1e-8, atol=1e-8 * _size(got.hvp, other)), where
        for slope, product in zip(_slope_of_gradient(program, x, t), got.hvp, strict=True):
            np.testing.assert_allclose(product, slope, rtol=1e-5, atol=1e-5 * _size(got.hvp), err_msg=where)


def _size(*arrays):
    return max([1.0, *[float(np.max(abs(a), initial=0.0)) for group in arrays for a in group]])


def _slope_of_gradient(program, x, t, h=1e-4):
    """Central differences with two steps, extrapolated."""

    def central(h):
        ahead, behind = (gradient(program, [a + s * h * b for a, b in zip(x, t, strict=True)]) for s in (1, -1))
        return [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]

    return [(4 * a - b) / 3 for a, b in zip(central(h), central(2 * h), strict=True)]


@by_kind
def test_the_mixes_of_modes_agree_at_special_points_too(kind):
    """Zeros, ties and kinks: where two mixes are finite, they are equal."""
    for seed in range(12):
        program = draw(5000 + seed, kind)
        if not program.sources:
            continue
        got = ours(program)
        for mix in (got.hvp_forward, got.hvp_of_jvp):
            for a, b in zip(got.hvp, mix, strict=True):
                finite = np.isfinite(a) & np.isfinite(b)
                np.testing.assert_allclose(
                    a[finite], b[finite], rtol=1e-8, atol=1e-8 * _size([a[finite]]), err_msg=show(program)
                )


def test_every_operation_is_drawn():
    drawn = {node.op for seed in range(900) for node in draw(seed).nodes if isinstance(node, Step)}
    assert drawn == {row.name for row in ROWS}


def test_programs_survive_json_and_print_as_code_that_runs():
    for seed in range(65):
        program = draw(seed)
        again = program_from_json(program_to_json(program))
        assert show(again) == show(program)
        names = dict(NAMES)
        with np.errstate(all="ignore"):
            exec(show(program), names)
            value = names["f"](*[names[f"x{i}"] for i in program.sources])
            assert same(value, run(program, *point(program)))
