"""Graphs of scalars as operations on arrays: all scalar steps that are ready at the same time run together.

All numbers lie in one array of doubles: the constants first, then what comes from outside, then the results of the
levels. A level is the steps of one function whose operands are there: one NumPy call on operands that are gathered by
their places, written to a stretch. A sum of many terms, which Python adds one by one, is a chain; a chain whose
partial sums nothing else needs is one call of `accumulate`, which adds in the same order.

The order of additions is kept, so + − × ÷, comparisons and choices give the same bits as one by one. Of other functions
NumPy computes several elements at once, which may differ from single numbers in the last bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from autograd.compiler.ir import Group, Kind, Program, Ref
from autograd.compiler.numpy_ops import CONVERSION, Function, describe

SMALLEST = 64  # steps from which levels pay
_WIDTH = 6  # steps of a group from which a call on arrays is faster than one call for each
Places = slice | npt.NDArray[np.integer[Any]]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Level:
    """Steps of one function: v[out] = function(v[operands[0]], v[operands[1]], ...).

    chain: whether the one operand is an array of places, a row for each chain, whose elements are taken together in
    order.
    """

    function: Function
    operands: tuple[Places, ...]
    out: slice
    chain: bool = False

    def run(self, v: Array) -> None:
        """Compute the group."""
        values = [v[places] if isinstance(places, slice) else v.take(places) for places in self.operands]
        if self.chain:
            v[self.out] = self.function.accumulate(values[0], axis=1, out=values[0])[:, -1]  # type: ignore[attr-defined]
        elif isinstance(self.function, np.ufunc):
            self.function(*values, out=v[self.out])
        else:
            v[self.out] = self.function(*values)


class Operation(Protocol):
    """What computes some of the numbers from others."""

    def run(self, v: Array) -> None:
        """Compute them."""


class Interpreter(Protocol):
    """A compiled loop over instructions, for the functions that it knows; it needs no levels."""

    def knows(self, function: Function) -> bool:
        """Whether the loop computes a function."""

    def operation(self, functions: Sequence[Function], places: Sequence[Sequence[int]], start: int) -> Operation:
        """Return steps, each a function and the places of its operands, with results from place `start` on."""


class ScalarGraph:
    """A SCALARS group, ready to run: called with the values that come from outside, it returns those used outside.

    Attributes
    ----------
    size : how many numbers there are.
    constants : the first of them.
    inputs, outs : the places of those that come from outside, and that are used outside.
    operations : what is done.
    """

    def __init__(self, group: Group, program: Program, interpreter: Interpreter | None = None) -> None:
        self._interpreter = interpreter
        units, same = _units(group, chains=interpreter is None)
        self.place: dict[Any, int] = {}  # of values, and of constants by how they are written
        for x in [*[x for _, operands, _ in units for x in operands], *same.values()]:
            if not isinstance(x, Ref):
                self.place.setdefault(repr(float(x)), len(self.place))
        self.constants = [float(text) for text in self.place]
        self.inputs = slice(len(self.place), len(self.place) + len(group.reads))
        for ref in group.reads:
            self.place[ref] = len(self.place)
        self.size = len(self.place)
        self.operations: list[Level | Operation] = []
        for stage in _stages(units, interpreter):
            for (function, count), members in stage.items():
                self._lay_out(function, count, members)
        self.outs = np.array([self._at(same.get(ref, ref)) for ref in group.outs], np.intp)
        self._types = [_type(program.kinds[ref]) for ref in group.outs]
        self._free: list[Array] = []  # arrays that no call is using

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        """The values used outside, for those from outside."""
        try:
            v = self._free.pop()
        except IndexError:
            v = np.empty(self.size)
            v[: len(self.constants)] = self.constants
        v[self.inputs] = values
        for operation in self.operations:
            operation.run(v)
        found = v[self.outs].tolist()
        self._free.append(v)
        return [x if kind is float else kind(x) for x, kind in zip(found, self._types, strict=True)]

    def _lay_out(self, function: Any, count: int, units: list[Unit]) -> None:
        """Give the results of a group their places, and write down how they are computed."""
        start = self.size
        for _, _, out in units:
            self.place[out] = self.size
            self.size += 1
        tables = [[self._at(x) for x in operands] for _, operands, _ in units]
        if function is None:
            assert self._interpreter is not None
            self.operations.append(self._interpreter.operation([unit[0] for unit in units], tables, start))
            return
        table = np.array(tables, np.int32)
        chain = count > arity(function)
        operands = (table,) if chain else tuple([_places(column) for column in table.T])
        self.operations.append(Level(function, operands, slice(start, self.size), chain))

    def _at(self, x: Any) -> int:
        return self.place[x if isinstance(x, Ref) else repr(float(x))]


def scalar_graph_if_faster(
    group: Group, program: Program, interpreter: Interpreter | None = None
) -> ScalarGraph | None:
    """Return the graph of scalar steps if it is faster than line by line: many steps, and not all in a row."""
    if len(group.steps) < SMALLEST:
        return None
    graph = ScalarGraph(group, program, interpreter)
    return graph if len(group.steps) >= _WIDTH * len(graph.operations) else None


Unit = tuple[Function, list[Any], Ref]  # function, operands, result


def arity(function: Callable[..., Any]) -> int:
    """How many operands a function takes."""
    return function.nin if isinstance(function, np.ufunc) else 3


def _units(group: Group, *, chains: bool) -> tuple[list[Unit], dict[Ref, Any]]:
    """The steps as functions of their operands, each chain put together as one; and what is the same as another."""
    used = Counter([ref for step in group.steps for ref in step.reads])
    used.update(dict.fromkeys(group.outs, 2))  # they are needed by themselves
    units: list[Unit] = []
    same: dict[Ref, Any] = {}
    open_chains: dict[Any, list[Any]] = {}  # by function and last partial result
    for step in group.steps:
        (out,) = step.outs
        operands = [same.get(x, x) if isinstance(x, Ref) else x for x in step.args]
        op = describe(step.function)
        if op.kind == CONVERSION:
            same[out] = x = operands[0]
            used.update({x: used[out]} if isinstance(x, Ref) else {})
            continue
        function = op.logic or step.function
        if chains and describe(function).chains:
            for mine, other in (operands, operands[::-1]):
                if isinstance(mine, Ref) and (function, mine) in open_chains:
                    operands = open_chains.pop((function, mine))
                    operands.append(other)
                    break
            if used[out] == 1:
                open_chains[function, out] = operands
        units.append((function, operands, out))
    inner = _inner(units)
    return [unit for unit in units if unit[2] not in inner], same


def _inner(units: Iterable[Unit]) -> set[Ref]:
    """The partial results of chains: a chain's list of operands is that of all its steps, and the last has it."""
    last: dict[int, Ref] = {}
    inner = set()
    for _, operands, out in units:
        if id(operands) in last:
            inner.add(last[id(operands)])
        last[id(operands)] = out
    return inner


