"""The built wheel, installed in an empty environment: it imports, trains, and brings its data along."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PROGRAM = """
import autograd, nn, optim
from nn.datasets import digits
assert "site-packages" in autograd.__file__, autograd.__file__
(x, y), (x_test, y_test) = digits.load_data()
x, x_test = x / 16, x_test / 16
nn.utils.set_random_seed(0)
model = nn.Sequential([nn.Flatten(), nn.Dense(64, activation="relu"), nn.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=20, batch_size=32, verbose=0)
print(model.evaluate(x_test, y_test, verbose=0)[1])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)],
                   cwd=ROOT, check=True, capture_output=True)  # fmt: skip
    (path,) = out.glob("gradtape-*.whl")
    return path


def test_the_wheel_holds_the_packages_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {"autograd", "nn", "optim"} == {top for top in tops if not top.endswith(".dist-info")}
    for name in ("autograd/py.typed", "nn/py.typed", "optim/py.typed", "nn/datasets/data/digits.npz",
                 "nn/datasets/data/LICENSE-digits.txt",
                 "autograd/picture/page/page.css", "autograd/picture/page/page.js"):  # fmt: skip
        assert name in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("test" in name or name.endswith(".pyc") for name in names)


@pytest.mark.slow
def test_it_trains_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True, env=clean
    )
    done = subprocess.run([python, "-c", PROGRAM], cwd=tmp_path, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 0.85
    version = subprocess.run(
        [python, "-m", "nn.cli", "--version"], cwd=tmp_path, env=clean, capture_output=True, text=True
    )
    assert version.stdout.startswith("gradtape 0.")
