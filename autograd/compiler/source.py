"""A program as plain NumPy that a student can read, run and keep: forward, backward and update, line by line.

Values that are used once stand inside the line that uses them, as a person would write it. Variables, slots and
arguments keep their names; `d_w` is the gradient of w, `new_w` its new value. How single calls are written is in
`wording`.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections import Counter, defaultdict
from typing import Any

import numpy as np

from autograd.compiler import levels_text
from autograd.compiler.ir import Group, Guard, Program, Ref, Step, is_number
from autograd.compiler.levels_text import parts_of
from autograd.compiler.numpy_ops import added_at, item, with_item
from autograd.compiler.wording import ATOM, Wording, constant_text, import_of

_WIDE = 88  # characters: a line that would grow beyond is written as two


def source(program: Program, name: str = "step") -> str:
    """The text of a module with one function, which needs NumPy alone as far as NumPy has what it calls."""
    return _Writer(program, name).text()


class _Writer:
    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = name
        self.taken = {"np", name}
        self.counts: dict[str, int] = defaultdict(lambda: 1)  # how many names start alike
        self.lines: list[str] = []
        self.phase: tuple[str, ...] = ()
        self.tests: list[str] = []  # of decisions, which wait for the end of their part
        self.words = Wording(program)
        self.guards: dict[Ref, list[Guard]] = defaultdict(list)
        for guard in program.guards:
            self.guards[guard.value].append(guard)
        self.looked_at = _looked_at(program)  # gradients that must not be NaN, by the value that the guard looks at
        self.steps = [step for step in program.steps if step.outs[0] not in self.looked_at]
        others = [guard.value for guard in program.guards if guard.value not in self.looked_at]
        self.uses = Counter([ref for step in self.steps for ref in step.reads])
        self.uses.update([*program.results, *others, *self.looked_at.values()])
        self.uses.update([new for old, new in zip(program.before, program.after, strict=True) if old != new])
        self.kept = {*self.looked_at.values(), *[ref for ref in program.after if ref not in program.before]}

    def text(self) -> str:
        program = self.program
        shared = [ref for ref in program.constants if ref in program.shared]
        takes = [self._name(ref, program.names.get(ref) or "x") for ref in program.inputs]
        takes += [self._name(ref, program.names.get(ref) or "fresh") for ref in program.fresh]
        takes += [self._name(ref, program.names.get(ref) or "state") for ref in program.before]
        takes += [self._name(ref, "data") for ref in shared]
        head = []
        for ref, array in program.constants.items():
            if ref not in program.shared and self.uses[ref]:
                text = constant_text(array)
                if len(text) <= 40 or (self.uses[ref] == 1 and len(text) <= 60):
                    self.words.of[ref] = (text, ATOM)
                else:
                    head += _wrapped(f"{self._name(ref, 'constant')} = {text}")
        for part in parts_of(program, self.steps):
            if isinstance(part, Group):
                head += self._write_levels(part)
            else:
                self._write(part)
        self._check_decisions()
        self._check_gradients()
        changed = [(old, new) for old, new in zip(program.before, program.after, strict=True) if old != new]
        gives = [self.words(ref) for ref in [*program.results, *[new for _, new in changed]]]
        returned = "return " + (", ".join(gives) or "None")
        body = [*self.lines, *[f"    {line}" for line in _wrapped(returned)]]
        told = "Takes its arguments and gives its results."
        if program.before:
            told = "Takes arguments, then variables and slots. Gives results, then the new values of what changed."
        docstring = textwrap.wrap(f'"""{told}"""', _WIDE, initial_indent="    ", subsequent_indent="    ")
        first = _wrapped(f"def {self.name}({', '.join(takes)}):")
        preamble = [*head, ""] if head else []
        called = {step.function for step in self.steps if not step.function.__name__.startswith(".")}
        ours = sorted({import_of(function) for function in called - {item, with_item} if not _is_at(function)} - {""})
        imports = ["import numpy as np", *([""] if ours else []), *ours]
        return "\n".join([*imports, "", *preamble, "", *first, *docstring, *body, ""])

    def _name(self, ref: Ref, wish: str) -> str:
        name = self._new(wish)
        self.words.of[ref] = (name, ATOM)
        return name

    def _new(self, wish: str) -> str:
        """A name that is not taken yet."""
        wish = re.sub(r"\W", "_", wish)
        wish = f"_{wish}" if wish[0].isdigit() or keyword.iskeyword(wish) else wish
        name = wish
        while name in self.taken:
            self.counts[wish] += 1
            name = f"{wish}{self.counts[wish]}"
        self.taken.add(name)
        return name

    def _write_levels(self, run: Group) -> list[str]:
        """Write many steps of scalars by levels; gives the lines for the head of the module."""
        for ref in run.outs:
            self._name(ref, self.program.names.get(ref) or "t")
        head, body = levels_text.written(run, self.program, self.words, self._new)
        self.lines += [f"    {line}" for line in body]
        for step in run.steps:
            self._note_decisions(step)
        return head

    def _write(self, step: Step) -> None:
        if step.phase[:1] == ("update",) and self.phase[:1] != ("update",):
            self._check_gradients()
        wish = self.program.names.get(step.outs[0]) or "t"
        if step.function is with_item:
            x, key, value = step.args
            name = self._name(step.outs[0], wish)
            self._add(step, f"{name} = {self.words(x, tight=True)}.copy()")
            self._add(step, f"{name}[{self.words.key(key)}] = {self.words(value)}")
        elif _is_at(step.function):
            x, *rest = step.args
            name = self._name(step.outs[0], wish)
            ufunc = step.function.__name__.removesuffix("_at")
            self._add(step, f"{name} = {self.words(x, tight=True)}.copy()")
            self._add(step, f"np.{ufunc}.at({', '.join([name, *map(self.words, rest)])})")
        elif step.several:
            text, _ = self.words.call(step)
            names = [self._name(ref, "t") for ref in step.outs]
            self._add(step, f"{', '.join(names)}{',' if len(names) == 1 else ''} = {text}")
        else:
            (out,) = step.outs
            text, binds = self.words.call(step)
            if (
                self.uses[out] == 1
                and out not in self.kept
                and len(text) <= _WIDE // 2
                and out not in self.program.names
            ):
                self.words.of[out] = (text, binds)
            else:
                self._add(step, f"{self._name(out, wish)} = {text}")
        self._note_decisions(step)

    def _add(self, step: Step, line: str) -> None:
        if step.phase[:1] != self.phase[:1]:
            self._check_decisions()
        if step.phase != self.phase and step.phase:
            self.phase = step.phase
            name, *scopes = step.phase
            self.lines.append(f"    # {name}{': ' if scopes else ''}{'/'.join(scopes)}")
        self.lines += [f"    {part}" for part in _wrapped(line)]

    def _note_decisions(self, step: Step) -> None:
        """Note that what Python decided by this step's result is to come out the same."""
        for ref in step.outs:
            if ref not in self.looked_at:
                self.tests += [self._test(guard) for guard in self.guards.get(ref, [])]

    def _check_decisions(self) -> None:
        if self.tests:
            line = f'assert {" and ".join(self.tests)}, "another case than this program was made for"'
            self.lines += [f"    {part}" for part in _wrapped(line)]
            self.tests = []

    def _test(self, guard: Guard) -> str:
        if guard.convert is bool:
            return self.words(guard.value) if guard.expected else f"not {self.words(guard.value, tight=True)}"
        if guard.convert is is_number:
            return f"not np.isnan({self.words(guard.value)})"
        shape = ".shape" if guard.convert is np.shape else ""
        return f"{self.words(guard.value, tight=True)}{shape} == {guard.expected!r}"

    def _check_gradients(self) -> None:
        """Hold, once, that no gradient is NaN."""
        names = [self.words(ref) for ref in dict.fromkeys(self.looked_at.values())]
        self.looked_at = {}
        if len(names) == 1:
            self.lines.append(f'    assert not np.isnan({names[0]}).any(), "the gradient is NaN"')
        elif names:
            line = f'assert not any(np.isnan(d).any() for d in ({", ".join(names)})), "a gradient is NaN"'
            self.lines += [f"    {part}" for part in _wrapped(line)]


