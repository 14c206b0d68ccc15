"""Functions of functions: derivatives without a tape in sight."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

from autograd.families import converted, ones_like, zeros_like
from autograd.forward import forward
from autograd.graph import Cut, Recording, note_cut, open_recordings, opened, raw, warn
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

    A value that leaves the recording by float(), math.exp() or the like is a constant, and gives a warning with its
    line. NoDerivativeError is raised if a value is stored into a NumPy array.

    >>> grad(lambda x: x**3)(2.0)
    Tensor(12.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    Tensor(12.0)
    """
    both = value_and_grad(f, argnums, has_aux)

    @_named(f)
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

    @_named(f)
    def both(*args: Any, **kwargs: Any) -> Any:
        chosen = _positions(argnums, len(args))
        args = tuple(_fresh(arg) if i in chosen else arg for i, arg in enumerate(args))
        sources = [args[i] for i in chosen]
        with Tape(watch_accessed_variables=False) as t:
            t.watch(sources)
            value = f(*args, **kwargs)
            y = _scalar(value[0] if has_aux else value)
            _warn_of_cuts(t, y)
        gradients = t.gradient(y, sources, unconnected_gradients="zero")
        return value, tuple(gradients) if isinstance(argnums, Sequence) else gradients[0]

    return both


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: str | None = None) -> Callable[..., Any]:
    """The Jacobian of a function by a tensor argument, as a function: shape y.shape + x.shape.

    argnums: which positional argument to differentiate by, or several, which give a tuple of Jacobians.
    mode: "reverse" (all rows in one batched sweep), "forward" (a sweep per element of x), or None: forward where
        x has few elements and y has many, reverse otherwise.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if mode not in (None, "reverse", "forward"):
        raise ValueError(f'jacobian got mode={mode!r}; expected "reverse", "forward" or None')

    @_named(f)
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        chosen = _positions(argnums, len(args))
        for i in chosen:
            if isinstance(args[i], dict | list | tuple):
                raise TypeError(
                    f"jacobian got a {type(args[i]).__name__} as argument {i}; expected one tensor. "
                    f"Give its entries as arguments, named by argnums=(0, 1), or join them with np.concatenate"
                )
        args = tuple(_fresh(arg) if i in chosen else arg for i, arg in enumerate(args))
        sources = [args[i] for i in chosen]
        with Tape(watch_accessed_variables=False) as t:
            t.watch(sources)
            y = f(*args, **kwargs)
            if not isinstance(y, Tensor):
                cuts = [cut for cut in t.cuts if cut.what != "stop_gradient"]
                lost = f"; {_lost(cuts)}" if cuts else ""
                raise TypeError(f"jacobian got a function that returns {type(y).__name__}; expected one tensor{lost}")
            _warn_of_cuts(t, y)
        size = sum([x.size for x in sources])
        if (mode or ("forward" if 8 * size < y.size else "reverse")) == "reverse" or not size:
            found = t.jacobian(y, sources, unconnected_gradients="zero")
        else:
            with _unlocking(t):
                found = [_by_columns(t, y, x) for x in sources]
        return tuple(found) if isinstance(argnums, Sequence) else found[0]

    return jacobian_of


def _by_columns(t: Tape, y: Tensor, x: Tensor) -> Any:
    """The Jacobian by a forward sweep for each element of `x`."""
    units = np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
    columns = [_tangent(forward(t.nodes, [(x, _seed(unit, x))], [y])[0], y) for unit in units]
    stacked: Any = np.stack(columns, axis=-1) if columns else np.zeros((*y.shape, 0), x.dtype)
    return _tangent(stacked.reshape(y.shape + x.shape), y)


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The second derivatives of a scalar function by one tensor argument: shape x.shape + x.shape.

    TypeError for several arguments or a nested one, which have a Hessian for each pair of tensors; `hvp` takes those.

    >>> hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    if isinstance(argnums, Sequence):
        raise TypeError(
            f"hessian got argnums={argnums!r}; expected one argument. Write ag.jacobian(ag.grad(f, i), {argnums!r}) "
            f"for the derivatives of the gradient by argument i, or ag.hvp for the product with a vector"
        )
    return jacobian(grad(f, argnums), argnums, mode="reverse")


def hvp(f: Callable[..., Any], primal: Any, tangent: Any, *args: Any) -> Any:
    """The Hessian of a scalar function at `primal`, times `tangent`: forward over reverse, no Hessian is built.

    primal, tangent: tensors or arrays of one shape, or nested structures of them; so is the result.
    args: further arguments of `f`, which are constants.

    >>> hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.ones(2)).tolist()
    [6.0, 12.0]
    """
    x = _fresh(primal)
    sources = list(leaves(x))
    recording = Recording()
    for source in sources:
        recording.follow(source)
    with opened(recording):
        y = _scalar(f(x, *args))
        _warn_of_cuts(recording, y)
        gradients = backward(list(recording.nodes), [(y, ones_like(y))], sources)
    found = [g for g in gradients if g is not None]
    with _unlocking(recording):
        moved = iter(forward(recording.nodes, _seeds("hvp", tangent, x), found) if found else [])
    products = iter([_tangent(None if g is None else next(moved), s) for g, s in zip(gradients, sources, strict=True)])
    return mapped(lambda _: next(products), x)


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
        _warn_of_cuts(tape, y)

    def pull(g: Any) -> tuple[Any, ...]:
        return tuple(tape.gradient(y, sources, output_gradients=g, unconnected_gradients="zero"))

    return y, pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """`f(*primals)`, and how it changes when the arguments move along the tangents: t ↦ Jt, in forward mode.

    primals, tangents: as many of one as of the other, each tangent in its primal's shape, or in its structure.

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
    sources = [_fresh(x) for x in primals]
    recording = Recording()
    for source in leaves(sources):
        recording.follow(source)
        recording.hold(source)
    with opened(recording):
        y = f(*sources)
        _warn_of_cuts(recording, y)

    def push(*tangents: Any) -> Any:
        recording.check_unchanged()
        try:
            seeds = _seeds("jvp", list(tangents), sources)
            found = iter(forward(recording.nodes, seeds, list(leaves(y))))
        except BaseException:
            recording.unlock_after_error()
            raise
        return mapped(lambda leaf: _tangent(next(found), leaf), y)

    return y, push


