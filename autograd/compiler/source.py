"""Write a program as plain NumPy that a student can read, run and keep: forward, backward and update, line by line.

Values that are used once stand inside the line that uses them, as a person would write it. Variables, slots and
arguments keep their names; `d_w` is the gradient of w, `new_w` its new value. Statements are built as syntax trees, and
`ast.unparse` writes them.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import re
import sys
import textwrap
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.fusion import fuse
from autograd.compiler.ir import SCALARS, Group, Guard, Part, Program, Ref, Step, is_number
from autograd.compiler.numpy_ops import (
    CHANGE,
    INDEX,
    POWERS,
    REDUCTION,
    SCATTER,
    STORE,
    WRITE,
    describe,
)
from autograd.compiler.scalar_graph import Level, Places, ScalarGraph
from autograd.compiler.simplify import probes_nan

_WIDE = 88  # characters: a line that would grow beyond is written as two
_MANY = 4000  # scalar steps from which a program is written by levels
_OPERATORS: dict[str, Any] = {
    "+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div(), "@": ast.MatMult(), "**": ast.Pow(),
    ">": ast.Gt(), ">=": ast.GtE(), "<": ast.Lt(), "<=": ast.LtE(), "==": ast.Eq(), "!=": ast.NotEq(),
}  # fmt: skip
_UFUNCS = ("scipy.special", "scipy.special._ufuncs")  # where ufuncs come from that are not NumPy's
_USUAL = {"axis": None, "keepdims": False}  # options of reductions that are left out


def source(program: Program, name: str = "step") -> str:
    """Return the text of a module with one function.

    It needs NumPy alone as far as NumPy has what it calls; what SciPy or this package has is imported.
    """
    return _Writer(program, name).text()


class _Writer:
    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = _identifier(name)
        self.taken = {"np", self.name, *dir(builtins)}
        self.counts: dict[str, int] = defaultdict(lambda: 1)  # how many names start alike
        self.nodes: dict[Ref, ast.expr] = {}  # how each value is written
        self.imports: dict[str, None] = {}
        self.lines: list[str] = []
        self.phase: tuple[str, ...] = ()
        self.tests: list[ast.expr] = []  # of decisions, which wait for the end of their phase
        self.guards: dict[Ref, list[Guard]] = defaultdict(list)
        for guard in program.guards:
            self.guards[guard.value].append(guard)
        self.probed = _probed(program)  # gradients that must not be NaN, by the value that the guard looks at
        self.steps = [step for step in program.steps if step.outs[0] not in self.probed]
        others = [guard.value for guard in program.guards if guard.value not in self.probed]
        changes = [(old, new) for old, new in zip(program.before, program.after, strict=True) if old != new]
        self.uses = Counter([ref for step in self.steps for ref in step.reads])
        self.uses.update([*program.results, *others, *self.probed.values(), *[new for _, new in changes]])
        self.results = [*program.results, *[new for _, new in changes]]
        self.kept = {*self.probed.values(), *[ref for ref in program.after if ref not in program.before]}

    def text(self) -> str:
        """Return the module."""
        program = self.program
        ops = [describe(step.function) for step in self.steps]
        called = [self.function(op.changed_by or op.function) for op in ops if op.kind not in (INDEX, STORE, SCATTER)]
        self.taken |= {node.id for node in called if isinstance(node, ast.Name)}  # so that nothing else is called so
        shared = [ref for ref in program.constants if ref in program.shared]
        takes = [self._named(ref, program.names.get(ref) or "x") for ref in program.inputs]
        takes += [self._named(ref, program.names.get(ref) or "fresh") for ref in program.fresh]
        takes += [self._named(ref, program.names.get(ref) or "state") for ref in program.before]
        takes += [self._named(ref, "data") for ref in shared]
        head = self._write_constants()
        for part in self._parts():
            if isinstance(part, Group):
                head += self._write_levels(part)
            else:
                self._write(part)
        self._check_decisions()
        self._check_gradients()
        returned = "return " + (", ".join([ast.unparse(self.nodes[ref]) for ref in self.results]) or "None")
        body = [*self.lines, *[f"    {line}" for line in _wrapped(returned)]]
        told = "Takes its arguments and gives its results."
        if program.before:
            told = "Takes arguments, then variables and slots. Gives results, then the new values of what changed."
        docstring = textwrap.wrap(f'"""{told}"""', _WIDE, initial_indent="    ", subsequent_indent="    ")
        first = _wrapped(f"def {self.name}({', '.join(takes)}):")
        preamble = [*head, ""] if head else []
        imports = ["import numpy as np", *([""] if self.imports else []), *sorted(self.imports)]
        return "\n".join([*imports, "", *preamble, "", *first, *docstring, *body, ""])

    # Names.

    def _named(self, ref: Ref, wish: str) -> str:
        name = self._new(wish)
        self.nodes[ref] = ast.Name(name)
        return name

    def _new(self, wish: str) -> str:
        """Return a name that is not taken yet."""
        wish = name = _identifier(wish)
        while name in self.taken:
            self.counts[wish] += 1
            name = f"{wish}{self.counts[wish]}"
        self.taken.add(name)
        return name

    # Statements.

    def _write_constants(self) -> list[str]:
        """Write small constants where they are used; return lines for the others."""
        head = []
        for ref, array in self.program.constants.items():
            if ref not in self.program.shared and self.uses[ref]:
                node = _constant(np.asarray(array))
                text = ast.unparse(node)
                if len(text) <= 40 or (self.uses[ref] == 1 and len(text) <= 60):
                    self.nodes[ref] = node
                else:
                    head += _wrapped(f"{self._named(ref, 'constant')} = {text}")
        return head

    def _parts(self) -> list[Part]:
        """Return the steps, or, if many are of scalars, with those put together."""
        if len(self.steps) < _MANY:
            return [*self.steps]
        wanted = set(self.steps)
        parts: list[Part] = []
        for part in fuse(self.program, _ManyScalars()):
            parts += [part] if isinstance(part, Group) else [step for step in part.steps if step in wanted]
        return parts

    def _write(self, step: Step) -> None:
        if step.phase[:1] == ("update",) and self.phase[:1] != ("update",):
            self._check_gradients()
        wish = self.program.names.get(step.outs[0]) or "t"
        if describe(step.function).kind in (STORE, SCATTER, CHANGE, WRITE):
            self._write_change(step, wish)
        elif step.several:
            node = self._value(step)
            names = ast.Tuple([ast.Name(self._named(ref, "t")) for ref in step.outs])
            self._add(step, f"{ast.unparse(names).strip('()')} = {ast.unparse(node)}")
        else:
            (out,) = step.outs
            node = self._value(step)
            text = ast.unparse(node)
            alone = self.uses[out] == 1 and out not in self.kept and out not in self.program.names
            if alone and len(text) <= _WIDE // 2:
                self.nodes[out] = node
            else:
                self._add(step, f"{self._named(out, wish)} = {text}")
        self._note_decisions(step)

    def _write_change(self, step: Step, wish: str) -> None:
        """Write what changes an array: a copy, and the change of that."""
        op, args = describe(step.function), list(map(self.node, step.args))
        options = [ast.keyword(name, self.node(x)) for name, x in step.options.items()]
        name = self._named(step.outs[0], wish)
        self._add(step, f"{name} = {ast.unparse(_call(ast.Attribute(args[0], 'copy')))}")
        args[0] = ast.Name(name)
        if op.kind == STORE:
            target = ast.unparse(ast.Subscript(args[0], self._key(step.args[1])))
            self._add(step, f"{target} = {ast.unparse(args[2])}")
        elif op.kind == SCATTER:
            self._add(step, ast.unparse(_call(ast.Attribute(self.function(op.at), "at"), args)))
        elif op.kind == CHANGE:
            self._add(step, ast.unparse(self._called(op.changed_by, args, options)))
        else:
            out = ast.keyword("out", args[0])
            self._add(step, ast.unparse(self._called(op.changed_by, args[1:], [*options, out])))

    def _write_levels(self, group: Group) -> list[str]:
        """Write many steps of scalars by levels; return lines for the head of the module."""
        for ref in group.outs:
            self._named(ref, self.program.names.get(ref) or "t")
        graph, head = ScalarGraph(group, self.program), []
        v, numbers = self._new("v"), self._new("numbers")

        def at(places: Places) -> ast.expr:
            if isinstance(places, slice):
                return ast.Subscript(ast.Name(v), ast.Slice(_plain(places.start), _plain(places.stop)))
            found = self._new("at")
            head.extend(_wrapped(f"{found} = {ast.unparse(_constant(places, with_dtype=False))}"))
            return ast.Subscript(ast.Name(v), ast.Name(found))

        first = graph.inputs.start
        head += _wrapped(f"{numbers} = {ast.unparse(ast.List([_plain(x) for x in graph.constants]))}")
        given = ast.unparse(ast.List([self.nodes[ref] for ref in group.reads]))
        lines = [f"{v} = np.empty({graph.size})", f"{v}[:{first}] = {numbers}"]
        lines.append(f"{v}[{first}:{graph.inputs.stop}] = {given}")
        for level in graph.operations:
            assert isinstance(level, Level)
            lines.append(
                f"{ast.unparse(at(level.out))} = {ast.unparse(self._level(level, list(map(at, level.operands))))}"
            )
        for number, bring in ((float, ".tolist()"), (bool, ".astype(bool).tolist()"), (None, "")):
            outs = [i for i, ref in enumerate(group.outs) if self.program.kinds[ref].number is number]
            if outs:
                names = ", ".join([ast.unparse(self.nodes[group.outs[i]]) for i in outs])
                lines.append(f"({names},) = {ast.unparse(at(graph.outs[outs]))}{bring}")
        self.lines += [f"    {part}" for line in lines for part in _wrapped(line)]
        for step in group.steps:
            self._note_decisions(step)
        return head

    def _level(self, level: Level, operands: list[ast.expr]) -> ast.expr:
        """Return the value of a level."""
        op = describe(level.function)
        if level.chain:
            sums = _call(ast.Attribute(self.function(level.function), "accumulate"), operands, axis=1)
            return ast.Subscript(sums, ast.Tuple([ast.Slice(), _plain(-1)]))
        if op.sign and len(operands) == 2:
            return _infix(op.sign, *operands)
        return _call(self.function(level.function), operands)

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
            if ref not in self.probed:
                self.tests += [self._test(guard) for guard in self.guards.get(ref, [])]

    def _check_decisions(self) -> None:
        if self.tests:
            test = ast.unparse(ast.BoolOp(ast.And(), self.tests) if len(self.tests) > 1 else self.tests[0])
            line = f'assert {test}, "another case than this program was made for"'
            self.lines += [f"    {part}" for part in _wrapped(line)]
            self.tests = []

    def _test(self, guard: Guard) -> ast.expr:
        value = self.nodes[guard.value]
        if guard.convert is bool:
            return value if guard.expected else ast.UnaryOp(ast.Not(), value)
        if guard.convert is is_number:
            return ast.UnaryOp(ast.Not(), _call(_np("isnan"), [value]))
        if isinstance(guard.expected, tuple):
            value = ast.Attribute(value, "shape")
        return ast.Compare(value, [ast.Eq()], [_plain(guard.expected)])

    def _check_gradients(self) -> None:
        """Require, once all are there, that no gradient is NaN."""
        if not all([ref in self.nodes for ref in self.probed.values()]):
            return
        names = [ast.unparse(self.nodes[ref]) for ref in dict.fromkeys(self.probed.values())]
        self.probed = {}
        if len(names) == 1:
            self.lines.append(f'    assert not np.isnan({names[0]}).any(), "the gradient is NaN"')
        elif names:
            line = f'assert not any(np.isnan(d).any() for d in ({", ".join(names)})), "a gradient is NaN"'
            self.lines += [f"    {part}" for part in _wrapped(line)]

    # Expressions.

    def _value(self, step: Step) -> ast.expr:
        """Return what a step computes, as people write it."""
        op, args, options = describe(step.function), step.args, step.options
        if op.transposes and self._turns(step):
            return ast.Attribute(self.node(args[0]), "T")
        if not options:
            if op.kind == INDEX:
                return ast.Subscript(self.node(args[0]), self._key(args[1]))
            if op.prefix:
                return ast.UnaryOp(ast.USub(), self.node(args[0]))
            if op.sign and len(args) == 2 and (op.sign != "**" or self._is_power(step.outs[0], args[1])):
                return _infix(op.sign, self.node(args[0]), self.node(args[1]))
        usual = _USUAL if op.kind == REDUCTION and op.accumulate is not None and not op.is_method else {}
        given = {name: x for name, x in options.items() if name not in usual or usual[name] is not x}
        keywords = [ast.keyword(name, self.node(x)) for name, x in given.items()]
        node = self._called(step.function, map(self.node, args), keywords)
        return _call(ast.Name("float"), [node]) if self._is_number(step) and op.function is not float else node

    def _is_number(self, step: Step) -> bool:
        return not step.several and self.program.kinds[step.outs[0]].number is not None

    def _turns(self, step: Step) -> bool:
        """Whether a step transposes a matrix."""
        before, after = self.program.kinds[step.args[0]], self.program.kinds[step.outs[0]]
        return len(before.shape) == 2 and before.order != after.order

    def _called(self, function: Any, args: Any, options: list[ast.keyword]) -> ast.Call:
        args = list(args)
        op = describe(function)
        if op.is_method:
            return ast.Call(ast.Attribute(args[0], op.method), args[1:], options)
        return ast.Call(self.function(function), args, options)

    def _is_power(self, out: Ref, exponent: Any) -> bool:
        """Whether NumPy's operator ** is its function power: of some exponents it is another function."""
        return bool(self.program.kinds[out].shape) and type(exponent) in (int, float) and exponent not in POWERS

    def function(self, function: Any) -> ast.expr:
        """Return a function as people write it, np.sum, np.linalg.inv or np.add.reduce; others are imported."""
        owner = getattr(function, "__self__", None)
        if isinstance(owner, np.ufunc):
            return ast.Attribute(self.function(owner), function.__name__)
        name = function.__name__
        if getattr(np, name, None) is function:
            return _np(name)
        homes = [home for home in _UFUNCS if getattr(sys.modules.get(home), name, None) is function]
        module = homes[0] if homes else getattr(function, "__module__", None)
        if module is None or module == "builtins" or describe(function).is_method:
            return ast.Name(name)
        if module.partition(".")[0] == "numpy":
            return ast.parse(f"{module.replace('numpy', 'np', 1)}.{name}", mode="eval").body
        self.imports[f"from {module} import {name}"] = None
        return ast.Name(name)

    def node(self, x: Any) -> ast.expr:
        """Return how an operand is written."""
        if isinstance(x, Ref):
            return self.nodes[x]
        if isinstance(x, tuple | list):
            parts = [self.node(part) for part in x]
            return ast.Tuple(parts) if isinstance(x, tuple) else ast.List(parts)
        if isinstance(x, slice):
            return _call(ast.Name("slice"), [self.node(end) for end in (x.start, x.stop, x.step)])
        if isinstance(x, type) and not issubclass(x, np.generic):
            return ast.Name(x.__name__)
        return self.function(x) if callable(x) and not isinstance(x, type) else _plain(x)

    def _key(self, key: Any) -> ast.expr:
        """Return an index."""
        if isinstance(key, tuple):
            return ast.Tuple([self._key(part) for part in key])
        if isinstance(key, slice):
            return ast.Slice(*[None if end is None else self.node(end) for end in (key.start, key.stop, key.step)])
        return self.node(key)


