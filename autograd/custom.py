"""Derivatives of one's own: `custom_gradient`, `custom_jvp`, and `checkpoint`, which computes twice to store less."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd.bundle import Parts, filled, pack, parts_of
from autograd.errors import RuleError, TapeError
from autograd.families import is_complex
from autograd.graph import Recording, Value, only, open_recordings
from autograd.holomorphic import conjugated
from autograd.ops.elementwise import identity
from autograd.primitive import Primitive
from autograd.tape import Tape
from autograd.tensor import Tensor

Pull = Callable[[tuple[Any, ...], tuple[Any, ...]], Sequence[Any]]


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function a derivative rule of its own, as TensorFlow's decorator of this name does.

    f: returns its result (a tensor, or a tuple of them) and a function that takes the upstream gradient of each
        result and returns the gradient of each positional argument (None for one that has none). Both may use any
        tensor of f; the rule is itself differentiable. Gradients of complex numbers are conjugated, as TensorFlow has
        them: the rule of z² is upstream * 2 * conj(z). Variables that f reads without being given them count as
        constants.

    RuleError if the rule returns too few or too many gradients, or one of another shape than its argument.

    >>> import autograd as ag
    >>> @custom_gradient
    ... def log1pexp(x):
    ...     e = np.exp(x)
    ...     return np.log1p(e), lambda upstream: upstream * (1 - 1 / (1 + e))
    >>> ag.grad(log1pexp)(100.0)
    Tensor(1.0)
    """

    @wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        args = tuple(x if isinstance(x, Tensor) else Tensor(x) for x in args)
        returned = f(*args, **kwargs)
        if not isinstance(returned, tuple) or len(returned) != 2 or not callable(returned[1]):
            raise TypeError(f"{_name(f)} returned {type(returned).__name__}; expected (result, gradient function)")
        y, rule = returned

        def pull(upstream: tuple[Any, ...], inputs: tuple[Any, ...]) -> Sequence[Any]:
            found = rule(*upstream)
            return found if isinstance(found, list | tuple) else [found]

        return _recorded(_name(f), args, y, pull)

    return wrapped


