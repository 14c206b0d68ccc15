"""`Program`: what a function does, as a straight line of NumPy calls. Data; everything else in this package reads it.

A step computes one value or several from earlier ones and never changes any: what the traced code did in place is a
new version of the value here. Which buffers are written to is decided when a program is lowered to run.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.nest import leaves

NUMBERS = (float, int, bool, complex)  # Python's own, which widen no array


class Ref(int):
    """A value of the program, by number."""

    __slots__ = ()

    @property
    def number(self) -> int:
        """The number."""
        return int(self)

    def __repr__(self) -> str:
        return f"Ref({int(self)})"


@dataclass(eq=False, slots=True)
class Step:
    """`outs = function(*args, **options)`; args and options are nested structures in which `Ref`s stand for values.

    several: whether the function gives a tuple, one `Ref` each, rather than one value.
    where: file and line of the user's program.
    phase: which part of the work it belongs to, such as ("forward", "dense") or ("update",).
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    options: dict[str, Any]
    outs: tuple[Ref, ...]
    several: bool = False
    where: tuple[str, int] = ("", 0)
    phase: tuple[str, ...] = ()
    _reads: list[Ref] | None = field(default=None, init=False, repr=False)

    @property
    def reads(self) -> list[Ref]:
        """The values that go in, each as often as it does."""
        if self._reads is None:  # found once: programs of scalars have many steps
            nested = bool(self.options) or any([isinstance(x, tuple | list | dict) for x in self.args])
            operands = leaves((self.args, self.options)) if nested else self.args
            self._reads = [x for x in operands if isinstance(x, Ref)]
        return self._reads

    @property
    def steps(self) -> list[Step]:
        """The step itself, as a group has several."""
        return [self]


# Kinds of groups.
LOOP = "loop"  # steps on each element of arrays of one shape: one loop
SCALARS = "scalars"  # steps on numbers of double precision
SMALL = "small"  # parts that work on small arrays: loops one after the other, in one call


@dataclass(eq=False)
class Group:
    """A fusion group: steps that run as one kernel.

    Attributes
    ----------
    kind : LOOP, SCALARS or SMALL.
    steps : the steps, in an order in which they can run.
    reads : the values that come from outside.
    outs : the values that are used outside.
    shape : of the arrays that a loop goes over.
    row_sums : how many of the last steps are sums of `outs` over all axes but the last.
    members : the parts of a SMALL group, each of which is a step or a LOOP.
    views : steps of a SMALL group that return views, which are made before the kernel runs.
    kernel : of SCALARS, what the backend made of them, called with the values of `reads`.
    """

    kind: str
    steps: list[Step]
    reads: list[Ref]
    outs: list[Ref]
    shape: tuple[int, ...] = ()
    row_sums: int = 0
    members: list[Step | Group] = field(default_factory=list)
    views: list[Step] = field(default_factory=list)
    kernel: Any = None


Part = Step | Group


