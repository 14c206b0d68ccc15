"""Whoever looks at a variable's value while a trace is open finds the traced one, however it is looked at.

Most looks are readings, of which a recording is told. Comparisons, `np.argmax` and `.value` make none, and what they
found would be a constant of the program. So `Variable.value` is a property for as long as a trace is open, and the
plain slot at all other times, which costs nothing where nothing is traced.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograd.graph import Value
from autograd.tensor import Variable

_slot = Value.__dict__["value"]  # where the value lies


def value_in(variable: Any) -> Any:
    """What a variable holds, without anyone being told."""
    return _slot.__get__(variable)


@contextmanager
def watched(notice: Callable[[Variable], None]) -> Iterator[None]:
    """Inside, `notice` is called with a variable before this thread is given its value. One thread at a time."""
    ours = threading.get_ident()

    def look(variable: Variable) -> Any:
        if threading.get_ident() == ours:
            notice(variable)
        return _slot.__get__(variable)

    setattr(Variable, "value", property(look, _slot.__set__))  # noqa: B010  in front of the slot
    try:
        yield
    finally:
        delattr(Variable, "value")
