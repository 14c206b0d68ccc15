"""Locks on arrays that a recording took in: read-only until the last recording lets go of them.

Between forward and backward a write into such an array would silently give a wrong derivative; as it is, NumPy raises
"assignment destination is read-only". An array that is a view is locked together with the array it is a view of.
Views of the same memory that were made before stay writable, since NumPy does not know who they are.

NumPy refuses to make an array writable again if it cannot tell that its memory may be written to: an array that
shares memory with PyTorch, came through DLPack, or was passed to a callback by SciPy's Fortran code. Such arrays stay
unlocked.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]

# Bits of `ndarray.flags.num`. NumPy gives a warning when `flags.writeable` of an array with the second is read.
_WRITEABLE = 0x0400
_WARN_ON_WRITE = 1 << 31


class _Lock:
    """How many recordings hold an array, and the views that wait for it to become writable again."""

    __slots__ = ("array", "count", "waiting")

    def __init__(self, array: Array) -> None:
        self.array = array
        self.count = 1
        self.waiting: list[Array] = []


# Every array that is locked now, by id; held here, so that the id stays its own.
_locks: dict[int, _Lock] = {}
_guard = threading.Lock()
# What was to be unlocked by somebody who could not wait for the guard.
_queue: deque[list[Array]] = deque()


def lock(array: Array) -> list[Array]:
    """Make `array` and the array it is a view of read-only; return those that `unlock` is to be given later."""
    chain = [array]
    while isinstance(chain[-1].base, np.ndarray):
        chain.append(chain[-1].base)
    held = []
    with _guard:
        for position in reversed(range(len(chain))):  # the owner of the memory comes first
            member = chain[position]
            entry = _locks.get(id(member))
            if entry is not None:
                entry.count += 1
            elif _is_writable(member) and _can_be_unlocked(member, chain[position + 1 :]):
                _locks[id(member)] = _Lock(member)
                member.flags.writeable = False
            else:
                continue
            held.append(member)
    _work_off()
    return held


def _is_writable(array: Array) -> bool:
    """Whether writing into `array` is allowed, and gives no warning."""
    return array.flags.num & (_WRITEABLE | _WARN_ON_WRITE) == _WRITEABLE


def _can_be_unlocked(array: Array, bases: list[Array]) -> bool:
    """Whether NumPy will make `array` writable again; `bases` are the arrays that it is a view of.

    NumPy does so for an array that owns its memory, for a view of a writable array, and where the object that owns
    the memory has a writable buffer. The answer follows NumPy's own rule, because trying would be too late.
    """
    if array.flags.owndata or any([_is_writable(base) or id(base) in _locks for base in bases]):
        return True
    try:
        owner: Any = (bases[-1] if bases else array).base
        buffer = memoryview(owner)
    except (TypeError, ValueError, BufferError):
        return False
    return not buffer.readonly and buffer.c_contiguous


def unlock(arrays: list[Array]) -> None:
    """Take back one lock of each array; the last one makes it writable again."""
    with _guard:
        _unlock(arrays)
    _work_off()


def unlock_soon(arrays: list[Array]) -> None:
    """As `unlock`, but never waits: for finalizers, which may run while their own thread holds the guard."""
    _queue.append(arrays)
    _work_off()


def _work_off() -> None:
    """Unlock what is queued, unless someone holds the guard, who will do so afterwards."""
    while _queue and _guard.acquire(blocking=False):
        try:
            while _queue:
                _unlock(_queue.popleft())
        finally:
            _guard.release()


def _unlock(arrays: list[Array]) -> None:
    for array in arrays:  # what others are views of comes first
        entry = _locks[id(array)]
        entry.count -= 1
        if entry.count == 0:
            del _locks[id(array)]
            _release(entry)


def _release(entry: _Lock) -> None:
    """Make an array writable, or leave it to wait for the one it is a view of, which someone else still holds."""
    pending = [entry]
    while pending:
        entry = pending.pop()
        base = entry.array.base
        if isinstance(base, np.ndarray) and id(base) in _locks:
            _locks[id(base)].waiting.append(entry.array)
            continue
        with suppress(ValueError):  # its owner has withdrawn the memory in the meantime
            entry.array.flags.writeable = True
        for view in entry.waiting:
            if id(view) not in _locks:
                pending.append(_Lock(view))
