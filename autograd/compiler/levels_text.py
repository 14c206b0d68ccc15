"""Levels as lines of NumPy: how a graph of many scalars is written, where a line for each step would be too much."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograd.compiler.fusion import fuse
from autograd.compiler.ir import SCALARS, Group, Program, Ref, Step
from autograd.compiler.numpy_ops import describe
from autograd.compiler.scalar_graph import Level, Places, ScalarGraph

MANY = 4000  # scalar steps from which a program is written by levels
_ROW = 16  # places on a line


class _Rules:
    """Fuses scalars alone."""

    sums_rows = False

    def pays(self, group: Group, program: Program) -> bool:
        return group.kind == SCALARS and len(group.steps) >= MANY


def parts_of(program: Program, steps: Sequence[Step]) -> list[Step | Group]:
    """These steps of the program as they are, or, if many are of scalars, with those put together."""
    if len(steps) < MANY:
        return list(steps)
    wanted = set(steps)
    parts: list[Step | Group] = []
    for part in fuse(program, _Rules()):
        if isinstance(part, Group) and len(part.steps) >= MANY:
            parts.append(part)
        else:
            parts += [step for step in part.steps if step in wanted]
    return parts


def written(
    run: Group, program: Program, words: Callable[[Ref], str], name: Callable[[str], str]
) -> tuple[list[str], list[str]]:
    """Lines for the head of a module, which are the places, and lines for the function.

    words: how a value is written; name: makes a new name of a wish. The results are named and known to `words` before.
    """
    levels = ScalarGraph(run, program)
    head: list[str] = []
    v = name("v")

    def at(places: Places) -> str:
        if isinstance(places, slice):
            return f"{v}[{places.start}:{places.stop}]"
        found = name("at")
        rows = np.array2string(places, separator=", ", threshold=places.size + 1, max_line_width=100)
        head.append(f"{found} = np.array({rows})")
        return f"{v}[{found}]"

    numbers = name("numbers")
    head.append(
        f"{numbers} = {_rows([repr(x).replace('nan', 'np.nan').replace('inf', 'np.inf') for x in levels.constants])}"
    )
    first = levels.inputs.start
    body = [f"{v} = np.empty({levels.size})", f"{v}[:{first}] = {numbers}"]
    body.append(f"{v}[{first}:{levels.inputs.stop}] = {_rows([words(ref) for ref in run.reads])}")
    for group in levels.operations:
        assert isinstance(group, Level)
        body.append(f"{at(group.out)} = {_value(group, at)}")
    for number, bring in ((float, ".tolist()"), (bool, ".astype(bool).tolist()"), (None, "")):
        outs = [i for i, ref in enumerate(run.outs) if program.kinds[ref].number is number]
        if outs:
            names = ", ".join([words(run.outs[i]) for i in outs])
            body.append(f"({names},) = {at(levels.outs[outs])}{bring}")
    return head, body


def _value(group: Level, at: Callable[[Places], str]) -> str:
    operands = [at(places) for places in group.operands]
    if group.chain:
        return f"np.{group.function.__name__}.accumulate({operands[0]}, axis=1)[:, -1]"
    if describe(group.function).sign:
        return f" {describe(group.function).sign} ".join(operands)
    return f"np.{group.function.__name__}({', '.join(operands)})"


def _rows(words: Sequence[str]) -> str:
    lines = [", ".join(words[i : i + _ROW]) for i in range(0, len(words), _ROW)]
    return "[" + ",\n    ".join(lines) + "]"
