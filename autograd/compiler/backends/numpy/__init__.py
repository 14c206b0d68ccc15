"""The backend that needs NumPy alone: steps are NumPy calls on buffers, loops are calls on blocks of their arrays."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.backends import Backend, Executable
from autograd.compiler.backends.numpy.emit import Emitter, Kernel, Operands
from autograd.compiler.ir import SCALARS, Group, Kind, Program, Ref
from autograd.compiler.memory import Schedule
from autograd.compiler.numpy_ops import describe
from autograd.compiler.scalar_graph import scalar_graph_if_faster

BLOCK = 2**15  # elements of a block, which stays in the processor's cache


class NumpyBackend(Backend):
    """Calls of NumPy."""

    name = "numpy"

    def pays(self, group: Group, program: Program) -> bool:
        """Whether a group is faster than its steps one by one: several passes over more than a cache holds."""
        if group.kind == SCALARS:
            group.kernel = scalar_graph_if_faster(group, program)
            return group.kernel is not None
        whole = all([program.kinds[ref].shape in (group.shape, ()) for ref in group.reads])
        return whole and len(group.steps) > 2 and prod(group.shape) >= 2 * BLOCK

    def emit(self, schedule: Schedule, mark: Callable[[int], None] | None = None) -> Executable:
        """Return the function that runs a schedule."""

        def kernel(group: Group, names: dict[Ref, str]) -> Kernel:
            operands = Operands(group, schedule.program, names)
            text, space, scratch = blocks_text(group, schedule.program, operands)
            exec(compile(text, "<blocks>", "exec"), space)
            return Kernel(space.pop("loop"), operands.arguments, group.outs, scratch)

        return Emitter(schedule, kernel, mark).executable(self)


def blocks_text(group: Group, program: Program, operands: Operands) -> tuple[str, dict[str, Any], list[Kind]]:
    """Return the source of a function over blocks, its namespace, and the kinds of the scratch arrays it takes."""
    kinds = program.kinds
    last = {ref: i for i, step in enumerate(group.steps) for ref in step.reads}
    free: dict[np.dtype[Any], list[str]] = {}
    scratch: dict[str, np.dtype[Any]] = {}
    space: dict[str, Any] = {"np": np, "nan": np.nan, "inf": np.inf}
    words: dict[Ref, str] = {}
    for ref in group.reads:
        words[ref] = operands.parameter[ref] + ("[part]" if kinds[ref].shape == group.shape else "")
    read = {operands.parameter[ref] for ref in group.reads}
    lines, late = [], []
    for i, step in enumerate(group.steps):
        (out,) = step.outs
        args = ", ".join([words[x] if isinstance(x, Ref) else repr(x) for x in step.args])
        for ref in set(step.reads):
            if last[ref] == i and words[ref].startswith("t"):
                free.setdefault(kinds[ref].dtype, []).append(words[ref].removesuffix("[:size]"))
        if out in group.outs and operands.parameter[out] not in read:
            words[out] = f"{operands.parameter[out]}[part]"
        else:
            names = free.setdefault(kinds[out].dtype, [])
            name = names.pop() if names else f"t{len(scratch)}"
            scratch.setdefault(name, kinds[out].dtype)
            words[out] = f"{name}[:size]"
            if out in group.outs:  # over an input, which later steps may still read
                late.append(f"{operands.parameter[out]}[part] = {words[out]}")
                last[out] = len(group.steps)
        function = f"_{step.function.__name__}"
        space[function] = step.function
        if describe(step.function).writes:
            lines.append(f"{function}({args}, out={words[out]})")
        else:
            lines.append(f"{words[out]} = {function}({args})")
    whole = operands.whole
    text = "\n".join([
        f"def loop({', '.join([*operands.parameters, *scratch])}):",
        f"    for start in range(0, {whole}.size, {BLOCK}):",
        f"        part = slice(start, start + {BLOCK})",
        f"        size = min({BLOCK}, {whole}.size - start)",
        *[f"        {line}" for line in [*lines, *late]],
    ])  # fmt: skip
    return text, space, [Kind((BLOCK,), dtype) for dtype in scratch.values()]
