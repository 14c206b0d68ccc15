"""Anomaly mode: finds the first operation, forward or backward, that made a NaN or an infinity, and explains it.

`check_numerics()` opens a scope, and `Tape(check="nan")` is the same for one tape: its scope and its gradients.
Inside, the result of every operation on tensors is looked at, and so is every cotangent and tangent of a sweep.

It also says where a cotangent that is 0 by arithmetic met an infinite slope. The law of zeros takes 0 · inf as 0,
which is right for what `np.where`, a maximum, an index or a constant mask left out, and may hide a limit otherwise.

What counts is what comes out. A non-finite operand that leaves no trace in the result passes, as the -inf of a
masked softmax does; one that comes through is reported as having been there from the start. A cotangent is looked at
when the sweep has done all it does to it, after the law of zeros and in the shape and dtype of its input; what a rule
computes on the way is its own affair. So a branch that `np.where` did not take is no error in the backward sweep. In
the forward pass, and for tangents in forward mode, it is one, because there its NaN is a value like any other: mask
the operand, not the result.

The core asks `checks_open`, a list that is empty as long as nobody checks anything, and looks no further then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
import numpy.typing as npt

from autograd.errors import NumericsError
from autograd.graph import Node, Value, calling_line, raw

if TYPE_CHECKING:
    from autograd.primitive import Primitive

__all__ = ["Check", "check_numerics"]

# The checks that are open anywhere in the process: whether to look for one that applies here.
checks_open: list[Check] = []
# Those of this thread or task, outermost first.
_checks_here: ContextVar[tuple[Check, ...]] = ContextVar("checks_here", default=())


def check_numerics(inf: bool = True) -> Check:
    """A scope, or a decorator, in which the first operation to make a NaN or an infinity raises NumericsError.

    inf: whether infinities count, the -inf of log(0) among them; with False only NaNs do.

    It holds for this thread or task, for operations on tensors inside and outside of tapes, and for the gradients
    taken inside, in either mode and of any order. The error stands in for NumPy's floating-point warnings, which
    operations on tensors do not give here.

    >>> import autograd as ag
    >>> p = ag.Variable([0.5, 0.0], name="p")
    >>> with check_numerics():
    ...     loss = -np.sum(np.log(p))
    Traceback (most recent call last):
    autograd.errors.NumericsError: log made -inf from finite operands, in the forward pass
    ...
    >>> with check_numerics(inf=False):
    ...     np.log(p)
    Tensor([-0.69314718,        -inf], shape=(2,), dtype=float64)
    """
    return Check(inf)


def asked_by_tape(check: str) -> Check:
    """What the tape's argument `check` asks for."""
    if check != "nan":
        raise ValueError(
            f'check is {check!r}; expected None or "nan", which looks for infinities too. '
            f"To let infinities pass, use autograd.debug.check_numerics(inf=False)"
        )
    return Check()


def check_in_force() -> Check | None:
    """The innermost check of this thread or task. A task may have inherited one that is closed by now."""
    return next((check for check in reversed(_checks_here.get()) if check in checks_open), None)


