"""`checkpoint`: what a function computes on the way is not stored for the backward pass, but computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from types import CellType, FunctionType
from typing import Any

import numpy as np

from autograd.bundle import Parts, parts_of
from autograd.calls import Call, as_tensor, name_of, node, observers, refilled, swept_back
from autograd.captured import Captures
from autograd.errors import NoDerivativeError, TapeError
from autograd.families import zeros_like
from autograd.forward import forward
from autograd.graph import Recording, Tracer, Value, only, open_recordings, opened, raw, record
from autograd.nest import leaves
from autograd.ops.elementwise import identity
from autograd.primitive import Every, Primitive
from autograd.replay import RandomStates, drawing_noted, drawn_again, fresh_is_replayed
from autograd.tensor import Tensor, Variable, wrapped


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same function, which stores less and computes twice.

    What `f` computes on the way is not kept for the backward pass but computed again. This saves the memory of the
    intermediate values for one more evaluation of `f`. The arguments and the result may be nested structures.

    Gradients flow to the arguments and to all that `f` uses from outside: variables, and tensors of closures, globals
    and attributes. The second evaluation draws the same random numbers as the first: from NumPy's global generator,
    from Python's `random`, and from the generators that `f` reaches through closures, globals, arguments and
    attributes. The states of the generators afterwards are those of one evaluation.

    TapeError in the backward pass if the second evaluation differs from the first: if a variable was assigned to in
    between, or another value that `f` reads has changed. The results of the two are compared. A difference that shows
    in no result, such as another factor of a value that is 0, is not found.
    NoDerivativeError in the backward pass if a tensor that `f` stored elsewhere, in a list or an attribute, was used
    outside; in forward mode, its tangent is NaN.

    >>> import autograd as ag
    >>> ag.grad(checkpoint(lambda x: np.sin(np.sin(x))))(0.0)
    Tensor(1.0)
    >>> ag.grad(lambda w: checkpoint(lambda x: w * x)(2.0))(1.0)
    Tensor(2.0)
    """

    @wraps(f)
    def wrapped_function(*args: Any, **kwargs: Any) -> Any:
        call = Call(f, args, kwargs)
        outer = call.recordings()
        if not outer:
            return call.run(call.data)
        values = [x.current() for x in call.data]
        given = [wrapped(x.value) for x in values]
        captures = Captures(outer, given, values)
        states = RandomStates(f, args, kwargs)
        again = _with_values_of_now(f)
        keep_fresh = observers(outer) or fresh_is_replayed()  # where no generator would draw it again
        with only((*observers(outer), captures)), drawing_noted() as drawn:
            y = call.run(given)
        states.forget_unchanged()
        results = [y.current() for y in leaves(y) if isinstance(y, Tensor)]
        behind = 0
        for result in results:
            behind |= captures.uses.behind_of(result)
        inputs = captures.uses.inputs
        inputs[: len(values)] = values
        del given
        captures.pass_on_cuts(inputs)
        for kept in captures.kept(results):
            recordings = tuple([r for r in outer if not r.observes])
            record(recordings, _kept_outside(name_of(f), kept), tuple(captures.uses.behind(kept, inputs)), {}, kept)
        call.function = again
        second = _SecondRun(call, values, captures, behind, states, drawn if keep_fresh else [])
        following = [r for r in outer if any([id(x) in r.known for x in second.inputs])]
        if not following:
            return y
        for recording in following:
            for x in (*values, *captures.constants()):
                recording.hold(x)
        return refilled(y, node(f, second.inputs, results, second.rule, second.push, Recomputed))

    return wrapped_function


