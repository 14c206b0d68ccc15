"""The documentation says what is the case: its examples run, its tables hold, nothing public is left out of it."""

import ast
import doctest
import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Variable
from autograd.primitive import registry

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
SEMANTICS = (DOCS / "semantics.md").read_text(encoding="utf-8")


@pytest.fixture
def extension(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports from docs/_ext, and forgets them afterwards."""
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    yield importlib.import_module
    for name in ("docstrings", "reference"):
        sys.modules.pop(name, None)


# Examples.


def examples(page: Path) -> list[tuple[int, str]]:
    """The Python blocks of a page with their lines; one that follows `<!-- not run: reason -->` is left out."""
    text = page.read_text(encoding="utf-8")
    blocks = re.finditer(r"(<!-- not run: .+? -->\s*)?^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text[: m.start(2)].count("\n") + 1, m[2]) for m in blocks if not m[1]]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda p: p.name)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From top to bottom in one namespace; blocks with prompts give what they show."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADTAPE_OFFLINE", "1")
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "KERAS_HOME"):  # a data set that lies here is not looked for
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("GRADTAPE_CACHE", raising=False)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for line, code in examples(page):
        if not code.startswith(">>>"):
            exec(compile("\n" * (line - 1) + code, str(page), "exec"), namespace)
            continue
        flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        test = doctest.DocTestParser().get_doctest(code, namespace, page.name, str(page), line - 1)
        runner = doctest.DocTestRunner(optionflags=flags)
        report: list[str] = []
        runner.run(test, out=report.append, clear_globs=False)
        namespace = test.globs
        assert not runner.failures, "".join(report)


def test_the_front_page(tmp_path: Path) -> None:
    """Its example gives the numbers in its comments and its caption, and fits in ten lines."""
    code = (DOCS / "examples" / "scalar_graph.py").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(code, names)
    assert (float(names["dw"]), float(names["db"])) == (2, 1)
    graph = names["graph"]
    product, node = 1.0, graph.node("w").id
    while node != graph.target:
        (edge,) = [edge for edge in graph.edges if edge.source == node]
        product, node = product * edge.derivative, edge.target
    assert product == (-1) * (-1) * 1 * 2
    body = code.partition('"""\n\n')[2]
    assert len([line for line in body.splitlines() if line]) <= 10
    from nn.datasets import digits, mnist

    assert sum(len(y) for _, y in digits.load_data()) == 1797
    assert sum(file.shape[0] for file in mnist.FILES if len(file.shape) == 1) == 70_000


# The page on semantics.


def numbered() -> dict[int, str]:
    """The numbered lines of the page."""
    lines = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |^#|^```|^\()", SEMANTICS, re.MULTILINE | re.DOTALL)
    return {int(number): text for number, text in lines}


def test_numbered_lines_are_complete() -> None:
    assert list(numbered()) == list(range(1, 37))


def test_a_numbered_line_has_a_test_unless_it_says_not_yet() -> None:
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "autograd").rglob("test_*.py")]
    tested = {int(n) for n in re.findall(r"def test_(\d\d)_", "\n".join(tests))}
    claimed = {number for number, text in numbered().items() if "**Not yet**" not in text}
    assert claimed - tested == set(), "lines of docs/semantics.md that no test holds"
    assert tested - claimed == set(), "tested by now: take 'Not yet' off these lines of docs/semantics.md"


def kinks() -> list[tuple[str, str, str, str]]:
    rows = re.findall(r"^\| (.+) \| `(.+)` \| `(.+)` \| `(.+)` \|$", SEMANTICS, re.MULTILINE)
    assert len(rows) >= 15
    return rows


