"""Functions of functions: derivatives without a tape in sight."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

from autograd.derivative_array import DerivativeArray
from autograd.families import converted, is_complex, ones_like, zeros_like
from autograd.forward import forward
from autograd.graph import Recording, note_cut, open_recordings, opened, raw, recordings_for
from autograd.holomorphic import conjugated, dtype_of, of_columns, units
from autograd.leaving import warn_of_cuts, where_lost
from autograd.nest import leaves, mapped, named_leaves
from autograd.ops.elementwise import identity
from autograd.reverse import backward
from autograd.tape import Tape
from autograd.tensor import Tensor


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that gives the gradient of a scalar function.

    argnums: the positional argument to differentiate with respect to, or several of them. Each is any nested structure
        of tensors, arrays and Python floats, and its gradient has the same structure. None in it stays None.
    has_aux: `f` returns a tuple (value, anything else), and the gradient function returns (gradient, anything else).

    Where the arguments to differentiate with respect to are NumPy arrays and no tape is open, the gradients are NumPy
    arrays, as SciPy needs them; else they are tensors. So it is of `value_and_grad`, `jacobian`, `hessian` and `hvp`.

    The gradient with respect to a complex argument is conjugated, as `Tape.gradient` has it: of |z|² it is 2z.
    TypeError if `f` returns something else than a real scalar, or if an argument is not of floats.

    A value that leaves the recording by float(), math.exp() or the like is a constant, and gives a warning with its
    line. NoDerivativeError is raised if a value is stored into a NumPy array.

    >>> grad(lambda x: x**3)(2.0)
    Tensor(12.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    Tensor(12.0)
    >>> grad(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([ 3., 12.])
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
    """Return a function that gives the pair (value, gradient), otherwise as `grad`.

    >>> value_and_grad(lambda x: x**3)(2.0)
    (Tensor(8.0), Tensor(12.0))
    """

    @_named(f)
    def both(*args: Any, **kwargs: Any) -> Any:
        chosen = _positions(argnums, len(args))
        given = [args[i] for i in chosen]
        args = tuple(_fresh(arg, f"argument {i}") if i in chosen else arg for i, arg in enumerate(args))
        trees = [args[i] for i in chosen]
        sources = _tensors(trees)
        with Tape(watch_accessed_variables=False) as t:
            t.watch(sources)
            value = f(*args, **kwargs)
            y = _scalar(_pair(value)[0] if has_aux else value, "grad")
            warn_of_cuts(t, y)
        gradients = _as_given(_nested(t.gradient(y, sources, unconnected_gradients="zero"), trees), given)
        return value, tuple(gradients) if isinstance(argnums, Sequence) else gradients[0]

    return both


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: str | None = None) -> Callable[..., Any]:
    """Return a function that gives the Jacobian of a function: shape y.shape + x.shape.

    argnums: the positional argument to differentiate with respect to, or several, which give a tuple of Jacobians.
    mode: "reverse" (all rows in one batched sweep), "forward" (a sweep per element of x), or None: forward where
        x has few elements and y has many, reverse otherwise. Both give the same Jacobian.

    Complex numbers: with respect to a real x, the Jacobian of a complex y is the complex dy/dx. With respect to a
    complex x, each row of the Jacobian of a real y is its gradient, as `grad` gives it. The Jacobian of a complex y is
    the derivative dy/dx of a holomorphic function: NoDerivativeError if `f` is not holomorphic there.

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
            if args[i] is None:
                raise TypeError(f"jacobian got None as argument {i}; expected one tensor")
        given = [args[i] for i in chosen]
        args = tuple(_fresh(arg, f"argument {i}") if i in chosen else arg for i, arg in enumerate(args))
        sources = [args[i] for i in chosen]
        with Tape(watch_accessed_variables=False) as t:
            t.watch(sources)
            y = f(*args, **kwargs)
            if not isinstance(y, Tensor):
                cuts = [cut for cut in t.cuts if cut.what != "stop_gradient"]
                if cuts or not _is_number(y):
                    how = where_lost(cuts) if cuts else "join several with np.stack, or use ag.jvp or ag.vjp"
                    got = type(y).__name__
                    raise TypeError(f"jacobian got a function that returns {got}; expected one tensor; {how}")
                y = Tensor(y)
            warn_of_cuts(t, y)
        size = sum([x.size for x in sources])
        if (mode or ("forward" if 8 * size < y.size else "reverse")) == "reverse" or not size:
            found = t.jacobian(y, sources, unconnected_gradients="zero")
        else:
            with _unlocking(t):
                found = [_by_columns(t, y, x) for x in sources]
        found = _as_given(found, given)
        return tuple(found) if isinstance(argnums, Sequence) else found[0]

    return jacobian_of


