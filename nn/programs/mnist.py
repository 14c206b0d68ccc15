"""Train Dense(512, relu) → Dense(10, softmax) on handwritten digits, evaluate it, and write a report of the run."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

import nn
import optim
from autograd import Tape, Tensor
from nn.callbacks import History
from nn.datasets import ImageData, mnist
from nn.programs import figures

Images = npt.NDArray[np.float32]


def run(
    data: Path | None = None,
    out: Path = Path("runs"),
    epochs: int = 5,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    seed: int = 0,
    download: bool = True,
    fail_under: float | None = None,
    jit: bool = False,
) -> int:
    """The whole run, from the data to the report; returns 0, 1 below `fail_under`, 130 if stopped."""
    images = mnist.find(data, download=download, report=lambda line: print(f"  {line}"))
    print(f"Data: {images}")
    _say_if_embedded(images)

    nn.utils.set_random_seed(seed)
    x_train, x_test = pixels(images.x_train, images), pixels(images.x_test, images)
    model = two_layers()
    rule = optim.RMSprop(learning_rate)
    model.compile(rule, loss="sparse_categorical_crossentropy", metrics=["accuracy"], jit=jit)
    folder = new_folder(out, time.strftime(f"mnist-%Y%m%d-%H%M%S-seed{seed}"))  # before anything takes long
    history = model.fit(
        x_train,
        images.y_train,
        epochs=epochs,
        batch_size=batch_size,
        validation_data=(x_test, images.y_test),
    )
    stopped = len(history.epoch) < epochs
    if stopped:
        print(f"NOTE: stopped after {len(history.epoch)} of {epochs} epochs")
    result = model.evaluate(x_test, images.y_test, batch_size=1000, verbose=0, return_dict=True)
    print(f"Test accuracy: {result['accuracy']:.4f} on {len(x_test)} images (loss {result['loss']:.4f})")
    print(f"Written to {folder}:")
    for name, what in report(folder, model, history, images, x_test, batch_size).items():
        print(f"  {name:22} {what}")
    _say_if_embedded(images)
    if stopped:
        return 130
    if fail_under is not None and result["accuracy"] < fail_under:
        print(f"The test accuracy {result['accuracy']:.4f} is below {fail_under}.")
        return 1
    return 0


def new_folder(out: Path, name: str) -> Path:
    """A folder of this run alone: with a number behind the name if another run began in the same second."""
    out.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        folder = out / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()  # one step, so that two processes can not both believe the name is free
        except FileExistsError:
            number += 1
        else:
            return folder


def two_layers() -> nn.Sequential:
    """The model of the book: 512 relu units, then a probability for each digit."""
    return nn.Sequential([nn.Dense(512, activation="relu"), nn.Dense(10, activation="softmax")])


def pixels(images: npt.NDArray[np.uint8], data: ImageData) -> Images:
    """Each picture as a row of numbers from 0 to 1."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(data.max_value)


def report(
    folder: Path, model: nn.Sequential, history: History, images: ImageData, x_test: Images, batch_size: int
) -> dict[str, str]:
    """Write weights, history, figures and graph; returns what was written, or why not, by file name."""
    written = {"weights.npz": "the weights; model.load_weights reads them"}
    model.save_weights(folder / "weights.npz")

    written["history.csv"] = "loss and accuracy of each epoch (val_: on the test images)"
    with (folder / "history.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["epoch", *history.history])
        table.writerows(zip((epoch + 1 for epoch in history.epoch), *history.history.values(), strict=True))

    with Tape() as tape:
        head = model.head()
        batch = Tensor(x_test[:batch_size], name="images")
        loss = head.loss(images.y_test[:batch_size], head.forward(batch, training=True))
    tape.graph(loss, loss=loss).save(folder / "graph.svg")
    written["graph.svg"] = "the computation graph of one step"

    try:
        if history.epoch:
            figures.learning_curves(folder / "learning_curves.png", history)
            written["learning_curves.png"] = "loss and accuracy over the epochs"
        predicted = model.predict(x_test, batch_size=1000)
        wrong = figures.misclassified(folder / "misclassified.png", images.x_test, images.y_test, predicted)
        written["misclassified.png"] = f"test images taken for another digit, the surest first ({wrong} in all)"
    except ModuleNotFoundError as error:
        written["(no curves, no page)"] = f"{error.name} is not installed; try: pip install 'gradtape[plot]'"
    return written


def _say_if_embedded(images: ImageData) -> None:
    if images.name != "MNIST":
        print(
            f"NOTE: this is not MNIST but {images.name}. For MNIST, give the folder with its four IDX files: "
            f"gradtape mnist --data DIR"
        )
