"""MNIST: 70,000 handwritten digits of 28 by 28 pixels, looked for on this machine, then on public mirrors.

Whatever is found is compared with the published SHA-256 sums before it is returned, unless the caller names a
folder and says `verify=False` (for Fashion-MNIST, KMNIST and others that come in the same four files).
"""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nn.datasets import digits, idx, keras_npz
from nn.datasets.download import TIMEOUT
from nn.datasets.download import download as fetch_file
from nn.datasets.images import Arrays, Bytes, ImageData, Split, check_labels
from nn.datasets.places import cache_folder, keras_file, torchvision_folders
from nn.errors import ChecksumMismatch, DataError, DataNotFound, listing


class File(NamedTuple):
    """One of the four files.

    name: without .gz;  sha256: of the decompressed bytes;  shape: of its array, which is uint8;  keras: the
    name of the same array in Keras's archive.
    """

    name: str
    sha256: str
    shape: tuple[int, ...]
    keras: str

    @property
    def max_bytes(self) -> int:
        """The most bytes that a mirror may send: the file unpacked, and a little for wrappings."""
        return int(np.prod(self.shape)) + 4096


FILES = (
    File(
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        (60000, 28, 28),
        "x_train",
    ),
    File(
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        (60000,),
        "y_train",
    ),
    File(
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        (10000, 28, 28),
        "x_test",
    ),
    File(
        "t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", (10000,), "y_test"
    ),
)
"""The four files, in the order in which the arrays are returned."""

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
"""Addresses under which the files lie, gzipped; asked in this order."""

Report = Callable[[str], object]


def load_data(path: str | os.PathLike[str] | None = None, *, verify: bool = True) -> tuple[Split, Split]:
    """Return MNIST as Keras does: `(x_train, y_train), (x_test, y_test)`.

    Pictures are uint8 of shape (60000, 28, 28) and (10000, 28, 28), 0 (paper) to 255 (ink); labels are uint8
    of shape (60000,) and (10000,), 0 to 9. `path` is a folder with the four IDX files, gzipped or not;
    without it the places that `find` lists are searched, mirrors last. The arrays are the caller's own.
    Raises what `find` raises.

        (x_train, y_train), (x_test, y_test) = load_data()
    """
    return find(path, fallback=False, verify=verify).splits


def find(
    data: str | os.PathLike[str] | None = None,
    *,
    download: bool = True,
    fallback: bool = True,
    verify: bool = True,
    report: Report | None = None,
    mirrors: Sequence[str] = MIRRORS,
    timeout: float = TIMEOUT,
) -> ImageData:
    """Return MNIST from the first place that has it, or the embedded 8x8 digits where no place has it.

    The places: the folder `data` and no other, if it is given; else our cache folder, Keras's file,
    torchvision's folders, and, if `download`, the `mirrors` (what they send is kept in the cache folder; they
    are not asked where $GRADTAPE_OFFLINE is set and not 0; `timeout` is how many seconds of silence to bear).
    `report` is called with a line of text for each file downloaded, each unusable file skipped, and for
    falling back.

    With `data`, `verify=False` accepts any pictures of MNIST's height and width with labels 0 to 9.

    Raises DataNotFound, listing the places and what was wrong with each, if nothing is found and not
    `fallback`; with `data`, the DataError that says what is wrong there; ValueError for `verify=False`
    without `data`.
    """
    if data is not None:
        folder = Path(data).expanduser()
        name = "MNIST" if verify else "pictures like MNIST (not verified)"
        return ImageData(*_folder(folder, verify), name=name, source=str(folder.absolute()), max_value=255)
    if not verify:
        raise ValueError("verify=False is for files that you name: give their folder as data=")
    say = report or (lambda line: None)
    failures = []
    for look in _places(partial(_mirrors, mirrors, timeout, say) if download else _no_mirrors):
        try:
            arrays, source = look()
        except DataNotFound as absent:
            failures.append(absent.summary)
        except DataError as bad:
            say(f"skipped: {bad.summary}")
            failures.append(bad.summary)
        else:
            return ImageData(*arrays, name="MNIST", source=source, max_value=255)
    if fallback:
        say("MNIST is neither on this machine nor to be had from a mirror; taking the embedded 8x8 digits")
        return digits.images(source="the copy inside gradtape, because MNIST could not be found")
    raise DataNotFound(
        "MNIST was not found",
        got=listing(failures),
        expected="the four files in one place",
        advice="put them into a folder and give it as data=, or look at the network",
    )


