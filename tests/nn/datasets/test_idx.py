"""IDX files: what is written is read, and nothing else is."""

import gzip
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn.datasets import idx
from nn.errors import (
    DamagedGzip,
    DataError,
    DataNotFound,
    FileTooLarge,
    NotIDX,
    TrailingBytes,
    TruncatedFile,
    UnreadableFile,
    WebPageReceived,
    WrongDimensions,
)

PICTURES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
PLAIN = idx.encode(PICTURES)
PACKED = gzip.compress(PLAIN, mtime=0)

DAMAGES: dict[str, tuple[bytes, type[DataError], str]] = {
    "empty": (b"", TruncatedFile, "file is empty\n  got: 0 bytes"),
    "one byte": (b"\0", TruncatedFile, "ends inside its header"),
    "cut in the sizes": (PLAIN[:10], TruncatedFile, r"its header\n  got: 6 bytes of sizes\n  exp.*: 12"),
    "cut in the numbers": (PLAIN[:-1], TruncatedFile, r"ends too soon\n  got: .*\n  expected: 24 bytes"),
    "trailing byte": (PLAIN + b"\0", TrailingBytes, r"goes on .*\n.*\n  expected: 24 bytes.*\(2, 3, 4\)"),
    "wrong magic": (b"\x93NUMPY" + PLAIN, NotIDX, r"is not an IDX file\n  got: first bytes b'\\x93NUMPY"),
    "unknown type": (b"\0\0\x0a\x01" + PLAIN[4:], NotIDX, "is not an IDX file"),
    "no dimensions": (b"\0\0\x08\0" + PLAIN[4:], NotIDX, "is not an IDX file"),
    "nine dimensions": (b"\0\0\x08\x09" + bytes(99), NotIDX, "1 to 8 dimensions"),
    "web page": (b"\n<!DOCTYPE html><title>Log in</title>", WebPageReceived, r"web page.*\n  got: .*<title>"),
    "web page with a byte order mark": (b"\xef\xbb\xbf<html>", WebPageReceived, "is a web page, not data"),
    "error page of a store": (b"<?xml version='1.0'?><Error>", WebPageReceived, "try: open the address"),
    "gzipped web page": (gzip.compress(b"<html></html>"), WebPageReceived, "is a web page"),
    "gzip cut in the middle": (PACKED[:-12], TruncatedFile, "in the middle of its gzip stream"),
    "gzip cut in its checksum": (PACKED[:-5], TruncatedFile, "in the middle of its gzip stream"),
    "gzip with a wrong checksum": (PACKED[:-8] + b"abcd" + PACKED[-4:], DamagedGzip, "CRC check failed"),
    "gzip with rubbish behind": (PACKED + b"rubbish", DamagedGzip, "Not a gzipped file"),
    "gzip of too few numbers": (gzip.compress(PLAIN[:-1]), TruncatedFile, r"ends too soon\n  got: 23 bytes"),
    "gzip of too many numbers": (gzip.compress(PLAIN + b"\0"), TrailingBytes, "goes on after its last"),
    "gzip in gzip": (gzip.compress(PACKED), NotIDX, "is not an IDX file"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_bytes_are_refused(damage: str, tmp_path: Path) -> None:
    content, kind, text = DAMAGES[damage]
    with pytest.raises(kind, match=text):
        idx.decode(content, "file")
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(kind, match=text) as caught:
        idx.read(tmp_path / "file")
    assert caught.value.expected and caught.value.advice


@given(st.data())
def test_what_is_written_is_read(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from(["u1", "i1", ">i2", "<i2", ">i4", "<i4", ">f4", "<f4", ">f8", "<f8"]))
    array = data.draw(hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)))
    content = idx.encode(array)
    for stored in (content, gzip.compress(content)):
        read = idx.decode(stored)
        assert read.dtype == array.dtype.newbyteorder("=") and read.dtype.isnative
        np.testing.assert_array_equal(read, array)
        assert idx.encode(read) == content