@pytest.mark.parametrize(("case", "f", "x", "gradient"), kinks())
def test_table_of_kinks(case: str, f: str, x: str, gradient: str) -> None:
    names = {"np": np, "ag": ag}
    variable = Variable(eval(x, names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Tape() as t:
            y = eval(f, names | {"x": variable})
        np.testing.assert_array_equal(t.gradient(y, variable).numpy(), eval(gradient, names))
        if "limit" in case or "equal eigenvalues" in case:
            return  # where the modes differ, as the page says
        point = variable.numpy()
        ones = np.eye(point.size).reshape((-1, *point.shape))
        pushed = [ag.jvp(lambda v: eval(f, names | {"x": v}), [point], [one])[1] for one in ones]
    forward = np.reshape([float(np.sum(t)) for t in pushed], point.shape)
    np.testing.assert_array_equal(forward, eval(gradient, names))


def complexes() -> list[tuple[str, str, str]]:
    section = SEMANTICS.partition("## Complex numbers")[2].partition("(kinks)=")[0]
    rows = re.findall(r"^\| (.+) \| `(.+)` \| `(.+)` \|$", section, re.MULTILINE)
    assert len(rows) >= 20
    return rows


def gradient(f: Any, x: Any, **options: Any) -> Any:
    """As the page defines it."""
    source = ag.Tensor(x)
    with Tape() as t:
        t.watch(source)
        y = f(source)
    return t.gradient(y, source, **options)


@pytest.mark.parametrize(("case", "expression", "value"), complexes())
def test_table_of_complex_numbers(case: str, expression: str, value: str) -> None:
    names = {"np": np, "ag": ag, "gradient": gradient, "NoDerivativeError": ag.errors.NoDerivativeError}
    expected = eval(value, names)
    if isinstance(expected, type) and issubclass(expected, Exception):
        expectation: Any = pytest.warns if issubclass(expected, Warning) else pytest.raises
        with expectation(expected):
            eval(expression, names)
    elif expected is None:
        assert eval(expression, names) is None
    else:
        np.testing.assert_allclose(eval(expression, names).numpy(), expected, rtol=1e-14)


def hessians() -> list[tuple[str, str, str, str]]:
    rows = re.findall(r"^\| (.+) \| `(.+)` \| `(.+)` \| = `(.+)` \|$", SEMANTICS, re.MULTILINE)
    assert len(rows) >= 10
    return rows


@pytest.mark.parametrize(("case", "f", "x", "hessian"), hessians())
def test_table_of_second_derivatives(case: str, f: str, x: str, hessian: str) -> None:
    names = {"np": np, "ag": ag}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = ag.hessian(lambda v: eval(f, names | {"x": v}))(np.array(eval(x, names)))
    np.testing.assert_array_equal(found.numpy(), eval(hessian, names))


# The reference.


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = set()
    for page in [*PAGES, DOCS / "decisions" / "README.md"]:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"^```\{toctree\}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            entries = [line for line in block.splitlines() if line and not line.startswith(":")]
            for entry in entries:
                found = list(page.parent.glob(f"{entry}.md"))
                assert found or entry.startswith(("_generated/", "notebooks/")), f"{page.name} lists {entry}"
                listed |= set(found)
    assert {*PAGES, *(DOCS / "decisions").glob("*.md")} - listed == {DOCS / "index.md"}


def test_the_reference_shows_every_public_name(extension: Any) -> None:
    reference = extension("reference")
    names = {module.__name__ for module in reference.modules()}
    assert {"autograd", "autograd.errors", "autograd.picture", "optim", "nn", "nn.datasets"} <= names
    listed = (DOCS / "reference.md").read_text(encoding="utf-8")
    tops = [name for name in names if name.partition(".")[0] == "autograd" or "." not in name]
    assert [name for name in tops if f"_generated/{name}\n" not in listed] == []
    for module in reference.modules():
        page = reference.module_page(module)
        for name in reference.public_names(module):
            if callable(getattr(module, name)) or hasattr(getattr(module, name), "__path__"):
                assert re.search(rf"\b{name}\b", page), f"{module.__name__}.{name}"


def test_the_page_of_operations_has_every_row(extension: Any) -> None:
    reference = extension("reference")
    rows = {row.name: row for file in ag.ops.__all__ for row in reference.rows_of(file)}
    ours = {name for name, op in registry.items() if op.forward.__module__ != "autograd.families"}
    assert set(rows) <= set(registry)
    assert {name for name in ours if name not in rows} <= {"cube"}, "rows that the page leaves out"  # cube: a doctest
    page = reference.operations_page()
    assert re.search(r"^### tanh\n\nFamily elementwise; called by `np\.tanh`\.$", page, re.MULTILINE)
    assert "lambda g, y, x: g * np.cos(x)," in page
    for row in rows.values():
        ast.parse(row.source)


def test_every_function_of_numpy_has_been_decided_on(extension: Any) -> None:
    coverage = extension("numpy_coverage")
    for name, function in coverage.functions():
        try:
            coverage.kind(function)
        except ValueError as error:
            raise AssertionError(f"{name}: {error}") from None
    page = (DOCS / "coverage.md").read_text(encoding="utf-8")
    if f"of NumPy {'.'.join(np.__version__.split('.')[:2])} when" in page:  # other versions have other functions
        assert page == coverage.page(), "out of date; run python docs/_ext/numpy_coverage.py"


def test_docstrings_become_markup(extension: Any) -> None:
    converted = extension("docstrings").converted
    lines = [
        "The sum of `x` and *args, with |x| as w_.",
        "",
        "    w ← w − lr·g",
        "    m ← 0",
        "",
        "x: a number,",
        "    or two.",
        "y, x: 0.",
        "Note: not an argument.",
        ">>> 1 + 1",
        "2",
    ]
    assert [line for line in converted(lines, frozenset({"x", "y"}), {"x": "m.x"}) if line] == [
        r"The sum of :py:obj:`x <m.x>` and \*args, with \|x\| as w\_.",
        ".. code-block:: text",
        "    w ← w − lr·g",
        "    m ← 0",
        ":Parameters:",
        "   - **x** – a number, or two.",
        r"   - **y**, **x** – 0\.",
        "Note: not an argument.",
        ">>> 1 + 1",
        "2",
    ]


def test_nothing_names_a_machine() -> None:
    """No folder of a machine, and no address that a page would load something from."""
    for path in [*DOCS.rglob("*.md"), *DOCS.rglob("*.py"), *(ROOT / "notebooks").glob("*.py")]:
        if {"_build", "_generated"} & set(path.relative_to(ROOT).parts):
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(^|[\s'\"`(])/\w+/\w", text, re.MULTILINE), path
        assert not re.search(r"<(script|link|img|iframe)[^>]*https?://", text), path
