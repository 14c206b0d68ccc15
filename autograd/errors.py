"""The exceptions of the engine, one tree.

    AutogradError
    ├── TapeError (RuntimeError)          a tape was asked for what its state does not allow
    ├── NoDerivativeError (TypeError)     an operation that has no derivative rule here
    ├── ReadOnlyError (TypeError)         an attempt to write into a tensor
    ├── RuleError (ValueError)            a derivative rule returned something that does not fit
    ├── NumericsError (FloatingPointError)    a check is on, and an operation made a NaN or an infinity
    └── GradientCheckError (AssertionError)   check_gradients found a derivative that is wrong

Each also derives from the built-in exception that people would catch, given in brackets. Errors that NumPy
raises inside an operation keep their type and get a note that names the operation and its operands' shapes.
"""


class AutogradError(Exception):
    """Base of every exception the engine defines."""


class TapeError(AutogradError, RuntimeError):
    """A tape was asked for something its state does not allow, such as a second gradient."""


class NoDerivativeError(AutogradError, TypeError):
    """A NumPy function was called on a tensor, and no derivative rule is known for it."""


class ReadOnlyError(AutogradError, TypeError):
    """A tensor was to be written to; tensors do not change, variables do."""


class RuleError(AutogradError, ValueError):
    """A derivative rule returned a result whose shape does not fit the input it belongs to."""


class NumericsError(AutogradError, FloatingPointError):
    """An operation, or its derivative, made a NaN or an infinity while `autograd.debug` was looking."""


class GradientCheckError(AutogradError, AssertionError):
    """`check_gradients` found a derivative that differs from finite differences."""
