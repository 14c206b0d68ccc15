"""`Tape`: records what is computed inside its scope, and differentiates it. As TensorFlow's GradientTape.

The names, the defaults and the meaning of every argument are TensorFlow's; the documentation's page on semantics
lists them line by line, and where this tape goes further.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import numpy as np

from autograd.debug import asked_by_tape
from autograd.errors import TapeError
from autograd.families import converted, is_complex, ones_like, zeros_like
from autograd.graph import (
    NOTHING_OPENED,
    Node,
    Recording,
    Tracer,
    Value,
    check_followed_here,
    check_severed,
    only,
    open_anywhere,
    open_recordings,
    raw,
    recordings_here,
    warn,
    without_guards,
)
from autograd.holomorphic import conjugated, dtype_of, of_rows, units
from autograd.nest import leaves, mapped, paired
from autograd.reverse import backward
from autograd.stores import raise_refused_store
from autograd.tensor import Tensor, Variable, wrapped

if TYPE_CHECKING:
    from autograd.explain import Explanation, Remembered
    from autograd.picture import Graph
    from autograd.profile.report import Profile


_Method = TypeVar("_Method", bound=Callable[..., Any])


def _unlocks_after_error(method: _Method) -> _Method:
    """Make a method of the tape give all arrays back when it raises."""

    @wraps(method)
    def unlocking(self: Tape, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            self.unlock_after_error()
            raise

    return cast(_Method, unlocking)


class Tape(Recording):
    """Records operations on watched values while it is open; `gradient` applies the chain rule to them.

    persistent: whether more than one gradient may be taken; the recording is then kept until the tape is dropped.
    watch_accessed_variables: whether every trainable variable that is read is watched by itself.
    check: "nan" raises NumericsError at the first operation in the scope, or in a gradient of this tape, that makes a
        NaN or an infinity (`autograd.debug.check_numerics` does so for a wider scope); None looks at nothing.

    >>> x = Variable(3.0)
    >>> with Tape() as t:
    ...     y = x * x
    >>> t.gradient(y, x)
    Tensor(6.0)
    """

    def __init__(
        self, persistent: bool = False, watch_accessed_variables: bool = True, check: str | None = None
    ) -> None:
        super().__init__()
        self.persistent = persistent
        self.watch_accessed_variables = watch_accessed_variables
        self._check = None if check is None else asked_by_tape(check)
        self._variables: dict[int, Variable] = {}
        self._readings: dict[int, list[Value]] = {}
        self._entered = False
        self._used = False
        # For `explain`: lines of the program, and the facts about gradients that came out None.
        self._opened: tuple[CodeType, int] | None = None
        self._marks: dict[tuple[str, CodeType, int], int] = {}  # with the number of nodes recorded before
        self._remembered: list[Remembered] = []

    # The scope.

    @property
    def _open(self) -> bool:
        return self._entered and not self.closed

    def __enter__(self) -> Self:
        if self._open:
            raise TapeError("this tape is recording already; expected a closed one. Nest another Tape() instead")
        self._entered = True
        self.closed = False
        self._used = False
        self._opened = _line(2)
        here = recordings_here()
        open_anywhere.append(self)
        open_recordings.set((*here, self))
        if self._check is not None:
            self._check.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed = True
        if self in open_anywhere:  # not if the scope is left while recording is stopped
            open_anywhere.remove(self)
        left = _without(self)
        open_recordings.set(left if without_guards(left) else NOTHING_OPENED)
        if self._check is not None:
            self._check.__exit__(kind, error, trace)
        if error is not None:
            self.unlock_after_error()
            raise_refused_store(error, self.last_cut)

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Inside, this tape records nothing: what is computed is a constant to it."""
        if not self._open:
            raise TapeError("stop_recording() works inside the tape's scope only; this tape is not recording")
        self._marks.setdefault(("stop_recording", *_line(3)), len(self.nodes))
        recorded_here = self in open_recordings.get()
        open_recordings.set(without_guards(_without(self)))
        if recorded_here:
            open_anywhere.remove(self)
        try:
            yield
        finally:
            if self._open and recorded_here:
                open_anywhere.append(self)
                open_recordings.set((*_without(self), self))

    def __reduce__(self) -> Any:
        raise TypeError("a tape can not be copied or pickled: its recording belongs to the values of this process")

    def reset(self) -> None:
        """Forget everything recorded and every watch."""
        self._marks = dict.fromkeys([*self._marks, ("reset", *_line(2))], 0)
        self._let_go()
        self._variables = {}
        self._used = False

    def _let_go(self) -> None:
        self.unlock()
        super().__init__()  # nothing recorded
        self._readings = {}

    # What is watched.

    def watch(self, values: Any) -> None:
        """Record what is computed from these tensors or variables from here on; any nested structure of them.

        TypeError for what is no tensor; a warning for integers, which carry no derivative.
        """
        if not self._open:
            raise TapeError("watch() needs a tape that is recording; call it inside `with Tape() as t:`")
        for value in leaves(values):
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"watch got {type(value).__name__}; expected a Tensor or Variable. Wrap it: Tensor(...)"
                )
            if _differentiable(value):
                self._watch(value)

    def saw(self, variable: Value, reading: Value) -> None:
        """A variable was read: watch it if it is trainable or was watched before."""
        assert isinstance(variable, Variable)
        automatic = self.watch_accessed_variables and variable.trainable
        if (automatic or id(variable) in self._variables) and variable.dtype.kind in "fc":
            self._follow_variable(variable, reading)

    def watched_variables(self) -> list[Variable]:
        """The variables watched so far, in order of first use."""
        return list(self._variables.values())

    def _watch(self, value: Tensor) -> None:
        if isinstance(value, Variable):
            if id(value) not in self._variables:
                value.renew_reading()  # what was computed from the old one before counts as a constant
            self._follow_variable(value, value.reading(()))
        else:
            self.follow(value)
            self.hold(value)

    def _follow_variable(self, variable: Variable, reading: Value) -> None:
        self._variables[id(variable)] = variable
        self._readings.setdefault(id(variable), []).append(reading)
        self.readings.add(id(reading))
        self.follow(reading)

    # Readers of the graph.

    def graph(self, target: Any, sources: Any = None, *, local_names: bool = False, **names: Any) -> Graph:
        """The computation graph of `target` as plain data that draws itself: nodes, edges, values and gradients.

        sources: draw only what lies between these and the target; by default everything the target depends on.
        local_names: whether values without a name are called after the caller's local variables that hold them.
        names: labels for tensors, as in `t.graph(loss, x1=x1, x2=x2)`.

        Call it before `gradient`, or on a persistent tape: a tape that is used up has let go of its recording.
        """
        from autograd.picture import build, names_in  # drawing is loaded by those who draw

        return build(self, target, sources, names, names_in(sys._getframe(1)) if local_names else {})

    def profile(self) -> Profile:
        """What each recorded operation costs: time, floating point operations, memory kept for the backward pass.

        Call it before `gradient`, or on a persistent tape. Each operation is run once more, forward, to be timed.

        >>> w = Variable(np.ones((3, 2)))
        >>> with Tape(persistent=True) as t:
        ...     y = np.ones((4, 3)) @ w
        >>> t.profile().flops, t.profile().rows[0].saved
        (48, 64)
        """
        from autograd.profile.collect import of_recording  # loaded by those who ask

        return of_recording(self)

    def explain(self, target: Any, source: Any, **names: Any) -> Explanation:
        """Why the gradient of `target` by `source` is what it is, or why it is None.

        target, source: one tensor or variable each. names: labels for tensors, as for `graph`.

        A gradient that flows is explained by the chain rule, path by path, with numbers where there are scalars. One
        that does not is explained by reasons, with file and line. The recording stays as it is: a tape that is not
        persistent can still give its gradient. After that only a gradient that came out None can be explained.

        >>> w, b = Variable(3.0, name="w"), Variable(1.0, name="b")
        >>> with Tape() as t:
        ...     x1 = 2.0 * w
        ...     loss = abs(4.0 - (x1 + b))
        >>> print(t.explain(loss, w, x1=x1))
        ∂loss/∂w = ∂loss/∂x1 · ∂x1/∂w = 1 · 2 = 2
        """
        from autograd.explain import explain  # loaded by those who ask

        return explain(self, target, source, names)

    @_unlocks_after_error
    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """The gradient of the sum of `target`'s elements with respect to each source.

        target: a tensor of any shape, or a nested structure of them, over which the gradients are summed.
        sources: a tensor or variable, or any nested structure of them; the result has the same structure, each
            gradient with the shape and dtype of its source.
        output_gradients: what to weigh the target's elements with, in the target's structure; None means ones.
        unconnected_gradients: "none" gives None where the target does not depend on a source, "zero" gives zeros.

        A complex target stands for its real part, and the gradient by a complex source is conjugated, both as
        TensorFlow has it; by a real source it is real, with a warning that a part is dropped.

        TapeError if the tape never recorded, or is not persistent and has been used.

        >>> w, b = Variable([[1.0], [2.0]]), Variable([0.0])
        >>> with Tape() as t:
        ...     y = np.array([[3.0, 4.0]]) @ w + b
        >>> t.gradient(y, {"w": w, "b": b})["b"]
        Tensor([1.], shape=(1,), dtype=float64)
        """
        flat = _checked_sources(sources, unconnected_gradients)
        gradients = self._swept(self._seeds(target, output_gradients), flat)
        if output_gradients is None:
            _tell_dropped_parts(target, gradients)
        if unconnected_gradients == "zero":
            gradients = [zeros_like(x) if g is None else g for g, x in zip(gradients, flat, strict=True)]
        return _nested(gradients, sources)

    @_unlocks_after_error
    def jacobian(self, target: Any, sources: Any, unconnected_gradients: str = "none") -> Any:
        """The derivative of each element of `target` by each element of the sources.

        target: one tensor. sources, unconnected_gradients: as for `gradient`; each result has the shape
            target.shape + source.shape. All rows come out of one batched sweep.

        Each result has the dtype of its source, but is complex if the target is. The Jacobian of a complex target with
        respect to a complex source is the derivative dy/dz, without a conjugate: NoDerivativeError if the target is
        not holomorphic there. Of a real target each row is the gradient.

        >>> x = Variable([1.0, 2.0])
        >>> with Tape() as t:
        ...     y = x * x
        >>> t.jacobian(y, x).tolist()
        [[2.0, 0.0], [0.0, 4.0]]
        """
        flat = _checked_sources(sources, unconnected_gradients)
        y = _single(target, "jacobian")
        found = self._swept([(self._end(y), units(y.shape, y.dtype))], flat, stacked=1)
        jacobians = [
            None if g is None else of_rows(g, y, x).reshape(y.shape + x.shape) for g, x in zip(found, flat, strict=True)
        ]
        if unconnected_gradients == "zero":
            jacobians = [
                np.zeros(y.shape + x.shape, dtype_of(y, x)) if g is None else g
                for g, x in zip(jacobians, flat, strict=True)
            ]
        return _nested(jacobians, sources)

    @_unlocks_after_error
    def batch_jacobian(self, target: Any, source: Any, unconnected_gradients: str = "none") -> Any:
        """The Jacobian of each example of a batch by itself: shape (b, *target.shape[1:], *source.shape[1:]).

        target, source: tensors with the same number of examples along their first axis, where example i of the
            target depends on example i of the source alone, as in a model that treats its inputs one by one.

        >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> with Tape() as t:
        ...     t.watch(x)
        ...     y = np.sum(x * x, axis=1)
        >>> t.batch_jacobian(y, x).tolist()
        [[2.0, 4.0], [6.0, 8.0]]
        """
        y = _single(target, "batch_jacobian")
        x = _single(source, "batch_jacobian", "source")
        _checked_sources(x, unconnected_gradients)
        if not y.ndim or not x.ndim or len(y) != len(x):
            raise ValueError(
                f"batch_jacobian got a target of shape {y.shape} and a source of shape {x.shape}; "
                f"expected the same number of examples along the first axis of both"
            )
        rows = np.expand_dims(units(y.shape[1:], y.dtype), 1)
        rows = np.broadcast_to(rows, (len(rows), *y.shape))
        (found,) = self._swept([(self._end(y), rows)], [x], stacked=1)
        shape = y.shape + x.shape[1:]
        if found is None:
            return wrapped(np.zeros(shape, dtype_of(y, x))) if unconnected_gradients == "zero" else None
        return _tensor(np.moveaxis(of_rows(found, y, x), 0, 1).reshape(shape))

    def _swept(self, seeds: list[tuple[Value, Any]], sources: list[Tensor], stacked: int = 0) -> list[Any]:
        """The cotangent of each source; that of a variable is the sum over the values it had.

        The rules pair cotangent and tangent as Re(g · dx); TensorFlow's gradient of complex numbers is the conjugate.
        """
        self._check_usable()
        check_followed_here([x for seed in seeds for x in seed])
        self._warn_of_sources(sources)
        ends = {id(target) for target, _ in seeds}
        readings = [self.values_of(source) for source in sources]
        for source, values in zip(sources, readings, strict=True):
            now = self.value_of(source)
            if not values and id(now) in ends:  # its own target, though nothing was recorded
                values.append(now)
        targets = [] if self.persistent else [target for target, _ in seeds]
        self._remembered = []
        if targets and self._doubtful(targets, readings):
            from autograd.explain import remember  # while there is something to be remembered

            self._remembered += remember(self, targets, sources)
        with only(self._observers()):
            seeds = [(y, conjugated(g)) for y, g in seeds]
            sweep = backward if self._check is None else self._check(backward)
            late = self.late
            found = iter(sweep(self._take(), seeds, [value for values in readings for value in values], stacked, late))
            gradients = [conjugated(_total([next(found) for _ in values])) for values in readings]
        if targets and any([g is None for g in gradients]):
            from autograd.explain import unconnected

            self._remembered += unconnected(targets, [x for x, g in zip(sources, gradients, strict=True) if g is None])
        return gradients

    def _doubtful(self, targets: list[Value], readings: list[list[Value]]) -> bool:
        """Whether a source has no gradient, or may have none, as far as can be told without a walk."""
        followed = all(readings) and all([id(y) in self.known for y in targets])
        return not followed or any([all([cut.value is not y for y in targets]) for cut in self.cuts])

    def _check_usable(self) -> None:
        if not self._entered:
            raise TapeError("this tape never recorded; compute the target inside `with Tape() as t:`")
        if self._used:
            raise TapeError(
                "this tape has given its gradient already and let go of its recording; "
                "use Tape(persistent=True) for several calls, or pass several sources in one call"
            )
        self.check_unchanged()
        if self.persistent and self in open_recordings.get():
            warn(
                "gradient() inside the scope of a persistent tape is itself recorded, which costs time and memory; "
                "call it after the scope, or nest a second tape for second derivatives",
            )

    def _warn_of_sources(self, sources: list[Tensor]) -> None:
        """Warn of sources whose gradient is None, or lacks a part, for a reason that the program does not show."""
        for source in sources:
            real = source.dtype.kind in "fc"
            if real and id(source) not in self.missed:
                continue
            label = f"the source {source.name!r}" if source.name else "a source"
            if not real:
                warn(
                    f"{label} of gradient() has dtype {source.dtype}, which carries no derivative: its gradient is "
                    f"None; expected a floating dtype, e.g. {type(source).__name__}(2.0)"
                )
            if id(source) in self.missed:
                warn(
                    f"{label} of gradient() is a variable that another thread read while this tape was recording. "
                    f"What that thread computed from it is a constant. To record it, run the work of the thread as "
                    f"contextvars.copy_context().run(function, ...), with a copy for each task"
                )

    def _take(self) -> list[Node]:
        """The recorded nodes. A tape that is not persistent hands them over, to be freed as the sweep proceeds."""
        nodes = self.nodes
        if not self.persistent:
            self._let_go()
            self._used = True
        return nodes

    def _observers(self) -> tuple[Recording, ...]:
        """Who records the sweep itself: every open tape, but this one only if it is persistent."""
        return without_guards(open_recordings.get() if self.persistent else _without(self))

    def values_of(self, source: Tensor) -> list[Value]:
        """The values in the recording that stand for `source`: of a variable, each one it had when it was read."""
        if isinstance(source, Variable):
            return list(self._readings.get(id(source), []))
        return [source] if id(source) in self.known else []

    def _seeds(self, target: Any, output_gradients: Any) -> list[tuple[Value, Any]]:
        """Each target with its own cotangent."""
        if output_gradients is None:
            pairs: list[tuple[Any, Any]] = [(leaf, None) for leaf in leaves(target)]
        else:
            pairs = list(paired(target, output_gradients, "output_gradients"))
        targets = [(_constant_or_checked(leaf), weight) for leaf, weight in pairs]
        return [(self._end(y), _seed(y, weight)) for y, weight in targets]

    def _end(self, target: Tensor) -> Value:
        """What stands for a target; NoDerivativeError if it is a variable that took a followed value."""
        check_severed(target, self)
        return self.value_of(target)

    @staticmethod
    def value_of(target: Tensor) -> Value:
        """What stands for a target: of a variable, its reading of this moment."""
        return target.reading(()) if isinstance(target, Variable) else target