class _ManyScalars:
    """Fuses scalars where there are so many that a line for each would be too much."""

    sums_rows = False

    def pays(self, group: Group, program: Program) -> bool:
        return group.kind == SCALARS and len(group.steps) >= _MANY


def _identifier(wish: str) -> str:
    """Return a name as Python reads it."""
    wish = re.sub(r"\W", "_", unicodedata.normalize("NFKC", wish)) or "_"
    return f"_{wish}" if wish[0].isdigit() or keyword.iskeyword(wish) else wish


def _probed(program: Program) -> dict[Ref, Ref]:
    """Return for each sum of squares by which a guard finds a NaN the gradient that it is of."""
    made = {out: step for step in program.steps for out in step.outs}
    read = {ref for step in program.steps for ref in step.reads}
    found = {}
    for guard in program.guards:
        step = made.get(guard.value)
        if guard.convert is is_number and step is not None and probes_nan(step) and guard.value not in read:
            found[guard.value] = step.args[0]
    return found


def _np(name: str) -> ast.expr:
    return ast.Attribute(ast.Name("np"), name)


def _call(function: ast.expr, args: Sequence[ast.expr] = (), **options: Any) -> ast.Call:
    return ast.Call(function, list(args), [ast.keyword(name, _plain(x)) for name, x in options.items()])


