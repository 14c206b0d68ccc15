"""What a recording knows about a source that has no gradient: where it was used, where it left the graph.

Facts hold no values, so they can be gathered before a tape that is not persistent lets go of its recording.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.explain.derivatives import Steps, blocked
from autograd.explain.program import line_of
from autograd.graph import Node, Value, reached
from autograd.primitive import registry
from autograd.protocols import named
from autograd.recompute import Recomputed

if TYPE_CHECKING:
    from autograd.explain.model import Place
    from autograd.tape import Tape
    from autograd.tensor import Tensor


@dataclass(frozen=True)
class Left:
    """A value left the graph here: what was done to it, its name, whether the target came from the same line.

    own: whether it is the source itself, rather than computed from it.
    """

    what: str
    name: str | None
    where: Place
    near: bool
    own: bool = False


@dataclass(frozen=True)
class Facts:
    """What a recording knows about one source and one target between which no gradient flows.

    source_known, target_known: whether the recording follows them.
    first_use: where the source, not followed, went into a recorded operation.
    twin: the name of a watched value that holds the same array as the source, which is not followed.
    wraps: the name of a recorded value whose array the target holds; the value depends on the source, the target is
        not followed.
    cuts: where values that depend on the source left the graph.
    plain: where functions without a derivative, such as comparisons and argmax, took these values.
    other_thread: whether another thread read the source, a variable, while the tape was recording.
    ruleless: operations on the way that take an operand as data: name, position, file and line.
    silent: functions on the way with a gradient rule of their own, which returned None: name, file and line.
    behind: names of what the target was computed from.
    complete: whether the recording was there to be asked.
    """

    source_known: bool
    target_known: bool
    first_use: Place | None = None
    twin: str | None = None
    wraps: str | None = None
    cuts: tuple[Left, ...] = ()
    plain: tuple[Left, ...] = ()
    other_thread: bool = False
    ruleless: tuple[tuple[str, int, Place], ...] = ()
    silent: tuple[tuple[str, Place], ...] = ()
    behind: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True)
class Remembered:
    """The facts about a pair, which is told by weak references, since facts are to keep nothing alive."""

    target: weakref.ref[Value]
    source: weakref.ref[Value]
    facts: Facts


def remember(tape: Tape, targets: Sequence[Value], sources: Sequence[Tensor]) -> list[Remembered]:
    """The facts about each pair that is not connected, to be kept when the tape lets go of its recording."""
    return [
        Remembered(weakref.ref(target), weakref.ref(source), facts)
        for target in targets
        for source, facts in zip(sources, facts_about(tape, target, sources), strict=True)
        if facts is not None
    ]


def unconnected(targets: Sequence[Value], sources: Sequence[Tensor]) -> list[Remembered]:
    """As `remember`, for pairs that turned out not to be connected when the recording was gone."""
    facts = Facts(source_known=True, target_known=True, complete=False)
    return [Remembered(weakref.ref(y), weakref.ref(x), facts) for y in targets for x in sources]


def facts_about(
    tape: Tape, target: Any, sources: Sequence[Tensor], connected: bool | None = None
) -> list[Facts | None]:
    """The facts about each source; None for one that the rules connect with the target.

    connected: False if the pair is known not to be, so that a rule on the way must have given nothing.
    """
    survey = _Survey(tape, target, sources)
    return [survey.facts(k, connected) for k in range(len(sources))]


class _Survey:
    """One walk along a recording and one back, for all sources at once: bit k of a mask stands for source k."""

    def __init__(self, tape: Tape, target: Any, sources: Sequence[Tensor]) -> None:
        self.tape, self.target, self.sources = tape, target, sources
        self.readings = [tape.values_of(source) for source in sources]
        self.reach: dict[int, int] = {}  # by id: which sources it depends on by way of derivative rules
        self.first: dict[int, Node] = {}  # by id of a source that is not followed: the first operation that used it
        for k, values in enumerate(self.readings):
            for value in values:
                self.reach[id(value)] = self.reach.get(id(value), 0) | 1 << k
        unknown = {id(tape.value_of(x)) for x, values in zip(sources, self.readings, strict=True) if not values}
        for node in tape.nodes:
            mask = 0
            for i, x in enumerate(node.inputs):
                if id(x) in unknown:
                    self.first.setdefault(id(x), node)
                if (reached := self.reach.get(id(x), 0)) and node.op.rules[i] is not None:
                    mask |= reached
            if mask:
                self.reach[id(node.out)] = self.reach.get(id(node.out), 0) | mask
        behind = {id(target)}
        self.way = [node for node in reversed(tape.nodes) if _leads(node, behind)][::-1]
        self.behind = tuple(dict.fromkeys([name for x in tape.leaves if (name := _name(x)) and id(x) in behind]))

    def facts(self, k: int, connected: bool | None) -> Facts | None:
        reaches = self._from(k, self.target)
        if reaches and connected is not False:
            return None
        source = self.tape.value_of(self.sources[k])
        target_known = id(self.target) in self.tape.known
        if not self.readings[k]:
            use = self.first.get(id(source))
            return Facts(
                source_known=False,
                target_known=target_known,
                first_use=use.where if use else None,
                twin=self._twin(source),
                plain=self._lefts(k, self._taken),
                other_thread=id(self.sources[k]) in self.tape.missed,
                behind=self.behind,
            )
        silent = [(node.op.name, node.where) for node in self._ruled_by_the_user if self._silent(k, node)]
        return Facts(
            source_known=True,
            target_known=target_known,
            wraps=next((_name(x) or "a recorded value" for x in self._wrapped if self._from(k, x)), None),
            cuts=self._lefts(k, self._cuts),
            plain=self._lefts(k, self._taken),
            other_thread=id(self.sources[k]) in self.tape.missed,
            ruleless=tuple([(n.op.name, i, n.where) for n, i in self._ruleless if self._from(k, n.inputs[i])]),
            silent=tuple(dict.fromkeys(silent)) if reaches else (),
            behind=self.behind,
        )

    def _from(self, k: int, value: Any) -> bool:
        return bool(self.reach.get(id(value), 0) >> k & 1)

    def _twin(self, source: Value) -> str | None:
        same = [x for x in self.tape.leaves if x.value is source.value and type(x.value) is np.ndarray]
        return (_name(same[0]) or "a watched value") if same else None

    def _silent(self, k: int, node: Node) -> bool:
        """Whether a function with a custom gradient gives none for what depends on source k."""
        if not self._from(k, node.out):
            return False
        below: list[Steps] = [
            ((n, i),)
            for n in self.way
            if n.out is node.inputs[0] and n.op.name == "pack"
            for i, x in enumerate(n.inputs)
            if self._from(k, x)
        ]
        above: list[Steps] = [((n, 0),) for n in self.way if n.inputs[0] is node.out and n.op.name == "pick"]
        steps = [(*first, (node, 0), *last) for first in below or [()] for last in above or [()]]
        return all([blocked(step) for step in steps if not isinstance(step[-1][0].out.value, tuple)])

    def _lefts(self, k: int, noted: Sequence[tuple[Value, Left]]) -> tuple[Left, ...]:
        """Of what was noted, that about source k and what was computed from it."""
        own = [self.sources[k], *self.readings[k]]
        found = [
            replace(left, own=any([value is x for x in own]))
            for value, left in noted
            if value is own[0] or self._from(k, value)
        ]
        return tuple(dict.fromkeys(found))

    @cached_property
    def _near(self) -> set[Place]:
        """The lines that the target came from."""
        return {node.where for node in self.way}

    @cached_property
    def _cuts(self) -> list[tuple[Value, Left]]:
        cuts = [cut for cut in self.tape.cuts if cut.value is not self.target]
        return [(cut.value, Left(cut.what, _name(cut.value), cut.where, cut.where in self._near)) for cut in cuts]

    @cached_property
    def _taken(self) -> list[tuple[Value, Left]]:
        found = []
        for (function, _, _), (code, instruction, values) in self.tape.taken.items():
            where = line_of(code, instruction)
            for value in values.values():
                if value is not self.target:
                    found.append((value, Left(_called(function), _name(value), where, where in self._near)))
        return found

    @cached_property
    def _wrapped(self) -> list[Value]:
        """The recorded values whose array the target holds, though it is another tensor."""
        if not isinstance(self.target, Value) or id(self.target) in self.tape.known:
            return []
        outs = [node.out for node in self.tape.nodes]
        if type(self.target.value) is np.ndarray:  # two equal numbers in a program may be one object
            outs += self.tape.leaves
        return [x for x in outs if x.value is self.target.value]

    @cached_property
    def _ruleless(self) -> list[tuple[Node, int]]:
        return [
            (node, i)
            for node in self.way
            for i, x in enumerate(node.inputs)
            if isinstance(x, Value) and node.op.rules[i] is None
        ]

    @cached_property
    def _ruled_by_the_user(self) -> list[Node]:
        """Functions with a gradient of their own, which may be None: operations on bundles that no table lists."""
        return [
            n
            for n in self.way
            if n.op.name not in ("pack", "pick")
            and registry.get(n.op.name) is not n.op
            and not isinstance(n.op, Recomputed)  # whose rules are those of the table
        ]


def cuts_between(tape: Tape, target: Value, readings: Sequence[Value]) -> tuple[Left, ...]:
    """Where values that depend on the source left the graph before the target was computed."""
    if not tape.cuts:
        return ()
    last = made_at(tape, target)
    sources = {id(x) for x in readings}
    behind = sources | {id(node.out) for node, _ in reached(tape.nodes, readings, tape.late)}
    cuts = [cut for cut in tape.cuts if cut.position <= last and id(cut.value) in behind and cut.value is not target]
    found = [Left(cut.what, _name(cut.value), cut.where, near=True, own=id(cut.value) in sources) for cut in cuts]
    return tuple(dict.fromkeys(found))


def made_at(tape: Tape, target: Value) -> int:
    """The number of the last node whose result is `target`, or -1."""
    return next((i for i in reversed(range(len(tape.nodes))) if tape.nodes[i].out is target), -1)


def _called(function: Any) -> str:
    """What a person calls a function that has no derivative."""
    if function is bool:
        return "a truth value, as `if` and `and` take it"
    return "a comparison" if getattr(function, "__module__", None) == "_operator" else named(function)


def _leads(node: Node, behind: set[int]) -> bool:
    """Whether a node leads to what is in `behind`; its inputs are then entered there."""
    if id(node.out) not in behind:
        return False
    behind.update([id(x) for x in node.inputs])
    return True


def _name(value: Any) -> str | None:
    return getattr(value, "_name", None)
