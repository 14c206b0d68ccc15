"""Floating point operations of an operation or a NumPy function, estimated by the formula in its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.compiler.ir import Program, Step
from autograd.compiler.numpy_ops import describe
from autograd.flops import Formula, Shape
from autograd.primitive import registry


def flops(name: str, operands: Sequence[Shape], out: Shape, params: Mapping[str, Any] | None = None) -> int:
    """Estimate the floating point operations of what is called `name`.

    Parameters
    ----------
    name : of an operation of the engine, or of a function of `numpy`, `numpy.linalg` or `numpy.fft`.
    operands, out : the shapes of the operands and of the result.
    params : keyword arguments; axes and the subscripts of einsum count.

    Raises
    ------
    KeyError
        If there is no such operation or function.

    Examples
    --------
    >>> flops("matmul", [(128, 784), (784, 512)], (128, 512))
    102760448
    >>> flops("add", [(128, 512), (512,)], (128, 512))
    65536
    """
    return _rounded(_formula(name), operands, out, params or {})


def _formula(name: str) -> Formula:
    if name in registry:
        return registry[name].flops
    for module in (np, np.linalg, np.fft):
        if callable(function := getattr(module, name, None)):
            return describe(function).flops
    raise KeyError(f"{name} is no operation of the engine, and no function of NumPy's")


def flops_of_step(step: Step, program: Program) -> int:
    """Estimate the floating point operations of a step of a program."""
    shapes = [program.kinds[ref].shape for ref in step.reads] or [()]
    out = program.kinds[step.outs[0]].shape if step.outs else ()
    op = describe(step.function)
    params = step.options
    if step.args and isinstance(step.args[0], str):
        params = {"subscripts": step.args[0]} | params
    if op.changed_by is not None:
        op = describe(op.changed_by)
    return _rounded(op.flops, shapes, out, params)


def _rounded(formula: Formula, operands: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> int:
    return round(formula(operands, out, params))
