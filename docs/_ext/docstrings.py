"""Docstrings as they are written here, in plain prose, turned into reStructuredText for autodoc.

A docstring names its arguments in lines of the form `name: text`, sets code in single backticks, indents formulas
by four spaces, and shows examples as doctests. Characters that mean something in reStructuredText are ordinary
ones in it: `*args`, `|x|`, `w_`.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import reference

CODE = re.compile(r"(``.+?``|`[^`]+`)")
ARGUMENTS = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*): +(\S.*)")
BULLET = re.compile(r"[-*] |\d+\. ")
ENUMERATOR = re.compile(r"^(\w+)([.)](?:\s|$))")
ARRAY = re.compile(
    r"~?(?:numpy\.)?ndarray\[~?(?:builtins\.)?tuple\[~?(?:typing\.)?Any, \.\.\.\], ~?(?:numpy\.)?dtype\[([^\[\]]*)\]\]"
)


def converted(
    lines: list[str], arguments: frozenset[str] = frozenset(), links: Mapping[str, str] | None = None
) -> list[str]:
    """The docstring in `lines` as reStructuredText.

    arguments: the names that a line may describe; any other `name: text` stays prose.
    links: what a name in backticks refers to.
    """
    out: list[str] = []
    i = 0
    while i < len(lines):
        line = lines[i]
        stripped = line.strip()
        described = ARGUMENTS.fullmatch(line)
        if not stripped:
            out.append("")
            i += 1
        elif stripped.startswith(">>>"):
            block, i = _until(lines, i, lambda s: not s.strip())
            out += ["", *textwrap.dedent("\n".join(block)).split("\n"), ""]
        elif line[0] == " " and (i == 0 or not lines[i - 1].strip()):
            block, i = _until(lines, i, lambda s: bool(s) and s[0] != " ")
            code = textwrap.dedent("\n".join(block)).strip("\n")
            out += ["", f".. code-block:: {_language(code)}", "", *textwrap.indent(code, "    ").split("\n"), ""]
        elif described and {name.lstrip("*") for name in described[1].split(", ")} <= arguments:
            block, i = _until(lines, i, lambda s: s[:1] != " ", skip=1)
            text = _prose(" ".join([described[2], *[s.strip() for s in block[1:]]]).strip(), links)
            names = ", ".join([f"**{_escaped(name)}**" for name in described[1].split(", ")])
            if not (out and out[-1].startswith("   - **")):
                out += ["", ":Parameters:"]
            out.append(f"   - {names} – {text}")
        elif mark := BULLET.match(stripped):
            block, i = _until(lines, i, lambda s: s[:1] != " ", skip=1)
            out += [""] if out and out[-1] and not BULLET.match(out[-1]) and out[-1][0] != " " else []
            out += [
                stripped[: mark.end()] + _prose(stripped[mark.end() :], links),
                *[_prose(s, links) for s in block[1:]],
            ]
        else:
            out += [""] if out and out[-1].startswith("   - **") else []
            out.append(_prose(line, links))
            i += 1
    return out


def _until(lines: list[str], start: int, stop: Callable[[str], bool], skip: int = 0) -> tuple[list[str], int]:
    end = start + skip
    while end < len(lines) and not stop(lines[end]):
        end += 1
    return lines[start:end], end


def _language(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError:
        return "text"
    return "python"


def _prose(line: str, links: Mapping[str, str] | None) -> str:
    return "".join(_code(part, links or {}) if part[:1] == "`" else _escaped(part) for part in CODE.split(line))


def _escaped(text: str) -> str:
    return ENUMERATOR.sub(r"\1\\\2", re.sub(r"([\\*|`_])", r"\\\1", text))


def _code(part: str, links: Mapping[str, str]) -> str:
    name = part.strip("`")
    if name in links:
        return f":py:obj:`{name} <{links[name]}>`"
    return f"``{name}``"


def arguments_of(obj: Any) -> frozenset[str]:
    """The names that the docstring of a function or class may describe."""

    def names() -> Iterator[str]:
        if dataclasses.is_dataclass(obj):
            yield from (field.name for field in dataclasses.fields(obj))
        with contextlib.suppress(TypeError, ValueError):  # what has no signature
            yield from inspect.signature(obj).parameters

    return frozenset(names())


def process(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """What autodoc calls for each docstring."""
    if obj.__class__.__name__ == "Primitive" or not lines:
        lines[:] = []
        return
    if what == "module":  # autodoc has taken the indentation off a block that all but the first line belong to
        lines[:] = obj.__doc__.splitlines()
    lines[:] = converted(lines, arguments_of(obj), reference.links())


def shorten(
    app: Any, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """What autodoc calls for each signature: NumPy's name for an array type, in place of what it stands for."""
    return signature and ARRAY.sub(r"NDArray[\1]", signature), returns and ARRAY.sub(r"NDArray[\1]", returns)


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls to load the extension."""
    app.connect("autodoc-process-docstring", process)
    app.connect("autodoc-process-signature", shorten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
