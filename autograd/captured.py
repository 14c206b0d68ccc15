"""Captured values: what a function uses that it was not given, and what its results depend on."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from autograd.graph import Cut, Node, Recording, Value, check_severed
from autograd.locks import Array
from autograd.tape import Tape
from autograd.tensor import Variable

_MOST = 1000  # objects to search for the name of a value


class Captures(Recording):
    """Open while a function runs: notes the values from outside that it uses, and keeps no operation.

    outer: the recordings that are open around the function. A value that one of them follows is captured when the
        function uses it without having been given it.
    given: the tensors that the function gets.
    stands_for: what each of them is for the recordings outside; one that is followed there counts from the start.
    ruled: whether a derivative rule stands for all that is computed from the given tensors alone.

    `uses.inputs` holds the given tensors, then the captured ones in order of first use.
    """

    def __init__(
        self,
        outer: tuple[Recording, ...],
        given: Sequence[Value],
        stands_for: Sequence[Value] = (),
        ruled: bool = False,
    ) -> None:
        super().__init__()
        self.outer = outer
        self.ruled = ruled
        self.uses = Uses(outer, given, stands_for)
        self.known: Any = self.uses
        self.nodes: Any = self.uses
        self.assigned: dict[int, tuple[Any, Value]] = {}  # by id: variables that are assigned to, as they were before
        self._constants: dict[int, weakref.ref[Array]] = {}

    @property
    def captured(self) -> list[Value]:
        """The values from outside, in order of first use."""
        return self.uses.inputs[self.uses.given :]

    def hold(self, x: Any) -> None:
        """Note an array from outside, which is to be locked if it outlives the run."""
        x = x.value if isinstance(x, Value) else x
        while isinstance(x, np.ndarray):
            known = self._constants.get(id(x))
            if known is None or known() is None:
                self._constants[id(x)] = weakref.ref(x)
            x = x.base
        if type(x) is tuple:
            for part in x:
                self.hold(part)

    def constants(self) -> list[Array]:
        """The arrays that operations used as constants and that are still there."""
        return [array for ref in self._constants.values() if (array := ref()) is not None]

    def saw(self, variable: Value, reading: Value) -> None:
        """A variable was read: let the recordings outside decide whether they follow it."""
        for recording in self.outer:
            if id(reading) not in recording.known:
                if recording.severed:
                    check_severed(variable, recording)
                recording.saw(variable, reading)

    def changes(self, variable: Value) -> None:
        """A variable is about to change: note its value, and tell the recordings outside."""
        assert isinstance(variable, Variable)
        self.assigned.setdefault(id(variable), (variable, variable.reading(())))
        for recording in self.outer:
            recording.changes(variable)

    def excuses(self, value: Value) -> bool:
        """Whether `value` was computed from the given tensors alone, and a rule stands for it."""
        return self.ruled and 0 < self.uses.behind_of(value) < 1 << self.uses.given

    def kept(self, results: Sequence[Value]) -> list[Value]:
        """The given and the computed tensors, apart from the results, that still exist: something outside holds them.

        To be asked when nothing else holds the tensors that were given.
        """
        known = {id(x) for x in (*results, *self.captured)}
        return [x for key, x in self.uses.existing() if key not in known]

    def watched_variables(self) -> list[Variable]:
        """The variables that the recordings outside watch."""
        return [v for r in self.outer if isinstance(r, Tape | Captures) for v in r.watched_variables()]

    def variables(self) -> list[tuple[Variable, Value]]:
        """The captured variables, each with its reading."""
        captured = {id(x) for x in self.captured}
        read = {id(v): (v, v.reading(())) for v in self.watched_variables()} | self.assigned
        return [(v, reading) for v, reading in read.values() if id(reading) in captured]

    def pass_on_cuts(self, inputs: Sequence[Value]) -> None:
        """Tell the recordings outside where values left the graph, as cuts of the inputs they were computed from."""
        for cut in self.cuts:
            for recording, same in self._outside(cut, inputs):
                recording.cuts.append(same)
        for variable, cut in self.severed.values():
            for recording, same in self._outside(cut, inputs):
                recording.severed[id(variable)] = variable, same

    def _outside(self, cut: Cut, inputs: Sequence[Value]) -> Iterator[tuple[Recording, Cut]]:
        """The same cut for each recording that follows an input behind it."""
        for x in self.uses.behind(cut.value, inputs):
            for recording in self.outer:
                if id(x) in recording.known:
                    yield recording, Cut(x, cut.what, cut.where, len(recording.nodes))


class Uses:
    """Stands for the `known` and for the `nodes` of `Captures`: each value with the set of inputs it depends on.

    Such a set is a number, in which bit i stands for input i. Values are held weakly, so that the memory of what a
    function computes on the way is free as soon as without a recording.
    """

    def __init__(self, outer: tuple[Recording, ...], given: Sequence[Value], stands_for: Sequence[Value]) -> None:
        self.inputs: list[Value] = list(given)
        self.given = len(given)
        self._outer = outer
        self._sets: dict[int, tuple[weakref.ref[Value], int]] = {}
        for i, (x, original) in enumerate(zip(given, stands_for, strict=True)):
            if self._is_followed(original):
                self._sets[id(x)] = (weakref.ref(x), 1 << i)

    def __contains__(self, key: int) -> bool:
        entry = self._sets.get(key)
        return (entry is not None and entry[0]() is not None) or any([key in r.known for r in self._outer])

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Node]:
        return iter(())

    def add(self, key: int) -> None:
        """Do nothing: `append` has seen the value."""

    def append(self, node: Node) -> None:
        """An operation ran."""
        depends = 0
        for x in node.inputs:
            depends |= self.behind_of(x)
        self._sets[id(node.out)] = (weakref.ref(node.out), depends)

    def behind_of(self, x: Any) -> int:
        """The inputs that a value depends on; a value from outside becomes an input."""
        entry = self._sets.get(id(x))
        if entry is not None and entry[0]() is not None:
            return entry[1]
        if not isinstance(x, Value) or not self._is_followed(x):
            return 0
        depends = 1 << len(self.inputs)
        self.inputs.append(x)
        self._sets[id(x)] = (weakref.ref(x), depends)
        return depends

    def behind(self, x: Any, inputs: Sequence[Any]) -> list[Any]:
        """Those of `inputs`, which stand for the function's own, that a value depends on."""
        depends = self.behind_of(x)
        return [value for i, value in enumerate(inputs) if depends >> i & 1]

    def existing(self) -> list[tuple[int, Value]]:
        """The values that depend on an input and have not been freed, by id."""
        return [(key, x) for key, (ref, depends) in self._sets.items() if depends and (x := ref()) is not None]

    def _is_followed(self, x: Value) -> bool:
        return any([id(x) in recording.known for recording in self._outer])


