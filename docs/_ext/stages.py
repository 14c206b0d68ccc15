"""The stages of the compiler for one function, as text files that docs/compiler.md includes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from autograd import Tape, Variable
from autograd.compiler.api import trace_call
from autograd.compiler.backends.numba.loops import loop_text
from autograd.compiler.backends.numpy import NumpyBackend
from autograd.compiler.backends.numpy.emit import Operands
from autograd.compiler.fusion import fuse
from autograd.compiler.ir import LOOP, Group, Program
from autograd.compiler.memory import assign_buffers
from autograd.compiler.simplify import simplify
from autograd.compiler.source import source
from autograd.compiler.trace import Trace

w = Variable(np.full((256, 512), 0.5), name="w")


def step(x: Any) -> Any:
    """Make a step of gradient descent."""
    with Tape() as t:
        loss = np.mean((np.tanh(x * w) - 1.0) ** 2)
    w.assign_sub(0.1 * t.gradient(loss, w))
    return loss


def stages() -> dict[str, str]:
    """Return the text of each stage."""
    trace = Trace()
    trace_call(trace, step, (np.ones((256, 512)),), {})
    program: Program = trace.program
    found = {"traced": str(program)}
    simplify(program)
    found["simplified"] = str(program)
    backend = NumpyBackend()
    schedule = assign_buffers(program, fuse(program, backend))
    found["scheduled"] = str(schedule)
    found["emitted"] = backend.emit(schedule).text
    groups = [part for part in schedule.parts if isinstance(part, Group) and part.kind == LOOP]
    names = {ref: f"a{ref.number}" for ref in [*groups[0].reads, *groups[0].outs]}
    found["loop"] = loop_text(groups[0], program, Operands(groups[0], program, names))
    found["source"] = source(program, "step")
    return found


def write_pages(folder: Path) -> None:
    """Write the stages to files of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in stages().items():
        (folder / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