def _line(depth: int) -> tuple[CodeType, int]:
    """Where the program is, `depth` frames up, in the cheap form that `explain` looks up."""
    frame = sys._getframe(depth)
    return frame.f_code, frame.f_lasti


def _without(recording: Recording) -> tuple[Recording, ...]:
    return tuple([r for r in open_recordings.get() if r is not recording])


def _checked(x: Any, role: str) -> Tensor:
    if not isinstance(x, Tensor):
        got = "None" if x is None else f"{type(x).__name__} {x!r:.60}"
        raise TypeError(f"gradient got {got} as {role}; expected a Tensor or Variable, or a nested structure of them")
    return x


def _checked_sources(sources: Any, unconnected_gradients: str) -> list[Tensor]:
    if unconnected_gradients not in ("none", "zero"):
        raise ValueError(f'unconnected_gradients is {unconnected_gradients!r}; expected "none" or "zero"')
    return [_checked(source, "source") for source in leaves(sources)]


def _tell_dropped_parts(target: Any, gradients: list[Any]) -> None:
    """Warn, as TensorFlow does, that the gradient of a complex target by a real source is that of its real part."""
    if isinstance(target, Tensor) and not is_complex(target.value):
        return  # the usual case
    if any([is_complex(raw(y)) for y in leaves(target)]) and any(
        [g is not None and not is_complex(g) for g in gradients]
    ):
        warn(
            "the target is complex and a source is real: the gradient is that of the target's real part, and the "
            "derivative of its imaginary part is dropped. Take np.real(y) or np.imag(y) as target, say "
            "output_gradients=..., or ask for jacobian, which is complex here",
        )


