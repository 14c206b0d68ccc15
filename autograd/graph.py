"""The graph: values, the operations that made them, and the recordings that are open. Data, nothing else.

A computation graph is a list of nodes in the order in which they ran. That order is topological by
construction, because an operation can only use values that exist already; so no reader of a graph ever needs
to sort or to recurse. Every reader (the backward sweep, the forward sweep, the pictures) walks this list.

References go one way only: a recording holds nodes, a node holds values, and a value holds nothing. Dropping a
recording frees all that it held, and a value kept in a list keeps no graph alive. There are no cycles.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from autograd.errors import NoDerivativeError, TapeError
from autograd.locks import Array, lock, unlock, unlock_soon
from autograd.stores import raise_refused_store

if TYPE_CHECKING:
    from autograd.primitive import Primitive


class Value:
    """A value in a graph: a Python number, a NumPy array, or any array that speaks NumPy's protocols.

    `autograd.tensor.Tensor` adds everything people touch. `kind` is the class of what operations on it give.
    """

    __slots__ = ("__weakref__", "_name", "value")

    kind: ClassVar[Any]
    is_variable: ClassVar[bool] = False
    value: Any

    def reading(self, recordings: tuple[Recording, ...]) -> Value:
        """The fixed value that a node keeps; a variable answers with its value of this moment."""
        return self


def raw(x: Any) -> Any:
    """What a value holds; anything else as it is."""
    return x.value if isinstance(x, Value) else x


class Node:
    """One operation that ran: `out = op(*inputs, **params)`. Inputs that are not `Value`s are constants.

    `code` and `instruction` say which line of the user's program ran it; `where` looks the line up.
    """

    __slots__ = ("code", "inputs", "instruction", "op", "out", "params")

    op: Primitive
    inputs: tuple[Any, ...]
    params: dict[str, Any]
    out: Value
    code: CodeType
    instruction: int

    @property
    def where(self) -> tuple[str, int]:
        """File and line of the user's program."""
        lines = (line for start, end, line in self.code.co_lines() if start <= self.instruction < end and line)
        return self.code.co_filename, next(lines, self.code.co_firstlineno)


NO_PARAMS: dict[str, Any] = {}  # one for all nodes without params, since a dict each would be a fifth of a node
_new_node = Node.__new__  # filled in by `record`, which saves a call for each operation
ENGINE = os.path.dirname(__file__) + os.sep
_NUMPY = os.path.dirname(np.__file__) + os.sep
_METHODS = ENGINE + "tensor.py"  # where methods such as argmax call NumPy's function for the user


def calling_frame(depth: int) -> FrameType:
    """The innermost frame outside the engine and NumPy, looked for from `depth` frames up."""
    frame = sys._getframe(depth)
    while frame.f_code.co_filename.startswith((ENGINE, _NUMPY)) and frame.f_back is not None:
        frame = frame.f_back
    return frame


