"""Programs made shorter without changing what they compute. A pass is a function that changes a program in place."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.ir import Program, Ref, Step, key
from autograd.compiler.nan_guards import with_fewer_checks
from autograd.compiler.tracer import method_of, with_item
from autograd.compiler.views import RESHAPES
from autograd.nest import mapped

_LARGEST = 4096  # elements of a folded constant: larger ones are made anew at each run, which keeps a plan small
_ALIKE: dict[Any, Callable[..., Any]] = {np.ones_like: np.ones, np.zeros_like: np.zeros, np.empty_like: np.zeros}
_COPIES = (np.positive, np.copy, method_of("copy"))
_SAME_SHAPE = (*RESHAPES, np.broadcast_to, method_of("astype"), np.squeeze, method_of("squeeze"))


def merged(program: Program) -> None:
    """Leave out what hands a value on as it is, fold what is always the same, and compute equal steps once."""
    same: dict[Ref, Ref] = {}
    seen: dict[Hashable, tuple[Ref, ...]] = {}
    made: dict[Ref, Step] = {}
    steps = []
    for old in program.steps:
        step = _of_its_source(old if same.keys().isdisjoint(old.reads) else _reading(old, same), made)
        if (source := _nothing_done(program, step)) is not None:
            same[step.outs[0]] = source
            if step.outs[0] in program.names:
                program.names.setdefault(source, program.names[step.outs[0]])
            continue
        if _foldable(program, step):
            program.constants[step.outs[0]] = _folded(program, step)
            continue
        alike = key(step)
        if alike in seen:
            same.update(zip(step.outs, seen[alike], strict=True))
            continue
        seen[alike] = step.outs
        made.update(dict.fromkeys(step.outs, step))
        steps.append(step)
    program.steps = steps
    program.results = _renamed(program.results, same)
    program.after = _renamed(program.after, same)
    program.deferred = {same.get(ref, ref) for ref in program.deferred}
    for guard in program.guards:
        guard.value = same.get(guard.value, guard.value)


def without_dead(program: Program) -> None:
    """Leave out the steps that nothing depends on, guards that are looked at twice, and constants without a reader."""
    guards = {(guard.value, guard.convert, guard.expected): guard for guard in program.guards}
    program.guards = [guard for guard in guards.values() if guard.value not in program.constants]
    alive = set(program.wanted())
    steps = []
    for step in reversed(program.steps):
        if alive.intersection(step.outs):
            steps.append(step)
            alive.update(step.reads)
    program.steps = steps[::-1]
    program.constants = {ref: array for ref, array in program.constants.items() if ref in alive}


PASSES: list[Callable[[Program], None]] = [merged, with_fewer_checks, without_dead]


def shortened(program: Program) -> None:
    """All passes."""
    for change in PASSES:
        change(program)


def _reading(step: Step, same: dict[Ref, Ref]) -> Step:
    """The step, reading other values that are the same."""
    args, options = _renamed(step.args, same), _renamed(step.options, same)
    return Step(step.function, args, options, step.outs, step.several, step.where, step.part)


def _renamed(tree: Any, same: dict[Ref, Ref]) -> Any:
    return mapped(lambda x: same.get(x, x) if isinstance(x, Ref) else x, tree)


def _plainly(step: Step) -> Step:
    """A step without what goes without saying: a reshape is row by row."""
    if step.function is np.reshape and step.args[2:] == ("C",):
        return Step(step.function, step.args[:2], step.options, step.outs, False, step.where, step.part)
    return step


def _of_its_source(step: Step, made: dict[Ref, Step]) -> Step:
    """A reshape of a reshape as one of what that was made of."""
    if step.function not in RESHAPES[:2] or len(step.args) != 2 or step.options or not isinstance(step.args[0], Ref):
        return step
    inner = made.get(step.args[0])
    if inner is None or inner.function not in RESHAPES[:2] or inner.options or -1 in _lengths(step.args[1]):
        return step
    return Step(step.function, (inner.args[0], step.args[1]), {}, step.outs, False, step.where, step.part)


def _lengths(shape: Any) -> tuple[Any, ...]:
    return tuple(shape) if isinstance(shape, list | tuple) else (shape,)


def _nothing_done(program: Program, step: Step) -> Ref | None:
    """The value that a step hands on as it is, if it does: copies are none where nothing is changed in place."""
    if step.several or not step.args or not isinstance(step.args[0], Ref):
        return None
    x, rest = step.args[0], step.args[1:]
    alike = program.kinds[x] == program.kinds[step.outs[0]]
    if alike and (step.function in _COPIES or step.function in _SAME_SHAPE):
        return x
    if step.function is with_item and rest[0] is Ellipsis and isinstance(rest[1], Ref):
        return rest[1] if program.kinds[rest[1]] == program.kinds[step.outs[0]] else None
    return None


def _foldable(program: Program, step: Step) -> bool:
    """Whether a step is the same at each run. Arrays that the user's program holds may change, and are not folded."""
    kind = program.kinds[step.outs[0]]
    if step.several or kind.number is not None or prod(kind.shape) > _LARGEST:
        return False
    if step.function in _ALIKE and kind.order is None:
        return True
    return all([ref in program.constants and ref not in program.shared for ref in step.reads])


def _folded(program: Program, step: Step) -> Any:
    if step.function in _ALIKE:
        kind = program.kinds[step.outs[0]]
        return _ALIKE[step.function](kind.shape, kind.dtype)
    args, options = mapped(lambda x: program.constants[x] if isinstance(x, Ref) else x, (step.args, step.options))
    return step.function(*args, **options)
