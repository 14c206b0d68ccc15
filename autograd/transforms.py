"""Functions of functions: derivatives without a tape in sight."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.families import converted, ones_like, zeros_like
from autograd.forward import forward
from autograd.graph import Recording, note_cut, only, open_recordings
from autograd.nest import leaves, mapped
from autograd.ops.elementwise import identity
from autograd.reverse import backward
from autograd.tape import Tape
from autograd.tensor import Tensor


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The gradient of a scalar function, as a function of the same arguments.

    argnums: which positional argument to differentiate by, or several; each may be any nested structure of tensors,
        arrays and Python floats, and its gradient has the same structure.
    has_aux: `f` returns (value, anything else), and the gradient function returns (gradient, anything else).

    >>> grad(lambda x: x**3)(2.0)
    Tensor(12.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    Tensor(12.0)
    """
    both = value_and_grad(f, argnums, has_aux)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, result = both(*args, **kwargs)
        return (result, value[1]) if has_aux else result

    return gradient


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `grad`, but the function gives the pair (value, gradient).

    >>> value_and_grad(lambda x: x**3)(2.0)
    (Tensor(8.0), Tensor(12.0))
    """

    def both(*args: Any, **kwargs: Any) -> Any:
        chosen = _positions(argnums, len(args))
        args = tuple(_fresh(arg) if i in chosen else arg for i, arg in enumerate(args))
        sources = [args[i] for i in chosen]
        with Tape(watch_accessed_variables=False) as t:
            t.watch(sources)
            value = f(*args, **kwargs)
        y = value[0] if has_aux else value
        gradients = t.gradient(_scalar(y), sources, unconnected_gradients="zero")
        return value, tuple(gradients) if isinstance(argnums, Sequence) else gradients[0]

    return both


def jacobian(f: Callable[..., Any], argnums: int = 0, mode: str | None = None) -> Callable[..., Any]:
    """The Jacobian of a function of one tensor argument, as a function: shape y.shape + x.shape.

    argnums: which positional argument to differentiate by.
    mode: "reverse" (all rows in one batched sweep), "forward" (a sweep per element of x), or None: forward where
        x has few elements and y has many, reverse otherwise.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if mode not in (None, "reverse", "forward"):
        raise ValueError(f'jacobian got mode={mode!r}; expected "reverse", "forward" or None')

    def jacobian_of(*args: Any, **kwargs: Any) -> Tensor:
        (position,) = _positions(argnums, len(args))
        x = _fresh(args[position])
        if not isinstance(x, Tensor):
            raise TypeError(f"jacobian got a {type(x).__name__} as argument {position}; expected one tensor")
        with Tape(watch_accessed_variables=False) as t:
            t.watch(x)
            y = f(*args[:position], x, *args[position + 1 :], **kwargs)
        if not isinstance(y, Tensor):
            raise TypeError(f"jacobian got a function that returns {type(y).__name__}; expected one tensor")
        chosen = mode or ("forward" if 8 * x.size < y.size else "reverse")
        if chosen == "reverse" or not x.size:
            return t.jacobian(y, x, unconnected_gradients="zero")
        units = np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
        columns = [forward(t.nodes, [(x, _seed(unit, x))], [y])[0] for unit in units]
        columns = [_tangent(column, y) for column in columns]
        stacked: Any = np.stack(columns, axis=-1)
        return stacked.reshape(y.shape + x.shape)

    return jacobian_of


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The second derivatives of a scalar function of one tensor argument: shape x.shape + x.shape.

    >>> hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    return jacobian(grad(f, argnums), argnums, mode="reverse")


