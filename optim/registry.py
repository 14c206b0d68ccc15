"""`get`: an optimizer by its name, so that a model can be compiled with `optimizer="rmsprop"`."""

import difflib
from collections.abc import Callable

from optim.adagrad import Adagrad
from optim.adam import Adam
from optim.optimizer import Optimizer
from optim.rmsprop import RMSprop
from optim.sgd import SGD

BY_NAME: dict[str, Callable[[], Optimizer]] = {
    "adagrad": Adagrad,
    "adam": Adam,
    "rmsprop": RMSprop,
    "sgd": SGD,
}


def get(identifier: str | Optimizer) -> Optimizer:
    """An optimizer as it is, or a new one with default hyperparameters by its name in any case.

    ValueError for an unknown name, with the names near it; TypeError for anything else.

    >>> get("RMSprop")
    RMSprop(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False)
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if not isinstance(identifier, str):
        is_class = isinstance(identifier, type)  # type: ignore[unreachable]
        got = f"the class {identifier.__name__}" if is_class else f"a {type(identifier).__name__}"
        raise TypeError(f"got {got} as optimizer; expected a name such as 'rmsprop', or an optimizer such as SGD(0.1)")
    if identifier.lower() not in BY_NAME:
        near = difflib.get_close_matches(identifier.lower(), BY_NAME, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        if identifier.lower() == "adamw":
            hint = " Try Adam(weight_decay=0.004), which is AdamW: its decay is decoupled"
        raise ValueError(f"there is no optimizer {identifier!r}; expected one of {', '.join(BY_NAME)}.{hint}")
    return BY_NAME[identifier.lower()]()
