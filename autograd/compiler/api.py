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
from dataclasses import dataclass
from functools import update_wrapper
from types import MethodType
from typing import Any

import numpy as np

from autograd.compiler.environment import Environment
from autograd.compiler.ir import first_difference, note_shared
from autograd.compiler.plan import NotReplayedError, Plan
from autograd.compiler.signature import Identity, signature
from autograd.compiler.trace import (
    GradientNotANumberError,
    NotTraceableError,
    Trace,
    is_strict,
    is_traced,
)
from autograd.compiler.variables import watched
from autograd.debug import check_in_force, checks_open
from autograd.derivative_array import DerivativeArray
from autograd.graph import Value, open_anywhere, open_recordings, recordings_elsewhere
from autograd.interrupts import held_back
from autograd.nest import leaves, mapped
from autograd.reachable import parts
from autograd.replay import RandomStates, drawn_already
from autograd.tensor import Tensor, wrapped

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
    """Run a function as one program of NumPy calls, without tensors and tapes, with the same results.

    The first two calls with arguments of some kind run the function on arrays that write down what is done with them:
    forward pass, backward pass, and update of variables. If both did the same, that is the plan; further calls with
    such arguments run it. Where that cannot be done, a warning says why, with file and line, and the function is run as
    it is.

    Parameters
    ----------
    function : callable
        Its arguments are nested structures of tensors, arrays and floats, which may differ from call to call. Integers,
        strings and everything else are part of the program: new ones make a new plan. So does a change of what the
        function finds outside, such as a global number or an attribute. Random numbers are drawn at each run if they
        come from `ag.fresh`. A decision of Python (`if loss < 1`) is checked in each run; when it comes out otherwise,
        the function is run as it is. May be a method.

    Returns
    -------
    Compiled
        Called as the function is. `plans` are the programs made so far.

    Raises
    ------
    TypeError
        If `function` is a generator function or a coroutine function.

    Notes
    -----
    While a tape records, while anomaly mode is on, or where NumPy's error state raises, the function is run as it is.

    Examples
    --------
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
    kinds = {inspect.isgeneratorfunction: "generator", inspect.iscoroutinefunction: "coroutine"}
    kinds |= {inspect.isasyncgenfunction: "asynchronous generator"}
    for is_kind, name in kinds.items():
        if is_kind(function):
            raise TypeError(f"{function.__name__} is a {name} function; expected a function that returns its result")
    return Compiled(function)


class Replay:
    """A plan, what it depends on, and what the function's result looks like around the arrays that the plan gives."""

    def __init__(self, plan: Plan, places: Any, environment: Environment) -> None:
        self.plan = plan
        self.environment = environment
        self._results = places

    def __call__(self, inputs: list[Any]) -> Any:
        """What the function gives for these arguments."""
        found = iter(self.plan(inputs))
        return mapped(lambda place: place.filled(found), self._results)


@dataclass
class First:
    """A traced call, kept until a second one shows that it does the same."""

    trace: Trace
    places: Any
    environment: Environment


class Variants:
    """What is known of one kind of arguments: replays for what the function found outside, and first calls.

    objects: the arguments that are told apart by identity. retraced: how often what is outside was not as before.
    """

    def __init__(self, objects: list[Any]) -> None:
        self.objects = [Identity(x) for x in objects]
        self.replays: list[Replay] = []
        self.firsts: dict[Any, First] = {}  # by what was decided on the way
        self.given_up = False
        self.retraced = 0

    def current(self) -> Replay | None:
        """Return the replay for what there is outside now."""
        for replay in self.replays:
            if not replay.environment.changed():
                return replay
        return None


