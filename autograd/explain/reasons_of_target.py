"""What is wrong with a target: not a tensor, a constant, computed outside the scope, recorded by another tape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.explain.model import Reason
from autograd.explain.question import Question, computed
from autograd.graph import Value


def reasons_of_target(q: Question) -> tuple[list[Reason], list[Reason]]:
    """The reasons that are certain, and those that are possible as long as the source is not at fault."""
    y, name = q.target, q.target_name
    if not isinstance(y, Value):
        return [], [
            Reason(
                "no tensor",
                f"{name} is a plain {type(y).__name__}, as {_given_by(y)}, and no derivative flows through it",
                "make the target from tensors by differentiable operations, and convert it afterwards",
            )
        ]
    if q.facts.target_known:
        return [], []
    if q.target_elsewhere:
        what = f"{name} was recorded by another tape{q.opening(q.target_elsewhere[0])}, not by this one"
        return [Reason("other tape", what, "ask that tape", q.target_elsewhere[0])], []
    if q.assigned:
        what = f"{name} is a variable, which holds what was assigned to it, and no gradient flows through an assignment"
        return [], [Reason("variable", what, "take the tensor that was assigned as the target")]
    if not computed(y):
        around = f"around the array of {q.facts.wraps}" if q.facts.wraps else "from a number or an array"
        advice = "use that value itself" if q.facts.wraps else "compute it inside the scope from what the tape watches"
        return [], [Reason("constant", f"{name} is a constant: Tensor(...) made it {around}", advice)]
    if q.target_origin and q.target_origin[1] != "inside":
        assignment, side = q.target_origin
        return [
            Reason(
                f"{side} the scope",
                f"{name} was computed {side} the scope{q.opening(q.opened)}, so the tape did not record it",
                f"move `{assignment.text}` into the scope",
                (q.program.file, assignment.line),
            )
        ], []
    return [], [*_marks(q), _unrecorded(q)]


def _given_by(y: Any) -> str:
    """What gives a plain value of this type."""
    if isinstance(y, bool):
        return "comparisons give"
    if not isinstance(y, np.ndarray | np.generic):
        return "float(), int() and item() give"
    if y.dtype.kind in "biu":
        return "comparisons, np.argmax and casts to integers give"
    return "computing with plain arrays gives"


def _marks(q: Question) -> Iterator[Reason]:
    may_be = f"{q.target_name} may have been computed inside stop_recording(), where everything is a constant"
    for what, where in q.marks:
        if what == "stop_recording":
            yield Reason("stop_recording", may_be, "compute it outside that block", where)


def _unrecorded(q: Question) -> Reason:
    name, source = q.target_name, q.source_name
    if q.target_origin:
        return Reason(
            "not recorded",
            f"{name} was computed inside the scope, but not recorded: nothing that the tape followed at that moment "
            f"went into it by an operation (a tensor that is watched later counts from there on), or it was computed "
            f"where the tape does not record",
            f"watch {source} before {name} is computed from it, and compute {name} by operations on it, on the thread "
            f"of the tape",
            (q.program.file, q.target_origin[0].line),
        )
    return Reason(
        "outside the scope",
        f"{name} is not in the recording{q.opening(q.opened)}: it was computed before the scope or after it, on "
        f"another thread, before {source} was watched, or from nothing that the tape watches",
        f"compute {name} from {source} inside `with Tape() as t:`, on the same thread",
        q.opened,
    )