def _single(target: Any, asked: str, role: str = "target") -> Tensor:
    if isinstance(target, list | tuple | dict):
        raise TypeError(
            f"{asked} got a {type(target).__name__} as {role}; expected one tensor. Join them with np.stack"
        )
    return _constant_or_checked(target)


def _nested(results: list[Any], sources: Any) -> Any:
    """The results as tensors, in the structure of the sources."""
    each = iter(results)
    return mapped(lambda _: _tensor(next(each)), sources)


def _tensor(x: Any) -> Any:
    return x if x is None or isinstance(x, Tensor) else wrapped(x)


def _constant_or_checked(y: Any) -> Tensor:
    """A target; what argmax and comparisons give is a plain array or truth value, and so a constant."""
    if isinstance(y, Tracer):
        return Tensor(y.value)
    if not isinstance(y, np.ndarray | np.generic | bool):
        return _checked(y, "target")
    if isinstance(y, np.ndarray) and y.dtype.kind in "fc":  # but no accuracy, which is a number
        warn(
            f"gradient got a NumPy {type(y).__name__} of {y.dtype} as target, which no tape follows, and so the result "
            f"is None; expected a tensor. Take the tensor itself rather than its numpy()"
        )
    return Tensor(y)


def _differentiable(value: Tensor) -> bool:
    if value.dtype.kind in "fc":
        return True
    warn(
        f"a tensor of dtype {value.dtype} was watched, which carries no derivative: its gradient will be None; "
        f"expected a floating dtype, e.g. Tensor(2.0)",
    )
    return False


def _seed(y: Tensor, weight: Any) -> Any:
    """The cotangent of a target: ones, or the given weight in the target's shape and dtype."""
    if weight is None:
        return ones_like(y)
    shape = np.shape(weight)
    if not is_complex(y.value) and np.iscomplexobj(raw(weight)):
        raise TypeError(
            f"output_gradients is complex for a target of dtype {y.dtype}, and its imaginary part would be lost; "
            f"expected real numbers. Take np.real(...) of them"
        )
    if shape not in ((), y.shape):
        raise ValueError(
            f"output_gradients has shape {shape} for a target of shape {y.shape}; expected the same, or a scalar"
        )
    if type(y.value) is float:
        return weight if isinstance(weight, Tensor) else float(weight)
    # A copy: the gradient may be this very array, and the caller's own buffer may change later.
    weight = converted(weight, y.dtype)
    return np.broadcast_to(weight, y.shape) if shape != y.shape else weight


def _total(parts: list[Any]) -> Any:
    """The sum of the parts that exist; None if none does."""
    total = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    return total
