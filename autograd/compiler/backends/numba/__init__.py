"""The backend of the extra `fast`: as `numpy`, but groups become loops that numba compiles and keeps on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autograd.compiler.backends import Backend, Executable
from autograd.compiler.backends.numba import kernel_cache
from autograd.compiler.backends.numba.loops import SmallWriter, loop_text
from autograd.compiler.backends.numpy.emit import Emitter, Kernel, Operands
from autograd.compiler.ir import SCALARS, SMALL, Group, Program, Ref
from autograd.compiler.memory import Schedule
from autograd.compiler.numpy_ops import ROWS, Function
from autograd.compiler.scalar_graph import scalar_graph_if_faster


class NumbaBackend(Backend):
    """Compiled loops, and calls of NumPy for everything else."""

    name = "numba"
    sums_rows = True
    fuses_small = True

    def pays(self, group: Group, program: Program) -> bool:
        """Whether one kernel is faster than the steps of a group one by one."""
        if group.kind == SCALARS:
            group.kernel = scalar_graph_if_faster(group, program, Interpreter())
            return group.kernel is not None
        return True

    def emit(self, schedule: Schedule, mark: Callable[[int], None] | None = None) -> Executable:
        """Return the function that runs a schedule."""

        def kernel(group: Group, names: dict[Ref, str]) -> Kernel:
            text, arguments, writes = _kernel_source(group, schedule, names)
            return Kernel(kernel_cache.load(text), arguments, writes)

        return Emitter(schedule, kernel, mark).executable(self)

    def is_cached(self, schedule: Schedule) -> bool:
        """Whether the kernels of a schedule have been compiled before, and are on disk."""
        cached: list[bool] = []

        def kernel(group: Group, names: dict[Ref, str]) -> Kernel:
            text, arguments, writes = _kernel_source(group, schedule, names)
            cached.append(kernel_cache.is_compiled(text))
            return Kernel(len, arguments, writes)

        Emitter(schedule, kernel).written()
        return all(cached)

    def seal(self) -> None:
        """Note that the kernels have been compiled, and run."""
        kernel_cache.seal()

    def forget(self) -> None:
        """Remove kernels from the disk that failed when they were first run."""
        kernel_cache.forget()


def _kernel_source(group: Group, schedule: Schedule, names: dict[Ref, str]) -> tuple[str, list[str], Sequence[Ref]]:
    """Return the source of a group's kernel, its arguments, and the values that it writes."""
    if group.kind == SMALL:
        writer = SmallWriter(group, schedule, names)
        return writer.text(list(writer.parameters.values())), list(writer.parameters), writer.writes
    operands = Operands(group, schedule.program, names)
    return loop_text(group, schedule.program, operands), operands.arguments, group.outs


# A loop over instructions, compiled once for all graphs of scalars: one step after the other, a few nanoseconds each.
# An instruction is the number of a function and the places of its operands; results are written one after the other.

_LOOPS = {function: op.loop for function, op in ROWS.items() if op.loop}
_CODES = {function: code for code, function in enumerate(_LOOPS)}


@dataclass(frozen=True, eq=False)
class Instructions:
    """`v[start + n] = function number codes[n] of v[first[n]], v[second[n]], v[third[n]]`, for each n in order."""

    codes: npt.NDArray[np.uint8]
    operands: tuple[npt.NDArray[np.uint32], ...]
    start: int

    def run(self, v: npt.NDArray[np.float64]) -> None:
        """Carry them out."""
        kernel_cache.load(interpreter_text())(v, self.codes, *self.operands, self.start)


class Interpreter:
    """Makes instructions of scalar steps."""

    def knows(self, function: Function) -> bool:
        """Whether the loop computes a function."""
        return function in _CODES

    def operation(self, functions: Sequence[Function], places: Sequence[Sequence[int]], start: int) -> Instructions:
        """Return steps, each a function and the places of its operands, with results from place `start` on."""
        codes = np.array([_CODES[function] for function in functions], np.uint8)
        table = np.array([(*row, 0, 0)[:3] for row in places], np.uint32)
        return Instructions(codes, tuple([np.ascontiguousarray(column) for column in table.T]), start)


def interpreter_text() -> str:
    """Return the source of the loop."""
    cases = []
    for function, code in _CODES.items():
        form = _LOOPS[function].format("a", "b", "c", one="1.0", zero="0.0")
        cases += [f"{'elif' if code else 'if'} code == {code}:", f"    v[start + n] = {form}"]
    return "\n".join([
        "import numba", "import numpy as np", "", "",
        '@numba.njit(error_model="numpy", cache=CACHE)', "def loop(v, codes, first, second, third, start):",
        "    for n in range(codes.shape[0]):",
        "        code, a, b, c = codes[n], v[first[n]], v[second[n]], v[third[n]]",
        *[f"        {line}" for line in cases], "",
    ])  # fmt: skip
