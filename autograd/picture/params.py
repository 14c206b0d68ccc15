"""An operation's parameters in words: an axis, an index, the strides of a convolution."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.picture.text import clean

_NOTHING = {"None", "False"}  # said by a parameter that is not in use
# What the others say where they change nothing, such as strides of 1.
_USUAL = {"order": "C", "UPLO": "L", "ddof": "0", "strides": "1", "dilation": "1", "groups": "1", "padding": "0"}
_WIDEST = 30  # characters on a line


def texts_of(params: Mapping[str, Any]) -> dict[str, str]:
    """Each parameter in words.

    >>> texts_of({"axis": (0, 1), "dtype": np.float32}), texts_of({"index": (..., 0)})
    ({'axis': '(0, 1)', 'dtype': 'float32'}, {'index': '…, 0'})
    """
    return {key: _index(value) if key == "index" else _text(value) for key, value in params.items()}


def told(op: str, params: Mapping[str, str]) -> list[str]:
    """What a picture says of an operation's parameters: those that make a difference.

    >>> told("conv", {"strides": "(2, 2)", "padding": "((0, 0), (0, 0))", "groups": "1"})
    ['strides=(2, 2)']
    >>> told("contract", {"left": "ij", "right": "jk", "out": "ik"})
    ['ij, jk → ik']
    """
    if op == "contract":
        return [clean("{left}, {right} → {out}".format_map(params))]
    return [clean(f"{key}={value}") for key, value in params.items() if not _says_nothing(key, value)]


def rows(words: list[str]) -> list[str]:
    """Parameters on as few lines as hold them.

    >>> rows(["source=(0, 1)", "destination=(-2, -1)", "a=1"])
    ['source=(0, 1)', 'destination=(-2, -1), a=1']
    """
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) + 2 <= _WIDEST:
            lines[-1] += f", {word}"
        elif lines:
            lines[-1] += ","
            lines.append(word)
        else:
            lines.append(word)
    return [line.removesuffix(",") for line in lines]


def _says_nothing(key: str, value: str) -> bool:
    return value in _NOTHING or (key in _USUAL and set(re.findall(r"\w+", value)) <= {_USUAL[key]})


def _index(value: Any) -> str:
    """As it stands between brackets."""
    return ", ".join([_text(part) for part in value]) if isinstance(value, tuple) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, slice):
        start, stop, step = ["" if part is None else str(part) for part in (value.start, value.stop, value.step)]
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, type | np.dtype):
        return np.dtype(value).name if not isinstance(value, type) or issubclass(value, np.generic) else value.__name__
    return "…" if value is Ellipsis else clean(str(value))