def _is_at(function: Any) -> bool:
    """Whether a function is a ufunc's `at` on a copy."""
    return getattr(function, "__module__", None) == added_at.__module__ and function.__name__.endswith("_at")


def _looked_at(program: Program) -> dict[Ref, Ref]:
    """For each sum of squares by which a guard finds a NaN, the gradient that it is of."""
    made = {out: step for step in program.steps for out in step.outs}
    read = {ref for step in program.steps for ref in step.reads}
    found = {}
    for guard in program.guards:
        step = made.get(guard.value)
        if guard.convert is is_number and step is not None and step.function is np.vdot and guard.value not in read:
            found[guard.value] = step.args[0]
    return found


def _wrapped(line: str) -> list[str]:
    """A line as several, if it is too long: what stands in its widest brackets goes on lines of its own."""
    if len(line) <= _WIDE:
        return [line]
    if line.startswith("return "):
        line = f"return ({line.removeprefix('return ')})"
    start, end = _widest(line)
    if end - start < _WIDE // 2:
        return [line]
    inner = textwrap.wrap(line[start + 1 : end], _WIDE - 4, break_long_words=False, break_on_hyphens=False)
    return [line[: start + 1], *[f"    {part}" for part in inner], line[end:]]


def _widest(line: str) -> tuple[int, int]:
    """Where the brackets open and close that hold most of the line, of those on the outermost level."""
    widest, depth, start = (0, 0), 0, 0
    for at, letter in enumerate(line):
        if letter in "([{":
            start = at if depth == 0 else start
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth == 0 and at - start > widest[1] - widest[0]:
                widest = (start, at)
    return widest
