"""Ctrl-C at any moment of a compiled loop, and a compiler without one of its backends."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import optim
from autograd import Tape, Variable
from autograd.graph import open_recordings

ROOT = Path(__file__).resolve().parents[3]


def training() -> tuple[Any, Variable]:
    w = Variable(np.ones(5))
    optimizer = optim.Adam(0.01)

    def step(x: Any) -> Any:
        with Tape() as t:
            loss = np.sum((x * w - 1.0) ** 2)
        optimizer.apply_gradients([(t.gradient(loss, w), w)])
        return loss

    return ag.compile(step), w


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_ctrl_c_at_any_moment_leaves_no_stand_in() -> None:
    generator = random.Random(0)
    x = np.linspace(0, 1, 5)
    interrupted = 0
    for _ in range(150):
        step, w = training()
        killer = threading.Timer(generator.uniform(0.0, 0.004), os.kill, (os.getpid(), signal.SIGINT))
        try:
            killer.start()
            for _ in range(60):
                step(x)
            killer.join()
            threading.Event().wait(0.001)
        except KeyboardInterrupt:
            interrupted += 1
        killer.join()
        assert type(w.value) is np.ndarray
        assert w.value.flags.writeable
        assert "value" not in vars(Variable)
        assert not open_recordings.get()
        fresh, other = training()
        assert np.isfinite(float(fresh(x)))
        assert type(other.value) is np.ndarray
    assert interrupted > 100


@pytest.mark.slow
def test_without_the_folder_of_numba_everything_else_runs(tmp_path: Path) -> None:
    for name in ("autograd", "optim", "nn", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.rmtree(tmp_path / "autograd" / "compiler" / "backends" / "numba")
    tests = [
        "test_compile_semantics.py", "test_compile_random.py", "test_compile_source.py", "test_soundness.py",
        "test_compile_kernels.py", "test_levels.py",
    ]  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "-k", "not samples"]
    command += [f"tests/autograd/compiler/{name}" for name in tests] + ["tests/nn/test_fit_jit.py", "tests/optim"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" in done.stdout
