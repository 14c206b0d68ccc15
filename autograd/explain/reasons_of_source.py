"""What is wrong with a source: not a tensor, not watched, not read, rebound, known to another tape."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.explain.cuts import plain_reason, thread_reason
from autograd.explain.model import Reason
from autograd.explain.question import Question, computed
from autograd.graph import Value


def reasons_of_source(q: Question) -> Iterator[Reason]:
    """The reasons, the most likely first."""
    x, name = q.source, q.source_name
    if not isinstance(x, Value):
        yield Reason(
            "no tensor",
            f"{name} is a {type(x).__name__}, and a tape follows tensors only",
            "before the scope, make it a Variable(...), or a Tensor(...) that you pass to watch()",
        )
        return
    dtype = np.asarray(x.value).dtype
    if dtype.kind not in "fc":
        yield Reason(
            "dtype",
            f"{name} has dtype {dtype}, and only floating numbers carry a derivative",
            "make it floating, as in Variable(2.0) or Variable(array, dtype=float)",
        )
        return
    if q.facts.source_known:
        return
    if q.source_elsewhere:
        yield Reason(
            "other tape",
            f"{name} is known to another tape{q.opening(q.source_elsewhere[0])}, not to this one",
            "ask the tape that was open when the target was computed, or watch the source on this one",
            q.source_elsewhere[0],
        )
    yield from _variable(q) if x.is_variable else _tensor(q)


def _variable(q: Question) -> Iterator[Reason]:
    name = q.source_name
    watch = f"t.watch({q.source_text or name}) inside the scope, before it is used"
    if not getattr(q.source, "trainable", True):
        what = f"{name} is a variable with trainable=False, which a tape watches only if told to"
        yield Reason("not trainable", what, watch, q.facts.first_use)
    elif not q.automatic:
        what = f"{name} is not watched: the tape was made with watch_accessed_variables=False"
        yield Reason("not watched", what, watch, q.facts.first_use)
    elif q.facts.other_thread:
        yield thread_reason(name, q.target_name)
    elif q.facts.plain:
        yield from [plain_reason(cut, name) for cut in q.facts.plain]
    else:
        yield Reason(
            "never read",
            f"{name} was not read by an operation on this thread while the tape was recording",
            f"compute {q.target_name} from {name} inside `with Tape() as t:`. Values computed from it before the block "
            f"do not count, nor shapes, nor another variable of the same name",
            q.opened,
        )


def _tensor(q: Question) -> Iterator[Reason]:
    name, text = q.source_name, q.source_text or q.source_name
    watch = f"t.watch({text}) inside the scope, before it is used"
    if q.rebinding:
        yield Reason(
            "rebound",
            f"{name} is a plain tensor, no Variable: `{q.rebinding.text}` made a new tensor and bound the name to it",
            f"keep the variable and change its value, as in {text}.assign_add(1.0), {text}.assign_sub(...) or "
            f"{text}.assign(...); or {watch}",
            (q.program.file, q.rebinding.line),
        )
    elif q.source_origin and q.source_origin[1] != "inside":
        assignment, side = q.source_origin
        yield Reason(
            f"{side} the scope",
            f"{name} was made {side} the scope{q.opening(q.opened)}, so it is a constant to the tape",
            f"move `{assignment.text}` into the scope, or {watch}",
            (q.program.file, assignment.line),
        )
    used = ", which first used it here" if q.facts.first_use else ""
    yield Reason(
        "not watched",
        f"{name} is not watched: a plain tensor is a constant to the tape{used}",
        f"{watch}, or make it a Variable",
        q.facts.first_use,
    )
    if q.facts.twin:
        yield Reason(
            "copy",
            f"{name} holds the same array as {q.facts.twin}, which the tape follows, but is another tensor",
            f"ask for the gradient by {q.facts.twin} itself",
        )
    if computed(q.source) and not q.rebinding and not q.source_origin:
        yield Reason(
            "rebound",
            f"{name} was computed by an operation that the tape did not record; if it was a Variable before, an "
            f"assignment such as {text} = {text} + 1 made a plain tensor of it",
            f"keep the variable and change its value, as in {text}.assign_add(1.0) or {text}.assign(...)",
        )
