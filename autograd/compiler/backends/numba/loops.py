"""Write the loops of a group as one Python function, for numba to compile.

The arithmetic is NumPy's: infinities and NaNs come out as they do there (`error_model="numpy"`, no fast-math flags),
and numbers have the precision of the arrays they meet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from autograd.compiler.backends.numpy.emit import Operands
from autograd.compiler.ir import Group, Guard, Program, Ref, Step, is_number
from autograd.compiler.loop_rules import has_loop, is_nan_probe, is_pick, reduced_axis
from autograd.compiler.memory import Schedule
from autograd.compiler.numpy_ops import CAST, SUM, TRUTHS, WHERE, describe


class LoopWriter:
    """Writes loops over arrays, one after the other, as a function `loop`.

    Values are numbered as they come, so that equal groups give equal texts.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.body: list[str] = []
        self.names: dict[Ref, str] = {}  # of numbers, and of the elements in the loop at hand
        self.constants: dict[str, str] = {}  # names of numbers, by the expressions that make them
        self._numbers = count()

    def text(self, parameters: Sequence[str]) -> str:
        """Return the source of a module with `loop`, a function of these parameters."""
        return "\n".join([
            "import numba", "import numpy as np", "",
            *[f"{name} = {value}" for value, name in self.constants.items()], "",
            '@numba.njit(error_model="numpy", cache=CACHE)', f"def loop({', '.join(parameters)}):",
            *[f"    {line}" for line in self.body], "",
        ])  # fmt: skip

    def write_loop(
        self,
        steps: Sequence[Step],
        element: Callable[[Ref], str],
        stores: Sequence[tuple[Ref, str]],
        extents: Sequence[Any],
        sums: Sequence[tuple[Ref, str]] = (),
    ) -> None:
        """Write one pass over arrays: read all elements, compute the steps, write what is needed later.

        element: how the element of an operand is written. stores: values, and the elements that they are written to.
        sums: values, and the elements that they are added to.
        """
        read = [ref for ref in dict.fromkeys([ref for step in steps for ref in step.reads]) if ref not in self.names]
        made = {out for step in steps for out in step.outs}
        read = [ref for ref in read if ref not in made]
        lines = [f"{self.name(ref)} = {element(ref)}" for ref in read]
        lines += [self.line(step) for step in steps]
        lines += [f"{target} = {self.names[ref]}" for ref, target in stores]
        lines += [f"{target} += {self.names[ref]}" for ref, target in sums]
        self.write_nest(extents, lines)
        for ref in [*read, *made]:
            del self.names[ref]

    def write_nest(self, extents: Sequence[Any], lines: Sequence[str]) -> None:
        """Write lines inside loops over i and j."""
        for depth, (letter, extent) in enumerate(zip("ij", extents, strict=False)):
            self.body.append(f"{'    ' * depth}for {letter} in range({extent}):")
        self.body += [f"{'    ' * len(extents)}{line}" for line in lines]

    def name(self, ref: Ref) -> str:
        """Return the name of a value, a new one if it had none."""
        return self.names.setdefault(ref, f"v{next(self._numbers)}")

    def line(self, step: Step) -> str:
        """Return a step on one element of each operand, all of which have names."""
        op, out = describe(step.function), step.outs[0]
        if op.kind == CAST:
            return f"{self.name(out)} = np.{self.program.kinds[out].dtype}({self.names[step.args[0]]})"
        dtype = self._computed_in(step)
        args = [self._operand(x, dtype) for x in step.args]
        if op is WHERE or op.dtypes == TRUTHS:
            truths = 1 if op is WHERE else len(args)
            args[:truths] = [self.names[x] if isinstance(x, Ref) else repr(bool(x)) for x in step.args[:truths]]
        ones = {"one": self.number(1, dtype), "zero": self.number(0, dtype)} if "{one}" in op.loop else {}
        return f"{self.name(out)} = {op.loop.format(*args, **ones)}"

    def _operand(self, x: Any, dtype: np.dtype[Any]) -> str:
        if not isinstance(x, Ref):
            return self.number(x, dtype)
        return self.names[x] if self.program.kinds[x].dtype == dtype else f"np.{dtype}({self.names[x]})"

    def number(self, x: Any, dtype: np.dtype[Any]) -> str:
        """Return the name of a constant."""
        if dtype.kind == "b":
            return repr(bool(x))
        number = str(float(x)) if dtype.kind == "f" else str(int(x))
        return self.constants.setdefault(f"np.{dtype}({number!r})", f"c{len(self.constants)}")

    def _computed_in(self, step: Step) -> np.dtype[Any]:
        """Return the dtype that a step computes in; Python's numbers take it on."""
        kinds = [self.program.kinds[ref] for ref in step.reads]
        arrays = [kind.dtype for kind in kinds if kind.number is None]
        numbers: list[Any] = [kind.number(0) for kind in kinds if kind.number is not None]
        if describe(step.function) is WHERE:
            return self.program.kinds[step.outs[0]].dtype
        plain = [type(x)(0) for x in step.args if not isinstance(x, Ref)]
        dtype = np.result_type(*arrays, *numbers, *plain)
        return np.dtype(np.int64) if dtype.kind in "iu" else dtype  # integers are only compared