def _by_columns(t: Tape, y: Tensor, x: Tensor) -> Any:
    """The Jacobian by a forward sweep for each element of `x`, two if it is complex."""
    dtype = dtype_of(y, x)
    columns = [_tangent(forward(t.nodes, [(x, _seed(unit, x))], [y])[0], y) for unit in units(x.shape, x.dtype)]
    if not columns:
        return Tensor(np.zeros((*y.shape, *x.shape), dtype))
    found: Any = np.moveaxis(of_columns(np.stack(columns), y, x), 0, -1).reshape(y.shape + x.shape)
    return _tangent(found if found.dtype == dtype else found.astype(dtype), y)


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Return a function that gives the second derivatives of a scalar function: shape x.shape + x.shape.

    argnums: the one positional argument to differentiate with respect to, a single tensor.

    The Hessian with respect to a complex argument is the Jacobian of the gradient: NoDerivativeError where that is not
    holomorphic, as that of |z|⁴. `hvp` gives its products with vectors.
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
    """Return the Hessian of a scalar function at `primal`, times `tangent`.

    It is how the gradient changes along `tangent`: forward over reverse mode, and no Hessian is built.

    primal, tangent: tensors or arrays of one shape, or nested structures of them; so is the result.
    args: further arguments of `f`, which are constants.

    >>> hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.ones(2)).tolist()
    [6.0, 12.0]
    """
    x = _fresh(primal, "primal")
    sources = _tensors(x)
    recording = Recording()
    for source in sources:
        recording.follow(source)
    with opened(recording):
        y = _scalar(f(x, *args), "hvp")
        warn_of_cuts(recording, y)
        gradients = backward(list(recording.nodes), [(y, ones_like(y))], sources)
    found = [g for g in gradients if g is not None]
    with _unlocking(recording):
        moved = iter(forward(recording.nodes, _seeds("hvp", tangent, x), found) if found else [])
    products = [None if g is None else conjugated(next(moved)) for g in gradients]
    found = [_tangent(p, s) for p, s in zip(products, sources, strict=True)]
    return _as_given(found, [primal])[0] if isinstance(x, Tensor) else _nested(found, x)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Return `f(*primals)`, and the function that pulls a cotangent of it back to one for each argument: g ↦ Jᵀg.

    Of complex numbers it is g ↦ conj(J)ᵀg, as `Tape.gradient` with these `output_gradients`; with respect to a real
    argument, the real part of it.

    >>> y, pull = vjp(lambda x, w: x * w, 2.0, 3.0)
    >>> pull(1.0)
    (Tensor(3.0), Tensor(2.0))
    """
    args = [_fresh(x, f"primal {i}") for i, x in enumerate(primals)]
    sources = _tensors(args)
    tape = Tape(persistent=True)
    with tape:
        tape.watch(sources)
        y = f(*args)
        warn_of_cuts(tape, y)
    targets = mapped(_target, _numbers(y, "vjp"))

    def pull(g: Any) -> tuple[Any, ...]:
        found = tape.gradient(targets, sources, output_gradients=g, unconnected_gradients="zero")
        return tuple(_nested(found, args))

    return y, pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Return `f(*primals)`, and how it changes when the arguments move along the tangents: t ↦ Jt, in forward mode.

    primals, tangents: lists or tuples with one entry for each argument of `f`, each tangent in its primal's shape, or
        in its structure. The tangent of a real primal is real.

    >>> jvp(lambda x, w: x * w, [2.0, 3.0], [1.0, 0.0])
    (Tensor(6.0), Tensor(3.0))
    """
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, list | tuple):
            raise TypeError(
                f"jvp got {type(given).__name__} as {name}; expected a list or tuple with one entry for each argument "
                f"of the function. Write ag.jvp(f, [x], [t])"
            )
    if len(primals) != len(tangents):
        raise ValueError(f"jvp got {len(primals)} primals and {len(tangents)} tangents; expected one for each")
    y, push = linearize(f, *primals)
    return y, push(*tangents)


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """Return `f(*primals)`, and its derivative there as a linear function of the tangents.

    `f` runs once, and the forward sweep for each call of that function.

    >>> y, push = linearize(lambda x: np.sin(x) * 2, 0.0)
    >>> push(1.0), push(10.0)
    (Tensor(2.0), Tensor(20.0))
    """
    args = [_fresh(x, f"primal {i}") for i, x in enumerate(primals)]
    recording = Recording()
    for source in _tensors(args):
        recording.follow(source)
        recording.hold(source)
    with opened(recording):
        y = _numbers(f(*args), "jvp")
        warn_of_cuts(recording, y)

    def push(*tangents: Any) -> Any:
        recording.check_unchanged()
        results = _tensors(y)
        try:
            seeds = _seeds("jvp", list(tangents), args)
            found = forward(recording.nodes, seeds, results)
        except BaseException:
            recording.unlock_after_error()
            raise
        return _nested([_tangent(t, leaf) for t, leaf in zip(found, results, strict=True)], y)

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


