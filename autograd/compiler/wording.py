"""How a person writes a call in NumPy: with operators, methods and indices, and brackets where they are needed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.ir import Program, Ref, Step
from autograd.compiler.numpy_ops import ORDERED, REDUCTION, describe, item

_INFIX: dict[Any, tuple[str, int]] = {
    f: (describe(f).sign or "@", 2 if describe(f).dtypes == ORDERED else 4 if f in (np.add, np.subtract) else 5)
    for f in (
        np.add,
        np.subtract,
        np.multiply,
        np.divide,
        np.matmul,
        np.less,
        np.less_equal,
        np.greater,
        np.greater_equal,
        np.equal,
        np.not_equal,
    )
}
_USUAL = {"axis": None, "keepdims": False}  # which nobody writes
_MINUS, _POWER = 6, 7
ATOM = 9  # binds tighter than every operator


class Wording:
    """The words for values: `of` says how each is written, and how tightly that binds."""

    def __init__(self, program: Program) -> None:
        self.kinds = program.kinds
        self.of: dict[Ref, tuple[str, int]] = {}

    def __call__(self, x: Any, tight: bool = False) -> str:
        """How `x` is written; tight: so that something can follow it."""
        text, binds = self._bound(x)
        return text if not tight or binds == ATOM else f"({text})"

    def call(self, step: Step) -> tuple[str, int]:
        """How a step is written, and how tightly that binds."""
        function, args, options = step.function, step.args, step.options
        turned = function in (np.transpose, np.matrix_transpose) and len(args) == 1
        if (turned and not options) or function is np.swapaxes:
            if self._rank(args[0]) == 2 and self.kinds[step.outs[0]].order != self.kinds[args[0]].order:
                return f"{self(args[0], tight=True)}.T", ATOM
        elif not options:
            written = self._operator(function, args, step.outs[0] if step.outs else None)
            if written is not None:
                return written
        words = [self(x) for x in args]
        usual = _USUAL if describe(function).kind == REDUCTION and describe(function).accumulate is not None else {}
        named = [f"{name}={self(x)}" for name, x in options.items() if name not in usual or usual[name] is not x]
        if function.__name__.startswith("."):
            return f"{self(args[0], tight=True)}{function.__name__}({', '.join([*words[1:], *named])})", ATOM
        text = f"{known(function)}({', '.join([*words, *named])})"
        number = bool(step.outs) and self.kinds[step.outs[0]].number is not None and function is not float
        return (f"float({text})" if number else text), ATOM

    def _operator(self, function: Callable[..., Any], args: tuple[Any, ...], out: Ref | None) -> tuple[str, int] | None:
        if function in _INFIX and len(args) == 2:
            sign, binds = _INFIX[function]
            left, right = self._bound(args[0]), self._bound(args[1])
            loose = left[1] < binds or (left[1] == binds and binds == 2)
            a = f"({left[0]})" if loose else left[0]
            b = right[0] if right[1] > binds else f"({right[0]})"
            return f"{a} {sign} {b}", binds
        if (
            function is np.power
            and self._rank(out)
            and type(args[1]) in (int, float)
            and args[1] not in (-1, 0.5, 1, 2)
        ):
            return f"{self(args[0], tight=True)} ** {self(args[1], tight=True)}", _POWER
        if function is np.negative:
            text, binds = self._bound(args[0])
            return (f"-{text}" if binds >= _POWER else f"-({text})"), _MINUS
        if function is item:
            return f"{self(args[0], tight=True)}[{self.key(args[1])}]", ATOM
        return None

    def _rank(self, x: Any) -> int:
        return len(self.kinds[x].shape) if isinstance(x, Ref) else 0

    def _bound(self, x: Any) -> tuple[str, int]:
        if isinstance(x, Ref):
            return self.of[x]
        if isinstance(x, tuple):
            return f"({', '.join([self(v) for v in x])}{',' if len(x) == 1 else ''})", ATOM
        if isinstance(x, list):
            return f"[{', '.join([self(v) for v in x])}]", ATOM
        if isinstance(x, slice):
            return f"slice({self(x.start)}, {self(x.stop)}, {self(x.step)})", ATOM
        if isinstance(x, np.dtype):
            return f"np.{x}", ATOM
        if isinstance(x, type) and issubclass(x, np.generic):
            return f"np.{x.__name__}", ATOM
        if isinstance(x, type):
            return x.__name__, ATOM
        if isinstance(x, np.generic):
            return f"np.{x.dtype}({self(x.item())})", ATOM
        if isinstance(x, float) and not math.isfinite(x):
            return ("-np.inf", _MINUS) if x < 0 else ("np.inf" if x > 0 else "np.nan", ATOM)
        if isinstance(x, int | float) and (x < 0 or str(x)[0] == "-"):
            return repr(x), _MINUS
        if callable(x):
            return known(x), ATOM
        return "..." if x is Ellipsis else repr(x), ATOM

    def key(self, key: Any) -> str:
        """How an index is written between its brackets."""
        if isinstance(key, tuple):
            return ", ".join([self.key(part) for part in key]) + ("," if len(key) == 1 else "") or "()"
        if isinstance(key, slice):
            ends = ["" if v is None else self(v) for v in (key.start, key.stop, key.step)]
            return ":".join(ends if key.step is not None else ends[:2])
        return self(key)


def known(function: Callable[..., Any]) -> str:
    """A NumPy function as people write it: np.sum, np.linalg.inv, np.add.reduce."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"np.{owner.__name__}.{function.__name__}"
    module = getattr(function, "__module__", None) or "numpy"
    if module.partition(".")[0] in ("numpy", "builtins"):
        return f"{module.replace('numpy', 'np', 1)}.{function.__name__}".removeprefix("builtins.")
    return function.__name__ if import_of(function) else f"np.{function.__name__}"


def import_of(function: Callable[..., Any]) -> str:
    """The line that imports a function which is no single call of NumPy's, such as a convolution; or nothing."""
    module = getattr(function, "__module__", None) or "numpy"
    return f"from {module} import {function.__name__}" if module.partition(".")[0] not in ("numpy", "builtins") else ""


def constant_text(array: Any) -> str:
    """An array as an expression."""
    array = np.asarray(array)
    dtype = f"np.{array.dtype}"
    flat = array.reshape(-1)
    if array.ndim == 1 and array.dtype.kind == "i" and array.size > 2 and np.array_equal(array, np.arange(array.size)):
        return (
            f"np.arange({array.size})"
            if array.dtype == np.arange(1).dtype
            else f"np.arange({array.size}, dtype={dtype})"
        )
    if (
        flat.size > 1
        and np.all(flat == flat[0])
        and len(set(np.signbit(flat).tolist() if flat.dtype.kind == "f" else [0])) == 1
    ):
        return f"np.full({array.shape}, {flat[0].item()!r}, {dtype})"
    text = repr(array.tolist()).replace("nan", "np.nan").replace("inf", "np.inf")
    return f"np.array({text}, dtype={dtype})"
