"""`Environment`: what a function reads from outside of its arguments and variables, as it was when it was traced.

A program has these values built in. So each run compares them with what there is now: names by identity, numbers and
strings by value, the contents of containers and of arrays one by one. The search follows the names that the code uses:
closures, globals, attributes of objects and modules, and the functions that these lead to. Objects of our own say by
`depends_on` what they depend on.
"""

from __future__ import annotations

import array as arrays
import dis
import sys
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice, pairwise
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd.graph import Recording, Value
from autograd.reachable import names_in, parts
from autograd.tensor import Variable

_LARGEST = 2**22  # bytes of arrays that are compared at each run
_MOST = 1000  # elements of a container that are compared at each run
_OBJECTS = 2000  # objects that are searched
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis), range, np.generic, np.dtype)
_CONTAINERS = (dict, list, tuple, set, frozenset, deque, bytearray, arrays.array)
_HOLDERS = (MethodType, partial, staticmethod, classmethod, property)  # of functions
_LIBRARIES = frozenset(sys.stdlib_module_names) - {"__main__"} | {"numpy", "scipy", "autograd", "optim", "nn"}
_OURS = frozenset({"autograd", "optim", "nn"})
_MISSING: Any = object()


class Environment:
    """What a function reads from outside, to be compared with what there is later.

    roots: the function, and arguments that are objects of the user's.

    Attributes
    ----------
    refused : why a function with this environment cannot be replayed, if it cannot.
    large : the names of what is too large to be compared.
    """

    def __init__(self, *roots: Any) -> None:
        self.refused = ""
        self.large: list[str] = []
        # Where a value is found, its name there, the value, and what to call it in a message.
        self._names: list[tuple[Any, str, Any, str]] = []
        self._cells: list[tuple[CellType, Any, str]] = []
        self._contents: list[tuple[Any, tuple[Any, ...], str]] = []
        self._arrays: list[tuple[np.ndarray[Any, Any], bytes, str]] = []
        self._bytes = 0
        self._seen: dict[int, Any] = {}
        self._code_names, self._assigned = _names_in_code(roots)
        for root in roots:
            self._search(root, getattr(root, "__name__", type(root).__name__))
        self._seen.clear()

    def changed(self) -> str:
        """Return what is not as it was, in words; nothing if all is."""
        for mapping, name, value, words in self._names:
            if (now := mapping.get(name, _MISSING)) is not value and not _same(now, value):
                return words
        for cell, value, words in self._cells:
            if (now := _content(cell)) is not value and not _same(now, value):
                return words
        for container, items, words in self._contents:
            now_items = _items(container)
            if len(now_items) != len(items):
                return words
            for now, value in zip(now_items, items, strict=True):
                if now is not value and not _same(now, value):
                    return words
        for array, kept, words in self._arrays:
            if array.tobytes() != kept:
                return words
        return ""

    def holds(self, is_lost: Callable[[Any], bool]) -> bool:
        """Whether something outside now holds a value for which `is_lost` is true."""
        now = [mapping.get(name) for mapping, name, _, _ in self._names] + [
            _content(cell) for cell, _, _ in self._cells
        ]
        now += [item for container, _, _ in self._contents for item in _items(container)]
        return any(map(is_lost, now))

    def restore(self) -> None:
        """Set to what it was all that can be set."""
        for mapping, name, value, _ in self._names:
            if isinstance(mapping, _Slots):
                mapping.put(name, value)
            elif isinstance(mapping, dict) and value is _MISSING:
                mapping.pop(name, None)
            elif isinstance(mapping, dict):
                mapping[name] = value
        for cell, value, _ in self._cells:
            if value is not _MISSING:
                cell.cell_contents = value
        for container, items, _ in self._contents:
            if isinstance(container, dict):
                container.clear()
                container.update(zip(items[::2], items[1::2], strict=True))
            elif isinstance(container, list | bytearray | arrays.array):
                del container[:]
                container.extend(items)
            else:
                container.clear()
                container.update(items) if isinstance(container, set) else container.extend(items)
        for array, kept, _ in self._arrays:
            if array.flags.writeable and array.tobytes() != kept:
                array[...] = np.frombuffer(kept, array.dtype).reshape(array.shape)

    def depends_on(self, owner: Any) -> None:
        """Compare the settings of an object of ours: attributes that are plain values or functions.

        Its `state_names` are those that are no settings: they change while it works.
        """
        for name in vars(owner).keys() - getattr(owner, "state_names", frozenset()):
            value = vars(owner)[name]
            if isinstance(value, (*_PLAIN, tuple)) or callable(value):
                self._names.append((vars(owner), name, value, f"{name} of {type(owner).__name__}"))

    def _search(self, x: Any, words: str) -> None:
        """Note what `x` holds that the code may read."""
        if isinstance(x, _PLAIN) or id(x) in self._seen or len(self._seen) > _OBJECTS:
            return
        self._seen[id(x)] = x
        if isinstance(x, np.ndarray):
            self._note_array(x, words)
        elif isinstance(x, Value):
            self._search(None if isinstance(x, Variable) else x.value, words)
        elif isinstance(x, _CONTAINERS):
            self._search_container(x, words)
        elif isinstance(x, FunctionType):
            self._search_function(x)
        elif isinstance(x, _HOLDERS):
            for part in parts(x):
                self._search(part, words)
        elif hasattr(type(x), "__next__"):
            self.refused = f"It may take values from {words}, a {type(x).__name__}; give them as arguments"
        elif not isinstance(x, Recording) and not _keeps_its_state(x):
            self._search_object(x, words)

    def _note_array(self, x: np.ndarray[Any, Any], words: str) -> None:
        self._bytes += x.nbytes
        if self._bytes > _LARGEST:
            self._bytes -= x.nbytes
            self.large.append(words)
        else:
            self._arrays.append((x, x.tobytes(), words))
        if x.dtype == object:
            for item in x.flat:
                self._search(item, words)

    def _search_container(self, x: Any, words: str) -> None:
        if len(x) > _MOST:
            self.large.append(words)
            return
        items = tuple(_items(x))
        if not isinstance(x, tuple | frozenset):
            self._contents.append((x, items, words))
        for item in items:
            self._search(item, words)

    def _search_function(self, f: FunctionType) -> None:
        if _is_of_library(f):  # a transform of ours holds the user's function in its closure
            for cell in f.__closure__ or ():
                self._search(_content(cell), f.__name__)
            return
        if (line := _asks_for_type(f.__code__)) is not None and "type" not in f.__globals__:
            where = f"{f.__code__.co_filename}:{line}"
            self.refused = f"{where}: type() asks what a value is, which a replay cannot follow; use isinstance()"
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            self._cells.append((cell, _content(cell), name))
            self._search(_content(cell), name)
        for name in names_in(f.__code__) & f.__globals__.keys():
            self._note_name(f.__globals__, name, name)
        self._search(f.__defaults__, f.__name__)
        self._search(f.__kwdefaults__, f.__name__)

    def _note_name(self, where: Any, name: str, words: str) -> None:
        self._names.append((where, name, where[name], words))
        self._search(where[name], words)

    def _search_object(self, x: Any, words: str) -> None:
        """Note the attributes of an object, a class or a module that the code names."""
        kinds = x.__mro__ if isinstance(x, type) else type(x).__mro__ if not isinstance(x, ModuleType) else ()
        own = getattr(x, "__dict__", {})
        slots: Any = _Slots(x, () if isinstance(x, type) else kinds)
        for where in [own, slots, *[vars(kind) for kind in kinds if not _is_of_library(kind)]]:
            for name in self._code_names & where.keys():
                self._note_name(where, name, f"{name} of {words}")
        if isinstance(own, dict):  # what is assigned and not there yet
            for name in self._assigned - own.keys() - slots.keys():
                self._names.append((own, name, _MISSING, f"{name} of {words}"))


