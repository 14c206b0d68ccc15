"""Shorten a program without changing what it computes. Each pass changes the program in place."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from math import prod
from typing import Any

from autograd.compiler.ir import Group, Kind, Part, Program, Ref, Step, is_number, key
from autograd.compiler.numpy_ops import CAST, LIKE, NAN_PROBE, STORE, describe, method_of
from autograd.nest import mapped

_LARGEST = 4096  # elements of a folded constant: larger ones are made at each run, which keeps a plan small


def simplify(program: Program) -> None:
    """Run all passes."""
    merge_equal_steps(program)
    merge_nan_guards(program)
    drop_dead_steps(program)
    label_updates(program)
    copy_shared_results(program)


def merge_equal_steps(program: Program) -> None:
    """Remove steps that return an operand, fold constants, and compute equal steps once."""
    same: dict[Ref, Ref] = {}
    seen: dict[Hashable, tuple[Ref, ...]] = {}
    made: dict[Ref, Step] = {}
    steps = []
    for old in program.steps:
        step = _reshape_of_source(old if same.keys().isdisjoint(old.reads) else _reading(old, same), made)
        if (source := _returned_operand(program, step)) is not None:
            same[step.outs[0]] = source
            if step.outs[0] in program.names:
                program.names.setdefault(source, program.names[step.outs[0]])
            continue
        if _is_constant(program, step):
            program.constants[step.outs[0]] = _folded(program, step)
            continue
        equal = key(step)
        if equal in seen:
            same.update(zip(step.outs, seen[equal], strict=True))
            continue
        seen[equal] = step.outs
        made.update(dict.fromkeys(step.outs, step))
        steps.append(step)
    program.steps = steps
    program.results = _renamed(program.results, same)
    program.after = _renamed(program.after, same)
    program.deferred = {same.get(ref, ref) for ref in program.deferred}
    for guard in program.guards:
        guard.value = same.get(guard.value, guard.value)


def _reading(step: Step, same: dict[Ref, Ref]) -> Step:
    """Return the step with operands replaced by the values that they equal."""
    return replace(step, args=_renamed(step.args, same), options=_renamed(step.options, same))


def _renamed(tree: Any, same: dict[Ref, Ref]) -> Any:
    return mapped(lambda x: same.get(x, x) if isinstance(x, Ref) else x, tree)


def _reshape_of_source(step: Step, made: dict[Ref, Step]) -> Step:
    """Return a reshape of a reshape as a reshape of the first operand."""
    if len(step.args) != 2 or step.options or not describe(step.function).takes_shape:
        return step
    inner = made.get(step.args[0]) if isinstance(step.args[0], Ref) else None
    shape = step.args[1] if isinstance(step.args[1], list | tuple) else (step.args[1],)
    if inner is None or not describe(inner.function).takes_shape or inner.options or -1 in shape:
        return step
    return replace(step, args=(inner.args[0], step.args[1]))


def _returned_operand(program: Program, step: Step) -> Ref | None:
    """Return the operand that a step returns, if it does: a copy is the same where nothing is changed in place."""
    if step.several or not step.args or not isinstance(step.args[0], Ref):
        return None
    op, kind = describe(step.function), program.kinds[step.outs[0]]
    if op.identity and program.kinds[step.args[0]] == kind:
        return step.args[0]
    if op.kind == STORE and step.args[1] is Ellipsis and isinstance(step.args[2], Ref):
        return step.args[2] if program.kinds[step.args[2]] == kind else None
    return None


def _is_constant(program: Program, step: Step) -> bool:
    """Whether a step computes the same at each run. Arrays that the user's program holds may change."""
    kind = program.kinds[step.outs[0]]
    if step.several or kind.number is not None or prod(kind.shape) > _LARGEST:
        return False
    if describe(step.function).kind == LIKE and kind.order is None:
        return True
    return all([ref in program.constants and ref not in program.shared for ref in step.reads])


def _folded(program: Program, step: Step) -> Any:
    fill = describe(step.function).fill
    if fill is not None:
        kind = program.kinds[step.outs[0]]
        return fill(kind.shape, kind.dtype)
    args, options = mapped(lambda x: program.constants[x] if isinstance(x, Ref) else x, (step.args, step.options))
    return step.function(*args, **options)


