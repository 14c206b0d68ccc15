"""`check_gradients`: the derivatives of a function held against numerical ones, in both modes and any order.

checker      the public function: walks the orders, and compares
flat         any function of any structure as one of a flat list of tensors
numerical    finite differences and the complex step: what is expected
sweeps       the engine's own two modes: what is got
report       the message for a derivative that is wrong
likely       which mistake the numbers point to
"""

from autograd.check.checker import check_gradients

__all__ = ["check_gradients"]
