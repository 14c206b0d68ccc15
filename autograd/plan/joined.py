"""Small arrays: parts that follow one another as one compiled function, since calling them costs more than their work.

What the function does is what NumPy does, in NumPy's order: rows are added up in eight sums, columns one row after the
other. So results are the same to the last bit, and it does not show when a plan begins to run like this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from autograd.plan.kernels import FORMS, Words, module_text
from autograd.plan.memory import Memory, Part, outs_of, reads_of, writes
from autograd.plan.program import Guard, Kind, Program, Ref, Step, is_number
from autograd.plan.schedule import ARITHMETIC, COMPARISONS, LOGIC, Run
from autograd.plan.traced import item, method_of

LARGEST = 4096  # elements up to which an array is small
LONGEST = 128  # elements of a row that NumPy adds up in one go, without halving it

_EXTREMES = {
    np.max: "maximum", np.maximum.reduce: "maximum", method_of("max"): "maximum",
    np.min: "minimum", np.minimum.reduce: "minimum", method_of("min"): "minimum",
}  # fmt: skip
_EXTREME_OF = {"maximum": FORMS[np.maximum], "minimum": FORMS[np.minimum]}
_SUMS = (np.sum, np.add.reduce, method_of("sum"))
_ASTYPE = method_of("astype")
_VIEWS = frozenset([
    np.swapaxes, np.matrix_transpose, np.transpose, np.squeeze, np.expand_dims, method_of("swapaxes"),
    method_of("transpose"), method_of("squeeze"),
])  # fmt: skip
_RESHAPES = frozenset([np.reshape, np.ravel, method_of("reshape"), method_of("ravel")])


@dataclass(frozen=True, eq=False)
class Joined:
    """Parts done in one call, by their places in the program, and views between them, which are made before."""

    parts: list[int]
    views: list[int]


def joined(parts: Sequence[Part], memory: Memory, program: Program) -> list[int | Joined]:
    """The parts by their places, those that can be done in one call together."""
    rules = _Rules(parts, memory, program)
    found: list[int | Joined] = []
    group = Joined([], [])
    for at in range(len(parts)):
        if rules.takes(at):
            group.parts.append(at)
        elif group.parts and rules.only_shows(at):
            group.views.append(at)
        else:
            found += rules.checked(group)
            group = Joined([], [])
            found.append(at)
    return [*found, *rules.checked(group)]


class _Rules:
    """Which parts can be in a group."""

    def __init__(self, parts: Sequence[Part], memory: Memory, program: Program) -> None:
        self.parts, self.memory, self.program = parts, memory, program
        self.readers: dict[Ref, list[int]] = {}
        for at, part in enumerate(parts):
            for ref in reads_of(part):
                self.readers.setdefault(ref, []).append(at)
        self.leaving = {*program.results, *program.after}

    def takes(self, at: int) -> bool:
        """Whether a compiled function does this part as NumPy does."""
        part, kinds = self.parts[at], self.program.kinds
        guards = [self.program.guards[number] for number in self.memory.guards_at.get(at, [])]
        if not all([guard.convert in (bool, is_number) for guard in guards]):
            return False
        both = [kinds[ref] for ref in [*reads_of(part), *outs_of(part)]]
        if not all([len(k.shape) <= 2 and prod(k.shape) <= LARGEST and k.dtype.isnative for k in both]):
            return False
        if isinstance(part, Run):
            sums = part.steps[len(part.steps) - part.sums :]
            known = [reduced_axis(step, self.program, self.memory) is not None for step in sums]
            return bool(part.shape) and all(known)
        if part.several or kinds[part.outs[0]].number is not None or kinds[part.outs[0]].order is not None:
            return False
        return (
            is_elementwise(part, self.program)
            or reduced_axis(part, self.program, self.memory) is not None
            or is_pick(part, self.program)
            or self._is_check(part, guards)
        )

    def _is_check(self, step: Step, guards: list[Guard]) -> bool:
        """Whether a step is there only to find out whether an array has a NaN."""
        looked_at = bool(guards) and all([guard.convert is is_number for guard in guards])
        return looked_at and is_check(step, self.program) and not self.readers.get(step.outs[0])

    def only_shows(self, at: int) -> bool:
        """Whether a part gives a view, which can be made before what it shows is written."""
        part, kinds = self.parts[at], self.program.kinds
        if isinstance(part, Run) or part.several or self.memory.guards_at.get(at) or len(part.reads) != 1:
            return False
        if not kinds[part.reads[0]].shape:
            return False
        if part.function in _RESHAPES:  # which copies what does not lie row by row
            return part.reads[0] in self.memory.buffer and kinds[part.reads[0]].order is None
        return part.function in _VIEWS or (part.function is item and _is_plain_index(part.args[1]))

    def checked(self, group: Joined) -> Iterator[int | Joined]:
        """The group, or its parts one by one where a number is needed outside, or where there is one part alone."""
        inside = set(group.parts)
        numbers = [ref for at in group.parts for ref in outs_of(self.parts[at]) if not self.program.kinds[ref].shape]
        outside = [ref for ref in numbers if ref in self.leaving or not inside.issuperset(self.readers.get(ref, []))]
        if len(group.parts) < 2:
            yield from sorted([*group.parts, *group.views])
        elif outside:
            (place,) = [at for at in group.parts if outside[0] in outs_of(self.parts[at])]
            yield from self.checked(_cut(group, -1, place))
            yield place
            yield from self.checked(_cut(group, place, len(self.parts)))
        else:
            yield group


def _cut(group: Joined, after: int, before: int) -> Joined:
    return Joined(*[[at for at in places if after < at < before] for places in (group.parts, group.views)])


def _is_plain_index(index: Any) -> bool:
    return all([x is None or x is Ellipsis for x in (index if type(index) is tuple else (index,))])


def is_elementwise(step: Step, program: Program) -> bool:
    """Whether a step works on each element by itself, with numbers that a loop treats as NumPy does."""
    kinds = [program.kinds[ref] for ref in step.reads]
    out = program.kinds[step.outs[0]]
    if step.function is _ASTYPE:
        return not step.options and len(step.args) == 2 and out.dtype.char in "fd" and _are("fd?bhilqBHI", kinds)
    if step.options or not kinds or not all([isinstance(x, Ref | float | int) for x in step.args]):
        return False
    if not all([_stretches(kind.shape, out.shape) for kind in kinds]):
        return False
    if step.function in ARITHMETIC:
        return out.dtype.char in "fd" and _are("fd?", kinds) and (step.function is not np.where or len(step.args) == 3)
    if step.function in LOGIC:
        return _are("?", kinds)
    if step.function not in COMPARISONS:
        return False
    if _are("fd?", kinds):
        return not _are("?", kinds)
    whole = all([not isinstance(x, float) for x in step.args]) and step.function not in (np.isnan, np.isfinite)
    return whole and _are("bhilqBHI", kinds)


def _are(chars: str, kinds: list[Kind]) -> bool:
    return all([kind.dtype.char in chars for kind in kinds])


def _stretches(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an operand of this shape goes along with the elements of `whole`."""
    return all([n in (1, m) for n, m in zip(shape[::-1], whole[::-1], strict=False)]) and len(shape) <= len(whole)


