"""The table that `model.summary()` prints: layers, output shapes, numbers of parameters."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from autograd import Variable
from nn.layers.layer import Layer


def print_summary(
    name: str, layers: Sequence[Layer], weights: Sequence[Variable], trainable: Sequence[Variable]
) -> None:
    """Print the table, and the totals under it; a layer that has not been built yet has no figures."""
    table = Table(title=f'Model "{name}"', title_justify="left", box=box.ASCII2, header_style=None, title_style=None)
    table.add_column("Layer (type)")
    table.add_column("Output shape")
    table.add_column("Parameters", justify="right")
    for layer in layers:
        table.add_row(
            f"{layer.name} ({type(layer).__name__})",
            str(layer.output_shape or "?"),
            f"{layer.count_params():,}" if layer.built else "not built",
        )
    console = Console()
    console.print(table, highlight=False)
    changing = {id(variable) for variable in trainable}
    others = [variable for variable in weights if id(variable) not in changing]
    for title, group in (("Total", weights), ("Trainable", trainable), ("Non-trainable", others)):
        console.print(f"{title} parameters: {counted(group)}", highlight=False)


def counted(variables: Sequence[Variable]) -> str:
    """How many numbers, and how many bytes they take.

    >>> counted([Variable([0.0] * 1000)])
    '1,000 (7.81 KB)'
    """
    size = float(sum(variable.numpy().nbytes for variable in variables))
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{sum(variable.size for variable in variables):,} ({size:.2f} {unit})"