def stop_gradient(x: Any) -> Tensor:
    """The value of `x` as a constant: no derivative flows through.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    Tensor(3.0)
    """
    if isinstance(x, Tensor):
        note_cut(x.current(), "stop_gradient")
    return Tensor(raw(x))


def _named(f: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a function made of `f` its name, docstring and signature, and none of its attributes."""
    return wraps(f, updated=())


@contextmanager
def _unlocking(recording: Recording) -> Iterator[None]:
    """Give all arrays back at the end: what runs inside is the last to use the recording."""
    try:
        yield
    finally:
        recording.unlock()


def _warn_of_cuts(recording: Recording, y: Any) -> None:
    """Warn of values that left the recording as numbers before the result `y` was computed."""
    cuts = [cut for cut in recording.cuts if cut.what in _NUMBERS]
    if not cuts:
        return
    results = {id(leaf.current() if isinstance(leaf, Tensor) else leaf) for leaf in leaves(y)}
    count = len(recording.nodes)
    if results & recording.known:
        # What leaves after the result was computed, to be printed for example, has no influence on it.
        last = next((i for i in reversed(range(count)) if id(recording.nodes[i].out) in results), -1)
        cuts = [cut for cut in cuts if cut.position <= last]
        effect = "a part of the gradient is lost"
    else:
        effect = "the gradient is zero"
    if cuts:
        warn(f"{effect}, since {_lost(cuts)}")


_NUMBERS = ("conversion to a Python number", "tolist()")  # numpy() has warned by itself


def _lost(cuts: Sequence[Cut]) -> str:
    """Say where values left the recording, and what to write instead."""
    places = ", ".join(dict.fromkeys([f"{cut.what} ({cut.where[0]}:{cut.where[1]})" for cut in cuts]))
    return (
        f"a tensor left the recording here: {places}. Instead of math.exp(t), write np.exp(t); instead of float(t), t; "
        f"instead of a list of numbers, np.stack([...]) or ag.array([...]). Say ag.stop_gradient(t) if a constant is "
        f"meant"
    )


def _positions(argnums: Any, count: int) -> list[int]:
    """The positional arguments that `argnums` names; negative ones count from the end."""
    named = [operator.index(n) for n in (argnums if isinstance(argnums, Sequence) else [argnums])]
    for n in named:
        if not -count <= n < count:
            raise ValueError(
                f"argnums names argument {n}, and the function was called with {count} positional arguments; "
                f"pass by position, not by keyword, what is to be differentiated by"
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


def _seeds(asked: str, tangent: Any, primal: Any) -> list[tuple[Tensor, Any]]:
    """Each tensor of a structure with its tangent, which may be a list where the primal is an array."""
    if isinstance(primal, Tensor):
        return [(primal, _seed(tangent, primal, asked))]
    if isinstance(primal, dict):
        keys, fits = list(primal), isinstance(tangent, dict) and tangent.keys() == primal.keys()
    else:
        keys, fits = list(range(len(primal))), isinstance(tangent, list | tuple) and len(tangent) == len(primal)
    if not fits:
        raise ValueError(
            f"{asked} got a tangent {tangent!r:.60} for a {type(primal).__name__}; expected the same nesting"
        )
    return [seed for key in keys for seed in _seeds(asked, tangent[key], primal[key])]


def _seed(t: Any, x: Tensor, asked: str = "jvp") -> Any:
    """A tangent in the shape and dtype of its primal; a tensor only where someone records."""
    shape = np.shape(t)
    if shape != x.shape:
        raise ValueError(
            f"{asked} got a tangent of shape {shape} for a primal of shape {x.shape}; expected the same shape"
        )
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
