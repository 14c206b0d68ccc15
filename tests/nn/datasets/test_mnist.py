"""MNIST: the right place is found, wrong files are told from right ones, and the digits stand in."""

import gzip
import os
import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.datasets import idx, mnist, places
from nn.errors import (
    ChecksumMismatch,
    DataNotFound,
    InconsistentData,
    TruncatedFile,
    WrongDimensions,
)

ROOT = Path(__file__).resolve().parents[3]
REAL = Path(os.environ.get("GRADTAPE_MNIST") or ROOT.parent / "shared" / "mnist")
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = (file.name for file in mnist.FILES)


def lay(folder: Path, files: dict[str, bytes], spelling: Callable[[str], str] = lambda name: f"{name}.gz") -> Path:
    """Write the files into `folder`, gzipped if their names end so."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        name = spelling(name)
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return folder


def offer(mirror: Any, under: str, files: dict[str, bytes]) -> str:
    """Put the files on the mirror; return the address of their folder."""
    mirror.pages.update({f"/{under}/{name}.gz": gzip.compress(content) for name, content in files.items()})
    return f"{mirror.url}{under}/"


def lay_npz(path: Path, files: dict[str, bytes], **changes: Any) -> Path:
    """Write the archive as Keras has it, with `changes` to its members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {file.keras: idx.decode(files[file.name]) for file in mnist.FILES}
    np.savez_compressed(path, **{**arrays, **changes})
    return path


def assert_is(data: Any, files: dict[str, bytes]) -> None:
    """Each array holds what its file held, in the order of Keras, and is the caller's own."""
    arrays = (data.x_train, data.y_train, data.x_test, data.y_test)
    for array, content in zip(arrays, files.values(), strict=True):
        np.testing.assert_array_equal(array, idx.decode(content))
        assert array.dtype == np.uint8
        assert array.flags.owndata and array.flags.writeable and array.flags.c_contiguous


# The real files


@pytest.mark.skipif(not REAL.is_dir(), reason="no MNIST here; name its folder in GRADTAPE_MNIST")
def test_the_real_files_have_the_published_sums_and_counts() -> None:
    (x_train, y_train), (x_test, y_test) = mnist.load_data(REAL)
    for file, array in zip(mnist.FILES, (x_train, y_train, x_test, y_test), strict=True):
        assert array.dtype == np.uint8 and array.shape == file.shape
        assert idx.checksum(array) == file.sha256
        assert array.flags.owndata and array.flags.writeable and array.flags.c_contiguous
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_the_table_agrees_with_itself() -> None:
    for file in mnist.FILES:
        assert file.name.endswith(f"idx{len(file.shape)}-ubyte")
        assert len(file.sha256) == 64
        assert file.max_bytes > np.prod(file.shape)
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in mnist.MIRRORS)


# A folder that the user names