class _Slots:
    """The attributes of an object that lie in slots, as a mapping."""

    def __init__(self, owner: Any, kinds: Sequence[type]) -> None:
        self._owner = owner
        found = [vars(kind).get("__slots__", ()) for kind in kinds]
        self._all = [name for slots in found for name in ([slots] if isinstance(slots, str) else slots)]

    def keys(self) -> set[str]:
        """Return the names that have a value."""
        return {name for name in self._all if name != "__dict__" and hasattr(self._owner, name)}

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of an attribute."""
        return getattr(self._owner, name, default)

    __getitem__ = get

    def put(self, name: str, value: Any) -> None:
        """Set an attribute back."""
        setattr(self._owner, name, value)


def _names_in_code(roots: Any) -> tuple[set[str], set[str]]:
    """Return the names in the code of the user's functions that these objects lead to, and those of attributes set."""
    names: set[str] = set()
    assigned: set[str] = set()
    waiting, seen = list(roots), dict[int, Any]()
    while waiting and len(seen) < _OBJECTS:
        x = waiting.pop()
        if isinstance(x, str) and x.isidentifier():
            names.add(x)  # which getattr may be given
        if id(x) in seen or isinstance(x, (*_PLAIN, np.ndarray, Value, Recording)):
            continue
        if isinstance(x, FunctionType) and _is_of_library(x):
            waiting += map(_content, x.__closure__ or ())
            continue
        if not isinstance(x, (*_CONTAINERS, *_HOLDERS)) and _keeps_its_state(x):
            continue
        seen[id(x)] = x
        if isinstance(x, FunctionType):
            names |= names_in(x.__code__) | _texts_in(x.__code__)
            assigned |= _assigned_in(x.__code__)
        waiting += islice(parts(x), _MOST)
    return names, assigned