class Check:
    """The scope that `check_numerics` opens. The core tells it what was computed, and it raises if that is bad."""

    def __init__(self, inf: bool = True, operations: bool = True) -> None:
        self.inf = inf
        self.operations = operations

    def __enter__(self) -> Self:
        checks_open.append(self)
        _checks_here.set((*_checks_here.get(), self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Its own innermost entry, not the last one: tapes may be closed in another order, or by another task.
        inner_first = list(reversed(_checks_here.get()))
        if self in inner_first:
            inner_first.remove(self)
            _checks_here.set(tuple(reversed(inner_first)))
        checks_open.remove(self)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, run inside this scope."""

        @wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return checked

    # What the core calls.

    def operation(self, op: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """`op(*args, **params)`, looked at. NumPy's warnings about it give way to the error."""
        on_tensors = any([isinstance(a, Value) for a in args])
        quiet = np.errstate(divide="ignore", over="ignore", invalid="ignore") if on_tensors else nullcontext()
        with _nothing_checked(), quiet:
            out = op(*args, **params)
        if not isinstance(out, Value) or self._passes(out):
            return out
        guilty = self._first_bad(args)
        if guilty is None:
            title = f"{op.name} made {_bad_values(out)} from {self._good('operands')}, in the forward pass"
            advice = _FORWARD.get(op.name) or _overflow(out)
        else:
            title = (
                f"{op.name} was given {_bad_values(args[guilty])} from the start, in operand {guilty} "
                f"({_who(args[guilty])}), and gave {_bad_values(out)}, in the forward pass"
            )
            advice = self._from_the_start()
        raise _report(title, calling_line(), [*_operands(args, guilty), ("result", _seen(out))], advice)

    def sweep(self, seeds: Sequence[tuple[Value, Any]], nested: bool) -> AbstractContextManager[None]:
        """The scope of a sweep that starts from `seeds`; `nested`: whether sweeps that its rules run are looked at."""
        for _, seed in seeds:
            if not self._passes(seed):
                title = f"the sweep was given {_bad_values(seed)} to start from"
                advice = "look at output_gradients (of a tape), or at the tangents (of a jvp)"
                raise _report(title, calling_line(), [("given", _seen(seed))], advice)
        return _sweeping(Check(self.inf, operations=False) if nested else _nothing_checked())

    def cotangent(self, node: Node, position: int, g: Any, part: Any) -> None:
        """`part` is what the backward sweep made of `g`, the cotangent of the output, for input number `position`."""
        if self._passes(part):
            return
        if isinstance(part, dict):  # one for each argument of a function with a rule of its own
            position = next(i for i, p in part.items() if not self._passes(p))
            part = part[position]
        x = _arguments(node.inputs)[position]
        incoming = [("cotangent of output", _seen(g, like=node.out))]
        result = (f"cotangent of operand {position}", _seen(part, like=x))
        if self._passes(g):
            made = f"{_bad_values(part)} as the cotangent of operand {position} ({_who(x)}), in the backward pass"
            self._blame(node, made, incoming, result)
        title = f"the cotangents of the output of {node.op.name} add up to {_bad_values(g)}, though each is finite"
        raise _report(title, node.where, [*_operands(node.inputs), *incoming], _overflow(g))

    def hidden(self, node: Node, position: int, g: Any, origin: Node, *, forward: bool = False) -> NoReturn:
        """Raise for a cotangent `g` that is 0 by arithmetic and met a slope that is not finite, for one input.

        forward: whether `g` is the tangent of that input instead.
        """
        x = _arguments(node.inputs)[position]
        carried, where = (
            ("tangent of operand", "forward mode") if forward else ("cotangent of output", "the backward pass")
        )
        title = (
            f"{node.op.name} has an infinite or undefined slope where its {carried.split()[0]} is 0, and 0 times that "
            f"was taken as 0 for operand {position} ({_who(x)}), in {where}"
        )
        made = f'{origin.op.name}, File "{origin.where[0]}", line {origin.where[1]}'
        lines = [*_operands(node.inputs), ("output", _seen(node.out)), (carried, _seen(g))]
        raise _report(title, node.where, [*lines, ("its 0 is made by", made)], _HIDDEN)

    def tangent(self, node: Node, tangents: Sequence[Any], moved: Any) -> None:
        """`moved` is what the forward sweep made of the tangents of the inputs: the tangent of the output."""
        if not self._passes(moved):
            incoming = [(f"tangent of operand {i}", _seen(t)) for i, t in enumerate(tangents) if t is not None]
            made = f"{_bad_values(moved)} as the tangent of its output, in forward mode"
            self._blame(node, made, incoming, ("tangent of output", _seen(moved)))

    def sums(self, sources: Sequence[Value], cotangents: Sequence[Any]) -> None:
        """`cotangents` are what the backward sweep has summed up for the sources."""
        for x, total in zip(sources, cotangents, strict=True):
            if total is not None and not self._passes(total):
                title = f"the cotangents of a source ({_who(x)}) add up to {_bad_values(total)}, though each is finite"
                lines = [("source", _seen(x)), ("sum", _seen(total, like=x))]
                raise _report(title, calling_line(), lines, _overflow(total))

    # What is bad, and whose fault it is.

    def _passes(self, x: Any) -> bool:
        return not any(np.any(~np.isfinite(a) if self.inf else np.isnan(a)) for a in _inexact(x))

    def _first_bad(self, values: Sequence[Any]) -> int | None:
        return next((i for i, x in enumerate(values) if not self._passes(x)), None)

    def _good(self, what: str) -> str:
        return f"finite {what}" if self.inf else f"{what} without NaN"

    def _from_the_start(self) -> str:
        advice = "it was there before this operation: look at the data or the initial value, or check from earlier on"
        return advice + ("; an infinity that is meant passes check_numerics(inf=False)" if self.inf else "")

    def _blame(self, node: Node, made: str, incoming: list[tuple[str, str]], result: tuple[str, str]) -> NoReturn:
        """Raise for what the rule of `node` made of what came in."""
        inputs = _arguments(node.inputs)
        guilty = self._first_bad([*inputs, node.out])
        if guilty is None:
            title = f"{node.op.name} made {made}, from {self._good('values')}"
            of_its_own = inputs is not node.inputs
            advice = _RULE_OF_ITS_OWN if of_its_own else _BACKWARD.get(node.op.name, _UNDEFINED)
        else:
            culprit = f"operand {guilty} ({_who(inputs[guilty])})" if guilty < len(inputs) else "output"
            title = f"{node.op.name} made {made}; its {culprit} was not finite in the forward pass already"
            advice = "check the forward pass too: compute the target inside the same check_numerics()"
        lines = [*_operands(inputs, guilty), ("output", _seen(node.out)), *incoming, result]
        raise _report(title, node.where, lines, advice)


@contextmanager
def _sweeping(scope: AbstractContextManager[Any]) -> Iterator[None]:
    """As in every sweep, infinities come without a warning. What a rule computes on the way is not looked at."""
    with np.errstate(all="ignore"), scope:
        yield


@contextmanager
def _nothing_checked() -> Iterator[None]:
    token = _checks_here.set(())
    try:
        yield
    finally:
        _checks_here.reset(token)


# Looking at values.


def _inexact(x: Any) -> Iterator[Any]:
    """The arrays and numbers in `x`, of those that could be non-finite."""
    x = raw(x)
    if isinstance(x, tuple | list | dict):
        for part in x.values() if isinstance(x, dict) else x:
            yield from _inexact(part)
    elif isinstance(x, float | complex) or getattr(getattr(x, "dtype", None), "kind", None) in ("f", "c"):
        yield x


def _arguments(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs; those of a function with a rule of its own, which come as one bundle, one by one."""
    bundle = inputs[0].value if len(inputs) == 1 and isinstance(inputs[0], Value) else None
    return tuple([_argument(part) for part in bundle]) if isinstance(bundle, tuple) else inputs


def _argument(part: Any) -> Value:
    value = Value()
    value.value = part
    return value


def _bad_values(x: Any) -> str:
    """Which non-finite values are in `x`: `NaN`, `inf`, `-inf`, or several of them."""
    parts = [np.asarray(a) for a in _inexact(x)]
    return " and ".join(name for name, test in _TESTS.items() if any(np.any(test(a)) for a in parts))


def _infinite(sign: int) -> Callable[[Any], Any]:
    """Which elements are infinite with this sign; complex ones go by that of their real part."""
    return lambda a: np.isinf(a) & ((np.real(a) < 0) == (sign < 0))


_TESTS: dict[str, Callable[[Any], Any]] = {"NaN": np.isnan, "inf": _infinite(1), "-inf": _infinite(-1)}


def _who(x: Any) -> str:
    """What `x` is to its reader, and its name if it has one."""
    if not isinstance(x, Value):
        return "constant"
    kind = "argument" if type(x) is Value else "variable" if x.is_variable else "tensor"
    name = getattr(x, "_name", None)
    return f"{kind} {name!r}" if name else kind


def _seen(x: Any, like: Any = None) -> str:
    """Dtype, shape and range of `x`, and where it is not finite. It may be a stack of arrays like `like`."""
    x, like = (raw(v) for v in (x, like))
    if isinstance(x, tuple | dict):
        return "(" + "; ".join(_seen(part) for part in (x.values() if isinstance(x, dict) else x)) + ")"
    a = np.asarray(x)
    dtype = a.dtype if hasattr(x, "dtype") else type(x).__name__
    if a.ndim == 0:
        return f"{dtype}, {a}"
    stack = " (a stack)" if like is not None and a.ndim > np.ndim(like) else ""
    return f"{dtype} {a.shape}{stack}, {_range(a) if a.size else 'empty'}"


def _range(a: npt.NDArray[Any]) -> str:
    """The smallest and the largest finite element, how many are not finite, and where the first of these is."""
    finite = np.isfinite(a)
    good = np.abs(a[finite]) if a.dtype.kind == "c" else a[finite]
    ends = [f"{end:.4g}" for end in (good.min(), good.max())] if good.size else []
    span = "nothing finite" if not ends else f"all {ends[0]}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    if a.dtype.kind == "c":
        span = f"absolute values {span}"
    counts = [f"{np.count_nonzero(test(a))} {name}" for name, test in _TESTS.items() if np.any(test(a))]
    if not counts:
        return span
    first = [int(i) for i in np.argwhere(~finite)[0]]
    return f"{span}; {', '.join(counts)} of {a.size} elements, first at {first}"


# The message.


def _operands(inputs: Sequence[Any], guilty: int | None = None) -> list[tuple[str, str]]:
    """A line for each operand; of many, the first few and the one that is to blame."""
    shown = [i for i in range(len(inputs)) if i < 4 or i == guilty]
    lines = [(f"operand {i}", f"{_who(inputs[i])}, {_seen(inputs[i])}") for i in shown]
    more = len(inputs) - len(shown)
    return [*lines, ("operands", f"and {more} more")] if more else lines


def _report(title: str, where: tuple[str, int], lines: Sequence[tuple[str, str]], advice: str) -> NumericsError:
    rows = [("where", f'File "{where[0]}", line {where[1]}'), *lines, ("try", advice)]
    width = max(len(label) for label, _ in rows) + 1
    return NumericsError("\n".join([title, *[f"  {label + ':':{width}} {text}" for label, text in rows]]))


def _overflow(x: Any) -> str:
    types = {a.dtype if hasattr(a, "dtype") else np.dtype(type(a)) for a in _inexact(x)}
    limits = " and ".join(f"{d} ends at {np.finfo(d).max:.3g}" for d in sorted(types, key=str))
    return f"{limits}: scale the operands down, compute in a wider dtype, or keep the operands inside the domain"


_MASK = "To leave elements out, mask the operand, not the result:"
_EXP = (
    "it overflows above 11 in float16, 88 in float32, 709 in float64: subtract the maximum first, as ag.softmax and "
    "ag.logsumexp do, or np.clip the operand"
)
_UNIT = "it is defined from -1 to 1: np.clip(x, -1, 1) takes off what rounding added"
_LOG = (
    "it is -inf at 0 and NaN below: keep the operand positive, e.g. np.log(np.maximum(x, 1e-7)), and for a "
    f"softmax use ag.log_softmax. {_MASK} np.log(np.where(x > 0, x, 1))"
)
_NO_ELEMENTS = "of no elements it is NaN, and a sum may overflow: test x.size, or compute in a wider dtype"

_FORWARD = {
    "log": _LOG,
    "log2": _LOG,
    "log10": _LOG,
    "log1p": f"log1p(x) is -inf at -1 and NaN below: keep x above -1. {_MASK} np.log1p(np.where(x > -1, x, 0))",
    "sqrt": f"it is NaN below 0: np.sqrt(np.maximum(x, 0)). {_MASK} np.sqrt(np.where(x > 0, x, 1))",
    "divide": (
        f"the divisor is 0, or so small that the quotient overflows: add a small number, as in a / (b + 1e-7). {_MASK} "
        f"a / np.where(b == 0, 1, b)"
    ),
    "reciprocal": f"the operand is 0, or almost: add a small number. {_MASK} 1 / np.where(x == 0, 1, x)",
    "power": (
        "it is NaN for a negative base under a fractional exponent, inf for 0 under a negative one, and overflows: "
        "use np.maximum(a, 1e-7) ** b, or np.sign(a) * np.abs(a) ** b"
    ),
    "exp": _EXP,
    "exp2": _EXP,
    "expm1": _EXP,
    "sinh": _EXP,
    "cosh": _EXP,
    "arcsin": _UNIT,
    "arccos": _UNIT,
    "arctanh": "it is infinite at -1 and 1, and NaN beyond: np.clip(x, -0.999999, 0.999999)",
    "arccosh": "it is defined from 1 on: np.maximum(x, 1)",
    "mean": _NO_ELEMENTS,
    "var": _NO_ELEMENTS,
    "std": _NO_ELEMENTS,
}

_HIDDEN = (
    "no where, clip, maximum or constant mask explains the 0, so the derivative may be another number in the limit: "
    "write the program without the infinite factor, such as np.prod(x) for np.exp(np.sum(np.log(x))), or keep the "
    "operand away from that point"
)
_UNDEFINED = (
    "the derivative is infinite, undefined or too large for the dtype at these operands: keep them away from that "
    "point, e.g. by adding 1e-7, or mask the operand (not the result) with np.where"
)
_RULE_OF_ITS_OWN = "it is what the function's own gradient rule returned: call the rule by itself on these operands"
_LOG_SLOPE = f"the slope of a logarithm is 1/x, infinite at 0: np.log(x + 1e-7). {_MASK} np.log(np.where(x > 0, x, 1))"
_UNIT_SLOPE = "its slope is infinite at -1 and 1: np.clip(x, -0.999999, 0.999999)"
_VECTORS = (
    "the matrix does not determine vectors of equal eigenvalues or singular values, or of a defective matrix: use "
    "a function of the eigenvalues alone, or of the matrix, such as ag.linalg.expm, sqrtm, logm, np.linalg.inv, slogdet"
)
_CUT = "it has no derivative at a matrix with an eigenvalue that is 0 or negative: add a multiple of the identity"

_BACKWARD = {
    "log": _LOG_SLOPE,
    "log2": _LOG_SLOPE,
    "log10": _LOG_SLOPE,
    "log1p": "the slope of log1p is 1/(1 + x), infinite at -1: keep x above -1",
    "sqrt": f"the slope of sqrt at 0 is infinite: np.sqrt(x + 1e-12). {_MASK} np.sqrt(np.where(x > 0, x, 1))",
    "divide": f"the slopes are 1/b and -a/b², too large where b is almost 0. {_MASK} a / np.where(b == 0, 1, b)",
    "power": (
        "the slope is infinite at base 0 under an exponent below 1, and NaN with respect to the exponent of a negative "
        "base: use np.maximum(a, 1e-7) ** b, and a Python number as exponent if it is not to be learned"
    ),
    "arcsin": _UNIT_SLOPE,
    "arccos": _UNIT_SLOPE,
    "arctanh": _UNIT_SLOPE,
    "arccosh": "its slope at 1 is infinite: np.maximum(x, 1.000001)",
    "eigh": _VECTORS,
    "eig": _VECTORS,
    "svd": _VECTORS,
    "qr": "the columns of the matrix are dependent: leave out those that are, or use np.linalg.pinv or svdvals",
    "sqrtm": _CUT,
    "logm": _CUT,
}
