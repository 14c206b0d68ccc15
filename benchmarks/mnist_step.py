"""A training step of the two-layer model through `fit`, beside the same step written by hand in NumPy.

Both train on the same images with batch 128 and RMSprop. They take turns, an epoch each; the ratio of each pair and
their median are printed. The step by hand uses whole-array expressions, in place where that is natural.
"""

import argparse
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nn
import optim
from nn.datasets import mnist

BATCH = 128


class ByHand:
    """Dense 512 relu, Dense 10 softmax, crossentropy and RMSprop, forward and backward written out."""

    def __init__(self, inputs: int, rng: np.random.Generator) -> None:
        def glorot(i: int, o: int) -> np.ndarray:
            limit = np.sqrt(6 / (i + o))
            return rng.uniform(-limit, limit, (i, o)).astype(np.float32)

        self.rng = rng
        self.weights = [glorot(inputs, 512), np.zeros(512, np.float32), glorot(512, 10), np.zeros(10, np.float32)]
        self.squares = [np.zeros_like(w) for w in self.weights]

    def epoch(self, images: np.ndarray, labels: np.ndarray) -> None:
        w1, b1, w2, b2 = self.weights
        order = self.rng.permutation(len(images))
        for start in range(0, len(images), BATCH):
            rows = order[start : start + BATCH]
            x, y = images[rows], labels[rows]
            h = x @ w1
            h += b1
            on = h > 0
            h *= on
            z = h @ w2
            z += b2
            z -= z.max(axis=1, keepdims=True)
            np.exp(z, out=z)
            z /= z.sum(axis=1, keepdims=True)
            z[np.arange(len(y)), y] -= 1
            z /= len(y)
            dh = z @ w2.T
            dh *= on
            for w, r, g in zip(self.weights, self.squares, (x.T @ dh, dh.sum(0), h.T @ z, z.sum(0)), strict=True):
                r *= 0.9
                r += (1 - 0.9) * g * g
                w -= 1e-3 * g / np.sqrt(r + 1e-7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    data = mnist.find(options.data, download=False)
    images = data.x_train.reshape(len(data.x_train), -1).astype(np.float32) / np.float32(data.max_value)
    labels = data.y_train
    nn.utils.set_random_seed(0)
    model = nn.Sequential([nn.Dense(512, activation="relu"), nn.Dense(10, activation="softmax")])
    model.compile(optim.RMSprop(), "sparse_categorical_crossentropy", metrics=["accuracy"])
    hand = ByHand(images.shape[1], np.random.default_rng(0))
    steps = -(-len(images) // BATCH)

    def seconds(run: object) -> float:
        start = time.perf_counter()
        run()  # type: ignore[operator]
        return (time.perf_counter() - start) / steps * 1e3

    def ours() -> None:
        model.fit(images, labels, batch_size=BATCH, epochs=1, verbose=0)

    def theirs() -> None:
        hand.epoch(images, labels)

    print(f"{data.name}, {steps} steps an epoch; NumPy {np.__version__}, Python {platform.python_version()}")
    seconds(ours), seconds(theirs)
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(options.pairs)]
    for a, b in pairs:
        print(f"  fit {a:.2f} ms a step, by hand {b:.2f} ms, ratio {a / b:.2f}")
    print(f"median ratio {statistics.median(a / b for a, b in pairs):.2f}")


if __name__ == "__main__":
    main()
