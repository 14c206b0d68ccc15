"""The table that `model.summary()` shows: layers, output shapes, numbers of parameters. Text, or HTML in a notebook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from rich import box
from rich.console import Console
from rich.table import Table

from autograd import Variable
from nn.layers.layer import Layer

HEADINGS = ("Layer (type)", "Output shape", "Parameters")


@dataclass(frozen=True, repr=False)
class Summary:
    """What is said of a model: a row for each layer under `HEADINGS`, and the totals below, each with its name.

    `str()` gives the table of a terminal, and a notebook gets HTML.
    """

    name: str
    rows: tuple[tuple[str, str, str], ...]
    totals: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        text = io.StringIO()
        # Inside Jupyter a console would ignore `file` and display what it prints, and write colour codes.
        self._print(Console(file=text, width=100, force_jupyter=False, force_terminal=False))
        return text.getvalue()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The table as HTML, in the notebook's own colours."""
        table = Element("table")
        SubElement(table, "caption").text = f'Model "{self.name}"'
        _row(SubElement(table, "thead"), "th", HEADINGS)
        body = SubElement(table, "tbody")
        for row in self.rows:
            _row(body, "td", row)
        foot = SubElement(table, "tfoot")
        for title, count in self.totals:
            _row(foot, "td", (title, "", count))
        return tostring(table, encoding="unicode", method="html")

    def show(self) -> None:
        """Print the table, or display it where there is a notebook."""
        console = Console()
        if console.is_jupyter:
            from IPython.display import display

            display(self)  # type: ignore[no-untyped-call]
        else:
            self._print(console)

    def _print(self, console: Console) -> None:
        title = f'Model "{self.name}"'
        table = Table(title=title, title_justify="left", box=box.ASCII2, header_style=None, title_style=None)
        for heading in HEADINGS:
            table.add_column(heading, justify="right" if heading == "Parameters" else "left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table, highlight=False)
        for title, count in self.totals:
            console.print(f"{title}: {count}", highlight=False)


def summary_of(
    name: str, layers: Sequence[Layer], weights: Sequence[Variable], trainable: Sequence[Variable]
) -> Summary:
    """The summary of a model with these layers; a layer that has not been built yet has no figures."""
    changing = {id(variable) for variable in trainable}
    others = [variable for variable in weights if id(variable) not in changing]
    groups = {"Total": weights, "Trainable": trainable, "Non-trainable": others}
    rows = [
        (
            f"{layer.name} ({type(layer).__name__})",
            str(layer.output_shape or "?"),
            f"{layer.count_params():,}" if layer.built else "not built",
        )
        for layer in layers
    ]
    totals = [(f"{title} parameters", counted(group)) for title, group in groups.items()]
    return Summary(name, tuple(rows), tuple(totals))


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


def _row(parent: Element, tag: str, cells: Sequence[str]) -> None:
    row = SubElement(parent, "tr")
    for heading, text in zip(HEADINGS, cells, strict=True):
        side = "right" if heading == "Parameters" else "left"
        SubElement(row, tag, {"style": f"text-align: {side}"}).text = text
