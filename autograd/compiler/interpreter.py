"""A loop over instructions, compiled by numba once for all programs: one scalar step after the other, a few ns each.

An instruction is the number of a function and the places of its operands; results are written one after the other.
The arithmetic is that of the loops in `kernels`: the same bits as Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.compiler.kernels import FORMS, module_of

OPCODES = {function: number for number, function in enumerate(FORMS)}


@dataclass(frozen=True, eq=False)
class Instructions:
    """`v[start + n] = function number codes[n] of v[first[n]], v[second[n]], v[third[n]]`, for each n in order."""

    codes: npt.NDArray[np.uint8]
    operands: tuple[npt.NDArray[np.uint32], ...]
    start: int

    def run(self, v: npt.NDArray[np.float64]) -> None:
        """Carry them out."""
        _loop()(v, self.codes, *self.operands, self.start)


def instructions(functions: Sequence[Any], places: Sequence[Sequence[int]], start: int) -> Instructions:
    """Steps, each a function and the places of its operands, with results from place `start` on."""
    codes = np.array([OPCODES[function] for function in functions], np.uint8)
    table = np.array([(*row, 0, 0)[:3] for row in places], np.uint32)
    return Instructions(codes, tuple([np.ascontiguousarray(column) for column in table.T]), start)


def text() -> str:
    """The source of the loop: a module."""
    cases = []
    for function, number in OPCODES.items():
        form = FORMS[function].format("a", "b", "c", one="1.0", zero="0.0")
        cases += [f"{'elif' if number else 'if'} code == {number}:", f"    v[start + n] = {form}"]
    return "\n".join([
        "import numba", "import numpy as np", "", "",
        '@numba.njit(error_model="numpy", cache=CACHE)', "def loop(v, codes, first, second, third, start):",
        "    for n in range(codes.shape[0]):",
        "        code, a, b, c = codes[n], v[first[n]], v[second[n]], v[third[n]]",
        *[f"        {line}" for line in cases], "",
    ])  # fmt: skip


@cache
def _loop() -> Callable[..., None]:
    loop: Callable[..., None] = module_of(text()).loop
    return loop
