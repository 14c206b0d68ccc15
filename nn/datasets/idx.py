"""Read and write IDX, the format of the MNIST files: a short header, then the numbers, big end first.

    byte 0, 1   zero
    byte 2      type of the numbers (`TYPES`)
    byte 3      number of dimensions
    4 bytes     size of each dimension, unsigned
    ...         the numbers, last dimension fastest

One array has exactly one such spelling, so the checksum of a file can be computed from its array.
"""

import gzip
import hashlib
import io
import math
import os
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nn.errors import (
    DamagedGzip,
    DataNotFound,
    FileTooLarge,
    NotIDX,
    TrailingBytes,
    TruncatedFile,
    UnreadableFile,
    WebPageReceived,
    WrongDimensions,
)

TYPES = {
    code: np.dtype(name)
    for code, name in {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}.items()
}
"""The number types of the format, by the code in byte 2."""

MAX_BYTES = 1 << 30
"""A file whose header promises more than this many bytes of numbers is refused."""

GZIP_MAGIC = b"\x1f\x8b"
MAX_EXPANSION = 1032  # deflate's best: 258 bytes from 2 bits
AGAIN = "fetch the file again, or from another place"
CHUNK = 1 << 20

Shape = tuple[int | None, ...]
"""An expected shape; `None` stands for any size."""


