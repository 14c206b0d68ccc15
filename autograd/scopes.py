"""Name scopes: which part of a program, such as a layer, an operation belongs to. Recording an operation costs nothing.

A scope notes on every open recording between which nodes it was open. Who wants to know the scope of a node looks
it up there.
"""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from types import TracebackType
from typing import Self

from autograd.graph import Recording, Span, open_recordings

Scope = tuple[str, ...]


class name_scope:  # noqa: N801  a context manager, which people call like a function
    """Operations in the scope belong to the part of the program called `name`, and pictures put them together.

    Scopes nest. A tape notes the scopes that are opened while it records. The term is TensorFlow's.

    >>> from autograd import Tape, Variable
    >>> x = Variable(2.0)
    >>> with Tape(persistent=True) as t:
    ...     with name_scope("square"):
    ...         y = x * x
    >>> t.graph(y).node(t.graph(y).target).scope
    ('square',)
    """

    __slots__ = ("_open", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._open: list[list[tuple[Recording, Span]]] = []  # one entry for each time it was entered

    def __enter__(self) -> Self:
        opened = []
        for recording in open_recordings.get():
            span = Span(self.name, len(recording.nodes))
            recording.scopes.append(span)
            opened.append((recording, span))
        self._open.append(opened)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for recording, span in self._open.pop():
            span.end = len(recording.nodes)


def scopes_of(recording: Recording) -> list[Scope]:
    """The scope of each node, from the outermost name in.

    A name that is used again in the same place gets a number, so that two uses of a layer are told apart: "dense",
    then "dense#2".
    """
    scopes: list[Scope] = []
    open_spans: list[tuple[Span, Scope]] = []
    waiting = recording.scopes[::-1]
    used: Counter[Scope] = Counter()
    for position in range(len(recording.nodes)):
        open_spans = [(span, scope) for span, scope in open_spans if span.end is None or span.end > position]
        while waiting and waiting[-1].start <= position:
            span = waiting.pop()
            if span.end is None or span.end > position:
                scope = (*(open_spans[-1][1] if open_spans else ()), span.name)
                used[scope] += 1
                if used[scope] > 1:
                    scope = (*scope[:-1], f"{span.name}#{used[scope]}")
                open_spans.append((span, scope))
        scopes.append(open_spans[-1][1] if open_spans else ())
    return scopes


def common(a: Scope, b: Scope) -> Scope:
    """The innermost scope that holds both.

    >>> common(("model", "dense"), ("model", "dense_1"))
    ('model',)
    """
    return tuple([x for x, _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False))])
