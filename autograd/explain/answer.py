"""From a question to a tape to an `Explanation`: finds out which of the two kinds it is, and asks for it."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.errors import TapeError
from autograd.explain.connected import explain_connected
from autograd.explain.cuts import cut_reason, stopped_reason, thread_reason
from autograd.explain.facts import Facts, cuts_between, facts_about, made_at
from autograd.explain.model import Explanation, Place
from autograd.explain.names import Names, labelled
from autograd.explain.program import Program, line_of
from autograd.explain.question import Question
from autograd.explain.reasons import reasons_for
from autograd.graph import Value, calling_frame, only, raw
from autograd.picture.derivatives import gradients
from autograd.tape import Tape
from autograd.tensor import Tensor, Variable


def explain(tape: Tape, target: Any, source: Any, labels: Mapping[str, Any]) -> Explanation:
    """The explanation of d target / d source on this tape, whose recording stays as it is.

    TypeError for a target or source that is neither a tensor nor an array nor a number; TapeError for a tape that
    never recorded, and for a pair whose recording is gone, unless the gradient was asked for and was None.
    """
    for x, role in ((target, "target"), (source, "source")):
        if not isinstance(x, Tensor | np.ndarray | np.generic | bool | int | float | complex):
            raise TypeError(
                f"explain got {type(x).__name__} {x!r:.60} as {role}; expected one tensor or variable. "
                f"Ask about the members of a structure one by one"
            )
    if not tape._entered:
        raise TapeError("this tape never recorded; compute the target inside `with Tape() as t:`")
    with only(()), np.errstate(all="ignore"):
        program = Program(calling_frame(3))
        target_text, source_text = program.arguments("target", "source")
        y = tape.value_of(target) if isinstance(target, Tensor) else target
        readings = tape.values_of(source) if isinstance(source, Tensor) else []
        given = labelled(tape, labels)
        key = tape.value_of(source) if isinstance(source, Tensor) else source
        source_name = given.get(id(key)) or getattr(source, "_name", None) or source_text or "x"
        names = Names(given, (y, target_text or "y"), source_name, readings)
        total = None if tape._used or not isinstance(y, Value) or not readings else _gradient(tape, y, readings)
        if total is not None:
            found = explain_connected(tape.nodes, y, readings, names, source_name, total)
            left = [cut_reason(cut, source_name) for cut in cuts_between(tape, y, readings)]
            for (what, code, instruction), position in tape._marks.items():
                if what == "stop_recording" and position <= made_at(tape, y):
                    left.append(stopped_reason(line_of(code, instruction)))
            if id(source) in tape.missed:
                left.append(thread_reason(source_name, found.target))
            return replace(found, left=tuple(left))
        facts = _remembered(tape, y, source) if tape._used else _facts(tape, y, source)
        question = Question(
            target=y,
            source=source,
            assigned=isinstance(target, Variable),
            target_name=names.given(y) or "y",
            source_name=source_name,
            target_text=target_text,
            source_text=source_text,
            facts=facts,
            program=program,
            automatic=tape.watch_accessed_variables,
            opened=_opened(tape),
            marks=tuple([(what, line_of(code, instruction)) for what, code, instruction in tape._marks]),
            target_elsewhere=() if facts.target_known else _elsewhere(tape, y),
            source_elsewhere=() if facts.source_known else _elsewhere(tape, source),
        )
    return Explanation(
        target=question.target_name,
        source=question.source_name,
        target_shape=np.shape(raw(y)),
        source_shape=np.shape(raw(source)),
        connected=False,
        reasons=reasons_for(question),
    )


def _gradient(tape: Tape, target: Value, readings: list[Value]) -> Any:
    """As `tape.gradient` computes it, without using the tape up; None if none flows."""
    found = [g for g in gradients(tape.nodes, target, readings) if g is not None]
    return sum(found[1:], found[0]) if found else None


def _facts(tape: Tape, target: Any, source: Any) -> Facts:
    if isinstance(source, Tensor):
        (facts,) = facts_about(tape, target, [source], connected=False)
        assert facts is not None
        return facts
    return Facts(source_known=False, target_known=id(target) in tape.known)


def _remembered(tape: Tape, target: Any, source: Any) -> Facts:
    """What was kept about the pair when the tape let go of its recording."""
    if not isinstance(source, Tensor):
        return Facts(source_known=False, target_known=True, complete=False)
    for kept in tape._remembered:
        # A target that is a plain array was wrapped in a tensor for the sweep, which is gone by now.
        asked = kept.target() is target if isinstance(target, Value) else kept.target() is None
        if asked and kept.source() is source:
            return kept.facts
    raise TapeError(
        "this tape has given its gradient and let go of its recording; explain before taking the gradient, "
        "or use Tape(persistent=True). Only a gradient that came back None can be explained afterwards"
    )


def _elsewhere(tape: Tape, value: Any) -> tuple[Place | None, ...]:
    """Where the other tapes that know a value were opened."""
    if not isinstance(value, Tensor):
        return ()
    # Tapes are not listed anywhere, since a list would cost each of them; who asks why can wait for a walk.
    others = [x for x in gc.get_objects() if issubclass(type(x), Tape) and x is not tape]
    return tuple([_opened(other) for other in others if other.values_of(value)])


def _opened(tape: Tape) -> Place | None:
    return line_of(*tape._opened) if tape._opened else None
