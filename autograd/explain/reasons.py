"""Why a gradient is None: from a question to reasons, the most likely first."""

from __future__ import annotations

from collections.abc import Iterator

from autograd.explain.cuts import cut_reason, plain_reason
from autograd.explain.model import Reason
from autograd.explain.question import Question
from autograd.explain.reasons_of_source import reasons_of_source
from autograd.explain.reasons_of_target import reasons_of_target


def reasons_for(q: Question) -> tuple[Reason, ...]:
    """Every reason that applies. What the program's text shows goes before what may have been."""
    of_source = list(reasons_of_source(q))
    certain, possible = reasons_of_target(q)
    lines = [a.line for a in q.program.assignments(q.target_text or "")]
    plain = [(cut, plain_reason(cut, q.source_name)) for cut in q.facts.plain if q.facts.source_known]
    near = [reason for cut, reason in plain if cut.near or cut.where[1] in lines]
    found = [*of_source, *certain, *_between(q), *near]
    if not (q.facts.source_known and q.facts.target_known):
        found += [
            Reason("reset", "reset() made the tape forget what it had recorded", "compute the target after it", where)
            for what, where in q.marks
            if what == "reset"
        ]
    if not of_source:  # otherwise that is why the target was not recorded
        found += possible
    far = [reason for _, reason in plain if reason not in near and not q.facts.wraps]
    return (*found, *far, *([] if found else [_no_path(q)]))


def _between(q: Question) -> Iterator[Reason]:
    """Where what depends on the source left the graph; first what stands in the lines that the target came from."""
    lines = [a.line for a in q.program.assignments(q.target_text or "")]
    for cut in sorted(q.facts.cuts, key=lambda cut: not (cut.near or cut.where[1] in lines)):
        yield cut_reason(cut, q.source_name)
    for op, position, where in q.facts.ruleless:
        yield Reason(
            "no rule",
            f"{op} takes its operand {position + 1} as data and has no derivative by it",
            "let the value enter by an operation that is differentiable, as c * a + (1 - c) * b for where(c, a, b)",
            where,
        )
    for op, where in q.facts.silent:
        yield Reason(
            "custom gradient",
            f"the gradient function of {op} returned None for what comes from {q.source_name}",
            f"return a gradient for that argument of {op}, or zeros",
            where,
        )


def _no_path(q: Question) -> Reason:
    behind = [name for name in q.facts.behind if name not in (q.source_name, q.target_name)]
    more = f": {q.target_name} was computed from {' and '.join(behind)}" if behind else ""
    if not q.facts.complete:
        more = "; the recording is gone, and a persistent tape could say more"
    return Reason(
        "no path",
        f"no recorded operation leads from {q.source_name} to {q.target_name}{more}",
        f"compute {q.target_name} from {q.source_name}; what is stored in a variable by assign() counts as a constant",
    )
