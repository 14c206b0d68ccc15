"""Where data may lie on this machine: our cache folder, and where Keras and torchvision keep MNIST."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from nn.errors import DataNotFound


def cache_folder() -> Path:
    r"""Return the folder for downloaded data; it need not exist.

    `$GRADTAPE_CACHE`, else `%LOCALAPPDATA%\gradtape` on Windows, else `$XDG_CACHE_HOME/gradtape`, else
    `~/.cache/gradtape`. Raises DataNotFound where not even a home folder is known.
    """
    if own := os.environ.get("GRADTAPE_CACHE"):
        return Path(own).expanduser()
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # the XDG specification: a relative path is to be ignored
        return Path(base) / "gradtape"
    return home() / ".cache" / "gradtape"


def keras_file() -> Path:
    """Return the path of Keras's MNIST: `datasets/mnist.npz` in `$KERAS_HOME`, else in `~/.keras`."""
    folder = os.environ.get("KERAS_HOME")
    return (Path(folder).expanduser() if folder else home() / ".keras") / "datasets" / "mnist.npz"


def torchvision_folders() -> Iterator[Path]:
    """Yield the folders `MNIST/raw` under the roots usually given to torchvision, relative ones first.

    >>> next(torchvision_folders()).as_posix()
    'MNIST/raw'
    """
    for root in (".", "data", "../data", "datasets"):
        yield Path(root, "MNIST", "raw")
    with contextlib.suppress(DataNotFound):  # without a home folder there are no places in it
        for root in ("data", "datasets"):
            yield home() / root / "MNIST" / "raw"


def home() -> Path:
    """Return the user's home folder. Raises DataNotFound where none is known, as in some containers."""
    try:
        return Path.home()
    except RuntimeError as error:
        raise DataNotFound(
            "no home folder is known",
            got=str(error),
            expected="HOME to be set",
            advice="set HOME, or GRADTAPE_CACHE for the cache folder",
        ) from error
