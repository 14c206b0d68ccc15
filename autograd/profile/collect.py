"""What goes into a ledger: the entries of a tape's recording, and those of a compiled program."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from math import prod
from time import perf_counter
from typing import Any

import numpy as np

from autograd.compiler.backends import Executable
from autograd.compiler.ir import Group, Part, Ref
from autograd.graph import Node, Recording, Value
from autograd.nest import leaves
from autograd.profile.flops import flops_of_step
from autograd.profile.report import Entry, Profile
from autograd.scopes import scopes_of


def of_recording(recording: Recording) -> Profile:
    """The ledger of a tape. The times are those of the operations forward, each of which is run once more.

    What is saved for the backward pass are the distinct arrays in the nodes: views count once, with the array that they
    show, and arrays from outside count for `held` alone.
    """
    nodes = recording.nodes
    owners = [_owners(node.out) for node in nodes]
    seen = {key for leaf in recording.leaves for key in _owners(leaf)}
    outside = {key: n for node in nodes for x in node.inputs for key, n in _owners(x).items()}
    entries = []
    made: list[dict[int, int]] = []
    for node, scope, mine in zip(nodes, scopes_of(recording), owners, strict=True):
        new = {key: n for key, n in mine.items() if key not in seen}
        seen.update(new)
        made.append(new)
        shapes = [np.shape(_raw(x)) for x in node.inputs if not isinstance(_raw(x), tuple)]
        count = round(node.op.flops(shapes or [()], _shape(node.out), node.params))
        size = sum([_nbytes(x) for x in leaves(_raw(node.out))])
        entries.append(Entry(node.op.name, scope, _seconds(node), count, size, sum(new.values())))
    held = sum((outside | {key: n for new in made for key, n in new.items()}).values())
    return Profile(tuple(entries), tuple(_live(recording, made)), held)


def _live(recording: Recording, made: Sequence[dict[int, int]]) -> list[int]:
    """The live bytes: they grow forward; backward each node is let go of, while gradients come and go."""
    live = [0]
    for new in made:
        live.append(live[-1] + sum(new.values()))
    now = live[-1]
    gradients: set[int] = set()
    for node, new in zip(reversed(recording.nodes), reversed(made), strict=True):
        for x in (node.out, *node.inputs):  # of the target it is new here, of other results it is there already
            if id(x) in recording.known and id(x) not in gradients:
                gradients.add(id(x))
                now += _size(x)
        live.append(now)
        now -= sum(new.values()) + _size(node.out)
    return live[1:]


def _seconds(node: Node) -> float:
    values = [_raw(x) for x in node.inputs]
    start = perf_counter()
    with np.errstate(all="ignore"), suppress(ArithmeticError):  # of Python's numbers, which NumPy would take
        node.op.forward(*values, **node.params)
    return perf_counter() - start


def _raw(x: Any) -> Any:
    return x.value if isinstance(x, Value) else x


def _shape(x: Any) -> tuple[int, ...]:
    value = _raw(x)
    return np.shape(value[0] if isinstance(value, tuple) else value)


def _size(x: Any) -> int:
    return sum([_nbytes(part) for part in leaves(_raw(x))])


def _nbytes(x: Any) -> int:
    """The bytes of an array's elements, or of a number."""
    return int(getattr(x, "nbytes", 0)) if hasattr(x, "shape") else sys.getsizeof(x)


def _owners(x: Any) -> dict[int, int]:
    """The arrays and numbers whose memory a value is, by id, with their bytes."""
    found = {}
    for part in leaves(_raw(x)):
        while isinstance(getattr(part, "base", None), np.ndarray):
            part = part.base
        found[id(part)] = _nbytes(part)
    return found


def of_program(executable: Executable, values: Sequence[Any], *, repeats: int) -> Profile:
    """The ledger of a program: each part timed in `repeats` runs, of which the best counts.

    values: inputs, fresh values and state; arrays of the state are copied first, so that nothing is changed.
    """
    marks: list[tuple[int, float]] = []
    schedule = executable.schedule
    timed = executable.backend.emit(schedule, lambda at: marks.append((at, perf_counter())))
    best = [float("inf")] * len(schedule.parts)
    workspace = timed.workspace()
    for _ in range(repeats):
        marks.clear()
        given = [np.copy(x) if isinstance(x, np.ndarray) else x for x in values]
        marks.append((-1, perf_counter()))
        with np.errstate(all="ignore"):
            timed.run(*given, workspace)
        for (_, before), (at, now) in pairwise(marks):
            best[at] = min(best[at], now - before)
    entries = tuple([_entry(part, executable, t) for part, t in zip(schedule.parts, best, strict=True)])
    return Profile(entries, tuple(_live_in(executable)), sum([kind_bytes(kind) for kind in schedule.memory.kinds]))


def _entry(part: Part, executable: Executable, seconds: float) -> Entry:
    program, owners = executable.schedule.program, executable.schedule.memory.owners
    count = sum([flops_of_step(step, program) for step in part.steps])
    made = sum([kind_bytes(program.kinds[ref]) for ref in part.outs if owners[ref] == {ref}])  # views make none
    if isinstance(part, Group):
        names = list(dict.fromkeys([step.function.__name__ for step in part.steps]))
        name = f"{len(part.steps)} in one: {', '.join(names[:4])}{', …' if len(names) > 4 else ''}"
    else:
        name = part.function.__name__
    return Entry(name, part.steps[0].phase, seconds, count, made, 0)


def _live_in(executable: Executable) -> Iterable[int]:
    """The bytes of values that a program made and still needs, while each part runs."""
    schedule = executable.schedule
    memory, kinds = schedule.memory, schedule.program.kinds
    ending: dict[int, list[Ref]] = {}
    now = 0
    for at, part in enumerate(schedule.parts):
        for out in part.outs:
            if memory.owners[out] == {out} and out not in memory.state:
                now += kind_bytes(kinds[out])
                ending.setdefault(max(at, memory.last.get(out, at)), []).append(out)
        yield now
        now -= sum([kind_bytes(kinds[ref]) for ref in ending.pop(at, [])])


def kind_bytes(kind: Any) -> int:
    """The bytes of a value of this kind."""
    return prod(kind.shape) * kind.dtype.itemsize
