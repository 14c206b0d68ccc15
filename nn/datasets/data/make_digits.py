"""Make digits.npz, which lies beside this script, from scikit-learn's copy of the UCI digits.

Run it as `python nn/datasets/data/make_digits.py [FILE]`; nothing else needs scikit-learn.
Running it again gives the same arrays.
"""

import sys
from pathlib import Path

import numpy as np


def main(target: Path) -> None:
    """Write `images`, uint8 (1797, 8, 8), 0 to 16, and `labels`, uint8 (1797,), 0 to 9, to `target`."""
    # Imported here, so that test runs that import every file for its doctests do without scikit-learn.
    from sklearn.datasets import load_digits

    source = load_digits()
    images = np.ascontiguousarray(source.images, np.uint8)
    labels = np.ascontiguousarray(source.target, np.uint8)
    if not (np.array_equal(images, source.images) and np.array_equal(labels, source.target)):
        raise ValueError("scikit-learn's digits are no longer whole numbers from 0 to 255")
    np.savez_compressed(target, images=images, labels=labels)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("digits.npz"))
