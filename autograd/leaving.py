"""Warnings of values that leave a recording as numbers, and so lose their gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.graph import Cut, Recording, warn
from autograd.nest import leaves
from autograd.tensor import Tensor

_NUMBERS = ("conversion to a Python number", "tolist()")  # numpy() has warned by itself


def warn_of_cuts(recording: Recording, y: Any) -> None:
    """Warn of values that left the recording as numbers before the result `y` was computed."""
    cuts = [cut for cut in recording.cuts if cut.what in _NUMBERS]
    if not cuts:
        return
    results = {id(leaf.current() if isinstance(leaf, Tensor) else leaf) for leaf in leaves(y)}
    count = len(recording.nodes)
    if results & recording.known:
        # What leaves after the result was computed, to be printed for example, has no influence on it.
        last = next((i for i in reversed(range(count)) if id(recording.nodes[i].out) in results), -1)
        cuts = [cut for cut in cuts if cut.position <= last]
        effect = "a part of the gradient may be lost"  # not if the number was only printed or compared
    else:
        effect = "the gradient is zero"
    if cuts:
        warn(f"{effect}, since {where_lost(cuts)}")


def where_lost(cuts: Sequence[Cut]) -> str:
    """Say where values left the recording, and what to write instead."""
    places = ", ".join(dict.fromkeys([f"{cut.what} ({cut.where[0]}:{cut.where[1]})" for cut in cuts]))
    return (
        f"a tensor left the recording here: {places}. Instead of math.exp(t), write np.exp(t); instead of float(t), t; "
        f"instead of a list of numbers, np.stack([...]) or ag.array([...]). Say ag.stop_gradient(t) if a constant is "
        f"meant"
    )
