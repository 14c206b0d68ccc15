"""Nested structures: the leaves of any nesting of dict, list and tuple, and the same nesting around new leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """`tree` with `function` applied to each leaf; named tuples and dict classes are kept.

    >>> mapped(lambda x: 10 * x, {"w": [1, 2], "b": (3,)})
    {'w': [10, 20], 'b': (30,)}
    """
    if isinstance(tree, dict):
        pairs = {key: mapped(function, branch) for key, branch in tree.items()}
        return pairs if type(tree) is dict else type(tree)(pairs)
    if isinstance(tree, list | tuple):
        branches = [mapped(function, branch) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return function(tree)
