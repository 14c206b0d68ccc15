"""Figures of a run, drawn by matplotlib (extra `plot`): learning curves, and a page of misclassified digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nn.callbacks import History

ROWS, COLUMNS = 5, 10


def learning_curves(path: Path, history: History) -> None:
    """Loss and accuracy of each epoch, on the training data and on the test data, as a PNG file."""
    figure, axes = _figure(9, 3.6, columns=2)
    epochs = [epoch + 1 for epoch in history.epoch]
    for axis, name in zip(axes.flat, ["loss", "accuracy"], strict=True):
        axis.plot(epochs, history.history[name], "o-", color="#1f5fa8", label="training (mean over the epoch)")
        axis.plot(epochs, history.history[f"val_{name}"], "s--", color="#b3541e", label="test (after the epoch)")
        axis.set_xlabel("epoch")
        axis.set_ylabel(name)
        axis.set_xticks(epochs)
        axis.grid(alpha=0.3)
    axes.flat[0].legend(frameon=False)
    figure.savefig(path, dpi=150)


def misclassified(
    path: Path, pictures: npt.NDArray[np.uint8], labels: npt.NDArray[Any], probabilities: npt.NDArray[Any]
) -> int:
    """A page of the pictures that were taken for another digit, the surest mistakes first; returns how many there are.

    pictures: (n, height, width); labels: (n,); probabilities: (n, 10), the model's outputs.
    """
    guesses = np.argmax(probabilities, axis=1)
    sureness = probabilities[np.arange(len(labels)), guesses]
    wrong = np.flatnonzero(guesses != labels)
    shown = wrong[np.argsort(-sureness[wrong], kind="stable")][: ROWS * COLUMNS]
    figure, axes = _figure(1.05 * COLUMNS, 1.35 * ROWS + 0.5, rows=ROWS, columns=COLUMNS)
    figure.suptitle(f"{len(wrong)} of {len(labels)} misclassified; label → guess (its probability)", fontsize=11)
    for axis in axes.flat:
        axis.axis("off")
    for axis, i in zip(axes.flat, shown, strict=False):
        axis.imshow(pictures[i], cmap="gray_r", interpolation="nearest")
        axis.set_title(f"{labels[i]} → {guesses[i]} ({sureness[i]:.0%})", fontsize=8)
    figure.savefig(path, dpi=150)
    return len(wrong)


def _figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Any, Any]:
    """A figure with a grid of axes; drawn to a file, so that no display is needed and no global state is touched."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)