def hvp(f: Callable[..., Any], primal: Any, tangent: Any) -> Tensor:
    """The Hessian of a scalar function at `primal`, times `tangent`: forward over reverse, no Hessian is built.

    >>> hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.ones(2)).tolist()
    [6.0, 12.0]
    """
    x = _differentiable(primal)
    recording = Recording()
    recording.follow(x)
    with only((*open_recordings.get(), recording)):
        y = _scalar(f(x))
        (g,) = backward(list(recording.nodes), [(y, ones_like(y))], [x])
    moved = None if g is None else forward(recording.nodes, [(x, _seed(tangent, x))], [g])[0]
    return _tangent(moved, x)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """`f(*primals)`, and the function that pulls a cotangent of it back to one for each argument: g ↦ gJ.

    >>> y, pull = vjp(lambda x, w: x * w, 2.0, 3.0)
    >>> pull(1.0)
    (Tensor(3.0), Tensor(2.0))
    """
    sources = [_fresh(x) for x in primals]
    tape = Tape(persistent=True)
    with tape:
        tape.watch(sources)
        y = f(*sources)

    def pull(g: Any) -> tuple[Any, ...]:
        return tuple(tape.gradient(y, sources, output_gradients=g, unconnected_gradients="zero"))

    return y, pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """`f(*primals)`, and how it changes when the arguments move along the tangents: t ↦ Jt, in forward mode.

    primals, tangents: as many of one as of the other, each tangent in its primal's shape.

    >>> jvp(lambda x, w: x * w, [2.0, 3.0], [1.0, 0.0])
    (Tensor(6.0), Tensor(3.0))
    """
    if len(primals) != len(tangents):
        raise ValueError(f"jvp got {len(primals)} primals and {len(tangents)} tangents; expected one for each")
    y, push = linearize(f, *primals)
    return y, push(*tangents)


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """`f(*primals)`, and its derivative there as a linear function of the tangents: f runs once, the sweep each time.

    >>> y, push = linearize(lambda x: np.sin(x) * 2, 0.0)
    >>> push(1.0), push(10.0)
    (Tensor(2.0), Tensor(20.0))
    """
    sources = [_differentiable(x) for x in primals]
    recording = Recording()
    for source in sources:
        recording.follow(source)
        recording.hold(source)
    with only((*open_recordings.get(), recording)):
        y = f(*sources)

    def push(*tangents: Any) -> Any:
        seeds = [(x, _seed(t, x)) for x, t in zip(sources, tangents, strict=True)]
        found = iter(forward(recording.nodes, seeds, list(leaves(y))))
        return mapped(lambda leaf: _tangent(next(found), leaf), y)

    return y, push


def stop_gradient(x: Any) -> Tensor:
    """The value of `x` as a constant: no derivative flows through.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    Tensor(3.0)
    """
    if isinstance(x, Tensor):
        note_cut(x.current(), "stop_gradient")
    return Tensor(x)


def _positions(argnums: Any, count: int) -> list[int]:
    """The positional arguments that `argnums` names; negative ones count from the end."""
    named = [operator.index(n) for n in (argnums if isinstance(argnums, Sequence) else [argnums])]
    for n in named:
        if not -count <= n < count:
            raise ValueError(
                f"argnums names argument {n}, and the function was called with {count} positional arguments"
            )
    return [n % count for n in named]


def _fresh(tree: Any) -> Any:
    """The same values under new identities, still connected to the tapes outside."""
    return mapped(_differentiable, tree)


def _differentiable(x: Any) -> Tensor:
    """`x` as a tensor of its own; a Python integer counts as the float it stands for."""
    x = identity(x if isinstance(x, Tensor) else Tensor(float(x) if type(x) is int else x))
    if x.dtype.kind not in "fc":
        raise TypeError(f"got an argument of dtype {x.dtype} to differentiate by; expected floats, as x.astype(float)")
    return x


def _seed(t: Any, x: Tensor) -> Any:
    """A tangent in the shape and dtype of its primal; a tensor only where someone records."""
    shape = np.shape(t)
    if shape != x.shape:
        raise ValueError(f"jvp got a tangent of shape {shape} for a primal of shape {x.shape}; expected the same shape")
    if isinstance(t, Tensor) and open_recordings.get():
        return t
    t = t.value if isinstance(t, Tensor) else t
    return float(t) if type(x.value) is float else converted(t, x.dtype)


def _scalar(y: Any) -> Tensor:
    """What a function returned as a scalar; a plain number is one that does not depend on the arguments."""
    if isinstance(y, float | int | complex | np.number) and not isinstance(y, bool):
        return Tensor(y)
    if not isinstance(y, Tensor) or y.shape != ():
        got = f"shape {y.shape}" if hasattr(y, "shape") else type(y).__name__
        raise TypeError(f"got a function that returns {got}; expected a scalar. Reduce it, e.g. with np.sum")
    return y


def _tangent(t: Any, y: Any) -> Tensor:
    if t is None:
        return Tensor(zeros_like(y))
    return t if isinstance(t, Tensor) else Tensor(t)
