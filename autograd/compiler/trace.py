"""`Trace`: runs a function on traced arrays, and is left with its program."""

from __future__ import annotations

import operator
import sys
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from typing import Any

import numpy as np

from autograd.compiler.environment import Environment
from autograd.compiler.ir import NUMBERS, Guard, Kind, Program, Ref, Step, is_number
from autograd.compiler.numpy_ops import ROWS
from autograd.compiler.provenance import Lines, is_ours
from autograd.compiler.scalar_tracer import KINDS, TracedScalar, scalar
from autograd.compiler.tracer import Traced, shape_by_data
from autograd.compiler.variables import Cell, value_in
from autograd.graph import Recording, Value, current_phase, open_recordings
from autograd.nest import leaves, mapped
from autograd.replay import RandomStates, fresh_value

_LENIENT = frozenset({"ignore", "warn"})
_NO_OPTIONS: dict[str, Any] = {}  # one for all


class NotTraceableError(Exception):
    """A value left the program in a way that a replay could not follow: the reason, with file and line."""


class GradientNotANumberError(Exception):
    """A gradient came out NaN, which the law of zeros may forbid; programs leave such a case to the engine itself."""


class Held:
    """What a trace knows of a variable or slot: the array it held before, and its traced stand-in."""

    def __init__(self, cell: Cell, array: Any, traced: Traced, reading: Value | None = None) -> None:
        self.cell = cell
        self.array = array
        self.traced = traced
        self.reading = reading  # which others may know it by


