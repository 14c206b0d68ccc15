"""Weights to and from files: exact, plain, whole, and refused when they do not fit."""

import stat
import zipfile

import numpy as np
import pytest

from nn import Dense, Sequential
from nn.saving import load_arrays, save_arrays

X = np.random.default_rng(0).random((3, 4))


def built(units=5):
    model = Sequential([Dense(units, activation="relu"), Dense(2, name="top")])
    model.build((None, 4))
    return model


def test_weights_come_back_bit_for_bit(tmp_path):
    one, two = built(), built()
    one.save_weights(tmp_path / "w.npz")
    assert (one.predict(X) != two.predict(X)).any()
    two.load_weights(str(tmp_path / "w.npz"))
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with np.load(tmp_path / "w.npz", allow_pickle=False) as archive:
        assert archive.files == ["dense/kernel", "dense/bias", "top/kernel", "top/bias"]
        assert {archive[name].dtype for name in archive.files} == {np.dtype(np.float32)}
    assert [file.name for file in tmp_path.iterdir()] == ["w.npz"]


def test_transposed_arrays_are_written_in_c_order(tmp_path):
    a = np.arange(6.0).reshape(2, 3).T
    save_arrays(tmp_path / "a.npz", {"a": a})
    loaded = load_arrays(tmp_path / "a.npz")["a"]
    np.testing.assert_array_equal(loaded, a)
    assert loaded.flags.c_contiguous


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "w.npz"
    built().save_weights(path)
    before = path.read_bytes()

    def full(*arguments, **options):
        arguments[0].write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        built().save_weights(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["w.npz"]


def test_equal_weights_make_equal_files_with_the_usual_permissions(tmp_path):
    model = built()
    model.save_weights(tmp_path / "a.npz")
    model.save_weights(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    (tmp_path / "plain").touch()
    assert stat.S_IMODE((tmp_path / "a.npz").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_objects_are_never_unpickled(tmp_path):
    with pytest.raises(ValueError, match="o is an array of Python objects, which are never pickled"):
        save_arrays(tmp_path / "o.npz", {"o": np.array([None])})
    assert list(tmp_path.iterdir()) == []
    np.savez(tmp_path / "o.npz", o=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_arrays(tmp_path / "o.npz")


def test_what_does_not_fit_is_listed_and_nothing_changes(tmp_path):
    model = built()
    before = model.get_weights()
    weights = {name: variable.numpy() for name, variable in model.named_weights().items()}
    del weights["top/bias"]
    weights["top/kernel"] = weights["top/kernel"].T
    weights["dense/kernel"] = weights["dense/kernel"].astype(complex)
    save_arrays(tmp_path / "w.npz", weights | {"extra": np.zeros(3)})
    expected = (
        r"w.npz do not fit the model: dense/kernel has dtype complex64; expected float32; extra is not a weight of the "
        r"model; top/bias is missing; top/kernel has shape \(2, 5\); expected \(5, 2\)"
    )
    with pytest.raises(ValueError, match=expected.replace("complex64", "complex(64|128)")):
        model.load_weights(tmp_path / "w.npz")
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_other_mistakes(tmp_path):
    with pytest.raises(ValueError, match="has no weights yet"):
        Sequential([Dense(2)]).save_weights(tmp_path / "w.npz")
    with pytest.raises(FileNotFoundError):
        built().load_weights(tmp_path / "missing.npz")
    np.save(tmp_path / "single.npy", np.zeros(3))
    with pytest.raises(ValueError, match=r"single.npy is no .npz archive"):
        built().load_weights(tmp_path / "single.npy")
    built().save_weights(tmp_path / "w.npz")
    whole = (tmp_path / "w.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[:-40])
    with pytest.raises(ValueError, match=r"cut.npz is no .npz archive, or not a whole one"):
        built().load_weights(tmp_path / "cut.npz")
    at = whole.index(b"dense/bias.npy") + 150
    (tmp_path / "flipped.npz").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(ValueError, match=r"flipped.npz is damaged: Bad CRC-32"):
        built().load_weights(tmp_path / "flipped.npz")
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("readme", "hello")
    with pytest.raises(ValueError, match=r"text.npz holds readme, which are no arrays"):
        built().load_weights(tmp_path / "text.npz")