def custom_jvp(f: Callable[..., Any], rule: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function a forward rule of its own; reverse mode is derived from it.

    f: a function of positional tensors that returns a tensor.
    rule: rule(primals, tangents), with a list of each, returns the tangent of the result. It must be linear in the
        tangents, and written in NumPy.

    >>> import autograd as ag
    >>> cube = custom_jvp(lambda x: x * x * x, lambda primals, tangents: 3 * primals[0] ** 2 * tangents[0])
    >>> ag.grad(cube)(2.0), ag.jvp(cube, [2.0], [10.0])[1]
    (Tensor(12.0), Tensor(120.0))
    """

    @wraps(f)
    def wrapped(*args: Any) -> Any:
        args = tuple(x if isinstance(x, Tensor) else Tensor(x) for x in args)
        with only(()):
            y = f(*args)

        def pull(upstream: tuple[Any, ...], inputs: tuple[Any, ...]) -> Sequence[Any]:
            """The rule is linear in the tangents, so its gradient by them is its transpose, wherever it is taken."""
            tangents = [Tensor(np.zeros_like(x.value) if x.shape else 0j if is_complex(x) else 0.0) for x in inputs]
            with Tape() as t:
                t.watch(tangents)
                moved = rule(list(inputs), tangents)
            g = upstream[0]
            if is_complex(g) and not is_complex(moved):  # a complex result that moves along real numbers only
                g = np.real(g)
            found: list[Any] = t.gradient(moved, tangents, output_gradients=g)
            return found

        def push(op: Primitive, tangents: list[Any], y: Any, inputs: Any, params: dict[str, Any]) -> Any:
            primals = parts_of(inputs[0])
            return rule(list(primals), list(filled(tangents[0], primals)))

        return _recorded(_name(f), args, y, pull, push)

    return wrapped


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but what it computes on the way is computed again in the backward sweep instead of stored.

    Saves the memory of f's intermediate values for one more evaluation of f. Gradients flow to the positional
    arguments and to every trainable variable that f reads. TapeError if such a variable was assigned to in between,
    since f would then be computed from another value.

    >>> import autograd as ag
    >>> ag.grad(checkpoint(lambda x: np.sin(np.sin(x))))(0.0)
    Tensor(1.0)
    """

    @wraps(f)
    def wrapped(*args: Any) -> Any:
        args = tuple(x if isinstance(x, Tensor) else Tensor(x) for x in args)
        reader = _Reader()
        with only((reader,)):
            y = f(*[Tensor(x.value) for x in args])  # so that only what f reads by itself is noted
        variables = list(reader.variables)
        read = [v.reading(()) for v in variables]

        def pull(upstream: tuple[Any, ...], inputs: tuple[Any, ...]) -> Sequence[Any]:
            if any(v.value is not r.value for v, r in zip(variables, read, strict=True)):
                raise TapeError(
                    f"a variable that the checkpointed {_name(f)} reads was assigned to between the forward and the "
                    f"backward pass; take the gradient before the update"
                )
            fresh = [identity(x) for x in inputs[: len(args)]]
            with Tape() as t:
                t.watch([x for x in fresh if x.dtype.kind in "fc"])
                again = f(*fresh)
            seeds = list(upstream) if isinstance(again, tuple) else upstream[0]
            found: list[Any] = t.gradient(again, [*fresh, *variables], output_gradients=seeds)
            return found

        return _recorded(_name(f), (*args, *variables), y, pull)

    return wrapped


class _Reader(Recording):
    """Notes which trainable variables are read, and records nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: dict[Any, None] = {}

    def saw(self, variable: Value, reading: Value) -> None:
        """Remember a trainable variable, in order of first use."""
        if getattr(variable, "trainable", False):
            self.variables.setdefault(variable)


def _recorded(name: str, args: tuple[Any, ...], y: Any, pull: Pull, push: Any = None) -> Any:
    """`y` as computed from `args` by one node whose rule is `pull(upstream, inputs)`, called with tensors."""
    several = isinstance(y, tuple)
    results = y if several else (y,)
    for result in results:
        if not isinstance(result, Tensor):
            raise TypeError(
                f"{name} returned {type(result).__name__} as its result; expected a tensor or a tuple of them"
            )

    def one(g: Any, out: Any, packed: Any) -> Parts:
        """All gradients for one upstream gradient; checked."""
        inputs = tuple(x if isinstance(x, Tensor) else Tensor(x) for x in parts_of(packed))
        upstream = [conjugated(u) for u in (filled(g, [r.value for r in results]) if several else (g,))]
        found = pull(tuple(u if isinstance(u, Tensor) else Tensor(u) for u in upstream), inputs)
        if len(found) != len(inputs):
            raise RuleError(
                f"the gradient function of {name} returned {len(found)}; expected {len(inputs)}, one for each argument"
            )
        for i, (part, x) in enumerate(zip(found, inputs, strict=True)):
            if part is not None and np.shape(part) != x.shape:
                raise RuleError(
                    f"the gradient function of {name} returned shape {np.shape(part)} for argument {i}; "
                    f"expected the argument's own shape {x.shape}"
                )
        found = [conjugated(part) for part in found]
        if open_recordings.get():
            return Parts(found)
        return Parts(part.value if isinstance(part, Tensor) else part for part in found)

    def rule(g: Any, out: Any, packed: Any) -> Parts:
        """`one`, for each of a stack of upstream gradients."""
        i, u = next(iter(g.items())) if several else (0, g)
        stack = np.shape(u)[: np.ndim(u) - results[i].ndim]
        if not stack:
            return one(g, out, packed)
        rows = [
            one(Parts.joined(operator.itemgetter(k), g) if several else g[k], out, packed) for k in np.ndindex(*stack)
        ]
        return Parts.joined(lambda *column: np.stack(column).reshape(stack + np.shape(column[0])), *rows)

    values = tuple(result.value for result in results)
    packed = pack(*args)
    out = Primitive(name, lambda _: values if several else values[0], [rule], push=push)(packed)
    return parts_of(out) if several else out


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", type(f).__name__)
