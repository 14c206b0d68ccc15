"""`Compiled`: a function that is traced at first, and replayed as a program from then on."""

from __future__ import annotations

import gc
import inspect
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import update_wrapper
from typing import Any

import numpy as np

from autograd.compiler.ir import first_difference, note_shared
from autograd.compiler.plan import NotReplayedError, Plan
from autograd.compiler.trace import (
    GradientNotANumberError,
    NotTraceableError,
    Trace,
    is_traced,
)
from autograd.compiler.variables import watched
from autograd.debug import check_in_force, checks_open
from autograd.derivative_array import DerivativeArray
from autograd.graph import Value, open_anywhere, open_recordings, recordings_elsewhere
from autograd.nest import leaves, mapped
from autograd.replay import drawn_already
from autograd.tensor import Tensor, wrapped

_UNKNOWN: Any = object()
_WAITING = 8  # kinds of arguments that were met once

# A trace puts stand-ins into variables, and a plan writes into them: one thread at a time.
_one_at_a_time = threading.RLock()


def _begin_anew() -> None:
    """In a process forked while another thread ran a plan: that thread, which would let go of the lock, is not here."""
    global _one_at_a_time
    _one_at_a_time = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def compile(function: Callable[..., Any]) -> Compiled:
    """`function` with the same results, run as one program of NumPy calls, without tensors and tapes.

    The first two calls with arguments of some shapes and dtypes run the function on arrays that write down what is
    done with them: forward, backward, and the update of variables. If both did the same, that is the plan; further
    calls with such arguments run it. Arguments: nested structures of tensors, arrays and floats, which may differ
    from call to call; integers, strings and everything else are part of the program, and new ones make a new plan.

    What the function does beside, such as counting, happens while it is traced only, and what it finds outside of
    its arguments and variables, such as a global number, stays as it was then. Random numbers and the like are made
    anew in each run if they come from `ag.fresh`. Truth values that Python asks for
    (`if loss < 1`) are looked at in each run: when one comes out otherwise, the function is run as it is. What can
    not be replayed, such as `float(loss)` inside, is told with file and line, and the function stays as it is.
    While a tape records, or anomaly mode is on, the function is run as it is, too.

    >>> import autograd as ag
    >>> w = ag.Variable([1.0, 2.0])
    >>> @ag.compile
    ... def step(x):
    ...     with ag.Tape() as t:
    ...         loss = np.sum((x - w) ** 2)
    ...     w.assign_sub(0.25 * t.gradient(loss, w))
    ...     return loss
    >>> [float(step(np.array([3.0, 4.0]))) for _ in range(4)]
    [8.0, 2.0, 0.5, 0.125]
    >>> len(step.plans)
    1
    """
    return Compiled(function)


class Replay:
    """A plan, and what the function's result looks like around the arrays that the plan gives."""

    def __init__(self, plan: Plan, places: Any) -> None:
        self.plan = plan
        self._results = places

    def __call__(self, inputs: list[Any]) -> Any:
        """What the function gives for these arguments."""
        found = iter(self.plan(inputs))
        return mapped(lambda place: place.filled(found), self._results)


