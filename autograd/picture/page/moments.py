"""When each part of the picture appears on the walk through the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograd.picture.page.steps import Step


@dataclass(frozen=True)
class Moments:
    """The numbers of the steps at which things become known.

    values, gradients: by a node's id, that of its value and that of its whole gradient; leaves have their value from 0.
    forward, backward: by an edge's place, when the step runs along it.
    parts: by a node's id, what is known of its gradient before, each with the step from which and the one until which.
    """

    values: dict[str, int] = field(default_factory=dict)
    gradients: dict[str, int] = field(default_factory=dict)
    forward: dict[int, int] = field(default_factory=dict)
    backward: dict[int, int] = field(default_factory=dict)
    parts: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)


def moments_of(steps: Sequence[Step]) -> Moments:
    """The moments of a walk."""
    moments = Moments()
    begun: dict[str, tuple[int, str]] = {}  # the part of a gradient that the next contribution will add to
    for i, step in enumerate(steps):
        if step.phase == "forward" and step.node:
            moments.values[step.node] = i
            moments.forward.update(dict.fromkeys(step.edges, i))
        elif step.phase == "backward" and step.node:
            moments.backward.update(dict.fromkeys(step.edges, i))
            if step.node in begun:
                since, text = begun.pop(step.node)
                moments.parts.setdefault(step.node, []).append((since, i, text))
            if step.gradient:
                begun[step.node] = i, step.gradient
            else:
                moments.gradients[step.node] = i
    return moments
