"""The embedded digits: the published numbers, whole, and the caller's own."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from nn.datasets import digits

PICTURES_SHA256 = "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
LABELS_SHA256 = "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
DATA = Path(digits.__file__).parent / "data"


def test_pictures_and_labels_are_the_published_ones() -> None:
    data = digits.images()
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    assert x.shape == (1797, 8, 8) and y.shape == (1797,)
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (int(x.min()), int(x.max()), int(x.sum(dtype=np.int64))) == (0, 16, 561718)
    assert hashlib.sha256(x.tobytes()).hexdigest() == PICTURES_SHA256
    assert hashlib.sha256(y.tobytes()).hexdigest() == LABELS_SHA256


def test_the_split_is_fixed_and_falls_between_two_forms() -> None:
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1415, 8, 8) and y_train.shape == (1415,)
    assert x_test.shape == (382, 8, 8) and y_test.shape == (382,)
    form = [*range(10), *range(10), *range(10), 0, 9, 5, 5, 6, 5, 0, 9, 8, 9, 8, 4, 1, 7, 7, 3]
    assert y_train[:46].tolist() == form
    assert y_test[:46].tolist() == form
    assert (np.bincount(y_test) > 30).all()


def test_the_arrays_are_new_writable_and_contiguous_at_each_call() -> None:
    for first, second in zip(sum(digits.load_data(), ()), sum(digits.load_data(), ()), strict=True):
        assert first.dtype == np.uint8
        assert first.flags.owndata and first.flags.writeable and first.flags.c_contiguous
        assert not np.shares_memory(first, second)


def test_the_image_data_says_what_it_is() -> None:
    data = digits.images()
    assert (data.name, data.source, data.max_value) == ("UCI digits, 8x8", "the copy inside gradtape", 16)
    assert repr(data) == "ImageData(name='UCI digits, 8x8', source='the copy inside gradtape', max_value=16)"


def test_the_notice_beside_the_file_names_the_authors_and_the_licence() -> None:
    notice = (DATA / "LICENSE-digits.txt").read_text(encoding="utf-8")
    for words in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0", "Changes made"):
        assert words in notice


def test_the_script_makes_the_same_arrays_again(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is needed to make the file, not to use it")
    spec = importlib.util.spec_from_file_location("make_digits", DATA / "make_digits.py")
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path / "digits.npz")
    with np.load(tmp_path / "digits.npz") as made, np.load(DATA / "digits.npz") as kept:
        assert set(made) == set(kept) == {"images", "labels"}
        for key in kept:
            assert made[key].dtype == kept[key].dtype == np.uint8
            np.testing.assert_array_equal(made[key], kept[key])