@pytest.mark.parametrize(
    "spelling",
    [
        lambda name: f"{name}.gz",
        lambda name: name,
        lambda name: name.replace("-idx", ".idx"),
    ],
    ids=["gzip", "plain", "dotted"],
)
def test_a_given_folder_is_read(spelling: Any, tiny: dict[str, bytes], tmp_path: Path) -> None:
    folder = lay(tmp_path / "given", tiny, spelling)
    data = mnist.find(folder)
    assert_is(data, tiny)
    assert (data.name, data.source, data.max_value) == ("MNIST", str(folder), 255)
    assert str(data) == f"MNIST: 20 pictures for training, 10 for testing, from {folder}"
    (x_train, y_train), (x_test, y_test) = mnist.load_data(str(folder))
    for ours, theirs in zip((x_train, y_train, x_test, y_test), sum(data.splits, ()), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_given_folder_may_be_relative_or_in_the_home_folder(tiny: dict[str, bytes], tmp_path: Path) -> None:
    lay(tmp_path / "home" / "given", tiny)
    assert mnist.find("~/given").source == str(tmp_path / "home" / "given")
    assert mnist.find("../home/given").source == str(tmp_path / "work" / ".." / "home" / "given")


def test_a_given_folder_that_is_bad_is_an_error_and_never_a_fallback(
    tiny: dict[str, bytes], tmp_path: Path, cache: Path
) -> None:
    lay(cache, tiny)  # a good copy elsewhere must not be taken in its stead
    with pytest.raises(DataNotFound, match=r"train-images-idx3-ubyte is not in .*absent\n  got: no such"):
        mnist.find(tmp_path / "absent")
    folder = lay(tmp_path / "given", tiny)
    (folder / f"{TEST_LABELS}.gz").unlink()
    with pytest.raises(DataNotFound, match=r"t10k-labels-idx1-ubyte is not in .*given\n  expected: .*\.gz"):
        mnist.find(folder)
    (folder / f"{TEST_LABELS}.gz").write_bytes(b"")
    with pytest.raises(TruncatedFile, match=r"t10k-labels-idx1-ubyte\.gz is empty"):
        mnist.find(folder)


def test_another_data_set_is_refused_unless_unverified(tiny: dict[str, bytes], tmp_path: Path) -> None:
    other = {name: content[:-1] + bytes([content[-1] ^ 1]) for name, content in tiny.items()}
    folder = lay(tmp_path / "given", other)
    with pytest.raises(
        ChecksumMismatch, match=r"is not MNIST's train-images.*\n  got: SHA-256 .*\n.*\n  try: .* verify=False"
    ):
        mnist.find(folder)
    data = mnist.find(folder, verify=False)
    assert_is(data, other)
    assert data.name == "pictures like MNIST (not verified)"
    assert mnist.load_data(folder, verify=False)[0][0].shape == (20, 4, 3)


@pytest.mark.parametrize(
    ("name", "array", "kind", "text"),
    [
        (TRAIN_IMAGES, np.zeros((20, 5, 3), np.uint8), WrongDimensions, r"\(20, 5, 3\)\n.*uint8 \(any, 4, 3\)"),
        (TRAIN_IMAGES, np.zeros((20, 4, 3), np.float32), WrongDimensions, r"got: float32 \(20, 4, 3\)"),
        (TRAIN_LABELS, np.zeros((20, 1), np.uint8), WrongDimensions, r"expected: uint8 \(any,\)"),
        (TRAIN_LABELS, np.zeros(19, np.uint8), InconsistentData, "training files .*got: 20 pictures, 19 labels"),
        (TEST_LABELS, np.full(10, 10, np.uint8), InconsistentData, "test files .*got: 10\n  expected: 0 to 9"),
    ],
)
def test_unverified_files_must_still_fit_together(
    name: str, array: Any, kind: Any, text: str, tiny: dict[str, bytes], tmp_path: Path
) -> None:
    folder = lay(tmp_path / "given", {**tiny, name: idx.encode(array)})
    with pytest.raises(kind, match=f"(?s){text}"):
        mnist.find(folder, verify=False)


def test_unverified_files_may_be_of_any_number_but_none(tiny: dict[str, bytes], tmp_path: Path) -> None:
    more = {
        **tiny,
        TRAIN_IMAGES: idx.encode(np.ones((33, 4, 3), np.uint8)),
        TRAIN_LABELS: idx.encode(np.ones(33, np.uint8)),
    }
    assert_is(mnist.find(lay(tmp_path / "more", more), verify=False), more)
    none = {
        **tiny,
        TRAIN_IMAGES: idx.encode(np.ones((0, 4, 3), np.uint8)),
        TRAIN_LABELS: idx.encode(np.ones(0, np.uint8)),
    }
    with pytest.raises(InconsistentData, match="got: 0 pictures, 0 labels"):
        mnist.find(lay(tmp_path / "none", none), verify=False)


def test_only_files_that_the_user_names_may_be_unverified() -> None:
    with pytest.raises(ValueError, match="give their folder as data="):
        mnist.find(verify=False)


# The places on this machine


def test_the_places_are_searched_in_order(tiny: dict[str, bytes], tmp_path: Path, cache: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    order = [
        cache,
        home / ".keras" / "datasets" / "mnist.npz",
        work / "MNIST" / "raw",
        work / "data" / "MNIST" / "raw",
        home / "data" / "MNIST" / "raw",
    ]
    for place in reversed(order):  # each one laid is looked at before those laid so far
        lay_npz(place, tiny) if place.suffix == ".npz" else lay(place, tiny)
        data = mnist.find(download=False)
        assert_is(data, tiny)
        assert (data.name, data.source, data.max_value) == ("MNIST", str(place), 255)


@pytest.mark.parametrize(
    ("variable", "value", "folder"),
    [
        ("GRADTAPE_CACHE", "own", "own"),
        ("GRADTAPE_CACHE", "~/own", "home/own"),
        ("XDG_CACHE_HOME", "xdg", "xdg/gradtape"),
        ("XDG_CACHE_HOME", "./relative", "home/.cache/gradtape"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the names of the variables differ there")
def test_the_cache_folder_follows_the_environment(
    variable: str, value: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / value) if value.isalpha() else value)
    assert places.cache_folder() == tmp_path / folder


def test_the_cache_folder_on_windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert places.cache_folder() == tmp_path / "local" / "gradtape"


def test_keras_home_is_followed(tiny: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    path = lay_npz(tmp_path / "keras" / "datasets" / "mnist.npz", tiny)
    assert mnist.find(download=False).source == str(path)


class Trap:
    """Unpickling it would make a file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sprung"

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def lie(path: Path, shape: bytes) -> None:
    """Write an archive whose first member has a header that names `shape`, and a single number."""
    text = b"{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + b", }"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text + b"\0")


TURNED = np.zeros((10, 4, 3), np.uint8, order="F")
OTHERS = np.zeros(10, np.uint8)


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (lambda path, files: path.write_bytes(path.read_bytes()[:-40]), "read: BadZipFile: File is not a zip"),
        (lambda path, files: path.write_bytes(b""), "cannot be read: BadZipFile"),
        (lambda path, files: np.savez(path, x_train=np.zeros(3)), r"x_train in .* dimensions: float64 \(3,\)"),
        (lambda path, files: np.savez(path, x=np.zeros(3)), "cannot be read: KeyError: .*x_train.npy"),
        (lambda path, files: lay_npz(path, files, y_test=OTHERS), "y_test in .* is not MNIST's t10k-labels"),
        (lambda path, files: lay_npz(path, files, x_test=TURNED), r"x_test in .* dimensions: uint8 \(10, 4, 3\)"),
        (lambda path, files: lay_npz(path, files, x_train=np.array([Trap(path.parent)])), r"object \(1,\)"),
        (lambda path, files: lie(path, b"(4611686018427387904, 4, 3)"), r"dimensions: uint8 \(46116860184"),
        (lambda path, files: lie(path, b"(20, 4, 3)"), "x_train in .* ends too soon: 1 bytes"),
        (lambda path, files: lie(path, b"(20, 4, 3"), "cannot be read: "),
    ],
    ids=["cut", "empty", "dtype", "missing", "sum", "order", "pickle", "bomb", "short", "header"],
)
def test_a_bad_archive_of_keras_is_skipped_and_named(
    damage: Any, text: str, tiny: dict[str, bytes], tmp_path: Path
) -> None:
    path = lay_npz(tmp_path / "home" / ".keras" / "datasets" / "mnist.npz", tiny)
    damage(path, tiny)
    folder = lay(tmp_path / "home" / "data" / "MNIST" / "raw", tiny)
    said: list[str] = []
    assert mnist.find(download=False, report=said.append).source == str(folder)
    [line] = said
    assert line.startswith("skipped: ") and str(path) in line and re.search(text, line)
    assert not (path.parent / "sprung").exists()


def test_a_bad_folder_that_nobody_named_is_skipped_and_named(
    tiny: dict[str, bytes], tmp_path: Path, cache: Path
) -> None:
    lay(cache, {**tiny, TRAIN_LABELS: tiny[TEST_LABELS]})
    folder = lay(tmp_path / "work" / "data" / "MNIST" / "raw", tiny)
    said: list[str] = []
    assert mnist.find(download=False, report=said.append).source == str(folder)
    [line] = said
    assert re.match(r"skipped: .*train-labels-idx1-ubyte\.gz has the wrong dimensions", line)


# The mirrors


def test_what_is_downloaded_is_kept(tiny: dict[str, bytes], mirror: Any, cache: Path) -> None:
    address = offer(mirror, "a", tiny)
    said: list[str] = []
    data = mnist.find(mirrors=[address], report=said.append)
    assert_is(data, tiny)
    assert (data.name, data.source) == ("MNIST", address)
    assert said == [f"downloading {address}{name}.gz" for name in tiny]
    assert sorted(path.name for path in cache.iterdir()) == sorted(f"{name}.gz" for name in tiny)

    again = mnist.find(mirrors=[address], report=said.append)
    assert_is(again, tiny)
    assert again.source == str(cache)
    assert len(mirror.asked) == len(said) == 4


def test_a_mirror_that_failed_is_asked_last_for_the_others(tiny: dict[str, bytes], mirror: Any) -> None:
    good = offer(mirror, "good", tiny)
    data = mnist.find(mirrors=[f"{mirror.url}dead/", good])
    assert data.source == good
    assert [path for path in mirror.asked if path.startswith("/dead/")] == [f"/dead/{TRAIN_IMAGES}.gz"]


def test_files_may_come_from_several_mirrors(tiny: dict[str, bytes], mirror: Any) -> None:
    one = offer(mirror, "one", {name: tiny[name] for name in (TRAIN_IMAGES, TEST_LABELS)})
    two = offer(mirror, "two", {name: tiny[name] for name in (TRAIN_LABELS, TEST_IMAGES)})
    data = mnist.find(mirrors=[one, two])
    assert_is(data, tiny)
    assert data.source == f"{one}, {two}"


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b half of it"], ids=["empty", "damaged"])
def test_only_the_bad_file_in_the_cache_is_fetched_again(
    content: bytes, tiny: dict[str, bytes], mirror: Any, cache: Path
) -> None:
    lay(cache, tiny)
    (cache / f"{TEST_IMAGES}.gz").write_bytes(content)
    address = offer(mirror, "a", tiny)
    said: list[str] = []
    assert_is(mnist.find(mirrors=[address], report=said.append), tiny)
    assert mirror.asked == [f"/a/{TEST_IMAGES}.gz"]
    assert said[0].startswith(f"skipped: {cache / TEST_IMAGES}.gz ")
    assert said[1:] == [f"downloading {address}{TEST_IMAGES}.gz"]
    assert mnist.find(download=False).source == str(cache)


def test_a_plain_bad_file_in_the_cache_does_not_hide_the_one_fetched(
    tiny: dict[str, bytes], mirror: Any, cache: Path
) -> None:
    lay(cache, tiny, lambda name: name)
    (cache / TEST_IMAGES).write_bytes(b"")
    mnist.find(mirrors=[offer(mirror, "a", tiny)])
    assert mnist.find(download=False).source == str(cache)


@pytest.mark.parametrize("offline", ["1", "yes"])
def test_offline_no_mirror_is_asked(
    offline: str, tiny: dict[str, bytes], mirror: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADTAPE_OFFLINE", offline)
    with pytest.raises(DataNotFound, match="the mirrors were not asked: GRADTAPE_OFFLINE is set"):
        mnist.find(mirrors=[offer(mirror, "a", tiny)], fallback=False)
    assert mirror.asked == []


@pytest.mark.parametrize("online", ["0", ""])
def test_offline_switched_off_is_online(
    online: str, tiny: dict[str, bytes], mirror: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADTAPE_OFFLINE", online)
    assert_is(mnist.find(mirrors=[offer(mirror, "a", tiny)]), tiny)


# Nowhere


def test_with_no_place_left_the_digits_are_taken_and_say_so(mirror: Any, cache: Path) -> None:
    said: list[str] = []
    data = mnist.find(mirrors=[mirror.url], report=said.append)
    assert data.x_train.shape == (1415, 8, 8)
    assert (data.name, data.max_value) == ("UCI digits, 8x8", 16)
    assert data.source == "the copy inside gradtape, because MNIST could not be found"
    assert said[-1].endswith("taking the embedded 8x8 digits")
    assert mirror.asked == [f"/{TRAIN_IMAGES}.gz"]
    assert not cache.exists()


def test_without_fallback_every_place_and_its_reason_are_listed(
    tiny: dict[str, bytes], mirror: Any, tmp_path: Path, cache: Path
) -> None:
    lay(cache, {**tiny, TRAIN_IMAGES: b"<html>"})
    with pytest.raises(DataNotFound) as caught:
        mnist.find(mirrors=[f"{mirror.url}a/", f"{mirror.url}b/"], fallback=False)
    text = str(caught.value)
    for reason in (
        "MNIST was not found\n  got:\n    ",
        f"{cache / TRAIN_IMAGES}.gz is a web page, not data",
        f"there is no file {tmp_path / 'home' / '.keras' / 'datasets' / 'mnist.npz'}",
        f"{TRAIN_IMAGES} is not in {Path('data', 'MNIST', 'raw')}: no such folder",
        f"{mirror.url}a/{TRAIN_IMAGES}.gz: HTTP Error 404",
        f"{mirror.url}b/{TRAIN_IMAGES}.gz: HTTP Error 404",
        "try: put them into a folder and give it as data=",
    ):
        assert reason in text
    assert pickle.loads(pickle.dumps(caught.value)).got == caught.value.got


def test_load_data_never_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADTAPE_OFFLINE", "1")
    with pytest.raises(DataNotFound, match="MNIST was not found"):
        mnist.load_data()


def test_without_a_home_folder_the_other_places_are_still_searched(
    tiny: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", unknown)
    monkeypatch.delenv("LOCALAPPDATA")
    with pytest.raises(DataNotFound, match="no home folder is known: Could not determine"):
        mnist.find(download=False, fallback=False)
    folder = lay(tmp_path / "work" / "data" / "MNIST" / "raw", tiny)
    assert mnist.find(download=False).source == str(folder)


def test_what_the_cache_cannot_keep_is_still_returned(
    tiny: dict[str, bytes], mirror: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GRADTAPE_CACHE", str(tmp_path / "file"))
    said: list[str] = []
    assert_is(mnist.find(mirrors=[offer(mirror, "a", tiny)], report=said.append), tiny)
    assert sum("could not be kept for the next time" in line for line in said) == 4


def test_an_unreadable_cache_is_skipped(tiny: dict[str, bytes], mirror: Any, cache: Path) -> None:
    (cache / f"{TRAIN_IMAGES}.gz").mkdir(parents=True)
    said: list[str] = []
    assert_is(mnist.find(mirrors=[offer(mirror, "a", tiny)], report=said.append), tiny)
    assert f"{TRAIN_IMAGES}.gz cannot be read" in said[0]
