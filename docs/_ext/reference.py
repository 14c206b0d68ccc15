"""The pages of the reference, written from the packages themselves: public names, and the table of operations."""

from __future__ import annotations

import ast
import importlib
import inspect
import runpy
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

# The modules that have a page, in the order of the reference. Public modules found in an __all__ follow their package.
ENGINE = [
    "autograd", "autograd.errors", "autograd.picture", "autograd.compiler", "autograd.families", "autograd.primitive",
]  # fmt: skip
COLUMNS = 88  # of code that a page shows without scrolling
OURS = {"autograd", "optim", "nn"}
PACKAGES = [*ENGINE, "optim", "nn", "nn.errors"]


def write_pages(folder: Path) -> None:
    """Write a page per module, the page of operations and the pictures of the examples into `folder`."""
    folder.mkdir(exist_ok=True)
    wanted = {f"{module.__name__}{rest}.rst" for module in modules() for rest in ("", *_pages_of(module))}
    for old in folder.glob("*.rst"):
        if old.name not in wanted:
            old.unlink()
    for module in modules():
        write(folder / f"{module.__name__}.rst", module_page(module))
    write(folder / "operations.md", operations_page())
    for example in sorted((folder.parent / "examples").glob("*.py")):
        graph = runpy.run_path(str(example))["graph"]
        write(folder / f"{example.stem}.svg", graph.to_svg(backward=True, engine="layered"))
        write(folder / f"{example.stem}.html", graph.interactive()._repr_html_())


def write(path: Path, text: str) -> None:
    """Write `text`, unless it is there already; an untouched page need not be built again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


@cache
def modules() -> tuple[ModuleType, ...]:
    """The modules with a page of their own."""
    found: dict[str, ModuleType] = {}

    def add(module: ModuleType) -> None:
        found.setdefault(module.__name__, module)
        for name in public_names(module):
            inner = getattr(module, name)
            if inspect.ismodule(inner) and inner.__name__.startswith(module.__name__ + "."):
                add(inner)

    for name in PACKAGES:
        add(importlib.import_module(name))
    return tuple(found.values())


def public_names(module: ModuleType) -> list[str]:
    """`__all__`, or what the module itself defines under a name without an underscore."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, x in vars(module).items()
        if name[0] != "_" and getattr(x, "__module__", None) == module.__name__ and (callable(x))
    ]


@cache
def homes() -> dict[int, str]:
    """Which module shows a class or function: the first that makes it public. By the object's id."""
    found: dict[int, str] = {}
    for module in modules():
        for name in public_names(module):
            found.setdefault(id(getattr(module, name)), module.__name__)
    return found


def _pages_of(module: ModuleType) -> list[str]:
    """The ends of the names of the pages that autosummary writes for what is at home in this module."""
    return [f".{name}" for name in public_names(module) if homes()[id(getattr(module, name))] == module.__name__]


@cache
def links() -> dict[str, str]:
    """Names as docstrings write them, and the full names they stand for; ambiguous ones are left out."""
    found: dict[str, set[str]] = {}
    for module in modules():
        for name in public_names(module):
            x = getattr(module, name)
            if not (inspect.isclass(x) or inspect.isfunction(x)):
                continue
            full = f"{homes()[id(x)]}.{name}"
            tail = f"{module.__name__}.{name}".split(".")
            # A class is known by its bare name; `fit` or `get` alone could mean several functions and methods.
            for i in range(len(tail) if inspect.isclass(x) else len(tail) - 1):
                found.setdefault(".".join(tail[i:]), set()).add(full)
            if inspect.isclass(x):
                for method in vars(x):
                    if method[0] != "_":
                        found.setdefault(f"{name}.{method}", set()).add(f"{full}.{method}")
    return {short: next(iter(full)) for short, full in found.items() if len(full) == 1}


def inherited() -> dict[str, str]:
    """For each class the bases whose members its page leaves out: they have a page of their own, or are not ours."""
    found = {}
    for module in modules():
        for name in public_names(module):
            cls = getattr(module, name)
            if inspect.isclass(cls):
                bases = [b for b in cls.__mro__[1:] if id(b) in homes() or b.__module__.split(".")[0] not in OURS]
                found[f"{module.__name__}.{name}"] = ", ".join([base.__name__ for base in bases])
    return found


def hooks() -> str:
    """Methods through which the engine's parts talk to each other, which are nobody else's concern."""
    from autograd.graph import Recording, Value

    names = [name for owner in (Recording, Value) for name, x in vars(owner).items() if inspect.isfunction(x)]
    return ", ".join([name for name in names if name[0] != "_"])