class Compiled:
    """A function that is replayed; `compile` makes it and explains it. `plans` are the programs made so far."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.function = function
        self._replays: dict[Any, Replay | None] = {}  # by kind of arguments; None where there can be none
        self._traces: dict[Any, dict[Any, tuple[Trace, Any]]] = {}  # of first calls, by what was decided on the way
        self._told: set[str] = set()

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        return Compiled(deepcopy(self.function, memo))  # whose variables are others, and so are its plans

    @property
    def plans(self) -> list[Plan]:
        """The plans made so far: one for each kind of arguments."""
        return [replay.plan for replay in self._replays.values() if replay is not None]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives."""
        if open_recordings.get() or (checks_open and check_in_force() is not None):
            return self.function(*args, **kwargs)
        if open_anywhere and recordings_elsewhere(list(leaves((args, kwargs)))):
            return self.function(*args, **kwargs)  # another thread follows an argument
        inputs: list[Any] = []
        try:
            key = _kind((args, kwargs), inputs)
            replay = self._replays.get(key, _UNKNOWN)
        except TypeError as error:  # an argument that can not be told apart from others
            self._tell(f"{self._name} is not compiled but run as it is. {error}")
            return self.function(*args, **kwargs)
        with _one_at_a_time:
            if replay is _UNKNOWN:
                with collection_paused():
                    return self._traced(key, args, kwargs)
            if replay is not None:
                try:
                    return replay(inputs)
                except NotReplayedError as failed:
                    with drawn_already(replay.plan.fresh, failed.drawn):
                        found = self.function(*args, **kwargs)
                    if failed.error is not None:  # which the function itself, had it raised one, would have passed on
                        self._give_up(key, f"{type(failed.error).__name__} in a run of its program: {failed.error}")
                    return found
        return self.function(*args, **kwargs)

    def _traced(self, key: Any, args: Any, kwargs: Any) -> Any:
        """Run the function on traced arrays. The second time it does the same, make the plan."""
        trace = Trace()
        try:
            results = _trace(trace, self.function, args, kwargs)
        except Exception as error:
            with drawn_already(list(trace.program.fresh.values()), trace.drawn):
                found = self.function(*args, **kwargs)  # whose own error it is, if there is one
            error = trace.leaving or error  # which may have been caught on the way, and told as another
            if not isinstance(error, GradientNotANumberError):
                told = isinstance(error, NotTraceableError)
                self._give_up(key, str(error) if told else f"{type(error).__name__} while it was traced: {error}")
            trace.forget()
            return found
        trace.store()
        shape = mapped(_Place, results)
        found = mapped(_concrete, results)
        trace.forget()
        before, _ = earlier = self._traces.setdefault(key, {}).pop(trace.program.decisions(), (None, None))
        if before is None:
            self._traces[key][trace.program.decisions()] = (trace, shape)
            self._forget_oldest()
            self._tell_all(trace)
            if len(self._traces[key]) > _WAITING:
                self._give_up(key, f"What it does depends on the data, and came out in {_WAITING + 1} ways")
        elif (where := self._difference(earlier, trace, shape)) is not None:
            self._give_up(
                key,
                f"{where}: something differs here from one call to the next that does not come from the arguments, "
                f"such as random numbers. Make it with ag.fresh(lambda: ...), or give it as an argument",
            )
        else:
            note_shared(before.program, trace.program)
            del self._traces[key]
            self._replays[key] = Replay(Plan(trace, self._name), shape)
        return found

    def _difference(self, earlier: Any, trace: Trace, shape: Any) -> str | None:
        """Where two traced calls differ, if they do."""
        before, shape_before = earlier
        if [held.cell.identity for held in before.held] != [held.cell.identity for held in trace.held]:
            return "the variables that it uses"
        if (where := first_difference(before.program, trace.program)) is not None:
            return where
        return None if _alike(shape_before, shape) else "its result"

    def _forget_oldest(self) -> None:
        """Keep a few of the calls that wait for a second one of their kind."""
        if len(self._traces) > _WAITING:
            del self._traces[next(iter(self._traces))]
            self._tell(
                f"{self._name} was called with arguments of {_WAITING + 1} kinds, none of them twice, so that each "
                f"call is traced; expected kinds to come again. Integers and strings are part of the program: "
                f"give a number that changes as a float or an array"
            )

    @property
    def _name(self) -> str:
        return getattr(self, "__name__", type(self.function).__name__)

    def _give_up(self, key: Any, reason: str) -> None:
        self._replays[key] = None
        self._traces.pop(key, None)
        self._tell(f"{self._name} is not compiled but run as it is. {reason}")

    def _tell_all(self, trace: Trace) -> None:
        for where, text in trace.told.items():
            self._tell(text, where)

    def _tell(self, text: str, once_for: str = "") -> None:
        """Warn, once for each text or place."""
        if (once_for or text) not in self._told:
            self._told.add(once_for or text)
            warnings.warn(text, stacklevel=_depth_of_caller())


def _depth_of_caller() -> int:
    """How many frames of this file are on the stack, so that a warning names the line that called."""
    depth = 1
    while sys._getframe(depth).f_code.co_filename == __file__:
        depth += 1
    return depth + 1


class _Place:
    """A place in the function's result: for an array or a tensor of the program's, or for what is always the same."""

    def __init__(self, x: Any) -> None:
        self.traced = is_traced(x)
        self.tensor = self.traced and isinstance(x, Tensor)
        self.derivative = self.traced and not self.tensor and x.is_derivative
        self.constant = None if self.traced else x

    def filled(self, results: Iterator[Any]) -> Any:
        """What stands here, taking from the program's results if it is one of them."""
        if not self.traced:
            return self.constant
        if self.derivative:
            return DerivativeArray.of(next(results))
        return wrapped(next(results)) if self.tensor else next(results)


