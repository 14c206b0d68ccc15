"""The engine's own derivatives of a recorded function: pulled back row by row, pushed forward column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.check.flat import Array, Point
from autograd.forward import forward
from autograd.graph import raw
from autograd.tape import Tape
from autograd.tensor import Tensor


class Sweeps:
    """A function recorded once at its point, to be swept in either mode as often as needed."""

    def __init__(self, point: Point) -> None:
        self.sources = [Tensor(x) for x in point.values]
        with Tape(persistent=True, watch_accessed_variables=False) as self.tape:
            self.tape.watch(self.sources)
            self.targets = point.f(self.sources)

    def pulled(self, cotangents: Sequence[Any]) -> list[Array]:
        """One cotangent for each result, pulled back to every argument; each comes as a vector."""
        found = self.tape.gradient(
            self.targets, self.sources, output_gradients=list(cotangents), unconnected_gradients="zero"
        )
        return [np.ravel(g.value) for g in found]

    def rows(self) -> Iterator[list[Array]]:
        """The rows of the Jacobian: a row for each element of each result, split by argument."""
        for target in self.targets:
            for unit in units(target.value):
                found = self.tape.gradient(target, self.sources, output_gradients=unit, unconnected_gradients="zero")
                yield [np.ravel(g.value) for g in found]

    def pushed(self, tangents: Sequence[tuple[int, Any]]) -> Array:
        """The tangent of all results, as one vector, when the numbered arguments move along the given tangents.

        The others have no tangent at all, as when a user differentiates by one argument only.
        """
        found = forward(self.tape.nodes, [(self.sources[i], t) for i, t in tangents], self.targets)
        return np.concatenate(
            [np.zeros(y.size) if t is None else np.ravel(raw(t)) for t, y in zip(found, self.targets, strict=True)]
        )


def units(x: Any) -> Iterator[Any]:
    """The unit vectors in the space of `x`."""
    for k in range(np.size(x)):
        unit = np.zeros(np.size(x))
        unit[k] = 1
        yield like(x, unit)


def random_like(rng: np.random.Generator, x: Any) -> Any:
    """Numbers of either sign, none of them near zero and none large, so that nothing hides and nothing drowns."""
    size = np.size(x)
    return like(x, rng.uniform(0.5, 1.5, size) * rng.choice([-1.0, 1.0], size))


def like(x: Any, flat: Array) -> Any:
    """A vector in the shape of `x`; a Python float where `x` is one."""
    return float(flat[0]) if type(x) is float else flat.reshape(np.shape(x))
