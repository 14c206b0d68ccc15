"""The arrays that a run of steps goes over: which there are, and how its elements are named in a loop."""

from __future__ import annotations

from autograd.compiler.ir import Program, Ref
from autograd.compiler.schedule import Run


class Operands:
    """Names for a run's arrays as parameters of a function: `arguments` are what to call it with.

    names: what each input and output is called where the function is called. One that is written in place of another
    has the same name, and is one parameter.
    rows: whether one of them is a row, so that the loop has to go over rows and columns.
    """

    def __init__(self, run: Run, program: Program, names: dict[Ref, str]) -> None:
        kinds = program.kinds
        self.shapes = {ref: kinds[ref].shape for ref in [*run.inputs, *run.outs]}
        self.shape = run.shape
        self.rows = any([self.shapes[ref] not in (run.shape, ()) for ref in [*run.inputs, *run.outs]])
        flat = f".reshape(-1, {run.shape[-1]})" if self.rows else ".reshape(-1)" if len(run.shape) > 1 else ""
        if self.rows and len(run.shape) == 2:
            flat = ""
        found: dict[str, str] = {}
        self.parameter: dict[Ref, str] = {}
        for ref in [*run.outs, *run.inputs]:
            shape = self.shapes[ref]
            if shape == run.shape:
                argument = names[ref] + flat
            elif shape == ():
                argument = names[ref] + ("" if kinds[ref].number else "[()]")  # a number, also of an array without axes
            else:
                argument = names[ref] + (".reshape(-1)" if len(shape) > 1 else "")
            self.parameter[ref] = found.setdefault(argument, f"p{len(found)}")
        self.arguments = list(found)
        self.parameters = list(found.values())
        self.whole = self.parameter[run.outs[0]]

    def element(self, ref: Ref) -> str:
        """The element of an input that the loop is at."""
        shape = self.shapes[ref]
        return self.parameter[ref] + (self._place if shape == self.shape else "" if shape == () else "[j]")

    def target(self, ref: Ref) -> str:
        """The element of an output; of a sum of rows, that of its column."""
        return self.parameter[ref] + (self._place if self.shapes[ref] == self.shape else "[j]")

    @property
    def _place(self) -> str:
        return "[i, j]" if self.rows else "[i]"
