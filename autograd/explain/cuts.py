"""What happened where a value left the graph, or went into a function without a derivative, and what to try."""

from __future__ import annotations

from autograd.explain.facts import Left
from autograd.explain.model import Place, Reason

_CUTS = {
    "numpy()": (
        "converted",
        "was converted to NumPy",
        "compute with the tensor itself; NumPy's functions take tensors, as in np.sin(x)",
    ),
    "tolist()": ("converted", "was converted to a list", "compute with the tensor itself"),
    "conversion to a Python number": (
        "converted",
        "was converted to a Python number, as float(), item() and the functions of math do",
        "compute with the tensor itself and with NumPy's functions, and convert only what is printed",
    ),
    "conversion to an integer": (
        "converted",
        "was converted to an integer, which carries no derivative",
        "compute with the tensor itself, and convert only what is printed or used as an index",
    ),
    "stop_gradient": (
        "stop_gradient",
        "was made a constant by stop_gradient",
        "remove stop_gradient if you want a gradient there",
    ),
}


def cut_reason(cut: Left, source: str) -> Reason:
    """What happened where a value left the graph."""
    if cut.what.startswith("astype("):
        dtype = cut.what.removeprefix("astype(").removesuffix(")")
        kind, what = "cast", f"was cast to {dtype}, which carries no derivative"
        advice = "compute with floats, and cast what is not to be differentiated"
    else:
        taken_out = ("converted", f"left the graph by {cut.what}", "compute with the tensor itself")
        kind, what, advice = _CUTS.get(cut.what, taken_out)
    return Reason(kind, f"{_subject(cut, source)} {what}", advice, cut.where)


def plain_reason(cut: Left, source: str) -> Reason:
    """What happened where a function without a derivative took a value."""
    return Reason(
        "plain",
        f"{_subject(cut, source)} went into {cut.what}, which gives plain values without a derivative",
        "comparisons, argmax, argsort and shapes are constants to the tape; where a gradient is wanted, use an "
        "operation that has one, such as np.max, np.sort, np.where or a softmax",
        cut.where,
    )


def stopped_reason(where: Place) -> Reason:
    """What happened where recording was stopped."""
    what = "what was computed inside stop_recording() is a constant"
    return Reason("stop_recording", what, "compute it outside that block", where)


def thread_reason(source: str, target: str) -> Reason:
    """What happened where another thread read the source, a variable."""
    return Reason(
        "other thread",
        f"{source} was read on another thread or in another context, and what is computed there from a variable is not "
        f"recorded",
        f"compute {target} on the thread of the tape, or run the work of the other thread as "
        f"contextvars.copy_context().run(function, ...)",
    )


def _subject(cut: Left, source: str) -> str:
    return cut.name or (source if cut.own else f"a value computed from {source}")