def _stages(units: Iterable[Unit], interpreter: Interpreter | None) -> list[dict[Any, list[Unit]]]:
    """The units by stage, and in a stage by function and number of operands; None is the loop, which goes first."""
    at: dict[Ref, tuple[int, bool]] = {}  # of each result the stage, and whether the loop makes it
    stages: list[dict[Any, list[Unit]]] = []
    for unit in units:
        function, operands, out = unit
        looped = interpreter is not None and interpreter.knows(function)
        number = 0
        for x in operands:
            if isinstance(x, Ref) and x in at:
                stage, by_loop = at[x]
                number = max(number, stage if by_loop else stage + 1)
        at[out] = (number, looped)
        while len(stages) <= number:
            stages.append({(None, 0): []} if interpreter is not None else {})
        stages[number].setdefault((None, 0) if looped else (function, len(operands)), []).append(unit)
    return [{key: units for key, units in stage.items() if units} for stage in stages]


def _places(column: npt.NDArray[np.int32]) -> Places:
    """Places as a stretch where they are one, or all the same."""
    first, last = int(column[0]), int(column[-1])
    if last - first == len(column) - 1 and np.array_equal(column, np.arange(first, last + 1)):
        return slice(first, last + 1)
    if (column == first).all():
        return slice(first, first + 1)
    return np.ascontiguousarray(column)


def _type(kind: Kind) -> Callable[[float], Any]:
    """What makes a value of this kind of a double."""
    return kind.number or kind.dtype.type