def test_transposed_and_sliced_arrays_are_written_in_order() -> None:
    np.testing.assert_array_equal(idx.decode(idx.encode(PICTURES.T)), PICTURES.T)
    np.testing.assert_array_equal(idx.decode(idx.encode(PICTURES[:, ::-2])), PICTURES[:, ::-2])


@pytest.mark.parametrize("content", [PLAIN, PACKED], ids=["plain", "gzip"])
def test_cut_anywhere_it_is_an_error(content: bytes) -> None:
    for length in range(len(content)):
        with pytest.raises(DataError):
            idx.decode(content[:length])


def test_any_flipped_bit_of_a_gzip_file_gives_an_error_or_the_same_array() -> None:
    refused = 0
    for position in range(len(PACKED)):
        for bit in range(8):
            damaged = bytearray(PACKED)
            damaged[position] ^= 1 << bit
            try:
                read = idx.decode(bytes(damaged))
            except DataError:
                refused += 1
            else:
                np.testing.assert_array_equal(read, PICTURES)
    assert refused > 6 * len(PACKED)


@pytest.mark.parametrize("dtype", ["complex64", "int64", "uint16", "bool", "O"])
def test_a_dtype_that_the_format_lacks_cannot_be_written(dtype: str) -> None:
    with pytest.raises(TypeError, match=r"IDX has no number type for .*; it has uint8, int8, int16"):
        idx.encode(np.zeros(2, dtype))


def header(*shape: int) -> bytes:
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (header(2**29) + b"\1", TruncatedFile, r"too soon\n  got: room for 9 bytes\n  expected: 536870912"),
        (gzip.compress(header(2**29) + b"\1"), TruncatedFile, r"ends too soon\n  got: room for"),
        (header(2**31, 2**31), FileTooLarge, r"promises too much\n  got: shape \(2147483648, 2147483648\)"),
        (header(0, 2**32 - 1, 2**32 - 1, 2**32 - 1), FileTooLarge, "promises too much"),
        (gzip.compress(header(2**30 + 1) + bytes(2**16)), FileTooLarge, "expected: at most 1073741824 bytes"),
    ],
    ids=["plain", "gzip", "product", "zero in the product", "gzip over the limit"],
)
def test_a_header_that_lies_takes_no_memory(content: bytes, kind: type[DataError], text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(kind, match=text):
            idx.decode(content)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_is_read_no_further_than_the_header_says() -> None:
    bomb = gzip.compress(header(100) + bytes(2**26), compresslevel=9)
    tracemalloc.start()
    try:
        with pytest.raises(TrailingBytes):
            idx.decode(bomb)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("shape", "dtype", "text"),
    [
        ((2, 3, 5), None, r"has the wrong dimensions\n  got: uint8 \(2, 3, 4\)\n  expected: \(2, 3, 5\)"),
        ((2, 3), np.uint8, r"expected: uint8 \(2, 3\)"),
        ((None, 28, 28), np.uint8, r"expected: uint8 \(any, 28, 28\)"),
        (None, np.float32, r"got: uint8 \(2, 3, 4\)\n  expected: float32"),
    ],
)
def test_unexpected_dimensions_are_refused(shape: Any, dtype: Any, text: str) -> None:
    with pytest.raises(WrongDimensions, match=text):
        idx.decode(PACKED, shape=shape, dtype=dtype)


def test_expected_dimensions_are_accepted() -> None:
    for shape in ((2, 3, 4), (None, 3, 4), (None, None, None), None):
        np.testing.assert_array_equal(idx.decode(PLAIN, shape=shape, dtype=np.uint8), PICTURES)


@pytest.mark.parametrize(("name", "content"), [("pictures.gz", PLAIN), ("pictures", PACKED)])
def test_gzip_is_told_by_content_and_the_array_is_ones_own(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    read = idx.read(tmp_path / name)
    np.testing.assert_array_equal(read, PICTURES)
    assert read.flags.owndata and read.flags.writeable and read.flags.c_contiguous


def test_missing_and_unreadable_files_have_errors_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(DataNotFound, match=r"there is no file .*absent"):
        idx.read(tmp_path / "absent")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match=r"folder cannot be read\n  got: "):
        idx.read(tmp_path / "folder")