def described(value: Value, f: Callable[..., Any], args: Any, outer: Collection[Recording]) -> str:
    """A captured value in a message: by its name, by where the function finds it, as `self.w`, or by its origin."""
    name = getattr(value, "_name", None) or _place(value, f, args)
    if name is not None:
        return repr(name)
    for recording in outer:
        for node in recording.nodes:
            if node.out is value:
                file, line = node.where
                return f"the result of {node.op.name} at {file}:{line}"
    return f"a tensor of shape {np.shape(value.value)}"


def _place(value: Value, f: Callable[..., Any], args: Any) -> str | None:
    """Where a function finds a value, by a search through its closure, its globals and its arguments."""
    names = getattr(getattr(f, "__code__", None), "co_varnames", ())
    waiting = deque([*islice(_inside("", f), _MOST), *zip(names, args, strict=False)])
    seen: dict[int, Any] = {}
    while waiting and len(seen) < _MOST:
        name, x = waiting.popleft()
        if x is value or (isinstance(x, Variable) and x.reading(()) is value):
            return name
        if id(x) not in seen and not isinstance(x, Value | Recording | np.ndarray | ModuleType | type):
            seen[id(x)] = x
            waiting += islice(_inside(name, x), _MOST)
    return None


def _inside(name: str, x: Any) -> Iterator[tuple[str, Any]]:
    """What an object leads to, with the text that a program writes for it."""
    if isinstance(x, FunctionType):
        for free, cell in zip(x.__code__.co_freevars, x.__closure__ or (), strict=True):
            with suppress(ValueError):  # a variable that has no value yet
                yield free, cell.cell_contents
        for known in x.__code__.co_names:
            if known in x.__globals__:
                yield known, x.__globals__[known]
        yield from (x.__kwdefaults__ or {}).items()
    elif isinstance(x, dict):
        yield from [(f"{name}[{key!r}]", part) for key, part in x.items()]
    elif isinstance(x, list | tuple):
        yield from [(f"{name}[{k}]", part) for k, part in enumerate(x)]
    else:
        yield from [(f"{name}.{key}", part) for key, part in getattr(x, "__dict__", {}).items()]
