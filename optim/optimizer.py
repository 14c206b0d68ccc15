"""`Optimizer`: what all optimizers share. Checks, learning rate, clipping, weight decay, slots, and the step itself.

An optimizer adds its slots and its rule, the few lines of maths that change one stretch of a variable.
"""

from __future__ import annotations

import inspect
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, TypedDict

import numpy as np

from autograd import Variable
from autograd.compiler.hooks import Loop, current_trace, depends_on, elementwise_loop, fresh
from autograd.graph import in_phase
from optim import clipping, pairs
from optim.checks import Check, count, non_negative, optional, positive, whole
from optim.keywords import near, suggests
from optim.slots import BLOCK, Array, Kept, Slots

LearningRate = float | Callable[[int], float]

FLUSH_EVERY = 256  # steps
CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


class Common(TypedDict, total=False):
    """The options that every optimizer takes by keyword; `Optimizer` explains them."""

    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None


class Optimizer(ABC):
    """Changes variables along their gradients; `apply_gradients` is one step.

    learning_rate: a number from 0 on, or a function that takes the step number (0 for the first) and gives one.
        A step with learning rate 0, as a warm-up may begin with, changes the slots and leaves the variables.
    slots: name and initial number of each array that the rule keeps beside a variable.
    weight_decay: before the step, w -= w · weight_decay · learning_rate. It is decoupled from the gradient
        (Loshchilov and Hutter, arXiv:1711.05101), where PyTorch's SGD, Adam, RMSprop and Adagrad add it to the
        gradient instead.
    clipnorm: a gradient whose norm is larger is scaled down to this norm.
    clipvalue: the elements of gradients are brought into [-clipvalue, clipvalue].
    global_clipnorm: as clipnorm, for all gradients of the step together. At most one of these three.

    ValueError or TypeError for numbers out of range, also when an attribute is set later; AttributeError where an
    optimizer of this package has no such attribute. `iterations` counts the steps made, and is what a learning
    rate that is a function is given. Each variable also has a count of its steps, so that one that joins late is
    corrected for its own start.

    A float16 variable is updated in float32, and its slots are float32: only the new value is rounded. A step that is
    smaller than half the distance between neighbouring float16 numbers, 0.0005 at 1, is lost in that.

    A new optimizer is a class with a rule:

    >>> class SignDescent(Optimizer):
    ...     def rule(self, w, g, slots, learning_rate, scratch):
    ...         np.sign(g, out=scratch)
    ...         scratch *= learning_rate
    ...         w -= scratch
    >>> w = Variable([1.0, 2.0])
    >>> SignDescent(learning_rate=0.5).apply_gradients([(np.array([-7.0, 0.1]), w)])
    >>> w.numpy()
    array([1.5, 1.5])
    """

    checks: ClassVar[dict[str, Check]] = {
        "iterations": count,
        "weight_decay": optional(non_negative),
        "clipnorm": optional(positive),
        "clipvalue": optional(positive),
        "global_clipnorm": optional(positive),
    }
    """What each hyperparameter has to be; a subclass lists its own."""

    slot_of: ClassVar[dict[str, str]] = {}
    """The slot that a hyperparameter needs while it is not 0 or False."""

    pure_rule: ClassVar[bool] = False
    """Whether `rule` does nothing but what its arguments and the options say, so that it can be compiled to a loop."""

    state_names: ClassVar[frozenset[str]] = frozenset({"iterations", "_learning_rate", "_warned", "_makes_loop"})
    """Attributes that are no settings, on which a compiled step would depend."""

    _open: ClassVar[bool] = True  # whether attributes may be set that the class does not know
    _checks: ClassVar[dict[str, Check]] = checks  # with those of the bases
    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    iterations: int

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._checks = {**cls._checks, **cls.checks}
        cls._open = vars(cls).get("_open", True)
        if "rule" in vars(cls):
            cls.pure_rule = vars(cls).get("pure_rule", False)

    @suggests(
        lr="learning_rate=...",
        decay="learning_rate=lambda step: 0.01 / (1 + decay * step), or weight_decay=... to shrink the weights",
        name="leaving it out: optimizers have no names",
        use_ema="averaging the weights in a callback",
        ema_momentum="averaging the weights in a callback",
        ema_overwrite_frequency="averaging the weights in a callback",
        loss_scale_factor="multiplying the loss and dividing the learning rate",
        gradient_accumulation_steps="a larger batch_size, or adding up gradients before apply_gradients",
    )
    def __init__(
        self,
        learning_rate: LearningRate,
        slots: Mapping[str, float] | None = None,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
    ) -> None:
        self._slots = Slots(slots or {})
        for option, slot in self.slot_of.items():
            if getattr(self, option):
                self._slots.start(slot, 0.0)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.iterations = 0
        self._makes_loop = False
        self._warned = False
        self._loops: dict[Any, Loop | None] = {}  # the rule as a loop, by dtype and options

    def __setattr__(self, name: str, value: Any) -> None:
        """Check a hyperparameter as the constructor does."""
        check = self._checks.get(name)
        if check is not None:
            value = check(name, value)
            if name in CLIPS:
                self._check_one_clip(name, value)
            if name in self.slot_of and value and not vars(self).get(name, True):
                self._slots.start(self.slot_of[name], 0.0)
        elif name[0] != "_" and not hasattr(type(self), name) and not self._open:
            known = ["learning_rate", *self._checks]
            hint = ["'learning_rate'"] if name == "lr" else near(name, known)
            raise AttributeError(
                f"{type(self).__name__} has no {name!r}; expected one of {', '.join(known)}."
                + (f" Did you mean {' or '.join(hint)}?" if hint else "")
            )
        super().__setattr__(name, value)

    def _check_one_clip(self, name: str, value: float | None) -> None:
        limits = {clip: vars(self).get(clip) for clip in CLIPS} | {name: value}
        if value is not None and sum(limit is not None for limit in limits.values()) > 1:
            got = [f"{clip}={limit if limit is None else f'{limit:g}'}" for clip, limit in limits.items()]
            raise ValueError(
                f"got {got[0]}, {got[1]} and {got[2]}; expected at most one of the three. Set one to None first"
            )

    @abstractmethod
    def rule(self, w: Array, g: Array, slots: dict[str, Array], learning_rate: float, scratch: Array) -> None:
        """Change `w`, and the slots, in place by one step along `g`, which is not written to.

        All are one-dimensional stretches of equal length and dtype; `scratch` holds nothing and may be written to.
        """

    @property
    def learning_rate(self) -> float:
        """The learning rate of the coming step; set it to a number or to a function of the step number."""
        if current_trace() is None:
            return self._rate_of(self.iterations)
        return self.of_step(self._rate_of, "learning_rate")

    @learning_rate.setter
    def learning_rate(self, rate: LearningRate) -> None:
        if callable(rate):
            _check_takes_step(rate)
        self._learning_rate = rate if callable(rate) else non_negative("learning_rate", rate)

    def _rate_of(self, step: int) -> float:
        rate = self._learning_rate
        return non_negative(f"the learning rate of step {step}", rate(step)) if callable(rate) else rate

    def of_step(self, function: Callable[[int], float], name: str = "") -> float:
        """A number that depends on how many steps came before: `function(steps)`, for use in a rule.

        In a rule these are the steps of the variable that it works on, elsewhere those of the optimizer. Where the
        step is part of a compiled function, it is asked for anew at each run, and called `name` in its text.

        >>> import optim
        >>> optim.SGD().of_step(lambda step: 0.5**step)
        1.0
        """
        trace, kept = current_trace(), self._slots.current
        if trace is None:
            return function(self._steps(kept))
        if self._makes_loop:  # which serves every variable
            return fresh(lambda: function(self._steps(self._slots.current)), name)
        variable = None if kept is None else kept.variable
        before = sum(isinstance(step, _Step) and step.concerns(self, variable) for step in trace.after_run)
        if variable is None:
            return fresh(lambda: function(self.iterations + before), name)
        return fresh(lambda: function(self._slots.of(variable).steps + before), name)

    def _steps(self, kept: Kept | None) -> int:
        return self.iterations if kept is None else kept.steps

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> None:
        """Make one step.

        grads_and_vars: (gradient, variable) pairs, for example zip(gradients, variables). A gradient is a Tensor or
            an array of the variable's shape; a variable whose gradient is None stays as it is, with one warning.

        TypeError or ValueError for what can not be right; nothing has been changed then. Variables are updated in
        their own buffers and keep their dtype; a tape or a view that still holds a buffer keeps the old values.

        >>> import optim
        >>> w = Variable([1.0, 2.0])
        >>> optim.SGD(learning_rate=0.1).apply_gradients([(np.array([1.0, -1.0]), w)])
        >>> w.numpy()
        array([0.9, 2.1])
        """
        given = list(grads_and_vars)
        gradients, variables, missing = pairs.read(given)
        trace = current_trace()
        rate = self.learning_rate if trace is None else self.of_step(self._rate_of, "learning_rate")
        if missing and not self._warned:
            self._warned = True
            warnings.warn(
                f"the gradient is None of {', '.join(missing)}, left unchanged; expected an array. Was each used "
                "inside the tape's scope, and is the loss computed from it? (This is said once per optimizer.)",
                stacklevel=2,
            )
        if trace is not None:
            with in_phase("update"):
                self._trace_update(trace, gradients, variables, rate)
        else:
            try:
                for g, variable in zip(self._clipped(gradients), variables, strict=True):
                    self._slots.current = self._slots.of(variable)
                    self._update(g, variable, self._slots.current.arrays, rate)
            finally:
                self._slots.current = None
            self._count(variables)
        for gradient, variable in given:
            variable.note_stored(gradient, "apply_gradients()")  # an outer tape may follow the gradient

    def get_state(self, variables: Iterable[Variable]) -> dict[str, Any]:
        """What has to be saved to go on later: the step count, and copies of the slots of these variables.

        The number of steps of a variable that was not in all of them is under "steps/0", after its place.

        >>> import optim
        >>> w = Variable([1.0, 2.0])
        >>> optimizer = optim.SGD(learning_rate=0.1, momentum=0.9)
        >>> optimizer.apply_gradients([(np.array([1.0, -1.0]), w)])
        >>> optimizer.get_state([w])
        {'iterations': 1, '0/velocity': array([-0.1,  0.1])}
        """
        return {"iterations": self.iterations, **self._slots.get(list(variables), self.iterations)}

    def set_state(self, state: Mapping[str, Any], variables: Sequence[Variable]) -> None:
        """Go on from what `get_state` gave for variables in the same order; ValueError if it does not fit."""
        if "iterations" not in state:
            raise ValueError(f"the state holds {sorted(state)}; expected 'iterations' among them, as get_state() gives")
        iterations = count("the state's 'iterations'", whole(state["iterations"]))
        arrays = {key: array for key, array in state.items() if key != "iterations"}
        self._slots.set(arrays, list(variables), iterations)
        self.iterations = iterations

    def _clipped(self, gradients: list[Array]) -> list[Array]:
        if self.clipvalue is not None:
            return [clipping.by_value(g, self.clipvalue) for g in gradients]
        if self.clipnorm is not None:
            return [clipping.by_norm(g, self.clipnorm) for g in gradients]
        if self.global_clipnorm is not None:
            return clipping.by_global_norm(gradients, self.global_clipnorm)
        return gradients

    def _update(self, g: Array, variable: Variable, arrays: dict[str, Array], rate: float) -> None:
        """Run the rule over one variable, block by block."""
        slots = {name: array.reshape(-1) for name, array in arrays.items()}
        # No name may be bound to variable.value here: writable() would see it as somebody else's and copy.
        in_place = type(variable.value) is np.ndarray and variable.value.flags.c_contiguous
        in_place = in_place and variable.value.dtype.char != "e"  # float16, of which a wider copy is updated
        w = variable.writable().reshape(-1) if in_place else np.asarray(variable.value, g.dtype).flatten()
        loop = self._loop(w.dtype) if w.size >= BLOCK and in_place else None
        if loop is not None:
            loop([w, g, *slots.values()], [rate])
            return
        scratch = np.empty(min(w.size, BLOCK), w.dtype)
        for start in range(0, w.size, BLOCK):
            block = slice(start, start + BLOCK)
            part = w[block]
            rest = scratch[: part.size]
            if self.weight_decay:
                np.multiply(part, self.weight_decay * rate, out=rest)
                part -= rest
            self.rule(part, g[block], {name: array[block] for name, array in slots.items()}, rate, rest)
        if not in_place:
            variable.assign(w.reshape(variable.shape).astype(variable.dtype, copy=False))

    def _loop(self, dtype: Any) -> Loop | None:
        """The rule as one compiled loop, if it can be one; made once for each dtype and setting of the options."""
        if not self.pure_rule:
            return None  # it is not known what else it does
        names = list(self._slots.initial)
        options = {name: x for name, x in vars(self).items() if name[0] != "_" and name != "iterations"}
        key = (dtype, repr(options))
        if key not in self._loops:

            def change(w: Array, g: Array, *rest: Any) -> None:
                *slots, rate = rest
                if self.weight_decay:
                    w -= w * (self.weight_decay * rate)
                self.rule(w, g, dict(zip(names, slots, strict=True)), rate, np.empty_like(w))

            self._makes_loop = True
            try:
                self._loops[key] = elementwise_loop(change, [dtype] * (2 + len(names)), count=1)
            finally:
                self._makes_loop = False
        return self._loops[key]

    def _trace_update(self, trace: Any, gradients: list[Array], variables: list[Variable], rate: Any) -> None:
        """The step as part of a compiled function: the rule on whole arrays, which are written down as it goes."""
        depends_on(self)
        for g, variable in zip(gradients, variables, strict=True):
            trace.name(g.reshape(variable.shape), f"d_{variable.name}" if variable.name else "gradient")
        try:
            for g, variable in zip(self._clipped(gradients), variables, strict=True):
                self._slots.current = self._slots.of(variable)
                self._trace_one(trace, g, variable, rate)
        finally:
            self._slots.current = None
        trace.after_run.append(_Step(self, variables))

    def _trace_one(self, trace: Any, g: Array, variable: Variable, rate: Any) -> None:
        w: Any = trace.writable(variable)
        slots: dict[str, Any] = {}
        for name in self._slots.of(variable).arrays:
            label = f"{name}_of_{variable.name}" if variable.name else name
            slots[name] = trace.array(partial(self._slot, variable, name), label)
        wide = w.astype(g.dtype) if g.dtype != w.dtype else w
        scratch = np.empty_like(wide)
        if self.weight_decay:
            wide -= wide * (self.weight_decay * rate)
        self.rule(wide, g.reshape(w.shape), slots, rate, scratch)
        if wide is not w:
            w[...] = wide

    def _slot(self, variable: Variable, name: str) -> Array:
        return self._slots.of(variable).arrays[name]

    def _count(self, variables: list[Variable]) -> None:
        vars(self)["iterations"] += 1  # it needs no check
        for variable in variables:
            self._slots.of(variable).steps += 1
        if self.iterations % FLUSH_EVERY == 0:
            self._slots.flush()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_loops": {}}  # which are made anew where they are needed

    def __repr__(self) -> str:
        options = {"learning_rate": self._learning_rate} | {
            name: value for name, value in vars(self).items() if name[0] != "_" and value is not None
        }
        del options["iterations"]
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in options.items())})"


def _check_takes_step(rate: Callable[..., float]) -> None:
    try:
        inspect.signature(rate).bind(0)
    except TypeError as error:
        name = getattr(rate, "__name__", type(rate).__name__)
        raise TypeError(
            f"learning_rate is {name}{inspect.signature(rate)}; expected a function of one argument, the number of the "
            "step. Try lambda step: 0.1 / (1 + step)"
        ) from error
    except ValueError:
        pass  # written in C, which has no signature to look at


class _Step:
    """A step in a compiled function, to be counted after each run."""

    def __init__(self, optimizer: Optimizer, variables: list[Variable]) -> None:
        self.optimizer, self.variables = optimizer, variables

    def concerns(self, optimizer: Optimizer, variable: Variable | None) -> bool:
        """Whether the optimizer made it, and changed the variable in it; every variable if that is None."""
        return self.optimizer is optimizer and (variable is None or any(v is variable for v in self.variables))

    def __call__(self) -> None:
        self.optimizer._count(self.variables)
