"""Custom derivatives: `custom_gradient` with a reverse rule, `custom_jvp` with a forward rule."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from functools import wraps
from itertools import islice
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from autograd.bundle import Parts, filled, parts_of
from autograd.calls import (
    Call,
    Place,
    as_tensor,
    is_data,
    name_of,
    node,
    numbers_as_tensors,
    observers,
    refilled,
    swept_back,
)
from autograd.captured import Captures, described
from autograd.errors import NoDerivativeError, RuleError
from autograd.families import is_complex, zeros_like
from autograd.graph import Cut, Recording, Value, only, open_recordings, opened, raw
from autograd.holomorphic import conjugated
from autograd.leaving import warn_of_cuts
from autograd.nest import leaves, paired
from autograd.ops.elementwise import identity
from autograd.primitive import Primitive
from autograd.reachable import parts
from autograd.tensor import Tensor, Variable, wrapped

_MOST = 1000  # objects to search for constants of a rule

Pull = Callable[[tuple[Any, ...], tuple[Any, ...]], Sequence[Any]]


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function a derivative rule, as TensorFlow's decorator does.

    f: returns a pair: its result, and the rule. The result is a tensor, an array or a number, or a nested structure of
        them. The rule takes one upstream gradient for each tensor of the result, and returns one gradient for each
        argument, in the order of the signature and in the structure of the argument; None means no gradient. Arguments
        that hold no tensor (None, strings, truth values, integers, functions) may be left out. The rule may use any
        tensor of `f` and is itself differentiable.

    The arguments may be nested structures and may be given by keyword; what is given by keyword and is not a tensor
    is passed on as it is. Gradients of complex numbers are conjugated, as everywhere: the rule of z² is
    ``upstream * 2 * np.conj(z)``.

    NoDerivativeError if the result depends on a tensor or variable that a tape follows and that is not an argument,
    since the rule has no gradient for it. RuleError if the rule returns too few or too many gradients, or one of
    another shape than its argument.

    >>> import autograd as ag
    >>> @custom_gradient
    ... def log1pexp(x):
    ...     e = np.exp(x)
    ...     return np.log1p(e), lambda upstream: upstream * (1 - 1 / (1 + e))
    >>> ag.grad(log1pexp)(100.0)
    Tensor(1.0)
    """

    @wraps(f)
    def wrapped_function(*args: Any, **kwargs: Any) -> Any:
        call = Call(f, args, kwargs, numbers_by_keyword=False)
        outer = call.recordings()
        given = [identity(x) for x in call.data] if outer else call.data  # so that a captured argument is another value
        captures = Captures(outer, given, given, ruled=True)
        with only((*outer, captures)) if outer else nullcontext():
            returned = call.run(given)
        if not isinstance(returned, tuple) or len(returned) != 2 or not callable(returned[1]):
            raise TypeError(f"{name_of(f)} returned {type(returned).__name__}; expected (result, gradient function)")
        y, rule = returned
        y = numbers_as_tensors(y, f)
        results = [y for y in leaves(y) if isinstance(y, Tensor)]
        if not outer or not call.data:
            return y
        _refuse_captured(f, args, captures, results)
        undifferentiated = _UsedByRule(f, rule, captures)

        def pull(upstream: tuple[Any, ...], inputs: tuple[Any, ...]) -> Sequence[Any]:
            undifferentiated.warn(inputs)
            found = rule(*[conjugated(u) for u in upstream])
            return [conjugated(part) for part in _of_each_input(found, call)]

        return refilled(y, node(f, call.data, results, _rule_from(f, results, pull)))

    return wrapped_function


