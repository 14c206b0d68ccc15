"""The operators + − × ÷ between tensors and numbers, and NumPy's functions of one tensor, by the shortest way there is.

They do what calling the operation does, `Primitive.__call__` and then `graph.record`, without their loops: two
operands, no params, values that are Python floats or NumPy's arrays, one tape. Whatever is less common goes through
the operation itself, errors included.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.debug import checks_open
from autograd.graph import (
    ENGINE,
    NO_PARAMS,
    Node,
    Value,
    calling_frame,
    note_taken,
    open_anywhere,
    open_recordings,
    raw,
    record,
)
from autograd.nest import mapped
from autograd.primitive import Primitive

_NUMBERS = frozenset({float, int})
_TAKEN = (Value, np.ndarray, np.generic, int, float, complex, list, tuple, str, bytes)


def of_one(op: Primitive, x: Any) -> Any:
    """`op` on a single tensor."""
    recordings = open_recordings.get()
    if recordings:
        if x.is_variable:
            x = x.reading(recordings)
    elif open_anywhere:
        return op(x)  # another thread may follow it
    value = x.value
    if checks_open or type(value) is not np.ndarray:
        return op(x)
    try:
        y = op.forward(value)
    except Exception:
        return op(x)  # which says what went wrong
    out = object.__new__(x.kind)
    out.value = y if y.ndim else y[()]
    if recordings:
        record(recordings, op, (x,), NO_PARAMS, out)
    return out


def defers(other: Any, reflected: str) -> bool:
    """Whether the operand `other` is no array or number, and its class defines the operator `reflected`."""
    if isinstance(other, _TAKEN) or other is None:
        return False
    kind = type(other)
    if hasattr(kind, "__array_ufunc__"):
        if kind.__array_ufunc__ is not None:
            return False
    elif hasattr(kind, "__array__"):
        return False
    return getattr(kind, reflected, None) is not getattr(object, reflected, None)


def theirs(x: Any, other: Any, reflected: str) -> Any:
    """What the operator `reflected` of an operand that is no array or number gives, if it knows tensors."""
    return getattr(type(other), reflected)(other, x) if defers(other, reflected) else NotImplemented


def plainly(op: Primitive, reflected: str) -> Callable[[Any, Any], Any]:
    """The method of a tensor that runs `op` on it and another operand, in the general way."""

    def method(self: Any, other: Any) -> Any:
        try:
            return op(self, other)
        except TypeError:
            if defers(other, reflected):
                return NotImplemented
            raise

    return method


def constantly(function: Callable[[Any, Any], Any], reflected: str) -> Callable[[Any, Any], Any]:
    """The method of a tensor that runs a function whose result carries no derivative: a comparison or one on bits."""

    def method(self: Any, other: Any) -> Any:
        if recordings := open_recordings.get():
            note_taken(recordings, function, (self, other), 2)
        if isinstance(other, Value):
            other = other.value
        elif type(other) not in _NUMBERS:
            answer = theirs(self, other, reflected)
            if answer is not NotImplemented:
                return answer
            if isinstance(other, list | tuple):
                other = np.asarray(mapped(raw, other))
        return function(self.value, other)

    return method


def operator(op: Primitive, reflected: str) -> Callable[[Any, Any], Any]:
    """The method of a tensor that runs `op` on it and another operand.

    reflected: the operator of the other operand that is called instead if that is neither an array nor a number.
    """
    generally = plainly(op, reflected)
    compute = op.forward
    recordings_open = open_recordings.get
    new = object.__new__
    getframe = sys._getframe

    def method(self: Any, other: Any) -> Any:
        recordings = recordings_open()
        if recordings:
            if self.is_variable:
                self = self.reading(recordings)
        elif open_anywhere:
            return generally(self, other)  # another thread may follow one of them
        a = self.value
        if isinstance(other, Value):
            if recordings and other.is_variable:
                other = other.reading(recordings)
            b = other.value
        else:
            b = other
        kind = type(a)
        # An array by itself among the operands is a constant, which `op` looks at.
        rare = checks_open or (kind is not float and kind is not np.ndarray)
        if rare or (type(b) not in _NUMBERS and (type(b) is not kind or b is other)):
            return generally(self, other)
        try:
            y = compute(a, b)
        except Exception:
            return op(self, other)  # which says what went wrong
        out = new(self.kind)
        out.value = y  # of arrays without axes a NumPy number, as operators give it
        if not recordings:
            return out
        if len(recordings) > 1:
            record(recordings, op, (self, other), NO_PARAMS, out)
            return out
        (recording,) = recordings
        known = recording.known
        if id(self) in known:
            if type(other) not in _NUMBERS and id(other) not in known:
                recording.hold(other)
        elif id(other) in known:
            recording.hold(self)
        else:
            return out
        if recording.closed:
            return out
        node = new(Node)
        node.op = op
        node.inputs = (self, other)
        node.params = NO_PARAMS
        node.out = out
        frame = getframe(1)
        if frame.f_code.co_filename.startswith(ENGINE):
            frame = calling_frame(2)
        node.code = frame.f_code
        node.instruction = frame.f_lasti
        recording.nodes.append(node)
        known.add(id(out))
        return out

    return method
