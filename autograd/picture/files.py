"""Pictures and graphs in files: each written whole or not at all, in the format that the suffix names.

SVG is our own. A picture in points (PNG) or on paper (PDF) is made from it by CairoSVG or by the program rsvg-convert,
or else by Graphviz's dot, which draws it in its own manner.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.picture.export import to_dot, to_json

if TYPE_CHECKING:
    from autograd.picture.model import Graph

_SCALE = 2  # of a PNG, so that text is sharp on today's screens
_LONGEST = 32_000  # pixels, of either side of one
_TIMEOUT = 60.0  # seconds
_HOLDS = {
    ".html": "always shows both passes",
    ".json": "always holds everything",
    ".dot": "holds the forward pass alone, without gradients and local derivatives; save .svg or .json for these",
}


def save(graph: Graph, path: Path, options: dict[str, Any]) -> Path:
    """Write the graph; `options` are those of `Graph.to_svg`. Gives the path back."""
    make: Callable[[], str]
    if path.suffix in (".svg", ".png", ".pdf"):
        return save_picture(lambda: graph.to_svg(**options), path, graph)
    if path.suffix == ".html":
        make = graph.to_html
    elif path.suffix == ".dot":
        make = lambda: to_dot(graph).source
    elif path.suffix == ".json":
        make = lambda: to_json(graph)
    else:
        raise ValueError(
            f"save got the suffix {path.suffix!r} in {str(path)!r}; expected .svg, .png, .pdf, .html, .dot or .json"
        )
    if taken := [name for name, value in options.items() if value not in (None, False)]:
        raise ValueError(f"{taken[0]} is an option of pictures; a {path.suffix} file {_HOLDS[path.suffix]}")
    return write(path, make().encode())


def save_picture(to_svg: Callable[[], str], path: Path, graph: Graph | None = None) -> Path:
    """Write a picture as `.svg`, `.png` or `.pdf`; with a graph, dot may draw what nothing else can convert."""
    if path.suffix == ".svg":
        return write(path, to_svg().encode())
    if path.suffix not in (".png", ".pdf"):
        raise ValueError(f"save got the suffix {path.suffix!r} in {str(path)!r}; expected .svg, .png or .pdf")
    kind = path.suffix[1:]
    for convert in (_by_library, _by_program):
        if (made := convert(to_svg, kind)) is not None:
            return write(path, made)
    if graph is not None and shutil.which("dot"):
        return write(path, to_dot(graph).pipe(format=kind))
    raise ValueError(
        f"nothing here can make a {kind.upper()} of the picture; install CairoSVG (pip install 'gradtape[image]') or "
        f"rsvg-convert (apt install librsvg2-bin, brew install librsvg), or save it as .svg"
    )


def write(path: Path, content: bytes) -> Path:
    """Write a file, whole or not at all; gives the path back."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _by_library(to_svg: Callable[[], str], kind: str) -> bytes | None:
    try:
        import cairosvg
    except (ImportError, OSError):  # the latter where the cairo library itself is missing
        return None
    convert, picture = cairosvg.svg2png if kind == "png" else cairosvg.svg2pdf, to_svg()
    made: bytes = convert(bytestring=picture.encode(), scale=_scale(picture, kind))
    return made


def _by_program(to_svg: Callable[[], str], kind: str) -> bytes | None:
    if not shutil.which("rsvg-convert"):
        return None
    picture = to_svg()
    command = ["rsvg-convert", "--unlimited", "--format", kind, "--zoom", f"{_scale(picture, kind):.4f}"]
    done = subprocess.run(command, input=picture.encode(), capture_output=True, timeout=_TIMEOUT)
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()
        raise ValueError(f"rsvg-convert made no {kind.upper()} of the picture: {told}; save it as .svg, or give depth=")
    return done.stdout


def _scale(picture: str, kind: str) -> float:
    """How much larger than the SVG: a PNG by `_SCALE`, but no larger than its programs can draw."""
    if kind != "png":
        return 1.0
    return min(_SCALE, _LONGEST / max([float(x) for x in re.findall(r'(?:width|height)="(\d+)"', picture)[:2]]))