def _with_values_of_now(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function with what its closure holds at this moment, since a loop variable, for one, is bound again."""
    if not isinstance(f, FunctionType) or not f.__closure__:
        return f
    cells = []
    for cell in f.__closure__:
        try:
            cells.append(CellType(cell.cell_contents))
        except ValueError:  # a variable that has no value yet
            cells.append(cell)
    same = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, tuple(cells))
    same.__kwdefaults__ = f.__kwdefaults__
    return same


def _kept_outside(name: str, x: Value) -> Primitive:
    """The operation that stands for a tensor which a checkpointed function left behind, in a list for example.

    It was computed while nothing recorded, so a gradient that arrives there would be lost.
    """
    shape = np.shape(x.value)

    def refused(position: int, g: Any, y: Any, *inputs: Any) -> Any:
        raise NoDerivativeError(
            f"a tensor of shape {shape} from inside the checkpointed {name} was used outside, and is not among its "
            f"results; the gradient would be lost. Return it from {name}, several in a dict, list or tuple, or "
            f"write ag.stop_gradient(...) of it if a constant is meant"
        )

    def unknown(op: Primitive, tangents: list[Any], y: Any, inputs: Any, params: dict[str, Any]) -> Any:
        """Forward mode visits it even if no result depends on it."""
        return raw(y) * np.nan

    return Primitive(name, lambda *inputs: x.value, Every(refused), push=unknown)


class Recomputed(Primitive):
    """The operation that a checkpointed function is: its rules are those of the function's own operations."""

    __slots__ = ()


class _SecondRun:
    """What the backward pass needs to evaluate a checkpointed function again."""

    def __init__(
        self,
        call: Call,
        values: list[Value],
        captures: Captures,
        behind: int,
        states: RandomStates,
        drawn: list[tuple[Any, Any]],
    ) -> None:
        self.call = call
        self.values = values
        self.places = [i for i in range(len(values)) if behind >> i & 1]
        self.captured = [x for i, x in enumerate(captures.captured, len(values)) if behind >> i & 1]
        self.inputs = [*[values[i] for i in self.places], *self.captured]
        self.variables = captures.variables()
        self.assigned = list(captures.assigned.values())
        self.states = states
        self.drawn = drawn

    def rule(self, g: Any, y: Any, packed: Any) -> Parts:
        """The gradient for each input, by a sweep over the second evaluation."""
        kept = _parts(raw(y))
        upstream = g if isinstance(g, Parts) else {0: g}
        recording, sources, stand_ins, results = self.run(parts_of(packed), kept)
        seeds = [(results[i], u) for i, u in upstream.items()]
        stacked = next((np.ndim(u) - np.ndim(kept[i]) for i, u in upstream.items()), 0)
        found = swept_back(recording, seeds, [*sources, *[x for x, _ in stand_ins]], stacked)
        for (_, i), part in zip(stand_ins, found[len(sources) :], strict=True):
            if part is not None:
                found[i] = part if found[i] is None else found[i] + part
        return Parts(found[: len(sources)])

    def push(self, op: Primitive, tangents: list[Any], y: Any, inputs: Any, params: dict[str, Any]) -> Any:
        """The tangent of each result, by a forward sweep over the second evaluation."""
        recording, sources, stand_ins, results = self.run(parts_of(inputs[0]), _parts(raw(y)))
        moved = tangents[0]
        seeds = [(x, moved[i]) for x, i in [*zip(sources, range(len(sources)), strict=True), *stand_ins] if i in moved]
        found = forward(recording.nodes, seeds, results)
        found = [zeros_like(x) if t is None else t for t, x in zip(found, results, strict=True)]
        return Parts(found) if isinstance(raw(y), tuple) else found[0]

    def run(
        self, inputs: Sequence[Any], kept: Sequence[Any]
    ) -> tuple[Recording, list[Value], list[tuple[Value, int]], list[Value]]:
        """Evaluate again, and record.

        Returns the recording, what stands in it for each input, further readings of captured variables with the
        position of the input that they stand for, and the results, which must be those that were `kept`.
        """
        name = name_of(self.call.function)
        if any([v.value is not reading.value for v, reading in self.variables if not self._assigns(v)]):
            raise TapeError(
                f"a variable that the checkpointed {name} reads was assigned to between the forward and the "
                f"backward pass; take the gradient before the update"
            )
        given = [wrapped(x.value) for x in self.values]
        for i, x in zip(self.places, inputs, strict=False):
            given[i] = identity(as_tensor(x))
        sources = [*[given[i] for i in self.places], *self.captured]
        recording = _SecondRecording(self.variables)
        for x in sources:
            if isinstance(x, Tensor) and x.dtype.kind in "fc":
                recording.follow(x)
        with (
            opened(recording),
            self.states.restored(),
            drawn_again(self.drawn),
            _values_as_before(self.assigned),
        ):
            try:
                y = self.call.run(given)
            except Exception as error:
                error.add_note(f"raised when the checkpointed {name} was evaluated again for the backward pass")
                raise
            results = [y.current() for y in leaves(y) if isinstance(y, Tensor)]
        position = {id(x): i for i, x in enumerate(sources)}
        stand_ins = [(x, position[id(reading)]) for x, reading in recording.renewed if id(reading) in position]
        used = {id(x) for node in recording.nodes for x in node.inputs} | {id(y) for y in results}
        used |= {id(sources[i]) for _, i in stand_ins}
        if any([id(x) not in used for x in self.captured]) or not _same(results, kept):
            raise TapeError(
                f"the checkpointed {name} computed something else in the backward pass than in the forward pass, so "
                f"its gradient would be wrong; expected the same operations on the same values. A value that it reads "
                f"from outside has changed, as a loop variable does, or it draws from a random generator that cannot "
                f"be found. Give such values as arguments"
            )
        return recording, sources, stand_ins, results

    def _assigns(self, variable: Variable) -> bool:
        return any([variable is v for v, _ in self.assigned])


class _SecondRecording(Recording):
    """Records a second evaluation; a captured variable may be read as another tensor than in the first."""

    def __init__(self, variables: list[tuple[Variable, Value]]) -> None:
        super().__init__()
        self.renewed: list[tuple[Value, Value]] = []  # a reading, and the one that it stands for
        self._readings = {id(variable): reading for variable, reading in variables}

    def saw(self, variable: Value, reading: Value) -> None:
        """A variable was read that is not known by this reading."""
        first = self._readings.get(id(variable))
        if first is not None and first.value is reading.value:
            self.renewed.append((reading, first))
            self.follow(reading)


@contextmanager
def _values_as_before(assigned: Sequence[tuple[Variable, Value]]) -> Iterator[None]:
    """Inside, the variables have the values that they had before they were assigned to."""
    now = [(variable, variable.value) for variable, _ in assigned]
    severed = [(recording, dict(recording.severed)) for recording in open_recordings.get()] if assigned else []
    try:
        for variable, reading in assigned:
            variable.value = reading.value
            variable.renew_reading()
        yield
    finally:
        for variable, value in now:
            variable.value = value
            variable.renew_reading()
        for recording, before in severed:
            recording.severed = before


def _same(results: Sequence[Value], kept: Sequence[Any]) -> bool:
    """Whether a second evaluation gave what the first did, up to rounding."""
    if len(results) != len(kept):
        return False
    for result, first in zip(results, kept, strict=True):
        a, b = (np.asarray(x.value if isinstance(x, Tracer) else x) for x in (result.value, first))
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        if a.dtype.kind not in "fc" or np.array_equal(a, b):
            if not np.array_equal(a, b):
                return False
            continue
        finite = np.abs(b[np.isfinite(b)])
        scale = float(finite.max()) if finite.size else 0.0
        if not np.allclose(a, b, rtol=0, atol=np.finfo(a.dtype).eps ** 0.5 * scale, equal_nan=True):
            return False
    return True


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
