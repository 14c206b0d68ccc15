"""From a program to Python that runs it fast: every step writes into a buffer that is used again, runs are one call.

The result is source text again, so that one can look at it; the readable program is in `source`, and where values lie
is decided in `memory`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.blocks import blocked, pays
from autograd.compiler.ir import Guard, Program, Ref, Step, is_number
from autograd.compiler.joined import Joined, joined
from autograd.compiler.joined_text import Text
from autograd.compiler.kernels import is_kept, kernel, module_of
from autograd.compiler.levels import Levels, levels_if_faster
from autograd.compiler.memory import REDUCTIONS, Memory, Part, outs_of
from autograd.compiler.operands import Operands
from autograd.compiler.schedule import SMALLEST, Run, ordered, with_sums
from autograd.compiler.signs import COMPARING, SIGNS
from autograd.compiler.tracer import item, method_of

# Functions that do as the method of this name, with less ado.
_METHODS = {
    np.reshape: ".reshape", np.swapaxes: ".swapaxes", np.squeeze: ".squeeze", np.transpose: ".transpose",
    np.ravel: ".ravel",
}  # fmt: skip
# On Python's numbers their signs never raise, and give what NumPy gives.
_ON_NUMBERS = frozenset([np.add, np.subtract, np.multiply])
# Functions that take a number as what their array is made of; an array without axes says so in half the time.
_ARITHMETIC = frozenset([np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum])


class GuardFailedError(Exception):
    """A decision came out otherwise than when the program was traced."""


class NotKeptError(Exception):
    """What is to be compiled is not on disk."""


class Lowered:
    """A program as one Python function `run`, its `text`, and the `memory` it needs.

    `run(*inputs, *fresh, *state, buffers)` gives the results and the new values of those variables that are numbers.
    fuse: whether runs become loops compiled by numba; smallest: elements from which a run is one. More can be compiled,
    which takes seconds unless it is on disk: join: what is done with small arrays, which shows in no bit; kept: or
    NotKeptError.
    """

    def __init__(
        self,
        program: Program,
        *,
        fuse: bool = True,
        smallest: int = SMALLEST,
        join: bool = False,
        kept: bool = False,
    ) -> None:
        self.program = program
        self.fuse = fuse
        self.join = join
        self.kept = kept
        self.levels: dict[Run, Levels] = {}
        parts = [part for run in ordered(program, smallest) for part in self._usable(run)]
        self.parts = with_sums(parts, program, smallest) if fuse else parts
        self.memory = Memory(program, self.parts)
        self.names: dict[Ref, str] = {}
        self.lines: list[str] = []
        self.space: dict[str, Any] = {"GuardFailedError": GuardFailedError, "copy": np.copyto, "empty": np.empty}
        self._known: dict[int, str] = {}  # names of objects in `space`, by id
        self._numbers: dict[tuple[str, np.dtype[Any]], Any] = {}
        self.text = self._written()
        exec(compile(self.text, "<plan>", "exec"), self.space)
        self.run: Callable[..., Any] = self.space["run"]

    def workspace(self) -> list[Any]:
        """New buffers for `run`."""
        return [kind.empty() for kind in self.memory.kinds]

    def _usable(self, part: Step | Run) -> Sequence[Step | Run]:
        """A run as it is, if that is faster than its steps one by one; else these."""
        if not isinstance(part, Run):
            return [part]
        if part.shape:
            return [part] if self.fuse or pays(part, self.program) else part.steps
        levels = levels_if_faster(part, self.program, interpreted=self.fuse)
        if levels is None:
            return part.steps
        self.levels[part] = levels
        return [part]

    def _written(self) -> str:
        program = self.program
        groups: list[tuple[str, Any]] = [("x", program.inputs), ("f", program.fresh), ("s", program.before)]
        arguments = [self._named(ref, f"{letter}{i}") for letter, refs in groups for i, ref in enumerate(refs)]
        for i, (ref, array) in enumerate(program.constants.items()):
            self.space[self._named(ref, f"c{i}")] = array
        self._check(-1)
        for each in self._groups():
            if isinstance(each, Joined):
                self._write_joined(each)
            else:
                self._write_part(each)
                self._check(each)
        numbers = []
        for before, after in zip(program.before, program.after, strict=True):
            if before == after or self.memory.state.get(after) == before:
                continue
            if program.kinds[before].number is not None:
                numbers.append(self.names[after])
            else:
                self.lines.append(f"copy({self.names[before]}, {self.names[after]})")
        results = ", ".join([self.names[ref] for ref in program.results])
        buffers = [f"b{i}" for i in range(len(self.memory.kinds))]
        unpack = [f"{', '.join(buffers)}, = buffers"] if buffers else []
        body = [*unpack, *self.lines, f"return [{results}], [{', '.join(numbers)}]"]
        return "\n".join([f"def run({', '.join([*arguments, 'buffers'])}):", *[f"    {line}" for line in body]])

    def _groups(self) -> list[int | Joined]:
        """The parts by their places, with those together that are done in one call."""
        places = range(len(self.parts))
        return joined(places, self.parts, self.memory, self.program) if self.join else [*places]

    def _home(self, ref: Ref) -> str:
        """The name of the memory that a value is in."""
        if ref in self.memory.state:
            return self.names[self.memory.state[ref]]
        return f"b{self.memory.buffer[ref]}" if ref in self.memory.buffer else f"v{ref.number}"

    def _named(self, ref: Ref, name: str) -> str:
        return self.names.setdefault(ref, name)

    def _check(self, at: int) -> None:
        for number in self.memory.guards_at.get(at, []):
            guard = self.program.guards[number]
            self.lines.append(f"if {self._broken(guard)}: raise GuardFailedError({number})")

    def _broken(self, guard: Guard) -> str:
        name = self.names[guard.value]
        if guard.convert is is_number:
            return f"{name} != {name}"
        if guard.convert is bool:
            return f"not {name}" if guard.expected else name
        return f"{self._word(guard.convert)}({name}) != {guard.expected!r}"

    # How things are written.

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
        return self._word(x)

    def _word(self, x: Any) -> str:
        """The name of an object that the text can not spell."""
        if id(x) not in self._known:
            self._known[id(x)] = f"k{len(self._known)}"
            self.space[self._known[id(x)]] = x
        return self._known[id(x)]

    def _name_outs(self, at: int) -> None:
        for out in outs_of(self.parts[at]):
            self._named(out, self._home(out))

    def _write_part(self, at: int) -> None:
        part = self.parts[at]
        self._name_outs(at)
        if isinstance(part, Run):
            self._write_run(part)
        else:
            self._write_step(part)

    def _write_joined(self, group: Joined) -> None:
        for at in [*group.parts, *group.views]:
            self._name_outs(at)
        text = Text(group, self.parts, self.memory, self.program, self.names)
        for ref in text.made:
            self._write_empty(ref)
        for at in group.views:
            self._write_part(at)
        name = f"loop{len(self.lines)}"
        module = module_of(text.text)
        if self.kept and not is_kept(module):
            raise NotKeptError
        self.space[name] = module.loop
        self.lines.append(f"if {name}({', '.join(text.arguments)}): raise GuardFailedError")

    def _write_empty(self, ref: Ref) -> None:
        kind = self.program.kinds[ref]
        self.lines.append(f"{self.names[ref]} = empty({kind.shape}, {self._word(kind.dtype)})")

    def _write_made(self, part: Part) -> None:
        """New memory for what has none."""
        for ref in outs_of(part):
            if self.names[ref].startswith("v"):
                self._write_empty(ref)

    def _write_step(self, step: Step) -> None:
        names = [self.names[ref] for ref in step.outs]
        call, into = self._call(step)
        if step.several:
            self.lines.append(f"{', '.join(names)}, = {call}" if names else call)
        elif into:
            self.lines.append(f"{call[:-1]}, out={names[0]})")
        else:
            self.lines.append(f"{names[0]} = {call}")

    def _call(self, step: Step) -> tuple[str, bool]:
        """A step as an expression, and whether it is to be told where to write."""
        function, options = step.function, step.options
        args = [self._text(x) for x in step.args]
        kind = self.program.kinds[step.outs[0]] if step.outs else None
        if kind is not None and kind.number is not None:
            if function in _ON_NUMBERS and len(args) == 2:
                return f"{args[0]} {SIGNS[function]} {args[1]}", False
            call = f"{self._word(function)}({', '.join(args)})"
            return call if function is kind.number else f"{call}.item()", False
        if function in COMPARING and not any([self._is_array(x) for x in step.args]):
            return f"{args[0]} {SIGNS[function]} {args[1]}", False
        into = step.outs[0] in self.memory.buffer or step.outs[0] in self.memory.state if step.outs else False
        if into and kind is not None and function in _ARITHMETIC and kind.dtype.char in "fd":
            args = [self._text(self._as_array(x, kind.dtype)) for x in step.args]
        if (
            function in REDUCTIONS
            and len(args) == 1
            and set(options) <= {"axis", "keepdims"}
            and self._is_array(step.args[0])
        ):
            function, options = REDUCTIONS[function], {"axis": None} | options
        rest = [f"{name}={self._text(x)}" for name, x in options.items()]
        if (
            function in _METHODS
            and self._is_array(step.args[0])
            and not options
            and len(args) <= 3 - (function is np.reshape)
        ):
            return f"{args[0]}{_METHODS[function]}({', '.join(args[1:])})", False
        if function is np.swapaxes and self._is_array(step.args[0]):
            axes = [*args[1:], *[self._text(options[name]) for name in ("axis1", "axis2") if name in options]]
            return f"{args[0]}.swapaxes({', '.join(axes)})", False
        if function is np.mean and self._is_plain_mean(step):
            size = prod(self.program.kinds[step.args[0]].shape)
            return f"{self._word(np.add.reduce)}({args[0]}, axis=None) / {size}", False
        if function is np.expand_dims and kind is not None and self._is_array(step.args[0]):
            return f"{args[0]}.reshape({kind.shape})", False
        if function is np.matrix_transpose and self._is_array(step.args[0]):
            return f"{args[0]}.swapaxes(-1, -2)", False
        if function is item:
            return f"{args[0]}[{args[1]}]", False
        if function.__name__.startswith(".") and method_of(function.__name__[1:]) is function:
            return f"{args[0]}{function.__name__}({', '.join([*args[1:], *rest])})", False
        return f"{self._word(function)}({', '.join([*args, *rest])})", into

    def _as_array(self, x: Any, dtype: np.dtype[Any]) -> Any:
        """A plain number of a program as an array without axes, which holds what NumPy would make of it."""
        if type(x) is not float and not (type(x) is int and abs(x) < 2**24):
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

    def _write_run(self, run: Run) -> None:
        if not run.shape:
            outs, inputs = ([self.names[ref] for ref in refs] for refs in (run.outs, run.inputs))
            self.space[f"levels{len(self.lines)}"] = self.levels[run]
            self.lines.append(f"{', '.join(outs)}, = levels{len(self.lines)}([{', '.join(inputs)}])")
            return
        self._write_made(run)
        operands = Operands(run, self.program, self.names)
        given = operands.arguments
        if self.fuse:
            loop = kernel(run, self.program, operands).loop
        else:
            loop, kinds = blocked(run, self.program, operands)
            given = [*given, *[f"b{number}" for number in self.memory.scratch(kinds)]]
        self.space[f"loop{len(self.lines)}"] = loop
        self.lines.append(f"loop{len(self.lines)}({', '.join(given)})")
