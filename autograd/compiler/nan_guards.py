"""A pass: which gradients each run has to look through for a NaN. Often a small one tells for a large one, too."""

from __future__ import annotations

from math import prod

import numpy as np

from autograd.compiler.ir import Program, Ref, Step, is_number
from autograd.compiler.views import RESHAPES, VIEWS

# Functions that hand every NaN on, and that make those that they make in the engine, too: the law is not theirs.
_HANDING_ON = frozenset([np.matmul, np.sum, *VIEWS, *RESHAPES])


def with_fewer_checks(program: Program) -> None:
    """Keep of the checks for NaN the least that tell the same.

    A run is given up where the law of zeros might have had a say: where a value that it looks at is NaN. The gradient
    of a layer's weights and that of its bias are a product and a sum of one such value. Either is NaN if that is, and
    the bias is smaller.
    """
    made = {ref: step for step in program.steps for ref in step.outs}
    # The values under the law of which each value was made, such that it is NaN if they are.
    origins: dict[Ref, frozenset[Ref]] = {}
    for step in program.steps:
        found = frozenset().union(*[origins.get(ref, frozenset()) for ref in step.reads])
        for out in step.outs:
            if out in program.deferred or (found and not _hands_on(step, program)):
                origins[out] = frozenset([out])
            elif found:
                origins[out] = found

    checks = [
        guard
        for guard in program.guards
        if guard.convert is is_number and guard.value in made and looks_for_nan(made[guard.value])
    ]
    checks.sort(key=lambda guard: prod(program.kinds[made[guard.value].args[0]].shape))
    covered: set[Ref] = set()
    for guard in checks:
        found = origins.get(made[guard.value].args[0], frozenset())
        if found <= covered:
            program.guards.remove(guard)
        covered |= found


def _hands_on(step: Step, program: Program) -> bool:
    """Whether each NaN that goes in comes out somewhere. Of products without a row or a column it does not."""
    return step.function in _HANDING_ON and all([0 not in program.kinds[ref].shape for ref in step.reads])


def looks_for_nan(step: Step) -> bool:
    """Whether a step is the product of an array with itself, which is NaN if there is a NaN in it."""
    twice = step.function is np.vdot and len(step.args) == 2 and not step.options and step.args[0] == step.args[1]
    return twice and isinstance(step.args[0], Ref)
