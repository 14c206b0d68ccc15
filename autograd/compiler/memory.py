"""Where the values of a program lie: who owns which memory and for how long, and what may be written over what.

Two values never share memory by accident: a buffer is used again when nothing that shows it is read any more, and a
variable's own array is written into when nothing that shows its old value is read any more.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograd.compiler.ir import Kind, Program, Ref, Step
from autograd.compiler.schedule import Run
from autograd.compiler.tracer import item, method_of, with_item
from autograd.compiler.views import RESHAPES, VIEWS
from autograd.nest import leaves

Part = Step | Run

REDUCTIONS = {
    np.sum: np.add.reduce, np.prod: np.multiply.reduce, np.max: np.maximum.reduce, np.min: np.minimum.reduce,
    np.any: np.logical_or.reduce, np.all: np.logical_and.reduce,
}  # fmt: skip
# Before NumPy 2.2 these were wrong when they were told where to write and the rows they read lay backwards.
_WRONG_WITH_OUT = frozenset([np.max, np.min] if np.lib.NumpyVersion(np.__version__) < "2.2.0" else [])
# Functions that always give memory of their own; of all others it is assumed that they may give a view.
_MAKERS = frozenset([
    *REDUCTIONS, np.mean, np.var, np.std, np.where, np.concatenate, np.stack, np.dot, np.vdot, np.tensordot, np.take,
    np.take_along_axis, np.cumsum, np.cumprod, np.argmax, np.argmin, np.argsort, np.sort, np.copy, np.zeros_like,
    np.ones_like, np.zeros, np.ones, np.clip, method_of("copy"),
])  # fmt: skip
# Functions that can not fail where they did not fail before.
_SAFE = frozenset([
    *VIEWS, *RESHAPES, np.broadcast_to, np.moveaxis, np.real, np.imag, method_of("astype"), method_of("sum"), np.einsum,
])  # fmt: skip


def outs_of(part: Part) -> list[Ref]:
    """The values that a part makes."""
    return part.outs if isinstance(part, Run) else list(part.outs)


def reads_of(part: Part) -> list[Ref]:
    """The values that a part needs."""
    return part.inputs if isinstance(part, Run) else part.reads


def steps_of(part: Part) -> list[Step]:
    """The steps that a part is made of."""
    return part.steps if isinstance(part, Run) else [part]


def is_elementwise(part: Part) -> bool:
    """Whether each element of the results depends on the same element of the operands alone."""
    return isinstance(part, Run) or (isinstance(part.function, np.ufunc) and part.function.signature is None)


def own_results(program: Program) -> None:
    """A pass: what leaves the program has memory of its own, so that later runs can not change it, nor others it.

    Results that show an argument, a variable or a constant are copied, and so are new values of variables that show
    another variable which changes in the same run, as when two swap their values.
    """
    owners = find_owners(program, program.steps)
    made = {out for step in program.steps for out in step.outs}
    moving = {old for old, new in zip(program.before, program.after, strict=True) if old != new}
    given: set[Ref] = set()

    def copied(ref: Ref) -> Ref:
        kind = program.kinds[ref]
        if kind.number is not None:
            return ref
        out = program.new(Kind(kind.shape, kind.dtype))
        program.steps.append(Step(method_of("copy"), (ref,), {}, (out,)))
        if ref in program.names:
            program.names[out] = program.names[ref]
        return out

    for i, ref in enumerate(program.results):
        if ref in given or not owners[ref] <= made:
            program.results[i] = copied(ref)
        given.add(program.results[i])
    for i, (old, new) in enumerate(zip(program.before, program.after, strict=True)):
        if old != new and owners[new] & moving:
            program.after[i] = copied(new)


def find_owners(program: Program, parts: Iterable[Part]) -> dict[Ref, frozenset[Ref]]:
    """For each value those whose memory it may show; its own name if it has memory of its own."""
    owners: dict[Ref, frozenset[Ref]] = {}
    for ref in [*program.inputs, *program.before, *program.fresh, *program.constants]:
        owners[ref] = frozenset([ref])
    for part in parts:
        for out in outs_of(part):
            if isinstance(part, Run) or _makes(part):
                owners[out] = frozenset([out])
            else:
                owners[out] = frozenset([owner for ref in part.reads for owner in owners[ref]]) or frozenset([out])
    return owners


def _makes(step: Step) -> bool:
    function = step.function
    if isinstance(function, np.ufunc) or isinstance(getattr(function, "__self__", None), np.ufunc):
        return True
    if function is method_of("astype"):
        return "copy" not in step.options
    return function in _MAKERS or function is with_item or function.__name__.endswith("_at")


def _may_fail(part: Part) -> bool:
    """Whether a part may raise an error for other numbers of the same kinds."""
    if isinstance(part, Run) or _makes(part) or part.function in _SAFE:
        return False
    return part.function is not item or any([isinstance(x, Ref) for x in leaves(part.args[1:])])


class Memory:
    """Where each value goes that a part can be told to write somewhere: `buffer` by number, or `state` it replaces.

    Values in neither get new memory at each run.
    """

    def __init__(self, program: Program, parts: list[Part]) -> None:
        self.program = program
        self.kinds: list[Kind] = []  # of the buffers
        self.buffer: dict[Ref, int] = {}
        self.state: dict[Ref, Ref] = {}
        self.owners = find_owners(program, parts)
        made = {out: at for at, part in enumerate(parts) for out in outs_of(part)}
        self.guards_at: dict[int, list[int]] = {}
        for number, guard in enumerate(program.guards):
            self.guards_at.setdefault(made.get(guard.value, -1), []).append(number)
        # The last part from which the run may be given up, so that nothing outside may have been changed before.
        self.safe_from = max([*self.guards_at, *[at for at, part in enumerate(parts) if _may_fail(part)], -1])
        self.kept = {owner for ref in program.results for owner in self.owners[ref]}
        self.last = self._last_uses(parts)
        self._scratch: dict[Kind, list[int]] = {}  # the numbers of buffers that no value lies in
        self._replace_states(parts, made)
        self._share_buffers(parts)

    def scratch(self, kinds: Iterable[Kind]) -> list[int]:
        """Buffers of these kinds for what one part needs while it runs; every part may be given the same."""
        taken: list[int] = []
        for kind in kinds:
            known = self._scratch.setdefault(kind, [])
            free = [number for number in known if number not in taken]
            if not free:
                free = [len(self.kinds)]
                known += free
                self.kinds.append(kind)
            taken.append(free[0])
        return taken

    def _last_uses(self, parts: list[Part]) -> dict[Ref, int]:
        last: dict[Ref, int] = {}
        for at, part in enumerate(parts):
            for ref in [*reads_of(part), *outs_of(part)]:
                last.update(dict.fromkeys(self.owners[ref], at))
        for ref in [*self.program.results, *self.program.after]:
            last.update(dict.fromkeys(self.owners[ref], len(parts)))
        return last

    def _replace_states(self, parts: list[Part], made: dict[Ref, int]) -> None:
        """Find the new values that can be written straight over the old ones."""
        program = self.program
        for old, new in zip(program.before, program.after, strict=True):
            at = made.get(new)
            if old == new or at is None or at <= self.safe_from or new in self.state:
                continue
            part = parts[at]
            alone = self.owners[new] == {new} and new not in self.kept and writes(part, new, program)
            if alone and program.kinds[old] == program.kinds[new] and self._over(part, old, at):
                self.state[new] = old

    def _over(self, part: Part, old: Ref, at: int) -> bool:
        """Whether a part may write over `old`: nobody needs it later, and here only element by element."""
        if self.last.get(old, -1) < at:
            return True
        views = [ref for ref in reads_of(part) if ref != old and old in self.owners[ref]]
        summed = isinstance(part, Run) and self.program.kinds[old].shape != part.shape
        return self.last[old] == at and is_elementwise(part) and not summed and not views

    def _share_buffers(self, parts: list[Part]) -> None:
        free: dict[Kind, list[int]] = {}
        held: dict[Ref, int] = {}
        for at, part in enumerate(parts):
            for out in outs_of(part):
                if out in self.state or out in self.kept or not writes(part, out, self.program):
                    continue
                kind = self.program.kinds[out]
                over = [
                    ref
                    for ref in reads_of(part)
                    if ref in held and self.program.kinds[ref] == kind and self._over(part, ref, at)
                ]
                if over and is_elementwise(part):
                    number = held.pop(over[0])
                elif free.get(kind):
                    number = free[kind].pop()
                else:
                    number = len(self.kinds)
                    self.kinds.append(kind)
                self.buffer[out] = held[out] = number
            for ref in [ref for ref in held if self.last[ref] <= at]:
                free.setdefault(self.program.kinds[ref], []).append(held.pop(ref))


def writes(part: Part, out: Ref, program: Program) -> bool:
    """Whether a part can be told where to write this value."""
    if isinstance(part, Run):
        return bool(part.shape)
    kind = program.kinds[out]
    if part.several or not kind.shape or kind.dtype.hasobject:
        return False
    if part.function in _WRONG_WITH_OUT:
        return False
    if part.function in REDUCTIONS:
        return len(part.args) == 1 and set(part.options) <= {"axis", "keepdims"} and isinstance(part.args[0], Ref)
    return isinstance(part.function, np.ufunc) and part.function.nout == 1 and not part.options