def reduced_axis(step: Step, program: Program, memory: Memory) -> int | tuple[int, ...] | None:
    """0 or 1 for a maximum, minimum or sum along an axis of a matrix, () for a maximum or minimum of all; else None."""
    if len(step.args) != 1 or not isinstance(step.args[0], Ref) or not set(step.options) <= {"axis", "keepdims"}:
        return None
    x, out = program.kinds[step.args[0]], program.kinds[step.outs[0]]
    axis = step.options.get("axis")
    axis = axis[0] if type(axis) is tuple and len(axis) == 1 else axis
    if step.function in _EXTREMES:
        if axis is None and out.shape == () and x.shape:
            return () if _are("fdbhilqBHI", [x]) and prod(x.shape) > 0 else None
    elif step.function not in _SUMS or step.args[0] not in {**memory.buffer, **memory.state}:
        return None  # sums of what may not lie row by row, too, which NumPy adds up in another order
    if type(axis) is not int or len(x.shape) != 2 or not _are("fd", [x]) or x.dtype != out.dtype or not prod(x.shape):
        return None
    axis %= 2
    if step.function in _SUMS and (x.shape[1] > LONGEST or x.shape[1] == 1 or x.order is not None):
        return None
    return axis if writes(step, step.outs[0], program) else None


def is_pick(step: Step, program: Program) -> bool:
    """Whether a step is x[rows, columns], with two lists of numbers."""
    if step.function is not item or len(step.args) != 2 or type(step.args[1]) is not tuple:
        return False
    refs = [step.args[0], *step.args[1]]
    if len(refs) != 3 or not all([isinstance(ref, Ref) for ref in refs]):
        return False
    x, rows, columns = [program.kinds[ref] for ref in refs]
    lists = rows.shape == columns.shape and len(rows.shape) == 1 and _are("bhilqBHI", [rows, columns])
    return lists and len(x.shape) == 2 and _are("fd", [x])