def custom_jvp(f: Callable[..., Any], rule: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function a forward rule; reverse mode is derived from it.

    f: a function whose result is a tensor, an array or a number, or a nested structure of them.
    rule: ``rule(primals, tangents)``, with a list of each, returns the tangent of the result in the structure of the
        result. It must be linear in the tangents, and written in NumPy. The lists have one entry for each parameter of
        `f` in the order of the signature, defaults included. The tangent of what is not a tensor (None, strings, truth
        values, integers, functions) is None.

    The arguments may be nested structures and may be given by keyword. A rule may call the function itself: on the
    primals, or, if the function is linear, on the tangents.

    NoDerivativeError if the result depends on a tensor or variable that a tape follows and that is not an argument.
    RuleError if the rule returns a tangent of another shape or structure than the result, or, in reverse mode, one that
    is not 0 where all tangents are 0.

    >>> import autograd as ag
    >>> cube = custom_jvp(lambda x: x * x * x, lambda primals, tangents: 3 * primals[0] ** 2 * tangents[0])
    >>> ag.grad(cube)(2.0), ag.jvp(cube, [2.0], [10.0])[1]
    (Tensor(12.0), Tensor(120.0))
    """

    @wraps(f)
    def wrapped_function(*args: Any, **kwargs: Any) -> Any:
        call = Call(f, args, kwargs)
        outer = call.recordings()
        if _is_transposed(f, call.data):
            return call.run(call.data)
        captures = Captures(outer, ())
        inputs = [x.current() for x in call.data]
        with only((*observers(outer), captures)) if outer else nullcontext():
            y = call.run([wrapped(x.value) for x in inputs])
        y = numbers_as_tensors(y, f)
        results = [y for y in leaves(y) if isinstance(y, Tensor)]
        if not outer or not call.data:
            return y
        _refuse_captured(f, args, captures, results)
        captures.pass_on_cuts(captures.captured)

        def moved(primals: Sequence[Any], tangents: Sequence[Any]) -> list[Any]:
            """The tangent of each result."""
            found = rule(call.primals(primals), call.tangents(tangents))
            try:
                pairs = list(paired(y, found, f"the rule of {name_of(f)}"))
            except ValueError as error:
                raise RuleError(str(error)) from None
            tangents = [t for result, t in pairs if isinstance(result, Tensor)]
            for t, result in zip(tangents, results, strict=True):
                _check_number(t, f"the rule of {name_of(f)}", "the tangent of a tensor")
                if np.shape(t) != result.shape:
                    raise RuleError(
                        f"the rule of {name_of(f)} returned a tangent of shape {np.shape(t)}; "
                        f"expected the shape of the result, {result.shape}"
                    )
            return tangents

        def pull(upstream: tuple[Any, ...], inputs: tuple[Any, ...]) -> Sequence[Any]:
            """The rule is linear in the tangents, so its gradient by them is its transpose, wherever it is taken.

            It is taken at zeros, where a linear rule gives zeros.
            """
            tangents = [_zero_tangent(x) for x in inputs]
            recording = _Transposition()
            for t in tangents:
                recording.follow(t)
            with _transposing(f):
                with opened(recording):
                    found = moved(inputs, tangents)
                _check_linear(found, f)
                warn_of_cuts(recording, found)
                pairs = [(t, u) for t, u in zip(found, upstream, strict=True) if isinstance(t, Tensor)]
                # A complex result may move along real numbers only.
                seeds = [(t, np.real(u) if is_complex(u) and not is_complex(t) else u) for t, u in pairs]
                return swept_back(recording, seeds, tangents)

        def push(op: Primitive, tangents: list[Any], y: Any, inputs: Any, params: dict[str, Any]) -> Any:
            primals = [as_tensor(x) for x in parts_of(inputs[0])]
            found = moved(primals, [as_tensor(t) for t in filled(tangents[0], primals)])
            if not open_recordings.get():
                found = [raw(t) for t in found]
            return Parts(found) if len(results) > 1 else found[0]

        return refilled(y, node(f, inputs, results, _rule_from(f, results, pull), push))

    return wrapped_function


# What the rules of users are given and give.


def _refuse_captured(f: Callable[..., Any], args: Any, captures: Captures, results: Sequence[Value]) -> None:
    """Raise if a result depends on a followed value that is not among the arguments."""
    behind = 0
    for y in results:
        behind |= captures.uses.behind_of(y)
    lost = [x for i, x in enumerate(captures.captured, captures.uses.given) if behind >> i & 1]
    if lost:
        names = " and ".join([described(x, f, args, captures.outer) for x in lost])
        raise NoDerivativeError(
            f"the result of {name_of(f)} depends on {names} from outside, which a tape follows, and its rule has no "
            f"gradient for that; expected all that is differentiated among the arguments. Make it an argument, or "
            f"write ag.stop_gradient(...) of it inside if a constant is meant"
        )


def _of_each_input(found: Any, call: Call) -> list[Any]:
    """What a gradient function returned, for each tensor among the arguments."""
    name = name_of(call.function)
    given = call.arguments()
    with_data = [argument for argument in given if any([isinstance(x, Place) for x in leaves(argument)])]
    found = list(found) if isinstance(found, list | tuple) else [found]
    nested = [part is None or isinstance(part, list | tuple) for part in found]
    if len(with_data) == 1 and isinstance(with_data[0], list | tuple) and not any(nested):
        found = [found]
    arguments = next((a for a in (with_data, given) if len(a) == len(found)), None)
    if arguments is None:
        arguments = call.arguments(defaults=True)
    if len(found) != len(arguments):
        raise RuleError(
            f"the gradient function of {name} returned {len(found)}; expected {len(with_data)}, one for each argument"
        )
    parts: list[Any] = [None] * len(call.data)
    for i, (argument, gradient) in enumerate(zip(arguments, found, strict=True)):
        if gradient is None or not any([isinstance(x, Place) for x in leaves(argument)]):
            continue
        try:
            pairs = list(paired(argument, gradient, f"the gradient function of {name}, for argument {i},"))
        except ValueError as error:
            raise RuleError(str(error)) from None
        for x, part in pairs:
            if isinstance(x, Place):
                if part is None:
                    continue
                _check_number(part, f"the gradient function of {name}", f"argument {i}")
                if np.shape(part) != call.data[x.index].shape:
                    raise RuleError(
                        f"the gradient function of {name} returned shape {np.shape(part)} for argument {i}; "
                        f"expected the argument's own shape {call.data[x.index].shape}"
                    )
                parts[x.index] = part
    return parts


class _UsedByRule:
    """What a rule may use as a constant, though it was computed from an argument that had left the graph.

    The gradient is right, but the derivative of the rule then lacks a part, of which `warn` tells.
    """

    def __init__(self, f: Callable[..., Any], rule: Callable[..., Any], captures: Captures) -> None:
        self.name = name_of(f)
        self.cuts: list[tuple[Cut, list[int]]] = []
        cuts = [cut for cut in captures.cuts if cut.what != "stop_gradient" and captures.excuses(cut.value)]
        if cuts and _holds_constants(f, rule, captures):
            given = list(range(captures.uses.given))
            self.cuts = [(cut, captures.uses.behind(cut.value, given)) for cut in cuts]

    def warn(self, inputs: Sequence[Any]) -> None:
        """Tell those who differentiate the rule."""
        for cut, positions in self.cuts:
            for recording in open_recordings.get():
                followed = [inputs[i] for i in positions if id(inputs[i]) in recording.known]
                recording.cuts += [Cut(x, cut.what, cut.where, len(recording.nodes)) for x in followed]
                if followed:
                    warnings.warn_explicit(
                        f"the gradient function of {self.name} is differentiated. It uses numbers that are constants, "
                        f"and {self.name} took plain numbers from its argument ({cut.what}). If the ones were computed "
                        f"from the others, a part of the second derivative is lost. Compute with the tensor itself, or "
                        f"compute the numbers in the gradient function",
                        UserWarning,
                        *cut.where,
                    )


def _holds_constants(f: Callable[..., Any], rule: Callable[..., Any], captures: Captures) -> bool:
    """Whether a rule may use floats that were computed in the function and that no recording follows.

    The search goes through closures, defaults, attributes and containers. Numbers and arrays from outside of the
    function do not count, but what is stored in a container or an object there may have been computed in it.
    """
    code = getattr(f, "__code__", None)
    outside = getattr(code, "co_freevars", ())
    shared = getattr(code, "co_names", ())
    seen: dict[int, Any] = {}
    waiting: list[Any] = [rule]
    while waiting and len(seen) < _MOST:
        x = waiting.pop()
        if id(x) in seen or isinstance(x, Variable | Recording | ModuleType | type):
            continue
        seen[id(x)] = x
        if is_data(x):
            if getattr(x, "dtype", np.dtype(float)).kind in "fc" and id(x) not in captures.known:
                return True
        elif isinstance(x, FunctionType):
            cells = zip(x.__code__.co_freevars, x.__closure__ or (), strict=True)
            held = [
                cell.cell_contents for name, cell in cells if name not in outside or not is_data(cell.cell_contents)
            ]
            names = [name for name in x.__code__.co_names if name in shared and name in x.__globals__]
            held += [x.__globals__[name] for name in names if not is_data(x.__globals__[name])]
            waiting += [*held, x.__defaults__, x.__kwdefaults__]
        else:
            with suppress(Exception):  # attributes of a proxy may raise whatever they like
                waiting += islice(parts(x), _MOST)
    return False


def _check_number(x: Any, rule: str, what: str) -> None:
    """Raise unless a rule returned something that can be a derivative."""
    if not (is_data(x) or isinstance(x, int | np.integer | np.bool_)):
        got = "None" if x is None else f"{type(x).__name__} {x!r:.40}"
        raise RuleError(f"{rule} returned {got} for {what}; expected a tensor, an array or a number")


# The transpose of a forward rule.


def _check_linear(tangents: Sequence[Any], f: Callable[..., Any]) -> None:
    """Raise if a forward rule has a part without a tangent, which shows where all tangents are zero."""
    for t in tangents:
        value = raw(t)
        known = isinstance(value, np.ndarray | np.generic | int | float | complex)  # not so in a trace
        if known and np.any((value != 0) & (value == value)):  # 0 times an infinite derivative is NaN
            raise RuleError(
                f"the rule of {name_of(f)} gives a tangent of the result that is not 0 where the tangents of the "
                f"arguments are 0; expected a rule that is linear in the tangents, so that each of its terms has "
                f"a tangent as a factor"
            )


def _zero_tangent(x: Any) -> Tensor:
    zeros = zeros_like(x)
    return wrapped(zeros if np.ndim(zeros) else zeros[()] if hasattr(zeros, "dtype") else zeros)


class _Transposition(Recording):
    """Follows the tangents of a forward rule, which is transposed."""


_transposed_now: ContextVar[tuple[Callable[..., Any], ...]] = ContextVar("transposed_now", default=())


@contextmanager
def _transposing(f: Callable[..., Any]) -> Iterator[None]:
    token = _transposed_now.set((*_transposed_now.get(), f))
    try:
        yield
    finally:
        _transposed_now.reset(token)


def _is_transposed(f: Callable[..., Any], data: Sequence[Tensor]) -> bool:
    """Whether the rule of `f` has applied `f` to a tangent, in which it is linear: then its own operations tell.

    Its rule would apply it to a tangent again, without end.
    """
    following = [r for r in open_recordings.get() if isinstance(r, _Transposition)]
    if not following or not any([f is g for g in _transposed_now.get()]):
        return False
    return any([id(x.current()) in r.known for x in data for r in following])


# The node.


def _rule_from(f: Callable[..., Any], results: Sequence[Tensor], pull: Pull) -> Callable[..., Any]:
    """The rule of a node whose gradients are `pull(upstream, inputs)`, called with tensors."""
    values = [y.value for y in results]
    several = len(values) > 1

    def one(g: Any, out: Any, packed: Any) -> Parts:
        """All gradients for one upstream gradient; checked."""
        inputs = tuple(as_tensor(x) for x in parts_of(packed))
        upstream = filled(g, values) if several else (g,)
        found = pull(tuple(as_tensor(u) for u in upstream), inputs)
        for i, (part, x) in enumerate(zip(found, inputs, strict=True)):
            if part is not None and np.shape(part) != x.shape:
                raise RuleError(
                    f"the gradient function of {name_of(f)} returned shape {np.shape(part)} for argument {i}; "
                    f"expected the argument's own shape {x.shape}"
                )
        if open_recordings.get():
            return Parts(found)
        return Parts([raw(part) for part in found])

    def rule(g: Any, out: Any, packed: Any) -> Parts:
        """`one`, for each of a stack of upstream gradients."""
        i, u = next(iter(g.items())) if several else (0, g)
        stack = np.shape(u)[: np.ndim(u) - np.ndim(values[i])]
        if not stack:
            return one(g, out, packed)
        rows = [
            one(Parts.joined(operator.itemgetter(k), g) if several else g[k], out, packed) for k in np.ndindex(*stack)
        ]
        return Parts.joined(lambda *column: np.stack(column).reshape(stack + np.shape(column[0])), *rows)

    return rule
