"""The compiler from a traced program to a function that runs: its passes, in order.

`Trace` (in `trace`) runs a function on arrays that write down each call, and leaves a `Program` (in `ir`). Then

1. `simplify` removes steps that do nothing, and computes equal ones once;
2. `fuse` orders the steps, and puts those in groups that become one kernel;
3. `assign_buffers` decides which memory each value is written to, and what may be written over what;
4. a backend emits the function that runs this schedule.

A plan that has run for some time also fuses parts on small arrays (`fuse_small`), and the backend emits that.
"""

from __future__ import annotations

import importlib.util
import warnings
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from autograd.compiler.backends import Backend, Executable, GuardFailedError
from autograd.compiler.backends.numpy import NumpyBackend
from autograd.compiler.fusion import SMALLEST, fuse
from autograd.compiler.ir import Program
from autograd.compiler.memory import assign_buffers
from autograd.compiler.simplify import simplify

_told: set[str] = set()  # failures of kernels that have been warned of
_unusable: set[str] = set()  # names of backends that cannot be imported


@cache
def has_numba() -> bool:
    """Whether numba is installed, and the backend that uses it."""
    folder = importlib.util.find_spec("autograd.compiler.backends.numba")
    return folder is not None and importlib.util.find_spec("numba") is not None


def fastest() -> Backend:
    """Return the fastest backend that is installed."""
    if has_numba() and "numba" not in _unusable:
        from autograd.compiler.backends.numba import NumbaBackend

        return NumbaBackend()
    return NumpyBackend()


def build(program: Program, backend: Backend, *, smallest: int = SMALLEST) -> Executable:
    """Simplify a traced program, in place, and lower it."""
    simplify(program)
    return lower(program, backend, smallest=smallest)


def lower(program: Program, backend: Backend, *, smallest: int = SMALLEST) -> Executable:
    """Return a function that runs a simplified program.

    smallest: the number of elements from which steps on each element are fused.
    """
    parts = fuse(program, backend, smallest)
    try:
        return backend.emit(assign_buffers(program, parts))
    except ImportError as error:  # what the backend needs is installed, but cannot be imported
        _warn_of(backend, error)
        _unusable.add(backend.name)
        return lower(program, NumpyBackend(), smallest=smallest)


def try_out(executable: Executable, values: list[Any], otherwise: Executable | None = None) -> Executable:
    """Run with these values, which may be changed, and return what can run with others.

    That is the executable itself, if its kernels can be compiled; else `otherwise`, or an executable of NumPy alone.
    Kernels on disk that fail are compiled anew first.
    """
    if not executable.kernels:
        return executable
    backend, error = executable.backend, None
    for _ in range(2):
        try:
            with np.errstate(all="ignore"), suppress(GuardFailedError):
                executable.run(*values, executable.workspace())
        except Exception as failure:
            error = failure
            backend.forget()
            executable = backend.emit(executable.schedule)
        else:
            backend.seal()
            return executable
    _warn_of(backend, error)
    return otherwise or lower(executable.schedule.program, NumpyBackend())


def _warn_of(backend: Backend, error: Exception | None) -> None:
    """Warn once that kernels cannot be compiled."""
    text = f"{backend.name} could not compile a loop; NumPy alone is used for it. {type(error).__name__}: {error}"
    if text not in _told:
        _told.add(text)
        warnings.warn(text, stacklevel=6)
