"""What optimizers, layers and losses ask of the compiler.

`current_trace` is the trace of a compiled function, with `name`, `writable`, `array` and `after_run`; `fresh` gives
values that change from run to run; `depends_on` notes settings; `elementwise_loop` compiles an update by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.fusion import SMALLEST
from autograd.compiler.ir import LOOP, Group, first_difference
from autograd.compiler.pipeline import build, fastest, has_numba, try_out
from autograd.compiler.trace import Trace, current_trace, fresh
from autograd.graph import open_recordings

__all__ = ["Loop", "current_trace", "depends_on", "elementwise_loop", "fresh"]

Loop = Callable[[Sequence[Any], Sequence[float]], None]


def depends_on(owner: Any) -> None:
    """Note that what is computed here depends on the settings of an object: its public attributes.

    A compiled function is traced again when they change.
    """
    for recording in open_recordings.get():
        recording.depends_on(owner)


def elementwise_loop(change: Callable[..., None], dtypes: Sequence[Any], count: int = 0) -> Loop | None:
    """Compile a function that changes arrays in place, element by element, to one loop for arrays of any length.

    Parameters
    ----------
    change : called with one-dimensional arrays of one length and then with `count` floats, which may be traced. What it
        computes has to follow from these, from what does not change, and from `ag.fresh`.
    dtypes : of the arrays.

    Returns
    -------
    A function that is called with the arrays, row by row in memory, and with the numbers, and computes what NumPy
    does; or None if there can be no single loop, or numba is missing.

    Examples
    --------
    >>> def decay(w, rate):
    ...     w -= w * rate
    >>> loop = elementwise_loop(decay, [np.float32], count=1)
    >>> w = np.ones(3, np.float32)
    >>> loop([w], [0.5]) if loop else decay(w, 0.5)
    >>> w
    array([0.5, 0.5, 0.5], dtype=float32)
    """
    if not has_numba():
        return None
    try:
        trace, again = _traced(change, dtypes, count), _traced(change, dtypes, count)
    except Exception:
        return None  # it does something that arrays do and traced ones do not
    program = again.program
    if again.told or first_difference(trace.program, program) is not None or program.guards:
        return None
    executable = build(program, fastest(), smallest=1)
    parts, state = executable.schedule.parts, executable.schedule.memory.state
    loops = [part for part in parts if isinstance(part, Group) and part.kind == LOOP]
    others = [ref for part in parts if part not in loops for ref in part.outs]
    in_place = all([new in state for old, new in zip(program.before, program.after, strict=True) if old != new])
    if len(loops) != 1 or not in_place or program.constants or any([program.kinds[ref].shape for ref in others]):
        return None
    tried = try_out(executable, [*[0.5] * count, *again.drawn, *[np.ones(1, dtype) for dtype in dtypes]])
    if tried is not executable and tried.backend.name != executable.backend.name:
        return None
    functions, run = list(program.fresh.values()), tried.run

    def loop(arrays: Sequence[Any], numbers: Sequence[float]) -> None:
        run(*numbers, *[function() for function in functions], *arrays, [])

    return loop


def _traced(change: Callable[..., None], dtypes: Sequence[Any], count: int) -> Trace:
    trace = Trace()
    token = open_recordings.set((trace,))
    try:
        arrays = [trace.array(_keeper(np.ones(SMALLEST, dtype)), f"a{i}") for i, dtype in enumerate(dtypes)]
        change(*arrays, *[trace.input(0.5, f"n{i}") for i in range(count)])
    finally:
        open_recordings.reset(token)
        trace.close()
    trace.check()
    return trace


def _keeper(array: Any) -> Callable[[], Any]:
    return lambda: array