def is_check(step: Step, program: Program) -> bool:
    """Whether a step is the product of an array with itself, which is NaN if there is a NaN in it."""
    if step.function is not np.vdot or len(step.args) != 2 or step.options or step.args[0] != step.args[1]:
        return False
    return isinstance(step.args[0], Ref) and _are("fd", [program.kinds[step.args[0]]])


class Text:
    """A group as the source of a compiled function, which gives 0 if all guards hold.

    arguments: what to call it with. made: the arrays among them that have no memory before.
    """

    def __init__(
        self, group: Joined, parts: Sequence[Part], memory: Memory, program: Program, names: dict[Ref, str]
    ) -> None:
        self._program, self._names = program, names
        self._memory = memory
        self._parameters: dict[str, str] = {}
        self._words = Words(program)
        self._body: list[str] = []
        self._kept = {*program.results, *program.after}
        self._readers: dict[Ref, list[Step]] = {}
        for part in parts:
            for step in _steps(part):
                for ref in step.reads:
                    self._readers.setdefault(ref, []).append(step)
        self.made: list[Ref] = []
        loop: list[Step] = []
        for at in group.parts:
            guards = [program.guards[number] for number in memory.guards_at.get(at, [])]
            for step in _steps(parts[at]):
                along = bool(program.kinds[step.outs[0]].shape) and is_elementwise(step, program)
                if loop and not (along and self._goes_with(step, loop)):
                    self._write_loop(loop)
                    loop = []
                if along:
                    loop.append(step)
                else:
                    self._write(step)
            for guard in guards if not is_check(_steps(parts[at])[0], program) else []:
                name = self._words[guard.value]
                broken = f"{name} != {name}" if guard.convert is is_number else f"{name} != {bool(guard.expected)}"
                self._body.append(f"if {broken}: return 1")
        if loop:
            self._write_loop(loop)
        self.arguments = list(self._parameters)
        self.text = module_text(self._words, list(self._parameters.values()), [*self._body, "return 0"])

    def _shape(self, step: Step) -> tuple[int, ...]:
        return self._program.kinds[step.outs[0]].shape

    def _goes_with(self, step: Step, loop: list[Step]) -> bool:
        """Whether a step can be in the same pass: at an element, nothing is read that is written at another one."""
        names, owners = self._names, self._memory.owners  # which know nothing of what stays inside of a run
        together = [*loop, step]
        written = {names[ref] for each in together for ref in each.outs if ref in names}
        views = [ref for each in together for ref in each.reads if owners.get(ref, {ref}) != {ref}]
        shown = {names.get(owner) for ref in views for owner in owners[ref]}
        return self._shape(step) == self._shape(loop[0]) and not written & shown

    def _parameter(self, ref: Ref) -> str:
        name = self._names[ref]
        return self._parameters.setdefault(name, f"p{len(self._parameters)}")

    def _target(self, ref: Ref) -> str:
        """The parameter for an array to write into."""
        if ref not in self._memory.buffer and ref not in self._memory.state:
            self.made.append(ref)
        return self._parameter(ref)

    def _element(self, ref: Ref, whole: tuple[int, ...]) -> str:
        """The element of an operand that belongs to element [i], or [i, j], of an array of shape `whole`."""
        if ref in self._words:  # a number, or made in this loop
            return self._words[ref]
        shape = self._program.kinds[ref].shape
        if not shape:
            name = self._names[ref] + ("" if self._program.kinds[ref].number else "[()]")  # a number, of an array too
            return self._parameters.setdefault(name, f"p{len(self._parameters)}")
        letters = "ij"[: len(whole)][-len(shape) :]
        places = ["0" if n == 1 else letter for n, letter in zip(shape, letters, strict=True)]
        return f"{self._parameter(ref)}[{', '.join(places)}]"

    def _write_loop(self, steps: list[Step]) -> None:
        """Steps on each element of arrays of one shape, in one pass: read, compute, write, since a run may write over
        what it reads."""
        shape = self._shape(steps[0])
        read: list[Ref] = []
        loads, lines, stores = [], [], []
        for step in steps:
            for ref in step.reads:
                if ref not in self._words:
                    element = self._element(ref, shape)
                    loads.append(f"{self._words.new(ref)} = {element}")
                    read.append(ref)
            (out,) = step.outs
            if step.function is _ASTYPE:
                cast = self._words.cast(step.args[0], self._program.kinds[out].dtype)
                lines.append(f"{self._words.new(out)} = {cast}")
            else:
                lines.append(self._words.line(step))
            if out in self._kept or not set(self._readers.get(out, [])) <= set(steps):
                self._target(out)
                stores.append(f"{self._place(out)} = {self._words[out]}")
            read.append(out)
        for ref in read:
            self._words.forget(ref)
        self._nest(shape, [*loads, *lines, *stores])

    def _place(self, ref: Ref) -> str:
        letters = "ij"[: len(self._program.kinds[ref].shape)]
        return f"{self._parameter(ref)}[{', '.join(letters)}]"

    def _nest(self, shape: tuple[int, ...], lines: list[str]) -> None:
        for depth, (letter, length) in enumerate(zip("ij", shape, strict=False)):
            self._body.append(f"{'    ' * depth}for {letter} in range({length}):")
        self._body += [f"{'    ' * len(shape)}{line}" for line in lines]

    def _write(self, step: Step) -> None:
        """A step that makes a number, goes along an axis, or looks at a whole array."""
        program = self._program
        axis = reduced_axis(step, program, self._memory)
        if is_check(step, program):
            shape = program.kinds[step.args[0]].shape
            x = self._element(step.args[0], shape)
            self._body.append("bad = False")
            self._nest(shape, [f"bad |= {x} != {x}"])
            self._body.append("if bad: return 1")
        elif is_pick(step, program):
            self._write_pick(step)
        elif axis == ():
            self._write_extreme_of_all(step)
        elif type(axis) is int:
            self._write_reduction(step, axis)
        else:  # on numbers
            for ref in step.reads:
                if ref not in self._words:
                    element = self._element(ref, ())
                    self._body.append(f"{self._words.new(ref)} = {element}")
            if step.function is _ASTYPE:
                cast = self._words.cast(step.args[0], program.kinds[step.outs[0]].dtype)
                self._body.append(f"{self._words.new(step.outs[0])} = {cast}")
            else:
                self._body.append(self._words.line(step))

    def _write_pick(self, step: Step) -> None:
        x, (rows, columns) = step.args
        n, (height, width) = self._shape(step)[0], self._program.kinds[x].shape
        target = self._target(step.outs[0])
        self._nest((n,), [
            f"r = np.int64({self._parameter(rows)}[i])", f"c = np.int64({self._parameter(columns)}[i])",
            f"if r < 0: r += {height}", f"if c < 0: c += {width}",
            f"if r < 0 or r >= {height} or c < 0 or c >= {width}: return 1",
            f"{target}[i] = {self._parameter(x)}[r, c]",
        ])  # fmt: skip

    def _write_extreme_of_all(self, step: Step) -> None:
        (x,), (out,) = step.args, step.outs
        shape, parameter = self._program.kinds[x].shape, self._parameter(x)
        name = self._words.new(out)
        self._body.append(f"{name} = {parameter}[{', '.join('0' * len(shape))}]")
        self._nest(shape, [f"x = {self._element(x, shape)}", f"{name} = {self._greater(step).format(name, 'x')}"])

    def _greater(self, step: Step) -> str:
        return _EXTREME_OF[_EXTREMES[step.function]]

    def _write_reduction(self, step: Step, axis: int) -> None:
        (x,), (out,) = step.args, step.outs
        height, width = self._program.kinds[x].shape
        source, target = self._parameter(x), self._target(out)
        kept = len(self._shape(step)) == 2
        zero = self._words.number(0, self._program.kinds[x].dtype)
        total = step.function in _SUMS
        if axis == 0:
            place = f"{target}[0, j]" if kept else f"{target}[j]"
            self._nest((1, width), [f"{place} = " + (f"{zero} + {source}[0, j]" if total else f"{source}[0, j]")])
            form = "{} + {}" if total else self._greater(step)
            self._nest((height - 1, width), [
                f"a = {place}", f"x = {source}[i + 1, j]", f"{place} = {form.format('a', 'x')}"
            ])  # fmt: skip
            return
        place = f"{target}[i, 0]" if kept else f"{target}[i]"
        if not total:
            step_on = self._greater(step).format("a", "x")
            lines = [
                f"a = {source}[i, 0]",
                f"for j in range(1, {width}):",
                f"    x = {source}[i, j]",
                f"    a = {step_on}",
            ]
        elif width < 8:
            lines = [f"a = {zero}", f"for j in range({width}):", f"    a += {source}[i, j]"]
        else:
            whole = width - width % 8
            lines = [
                *[f"a{k} = {source}[i, {k}]" for k in range(8)], f"for j in range(8, {whole}, 8):",
                *[f"    a{k} += {source}[i, j + {k}]" for k in range(8)],
                "a = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))",
                f"for j in range({whole}, {width}):", f"    a += {source}[i, j]",
            ]  # fmt: skip
        self._nest((height,), [*lines, f"{place} = {zero} + a" if total else f"{place} = a"])


def _steps(part: Part) -> list[Step]:
    return part.steps if isinstance(part, Run) else [part]
