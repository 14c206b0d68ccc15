"""Compile a function into one straight line of NumPy calls, which runs without tensors and tapes.

`pipeline` calls the passes in order: trace, simplify, fuse, schedule, assign buffers, emit, run.
"""

from autograd.compiler.api import Compiled, compile
from autograd.compiler.plan import Plan
from autograd.compiler.trace import fresh

__all__ = ["Compiled", "Plan", "compile", "fresh"]