def _assigned_in(code: CodeType) -> set[str]:
    """Return the names of attributes that a piece of code assigns, with the functions inside it."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_ATTR"}
    return names.union(*[_assigned_in(part) for part in code.co_consts if isinstance(part, CodeType)])


def _texts_in(code: CodeType) -> set[str]:
    """Return the texts in a piece of code that may be names, as in getattr(x, "name")."""
    names = {x for x in code.co_consts if isinstance(x, str) and x.isidentifier()}
    return names.union(*[_texts_in(part) for part in code.co_consts if isinstance(part, CodeType)])


def _items(container: Any) -> list[Any]:
    return [part for pair in container.items() for part in pair] if isinstance(container, dict) else list(container)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return _MISSING


def _same(now: Any, before: Any) -> bool:
    """Whether two plain values are the same to the last bit."""
    return type(now) is type(before) and isinstance(now, (*_PLAIN, tuple)) and repr(now) == repr(before)


def _is_of_library(x: Any) -> bool:
    """Whether a function, a class, a module or an object is of a library, which keeps its state to itself.

    So are objects of classes that are made from ours: they say what they depend on.
    """
    if isinstance(x, ModuleType):
        return _root(x.__name__) in _LIBRARIES
    if isinstance(x, FunctionType):
        return _root(x.__globals__.get("__name__")) in _LIBRARIES
    if isinstance(x, type):
        return _root(x.__module__) in _LIBRARIES
    kinds = type(x).__mro__
    return _root(kinds[0].__module__) in _LIBRARIES or any([_root(kind.__module__) in _OURS for kind in kinds])


def _keeps_its_state(x: Any) -> bool:
    """Whether an object is of a library; one of Python's own classes holds what the user puts into its attributes."""
    if isinstance(x, ModuleType | FunctionType | type) or not hasattr(x, "__dict__"):
        return _is_of_library(x)
    return bool({_root(kind.__module__) for kind in type(x).__mro__} & (_OURS | {"numpy", "scipy"}))


def _root(name: Any) -> str:
    return name.partition(".")[0] if isinstance(name, str) else "builtins"


def _asks_for_type(code: CodeType) -> int | None:
    """Return the line in which a function asks for the type of something other than itself, if it does."""
    instructions = list(dis.get_instructions(code))
    for one, following in pairwise(instructions):
        if one.opname != "LOAD_GLOBAL" or one.argval != "type":
            continue
        # Not called, it is an argument: of isinstance(x, type), or of a function such as map, which calls it.
        told = following.argval in ("self", "cls") if (one.arg or 0) & 1 else "isinstance" in code.co_names
        if not told:
            return one.positions.lineno if one.positions else code.co_firstlineno
    inner = [_asks_for_type(part) for part in code.co_consts if isinstance(part, CodeType)]
    return next((line for line in inner if line is not None), None)
