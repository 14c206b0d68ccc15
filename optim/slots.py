"""Slots: the arrays an optimizer keeps beside each variable, such as a velocity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Variable

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
    return np.dtype(np.float32) if dtype == np.float16 else dtype


class Slots:
    """Arrays by variable and name, made when a variable is first met, in its shape and working dtype.

    initial: the name of each slot, and the number it is filled with at first.

    `steps` counts the steps of each variable: a variable may join late, or be left out for a while. `current` is the
    variable that a rule is working on.

    >>> w = Variable(np.ones(2, dtype=np.float32))
    >>> Slots({"velocity": 0.0}).of(w)
    {'velocity': array([0., 0.], dtype=float32)}
    """

    def __init__(self, initial: Mapping[str, float]) -> None:
        self.initial = dict(initial)
        # The variables themselves are the keys. They hash by identity, and being held here they keep it: an id alone
        # could pass to a new variable once the old one is gone.
        self._arrays: dict[Variable, dict[str, Array]] = {}
        self.steps: dict[Variable, int] = {}
        self.current: Variable | None = None

    def of(self, variable: Variable) -> dict[str, Array]:
        """The variable's slots."""
        if variable not in self._arrays:
            self._arrays[variable] = {
                name: np.full(variable.shape, number, working_dtype(variable.dtype))
                for name, number in self.initial.items()
            }
        return self._arrays[variable]

    def start(self, name: str, number: float) -> None:
        """Have a slot of this name beside each variable from now on, filled with `number`."""
        self.initial[name] = number
        for variable, arrays in self._arrays.items():
            arrays.setdefault(name, np.empty(variable.shape, working_dtype(variable.dtype))).fill(number)

    def flush(self) -> None:
        """Set to 0 what has decayed below the smallest normal number of its dtype.

        An average of gradients that have been 0 for some hundred steps, as those of pixels that are always dark, ends
        as a subnormal number and stays one: .9 of the smallest rounds to itself. Processors are many times slower with
        these.
        """
        for arrays in self._arrays.values():
            for array in arrays.values():
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
            state |= {f"{i}/{name}": array.copy() for name, array in self._arrays.get(variable, {}).items()}
            if self.steps.get(variable, 0) != iterations:
                state[f"steps/{i}"] = self.steps.get(variable, 0)
        return state

    def set(self, arrays: Mapping[str, Any], variables: Sequence[Variable], iterations: int) -> None:
        """Take over what `get` gave for the same list of variables. ValueError, and no change, if it does not fit."""
        slots: dict[int, dict[str, Array]] = {}
        steps: dict[int, int] = {}
        for key, array in arrays.items():
            place, _, name = key.partition("/")
            if place == "steps" and name.isdigit() and int(name) < len(variables):
                steps[int(name)] = int(array)
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
        self._arrays = {variables[i]: found for i, found in slots.items()}
        known = [i for i in range(len(variables)) if i in slots or not self.initial]
        self.steps = dict.fromkeys([variables[i] for i in known], iterations)
        self.steps |= {variables[i]: count for i, count in steps.items()}
