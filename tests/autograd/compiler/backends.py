"""Choose what compiled functions run on, for tests."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from autograd.compiler.backends.numpy import NumpyBackend
from autograd.compiler.pipeline import has_numba

needs_numba = pytest.mark.skipif(not has_numba(), reason="numba is not installed")


def use_numpy_alone(patch: pytest.MonkeyPatch) -> None:
    """Compile as where numba is missing."""
    patch.setattr("autograd.compiler.plan.fastest", NumpyBackend)


def run_loops_in_python(patch: pytest.MonkeyPatch) -> None:
    """Run the text of loops without the time that compiling takes."""
    patch.setattr("autograd.compiler.backends.numba.kernel_cache.load", loop_in_python)


def fuse_small_at_once(patch: pytest.MonkeyPatch) -> None:
    """Fuse parts on small arrays in the first run of a plan."""
    patch.setattr("autograd.compiler.plan.COMPILE_SECONDS", 0)


def loop_in_python(text: str) -> Callable[..., Any]:
    """Return the loop of a kernel's source, without numba."""
    module = ModuleType("loop_in_python")
    exec("\n".join([line for line in text.splitlines() if "numba" not in line]), module.__dict__)
    return module.loop
