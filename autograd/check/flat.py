"""Any function of any nested structure, seen as a function from a flat list of tensors to a flat list of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.graph import raw
from autograd.nest import leaves, mapped, named_leaves
from autograd.primitive import check_kind
from autograd.reverse import backward
from autograd.tape import Tape
from autograd.tensor import Tensor

Array = npt.NDArray[Any]
_NUMBERS = (float, int, complex, np.generic)  # a list of nothing else is an array
Flat = Callable[[Sequence[Any]], list[Tensor]]


@dataclass(frozen=True)
class Point:
    """A function and the place at which to check it.

    values: what it is differentiated by, each a Python float or a float64 array of the checker's own.
    names: what each is called in messages, and `outputs` what each result is.
    """

    f: Flat
    values: list[Any]
    names: list[str]
    outputs: list[str]
    results: list[Any]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of each result."""
        return [np.shape(y) for y in self.results]

    def result_of(self, row: int) -> tuple[int, int]:
        """Which result, and which of its elements, a row of the Jacobian of all results belongs to."""
        ends = np.cumsum([np.size(y) for y in self.results])
        o = int(np.searchsorted(ends, row, side="right"))
        return o, row - int(ends[o]) + np.size(self.results[o])

    def evaluate(self, values: Sequence[Any]) -> Array:
        """All results at `values` one after another, as one vector."""
        found = [np.ravel(y.value) for y in self.f([Tensor(x) for x in values])]
        return np.concatenate(found) if found else np.empty(0)


class _Slot:
    """Stands in the structure of the arguments where a value is differentiated by; `paired` if it is complex."""

    def __init__(self, position: int, paired: bool) -> None:
        self.position = position
        self.paired = paired

    def filled(self, tensors: Sequence[Any]) -> Any:
        """What the function is called with here."""
        x = tensors[self.position]
        return x + 1j * tensors[self.position + 1] if self.paired else x


def flattened(f: Callable[..., Any], args: Sequence[Any]) -> Point:
    """`f` at `args`. Floats, float arrays and tensors are what it is differentiated by, the rest are constants.

    A complex argument counts as two real ones, its real and its imaginary part, and so does a complex result.
    """
    values: list[Any] = []
    names: list[str] = []
    labels: list[str | None] = []

    def entered(x: Any, name: str) -> Any:
        """`x` with a slot for each value to differentiate by, which are copied, in float64."""
        if isinstance(x, dict):
            pairs = {key: entered(branch, f"{name}[{key!r}]") for key, branch in x.items()}
            return pairs if type(x) is dict else type(x)(pairs)
        if isinstance(x, list | tuple) and not all(isinstance(leaf, _NUMBERS) for leaf in leaves(x)):
            branches = [entered(branch, f"{name}[{i}]") for i, branch in enumerate(x)]
            return type(x)(*branches) if hasattr(x, "_fields") else type(x)(branches)
        held = raw(x)
        check_kind(held, "check_gradients")
        kind = np.asarray(held).dtype.kind
        if kind not in "fc":
            return x
        label = x.name if isinstance(x, Tensor) else None
        slot = _Slot(len(values), kind == "c")
        parts = {".real": np.real(held), ".imag": np.imag(held)} if slot.paired else {"": held}
        for part, value in parts.items():
            values.append(value if type(value) is float else np.array(value, np.float64))
            names.append(f"{name}{part} ({label!r})" if label else f"{name}{part}")
            labels.append(None if slot.paired else label)
        return slot

    structure = [entered(x, f"argument {i}") for i, x in enumerate(args)]
    if not values:
        raise TypeError("check_gradients got no argument that carries a derivative; expected floats: 1.0 rather than 1")

    def call(tensors: Sequence[Any]) -> Any:
        for tensor, label in zip(tensors, labels, strict=True):
            tensor.name = tensor.name or label
        return f(*mapped(lambda leaf: leaf.filled(tensors) if isinstance(leaf, _Slot) else leaf, structure))

    found = list(named_leaves(call([Tensor(x) for x in values]), "output"))
    chosen = [i for i, (_, y) in enumerate(found) if isinstance(y, Tensor) and y.dtype.kind in "fc"]
    if not chosen:
        got = ", ".join(type(y).__name__ for _, y in found) or "nothing"
        raise TypeError(f"check_gradients got a function that returns {got}; expected a tensor of floats")
    paired = {i for i in chosen if found[i][1].dtype.kind == "c"}

    def flat(tensors: Sequence[Any]) -> list[Tensor]:
        every = list(leaves(call(tensors)))
        results = [[np.real(every[i]), np.imag(every[i])] if i in paired else [every[i]] for i in chosen]
        return [y for parts in results for y in parts]

    outputs = [f"{found[i][0]}{part}" for i in chosen for part in ([".real", ".imag"] if i in paired else [""])]
    return Point(flat, values, names, outputs, [y.value for y in flat([Tensor(x) for x in values])])


def pulled_back(point: Point, cotangents: Sequence[Any]) -> Point:
    """The gradient of `point` as a function of its arguments and of the cotangents: the next order to check.

    The cotangents are arguments too, since in a composition the second derivative flows through them as well.
    """
    count = len(point.values)

    def gradients(tensors: Sequence[Any]) -> list[Tensor]:
        """The sweep itself: `Tape.gradient` conjugates complex numbers, and the complex step needs what is analytic."""
        sources = tensors[:count]
        with Tape(persistent=True, watch_accessed_variables=False) as t:
            t.watch(sources)
            targets = point.f(sources)
        found = backward(t.nodes, list(zip(targets, tensors[count:], strict=True)), sources)
        found = [np.zeros_like(x.value) if g is None else g for g, x in zip(found, sources, strict=True)]
        return [g if isinstance(g, Tensor) else Tensor(g) for g in found]

    names = [*point.names, *[f"the cotangent of {y}" for y in point.outputs]]
    values = [*point.values, *cotangents]
    results = [y.value for y in gradients([Tensor(x) for x in values])]
    return Point(gradients, values, names, [f"the gradient by {x}" for x in point.names], results)
