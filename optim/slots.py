"""Slots: the arrays an optimizer keeps beside each variable, such as a velocity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Variable
from optim.checks import count, whole

Array = npt.NDArray[Any]

# A rule goes over its arrays several times. In stretches of this many elements they stay in the processor's cache
# from one pass to the next, and one small scratch array serves variables of every size.
BLOCK = 2**15


def working_dtype(dtype: Any) -> Any:
    """The dtype in which a variable of this dtype is updated.

    It is float32 for float16: there 1e-7 rounds to 0.0 or to 1.2e-7, and the square of a gradient of 1e-4 to 0.

    >>> working_dtype(np.dtype(np.float16)), working_dtype(np.dtype(np.float64))
    (dtype('float32'), dtype('float64'))
    """
    return np.dtype(np.float32) if dtype.char == "e" else dtype


class Kept:
    """What is kept of a variable: its slots by name, and the number of steps it was in."""

    __slots__ = ("arrays", "steps", "variable")

    def __init__(self, variable: Variable, arrays: dict[str, Array], steps: int = 0) -> None:
        self.variable, self.arrays, self.steps = variable, arrays, steps


class Slots:
    """Arrays by variable and name, made when a variable is first met, in its shape and working dtype.

    initial: the name of each slot, and the number it is filled with at first.

    The steps of each variable are counted beside them: a variable may join late, or be left out for a while.
    `current` is that of the variable that a rule is working on.

    >>> w = Variable(np.ones(2, dtype=np.float32))
    >>> Slots({"velocity": 0.0}).of(w).arrays
    {'velocity': array([0., 0.], dtype=float32)}
    """

    def __init__(self, initial: Mapping[str, float]) -> None:
        self.initial = dict(initial)
        # The variables themselves are the keys. They hash by identity, and being held here they keep it: an id alone
        # could pass to a new variable once the old one is gone.
        self._kept: dict[Variable, Kept] = {}
        self.current: Kept | None = None

    def of(self, variable: Variable) -> Kept:
        """The variable's slots and the number of its steps."""
        kept = self._kept.get(variable)
        if kept is None:
            dtype = working_dtype(variable.dtype)
            arrays = {name: np.full(variable.shape, number, dtype) for name, number in self.initial.items()}
            kept = self._kept[variable] = Kept(variable, arrays)
        return kept

    def start(self, name: str, number: float) -> None:
        """Have a slot of this name beside each variable from now on, filled with `number`."""
        self.initial[name] = number
        for variable, kept in self._kept.items():
            kept.arrays.setdefault(name, np.empty(variable.shape, working_dtype(variable.dtype))).fill(number)

    def flush(self) -> None:
        """Set to 0 what has decayed below the smallest normal number of its dtype.

        An average of gradients that have been 0 for some hundred steps, as those of pixels that are always dark, ends
        as a subnormal number and stays one: .9 of the smallest rounds to itself. Processors are many times slower with
        these.
        """
        for kept in self._kept.values():
            for array in kept.arrays.values():
                if array.dtype.char in "fd":
                    tiny = np.finfo(array.dtype).tiny
                    flat = array.reshape(-1)
                    for start in range(0, flat.size, BLOCK):
                        part = flat[start : start + BLOCK]
                        part[np.abs(part) < tiny] = 0

    def get(self, variables: Sequence[Variable], iterations: int) -> dict[str, Any]:
        """Copies of the slots under "0/velocity", "1/velocity", ...: the variable's place in `variables`, the name.

        "steps/0" is beside them for a variable that was not in each of the `iterations` steps.
        """
        state: dict[str, Any] = {}
        for i, variable in enumerate(variables):
            kept = self._kept.get(variable, Kept(variable, {}))
            state |= {f"{i}/{name}": array.copy() for name, array in kept.arrays.items()}
            if kept.steps != iterations:
                state[f"steps/{i}"] = kept.steps
        return state

    def set(self, arrays: Mapping[str, Any], variables: Sequence[Variable], iterations: int) -> None:
        """Take over what `get` gave for the same list of variables. ValueError, and no change, if it does not fit."""
        slots: dict[int, dict[str, Array]] = {}
        steps: dict[int, int] = {}
        for key, array in arrays.items():
            place, _, name = key.partition("/")
            if place == "steps" and name.isdigit() and int(name) < len(variables):
                steps[int(name)] = count(f"the state's {key!r}", whole(array))
                continue
            if name not in self.initial or not place.isdigit() or int(place) >= len(variables):
                raise ValueError(
                    f"the state holds {key!r}; expected a number below {len(variables)} (the number of variables), "
                    f"a slash and one of {list(self.initial)}. Was it saved by an optimizer with other options?"
                )
            i = int(place)
            variable = variables[i]
            if np.shape(array) != variable.shape:
                raise ValueError(f"the state's {key!r} has shape {np.shape(array)}; expected {variable.shape}")
            slots.setdefault(i, {})[name] = np.array(array, dtype=working_dtype(variable.dtype), order="C")
        for i, found in slots.items():
            if len(found) != len(self.initial):
                raise ValueError(
                    f"the state of variable {i} holds {list(found)}; "
                    f"expected {list(self.initial)}. Was it saved by an optimizer with other options?"
                )
        self._kept = {variables[i]: Kept(variables[i], found, iterations) for i, found in slots.items()}
        for i, variable in enumerate(variables):
            if i in steps or not self.initial:
                self.of(variable).steps = steps.get(i, iterations)
