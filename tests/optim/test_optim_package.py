"""The package itself: its public names, their docstrings, and its answer to a stranger named `autograd`."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import optim
from optim.registry import BY_NAME

CHECKOUT = Path(optim.__file__).parents[1]


def test_all_is_the_public_names() -> None:
    public = [name for name, x in vars(optim).items() if name[0] != "_" and not isinstance(x, ModuleType)]
    assert sorted(optim.__all__) == sorted(public)


def test_every_public_optimizer_can_be_got_by_its_name() -> None:
    assert {name.lower() for name in optim.__all__} - {"optimizer", "get"} == set(BY_NAME)


def test_every_optimizer_says_how_pytorch_differs_and_where_it_is_from() -> None:
    for make in BY_NAME.values():
        assert "PyTorch" in make.__doc__
        assert "Source" in make.__doc__


def test_another_package_named_autograd_is_told_from_ours(tmp_path: Path) -> None:
    package = tmp_path / "autograd"
    package.mkdir()
    (package / "__init__.py").write_text("grad = None\n")
    result = import_optim(tmp_path)
    assert result.returncode != 0
    assert f"ImportError: the package `autograd` was found at {package / '__init__.py'}" in result.stderr
    assert "`pip uninstall autograd` and then reinstall gradtape" in result.stderr


def test_a_module_of_ones_own_named_autograd_is_told_from_ours(tmp_path: Path) -> None:
    (tmp_path / "autograd.py").write_text("")
    result = import_optim(tmp_path)
    assert f"ImportError: the package `autograd` was found at {tmp_path / 'autograd.py'}" in result.stderr


def test_without_a_stranger_the_import_works(tmp_path: Path) -> None:
    result = import_optim(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


def import_optim(first: Path) -> subprocess.CompletedProcess[str]:
    """Import `optim` in a fresh Python that finds `first` before the checkout."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(first), str(CHECKOUT)])}
    return subprocess.run(
        [sys.executable, "-c", "import optim"], env=environment, cwd=first, capture_output=True, text=True, timeout=60
    )
