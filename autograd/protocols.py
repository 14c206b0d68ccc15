"""Which NumPy call runs which operation, for `__array_ufunc__` and `__array_function__`.

The table is read off the rows: a row that lists NumPy functions answers to them. Functions whose result carries
no derivative (comparisons, argmax, shapes) run on the plain arrays and give plain arrays. Everything else is
refused with a reason, because a gradient that is silently lost is worse than an error.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import autograd.ops  # noqa: F401  fills the registry
from autograd.errors import NoDerivativeError
from autograd.graph import Value, note_taken, open_recordings, raw, recordings_for
from autograd.nest import leaves, mapped
from autograd.ops import masked, scan
from autograd.ops.constant import constant_functions, refusals
from autograd.ops.special import is_scipys, row_for
from autograd.primitive import Primitive, check_kind, compositions, registry

operations: dict[Callable[..., Any], Primitive] = {
    function: primitive for primitive in registry.values() for function in primitive.numpy
}

# Compositions that give plain arrays themselves where their result is a count or a position.
_MIXED = frozenset({np.where, np.bincount, np.histogram})

# What a ufunc's reduce and accumulate are called when they are functions.
reductions: dict[np.ufunc, Callable[..., Any]] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logaddexp: masked.logaddexp_reduce,
}  # fmt: skip
# The method of x.at[index] that does what the method `at` of a ufunc does.
_updates: dict[np.ufunc, str] = {
    np.add: "add", np.subtract: "subtract", np.multiply: "multiply", np.divide: "divide",
    np.maximum: "max", np.minimum: "min",
}  # fmt: skip
accumulations: dict[np.ufunc, Callable[..., Any]] = {
    np.add: np.cumsum, np.multiply: np.cumprod, np.maximum: scan.cummax, np.minimum: scan.cummin,
    np.logaddexp: scan.logcumsumexp,
}  # fmt: skip


def call_ufunc(ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
    """What `np.ufunc(...)` does when an argument is a tensor."""
    if (out := options.pop("out", None)) is not None:
        return _written(ufunc, getattr(ufunc, method), inputs, options, out)
    if ufunc in constant_functions:
        if recordings := open_recordings.get():
            note_taken(recordings, ufunc, inputs, 3)
        return getattr(ufunc, method)(*plain_tree(inputs), **options)
    if method != "__call__":
        return _ufunc_method(ufunc, method, *inputs, **options)
    if ufunc in compositions:
        if _without_derivatives(inputs, options):
            return mapped(_tensor, ufunc(*plain_tree(inputs), **plain_tree(options)))
        return _compose(ufunc, inputs, options)
    if (row := operations.get(ufunc) or row_for(ufunc)) is None:
        raise unknown(ufunc)
    if (dtype := options.pop("dtype", None)) is not None:
        inputs = tuple([x.astype(dtype) if hasattr(x, "astype") else x for x in inputs])
    if "where" in options:
        raise without_where(ufunc)
    if options:
        raise NoDerivativeError(
            f"np.{ufunc.__name__}(..., {', '.join(options)}=) on a tensor has no derivative rule; the plain call "
            f"np.{ufunc.__name__}(...) has one."
        )
    return row(*inputs)


def _ufunc_method(ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
    """np.add.reduce(x) and its kin, by the function that does the same."""
    if method == "outer" and not options:
        a, b = inputs
        return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)
    same: dict[np.ufunc, Any] = {"reduce": reductions, "accumulate": accumulations}.get(method, {})
    if method == "at":
        update = _updates.get(ufunc, "apply")
        value = f"lambda x: np.{ufunc.__name__}(x, v)" if update == "apply" else "v"
        raise NoDerivativeError(
            f"np.{ufunc.__name__}.at writes into its first argument: a tensor does not change, and no tape follows "
            f"what an array holds. Write x = x.at[index].{update}({value}), with a tensor x"
        )
    if ufunc not in same:
        instead = {"reduceat": "np.add.reduce of each slice"}.get(method)
        raise NoDerivativeError(
            f"np.{ufunc.__name__}.{method} on a tensor has no derivative rule; use "
            f"{instead or f'np.{ufunc.__name__} itself'}"
        )
    axis = options.pop("axis", 0)
    return same[ufunc](*inputs, axis=axis, **options)


def call_function(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What `np.function(...)` does when an argument is a tensor."""
    operation = operations.get(function)
    if operation is not None:
        if len(args) == operation.arity and not options:
            return operation(*args)
        check_arguments(function, args, options)
        names = _parameters(function, operation)
        params = dict(zip(names, args, strict=False)) | options
        inputs = [params.pop(name) for name in list(names)[: operation.arity] if name in params]
        params = {name: value for name, value in params.items() if value is not None or names[name] is not None}
        if len(inputs) != operation.arity:
            raise NoDerivativeError(
                f"{named(function)} was called on a tensor with {len(inputs)} of its {operation.arity} arguments; "
                f"expected {', '.join(list(names)[: operation.arity])}"
            )
        if params.get("out") is not None:
            return _written(function, function, (), dict(zip(names, args, strict=False)) | options, params["out"])
        refused = {name for name in params if name not in operation.params and params[name] is not names.get(name)}
        if refused:
            raise NoDerivativeError(
                f"{named(function)}(..., {', '.join(sorted(refused))}=) on a tensor has no derivative rule; "
                f"expected only {', '.join(sorted(operation.params)) or 'the data'}"
            )
        return operation(*inputs, **plain_tree({name: params[name] for name in params if name in operation.params}))
    check_arguments(function, args, options)
    if function in compositions:
        if function not in _MIXED and _without_derivatives(args, options):
            return mapped(_tensor, function(*plain_tree(args), **plain_tree(options)))
        return _compose(function, args, options)
    if function in constant_functions:
        if recordings := open_recordings.get():
            note_taken(recordings, function, list(leaves((args, options))), 3)
        return function(*plain_tree(args), **plain_tree(options))
    raise unknown(function)