def _infix(sign: str, left: ast.expr, right: ast.expr) -> ast.expr:
    operator = _OPERATORS[sign]
    if isinstance(operator, ast.cmpop):
        return ast.Compare(left, [operator], [right])
    return ast.BinOp(left, operator, right)


def _plain(x: Any) -> ast.expr:
    """Return a value that is known beforehand; of a subclass of int, float or str its plain value."""
    if isinstance(x, np.dtype):
        return _dtype(x)
    if isinstance(x, type):
        return _np(x.__name__)
    if isinstance(x, tuple | list):
        return (ast.Tuple if isinstance(x, tuple) else ast.List)([_plain(part) for part in x])
    if isinstance(x, np.generic) and x.dtype.kind in "biufc":
        return _call(_plain(x.dtype), [_plain(x.item())])
    kinds: tuple[Any, ...] = (bool, int, float, complex, str, bytes)
    for kind in kinds:
        if isinstance(x, kind) and type(x) not in kinds:
            return _plain(kind(x))
    return _number(x) if type(x) in (int, float, complex) else ast.Constant(x)


def _number(x: Any) -> ast.expr:
    if type(x) is complex:
        if str(x.real) == "0.0" and math.isfinite(x.imag) and str(x.imag)[0] != "-":
            return ast.Constant(x)
        return _call(ast.Name("complex"), [_number(x.real), _number(x.imag)])
    if x != x:
        return _np("nan")
    if str(x)[0] == "-":
        return ast.UnaryOp(ast.USub(), _number(-x))
    return ast.Constant(x) if math.isfinite(x) else _np("inf")


