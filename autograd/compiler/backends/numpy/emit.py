"""Emit Python that runs a schedule: each step writes into a buffer that is used again, each group is one call.

The result is source text, so that one can read what runs; the readable program is in `source`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.backends import Backend, Executable, GuardFailedError
from autograd.compiler.ir import SCALARS, SMALL, Group, Guard, Kind, Part, Program, Ref, Step, is_number
from autograd.compiler.memory import Schedule
from autograd.compiler.numpy_ops import INDEX, ORDERED, Function, NumpyOp, describe


@dataclass(frozen=True)
class Kernel:
    """What a group is compiled to.

    Attributes
    ----------
    function : called with the arrays that `arguments` name; of a SMALL group it returns 0 if all guards hold.
    writes : the values that it writes, which need memory.
    scratch : the kinds of further arrays that it is called with.
    """

    function: Callable[..., Any]
    arguments: list[str]
    writes: Sequence[Ref]
    scratch: list[Kind] = field(default_factory=list)


class Operands:
    """The arrays of a LOOP as parameters of a function.

    names: what each value is called where the function is called. A value that is written in place of another has the
        same name, and is one parameter.

    Attributes
    ----------
    arguments : what the function is called with.
    parameters : what it calls them, in the same order.
    rows : whether one of them is a row, so that the loop has to go over rows and columns.
    whole : the parameter of an array that has all elements.
    """

    def __init__(self, group: Group, program: Program, names: dict[Ref, str]) -> None:
        kinds = program.kinds
        self.shapes = {ref: kinds[ref].shape for ref in [*group.reads, *group.outs]}
        self.shape = group.shape
        self.rows = any([self.shapes[ref] not in (group.shape, ()) for ref in [*group.reads, *group.outs]])
        flat = f".reshape(-1, {group.shape[-1]})" if self.rows else ".reshape(-1)" if len(group.shape) > 1 else ""
        if self.rows and len(group.shape) == 2:
            flat = ""
        found: dict[str, str] = {}
        self.parameter: dict[Ref, str] = {}
        for ref in [*group.outs, *group.reads]:
            shape = self.shapes[ref]
            if shape == group.shape:
                argument = names[ref] + flat
            elif shape == ():
                argument = names[ref] + ("" if kinds[ref].number else "[()]")  # a number, also of an array without axes
            else:
                argument = names[ref] + (".reshape(-1)" if len(shape) > 1 else "")
            self.parameter[ref] = found.setdefault(argument, f"p{len(found)}")
        self.arguments = list(found)
        self.parameters = list(found.values())
        self.whole = self.parameter[group.outs[0]]

    def element(self, ref: Ref) -> str:
        """The element of an input that the loop is at."""
        shape = self.shapes[ref]
        return self.parameter[ref] + (self._place if shape == self.shape else "" if shape == () else "[j]")

    def target(self, ref: Ref) -> str:
        """The element of an output; of a sum of rows, that of its column."""
        return self.parameter[ref] + (self._place if self.shapes[ref] == self.shape else "[j]")

    @property
    def _place(self) -> str:
        return "[i, j]" if self.rows else "[i]"


class Emitter:
    """Writes the function `run`.

    compile_kernel: returns the kernel of a group, for the names of its arrays.
    mark: called with the number of each part when it has run.
    """

    def __init__(
        self,
        schedule: Schedule,
        compile_kernel: Callable[[Group, dict[Ref, str]], Kernel],
        mark: Callable[[int], None] | None = None,
    ) -> None:
        self.schedule = schedule
        self.program, self.memory = schedule.program, schedule.memory
        self.compile_kernel = compile_kernel
        self.names: dict[Ref, str] = {}
        self.lines: list[str] = []
        self.space: dict[str, Any] = {"GuardFailedError": GuardFailedError, "copy": np.copyto, "empty": np.empty}
        self.mark = mark
        if mark is not None:
            self.space["mark"] = mark
        self._kernels = 0
        self._known: dict[int, str] = {}  # names of objects in `space`, by id
        self._numbers: dict[tuple[str, np.dtype[Any]], Any] = {}

    def executable(self, backend: Backend) -> Executable:
        """Return the function."""
        text = self.written()
        exec(compile(text, "<plan>", "exec"), self.space)
        run = self.space.pop("run")  # which holds the namespace, so that this must not hold it
        return Executable(run, text, self.schedule, backend, self._kernels)

    def written(self) -> str:
        """Return the source of `run`, and fill the namespace that it needs."""
        program = self.program
        groups: list[tuple[str, Any]] = [("x", program.inputs), ("f", program.fresh), ("s", program.before)]
        arguments = [self._named(ref, f"{letter}{i}") for letter, refs in groups for i, ref in enumerate(refs)]
        for i, (ref, array) in enumerate(program.constants.items()):
            self.space[self._named(ref, f"c{i}")] = array
        self._write_guards(self.schedule.guards_before)
        for at, part in enumerate(self.schedule.parts):
            self._write_part(part)
            if self.mark is not None:
                self.lines.append(f"mark({at})")
        numbers = self._write_changes()
        results = ", ".join([self.names[ref] for ref in program.results])
        buffers = [f"b{i}" for i in range(len(self.memory.kinds))]
        unpack = [f"{', '.join(buffers)}, = buffers"] if buffers else []
        body = [*unpack, *self.lines, f"return [{results}], [{', '.join(numbers)}]"]
        return "\n".join([f"def run({', '.join([*arguments, 'buffers'])}):", *[f"    {line}" for line in body]])

    def _write_changes(self) -> list[str]:
        """Copy the new values of variables and slots that are not in place yet; return the names of the numbers."""
        numbers = []
        for before, after in zip(self.program.before, self.program.after, strict=True):
            if before == after or self.memory.state.get(after) == before:
                continue
            if self.program.kinds[before].number is not None:
                numbers.append(self.names[after])
            else:
                self.lines.append(f"copy({self.names[before]}, {self.names[after]})")
        return numbers

    # Names.

    def _named(self, ref: Ref, name: str) -> str:
        return self.names.setdefault(ref, name)

    def _name_outs(self, part: Part) -> None:
        """Name the memory that each value of a part is in."""
        for ref in part.outs:
            if ref in self.memory.state:
                home = self.names[self.memory.state[ref]]
            else:
                home = f"b{self.memory.buffer[ref]}" if ref in self.memory.buffer else f"v{ref.number}"
            self._named(ref, home)

    def _object(self, x: Any) -> str:
        """Return the name of an object that the text cannot spell."""
        if id(x) not in self._known:
            self._known[id(x)] = f"k{len(self._known)}"
            self.space[self._known[id(x)]] = x
        return self._known[id(x)]

    def _text(self, x: Any) -> str:
        if isinstance(x, Ref):
            return self.names[x]
        if type(x) is tuple:
            return f"({', '.join(map(self._text, x))}{',' if len(x) == 1 else ''})"
        if type(x) is list:
            return f"[{', '.join(map(self._text, x))}]"
        if type(x) is dict:
            return f"{{{', '.join([f'{self._text(k)}: {self._text(v)}' for k, v in x.items()])}}}"
        if x is None or x is Ellipsis:
            return repr(x)
        if type(x) in (bool, int, str) or (type(x) is float and np.isfinite(x)):
            return f"({x!r})" if type(x) in (int, float) and x < 0 else repr(x)
        if isinstance(x, slice):
            return f"slice({self._text(x.start)}, {self._text(x.stop)}, {self._text(x.step)})"
        return self._object(x)

    # Parts.

    def _write_part(self, part: Part) -> None:
        if isinstance(part, Group) and part.kind == SMALL:
            self._write_small(part)
            return
        self._name_outs(part)
        if isinstance(part, Step):
            self._write_step(part)
        elif part.kind == SCALARS:
            self._kernels += 1
            name = self._object(part.kernel)
            outs, reads = ([self.names[ref] for ref in refs] for refs in (part.outs, part.reads))
            self.lines.append(f"{', '.join(outs)}, = {name}([{', '.join(reads)}])")
        else:
            kernel = self.compile_kernel(part, self.names)
            self._write_empty(kernel.writes)
            self.lines.append(self._kernel_call(kernel))
        self._write_guards(self.schedule.guards_after(part))

    def _write_small(self, group: Group) -> None:
        """Write one call for parts on small arrays, after the views between them."""
        for part in [*group.members, *group.views]:
            self._name_outs(part)
        kernel = self.compile_kernel(group, self.names)
        self._write_empty(kernel.writes)
        for view in group.views:
            self._write_step(view)
        self.lines.append(f"if {self._kernel_call(kernel)}: raise GuardFailedError")

    def _kernel_call(self, kernel: Kernel) -> str:
        self._kernels += 1
        scratch = [f"b{number}" for number in self.memory.scratch(kernel.scratch)]
        return f"{self._object(kernel.function)}({', '.join([*kernel.arguments, *scratch])})"

    def _write_empty(self, refs: Sequence[Ref]) -> None:
        """Make new memory for values that have none."""
        for ref in refs:
            if ref not in self.memory.placed:
                kind = self.program.kinds[ref]
                self.lines.append(f"{self.names[ref]} = empty({kind.shape}, {self._object(kind.dtype)})")

    def _write_guards(self, guards: Sequence[Guard]) -> None:
        for guard in guards:
            name = self.names[guard.value]
            if guard.convert is is_number:
                broken = f"{name} != {name}"
            elif guard.convert is bool:
                broken = f"not {name}" if guard.expected else name
            else:
                broken = f"{self._object(guard.convert)}({name}) != {guard.expected!r}"
            self.lines.append(f"if {broken}: raise GuardFailedError")

    # Steps.

    def _write_step(self, step: Step) -> None:
        names = [self.names[ref] for ref in step.outs]
        if step.several:
            call = self._call(step, step.function, step.args, step.options)
            self.lines.append(f"{', '.join(names)}, = {call}" if names else call)
        elif (text := self._short_form(step)) is not None:
            self.lines.append(f"{names[0]} = {text}")
        elif step.outs[0] in self.memory.placed:
            self.lines.append(f"{self._full_form(step)[:-1]}, out={names[0]})")
        else:
            self.lines.append(f"{names[0]} = {self._full_form(step)}")

    def _short_form(self, step: Step) -> str | None:
        """Return a step as an operator on numbers, an index or a method, which take less time than the function."""
        op, kind = describe(step.function), self.program.kinds[step.outs[0]]
        args = [self._text(x) for x in step.args]
        on_numbers = kind.number is not None or op.dtypes == ORDERED
        if op.sign and on_numbers and not op.raises and not any([self._is_array(x) for x in step.args]):
            return f"{args[0]} {op.sign} {args[1]}"
        if kind.number is not None:
            call = self._call(step, step.function, step.args, step.options)
            return call if step.function is kind.number else f"{call}.item()"
        if op.kind == INDEX:
            return f"{args[0]}[{args[1]}]"
        if op.method and (not op.most or self._is_array(step.args[0])):
            return self._method_form(step, op, args)
        if op.divides and self._is_plain_mean(step):
            assert op.accumulate is not None
            size = prod(self.program.kinds[step.args[0]].shape)
            return f"{self._object(op.accumulate.reduce)}({args[0]}, axis=None) / {size}"
        return None

    def _method_form(self, step: Step, op: NumpyOp, args: list[str]) -> str | None:
        if not op.most:  # a method, with whatever it was called with
            options = [f"{name}={self._text(x)}" for name, x in step.options.items()]
            return f"{args[0]}.{op.method}({', '.join([*args[1:], *options])})"
        if op.to_result:
            return f"{args[0]}.{op.method}({self.program.kinds[step.outs[0]].shape})"
        if not set(step.options) <= set(op.keywords):
            return None
        words = [*args[1:], *[self._text(step.options[name]) for name in op.keywords if name in step.options]]
        if len(words) >= op.most:
            return None
        return f"{args[0]}.{op.method}({', '.join([*words, *([op.appended] if op.appended else [])])})"

    def _full_form(self, step: Step) -> str:
        """Return a step as a call, of a function that does the same in less time if there is one."""
        op, args, options = describe(step.function), step.args, step.options
        function: Function = step.function
        if op.wraps_numbers and step.outs[0] in self.memory.placed:
            dtype = self.program.kinds[step.outs[0]].dtype
            args = tuple([self._as_array(x, dtype) for x in args])
        plain = len(args) == 1 and set(options) <= {"axis", "keepdims"} and self._is_array(args[0])
        if op.accumulate is not None and op.writes and plain:
            function, options = op.accumulate.reduce, {"axis": None} | options
        return self._call(step, function, args, options)

    def _call(self, step: Step, function: Function, args: Sequence[Any], options: dict[str, Any]) -> str:
        words = [*map(self._text, args), *[f"{name}={self._text(x)}" for name, x in options.items()]]
        return f"{self._object(function)}({', '.join(words)})"

    def _as_array(self, x: Any, dtype: np.dtype[Any]) -> Any:
        """Return a number as an array without axes, which holds what NumPy would make of it."""
        if dtype.char not in "fd" or (type(x) is not float and not (type(x) is int and abs(x) < 2**24)):
            return x
        with np.errstate(all="ignore"):
            return self._numbers.setdefault((repr(x), dtype), np.array(x, dtype))

    def _is_plain_mean(self, step: Step) -> bool:
        """Whether a mean is over all elements, and of a dtype in which NumPy adds them up without widening."""
        usual = {"axis": None, "keepdims": False}
        if len(step.args) != 1 or not all([name in usual and usual[name] is x for name, x in step.options.items()]):
            return False
        kind = self.program.kinds[step.args[0]]
        return kind.dtype.char in "fd" and bool(kind.shape) and prod(kind.shape) > 0

    def _is_array(self, x: Any) -> bool:
        return isinstance(x, Ref) and bool(self.program.kinds[x].shape)
