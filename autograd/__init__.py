"""A gradient tape on NumPy: record what is computed, then differentiate it.

>>> import autograd as ag
>>> x = ag.Variable(0.0)
>>> with ag.Tape() as t:
...     y = 2 * x + 3
>>> t.gradient(y, x)
Tensor(2.0)

Plain NumPy calls on tensors record (`np.tanh(x @ w)`); the functions that NumPy lacks are here: `relu`, `softmax`
and their kin. All of them take tensors, arrays and numbers alike.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autograd import debug
from autograd.custom import custom_gradient, custom_jvp
from autograd.ops import linalg, special
from autograd.ops.creation import array, full
from autograd.ops.elementwise import relu, relu6, sigmoid, softplus, xlogy
from autograd.ops.fused import log_softmax, logsumexp, softmax, sparse_softmax_crossentropy
from autograd.recompute import checkpoint
from autograd.scopes import name_scope
from autograd.tape import Tape
from autograd.tensor import Tensor, Variable
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, linearize, stop_gradient, value_and_grad, vjp

if TYPE_CHECKING:
    from autograd.check import check_gradients
    from autograd.compiler import compile, fresh

__all__ = [
    "Tape",
    "Tensor",
    "Variable",
    "array",
    "check_gradients",
    "checkpoint",
    "compile",
    "custom_gradient",
    "custom_jvp",
    "debug",
    "fresh",
    "full",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linalg",
    "linearize",
    "log_softmax",
    "logsumexp",
    "name_scope",
    "relu",
    "relu6",
    "sigmoid",
    "softmax",
    "softplus",
    "sparse_softmax_crossentropy",
    "special",
    "stop_gradient",
    "value_and_grad",
    "vjp",
    "xlogy",
]


class _ModuleOfAClass(ModuleType):
    """A module that is named as the class in it, and is called by mistake for that."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = self.__name__.rpartition(".")[2]
        raise TypeError(f"ag.{name} is a module; expected a class or a function. Try ag.{name.capitalize()}(...)")


for _module in ("autograd.tensor", "autograd.tape"):
    sys.modules[_module].__class__ = _ModuleOfAClass

# Imported lazily: most programs do not need them.
_LATER = {"check_gradients": "autograd.check", "compile": "autograd.compiler", "fresh": "autograd.compiler"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(_LATER[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
