"""Draw the computation graph of a function in a file: `gradtape draw FILE.py:FUNCTION --args 2.0 3.0`."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from autograd import Tape, Tensor, Variable
from autograd.errors import TapeError
from autograd.picture import Graph, build, names_in


class DrawError(ValueError):
    """What is to be drawn can not be found, called or drawn; says what to do."""


def run(what: str, args: Sequence[str], out: Path | None = None, backward: bool = False, html: bool = False) -> int:
    """Draw what "FILE.py:FUNCTION" computes from these arguments; returns 0.

    out: where to; its suffix says what: .svg, .png, .pdf, .html, .dot or .json. By default FUNCTION.svg in this folder.
    """
    file, colon, name = what.rpartition(":")
    if not colon or not name.isidentifier():
        raise DrawError(f"got {what!r}; expected a file and a function in it, as in model.py:loss")
    path = out or Path(f"{name}.html" if html else f"{name}.svg")
    if html and path.suffix != ".html":
        raise DrawError(f"--html makes a page, and --out is {str(path)!r}; expected a name ending in .html")
    function = _loaded(Path(file), name)
    graph = graph_of(function, [_parsed(text) for text in args])
    options = {"backward": True} if backward and path.suffix != ".html" else {}
    try:
        graph.save(path, **options)
    except ValueError as error:
        raise DrawError(str(error)) from error
    print(f"{graph!r}, written to {path}")
    return 0


def graph_of(function: Callable[..., Any], args: Sequence[Any]) -> Graph:
    """The graph of what `function` returns for these numbers or arrays.

    Arguments are called after the function's parameters, and what it computes after its local variables.
    """
    variables = [Variable(x, name=name) for x, name in zip(args, _parameters(function, len(args)), strict=True)]
    code, local = getattr(function, "__code__", None), {}

    def notice(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is code:
            local.update(names_in(frame))

    with Tape(persistent=True) as tape:
        before = sys.getprofile()
        sys.setprofile(notice)
        try:
            y = function(*variables)
        finally:
            sys.setprofile(before)
    if not isinstance(y, Tensor):
        raise DrawError(
            f"{function.__name__} returned {type(y).__name__} {y!r:.40}; expected one tensor, made from the arguments "
            f"by operators and NumPy functions (np.sin, not math.sin)"
        )
    try:
        return build(tape, y, local_names={function.__name__: y, **local})
    except TapeError as error:
        raise DrawError(f"what {function.__name__} returned does not depend on its arguments: {error}") from error


def _loaded(file: Path, name: str) -> Callable[..., Any]:
    """The function of this name in a file, which is run as a module, with its folder to import from."""
    if not file.is_file():
        raise DrawError(f"there is no file {str(file)!r}; expected a Python file")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise DrawError(f"{str(file)!r} is no Python file; expected a name ending in .py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(file.resolve().parent))
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    found = getattr(module, name, None)
    if not callable(found):
        there = [n for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__]
        raise DrawError(f"{file.name} has no function {name!r}; there are {', '.join(there) or 'none'}")
    return found


def _parameters(function: Callable[..., Any], count: int) -> list[str]:
    """A name for each of `count` positional arguments."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(*range(count))
    except TypeError as error:
        given = "argument was" if count == 1 else "arguments were"
        raise DrawError(
            f"{function.__name__}{signature} can not be called so: {error}, and {count} {given} given with --args"
        ) from error
    names = []
    for name, value in bound.arguments.items():
        names += [f"{name}{i}" for i in range(len(value))] if isinstance(value, tuple) else [name]
    return names


def _parsed(text: str) -> Any:
    """A number, or an array written as a list."""
    try:
        value = np.asarray(ast.literal_eval(text), dtype=float)
    except (ValueError, SyntaxError, TypeError) as error:
        raise DrawError(
            f"--args got {text!r}; expected a number such as 2.0, or a list such as [[1,2],[3,4]]"
        ) from error
    return value if value.ndim else value.item()
