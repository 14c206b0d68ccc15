"""What an object leads to: closures, defaults, globals by name, attributes and the contents of containers."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_LIBRARIES = frozenset({"numpy", "scipy", "autograd", "optim", "nn", "builtins", "abc", "functools"})


def parts(x: Any) -> Iterator[Any]:
    """What an object leads to."""
    if isinstance(x, dict):
        yield from list(x.values())  # a copy, since another thread may change it
    elif isinstance(x, list | tuple | set | frozenset | deque):
        yield from list(x)
    elif isinstance(x, FunctionType):
        yield from _parts_of_function(x)
    elif isinstance(x, MethodType):
        yield from (x.__self__, x.__func__)
    elif isinstance(x, functools.partial):
        yield from (x.func, x.args, x.keywords)
    elif isinstance(x, staticmethod | classmethod):
        yield x.__func__
    elif isinstance(x, property):
        yield x.fget
    elif isinstance(x, type):
        if not _of_library(x):
            yield from list(vars(x).values())
    elif not isinstance(x, ModuleType):
        yield from list(getattr(x, "__dict__", {}).values())
        for kind in type(x).__mro__:
            if not _of_library(kind):
                yield kind
            slots = vars(kind).get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                yield getattr(x, name, None)


def _parts_of_function(f: FunctionType) -> Iterator[Any]:
    for cell in f.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a variable that has no value yet
            continue
    yield from (f.__defaults__, f.__kwdefaults__, vars(f))
    if _of_library(f):
        return
    names = names_in(f.__code__)
    for name in names & f.__globals__.keys():
        x = f.__globals__[name]
        if isinstance(x, ModuleType):
            yield from [] if _of_library(x) else [vars(x)[inner] for inner in names & vars(x).keys()]
        else:
            yield x


def names_in(code: CodeType) -> set[str]:
    """The names that a piece of code uses, with the functions inside it."""
    names = set(code.co_names)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            names |= names_in(inner)
    return names


def _of_library(x: Any) -> bool:
    """Whether it is one of the libraries around, whose generators are attributes of objects or global."""
    name = x.__name__ if isinstance(x, ModuleType) else getattr(x, "__module__", None)
    return isinstance(name, str) and name.partition(".")[0] in _LIBRARIES