def _dtype(x: np.dtype[Any]) -> ast.expr:
    if x.isbuiltin == 1 and x.isnative and getattr(np, x.name, None) is x.type and np.dtype(x.type) == x:
        return _np(x.name)
    return _call(_np("dtype"), [ast.Constant(x.str) if x.names is None else _plain(x.descr)])


def _constant(array: np.ndarray[Any, Any], with_dtype: bool = True) -> ast.expr:
    """Return an array as an expression."""
    dtype, flat = array.dtype, array.reshape(-1)
    options = {"dtype": dtype} if with_dtype else {}
    if array.size == 0:
        return _call(_np("empty"), [_plain(array.shape), _plain(dtype)])
    if array.ndim == 1 and dtype.kind == "i" and array.size > 2 and np.array_equal(array, np.arange(array.size)):
        usual = dtype == np.arange(1).dtype
        return _call(_np("arange"), [_plain(array.size)], **({} if usual else options))
    signs = set(np.signbit(flat).tolist()) if dtype.kind == "f" else {0}
    if flat.size > 1 and dtype.kind in "biuf" and np.all(flat == flat[0]) and len(signs) == 1:
        return _call(_np("full"), [_plain(array.shape), _plain(flat[0].item()), _plain(dtype)])
    if dtype.kind in "mM":
        numbers = _call(_np("array"), [_plain(array.astype(np.int64).tolist())], dtype=np.dtype(np.int64))
        return _call(ast.Attribute(numbers, "astype"), [_plain(dtype)])
    return _call(_np("array"), [_plain(array.tolist())], **options)


def _wrapped(line: str) -> list[str]:
    """Return a line as several, if it is too long: what stands in its widest brackets goes on lines of its own."""
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
    """Return where the brackets open and close that hold most of the line, of those on the outermost level."""
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
