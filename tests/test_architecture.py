"""Imports only go down: nn -> optim -> autograd, and inside autograd from later rooms to earlier ones."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(p for name in ("autograd", "optim", "nn") for p in (ROOT / name).rglob("*.py"))

# From the ground up. A room may import the rooms before it.
ROOMS = ["errors", "flops", "interrupts", "locks", "stores", "graph", "scopes", "debug", "nest", "derivative_array", "primitive", "bundle", "families", "ops", "protocols", "at", "operators",
         "tensor", "reachable", "replay", "compiler", "profile", "quick", "zeros", "apex",
         "reverse", "forward", "holomorphic", "leaving", "tape", "calls", "captured", "custom", "recompute", "transforms", "check", "picture", "explain"]  # fmt: skip
THIRD_PARTY = {
    "autograd": {"numpy"},
    "autograd.ops": {"numpy", "scipy", "numba"},
    "autograd.compiler": {"numpy", "numba"},
    "autograd.picture": {"numpy", "graphviz", "pygraphviz", "cairosvg"},
    "optim": {"numpy"},
    "nn": {"numpy", "rich", "matplotlib", "sklearn", "IPython", "threadpoolctl"},
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.Module) -> tuple[list[str], list[str]]:
    """What a module imports when it is imported, and what its functions import when called."""
    at_import: list[str] = []
    when_called: list[str] = []

    def visit(node: ast.AST, found: list[str]) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        inner = when_called if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) else found
        for child in ast.iter_child_nodes(node):
            visit(child, inner)

    visit(tree, at_import)
    return at_import, when_called


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_go_down(path: Path) -> None:
    name = module_name(path)
    package, _, rest = name.partition(".")
    at_import, when_called = imports(ast.parse(path.read_text()))
    for imported in at_import:
        top, _, inner = imported.partition(".")
        if top not in ("autograd", "optim", "nn"):
            continue
        assert ["autograd", "optim", "nn"].index(top) <= ["autograd", "optim", "nn"].index(package), imported
        if top == package == "autograd" and rest:
            room, target = rest.partition(".")[0], inner.partition(".")[0]
            assert target in ROOMS, f"{name} imports {imported}; give the room its place in ROOMS"
            assert ROOMS.index(target) <= ROOMS.index(room), f"{name} imports {imported}, which lies above it"
    if package == "autograd":
        ours = [imported for imported in when_called if imported.startswith(("autograd", "optim", "nn"))]
        upward = [i for i in ours if rest and ROOMS.index(i.split(".")[1]) > ROOMS.index(rest.partition(".")[0])]
        # A tape hands its recording to the rooms of pictures and explanations, which are loaded when somebody asks.
        allowed = {
            "autograd.tape": ("autograd.picture", "autograd.explain"),
            "autograd.compiler.plan": ("autograd.profile",),
        }
        assert all(imported.startswith(allowed.get(name, ())) for imported in upward), upward


def imports_within(room: str) -> dict[str, set[str]]:
    """The modules of a room, and what each imports from the same room, at import or when called."""
    inside = {module_name(path): path for path in FILES if f"{module_name(path)}.".startswith(f"{room}.")}
    found: dict[str, set[str]] = {}
    for name, path in inside.items():
        at_import, when_called = imports(ast.parse(path.read_text()))
        names = [*at_import, *(when_called if room in WITHOUT_CYCLES else [])]
        targets = [imported if imported in inside else imported.rpartition(".")[0] for imported in names]
        # A file does not import the room that it is in: that would be a way back to all of it.
        found[name] = {target for target in targets if target in inside and target != name}
    return found


# Rooms in which functions import nothing from above either.
WITHOUT_CYCLES = ("autograd.compiler", "autograd.profile")


@pytest.mark.parametrize("room", [*[f"autograd.{name}" for name in ROOMS], "optim", "nn"])
def test_inside_a_room_imports_go_down(room: str) -> None:
    """There is an order of its files in which each imports those before it alone."""
    waiting = imports_within(room)
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in ready:
            del waiting[name]
    assert not waiting, f"these import one another: {waiting}"


def test_what_is_known_of_numpys_functions_is_in_one_file() -> None:
    """Elsewhere in the compiler nothing is compared with a function of NumPy, and no function's name is tested."""
    room = ROOT / "autograd" / "compiler"
    for path in room.rglob("*.py"):
        if path.name == "numpy_ops.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                text = ast.unparse(node)
                operands = [node.left, *node.comparators]
                operands += [part for x in operands if isinstance(x, ast.Tuple | ast.Set | ast.List) for part in x.elts]
                words = [ast.unparse(x) for x in operands]
                assert not any([is_function(word) for word in words]), f"{path.name}:{node.lineno}: {text}"
                assert "function.__name__" not in text, f"{path.name}:{node.lineno}: {text}"


def is_function(word: str) -> bool:
    """Whether this is a function of NumPy's rather than a type or a constant."""
    found = getattr(numpy, word.removeprefix("np."), None) if word.startswith("np.") else None
    return callable(found) and not isinstance(found, type)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_third_party_imports(path: Path) -> None:
    name = module_name(path)
    allowed = next(v for k, v in sorted(THIRD_PARTY.items(), reverse=True) if name == k or name.startswith(k + "."))
    at_import, when_called = imports(ast.parse(path.read_text()))
    for imported in at_import + when_called:
        top = imported.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("autograd", "optim", "nn"):
            assert top in allowed, f"{name} imports {imported}"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_each_file_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text()))
    assert doc, f"{path.name} has no docstring"
    first = doc.splitlines()[0]
    assert first.endswith((".", ":")), first
    assert len(first) >= 15, first


@pytest.mark.parametrize("package", ["autograd", "optim", "nn"])
def test_public_names_exist(package: str) -> None:
    """Their order is ruff's to check."""
    module = __import__(package)
    assert len(set(module.__all__)) == len(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_autograd_loads_nothing_but_numpy_and_the_standard_library() -> None:
    program = """
import sys
import numpy
before = set(sys.modules)
import autograd
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded - set(sys.stdlib_module_names) - {"autograd", "numpy"}))
print("autograd.picture" in sys.modules)
"""
    out = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.split("\n")[:2] == ["[]", "False"]