class Compiled:
    """A function that is replayed; `compile` makes it and explains it. `plans` are the programs made so far."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.function = function
        self._variants: dict[Any, Variants] = {}  # by kind of arguments
        self._told: set[str] = set()

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        return Compiled(deepcopy(self.function, memo))  # whose variables are others, and so are its plans

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """As a method: the instance is the first argument."""
        return self if instance is None else MethodType(self, instance)

    @property
    def plans(self) -> list[Plan]:
        """The plans made so far: one for each kind of arguments, and for what the function found outside of them."""
        return [replay.plan for variants in self._variants.values() for replay in variants.replays]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives."""
        if open_recordings.get() or (checks_open and check_in_force() is not None) or is_strict():
            return self.function(*args, **kwargs)
        if open_anywhere and recordings_elsewhere(list(leaves((args, kwargs)))):
            return self.function(*args, **kwargs)  # another thread follows an argument
        inputs: list[Any] = []
        objects: list[Any] = []
        try:
            key = signature((args, kwargs), inputs, objects)
            hash(key)
        except TypeError as error:  # an argument that cannot be told apart from others
            self._tell(f"{self._name} is not compiled but run as it is. {error}")
            return self.function(*args, **kwargs)
        with _one_at_a_time:
            variants = self._variants.get(key)
            if variants is None:
                variants = self._new_variants(key, objects)
            if not variants.given_up:
                replay = variants.current()
                if replay is None:
                    with held_back(), collection_paused():
                        return self._traced(variants, objects, args, kwargs)
                try:
                    return replay(inputs)
                except NotReplayedError as failed:
                    with drawn_already(replay.plan.fresh, failed.drawn):
                        found = self.function(*args, **kwargs)
                    if failed.error is not None:  # which the function itself, had it raised one, would have passed on
                        self._give_up(
                            variants, f"{type(failed.error).__name__} in a run of its program: {failed.error}"
                        )
                    return found
        return self.function(*args, **kwargs)

    def _new_variants(self, key: Any, objects: list[Any]) -> Variants:
        """Begin with a kind of arguments. Forget those of objects that are gone, and the oldest without a plan."""
        for other, variants in list(self._variants.items()):
            if any([identity.is_dead for identity in variants.objects]):
                del self._variants[other]
        waiting = [key for key, variants in self._variants.items() if not variants.replays and not variants.given_up]
        if len(waiting) >= _WAITING:
            del self._variants[waiting[0]]
            self._tell(
                f"{self._name} was called with arguments of {_WAITING + 1} kinds, none of them twice, so that each "
                f"call is traced; expected kinds to come again. Integers and strings are part of the program: "
                f"give a number that changes as a float or an array"
            )
        return self._variants.setdefault(key, Variants(objects))

    def _traced(self, variants: Variants, objects: list[Any], args: Any, kwargs: Any) -> Any:
        """Run the function on traced arrays. The second time it does the same, make the plan."""
        environment = Environment(self.function, *objects)
        if environment.refused:
            self._give_up(variants, environment.refused)
            return self.function(*args, **kwargs)
        trace = Trace(environment, RandomStates(self.function, args, kwargs))
        try:
            results = trace_call(trace, self.function, args, kwargs)
        except Exception as error:
            found = self._run_after(trace, args, kwargs)  # whose own error it is, if there is one
            error = trace.leaving or error  # which may have been caught on the way, and told as another
            if not isinstance(error, GradientNotANumberError):
                told = isinstance(error, NotTraceableError)
                self._give_up(variants, str(error) if told else f"{type(error).__name__} while it was traced: {error}")
            trace.forget()
            return found
        if hidden := next((x for x in leaves(results) if _hides(x)), None):
            kind = type(hidden).__name__
            self._give_up(variants, f"Its result holds a {kind}; expected arrays, numbers, and lists or dicts of them")
            trace.forget()
            return self._run_after(trace, args, kwargs)
        if environment.holds(is_traced):  # a traced value is kept outside, which serves nobody after this call
            self._give_up(variants, trace.done_beside())
            trace.forget()
            return self._run_after(trace, args, kwargs)
        trace.store()
        places, found = mapped(_Place, results), mapped(_concrete, results)
        trace.forget()
        for name in environment.large:
            self._tell(
                f"{self._name} reads {name}, which is too large to be compared at each run: a change of it may be "
                f"followed in part. Give it as an argument"
            )
        if reason := trace.done_beside():
            self._give_up(variants, reason)  # this call did it, once, and its results are right
        else:
            self._take(variants, First(trace, places, environment))
        return found

    def _run_after(self, trace: Trace, args: Any, kwargs: Any) -> Any:
        """Run the function in place of a traced call, from the state that this began with."""
        trace.environment.restore()
        if trace.has_drawn():
            trace.random.restore()
            return self.function(*args, **kwargs)
        with drawn_already(list(trace.program.fresh.values()), trace.drawn):
            return self.function(*args, **kwargs)

    def _take(self, variants: Variants, now: First) -> None:
        """Take a traced call: as the first of its kind, or as the second, which makes the plan."""
        decisions = now.trace.program.decisions()
        before = variants.firsts.pop(decisions, None)
        changed = before.environment.changed() if before is not None else ""
        if before is None or changed:
            variants.firsts[decisions] = now
            self._tell_all(now.trace)
            variants.retraced += bool(changed)
            if len(variants.firsts) > _WAITING:
                self._give_up(variants, f"What it does depends on the data, and came out in {_WAITING + 1} ways")
        elif (where := _difference(before, now)) is not None:
            self._give_up(
                variants,
                f"{where}: something differs here from one call to the next that does not come from the arguments, "
                f"such as random numbers. Make it with ag.fresh(lambda: ...), or give it as an argument",
            )
        else:
            note_shared(before.trace.program, now.trace.program)
            variants.firsts.clear()
            variants.retraced += bool(variants.replays)
            changed = variants.replays[-1].environment.changed() if variants.replays else ""
            variants.replays.append(Replay(Plan(now.trace, self._name), now.places, now.environment))
        if variants.retraced > _WAITING:
            self._give_up(
                variants, f"{changed} is not as it was, for the {_WAITING + 1}th time; give it as an argument"
            )

    @property
    def _name(self) -> str:
        return getattr(self, "__name__", type(self.function).__name__)

    def _give_up(self, variants: Variants, reason: str) -> None:
        variants.given_up = True
        variants.replays.clear()
        variants.firsts.clear()
        self._tell(f"{self._name} is not compiled but run as it is. {reason}")

    def _tell_all(self, trace: Trace) -> None:
        for where, text in trace.told.items():
            self._tell(text, where)

    def _tell(self, text: str, once_for: str = "") -> None:
        """Warn, once for each text or place."""
        if (once_for or text) not in self._told:
            self._told.add(once_for or text)
            warnings.warn(text, stacklevel=_depth_of_caller())


