"""Nested structures: the leaves of any nesting of dict, list and tuple, and the same nesting around new leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any


def leaves(tree: Any) -> Iterator[Any]:
    """The leaves of `tree`, left to right; whatever is not a dict, list or tuple is a leaf.

    >>> list(leaves({"w": [1, 2], "b": (3,)}))
    [1, 2, 3]
    """
    if isinstance(tree, dict):
        for branch in tree.values():
            yield from leaves(branch)
    elif isinstance(tree, list | tuple):
        for branch in tree:
            yield from leaves(branch)
    else:
        yield tree


def named_leaves(tree: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each leaf of `tree` together with its place, in the order of `leaves`.

    >>> list(named_leaves({"w": [1, 2]}, "params"))
    [("params['w'][0]", 1), ("params['w'][1]", 2)]
    """
    if isinstance(tree, dict):
        for key, branch in tree.items():
            yield from named_leaves(branch, f"{name}[{key!r}]")
    elif isinstance(tree, list | tuple):
        for i, branch in enumerate(tree):
            yield from named_leaves(branch, f"{name}[{i}]")
    else:
        yield name, tree


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """`tree` with `function` applied to each leaf; named tuples and dict classes are kept.

    >>> mapped(lambda x: 10 * x, {"w": [1, 2], "b": (3,)})
    {'w': [10, 20], 'b': (30,)}
    """
    if isinstance(tree, dict):
        pairs = {key: mapped(function, branch) for key, branch in tree.items()}
        if type(tree) is dict:
            return pairs
        same = copy(tree)
        same.update(pairs)
        return same
    if isinstance(tree, list | tuple):
        branches = [mapped(function, branch) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return function(tree)


def paired(tree: Any, other: Any, what: str) -> Iterator[tuple[Any, Any]]:
    """Each leaf of `tree` with what stands in its place in `other`; ValueError if that is nested differently.

    >>> list(paired({"w": 1, "b": [2]}, {"b": [20], "w": 10}, "weights"))
    [(1, 10), (2, 20)]
    """
    if isinstance(tree, dict):
        if not isinstance(other, dict) or other.keys() != tree.keys():
            raise ValueError(f"{what} got {_sketch(other)}; expected {_sketch(tree)}")
        for key, branch in tree.items():
            yield from paired(branch, other[key], what)
    elif isinstance(tree, list | tuple):
        if not isinstance(other, list | tuple) or len(other) != len(tree):
            raise ValueError(f"{what} got {_sketch(other)}; expected {_sketch(tree)}")
        for branch, twin in zip(tree, other, strict=True):
            yield from paired(branch, twin, what)
    elif isinstance(other, dict | list | tuple):
        raise ValueError(f"{what} got {_sketch(other)}; expected one entry for one tensor")
    else:
        yield tree, other


def _sketch(tree: Any) -> str:
    """The outermost shape of a structure, for a message."""
    if isinstance(tree, dict):
        return f"a dict with the keys {list(tree)}"
    if isinstance(tree, list | tuple):
        return f"a {type(tree).__name__} of {len(tree)} entries"
    return f"a single {type(tree).__name__}"
