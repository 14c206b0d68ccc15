"""Each notebook's text source and its .ipynb have the same cells, and the source runs from top to bottom."""

import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jupytext")
pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).resolve().parent.parent


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"notebooks_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


execute = load(ROOT / "notebooks" / "execute.py")
SOURCES = execute.sources()


def committed(source: Path) -> Any:
    return json.loads(source.with_suffix(".ipynb").read_text(encoding="utf-8"))


def printed(notebook: Any) -> str:
    """What the cells print, and the plain text of their results."""
    texts = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            text = output["text"] if "text" in output else output["data"].get("text/plain", "")
            texts.append("".join(text))
    return "\n".join(texts)


def test_there_is_an_ipynb_for_each_source_and_no_other() -> None:
    assert SOURCES
    assert sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb")) == [p.stem for p in SOURCES]


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_source_and_ipynb_are_in_step(source: Path) -> None:
    text, saved = execute.read(source), committed(source)
    assert [(c.cell_type, c.source) for c in text.cells] == [
        (c["cell_type"], "".join(c["source"])) for c in saved["cells"]
    ], f"python notebooks/execute.py {source.stem} brings the two in step"


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_the_ipynb_was_executed_and_is_fit_to_be_committed(source: Path) -> None:
    saved = committed(source)
    code = [cell for cell in saved["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1)), "executed in order"
    assert source.with_suffix(".ipynb").stat().st_size < 300_000
    assert all(cell["metadata"] == {} for cell in saved["cells"]), "no times of execution"
    assert set(saved["metadata"]) == {"kernelspec", "language_info"}
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    text = printed(saved)
    assert not re.search(r" at 0x[0-9a-f]+|(^|[\s'\"(])/\w+/\w", text, re.MULTILINE), (
        "addresses or folders of a machine"
    )


def test_what_a_busy_kernel_sends_in_pieces_is_put_together() -> None:
    pieces = [("stdout", "a ="), ("stdout", " 1\n"), ("stderr", "oh"), ("stdout", "b\n")]
    outputs = [nbformat.v4.new_output("stream", name=name, text=text) for name, text in pieces]
    found = [(output.name, output.text) for output in execute.whole(outputs)]
    assert found == [("stdout", "a = 1\n"), ("stderr", "oh"), ("stdout", "b\n")]


# Figures that the outputs must show: in the committed notebook, and in one executed here.
SHOWN = {
    "01_first_look": [r"test accuracy 0\.\d{4}, test loss \d\.\d{4}", r"shape: +\(5, 10\)", r"sums: +\[1\. 1\. 1\. 1\. 1\.\]"],
    "02_scalar_graph": [
        r"x1 = 6, x2 = 7, loss = 3",
        r"∂x1/∂w    = 2\.0\n∂x2/∂x1   = 1\.0\n∂x2/∂b    = 1\.0\n∂loss/∂x2 = 1\.0",
        r"∂loss/∂w = 1 · 1 · 2 = 2\n∂loss/∂b = 1 · 1     = 1",
        r"∂loss/∂w = 2\.0\n∂loss/∂b = 1\.0",
        r"∂loss/∂w: 1 path from w to loss\n.* = 2\nsum = 2, as in the backward sweep",
        r"new loss: 2\.5",
        r"∂b/∂a = 2\.0\n∂c/∂a = 4\.0",
        r"\{'a': 4, 'b': 2, 'c': 1\}\n\{'a': 0, 'b': 2, 'c': 1\}\n\{'a': 6, 'b': 2, 'c': 1\}",
        r"recorded: \['add', 'add'\]\n∂c/∂a = 4\.0",
        r"∂f/∂w = 2\.0\n∂f/∂b = 1\.0",
        r"a kink",
    ],
    "03_large_graphs": [
        r"Graph\(75 nodes, 87 edges, loss = .*\nGraph\(16 nodes",
        r"block_1 … block_10 \| operations: 40 \| parameters: 720",
        r"\(6, 4\) by \(3, 4\): matmul: times its left operand, transposed",
        r"as the tape's: True",
        r"a, b, c: \{'a': 0\.0, 'b': 2\.0, 'c': 1\.0\}\nc, b, a: \{'a': 4\.0, 'b': 2\.0, 'c': 1\.0\}\ntape:    \{'a': 4\.0\}",
        r"60 edges, 1,073,741,824 paths\nby our sweep: 1073741824\.0",
        r"matmul +2 +75,776 +2,688",
    ],
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_the_committed_outputs(source: Path) -> None:
    text = printed(committed(source))
    for pattern in SHOWN[source.stem]:
        assert re.search(pattern, text), f"{pattern}\n\n{text}"
    if source.stem == "01_first_look":
        assert "MNIST: 60,000 images for training, 10,000 for testing" in text
        assert 0.975 <= float(re.search(r"test accuracy (\S+),", text)[1]) <= 0.983
        assert "407,050" in text


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_the_source_runs_from_top_to_bottom(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a fresh kernel in an empty folder, without the network and without MNIST."""
    if source.stem == "01_first_look":
        pytest.importorskip("matplotlib")
    for name in ("HOME", "XDG_CACHE_HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    for name in ("GRADTAPE_DATA", "GRADTAPE_CACHE", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    environment = {"GRADTAPE_OFFLINE": "1", "GRADTAPE_EPOCHS": "3"}
    notebook = execute.execute(execute.read(source), tmp_path, environment, seconds=120)
    text = printed(notebook)
    for pattern in SHOWN[source.stem]:
        assert re.search(pattern, text), f"{pattern}\n\n{text}"
    if source.stem == "01_first_look":
        assert "UCI digits, 8x8: 1,415 images for training, 382 for testing" in text
        assert float(re.search(r"test accuracy (\S+),", text)[1]) > 0.8


def test_a_notebook_is_executed_with_the_python_of_the_tests() -> None:
    from jupyter_client.kernelspec import KernelSpecManager

    assert KernelSpecManager().get_kernel_spec("python3").argv[0] in (sys.executable, "python")
