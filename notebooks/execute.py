"""Executes the notebooks' text sources and writes the .ipynb beside them: `python notebooks/execute.py [name ...]`.

A notebook is edited as text (`NN_name.py`, jupytext's percent format). The .ipynb holds the same cells with their
outputs, and nothing that changes from one execution to the next: no times, no random ids.
"""

import os
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def sources() -> list[Path]:
    """The text sources of all notebooks."""
    return sorted(HERE.glob("[0-9][0-9]_*.py"))


def read(source: Path) -> Any:
    """The notebook that a text source describes, without outputs."""
    return plain(jupytext.read(source, fmt="py:percent"))


def execute(notebook: Any, folder: Path, environment: dict[str, str], seconds: int = 600) -> Any:
    """Run the cells in a fresh kernel whose working directory is `folder`; the notebook gets the outputs."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    )
    client.execute(env={**os.environ, "PYTHONPATH": path, **environment})
    return plain(notebook)


def plain(notebook: Any) -> Any:
    """The notebook with the metadata that is the same everywhere, and cells numbered in order."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02}"
        cell.metadata = nbformat.from_dict({})
        if "outputs" in cell:
            cell.outputs = whole(cell.outputs)
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    return notebook


def whole(outputs: list[Any]) -> list[Any]:
    """The outputs, with what was printed in one piece: a kernel on a busy machine sends it in several."""
    found: list[Any] = []
    for output in outputs:
        last = found[-1] if found else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            found.append(output)
    return found


def main(names: list[str]) -> None:
    """Execute the named notebooks, or all. They run in their own folder, so paths from here are made absolute."""
    data = os.environ.get("GRADTAPE_DATA")
    absolute = {"GRADTAPE_DATA": str(Path(data).resolve())} if data else {}
    for source in sources():
        if not names or source.stem in names:
            notebook = execute(read(source), HERE, absolute)
            nbformat.write(notebook, source.with_suffix(".ipynb"))
            print(f"{source.stem}: {len(notebook.cells)} cells, {source.with_suffix('.ipynb').stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
