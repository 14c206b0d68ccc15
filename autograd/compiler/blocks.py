"""A run of steps without numba: NumPy's own calls on stretches that stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.ir import Kind, Program, Ref
from autograd.compiler.operands import Operands
from autograd.compiler.schedule import Run

BLOCK = 2**15  # elements of a stretch


def pays(run: Run, program: Program) -> bool:
    """Whether stretches are faster than whole arrays: several passes over more than a cache holds."""
    whole = all([program.kinds[ref].shape in (run.shape, ()) for ref in run.inputs])
    return whole and len(run.steps) > 2 and prod(run.shape) >= 2 * BLOCK


def blocked(run: Run, program: Program, operands: Operands) -> tuple[Callable[..., None], list[Kind]]:
    """The run as a function over the arrays of `operands`, and then scratch arrays of these kinds."""
    text, space, scratch = text_of(run, program, operands)
    exec(compile(text, "<run>", "exec"), space)
    return space["loop"], scratch


def text_of(run: Run, program: Program, operands: Operands) -> tuple[str, dict[str, Any], list[Kind]]:
    """The source of the function, the functions it calls by their names, and the scratch arrays it needs."""
    kinds = program.kinds
    last = {ref: i for i, step in enumerate(run.steps) for ref in step.reads}
    free: dict[np.dtype[Any], list[str]] = {}
    scratch: dict[str, np.dtype[Any]] = {}
    space: dict[str, Any] = {"np": np, "nan": np.nan, "inf": np.inf}
    words: dict[Ref, str] = {}
    for ref in run.inputs:
        words[ref] = operands.parameter[ref] + ("[part]" if kinds[ref].shape == run.shape else "")
    read = {operands.parameter[ref] for ref in run.inputs}
    lines, late = [], []
    for i, step in enumerate(run.steps):
        (out,) = step.outs
        args = ", ".join([words[x] if isinstance(x, Ref) else repr(x) for x in step.args])
        for ref in set(step.reads):
            if last[ref] == i and words[ref].startswith("t"):
                free.setdefault(kinds[ref].dtype, []).append(words[ref].removesuffix("[:size]"))
        if out in run.outs and operands.parameter[out] not in read:
            words[out] = f"{operands.parameter[out]}[part]"
        else:
            names = free.setdefault(kinds[out].dtype, [])
            name = names.pop() if names else f"t{len(scratch)}"
            scratch.setdefault(name, kinds[out].dtype)
            words[out] = f"{name}[:size]"
            if out in run.outs:  # over an input, which later steps may still read
                late.append(f"{operands.parameter[out]}[part] = {words[out]}")
                last[out] = len(run.steps)
        function = f"_{step.function.__name__}"
        space[function] = step.function
        if step.function is np.where:
            lines.append(f"{words[out]} = {function}({args})")
        else:
            lines.append(f"{function}({args}, out={words[out]})")
    whole = operands.whole
    text = "\n".join([
        f"def loop({', '.join([*operands.parameters, *scratch])}):",
        f"    for start in range(0, {whole}.size, {BLOCK}):",
        f"        part = slice(start, start + {BLOCK})",
        f"        size = min({BLOCK}, {whole}.size - start)",
        *[f"        {line}" for line in [*lines, *late]],
    ])  # fmt: skip
    return text, space, [Kind((BLOCK,), dtype) for dtype in scratch.values()]