def check_arguments(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> None:
    """Refuse matrices and masked arrays wherever they stand among the arguments."""
    for x in (*args, *options.values()) if options else args:
        kind = type(x)
        if kind is list or kind is tuple or (kind is not np.ndarray and isinstance(x, np.ndarray)):
            check_kind(x, named(function))


def _compose(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """A composition's result; an option of NumPy's that it lacks is refused by name."""
    if len(args) > 2 and "out" in (names := _names(function))[: len(args)]:  # np.sum(x, axis, dtype, out, keepdims)
        options = dict(zip(names, args, strict=False)) | options
        args = tuple([options.pop(name) for name in names[: names.index("out")]])
    if "out" in options and (out := options.pop("out")) is not None:
        return _written(function, function, args, options, out)
    composition = compositions[function]
    try:
        return composition(*args, **options)
    except TypeError as error:
        signature = inspect.signature(composition)
        try:
            signature.bind(*args, **options)
        except TypeError as misfit:
            raise NoDerivativeError(
                f"{named(function)} on a tensor: {misfit}; expected only {named(function)}{signature_text(signature)}"
            ) from None
        raise error


def _without_derivatives(args: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Whether all tensors among the arguments are arrays of integers or truth values: NumPy's own answer holds then."""
    for x in args:
        if isinstance(x, Value):
            dtype = getattr(x.value, "dtype", None)
            if (dtype.kind not in "iub") if dtype is not None else (type(x.value) not in (int, bool)):
                return False
        elif isinstance(x, list | tuple) and not _without_derivatives(tuple(x), {}):
            return False
    return not options or _without_derivatives(tuple(options.values()), {})


def _tensor(x: Any) -> Any:
    """An array as a tensor."""
    if not isinstance(x, np.ndarray | np.generic):
        return x
    out = Value.kind.__new__(Value.kind)
    out.value = x
    return out


def signature_text(signature: inspect.Signature) -> str:
    """A signature without its annotations: (a, axis=None, keepdims=False)."""
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def plain_tree(tree: Any) -> Any:
    """A nested structure with every tensor in it replaced by the array it holds."""
    return mapped(raw, tree)


def _written(
    function: Callable[..., Any], call: Callable[..., Any], args: Any, options: dict[str, Any], out: Any
) -> Any:
    """What `call` writes into the plain arrays `out`, where no recording follows its arguments; else refused."""
    if any(isinstance(x, Value) for x in leaves(out)):
        raise NoDerivativeError(
            f"{named(function)}(..., out=x) was to write into the tensor x, which does not change. Write "
            f"x = {named(function)}(...), or v.assign({named(function)}(...)) for a variable v"
        )
    if _followed((args, options)):
        elementwise = getattr(call, "__name__", None) == "__call__"
        raise without_where(function) if elementwise and "where" in options else writes_out(function)
    return call(*plain_tree(args), **plain_tree({**options, "out": out}))


def _followed(tree: Any) -> bool:
    """Whether an open recording follows a tensor in a nested structure."""
    values = [x for x in leaves(tree) if isinstance(x, Value)]
    recordings = recordings_for(values)
    readings = [x.reading(recordings) for x in values] if recordings else []
    return any([id(x) in recording.known for x in readings for recording in recordings])


def without_where(function: Callable[..., Any]) -> NoDerivativeError:
    """The error for where= of a ufunc, which leaves elements of the result unwritten."""
    name = named(function)
    return NoDerivativeError(
        f"{name}(..., where=m) on a tensor has no derivative rule, since it leaves elements of out as they are. "
        f"Choose the arguments, then the results: np.where(m, {name}(np.where(m, x, 1)), 0), where 1 is any number "
        f"that {name} takes, and 0 is what stands elsewhere"
    )


def writes_out(function: Callable[..., Any]) -> NoDerivativeError:
    """The error for out=."""
    return NoDerivativeError(
        f"{named(function)} was to write a recorded result into an existing array (out= or an in-place operator); the "
        f"gradient would be lost. Write `a = a + x` instead of `a += x`."
    )


def unknown(function: Callable[..., Any]) -> NoDerivativeError:
    """The error for a NumPy function that has no row."""
    name = named(function)
    if function in refusals:
        return NoDerivativeError(f"{name} was called on a tensor, and has no derivative: {refusals[function]}")
    if isinstance(function, np.ufunc) and all(set(kinds) <= set("O->") for kinds in function.types):
        return NoDerivativeError(
            f"{name}, which computes with Python objects as those of np.frompyfunc do, was called on a tensor, and has "
            f"no derivative rule. Write the function with operations that take arrays, apply it to each element with "
            f"ag.array([f(v) for v in x]), or give it a derivative rule with ag.custom_gradient"
        )
    return NoDerivativeError(
        f"{name} was called on a tensor, and no derivative rule is known for it. If no gradient is to flow, "
        f"call it on x.numpy(); if one is, give it a rule of your own with ag.custom_gradient, or add a row to "
        f"autograd/ops (CONTRIBUTING.md shows how)."
    )


def named(function: Callable[..., Any]) -> str:
    """A NumPy function as people write it, such as np.linalg.inv."""
    module = getattr(function, "__module__", None) or "numpy"
    if isinstance(function, np.ufunc) and getattr(np, function.__name__, None) is not function:
        if not is_scipys(function):
            return f"the ufunc {function.__name__}"
        module = "scipy.special"
    return f"{module.replace('numpy', 'np', 1)}.{getattr(function, '__name__', function)}"


@cache
def _names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters of a NumPy function that may be given by position, in order; none where NumPy does not say."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return ()
    return tuple([p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)])


@cache
def _parameters(function: Callable[..., Any], operation: Primitive) -> dict[str, Any]:
    """The names of a NumPy function's parameters, in order, and their defaults."""
    try:
        return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}
    except ValueError:  # a builtin of an older NumPy: the data, then the operation's own params
        data = [f"data {i}" for i in range(operation.arity or 1)]
        return dict.fromkeys([*data, *operation.params], inspect.Parameter.empty)