@dataclass(frozen=True)
class Kind:
    """What is known of a value beforehand: its shape and dtype, and how an array lies in memory.

    number: float, int, … for one of Python's numbers, which widen no array.
    order: the axes from the one with the widest steps to that with the narrowest; None for row by row, as usual.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    number: type | None = None
    order: tuple[int, ...] | None = None

    @staticmethod
    def of(x: Any) -> Kind:
        """The kind of a value."""
        if type(x) in NUMBERS:
            return Kind((), np.result_type(x), type(x))
        order = None
        if isinstance(x, np.ndarray) and not x.flags.c_contiguous:
            order = tuple(sorted(range(x.ndim), key=lambda axis: -abs(x.strides[axis])))
            order = None if order == tuple(range(x.ndim)) else order
        return Kind(np.shape(x), x.dtype if isinstance(x, np.ndarray) else np.result_type(x), None, order)

    def empty(self) -> np.ndarray[Any, Any]:
        """A new array of this kind."""
        if self.order is None:
            return np.empty(self.shape, self.dtype)
        return np.empty([self.shape[axis] for axis in self.order], self.dtype).transpose(np.argsort(self.order))


@dataclass(eq=False)
class Guard:
    """A decision that Python made from a value: the program holds only while `value` comes out as `expected`.

    convert: bool, int, or `is_number`, by which an array or a number was looked at.
    """

    value: Ref
    expected: Any
    convert: Callable[[Any], Any]

    def holds(self, value: Any) -> bool:
        """Whether the decision comes out the same for `value`."""
        return bool(self.convert(value) == self.expected)


def is_number(x: Any) -> bool:
    """Whether `x` is not NaN."""
    return bool(x == x)


@dataclass(eq=False)
class Program:
    """A straight line of steps from the `inputs` to the `results`.

    constants: arrays that the steps use as they are; `shared` are those of them that the user's program holds, too, and
    may change. before, after: the values that variables and slots have before and after. fresh: functions that are
    called for a value at each run. guards: what has to hold. deferred: values in which the law of zeros might replace a
    NaN.
    """

    steps: list[Step] = field(default_factory=list)
    kinds: dict[Ref, Kind] = field(default_factory=dict)
    inputs: list[Ref] = field(default_factory=list)
    names: dict[Ref, str] = field(default_factory=dict)
    constants: dict[Ref, Any] = field(default_factory=dict)
    shared: set[Ref] = field(default_factory=set)
    fresh: dict[Ref, Callable[[], Any]] = field(default_factory=dict)
    before: list[Ref] = field(default_factory=list)
    after: list[Ref] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    deferred: set[Ref] = field(default_factory=set)
    results: list[Ref] = field(default_factory=list)

    def new(self, kind: Kind) -> Ref:
        """A new value's number."""
        ref = Ref(len(self.kinds))
        self.kinds[ref] = kind
        return ref

    def wanted(self) -> Iterator[Ref]:
        """The values that must be there at the end."""
        yield from self.results
        yield from [guard.value for guard in self.guards]
        yield from self.after

    def before_changes(self) -> set[Step]:
        """The steps that results and guards need, which run before those that change the state."""
        made = {ref: step for step in self.steps for ref in step.outs}
        found: set[Step] = set()
        waiting = [made[ref] for ref in [*self.results, *[guard.value for guard in self.guards]] if ref in made]
        while waiting:
            step = waiting.pop()
            if step not in found:
                found.add(step)
                waiting += [made[ref] for ref in step.reads if ref in made]
        return found

    @property
    def changed(self) -> list[bool]:
        """Of each variable and slot, whether the program changes it."""
        return [old != new for old, new in zip(self.before, self.after, strict=True)]

    def __str__(self) -> str:
        """Return a line for each value that comes from outside, for each step, and for the results."""
        outside = {"input": self.inputs, "fresh": self.fresh, "state": self.before, "constant": self.constants}
        lines = [
            f"{self.described(ref)} = {what} {self.names.get(ref, '')}".rstrip()
            for what in outside
            for ref in outside[what]
        ]
        lines += [self.written(step) for step in self.steps]
        lines += [
            f"require {guard.convert.__name__}(v{guard.value.number}) == {guard.expected}" for guard in self.guards
        ]
        changes = [
            f"v{old.number} becomes v{new.number}"
            for old, new in zip(self.before, self.after, strict=True)
            if old != new
        ]
        return "\n".join([*lines, *changes, f"return {', '.join([f'v{ref.number}' for ref in self.results])}"])

    def described(self, ref: Ref) -> str:
        """Return the name of a value with its shape and dtype."""
        kind = self.kinds[ref]
        return f"v{ref.number}: {kind.number.__name__ if kind.number else f'{kind.dtype}{list(kind.shape)}'}"

    def written(self, step: Step) -> str:
        """Return a step as a line."""
        words = [_word(x) for x in step.args] + [f"{name}={_word(x)}" for name, x in step.options.items()]
        outs = ", ".join([self.described(ref) for ref in step.outs])
        return f"{outs} = {step.function.__name__}({', '.join(words)})"

    def decisions(self) -> tuple[Any, ...]:
        """What Python decided on the way: programs that differ here took another branch."""
        return tuple([guard.expected for guard in self.guards])


def _word(x: Any) -> str:
    """Return an operand as people write it."""
    if isinstance(x, tuple | list):
        return f"({', '.join(map(_word, x))})"
    return f"v{x.number}" if isinstance(x, Ref) else getattr(x, "__name__", None) or repr(x)


def first_difference(a: Program, b: Program) -> str | None:
    """File and line of the first step in which two programs differ, constants included; None if they are the same."""
    for one, other in zip(a.steps, b.steps, strict=False):
        alike = key(one) == key(other) and one.outs == other.outs and _kinds(a, one) == _kinds(b, other)
        arrays = [(a.constants[ref], b.constants.get(ref)) for ref in one.reads if ref in a.constants]
        if not alike or not all([_same(x, y) for x, y in arrays]):
            return "{}:{}".format(*other.where)
    same = (len(a.steps), a.results, a.after, a.inputs) == (len(b.steps), b.results, b.after, b.inputs)
    last = a.steps or b.steps
    return None if same else "{}:{}".format(*last[-1].where) if last else "in its result"


def note_shared(a: Program, b: Program) -> None:
    """Note which constants are the same arrays in two runs of one function: the user's program holds those."""
    for ref, array in b.constants.items():
        if array is a.constants.get(ref):
            b.shared.add(ref)


def _kinds(program: Program, step: Step) -> list[Kind]:
    return [program.kinds[ref] for ref in step.outs]


def _same(x: Any, y: Any) -> bool:
    """Whether two constants are one, or equal."""
    if x is y:
        return True
    return y is not None and x.dtype == y.dtype and np.array_equal(x, y, equal_nan=x.dtype.kind in "fc")


def key(step: Step) -> Hashable:
    """Equal for steps that compute the same."""
    if not step.options and all([type(x) is Ref for x in step.args]):  # the usual case, and quick to tell
        return (step.function, step.args)
    return (step.function, _frozen(step.args), _frozen(step.options))


def _frozen(x: Any) -> Hashable:
    if isinstance(x, Ref):
        return x
    if type(x) is float:
        return ("float", repr(x))
    if isinstance(x, dict):
        return tuple([(name, _frozen(value)) for name, value in x.items()])
    if isinstance(x, list | tuple):
        return (type(x).__name__, *map(_frozen, x))
    if isinstance(x, slice):
        return ("slice", _frozen(x.start), _frozen(x.stop), _frozen(x.step))
    return (type(x).__name__, repr(x))