def module_page(module: ModuleType) -> str:
    """Title, docstring, and a table of the public names of each kind, which autosummary turns into pages."""
    name = module.__name__
    names = ("Modules", "Classes", "Exceptions", "Functions", "Operations", "Elsewhere")
    kinds: dict[str, list[str]] = {kind: [] for kind in names}
    for member in public_names(module):
        x = getattr(module, member)
        if homes()[id(x)] != name and not inspect.ismodule(x):
            kinds["Elsewhere"].append(f"{homes()[id(x)]}.{member}")
        elif inspect.ismodule(x):
            kinds["Modules"].append(x.__name__)
        elif inspect.isclass(x):
            kinds["Exceptions" if issubclass(x, BaseException) else "Classes"].append(member)
        elif inspect.isroutine(x):
            kinds["Functions"].append(member)
        elif type(x).__name__ == "Primitive":
            kinds["Operations"].append(member)
    text = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n   :no-members:\n\n.. currentmodule:: {name}\n"
    for kind in ("Classes", "Exceptions", "Functions"):
        if kinds[kind]:
            rows = "\n".join(f"   {member}" for member in kinds[kind])
            text += f"\n.. rubric:: {kind}\n\n.. autosummary::\n   :toctree:\n   :nosignatures:\n\n{rows}\n"
    if kinds["Operations"]:
        text += "\n.. rubric:: Operations that NumPy lacks\n\nRows of the :doc:`table of operations <operations>`:\n\n"
        rows_by_name = {member: getattr(module, member).name.replace("_", "-") for member in kinds["Operations"]}
        text += "".join(f"- :ref:`{member} <op-{row}>`\n" for member, row in rows_by_name.items())
    if kinds["Elsewhere"]:
        text += "\n.. rubric:: Also here\n\n"
        text += "".join(f"- :py:obj:`{full}`\n" for full in kinds["Elsewhere"])
    if kinds["Modules"]:
        text += "\n.. rubric:: Modules\n\n.. toctree::\n   :maxdepth: 1\n\n"
        text += "".join(f"   {inner}\n" for inner in kinds["Modules"])
    return text


def operations_page() -> str:
    """Every row of the table of operations, read from the source, with the NumPy functions that run it."""
    from autograd.ops import __all__ as files
    from autograd.primitive import registry

    text = (
        "# The table of operations\n\n"
        "An operation is a row: its name, its value and its derivative by each input, side by side. This page is\n"
        "read off the source when the site is built. In a rule, `g` is the cotangent of the output, `y` the output,\n"
        "and the rest are the inputs; `None` stands for an input that carries no derivative. What a family\n"
        "(`elementwise`, `linear`, `bilinear`, `general`, `symmetric`) makes of a rule is told on the page of\n"
        "[architecture](../architecture.md).\n\n"
    )
    text += f"There are {sum(len(rows_of(file)) for file in files)} rows.\n"
    for file in files:
        module = importlib.import_module(f"autograd.ops.{file}")
        text += f"\n## {file}\n\n{inspect.getdoc(module)}\n"
        for row in rows_of(file):
            called = [f"`np.{f.__name__}`" for f in registry[row.name].numpy]
            if row.name in importlib.import_module("autograd").__all__:
                called.append(f"`autograd.{row.name}`")
            called += [f"`{operator}`" for operator in OPERATORS.get(row.name, ())]
            by = f"; called by {', '.join(called)}" if called else ""
            text += f"\n(op-{row.name.replace('_', '-')})=\n### {row.name}\n\nFamily {row.family}{by}.\n"
            text += f"\n```python\n{row.source}\n```\n"
    return text


# The operators and methods of a tensor that run a row which no NumPy function of that name runs.
OPERATORS = {"getitem": ("x[index]",), "cast": ("x.astype(dtype)",)}


class Row:
    """A row as it stands in the source: name, family, and the text, with the functions of the file it refers to."""

    def __init__(self, name: str, family: str, source: str) -> None:
        self.name = name
        self.family = family
        self.source = source


@cache
def rows_of(file: str) -> tuple[Row, ...]:
    """The rows of one file of `autograd/ops`, in the order in which they stand there."""
    source = inspect.getsource(importlib.import_module(f"autograd.ops.{file}"))
    tree = ast.parse(source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    rows = []
    for statement in tree.body:
        call: Any = getattr(statement, "value", None)
        if not (isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(call, ast.Call)):
            continue
        if not (call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.func, ast.Name)):
            continue
        helpers = _reachable(call, functions)
        parts = [ast.get_source_segment(source, node) or "" for node in helpers]
        rows.append(Row(call.args[0].value, call.func.id, "\n\n".join([*parts, _folded(source, statement, call)])))
    return tuple(rows)


def _reachable(call: ast.AST, functions: dict[str, ast.FunctionDef]) -> list[ast.FunctionDef]:
    """The functions of the same file that the row names directly; helpers of helpers are left to the source."""
    named = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return [node for name, node in functions.items() if name in named]


def _folded(source: str, statement: Any, call: ast.Call) -> str:
    """The row: on one line, as in the source, if the page is wide enough; else the value and each rule on its own."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    family, name, *rest = [ast.get_source_segment(source, x) for x in (call.func, *call.args)]
    rest += [f"{keyword.arg}={ast.get_source_segment(source, keyword.value)}" for keyword in call.keywords]
    whole = f"{target.id} = {family}({', '.join([name, *rest])})"
    if len(whole) <= COLUMNS and "\n" not in whole:
        return whole
    lines = [f"    {text}," for text in (name, *rest)]
    return "\n".join([f"{target.id} = {family}(", *lines, ")"])
