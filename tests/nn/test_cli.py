"""The command `gradtape`, run as a person runs it: on the embedded digits, with bad input, from a terminal."""

import csv
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from nn.programs.mnist import new_folder

ROOT = Path(__file__).resolve().parent.parent.parent


def environment(home: Path) -> dict[str, str]:
    """Nobody's home: no cached data and no network, so the embedded digits are used."""
    return {**os.environ, "HOME": str(home), "GRADTAPE_CACHE": str(home / "cache"), "KERAS_HOME": str(home / "keras"),
            "PYTHONPATH": str(ROOT), "GRADTAPE_OFFLINE": "1"}  # fmt: skip


def gradtape(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "nn.cli", *arguments]
    return subprocess.run(command, cwd=home, env=environment(home), capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[subprocess.CompletedProcess[str], Path]:
    home = tmp_path_factory.mktemp("home")
    return gradtape("mnist", "--epochs", "3", "--seed", "4", home=home), home


def test_a_run_says_what_it_does(finished) -> None:
    done, _ = finished
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\r" not in done.stdout
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert [line.split(" - ")[0] for line in lines if line.startswith("Epoch")] == [
        "Epoch 1/3",
        "Epoch 2/3",
        "Epoch 3/3",
    ]
    assert all("loss: " in line and "accuracy: " in line for line in lines if line.startswith("Epoch"))
    notes = [i for i, line in enumerate(lines) if line.startswith("NOTE: this is not MNIST but UCI digits, 8x8")]
    assert len(notes) == 2
    assert notes[0] < next(i for i, line in enumerate(lines) if line.startswith("Epoch"))
    assert notes[1] == len(lines) - 1
    accuracy = float(re.search(r"Test accuracy: ([\d.]+) on 382 images", done.stdout)[1])
    assert 0.6 < accuracy <= 1


def test_a_run_of_programs_has_the_same_figures(finished, tmp_path) -> None:
    compiled = gradtape("mnist", "--epochs", "3", "--seed", "4", "--jit", home=tmp_path)
    assert (compiled.returncode, compiled.stderr) == (0, "")

    def history(home: Path) -> list[list[float]]:
        (folder,) = (home / "runs").iterdir()
        return [[float(x) for x in row.split(",")] for row in (folder / "history.csv").read_text().split()[1:]]

    np.testing.assert_allclose(history(tmp_path), history(finished[1]), rtol=1e-2)  # a sample or two may fall otherwise


def test_a_run_leaves_its_report(finished) -> None:
    done, home = finished
    (folder,) = (home / "runs").iterdir()
    assert str(Path("runs") / folder.name) in done.stdout
    names = ["graph.svg", "history.csv", "learning_curves.png", "misclassified.png", "weights.npz"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert all(name in done.stdout for name in names)
    with (folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert set(rows[0]) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"}
    assert float(rows[2]["loss"]) < float(rows[0]["loss"])
    with np.load(folder / "weights.npz") as weights:
        assert sorted(weights[name].shape for name in weights) == [(10,), (64, 512), (512,), (512, 10)]
    text = " ".join(ElementTree.parse(folder / "graph.svg").getroot().itertext())
    assert all(word in text for word in ("dense/kernel", "dense_1/bias", "relu", "images", "loss"))
    for name in ("learning_curves.png", "misclassified.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


def test_the_same_seed_gives_the_same_weights_in_a_new_process(finished, tmp_path) -> None:
    _, home = finished
    again = gradtape("mnist", "--epochs", "3", "--seed", "4", home=tmp_path)
    assert again.returncode == 0, again.stderr
    first, second = (next((place / "runs").iterdir()) / "weights.npz" for place in (home, tmp_path))
    with np.load(first) as a, np.load(second) as b:
        assert all(a[name].tobytes() == b[name].tobytes() for name in a)


def test_falling_short_is_an_exit_status(tmp_path) -> None:
    done = gradtape("mnist", "--epochs", "1", "--fail-under", "0.999", home=tmp_path)
    assert done.returncode == 1
    assert "is below 0.999" in done.stdout


def test_bad_input_is_one_clear_message(tmp_path) -> None:
    done = gradtape("mnist", "--data", str(tmp_path / "nowhere"), home=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "nowhere" in done.stderr
    assert not (tmp_path / "runs").exists()
    for arguments, message in (
        (["mnist", "--epochs", "0"], "got '0'; expected a whole number of 1 or more"),
        (["mnist", "--learning-rate", "-1"], "got '-1'; expected a number above 0"),
        (["mnist", "--epochs", "x"], "got 'x'; expected a whole number of 1 or more"),
        (["mnist", "--fail-under", "97"], "got '97'; expected an accuracy from 0 to 1"),
        (["mnist", "--seed", "-1"], "got '-1'; expected a whole number from 0"),
        (["minst"], "invalid choice: 'minst'"),
    ):
        done = gradtape(*arguments, home=tmp_path)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_an_unusable_out_is_noticed_before_training(tmp_path) -> None:
    (tmp_path / "file").touch()
    done = gradtape("mnist", "--out", "file", home=tmp_path)
    assert done.returncode == 2
    assert "try another --out" in done.stderr
    assert "Epoch" not in done.stdout


def test_two_runs_in_one_second_have_a_folder_each(tmp_path) -> None:
    assert [new_folder(tmp_path / "runs", "a").name for _ in range(3)] == ["a", "a-2", "a-3"]


def test_a_stopped_run_reports_what_it_has(tmp_path) -> None:
    command = [sys.executable, "-m", "nn.cli", "mnist", "--epochs", "100000"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 130, rest
    assert any(line.startswith("Epoch 1/") for line in lines)
    assert re.search(r"NOTE: stopped after \d+ of 100000 epochs", rest)
    assert "weights.npz" in rest


def test_help_explains_each_option(tmp_path) -> None:
    done = gradtape("mnist", "--help", home=tmp_path)
    assert done.returncode == 0
    for option in ("--data DIR", "--epochs N", "--seed S", "--out DIR", "--offline", "--fail-under"):
        assert option in done.stdout
    offline = " ".join(done.stdout.partition("--offline  ")[2].partition("--out")[0].split())
    assert "default" not in offline, "True would be the default of the opposite"
    assert "do not look for MNIST on the network" in offline


def test_on_a_terminal_there_is_a_live_bar(tmp_path) -> None:
    """In a pseudo-terminal, as a person has it: the bar is redrawn in place and shows loss and accuracy."""
    here, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "nn.cli", "mnist", "--epochs", "2"],
        cwd=tmp_path, env={**environment(tmp_path), "TERM": "xterm-256color", "COLUMNS": "120"},
        stdin=there, stdout=there, stderr=there, close_fds=True,
    )  # fmt: skip
    os.close(there)
    shown = b""
    while True:
        try:
            piece = os.read(here, 65536)
        except OSError:  # the other end was closed: the program has ended
            break
        if not piece:
            break
        shown += piece
    os.close(here)
    assert process.wait(timeout=60) == 0
    text = shown.decode()
    assert "\x1b[" in text
    assert "Epoch 2/2" in text
    assert "━" in text
    assert "accuracy: 0." in text
