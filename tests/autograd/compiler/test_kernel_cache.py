"""Kernels on disk: used again, made again where they are damaged or not this user's, and done without where they cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.autograd.compiler.backends import needs_numba

pytestmark = [needs_numba, pytest.mark.slow]

PROGRAM = """
import numpy as np, autograd as ag
f = ag.compile(lambda x: (x * 2 + 1) * x)
x = np.arange(2000.0)
for _ in range(4):
    y = f(x)
assert len(f.plans) == 1
assert f.plans[0].executable.backend.name == "numba"
assert (y == (x * 2 + 1) * x).all()
"""


def start(**names: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    return subprocess.Popen(command, env=os.environ | names, stderr=subprocess.PIPE, text=True)


def run(folder: Path) -> None:
    """Run a program whose loop is kept in the folder."""
    process = start(GRADTAPE_CACHE=str(folder))
    _, errors = process.communicate()
    assert (errors, process.returncode) == ("", 0)


def times(folder: Path) -> dict[str, int]:
    """When the files in the folder were written."""
    return {path.name: path.stat().st_mtime_ns for path in sorted((folder / "kernels").rglob("*.*"))}


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    run(tmp_path)
    before = times(tmp_path)
    run(tmp_path)
    assert times(tmp_path) == before
    assert [Path(name).suffix for name in sorted(before, key=lambda name: name[::-1])].count(".sha256") == 1


def test_two_processes_at_once(tmp_path: Path) -> None:
    for process in [start(GRADTAPE_CACHE=str(tmp_path)) for _ in range(2)]:
        _, errors = process.communicate()
        assert (errors, process.returncode) == ("", 0)
    assert len(list((tmp_path / "kernels").glob("*.py"))) == 1
    run(tmp_path)


@pytest.mark.parametrize("suffix", [".py", ".nbi", ".nbc", ".sha256"])
@pytest.mark.parametrize("damage", ["emptied", "cut", "changed", "removed"])
def test_a_damaged_file_is_made_again(tmp_path: Path, suffix: str, damage: str) -> None:
    run(tmp_path)
    for path in (tmp_path / "kernels").rglob(f"*{suffix}"):
        data = path.read_bytes()
        middle = len(data) // 2
        changed = {
            "emptied": b"", "cut": data[:middle], "changed": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        }  # fmt: skip
        if damage == "removed":
            path.unlink()
        else:
            path.write_bytes(changed[damage])
    run(tmp_path)
    before = times(tmp_path)
    run(tmp_path)
    assert times(tmp_path) == before


def test_another_text_under_the_name_of_a_kernel_is_not_run(tmp_path: Path) -> None:
    run(tmp_path)
    (path,) = (tmp_path / "kernels").glob("*.py")
    text = path.read_text()
    path.write_text(text.replace("import numpy as np", f"import numpy as np; open({str(tmp_path / 'ran')!r}, 'w')"))
    run(tmp_path)
    assert not (tmp_path / "ran").exists()
    assert path.read_text() == text


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels").chmod(0o777)
    run(tmp_path)
    assert list((tmp_path / "kernels").iterdir()) == []


def test_without_a_folder_to_write_to(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    run(file)
    without = {"HOME": str(file), "XDG_CACHE_HOME": "", "GRADTAPE_CACHE": ""}
    assert start(**without).communicate()[1] == ""


def test_xdg_cache_home_and_a_home_folder_are_followed(tmp_path: Path) -> None:
    assert start(XDG_CACHE_HOME=str(tmp_path / "xdg"), GRADTAPE_CACHE="").communicate()[1] == ""
    assert list((tmp_path / "xdg" / "gradtape" / "kernels").glob("*.py"))
    assert start(HOME=str(tmp_path), GRADTAPE_CACHE="~/ours").communicate()[1] == ""
    assert list((tmp_path / "ours" / "kernels").glob("*.py"))


def test_numba_that_cannot_be_imported_is_told_once(tmp_path: Path) -> None:
    """As after an upgrade of NumPy."""
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text("raise ImportError('Numba needs NumPy 2.4 or less')")
    program = (
        PROGRAM.replace('== "numba"', '== "numpy"')
        + """
import optim
w = ag.Variable(np.ones(100_000))
optim.SGD(0.5).apply_gradients([(np.ones(100_000), w)])
assert (w.numpy() == 0.5).all()
"""
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": path, "GRADTAPE_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("numba could not compile a loop; NumPy alone is used for it. ImportError") == 1
