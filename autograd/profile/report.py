"""A ledger of what a recording or a program costs: time, floating point operations and memory, for each operation.

`Tape.profile` reads a recording, `Plan.profile` a compiled program. The ledger is data; it prints itself as a table,
and `profile_picture` draws it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograd.profile.svg import draw, number, size, time


@dataclass(frozen=True)
class Entry:
    """What one operation of a recording, or one part of a program, costs.

    name: the operation; scope: the name scopes it belongs to, of a program the part of the work first.
    seconds: the time of one run; flops: an estimate from shapes; made: bytes of its results;
    saved: of these, what is kept for the backward pass.
    """

    name: str
    scope: tuple[str, ...]
    seconds: float
    flops: int
    made: int
    saved: int


@dataclass(frozen=True)
class Row:
    """The entries of one name, or of one scope, together; `count` says how many they are."""

    name: str
    count: int
    seconds: float
    flops: int
    made: int
    saved: int


@dataclass(frozen=True)
class Profile:
    """The ledger: its entries in the order of running, and the bytes that are live after each step.

    live: of a tape, after each operation and then after each step of the backward sweep; of a program, while each part
        runs. Only what the work itself makes: variables and data are there anyway.
    held: bytes of distinct arrays that the recording keeps, or of the buffers that a program uses again and again.

    >>> import numpy as np
    >>> from autograd import Tape, Variable
    >>> w = Variable(np.ones((3, 2)))
    >>> with Tape(persistent=True) as t:
    ...     y = np.tanh(np.ones((4, 3)) @ w)
    >>> sorted([(row.name, row.count, row.flops, row.saved) for row in t.profile().rows])
    [('matmul', 1, 48, 64), ('tanh', 1, 80, 64)]
    """

    entries: tuple[Entry, ...]
    live: tuple[int, ...]
    held: int

    @property
    def peak(self) -> int:
        """The most bytes that are live at the same time."""
        return max(self.live, default=0)

    @property
    def seconds(self) -> float:
        """The time of all."""
        return sum([entry.seconds for entry in self.entries])

    @property
    def flops(self) -> int:
        """The floating point operations of all."""
        return sum([entry.flops for entry in self.entries])

    @property
    def rows(self) -> list[Row]:
        """By operation, the most expensive first."""
        return self._grouped(lambda entry: entry.name)

    def by_scope(self, depth: int | None = None) -> list[Row]:
        """By name scope, the most expensive first; depth: how many names of it count."""
        return self._grouped(lambda entry: "/".join(entry.scope[:depth]) or "(none)")

    def _grouped(self, name_of: Callable[[Entry], str]) -> list[Row]:
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(name_of(entry), []).append(entry)
        rows = [Row(name, len(group), *_sums(group)) for name, group in groups.items()]
        return sorted(rows, key=lambda row: (-row.flops, -row.made) if not self.seconds else (-row.seconds,))

    def __str__(self) -> str:
        heads, *lines = self._cells()
        widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
        text = [
            "  ".join(
                [
                    cell.ljust(n) if i == 0 else cell.rjust(n)
                    for i, (cell, n) in enumerate(zip(line, widths, strict=True))
                ]
            )
            for line in [heads, *lines]
        ]
        return "\n".join([*text, self._summary()])

    def _repr_html_(self) -> str:
        heads, *lines = self._cells()
        head = "".join([f"<th>{html.escape(cell)}</th>" for cell in heads])
        body = "".join([f"<tr>{''.join([f'<td>{html.escape(cell)}</td>' for cell in line])}</tr>" for line in lines])
        return f"<table><tr>{head}</tr>{body}</table><p>{html.escape(self._summary())}</p>{self.to_svg()}"

    def _cells(self) -> list[list[str]]:
        cells = [["operation", "count", "time", "share", "flops", "made", "saved"]]
        for row in self.rows:
            share = row.seconds / self.seconds if self.seconds else 0.0
            sizes = [number(row.flops), size(row.made), size(row.saved)]
            cells.append([row.name, str(row.count), time(row.seconds), f"{share:.0%}", *sizes])
        return cells

    def _summary(self) -> str:
        return f"{time(self.seconds)}, {number(self.flops)} flops; held {size(self.held)}, peak {size(self.peak)}"

    def to_json(self) -> str:
        """`{"entries": [...], "live": [...], "held": ..., "peak": ...}`, entries with the fields of `Entry`."""
        entries = [asdict(entry) for entry in self.entries]
        return json.dumps({"entries": entries, "live": self.live, "held": self.held, "peak": self.peak})

    def to_svg(self) -> str:
        """A picture: time by operation, and live memory over the steps."""
        return draw(self)


def _sums(entries: Sequence[Entry]) -> tuple[float, int, int, int]:
    def total(values: Iterable[Any]) -> Any:
        return sum(values)

    fields = ("seconds", "flops", "made", "saved")
    seconds, flops, made, saved = [total([getattr(entry, field) for entry in entries]) for field in fields]
    return seconds, flops, made, saved
