"""Kernels on disk: the source of each, beside which numba keeps what it compiled.

Only what this user wrote is executed: the folder must belong to the user alone, a source file must hold the text that
is asked for, and what numba compiled must have the checksum that was written beside it. Everything else is made again.
Without a folder that can be used, kernels are compiled in memory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

_unsealed: set[str] = set()  # names of kernels that this process loaded, and may have compiled


def name_of(text: str) -> str:
    """Return the name of the kernel with this source."""
    return "gradtape_kernel_" + hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def load(text: str) -> Callable[..., Any]:
    """Return the function `loop` of a module with this source, which numba compiles when it is first called."""
    name = name_of(text)
    module = ModuleType(name)
    try:
        path = _written(name, text.replace("CACHE", "True"))
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        if not _is_sealed(name):
            _remove_compiled(name)
        _unsealed.add(name)
        code = compile(text.replace("CACHE", "True"), str(path), "exec")
    except (OSError, RuntimeError):  # no home folder, or one that cannot be written to
        code = compile(text.replace("CACHE", "False"), name, "exec")
    sys.modules[name] = module  # numba finds what it keeps on disk by the module's name
    exec(code, module.__dict__)
    loop: Callable[..., Any] = module.loop
    return loop


def is_compiled(text: str) -> bool:
    """Whether numba has compiled a kernel before, in this process or another one, and kept it on disk."""
    with suppress(OSError, RuntimeError):
        return _is_sealed(name_of(text)) and bool(_compiled(name_of(text)))
    return False


def seal() -> None:
    """Write the checksums of what numba has compiled for the kernels of this process."""
    for name in list(_unsealed):
        with suppress(OSError, RuntimeError):
            if _compiled(name) and not _is_sealed(name):
                _write(_seal_of(name), _checksum(name))
            _unsealed.discard(name)


def forget() -> None:
    """Remove what numba has compiled for the kernels that are not sealed, which may be damaged, and load them anew."""
    for name in list(_unsealed):
        with suppress(OSError, RuntimeError):
            _remove_compiled(name)
    load.cache_clear()


def _folder() -> Path:
    """Return the folder of the kernels. OSError if others than this user may write to it."""
    chosen = os.environ.get("GRADTAPE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gradtape"
    folder = (Path(chosen).expanduser() if chosen else base) / "kernels"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if os.name == "posix" and (status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        raise PermissionError(f"{folder} can be written to by others than this user")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written to")
    return folder


def _written(name: str, text: str) -> Path:
    """Return the path of a file with this text."""
    path = _folder() / f"{name}.py"
    if not (path.exists() and path.read_bytes() == text.encode()):
        _write(path, text)
    return path


def _write(path: Path, text: str) -> None:
    """Write a file in one step, since another process may be writing the same."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _compiled(name: str) -> list[Path]:
    """Return the files that numba keeps of a kernel."""
    return sorted((_folder() / "__pycache__").glob(f"{name}.loop-*.nb[ic]"))


def _seal_of(name: str) -> Path:
    return _folder() / f"{name}.sha256"


def _checksum(name: str) -> str:
    return hashlib.sha256(b"".join([path.read_bytes() for path in _compiled(name)])).hexdigest()


def _is_sealed(name: str) -> bool:
    path = _seal_of(name)
    return path.exists() and path.read_text(encoding="utf-8", errors="replace") == _checksum(name)


def _remove_compiled(name: str) -> None:
    for path in [*_compiled(name), _seal_of(name)]:
        path.unlink(missing_ok=True)
