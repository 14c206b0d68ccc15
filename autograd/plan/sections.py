"""Large arrays: products and loops that follow one another as one compiled function, which several threads do together.

Each product and each loop is divided among the threads, and each begins when all have done their part of the one
before. Products are BLAS's, one thread each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from autograd.plan.groups import Group, grouped, only_shows
from autograd.plan.memory import Memory, Part, outs_of, reads_of, steps_of
from autograd.plan.program import Program, Ref, Step
from autograd.plan.schedule import Run, before_changes, by_kind
from autograd.plan.traced import item, method_of

LOOP = 2**14  # elements from which a loop is divided
PRODUCT = 2**16  # multiplications from which a product is
LONGEST = 16  # parts of a section: more take long to compile
WORTH = 2**22  # multiplications, of all products, from which threads pay for a program

# Functions of NumPy that call BLAS for large arrays; those of its linalg do, too.
_WITH_BLAS = frozenset([np.matmul, np.dot, np.vdot, np.inner, np.tensordot, np.einsum, method_of("dot")])


class Section(Group):
    """Products and loops that threads do together."""


def is_large(part: Part, program: Program) -> bool:
    """Whether a part can be divided among threads, and is worth it."""
    if isinstance(part, Run):
        return prod(part.shape) >= LOOP
    return multiplications(part, program) >= PRODUCT


def is_worth_it(parts: Sequence[Part], program: Program, least: float) -> bool:
    """Whether a program's products take so many multiplications, and BLAS calls its own threads for nothing else.

    Those look out for more to do for a while, and would be in the way.
    """
    others = [part for part in parts if isinstance(part, Step) and not is_large(part, program)]
    return multiplications_of(program) >= least and not any([_may_use_blas(step, program) for step in others])


def _may_use_blas(step: Step, program: Program) -> bool:
    function = step.function
    sizes = [prod(program.kinds[ref].shape) for ref in [*step.reads, *step.outs]]
    if max(sizes, default=0) < LOOP:
        return False
    module = getattr(function, "__module__", None) or "numpy"
    known = module.startswith("numpy") and "linalg" not in module
    return function in _WITH_BLAS or not (known or module == item.__module__)


def multiplications(step: Step, program: Program) -> int:
    """How many a product of two matrices takes; 0 for all other steps, and for products that BLAS does not do."""
    if step.function not in (np.matmul, np.dot) or step.options or not all([type(x) is Ref for x in step.args]):
        return 0
    a, b, out = [program.kinds[ref] for ref in (*step.args, *step.outs)]
    known = len(a.shape) == len(b.shape) == 2 and a.dtype == b.dtype and a.dtype.char in "fd" and a.dtype.isnative
    if not known or out.order is not None or min(*a.shape, *b.shape) < 2:
        return 0
    return a.shape[0] * a.shape[1] * b.shape[1]


def multiplications_of(program: Program) -> int:
    """How many all products of two matrices take."""
    return sum([multiplications(step, program) for step in program.steps])


def gathered(parts: Sequence[Part], program: Program) -> list[Part]:
    """The parts in an order in which large ones follow one another; what changes the state still comes last."""
    early = before_changes(program)
    first = [part for part in parts if any([step in early for step in steps_of(part)])]
    rest = [part for part in parts if not any([step in early for step in steps_of(part)])]
    return [*_gathered(first, program), *_gathered(rest, program)]


def _gathered(parts: Sequence[Part], program: Program) -> list[Part]:
    kinds = [True if is_large(part, program) or isinstance(part, Run) else None for part in parts]
    return [parts[i] for i, _ in by_kind([(reads_of(part), outs_of(part)) for part in parts], kinds)]


def sections(parts: Sequence[Part], memory: Memory, program: Program) -> list[int | Section]:
    """The parts by their places, large ones that follow one another together, and small loops among them."""

    def takes(at: int) -> bool:
        part = parts[at]
        loop = isinstance(part, Run) and bool(part.shape)
        return (loop or is_large(part, program)) and not memory.guards_at.get(at)

    def checked(section: Section) -> Iterator[int | Section]:
        if len(section.parts) > LONGEST:
            last = section.parts[LONGEST - 1]
            yield from checked(section.cut(-1, last + 1))
            yield from checked(section.cut(last, len(parts)))
        elif any([is_large(parts[at], program) for at in section.parts]):
            yield section
        else:
            yield from section.apart()

    return grouped(Section, range(len(parts)), takes, lambda at: only_shows(at, parts, memory, program), checked)


def in_order(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A matrix for BLAS: the same, or a copy if neither its rows nor its columns lie one after the other."""
    (height, width), (down, right), size = x.shape, x.strides, x.itemsize
    by_rows = right == size and down >= width * size and down % size == 0
    by_columns = down == size and right >= height * size and right % size == 0
    return x if by_rows or by_columns else x.copy()


class Text:
    """A section as the source of a compiled function, and the `arguments` to call it with, after the crew."""

    def __init__(self, calls: Sequence[tuple[str, list[str]]]) -> None:
        """calls: the module of a loop and what it is called with; of a product "" and its three arrays."""
        parameters: dict[str, str] = {}
        imports: list[str] = []
        body: list[str] = []
        for module, arguments in calls:
            given = [parameters.setdefault(name, f"p{len(parameters)}") for name in arguments]
            if body:
                body.append("meet(crew, ranks)")
            if module:
                imports.append(f"from {module} import loop as loop{len(imports)}")
                body.append(f"loop{len(imports) - 1}(rank, ranks, {', '.join(given)})")
            else:
                body.append(f"product(crew, rank, ranks, {', '.join(given)})")
        self.arguments = list(parameters)
        names = ", ".join(["crew", *parameters.values()])
        decorator = '@numba.njit(error_model="numpy", nogil=True, cache=CACHE)'
        self.text = "\n".join([
            f"# {_version()}", "import numba", "",
            "from autograd.plan.native import address_of, function_of",
            "from autograd.plan.product import product", "from autograd.plan.team import meet, together", *imports,
            "", "", decorator, f"def part(rank, ranks, {names}):", *[f"    {line}" for line in body],
            "", "", decorator, f"def loop({names}):", f"    args = ({names})",
            "    together(crew, function_of(part, args), address_of(args))", "",
        ])  # fmt: skip


@cache
def _version() -> str:
    """Of the modules that become part of what numba keeps on disk."""
    sources = [Path(__file__).with_name(name).read_bytes() for name in ("native.py", "team.py", "product.py")]
    return hashlib.sha256(b"".join(sources)).hexdigest()[:16]