def _difference(before: First, now: First) -> str | None:
    """Where two traced calls differ, if they do."""
    if [held.cell.identity for held in before.trace.held] != [held.cell.identity for held in now.trace.held]:
        return "the variables that it uses"
    if (where := first_difference(before.trace.program, now.trace.program)) is not None:
        return where
    return None if _alike(before.places, now.places) else "its result"


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
        self.copied = False  # where the function makes it anew in each call

    def filled(self, results: Iterator[Any]) -> Any:
        """What stands here, taking from the program's results if it is one of them."""
        if not self.traced:
            return deepcopy(self.constant) if self.copied else self.constant
        if self.derivative:
            return DerivativeArray.of(next(results))
        return wrapped(next(results)) if self.tensor else next(results)


_FIXED = (bool, int, float, complex, str, bytes, type(None), np.generic)


def _hides(x: Any) -> bool:
    """Whether a part of a result is an object in which a traced value lies, or an iterator, which may make one."""
    if is_traced(x) or isinstance(x, (*_FIXED, np.ndarray, Value, type)):
        return False
    return hasattr(type(x), "__next__") or any(map(is_traced, parts(x)))


def _alike(a: Any, b: Any) -> bool:
    """Whether two results have the same structure, and the same in it beside what the program computes.

    Arrays that are equal, but not one, are made in each call: the places in `b` then give copies.
    """
    one, other = list(leaves(a)), list(leaves(b))
    if repr(mapped(lambda place: 0, a)) != repr(mapped(lambda place: 0, b)):
        return False
    for x, y in zip(one, other, strict=True):
        if (x.traced, x.tensor, x.derivative) != (y.traced, y.tensor, y.derivative):
            return False
        if x.constant is not y.constant:
            y.copied = not isinstance(y.constant, _FIXED)
            if type(x.constant) is not type(y.constant) or not _equal(x.constant, y.constant):
                return False
    return True


def _equal(x: Any, y: Any) -> bool:
    x, y = (v.value if isinstance(v, Value) else v for v in (x, y))
    if isinstance(x, np.ndarray):
        return x.dtype == y.dtype and np.array_equal(x, y, equal_nan=x.dtype.kind in "fc")
    return bool(x == y) and repr(x) == repr(y)


def _concrete(x: Any) -> Any:
    """A result of the traced run as what it is outside."""
    if not is_traced(x):
        return x
    if isinstance(x, Tensor):
        return wrapped(x.value.value)
    return DerivativeArray.of(x.value) if x.is_derivative else x.value


def trace_call(trace: Trace, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Run a function on traced arrays, and return what it returned; the program is that of the trace."""
    results = None
    token = open_recordings.set((trace,))
    try:
        names = _names_of(function, len(args))
        args = [_entered(trace, arg, name) for arg, name in zip(args, names, strict=True)]
        kwargs = {name: _entered(trace, arg, name) for name, arg in kwargs.items()}
        before = repr(mapped(id, (args, kwargs)))
        with watched(trace.changes):
            results = function(*args, **kwargs)
        if repr(mapped(id, (args, kwargs))) != before:
            raise NotTraceableError("A list or a dict among its arguments is changed; return the new one instead")
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
