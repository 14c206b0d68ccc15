"""Replays: run a function a second time with the random numbers of the first.

The state of a generator is copied before the first run and restored for the second: of NumPy's global one, of Python's
`random`, and of those that the function can reach. Values of `ag.fresh` can be kept instead.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from copy import copy
from itertools import islice
from typing import Any

import numpy as np

from autograd.graph import Recording, Value
from autograd.reachable import parts

_PLAIN = (str, bytes, int, float, complex, type(None), np.ndarray, np.generic, Value, Recording)
_MOST = 10_000  # objects to search, so that no call takes long


class RandomStates:
    """The states of the generators that a function can reach, as they are when this is made.

    roots: the function and its arguments. The search follows closures, globals by name, arguments, attributes and
    containers.
    """

    def __init__(self, *roots: Any) -> None:
        self._states = [(get, put, get()) for get, put in _sources(roots)]

    def forget_unchanged(self) -> None:
        """Drop the states of generators from which nothing has been drawn since."""
        self._states = [(get, put, state) for get, put, state in self._states if not _equal(get(), state)]

    def moved(self) -> bool:
        """Whether something has been drawn since the states were taken."""
        return any([not _equal(get(), state) for get, _, state in self._states])

    def taken_again(self) -> RandomStates:
        """Return the states of the same generators as they are now."""
        now = copy(self)
        now._states = [(get, put, get()) for get, put, _ in self._states]
        return now

    def restore(self) -> None:
        """Set the generators to these states."""
        for _, put, state in self._states:
            put(state)

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Inside, the generators draw what they drew from that state on; afterwards they are as they were before."""
        now = [(put, get()) for get, put, _ in self._states]
        try:
            for _, put, state in self._states:
                put(state)
            yield
        finally:
            for put, state in now:
                put(state)


def _sources(roots: Sequence[Any]) -> list[tuple[Callable[[], Any], Callable[[Any], None]]]:
    """How to get and to set the state of each generator."""
    legacy = functools.partial(np.random.get_state, legacy=False)
    found: list[tuple[Callable[[], Any], Callable[[Any], None]]] = [
        (random.getstate, random.setstate),
        (legacy, np.random.set_state),
    ]
    bits: dict[int, Any] = {}
    for x in _reachable(roots):
        if isinstance(x, random.Random):
            if not isinstance(x, random.SystemRandom):
                found.append((x.getstate, x.setstate))
        elif isinstance(x, np.random.RandomState):
            found.append((functools.partial(x.get_state, legacy=False), x.set_state))
        else:
            bit = getattr(x, "bit_generator", x)
            bits[id(bit)] = bit
    found += [
        (functools.partial(getattr, bit, "state"), functools.partial(setattr, bit, "state")) for bit in bits.values()
    ]
    return found


def _reachable(roots: Sequence[Any]) -> list[Any]:
    """The generators that `roots` lead to."""
    generators = (np.random.Generator, np.random.BitGenerator, np.random.RandomState, random.Random)
    found: list[Any] = []
    seen: dict[int, Any] = {}  # holds what it has seen, so that an id stays its own
    waiting = list(roots)
    while waiting and len(seen) < _MOST:
        x = waiting.pop()
        if isinstance(x, _PLAIN) or id(x) in seen:
            continue
        seen[id(x)] = x
        if isinstance(x, generators):
            found.append(x)
        else:
            with suppress(Exception):  # attributes of a proxy may raise whatever they like
                waiting += islice(parts(x), _MOST)
    return found


def _equal(a: Any, b: Any) -> bool:
    """Whether two states are the same: nested dicts and tuples of numbers and arrays."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all([_equal(a[key], b[key]) for key in a])
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b)
    return bool(a == b)


# What `ag.fresh` gives.

_again: ContextVar[list[tuple[Any, Any]]] = ContextVar("again", default=[])  # noqa: B039  never changed
_notes: ContextVar[list[tuple[Any, Any]] | None] = ContextVar("notes", default=None)


def fresh_value(function: Callable[[], Any], make: Callable[[], Any]) -> Any:
    """What `make` gives for `function`, or what an earlier run was given in its place."""
    value = _taken(_code(function), make)
    if (notes := _notes.get()) is not None:
        notes.append((_code(function), value))
    return value


def _taken(code: Any, make: Callable[[], Any]) -> Any:
    waiting = _again.get()
    for i, (known, value) in enumerate(waiting):
        if known is code:
            del waiting[i]
            return value
    return make()


@contextmanager
def drawn_already(functions: Sequence[Callable[[], Any]], values: Sequence[Any]) -> Iterator[None]:
    """Inside, `fresh` gives these values first: random numbers are not drawn twice for one call."""
    with drawn_again(list(zip(map(_code, functions), values, strict=False))):
        yield


@contextmanager
def drawn_again(noted: Sequence[tuple[Any, Any]]) -> Iterator[None]:
    """Inside, `fresh` gives first what was noted by `drawing_noted`."""
    token = _again.set(list(noted))
    try:
        yield
    finally:
        _again.reset(token)


@contextmanager
def drawing_noted() -> Iterator[list[tuple[Any, Any]]]:
    """Inside, what `fresh` gives is noted in the list."""
    notes: list[tuple[Any, Any]] = []
    outer = _notes.get()
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)
        if outer is not None:
            outer += notes


def fresh_is_replayed() -> bool:
    """Whether `fresh` gives values of an earlier run here, which no generator would draw again."""
    return bool(_again.get())


def _code(function: Callable[[], Any]) -> Any:
    return getattr(function, "__code__", function)
