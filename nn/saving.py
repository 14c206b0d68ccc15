"""Weights to and from .npz files: plain arrays under the names of the weights, readable by NumPy alone."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Variable

Array = npt.NDArray[Any]


def save_arrays(path: str | os.PathLike[str], arrays: Mapping[str, npt.ArrayLike]) -> None:
    """Write an uncompressed .npz archive, of all the arrays or not at all.

    The file appears under its name when it is complete, so that a crash leaves the old one or none. Arrays are
    written in C order.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} for {path.name}; make it first")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    members: dict[str, Any] = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    for name, array in members.items():
        if array.dtype.hasobject:
            raise ValueError(f"{name} is an array of Python objects, which are never pickled; expected numbers")
    try:
        with temporary.open("xb") as stream:
            np.savez(stream, **members)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load_arrays(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Read an .npz archive of plain arrays; ValueError if the file is none, or holds Python objects."""
    with open(path, "rb") as stream:
        if not zipfile.is_zipfile(stream):
            raise ValueError(f"{os.fspath(path)} is no .npz archive, or not a whole one; expected one of save_weights")
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except zipfile.BadZipFile as error:
        raise ValueError(f"{os.fspath(path)} is damaged: {error}") from error
    strange = [name for name, array in arrays.items() if not isinstance(array, np.ndarray)]
    if strange:
        raise ValueError(f"{os.fspath(path)} holds {', '.join(strange)}, which are no arrays; expected arrays only")
    return arrays


def assign_all(variables: Mapping[str, Variable], arrays: Mapping[str, Array], origin: str) -> None:
    """Give each variable the array of its name. ValueError that lists what does not fit; then nothing changes."""
    problems = [f"{name} is missing" for name in variables.keys() - arrays.keys()]
    problems += [f"{name} is not a weight of the model" for name in arrays.keys() - variables.keys()]
    for name in variables.keys() & arrays.keys():
        array, variable = arrays[name], variables[name]
        if array.shape != variable.shape:
            problems.append(f"{name} has shape {array.shape}; expected {variable.shape}")
        elif not np.can_cast(array.dtype, variable.dtype, "same_kind"):
            problems.append(f"{name} has dtype {array.dtype}; expected {variable.dtype}")
    if problems:
        raise ValueError(f"the weights in {origin} do not fit the model: " + "; ".join(sorted(problems)))
    for name, variable in variables.items():
        variable.assign(arrays[name])