def _positions(argnums: Any, count: int) -> list[int]:
    """The positional arguments that `argnums` names; negative ones count from the end."""
    named = [operator.index(n) for n in (argnums if isinstance(argnums, Sequence) else [argnums])]
    for n in named:
        if not -count <= n < count:
            raise ValueError(
                f"argnums names argument {n}, and the function was called with {count} positional arguments; "
                f"pass by position, not by keyword, what to differentiate with respect to"
            )
    return [n % count for n in named]


def _fresh(tree: Any, name: str) -> Any:
    """The same values under new identities, still connected to the tapes outside; `name` is for the error."""
    try:
        return mapped(_differentiable, tree)
    except TypeError:
        for place, leaf in named_leaves(tree, name):
            try:
                _differentiable(leaf)
            except TypeError as error:
                raise type(error)(f"{place}: {error}") from None
        raise


def _differentiable(x: Any) -> Any:
    """`x` as a new tensor; a Python integer counts as the float it stands for, and None as nothing."""
    if x is None:
        return None
    x = identity(x if isinstance(x, Tensor) else Tensor(float(x) if type(x) is int else x))
    if x.dtype.kind not in "fc":
        raise TypeError(
            f"got dtype {x.dtype} to differentiate with respect to; expected floats, as x.astype(float). "
            f"Give what is to be held fixed as another argument, which argnums leaves out"
        )
    return x


def _as_given(found: list[Any], given: list[Any]) -> list[Any]:
    """The derivatives as arrays, where plain arrays went in and nothing records; else as they are."""
    if not all([_is_array(x) for x in given]) or any([not r.observes and not r.closed for r in open_recordings.get()]):
        return found
    values = [raw(x) for x in found]
    return [v.as_derivative() if hasattr(v, "as_derivative") else DerivativeArray.of(v) for v in values]


_ARRAYS = (np.ndarray, np.generic)


def _is_array(x: Any) -> bool:
    """Whether `x` is an array or number of NumPy's, or stands for one in a function that is compiled."""
    if type(x) is float or isinstance(x, Tensor):
        return False  # the usual case but for arrays
    return isinstance(x, _ARRAYS) or (hasattr(x, "as_derivative") and hasattr(x.value, "dtype"))


def _tensors(tree: Any) -> list[Any]:
    """The leaves that can carry a derivative: all but None, which is an empty structure."""
    if _is_flat(tree):
        return list(tree)
    return [leaf for leaf in leaves(tree) if leaf is not None]


def _nested(found: Sequence[Any], tree: Any) -> Any:
    """What belongs to each of the `_tensors` of a structure, in its place."""
    if _is_flat(tree):
        return list(found)
    each = iter(found)
    return mapped(lambda leaf: None if leaf is None else next(each), tree)


def _is_flat(tree: Any) -> bool:
    """Whether a structure is a list of tensors, as arguments nearly always are; so there is nothing to walk."""
    return type(tree) is list and all([isinstance(x, Tensor) for x in tree])