def calling_line() -> tuple[str, int]:
    """File and line of the innermost frame outside the engine and NumPy."""
    frame = calling_frame(2)
    return frame.f_code.co_filename, frame.f_lineno


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line outside the engine and NumPy."""
    frame = calling_frame(2)
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


class Cut:
    """A place where a followed value left the graph: `what` was done to `value`, and `where`.

    `position` is the number of nodes that were recorded before it.
    """

    __slots__ = ("position", "value", "what", "where")

    def __init__(self, value: Value, what: str, where: tuple[str, int], position: int) -> None:
        self.value = value
        self.what = what
        self.where = where
        self.position = position


class Span:
    """A stretch of a recording, for `autograd.scopes`: nodes number `start` up to `end`, None while it is open."""

    __slots__ = ("end", "name", "start")

    def __init__(self, name: str, start: int) -> None:
        self.name = name
        self.start = start
        self.end: int | None = None


class Recording:
    """The nodes recorded so far, and which values they connect to.

    `known` holds the ids of all watched values and of all that was computed from them. The values themselves
    are held by `nodes` and `leaves`, so an id in `known` can not be reused by another object.
    """

    closed = False
    observes: ClassVar[bool] = False  # whether it stays open where the recordings of operations are closed

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.known: set[int] = set()
        self.leaves: list[Value] = []
        self.late: dict[int, int] = {}  # of leaves that were followed late: after how many nodes
        self.readings: set[int] = set()  # ids of the values that are readings of variables
        self.cuts: list[Cut] = []
        # For `explain`: by function without a derivative and place in the program, the values it took, by id.
        self.taken: dict[tuple[Any, int, int], tuple[CodeType, int, dict[int, Value]]] = {}
        # Variables by id that were assigned a followed value, and where; variables that other threads read.
        self.severed: dict[int, tuple[Value, Cut]] = {}
        self.missed: dict[int, Value] = {}
        self.scopes: list[Span] = []
        self._locked: dict[int, list[Array]] = {}
        self._given_back: list[tuple[Array, int]] = []

    def follow(self, value: Value) -> None:
        """Record what is computed from `value` from here on."""
        if id(value) not in self.known:
            self.known.add(id(value))
            self.leaves.append(value)
            if self.nodes:
                self.late[id(value)] = len(self.nodes)

    def hold(self, x: Any) -> None:
        """Lock an array that came from outside, as a constant or in an index, until the recording lets go of it."""
        if isinstance(x, Value):
            x = x.value
        if isinstance(x, np.ndarray):
            if id(x) not in self._locked:
                held = lock(x)
                if self._locked.setdefault(id(x), held) is not held:  # another thread was faster
                    unlock(held)
        elif type(x) is tuple:
            for part in x:
                self.hold(part)

    def unlock(self) -> None:
        """Give all arrays back to their owners."""
        locked, self._locked = self._locked, {}
        for arrays in locked.values():
            unlock(arrays)

    def unlock_after_error(self) -> None:
        """Give all arrays back, and note what they hold, for `check_unchanged`.

        A traceback keeps a recording alive for as long as Python keeps the error, in a notebook until the next one.
        """
        self._given_back += [(arrays[-1], _fingerprint(arrays[-1])) for arrays in self._locked.values() if arrays]
        self.unlock()

    def check_unchanged(self) -> None:
        """Raise TapeError if an array that was given back after an error has been written to since."""
        if any([_fingerprint(array) != before for array, before in self._given_back]):
            raise TapeError(
                "an array that was recorded was written to after an error had given it back to its owner; the "
                "gradient would be wrong. Record again"
            )

    def __del__(self) -> None:
        for arrays in self._locked.values():
            unlock_soon(arrays)

    @property
    def last_cut(self) -> tuple[str, int] | None:
        """File and line where a value left the graph last."""
        return self.cuts[-1].where if self.cuts else None

    def saw(self, variable: Value, reading: Value) -> None:
        """A variable was read while recording; a plain recording takes no notice."""

    def changes(self, variable: Value) -> None:
        """A variable is about to change; a plain recording takes no notice."""

    def depends_on(self, owner: Any) -> None:
        """What is computed depends on the settings of an object; a plain recording takes no notice."""

    def excuses(self, value: Value) -> bool:
        """Whether `value` may leave the graph, since a derivative rule stands for what is computed from it."""
        return False


def _fingerprint(array: Array) -> int:
    return hash(array.tobytes())


current_phase: ContextVar[str] = ContextVar("current_phase", default="forward")
"""Which part of the work is being done: "forward", "backward" or "update"."""


@contextmanager
def in_phase(name: str) -> Iterator[None]:
    """Inside, what is computed belongs to this part of the work."""
    token = current_phase.set(name)
    try:
        yield
    finally:
        current_phase.reset(token)


class Tracer:
    """An array or a number that writes down what is computed with it; the compiler has the only ones.

    The engine computes with it as with any other, and asks it for what cannot be decided while it is traced.
    """

    __slots__ = ()
    value: Any
    """The array or number of the run that is traced."""

    def run(self, function: Any, args: Any, options: dict[str, Any]) -> Any:
        """Compute, and write the call down as one step."""
        raise NotImplementedError

    def defer_zero_law(self) -> None:
        """Leave it to each run to find out whether this cotangent is NaN, and so under the law of zeros."""
        raise NotImplementedError

    def require_no_nan(self) -> None:
        """Give up a run in which this gradient is NaN."""
        raise NotImplementedError

    def fitted(self, g: Any) -> Any:
        """Return the cotangent `g` as one of this number; None for arrays, which are fitted as all others."""


class _NothingOpened(tuple[Recording, ...]):
    """No recordings, in a thread or task that opened none; `()` where recording was switched off on purpose."""

    __slots__ = ()


NOTHING_OPENED = _NothingOpened()

# Which recordings are open, outermost first. A context variable, so that threads and async tasks are independent.
open_recordings: ContextVar[tuple[Recording, ...]] = ContextVar("open_recordings", default=NOTHING_OPENED)

# The recordings that are open in any thread of the process; those of nested scopes several times.
open_anywhere: list[Recording] = []


def recordings_elsewhere(values: Iterable[Any]) -> tuple[Recording, ...]:
    """The recordings of other threads that follow one of `values`, for a thread that opened none.

    What a worker thread computes from a followed tensor is recorded. A variable alone does not tell whether its
    reader works for the thread that records, so its reading is noted, and `Tape.gradient` warns.
    """
    if open_recordings.get() is not NOTHING_OPENED:
        return ()
    recordings = tuple(dict.fromkeys(open_anywhere))
    following = tuple([r for r in recordings if any([id(x) in r.known for x in values])])
    if not following:
        for x in values:
            if isinstance(x, Value) and x.is_variable:
                for recording in recordings:
                    recording.missed[id(x)] = x
    return following


def recordings_for(values: Iterable[Any]) -> tuple[Recording, ...]:
    """The recordings that are open here, or, in a thread that opened none, those of others that follow `values`."""
    return open_recordings.get() or (recordings_elsewhere(values) if open_anywhere else ())


def record(
    recordings: tuple[Recording, ...], op: Primitive, inputs: tuple[Any, ...], params: dict[str, Any], out: Value
) -> None:
    """Append a node to every recording that knows one of the inputs, and lock the arrays from outside."""
    node = None
    for recording in recordings:
        known = recording.known
        for x in inputs:
            if id(x) in known:
                break
        else:
            continue
        if recording.closed:  # inherited by a task that outlived the scope
            continue
        if node is None:
            node = _new_node(Node)
            node.op = op
            node.inputs = inputs
            node.params = params or NO_PARAMS
            node.out = out
            frame = sys._getframe(2)
            if frame.f_code.co_filename.startswith(ENGINE):
                frame = calling_frame(3)
            node.code = frame.f_code
            node.instruction = frame.f_lasti
        recording.nodes.append(node)
        known.add(id(out))
        for x in inputs:
            if type(x) is not float and id(x) not in known:
                recording.hold(x)
        if params:
            for param in params.values():
                recording.hold(param)


class Guard(Recording):
    """Stands for the recordings of other threads in a thread that opens one, and refuses what they follow.

    An operation there is recorded by its own recording. The others could not follow the derivative that is taken of it.
    Readings of variables, which threads share, are not refused.
    """

    def __init__(self, others: tuple[Recording, ...]) -> None:
        super().__init__()
        self.known: Any = _Refusal(others)
        self.nodes: Any = self.known


class _Refusal:
    """The `known` and the `nodes` of a guard."""

    def __init__(self, others: tuple[Recording, ...]) -> None:
        self._others = others

    def __contains__(self, key: int) -> bool:
        return any([key in r.known and key not in r.readings and not r.closed for r in self._others])

    def __len__(self) -> int:
        return 0

    def append(self, node: Node) -> None:
        """Refuse an operation on a followed value."""
        raise _refused(f"{node.op.name} was called on", ", inside a tape or transform of this thread")


def _refused(what: str, where: str = "") -> TapeError:
    return TapeError(
        f"{what} a tensor that a tape or transform of another thread follows{where}: the derivative taken here could "
        f"not be differentiated there. Run the work of the thread as contextvars.copy_context().run(function, ...), "
        f"with a copy for each task, or give it ag.stop_gradient(x) if a constant is meant"
    )


def recordings_here() -> tuple[Recording, ...]:
    """The recordings that are open in this thread, with a guard if it opened none and other threads did."""
    recordings = open_recordings.get()
    if recordings is NOTHING_OPENED and open_anywhere:
        return (Guard(tuple(dict.fromkeys(open_anywhere))),)
    return recordings


def check_followed_here(values: Sequence[Any]) -> None:
    """Raise TapeError if a recording of another thread follows one of `values`, of which a derivative is taken here."""
    for recording in recordings_here():
        if isinstance(recording, Guard) and any([id(x) in recording.known for x in values]):
            raise _refused("a derivative was taken of, or along,")


def note_cut(value: Value, what: str) -> bool:
    """Note in every open recording that follows `value` that it leaves the graph; whether a gradient is lost."""
    following = [r for r in recordings_for([value]) if id(value) in r.known]
    excusing = [i for i, recording in enumerate(following) if recording.excuses(value)]
    if excusing:
        following = following[excusing[-1] :]  # for the recordings around it, the value does not leave
    if following:
        where = calling_line()
        for recording in following:
            recording.cuts.append(Cut(value, what, where, len(recording.nodes)))
    return len(following) > bool(excusing)


def note_taken(recordings: tuple[Recording, ...], function: Any, values: Iterable[Any], depth: int) -> None:
    """Note that a function without a derivative took `values`, for `explain`; `depth` frames up it was called.

    Comparisons are common in loops, so this does little, and a value is noted once for each place in the program. What
    the engine itself asks, such as the shape of an operand, is not noted.
    """
    frame = None
    for recording in recordings:
        known = recording.known
        for x in values:
            if id(x) in known or (isinstance(x, Value) and x.is_variable):
                if frame is None:
                    frame = sys._getframe(depth)
                    file = frame.f_code.co_filename
                    if file.startswith(ENGINE):
                        if file != _METHODS:
                            return
                        frame = calling_frame(depth + 1)
                code = frame.f_code
                place = function, id(code), frame.f_lasti  # hashing the code itself would take microseconds
                if (entry := recording.taken.get(place)) is None:
                    entry = recording.taken[place] = code, frame.f_lasti, {}
                entry[2][id(x)] = x


def note_severed(variable: Value, value: Value, what: str) -> None:
    """Note that `what` stored `value` in `variable`: a recording that follows the value cannot follow it there."""
    for recording in recordings_for([value]):
        if id(value) in recording.known:
            cut = Cut(value, what, calling_line(), len(recording.nodes))
            recording.cuts.append(cut)
            recording.severed[id(variable)] = variable, cut


def check_severed(variable: Value, recording: Recording) -> None:
    """Refuse to read a variable that holds a value which `recording` follows: its gradient would be lost."""
    if id(variable) not in recording.severed:
        return
    _, cut = recording.severed[id(variable)]
    name = getattr(variable, "_name", None)
    raise NoDerivativeError(
        f"{f'the variable {name!r}' if name else 'a variable'} was read that {cut.what} gave a value which a tape or "
        f"transform follows ({cut.where[0]}:{cut.where[1]}); the gradient of that value would be lost, because no "
        f"gradient flows through an assignment. Compute with the tensor itself, build it with np.stack([...]), "
        f"ag.array([...]) or x.at[index].set(value), or store ag.stop_gradient(value) if a constant is meant"
    )


def followed(x: Any) -> bool:
    """Whether an open recording knows `x`, so that what is computed from it now may be differentiated later."""
    return isinstance(x, Value) and any([id(x) in recording.known for recording in open_recordings.get()])


def without_guards(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """The recordings that record."""
    return recordings and tuple([r for r in recordings if not isinstance(r, Guard)])


@contextmanager
def only(recordings: tuple[Recording, ...]) -> Iterator[None]:
    """Inside, exactly these recordings are open."""
    token = open_recordings.set(recordings)
    found = without_guards(recordings)
    open_anywhere.extend(found)
    try:
        yield
    finally:
        open_recordings.reset(token)
        for recording in found:
            open_anywhere.remove(recording)


@contextmanager
def opened(recording: Recording) -> Iterator[None]:
    """Record into `recording` inside; after an error all arrays are given back."""
    try:
        with only((*recordings_here(), recording)):
            yield
    except BaseException as error:
        recording.unlock_after_error()
        raise_refused_store(error, recording.last_cut)
        raise


_OF_TWO: tuple[tuple[Sequence[int], Sequence[int]], ...] = (((), (1,)), ((0,), (0, 1)))


def reached(
    nodes: Iterable[Node], sources: Collection[Value], late: Mapping[int, int] | None = None
) -> list[tuple[Node, Sequence[int]]]:
    """The nodes that `sources` have an influence on, in recording order.

    Each comes with the positions of the inputs through which the influence arrives: only for these does a
    sweep run derivative rules. `late` says by id after how many nodes a source begins to count. Linear in the
    number of nodes.
    """
    start = {id(source): late.get(id(source), 0) if late else 0 for source in sources}
    active = {key for key, count in start.items() if not count}
    waiting = sorted([(count, key) for key, count in start.items() if count], reverse=True)
    path = []
    for position, node in enumerate(nodes):
        while waiting and waiting[-1][0] <= position:
            active.add(waiting.pop()[1])
        inputs = node.inputs
        if len(inputs) == 2:  # most have two, and a list for each would be half of this function's time
            through = _OF_TWO[id(inputs[0]) in active][id(inputs[1]) in active]
        else:
            through = [i for i, x in enumerate(inputs) if id(x) in active]
        if through and not node.op.complete:
            through = [i for i in through if node.op.rules[i] is not None]
        if through:
            active.add(id(node.out))
            path.append((node, through))
    return path