def _alike(a: Any, b: Any) -> bool:
    """Whether two results have the same structure, and the same in it beside what the program computes."""
    one, other = list(leaves(a)), list(leaves(b))
    if len(one) != len(other):
        return False
    for x, y in zip(one, other, strict=True):
        if (x.traced, x.tensor, x.derivative) != (y.traced, y.tensor, y.derivative):
            return False
        same = x.constant is y.constant or (type(x.constant) is type(y.constant) and _equal(x.constant, y.constant))
        if not same:
            return False
    return True


def _equal(x: Any, y: Any) -> bool:
    x, y = (v.value if isinstance(v, Value) else v for v in (x, y))
    return np.array_equal(x, y) if isinstance(x, np.ndarray) else bool(x == y)


def _concrete(x: Any) -> Any:
    """A result of the traced run as what it is outside."""
    if not is_traced(x):
        return x
    if isinstance(x, Tensor):
        return wrapped(x.value.value)
    return DerivativeArray.of(x.value) if x.is_derivative else x.value


def _trace(trace: Trace, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Run the function on traced arrays: what it gave."""
    results = None
    token = open_recordings.set((trace,))
    try:
        names = _names_of(function, len(args))
        args = [_entered(trace, arg, name) for arg, name in zip(args, names, strict=True)]
        kwargs = {name: _entered(trace, arg, name) for name, arg in kwargs.items()}
        with watched(trace.changes):
            results = function(*args, **kwargs)
    finally:
        open_recordings.reset(token)
        trace.close(results)
    trace.check()
    return results


def _entered(trace: Trace, arg: Any, name: str) -> Any:
    """An argument, with traced arrays and numbers in the place of those that may differ from call to call."""

    def entered(x: Any) -> Any:
        if not _is_input(x):
            return x
        if not isinstance(x, Tensor):
            return trace.input(x.numpy() if isinstance(x, DerivativeArray) else x, name)
        inner = wrapped(trace.input(x.value, x.name or name))
        inner.name = x.name
        return inner

    return mapped(entered, arg)


def _names_of(function: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its first arguments, as far as that is known."""
    names = [f"x{i + 1}" for i in range(count)]
    try:
        parameters = list(inspect.signature(function).parameters.values())[:count]
    except (TypeError, ValueError):
        return names
    known = [p.name for p in parameters if p.kind is not inspect.Parameter.VAR_POSITIONAL]
    return known + names[len(known) :]


def _is_input(x: Any) -> bool:
    """Whether an argument may differ from call to call."""
    if isinstance(x, Tensor):
        return not x.is_variable and _is_input(x.value)
    return type(x) in (np.ndarray, DerivativeArray, float) or isinstance(x, np.generic)


def _kind(x: Any, inputs: list[Any]) -> Any:
    """What the program depends on; the arrays and numbers that go in are added to `inputs`."""
    kind = type(x)
    if kind is DerivativeArray:
        x, kind = x.numpy(), np.ndarray
    if kind is np.ndarray:
        inputs.append(x)
        return (kind, x.shape, x.dtype, None if x.flags.c_contiguous else x.strides)
    if kind is tuple or kind is list:
        return (kind, *[_kind(part, inputs) for part in x])
    if kind is dict:
        return (kind, *[(name, _kind(part, inputs)) for name, part in x.items()])
    if kind is float or isinstance(x, np.generic):
        inputs.append(x)
        return kind
    if isinstance(x, Tensor):
        return (kind, x.name, _kind(x.value, inputs)) if not x.is_variable else _Same(x)
    if isinstance(x, np.ndarray):
        raise TypeError(f"an argument is a {kind.__name__}; expected plain arrays. Try np.asarray(x)")
    if isinstance(x, dict | list | tuple):
        return (kind, *[_kind(part, inputs) for part in leaves(x)])
    hash(x)
    return (kind, x)


class _Same:
    """A variable as part of a key: equal to itself alone, and kept as long as the key is."""

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.variable is self.variable

    def __hash__(self) -> int:
        return id(self.variable)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Inside, nothing is looked through for cycles; a trace of 100,000 steps would be, again and again.

    >>> with collection_paused():
    ...     gc.isenabled()
    False
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