def read(path: str | os.PathLike[str], shape: Shape | None = None, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Return the array in the IDX file at `path`, gzipped or not (told by its content, not by its name).

    The array is new, writable, C-contiguous and in this machine's byte order. `shape` and `dtype`, where
    given, are compared with the header before memory is taken for the numbers.

    Raises DataNotFound, UnreadableFile, or what `decode` raises.
    """
    try:
        with open(path, "rb") as stream:
            return _decode(stream, os.fstat(stream.fileno()).st_size, str(path), shape, dtype)
    except (FileNotFoundError, NotADirectoryError):
        raise DataNotFound(f"there is no file {path}") from None
    except OSError as error:
        raise UnreadableFile(
            f"{path} cannot be read", got=str(error), expected="a readable file", advice="look at its permissions"
        ) from error


def decode(
    content: bytes, name: str = "the data", shape: Shape | None = None, dtype: DTypeLike | None = None
) -> NDArray[Any]:
    """Return the array in `content`, the bytes of an IDX file, gzipped or not; `name` is for error messages.

    Raises NotIDX, WebPageReceived, DamagedGzip, TruncatedFile, TrailingBytes, WrongDimensions, FileTooLarge.

    >>> decode(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 8, 9]))
    array([7, 8, 9], dtype=uint8)
    """
    return _decode(io.BytesIO(content), len(content), name, shape, dtype)


def encode(array: NDArray[Any]) -> bytes:
    """Return `array` as the bytes of an IDX file, not gzipped.

    Raises TypeError for a dtype that the format lacks.

    >>> encode(np.array([7, 8, 9], np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 03 07 08 09'
    """
    big_endian = array.dtype.newbyteorder(">")
    code = next((code for code, known in TYPES.items() if known == big_endian), None)
    if code is None:
        raise TypeError(
            f"IDX has no number type for {array.dtype}; it has " + ", ".join(known.name for known in TYPES.values())
        )
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(big_endian, copy=False).tobytes(order="C")


def checksum(array: NDArray[Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the decompressed IDX file that holds `array`.

    >>> checksum(np.array([7, 8, 9], np.uint8))[:16]
    'e660eb3c65f6f20a'
    """
    return hashlib.sha256(encode(array)).hexdigest()


def _decode(
    stream: io.BufferedIOBase, size: int, name: str, shape: Shape | None, dtype: DTypeLike | None
) -> NDArray[Any]:
    """Unwrap gzip if there is any; `size` is how many bytes `stream` holds in all."""
    if size == 0:
        raise TruncatedFile(f"{name} is empty", got="0 bytes", expected="an IDX file", advice=AGAIN)
    magic = stream.read(len(GZIP_MAGIC))
    stream.seek(0)
    if magic != GZIP_MAGIC:
        return _decode_plain(stream, size, name, shape, dtype)
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as unpacked:
            return _decode_plain(unpacked, size * MAX_EXPANSION, name, shape, dtype)
    except EOFError:
        raise TruncatedFile(
            f"{name} ends in the middle of its gzip stream",
            got=f"{size} bytes",
            expected="a whole gzip file",
            advice=AGAIN,
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DamagedGzip(
            f"{name} is a damaged gzip file", got=str(error), expected="a whole gzip file", advice=AGAIN
        ) from error


def _decode_plain(
    stream: io.BufferedIOBase, room: int, name: str, shape: Shape | None, dtype: DTypeLike | None
) -> NDArray[Any]:
    """Read header and numbers; `room` is the most bytes that `stream` can hold."""
    stored, sizes = _header(stream, name)
    native = stored.newbyteorder("=")
    if (dtype is not None and native != dtype) or not _fits(sizes, shape):
        wanted = "" if dtype is None else f"{np.dtype(dtype).name} "
        raise WrongDimensions(
            f"{name} has the wrong dimensions",
            got=f"{native.name} {sizes}",
            expected=f"{wanted}{shape or ''}".replace("None", "any"),
            advice="look whether the files were mixed up",
        )
    # A dimension of size 0 counts as 1: NumPy cannot make (0, 2**32 - 1, 2**32 - 1) either.
    if (claimed := math.prod(max(n, 1) for n in sizes) * stored.itemsize) > MAX_BYTES:
        raise FileTooLarge(
            f"the header of {name} promises too much",
            got=f"shape {sizes}, {claimed} bytes",
            expected=f"at most {MAX_BYTES} bytes",
            advice=AGAIN,
        )
    needed = math.prod(sizes) * stored.itemsize
    if needed > room:
        raise _too_short(name, f"room for {room} bytes", needed, sizes)
    array = np.empty(sizes, stored)
    target = array.reshape(-1).view(np.uint8).data
    filled = 0
    while filled < needed:
        count = stream.readinto(target[filled : filled + CHUNK])
        if not count:
            raise _too_short(name, f"{filled} bytes", needed, sizes)
        filled += count
    if stream.read(1):  # at the end of a gzip stream this is also what makes gzip compare its checksum
        raise TrailingBytes(
            f"{name} goes on after its last number",
            got="at least one byte more",
            expected=f"{needed} bytes of numbers for shape {sizes}",
            advice=AGAIN,
        )
    return array.astype(native, copy=False)


def _too_short(name: str, got: str, needed: int, sizes: tuple[int, ...]) -> TruncatedFile:
    return TruncatedFile(f"{name} ends too soon", got, f"{needed} bytes of numbers for shape {sizes}", AGAIN)


def _header(stream: io.BufferedIOBase, name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Read the header and return dtype and shape."""
    magic = stream.read(4)
    start = magic + (b"" if magic[:2] == b"\0\0" else stream.read(60))
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise WebPageReceived(
            f"{name} is a web page, not data",
            got=repr(start),
            expected="an IDX file",
            advice="open the address in a browser: a login or error page may stand there",
        )
    if len(start) < 4:
        raise TruncatedFile(f"{name} ends inside its header", repr(start), "4 bytes", AGAIN)
    dtype, rank = TYPES.get(magic[2]), magic[3]
    if magic[:2] != b"\0\0" or dtype is None or not 1 <= rank <= 8:
        raise NotIDX(
            f"{name} is not an IDX file",
            got=f"first bytes {start!r}",
            expected="two zero bytes, a number type (8, 9, 11 to 14), 1 to 8 dimensions",
            advice=AGAIN,
        )
    sizes = stream.read(4 * rank)
    if len(sizes) < 4 * rank:
        raise TruncatedFile(
            f"{name} ends inside its header",
            got=f"{len(sizes)} bytes of sizes",
            expected=f"{4 * rank} bytes",
            advice=AGAIN,
        )
    return dtype, struct.unpack(f">{rank}I", sizes)


def _fits(found: tuple[int, ...], wanted: Shape | None) -> bool:
    return wanted is None or (
        len(found) == len(wanted) and all(w is None or n == w for n, w in zip(found, wanted, strict=True))
    )
