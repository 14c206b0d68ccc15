"""Programs: what a function does, as a straight line of NumPy calls that is replayed without tensors.

A function is run on traced arrays (`traced`, `trace`), which leaves a `program`. It is shortened (`passes`), put in an
order in which steps on each element stand together (`schedule`), and lowered to Python that writes into buffers it uses
again (`lower`): with one loop for each run of such steps (`kernels` with numba, `blocks` with NumPy alone), with what
is large divided among the threads of a `crew` (`sections`), and in the long run with what is done with small arrays in
a few calls (`joined`). `source` writes it for people. Graphs of scalars (`scalars`) run by `levels`, or as instructions
of the `interpreter`. `plan` and `compiled` put the parts together, and `ledger` tells what a plan or a tape costs.
"""

from autograd.plan.compiled import Compiled, compile
from autograd.plan.plan import Plan
from autograd.plan.trace import fresh

__all__ = ["Compiled", "Plan", "compile", "fresh"]