def _seeds(asked: str, tangent: Any, primal: Any) -> list[tuple[Tensor, Any]]:
    """Each tensor of a structure with its tangent, which may be a list where the primal is an array."""
    if isinstance(primal, Tensor):
        return [(primal, _seed(tangent, primal, asked))]
    if primal is None and tangent is None:
        return []
    if isinstance(primal, dict):
        keys, fits = list(primal), isinstance(tangent, dict) and tangent.keys() == primal.keys()
    else:
        keys = list(range(len(primal or ())))
        fits = primal is not None and isinstance(tangent, list | tuple) and len(tangent) == len(primal)
    if not fits:
        raise ValueError(
            f"{asked} got a tangent {tangent!r:.60} for a {type(primal).__name__}; expected the same nesting"
        )
    return [seed for key in keys for seed in _seeds(asked, tangent[key], primal[key])]


def _seed(t: Any, x: Tensor, asked: str = "jvp") -> Any:
    """A tangent in the shape and dtype of its primal; a tensor only where someone records."""
    if t is None or isinstance(t, str):
        raise TypeError(
            f"{asked} got {t!r:.60} as the tangent of a primal of shape {x.shape}; expected numbers of that shape, "
            f"zeros for an argument that does not move"
        )
    shape = np.shape(t)
    if shape != x.shape:
        raise ValueError(
            f"{asked} got a tangent of shape {shape} for a primal of shape {x.shape}; expected the same shape"
        )
    if not is_complex(x.value) and np.iscomplexobj(raw(t)):
        raise TypeError(
            f"{asked} got a complex tangent for a primal of dtype {x.dtype}; expected a real one. A real argument "
            f"moves along real numbers only: make the primal complex, or take np.real(...) of the tangent"
        )
    if isinstance(t, Tensor) and recordings_for([t]):
        return t
    t = t.value if isinstance(t, Tensor) else t
    return float(t) if type(x.value) is float else converted(t, x.dtype)


def _is_number(y: Any) -> bool:
    """Whether `y` is a number or an array of numbers, which is a constant where a tensor is asked for."""
    if hasattr(y, "dtype"):
        return y.dtype.kind in "fciu"
    return isinstance(y, float | int | complex) and not isinstance(y, bool)


def _numbers(y: Any, asked: str) -> Any:
    """The result of a function, if it is nothing but tensors, numbers and None."""
    for place, leaf in named_leaves(y, "its result"):
        if not (leaf is None or isinstance(leaf, Tensor | bool | np.ndarray) or _is_number(leaf)):
            raise TypeError(
                f"{asked} got a function that returns {type(leaf).__name__} as {place}; expected tensors, or a nested "
                f"structure of them"
            )
    return y


def _target(leaf: Any) -> Tensor:
    """A part of a result as what a tape differentiates; a constant has no derivative, and None counts as one."""
    return leaf if isinstance(leaf, Tensor) else Tensor(0.0 if leaf is None else leaf)


def _pair(value: Any) -> tuple[Any, Any]:
    """What a function returned with has_aux=True, if it is a pair."""
    if not isinstance(value, tuple) or len(value) != 2:
        got = f"a tuple of {len(value)}" if isinstance(value, tuple) else type(value).__name__
        raise TypeError(f"has_aux=True got a function that returns {got}; expected a tuple of two: (value, aux)")
    return value


def _scalar(y: Any, asked: str) -> Tensor:
    """What a function returned as a real scalar; a plain number is one that does not depend on the arguments."""
    if not isinstance(y, Tensor):
        if not _is_number(y):
            raise TypeError(
                f"{asked} got a function that returns {type(y).__name__}; expected a scalar"
                + (". If it returns (value, aux), say has_aux=True" if isinstance(y, tuple) else "")
            )
        y = Tensor(y)
    if y.shape != ():
        raise TypeError(
            f"{asked} got a function that returns shape {y.shape}; expected a scalar. Reduce it, e.g. with np.sum"
        )
    if is_complex(y.value):
        raise TypeError(
            f"{asked} got a function that returns a complex number; expected a real one. Take np.real(y), np.imag(y) "
            f"or np.abs(y); for the derivative dy/dz of a holomorphic function use ag.jacobian"
        )
    return y


def _tangent(t: Any, y: Any) -> Tensor:
    if t is None:
        return Tensor(zeros_like(y))
    return t if isinstance(t, Tensor) else Tensor(t)
