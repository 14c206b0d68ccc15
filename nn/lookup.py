"""Finding an activation, loss, metric or initializer by its name, with a helpful error for a misspelt one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def lookup(kind: str, name: str, table: Mapping[str, T]) -> T:
    """The entry of `table` called `name`, written in snake case or in camel case.

    ValueError for a name that is not there, with those near to it.

    >>> lookup("loss", "MeanSquaredError", {"mean_squared_error": 1})
    1
    >>> lookup("activation", "sofmax", {"softmax": 1, "relu": 2})
    Traceback (most recent call last):
    ValueError: unknown activation 'sofmax'. Did you mean 'softmax'? There are: relu, softmax
    """
    key = snake_case(name)
    if key in table:
        return table[key]
    part = key.replace("_", "")
    longer = [other for other in table if len(part) > 3 and part in other.replace("_", "")]
    near = longer or difflib.get_close_matches(key, table, n=3, cutoff=0.7)
    hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise ValueError(f"unknown {kind} {name!r}. {hint}There are: {', '.join(sorted(table))}")


def wrong_kind(kind: str, got: object, example: str) -> TypeError:
    """The error for something that is neither a name nor an object of the wanted kind."""
    kind_of = type(got).__name__
    article = "an" if kind_of[0] in "aeiou" else "a"
    what = f"the class {got.__name__}" if isinstance(got, type) else f"{article} {kind_of}"
    return TypeError(f"got {what} as {kind}; expected {example}")


def snake_case(name: str) -> str:
    """A class's name as people write it in an argument.

    >>> snake_case("SparseCategoricalCrossentropy"), snake_case("MSE")
    ('sparse_categorical_crossentropy', 'mse')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