class Trace(Recording):
    """Writes down what is computed while it is open. As a recording it takes notice of variables alone."""

    observes = True

    def __init__(self, environment: Environment | None = None, random: RandomStates | None = None) -> None:
        super().__init__()
        self.program = Program()
        self.environment = environment or Environment()
        self.random = random or RandomStates()  # as they were before
        self._random = copy(self.random)  # as they are, but for what is drawn otherwise than by `fresh`
        self._drew = False
        self.held: list[Held] = []
        self.after_run: list[Callable[[], None]] = []  # called after this run, and after each run of the program
        self.told: dict[str, str] = {}  # what the user should know of, by file and line
        self.drawn: list[Any] = []  # fresh values of this run
        self._lines = Lines()
        self._inputs: list[Traced] = []
        self._arrays: dict[int, Traced] = {}  # by id: arrays that the function changes in place
        self._constants: dict[int, Ref] = {}  # by id
        self._read_only: list[np.ndarray[Any, Any]] = []  # constants and their bases
        self._views: dict[int, tuple[Any, list[weakref.ref[Traced]]]] = {}  # by id: an array, what shows it
        self.leaving: NotTraceableError | None = None

    # What goes in.

    def input(self, value: Any, name: str) -> Traced:
        """An argument of the function."""
        traced = self._new(value, name)
        self.program.inputs.append(traced.ref)
        self._inputs.append(traced)
        return traced

    def fresh(self, function: Callable[[], Any], name: str = "") -> Traced:
        """A value that is asked for anew at each run."""
        self._drew = self.has_drawn()
        value = function()
        self._random = self._random.taken_again()
        self.drawn.append(value)
        traced = self._new(value, name)
        self.program.fresh[traced.ref] = function
        return traced

    def saw(self, variable: Value, reading: Value) -> None:
        """A variable is read: from here on it holds a traced array."""
        self.changes(variable, reading)
        reading.value = variable.value

    def changes(self, variable: Value, reading: Value | None = None) -> None:
        """A variable is about to change, or is looked at: from here on it holds a traced array."""
        array = value_in(variable)
        if not isinstance(array, Traced):
            if isinstance(array, np.ndarray) and not array.flags.c_contiguous:
                array = np.array(array, order="C")  # since programs are made for arrays that lie row by row
            variable.value = self._hold(Cell(variable), array, getattr(variable, "name", None), reading)

    def array(self, find: Callable[[], Any], name: str) -> Traced:
        """The array that `find` gives, which the function changes in place, such as an optimizer's slot, as traced."""
        array = find()
        if id(array) not in self._arrays:
            self._arrays[id(array)] = self._hold(Cell(None, find), array, name)
        return self._arrays[id(array)]

    def writable(self, variable: Any) -> Traced:
        """What a variable holds, to be changed in place."""
        variable.current()
        value = variable.value = variable.value.copy()
        variable.renew_reading()
        return value

    def _hold(self, cell: Cell, array: Any, name: str | None, reading: Value | None = None) -> Traced:
        traced = self._new(array, name)
        self.program.before.append(traced.ref)
        self.held.append(Held(cell, array, traced, reading))
        return traced

    def _new(self, value: Any, name: str | None = None) -> Traced:
        ref = self.program.new(Kind.of(value))
        if name:
            self.program.names[ref] = name
        return scalar(self, ref, value)

    def name(self, x: Any, name: str) -> None:
        """Call a value so in the program's text, if it has no name yet."""
        if isinstance(x, Traced):
            self.program.names.setdefault(x.ref, name)

    def forget(self) -> None:
        """Let go of the traced arrays, which know their trace: of a call that is over only the program is of use."""
        for held in self.held:
            del held.traced, held.array
        self._inputs.clear()
        self._arrays.clear()
        self._constants.clear()
        self._views.clear()
        self.leaving = None  # whose traceback holds everything

    def close(self, results: Any = None) -> None:
        """Give the variables their arrays back, and note what they hold at the end and what the function gave."""
        self.closed = True
        for array in reversed(self._read_only):  # the base first
            with suppress(ValueError):
                array.flags.writeable = True
        program = self.program
        for held, ref in zip(self.held, program.before, strict=True):
            variable = held.cell.variable
            if variable is not None:
                held.traced = variable.value
                variable.value = held.array
                variable.renew_reading()
            if held.reading is not None:
                held.reading.value = held.array
            program.after.append(held.traced.ref)
            if ref in program.names and held.traced.ref != ref:
                program.names.setdefault(held.traced.ref, f"new_{program.names[ref]}")
        program.results = [(x.value if isinstance(x, Value) else x).ref for x in leaves(results) if is_traced(x)]

    def depends_on(self, owner: Any) -> None:
        """The settings of an object are part of the program."""
        self.environment.depends_on(owner)

    def has_drawn(self) -> bool:
        """Whether random numbers were drawn otherwise than by `fresh`, which a replay would not draw again."""
        return self._drew or self._random.moved()

    def done_beside(self) -> str:
        """Return what the call did that a replay would not do, in words."""
        if self.has_drawn():
            return "It draws random numbers. Make them with ag.fresh(lambda: ...)"
        if changed := self.environment.changed():
            return f"It changes {changed}, which a replay would not do; return the new value instead"
        return ""

    def check(self) -> None:
        """Raise what has been left to the end: an error that was caught on the way, or a changed argument."""
        if self.leaving is not None:
            raise self.leaving
        if any([traced.ref != ref for traced, ref in zip(self._inputs, self.program.inputs, strict=True)]):
            raise NotTraceableError("An argument is changed in place; return the new value instead")

    def store(self) -> None:
        """Let the variables and arrays have what they hold at the end of this run."""
        for held, changed in zip(self.held, self.program.changed, strict=True):
            if changed:
                held.cell.put(held.traced.value)
        for function in self.after_run:
            function()

    # Steps.

    def run(self, function: Callable[..., Any], args: Sequence[Any], options: dict[str, Any]) -> Any:
        """Compute, and write the call down."""
        if self.closed:
            raise _over()
        if is_strict():
            raise self.left("np.errstate with 'raise', 'call', 'print' or 'log'", "set it around the call")
        values, settings = self.values(tuple(args)), self.values(options)
        y = self._computed(function, values, settings)
        several = isinstance(y, tuple | list)
        parts = list(y) if several else [y]
        if not all([isinstance(part, np.ndarray | np.generic | float | int | complex) for part in parts]):
            raise self.left(f"what {function.__name__.removeprefix('.')} returns")
        if all([type(v) in NUMBERS for v in values]) and not settings:
            parts = [part.item() if hasattr(part, "item") and not part.ndim else part for part in parts]
        outs = tuple([self.program.new(Kind.of(part)) for part in parts])
        where = self._line()
        step = Step(function, self._refs(tuple(args)), self._refs(options), outs, several, where, self._phase())
        self.program.steps.append(step)
        if shape_by_data(function, args):
            self._hold_shapes(outs, parts, where)
        traced = [scalar(self, ref, part) for ref, part in zip(outs, parts, strict=True)]
        self.note_views(traced, [x for x in leaves((args, options)) if isinstance(x, Traced)])
        if not several:
            return traced[0]
        return type(y)(*traced) if hasattr(y, "_fields") else type(y)(traced)

    def _computed(self, function: Callable[..., Any], values: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """Call a function. Refuse one that writes into an operand without being known to: a replay would lose it."""
        if isinstance(function, np.ufunc) or (function in ROWS and not ROWS[function].owns):
            return function(*values, **settings)
        arrays = [x for x in leaves((values, settings)) if isinstance(x, np.ndarray) and x.flags.writeable]
        arrays.sort(key=lambda x: isinstance(x.base, np.ndarray))  # a view is writeable only after its base is
        for x in arrays:
            x.flags.writeable = False
        try:
            y = function(*values, **settings)
        except ValueError as error:
            if arrays and "read-only" in str(error):
                raise self.left(f"writing in place by {function.__name__.removeprefix('.')}") from error
            raise
        finally:
            for x in arrays:
                x.flags.writeable = True
        for part in leaves(y):
            if arrays and isinstance(part, np.ndarray) and not part.flags.writeable:  # a view of an operand
                with suppress(ValueError):
                    part.flags.writeable = True
        return y

    def wrote(self, function: Callable[..., Any], args: Sequence[Any], y: Any, *, numbers: bool) -> Traced:
        """`run` for one number `y` that has been computed of others; whether all of them are Python's own `numbers`."""
        if self.closed:
            raise _over()
        if numbers and isinstance(y, np.generic):
            y = y.item()
        program = self.program
        ref = program.new(KINDS.get(type(y)) or Kind.of(y))
        inputs = tuple([x.ref if isinstance(x, Traced) else x for x in args])
        program.steps.append(Step(function, inputs, _NO_OPTIONS, (ref,), False, self._line(), self._phase()))
        return scalar(self, ref, y)

    def values(self, tree: Any) -> Any:
        """A nested structure with the arrays and numbers of this run."""
        return mapped(lambda x: x.value if isinstance(x, Traced) else x, tree)

    def target(self, x: Any) -> Traced:
        """The traced array that is written into."""
        if not isinstance(x, Traced):
            raise self.left("writing it into an array from outside")
        return x

    def check_unshared(self, x: Traced, *but: Traced | None) -> None:
        """Refuse to change an array in place while another, `but` these, shows its memory: that would not follow."""
        if isinstance(x.value, np.ndarray):
            _, views = self._views.get(id(_owner(x.value)), (None, ()))
            others = [y for view in views if (y := view()) is not None and all([y is not z for z in (x, *but)])]
            if any([np.may_share_memory(x.value, y.value) for y in others]):
                raise self.left(
                    "writing into an array while a part of it or a view of it is in use", "use np.where or x.at"
                )

    def note_views(self, made: Sequence[Traced], given: Sequence[Traced]) -> None:
        """Note which of the arrays that were made show memory of those that were given."""
        for y in made:
            for x in given:
                if (
                    isinstance(y.value, np.ndarray)
                    and isinstance(x.value, np.ndarray)
                    and np.may_share_memory(y.value, x.value)
                ):
                    owner = _owner(x.value)
                    self._views.setdefault(id(owner), (owner, []))[1].extend([weakref.ref(x), weakref.ref(y)])

    def _refs(self, tree: Any) -> Any:
        return mapped(self._ref, tree)

    def _ref(self, x: Any) -> Any:
        if isinstance(x, Traced):
            return x.ref
        if isinstance(x, slice):
            # The ends are positions, which a guard holds to be the same in each run.
            return slice(
                *[operator.index(end) if isinstance(end, Traced) else end for end in (x.start, x.stop, x.step)]
            )
        if not isinstance(x, np.ndarray):
            return x
        if id(x) not in self._constants:
            ref = self._constants[id(x)] = self.program.new(Kind.of(x))
            self.program.constants[ref] = x  # which also keeps the id from being used again
            self._lock(x)
        return self._constants[id(x)]

    def _lock(self, x: Any) -> None:
        """Make an array read-only until the end of the trace: steps before a change of it would see the change."""
        while isinstance(x, np.ndarray):
            if x.flags.writeable:
                x.flags.writeable = False
                self._read_only.append(x)
            x = x.base

    def _line(self) -> tuple[str, int]:
        """File and line of the user's program."""
        return self._lines.of(sys._getframe(2))

    def _phase(self) -> tuple[str, ...]:
        """The part of the work that is being done, and in the forward pass the name scopes that are open."""
        phase = current_phase.get()
        return (phase,) if phase != "forward" else (phase, *[span.name for span in self.scopes if span.end is None])

    # What leaves.

    def decided(self, x: Traced, convert: Callable[[Any], Any]) -> Any:
        """A truth value or a position that Python asked for: the program holds while it comes out the same."""
        value = convert(x.value)
        frame = sys._getframe(2)
        self.program.guards.append(Guard(x.ref, value, convert))
        if not is_ours(frame):
            where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
            self.told[where] = (
                f"{where}: what runs here depends on the data. The program holds for the case at hand ({value!r}); "
                f"in any other the function is run as it is. np.where keeps both"
            )
        return value

    def _hold_shapes(self, outs: Sequence[Ref], parts: Sequence[Any], where: tuple[str, int]) -> None:
        """The program is for these shapes, which may come out otherwise in another run."""
        self.program.guards += [Guard(ref, np.shape(part), np.shape) for ref, part in zip(outs, parts, strict=True)]
        place = "{}:{}".format(*where)
        self.told[place] = (
            f"{place}: the shape of what is computed here depends on the data. The program holds for the shape at hand "
            f"({', '.join([str(np.shape(part)) for part in parts])}); with any other the function is run as it is. "
            f"np.where(mask, x, 0) keeps the shape"
        )

    def without_nan(self, gradient: Traced) -> None:
        """Have each run find out whether a gradient is NaN, which is left to the engine."""
        if np.result_type(gradient.value).kind not in "fc":
            return
        square = gradient if isinstance(gradient, TracedScalar) else self.run(np.vdot, (gradient, gradient), {})
        self.program.guards.append(Guard(square.ref, True, is_number))
        if not is_number(square.value):
            raise GradientNotANumberError

    def left(self, what: str, instead: str = "return it and look at it outside") -> NotTraceableError:
        """The error for a value that leaves the program as an array or a number."""
        name, line = self._line()
        self.leaving = NotTraceableError(
            f"{name}:{line}: {what} takes a value out of the program, where a replay can not follow; {instead}"
        )
        return self.leaving


def is_strict() -> bool:
    """Whether NumPy's error state asks for more than a warning, which a program has no part in."""
    return not _LENIENT.issuperset(np.geterr().values())


def _over() -> RuntimeError:
    return RuntimeError(
        "a value of a compiled function was kept outside of it, in a list or an attribute; expected it to be "
        "returned. The call that made it is over"
    )


def is_traced(x: Any) -> bool:
    """Whether `x` is a traced array or number, or a tensor around one."""
    return isinstance(x.value if isinstance(x, Value) else x, Traced)


def fresh(function: Callable[[], Any], name: str = "") -> Any:
    """`function()`, in a compiled function anew at each run: random numbers, a learning rate, a counter.

    name: what the value is called in the program's text.

    >>> generator = np.random.default_rng(0)
    >>> fresh(lambda: generator.random(2)).shape
    (2,)
    """
    trace = current_trace()
    return fresh_value(function, function if trace is None else lambda: trace.fresh(function, name))


def current_trace() -> Trace | None:
    """The trace that is open here, if one is."""
    return next((r for r in open_recordings.get() if isinstance(r, Trace)), None)


def _owner(array: Any) -> Any:
    """The array that owns the memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