def merge_nan_guards(program: Program) -> None:
    """Keep the fewest and smallest checks of gradients for NaN that find the same NaNs.

    A run is given up where the law of zeros might apply: where a value that it looks at is NaN. The gradient of a
    layer's weights and that of its bias are a product and a sum of one such value. Either is NaN if that value is, and
    the bias is smaller.
    """
    made = {ref: step for step in program.steps for ref in step.outs}
    # The values under the law from which each value was made, such that it is NaN if they are.
    origins: dict[Ref, frozenset[Ref]] = {}
    for step in program.steps:
        found = frozenset().union(*[origins.get(ref, frozenset()) for ref in step.reads])
        for out in step.outs:
            if out in program.deferred or (found and not _keeps_nan(step, program)):
                origins[out] = frozenset([out])
            elif found:
                origins[out] = found

    checks = [
        guard
        for guard in program.guards
        if guard.convert is is_number and guard.value in made and probes_nan(made[guard.value])
    ]
    checks.sort(key=lambda guard: prod(program.kinds[made[guard.value].args[0]].shape))
    covered: set[Ref] = set()
    for guard in checks:
        found = origins.get(made[guard.value].args[0], frozenset())
        if found <= covered:
            program.guards.remove(guard)
        covered |= found


def _keeps_nan(step: Step, program: Program) -> bool:
    """Whether each NaN in an operand comes out somewhere. It does not from products without rows or columns."""
    return describe(step.function).keeps_nan and all([0 not in program.kinds[ref].shape for ref in step.reads])


def probes_nan(step: Step) -> bool:
    """Whether a step is the product of an array with itself, which is NaN if there is a NaN in it."""
    if describe(step.function) is not NAN_PROBE or len(step.args) != 2 or step.options:
        return False
    return isinstance(step.args[0], Ref) and step.args[0] == step.args[1]


def drop_dead_steps(program: Program) -> None:
    """Remove steps that nothing depends on, repeated guards, and constants that nothing reads."""
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


def label_updates(program: Program) -> None:
    """Count steps of the forward pass among the update if only the new values of variables need them."""
    early = program.before_changes()
    for step in program.steps:
        if step not in early and step.phase[:1] == ("forward",):
            step.phase = ("update",)


def copy_shared_results(program: Program) -> None:
    """Give memory of its own to what leaves the program, so that later runs cannot change it, nor others it.

    Results that show an argument, a variable or a constant are copied, and so are new values of variables that show
    another variable which changes in the same run, as when two swap their values.
    """
    owners = find_owners(program, program.steps)
    made = {out for step in program.steps for out in step.outs}
    moving = {old for old, new in zip(program.before, program.after, strict=True) if old != new}
    given: set[Ref] = set()
    for i, ref in enumerate(program.results):
        if ref in given or not owners[ref] <= made:
            program.results[i] = _copied(program, ref)
        given.add(program.results[i])
    for i, (old, new) in enumerate(zip(program.before, program.after, strict=True)):
        if old != new and owners[new] & moving:
            program.after[i] = _copied(program, new)


def find_owners(program: Program, parts: Iterable[Part]) -> dict[Ref, frozenset[Ref]]:
    """Return for each value those whose memory it may show: itself if it has memory of its own."""
    owners: dict[Ref, frozenset[Ref]] = {}
    for ref in [*program.inputs, *program.before, *program.fresh, *program.constants]:
        owners[ref] = frozenset([ref])
    for part in parts:
        for out in part.outs:
            if isinstance(part, Group) or owns_result(part):
                owners[out] = frozenset([out])
            else:
                owners[out] = frozenset([owner for ref in part.reads for owner in owners[ref]]) or frozenset([out])
    return owners


def owns_result(step: Step) -> bool:
    """Whether the results of a step never share memory with its operands."""
    op = describe(step.function)
    return "copy" not in step.options if op.kind == CAST else op.owns


def _copied(program: Program, ref: Ref) -> Ref:
    """Add a step that copies a value."""
    kind = program.kinds[ref]
    if kind.number is not None:
        return ref
    out = program.new(Kind(kind.shape, kind.dtype))
    program.steps.append(Step(method_of("copy"), (ref,), {}, (out,)))
    if ref in program.names:
        program.names[out] = program.names[ref]
    return out