def _places(ask_mirrors: Callable[[], tuple[Arrays, str]]) -> Iterator[Callable[[], tuple[Arrays, str]]]:
    """Yield, in order, functions that return the arrays and where they are from, or raise DataError."""
    yield lambda: _in_folder(cache_folder() / "mnist")
    yield _in_keras_file
    for folder in torchvision_folders():
        yield partial(_in_folder, folder)
    yield ask_mirrors


def _in_folder(folder: Path) -> tuple[Arrays, str]:
    return _folder(folder, verify=True), str(folder.absolute())


def _in_keras_file() -> tuple[Arrays, str]:
    path = keras_file()
    x_train, y_train, x_test, y_test = keras_npz.read(path, {file.keras: file.shape for file in FILES})
    for file, array in zip(FILES, (x_train, y_train, x_test, y_test), strict=True):
        _verify(array, file, f"{file.keras} in {path}")
    return (x_train, y_train, x_test, y_test), str(path)


def _folder(folder: Path, verify: bool) -> Arrays:
    x_train, y_train, x_test, y_test = (_file(folder, file, verify) for file in FILES)
    check_labels(x_train, y_train, f"the training files in {folder}")
    check_labels(x_test, y_test, f"the test files in {folder}")
    return x_train, y_train, x_test, y_test


def _file(folder: Path, file: File, verify: bool) -> Bytes:
    """Read one file under any of its usual names; the first is what a download is kept under."""
    for name in (f"{file.name}.gz", file.name, file.name.replace("-idx", ".idx")):
        shape = file.shape if verify else (None, *file.shape[1:])
        try:
            array = idx.read(folder / name, shape, np.uint8)
        except DataNotFound:
            continue
        return _verify(array, file, str(folder / name)) if verify else array
    raise DataNotFound(
        f"{file.name} is not in {folder}",
        expected=f"{file.name} or {file.name}.gz",
        got="" if folder.is_dir() else "no such folder",
        advice="name the folder that holds all four files, or none to download them",
    )


def _verify(array: Bytes, file: File, name: str) -> Bytes:
    if (found := idx.checksum(array)) != file.sha256:
        raise ChecksumMismatch(
            f"{name} is not MNIST's {file.name}",
            got=f"SHA-256 {found}",
            expected=f"SHA-256 {file.sha256}",
            advice="fetch it again; for another data set of this form, verify=False",
        )
    return array


def _mirrors(mirrors: Sequence[str], timeout: float, say: Report) -> tuple[Arrays, str]:
    """Take each file from the cache, where it is sound, or else from a mirror."""
    if os.environ.get("GRADTAPE_OFFLINE", "0") not in ("", "0"):
        raise DataNotFound("the mirrors were not asked: GRADTAPE_OFFLINE is set")
    folder = cache_folder() / "mnist"
    order, used = list(mirrors), []
    arrays = []
    for file in FILES:
        try:
            arrays.append(_file(folder, file, verify=True))
            continue
        except DataError:
            pass  # missing or bad: either way a fresh one replaces it

        packed = f"{file.name}.gz"

        def check(content: bytes, file: File = file, packed: str = packed) -> Bytes:
            return _verify(idx.decode(content, packed, file.shape, np.uint8), file, packed)

        array, url = fetch_file(
            [mirror + packed for mirror in order],
            folder / packed,
            check,
            max_bytes=file.max_bytes,
            timeout=timeout,
            report=say,
        )
        arrays.append(array)
        used.append(url.removesuffix(packed))
        order.sort(key=lambda mirror: mirror != used[-1])  # a dead mirror is waited for once, not four times
    x_train, y_train, x_test, y_test = arrays
    return (x_train, y_train, x_test, y_test), ", ".join(dict.fromkeys(used)) or str(folder)


def _no_mirrors() -> tuple[Arrays, str]:
    raise DataNotFound("the mirrors were not asked: download=False")
