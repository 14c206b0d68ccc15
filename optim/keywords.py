"""Errors for keywords that a function does not take, which say what to do instead."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def suggests(**instead: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a function say what to do instead of each keyword of Keras.

    instead: for each keyword that Keras takes here and the function does not, what to try.

    The function raises TypeError for every unknown keyword: with that text, or with the known keywords that are
    spelled alike. What the `__init__` of a base suggests counts for the class, too.

    >>> @suggests(lr="learning_rate=0.1")
    ... def descend(learning_rate=0.01):
    ...     return learning_rate
    >>> descend(lr=0.1)
    Traceback (most recent call last):
    TypeError: descend() got an unexpected keyword argument 'lr', which is not supported. Try learning_rate=0.1
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        known = _keywords(function)

        @wraps(function)
        def checked(*args: P.args, **keywords: P.kwargs) -> R:
            unknown = [name for name in keywords if name not in known]
            if unknown:
                of = type(args[0]) if function.__name__ == "__init__" else function
                raise _unexpected(of, unknown[0], instead)
            return function(*args, **keywords)

        checked.__dict__["instead"] = instead
        return checked

    return decorate


def near(name: str, known: Iterable[str], cutoff: float = 0.7) -> list[str]:
    """The known names that are spelled like `name`, each in quotation marks.

    >>> near("momentun", ["momentum", "nesterov"])
    ["'momentum'"]
    """
    return [repr(match) for match in difflib.get_close_matches(name, sorted(known), n=3, cutoff=cutoff)]


def _unexpected(of: Callable[..., object], name: str, instead: dict[str, str]) -> TypeError:
    text = f"{of.__name__}() got an unexpected keyword argument {name!r}"
    for init in _inits(of) if isinstance(of, type) else ():
        instead = vars(init).get("instead", {}) | instead
    if name in instead:
        return TypeError(f"{text}, which is not supported. Try {instead[name]}")
    known = _keywords(of)
    return TypeError(f"{text}; expected {' or '.join(near(name, known) or map(repr, sorted(known)))}")


def _keywords(of: Callable[..., object]) -> set[str]:
    """The keywords of a function, or of a class and of those bases to which it passes the rest on."""
    if not isinstance(of, type):
        return {p.name for p in _parameters(of) if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}
    first, *others = _inits(of)
    found = _keywords(first)
    for init in others:
        if not any(p.kind == p.VAR_KEYWORD for p in _parameters(first)):
            break
        # Where a base has arguments by keyword only, the others are for the class to pass.
        found |= {p.name for p in _parameters(init) if p.kind == p.KEYWORD_ONLY} or _keywords(init)
        first = init
    return found


def _inits(of: type) -> list[Callable[..., object]]:
    return [vars(base)["__init__"] for base in of.__mro__[:-1] if "__init__" in vars(base)]


def _parameters(of: Callable[..., object]) -> list[inspect.Parameter]:
    return [p for p in inspect.signature(of).parameters.values() if p.name != "self"]