def loop_text(group: Group, program: Program, operands: Operands) -> str:
    """Return the source of a LOOP, over arrays of any length."""
    writer = LoopWriter(program)
    steps, sums = group.steps[: len(group.steps) - group.row_sums], group.steps[len(group.steps) - group.row_sums :]
    summed = [step.outs[0] for step in sums]
    stores = [(ref, operands.target(ref)) for ref in group.outs if ref not in summed]
    # numba need not handle negative indices where the type says that there are none.
    height, width = [f"np.uint64({operands.whole}.shape[{axis}])" for axis in (0, 1)]
    if sums:
        writer.body.append(f"for j in range({width}):")
        writer.body += [f"    {operands.target(ref)} = 0" for ref in summed]
    totals = [(step.args[0], operands.target(step.outs[0])) for step in sums]
    writer.write_loop(steps, operands.element, stores, [height, width] if operands.rows else [height], totals)
    return writer.text(operands.parameters)


class SmallWriter(LoopWriter):
    """Writes a SMALL group: its `loop` returns 0 if all guards hold.

    names: what the arrays are called where the function is called.

    Attributes
    ----------
    parameters : what the function is called with, and what it calls that.
    writes : the values that it writes.
    """

    def __init__(self, group: Group, schedule: Schedule, names: dict[Ref, str]) -> None:
        super().__init__(schedule.program)
        self.parameters: dict[str, str] = {}
        self.writes: list[Ref] = []
        self._memory, self._placed = schedule.memory, schedule.memory.placed
        self._homes = names
        self._kept = {*self.program.results, *self.program.after}
        self._readers: dict[Ref, set[Step]] = {}
        for part in schedule.parts:
            for step in [*part.steps, *(part.views if isinstance(part, Group) else [])]:
                for ref in step.reads:
                    self._readers.setdefault(ref, set()).add(step)
        self._loop: list[Step] = []  # steps of the loop that is not written yet
        for member in group.members:
            self._write_member(member.steps, schedule.guards_after(member))
        self._finish_loop()
        self.body.append("return 0")

    def _write_member(self, steps: list[Step], guards: list[Guard]) -> None:
        """Write the steps of a part; those on each element go into the loop at hand if they can."""
        along = [step for step in steps if self._shape(step.outs[0]) and has_loop(step, self.program)]
        if not (along and self._fits_loop(along)):
            self._finish_loop()
        self._loop += along
        for step in steps[len(along) :]:
            self._finish_loop()
            self._write_step(step)
        if not is_nan_probe(steps[0], self.program):
            self._write_guards(guards)

    def _write_guards(self, guards: list[Guard]) -> None:
        for guard in guards:
            name = self.names[guard.value]
            held = f"{name} == {name}" if guard.convert is is_number else name if guard.expected else f"not {name}"
            self.body.append(f"if not ({held}): return 1")

    def _shape(self, ref: Ref) -> tuple[int, ...]:
        return self.program.kinds[ref].shape

    def _fits_loop(self, steps: list[Step]) -> bool:
        """Whether steps can be in the loop at hand: at an element, nothing is read that is written at another one."""
        if not self._loop:
            return True
        homes, owners = self._homes, self._memory.owners  # which know nothing of what stays inside of a LOOP
        together = [*self._loop, *steps]
        written = {homes[ref] for step in together for ref in step.outs if ref in homes}
        views = [ref for step in together for ref in step.reads if owners.get(ref, {ref}) != {ref}]
        shown = {homes.get(owner) for ref in views for owner in owners[ref]}
        return self._shape(steps[0].outs[0]) == self._shape(self._loop[0].outs[0]) and not written & shown

    def _finish_loop(self) -> None:
        steps, self._loop = self._loop, []
        if steps:
            whole = self._shape(steps[0].outs[0])
            stored = [
                step.outs[0]
                for step in steps
                if step.outs[0] in self._kept or not self._readers.get(step.outs[0], set()) <= set(steps)
            ]
            stores = [(ref, self._place(self._target(ref), whole)) for ref in stored]
            self.write_loop(steps, lambda ref: self._element(ref, whole), stores, whole)

    # Arrays.

    def _parameter(self, ref: Ref) -> str:
        return self.parameters.setdefault(self._homes[ref], f"p{len(self.parameters)}")

    def _target(self, ref: Ref) -> str:
        """Return the parameter for an array that is written."""
        self.writes.append(ref)
        return self._parameter(ref)

    def _place(self, array: str, shape: tuple[int, ...]) -> str:
        return f"{array}[{', '.join('ij'[: len(shape)])}]"

    def _element(self, ref: Ref, whole: tuple[int, ...]) -> str:
        """Return the element of an operand that belongs to element [i], or [i, j], of an array of shape `whole`."""
        shape = self._shape(ref)
        if not shape:
            home = self._homes[ref] + ("" if self.program.kinds[ref].number else "[()]")  # a number, of an array too
            return self.parameters.setdefault(home, f"p{len(self.parameters)}")
        letters = "ij"[: len(whole)][-len(shape) :]
        places = ["0" if n == 1 else letter for n, letter in zip(shape, letters, strict=True)]
        return f"{self._parameter(ref)}[{', '.join(places)}]"

    # Steps that make a number, go along an axis, or look at a whole array.

    def _write_step(self, step: Step) -> None:
        axis = reduced_axis(step, self.program, self._placed)
        if is_nan_probe(step, self.program):
            shape = self._shape(step.args[0])
            x = self._element(step.args[0], shape)
            self.body.append("bad = False")
            self.write_nest(shape, [f"bad |= {x} != {x}"])
            self.body.append("if bad: return 1")
        elif is_pick(step, self.program):
            self._write_pick(step)
        elif axis == ():
            self._write_extreme_of_all(step)
        elif axis == 0:
            self._write_columns(step)
        elif axis == 1:
            self._write_rows(step)
        else:  # on numbers
            for ref in step.reads:
                if ref not in self.names:
                    element = self._element(ref, ())
                    self.body.append(f"{self.name(ref)} = {element}")
            self.body.append(self.line(step))

    def _write_pick(self, step: Step) -> None:
        x, (rows, columns) = step.args
        (height, width), places = self._shape(x), self._shape(step.outs[0])
        self.write_nest(places, [
            f"r = np.int64({self._parameter(rows)}[i])", f"c = np.int64({self._parameter(columns)}[i])",
            f"if r < 0: r += {height}", f"if c < 0: c += {width}",
            f"if r < 0 or r >= {height} or c < 0 or c >= {width}: return 1",
            f"{self._target(step.outs[0])}[i] = {self._parameter(x)}[r, c]",
        ])  # fmt: skip

    def _write_extreme_of_all(self, step: Step) -> None:
        (x,) = step.args
        shape, name = self._shape(x), self.name(step.outs[0])
        self.body.append(f"{name} = {self._parameter(x)}[{', '.join('0' * len(shape))}]")
        self.write_nest(shape, [f"x = {self._element(x, shape)}", f"{name} = {self._combined(step, name, 'x')}"])

    def _combined(self, step: Step, a: str, b: str) -> str:
        """Return how a reduction goes on from `a` with the element `b`."""
        ufunc = describe(step.function).accumulate
        assert ufunc is not None
        return describe(ufunc).loop.format(a, b)

    def _write_columns(self, step: Step) -> None:
        """Go down the columns, all of them one row after the other."""
        (x,), (out,) = step.args, step.outs
        (height, width), source, target = self._shape(x), self._parameter(x), self._target(out)
        place = f"{target}[0, j]" if len(self._shape(out)) == 2 else f"{target}[j]"
        zero = f"{self.number(0, self.program.kinds[x].dtype)} + " if describe(step.function).order == SUM else ""
        self.write_nest((1, width), [f"{place} = {zero}{source}[0, j]"])
        lines = [f"a = {place}", f"x = {source}[i + 1, j]", f"{place} = {self._combined(step, 'a', 'x')}"]
        self.write_nest((height - 1, width), lines)

    def _write_rows(self, step: Step) -> None:
        """Go along each row; a sum in eight parts, as NumPy does."""
        (x,), (out,) = step.args, step.outs
        (height, width), source, target = self._shape(x), self._parameter(x), self._target(out)
        place = f"{target}[i, 0]" if len(self._shape(out)) == 2 else f"{target}[i]"
        zero = self.number(0, self.program.kinds[x].dtype)
        if describe(step.function).order != SUM:
            lines = [
                f"a = {source}[i, 0]", f"for j in range(1, {width}):", f"    x = {source}[i, j]",
                f"    a = {self._combined(step, 'a', 'x')}", f"{place} = a",
            ]  # fmt: skip
        elif width < 8:
            lines = [f"a = {zero}", f"for j in range({width}):", f"    a += {source}[i, j]", f"{place} = {zero} + a"]
        else:
            whole = width - width % 8
            lines = [
                *[f"a{k} = {source}[i, {k}]" for k in range(8)], f"for j in range(8, {whole}, 8):",
                *[f"    a{k} += {source}[i, j + {k}]" for k in range(8)],
                "a = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))",
                f"for j in range({whole}, {width}):", f"    a += {source}[i, j]", f"{place} = {zero} + a",
            ]  # fmt: skip
        self.write_nest((height,), lines)
