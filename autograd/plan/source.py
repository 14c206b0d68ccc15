"""A program as plain NumPy that a student can read, run and keep: forward, backward and update, line by line.

Values that are used once stand inside the line that uses them, as a person would write it. Values that come from the
same place keep the names of the user's variables.
"""

from __future__ import annotations

import keyword
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.nest import leaves
from autograd.plan.program import Program, Ref, Step
from autograd.plan.traced import item, with_item

_INFIX = {
    np.add: ("+", 4), np.subtract: ("-", 4), np.multiply: ("*", 5), np.divide: ("/", 5), np.matmul: ("@", 5),
    np.power: ("**", 7), np.greater: (">", 2), np.greater_equal: (">=", 2), np.less: ("<", 2), np.less_equal: ("<=", 2),
    np.equal: ("==", 2), np.not_equal: ("!=", 2), np.bitwise_and: ("&", 3), np.bitwise_or: ("|", 3),
}  # fmt: skip
_ATOM = 9  # binds tighter than every operator
_WIDE = 88  # characters: a line that would grow beyond is written as two


def source(program: Program, name: str = "step") -> str:
    """The text of a module with one function, which needs NumPy alone."""
    return _Writer(program, name).text()


class _Writer:
    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = name
        self.taken = {"np", name}
        self.words: dict[Ref, tuple[str, int]] = {}  # how a value is written, and how tightly that binds
        self.lines: list[str] = []
        self.uses = Counter([ref for step in program.steps for ref in step.reads])
        self.uses.update(program.wanted())
        self.kept = set(program.wanted())

    def text(self) -> str:
        program = self.program
        inputs = [self._name(ref, program.names.get(ref) or "x") for ref in program.inputs]
        fresh = [self._name(ref, "fresh") for ref in program.fresh]
        state = [self._name(ref, program.names.get(ref) or "state") for ref in program.before]
        head = [self._constant(ref, array) for ref, array in program.constants.items() if self.uses[ref]]
        checked: dict[Ref, list[Any]] = {}
        for guard in program.guards:
            checked.setdefault(guard.value, []).append(guard)
        for number, step in enumerate(program.steps):
            self._write(step, self._next_reader(number))
            for ref in step.outs:
                for guard in checked.get(ref, []):
                    self.lines.append(f"assert {self.words[ref][0]} == {guard.expected!r}")
        after = [
            self.words[new][0] for old, new in zip(program.before, program.after, strict=True) if old != new
        ]
        results = [self.words[ref][0] for ref in program.results]
        gives = ", ".join([*results, *after]) or "None"
        arguments = ", ".join([*inputs, *fresh, *state])
        body = "\n".join([f"    {line}" for line in [*self.lines, f"return {gives}"]])
        preamble = "".join([f"{line}\n" for line in head])
        return f"import numpy as np\n\n{preamble}\n\ndef {self.name}({arguments}):\n{body}\n"

    def _next_reader(self, number: int) -> Step | None:
        steps = self.program.steps
        return steps[number + 1] if number + 1 < len(steps) else None

    def _name(self, ref: Ref, wish: str) -> str:
        wish = re.sub(r"\W", "_", wish)
        wish = f"_{wish}" if wish[0].isdigit() or keyword.iskeyword(wish) else wish
        name, count = wish, 1
        while name in self.taken:
            count += 1
            name = f"{wish}{count}"
        self.taken.add(name)
        self.words[ref] = (name, _ATOM)
        return name

    def _constant(self, ref: Ref, array: Any) -> str:
        name = self._name(ref, "constant")
        return f"{name} = np.array({np.asarray(array).tolist()!r}, dtype=np.{np.asarray(array).dtype})"

    def _write(self, step: Step, following: Step | None) -> None:
        if step.function is with_item:
            x, key, value = step.args
            name = self._name(step.outs[0], "t")
            self.lines += [f"{name} = {self._of(x)[0]}.copy()", f"{name}[{self._key(key)}] = {self._of(value)[0]}"]
            return
        text, binds = self._call(step)
        if step.several:
            names = [self._name(ref, "t") for ref in step.outs]
            self.lines.append(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {text}")
            return
        (out,) = step.outs
        once = self.uses[out] == 1 and out not in self.kept and len(text) <= _WIDE // 2
        if once:
            self.words[out] = (text, binds)
        else:
            self.lines.append(f"{self._name(out, self.program.names.get(out) or 't')} = {text}")

    def _call(self, step: Step) -> tuple[str, int]:
        function, args = step.function, step.args
        if function in _INFIX and len(args) == 2 and not step.options:
            sign, binds = _INFIX[function]
            left, right = self._of(args[0]), self._of(args[1])
            strict_left = function is np.power or binds == 2
            a = left[0] if left[1] > binds or (left[1] == binds and not strict_left) else f"({left[0]})"
            b = right[0] if right[1] > binds else f"({right[0]})"
            return f"{a} {sign} {b}" if function is not np.power else f"{a}**{b}", binds
        if function is np.negative and not step.options:
            x = self._of(args[0])
            return f"-{x[0]}" if x[1] > 5 else f"-({x[0]})", 6
        if function is item:
            return f"{self._tight(args[0])}[{self._key(args[1])}]", _ATOM
        if function in (np.transpose, np.matrix_transpose) and len(args) == 1 and not step.options and self._flat(args[0]):
            return f"{self._tight(args[0])}.T", _ATOM
        if function is np.swapaxes and len(self.program.kinds[step.outs[0]].shape) == 2:
            return f"{self._tight(args[0])}.T", _ATOM
        words = [self._of(x)[0] for x in args]
        options = [f"{key}={self._of(x)[0]}" for key, x in step.options.items()]
        if function.__name__.startswith("."):
            return f"{self._tight(args[0])}{function.__name__}({', '.join([*words[1:], *options])})", _ATOM
        return f"{_known(function)}({', '.join([*words, *options])})", _ATOM

    def _flat(self, x: Any) -> bool:
        return isinstance(x, Ref) and len(self.program.kinds[x].shape) == 2

    def _tight(self, x: Any) -> str:
        text, binds = self._of(x)
        return text if binds == _ATOM else f"({text})"

    def _of(self, x: Any) -> tuple[str, int]:
        if isinstance(x, Ref):
            return self.words[x]
        if isinstance(x, tuple):
            return f"({', '.join([self._of(v)[0] for v in x])}{',' if len(x) == 1 else ''})", _ATOM
        if isinstance(x, list):
            return f"[{', '.join([self._of(v)[0] for v in x])}]", _ATOM
        if isinstance(x, slice):
            return f"slice({x.start}, {x.stop}, {x.step})", _ATOM
        if isinstance(x, float) and not math.isfinite(x):
            return {math.inf: "np.inf", -math.inf: "-np.inf"}.get(x, "np.nan"), 6
        if isinstance(x, np.dtype):
            return f"np.{x}", _ATOM
        if isinstance(x, type) and issubclass(x, np.generic):
            return f"np.{x.__name__}", _ATOM
        if isinstance(x, np.generic):
            return f"np.{x.dtype}({x.item()!r})", _ATOM
        if isinstance(x, int | float) and x < 0:
            return repr(x), 6
        return "..." if x is Ellipsis else repr(x), _ATOM

    def _key(self, key: Any) -> str:
        if isinstance(key, tuple):
            return ", ".join([self._key(part) for part in key]) + ("," if len(key) == 1 else "") or "()"
        if isinstance(key, slice):
            ends = ["" if v is None else self._of(v)[0] for v in (key.start, key.stop, key.step)]
            return ":".join(ends if key.step is not None else ends[:2])
        return self._of(key)[0]


def _known(function: Callable[..., Any]) -> str:
    """A NumPy function as people write it."""
    module = (getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1)
    return f"{module}.{function.__name__}" if module.startswith("np") else f"np.{function.__name__}"
