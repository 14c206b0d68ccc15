"""Read MNIST from the .npz archive in which Keras keeps it, without pickle and without trusting its sizes."""

import math
import zipfile
from pathlib import Path

import numpy as np

from nn.datasets.images import Bytes
from nn.errors import DamagedArchive, DataError, DataNotFound, TruncatedFile, WrongDimensions


def read(path: Path, shapes: dict[str, tuple[int, ...]]) -> list[Bytes]:
    """Return the uint8 arrays named and shaped as in `shapes` from the archive at `path`.

    Each shape is compared before memory is taken. Raises DataNotFound, DamagedArchive, TruncatedFile,
    WrongDimensions.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_member(archive, path, key, shape) for key, shape in shapes.items()]
    except (FileNotFoundError, NotADirectoryError):
        raise DataNotFound(f"there is no file {path}") from None
    except DataError:
        raise
    except Exception as error:  # zipfile, zlib and NumPy raise many kinds when the bytes are not their own
        raise DamagedArchive(
            f"{path} cannot be read",
            got=f"{type(error).__name__}: {error}",
            expected="mnist.npz as Keras writes it",
            advice="delete it",
        ) from error


def _member(archive: zipfile.ZipFile, path: Path, key: str, shape: tuple[int, ...]) -> Bytes:
    with archive.open(f"{key}.npy") as stream:
        np.lib.format.read_magic(stream)
        found, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
        if found != shape or fortran or dtype != np.uint8:
            raise WrongDimensions(
                f"{key} in {path} has the wrong dimensions",
                got=f"{dtype} {found}",
                expected=f"uint8 {shape}",
                advice="delete the file",
            )
        needed = math.prod(shape)
        content = stream.read(needed)
    if len(content) < needed:
        raise TruncatedFile(
            f"{key} in {path} ends too soon",
            got=f"{len(content)} bytes",
            expected=f"{needed} bytes",
            advice="delete the file",
        )
    return np.frombuffer(content, np.uint8).reshape(shape).copy()
