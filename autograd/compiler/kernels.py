"""One loop for a run of steps on each element, compiled by numba (the extra `fast`) and kept on disk.

The arithmetic is NumPy's: infinities and NaNs come out as they do there (`error_model="numpy"`, no fast-math
flags), and numbers have the precision of the arrays they meet.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import sys
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograd.compiler.ir import Program, Ref, Step
from autograd.compiler.operands import Operands
from autograd.compiler.schedule import LOGIC, Run
from autograd.compiler.signs import SIGNS

FORMS: dict[Callable[..., Any], str] = {
    **{function: f"{{}} {sign} {{}}" for function, sign in SIGNS.items()}, np.negative: "-{}",
    np.square: "{0} * {0}", np.sqrt: "np.sqrt({})", np.absolute: "abs({})", np.reciprocal: "{one} / {0}",
    np.sign: "{0} if {0} != {0} else {one} if {0} > 0 else -{one} if {0} < 0 else {zero}",
    np.maximum: "{0} if {0} > {1} or {0} != {0} else {1}", np.minimum: "{0} if {0} < {1} or {0} != {0} else {1}",
    np.where: "{1} if {0} else {2}",
    np.logical_and: "{} and {}", np.logical_or: "{} or {}",
    np.logical_not: "not {}", np.isnan: "{0} != {0}", np.isfinite: "np.isfinite({})",
}  # fmt: skip


@cache
def available() -> bool:
    """Whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


def kernel(run: Run, program: Program, operands: Operands) -> ModuleType:
    """The run as a module with one compiled loop over the arrays of `operands`: `loop(*arrays)`."""
    return module_of(text_of(run, program, operands))


def text_of(run: Run, program: Program, operands: Operands) -> str:
    """The source of the loop: a module."""
    words = Words(program)
    lines = [f"{words.new(ref)} = {operands.element(ref)}" for ref in run.inputs]
    several = len(run.steps) - run.sums
    lines += [words.line(step) for step in run.steps[:several]]
    lines += [f"{operands.target(ref)} = {words[ref]}" for ref in run.outs if ref in words]
    zeros = []
    for step in run.steps[several:]:
        target = operands.target(step.outs[0])
        zeros.append(f"    {target} = 0")
        lines.append(f"{target} += {words[step.args[0]]}")
    whole = operands.whole
    if run.sums:
        zeros = [f"for j in range(np.uint64({whole}.shape[1])):", *zeros]
    # Of unsigned numbers the compiler knows that they do not count from behind.
    loops = [f"for i in range(np.uint64({whole}.shape[0])):"]
    loops += [f"    for j in range(np.uint64({whole}.shape[1])):"] * operands.rows
    indent = "    " * len(loops)
    body = [*zeros, *loops, *[f"{indent}{line}" for line in lines]]
    return module_text(words, operands.parameters, body)


def module_text(words: Words, parameters: list[str], body: list[str]) -> str:
    """A module with `loop`, a function of these parameters, which numba compiles when it is first called."""
    return "\n".join([
        "import numba", "import numpy as np", "",
        *[f"{name} = {value}" for value, name in words.constants.items()], "",
        '@numba.njit(error_model="numpy", cache=CACHE)', f"def loop({', '.join(parameters)}):",
        *[f"    {line}" for line in body], "",
    ])  # fmt: skip


class Words:
    """What values are called in the text of a loop. They are numbered anew, so that equal loops are equal texts.

    constants: names of numbers, by how they are made.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: dict[str, str] = {}
        self._words: dict[Ref, str] = {}
        self._numbers = count()

    def __getitem__(self, ref: Ref) -> str:
        return self._words[ref]

    def __contains__(self, ref: Ref) -> bool:
        return ref in self._words

    def new(self, ref: Ref) -> str:
        """A name for a value that had none."""
        return self._words.setdefault(ref, f"v{next(self._numbers)}")

    def forget(self, ref: Ref) -> None:
        """Let a name go that means something in one loop alone."""
        del self._words[ref]

    def line(self, step: Step) -> str:
        """The step on one element each, whose operands have names."""
        dtype = _computed_in(step, self.program)
        args = [self._word(x, dtype) for x in step.args]
        if step.function is np.where:
            args[0] = self[step.args[0]] if isinstance(step.args[0], Ref) else repr(bool(step.args[0]))
        elif step.function in LOGIC:
            args = [self[x] if isinstance(x, Ref) else repr(bool(x)) for x in step.args]
        form = FORMS[step.function]
        ones = {"one": self.number(1, dtype), "zero": self.number(0, dtype)} if "{one}" in form else {}
        return f"{self.new(step.outs[0])} = {form.format(*args, **ones)}"

    def cast(self, ref: Ref, dtype: Any) -> str:
        """A value as one of another dtype."""
        return f"np.{dtype}({self[ref]})"

    def _word(self, x: Any, dtype: Any) -> str:
        if not isinstance(x, Ref):
            return self.number(x, dtype)
        return self[x] if self.program.kinds[x].dtype == dtype else self.cast(x, dtype)

    def number(self, x: Any, dtype: Any) -> str:
        """The name of a constant."""
        if dtype.kind == "b":
            return repr(bool(x))
        number = str(float(x)) if dtype.kind == "f" else str(int(x))
        return self.constants.setdefault(f"np.{dtype}({number!r})", f"c{len(self.constants)}")


def _computed_in(step: Step, program: Program) -> np.dtype[Any]:
    """The dtype that a step computes in; Python's numbers take it on."""
    kinds = [program.kinds[ref] for ref in step.reads]
    arrays = [kind.dtype for kind in kinds if kind.number is None]
    numbers: list[Any] = [kind.number(0) for kind in kinds if kind.number is not None]
    if step.function is np.where:
        return program.kinds[step.outs[0]].dtype
    plain = [type(x)(0) for x in step.args if not isinstance(x, Ref)]
    dtype = np.result_type(*arrays, *numbers, *plain)
    return np.dtype(np.int64) if dtype.kind in "iu" else dtype  # that of whole numbers which are compared


@cache
def module_of(text: str) -> ModuleType:
    """The module with this text: from a file beside which numba keeps what it compiled, or from memory."""
    name = "gradtape_kernel_" + hashlib.sha256(text.encode()).hexdigest()[:16]
    try:
        path = _folder() / f"{name}.py"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            temporary.write_text(text.replace("CACHE", "True"), encoding="utf-8")
            os.replace(temporary, path)  # in one step, since another process may be doing the same
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(f"{path.parent} can not be written to")
    except (OSError, RuntimeError):  # no home, or one that can not be written to
        module = ModuleType(name)
        exec(compile(text.replace("CACHE", "False"), name, "exec"), module.__dict__)
        sys.modules[name] = module
        return module
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # numba finds what it keeps on disk by the module's name
    spec.loader.exec_module(module)
    return module


def is_kept(module: ModuleType) -> bool:
    """Whether numba has compiled its loop before, in this process or another one, and kept it on disk."""
    folder = module.loop.stats.cache_path
    return folder is not None and any(Path(folder).glob(f"{module.__name__}.loop-*.nbi"))


def _folder() -> Path:
    return Path(os.environ.get("GRADTAPE_CACHE") or Path.home() / ".cache" / "gradtape") / "kernels"
