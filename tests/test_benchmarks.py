"""The benchmarks run and print what they say; how long anything takes is not tested."""

import math
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from benchmarks import page, program, rivals
from benchmarks.program import Job, Row, Work
from benchmarks.work import WORKS

ROOT = Path(__file__).resolve().parent.parent
TINY = Job(effort=0.001)
LOADED = {name: program.load(name) for name in WORKS}
PROGRAMS = {
    p.work + "." + p.name: p for work in LOADED.values() for row in work.rows for p in (row.first, row.second) if p
}
OURS = {name: p for name, p in PROGRAMS.items() if p.ours}
UNTAPED = LOADED["untaped"].rows[0]


@pytest.mark.parametrize("name", OURS)
def test_a_round_of_ours(name: str) -> None:
    """Without a process of its own, unless it is to do without a package that the tests may have loaded."""
    if "numba" in OURS[name].needs:
        pytest.importorskip("numba")
    if name in ("memory.step", "memory.compiled_step") and not Path("/proc/self/clear_refs").exists():
        pytest.skip("asks Linux for the peak of memory")
    if OURS[name].hides:
        outcome = rivals.compare(Row("", OURS[name], None, None), TINY, 1, peers=None)
        assert outcome.reason == ""
        figure = outcome.figure
    else:
        figure = OURS[name].prepare(TINY)()
    assert math.isfinite(figure)


def test_every_program_is_compared() -> None:
    """A program that no row names would not be run by anyone."""
    for name in WORKS:
        module = sys.modules[f"benchmarks.work.{name}"]
        defined = {x for x in vars(module).values() if isinstance(x, program.Program) and x.work == name}
        assert defined == {p for p in PROGRAMS.values() if p.work == name}
    assert {path.stem for path in (ROOT / "benchmarks" / "work").glob("[a-z]*.py")} == set(WORKS)


def test_programs_take_turns() -> None:
    outcome = rivals.compare(UNTAPED, TINY, 3, peers=None)
    assert outcome.reason == ""
    assert len(outcome.first) == len(outcome.second) == len(outcome.figures) == 3
    assert dict(outcome.versions).keys() == {"numpy"}


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    (torch,) = [row for row in LOADED["chain"].rows if row.what == "shape (16,) : PyTorch, eager"]
    assert torch.second is not None
    assert rivals.compare(torch, TINY, 1, peers=None).reason == "no environment of peers was given"
    venv.create(tmp_path, with_pip=False, symlinks=True)
    bare = Row("", torch.second, None, None)
    assert rivals.compare(bare, TINY, 1, str(tmp_path / "bin" / "python")).reason == "numpy is not installed"


def test_a_failure_is_said() -> None:
    outcome = rivals.compare(Row("", UNTAPED.first, None, None), Job(data="nowhere", effort="much"), 1, None)  # type: ignore[arg-type]
    assert outcome.reason.startswith("tensor_product failed: TypeError: ")


def test_the_table() -> None:
    slower, faster = (rivals.Outcome(UNTAPED, (3e-6, 6e-6, 6e-6), (second,) * 3) for second in (1e-6, 4e-6))
    none = rivals.Outcome(UNTAPED, reason="no | here")
    assert page.cells(slower)[1:] == ["**6.00**", "3.00 … 6.00", "3.00", "≤ 2.50", "6.00 µs", "1.00 µs"]
    assert page.cells(faster)[1:] == ["1.50", "0.750 … 1.50", "0.750", "≤ 2.50", "6.00 µs", "4.00 µs"]
    assert page.cells(none)[1:] == ["not run", "no / here", "", "≤ 2.50", "", ""]
    held = rivals.Outcome(Row("held", UNTAPED.first, None, 300, "B"), (272.0, 298.0, 310.0))
    assert page.cells(held)[1:] == ["298 B", "272 B … 310 B", "272 B", "≤ 300 B", "", ""]
    assert page.amount(2 * 2**20, "B") == "2.00 MiB"
    assert page.amount(1.305, "") == "1.30"


def test_the_page_is_the_commands_own() -> None:
    """Its words are the generator's, and it has a line for each row; the figures are of the day."""
    text = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    assert text.startswith(page.TEXT), 'write it anew: make bench PEERS=... ARGS="--page docs/speed.md"'
    blank = page.tables([(work, [rivals.Outcome(row, reason="-") for row in work.rows]) for work in LOADED.values()])

    def names(table: str) -> list[str]:
        return re.findall(r"^(?:## (.+)|\| ([^|]+?) *\|.*)$", table, re.MULTILINE)

    assert names(text) == names(blank)


def test_the_command(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "imports", "--json", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "| `import autograd` |" in done.stdout
    assert '"work": "imports"' in target.read_text()
    refused = subprocess.run([*command, "--page", "x.md"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "leave out --only and --quick" in refused.stderr


def test_works_have_titles_of_their_own() -> None:
    works: list[Work] = list(LOADED.values())
    assert len({work.title for work in works}) == len(works)
