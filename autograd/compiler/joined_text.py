"""The text of a `Joined`: loops over small arrays, one after the other, as one function for numba to compile.

Steps on each element of arrays of one shape share a loop. What only that loop needs is never written to memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.ir import Guard, Program, Ref, Step, is_number
from autograd.compiler.joined import Joined
from autograd.compiler.kernels import FORMS, Words, module_text
from autograd.compiler.loopable import ASTYPE, EXTREMES, SUMS, is_check, is_elementwise, is_pick, reduced_axis
from autograd.compiler.memory import Memory, Part, steps_of


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
            for step in steps_of(part):
                for ref in step.reads:
                    self._readers.setdefault(ref, []).append(step)
        self.made: list[Ref] = []
        loop: list[Step] = []
        for at in group.parts:
            steps = steps_of(parts[at])
            along = [step for step in steps if self._shape(step) and is_elementwise(step, program)]
            if loop and not (along and self._go_with(along, loop)):
                self._write_loop(loop)
                loop = []
            loop += along
            rest = steps[len(along) :]
            if loop and rest:
                self._write_loop(loop)
                loop = []
            for step in rest:
                self._write(step)
            for number in [] if is_check(steps[0], program) else memory.guards_at.get(at, []):
                self._write_guard(program.guards[number])
        if loop:
            self._write_loop(loop)
        self.arguments = list(self._parameters)
        self.text = module_text(self._words, list(self._parameters.values()), [*self._body, "return 0"])

    def _write_guard(self, guard: Guard) -> None:
        name = self._words[guard.value]
        broken = f"{name} != {name}" if guard.convert is is_number else name if not guard.expected else f"not {name}"
        self._body.append(f"if {broken}: return 1")

    def _shape(self, step: Step) -> tuple[int, ...]:
        return self._program.kinds[step.outs[0]].shape

    def _go_with(self, steps: list[Step], loop: list[Step]) -> bool:
        """Whether steps can be in the same pass: at an element, nothing is read that is written at another one."""
        names, owners = self._names, self._memory.owners  # which know nothing of what stays inside of a run
        together = [*loop, *steps]
        written = {names[ref] for each in together for ref in each.outs if ref in names}
        views = [ref for each in together for ref in each.reads if owners.get(ref, {ref}) != {ref}]
        shown = {names.get(owner) for ref in views for owner in owners[ref]}
        return self._shape(steps[0]) == self._shape(loop[0]) and not written & shown

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
        """Steps on each element of arrays of one shape, in one pass.

        First it is read, and last it is written, since a run may write over what it reads.
        """
        shape = self._shape(steps[0])
        named: list[Ref] = []
        loads: list[str] = []
        lines, stores = [], []
        for step in steps:
            named += self._load(step, shape, loads)
            lines.append(self._line(step))
            (out,) = step.outs
            if out in self._kept or not set(self._readers.get(out, [])) <= set(steps):
                self._target(out)
                stores.append(f"{self._place(out)} = {self._words[out]}")
            named.append(out)
        for ref in named:
            self._words.forget(ref)
        self._nest(shape, [*loads, *lines, *stores])

    def _load(self, step: Step, whole: tuple[int, ...], lines: list[str]) -> list[Ref]:
        """Give names to the elements that a step needs: those that had none, whose lines are added to `lines`."""
        new = [ref for ref in dict.fromkeys(step.reads) if ref not in self._words]
        for ref in new:
            element = self._element(ref, whole)
            lines.append(f"{self._words.new(ref)} = {element}")
        return new

    def _line(self, step: Step) -> str:
        if step.function is not ASTYPE:
            return self._words.line(step)
        cast = self._words.cast(step.args[0], self._program.kinds[step.outs[0]].dtype)
        return f"{self._words.new(step.outs[0])} = {cast}"

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
            self._load(step, (), self._body)
            self._body.append(self._line(step))

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
        return FORMS[EXTREMES[step.function]]

    def _write_reduction(self, step: Step, axis: int) -> None:
        (x,), (out,) = step.args, step.outs
        height, width = self._program.kinds[x].shape
        source, target = self._parameter(x), self._target(out)
        kept = len(self._shape(step)) == 2
        zero = self._words.number(0, self._program.kinds[x].dtype)
        total = step.function in SUMS
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
